"""The load history: which files a table has been loaded from, so that they load once.

A row a file, in the session's own DuckDB schema, so that it commits and rolls back with the rows
themselves. Snowflake's manual: "Load metadata" (64 days); "COPY_HISTORY".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from mockhaus.catalog.objects import SCHEMA
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.cursor import Cursor
from mockhaus.ingestion.copying.outcome import Outcome
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.translation.context import ObjectName

#: How long a loaded file is remembered.
DAYS: Final = 64
#: Up to this size (bytes) a file's content is compared too, so that one written anew unchanged
#: is still the same file; a larger one is the same as long as size and time are.
COMPARED_BYTES: Final = 16 * 1024 * 1024

#: Rows written by one statement.
_AT_ONCE: Final = 2_000

_TABLE: Final = f"{SCHEMA}.load_history"
_SETUP: Final = f"""
CREATE TABLE IF NOT EXISTS {_TABLE} (
    database VARCHAR NOT NULL,
    schema VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    shown VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    md5 VARCHAR,
    status VARCHAR NOT NULL,
    rows_parsed BIGINT NOT NULL,
    rows_loaded BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    first_error VARCHAR,
    first_error_line BIGINT,
    first_error_character BIGINT,
    first_error_column VARCHAR,
    loaded TIMESTAMPTZ NOT NULL,
    stage VARCHAR NOT NULL,
    error_limit BIGINT NOT NULL,
    query_id VARCHAR NOT NULL,
    forgotten BOOLEAN NOT NULL
)
"""
_COPIES: Final = f"{SCHEMA}.copies"
_SETUP_COPIES: Final = f"""
CREATE TABLE IF NOT EXISTS {_COPIES} (
    database VARCHAR NOT NULL,
    schema VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    query_id VARCHAR NOT NULL,
    connection BIGINT NOT NULL,
    text VARCHAR NOT NULL,
    in_database VARCHAR,
    in_schema VARCHAR,
    files JSON NOT NULL,
    begun TIMESTAMPTZ NOT NULL
)
"""


class Known(Struct, frozen=True):
    """What is remembered of a file. `md5` is None for a large one."""

    size: int
    stamp: int
    md5: str | None
    status: str = "LOADED"

    def same(self, file: StoredFile) -> bool:
        """Whether the file is still the one that was loaded."""
        if file.size != self.size:
            return False
        return file.stamp == self.stamp or (self.md5 is not None and file.md5() == self.md5)


def set_up(cursor: Cursor) -> None:
    """Create the table in a new session's database; does nothing in an old one."""
    cursor.run(_SETUP)
    cursor.run(_SETUP_COPIES)


def _key(table: ObjectName) -> tuple[str, str, str]:
    return (table.database or "").upper(), (table.schema or "").upper(), table.name.upper()


_WHERE: Final = "upper(database) = ? AND upper(schema) = ? AND upper(name) = ?"


def known(cursor: Cursor, table: ObjectName) -> dict[str, Known]:
    """The files that the table was loaded from, by identity."""
    rows = cursor.rows(
        f"SELECT file, size, stamp, md5, status FROM {_TABLE} WHERE {_WHERE}"
        f" AND loaded > now() - INTERVAL {DAYS} DAY AND status <> 'LOAD_FAILED' AND NOT forgotten"
        " ORDER BY loaded",
        _key(table),
    )
    return {file: Known(*rest) for file, *rest in rows}


def uncertain_before(cursor: Cursor, table: ObjectName) -> datetime | None:
    """When the load history begins, if the table was loaded before that; else None.

    Whether an older file was loaded then is not known. Snowflake's manual: "Load metadata".
    """
    ((start, loaded),) = cursor.rows(
        f"SELECT now() - INTERVAL {DAYS} DAY, min(loaded) FROM {_TABLE} WHERE {_WHERE}"
        " AND status <> 'LOAD_FAILED' AND NOT forgotten",
        _key(table),
    )
    return start if loaded is not None and loaded < start else None


