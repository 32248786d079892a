"""Tables that were dropped or replaced, which UNDROP brings back.

A table goes out of sight in the transaction of its DROP: DuckDB renames it, and its record becomes
one of another kind, which nothing but this file reads. What is kept is little, since it costs the
memory or the file of its session: the last `MOST_TABLES`, of `MOST_BYTES` in all, for as long as
DATA_RETENTION_TIME_IN_DAYS says. The oldest go first, once a later DROP is committed: two
transactions that dropped the same one would be in each other's way.

Snowflake's manual: "UNDROP TABLE", "Understanding & using Time Travel".
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.catalog import defaults
from mockhaus.catalog.objects import SCHEMA, CatalogObject, Objects
from mockhaus.catalog.workspace import Workspace
from mockhaus.clock import steady
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import SqlError
from mockhaus.translation import names
from mockhaus.translation.context import Context, ObjectName

#: The kind of record that a dropped table has.
KIND: Final = "DROPPED TABLE"

#: How many are kept in a session, and how many more before the oldest go.
MOST_TABLES: Final = 20
SLACK: Final = 10
#: Bytes of all of them: 16 for a value, for a text its length.
MOST_BYTES: Final = 16 * 1024 * 1024

_RETENTION: Final = "DATA_RETENTION_TIME_IN_DAYS"
_VALUE_BYTES: Final = 16
_DAY: Final = 86_400

#: One sweep at a time, over all sessions: what is left for the next one is little.
_SWEEPING: Final = threading.Lock()


# --- DROP ----------------------------------------------------------------------------------------


def keep(workspace: Workspace, table: CatalogObject) -> bool:
    """Put a table out of sight; False for one that is not kept, which is to be dropped."""
    days = _days(workspace, table)
    if workspace.after_commit is None or days == 0:
        return False
    cursor, objects = workspace.cursor, workspace.objects
    stored = names.storage_name(table.name, workspace.context)
    count = int(cursor.rows(f"SELECT count(*) FROM {stored}")[0][0])
    size = _size(cursor, table, stored, count)
    if size > MOST_BYTES:
        return False
    hidden = f"__mockhaus_dropped_{uuid.uuid4().hex}"
    for column, _ in numbered(table):  # a sequence that a default uses could not be dropped
        defaults.put(workspace, table.name, column, "NULL")
    cursor.run(f"ALTER TABLE {stored} RENAME TO {names.quoted(hidden)}")
    grants = [
        {"told": dict(each.properties), "owner": each.owner, "key": each.name.name}
        for each in objects.take_grants("TABLE", table.name)
    ]
    told = {"stored": hidden, "at": steady(), "rows": count, "bytes": size, "days": days,
            "grants": grants}  # fmt: skip
    objects.rename_loads(table.name, ObjectName(hidden))
    objects.turn(table, KIND, {**table.properties, "dropped": told})
    if _is_much(cursor):
        workspace.after_commit(lambda: sweep(cursor))
    return True


_PLACES: Final = (
    f"SELECT kind, CAST(properties ->> '{_RETENTION}' AS BIGINT) FROM {SCHEMA}.objects WHERE"
    " kind = 'SCHEMA' AND upper(database) = upper($1) AND upper(name) = upper($2)"
    " OR kind = 'DATABASE' AND upper(name) = upper($1) OR kind = 'ACCOUNT'"
)


def _days(workspace: Workspace, table: CatalogObject) -> int:
    """DATA_RETENTION_TIME_IN_DAYS of a table, else of what it is in."""
    own = table.properties.get(_RETENTION)
    if own is not None:
        return int(own)
    place = (table.name.database, table.name.schema)
    told = dict(workspace.cursor.rows(_PLACES, place))
    found = (told.get(kind) for kind in ("SCHEMA", "DATABASE", "ACCOUNT"))
    return int(next((each for each in found if each is not None), 1))


def _size(cursor: Cursor, table: CatalogObject, stored: str, count: int) -> int:
    """About the bytes of a table. Texts are looked at only where there are not too many of them."""
    columns = table.properties.get("columns", ())
    size = count * len(columns) * _VALUE_BYTES
    sums = [f"sum({length})" for each in columns if (length := _length(each))]
    if sums and 0 < size <= MOST_BYTES:
        (row,) = cursor.rows(f"SELECT {', '.join(sums)} FROM {stored}")
        size += sum(int(each) for each in row if each is not None)
    return size


_FIXED: Final = ("NUMBER", "FLOAT", "BOOLEAN", "DATE", "TIME")


def _length(column: Mapping[str, Any]) -> str:
    """The length of a value, in DuckDB's text; empty for a type whose values are short."""
    name, kind = names.quoted(column["name"]), str(column["type"])
    if kind.startswith(_FIXED):
        return ""
    return f"octet_length({name})" if kind.startswith("BINARY") else f"strlen({name}::VARCHAR)"


