"""A session: one isolated DuckDB instance with its objects, files, locks and history."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import Literal

from mockhaus.catalog.containers import make_database
from mockhaus.catalog.counts import RowCounts
from mockhaus.catalog.objects import Objects, set_up
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.database import Database
from mockhaus.ingestion import history
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.history import History, now
from mockhaus.sessions.locks import Locks
from mockhaus.sessions.stored import DATABASE_FILE
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.context import DEFAULT_DATABASE, Context, ObjectName

Kind = Literal["memory", "persistent"]

#: Files of a persistent session's folder.
FILES_FOLDER = "files"


class Session:
    """One sandbox.

    `folder` holds a persistent session's database and stage files, None for memory. `ttl` is in
    seconds since the last use, 0 for never. `library` is the file of macros.
    """

    def __init__(
        self, session_id: str, kind: Kind, ttl: float, folder: Path | None, library: Path
    ) -> None:
        self.id = session_id
        self.kind: Kind = kind
        self.ttl = ttl
        self.folder = folder
        self.created: datetime = now()
        self.last_accessed = self.created
        self.history = History()
        self.locks = Locks()
        self.counts = RowCounts()
        #: Held while a database is created on first use, so that two connections do not both.
        self.setup = threading.Lock()
        self.version = 0
        self._numbers = itertools.count(1)
        self._connections: set[Connection] = set()
        self._guard = threading.Lock()
        self._temporary = None if folder is not None else tempfile.mkdtemp(prefix="mockhaus-")
        self.files = (folder or Path(self._temporary or "")) / FILES_FOLDER
        self.files.mkdir(parents=True, exist_ok=True)
        path = None if folder is None else folder / DATABASE_FILE
        self._database = Database(path, library, [Path("/")])
        self._prepare()

    def _prepare(self) -> None:
        cursor = self._database.cursor()
        cursor.begin()
        set_up(cursor)
        history.set_up(cursor)
        objects = Objects(cursor)
        for name in objects.names("TABLE"):  # what was deleted from in an earlier life is not known
            self.counts.changed(name)
        if objects.find("DATABASE", ObjectName(DEFAULT_DATABASE)) is None:
            make_database(Workspace(cursor, Context(), objects, self.files), DEFAULT_DATABASE)
        cursor.commit()
        cursor.close()

    @property
    def path(self) -> Path | None:
        """The database file of a persistent session."""
        return self._database.path

    @property
    def is_expired(self) -> bool:
        """Whether the time to live has passed; never while the session is busy."""
        if self.ttl <= 0 or self.is_busy:
            return False
        return (now() - self.last_accessed).total_seconds() > self.ttl

    @property
    def is_busy(self) -> bool:
        """Whether a client is connected or a statement runs."""
        with self._guard:
            return any(not c.idle or c.is_active for c in self._connections)

    def touch(self) -> None:
        """The session was used just now."""
        self.last_accessed = now()

    def changed(self) -> None:
        """Objects were created, altered or dropped: what was prepared must be prepared anew."""
        self.version += 1

    def connect(
        self, *, user: str, door: str, transactions: Transactions, client: str = ""
    ) -> Connection:
        """A new connection with a context of its own."""
        context = Context(user=user.upper(), session_id=self.id, connection_id=next(self._numbers))
        cursor = self._database.cursor()
        cursor.run("SET TimeZone = 'UTC'")
        connection = Connection(self, cursor, context, door, transactions, client=client)
        with self._guard:
            self._connections.add(connection)
        self.touch()
        return connection

    def left(self, connection: Connection) -> None:
        """A connection has closed."""
        with self._guard:
            self._connections.discard(connection)
        self.touch()

    def close(self) -> None:
        """Interrupt and close every connection, checkpoint, and clear a memory session's files."""
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        for connection in connections:
            connection.close()
        self._database.checkpoint()
        self._database.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
