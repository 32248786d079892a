"""A session: one isolated DuckDB instance with its objects, files, locks and history."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from mockhaus.catalog.containers import make_database
from mockhaus.catalog.counts import RowCounts
from mockhaus.catalog.objects import Objects
from mockhaus.catalog.postgres.shared import Shared
from mockhaus.catalog.workspace import Workspace
from mockhaus.clock import now, steady
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database
from mockhaus.errors import SessionBusy, SessionNotFound, SqlError
from mockhaus.ingestion.storage import stages
from mockhaus.limits import UNLIMITED, Limits
from mockhaus.sessions import logins, migrations, recovery, stored
from mockhaus.sessions.account_usage import Login
from mockhaus.sessions.activity import STATES, Activity, activity
from mockhaus.sessions.afterwards import Afterwards
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.dropping import Drops
from mockhaus.sessions.gate import Gate
from mockhaus.sessions.history import Entry, History
from mockhaus.sessions.locks import Locks
from mockhaus.sessions.results import Results
from mockhaus.sessions.snapshots import Copy, Snapshot, Snapshots
from mockhaus.sessions.storage import FILES_FOLDER, SNAPSHOTS_FOLDER, Kind, Storage
from mockhaus.sessions.stored import Standing, is_visible
from mockhaus.sessions.tenancy import Closed, Tenancy
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.context import DEFAULT_DATABASE, Context, ObjectName

#: Connections that LOGIN_HISTORY reaches back.
MAX_LOGINS: Final = 10_000

_log = logging.getLogger(__name__)


class Session:
    """One sandbox.

    `ttl` is in seconds since the last use, 0 for never; `library` is the file of macros; `origin`
    is the copy of another session that this one begins as; `observe` hears of every statement;
    `stage_folders` are those that file:// stages reach, `endpoints` the hosts of the server's own
    network that stages do, None for all.
    """

    def __init__(
        self,
        session_id: str,
        storage: Storage,
        ttl: float,
        library: Path,
        origin: Copy | None = None,
        *,
        observe: Callable[[Entry], None] | None = None,
        afterwards: Afterwards | None = None,
        stage_folders: tuple[Path, ...] = (Path("/"),),
        limits: Limits = UNLIMITED,
        endpoints: tuple[str, ...] | None = None,
    ) -> None:
        self.id = session_id
        self.kind: Kind = storage.kind
        self.ttl = ttl
        #: In upper case; None is everyone's.
        self.owner: str | None = None
        self.shared = False
        self.created: datetime = now()
        #: As it is told, and by the steady clock, which time to live and eviction go by.
        self.last_accessed, self.last_used = self.created, steady()
        #: What is written once the answer is out; sessions may share it.
        self.afterwards = afterwards or Afterwards()
        self.history = History(observe=observe, afterwards=self.afterwards)
        self.results = Results(self.afterwards)
        #: Connections that were opened, newest last.
        self.logins: deque[Login] = deque(maxlen=MAX_LOGINS)
        self._refused: deque[Login] = deque(maxlen=MAX_LOGINS)
        self.locks, self.gate = Locks(), Gate()
        self.counts = RowCounts()
        #: Held while a database is created on first use, so that two connections do not both.
        self.setup = threading.Lock()
        self.version = 0
        self.drops = Drops()
        #: What its connections have read of the system catalogs, for those that come.
        self.catalogs = Shared(self._activity)
        self.entrances = logins.Entrances(lambda: self.version)
        self._numbers = itertools.count(1)
        #: And who is to hear that the session has ended one.
        self._connections: dict[Connection, Callable[[], None]] = {}
        self._tenancy = Tenancy()
        #: User -> the version as of which it was read, and where connections begin.
        self._beginnings: dict[str, tuple[int, Context]] = {}
        self._guard = threading.Lock()
        #: Held while copies are made or put back.
        self._copying = threading.Lock()
        self._storage = storage
        #: Where the door of many requests stands; a persistent session knows it after a restart.
        self.standing = Standing.of(Context())
        self.files.mkdir(parents=True, exist_ok=True)
        path = storage.database
        if origin is not None:
            origin.put_files(self.files)
            if path is not None:
                origin.put_database(path)
        self.stage_folders = stage_folders
        self.endpoints = endpoints
        allowed = [*stage_folders, storage.base]
        self._database = Database(
            path,
            library,
            allowed,
            storage.spill,
            limits=limits,
            invalid=lambda: self.gate.first(self._mend),
        )
        if origin is not None and path is None:
            self._database.load(origin.database)
        self._prepare()

    def _prepare(self) -> None:
        cursor = self._database.cursor()
        cursor.begin()
        is_new, objects = migrations.set_up(cursor), Objects(cursor)
        for name in () if is_new else objects.names("TABLE"):
            self.counts.changed(name)  # what was deleted from in an earlier life is not known
        if is_new or objects.find("DATABASE", ObjectName(DEFAULT_DATABASE)) is None:
            make_database(Workspace(cursor, Context(), objects, self.files), DEFAULT_DATABASE)
        cursor.commit()
        cursor.close()

    @property
    def folder(self) -> Path | None:
        """The folder of a persistent session."""
        return self._storage.home if self.kind == "persistent" else None

    @property
    def files(self) -> Path:
        """The folder of its internal stages."""
        return self._storage.home / FILES_FOLDER

    @property
    def snapshots(self) -> Snapshots:
        """Its snapshots, to list and remove."""
        return Snapshots(self._storage.home / SNAPSHOTS_FOLDER)

    @property
    def path(self) -> Path | None:
        """The database's file, None for memory."""
        return self._database.path

    @property
    def is_expired(self) -> bool:
        """Whether the time to live has passed; never while the session is busy."""
        if self.ttl <= 0 or self.is_busy:
            return False
        return steady() - self.last_used > self.ttl

    @property
    def is_busy(self) -> bool:
        """Whether a client is connected, a request under way, or a copy being made."""
        return self._tenancy.is_held or self._is_at_work()

    def _is_at_work(self) -> bool:
        if self._copying.locked():
            return True
        with self._guard:
            return any(not c.idle or c.is_active for c in self._connections)

    def hold(self) -> None:
        """A request has found it: it is busy until that is released. Raises SessionNotFound."""
        try:
            self._tenancy.hold()
        except Closed:
            raise self._gone() from None

    def release(self) -> None:
        """The request has been answered."""
        self._tenancy.release()

    def retire(self) -> bool:
        """Let nobody in any more, if it is idle; whether that is so. `close` is to follow."""
        return self._tenancy.close_idle(self._is_at_work)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        try:
            with self._tenancy.entering():
                yield
        except Closed:
            raise self._gone() from None

    def _gone(self) -> SessionNotFound:
        return SessionNotFound(f"Session '{self.id}' not found or expired.")

    def doors(self) -> list[str]:
        """The doors of its connections, one for each."""
        with self._guard:
            return [connection.door for connection in self._connections]

    def is_visible_to(self, user: str | None) -> bool:
        """Whether a user may know of it; None is whoever there is on a server without users."""
        return is_visible(self.owner, self.shared, user)

    def touch(self, moment: datetime | None = None) -> None:
        """The session was used just now, or at that moment."""
        self.last_accessed, self.last_used = moment or now(), steady()

    def remember(self, context: Context) -> None:
        """Keep where a connection stands."""
        standing = Standing.of(context)
        if standing != self.standing:
            self.standing = standing
            if self.folder is not None:
                stored.update(self.folder, standing=standing)

    def changed(self) -> None:
        """Objects were created, altered or dropped: what was prepared must be prepared anew."""
        self.version += 1

    def connect(
        self,
        *,
        user: str,
        door: str,
        transactions: Transactions,
        client: str = "",
        ended: Callable[[], None] = lambda: None,
    ) -> Connection:
        """A new connection with a context of its own. `ended` is called, in any thread, when it is
        closed because the session ends or is restored by force. Raises SessionNotFound.
        """
        with self._entered():
            return self._connected(user, door, transactions, client, ended)

    def _connected(
        self,
        user: str,
        door: str,
        transactions: Transactions,
        client: str,
        ended: Callable[[], None],
    ) -> Connection:
        with self.gate:
            cursor = self._database.cursor()
        context = replace(
            self._beginning(user.upper(), cursor),
            session_id=self.id,
            connection_id=next(self._numbers),
            postgres=transactions is Transactions.POSTGRESQL,
        )
        if "TIMEZONE" in context.parameters:
            cursor.run(f"SET TimeZone = '{context.parameters['TIMEZONE']}'")
        connection = Connection(self, cursor, context, door, transactions, client=client)
        login = Login(context.connection_id, now(), context.user, door, client)
        with self._guard:
            self._connections[connection] = ended
            self.logins.append(login)
        self.touch()
        return connection

    def _beginning(self, user: str, cursor: Cursor) -> Context:
        """Where a user's connections begin. That is looked up again when any object has changed."""
        version, context = self._beginnings.get(user, (None, None))
        if context is None or version != self.version:
            version = self.version
            context = logins.of_user(Context(user=user), Objects(cursor))
            self._beginnings[user] = version, context
        return context

    def refuse(self, user: str, door: str, client: str) -> None:
        """A client did not get in."""
        login = Login(next(self._numbers), now(), user.upper(), door, client, refused=True)
        with self._guard:
            self._refused.append(login)

    def past_logins(self) -> list[Login]:
        """Who got in and who did not, in order."""
        with self._guard:
            return sorted((*self.logins, *self._refused), key=lambda login: login.at)

    def _activity(self) -> list[tuple[str, ...]]:
        """Who is connected, as `pg_stat_activity` tells it."""
        with self._guard:
            connections = list(self._connections)
            logins = {each.number: each for each in self.logins}
        rows: list[tuple[str, ...]] = []
        for each in connections:
            context, login = each.context, logins.get(each.context.connection_id)
            rows.append(
                (
                    str(context.connection_id),
                    context.user,
                    context.database or "",
                    "" if login is None else login.client,
                    "" if login is None else login.at.isoformat(),
                    "active" if each.is_active else STATES[each.status],
                )
            )
        return rows

    def active(self) -> list[Connection]:
        """Its connections in which a statement runs."""
        with self._guard:
            return [each for each in self._connections if each.is_active]

    def activities(self) -> list[Activity]:
        """What its connections do now, by their numbers."""
        with self._guard:
            connections = list(self._connections)
        return sorted(map(activity, connections), key=lambda each: each.number)

    def cancel(self, number: int) -> bool:
        """Stop what runs on the connection of that number; False if there is none."""
        with self._guard:
            found = [c for c in self._connections if c.context.connection_id == number]
        for connection in found:
            connection.cancel()
        return bool(found)

    def left(self, connection: Connection) -> None:
        """A connection has closed."""
        with self._guard:
            self._connections.pop(connection, None)
        stages.left(self.files, connection.context.connection_id)
        self.touch()

    # --- copies ----------------------------------------------------------------------------------

    def snapshot(self, name: str) -> Snapshot:
        """Keep what is committed now under a name. Raises SnapshotExists."""
        with self._entered(), self._copying:
            return self.snapshots.make(name, self._database, self.files)

    def restore(self, name: str, *, force: bool = False) -> None:
        """Have what a snapshot holds instead of what is here; connections stay.

        `force` stops statements that run and closes connections with an open transaction.
        Raises SnapshotNotFound, and SessionBusy without `force`.
        """
        with self._entered(), self._copying:
            copy = self.snapshots.find(name)
            with ExitStack() as stack:
                put = None
                if self.path is not None:
                    put = stack.enter_context(recovery.gathered(self._storage.home, copy))
                stack.enter_context(self._alone(force=force))
                if put is not None:
                    with self._database.detached():
                        put()
                else:
                    self._database.load(copy.database)
                    copy.put_files(self.files)
                self._prepare()
                self.locks.committed()
                self.catalogs.forget()
                self.changed()

    @contextmanager
    def copied(self, name: str | None) -> Iterator[Copy]:
        """A snapshot, or a copy of this moment that is removed in the end."""
        with self._entered(), self._copying:
            if name is not None:
                yield self.snapshots.find(name)
            else:
                with self.snapshots.passing(self._database, self.files) as copy:
                    yield copy

    def move(self, storage: Storage, move: Callable[[], object]) -> None:
        """Let `move` bring the data elsewhere. Raises SessionBusy."""
        with self._entered(), self._copying, self._alone(), self._database.detached():
            move()
            self._storage = storage
            self._database.path = storage.database

    @contextmanager
    def _alone(self, *, force: bool = False) -> Iterator[None]:
        """Meanwhile no statement runs and no transaction is open."""

        def urge() -> None:
            for connection in self._in_use():
                connection.cancel()

        with self.gate.alone(urge if force else None):
            for connection in self._in_use():
                if not force:
                    raise SessionBusy(
                        f"Connection {connection.context.connection_id} has a transaction open, "
                        "or rows of an answer to read.",
                        hint="End it, or say force=true, which closes the connection.",
                    )
                self._end(connection)
            yield

    def _end(self, connection: Connection) -> None:
        ended = self._connections.get(connection)
        connection.close()
        if ended is not None:
            ended()

    def _mend(self) -> bool:
        """Open the data anew, which have become invalid; False where rows are still read of them.

        Transactions that were open are lost: their connections are closed. Raises StorageFault.
        """
        used = self._in_use()
        if any(each.is_active for each in used):
            return False
        for each in used:
            self._end(each)
        self._database.reopen()
        _log.warning("session %s: its data were opened anew", self.id)
        self.locks.committed()
        self.catalogs.forget()
        self.changed()
        return True

    def _in_use(self) -> list[Connection]:
        with self._guard:
            return [c for c in self._connections if c.is_active or c.in_transaction]

    def close(self) -> None:
        """Interrupt and close every connection, checkpoint, and clear a memory session's files."""
        self._tenancy.close()
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        for connection in connections:
            self._end(connection)
        try:
            self._database.checkpoint()
        except SqlError as error:  # what is committed is in the log beside the file
            _log.warning("session %s: its log is not in its file: %s", self.id, error.message)
        self._database.close()
        self._storage.close()
