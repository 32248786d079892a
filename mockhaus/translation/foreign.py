"""What sqlglot reads and Snowflake does not: forms of DuckDB and of others, found in the tokens.

A tree does not always tell them from Snowflake's: `FROM t` has the tree of `SELECT * FROM t`.
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnknownFunction, UnsupportedFeature
from mockhaus.translation.grammar.reader import Reader

#: What stands before a FROM that has no SELECT, or no items.
_BARE: Final = frozenset(
    (None, TokenType.SELECT, TokenType.L_PAREN, TokenType.ALIAS, TokenType.UNION, TokenType.ALL)
)
#: What stands before `*` in DuckDB's MERGE.
_CHANGES: Final = frozenset((TokenType.INSERT, TokenType.SET, TokenType.UPDATE))
_FIRST: Final = frozenset((None, TokenType.L_PAREN))
#: Words of other dialects that sqlglot reads all the same.
_FOREIGN: Final = frozenset((TokenType.ISNULL, TokenType.NOTNULL, TokenType.NULLSAFE_EQ))
_FOREIGN_TO_POSTGRES: Final = frozenset((TokenType.NULLSAFE_EQ,))
#: Functions of PostgreSQL's among those of `_FOREIGN_CALLS`.
_POSTGRES_CALLS: Final = frozenset(
    ("CONVERT", "JSON_OBJECT", "JSON_OBJECTAGG", "JSON_TABLE", "NORMALIZE", "OVERLAY")
)


#: Functions of other dialects that sqlglot has a syntax of its own for.
_FOREIGN_CALLS: Final = frozenset(
    (
        "ARGMAX", "ARGMIN", "ARG_MAX", "ARG_MIN", "CONVERT", "GAP_FILL", "IF", "JSON_OBJECT",
        "JSON_OBJECTAGG", "JSON_TABLE", "NORMALIZE", "OPENJSON", "OVERLAY", "SAFE_CAST",
        "TRY_CONVERT", "WEIGHT_STRING",
    )
)  # fmt: skip
_CALLS_FOREIGN_TO_POSTGRES: Final = _FOREIGN_CALLS - _POSTGRES_CALLS

#: All other tokens are as they should be.
_LOOKED_AT: Final = _FOREIGN | {
    TokenType.DARROW, TokenType.FROM, TokenType.L_BRACKET, TokenType.L_PAREN, TokenType.STAR,
    TokenType.STRING, TokenType.TABLE_SAMPLE, TokenType.VALUES,
}  # fmt: skip


#: `1 year, 3 days`; a number alone has its unit behind the string ("Interval constants").
_INTERVAL: Final = re.compile(r"\s*[+-]?\d+\s*\w*\s*(?:,\s*[+-]?\d+\s*\w*\s*)*")


def _check_interval(token: Token) -> None:
    """Refuse an interval of another dialect, of which sqlglot would take the first part alone."""
    if _INTERVAL.fullmatch(token.text) is None:
        shown = token.text
        raise UnsupportedFeature(
            f"Unsupported feature 'INTERVAL ''{shown}'''.", position=token.start
        )


def refuse(reader: Reader, *, postgres: bool) -> None:
    """Raises at what only DuckDB and others take: `FROM t`, `x ISNULL`, `USING SAMPLE`, `IF(..)`.

    With `postgres` what PostgreSQL takes is left alone.

    Raises SqlSyntaxError, UnknownFunction.
    """
    words = _FOREIGN_TO_POSTGRES if postgres else _FOREIGN
    calls = _CALLS_FOREIGN_TO_POSTGRES if postgres else _FOREIGN_CALLS
    merging = reader.word() == "MERGE"
    tokens, start = reader.tokens, reader.at
    for at in range(start, len(tokens)):
        token = tokens[at]
        kind = token.token_type
        if kind not in _LOOKED_AT:
            continue
        before = tokens[at - 1].token_type if at > start else None
        if kind is TokenType.L_PAREN:
            if before is not None:
                _check_call(reader, tokens[at - 1], calls)
        elif kind is TokenType.STRING:
            if before is TokenType.INTERVAL and not postgres:
                _check_interval(token)
        elif (
            kind in words
            or (kind is TokenType.DARROW and not postgres)
            or (kind is TokenType.TABLE_SAMPLE and before is TokenType.USING)
            or (kind is TokenType.STAR and before in _CHANGES and merging)
            # SELECT FROM t is PostgreSQL's
            or (kind is TokenType.FROM and before in (_FIRST if postgres else _BARE))
            or (kind is TokenType.VALUES and before is None and not postgres)
            or (kind is TokenType.L_BRACKET and before is TokenType.IN)
        ):
            reader.at = at
            raise reader.unexpected()


def _check_call(reader: Reader, name: Token, calls: frozenset[str]) -> None:
    """Raises UnknownFunction where the word before a parenthesis is another dialect's function."""
    if name.text.upper() in calls and not reader.is_quoted(name):
        raise UnknownFunction(
            f"SQL compilation error:\nUnknown function {name.text.upper()}", position=name.start
        )
