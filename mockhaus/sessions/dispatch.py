"""Which handler carries out which statement: one table over all rooms below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mockhaus.catalog import handlers as catalog
from mockhaus.catalog.workspace import Handler, Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.ingestion import handlers as files
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP of any kind of object."""
    handler = catalog.DROPS.get(statement.object) or files.DROPS.get(statement.object)
    if handler is None:
        raise UnsupportedFeature(f"Unsupported feature 'DROP {statement.object}'.")
    return handler(workspace, statement)


def show(workspace: Workspace, statement: s.Show) -> Result:
    """SHOW of any kind of object."""
    return files.SHOWS.get(statement.object, catalog.HANDLERS[s.Show])(workspace, statement)


def describe(workspace: Workspace, statement: s.Describe) -> Result:
    """DESCRIBE of any kind of object."""
    handler = files.DESCRIBES.get(statement.object, catalog.HANDLERS[s.Describe])
    return handler(workspace, statement)


HANDLERS: Final[dict[type[s.Statement], Handler]] = {
    **catalog.HANDLERS,
    **files.HANDLERS,
    s.Drop: drop,
    s.Show: show,
    s.Describe: describe,
}

#: Statement class -> the columns of its rows, known before it runs.
SHAPES: Final[dict[type[s.Statement], Callable[[Any], tuple[Column, ...]]]] = {
    **catalog.SHAPES,
    **files.SHAPES,
}

#: Statements that end an open transaction in Snowflake before they run on their own.
DDL: Final = (
    s.Create,
    s.CreateTable,
    s.CreateView,
    s.AlterTable,
    s.Drop,
    s.Comment,
)
