"""SHOW and DESCRIBE of databases, schemas, tables, views: Snowflake's column names and order.

Snowflake's manual: "SHOW DATABASES" and its sisters, "DESCRIBE TABLE".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from mockhaus.catalog.answers import table
from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import relation_kind, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.translation import names
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.types import NUMBER, TIMESTAMP_LTZ, VARCHAR, SqlType, from_duckdb, from_name

Shape = tuple[tuple[str, SqlType], ...]


def _texts(words: str) -> list[tuple[str, SqlType]]:
    return [(word, VARCHAR) for word in words.split()]


_CREATED: Final = ("created_on", TIMESTAMP_LTZ)

SHAPES: Final[dict[str, Shape]] = {
    "DATABASES": (
        _CREATED,
        *_texts(
            "name is_default is_current origin owner comment options retention_time kind"
            " owner_role_type"
        ),
    ),
    "SCHEMAS": (
        _CREATED,
        *_texts(
            "name is_default is_current database_name owner comment options retention_time"
            " owner_role_type"
        ),
    ),
    "TABLES": (
        _CREATED,
        *_texts("name database_name schema_name kind comment cluster_by"),
        ("rows", NUMBER),
        ("bytes", NUMBER),
        *_texts("owner retention_time"),
    ),
    "VIEWS": (
        _CREATED,
        *_texts(
            "name reserved database_name schema_name owner comment text is_secure is_materialized"
            " owner_role_type"
        ),
    ),
}

#: Columns of SHOW TERSE, in this order.
_TERSE: Final = ("created_on", "name", "kind", "database_name", "schema_name")

_DESCRIBE: Final[Shape] = (
    *_texts("name type kind null? default"),
    *[(f"{word} key", VARCHAR) for word in ("primary", "unique")],
    *_texts("check expression comment"),
)


def shape(statement: s.Show) -> tuple[Column, ...]:
    """The columns that a SHOW answers. Raises UnsupportedFeature."""
    full = SHAPES.get(statement.object)
    if full is None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW {statement.object}'.")
    chosen = [c for c in full if not statement.terse or c[0] in _TERSE]
    return tuple(Column(name, kind) for name, kind in chosen)


def show(workspace: Workspace, statement: s.Show) -> Result:
    """SHOW objects, with TERSE, LIKE, IN, STARTS WITH, LIMIT .. FROM."""
    columns = shape(statement)
    if statement.history:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW {statement.object} HISTORY'.")
    rows = _ROWS[statement.object](workspace, statement)
    names_ = [column for column, _ in SHAPES[statement.object]]
    found = [dict(zip(names_, row, strict=True)) for row in rows]
    kept = _limited([row for row in found if _matches(statement, row["name"])], statement)
    return Result(columns, "SHOW", len(kept), [tuple(row[c.name] for c in columns) for row in kept])


def like_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern of SHOW, which ignores case."""
    out = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(re.escape(pattern[at]))
        else:
            out.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
        at += 1
    return re.compile("".join(out), re.I | re.S)


def _matches(statement: s.Show, name: str) -> bool:
    if statement.like is not None and not like_pattern(statement.like).fullmatch(name):
        return False
    return statement.starts_with is None or name.startswith(statement.starts_with)


def _limited(rows: list[dict[str, Any]], statement: s.Show) -> list[dict[str, Any]]:
    if statement.from_name is not None:
        rows = [row for row in rows if row["name"] > statement.from_name]
    return rows if statement.limit is None else rows[: statement.limit]


# --- rows ----------------------------------------------------------------------------------------


def scope(workspace: Workspace, statement: s.Show) -> tuple[str | None, str | None]:
    """The database and schema a SHOW looks into; None for all."""
    kind, name = statement.in_kind, statement.in_name
    if kind == "ACCOUNT":
        return None, None
    if kind == "DATABASE":
        database = name.name if name is not None else workspace.context.database
        require_database(workspace, database or "")
        return database, None
    if name is not None:
        if kind is None and statement.object == "SCHEMAS":
            require_database(workspace, name.name)
            return name.name, None
        full = schema_name(workspace, ObjectName(name.name, None, name.schema))
        require_schema(workspace, ObjectName("", full.name, full.database))
        return full.database, full.name
    return workspace.context.database, workspace.context.schema


def _yes(value: bool) -> str:
    return "Y" if value else "N"


def _databases(workspace: Workspace, statement: s.Show) -> Sequence[tuple[Any, ...]]:
    current = (workspace.context.database or "").upper()
    return [
        (d.created, d.name.name, "N", _yes(d.name.name.upper() == current), "", d.owner, d.comment,
         "", "1", "STANDARD", "ROLE")
        for d in workspace.objects.list("DATABASE")
    ]  # fmt: skip


