"""The table that a COPY loads: its columns as DuckDB keeps them."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mockhaus.engine.cursor import Cursor
from mockhaus.errors import InvalidIdentifier, UndefinedObject
from mockhaus.quoting import sql_literal
from mockhaus.translation.context import ObjectName, storage_schema

#: The CHECK of a VARCHAR(n) or BINARY(n), as DuckDB tells it (see `translation.ddl.tables`).
_LENGTH: Final = re.compile(r"> (\d+)\)* THEN .*'MOCKHAUS:StringTooLong:")


class TargetColumn(Struct, frozen=True):
    """A column; `type` is DuckDB's, `length` the characters of a VARCHAR(n) or bytes of a
    BINARY(n), None for no limit."""

    name: str
    type: str
    nullable: bool = True
    length: int | None = None


class Target(Struct, frozen=True):
    """A table; `columns` are those that are loaded, in the order of the file's fields."""

    name: ObjectName
    columns: tuple[TargetColumn, ...]

    @property
    def sql(self) -> str:
        """The table in DuckDB's text."""
        return table_sql(self.name)


def quoted(name: str) -> str:
    """A name in DuckDB's text."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string in DuckDB's text. NUL, which DuckDB's text cannot hold, is spelled `chr(0)`."""
    pieces = [sql_literal(piece) for piece in text.split("\0")]
    return pieces[0] if len(pieces) == 1 else "(" + " || chr(0) || ".join(pieces) + ")"


def table_sql(name: ObjectName) -> str:
    """A table, named in full, in DuckDB's text."""
    return f"{quoted(_schema(name))}.{quoted(name.name)}"


def _schema(name: ObjectName) -> str:
    return storage_schema(name.database or "", name.schema or "")


def exists(cursor: Cursor, name: ObjectName) -> bool:
    """Whether there is a table of that name."""
    return bool(
        cursor.rows(
            "SELECT 1 FROM duckdb_tables() WHERE lower(schema_name) = lower(?)"
            " AND lower(table_name) = lower(?)",
            (_schema(name), name.name),
        )
    )


def describe(cursor: Cursor, name: ObjectName, columns: tuple[str, ...] = ()) -> Target:
    """The table and the columns to load, all or those listed.

    Raises UndefinedObject, InvalidIdentifier.
    """
    key = (_schema(name), name.name)
    rows = cursor.rows(
        "SELECT column_name, data_type, is_nullable, schema_name, table_name FROM duckdb_columns()"
        " WHERE lower(schema_name) = lower(?) AND lower(table_name) = lower(?)"
        " ORDER BY column_index",
        key,
    )
    if not rows or not exists(cursor, name):
        raise UndefinedObject(f"Table '{name}' does not exist or not authorized.")
    lengths = _lengths(cursor, key)
    found = {
        str(row[0]): TargetColumn(row[0], row[1], bool(row[2]), lengths.get(str(row[0]).upper()))
        for row in rows
    }
    if not columns:
        return Target(name, tuple(found.values()))
    folded = {key.upper(): column for key, column in found.items()}
    chosen = []
    for each in columns:
        column = found.get(each) or folded.get(each.upper())
        if column is None or column in chosen:
            raise InvalidIdentifier(f"SQL compilation error:\ninvalid identifier '{each}'")
        chosen.append(column)
    return Target(name, tuple(chosen))


def _lengths(cursor: Cursor, key: tuple[str, str]) -> dict[str, int]:
    """The limits of columns by their names in upper case."""
    rows = cursor.rows(
        "SELECT constraint_text, constraint_column_names[1] FROM duckdb_constraints()"
        " WHERE constraint_type = 'CHECK'"
        " AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)",
        key,
    )
    found = ((name.upper(), _LENGTH.search(text)) for text, name in rows)
    return {name: int(match[1]) for name, match in found if match is not None}
