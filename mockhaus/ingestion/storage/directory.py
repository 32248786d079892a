"""Directory tables: what a stage held when it was last refreshed.

The list is kept with the stage, so that it commits and rolls back with it. Snowflake's manual:
"Directory tables"; "ALTER STAGE", REFRESH; "Querying directory tables".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter
from mockhaus.ingestion.storage import stages
from mockhaus.result import Column, Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import RefreshStage, StageRef
from mockhaus.types import VARCHAR

#: The columns of a directory table, and their types in DuckDB. No file has an address here that
#: a client could fetch, so FILE_URL is NULL.
COLUMNS: Final = {
    "RELATIVE_PATH": "VARCHAR",
    "SIZE": "BIGINT",
    "LAST_MODIFIED": "TIMESTAMP WITH TIME ZONE",
    "MD5": "VARCHAR",
    "ETAG": "VARCHAR",
    "FILE_URL": "VARCHAR",
}
REFRESHED: Final = tuple(Column(name, VARCHAR) for name in ("file", "status", "description"))
#: The property of a stage that has the list: path, size, stamp, MD5.
LISTED: Final = "LISTED"


def refresh(workspace: Workspace, statement: RefreshStage) -> Result:
    """ALTER STAGE ... REFRESH: one row a file that is new, has changed, or is gone.

    Raises UndefinedObject, InvalidParameter.
    """
    name = workspace.context.resolve(statement.name)
    stage = workspace.objects.find(stages.KIND, name)
    if stage is None and statement.if_exists:
        return Result(REFRESHED, tag="ALTER STAGE", row_count=0, rows=[])
    stage = stage or workspace.objects.get(stages.KIND, name)
    _require(stage.properties, name)
    location = stages.locate(workspace, StageRef("NAMED", statement.name, statement.path))
    before = {entry[0]: entry for entry in stage.properties.get(LISTED, [])}
    prefix = location.prefix
    kept = {path: entry for path, entry in before.items() if not path.startswith(prefix)}
    now = {f.name: [f.name, f.size, f.stamp, f.md5()] for f in location.files()}
    rows = [
        (path, "REGISTERED_UPDATE" if path in before else "REGISTERED_NEW", _DONE)
        for path, entry in now.items()
        if before.get(path) != entry
    ]
    rows += [
        (path, "UNREGISTERED", "File unregistered successfully.")
        for path in before
        if path not in now and path not in kept
    ]
    listed = sorted((kept | now).values())
    workspace.objects.update(stage, replace(stage, properties={**stage.properties, LISTED: listed}))
    return Result(REFRESHED, tag="ALTER STAGE", row_count=len(rows), rows=rows)


_DONE: Final = "File registered successfully."


def refresh_new(workspace: Workspace, stage: ObjectName) -> None:
    """Fill the directory table of an external stage that was just created, unless told not to."""
    properties = workspace.objects.get(stages.KIND, workspace.context.resolve(stage)).properties
    wanted = properties.get("DIRECTORY", {}).get("REFRESH_ON_CREATE", True)
    if stages.has_directory(properties) and "URL" in properties and wanted:
        refresh(workspace, RefreshStage(text="", name=stage))


def rows(workspace: Workspace, ref: StageRef) -> list[tuple[Any, ...]]:
    """The rows of `DIRECTORY(@stage)`. Raises UndefinedObject, InvalidParameter."""
    if ref.kind != "NAMED" or ref.name is None:
        raise InvalidParameter("SQL compilation error:\nDIRECTORY takes a named stage.")
    name = workspace.context.resolve(ref.name)
    stage = workspace.objects.get(stages.KIND, name)
    _require(stage.properties, name)
    return [
        (path, size, stages.modified(stamp), md5, md5, None)
        for path, size, stamp, md5 in stage.properties.get(LISTED, [])
        if path.startswith(ref.path)
    ]


def _require(properties: Mapping[str, Any], name: ObjectName) -> None:
    if not stages.has_directory(properties):
        raise InvalidParameter(
            f"SQL compilation error:\nStage '{name}' has no directory table.",
            hint="ALTER STAGE ... SET DIRECTORY = (ENABLE = TRUE).",
        )
