"""Making the relations and dictionaries of PostgreSQL's catalogs, by one connection in one place.

What takes longest is reading the columns and keys of every table: 0.2 s for 2,000 tables of 20
columns. So these are kept from one state of the catalog to the next, and only the tables whose
record has another stamp are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from mockhaus.catalog.objects import SCHEMA, TEMPORARIES
from mockhaus.catalog.postgres.queries import (
    FLEETING,
    KEPT,
    PASSING,
    Query,
    dictionaries,
    filled,
    relations,
)
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import SqlError
from mockhaus.quoting import sql_literal
from mockhaus.translation.context import Context
from mockhaus.translation.names import quoted
from mockhaus.translation.postgres import relations as listed
from mockhaus.translation.postgres.walk import STORED, shown

#: Where a relation is, in full.
Spot = Callable[[str], str]

#: What is kept of the tables -> its columns.
KEPT_COLUMNS: Final = {
    "known": "oid UINTEGER, stamp BIGINT, natts SMALLINT, is_toasted BOOLEAN",
    "own_columns": "attrelid UINTEGER, attnum SMALLINT, attname VARCHAR, atttypid UINTEGER,"
    " atttypmod INTEGER, attnotnull BOOLEAN, adbin VARCHAR, identity BIGINT[], comment VARCHAR",
    "own_keys": "conrelid UINTEGER, n INTEGER, type VARCHAR, name VARCHAR, names VARCHAR[],"
    " other_database VARCHAR, other_schema VARCHAR, other VARCHAR, referenced VARCHAR[],"
    " attnums SMALLINT[], attnames VARCHAR[], text VARCHAR",
}

#: What is added to what is kept, in this order: each is made of the ones before it.
_NEW: Final = {"own_columns": "new_columns", "own_keys": "new_keys", "known": "new_known"}
_OWNERS: Final = {"own_columns": "attrelid", "own_keys": "conrelid", "known": "oid"}

#: Up to so many tables are read one by one; more than that with all others.
_FEW: Final = 64

_CHANGED: Final = """
SELECT r.oid, r.place, r.stored, r.relkind, r.stamp FROM {stored_relations} AS r
LEFT JOIN {known} AS k ON k.oid = r.oid AND k.stamp = r.stamp
WHERE k.oid IS NULL AND r.relkind IN ('r', 'v')
"""
_RECORDED: Final = f"""
SELECT c.*, o.properties FROM ({_CHANGED}) AS c JOIN (
    SELECT oid, properties FROM {SCHEMA}.objects WHERE kind IN ('TABLE', 'VIEW')
    UNION ALL SELECT oid, properties FROM {TEMPORARIES}) AS o ON o.oid = c.oid
"""
_GONE: Final = """
SELECT k.oid FROM {known} AS k
LEFT JOIN {stored_relations} AS r ON r.oid = k.oid AND r.stamp = k.stamp WHERE r.oid IS NULL
"""
_ALL: Final = """
SELECT c.oid, d.column_index AS attnum, d.column_name AS name, d.data_type AS type, d.is_nullable,
    d.column_default AS "default"
FROM duckdb_columns() AS d JOIN {changed} AS c
    ON c.place = d.schema_name AND c.stored = d.table_name
