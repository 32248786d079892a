"""ALTER STAGE, ALTER FILE FORMAT. Snowflake's manual: the pages of those names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, InvalidParameter, UnsupportedFeature
from mockhaus.ingestion import file_formats, stages
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import AlterFileObject


def alter(workspace: Workspace, statement: AlterFileObject) -> bool:
    """Change an object; False if IF EXISTS met none.

    Raises UndefinedObject, DuplicateObject, InvalidParameter, UnsupportedFeature.
    """
    name = workspace.context.resolve(statement.name)
    old = workspace.objects.find(statement.object, name)
    if old is None:
        if not statement.if_exists:
            workspace.objects.get(statement.object, name)
        return False
    workspace.objects.update(old, _altered(workspace, statement, old))
    return True


def _altered(workspace: Workspace, statement: AlterFileObject, old: CatalogObject) -> CatalogObject:
    if statement.renamed is not None:
        return replace(old, name=_free(workspace, old, statement.renamed))
    if statement.unset:
        unknown = [name for name in statement.unset if name != "COMMENT"]
        if unknown:
            raise UnsupportedFeature(f"Unsupported feature 'ALTER {old.kind} UNSET {unknown[0]}'.")
        return replace(old, comment="")
    options = dict(statement.options)
    comment = str(options.pop("COMMENT", old.comment))
    made = _stage if old.kind == stages.KIND else _format
    return replace(old, comment=comment, properties=made(workspace, old, options))


def _free(workspace: Workspace, old: CatalogObject, name: ObjectName) -> ObjectName:
    """The new name in full: where the old one was, unless it says otherwise."""
    full = workspace.context.resolve(name)
    workspace.objects.get("SCHEMA", ObjectName(full.schema or "", None, full.database))
    taken = workspace.objects.find(old.kind, full)
    if taken is not None and taken.name != old.name:
        raise DuplicateObject(f"Object '{full}' already exists.")
    return full


def _stage(workspace: Workspace, old: CatalogObject, options: dict[str, Any]) -> dict[str, Any]:
    """A stage's properties: those that SET names are replaced whole."""
    if "URL" in options and "URL" not in old.properties:
        raise InvalidParameter(
            "SQL compilation error:\nan internal stage cannot be given a URL: create another one."
        )
    return stages.altered(workspace, old.properties, options)


def _format(workspace: Workspace, old: CatalogObject, options: dict[str, Any]) -> dict[str, Any]:
    """A format's options as written, the new ones over the old."""
    if "TYPE" in options and str(options["TYPE"]).upper() != old.properties["TYPE"]:
        raise InvalidParameter("SQL compilation error:\nthe TYPE of a file format cannot change.")
    if "FORMAT_NAME" in options:
        raise InvalidParameter("SQL compilation error:\ninvalid parameter 'FORMAT_NAME'")
    made = {**old.properties, **options, "TYPE": old.properties["TYPE"]}
    file_formats.make(made)
    return made
