"""Databases and schemas: CREATE, DROP.

A database is a recorded object; a schema is one too and has a DuckDB schema `DB.SCHEMA`.
Snowflake's manual: "CREATE DATABASE", "CREATE SCHEMA".
"""

from __future__ import annotations

from mockhaus.catalog import dropped, tagging, views
from mockhaus.catalog.answers import already_dropped, status
from mockhaus.catalog.objects import CatalogObject, check_length
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    ObjectNeedsContext,
    UndefinedDatabase,
    UndefinedSchema,
)
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import DEFAULT_SCHEMA, ObjectName, storage_schema
from mockhaus.translation.names import quoted


def require_database(workspace: Workspace, name: str) -> None:
    """Raises UndefinedDatabase unless the database exists."""
    if workspace.objects.find("DATABASE", ObjectName(name)) is None:
        raise UndefinedDatabase(
            f"SQL compilation error:\nDatabase '{name}' does not exist or not authorized.",
            subject=name,
        )


def make_database(workspace: Workspace, name: str, **properties: object) -> None:
    """Create a database with its PUBLIC schema."""
    comment = str(properties.pop("COMMENT", ""))
    workspace.objects.create(
        CatalogObject("DATABASE", ObjectName(name), properties, comment, workspace.context.role)
    )
    make_schema(workspace, ObjectName(DEFAULT_SCHEMA, None, name))


def make_schema(workspace: Workspace, name: ObjectName, **properties: object) -> None:
    """Create a schema; `name.database` says where."""
    check_length(name)
    comment = str(properties.pop("COMMENT", ""))
    workspace.cursor.run(f"CREATE SCHEMA {quoted(storage_schema(name.database or '', name.name))}")
    workspace.objects.create(
        CatalogObject("SCHEMA", name, properties, comment, workspace.context.role)
    )


def schema_name(workspace: Workspace, name: ObjectName) -> ObjectName:
    """A schema's name in full. Raises ObjectNeedsContext without a current database."""
    database = name.database or workspace.context.database
    if database is None:
        raise ObjectNeedsContext(
            "Cannot perform operation. This session does not have a current database. "
            "Call 'USE DATABASE', or use a qualified name."
        )
    return ObjectName(name.name, None, database)


def remove_schema(workspace: Workspace, name: ObjectName) -> None:
    """Drop a schema and all that is in it."""
    schema = storage_schema(name.database or "", name.name)
    functions = workspace.objects.list("FUNCTION", name.database, name.name)
    for tag in workspace.objects.list("TAG", name.database, name.name):
        tagging.forget(workspace.objects, tag.name)
    # One by one: DuckDB commits no DROP SCHEMA CASCADE after a write to one of its tables.
    for table in workspace.objects.list("TABLE", name.database, name.name):
        workspace.cursor.run(f"DROP TABLE {quoted(schema)}.{quoted(table.name.name)}")
    kept = workspace.objects.list(dropped.KIND, name.database, name.name)
    dropped.purge(workspace.cursor, workspace.objects, kept)
    workspace.cursor.run(f"DROP SCHEMA {quoted(schema)} CASCADE")
    workspace.objects.drop_within(name.database or "", name.name)
    workspace.objects.drop("SCHEMA", name)
    for each in functions:  # views elsewhere may call them
        views.refresh(workspace, each.name)


def remove_database(workspace: Workspace, name: str) -> None:
    """Drop a database and all that is in it."""
    for schema in workspace.objects.list("SCHEMA", name):
        remove_schema(workspace, schema.name)
    workspace.objects.drop_within(name)
    workspace.objects.drop("DATABASE", ObjectName(name))


def drop_database(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP DATABASE."""
    name = statement.name.name
    if workspace.objects.find("DATABASE", ObjectName(name)) is None and statement.if_exists:
        return already_dropped("DROP DATABASE", name)
    require_database(workspace, name)
    remove_database(workspace, name)
    return status("DROP DATABASE", f"{name} successfully dropped.")


def drop_schema(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP SCHEMA: all that is in it goes too, as in Snowflake."""
    parts = statement.name
    name = schema_name(workspace, ObjectName(parts.name, None, parts.schema))
    if workspace.objects.find("SCHEMA", name) is None:
        if statement.if_exists:
            return already_dropped("DROP SCHEMA", name.name)
        raise UndefinedSchema(
            f"SQL compilation error:\nSchema '{name}' does not exist or not authorized.",
            subject=name.name,
        )
    remove_schema(workspace, name)
    return status("DROP SCHEMA", f"{name.name} successfully dropped.")