def _schemas(workspace: Workspace, statement: s.Show) -> Sequence[tuple[Any, ...]]:
    database, _ = scope(workspace, statement)
    context = workspace.context
    current = ((context.database or "").upper(), (context.schema or "").upper())
    return [
        (c.created, c.name.name, "N",
         _yes(((c.name.database or "").upper(), c.name.name.upper()) == current),
         c.name.database, c.owner, c.comment, "", "1", "ROLE")
        for c in workspace.objects.list("SCHEMA", database)
    ]  # fmt: skip


def _tables(workspace: Workspace, statement: s.Show) -> Sequence[tuple[Any, ...]]:
    return [
        (t.created, t.name.name, t.name.database, t.name.schema,
         "TRANSIENT" if t.properties.get("transient") else "TABLE", t.comment,
         t.properties.get("cluster_by") or "", _row_count(workspace, t.name), 0, t.owner, "1")
        for t in workspace.objects.list("TABLE", *scope(workspace, statement))
    ]  # fmt: skip


def _row_count(workspace: Workspace, name: ObjectName) -> int:
    stored = names.storage_name(name, workspace.context)
    return int(workspace.cursor.rows(f"SELECT count(*) FROM {stored}")[0][0])


def _views(workspace: Workspace, statement: s.Show) -> Sequence[tuple[Any, ...]]:
    return [
        (v.created, v.name.name, "", v.name.database, v.name.schema, v.owner, v.comment,
         v.properties["text"], str(bool(v.properties.get("secure"))).lower(), "false", "ROLE")
        for v in workspace.objects.list("VIEW", *scope(workspace, statement))
    ]  # fmt: skip


_ROWS: Final[dict[str, Callable[[Workspace, s.Show], Sequence[tuple[Any, ...]]]]] = {
    "DATABASES": _databases,
    "SCHEMAS": _schemas,
    "TABLES": _tables,
    "VIEWS": _views,
}


# --- describe ------------------------------------------------------------------------------------


def describe_shape(statement: s.Describe) -> tuple[Column, ...]:
    """The columns that DESCRIBE TABLE and VIEW answer."""
    return tuple(Column(name, kind) for name, kind in _DESCRIBE)


def describe(workspace: Workspace, statement: s.Describe) -> Result:
    """DESCRIBE TABLE, VIEW."""
    name = workspace.context.resolve(statement.name)
    kind = relation_kind(workspace, name)
    if kind not in ("TABLE", "VIEW"):
        raise UndefinedObject(
            f"SQL compilation error:\n{statement.object.capitalize()} '{name}' does not exist or "
            "not authorized.",
            subject=name.name,
        )
    recorded = workspace.objects.find(kind, name)
    rows = [_described(row, recorded) for row in _columns_of(workspace, name)]
    return table(_DESCRIBE, rows, "DESCRIBE")


def _columns_of(workspace: Workspace, name: ObjectName) -> list[tuple[Any, ...]]:
    """name, DuckDB type, nullable, default of each column."""
    rows = workspace.cursor.rows(f"DESCRIBE {names.storage_name(name, workspace.context)}")
    return [(row[0], row[1], row[2] == "YES", row[4]) for row in rows]


def _described(row: tuple[Any, ...], recorded: CatalogObject | None) -> tuple[Any, ...]:
    name, kind, nullable, default = row
    properties = recorded.properties if recorded is not None else {}
    columns = {c["name"].upper(): c for c in properties.get("columns", ())}
    declared = columns.get(name.upper(), {})
    shown = _declared(declared.get("type", "")) or str(from_duckdb(kind))
    keys = {
        kind: _yes(
            any(
                c["type"] == kind and name.upper() in [k.upper() for k in c["columns"]]
                for c in properties.get("constraints", ())
            )
        )
        for kind in ("PRIMARY KEY", "UNIQUE")
    }
    return (name, shown, "COLUMN", _yes(nullable), default, keys["PRIMARY KEY"], keys["UNIQUE"],
            None, None, declared.get("comment") or None)  # fmt: skip


def _declared(text: str) -> str | None:
    """A declared type in DESCRIBE's spelling, for example `NUMBER(38,0)` for INT."""
    match = re.fullmatch(r"([A-Z_ 0-9]+?)\s*(?:\(([\d, ]+)\))?", text)
    if match is None:
        return None
    arguments = tuple(int(a) for a in (match[2] or "").split(",") if a.strip())
    known = from_name(match[1], arguments)
    return None if known is None else str(known)
