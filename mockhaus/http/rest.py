"""`/api/v1`: server, queries, sessions. Each operation is a method from body to answer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec
from msgspec import UNSET
from msgspec.structs import astuple
from starlette.requests import Request
from starlette.responses import Response

from mockhaus import __version__
from mockhaus.config import Config
from mockhaus.errors import SqlError
from mockhaus.http import parameters, refusals, resultset, running, streaming
from mockhaus.http.bodies import (
    CleanupAnswer,
    Done,
    Health,
    Limits,
    QueryRequest,
    ServerInfo,
    SessionAnswer,
    SessionContext,
    SessionDetails,
    SessionInfo,
    SessionList,
    SessionRequest,
    StorageInfo,
    StoredList,
    StoredSession,
    TranslateAnswer,
    TranslatedStatement,
    TranslateRequest,
)
from mockhaus.http.guard import ANYONE, sees, user
from mockhaus.http.kept import KeptConnections
from mockhaus.http.layers import while_connected
from mockhaus.http.queries import Queries
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.storage import Kind
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.statements import Tree

EVICTION: Final = "LRU (Least Recently Used)"

#: Type of storage -> the kind of session that has it, its name, the options that it does not take.
_STORAGE: Final[dict[str, tuple[Kind, str, tuple[str, ...]]]] = {
    "local": ("persistent", "Local", ("credentials", "options")),
    "temp": ("temporary", "Temporary", ("credentials", "options", "path")),
}

DELETE_SESSION: Final = (
    parameters.flag("with_data", "Remove the files of a persistent session as well."),
)


class Rest:
    """The operations. They raise; `app` makes answers of what they raise."""

    def __init__(self, config: Config, registry: Registry, kept: KeptConnections) -> None:
        self._config = config
        self._registry = registry
        self._kept = kept
        self.queries = Queries()
        self._started = monotonic()

    # --- server -----------------------------------------------------------------------------------

    async def info(self, request: Request, body: None) -> ServerInfo:
        """Who answers here."""
        return ServerInfo(version=__version__)

    async def health(self, request: Request, body: None) -> Health:
        """Whether the server answers. Takes no thread, so that no statement can delay it."""
        return Health("healthy", __version__, monotonic() - self._started)

    # --- queries ----------------------------------------------------------------------------------

    async def query(self, request: Request, body: QueryRequest) -> bytes | Response:
        """Run statements in a session and answer with their rows."""
        request.state.session_id = body.session_id
        media = streaming.wanted(request)
        if body.asynchronous:
            if media is not None:
                raise refusals.invalid_request(f"An asynchronous query is not sent as {media}")
            kept = await self._kept.of(body.session_id)
            return refusals.json_response(self.queries.start(kept, body), 202)
        return await while_connected(request.receive, self._query(request, body, media))

    async def _query(
        self, request: Request, body: QueryRequest, media: str | None
    ) -> bytes | Response:
        kept = await self._kept.of(body.session_id)
        session_id = request.state.session_id = kept.session.id
        if media is not None:
            return await streaming.answer(kept, body, media)

        def work(connection: Connection, unwanted: threading.Event) -> bytes:
            return running.answered(connection, body, session_id, unwanted).encoded()

        return await kept.run(work)

    async def translate(self, request: Request, body: TranslateRequest) -> TranslateAnswer:
        """Translate statements into DuckDB's SQL without running them."""
        session = await self._kept.for_sql_api(body.session_id)
        request.state.session_id = session.id
        return await self._kept.at_desk(_translated, session, body)

    # --- sessions ---------------------------------------------------------------------------------

    async def create_session(self, request: Request, body: SessionRequest) -> SessionAnswer:
        """Create a session."""
        request.state.session_id = body.session_id
        kind, path = _storage(body)

        def create() -> SessionInfo:
            return session_info(
                self._registry.create(
                    session_id=body.session_id,
                    kind=kind,
                    ttl=body.ttl_seconds,
                    path=path,
                    owner=user(),
                    shared=body.shared,
                )
            )

        info = await self._kept.at_desk(create)
        await self._kept.forget_closed()
        return SessionAnswer(True, info, f"Created {info.type} session {info.session_id}")

    async def list_sessions(self, request: Request, body: None) -> SessionList:
        """List the sessions, and how many more there may be."""
        return await self._kept.at_desk(self._list_sessions)

    def _list_sessions(self) -> SessionList:
        sessions = sorted(self._kept.visible(), key=lambda s: s.created, reverse=True)
        active, most = len(sessions), self._config.max_sessions
        usage = round(100 * active / most, 2) if most else 0.0
        infos = {session.id: session_info(session) for session in sessions}
        details = [
            SessionDetails(locked=info.is_busy, **msgspec.structs.asdict(info))
            for info in infos.values()
        ]
        statistics = {
            "active_sessions": active,
            "max_sessions": most,
            "usage_percentage": usage,
            "default_ttl": _seconds(self._config.session_ttl),
            "cleanup_interval": _seconds(self._config.cleanup_interval),
            "background_cleanup_running": self._config.cleanup_interval > 0,
            "started": True,
            "eviction_policy": EVICTION,
            **self._registry.statistics(),
        }
        limits = Limits(most, active, max(0, most - active), usage, EVICTION)
        return SessionList(True, infos, details, statistics, limits)

    async def get_session(self, request: Request, body: None) -> SessionAnswer:
        """Tell about one session; its time to live is not refreshed."""
        session_id = _session_id(request)

        def get() -> SessionInfo:
            return session_info(self._kept.find(session_id))

        return SessionAnswer(True, await self._kept.at_desk(get))

    async def delete_session(self, request: Request, body: None) -> Done:
        """Terminate a session; what runs in it is stopped; `?with_data=true` removes its files."""
        session_id = _session_id(request)
        await self._kept.delete(session_id, with_data=parameters.asked(request)["with_data"])
        return Done(True, f"Session {session_id} terminated successfully")

    async def stored_sessions(self, request: Request, body: None) -> StoredList:
        """List the persistent sessions on disk, open or not."""
        records = await self._kept.at_desk(self._registry.stored)
        is_open = {session.id for session in self._registry.list()}
        found = [
            StoredSession(record.id, record.moment, _lives(record.ttl), record.id in is_open)
            for record in records
            if sees(record)
        ]
        return StoredList(True, found)

    async def clean_up(self, request: Request, body: None) -> CleanupAnswer:
        """Drop the sessions that have expired."""
        dropped = await self._kept.at_desk(self._registry.cleanup)
        await self._kept.forget_closed()
        return CleanupAnswer(True, f"Cleaned up {dropped} expired sessions", dropped)


