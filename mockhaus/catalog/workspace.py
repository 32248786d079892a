"""What a handler works with: one connection's cursor, context and catalog, for one statement."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, field

from mockhaus.catalog.counts import RowCounts
from mockhaus.catalog.objects import Objects
from mockhaus.engine.cursor import Cursor
from mockhaus.result import Column, Result
from mockhaus.translation.context import Context
from mockhaus.translation.statements import Statement


class Running(Protocol):
    """A connection with a transaction or a lock."""

    user: str
    connection: int
    id: str
    name: str
    started: datetime | None


class Locks(Protocol):
    """What a session knows of its transactions and locks; see `sessions.locks`."""

    #: How often anything was committed in the session.
    commits: int

    def transactions(self) -> Sequence[Running]:
        """Those that are open."""

    def listed(self) -> Sequence[tuple[str, Running, datetime | None]]:
        """Locks: of what, whose, since when; None of one that is waited for."""


class Workspace(Struct, frozen=True):
    """`files` is the folder under which the session keeps the files of its internal stages.

    `after_commit` takes what is to be done once the open transaction is committed (deleting files,
    which no rollback brings back); None where nobody would do it. `counts` is the session's.
    """

    cursor: Cursor
    context: Context
    objects: Objects
    files: Path
    after_commit: Callable[[Callable[[], None]], None] | None = None
    counts: RowCounts = field(default_factory=RowCounts)
    #: The columns that an earlier statement of the session answered, by its query id.
    answered: Callable[[str], tuple[Column, ...]] | None = None
    #: The folders that file:// stages, PUT and GET reach.
    folders: tuple[Path, ...] = (Path("/"),)
    #: The hosts of the server's own network that ENDPOINT may name; None: all.
    endpoints: tuple[str, ...] | None = None
    #: The transactions and locks of the session.
    locks: Locks | None = None
    #: The id that the statement has or, where no connection runs it, one of its own.
    query_id: str = field(default_factory=lambda: str(uuid.uuid4()))


#: Carries out one class of statement inside the transaction that is open on the cursor.
Handler = Callable[[Workspace, Any], Result]


def unhandled(statement: Statement) -> str:
    """The words for a statement that has no handler."""
    return f"Unsupported feature '{statement.kind.replace('_', ' ')}'."
