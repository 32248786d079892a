"""Views: CREATE, and making anew those whose functions have changed.

DuckDB keeps a view's text as it was translated; what the user wrote is recorded. Names in it are
resolved in the view's own schema. Snowflake's manual: "CREATE VIEW", "Object name resolution".
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mockhaus.catalog import columns, tagging
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import make_room, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidColumnList, SqlError
from mockhaus.quoting import sql_literal
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.ddl import views
from mockhaus.translation.parse import parse
from mockhaus.translation.types.origins import meant
from mockhaus.types import from_duckdb


def create(workspace: Workspace, statement: s.CreateView) -> Result:
    """CREATE VIEW."""
    name = require_schema(workspace, views.view_name(statement, workspace.context))
    definition = views.create_view(statement, _within(name, workspace.context))
    met = make_room(workspace, "VIEW", name, definition, copy_grants=definition.copy_grants)
    if met is not None:
        return met
    if definition.columns and not statement.postgres:
        described = workspace.cursor.describe(definition.query)
        if len(described) != len(definition.columns):
            raise InvalidColumnList(len(described))
    workspace.cursor.run(f"CREATE VIEW {_definition(workspace, name, definition)}")
    properties = {
        "text": statement.text,
        "secure": definition.secure,
        "postgres": statement.postgres,
        "functions": [list(each) for each in sorted(definition.functions)],
        "columns": _entries(workspace, name, definition),
        "CHANGE_TRACKING": definition.change_tracking,
        **tagging.told(workspace, definition.tags),
    }
    workspace.objects.add(
        CatalogObject("VIEW", name, properties, definition.comment, workspace.context.role)
    )
    return status("CREATE VIEW", f"View {name.name} successfully created.")


def _entries(
    workspace: Workspace, view: ObjectName, definition: views.ViewDefinition
) -> list[dict[str, Any]]:
    """What is recorded of the columns that have more than a name: declared type, comment, tags."""
    found = columns.of(workspace, view)
    sources = definition.sources if len(definition.sources) == len(found) else ()
    types = {
        column.name: str(source.type)
        for column, source in zip(found, sources, strict=bool(sources))
        if source.type is not None
        and source.type.family == meant(from_duckdb(column.type), source).family
    }
    return [
        {
            "name": column.name,
            "type": types.get(column.name, ""),
            "comment": definition.comments.get(column.name, ""),
            **tagging.told(workspace, definition.column_tags.get(column.name, ())),
        }
        for column in found
        if any(column.name in each for each in (types, definition.comments, definition.column_tags))
    ]


def _within(name: ObjectName, context: Context) -> Context:
    return replace(context, database=name.database, schema=name.schema, is_kept=True)


def _definition(workspace: Workspace, name: ObjectName, definition: views.ViewDefinition) -> str:
    listed = ", ".join(map(names.quoted, definition.columns))
    stored = names.storage_name(name, workspace.context)
    return f"{stored}{f' ({listed})' if listed else ''} AS {definition.query}"


def refresh(workspace: Workspace, function: ObjectName) -> None:
    """Make anew the views that call a function of a full name, which has changed."""
    key = [
        (function.database or "").upper(),
        (function.schema or "").upper(),
        function.name.upper(),
    ]
    for view in workspace.objects.list("VIEW"):
        if key in view.properties.get("functions", ()):
            renew(workspace, view)


def renew(workspace: Workspace, view: CatalogObject, like: ObjectName | None = None) -> None:
    """Translate a view again; where that fails now, reading it says so.

    `like` is the view, there already, that has its columns; itself if it is none other.
    """
    postgres = bool(view.properties.get("postgres"))
    statement = parse(str(view.properties["text"]), postgres=postgres)[0]
    assert isinstance(statement, s.CreateView)
    context = replace(_within(view.name, workspace.context), postgres=postgres)
    try:
        definition = views.create_view(statement, context)
        text = _definition(workspace, view.name, definition)
        workspace.cursor.describe(definition.query)
    except SqlError as error:
        stored = names.storage_name(view.name, workspace.context)
        message = error.message.removeprefix("SQL compilation error:\n").replace("\n", " ")
        said = sql_literal(f"MOCKHAUS:{type(error).__name__}:{message}")
        known = names.storage_name(like or view.name, workspace.context)
        columns = workspace.cursor.describe(f"SELECT * FROM {known}")
        nulls = ", ".join(
            f"CAST(error({said}) AS {each.type}) AS {names.quoted(each.name)}" for each in columns
        )
        text = f"{stored} AS SELECT {nulls}"
    workspace.cursor.run(f"CREATE OR REPLACE VIEW {text}")
