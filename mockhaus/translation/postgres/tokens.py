"""PostgreSQL's operators and forms as tokens that the parser of Snowflake's dialect has a node for.

Manual: 4.1.3 "Operators", 9.4 "String Functions", 9.7 "Pattern Matching", 9.19 "Array Functions",
4.2.8 "Window Function Calls". What the nodes mean is told in `meant`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.postgres.intervals import is_plain, span

_T: Final = TokenType

#: Operators of several tokens that touch each other -> the tokens that are read for them. Longer
#: ones come first.
_JOINED: Final[tuple[tuple[tuple[str, ...], tuple[tuple[TokenType, str], ...]], ...]] = (
    (("!", "~~*"), ((_T.NOT, "NOT"), (_T.ILIKE, "ILIKE"))),
    (("!", "~~"), ((_T.NOT, "NOT"), (_T.LIKE, "LIKE"))),
    (("!", "~*"), ((_T.NOT, "NOT"), (_T.IRLIKE, "~*"))),
    (("!", "~"), ((_T.NOT, "NOT"), (_T.GLOB, "~"))),
    (("@", ">"), ((_T.AT_GT, "@>"),)),
    (("<", "@"), ((_T.LT_AT, "<@"),)),
)
#: Operators before their operand.
_PREFIXED: Final = (
    (("|", "/"), (_T.PIPE_SLASH, "|/")),
    (("||", "/"), (_T.DPIPE_SLASH, "||/")),
)
#: Operators of one token between two operands.
_INFIX: Final[dict[TokenType, TokenType]] = {
    _T.TILDE: _T.GLOB,
    _T.DAMP: _T.OVERLAPS,
    _T.CARET: _T.LR_ARROW,
    _T.HASH: _T.CARET,
}
#: What stands before an operand, so that an operator there is a prefix.
_BEFORE: Final = frozenset(
    (
        None, _T.L_PAREN, _T.L_BRACKET, _T.COMMA, _T.SELECT, _T.DISTINCT, _T.ALL, _T.WHERE, _T.ON,
        _T.HAVING, _T.QUALIFY, _T.AND, _T.OR, _T.NOT, _T.WHEN, _T.THEN, _T.ELSE, _T.CASE, _T.LIKE,
        _T.ILIKE, _T.IN, _T.BETWEEN, _T.ORDER_BY, _T.GROUP_BY, _T.PARTITION_BY, _T.LIMIT,
        _T.EQ, _T.NEQ, _T.LT, _T.LTE, _T.GT, _T.GTE, _T.PLUS, _T.DASH, _T.STAR, _T.SLASH, _T.MOD,
        _T.AMP, _T.PIPE, _T.DPIPE, _T.CARET, _T.TILDE, _T.HASH, _T.SET, _T.VALUES,
    )
)  # fmt: skip


def snowflakes(tokens: list[Token]) -> list[Token]:
    """The tokens of one statement with PostgreSQL's forms as Snowflake's parser takes them.

    Raises SqlSyntaxError, UnsupportedFeature.
    """
    tokens = _operators(tokens)
    for form in _FORMS:
        tokens = form(tokens)
    return tokens


def _like(token: Token, kind: TokenType, text: str) -> Token:
    """A token in the place of another."""
    return Token(kind, text, token.line, token.col, token.start, token.end)


def _operators(tokens: list[Token]) -> list[Token]:
    if not any(token.token_type in _SIGNS for token in tokens):
        return tokens
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        before = tokens[at - 1].token_type if at else None
        prefixed = before in _BEFORE
        for spelled, kinds in _JOINED if not prefixed else ():
            if _spell(tokens, at, spelled):
                made.extend(_like(token, *kind) for kind in kinds)
                at += len(spelled)
                break
        else:
            for spelled, kind in _PREFIXED if prefixed else ():
                if _spell(tokens, at, spelled):
                    made.append(_like(token, *kind))
                    at += len(spelled)
                    break
            else:
                infix = None if prefixed else _INFIX.get(token.token_type)
                made.append(token if infix is None else _like(token, infix, token.text))
                at += 1
    return made


_SIGNS: Final = frozenset(
    (_T.TILDE, _T.DAMP, _T.CARET, _T.HASH, _T.EXCLAMATION, _T.PARAMETER, _T.LIKE, _T.SLASH)
)


def _spell(tokens: list[Token], at: int, spelled: tuple[str, ...]) -> bool:
    """Whether tokens that touch each other spell an operator."""
    found = tokens[at : at + len(spelled)]
    return tuple(each.text for each in found) == spelled and all(
        left.end + 1 == right.start for left, right in pairwise(found)
    )


# --- forms ---------------------------------------------------------------------------------------


def _words(tokens: list[Token], at: int, *words: str) -> bool:
    found = tokens[at : at + len(words)]
    return len(found) == len(words) and all(
        token.text.upper() == word and token.token_type not in (_T.STRING, _T.IDENTIFIER)
        for token, word in zip(found, words, strict=True)
    )


def closing(tokens: list[Token], at: int) -> int:
    """Where the parenthesis that opens at `at` is closed; the end where it is not."""
    depth = 0
    for place in range(at, len(tokens)):
        kind = tokens[place].token_type
        depth += (kind is _T.L_PAREN) - (kind is _T.R_PAREN)
        if depth == 0:
            return place
    return len(tokens)


def _whole_tables(tokens: list[Token]) -> list[Token]:
    """`VALUES ..` and `TABLE t` as queries are SELECT * FROM them (manual, SELECT)."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        starts = before is None or before.token_type in _STARTS
        is_values = token.token_type is _T.VALUES
        is_table = token.token_type is _T.TABLE and at + 1 < len(tokens)
        if starts and (is_values or is_table) and not _is_call(tokens, at - 2):
            made += [
                _like(token, _T.SELECT, "SELECT"),
                _like(token, _T.STAR, "*"),
                _like(token, _T.FROM, "FROM"),
            ]
            if is_table:
                continue
        made.append(token)
    return made


