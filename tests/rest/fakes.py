"""Sessions that do as they are told: for what this door does around statements, not in them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

from starlette.applications import Starlette

from mockhaus.config import Config
from mockhaus.errors import Canceled, MockhausError, SessionNotFound
from mockhaus.http.app import BODY_LIMIT, build_app
from mockhaus.http.kept import KeptConnections
from mockhaus.http.sqlapi.store import Statements
from mockhaus.result import Column, Result
from mockhaus.sessions.metrics import Metrics
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.stored import Standing
from mockhaus.translation.context import Context
from mockhaus.translation.statements import Statement
from mockhaus.types import NUMBER
from mockhaus.workers import Workers

#: How long a test waits for something that comes at once unless the code is wrong.
PATIENCE = 10


class FakeConnection:
    """`wait` runs until it is released or cancelled, `fail` raises, all else is a row with 1."""

    def __init__(self, session: FakeSession) -> None:
        self.context = Context(session_id=session.id)
        self.session = session
        self.recorder = SimpleNamespace(client="")
        self.release = threading.Event()
        self.cancelled = threading.Event()
        self.closed = threading.Event()
        self.idle = False
        self.is_closed = False
        self.ran: list[str] = []

    def act_as(self, user: str) -> None:
        pass

    def start_in(self, *names: str | None) -> None:
        pass

    def parse(self, text: str) -> list[Statement]:
        return [Statement(text=word.strip()) for word in text.split(";")]

    def prepare(self, statement: Statement, types: tuple[str, ...] = ()) -> Statement:
        return statement

    def run(self, statement: Statement, values: Sequence[Any] = ()) -> Result:
        self.ran.append(statement.text)
        if statement.text == "wait":
            self._wait()
        elif statement.text == "fail":
            raise self.session.registry.failure
        return Result((Column("N", NUMBER),), "SELECT", rows=[(1,)], query_id="q")

    def _wait(self) -> None:
        self.session.running.set()
        try:
            assert self.release.wait(PATIENCE)
            if self.cancelled.is_set():
                raise Canceled("SQL execution canceled")
        finally:
            self.session.running.clear()

    def cancel(self) -> None:
        if self.session.running.is_set():
            self.cancelled.set()
            self.release.set()

    def close(self) -> None:
        self.closed.set()


class FakeSession:
    """A session whose connections are fakes."""

    is_expired = False
    kind: Literal["memory"] = "memory"
    path: Path | None = None
    ttl = 3600.0
    standing = Standing.of(Context())

    owner = None

    def __init__(self, session_id: str, registry: FakeRegistry) -> None:
        self.id = session_id
        self.registry = registry
        self.running = threading.Event()
        self.created = self.last_accessed = datetime.now(UTC)
        self.connections: list[FakeConnection] = []

    def connect(self, **options: Any) -> FakeConnection:
        self.connections.append(FakeConnection(self))
        return self.connections[-1]

    @property
    def is_busy(self) -> bool:
        return self.running.is_set()

    def touch(self) -> None:
        pass

    def hold(self) -> None:
        pass

    def release(self) -> None:
        pass

    def remember(self, context: Context) -> None:
        pass

    async def busy(self) -> FakeConnection:
        """The connection, as soon as `wait` runs in it."""
        assert await asyncio.to_thread(self.running.wait, PATIENCE)
        return self.connection

    @property
    def connection(self) -> FakeConnection:
        """The one connection that this door keeps."""
        assert len(self.connections) == 1
        return self.connections[0]


class FakeRegistry:
    """Sessions by name; `failure` is what the statement `fail` raises."""

    failure: MockhausError | Exception = MockhausError("as told")

    def __init__(self, *names: str) -> None:
        self.metrics = Metrics()
        self.sessions = {name: FakeSession(name, self) for name in names}

    def create(self, session_id: str | None = None, **options: Any) -> FakeSession:
        name = session_id or f"new-{len(self.sessions)}"
        self.sessions[name] = FakeSession(name, self)
        return self.sessions[name]

    def get(self, session_id: str) -> FakeSession:
        if session_id not in self.sessions:
            raise SessionNotFound(f"Session {session_id} not found")
        return self.sessions[session_id]

    def at_hand(self, session_id: str) -> FakeSession | None:
        return self.sessions.get(session_id)

    def list(self) -> list[FakeSession]:
        return list(self.sessions.values())

    def delete(self, session_id: str, *, with_data: bool = False) -> None:
        self.get(session_id)
        del self.sessions[session_id]

    def cleanup(self) -> int:
        return 0

    def statistics(self) -> dict[str, Any]:
        return {}


def fake_app(
    registry: FakeRegistry,
    *,
    config: Config | None = None,
    pool: Workers | None = None,
    body_limit: int = BODY_LIMIT,
) -> Starlette:
    """The application over fake sessions."""
    real = cast(Registry, registry)
    pool = pool or Workers(4, "test")
    kept = KeptConnections(real, pool, ThreadPoolExecutor(2))
    return build_app(config or Config(), real, kept, Statements(pool), body_limit=body_limit)
