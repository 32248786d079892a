"""Statements that PostgreSQL has and Snowflake has not, or has in fewer forms.

Manual: CREATE INDEX, DROP INDEX, DROP TABLE, TRUNCATE, VACUUM, ANALYZE, REINDEX. A grammar answers
None for what is Snowflake's own statement after all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot.tokenizer_core import TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar import objects
from mockhaus.translation.grammar.objects import begin_named
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.scripting.parse import is_block


class PostgresDDL(s.Statement, frozen=True):
    """A statement of PostgreSQL's that changes objects, and what is recorded of them."""


class CreateIndex(PostgresDDL, frozen=True, kw_only=True):
    """CREATE [UNIQUE] INDEX. `columns` is None where an expression is indexed; `name` None where
    none is given; `partial` with WHERE."""

    name: ObjectName | None
    table: ObjectName
    columns: tuple[str, ...] | None
    unique: bool = False
    partial: bool = False
    if_not_exists: bool = False


class DropIndex(PostgresDDL, frozen=True, kw_only=True):
    """DROP INDEX of several names."""

    names: tuple[ObjectName, ...]
    if_exists: bool = False


class DropSeveral(PostgresDDL, frozen=True, kw_only=True):
    """DROP of several objects of a kind."""

    of: tuple[s.Drop, ...]

    @property
    def kind(self) -> str:
        return self.of[0].kind


class TruncateTables(PostgresDDL, frozen=True, kw_only=True):
    """TRUNCATE of several tables, or with what Snowflake's does not have."""

    names: tuple[ObjectName, ...]
    restart: bool = False
    cascade: bool = False


class Maintain(s.Statement, frozen=True, kw_only=True):
    """VACUUM, ANALYZE, REINDEX, CHECKPOINT: what DuckDB does by itself."""

    verb: str


# --- indexes -------------------------------------------------------------------------------------


def create_index(reader: Reader) -> CreateIndex:
    """CREATE [UNIQUE] INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON table (..) .."""
    reader.expect("CREATE")
    unique = reader.accept("UNIQUE")
    reader.expect("INDEX")
    reader.accept("CONCURRENTLY")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = None if reader.looking_at("ON") else reader.object_name()
    reader.expect("ON")
    reader.accept("ONLY")
    table = reader.object_name()
    if reader.accept("USING"):
        reader.identifier()
    columns = _indexed(reader)
    partial = False
    while not reader.done:
        if reader.accept("WHERE"):
            partial = True
            reader.rest()
        elif reader.accept("INCLUDE") or reader.accept("WITH"):
            _indexed(reader)
        elif reader.accept("TABLESPACE"):
            reader.identifier()
        elif not reader.accept("NULLS", "DISTINCT"):
            raise reader.unexpected()
    return CreateIndex(
        **statement_fields(reader),
        name=name,
        table=table,
        columns=columns,
        unique=unique,
        partial=partial,
        if_not_exists=if_not_exists,
    )


def _indexed(reader: Reader) -> tuple[str, ...] | None:
    """The columns within parentheses, None if an item is an expression."""
    reader.expect("(")
    found: list[str] = []
    plain, depth = True, 1
    starts = True
    while depth:
        token = reader.take()
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        plain = plain and (depth < 2)
        if starts and depth == 1:
            quoted = reader.is_quoted(token)
            plain = plain and (quoted or token.text[:1].isalpha() or token.text[:1] == "_")
            found.append(token.text if quoted else token.text.upper())
        starts = token.token_type is TokenType.COMMA and depth == 1
    return tuple(found) if plain else None


def drop_index(reader: Reader) -> DropIndex:
    """DROP INDEX [CONCURRENTLY] [IF EXISTS] name, ..."""
    reader.expect("DROP", "INDEX")
    reader.accept("CONCURRENTLY")
    if_exists = reader.accept("IF", "EXISTS")
    listed = _names(reader)
    _ = reader.accept("CASCADE") or reader.accept("RESTRICT")
    reader.end()
    return DropIndex(**statement_fields(reader), names=listed, if_exists=if_exists)


def _names(reader: Reader) -> tuple[ObjectName, ...]:
    found = [reader.object_name()]
    while reader.accept(","):
        found.append(reader.object_name())
    return tuple(found)


# --- several objects -----------------------------------------------------------------------------


