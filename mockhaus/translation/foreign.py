"""What sqlglot reads and Snowflake does not: forms of DuckDB and of others, found in the tokens.

A tree does not always tell them from Snowflake's: `FROM t` has the tree of `SELECT * FROM t`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnknownFunction, UnsupportedFeature
from mockhaus.translation.grammar.reader import Reader

#: What stands before a FROM that has no SELECT, or no items.
_BARE: Final = frozenset(
    (None, TokenType.SELECT, TokenType.L_PAREN, TokenType.ALIAS, TokenType.UNION, TokenType.ALL)
)
#: What stands before `*` in DuckDB's MERGE.
_CHANGES: Final = frozenset((TokenType.INSERT, TokenType.SET, TokenType.UPDATE))
#: The same of PostgreSQL, which has SELECT FROM t.
_BARE_IN_POSTGRES: Final = _BARE - {TokenType.SELECT}
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
#: Clauses of Snowflake's FROM that there are none of here.
_UNKEPT: Final = frozenset(("RESAMPLE", "SEMANTIC_VIEW"))
_CALLS_FOREIGN_TO_POSTGRES: Final = _FOREIGN_CALLS - _POSTGRES_CALLS

#: Names of types that sqlglot reads and neither Snowflake nor PostgreSQL has.
_FOREIGN_TYPES: Final = frozenset(
    (
        "BIGNUM", "BIGNUMERIC", "BYTE", "CLOB", "DECIMAL32", "DECIMAL64", "DECIMAL128",
        "DECIMAL256", "FIXED", "INT1", "INT16", "INT32", "INT64", "INT256", "LONG", "LONGBLOB",
        "LONGTEXT", "LONGVARCHAR", "LS", "MEDIUMBLOB", "MEDIUMTEXT", "SHORT", "SQL_DOUBLE",
        "SQL_VARCHAR", "STR", "TINYBLOB", "TINYTEXT", "VARCHAR2",
    )
)  # fmt: skip
_NAMED: Final = frozenset(Snowflake.Tokenizer.KEYWORDS[name] for name in _FOREIGN_TYPES)
#: What stands before the name of a type: `x::LONG`, `CAST(x AS LONG)`, `CREATE TABLE t (x LONG)`.
_BEFORE_TYPES: Final = frozenset((TokenType.ALIAS, TokenType.DCOLON, TokenType.VAR))

#: All other tokens are as they should be.
_LOOKED_AT: Final = _FOREIGN | _NAMED | {
    TokenType.ALIAS, TokenType.ARROW, TokenType.DARROW, TokenType.DASH, TokenType.DCOLON,
    TokenType.EXCEPT, TokenType.FROM, TokenType.HEX_STRING, TokenType.ILIKE, TokenType.INT128,
    TokenType.INTERSECT, TokenType.INTERVAL, TokenType.L_BRACKET, TokenType.L_PAREN,
    TokenType.LIKE, TokenType.LIMIT, TokenType.MAP, TokenType.PERCENT, TokenType.STAR,
    TokenType.STRING, TokenType.TABLE_SAMPLE, TokenType.UINT128, TokenType.UNKNOWN,
    TokenType.VALUES,
}  # fmt: skip

#: Names of types that sqlglot knows: 128 bits are DuckDB's, the others PostgreSQL's as well.
_TYPES: Final = frozenset((TokenType.INT128, TokenType.UINT128))
_POSTGRES_TYPES: Final = frozenset(("BLOB", "BPCHAR", "INTERVAL", "JSON", "JSONB", "MEDIUMINT"))
#: The functions that take a lambda.
_LAMBDAS: Final = frozenset(("FILTER", "REDUCE", "TRANSFORM"))

_Following = Mapping[tuple[TokenType, TokenType], list[TokenType]]
#: What must not follow: `SAMPLE 10`, `LIMIT 1, 2`; PostgreSQL has `INTERSECT ALL`.
_FOLLOWING: Final[_Following] = {
    (TokenType.STAR, TokenType.EXCEPT): [TokenType.L_PAREN],
    (TokenType.MAP, TokenType.L_BRACE): [],
    (TokenType.INTERVAL, TokenType.NUMBER): [],
    (TokenType.INTERVAL, TokenType.L_PAREN): [],
    (TokenType.TABLE_SAMPLE, TokenType.NUMBER): [],
    (TokenType.LIMIT, TokenType.NUMBER): [TokenType.COMMA],
}
_FOLLOWING_IN_POSTGRES: Final[_Following] = {
    (TokenType.INTERSECT, TokenType.ALL): [],
    (TokenType.EXCEPT, TokenType.ALL): [],
}
#: Letters before a quote that make another string of it: `e'\n'`.
_PREFIXES: Final = frozenset("EBN")


#: `1 year, 3 days`; a number alone has its unit behind the string ("Interval constants").
_INTERVAL: Final = re.compile(r"\s*[+-]?\d+\s*\w*\s*(?:,\s*[+-]?\d+\s*\w*\s*)*")
#: Fields of "Interval data types".
_FIELDS: Final = frozenset(("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"))
_MOVING: Final = frozenset((TokenType.PLUS, TokenType.DASH))
_BOUNDS: Final = frozenset(("PRECEDING", "FOLLOWING"))


def _check_interval(tokens: list[Token], at: int) -> None:
    """Refuse an interval that moves nothing, and one of another dialect.

    Of `'1 day 2 hours'` sqlglot would take the first part alone. `at` is the place of its text.
    """
    token, after = tokens[at], at + 1
    if after < len(tokens) and tokens[after].text.upper() in _FIELDS:
        after = _behind_fields(tokens, after)
    elif _INTERVAL.fullmatch(token.text) is None:
        raise UnsupportedFeature(
            f"Unsupported feature 'INTERVAL ''{token.text}'''.", position=token.start
        )
    before = at - 2
    while before > 0 and tokens[before].token_type is TokenType.L_PAREN:
        before -= 1
        if tokens[before].token_type is TokenType.VAR:  # what a function takes the walk knows
            return
    while after < len(tokens) and tokens[after].token_type is TokenType.R_PAREN:
        after += 1
    moves = before >= 0 and tokens[before].token_type in _MOVING
    if after < len(tokens):
        moves = moves or tokens[after].token_type in _MOVING
        moves = moves or tokens[after].text.upper() in _BOUNDS
    if not moves:
        raise UnsupportedFeature(
            "Unsupported feature 'an INTERVAL as a value'.",
            hint="An interval is added to a date or a time, or taken from it.",
            position=tokens[at - 1].start,
        )


def _behind_fields(tokens: list[Token], at: int) -> int:
    """The place behind `DAY(3) TO SECOND(6)`."""
    while at < len(tokens):
        word = tokens[at].text.upper()
        bracketed = tokens[at].token_type is TokenType.L_PAREN
        if not (bracketed or word in _FIELDS or word == "TO"):
            break
        at += 3 if bracketed else 1
    return at


def refuse(reader: Reader, *, postgres: bool) -> None:
    """Raises at what only DuckDB and others take: `FROM t`, `x ISNULL`, `USING SAMPLE`, `IF(..)`.

    With `postgres` what PostgreSQL takes is left alone.

    Raises SqlSyntaxError, UnknownFunction.
    """
    words = _FOREIGN_TO_POSTGRES if postgres else _FOREIGN
    calls = _CALLS_FOREIGN_TO_POSTGRES if postgres else _FOREIGN_CALLS
    verb = reader.word()
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
        elif kind in _NAMED and token.text.upper() in _FOREIGN_TYPES:
            if before in _BEFORE_TYPES and _is_type(tokens, at, verb):
                raise UnsupportedFeature(
                    f"Unsupported data type '{token.text.upper()}'.", position=token.start
                )
        elif kind is TokenType.STRING:
            if before is TokenType.INTERVAL and not postgres:
                _check_interval(tokens, at)
            elif before is not None and not postgres and _is_prefix(tokens[at - 1], token):
                reader.at = at
                raise reader.unexpected()
        elif (
            kind in words
            or (kind is TokenType.DARROW and not postgres)
            or (kind is TokenType.TABLE_SAMPLE and before is TokenType.USING)
            or (kind is TokenType.STAR and before in _CHANGES and verb == "MERGE")
            or (kind is TokenType.FROM and before in (_BARE_IN_POSTGRES if postgres else _BARE))
            or (kind is TokenType.VALUES and before is None and not postgres)
            or (kind is TokenType.L_BRACKET and before is TokenType.IN)
            or (kind is TokenType.PERCENT and _is_sampled(tokens, at))
            or kind in _TYPES
            or _is_followed(tokens, at, _FOLLOWING)
            or (not postgres and _is_postgres(reader, at))
        ):
            # what is wrong with AS and :: stands behind them
            reader.at = at + (kind in (TokenType.ALIAS, TokenType.DCOLON))
            raise reader.unexpected()


def _is_type(tokens: list[Token], at: int, verb: str) -> bool:
    """Whether a name of a type is one where it stands, and not the alias of an expression."""
    before = tokens[at - 1].token_type
    if before is TokenType.DCOLON:
        return True
    opening = _opening(tokens, at)
    if before is TokenType.ALIAS:
        return opening > 0 and tokens[opening - 1].text.upper() in ("CAST", "TRY_CAST")
    if opening < 0:
        return verb == "ALTER"
    return verb in ("ALTER", "CREATE") and tokens[opening + 1].token_type is not TokenType.SELECT


def _opening(tokens: list[Token], at: int) -> int:
    """The parenthesis that is open before a token, -1 for none."""
    depth = 0
    for number in range(at - 1, -1, -1):
        kind = tokens[number].token_type
        depth += (kind is TokenType.R_PAREN) - (kind is TokenType.L_PAREN)
        if depth < 0:
            return number
    return -1


def _is_followed(tokens: list[Token], at: int, table: _Following) -> bool:
    """Whether a token and the next one stand in a table, with what follows them there."""
    if at + 1 == len(tokens):
        return False
    after = table.get((tokens[at].token_type, tokens[at + 1].token_type))
    if after is None:
        return False
    return [each.token_type for each in tokens[at + 2 : at + 2 + len(after)]] == after


def _is_postgres(reader: Reader, at: int) -> bool:
    """Whether a token is one that PostgreSQL's SQL has, and Snowflake's not."""
    tokens = reader.tokens
    token, before = tokens[at], tokens[at - 1] if at > reader.at else None
    kind, word = token.token_type, token.text.upper()
    if kind is TokenType.DASH:
        return _is_negative_count(tokens, at)
    if kind is TokenType.HEX_STRING:
        return reader.text[token.start : token.start + 2].lower() == "0x"
    if kind in (TokenType.LIKE, TokenType.ILIKE):
        return word.startswith("~")
    if kind is TokenType.ARROW:  # v -> 'key'
        return _function_around(tokens, at) not in _LAMBDAS
    if kind is TokenType.UNKNOWN:
        return before is not None and before.token_type in (TokenType.IS, TokenType.NOT)
    if kind is TokenType.L_BRACKET:  # INT[]
        empty = at + 1 < len(tokens) and tokens[at + 1].token_type is TokenType.R_BRACKET
        glued = before is not None and before.end + 1 == token.start
        return empty and glued and before is not None and before.text[-1:].isalnum()
    if kind is TokenType.ALIAS and at + 1 < len(tokens) and _is_reserved(reader, at + 1):
        return True
    if kind in (TokenType.ALIAS, TokenType.DCOLON) and at + 1 < len(tokens):
        if tokens[at + 1].text.upper() not in _POSTGRES_TYPES:
            return False
        return kind is TokenType.DCOLON or _function_around(tokens, at) in _CASTS
    return _is_followed(tokens, at, _FOLLOWING_IN_POSTGRES)


def _is_negative_count(tokens: list[Token], at: int) -> bool:
    """Whether a minus is that of `LIMIT -1`, `LIMIT 1 OFFSET -1`, where OFFSET is no name."""
    before = [each.token_type for each in tokens[max(at - 2, 0) : at]]
    return before[-1:] == [TokenType.LIMIT] or before == [TokenType.NUMBER, TokenType.OFFSET]


#: Words that are no names without quotes (manual: "Reserved & limited keywords").
_RESERVED: Final = frozenset(
    """
    ALL ALTER AND ANY AS BETWEEN BY CASE CHECK COLUMN CONNECT CONSTRAINT CREATE CURRENT DELETE
    DISTINCT DROP ELSE EXISTS FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN INCREMENT INNER
    INSERT INTERSECT INTO IS JOIN LEFT LIKE MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP
    REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER
    UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH
    """.split()  # noqa: SIM905  a list of words is no easier to read
)
_BEHIND_ITEMS: Final = frozenset((None, TokenType.COMMA, TokenType.FROM, TokenType.R_PAREN))


def _is_reserved(reader: Reader, at: int) -> bool:
    """Whether a token is the alias of an item, and a word that cannot be one."""
    token = reader.tokens[at]
    following = reader.tokens[at + 1].token_type if at + 1 < len(reader.tokens) else None
    if following not in _BEHIND_ITEMS or reader.is_quoted(token):
        return False
    return token.text.upper() in _RESERVED


_CASTS: Final = frozenset(("CAST", "TRY_CAST"))


def _function_around(tokens: list[Token], at: int) -> str:
    """The word before the parenthesis that a token stands in, in upper case."""
    depth = 0
    for place in range(at - 1, 0, -1):
        kind = tokens[place].token_type
        if kind is TokenType.L_PAREN and not depth:
            return tokens[place - 1].text.upper()
        depth += (kind is TokenType.R_PAREN) - (kind is TokenType.L_PAREN)
    return ""


def _is_sampled(tokens: list[Token], at: int) -> bool:
    """`SAMPLE (10 PERCENT)`: in Snowflake a number alone is one."""
    around = [each.token_type for each in tokens[at - 2 : at + 2]]
    return around == [
        TokenType.L_PAREN, TokenType.NUMBER, TokenType.PERCENT, TokenType.R_PAREN
    ]  # fmt: skip


def _is_prefix(before: Token, string: Token) -> bool:
    """Whether a string follows a number, or a letter that makes another string of it."""
    if before.token_type is TokenType.NUMBER:
        return True
    return before.end + 1 == string.start and before.text.upper() in _PREFIXES


def _check_call(reader: Reader, name: Token, calls: frozenset[str]) -> None:
    """Raises UnknownFunction where the word before a parenthesis is another dialect's function,
    UnsupportedFeature where it begins a clause that is missing here."""
    if name.text.upper() in _UNKEPT and not reader.is_quoted(name):
        raise UnsupportedFeature(f"Unsupported feature '{name.text.upper()}'.", position=name.start)
    if name.text.upper() in calls and not reader.is_quoted(name):
        raise UnknownFunction(
            f"SQL compilation error:\nUnknown function {name.text.upper()}", position=name.start
        )
