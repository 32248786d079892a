"""USE, SET, UNSET, ALTER SESSION: statements that change a connection's context.

Each handler answers the new context beside its result. Snowflake's manual: "Session context
commands", "SQL variables", "Parameters".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from mockhaus.catalog.answers import status
from mockhaus.catalog.containers import require_database
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    InvalidParameter,
    SqlError,
    UndefinedSchema,
    UnsupportedFeature,
    WrongArguments,
)
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import DEFAULT_SCHEMA, Context, ObjectName
from mockhaus.translation.translate import translate

Setting = Callable[[Workspace, Any], tuple[Context, Result]]

_DONE: Final = "Statement executed successfully."

#: Session parameters that act, and DuckDB's setting for them.
ACTING: Final = {
    "TIMEZONE": "TimeZone",
    "QUERY_TAG": None,
    # Read while translating.
    "WEEK_START": None,
    "WEEK_OF_YEAR_POLICY": None,
    "TIMESTAMP_TYPE_MAPPING": None,
}


def use(workspace: Workspace, statement: s.Use) -> tuple[Context, Result]:
    """USE DATABASE also makes PUBLIC the current schema; a bare USE d.s is USE SCHEMA d.s."""
    context, name = workspace.context, statement.name
    if statement.object == "ROLE":
        return replace(context, role=name.name), status("USE", _DONE)
    if statement.object == "WAREHOUSE":
        return replace(context, warehouse=name.name), status("USE", _DONE)
    if statement.object == "SECONDARY ROLES":
        raise UnsupportedFeature("Unsupported feature 'USE SECONDARY ROLES'.")
    if statement.object == "SCHEMA" or name.schema is not None:
        database = name.schema or context.database
        found = workspace.objects.find("SCHEMA", ObjectName(name.name, None, database))
        if database is None or found is None:
            raise UndefinedSchema(
                "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
                detail=f"Schema '{name}' does not exist.",
                subject=name.name,
            )
        stored = found.name
        return replace(context, database=stored.database, schema=stored.name), status("USE", _DONE)
    require_database(workspace, name.name)
    public = workspace.objects.find("SCHEMA", ObjectName(DEFAULT_SCHEMA, None, name.name))
    schema = None if public is None else DEFAULT_SCHEMA
    stored = workspace.objects.get("DATABASE", ObjectName(name.name)).name
    return replace(context, database=stored.name, schema=schema), status("USE", _DONE)


def set_variables(workspace: Workspace, statement: s.SetVariables) -> tuple[Context, Result]:
    """SET: the expressions are evaluated by the engine."""
    query = s.Select(text=statement.text, offset=statement.offset, tree=statement.values)
    row = workspace.cursor.rows(translate(query, workspace.context).sql)[0]
    if len(row) == 1 and len(statement.names) > 1 and isinstance(row[0], (tuple, dict)):
        row = tuple(row[0].values() if isinstance(row[0], dict) else row[0])
    if len(row) != len(statement.names):
        raise WrongArguments(
            f"SQL compilation error:\nSET has {len(statement.names)} names and {len(row)} values."
        )
    variables = {**workspace.context.variables, **dict(zip(statement.names, row, strict=True))}
    context = replace(workspace.context, variables=MappingProxyType(variables))
    return context, status("SET", _DONE)


def unset_variables(workspace: Workspace, statement: s.UnsetVariables) -> tuple[Context, Result]:
    """UNSET."""
    kept = {k: v for k, v in workspace.context.variables.items() if k not in statement.names}
    return replace(workspace.context, variables=MappingProxyType(kept)), status("UNSET", _DONE)


def alter_session(workspace: Workspace, statement: s.AlterSession) -> tuple[Context, Result]:
    """ALTER SESSION: a parameter acts or is refused by name."""
    parameters = dict(workspace.context.parameters)
    for name, value in statement.parameters.items():
        if name not in ACTING:
            raise UnsupportedFeature(f"Unsupported feature 'session parameter {name}'.")
        setting = ACTING[name]
        if value is None:
            parameters.pop(name, None)
            value = "UTC"
        else:
            parameters[name] = value
        if setting is not None:
            set_duckdb(workspace, name, setting, value)
    context = replace(workspace.context, parameters=MappingProxyType(parameters))
    return context, status("ALTER SESSION", _DONE)


def set_duckdb(workspace: Workspace, name: str, setting: str, value: str) -> None:
    """Give one of DuckDB's own settings a value. Raises InvalidParameter."""
    quoted = value.replace("'", "''")
    try:
        workspace.cursor.run(f"SET {setting} = '{quoted}'")
    except SqlError as error:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{value}'] for parameter '{name}'"
        ) from error


SETTINGS: Final[dict[type[s.Statement], Setting]] = {
    s.Use: use,
    s.SetVariables: set_variables,
    s.UnsetVariables: unset_variables,
    s.AlterSession: alter_session,
}
