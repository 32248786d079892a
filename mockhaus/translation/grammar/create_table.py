"""Words of CREATE TABLE that sqlglot does not read, and that say nothing that others do not say.

    LOCAL | GLOBAL TEMPORARY  TEMPORARY       VOLATILE          TEMPORARY
    FOREIGN KEY REFERENCES    REFERENCES      LINEAR (a, b)     (a, b), a clustering key's only kind

Snowflake's manual: "CREATE TABLE", "CREATE | ALTER TABLE ... CONSTRAINT".
"""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

_SCOPES: Final = ("LOCAL", "GLOBAL")
_TEMPORARY: Final = ("TEMP", "TEMPORARY", "VOLATILE")


def plain(tokens: list[Token]) -> list[Token]:
    """The tokens of a CREATE or ALTER TABLE without these words."""
    words = [_word(token) for token in tokens]
    start = 3 if words[1:3] == ["OR", "REPLACE"] else 1
    made = list(tokens)
    for at in range(len(tokens) - 2, start - 1, -1):
        word, after = words[at], words[at + 1]
        keyed = word == "FOREIGN KEY" and after == "REFERENCES"
        linear = word == "LINEAR" and after == "(" and words[at - 1].endswith("BY")
        if keyed or linear or (at == start and word in _SCOPES and after in _TEMPORARY):
            del made[at]
    for at, token in enumerate(made[:4]):
        if _word(token) == "VOLATILE" and at == start:
            made[at] = _instead(token)
    return made


def _word(token: Token) -> str:
    is_name = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
    return "" if is_name else token.text.upper()


def _instead(token: Token) -> Token:
    place = (token.line, token.col, token.start, token.end)
    return Token(TokenType.TEMPORARY, "TEMPORARY", *place)