def _translated(session: Session, body: TranslateRequest) -> TranslateAnswer:
    connection = session.connect(
        user=user() or ANYONE, door="http", transactions=Transactions.SNOWFLAKE
    )
    connection.recorder.recorded = False
    found: list[TranslatedStatement] = []
    try:
        running.use(connection, body.database, body.schema)
        for statement in connection.parse(body.sql):
            prepared = connection.prepare(statement)
            translation = prepared.query or prepared.change
            columns = None if prepared.columns is None else resultset.describe(prepared.columns)
            found.append(
                TranslatedStatement(
                    statement.text,
                    statement.kind,
                    None if translation is None else translation.sql,
                    columns,
                    list(statement.binds) if isinstance(statement, Tree) else [],
                )
            )
    except SqlError as error:
        raise refusals.failed(error, body.sql, session.id, len(found) + 1) from error
    finally:
        connection.close()
    return TranslateAnswer(True, found)


def _session_id(request: Request) -> str:
    session_id: str = request.path_params["session_id"]
    request.state.session_id = session_id
    return session_id


def _storage(body: SessionRequest) -> tuple[Kind, str | None]:
    """The kind of session that is asked for, and where it is to lie; each option of the storage has
    its effect or is refused by name."""
    storage = body.storage
    if body.type == "memory":
        if storage is not None:
            raise refusals.invalid_request("A memory session takes no storage")
        return "memory", None
    if storage is None:
        raise refusals.invalid_request("Persistent session requires storage configuration")
    if storage.type not in _STORAGE:
        raise refusals.invalid_request(f"Unsupported storage type: {storage.type}")
    kind, words, refused = _STORAGE[storage.type]
    for name in refused:
        if getattr(storage, name):
            raise refusals.invalid_request(f"{words} storage takes no {name}")
    return kind, storage.path


def session_info(session: Session) -> SessionInfo:
    """A session as the answers show it. Looks at files: blocks."""
    expired, path = session.is_expired, session.path
    return SessionInfo(
        session_id=session.id,
        type="memory" if path is None else "persistent",
        created_at=session.created,
        last_accessed=session.last_accessed,
        ttl_seconds=_seconds(session.ttl),
        is_expired=expired,
        is_active=not expired,
        is_busy=session.is_busy,
        context=SessionContext(*astuple(session.standing)),
        storage=UNSET if path is None else _storage_of(session, path),
        owner=UNSET if session.owner is None else session.owner,
        shared=UNSET if session.owner is None else session.shared,
    )


def _storage_of(session: Session, path: Path) -> StorageInfo:
    found = storage_info(path)
    if session.kind == "persistent":
        return found
    return msgspec.structs.replace(found, type="temp", temp_dir=str(path.parent))


def storage_info(path: Path) -> StorageInfo:
    """What a session's file, or folder of files, takes on disk."""
    size, modified = 0, 0.0
    try:
        for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
            stat = each.stat()
            modified = max(modified, stat.st_mtime)
            size += 0 if each.is_dir() else stat.st_size
    except OSError:  # it is being deleted
        return StorageInfo("local", str(path), exists=path.exists())
    return StorageInfo(
        "local",
        str(path),
        exists=True,
        size_bytes=size,
        size_mb=round(size / 1_048_576, 2),
        modified=datetime.fromtimestamp(modified, UTC),
    )


def _lives(ttl: float | None) -> float | None:
    return None if ttl is None else _seconds(ttl)


def _seconds(value: float) -> int | float:
    return int(value) if value == int(value) else value
