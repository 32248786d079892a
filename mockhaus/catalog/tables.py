"""CREATE, ALTER and DROP of tables, views and sequences."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

from msgspec.structs import replace

from mockhaus.catalog import columns, default_types, defaults, dropped, rebuild, tagging
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.objects import SCHEMA, CatalogObject, check_length
from mockhaus.catalog.query_columns import typed, types
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    CompilationError,
    DuplicateObject,
    InvalidIdentifier,
    UndefinedObject,
    UndefinedSchema,
    UnsupportedFeature,
    WrongObjectType,
)
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl import checks, tables, template
from mockhaus.translation.parse import parse
from mockhaus.translation.refusals import by_case_alone
from mockhaus.translation.translate import translate

#: Where a table's record has the indexes that PostgreSQL's tools made (see `indexes`).
INDEXES: Final = "indexes"
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


class Wanted(Protocol):
    """What CREATE says of one that is there already."""

    @property
    def replace(self) -> bool:
        """OR REPLACE."""

    @property
    def if_not_exists(self) -> bool:
        """IF NOT EXISTS."""


def make_room(
    workspace: Workspace, kind: str, name: ObjectName, wanted: Wanted, *, copy_grants: bool = False
) -> Result | None:
    """Make room for a new object; the answer if IF NOT EXISTS met one. Raises DuplicateObject.

    `copy_grants`: what was granted on the one that is replaced is granted on the new one.
    """
    check_length(name)
    existing = relation_kind(workspace, name)
    if existing is None:
        return None
    _check_case(workspace, existing, name)
    if wanted.if_not_exists:
        return already_there(f"CREATE {kind}", name.name)
    if not wanted.replace or existing != kind:
        other = f" as {existing}" if wanted.replace else ""
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists{other}.")
    grants = workspace.objects.granted_on(kind, name) if copy_grants else []
    drop(workspace, kind, name)
    for each in grants:
        workspace.objects.add(each)
    return None


def _check_case(workspace: Workspace, kind: str, name: ObjectName) -> None:
    """Raises UnsupportedFeature where a new name differs by case alone from one that is there.

    PostgreSQL's tools quote the names that they read, in lower case.
    """
    found = workspace.objects.find(kind, name)
    if found is not None and found.name.name != name.name and not workspace.context.postgres:
        raise by_case_alone(name.name, found.name.name)


# --- tables --------------------------------------------------------------------------------------


def _template(workspace: Workspace, query: s.Select) -> Any:
    """What the query of a template answers."""
    rows = workspace.cursor.rows(translate(query, workspace.context).sql)
    return json.loads(str(rows[0][0])) if rows and rows[0][0] is not None else []


def create_table(workspace: Workspace, statement: s.CreateTable) -> Result:
    """CREATE TABLE with columns, AS SELECT, or USING TEMPLATE."""
    if (query := template.query_of(statement)) is not None:
        statement = template.filled(statement, _template(workspace, query))
    definition = tables.create_table(statement, workspace.context)
    definition = typed(workspace, definition, postgres=statement.postgres)
    name = require_schema(workspace, definition.name)
    if definition.temporary:
        _check_temporary(definition)
    temporary = workspace.context.temporary
    own = temporary & {name.folded()} if definition.temporary else frozenset[ObjectName]()
    # a temporary table and a kept one of the same name do not know of each other
    workspace = replace(workspace, context=replace(workspace.context, temporary=own))
    place, met = _place(workspace, definition, name), None
    if place == name and (own or not definition.temporary):
        met = _make_room(workspace, definition, name)
    if met is not None:
        return met
    check_constraints(workspace, name, _names(definition), definition.constraints)
    default_types.check(workspace, definition.columns)
    settled = tuple(defaults.settled(workspace, each) for each in definition.columns)
    definition = replace(definition, columns=settled)
    if definition.like is not None:
        return _model(workspace, definition, name, place, temporary)
    rows = _build(_holding(workspace, definition, place), definition, place)
    _settle(workspace, definition, place, name)
    workspace = _holding(workspace, definition, name)
    check_clustering(workspace, name, definition.cluster_by)
    found = () if definition.columns else columns.of(workspace, name)
    recorded = CatalogObject(
        "TABLE",
        name,
        _recorded(workspace, definition, found),
        definition.comment,
        workspace.context.role,
    )
    if definition.temporary:
        workspace.objects.add_temporary(recorded)
    else:
        workspace.objects.add(recorded)
    answer = status("CREATE TABLE", f"Table {name.name} successfully created.")
    if rows is not None:
        answer.tag, answer.row_count = "SELECT", rows
    return answer


def _place(
    workspace: Workspace, definition: tables.TableDefinition, name: ObjectName
) -> ObjectName:
    """Where a table is made: beside the one that it replaces, if it may be made of its rows."""
    reads = definition.query is not None or definition.like is not None
    if not (reads and definition.replace and relation_kind(workspace, name) == "TABLE"):
        return name
    check_length(name)
    return replace(name, name=f"__mockhaus_{uuid.uuid4().hex}")


def _make_room(
    workspace: Workspace, definition: tables.TableDefinition, name: ObjectName
) -> Result | None:
    return make_room(workspace, "TABLE", name, definition, copy_grants=definition.copy_grants)


def _settle(
    workspace: Workspace, definition: tables.TableDefinition, place: ObjectName, name: ObjectName
) -> None:
    """A table that was made aside takes the place of the one that it replaces."""
    if place == name:
        return
    if not definition.temporary or workspace.context.is_temporary(name):
        _make_room(workspace, definition, name)
    made = names.storage_name(place, _holding(workspace, definition, place).context)
    stored = names.storage_table(name, _holding(workspace, definition, name).context).name
    workspace.cursor.run(f"ALTER TABLE {made} RENAME TO {names.quoted(stored)}")


def _holding(
    workspace: Workspace, definition: tables.TableDefinition, name: ObjectName
) -> Workspace:
    """The workspace in which a name is a temporary table's, if the new one is temporary."""
    if not definition.temporary:
        return workspace
    context = replace(workspace.context, temporary=frozenset((name.folded(),)))
    return replace(workspace, context=context)