def record(
    cursor: Cursor,
    table: ObjectName,
    loads: Sequence[tuple[str, StoredFile, Outcome]],
    query_id: str = "",
) -> None:
    """Remember the files of one COPY: identity, file, what became of it."""
    columns = ", ".join(f"unnest(CAST(? AS {type}[]))" for type in _KINDS)
    sql = f"INSERT INTO {_TABLE} SELECT ?, ?, ?, {columns}, now(), unnest(?), unnest(?), ?, FALSE"
    for start in range(0, len(loads), _AT_ONCE):
        some = [_row(*load) for load in loads[start : start + _AT_ONCE]]
        lists = [list(column) for column in zip(*some, strict=True)]
        cursor.run(sql, [*_key(table), *lists, query_id])


#: The types of what is told of a file, up to the time of its load.
_KINDS: Final = (
    *("VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT"),
    *("BIGINT", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR"),
)


def _row(identity: str, file: StoredFile, outcome: Outcome) -> tuple[Any, ...]:
    failure = outcome.failure
    return (
        identity,
        outcome.file,
        file.size,
        file.stamp,
        file.md5() if file.size <= COMPARED_BYTES else None,
        outcome.status,
        outcome.parsed,
        outcome.loaded,
        outcome.errors,
        failure.message if failure else None,
        failure.line if failure else None,
        failure.character if failure else None,
        failure.column if failure else None,
        identity.removesuffix(file.name),
        outcome.limit,
    )


class Copy(Struct, frozen=True):
    """One COPY INTO a table: its text, where it was run, and the names of its files."""

    text: str
    database: str | None
    schema: str | None
    files: tuple[str, ...]


def begin(workspace: Workspace, table: ObjectName, text: str, files: Sequence[str]) -> None:
    """Remember a COPY whether it succeeds or not, for VALIDATE."""
    context = workspace.context
    aside = workspace.cursor.sibling()
    try:
        aside.run(
            f"INSERT INTO {_COPIES} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, now())",
            (
                *_key(table),
                workspace.query_id,
                context.connection_id,
                text,
                context.database,
                context.schema,
                json.dumps(list(files)),
            ),
        )
    finally:
        aside.close()


def copy_of(workspace: Workspace, table: ObjectName, query_id: str) -> Copy | None:
    """A table's COPY of that query id; with `_last` the connection's last one."""
    last = query_id.lower() == "_last"
    which = "connection = ?" if last else "query_id = ?"
    rows = workspace.cursor.rows(
        f"SELECT text, in_database, in_schema, files FROM {_COPIES} WHERE {_WHERE} AND {which}"
        " ORDER BY begun DESC LIMIT 1",
        (*_key(table), workspace.context.connection_id if last else query_id),
    )
    if not rows:
        return None
    text, database, schema, files = rows[0]
    return Copy(text, database, schema, tuple(json.loads(files)))


def forget(cursor: Cursor, table: ObjectName, *, emptied: bool = False) -> None:
    """Forget a table's loads: it was dropped or replaced. The name is given in full.

    `emptied`: it was truncated; its files load again, and COPY_HISTORY still tells of them.
    """
    what = f"UPDATE {_TABLE} SET forgotten = TRUE" if emptied else f"DELETE FROM {_TABLE}"
    cursor.run(f"{what} WHERE {_WHERE}", _key(table))


def rename(cursor: Cursor, table: ObjectName, new: ObjectName) -> None:
    """Carry a table's loads over to its new name. Both names are given in full."""
    cursor.run(
        f"UPDATE {_TABLE} SET database = ?, schema = ?, name = ? WHERE {_WHERE}",
        (*_key(new), *_key(table)),
    )


def swap(cursor: Cursor, one: ObjectName, other: ObjectName) -> None:
    """Exchange the loads of two tables. Both names are given in full."""
    aside = ObjectName("", one.schema, one.database)
    for old, new in ((one, aside), (other, one), (aside, other)):
        rename(cursor, old, new)
