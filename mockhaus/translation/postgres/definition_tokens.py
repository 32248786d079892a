"""SELECT INTO, ALTER TABLE and CREATE SEQUENCE of PostgreSQL's as Snowflake's tokens."""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.postgres.tokenlist import instead, says, top

_T: Final = TokenType


def _into(tokens: list[Token]) -> list[Token]:
    """`SELECT .. INTO [TEMP] t FROM ..` is CREATE TABLE t AS SELECT (manual, SELECT INTO)."""
    if not tokens or tokens[0].token_type is not _T.SELECT:
        return tokens
    place = top(tokens, "INTO", "FROM")
    if place is None or tokens[place].token_type is not _T.INTO:
        return tokens
    if place + 1 < len(tokens) and tokens[place + 1].token_type is _T.COLON:
        return tokens  # a variable of Snowflake Scripting
    end = place + 1
    head = [instead(tokens[place], _T.CREATE, "CREATE")]
    while end < len(tokens) and tokens[end].text.upper() in _TEMPORARY:
        if tokens[end].text.upper() in ("TEMP", "TEMPORARY"):
            head.append(tokens[end])
        end += 1
    head.append(instead(tokens[place], _T.TABLE, "TABLE"))
    start = end
    while end < len(tokens) and (end == start or tokens[end - 1].token_type is _T.DOT):
        end += 1
        if end < len(tokens) and tokens[end].token_type is _T.DOT:
            end += 1
    named = tokens[start:end]
    alias = instead(tokens[place], _T.ALIAS, "AS")
    return [*head, *named, alias, *tokens[:place], *tokens[end:]]


_TEMPORARY: Final = ("LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "TABLE")


def _altered(tokens: list[Token]) -> list[Token]:
    """`RENAME a TO b` is of a column; `ADD a .., ADD b ..` says ADD once in Snowflake."""
    if not says(tokens, 0, "ALTER", "TABLE"):
        return tokens
    made: list[Token] = []
    verbs = [t.text.upper() for t in tokens if t.text.upper() in ("ADD", "DROP", "ALTER")][1:]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        made.append(token)
        at += 1
        if says([token], 0, "RENAME") and tokens[at].text.upper() not in _RENAMED:
            made.append(instead(tokens[at], _T.COLUMN, "COLUMN"))
        elif token.token_type is _T.COMMA and set(verbs) in ({"ADD"}, {"DROP"}):
            again = says(tokens, at, verbs[0]) and not says(tokens, at + 1, "CONSTRAINT")
            at += (1 + says(tokens, at + 1, "COLUMN")) if again else 0
    return made


_RENAMED: Final = ("TO", "COLUMN", "CONSTRAINT")


def _sequenced(tokens: list[Token]) -> list[Token]:
    """CREATE SEQUENCE: what says the default again, or how many numbers are fetched at once."""
    if not says(tokens, 0, "CREATE", "SEQUENCE"):
        return tokens
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        if length := next((n for words, n in _DEFAULTS if says(tokens, at, *words)), 0):
            at += length
            continue
        if says(tokens, at, "OWNED") or says(tokens, at, "CYCLE"):
            raise UnsupportedFeature(
                f"Unsupported feature 'CREATE SEQUENCE {tokens[at].text.upper()}'.",
                position=tokens[at].start,
            )
        made.append(tokens[at])
        at += 1
    return made


#: Words of a default, and how many tokens it takes.
_DEFAULTS: Final[tuple[tuple[tuple[str, ...], int], ...]] = (
    (("NO", "MINVALUE"), 2),
    (("NO", "MAXVALUE"), 2),
    (("NO", "CYCLE"), 2),
    (("OWNED", "BY", "NONE"), 3),
    (("CACHE",), 2),
    (("AS", "BIGINT"), 2),
    (("MINVALUE", "1"), 2),
    (("MAXVALUE", str(2**63 - 1)), 2),
)


FORMS: Final = (("INTO", _into), ("ALTER", _altered), ("SEQUENCE", _sequenced))
