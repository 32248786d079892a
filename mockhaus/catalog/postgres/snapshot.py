"""The rows of PostgreSQL's system catalogs, made of Mockhaus's own catalog.

Each relation is one query over DuckDB's catalog functions and the recorded objects, kept in the
`*.sql` files beside this module. A statement's relations, and those they are made of, become
temporary tables of its connection (the widest of them views), and stay until an object changes: a
client asks many questions in a row. The dictionaries of its functions are read from them.

What takes longest is reading the columns and keys of every table: 0.2 s for 2,000 tables of 20
columns. So these are kept, and only the tables whose record has another stamp are read again; a
new connection starts from what another has read.

All of it is of the connection's transaction and goes with it: what is there, and of which state of
the catalog, stands in a temporary table as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from msgspec import Struct, field

from mockhaus.catalog.objects import SCHEMA, TEMPORARIES, set_up_temporaries
from mockhaus.catalog.postgres.queries import FLEETING, KEPT, Query, dictionaries, filled, relations
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.dictionaries import Dictionaries
from mockhaus.errors import SqlError
from mockhaus.translation.context import Context
from mockhaus.translation.names import quoted
from mockhaus.translation.postgres import relations as listed
from mockhaus.translation.postgres.walk import STORED, shown

#: Name, value and description of each setting, from the door.
Settings = Callable[[], list[tuple[str, str, str]]]


class Shared(Struct):
    """What the connections of a session tell each other.

    `kept` is what one has read of the columns and keys of each database's tables, for the next one;
    `activity` has of each connection its number, user, database, client, start and state.
    """

    activity: Callable[[], list[tuple[str, ...]]]
    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)


_MADE: Final = STORED.format("made")
_FIXED: Final = "fixed"
_MOVING: Final = "moving"
_VIEW: Final = "view"

_KEPT: Final = f"""
CREATE TEMP TABLE IF NOT EXISTS {_MADE} (name VARCHAR, state VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS {STORED.format("known")} (
    oid UINTEGER, stamp BIGINT, natts SMALLINT, is_toasted BOOLEAN);
CREATE TEMP TABLE IF NOT EXISTS {STORED.format("own_columns")} (
    attrelid UINTEGER, attnum SMALLINT, attname VARCHAR, atttypid UINTEGER, atttypmod INTEGER,
    attnotnull BOOLEAN, adbin VARCHAR, identity BIGINT[], comment VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS {STORED.format("own_keys")} (
    conrelid UINTEGER, n INTEGER, type VARCHAR, name VARCHAR, names VARCHAR[],
    other_database VARCHAR, other_schema VARCHAR, other VARCHAR, referenced VARCHAR[],
    attnums SMALLINT[], attnames VARCHAR[], text VARCHAR);
"""

#: What is added to what is kept, in this order: each is made of the ones before it.
_NEW: Final = {"own_columns": "new_columns", "own_keys": "new_keys", "known": "new_known"}
_OWNERS: Final = {"own_columns": "attrelid", "own_keys": "conrelid", "known": "oid"}

#: Up to so many tables are read one by one; more than that with all others.
_FEW: Final = 64

_CHANGED: Final = f"""
SELECT r.oid, r.place, r.stored, r.relkind, r.stamp FROM {STORED.format("stored_relations")} AS r
LEFT JOIN {STORED.format("known")} AS k ON k.oid = r.oid AND k.stamp = r.stamp
WHERE k.oid IS NULL AND r.relkind IN ('r', 'v')
"""
_RECORDED: Final = f"""
SELECT c.*, o.properties FROM ({_CHANGED}) AS c JOIN (
    SELECT oid, properties FROM {SCHEMA}.objects WHERE kind IN ('TABLE', 'VIEW')
    UNION ALL SELECT oid, properties FROM {TEMPORARIES}) AS o ON o.oid = c.oid
"""
_GONE: Final = f"""
SELECT k.oid FROM {STORED.format("known")} AS k
LEFT JOIN {STORED.format("stored_relations")} AS r ON r.oid = k.oid AND r.stamp = k.stamp
WHERE r.oid IS NULL
"""
_ALL: Final = f"""
SELECT c.oid, d.column_index AS attnum, d.column_name AS name, d.data_type AS type, d.is_nullable,
    d.column_default AS "default"
FROM duckdb_columns() AS d JOIN {STORED.format("changed")} AS c
    ON c.place = d.schema_name AND c.stored = d.table_name
WHERE NOT d.internal AND (d.database_name = 'temp') = (c.place = 'main')
"""


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    folder = resources.files(__package__)
    return {
        "relations": listed.text(),
        "types": (folder / "types.txt").read_text(encoding="utf-8"),
        "functions": (folder / "functions.txt").read_text(encoding="utf-8"),
        "casts": (folder / "casts.txt").read_text(encoding="utf-8"),
    }


class Snapshot:
    """The catalog tables of one connection."""

    def __init__(self, cursor: Cursor, shared: Shared) -> None:
        self._cursor = cursor
        self._shared = shared
        self._dictionaries: Dictionaries | None = None
        self._made: set[str] = set()
        self._views: set[str] = set()
        self._new: list[tuple[str, str]] = []
        self._read: dict[str, str] = {}
        self._key: object = None
        self._state = self._here = ""
        self._values: dict[str, str] = {}
        self._settings: Settings = list
        self._is_committed = False

    def provide(
        self,
        wanted: Iterable[str],
        looked_up: Iterable[str],
        context: Context,
        key: object,
        settings: Settings,
        *,
        is_committed: bool,
    ) -> None:
        """Make the relations and dictionaries that are wanted and not there.

        `key` is another whenever they may be out of date. What is read in a transaction that
        `is_committed` is not the case of is not handed to other connections.
        """
        self._settings, self._is_committed = settings, is_committed
        key = (key, context.database, context.schema, context.user)
        if key != self._key:
            self._look(context)
            self._key = key
        self._made -= FLEETING
        for name in FLEETING:
            self._read.pop(name, None)
        for name in wanted:
            self._make(name)
        for name in looked_up:
            self._look_up(name)
        self._note()

    def _look(self, context: Context) -> None:
        """See what is there, and of which state of the catalog."""
        self._new.clear()
        if self._dictionaries is None:
            self._dictionaries = Dictionaries(self._cursor)
        set_up_temporaries(self._cursor)
        for statement in _KEPT.split(";"):
            if statement.strip():
                self._cursor.rows(statement)
        self._values = {
            "database": context.database or "",
            "schema": context.schema or "",
            "user": shown(context.user),
            "pid": str(context.connection_id),
            **_texts(),
        }
        told = self._cursor.rows(
            f"SELECT count(*), max(stamp), sum(stamp), (SELECT list(oid) FROM {TEMPORARIES})"
            f" FROM {SCHEMA}.objects"
        )
        here = repr((context.database, context.schema, context.user))
        if here != self._here:
            self._cursor.rows(f"DELETE FROM {_MADE} WHERE state = '{_VIEW}'")
            self._here = here
        state = here + repr(told)
        if state != self._state:
            self._cursor.rows(f"DELETE FROM {_MADE} WHERE state = '{_MOVING}'")
            self._read = {name: of for name, of in self._read.items() if of == _FIXED}
            self._state = state
        made = dict(self._cursor.rows(f"SELECT name, state FROM {_MADE}"))
        self._views = {name for name, state in made.items() if state == _VIEW}
        self._made = made.keys() - self._views

    def _make(self, name: str) -> None:
        if name in self._made:
            return
        if name in KEPT:
            self._keep()
            return
        query = relations()[name]
        sql = self._filled(query)
        if name in self._views:  # which only what it reads had to be made anew for
            self._made.add(name)
            return
        kind = "VIEW" if query.is_view else "TABLE"
        self._cursor.rows(f"CREATE OR REPLACE TEMP {kind} {STORED.format(name)} AS {sql}")
        self._noted(name, _state(query))

    def _filled(self, query: Query) -> str:
        for used in query.uses:
            self._make(used)
        if "settings" in query.values:
            self._values["settings"] = _lines(self._settings())
        if "activity" in query.values:
            self._values["activity"] = _lines(self._shared.activity())
        return filled(query, STORED, self._values)

    def _noted(self, name: str, state: str) -> None:
        self._made.add(name)
        if name not in FLEETING:
            self._new.append((name, state))

    def _note(self) -> None:
        """Put down what has been made."""
        if self._new:
            rows = ", ".join(f"('{name}', '{state}')" for name, state in self._new)
            self._cursor.rows(f"INSERT INTO {_MADE} VALUES {rows}")
            self._new.clear()

    def _look_up(self, name: str) -> None:
        if name in self._read:
            return
        query = dictionaries()[name]
        rows = self._cursor.rows(self._filled(query))
        assert self._dictionaries is not None
        self._dictionaries.put(name, dict(rows))
        self._read[name] = _state(query)

    # --- what is kept ----------------------------------------------------------------------------

    def _keep(self) -> None:
        """Read the columns and keys of the tables whose record has another stamp."""
        self._made |= KEPT
        try:
            self._refresh()
        except BaseException:
            self._made -= KEPT
            raise
        for name in KEPT:
            self._noted(name, _MOVING)

    def _refresh(self) -> None:
        self._make("stored_relations")
        place = self._values["database"].upper()
        known = self._cursor.rows(f"FROM {STORED.format('known')} LIMIT 1")
        if place in self._shared.kept and not known:
            for name, rows in self._shared.kept[place].items():
                self._cursor.load(STORED.format(name), rows)
        self._forget([oid for (oid,) in self._cursor.rows(_GONE)])
        changed = self._cursor.rows(_CHANGED)
        if changed:
            self._read_anew(changed)
        if self._is_committed and len(changed) > _FEW:
            self._shared.kept[place] = {
                name: self._cursor.arrow(f"FROM {STORED.format(name)}") for name in _NEW
            }

    def _forget(self, oids: Sequence[int]) -> None:
        """Drop what is known of these; that it is known goes last, as it comes last."""
        if oids:
            for name, column in _OWNERS.items():
                gone = f"list_contains($1, {column})"
                self._cursor.rows(f"DELETE FROM {STORED.format(name)} WHERE {gone}", (oids,))

    def _read_anew(self, changed: list[tuple[Any, ...]]) -> None:
        self._forget([row[0] for row in changed])  # half of it, after an interruption
        self._temporary("changed", _RECORDED)
        try:
            self._temporary("described", _ALL if len(changed) > _FEW else _described(changed))
        except SqlError:  # a view of what is gone
            self._temporary("described", _ALL)
        for name, of in _NEW.items():
            rows = self._filled(relations()[of])
            self._cursor.rows(f"INSERT INTO {STORED.format(name)} {rows}")

    def _temporary(self, name: str, sql: str) -> None:
        self._cursor.rows(f"CREATE OR REPLACE TEMP TABLE {STORED.format(name)} AS {sql}")
        self._made.add(name)


def _state(query: Query) -> str:
    return _FIXED if query.is_fixed else _VIEW if query.is_view else _MOVING


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
            f" FROM pragma_table_info('{name.replace(chr(39), chr(39) * 2)}')"
        )
    return " UNION ALL ".join(parts)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as lines of tab-separated texts."""
    return "\n".join("\t".join(row) for row in rows)
