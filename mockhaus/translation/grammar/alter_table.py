"""ALTER TABLE and ALTER VIEW as far as sqlglot does not read them.

Such a statement becomes a tree whose one action is a command: its words, which
`translation.ddl.alter` reads. Snowflake's manual: "ALTER TABLE", "ALTER TABLE ... ALTER COLUMN",
"ALTER VIEW".
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.translation.grammar.reader import Reader

#: First words of actions that go here, after the name.
_OWN: Final = frozenset(
    (
        ("ADD", "AGGREGATION"), ("ADD", "DATA"), ("ADD", "ROW"), ("ADD", "SEARCH"),
        ("ALTER", "("), ("ALTER", "CONSTRAINT"), ("DROP", "AGGREGATION"), ("DROP", "ALL"),
        ("DROP", "DATA"), ("DROP", "FOREIGN KEY"), ("DROP", "ROW"), ("DROP", "SEARCH"),
        ("DROP", "UNIQUE"), ("FORCE", "SET"), ("MODIFY", "("), ("MODIFY", "CONSTRAINT"),
        ("RECLUSTER", ""), ("RENAME", "CONSTRAINT"), ("RESUME", "RECLUSTER"),
        ("SUSPEND", "RECLUSTER"), ("SET", "AGGREGATION"), ("SET", "JOIN"), ("SET", "STORAGE"),
        ("UNSET", "AGGREGATION"), ("UNSET", "JOIN"),
    )
)  # fmt: skip

#: Words of a column's change that sqlglot knows not, or not all of.
_OF_COLUMNS: Final = frozenset(("MASKING", "PROJECTION", "UNSET"))


def command(reader: Reader) -> exp.Alter | None:
    """The tree of an ALTER TABLE or VIEW that is for us; None, and nothing read, of others."""
    start = reader.at
    reader.expect("ALTER")
    kind = reader.identifier()
    exists = reader.accept("IF", "EXISTS")
    name = reader.object_name()
    first = (reader.word(), reader.word(1))
    if first not in _OWN and not _changes_columns(reader):
        reader.at = start
        return None
    at, end = reader.at, len(reader.tokens)
    words = reader.text[reader.tokens[at].start : reader.tokens[end - 1].end + 1]
    reader.at = end
    parts = (name.name, name.schema, name.database)
    this, db, catalog = (None if p is None else exp.to_identifier(p, quoted=True) for p in parts)
    action = exp.Command(this="", expression=words)
    table = exp.Table(this=this, db=db, catalog=catalog)
    return exp.Alter(this=table, kind=kind, actions=[action], exists=exists)


def _changes_columns(reader: Reader) -> bool:
    """Whether several columns are changed, or one in a way that sqlglot does not read."""
    if reader.word() not in ("ALTER", "MODIFY"):
        return False
    tokens = reader.tokens[reader.at :]
    return len(separated(tokens)) > 1 or any(t.text.upper() in _OF_COLUMNS for t in tokens)


def separated(tokens: list[Token]) -> list[list[Token]]:
    """Tokens between commas that are in no parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0 and token.token_type is TokenType.COMMA:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