_STARTS: Final = frozenset((_T.UNION, _T.ALL, _T.EXCEPT, _T.INTERSECT, _T.EXISTS))


def _is_call(tokens: list[Token], at: int) -> bool:
    return at >= 0 and tokens[at].token_type in (_T.INSERT, _T.INTO)


def _same(tokens: list[Token]) -> list[Token]:
    """Words that change nothing here are left out: ONLY, since no table inherits from another;
    OVERRIDING SYSTEM VALUE, since identity columns take the values that are given."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        if _words(tokens, at, "OVERRIDING", "SYSTEM", "VALUE"):
            at += 3
            continue
        if _words(tokens, at, "OVERRIDING", "USER", "VALUE"):
            raise UnsupportedFeature(
                "Unsupported feature 'OVERRIDING USER VALUE'.", position=tokens[at].start
            )
        is_only = _words(tokens, at, "ONLY") and at and tokens[at - 1].text.upper() in _TABLES
        if is_only and at + 1 < len(tokens) and tokens[at + 1].token_type in _NAMES:
            at += 1
            continue
        made.append(tokens[at])
        at += 1
    return made


_TABLES: Final = frozenset(("FROM", "JOIN", "UPDATE", "TABLE", "TRUNCATE", "USING"))
_NAMES: Final = frozenset((_T.VAR, _T.IDENTIFIER))


def _some(tokens: list[Token]) -> list[Token]:
    """SOME is ANY (manual, 9.24.3)."""
    return [
        _like(token, _T.ANY, "ANY")
        if token.token_type is _T.SOME
        and at + 1 < len(tokens)
        and tokens[at + 1].token_type is _T.L_PAREN
        else token
        for at, token in enumerate(tokens)
    ]


def _continued(tokens: list[Token]) -> list[Token]:
    """Strings with only a line break between them are one (manual, 4.1.2.1)."""
    made: list[Token] = []
    for token in tokens:
        if made and token.token_type is made[-1].token_type is _T.STRING:
            last = made[-1]
            if token.line <= last.line:
                raise SqlSyntaxError(
                    f"SQL compilation error:\nsyntax error unexpected ''{token.text[:40]}''.",
                    position=token.start,
                )
            joined = Token(
                _T.STRING, last.text + token.text, last.line, last.col, last.start, token.end
            )
            made[-1] = joined
            continue
        made.append(token)
    return made


_SIDES: Final = {"BOTH": "TRIM", "LEADING": "LTRIM", "TRAILING": "RTRIM"}


def _arguments(tokens: list[Token]) -> list[Token]:
    """`trim(both 'x' from a)`, `overlay(a placing b from 1)`: calls with commas (manual, 9.4)."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        name = token.text.upper() if token.token_type is not _T.STRING else ""
        opens = at + 1 < len(tokens) and tokens[at + 1].token_type is _T.L_PAREN
        if opens and name in _WORDY:
            end = closing(tokens, at + 1)
            inside = _arguments(tokens[at + 2 : end])
            made += _WORDY[name](token, tokens[at + 1], inside)
            at = end
            continue
        made.append(token)
        at += 1
    return made


