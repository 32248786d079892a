"""The load history: which files a table has been loaded from, so that they load once.

A row a file, in the session's own DuckDB schema, so that it commits and rolls back with the rows
themselves. Snowflake's manual: "Load metadata" (64 days); "COPY_HISTORY".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mockhaus.catalog.objects import SCHEMA
from mockhaus.engine.database import Cursor
from mockhaus.ingestion.outcome import Outcome
from mockhaus.ingestion.stores import StoredFile
from mockhaus.translation.context import ObjectName

#: How long a loaded file is remembered.
DAYS: Final = 64
#: Up to this size (bytes) a file's content is compared too, so that one written anew unchanged
#: is still the same file; a larger one is the same as long as size and time are.
COMPARED_BYTES: Final = 16 * 1024 * 1024

#: Rows written by one statement.
_AT_ONCE: Final = 100

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
    loaded TIMESTAMPTZ NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Known:
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


def _key(table: ObjectName) -> tuple[str, str, str]:
    return (table.database or "").upper(), (table.schema or "").upper(), table.name.upper()


_WHERE: Final = "upper(database) = ? AND upper(schema) = ? AND upper(name) = ?"


def known(cursor: Cursor, table: ObjectName) -> dict[str, Known]:
    """The files that the table was loaded from, by identity."""
    rows = cursor.rows(
        f"SELECT file, size, stamp, md5, status FROM {_TABLE} WHERE {_WHERE}"
        f" AND loaded > now() - INTERVAL {DAYS} DAY AND status <> 'LOAD_FAILED' ORDER BY loaded",
        _key(table),
    )
    return {file: Known(*rest) for file, *rest in rows}


def record(
    cursor: Cursor, table: ObjectName, loads: Sequence[tuple[str, StoredFile, Outcome]]
) -> None:
    """Remember the files of one COPY: identity, file, what became of it."""
    one = f"({', '.join('?' * 16)}, now())"
    for start in range(0, len(loads), _AT_ONCE):
        some = loads[start : start + _AT_ONCE]
        cursor.run(
            f"INSERT INTO {_TABLE} VALUES {', '.join([one] * len(some))}",
            [value for load in some for value in _row(table, *load)],
        )


def _row(table: ObjectName, identity: str, file: StoredFile, outcome: Outcome) -> tuple[Any, ...]:
    failure = outcome.failure
    return (
        *_key(table),
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
    )


def forget(cursor: Cursor, table: ObjectName) -> None:
    """Forget a table's loads: it was dropped, replaced or truncated. The name is given in full."""
    cursor.run(f"DELETE FROM {_TABLE} WHERE {_WHERE}", _key(table))


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