def _check_temporary(definition: tables.TableDefinition) -> None:
    """Raises UnsupportedFeature for what temporary tables have not."""
    if definition.tags or any(column.tags for column in definition.columns):
        raise UnsupportedFeature("Unsupported feature 'TAG of a temporary table'.")
    if definition.options:
        option = next(iter(definition.options))
        raise UnsupportedFeature(f"Unsupported feature '{option} of a temporary table'.")


def _names(definition: tables.TableDefinition) -> tuple[str, ...] | None:
    """The columns of a new table, None where only the query knows them."""
    if definition.columns:
        return tuple(column.name for column in definition.columns)
    return definition.renamed or None


def check_constraints(
    workspace: Workspace,
    table: ObjectName,
    known: Collection[str] | None,
    constraints: Sequence[Mapping[str, Any]],
) -> None:
    """Raises for constraints over columns or tables that are not there, or two primary keys.

    `known` are the columns of the table, None where they are not known yet.
    """
    if [each["type"] for each in constraints].count("PRIMARY KEY") > 1:
        raise DuplicateObject(
            f"SQL compilation error:\nprimary key already exists for table '{table.name}'"
        )
    for each in constraints:
        _check_columns(known, each["columns"])
        if each["type"] == "FOREIGN KEY":
            database, schema, name = each["table"]
            target = ObjectName(name, schema or table.schema, database or table.database)
            if target.folded() == table.folded():
                _check_columns(known, each["referenced"])
            elif relation_kind(workspace, target) != "TABLE":
                raise missing("TABLE", target)
            elif each["referenced"]:
                there = [found.name for found in columns.of(workspace, target)]
                _check_columns(there, each["referenced"])


