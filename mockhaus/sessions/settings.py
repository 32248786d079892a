"""USE, SET, UNSET, ALTER SESSION: statements that change a connection's context.

Each handler answers the new context beside its result. Snowflake's manual: "Session context
commands", "SQL variables", "Parameters".
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, parameters
from mockhaus.catalog.answers import status
from mockhaus.catalog.containers import require_database
from mockhaus.catalog.parameter_table import SESSION
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    SqlError,
    UndefinedContext,
    UndefinedObject,
    UndefinedSchema,
    UnsupportedFeature,
    WrongArguments,
)
from mockhaus.quoting import sql_literal
from mockhaus.result import Result
from mockhaus.sessions import variables
from mockhaus.translation import statements as s
from mockhaus.translation.context import DEFAULT_SCHEMA, Context, ObjectName
from mockhaus.translation.information_schema import SCHEMA as INFORMATION_SCHEMA
from mockhaus.translation.translate import translate

Setting = Callable[[Workspace, Any], tuple[Context, Result]]

_DONE: Final = "Statement executed successfully."


def use(workspace: Workspace, statement: s.Use) -> tuple[Context, Result]:
    """USE DATABASE also makes PUBLIC the current schema; a bare USE d.s is USE SCHEMA d.s.

    Raises UndefinedContext, UnsupportedFeature.
    """
    try:
        return _used(workspace, statement)
    except UndefinedObject as error:
        raise UndefinedContext(
            "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
            detail=error.message.rpartition("\n")[2],
            subject=error.subject,
        ) from error


def _used(workspace: Workspace, statement: s.Use) -> tuple[Context, Result]:
    context, name = workspace.context, statement.name
    if statement.object == "ROLE":
        role = account.require(workspace, "ROLE", name.name)
        return replace(context, role=role), status("USE", _DONE)
    if statement.object == "WAREHOUSE":
        warehouse = account.require(workspace, "WAREHOUSE", name.name)
        return replace(context, warehouse=warehouse), status("USE", _DONE)
    if statement.object == "SECONDARY ROLES":
        if name.name not in ("ALL", "NONE"):
            raise UnsupportedFeature(f"Unsupported feature 'USE SECONDARY ROLES {name}'.")
        return replace(context, secondary_roles=name.name), status("USE", _DONE)
    if statement.object == "SCHEMA" or name.schema is not None:
        database = name.schema or context.database
        if name.name == INFORMATION_SCHEMA and database is not None:
            require_database(workspace, database)
            stored = workspace.objects.get("DATABASE", ObjectName(database)).name
            return replace(context, database=stored.name, schema=name.name), status("USE", _DONE)
        found = workspace.objects.find("SCHEMA", ObjectName(name.name, None, database))
        if database is None or found is None:
            raise UndefinedSchema(
                f"SQL compilation error:\nSchema '{name}' does not exist or not authorized.",
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
    given = variables.evaluated(translate(query, workspace.context).sql, workspace.cursor)
    if len(given) != len(statement.names):
        raise WrongArguments(
            f"SQL compilation error:\nSET has {len(statement.names)} names and {len(given)} values."
        )
    named = dict(zip(statement.names, given, strict=True))
    for name, value in named.items():
        variables.check(name, value)
    known = {**workspace.context.variables, **named}
    context = replace(workspace.context, variables=MappingProxyType(known))
    return context, status("SET", _DONE)


def unset_variables(workspace: Workspace, statement: s.UnsetVariables) -> tuple[Context, Result]:
    """UNSET."""
    kept = {k: v for k, v in workspace.context.variables.items() if k not in statement.names}
    return replace(workspace.context, variables=MappingProxyType(kept)), status("UNSET", _DONE)


def alter_session(workspace: Workspace, statement: s.AlterSession) -> tuple[Context, Result]:
    """ALTER SESSION: a parameter acts or is refused by name."""
    context = workspace.context
    given = dict(context.parameters)
    defaults = parameters.defaults(workspace.objects, context.user)
    for name, value in statement.parameters.items():
        parameters.check(name, value)
        if value is None:
            given.pop(name, None)
            value = defaults.get(name)
        if value is not None:
            given[name] = value
        if name == "TIMEZONE":
            set_duckdb(workspace, name, "TimeZone", value or SESSION[name].default)
    context = replace(context, parameters=MappingProxyType(given))
    return context, status("ALTER SESSION", _DONE)


def set_duckdb(workspace: Workspace, name: str, setting: str, value: str) -> None:
    """Give one of DuckDB's own settings a value. Raises InvalidParameter."""
    try:
        workspace.cursor.run(f"SET {setting} = {sql_literal(value)}")
    except SqlError as error:
        raise parameters.invalid_value(name, value) from error


SETTINGS: Final[dict[type[s.Statement], Setting]] = {
    s.Use: use,
    s.SetVariables: set_variables,
    s.UnsetVariables: unset_variables,
    s.AlterSession: alter_session,
}
