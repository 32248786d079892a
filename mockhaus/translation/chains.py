"""The pipe operator: `SHOW TABLES ->> SELECT "name" FROM $1 WHERE ..`.

`$n` in a FROM is the answer of the n-th statement before. It is read as a call of RESULT_SCAN,
whose argument says so. Snowflake's manual: "Flow operators".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.translation.statements import PIPED

PIPE: Final = "->>"
_SOURCES: Final = frozenset((TokenType.FROM, TokenType.JOIN, TokenType.USING, TokenType.INTO))
#: What a statement begins with; anything else behind `->>` is the operand of PostgreSQL's operator.
_LEADING: Final = frozenset(
    """
    ALTER CALL COMMENT COPY CREATE DELETE DESC DESCRIBE DROP EXECUTE EXPLAIN GET GRANT INSERT LIST
    LS MERGE PUT REMOVE REVOKE RM SELECT SET SHOW TRUNCATE UNDROP UNSET UPDATE USE WITH
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)


def parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of the statements of a chain; one if there is no pipe."""
    found: list[list[Token]] = [[]]
    depth = 0
    for place, token in enumerate(tokens):
        depth += _DEPTH.get(token.token_type, 0)
        following = tokens[place + 1].text.upper() if place + 1 < len(tokens) else ""
        if token.token_type is TokenType.DARROW and not depth and following in _LEADING:
            found.append([])
        else:
            found[-1].append(token)
    return found


_DEPTH: Final = {
    TokenType.L_PAREN: 1,
    TokenType.L_BRACKET: 1,
    TokenType.L_BRACE: 1,
    TokenType.R_PAREN: -1,
    TokenType.R_BRACKET: -1,
    TokenType.R_BRACE: -1,
}


#: Words of a query that end its FROM: a comma behind them is not one of sources.
_BEHIND_FROM: Final = frozenset(
    (
        TokenType.GROUP_BY,
        TokenType.HAVING,
        TokenType.ORDER_BY,
        TokenType.QUALIFY,
        TokenType.SELECT,
        TokenType.SET,
        TokenType.WHERE,
    )
)


def _after_commas(tokens: Sequence[Token]) -> set[int]:
    """Where a source of a FROM stands behind a comma."""
    found: set[int] = set()
    sources = [False]
    for place, token in enumerate(tokens):
        kind = token.token_type
        if _DEPTH.get(kind, 0) > 0:
            sources.append(False)
        elif kind in _DEPTH and len(sources) > 1:
            sources.pop()
        elif kind is TokenType.FROM:
            sources[-1] = True
        elif kind in _BEHIND_FROM:
            sources[-1] = False
        elif kind is TokenType.COMMA and sources[-1]:
            found.add(place + 1)
    return found


def sourced(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of one statement with `$n` of its FROM as calls of RESULT_SCAN."""
    made: list[Token] = []
    skipped = False
    listed = _after_commas(tokens)
    for place, token in enumerate(tokens):
        if skipped:
            skipped = False
            continue
        number = tokens[place + 1] if place + 1 < len(tokens) else None
        if (
            token.token_type is TokenType.PARAMETER
            and number is not None
            and number.token_type is TokenType.NUMBER
            and place
            and (tokens[place - 1].token_type in _SOURCES or place in listed)
        ):
            made += _scan(token, number)
            skipped = True
        else:
            made.append(token)
    return made


def _scan(dollar: Token, number: Token) -> list[Token]:
    def at(kind: TokenType, text: str) -> Token:
        return Token(kind, text, dollar.line, dollar.col, dollar.start, number.end)

    return [
        at(TokenType.TABLE, "TABLE"),
        at(TokenType.L_PAREN, "("),
        at(TokenType.VAR, "RESULT_SCAN"),
        at(TokenType.L_PAREN, "("),
        at(TokenType.STRING, f"{PIPED}{number.text}"),
        at(TokenType.R_PAREN, ")"),
        at(TokenType.R_PAREN, ")"),
    ]