def check_clustering(workspace: Workspace, table: ObjectName, key: str) -> None:
    """Raises CompilationError for a clustering key that is no expression over the table."""
    if not key:
        return
    listed = key.removeprefix("LINEAR").removeprefix("(").removesuffix(")")
    parts = (table.database, table.schema, table.name)
    full = ".".join(names.quoted(part) for part in parts if part is not None)
    (query,) = parse(f"SELECT {listed} FROM {full}")
    assert isinstance(query, s.Select)
    workspace.cursor.describe(translate(query, workspace.context).sql)


def _check_columns(known: Collection[str] | None, wanted: Sequence[str]) -> None:
    there = None if known is None else {name.upper() for name in known}
    for name in wanted:
        if there is not None and name.upper() not in there:
            raise InvalidIdentifier(
                f"SQL compilation error:\ncolumn '{name}' does not exist", subject=name
            )


def _model(
    workspace: Workspace,
    definition: tables.TableDefinition,
    name: ObjectName,
    place: ObjectName,
    temporary: frozenset[ObjectName],
) -> Result:
    """CREATE TABLE LIKE, CLONE: columns, defaults and constraints of another table; its rows.

    `place` is where it is made, `temporary` are the temporary tables of the connection.
    """
    like, around = definition.like or name, replace(workspace.context, temporary=temporary)
    of_temporary = around.is_temporary(like)
    objects = workspace.objects
    source = objects.temporary(like) if of_temporary else objects.find("TABLE", like)
    if source is None:
        raise mismatch("TABLE", relation_kind(workspace, like), like)
    if of_temporary and definition.cloned and not (definition.temporary or definition.transient):
        raise UnsupportedFeature(
            "SQL compilation error:\nTemp table cannot be cloned to a permanent table; clone to a"
            " transient table instead."
        )
    kept = frozenset((place.folded(),)) if definition.temporary else frozenset[ObjectName]()
    new = names.storage_name(place, replace(around, temporary=kept))
    old = names.storage_name(source.name, around)
    rebuild.copy(
        workspace,
        source,
        name,
        rows=definition.cloned,
        between=(old, new),
        temporary=definition.temporary,
    )
    _settle(workspace, definition, place, name)
    properties = {**source.properties, "transient": definition.transient}
    properties.pop(INDEXES, None)  # their names are the source's
    comment = definition.comment or source.comment
    made = CatalogObject("TABLE", name, properties, comment, workspace.context.role)
    if definition.temporary:
        objects.add_temporary(replace(made, properties=_untagged(properties)))
    else:
        objects.add(made)
    return status("CREATE TABLE", f"Table {name.name} successfully created.")


def _untagged(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What is recorded of a table, without tags."""
    entries = [
        {key: value for key, value in each.items() if key != "tags"}
        for each in properties.get("columns", ())
    ]
    kept = {key: value for key, value in properties.items() if key != "tags"}
    return {**kept, "columns": entries}


def _build(
    workspace: Workspace, definition: tables.TableDefinition, name: ObjectName
) -> int | None:
    """Create the table in DuckDB; the number of rows of AS SELECT."""
    stored = names.storage_name(name, workspace.context)
    what = "TEMP TABLE" if definition.temporary else "TABLE"
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
        {"name": column.name, "type": kind}
        for column, kind in zip(found, types(definition, found), strict=True)
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


def mismatch(kind: str, existing: str | None, name: ObjectName) -> CompilationError:
    """The error for a name of an object of another kind, or of none."""
    if existing is None or "SEQUENCE" in (kind, existing):
        return missing(kind, name)
    return WrongObjectType(
        f"SQL compilation error: Object found is of type '{existing}', not specified type"
        f" '{kind}'.",
        subject=name.name,
    )


def drop(workspace: Workspace, kind: str, name: ObjectName) -> None:
    """Drop a table, view or sequence of a resolved name, which exists."""
    if kind == "SEQUENCE":
        defaults.release(workspace, name)
    if kind == "TABLE" and not workspace.context.is_temporary(name):
        found = workspace.objects.find(kind, name)
        if found is not None and dropped.keep(workspace, found):
            return
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
        raise mismatch(statement.object, existing, name)
    drop(workspace, statement.object, name)
    return status(tag, f"{name.name} successfully dropped.")
