"""The two dialects: Snowflake's text comes in, DuckDB's goes out, both as stock sqlglot has them.

The compiled build of sqlglot refuses subclasses of its parser and generator, and the stock ones are
good: everything of ours happens on tokens (`grammar/`) and on the tree (`rewrite`).
"""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import Final, cast

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, TokenError, UnsupportedError
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import InvalidIdentifier, SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.calls import marked, miscounted_at, miscounted_in
from mockhaus.translation.expansion import bound
from mockhaus.translation.spread import expanded
from mockhaus.translation.types.structured import compared, less, typed_parts
from mockhaus.translation.types.untyped import settle

# What sqlglot cannot parse it logs and hands on as a bare Command, which is refused by name here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

SNOWFLAKE: Final = Dialect.get_or_raise("snowflake")
#: Where the tree keeps the name that a function was called by: sqlglot makes one class of several.
CALLED: Final = "called"
SNOWFLAKE.ORIGINAL_NAME_META_KEY = CALLED
DUCKDB: Final = Dialect.get_or_raise("duckdb")


class _NullsFirst(type(SNOWFLAKE)):  # type: ignore[misc]
    """Snowflake's SQL where NULL is the least: what reads otherwise in it says nothing of NULLs."""

    NULL_ORDERING = "nulls_are_small"


_NULLS_FIRST: Final = _NullsFirst()
#: Key of `meta` of an item of ORDER BY that says itself where NULLs come.
SAYS_NULLS: Final = "says_nulls"

#: Deeper nesting of parentheses than this is refused: recursive parsing would exhaust the stack.
MAX_NESTING: Final = 200
#: Characters of an identifier (Snowflake's manual: "Identifier requirements").
MAX_NAME: Final = 255


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; their `start` and `end` are 0-based offsets into it, end included.

    Raises SqlSyntaxError on an unclosed string, comment or quoted name, or nesting too deep;
    InvalidIdentifier on an empty name, or one that is too long.
    """
    try:
        tokens = _whole(SNOWFLAKE.tokenize(text), text)
    except TokenError:
        position = _unclosed(text)
        raise SqlSyntaxError(
            f"SQL compilation error:\nparse error {where(text, position)} near '<EOF>'.",
            hint="A string, a quoted name or a comment is not closed.",
            position=position,
        ) from None
    if _may_be_refused(text):
        _check(tokens)
    return tokens


def _may_be_refused(text: str) -> bool:
    """Whether a text may hold a name that is empty or too long, or nest too deeply.

    Few do: going through the tokens of all others took as long as making them.
    """
    return (
        sum(map(text.count, "([{")) > MAX_NESTING
        or '"' in text
        or max(map(len, text.split()), default=0) > MAX_NAME
    )


def _check(tokens: list[Token]) -> None:
    """Raises SqlSyntaxError where nesting is too deep, InvalidIdentifier at impossible names."""
    depth = 0
    for token in tokens:
        if token.token_type in _OPENING:
            depth += 1
            if depth > MAX_NESTING:
                raise SqlSyntaxError(
                    "SQL compilation error:\nthe statement is nested too deeply.",
                    position=token.start,
                )
        elif token.token_type in _CLOSING:
            depth -= 1
        elif token.token_type in _NAMES and not 0 < len(token.text) <= MAX_NAME:
            raise _no_name(token)


def _no_name(token: Token) -> InvalidIdentifier:
    """The error for a name that is empty or too long."""
    said = f"Identifier '{token.text[:20]}...' has {len(token.text)} characters, which is more than"
    return InvalidIdentifier(
        f"SQL compilation error:\n{said} the maximum of {MAX_NAME}."
        if token.text
        else "SQL compilation error:\ninvalid identifier '\"\"'",
        position=token.start,
    )


_NAMES: Final = frozenset((TokenType.IDENTIFIER, TokenType.VAR))


#: Leading words after which sqlglot's tokenizer takes the rest of a statement as one string.
_SWALLOWING: Final = frozenset((TokenType.COMMAND, TokenType.EXECUTE, TokenType.FETCH))


def _whole(tokens: list[Token], text: str) -> list[Token]:
    """The tokens of a text in which no rest of a statement is swallowed as a string."""
    if _SWALLOWING.isdisjoint([token.token_type for token in tokens]):
        return tokens
    words = [
        token
        for token, following in pairwise(tokens)
        if token.token_type in _SWALLOWING
        and following.token_type is TokenType.STRING
        and _swallowed(word=token, following=following, text=text)
    ]
    if not words:
        return tokens
    blanked = text
    for word in words:
        blanks = " " * (word.end + 1 - word.start)
        blanked = blanked[: word.start] + blanks + blanked[word.end + 1 :]
    again = [*SNOWFLAKE.tokenize(blanked), *words]
    return sorted(again, key=lambda token: token.start)


def _swallowed(*, word: Token, following: Token, text: str) -> bool:
    """Whether the string after a word is the rest of the statement and no literal.

    sqlglot gives such a string the place of its last token.
    """
    skipped = text[word.end + 1 : following.start].strip()
    return bool(skipped) or text[following.start] not in "'$" or following.text[:1] == "'"


_OPENING: Final = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE))
_CLOSING: Final = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE))


def _unclosed(text: str) -> int:
    """Where the quote or comment that never closes begins."""
    at = 0
    while at < len(text):
        for opening, closing in (("--", "\n"), ("//", "\n"), ("/*", "*/"), ("$$", "$$")):
            if text.startswith(opening, at):
                end = text.find(closing, at + 2)
                if end < 0:
                    return at
                at = end + len(closing)
                break
        else:
            if text[at] in "'\"":
                end = _closing_quote(text, at)
                if end < 0:
                    return at
                at = end
            at += 1
    return max(len(text) - 1, 0)


def _closing_quote(text: str, at: int) -> int:
    quote, end = text[at], at + 1
    while end < len(text):
        if text[end] == "\\" and quote == "'":
            end += 1
        elif text[end] == quote:
            return end
        end += 1
    return -1


def where(text: str, position: int) -> str:
    """A position in Snowflake's words: `line 1 at position 7`."""
    line_start = text.rfind("\n", 0, position) + 1
    return f"line {text.count(chr(10), 0, position) + 1} at position {position - line_start}"


