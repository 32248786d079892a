"""COMMENT ON every kind of object, and on a column.

Snowflake's manual: "COMMENT".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from mockhaus.catalog import account, routines
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import mismatch, relation_kind, with_column
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName

Found = tuple[ObjectName, CatalogObject | None]


def comment(workspace: Workspace, statement: s.Comment) -> Result:
    """COMMENT ON. Raises UndefinedObject, UnsupportedFeature."""
    find = _KINDS.get(statement.object)
    if find is None:
        raise UnsupportedFeature(f"Unsupported feature 'COMMENT ON {statement.object}'.")
    name, found = find(workspace, statement)
    if found is not None:
        temporary = statement.object in ("TABLE", "COLUMN") and workspace.context.is_temporary(name)
        objects = workspace.objects
        update = objects.update_temporary if temporary else objects.update
        update(found, _commented(workspace, statement, found))
    elif not statement.if_exists:
        if statement.object in ("TABLE", "VIEW"):
            raise mismatch(statement.object, relation_kind(workspace, name), name)
        shown = routines.spelled(name, statement.signature) if statement.signature else name
        raise UndefinedObject(
            f"SQL compilation error:\n{statement.object.capitalize()} '{shown}' does not exist or"
            " not authorized.",
            subject=name.name,
        )
    return status("COMMENT", "Statement executed successfully.")


def _commented(workspace: Workspace, statement: s.Comment, found: CatalogObject) -> CatalogObject:
    if statement.column is None:
        return replace(found, comment=statement.comment)
    told = {"comment": statement.comment}
    return with_column(workspace, found, statement.column, lambda entry: told)


def _database(workspace: Workspace, statement: s.Comment) -> Found:
    name = ObjectName(statement.name.name)
    return name, workspace.objects.find("DATABASE", name)


def _schema(workspace: Workspace, statement: s.Comment) -> Found:
    database = statement.name.schema or workspace.context.database
    name = ObjectName(statement.name.name, None, database)
    return name, workspace.objects.find("SCHEMA", name)


def _inside(workspace: Workspace, statement: s.Comment) -> Found:
    """An object in a schema."""
    name = workspace.context.resolve(statement.name)
    if statement.object == "TABLE" and workspace.context.is_temporary(name):
        return name, workspace.objects.temporary(name)
    return name, workspace.objects.find(statement.object, name)


def _of_column(workspace: Workspace, statement: s.Comment) -> Found:
    name = workspace.context.resolve(statement.name)
    if workspace.context.is_temporary(name):
        return name, workspace.objects.temporary(name)
    return name, workspace.objects.find(relation_kind(workspace, name) or "", name)


def _routine(workspace: Workspace, statement: s.Comment) -> Found:
    name = workspace.context.resolve(statement.name)
    kind = statement.object
    return name, routines.find(workspace.objects, name, statement.signature, kind)


def _of_account(workspace: Workspace, statement: s.Comment) -> Found:
    name = statement.name
    return name, account.recorded(workspace, statement.object, name.name)


def _integration(workspace: Workspace, statement: s.Comment) -> Found:
    return statement.name, workspace.objects.find(statement.object, statement.name)


_KINDS: Final[dict[str, Callable[[Workspace, s.Comment], Found]]] = {
    "DATABASE": _database,
    "SCHEMA": _schema,
    "COLUMN": _of_column,
    "INTEGRATION": _integration,
    **dict.fromkeys(("TABLE", "VIEW", "SEQUENCE", "STAGE", "FILE FORMAT", "TAG"), _inside),
    **dict.fromkeys(("FUNCTION", "PROCEDURE"), _routine),
    **dict.fromkeys(("WAREHOUSE", "ROLE", "USER"), _of_account),
}