WHERE NOT d.internal AND (d.database_name = 'temp') = (c.place = 'main')
"""


def own(name: str) -> str:
    """Where a relation of one connection alone is."""
    return f"temp.main.{STORED.format(name)}"


def values_of(context: Context) -> dict[str, str]:
    """What queries call by a colon and a name."""
    return {
        "database": context.database or "",
        "schema": context.schema or "",
        "user": shown(context.user),
        "pid": str(context.connection_id),
        **_texts(),
    }


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    folder = resources.files(__package__)
    return {
        "relations": listed.text(),
        "types": (folder / "types.txt").read_text(encoding="utf-8"),
        "functions": (folder / "functions.txt").read_text(encoding="utf-8"),
        "casts": (folder / "casts.txt").read_text(encoding="utf-8"),
    }


class Maker:
    """See the module.

    `made` are the relations that are there, `views` those that are views and stay while what they
    read is made anew. `previous` tells where what is kept can be had that was read before, None if
    nowhere. `coming` hears of each relation that is made.
    """

    def __init__(
        self,
        cursor: Cursor,
        spot: Spot,
        values: Mapping[str, str],
        *,
        made: Iterable[str] = (),
        views: Iterable[str] = (),
        previous: Callable[[], Spot | None] = lambda: None,
        coming: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.made = set(made)
        self._cursor = cursor
        self._spot = spot
        self._values = values
        self._views = set(views)
        self._previous = previous
        self._coming = coming

    def make(self, name: str) -> None:
        """Have a relation, and those that it is made of."""
        if name in self.made:
            return
        if name in KEPT:
            self._keep()
            return
        query = relations()[name]
        sql = self._filled(query)
        if name not in self._views:
            self._create(name, sql, "VIEW" if query.is_view else "TABLE")
        self.made.add(name)

    def look_up(self, name: str) -> dict[Any, Any]:
        """The keys and values of a dictionary."""
        return dict(self._cursor.rows(self._filled(dictionaries()[name])))

    def _filled(self, query: Query) -> str:
        for used in query.uses:
            self.make(used)
        return filled(query, self._spot, self._values)

    def _create(self, name: str, sql: str, kind: str) -> None:
        spot = self._spot(name)
        self._cursor.rows(f"CREATE OR REPLACE {_temporary(spot)}{kind} {spot} AS {sql}")
        if name not in FLEETING and name not in PASSING:
            self._coming(name)

    # --- what is kept ----------------------------------------------------------------------------

    def _keep(self) -> None:
        """Read the columns and keys of the tables whose record has another stamp."""
        self.make("stored_relations")
        self.made |= KEPT
        try:
            self._refresh()
        except BaseException:
            self.made -= KEPT
            raise
        for name in KEPT:
            self._coming(name)

    def _refresh(self) -> None:
        for name, columns in KEPT_COLUMNS.items():
            spot = self._spot(name)
            self._cursor.rows(f"CREATE {_temporary(spot)}TABLE IF NOT EXISTS {spot} ({columns})")
        known = self._cursor.rows(f"FROM {self._spot('known')} LIMIT 1")
        if not known and (previous := self._previous()) is not None:
            for name in KEPT_COLUMNS:
                self._cursor.rows(f"INSERT INTO {self._spot(name)} FROM {previous(name)}")
        self._forget([oid for (oid,) in self._cursor.rows(self._told(_GONE))])
        changed = self._cursor.rows(self._told(_CHANGED))
        if changed:
            self._read_anew(changed)

    def _told(self, sql: str) -> str:
        return sql.format(
            **{name: self._spot(name) for name in ("stored_relations", "known", "changed")}
        )

    def _forget(self, oids: Sequence[int]) -> None:
        """Drop what is known of these; that it is known goes last, as it comes last."""
        if oids:
            for name, column in _OWNERS.items():
                gone = f"list_contains($1, {column})"
                self._cursor.rows(f"DELETE FROM {self._spot(name)} WHERE {gone}", (oids,))

    def _read_anew(self, changed: Sequence[tuple[Any, ...]]) -> None:
        self._forget([row[0] for row in changed])  # half of it, after an interruption
        self._passing("changed", self._told(_RECORDED))
        every = self._told(_ALL)
        try:
            self._passing("described", every if len(changed) > _FEW else _described(changed))
        except SqlError:  # a view of what is gone
            self._passing("described", every)
        for name, of in _NEW.items():
            rows = self._filled(relations()[of])
            self._cursor.rows(f"INSERT INTO {self._spot(name)} {rows}")

    def _passing(self, name: str, sql: str) -> None:
        self._create(name, sql, "TABLE")
        self.made.add(name)


def _temporary(spot: str) -> str:
    """The word that a relation is made with where it is one connection's."""
    return "TEMP " if spot.startswith("temp.") else ""


def needed(wanted: Iterable[str], looked_up: Iterable[str]) -> Set[str]:
    """The relations that must be there so that these relations and dictionaries can be had: the
    fleeting ones that each connection makes itself are not among them, what they read is."""
    found: set[str] = set()
    waiting = [*wanted]
    for name in looked_up:
        waiting += dictionaries()[name].uses
    while waiting:
        name = waiting.pop()
        if name in FLEETING:
            waiting += relations()[name].uses
        else:
            found.add(name)
    return found


def _described(changed: Iterable[tuple[Any, ...]]) -> str:
    """What DuckDB tells of the columns of a few tables."""
    parts = []
    for oid, place, stored, *_ in changed:
        name = f"{quoted(place)}.{quoted(stored)}"
        if place == "main":
            name = f"temp.{name}"
        parts.append(
            f"SELECT CAST({oid} AS UINTEGER) AS oid, cid + 1 AS attnum, name, type,"
            ' NOT "notnull" AS is_nullable, dflt_value AS "default"'
            f" FROM pragma_table_info({sql_literal(name)})"
        )
    return " UNION ALL ".join(parts)