def numbered(table: CatalogObject) -> Iterable[tuple[str, str]]:
    """Column and text of the defaults that take a number from a sequence of the user's."""
    for each in table.properties.get("columns", ()):
        text = str(each.get("default") or "")
        if ".NEXTVAL" in text.upper():
            yield each["name"], text


# --- what is kept --------------------------------------------------------------------------------


def latest(objects: Objects, name: ObjectName) -> CatalogObject | None:
    """The table of that full name that was dropped last, and is still kept."""
    kept = [each for each in objects.named(KIND, name) if not _is_over(each)]
    return max(kept, key=_time, default=None)


def hidden(table: CatalogObject) -> ObjectName:
    """What a dropped table is called now."""
    return ObjectName(str(table.properties["dropped"]["stored"]))


def stored_name(table: CatalogObject) -> str:
    """A dropped table in DuckDB's text."""
    return names.storage_name(replace(table.name, name=hidden(table).name), Context())


def _time(table: CatalogObject) -> float:
    return float(table.properties["dropped"]["at"])


def _is_over(table: CatalogObject) -> bool:
    """Whether its time of retention is."""
    return steady() - _time(table) > float(table.properties["dropped"]["days"]) * _DAY


# --- what goes -----------------------------------------------------------------------------------


def purge(cursor: Cursor, objects: Objects, tables: Iterable[CatalogObject]) -> None:
    """Drop what was dropped for good."""
    for each in tables:
        cursor.run(f"DROP TABLE IF EXISTS {stored_name(each)}")
        objects.remove_record(each)
        objects.forget_loads(hidden(each))


def too_many(tables: list[CatalogObject]) -> list[CatalogObject]:
    """Those that are not kept any more: the old ones."""
    room, gone = MOST_BYTES, []
    for at, each in enumerate(sorted(tables, key=_time, reverse=True)):
        room -= int(each.properties["dropped"]["bytes"])
        if at >= MOST_TABLES or room < 0 or _is_over(each):
            gone.append(each)
    return gone


_KEPT: Final = (
    "SELECT count(*), sum(CAST(properties ->> '$.dropped.bytes' AS BIGINT)),"
    " min(CAST(properties ->> '$.dropped.at' AS DOUBLE)"
    f" + CAST(properties ->> '$.dropped.days' AS DOUBLE) * {_DAY})"
    f" FROM {SCHEMA}.objects WHERE kind = ?"
)


def _is_much(cursor: Cursor) -> bool:
    """Whether to sweep: it costs as much as a DROP, so it is not done for one small table.

    The records are not read for it, which would take more than twice as long.
    """
    count, size, over = cursor.rows(_KEPT, (KIND,))[0]
    return bool(count) and (size > MOST_BYTES or count >= MOST_TABLES + SLACK or over < steady())


def sweep(cursor: Cursor) -> None:
    """Drop what is too much or too old, in a transaction of its own.

    A conflict with whoever brings one of them back is no error: the next sweep comes.
    """
    if not _SWEEPING.acquire(blocking=False):
        return
    aside = cursor.sibling()
    try:
        objects = Objects(aside)
        gone = too_many(objects.list(KIND))
        if gone:
            aside.begin()
            purge(aside, objects, gone)
            aside.commit()
    except SqlError:
        aside.rollback()
    finally:
        aside.close()
        _SWEEPING.release()


# --- SHOW TABLES HISTORY -------------------------------------------------------------------------


class Dropped(Struct, frozen=True):
    """A dropped table, as SHOW TABLES HISTORY tells of it."""

    table: CatalogObject
    at: datetime
    rows: int
    days: int


def listed(objects: Objects, database: str | None, schema: str | None) -> list[Dropped]:
    """The dropped tables of a place that are still kept."""
    found = objects.list(KIND, database, schema)
    return [
        Dropped(each, datetime.fromtimestamp(_time(each), UTC), told["rows"], told["days"])
        for each in sorted(found, key=_time)
        if not _is_over(each) and (told := each.properties["dropped"])
    ]
