"""`/api/v1`: server, queries, sessions. Each operation is a method from body to answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, perf_counter
from typing import Final

import msgspec
from msgspec import UNSET
from starlette.requests import Request

from mockhaus import __version__
from mockhaus.config import Config
from mockhaus.errors import Canceled, SqlError, SqlSyntaxError
from mockhaus.http import refusals, resultset
from mockhaus.http.bodies import (
    CleanupAnswer,
    Done,
    Health,
    Limits,
    QueryAnswer,
    QueryRequest,
    ServerInfo,
    SessionAnswer,
    SessionDetails,
    SessionInfo,
    SessionList,
    SessionRequest,
    StatementResult,
    StorageInfo,
)
from mockhaus.http.kept import KeptConnections
from mockhaus.http.layers import while_connected
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.session import Session
from mockhaus.translation.context import Context

EVICTION: Final = "LRU (Least Recently Used)"


class Rest:
    """The operations. They raise; `app` makes answers of what they raise."""

    def __init__(self, config: Config, registry: Registry, kept: KeptConnections) -> None:
        self._config = config
        self._registry = registry
        self._kept = kept
        self._started = monotonic()

    # --- server -----------------------------------------------------------------------------------

    async def info(self, request: Request, body: None) -> ServerInfo:
        """Who answers here."""
        return ServerInfo(version=__version__)

    async def health(self, request: Request, body: None) -> Health:
        """Whether the server answers. Takes no thread, so that no statement can delay it."""
        return Health("healthy", __version__, monotonic() - self._started)

    # --- queries ----------------------------------------------------------------------------------

    async def query(self, request: Request, body: QueryRequest) -> bytes:
        """Run statements in a session and answer with their rows."""
        request.state.session_id = body.session_id
        return await while_connected(request.receive, self._query(request, body))

    async def _query(self, request: Request, body: QueryRequest) -> bytes:
        kept = await self._kept.of(body.session_id)
        session_id = request.state.session_id = kept.session.id

        def work(connection: Connection, unwanted: threading.Event) -> bytes:
            return answer(connection, body, session_id, unwanted)

        return await kept.run(work)

    # --- sessions ---------------------------------------------------------------------------------

    async def create_session(self, request: Request, body: SessionRequest) -> SessionAnswer:
        """Create a session."""
        request.state.session_id = body.session_id
        path = _storage_path(body)

        def create() -> SessionInfo:
            return session_info(
                self._registry.create(
                    session_id=body.session_id, kind=body.type, ttl=body.ttl_seconds, path=path
                )
            )

        info = await self._kept.at_desk(create)
        await self._kept.forget_closed()
        return SessionAnswer(True, info, f"Created {info.type} session {info.session_id}")

    async def list_sessions(self, request: Request, body: None) -> SessionList:
        """List the sessions, and how many more there may be."""
        return await self._kept.at_desk(self._list_sessions)

    def _list_sessions(self) -> SessionList:
        sessions = sorted(self._registry.list(), key=lambda s: s.created, reverse=True)
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
        """Terminate a session; what runs in it is stopped."""
        session_id = _session_id(request)
        await self._kept.delete(session_id)
        return Done(True, f"Session {session_id} terminated successfully")

    async def clean_up(self, request: Request, body: None) -> CleanupAnswer:
        """Drop the sessions that have expired."""
        dropped = await self._kept.at_desk(self._registry.cleanup)
        await self._kept.forget_closed()
        return CleanupAnswer(True, f"Cleaned up {dropped} expired sessions", dropped)


def answer(
    connection: Connection, body: QueryRequest, session_id: str, unwanted: threading.Event
) -> bytes:
    """Run the statements of a request one after the other, and encode what they answer."""
    started = began = perf_counter()
    results: list[StatementResult] = []
    try:
        if body.database is not None or body.schema is not None:
            connection.enter(body.database, body.schema)
        for result in connection.execute(body.sql):
            try:
                read = resultset.read(result, began)
                results.append(read)
            finally:
                result.close()
            if result.fetched is not None:
                result.fetched(read.row_count, None)
            if unwanted.is_set():
                raise Canceled("SQL execution canceled")
            began = perf_counter()
        if not results:
            raise SqlSyntaxError("SQL compilation error:\nEmpty SQL statement.")
    except SqlError as error:
        raise refusals.failed(error, body.sql, session_id, len(results) + 1) from error
    return _encoded(results, connection.context, session_id, perf_counter() - started)


def _encoded(
    results: Sequence[StatementResult], context: Context, session_id: str, seconds: float
) -> bytes:
    last = results[-1]
    names = resultset.unique_names(last.columns)
    body = QueryAnswer(
        success=True,
        data=[dict(zip(names, row, strict=True)) for row in last.rows],
        columns=last.columns,
        rows=last.rows,
        row_count=last.row_count,
        rows_affected=last.rows_affected,
        execution_time=seconds,
        translated_sql=last.translated_sql,
        query_id=last.query_id,
        message=None,
        session_id=session_id,
        current_database=context.database,
        current_schema=context.schema,
        warnings=last.warnings,
        results=list(results) if len(results) > 1 else None,
    )
    return msgspec.json.encode(body, enc_hook=str)


def _session_id(request: Request) -> str:
    session_id: str = request.path_params["session_id"]
    request.state.session_id = session_id
    return session_id


def _storage_path(body: SessionRequest) -> str | None:
    """The path a session asks for; each storage option has its effect or is refused by name."""
    storage = body.storage
    if body.type == "memory":
        if storage is not None:
            raise refusals.invalid_request("A memory session takes no storage")
        return None
    if storage is None:
        raise refusals.invalid_request("Persistent session requires storage configuration")
    if storage.type != "local":
        raise refusals.invalid_request(f"Unsupported storage type: {storage.type}")
    if storage.credentials or storage.options:
        given = "credentials" if storage.credentials else "options"
        raise refusals.invalid_request(f"Local storage takes no {given}")
    return storage.path


def session_info(session: Session) -> SessionInfo:
    """A session as the answers show it. Looks at files: blocks."""
    expired = session.is_expired
    path = session.path if session.kind == "persistent" else None
    return SessionInfo(
        session_id=session.id,
        type=session.kind,
        created_at=session.created,
        last_accessed=session.last_accessed,
        ttl_seconds=_seconds(session.ttl),
        is_expired=expired,
        is_active=not expired,
        is_busy=session.is_busy,
        storage=UNSET if path is None else storage_info(path),
    )


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


def _seconds(value: float) -> int | float:
    return int(value) if value == int(value) else value
