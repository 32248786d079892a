"""All sessions of a server: made, found, expired, evicted.

Memory and persistent; TTL sliding from the last use; at the limit the session that was not used for
the longest time goes, if it is idle. The session `default` never expires.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.clock import now
from mockhaus.config import Config
from mockhaus.engine import library
from mockhaus.errors import (
    InvalidSession,
    SessionExists,
    SessionExpired,
    SessionNotFound,
    TooManySessions,
    of_storage,
)
from mockhaus.sessions import naming, opening, recovery, stored
from mockhaus.sessions.afterwards import Afterwards
from mockhaus.sessions.metrics import Metrics
from mockhaus.sessions.session import Session
from mockhaus.sessions.snapshots import Copy
from mockhaus.sessions.storage import PASSING, FolderStorage, Kind, Storage, owned
from mockhaus.sessions.stored import Stored

DEFAULT: Final = "default"

#: Ids of sessions that expired, kept so that they are told from ids that never were.
_REMEMBERED: Final = 10_000

#: Seconds that are waited for sessions that open, so that one may go.
_PATIENCE: Final = 5.0


class Registry:
    """See the module. Safe in any thread; no lock is held while a session opens or closes."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._sessions: dict[str, Session] = {}
        self._opening: dict[str, threading.Event] = {}
        self._closing: dict[str, threading.Event] = {}
        self._expired: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        #: Held while room is made for a session.
        self._room = threading.Lock()
        self._library = library.shared()
        self._afterwards = Afterwards()
        self.metrics = Metrics(self._afterwards)
        data = config.data_dir
        #: Below it lies everything that is stored.
        self._root = None if data is None else (data / "sessions").resolve()
        #: Locked as long as it is open, so that nobody tidies up what another server works at.
        self._owning = None if self._root is None else owned(self._root)
        if self._root is not None and self._owning is not None:
            recovery.sweep(self._root)

    # --- making and finding ----------------------------------------------------------------------

    def create(
        self,
        session_id: str | None = None,
        kind: Kind = "memory",
        ttl: float | None = None,
        path: str | None = None,
        origin: Copy | None = None,
        *,
        owner: str | None = None,
        shared: bool = False,
    ) -> Session:
        """A new session. `ttl` None means the default, 0 never; `path` is below the data directory.
        `owner` is a user, None for a session that is everyone's.

        Raises SessionExists, InvalidSession, TooManySessions.
        """
        session_id = session_id or str(uuid.uuid4())
        folder = self._checked(session_id, kind, ttl, path)
        if origin is not None and folder is not None and stored.read(folder) is not None:
            raise SessionExists(f"Data of a session '{session_id}' are stored already.")
        known = None if folder is None else stored.read(folder)
        if known is not None and not known.is_visible_to(owner):
            raise SessionExists(f"Session '{session_id}' exists already.")
        opened = self._reserve(session_id, room=True)
        if opened is None:
            raise SessionExists(f"Session '{session_id}' exists already.")
        return self._open(
            session_id, ttl, folder, opened, origin, kind=kind, owner=owner, shared=shared
        )

    def fork(
        self,
        source_id: str,
        session_id: str | None = None,
        kind: Kind | None = None,
        ttl: float | None = None,
        snapshot: str | None = None,
        *,
        owner: str | None = None,
    ) -> Session:
        """A new session that begins as another is now, or was when a snapshot was made.

        `kind` and `ttl` are the other's unless they are given. Raises as `get` and `create`, and
        SnapshotNotFound.
        """
        source = self.get(source_id)
        with source.copied(snapshot) as copy:
            return self.create(
                session_id,
                kind or source.kind,
                source.ttl if ttl is None else ttl,
                origin=copy,
                owner=owner,
            )

    def rename(self, session_id: str, new_id: str) -> Session:
        """Give a session another id. Raises SessionExists, InvalidSession, SessionBusy."""
        session = self.get(session_id)
        if session_id == DEFAULT:
            raise InvalidSession(f"The session '{DEFAULT}' keeps its name.")
        naming.check_id(new_id)
        if self._root is not None and stored.find(self._root, new_id) is not None:
            raise SessionExists(f"Session '{new_id}' exists already.")
        opened = self._reserve(new_id)
        if opened is None:
            raise SessionExists(f"Session '{new_id}' exists already.")
        try:
            self._move(session, session_id, new_id)
            with self._lock:
                if self._sessions.get(session_id) is not session:  # it was deleted meanwhile
                    raise SessionNotFound(f"Session '{session_id}' not found or expired.")
                del self._sessions[session_id]
                session.id = new_id
                self._sessions[new_id] = session
            if session.folder is not None:
                stored.update(session.folder, id=new_id)
        finally:
            self._opened(new_id, opened)
        return session

    def _move(self, session: Session, old_id: str, new_id: str) -> None:
        """A folder that is called as its session follows it."""
        old = session.folder
        if old is None or self._root is None or old != self._root / old_id:
            return
        new = self._root / new_id
        if new.exists():
            raise SessionExists(f"There is a folder '{new_id}' already.")
        session.move(FolderStorage(new), lambda: old.rename(new))

    def set_ttl(self, session_id: str, ttl: float | None) -> Session:
        """Give a session another time to live: None the default, 0 for ever."""
        session = self.get(session_id)
        if session_id == DEFAULT and ttl:
            raise InvalidSession(f"The session '{DEFAULT}' never expires.")
        session.ttl = self._lifetime(session_id, ttl)
        if session.folder is not None:
            stored.update(session.folder, ttl=ttl)
        return session

    def _lifetime(self, session_id: str, ttl: float | None) -> float:
        if session_id == DEFAULT:
            return 0.0
        return self._config.session_ttl if ttl is None else ttl

    def get(self, session_id: str) -> Session:
        """The session of that id; one that is stored is opened, also where its time had run out.

        Raises SessionNotFound, SessionExpired, UnreadableSession.
        """
        with self._lock:
            session = self._sessions.get(session_id)
            coming = self._opening.get(session_id)
            gone = session_id in self._expired
        if session is None and coming is not None:
            coming.wait()
            return self.get(session_id)
        if session is not None and session.is_expired:
            self._expire(session)  # unless it is used again
            return self.get(session_id)
        if session is None and gone:
            raise SessionExpired(f"Session '{session_id}' has expired.")
        if session is None:
            session = self._stored(session_id)
        if session is None:
            raise SessionNotFound(f"Session '{session_id}' not found or expired.")
        return session

    def at_hand(self, session_id: str) -> Session | None:
        """The session of that id if it is open and has not expired. Does not block."""
        with self._lock:
            session = self._sessions.get(session_id)
        return session if session is not None and not session.is_expired else None

    def share(self, session_id: str, shared: bool) -> Session:
        """Show a session to others than its owner, or no longer."""
        session = self.get(session_id)
        session.shared = shared
        if session.folder is not None:
            stored.update(session.folder, shared=shared)
        return session

    def attach(self, name: str, *, create: bool = True, user: str | None = None) -> Session:
        """The session of that name, created if it is new: what a PostgreSQL connection does.

        Raises SessionNotFound also for a session of somebody else's.
        """
        session = self._attached(name, create, user)
        if not session.is_visible_to(user):
            raise SessionNotFound(f"Session '{name}' not found or expired.")
        return session

    def _attached(self, name: str, create: bool, user: str | None) -> Session:
        owner = None if name == DEFAULT else user
        while True:
            try:
                return self.get(name)
            except SessionExpired:
                with self._lock:
                    self._expired.pop(name, None)
            except SessionNotFound:
                if not create:
                    raise
            try:
                ttl = 0 if name == DEFAULT else None
                return self.create(name, ttl=ttl, owner=owner, **self._kind_of_new())
            except SessionExists:
                found = None if self._root is None else stored.find(self._root, name)
                if found is not None and not found[1].is_visible_to(owner):
                    raise SessionNotFound(f"Session '{name}' not found or expired.") from None

    def _kind_of_new(self) -> dict[str, Any]:
        return {"kind": "memory" if self._config.data_dir is None else "persistent"}

    def list(self) -> list[Session]:
        """All open sessions, oldest first."""
        with self._lock:
            return list(self._sessions.values())

    def _checked(
        self, session_id: str, kind: Kind, ttl: float | None, path: str | None
    ) -> Path | None:
        """The folder of a new session. Raises InvalidSession."""
        naming.check_id(session_id)
        if ttl is not None and ttl < 0:
            raise InvalidSession("ttl_seconds must not be negative; 0 means never.")
        if kind in PASSING:
            return None
        if kind != "persistent":
            raise InvalidSession(f"'{kind}' is not a session type: memory or persistent.")
        root = self._root
        if root is None:
            raise InvalidSession(
                "Persistent sessions need a data directory.",
                hint="Start the server with --data-dir DIR.",
            )
        folder = naming.place(root, session_id, path)
        if any(other.id == session_id for other in self.list()):
            raise SessionExists(f"Session '{session_id}' exists already.")
        if any(other.folder == folder for other in self.list()):
            raise InvalidSession(f"Path '{path}' belongs to another session.")
        there, elsewhere = stored.read(folder), stored.find(root, session_id)
        if there is not None and there.id != session_id:
            raise InvalidSession(f"Path '{path}' belongs to another session.")
        if elsewhere is not None and elsewhere[0] != folder:
            raise SessionExists(f"Session '{session_id}' is stored under another path.")
        return folder

    def _stored(self, session_id: str) -> Session | None:
        """A persistent session of an earlier run, opened again."""
        if self._root is None or not naming.is_id(session_id):
            return None
        if stored.find(self._root, session_id) is None:
            return None
        opened = self._reserve(session_id, room=True)
        if opened is None:
            return self.get(session_id)
        found = stored.find(self._root, session_id)  # it may have been deleted just before
        if found is None or found[1].deleted:
            self._opened(session_id, opened)
            return None
        folder, record = found
        return self._open(session_id, record.ttl, folder, opened)

    def stored(self) -> Sequence[Stored]:
        """All persistent sessions on disk, open or not, without those that were deleted."""
        if self._root is None:
            return []
        return [record for _, record in stored.every(self._root) if not record.deleted]

    def _reserve(self, session_id: str, *, room: bool = False) -> threading.Event | None:
        """Take an id, once a session of that name has closed; None if it is taken.

        `room`: for one more session. Raises TooManySessions.
        """
        if room:
            with self._room:
                if not self._is_taken(session_id):
                    self._make_room()
                return self._reserve(session_id)
        while True:
            with self._lock:
                closing = self._closing.get(session_id)
                if closing is None:
                    if self._is_taken(session_id):
                        return None
                    event = self._opening[session_id] = threading.Event()
                    self._expired.pop(session_id, None)
                    return event
            closing.wait()

    def _is_taken(self, session_id: str) -> bool:
        return session_id in self._sessions or session_id in self._opening

    def _open(
        self,
        session_id: str,
        ttl: float | None,
        folder: Path | None,
        opened: threading.Event,
        origin: Copy | None = None,
        *,
        kind: Kind = "memory",
        owner: str | None = None,
        shared: bool = False,
    ) -> Session:
        lives = self._lifetime(session_id, ttl)
        upper = None if owner is None else owner.upper()

        def made(storage: Storage) -> Session:
            session = Session(
                session_id,
                storage,
                lives,
                self._library,
                origin,
                observe=self.metrics.statement,
                afterwards=self._afterwards,
                stage_folders=self._config.stage_folders,
                limits=self._config.limits,
                endpoints=self._config.stage_endpoints,
            )
            session.owner, session.shared = upper, shared
            return session

        try:
            if folder is None:
                session = opening.passing(made, PASSING[kind]())
            else:
                since = now().isoformat()
                record = Stored(session_id, ttl, since, owner=upper, shared=shared)
                tidies = self._owning is not None
                session = opening.kept(made, folder, record, tidies=tidies)
            with self._lock:
                self._sessions[session_id] = session
            return session
        except OSError as fault:
            raise of_storage(fault) from fault
        finally:
            self._opened(session_id, opened)

    def _opened(self, session_id: str, opened: threading.Event) -> None:
        """Nobody need wait for this id any longer."""
        with self._lock:
            if self._opening.get(session_id) is opened:
                del self._opening[session_id]
        opened.set()

    # --- ending ----------------------------------------------------------------------------------

    def delete(self, session_id: str, *, with_data: bool = False) -> None:
        """Close a session; `with_data` also removes what it stored. Raises SessionNotFound."""
        session = self.get(session_id)
        with self._closed(session):
            if session.folder is None:
                return
            if with_data and self._root is not None:
                recovery.remove(self._root, session.folder)
            else:
                stored.update(session.folder, deleted=True)

    def reset(self, session_id: str) -> Session:
        """Empty a session, of its snapshots as well: it is opened anew, with its kind, TTL, owner
        and folder; who asks for it meanwhile waits. Raises SessionNotFound.
        """
        session, opened = self.get(session_id), threading.Event()
        folder = session.folder
        ttl: float | None = session.ttl
        try:
            with self._closed(session, reopens=opened):
                record = None if folder is None else stored.read(folder)
                if folder is not None and record is not None:
                    recovery.empty(folder, replace(record, standing=None))
                    ttl = record.ttl
            return self._open(
                session_id, ttl, folder, opened,
                kind=session.kind, owner=session.owner, shared=session.shared,
            )  # fmt: skip
        finally:
            self._opened(session_id, opened)

    def cleanup(self) -> int:
        """Close the sessions whose time has run out and answer how many they were."""
        expired = [session for session in self.list() if session.is_expired]
        return sum(map(self._expire, expired))

    def _make_room(self) -> None:
        """At the limit, expired sessions go first, then the idle ones used longest ago. Those that
        open count, and are waited for where there is no other. Raises TooManySessions.
        """
        while True:
            with self._lock:
                coming = list(self._opening.values())
                if len(self._sessions.keys() | self._opening.keys()) < self._config.max_sessions:
                    return
            if self.cleanup():
                continue
            idle = [s for s in self.list() if not s.is_busy and s.id != DEFAULT]
            if any(map(self._expire, sorted(idle, key=lambda s: s.last_used))):
                continue
            if not any(each.wait(_PATIENCE) for each in coming):
                raise TooManySessions(
                    f"All {self._config.max_sessions} sessions are in use.",
                    hint="Close one, or start the server with a larger --max-sessions.",
                )

    def _expire(self, session: Session) -> bool:
        """Close a session for want of time or room; False if it is used, or closed already."""
        try:
            with self._closed(session, expired=True):
                return True
        except SessionNotFound:
            return False

    @contextmanager
    def _closed(
        self, session: Session, *, expired: bool = False, reopens: threading.Event | None = None
    ) -> Iterator[None]:
        """Close a session; until the end nobody opens another of that name, nor afterwards where it
        reopens. Raises SessionNotFound if it is closed already, or is to expire and in use.
        """
        done = threading.Event()
        with self._lock:
            is_known = self._sessions.get(session.id) is session
            if not is_known or (expired and not session.retire()):
                raise SessionNotFound(f"Session '{session.id}' not found or expired.")
            del self._sessions[session.id]
            self._closing[session.id] = done
            if reopens is not None:
                self._opening[session.id] = reopens
            if expired and session.folder is None:
                self._expired[session.id] = None
                while len(self._expired) > _REMEMBERED:
                    self._expired.popitem(last=False)
        try:
            session.close()
            yield
        finally:
            with self._lock:
                del self._closing[session.id]
            done.set()

    def close(self) -> None:
        """Close every session."""
        for session in self.list():
            with suppress(SessionNotFound), self._closed(session):
                pass
        if self._owning is not None:
            self._owning.close()

    # --- telling ---------------------------------------------------------------------------------

    def statistics(self) -> dict[str, Any]:
        """Counts for `GET /api/v1/sessions`."""
        active, limit = len(self.list()), self._config.max_sessions
        return {
            "active_sessions": active,
            "max_sessions": limit,
            "usage_percentage": round(100 * active / limit, 2),
            "default_ttl": self._config.session_ttl,
            "cleanup_interval": self._config.cleanup_interval,
        }
