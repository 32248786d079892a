"""Whole schemas and databases: CLONE, and RENAME and SWAP, which DuckDB has no words for.

A schema is made anew under its other name with all that is in it; a clone is a full copy, where
Snowflake shares what has not changed. Snowflake's manual: "CREATE <object> ... CLONE",
"ALTER SCHEMA", "ALTER DATABASE".
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import defaults, rebuild, tagging, views
from mockhaus.catalog.containers import make_database, make_schema, remove_database, remove_schema
from mockhaus.catalog.objects import FUTURE, CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl.tables import default_sql

#: Objects that are nothing but their record.
_RECORDS: Final = (FUTURE, "FUNCTION", "PROCEDURE", "FILE FORMAT", "STAGE", "TAG")


def copy_database(
    workspace: Workspace, source: CatalogObject, name: str, *, moved: bool, **options: object
) -> None:
    """Make a database of all that is in another; `moved`: that one goes."""
    make_database(workspace, name, **_told(source, options))
    remove_schema(workspace, ObjectName("PUBLIC", None, name))
    for each in workspace.objects.list(FUTURE, source.name.name):
        if each.name.schema is None:
            workspace.objects.add(replace(each, name=replace(each.name, database=name)))
    found = workspace.objects.list("SCHEMA", source.name.name)
    for schema in sorted(found, key=lambda each: each.oid or 0):
        target = ObjectName(schema.name.name, None, name)
        _copy(workspace, schema, target, moved=moved)
    for each in found:
        _views(workspace, each.name, ObjectName(each.name.name, None, name), moved=moved)
    if moved:
        workspace.objects.move_grants(source.name, ObjectName(name))
        for each in found:
            workspace.objects.move_loads(each.name, ObjectName(each.name.name, None, name))
        remove_database(workspace, source.name.name)
        workspace.objects.renumber(source, ObjectName(name))
        for each in found:
            workspace.objects.renumber(each, ObjectName(each.name.name, None, name))


def copy_schema(
    workspace: Workspace, source: CatalogObject, target: ObjectName, *, moved: bool,
    **options: object,
) -> None:  # fmt: skip
    """Make a schema of all that is in another; `moved`: that one goes."""
    _copy(workspace, source, target, moved=moved, **options)
    _views(workspace, source.name, target, moved=moved)
    if moved:
        workspace.objects.move_grants(source.name, target)
        workspace.objects.move_loads(source.name, target)
        remove_schema(workspace, source.name)
        workspace.objects.renumber(source, target)


def _copy(
    workspace: Workspace, source: CatalogObject, target: ObjectName, *, moved: bool,
    **options: object,
) -> None:  # fmt: skip
    """Everything but the views, which may name what comes later."""
    make_schema(workspace, target, **_told(source, options))
    for each in _within(workspace, "SEQUENCE", source.name):
        copied = replace(each, name=_at(each, target))
        copy_sequence(workspace, each, copied.name)
        workspace.objects.add(copied, moved=moved)
    for each in _within(workspace, "TABLE", source.name):
        _table(workspace, each, _at(each, target), moved=moved)
    for kind in _RECORDS:
        for each in _within(workspace, kind, source.name):
            if kind != "STAGE" or moved or each.properties.get("URL"):  # as Snowflake clones them
                workspace.objects.add(replace(each, name=_at(each, target)), moved=moved)
            if kind == "TAG" and moved:
                tagging.rename(workspace.objects, each.name, _at(each, target))


def _told(source: CatalogObject, options: dict[str, object]) -> dict[str, Any]:
    """What is recorded of a copy: the source's properties and comment, but for what is given."""
    return {**source.properties, "COMMENT": source.comment, **options}


def _within(workspace: Workspace, kind: str, schema: ObjectName) -> list[CatalogObject]:
    found = workspace.objects.list(kind, schema.database, schema.name)
    return sorted(found, key=lambda each: each.oid or 0)


def _at(found: CatalogObject, schema: ObjectName) -> ObjectName:
    return ObjectName(found.name.name, schema.name, schema.database)


def copy_sequence(workspace: Workspace, source: CatalogObject, target: ObjectName) -> None:
    """A sequence that goes on where the other is."""
    old = names.storage_parts(source.name)
    told = workspace.cursor.rows(
        "SELECT next_number(sql), increment_by, min_value,"
        " max_value FROM duckdb_sequences() WHERE schema_name = $1 AND sequence_name = $2"
        " AND database_name = current_database()",
        old,
    )
    start, step, least, most = told[0]
    workspace.cursor.run(
        f"CREATE SEQUENCE {names.storage_name(target, workspace.context)} START WITH {start}"
        f" INCREMENT BY {step} MINVALUE {least} MAXVALUE {most}"
    )


def _table(workspace: Workspace, source: CatalogObject, target: ObjectName, *, moved: bool) -> None:
    """A table with its rows; defaults that use a sequence of its schema use the copy's."""
    rebuild.copy(workspace, source, target, rows=True, fresh=not moved)
    within = f"{defaults.default_name(source.name).rpartition('.')[0]}."
    entries: list[dict[str, Any]] = []
    for entry in source.properties.get("columns", ()):
        text = str(entry.get("default") or "")
        if within in text and ".NEXTVAL" in text.upper():
            text = text.replace(within, f"{defaults.default_name(target).rpartition('.')[0]}.")
            defaults.renew(workspace, target, entry["name"], text)
            entry = {**entry, "default": text}
        entries.append(entry)
    properties = {**source.properties, "columns": entries}
    copied = replace(source, name=target, properties=properties)
    workspace.objects.add(copied, moved=moved)


def _views(workspace: Workspace, source: ObjectName, target: ObjectName, *, moved: bool) -> None:
    for each in _within(workspace, "VIEW", source):
        copied = replace(each, name=_at(each, target))
        workspace.objects.add(copied, moved=moved)
        views.renew(workspace, copied, like=each.name)


# --- sequences -----------------------------------------------------------------------------------


def move_sequence(workspace: Workspace, found: CatalogObject, target: ObjectName) -> None:
    """Give a sequence another name. Defaults that use it fail from then on, as in Snowflake."""
    copy_sequence(workspace, found, target)
    defaults.release(workspace, found.name)
    workspace.cursor.run(f"DROP SEQUENCE {names.storage_name(found.name, workspace.context)}")
    workspace.objects.update(found, replace(found, name=target))


#: What the numbers of a sequence do not pass, in either direction.
LAST_NUMBER: Final = 2**63 - 1


def restep_sequence(workspace: Workspace, found: CatalogObject, step: int) -> None:
    """Give a sequence another increment; the next number is as it was."""
    schema, sequence = names.storage_parts(found.name)
    told = workspace.cursor.rows(
        "SELECT next_number(sql) FROM duckdb_sequences()"
        " WHERE schema_name = $1 AND sequence_name = $2 AND database_name = current_database()",
        (schema, sequence),
    )
    stored = names.storage_name(found.name, workspace.context)
    bounds = f" MINVALUE {-LAST_NUMBER} MAXVALUE {LAST_NUMBER}"
    used = list(defaults.using(workspace, found.name))
    defaults.release(workspace, found.name)
    workspace.cursor.run(f"DROP SEQUENCE {stored}")
    workspace.cursor.run(
        f"CREATE SEQUENCE {stored} START WITH {told[0][0]} INCREMENT BY {step}{bounds}"
    )
    for table, column, text in used:
        defaults.put(workspace, table, column, default_sql(text, workspace.context))
