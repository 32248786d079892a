"""The spread operator `** [a, b]`: an array's items as arguments or items of IN.

Snowflake's manual: "Expansion operators". The array must be constant, so its brackets go.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature

_BEFORE: Final = frozenset((TokenType.L_PAREN, TokenType.COMMA))


def expanded(tokens: list[Token]) -> list[Token]:
    """The tokens without `**` and the brackets behind it.

    Raises SqlSyntaxError where it stands alone, UnsupportedFeature for another array.
    """
    starts = [
        at
        for at, (one, two) in enumerate(pairwise(tokens))
        if one.token_type is TokenType.STAR
        and two.token_type is TokenType.STAR
        and two.start == one.end + 1
    ]
    for at in reversed(starts):
        before = tokens[at - 1].token_type if at else None
        if before not in _BEFORE:
            raise SqlSyntaxError(
                "SQL compilation error:\nsyntax error unexpected '**'.", position=tokens[at].start
            )
        opening = at + 2
        if opening >= len(tokens) or tokens[opening].token_type is not TokenType.L_BRACKET:
            raise UnsupportedFeature(
                "Unsupported feature '**' of an array that is not written out.",
                position=tokens[at].start,
            )
        closing = _closing(tokens, opening)
        tokens = [*tokens[:at], *tokens[opening + 1 : closing], *tokens[closing + 1 :]]
    return tokens


def _closing(tokens: list[Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        kind = tokens[at].token_type
        depth += (kind is TokenType.L_BRACKET) - (kind is TokenType.R_BRACKET)
        if not depth:
            return at
    raise SqlSyntaxError(
        "SQL compilation error:\nsyntax error unexpected '['.", position=tokens[opening].start
    )
