"""CREATE, ALTER and DROP of tables, views and sequences."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mockhaus.catalog import columns, defaults, rebuild, tagging
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.objects import SCHEMA, CatalogObject, check_length
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    DuplicateObject,
    InvalidIdentifier,
    UndefinedObject,
    UndefinedSchema,
    UnsupportedFeature,
)
from mockhaus.result import Result
from mockhaus.translation import checks, names, tables, template
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName, storage_schema
from mockhaus.translation.translate import translate
from mockhaus.types import from_duckdb

_FIND: Final = (
    f"SELECT kind FROM {SCHEMA}.objects WHERE kind IN ('TABLE', 'VIEW', 'SEQUENCE')"
    " AND upper(database) = upper(?) AND upper(schema) = upper(?) AND upper(name) = upper(?)"
)


def relation_kind(workspace: Workspace, name: ObjectName) -> str | None:
    """TABLE, VIEW or SEQUENCE, None if nothing of that (resolved) name exists."""
    if workspace.context.is_temporary(name):
        return "TABLE"
    rows = workspace.cursor.rows(_FIND, (name.database, name.schema, name.name))
    return str(rows[0][0]) if rows else None


def require_schema(workspace: Workspace, name: ObjectName) -> ObjectName:
    """The name with its schema spelled as that was created. Raises UndefinedSchema."""
    schema = ObjectName(name.schema or "", None, name.database)
    found = workspace.objects.find("SCHEMA", schema)
    if found is None:
        raise UndefinedSchema(
            f"SQL compilation error:\nSchema '{schema}' does not exist or not authorized."
        )
    return ObjectName(name.name, found.name.name, found.name.database)


def ready(
    workspace: Workspace,
    name: ObjectName,
    *,
    kind: str,
    replace: bool,
    if_not_exists: bool,
    copy_grants: bool = False,
) -> bool:
    """Make room for a new object; False if IF NOT EXISTS met one. Raises DuplicateObject.

    `copy_grants`: what was granted on the one that is replaced is granted on the new one.
    """
    check_length(name)
    existing = relation_kind(workspace, name)
    if existing is None:
        return True
    if if_not_exists:
        return False
    if not replace or existing != kind:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    grants = workspace.objects.granted_on(kind, name) if copy_grants else []
    drop(workspace, kind, name)
    for each in grants:
        workspace.objects.add(each)
    return True


# --- tables --------------------------------------------------------------------------------------


def _template(workspace: Workspace, query: s.Select) -> Any:
    """What the query of a template answers."""
    rows = workspace.cursor.rows(translate(query, workspace.context).sql)
    return json.loads(str(rows[0][0])) if rows and rows[0][0] is not None else []


def create_table(workspace: Workspace, statement: s.CreateTable) -> Result:
    """CREATE TABLE with columns, AS SELECT, or USING TEMPLATE."""
    if (query := template.query_of(statement)) is not None:
        statement = template.filled(statement, _template(workspace, query))
    definition = _typed(workspace, tables.create_table(statement, workspace.context))
    name = require_schema(workspace, definition.name)
    if definition.temporary:
        return _create_temporary(workspace, definition)
    wanted = ready(
        workspace,
        name,
        kind="TABLE",
        replace=definition.replace,
        if_not_exists=definition.if_not_exists,
        copy_grants=definition.copy_grants,
    )
    if not wanted:
        return already_there("CREATE TABLE", name.name)
    if definition.like is not None:
        return _model(workspace, definition, name)
    rows = _build(workspace, definition, names.storage_name(name, workspace.context))
    found = () if definition.columns else columns.of(workspace, name)
    recorded = _recorded(workspace, definition, found)
    workspace.objects.add(CatalogObject("TABLE", name, recorded, definition.comment))
    answer = status("CREATE TABLE", f"Table {name.name} successfully created.")
    if rows is not None:
        answer.tag, answer.row_count = "SELECT", rows
    return answer


def _typed(workspace: Workspace, definition: tables.TableDefinition) -> tables.TableDefinition:
    """The definition with the types of AS SELECT for columns that have none of their own."""
    if definition.query is None or all(column.type for column in definition.columns):
        return definition
    described = workspace.cursor.describe(definition.query)
    if len(described) != len(definition.columns):
        raise InvalidIdentifier(
            "SQL compilation error:\nInvalid column definition list: the query has"
            f" {len(described)} columns."
        )
    return replace(
        definition,
        columns=tuple(
            column
            if column.type
            else replace(column, type=str(from_duckdb(found.type)), stored=found.type)
            for column, found in zip(definition.columns, described, strict=True)
        ),
    )


def _model(workspace: Workspace, definition: tables.TableDefinition, name: ObjectName) -> Result:
    """CREATE TABLE LIKE, CLONE: columns, defaults and constraints of another table; its rows."""
    source = workspace.objects.find("TABLE", definition.like or name)
    if source is None:
        raise missing("TABLE", definition.like or name)
    rebuild.copy(workspace, source, name, rows=definition.cloned)
    properties = {**source.properties, "transient": definition.transient}
    comment = definition.comment or source.comment
    workspace.objects.add(CatalogObject("TABLE", name, properties, comment))
    return status("CREATE TABLE", f"Table {name.name} successfully created.")


def _create_temporary(workspace: Workspace, definition: tables.TableDefinition) -> Result:
    schema = storage_schema(definition.name.database or "", definition.name.schema or "")
    stored = f"temp.main.{names.quoted(f'{schema}.{definition.name.name}'.upper())}"
    if definition.like is not None:
        raise UnsupportedFeature("Unsupported feature 'CREATE TEMPORARY TABLE LIKE or CLONE'.")
    if definition.tags or any(column.tags for column in definition.columns):
        raise UnsupportedFeature("Unsupported feature 'TAG of a temporary table'.")
    if definition.options:
        option = next(iter(definition.options))
        raise UnsupportedFeature(f"Unsupported feature '{option} of a temporary table'.")
    exists = workspace.context.is_temporary(definition.name)
    if exists and definition.if_not_exists:
        return already_there("CREATE TABLE", definition.name.name)
    if exists and not definition.replace:
        raise DuplicateObject(f"SQL compilation error:\nObject '{definition.name}' already exists.")
    if exists:
        workspace.cursor.run(f"DROP TABLE {stored}")
        workspace.objects.drop_temporary(definition.name)
    rows = _build(workspace, definition, stored, "TEMP TABLE")
    name = require_schema(workspace, definition.name)
    workspace.objects.add_temporary(
        CatalogObject("TABLE", name, _recorded(workspace, definition, ()), definition.comment)
    )
    answer = status("CREATE TABLE", f"Table {definition.name.name} successfully created.")
    if rows is not None:
        answer.tag, answer.row_count = "SELECT", rows
    return answer


def _build(
    workspace: Workspace, definition: tables.TableDefinition, stored: str, what: str = "TABLE"
) -> int | None:
    """Create the table in DuckDB; the number of rows of AS SELECT."""
    if definition.query is not None and not definition.columns:
        renamed = ", ".join(map(names.quoted, definition.renamed))
        head = f"{stored} ({renamed})" if renamed else stored
        return workspace.cursor.change(f"CREATE {what} {head} AS {definition.query}")
    parts = [_column_sql(workspace, column) for column in definition.columns]
    parts += map(checks.ddl, definition.checks)
    workspace.cursor.run(f"CREATE {what} {stored} ({', '.join(parts)})")
    if definition.query is not None:
        return workspace.cursor.change(f"INSERT INTO {stored} {definition.query}")
    return None


def _column_sql(workspace: Workspace, column: tables.ColumnDefinition) -> str:
    if column.identity is None:
        return column.sql
    return f"{column.sql} DEFAULT {rebuild.identity_default(workspace, *column.identity)}"


_RECORDED: Final = ("name", "comment", "identity", "ordered", "default")


def entry(workspace: Workspace, column: tables.ColumnDefinition) -> dict[str, Any]:
    """What is recorded of a column."""
    kept = {key: getattr(column, key) for key in _RECORDED}
    kept["type"] = columns.declared(column.type) or column.type
    return {**kept, **tagging.told(workspace, column.tags)}


def _recorded(
    workspace: Workspace, definition: tables.TableDefinition, found: Sequence[columns.Found]
) -> dict[str, object]:
    entries = [entry(workspace, column) for column in definition.columns] or [
        {"name": column.name, "type": str(from_duckdb(column.type))} for column in found
    ]
    return {
        "columns": entries,
        "constraints": list(definition.constraints),
        **({"checks": list(definition.checks)} if definition.checks else {}),
        "transient": definition.transient,
        "cluster_by": definition.cluster_by,
        **definition.options,
        **tagging.told(workspace, definition.tags),
    }


def with_column(
    workspace: Workspace,
    found: CatalogObject,
    column: str,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> CatalogObject:
    """A table or view with what `change` makes of one column's entry. Raises InvalidIdentifier."""
    entries = [dict(c) for c in found.properties.get("columns", ())]
    entry = next((c for c in entries if c["name"].upper() == column.upper()), None)
    if entry is None:
        stored = names.storage_name(found.name, workspace.context)
        known = {row[0].upper(): row[0] for row in workspace.cursor.rows(f"DESCRIBE {stored}")}
        if column.upper() not in known:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{column}'", subject=column
            )
        entry = {"name": known[column.upper()], "type": "", "identity": None}
        entries.append(entry)
    entry.update(change(entry))
    return replace(found, properties={**found.properties, "columns": entries})