def _top(tokens: list[Token], *words: str) -> int | None:
    """Where one of some words stands outside of parentheses, None for nowhere."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.token_type is _T.L_PAREN) - (token.token_type is _T.R_PAREN)
        if depth == 0 and token.token_type is not _T.STRING and token.text.upper() in words:
            return at
    return None


def _trim(name: Token, opening: Token, inside: list[Token]) -> list[Token]:
    side = inside[0].text.upper() if inside else ""
    place = _top(inside, "FROM")
    named = _like(name, name.token_type, _SIDES[side]) if side in _SIDES else name
    if side not in _SIDES and place is None:
        return [name, opening, *inside]
    rest = inside[1:] if side in _SIDES else inside
    place = _top(rest, "FROM")
    if place is None:
        return [named, opening, *rest]
    of, what = rest[place + 1 :], rest[:place]
    comma = [_like(rest[place], _T.COMMA, ",")] if what else []
    return [named, opening, *of, *comma, *what]


def _overlay(name: Token, opening: Token, inside: list[Token]) -> list[Token]:
    rest = list(inside)
    for word in ("PLACING", "FROM", "FOR"):
        place = _top(rest, word)
        if place is not None:
            rest[place] = _like(rest[place], _T.COMMA, ",")
    return [name, opening, *rest]


_WORDY: Final[dict[str, Callable[[Token, Token, list[Token]], list[Token]]]] = {
    "TRIM": _trim,
    "OVERLAY": _overlay,
}


def _windows(tokens: list[Token]) -> list[Token]:
    """`OVER w .. WINDOW w AS (..)`: the definition in the place of its name (manual, 4.2.8)."""
    if not any(token.token_type is _T.WINDOW for token in tokens):
        return tokens
    made, known, at = [], {}, 0
    while at < len(tokens):
        if tokens[at].token_type is _T.WINDOW and _is_window(tokens, at + 1):
            at += 1
            while _is_window(tokens, at):
                end = closing(tokens, at + 2)
                known[tokens[at].text.upper()] = tokens[at + 3 : end]
                at = end + 1
                if at < len(tokens) and tokens[at].token_type is _T.COMMA:
                    at += 1
            continue
        made.append(tokens[at])
        at += 1
    return _inlined(made, known) if known else tokens


def _is_window(tokens: list[Token], at: int) -> bool:
    return (
        at + 2 < len(tokens)
        and tokens[at].token_type in _NAMES
        and tokens[at + 1].token_type is _T.ALIAS
        and tokens[at + 2].token_type is _T.L_PAREN
    )


def _inlined(tokens: list[Token], known: dict[str, list[Token]]) -> list[Token]:
    made: list[Token] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1].token_type if at else None
        definition = known.get(token.text.upper()) if token.token_type in _NAMES else None
        if definition is not None and before is _T.OVER:
            made += [_like(token, _T.L_PAREN, "("), *definition, _like(token, _T.R_PAREN, ")")]
        elif definition is not None and at > 1 and before is _T.L_PAREN:
            made += definition if tokens[at - 2].token_type is _T.OVER else [token]
        else:
            made.append(token)
    return made


def _zones(tokens: list[Token]) -> list[Token]:
    """`TIME WITHOUT TIME ZONE` is TIME; one with a zone is refused (manual, 8.5)."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.token_type is _T.TIME and (made and made[-1].text.upper() != "AT"):
            end = closing(tokens, at + 1) + 1 if _opens(tokens, at + 1) else at + 1
            if _words(tokens, end, "WITHOUT", "TIME", "ZONE"):
                made += tokens[at:end]
                at = end + 3
                continue
            if _words(tokens, end, "WITH", "TIME", "ZONE"):
                raise UnsupportedFeature(
                    "Unsupported data type 'TIME WITH TIME ZONE'.", position=token.start
                )
        made.append(token)
        at += 1
    return made


def _opens(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].token_type is _T.L_PAREN


def _arrows(tokens: list[Token]) -> list[Token]:
    """`js -> 'a.b'` is one key, `js #> JSON_KEY('a.b')`: the parser would take it for a path, and
    before a comma for a lambda."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        kind = token.token_type
        before = tokens[at - 1].token_type if at else None
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if kind in _ARROWS and following is not None and following.token_type in _KEYS:
            made += [
                _like(token, *_ARROWS[kind]),
                _like(following, _T.VAR, "JSON_KEY"),
                _like(following, _T.L_PAREN, "("),
            ]
        elif before in _ARROWS and kind in _KEYS:
            made += [token]
            if kind is not _T.PARAMETER:
                made.append(_like(token, _T.R_PAREN, ")"))
        elif at > 1 and before is _T.PARAMETER and tokens[at - 2].token_type in _ARROWS:
            made += [token, _like(token, _T.R_PAREN, ")")]
        else:
            made.append(token)
    return made


_ARROWS: Final = {_T.ARROW: (_T.HASH_ARROW, "#>"), _T.DARROW: (_T.DHASH_ARROW, "#>>")}
_KEYS: Final = (_T.STRING, _T.NUMBER, _T.PARAMETER)


def _intervals(tokens: list[Token]) -> list[Token]:
    """`INTERVAL '1 day 02:15:00'`: of several parts the parser would keep the first alone."""
    return [
        _like(token, _T.STRING, span(token.text).text)
        if token.token_type is _T.STRING
        and at
        and tokens[at - 1].token_type is _T.INTERVAL
        and not is_plain(token.text)
        else token
        for at, token in enumerate(tokens)
    ]


def _calls(tokens: list[Token]) -> list[Token]:
    """`div(a, b)`, whose name is an operator in other dialects."""
    return [
        _like(token, _T.VAR, token.text)
        if token.token_type is _T.DIV and _opens(tokens, at + 1)
        else token
        for at, token in enumerate(tokens)
    ]


_FORMS: Final = (
    _whole_tables, _same, _some, _continued, _arguments, _windows, _zones, _arrows, _intervals,
    _calls,
)  # fmt: skip
