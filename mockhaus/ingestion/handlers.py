"""Statements about files -> what carries them out, inside the transaction that is open."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any, Final

from mockhaus.catalog.workspace import Handler, Workspace
from mockhaus.ingestion import altering, showing
from mockhaus.ingestion.copying.copy_into import copy_into_table
from mockhaus.ingestion.copying.unload import copy_into_location
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.storage import directory, integrations, stages, transfer
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s
from mockhaus.translation.grammar.files import CreateIntegration
from mockhaus.types import VARCHAR

_STATUS: Final = (Column("status", VARCHAR),)


def _said(tag: str, sentence: str) -> Result:
    return Result(_STATUS, tag=tag, rows=[(sentence,)], status_only=True)


def create_stage(workspace: Workspace, statement: s.CreateStage) -> Result:
    """CREATE STAGE."""
    name = statement.name.name
    if stages.create(workspace, statement):
        directory.refresh_new(workspace, statement.name)
        return _said("CREATE STAGE", f"Stage area {name} successfully created.")
    return _said("CREATE STAGE", f"{name} already exists, statement succeeded.")


def create_file_format(workspace: Workspace, statement: s.CreateFileFormat) -> Result:
    """CREATE FILE FORMAT."""
    name = statement.name.name
    if file_formats.create(workspace, statement):
        return _said("CREATE FILE FORMAT", f"File format {name} successfully created.")
    return _said("CREATE FILE FORMAT", f"{name} already exists, statement succeeded.")


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP STAGE, DROP FILE FORMAT."""
    room = _ROOMS[statement.object]
    name = statement.name.name
    if room.drop(workspace, statement.name, if_exists=statement.if_exists):
        return _said(f"DROP {statement.object}", f"{name} successfully dropped.")
    return _said(
        f"DROP {statement.object}",
        f"Drop statement executed successfully ({name} already dropped).",
    )


_ROOMS: Final[dict[str, Any]] = {
    stages.KIND: stages,
    file_formats.KIND: file_formats,
    integrations.KIND: integrations,
}


def alter(workspace: Workspace, statement: s.AlterFileObject) -> Result:
    """ALTER STAGE, ALTER FILE FORMAT."""
    tag = f"ALTER {statement.object}"
    if altering.alter(workspace, statement):
        return _said(tag, "Statement executed successfully.")
    return _said(tag, f"{statement.name.name} does not exist, statement succeeded.")


def show(workspace: Workspace, statement: s.Show) -> Result:
    """SHOW STAGES, SHOW FILE FORMATS."""
    return showing.show(workspace, statement)


def describe(workspace: Workspace, statement: s.Describe) -> Result:
    """DESCRIBE STAGE, DESCRIBE FILE FORMAT."""
    return showing.describe(workspace, statement)


def list_stage(workspace: Workspace, statement: s.ListStage) -> Result:
    """LIST: name, size in bytes, MD5 and time of change of each file."""
    location = stages.locate(workspace, statement.source)
    rows = [
        (location.show(f), f.size, f.md5(), format_datetime(f.modified, usegmt=True))
        for f in location.files(statement.pattern)
    ]
    return Result(showing.FILE_COLUMNS, tag="LIST", row_count=len(rows), rows=rows)


def remove_files(workspace: Workspace, statement: s.RemoveFiles) -> Result:
    """REMOVE: at once, as in Snowflake; no rollback brings the files back."""
    location = stages.locate(workspace, statement.source)
    rows = []
    for file in location.files(statement.pattern):
        location.store.remove(file)
        rows.append((location.show(file), "removed"))
    return Result(showing.REMOVED_COLUMNS, tag="REMOVE", row_count=len(rows), rows=rows)


HANDLERS: Final[dict[type[s.Statement], Handler]] = {
    s.CreateStage: create_stage,
    s.CreateFileFormat: create_file_format,
    CreateIntegration: integrations.create,
    s.AlterFileObject: alter,
    s.RefreshStage: directory.refresh,
    s.CopyIntoTable: copy_into_table,
    s.CopyIntoLocation: copy_into_location,
    s.ListStage: list_stage,
    s.RemoveFiles: remove_files,
    s.Put: transfer.put,
    s.Get: transfer.get,
}