def drop(reader: Reader) -> s.Statement | None:
    """DROP kind a, b: one statement a name. None for one name, which Snowflake drops as well."""
    if not any(token.token_type is TokenType.COMMA for token in reader.tokens):
        return None
    reader.expect("DROP")
    kind = reader.identifier()
    if kind not in ("TABLE", "VIEW", "SEQUENCE", "SCHEMA"):
        return None
    if_exists = reader.accept("IF", "EXISTS")
    listed = _names(reader)
    cascade = reader.accept("CASCADE")
    _ = cascade or reader.accept("RESTRICT")
    reader.end()
    fields = statement_fields(reader)
    each = tuple(
        s.Drop(**fields, object=kind, name=name, if_exists=if_exists, cascade=cascade)
        for name in listed
    )
    return DropSeveral(**fields, of=each)


def truncate(reader: Reader) -> s.Statement | None:
    """TRUNCATE a, b [RESTART IDENTITY] [CASCADE]; None for a form that Snowflake has."""
    reader.expect("TRUNCATE")
    reader.accept("TABLE")
    if reader.looking_at("IF", "EXISTS"):
        return None
    reader.accept("ONLY")
    listed = _names(reader)
    restart = reader.accept("RESTART", "IDENTITY")
    if not restart:
        reader.accept("CONTINUE", "IDENTITY")
    cascade = reader.accept("CASCADE")
    _ = cascade or reader.accept("RESTRICT")
    reader.end()
    fields = statement_fields(reader)
    return TruncateTables(**fields, names=listed, restart=restart, cascade=cascade)


# --- the rest ------------------------------------------------------------------------------------


def maintain(reader: Reader) -> Maintain:
    """VACUUM, ANALYZE, REINDEX, CHECKPOINT, of whatever tables."""
    verb = reader.identifier()
    reader.rest()
    return Maintain(**statement_fields(reader), verb=verb)


_OPTIONS: Final = ("RESTART", "OWNED", "MINVALUE", "MAXVALUE", "CYCLE", "CACHE", "START", "AS")


def alter_sequence(reader: Reader) -> s.Statement | None:
    """ALTER SEQUENCE with options that only PostgreSQL's sequences have."""
    for token in reader.tokens[3:]:
        if token.text.upper() in _OPTIONS and not reader.is_quoted(token):
            raise UnsupportedFeature(
                f"Unsupported feature 'ALTER SEQUENCE {token.text.upper()}'.", position=token.start
            )
    return None


def comment(reader: Reader) -> s.Statement | None:
    """COMMENT .. IS NULL takes a comment away."""
    last = reader.tokens[-1]
    if last.text.upper() != "NULL" or last.token_type is TokenType.STRING:
        return None
    last.text, last.token_type = "", TokenType.STRING
    return objects.comment(reader)


_LEVELS: Final = (
    ("SERIALIZABLE",),
    ("REPEATABLE", "READ"),
    ("READ", "COMMITTED"),
    ("READ", "UNCOMMITTED"),
)


def begin(reader: Reader) -> s.Begin | None:
    """BEGIN and START TRANSACTION with modes, which the door reads. None for a block."""
    if is_block(reader):
        return None
    found = begin_named(reader)
    while not reader.done:
        if reader.accept("ISOLATION", "LEVEL"):
            if not any(reader.accept(*level) for level in _LEVELS):
                raise reader.unexpected()
        elif reader.accept("READ"):
            if not (reader.accept("WRITE") or reader.accept("ONLY")):
                raise reader.unexpected()
        elif not (
            reader.accept(",") or reader.accept("DEFERRABLE") or reader.accept("NOT", "DEFERRABLE")
        ):
            raise reader.unexpected()
    return found


def explain(reader: Reader) -> s.Statement | None:
    """EXPLAIN with PostgreSQL's options, whose answer has another shape."""
    reader.expect("EXPLAIN")
    if reader.word() in ("(", "ANALYZE", "VERBOSE"):
        raise UnsupportedFeature(
            f"Unsupported feature 'EXPLAIN {reader.word()}'.",
            hint="Write EXPLAIN [USING TEXT | JSON | TABULAR] query.",
        )
    return None


PostgresGrammar = Callable[[Reader], s.Statement | None]

#: Leading words -> grammar; the longest match wins, before Snowflake's own.
GRAMMARS: Final[dict[tuple[str, ...], PostgresGrammar]] = {
    ("BEGIN",): begin,
    ("START", "TRANSACTION"): begin,
    ("CREATE", "INDEX"): create_index,
    ("CREATE", "UNIQUE", "INDEX"): create_index,
    ("DROP", "INDEX"): drop_index,
    ("DROP",): drop,
    ("TRUNCATE",): truncate,
    ("ALTER", "SEQUENCE"): alter_sequence,
    ("COMMENT",): comment,
    ("EXPLAIN",): explain,
    **dict.fromkeys((("VACUUM",), ("ANALYZE",), ("REINDEX",), ("CHECKPOINT",)), maintain),
}