def parse_tree(tokens: list[Token], text: str) -> exp.Expression:
    """The tree of one statement's tokens. Raises SqlSyntaxError with its position in `text`."""
    if "**" in text:
        tokens = expanded(tokens)
    written = typed_parts(_typed_literals(tokens, text), text)
    tokens = compared(written, text)
    miscounted = marked(tokens)
    try:
        trees = SNOWFLAKE.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    except ParseError as error:
        refusal = _syntax_error(error, tokens, text)
        if wrong := miscounted_at(refusal.position, miscounted):
            wrong.refuse(text, where(text, wrong.start))
        raise refusal from None
    except RecursionError:
        raise SqlSyntaxError(
            "SQL compilation error:\nthe statement is nested too deeply.", position=tokens[0].start
        ) from None
    if len(trees) != 1 or trees[0] is None:
        raise _unexpected(tokens[0], text)
    tree = cast(exp.Expression, trees[0])
    if tokens != written:
        tree = less(tree)
    if "NULLS" in text.upper():
        _note_nulls(tree, tokens, text)
    if miscounted and (wrong := miscounted_in(tree, miscounted)):
        wrong.refuse(text, where(text, wrong.start))
    return tree


def _note_nulls(tree: exp.Expression, tokens: list[Token], text: str) -> None:
    """Note which items of ORDER BY say where NULLs come: sqlglot tells only where that is."""
    if not any(token.text.upper() == "NULLS" for token in tokens):
        return
    (other,) = _NULLS_FIRST.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    pairs = zip(tree.find_all(exp.Ordered), other.find_all(exp.Ordered), strict=True)
    for item, same in pairs:
        if item.args.get("nulls_first") == same.args.get("nulls_first"):
            item.meta[SAYS_NULLS] = True


_LITERAL_TYPES: Final = frozenset(("DATE", "TIME", "TIMESTAMP"))


def _typed_literals(tokens: list[Token], text: str) -> list[Token]:
    """`DATE '2024-01-02'::VARCHAR` in parentheses: sqlglot would cast the text first."""
    if "::" not in text:
        return tokens
    at = [
        number
        for number in range(len(tokens) - 2)
        if tokens[number + 2].token_type is TokenType.DCOLON
        and tokens[number + 1].token_type is TokenType.STRING
        and tokens[number].text.upper() in _LITERAL_TYPES
        and (number == 0 or tokens[number - 1].token_type is not TokenType.DOT)
    ]
    if not at:
        return tokens
    made = list(tokens)
    for number in reversed(at):
        first, last = tokens[number], tokens[number + 1]
        opening = Token(TokenType.L_PAREN, "(", first.line, first.col, first.start, first.start)
        closing = Token(TokenType.R_PAREN, ")", last.line, last.col, last.end, last.end)
        made[number : number + 2] = [opening, first, last, closing]
    return made


def _unexpected(token: Token, text: str) -> SqlSyntaxError:
    shown = text[token.start : token.end + 1]
    return SqlSyntaxError(
        f"SQL compilation error:\nsyntax error {where(text, token.start)} unexpected '{shown}'.",
        position=token.start,
    )


def _syntax_error(
    error: ParseError, tokens: list[Token], text: str
) -> SqlSyntaxError | UnsupportedFeature:
    first = error.errors[0] if error.errors else {}
    line, column = first.get("line"), first.get("col")
    description = str(first.get("description", ""))
    if description.startswith(("Expected type", "Expected TYPE")):
        for token in tokens:
            if (token.line, token.col) == (line, column) and token.token_type in _NAMES:
                shown = text[token.start : token.end + 1].upper()
                return UnsupportedFeature(f"Unsupported data type '{shown}'.", position=token.start)
    missing = description.startswith(("Expecting", "Expected"))
    for token in tokens[:-1] if missing else tokens:
        if token.line == line and token.col == column:
            return _unexpected(token, text)
    end = tokens[-1].end + 1
    return SqlSyntaxError(
        f"SQL compilation error:\nsyntax error {where(text, end)} unexpected '<EOF>'.",
        position=end,
    )


def generate(tree: exp.Expression) -> str:
    """DuckDB's text of a rewritten tree, which is used up. Raises UnsupportedFeature."""
    calls = list(tree.find_all(exp.Anonymous))
    if settle(calls):
        calls = list(tree.find_all(exp.Anonymous))
    bound(calls)
    try:
        text = DUCKDB.generate(tree, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        reason = str(error).split("\n", 1)[0]
        raise UnsupportedFeature(f"Unsupported feature: {reason}") from None
    if "\0" in text:  # where DuckDB's parser believes that the text ends
        raise UnsupportedFeature("Unsupported feature 'the character NUL in a literal or a name'.")
    return text


def snowflake_text(tree: exp.Expression) -> str:
    """The tree as Snowflake SQL, for labels and messages."""
    return SNOWFLAKE.generate(tree, comments=False, unsupported_level=ErrorLevel.IGNORE)
