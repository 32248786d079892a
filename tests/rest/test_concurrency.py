"""One busy session delays nobody (seed faults 33, 66); a client that has gone frees its statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from mockhaus.errors import Canceled, SessionNotFound
from mockhaus.http.kept import KeptConnections
from mockhaus.workers import Workers
from tests.rest.fakes import PATIENCE, FakeRegistry, fake_app


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, PATIENCE * 2))


@asynccontextmanager
async def connected(
    registry: FakeRegistry, pool: Workers | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(fake_app(registry, pool=pool))
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


def post(client: httpx2.AsyncClient, sql: str, session: str) -> asyncio.Task[httpx2.Response]:
    request = client.post("/api/v1/query", json={"sql": sql, "session_id": session})
    return asyncio.create_task(request)


def test_a_busy_session_delays_nobody() -> None:
    async def test() -> None:
        registry = FakeRegistry("busy", "other")
        async with connected(registry) as client:
            waiting = post(client, "wait", "busy")
            connection = await registry.sessions["busy"].busy()
            for path in ("/api/v1/health", "/api/v1/sessions", "/api/v1/sessions/busy"):
                assert (await client.get(path)).status_code == 200
            listed = (await client.get("/api/v1/sessions")).json()["session_details"]
            assert {each["session_id"]: each["locked"] for each in listed} == {
                "busy": True,
                "other": False,
            }
            assert (await client.post("/api/v1/sessions", json={})).status_code == 200
            assert (await client.delete("/api/v1/sessions/new-2")).status_code == 200
            assert (await client.post("/api/v1/sessions/cleanup")).status_code == 200
            assert (await post(client, "x", "other")).status_code == 200
            assert not waiting.done()
            connection.release.set()
            assert (await waiting).status_code == 200

    run(test())


def test_sessions_can_be_deleted_while_every_thread_is_taken() -> None:
    async def test() -> None:
        registry = FakeRegistry("a", "b")
        async with connected(registry, Workers(1, "test")) as client:
            waiting = post(client, "wait", "a")
            await registry.sessions["a"].busy()
            queued = post(client, "x", "b")
            assert (await client.delete("/api/v1/sessions/a")).status_code == 200
            stopped = await waiting
            assert stopped.status_code == 400
            assert stopped.json()["detail"]["code"] == "000604"
            assert (await queued).status_code == 200

    run(test())


def test_what_waits_for_a_deleted_session_is_refused() -> None:
    async def test() -> None:
        registry: Any = FakeRegistry("s")
        connections = KeptConnections(registry, Workers(1, "test"), ThreadPoolExecutor(1))
        kept = await connections.of("s")
        waiting = asyncio.create_task(
            kept.run(lambda c, unwanted: c.run(c.prepare(c.parse("wait")[0])))
        )
        connection = await registry.sessions["s"].busy()
        queued = asyncio.create_task(
            kept.run(lambda c, unwanted: c.run(c.prepare(c.parse("x")[0])))
        )
        await asyncio.sleep(0)
        await connections.delete("s")
        with pytest.raises(Canceled):
            await waiting
        with pytest.raises(SessionNotFound):
            await queued
        assert connection.ran == ["wait"]
        assert connection.closed.is_set()

    run(test())


def test_requests_of_one_session_take_turns() -> None:
    async def test() -> None:
        registry = FakeRegistry("s")
        async with connected(registry) as client:
            waiting = post(client, "wait", "s")
            connection = await registry.sessions["s"].busy()
            rest = [post(client, f"x{n}", "s") for n in range(5)]
            await asyncio.sleep(0)
            assert connection.ran == ["wait"]
            connection.release.set()
            assert [answer.status_code for answer in await asyncio.gather(waiting, *rest)] == [
                200
            ] * 6
            assert sorted(connection.ran) == ["wait", "x0", "x1", "x2", "x3", "x4"]
            assert registry.sessions["s"].connection is connection, "one connection for all"

    run(test())


async def ask(app: Any, sql: str, session: str, gone: asyncio.Event) -> list[dict[str, Any]]:
    """A query from a client that hangs up when told; what was sent to it."""
    body = f'{{"sql":"{sql}","session_id":"{session}"}}'.encode()
    messages = [{"type": "http.request", "body": body}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/query", "headers": []}
    await app(scope | {"query_string": b"", "root_path": ""}, receive, send)
    return sent


def test_a_client_that_has_gone_frees_its_statement() -> None:
    async def test() -> None:
        registry = FakeRegistry("s")
        app, gone = fake_app(registry), asyncio.Event()
        waiting = asyncio.create_task(ask(app, "wait; after", "s", gone))
        connection = await registry.sessions["s"].busy()
        gone.set()
        sent = await waiting
        assert sent[0]["status"] == 499
        assert connection.cancelled.is_set()
        assert connection.ran == ["wait"], "what follows does not run"
        assert (await ask(app, "x", "s", asyncio.Event()))[0]["status"] == 200

    run(test())


def test_a_client_that_goes_while_it_waits_never_runs() -> None:
    async def test() -> None:
        registry = FakeRegistry("s")
        app, gone = fake_app(registry), asyncio.Event()
        first = asyncio.create_task(ask(app, "wait", "s", asyncio.Event()))
        connection = await registry.sessions["s"].busy()
        second = asyncio.create_task(ask(app, "x", "s", gone))
        third = asyncio.create_task(ask(app, "y", "s", asyncio.Event()))
        await asyncio.sleep(0)
        gone.set()
        assert (await second)[0]["status"] == 499
        assert not first.done(), "the statement of another is not stopped"
        connection.release.set()
        assert (await first)[0]["status"] == (await third)[0]["status"] == 200
        assert connection.ran == ["wait", "y"]

    run(test())


def test_connections_of_dead_sessions_are_closed() -> None:
    async def test() -> None:
        registry: Any = FakeRegistry("kept", "evicted", "renewed")
        kept = KeptConnections(registry, Workers(1, "test"), ThreadPoolExecutor(1))
        connections = {}
        for name, session in registry.sessions.items():
            await (await kept.of(name)).run(lambda connection, unwanted: None)
            connections[name] = session.connection
        del registry.sessions["evicted"]
        renewed = registry.create("renewed")
        await kept.of("renewed")
        await kept.forget_closed()
        for dead in ("evicted", "renewed"):
            assert await asyncio.to_thread(connections[dead].closed.wait, PATIENCE)
        assert not connections["kept"].closed.is_set()
        assert (await kept.of("renewed")).session is renewed
        with pytest.raises(SessionNotFound):
            await kept.of("evicted")
        await kept.close()
        assert connections["kept"].closed.is_set()

    run(test())
