"""PostgreSQL's operators and forms as tokens that the parser of Snowflake's dialect has a node for.

Manual: 4.1.3 "Operators", 9.4 "String Functions", 9.7 "Pattern Matching", 9.19 "Array Functions",
4.2.8 "Window Function Calls". What the nodes mean is told in `meant`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from operator import and_
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.postgres.definition_tokens import FORMS as DEFINITIONS
from mockhaus.translation.postgres.intervals import is_plain, span
from mockhaus.translation.postgres.tokenlist import closing, instead, opens, says, top

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
    present = {token.text.upper() for token in tokens}
    for signs, form in _FORMS:
        if not signs.isdisjoint(present):
            tokens = form(tokens)
    return _continued(tokens)


def _operators(tokens: list[Token]) -> list[Token]:
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        before = tokens[at - 1].token_type if at else None
        prefixed = before in _BEFORE
        for spelled, kinds in _JOINED if not prefixed else ():
            if _spell(tokens, at, spelled):
                made.extend(instead(token, *kind) for kind in kinds)
                at += len(spelled)
                break
        else:
            for spelled, kind in _PREFIXED if prefixed else ():
                if _spell(tokens, at, spelled):
                    made.append(instead(token, *kind))
                    at += len(spelled)
                    break
            else:
                infix = None if prefixed else _INFIX.get(token.token_type)
                made.append(token if infix is None else instead(token, infix, token.text))
                at += 1
    return made


def _spell(tokens: list[Token], at: int, spelled: tuple[str, ...]) -> bool:
    """Whether tokens that touch each other spell an operator."""
    found = tokens[at : at + len(spelled)]
    return tuple(each.text for each in found) == spelled and all(
        left.end + 1 == right.start for left, right in pairwise(found)
    )


# --- forms ---------------------------------------------------------------------------------------


def _whole_tables(tokens: list[Token]) -> list[Token]:
    """`VALUES ..` and `TABLE t` as queries are SELECT * FROM them (manual, SELECT)."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        starts = before is None or before.token_type in _STARTS
        if before is not None and tokens[0].token_type is _T.CREATE:
            starts = starts or before.token_type is _T.ALIAS
        is_values = token.token_type is _T.VALUES and opens(tokens, at + 1)
        is_table = token.token_type is _T.TABLE and at + 1 < len(tokens)
        if starts and (is_values or is_table) and not _is_call(tokens, at - 2):
            made += [
                instead(token, _T.SELECT, "SELECT"),
                instead(token, _T.STAR, "*"),
                instead(token, _T.FROM, "FROM"),
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
        if says(tokens, at, "STORED") and tokens[at - 1].token_type is _T.R_PAREN:
            raise UnsupportedFeature(
                "Unsupported feature 'GENERATED ALWAYS AS (..) STORED'.", position=tokens[at].start
            )
        if says(tokens, at, "OVERRIDING", "SYSTEM", "VALUE"):
            at += 3
            continue
        if says(tokens, at, "::", "REGCLASS") and says(tokens, at - 3, "NEXTVAL", "("):
            at += 2
            continue
        if at and says(tokens, at - 1, "CREATE", "LOCAL"):
            at += 1
            continue
        if says(tokens, at, "OVERRIDING", "USER", "VALUE"):
            raise UnsupportedFeature(
                "Unsupported feature 'OVERRIDING USER VALUE'.", position=tokens[at].start
            )
        is_only = says(tokens, at, "ONLY") and at and tokens[at - 1].text.upper() in _TABLES
        if is_only and at + 1 < len(tokens) and tokens[at + 1].token_type in _NAMES:
            at += 1
            continue
        made.append(tokens[at])
        at += 1
    return made


_TABLES: Final = frozenset(("FROM", "JOIN", "UPDATE", "TABLE", "TRUNCATE", "USING"))
_NAMES: Final = frozenset((_T.VAR, _T.IDENTIFIER))


def _only_queries(tokens: list[Token]) -> list[Token]:
    """WITH has queries alone: DuckDB runs nothing that changes rows within another statement."""
    if tokens and tokens[0].token_type is _T.WITH:
        for at, token in enumerate(tokens[2:], start=2):
            opened = tokens[at - 1].token_type is _T.L_PAREN
            of_table = tokens[at - 2].token_type is _T.ALIAS or says(tokens, at - 2, "MATERIALIZED")
            if opened and of_table and token.token_type in _CHANGES:
                raise UnsupportedFeature(
                    f"Unsupported feature '{token.text.upper()} within WITH'.",
                    hint="Send it as a statement of its own.",
                    position=token.start,
                )
    return tokens


_CHANGES: Final = (_T.INSERT, _T.UPDATE, _T.DELETE, _T.MERGE)


def _some(tokens: list[Token]) -> list[Token]:
    """SOME is ANY (manual, 9.24.3)."""
    return [
        instead(token, _T.ANY, "ANY")
        if token.token_type is _T.SOME
        and at + 1 < len(tokens)
        and tokens[at + 1].token_type is _T.L_PAREN
        else token
        for at, token in enumerate(tokens)
    ]


def _continued(tokens: list[Token]) -> list[Token]:
    """Strings with only a line break between them are one (manual, 4.1.2.1)."""
    strings = [token.token_type is _T.STRING for token in tokens]
    if not any(map(and_, strings, strings[1:])):
        return tokens
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


def _trim(name: Token, opening: Token, inside: list[Token]) -> list[Token]:
    side = inside[0].text.upper() if inside else ""
    place = top(inside, "FROM")
    named = instead(name, name.token_type, _SIDES[side]) if side in _SIDES else name
    if side not in _SIDES and place is None:
        return [name, opening, *inside]
    rest = inside[1:] if side in _SIDES else inside
    place = top(rest, "FROM")
    if place is None:
        return [named, opening, *rest]
    of, what = rest[place + 1 :], rest[:place]
    comma = [instead(rest[place], _T.COMMA, ",")] if what else []
    return [named, opening, *of, *comma, *what]


def _overlay(name: Token, opening: Token, inside: list[Token]) -> list[Token]:
    rest = list(inside)
    for word in ("PLACING", "FROM", "FOR"):
        place = top(rest, word)
        if place is not None:
            rest[place] = instead(rest[place], _T.COMMA, ",")
    return [name, opening, *rest]


def _substring(name: Token, opening: Token, inside: list[Token]) -> list[Token]:
    """`substring(a FROM 'pattern')`, which is no place in a text (9.7.3)."""
    place = top(inside, "FROM")
    if place != len(inside) - 2 or inside[-1].token_type is not _T.STRING:
        return [name, opening, *inside]
    comma = instead(inside[place], _T.COMMA, ",")
    renamed = instead(name, _T.VAR, "REGEXP_SUBSTRING")
    return [renamed, opening, *inside[:place], comma, inside[-1]]


_WORDY: Final[dict[str, Callable[[Token, Token, list[Token]], list[Token]]]] = {
    "TRIM": _trim,
    "OVERLAY": _overlay,
    "SUBSTRING": _substring,
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
            made += [instead(token, _T.L_PAREN, "("), *definition, instead(token, _T.R_PAREN, ")")]
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
            end = closing(tokens, at + 1) + 1 if opens(tokens, at + 1) else at + 1
            if says(tokens, end, "WITHOUT", "TIME", "ZONE"):
                made += tokens[at:end]
                at = end + 3
                continue
            if says(tokens, end, "WITH", "TIME", "ZONE"):
                raise UnsupportedFeature(
                    "Unsupported data type 'TIME WITH TIME ZONE'.", position=token.start
                )
        made.append(token)
        at += 1
    return made


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
                instead(token, *_ARROWS[kind]),
                instead(following, _T.VAR, "JSON_KEY"),
                instead(following, _T.L_PAREN, "("),
            ]
        elif before in _ARROWS and kind in _KEYS:
            made += [token]
            if kind is not _T.PARAMETER:
                made.append(instead(token, _T.R_PAREN, ")"))
        elif at > 1 and before is _T.PARAMETER and tokens[at - 2].token_type in _ARROWS:
            made += [token, instead(token, _T.R_PAREN, ")")]
        else:
            made.append(token)
    return made


_ARROWS: Final = {_T.ARROW: (_T.HASH_ARROW, "#>"), _T.DARROW: (_T.DHASH_ARROW, "#>>")}
_KEYS: Final = (_T.STRING, _T.NUMBER, _T.PARAMETER)


def _paths(tokens: list[Token]) -> list[Token]:
    """`js #> ARRAY['a']`: the array in parentheses, since the operator takes one word."""
    made: list[Token] = []
    closes: set[int] = set()
    for at, token in enumerate(tokens):
        before = tokens[at - 1].token_type if at else None
        if before in (_T.HASH_ARROW, _T.DHASH_ARROW) and token.token_type is _T.ARRAY:
            made.append(instead(token, _T.L_PAREN, "("))
            end = next(
                (n for n in range(at, len(tokens)) if tokens[n].token_type is _T.R_BRACKET), at
            )
            closes.add(end)
        made.append(token)
        if at in closes:
            made.append(instead(token, _T.R_PAREN, ")"))
    return made


def _intervals(tokens: list[Token]) -> list[Token]:
    """`INTERVAL '1 day 02:15:00'`: of several parts the parser would keep the first alone."""
    return [
        instead(token, _T.STRING, span(token.text).text)
        if token.token_type is _T.STRING
        and at
        and tokens[at - 1].token_type is _T.INTERVAL
        and not is_plain(token.text)
        and not _is_qualified(tokens, at)
        else token
        for at, token in enumerate(tokens)
    ]


def _is_qualified(tokens: list[Token], at: int) -> bool:
    """Whether YEAR TO MONTH or the like stands behind a text, which is read by it then."""
    words = [each.text.upper() for each in tokens[at + 1 : at + 6]]
    return "TO" in (words[1:2] if words[1:2] != ["("] else words[4:5])


def _calls(tokens: list[Token]) -> list[Token]:
    """`div(a, b)`, whose name is an operator in other dialects."""
    return [
        instead(token, _T.VAR, token.text)
        if token.token_type is _T.DIV and opens(tokens, at + 1)
        else token
        for at, token in enumerate(tokens)
    ]


#: What the tokens must have, in upper case -> what becomes of them then, in this order.
_FORMS: Final = tuple(
    (frozenset(signs.split()), form)
    for signs, form in (
        ("~ ! ~~ ~* ~~* && ^ # @ /", _operators),
        *DEFINITIONS,
        ("WITH", _only_queries),
        ("VALUES TABLE", _whole_tables),
        ("ONLY OVERRIDING STORED LOCAL REGCLASS", _same),
        ("SOME", _some),
        ("TRIM OVERLAY SUBSTRING", _arguments),
        ("WINDOW", _windows),
        ("ZONE", _zones),
        ("-> ->>", _arrows),
        ("#> #>>", _paths),
        ("INTERVAL", _intervals),
        ("DIV", _calls),
    )
)
