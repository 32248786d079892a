"""ALTER of databases, schemas, sequences, warehouses, roles, users and the account.

Snowflake's manual: "ALTER DATABASE" and its sisters, "ALTER ACCOUNT".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, containers, copying, parameters, sequences
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject, check_length
from mockhaus.catalog.parameter_table import OBJECT
from mockhaus.catalog.tables import missing, relation_kind, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, ObjectNeedsContext, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.altering import AlterObject

_DONE: Final = "Statement executed successfully."


def alter(workspace: Workspace, statement: AlterObject) -> Result:
    """ALTER of any of these kinds."""
    _KINDS[statement.object](workspace, statement)
    return status(f"ALTER {statement.object}", _DONE)


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _account(workspace: Workspace, statement: AlterObject) -> None:
    """Parameters that sessions opened later begin with."""
    found = parameters.account(workspace.objects)
    given = dict(found.properties)
    for name, value in statement.options.items():
        parameters.check(name, _told(value), "account")
        given[name] = _told(value)
    for name in statement.unset:
        parameters.check(name, None, "account")
        given.pop(name, None)
    workspace.objects.update(found, replace(found, properties=given))


def _set(statement: AlterObject, found: CatalogObject, allowed: frozenset[str]) -> CatalogObject:
    """The object with SET and UNSET. Raises UnsupportedFeature by name."""
    told, comment = dict(found.properties), found.comment
    for name in (*statement.options, *statement.unset):
        if name not in allowed | {"COMMENT"}:
            raise UnsupportedFeature(f"Unsupported feature 'ALTER {statement.object} {name}'.")
    for name, value in statement.options.items():
        parameters.check_object(name, value)
        if name == "COMMENT":
            comment = str(value)
        else:
            told[name] = value
    for name in statement.unset:
        comment = "" if name == "COMMENT" else comment
        told.pop(name, None)
    return replace(found, properties=told, comment=comment)


# --- databases and schemas -----------------------------------------------------------------------

_PARAMETERS: Final = frozenset(OBJECT)


def _database(workspace: Workspace, statement: AlterObject) -> None:
    name = ObjectName(statement.name.name)
    found = workspace.objects.find("DATABASE", name)
    if found is None:
        if not statement.if_exists:
            containers.require_database(workspace, name.name)
        return
    if statement.renamed is not None:
        _move_database(workspace, found, statement.renamed.name)
    elif statement.swapped is not None:
        containers.require_database(workspace, statement.swapped.name)
        other = workspace.objects.get("DATABASE", statement.swapped)
        aside = _aside()
        _move_database(workspace, found, aside)
        _move_database(workspace, other, found.name.name)
        kept = workspace.objects.get("DATABASE", ObjectName(aside))
        _move_database(workspace, kept, other.name.name)
    else:
        workspace.objects.update(found, _set(statement, found, _PARAMETERS))


def _aside() -> str:
    return f"__MOCKHAUS_{uuid.uuid4().hex.upper()}"


def _move_database(workspace: Workspace, found: CatalogObject, name: str) -> None:
    if workspace.objects.find("DATABASE", ObjectName(name)) is not None:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    copying.copy_database(workspace, found, name, moved=True)


def _schema(workspace: Workspace, statement: AlterObject) -> None:
    found = _find_schema(workspace, statement.name)
    if found is None:
        if not statement.if_exists:
            require_schema(workspace, ObjectName("", *_parts(workspace, statement.name)))
        return
    if statement.renamed is not None:
        _move_schema(workspace, found, _schema_name(workspace, statement.renamed))
    elif statement.swapped is not None:
        other = _find_schema(workspace, statement.swapped)
        if other is None:
            require_schema(workspace, ObjectName("", *_parts(workspace, statement.swapped)))
            return
        aside = replace(found.name, name=_aside())
        _move_schema(workspace, found, aside)
        _move_schema(workspace, other, found.name)
        _move_schema(workspace, workspace.objects.get("SCHEMA", aside), other.name)
    elif statement.action:
        told = {**found.properties, "MANAGED ACCESS": statement.action == "ENABLE"}
        workspace.objects.update(found, replace(found, properties=told))
    else:
        workspace.objects.update(found, _set(statement, found, _PARAMETERS))


def _schema_name(workspace: Workspace, name: ObjectName) -> ObjectName:
    return containers.schema_name(workspace, ObjectName(name.name, None, name.schema))


def _parts(workspace: Workspace, name: ObjectName) -> tuple[str, str | None]:
    full = _schema_name(workspace, name)
    return full.name, full.database


def _find_schema(workspace: Workspace, name: ObjectName) -> CatalogObject | None:
    return workspace.objects.find("SCHEMA", _schema_name(workspace, name))


def _move_schema(workspace: Workspace, found: CatalogObject, target: ObjectName) -> None:
    containers.require_database(workspace, target.database or "")
    if workspace.objects.find("SCHEMA", target) is not None:
        raise DuplicateObject(f"SQL compilation error:\nObject '{target}' already exists.")
    copying.copy_schema(workspace, found, target, moved=True)


# --- sequences -----------------------------------------------------------------------------------


def _sequence(workspace: Workspace, statement: AlterObject) -> None:
    name = workspace.context.resolve(statement.name)
    found = workspace.objects.find("SEQUENCE", name)
    if found is None:
        if not statement.if_exists:
            raise missing("SEQUENCE", name)
        return
    if statement.renamed is not None:
        new = require_schema(workspace, workspace.context.resolve(statement.renamed))
        check_length(new)
        if relation_kind(workspace, new) is not None:
            raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
        copying.move_sequence(workspace, found, new)
        return
    changed = _set(statement, found, frozenset(("INCREMENT", "ORDER")))
    if "INCREMENT" in statement.options:
        sequences.check_number("INCREMENT", int(statement.options["INCREMENT"]))
        copying.restep_sequence(workspace, found, int(statement.options["INCREMENT"]))
    workspace.objects.update(found, changed)


# --- warehouses, roles, users --------------------------------------------------------------------


def _current(workspace: Workspace, kind: str) -> str:
    """The current warehouse or user. Raises ObjectNeedsContext."""
    found = workspace.context.user if kind == "USER" else workspace.context.warehouse
    if not found:
        raise ObjectNeedsContext(
            "No active warehouse selected in the current session. Select an active warehouse with"
            " the 'use warehouse' command."
        )
    return found


def _account_object(workspace: Workspace, statement: AlterObject) -> None:
    kind, name = statement.object, statement.name
    if not name.name:
        name = ObjectName(_current(workspace, kind))
    if statement.renamed is not None and account.is_built_in(workspace, kind, name.name):
        raise UnsupportedFeature(f"Unsupported feature 'ALTER {kind} RENAME of {name}'.")
    found = account.recorded(workspace, kind, name.name)
    if found is None:
        if not statement.if_exists:
            account.require(workspace, kind, name.name)
        return
    if statement.renamed is not None:
        new = ObjectName(statement.renamed.name)
        if account.stored_name(workspace, kind, new.name) is not None:
            raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
        workspace.objects.update(found, replace(found, name=new))
        if kind in ("ROLE", "USER"):
            workspace.objects.rename_grantee(kind, found.name.name, new.name)
    elif statement.action:
        suspended = {"INITIALLY_SUSPENDED": statement.action == "SUSPEND"}
        told = {**found.properties, **suspended}
        workspace.objects.update(found, replace(found, properties=told))
    else:
        allowed = account.OPTIONS[kind]
        account.check_values(kind, statement.options, found.properties)
        workspace.objects.update(found, _set(statement, found, allowed))


_KINDS: Final[dict[str, Callable[[Workspace, AlterObject], None]]] = {
    "ACCOUNT": _account,
    "DATABASE": _database,
    "SCHEMA": _schema,
    "SEQUENCE": _sequence,
    **dict.fromkeys(("WAREHOUSE", "ROLE", "USER"), _account_object),
}
