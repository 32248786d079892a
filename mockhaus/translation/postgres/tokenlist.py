"""Looking at tokens and making others of them."""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

_T: Final = TokenType


def instead(token: Token, kind: TokenType, text: str) -> Token:
    """A token in the place of another."""
    return Token(kind, text, token.line, token.col, token.start, token.end)


def says(tokens: list[Token], at: int, *words: str) -> bool:
    """Whether these words stand at a place."""
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


def opens(tokens: list[Token], at: int) -> bool:
    """Whether a parenthesis opens at a place."""
    return at < len(tokens) and tokens[at].token_type is _T.L_PAREN


def top(tokens: list[Token], *words: str) -> int | None:
    """Where one of some words stands outside of parentheses, None for nowhere."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.token_type is _T.L_PAREN) - (token.token_type is _T.R_PAREN)
        if depth == 0 and token.token_type is not _T.STRING and token.text.upper() in words:
            return at
    return None
