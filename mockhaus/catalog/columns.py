"""Columns of tables and views: what DuckDB knows of them, and how Snowflake spells their types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from mockhaus.catalog.objects import CatalogObject, Objects
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.cursor import Cursor
from mockhaus.translation import names
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.types.origins import Key, Relation
from mockhaus.types import SqlType, from_name, structured


class Found(Struct, frozen=True):
    """A column as DuckDB has it; `type` is DuckDB's."""

    name: str
    type: str
    nullable: bool
    default: str | None


def of(workspace: Workspace, name: ObjectName) -> list[Found]:
    """The columns of a table or view of a resolved name."""
    return stored(workspace.cursor, names.storage_name(name, workspace.context))


def stored(cursor: Cursor, name: str) -> list[Found]:
    """The columns of a table or view by its name in DuckDB's text."""
    rows = cursor.rows(f"DESCRIBE {name}")
    return [Found(row[0], row[1], row[2] == "YES", row[4]) for row in rows]


def relation(cursor: Cursor, context: Context, name: ObjectName) -> Relation | None:
    """A table or view of a resolved name, with its columns as they were declared."""
    objects = Objects(cursor)
    if context.is_temporary(name):
        found = objects.temporary(name)
    else:
        found = objects.find("TABLE", name) or objects.find("VIEW", name)
    if found is None:
        return None
    declared_types = {
        each["name"].upper(): kind
        for each in found.properties.get("columns") or ()
        if (kind := _sql_type(each.get("type") or "")) is not None
    }
    described = cursor.describe(f"SELECT * FROM {names.storage_name(name, context)}")
    columns = {each.name.upper(): declared_types.get(each.name.upper()) for each in described}
    items = {
        each["name"].upper(): match[1]
        for each in found.properties.get("columns") or ()
        if (match := _ARRAY.fullmatch(each.get("type") or "")) is not None
    }
    keys = None if found.kind == "VIEW" else tuple(_keys(found))
    return Relation(found.oid or 0, columns, keys, items)


def _keys(table: CatalogObject) -> Iterator[Key]:
    """The unique constraints of a table; without a name they have the one PostgreSQL gives."""
    for each in table.properties.get("constraints") or ():
        if each["type"] in _SUFFIXES:
            listed = "_" + "_".join(each["columns"]) if each["type"] == "UNIQUE" else ""
            name = each.get("name") or f"{table.name.name}{listed}{_SUFFIXES[each['type']]}"
            yield Key(name, tuple(each["columns"]))


_ARRAY: Final = re.compile(r"ARRAY\((.+)\)")
_SUFFIXES: Final = {"PRIMARY KEY": "_PKEY", "UNIQUE": "_KEY"}


_TYPE = re.compile(r"([A-Z_ 0-9]+?)\s*(?:\(([\d, ]+)\))?")


@lru_cache(maxsize=1024)
def _sql_type(text: str) -> SqlType | None:
    match = _TYPE.fullmatch(text)
    if match is None:
        return structured(text)
    arguments = tuple(int(a) for a in (match[2] or "").split(",") if a.strip())
    return from_name(match[1], arguments)


def declared(text: str) -> str | None:
    """A declared type in DESCRIBE's spelling, for example `NUMBER(38,0)` for INT."""
    known = _sql_type(text)
    return None if known is None else str(known)


_SHOWN = {"NUMBER": "FIXED", "FLOAT": "REAL", "VARCHAR": "TEXT"}


@lru_cache(maxsize=4096)
def as_json(text: str, nullable: bool) -> str:
    """A type as SHOW COLUMNS writes it. Snowflake's manual: "SHOW COLUMNS"."""
    family, *_ = text.split("(", 1)
    numbers = [int(n) for n in re.findall(r"\d+", text.removeprefix(family))]
    shown: dict[str, object] = {"type": _SHOWN.get(family, family)}
    if family == "NUMBER":
        shown |= {"precision": numbers[0], "scale": numbers[1]}
    elif family == "VARCHAR":
        shown |= {"length": numbers[0], "byteLength": min(4 * numbers[0], 16_777_216)}
    elif family == "BINARY":
        shown |= {"length": numbers[0], "byteLength": numbers[0]}
    elif family.startswith("TIME"):
        shown |= {"precision": 0, "scale": numbers[0]}
    shown["nullable"] = nullable
    if family in ("VARCHAR", "BINARY"):
        shown["fixed"] = family == "BINARY"
    return json.dumps(shown, separators=(",", ":"))