# --- drop ----------------------------------------------------------------------------------------

_WORDS: Final = {"TABLE": "Table", "VIEW": "View", "SEQUENCE": "Sequence"}


def missing(kind: str, name: ObjectName) -> UndefinedObject:
    return UndefinedObject(
        f"SQL compilation error:\n{_WORDS[kind]} '{name}' does not exist or not authorized."
    )


def drop(workspace: Workspace, kind: str, name: ObjectName) -> None:
    """Drop a table, view or sequence of a resolved name, which exists."""
    if kind == "SEQUENCE":
        defaults.release(workspace, name)
    workspace.cursor.run(f"DROP {kind} {names.storage_name(name, workspace.context)}")
    if workspace.context.is_temporary(name):
        workspace.objects.drop_temporary(name)
    else:
        workspace.objects.drop(kind, name, if_exists=True)


def drop_relation(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP TABLE, VIEW, SEQUENCE."""
    name = workspace.context.resolve(statement.name)
    existing = relation_kind(workspace, name)
    tag = f"DROP {statement.object}"
    if existing is None and statement.if_exists:
        return already_dropped(tag, name.name)
    if existing != statement.object:
        raise missing(statement.object, name)
    drop(workspace, statement.object, name)
    return status(tag, f"{name.name} successfully dropped.")
