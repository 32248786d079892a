"""ALTER STAGE, FILE FORMAT, STORAGE INTEGRATION. Snowflake's manual: the pages of those names."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, InvalidParameter, UnsupportedFeature
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.storage import integrations, stages
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import AlterFileObject


def alter(workspace: Workspace, statement: AlterFileObject) -> bool:
    """Change an object; False if IF EXISTS met none.

    Raises UndefinedObject, DuplicateObject, InvalidParameter, UnsupportedFeature.
    """
    of_account = statement.object == integrations.KIND
    name = statement.name if of_account else workspace.context.resolve(statement.name)
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
        return _without(old, statement.unset)
    options = dict(statement.options)
    comment = str(options.pop("COMMENT", old.comment))
    return replace(old, comment=comment, properties=_MADE[old.kind](workspace, old, options))


#: What UNSET takes away, beside the comment.
_OPTIONAL: Final = {integrations.KIND: ("STORAGE_BLOCKED_LOCATIONS", "STORAGE_AWS_OBJECT_ACL")}


def _without(old: CatalogObject, unset: tuple[str, ...]) -> CatalogObject:
    for name in unset:
        if name != "COMMENT" and name not in _OPTIONAL.get(old.kind, ()):
            raise UnsupportedFeature(f"Unsupported feature 'ALTER {old.kind} UNSET {name}'.")
    kept = {name: value for name, value in old.properties.items() if name not in unset}
    return replace(old, comment="" if "COMMENT" in unset else old.comment, properties=kept)


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
    file_formats.of(replace(old, properties=made))
    return made


def _integration(
    workspace: Workspace, old: CatalogObject, options: dict[str, Any]
) -> dict[str, Any]:
    """An integration's properties, the new ones over the old; its kind and cloud stay."""
    for name in ("TYPE", "STORAGE_PROVIDER"):
        if name in options:
            raise InvalidParameter(
                f"SQL compilation error:\n{name} of an integration cannot change."
            )
    return integrations.checked({**old.properties, **options})


_MADE: Final = {stages.KIND: _stage, file_formats.KIND: _format, integrations.KIND: _integration}
