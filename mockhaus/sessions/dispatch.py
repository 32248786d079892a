"""Which handler carries out which statement: one table over all rooms below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mockhaus.catalog import (
    describe as describe_objects,
    handlers as catalog,
    indexes,
    show as show_objects,
    tags,
)
from mockhaus.catalog.workspace import Handler, Workspace, unhandled
from mockhaus.errors import UnsupportedFeature
from mockhaus.ingestion import handlers as files, showing
from mockhaus.ingestion.copying import client_copy, copy_into, history, unload
from mockhaus.ingestion.storage import directory, transfer
from mockhaus.result import Column, Result
from mockhaus.sessions import dml
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.ddl.alter import SwapWith, alter_table
from mockhaus.translation.dml.plain import target_of
from mockhaus.translation.grammar.account import Grant
from mockhaus.translation.grammar.altering import AlterObject
from mockhaus.translation.grammar.routines import AlterFunction
from mockhaus.translation.grammar.tags import KINDS, AlterTag, SetTags
from mockhaus.translation.postgres.grammar import DropSeveral, PostgresDDL, TruncateTables
from mockhaus.translation.scripting.statements import AlterProcedure

if TYPE_CHECKING:
    from mockhaus.sessions.preparing import Prepared

#: Kinds of objects that the ingestion room keeps.
_FILE_OBJECTS: Final = frozenset(("STAGE", "FILE FORMAT", "INTEGRATION"))


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP of any kind of object."""
    if statement.object in _FILE_OBJECTS:
        return files.drop(workspace, statement)
    handler = catalog.DROPS.get(statement.object)
    if handler is None:
        raise UnsupportedFeature(f"Unsupported feature 'DROP {statement.object}'.")
    return handler(workspace, statement)


def drop_several(workspace: Workspace, statement: DropSeveral) -> Result:
    """DROP of several objects."""
    return [drop(workspace, each) for each in statement.of][-1]


def show(workspace: Workspace, statement: s.Show) -> Result:
    """SHOW of any kind of object."""
    room = files.show if statement.object.removesuffix("S") in _FILE_OBJECTS else show_objects.show
    return room(workspace, statement)


def describe(workspace: Workspace, statement: s.Describe) -> Result:
    """DESCRIBE of any kind of object."""
    room = files.describe if statement.object in _FILE_OBJECTS else describe_objects.describe
    return room(workspace, statement)


def shape(workspace: Workspace, statement: s.Show | s.Describe) -> tuple[Column, ...]:
    """The columns that SHOW or DESCRIBE answer, known before it runs."""
    if statement.object.removesuffix("S") in _FILE_OBJECTS:
        return showing.shape(statement)
    return catalog.SHAPES[type(statement)](statement)


def _tagged(handler: Handler) -> Handler:
    """The handler of a CREATE, which then gives the new object its tags."""

    def create(workspace: Workspace, statement: s.Create) -> Result:
        kind = statement.kind.removeprefix("CREATE_")
        if statement.tags and kind not in KINDS:
            raise UnsupportedFeature(f"Unsupported feature 'CREATE {kind} TAG'.")
        answer = handler(workspace, statement)
        if statement.tags and not answer.skipped:
            tags.of_new(workspace, kind, statement)
        return answer

    return create


def forget_loads(workspace: Workspace, statement: s.Statement) -> None:
    """A table that was emptied, replaced or dropped was loaded from nothing: files load again."""
    if isinstance(statement, DropSeveral):
        for each in statement.of:
            forget_loads(workspace, each)
    if isinstance(statement, TruncateTables):
        for table in indexes.truncated(workspace, statement):
            history.forget(workspace.cursor, table, emptied=True)
    name = _emptied(statement, workspace.context)
    if name is not None:
        emptied = isinstance(statement, s.Truncate)
        history.forget(workspace.cursor, workspace.context.resolve(name), emptied=emptied)
    if isinstance(statement, s.AlterTable):
        change = alter_table(statement, workspace.context)
        if change.renamed is not None:
            history.rename(workspace.cursor, change.name, change.renamed)
        for step in change.steps:
            if isinstance(step, SwapWith):
                history.swap(workspace.cursor, change.name, step.name)


def _emptied(statement: s.Statement, context: Context) -> ObjectName | None:
    if isinstance(statement, s.Drop) and statement.object == "TABLE":
        return statement.name
    if isinstance(statement, s.Truncate) or (
        isinstance(statement, s.CreateTable) and statement.tree.args.get("replace")
    ):
        return target_of(statement, context)
    return None


HANDLERS: Final[dict[type[s.Statement], Handler]] = {
    **{
        kind: _tagged(handler) if issubclass(kind, s.Create) else handler
        for kind, handler in {**catalog.HANDLERS, **files.HANDLERS}.items()
    },
    s.CopyFromClient: client_copy.load,
    s.Drop: drop,
    DropSeveral: drop_several,
    s.Show: show,
    s.Describe: describe,
}

#: Statement class -> the columns of its rows, known before it runs.
SHAPES: Final[dict[type[s.Statement], Callable[[Workspace, Any], tuple[Column, ...]]]] = {
    s.Show: shape,
    s.Describe: shape,
    s.CopyIntoTable: copy_into.columns,
    s.CopyIntoLocation: unload.columns,
    s.Put: lambda workspace, statement: transfer.PUT_COLUMNS,
    s.Get: lambda workspace, statement: transfer.GET_COLUMNS,
    s.ListStage: lambda workspace, statement: showing.FILE_COLUMNS,
    s.RefreshStage: lambda workspace, statement: directory.REFRESHED,
    s.RemoveFiles: lambda workspace, statement: showing.REMOVED_COLUMNS,
}

#: Statements that end an open transaction in Snowflake before they run on their own.
DDL: Final = (
    s.AlterFileObject,
    s.RefreshStage,
    s.Create,
    s.CreateTable,
    s.CreateView,
    s.AlterTable,
    s.Drop,
    s.Undrop,
    s.Comment,
    Grant,
    AlterFunction,
    AlterObject,
    AlterTag,
    SetTags,
    AlterProcedure,
    PostgresDDL,
)

#: Statements that only look at the database: they take no lock and need no transaction.
LOOKS: Final = (s.Show, s.Describe, s.ListStage, s.CopyIntoLocation, s.Put, s.Get)


def written(workspace: Workspace, prepared: Prepared, rows: Sequence[Sequence[Any]]) -> Result:
    """What a statement that writes answers; a change runs once for each set of values."""
    statement = prepared.statement
    if prepared.change is not None:
        assert isinstance(statement, s.Tree)
        changed, cursor = prepared.change, workspace.cursor
        result = dml.total([dml.run(cursor, statement, changed, row) for row in rows])
        result.translated = changed.sql
        if changed.returning:
            result.columns = prepared.columns or ()
        return result
    handler = HANDLERS.get(type(statement))
    if handler is None:
        raise UnsupportedFeature(unhandled(statement))
    return handler(workspace, statement)
