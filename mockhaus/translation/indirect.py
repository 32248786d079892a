"""Names given as values: `IDENTIFIER('t')`, `IDENTIFIER($variable)`, `TABLE('t')`.

Snowflake's manual: "Literals and variables as identifiers". A literal stands for its name on the
tokens, so that every statement takes it where it takes a name. A session variable is known only
just before the statement runs: its value is written into the text then, and the text parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UndefinedVariable, UnsupportedFeature
from mockhaus.translation.dialect import SNOWFLAKE, where

_MENTION: Final = re.compile(r"\b(?:identifier|table)\s*\(\s*['$:?\"]", re.IGNORECASE)
_VARIABLE: Final = re.compile(
    r"\b((?:identifier|table)\s*\(\s*)\$([a-z_][a-z0-9_]*)(?=\s*\))", re.IGNORECASE
)
_NAMES: Final = frozenset((TokenType.VAR, TokenType.IDENTIFIER))


def uses_variables(text: str) -> bool:
    """Whether a statement takes a name from a session variable."""
    return _VARIABLE.search(text) is not None


def with_variables(text: str, variables: Mapping[str, Any]) -> str:
    """The text with the values of the variables that give names. Raises UndefinedVariable."""

    def written(match: re.Match[str]) -> str:
        name = match[2].upper()
        if name not in variables:
            raise UndefinedVariable(
                f"SQL compilation error:\nSession variable '${name}' does not exist"
            )
        value = str(variables[name]).replace("'", "''")
        return f"{match[1]}'{value}'"

    return _VARIABLE.sub(written, text)


def named(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with the names that literals give in their place."""
    lower = text.lower()  # a search that ignores case takes 20 times as long
    if ("identifier" not in lower and "table" not in lower) or _MENTION.search(text) is None:
        return tokens
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        size = _call(tokens, at)
        if size == 0:
            made.append(tokens[at])
            at += 1
            continue
        made.extend(_name(tokens[at + 2 : at + size], text))
        at += size
    return made


_BEFORE_TABLE: Final = frozenset((TokenType.FROM, TokenType.JOIN, TokenType.COMMA))


def _call(tokens: list[Token], at: int) -> int:
    """The number of tokens of IDENTIFIER(...) or TABLE('...') that starts here, else 0."""
    word = tokens[at].text.upper()
    if word not in ("IDENTIFIER", "TABLE") or at + 3 >= len(tokens):
        return 0
    if tokens[at + 1].token_type is not TokenType.L_PAREN:
        return 0
    kinds = [token.token_type for token in tokens[at + 2 : at + 5]]
    if word == "TABLE" and (at == 0 or tokens[at - 1].token_type not in _BEFORE_TABLE):
        return 0
    if kinds[:2] == [TokenType.STRING, TokenType.R_PAREN]:
        return 4
    if kinds == [TokenType.PARAMETER, TokenType.VAR, TokenType.R_PAREN]:
        return 5
    if word == "IDENTIFIER" and kinds[0] in (TokenType.PLACEHOLDER, TokenType.COLON):
        raise UnsupportedFeature(
            "Unsupported feature 'IDENTIFIER with a bind variable'.", position=tokens[at].start
        )
    return 0


def _name(inner: list[Token], text: str) -> list[Token]:
    """The tokens of a name, of what stands after the opening parenthesis."""
    first, closing = inner[0], inner[-1]
    if first.token_type is TokenType.PARAMETER:  # any name will do: it is parsed again
        place = (first.line, first.col, first.start, closing.end)
        return [Token(TokenType.VAR, inner[1].text, *place)]
    parts = SNOWFLAKE.tokenize(first.text)
    dots = all(part.token_type is TokenType.DOT for part in parts[1::2])
    if (
        len(parts) % 2 == 0
        or len(parts) > 5
        or not dots
        or any(_glued(left, right) for left, right in pairwise(parts))
    ):
        raise SqlSyntaxError(
            f"SQL compilation error:\nsyntax error {where(text, first.start)} unexpected "
            f"'{first.text}'.",
            hint="IDENTIFIER takes an object's name.",
            position=first.start,
        )
    *before, last = (_placed(part, first) for part in parts)
    ended = Token(last.token_type, last.text, last.line, last.col, last.start, closing.end)
    return [*before, ended]


def _glued(left: Token, right: Token) -> bool:
    return right.start != left.end + 1


def _placed(part: Token, literal: Token) -> Token:
    """A part of the name at its place in the literal; a word is a name, whatever it says."""
    start = literal.start + 1 + part.start
    kind = part.token_type
    if kind is not TokenType.DOT and kind not in _NAMES:
        kind = TokenType.VAR
    return Token(kind, part.text, literal.line, literal.col, start, start + len(part.text) - 1)
