"""The rows of PostgreSQL's system catalogs, made of Mockhaus's own catalog.

Each relation is one query over DuckDB's catalog functions and the recorded objects, kept in the
`*.sql` files beside this module. A statement's relations, and those they are made of, become
temporary tables of its connection, and stay until an object changes: a client asks many questions
in a row, and reading DuckDB's catalog costs 0.2 s over 2,000 tables of 20 columns, joining what was
read once a few milliseconds.

The tables hold what the connection's transaction sees, so a transaction makes its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from mockhaus.engine.database import Cursor
from mockhaus.translation.context import Context
from mockhaus.translation.names import quoted
from mockhaus.translation.postgres import relations as listed
from mockhaus.translation.postgres.walk import STORED, shown

#: Name, value and description of each setting, from the door.
Settings = Callable[[], list[tuple[str, str, str]]]

_NAME: Final = re.compile(r"^-- ([\w.]+)\n", re.M)
_USED: Final = re.compile(r"@((?:information_schema\.)?\w+)")
_VALUE: Final = re.compile(r"(?<![:\w'])::?([a-z]+)\b")

#: Relations that change without any object changing.
_FLEETING: Final = frozenset(("pg_settings", "pg_stat_activity"))


@lru_cache(maxsize=1)
def queries() -> dict[str, str]:
    """Relation -> the query that makes its rows."""
    found: dict[str, str] = {}
    folder = resources.files(__package__)
    for name in ("base.sql", "catalogs.sql", "views.sql"):
        parts = _NAME.split((folder / name).read_text(encoding="utf-8"))
        found.update(
            (key, body.strip()) for key, body in zip(parts[1::2], parts[2::2], strict=True)
        )
    return found


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

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._made: set[str] = set()
        self._key: object = None

    def provide(
        self, wanted: Iterable[str], context: Context, key: object, settings: Settings
    ) -> None:
        """Make the tables that are wanted and not there; `key` tells when all are out of date."""
        key = (key, context.database, context.schema, context.user)
        if key != self._key:
            self._made.clear()
            self._key = key
        values = {
            "database": context.database or "",
            "schema": context.schema or "",
            "user": shown(context.user),
            "pid": str(context.connection_id),
        }
        self._made -= _FLEETING
        for name in wanted:
            self._make(name, values, settings)

    def _make(self, name: str, values: Mapping[str, str], settings: Settings) -> None:
        if name in self._made:
            return
        query = queries()[name]
        for used in dict.fromkeys(_USED.findall(query)):
            self._make(used, values, settings)
        sql = _USED.sub(lambda match: STORED.format(match[1]), query)
        parameters: list[Any] = []

        def value(match: re.Match[str]) -> str:
            if match[0].startswith("::"):
                return match[0]
            known = values.get(match[1])
            if known is None:
                known = settings_text(settings) if match[1] == "settings" else _texts()[match[1]]
            parameters.append(known)
            return f"CAST(${len(parameters)} AS VARCHAR)"

        sql = _VALUE.sub(value, sql)
        relation = listed.relations().get(name)
        if relation is not None:
            sql = _shaped(relation, sql)
        table = STORED.format(name)
        self._cursor.rows(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}", parameters)
        self._made.add(name)


def settings_text(settings: Settings) -> str:
    """The settings as lines of tab-separated texts."""
    return "\n".join("\t".join(row) for row in settings())


def _shaped(relation: listed.Relation, sql: str) -> str:
    """The rows with all of PostgreSQL's columns, in its order and types; absent ones are NULL."""
    columns = ", ".join(
        f"CAST({quoted(name)} AS {listed.stored_type(kind)}) AS {quoted(name)}"
        for name, kind in relation.columns.items()
    )
    absent = ", ".join(f"NULL AS {quoted(name)}" for name in relation.columns)
    return f"SELECT {columns} FROM (SELECT {absent} WHERE FALSE UNION ALL BY NAME ({sql})) AS rows"
