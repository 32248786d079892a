"""CREATE DATABASE and CREATE SCHEMA, empty or as clones.

Snowflake's manual: "CREATE DATABASE", "CREATE SCHEMA", "CREATE <object> ... CLONE".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mockhaus.catalog import copying, parameters
from mockhaus.catalog.answers import already_there, status
from mockhaus.catalog.containers import (
    make_database,
    make_schema,
    remove_database,
    remove_schema,
    require_database,
    schema_name,
)
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.parameter_table import OBJECT
from mockhaus.catalog.tables import require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, DuplicateSchema, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.information_schema import SCHEMA as INFORMATION_SCHEMA

#: Options that are recorded, and what they may be.
_RECORDED: Final = frozenset(("COMMENT", "TRANSIENT", "MANAGED ACCESS", *OBJECT))

#: Databases that Snowflake shares with every account.
_SHARED: Final = ("SNOWFLAKE",)


def _options(what: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], ObjectName | None]:
    """The options, and what CLONE names. Raises UnsupportedFeature."""
    options = dict(given)
    cloned = options.pop("CLONE", None)
    for name, value in options.items():
        if name not in _RECORDED:
            raise UnsupportedFeature(f"Unsupported feature '{what} {name}'.")
        parameters.check_object(name, value)
    return options, cloned


def _exists(name: object) -> DuplicateObject:
    return DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")


def _not_itself(source: CatalogObject, name: ObjectName) -> None:
    if source.name.folded() == name.folded():
        raise UnsupportedFeature(f"Unsupported feature 'CLONE of {name} over itself'.")


def create_database(workspace: Workspace, statement: s.CreateDatabase) -> Result:
    """CREATE DATABASE [CLONE]."""
    name = statement.name.name
    options, cloned = _options("CREATE DATABASE", statement.options)
    source = None
    if cloned is not None:
        require_database(workspace, cloned.name)
        source = workspace.objects.get("DATABASE", ObjectName(cloned.name))
        _not_itself(source, ObjectName(name))
    if name.upper() in _SHARED:
        raise _exists(name)
    if workspace.objects.find("DATABASE", ObjectName(name)) is not None:
        if statement.if_not_exists:
            return already_there("CREATE DATABASE", name)
        if not statement.replace:
            raise _exists(name)
        remove_database(workspace, name)
    if source is None:
        make_database(workspace, name, **options)
    else:
        copying.copy_database(workspace, source, name, moved=False, **options)
    return status("CREATE DATABASE", f"Database {name} successfully created.")


def create_schema(workspace: Workspace, statement: s.CreateSchema) -> Result:
    """CREATE SCHEMA [CLONE]."""
    name = schema_name(workspace, statement.name)
    options, cloned = _options("CREATE SCHEMA", statement.options)
    require_database(workspace, name.database or "")
    source = None
    if cloned is not None:
        full = schema_name(workspace, ObjectName(cloned.name, None, cloned.schema))
        require_schema(workspace, ObjectName("", full.name, full.database))
        source = workspace.objects.get("SCHEMA", full)
        _not_itself(source, name)
    if name.name.upper() == INFORMATION_SCHEMA:
        raise DuplicateSchema(f"SQL compilation error:\nObject '{name}' already exists.")
    if workspace.objects.find("SCHEMA", name) is not None:
        if statement.if_not_exists:
            return already_there("CREATE SCHEMA", name.name)
        if not statement.replace:
            raise DuplicateSchema(f"SQL compilation error:\nObject '{name}' already exists.")
        remove_schema(workspace, name)
    if source is None:
        make_schema(workspace, name, **options)
    else:
        copying.copy_schema(workspace, source, name, moved=False, **options)
    return status("CREATE SCHEMA", f"Schema {name.name} successfully created.")
