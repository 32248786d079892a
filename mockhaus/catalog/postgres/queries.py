"""The queries that make the relations and dictionaries, as the `*.sql` files beside have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Final

from msgspec import Struct

from mockhaus.quoting import sql_literal
from mockhaus.translation.names import quoted
from mockhaus.translation.postgres import relations as listed

_NAME: Final = re.compile(r"^-- ([a-z][\w.]*)(?: \((view)\))?\n", re.M)
_USED: Final = re.compile(r"@((?:information_schema\.)?\w+)")
_VALUE: Final = re.compile(r"(?<![:\w'}]):([a-z]+)\b")


class Scope(IntEnum):
    """For whom a query's rows are the same: in every session and state, in one state for all who
    stand in a database, for those alone who stand in a schema of it as one user."""

    FIXED = 0
    DATABASE = 1
    PLACE = 2


#: What a query's rows depend on beside the relations that it names.
_OF_PLACE: Final = re.compile(r":(?:schema|user|pid|settings|activity)\b")
_OF_DATABASE: Final = re.compile(r"__mockhaus|\bduckdb_|:database\b")

#: Relations that change without any object changing.
FLEETING: Final = frozenset(
    ("pg_settings", "pg_stat_activity", "pg_stat_database", "pg_timezone_names",
     "pg_stat_all_tables", "pg_stat_user_tables", "pg_stat_sys_tables")
)  # fmt: skip

#: Relations that are kept from one state of the catalog to the next, and made otherwise.
KEPT: Final = frozenset(("own_columns", "own_keys", "known"))

#: Relations that are there while others are made.
PASSING: Final = frozenset(("changed", "described"))


class Query(Struct, frozen=True):
    """`sql` with `{stored}` names; `uses` are relations, `values` those of the connection."""

    sql: str
    is_view: bool
    uses: tuple[str, ...]
    values: tuple[str, ...]
    scope: Scope


@lru_cache(maxsize=1)
def relations() -> dict[str, Query]:
    """Relation -> the query that makes its rows."""
    found: dict[str, tuple[str, bool]] = {}
    for name in ("base.sql", "catalogs.sql", "views.sql"):
        found.update(_read(name))
    return _linked(found)


def scope_of(relation: str) -> Scope:
    """For whom a relation's rows are the same."""
    query = relations().get(relation)
    return Scope.DATABASE if query is None else query.scope


@lru_cache(maxsize=1)
def dictionaries() -> dict[str, Query]:
    """Dictionary -> the query that makes its keys and values."""
    known = relations()
    return {
        name: _query(sql, False, max((_scope(sql), *(known[each].scope for each in _uses(sql)))))
        for name, (sql, _) in _read("dictionaries.sql").items()
    }


def _read(file: str) -> dict[str, tuple[str, bool]]:
    text = (resources.files(__package__) / file).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    return {
        name: (body.strip(), view is not None)
        for name, view, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


def _uses(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_USED.findall(sql)))


def _linked(found: dict[str, tuple[str, bool]]) -> dict[str, Query]:
    known = dict.fromkeys((*KEPT, *PASSING), Scope.DATABASE)

    def scope(name: str) -> Scope:
        if name not in known:
            sql = found[name][0]
            known[name] = max((_scope(sql), *map(scope, _uses(sql))))
        return known[name]

    return {
        name: _query(_shaped(name, sql), view, scope(name)) for name, (sql, view) in found.items()
    }


def _scope(sql: str) -> Scope:
    if _OF_PLACE.search(sql):
        return Scope.PLACE
    return Scope.DATABASE if _OF_DATABASE.search(sql) else Scope.FIXED


def _query(sql: str, is_view: bool, scope: Scope) -> Query:
    values = tuple(dict.fromkeys(_VALUE.findall(sql)))
    return Query(sql, is_view, _uses(sql), values, scope)


def _shaped(name: str, sql: str) -> str:
    """The rows with all of PostgreSQL's columns, in its order and types; absent ones are NULL."""
    relation = listed.relations().get(name)
    if relation is None:
        return sql
    columns = ", ".join(
        f"CAST({quoted(column)} AS {listed.stored_type(kind)}) AS {quoted(column)}"
        for column, kind in relation.columns.items()
    )
    absent = ", ".join(f"NULL AS {quoted(column)}" for column in relation.columns)
    return f"SELECT {columns} FROM (SELECT {absent} WHERE FALSE UNION ALL BY NAME ({sql})) AS rows"


def filled(query: Query, spot: Callable[[str], str], values: Mapping[str, str]) -> str:
    """The query's text with its relations where they are, and texts for its values."""
    sql = _USED.sub(lambda match: spot(match[1]), query.sql)
    return _VALUE.sub(lambda match: sql_literal(values[match[1]]), sql)
