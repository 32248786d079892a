"""DESCRIBE of tables, views, schemas, databases, sequences, warehouses, users.

Snowflake's manual: "DESCRIBE TABLE" and its sisters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, columns, procedures, routines
from mockhaus.catalog.answers import table
from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.listing import Shape, shaped, yes
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.show import LISTINGS
from mockhaus.catalog.tables import relation_kind, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.types import from_duckdb

_COLUMNS: Final = shaped(
    "name type kind null? default primary~key unique~key check expression comment policy~name"
    " privacy~domain"
)
_CONTENTS: Final = shaped("@created_on name kind")


def shape(statement: s.Describe) -> tuple[Column, ...]:
    """The columns that DESCRIBE answers. Raises UnsupportedFeature."""
    return tuple(Column(name, kind) for name, kind in _known(statement)[0])


def describe(workspace: Workspace, statement: s.Describe) -> Result:
    """DESCRIBE of any kind of object that this room keeps."""
    shape, rows = _known(statement)
    return table(shape, rows(workspace, statement), "DESCRIBE")


Rows = Callable[[Workspace, s.Describe], list[tuple[Any, ...]]]


def _known(statement: s.Describe) -> tuple[Shape, Rows]:
    found = _KINDS.get(statement.object)
    if found is None:
        raise UnsupportedFeature(f"Unsupported feature 'DESCRIBE {statement.object}'.")
    return found


def _missing(kind: str, name: ObjectName) -> UndefinedObject:
    return UndefinedObject(
        f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not authorized.",
        subject=name.name,
    )


def _relation(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    name = workspace.context.resolve(statement.name)
    kind = relation_kind(workspace, name)
    if kind not in ("TABLE", "VIEW"):
        raise _missing(statement.object, name)
    objects, temporary = workspace.objects, workspace.context.is_temporary(name)
    recorded = objects.temporary(name) if temporary else objects.find(kind, name)
    return [
        _column(replace(found, default=None) if kind == "VIEW" else found, recorded)
        for found in columns.of(workspace, name)
    ]


def _column(found: columns.Found, recorded: CatalogObject | None) -> tuple[Any, ...]:
    properties = recorded.properties if recorded is not None else {}
    entries = {c["name"].upper(): c for c in properties.get("columns", ())}
    entry = entries.get(found.name.upper())
    entry = {"default": found.default} if entry is None else entry
    primary, unique = (
        any(
            c["type"] == kind and found.name.upper() in [key.upper() for key in c["columns"]]
            for c in properties.get("constraints", ())
        )
        for kind in ("PRIMARY KEY", "UNIQUE")
    )
    default = entry.get("default")
    if entry.get("identity"):
        start, increment = entry["identity"]
        order = "ORDER" if entry.get("ordered") else "NOORDER"
        default = f"IDENTITY START {start} INCREMENT {increment} {order}"
    shown = entry.get("type") or str(from_duckdb(found.type))
    return (found.name, shown, "COLUMN", yes(found.nullable), default, yes(primary), yes(unique),
            None, None, entry.get("comment") or None, None, None)  # fmt: skip


def _schema(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    name = schema_name(workspace, ObjectName(statement.name.name, None, statement.name.schema))
    require_schema(workspace, ObjectName("", name.name, name.database))
    return [
        (each.created, each.name.name, each.kind)
        for kind in ("TABLE", "VIEW", "SEQUENCE")
        for each in workspace.objects.list(kind, name.database, name.name)
    ]


def _database(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    name = statement.name.name
    require_database(workspace, name)
    own = workspace.objects.get("DATABASE", ObjectName(name))
    found = [(o.created, o.name.name, "SCHEMA") for o in workspace.objects.list("SCHEMA", name)]
    found.append((own.created, "INFORMATION_SCHEMA", "SCHEMA"))
    return sorted(found, key=lambda each: each[1])


def _warehouse(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    wanted = account.require(workspace, "WAREHOUSE", statement.name.name)
    place = s.Show(text="", object="WAREHOUSES")
    listing = LISTINGS["WAREHOUSES"]
    at = [name for name, _ in listing.shape].index("created_on")
    found = (row for row in listing.rows(workspace, place) if row[0] == wanted)
    return [(row[at], wanted, "WAREHOUSE") for row in found]


def _sequence(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    name = workspace.context.resolve(statement.name)
    place = s.Show(
        text="", object="SEQUENCES", in_kind="SCHEMA",
        in_name=ObjectName(name.schema or "", name.database),
    )  # fmt: skip
    found = [
        tuple(row)
        for row in LISTINGS["SEQUENCES"].rows(workspace, place)
        if str(row[0]).upper() == name.name.upper()
    ]
    if not found:
        raise _missing("SEQUENCE", name)
    return found


def _result(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    """DESCRIBE RESULT: the columns that an earlier statement answered."""
    if workspace.answered is None:
        raise UnsupportedFeature("Unsupported feature 'DESCRIBE RESULT'.")
    ids = workspace.context.last_query_ids
    query_id = statement.name.name or (ids[-1] if ids else "")
    return [
        (each.name, str(each.type), "COLUMN", yes(each.nullable), None, "N", "N", None, None, None,
         None, None)
        for each in workspace.answered(query_id)
    ]  # fmt: skip


_KINDS: Final[dict[str, tuple[Shape, Rows]]] = {
    "TABLE": (_COLUMNS, _relation),
    "VIEW": (_COLUMNS, _relation),
    "SCHEMA": (_CONTENTS, _schema),
    "DATABASE": (_CONTENTS, _database),
    "SEQUENCE": (LISTINGS["SEQUENCES"].shape, _sequence),
    "WAREHOUSE": (_CONTENTS, _warehouse),
    "USER": (shaped("property value default description"), account.describe_user),
    "RESULT": (_COLUMNS, _result),
    "FUNCTION": (shaped("property value"), routines.describe),
    "PROCEDURE": (shaped("property value"), procedures.describe),
}
