"""The door over real sockets: binding, stopping, clients that hang up or dawdle."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from mockhaus.config import Config
from mockhaus.http.server import HttpServer
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers
from tests.rest.fakes import PATIENCE, FakeRegistry

QUERY = "/api/v1/query"


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, PATIENCE * 2))


@asynccontextmanager
async def serving(registry: FakeRegistry, **settings: Any) -> AsyncIterator[HttpServer]:
    config = Config(port=0, **settings)
    with Workers(4, "test") as pool:
        server = HttpServer(config, cast(Registry, registry), pool)
        await server.start()
        try:
            yield server
        finally:
            await server.stop()


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(
            method, path, body and json.dumps(body), {"Authorization": "Bearer s3cret"}
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read()), dict(response.headers)
    finally:
        connection.close()


def test_a_query_over_a_socket() -> None:
    async def test() -> None:
        async with serving(FakeRegistry("s")) as server:
            assert server.port != 0
            status, body, headers = await asyncio.to_thread(
                ask, server.port, "POST", QUERY, {"sql": "x", "session_id": "s"}
            )
            assert status == 200
            assert body["rows"] == [[1]]
            assert float(headers["x-process-time"]) >= 0
            assert "server" not in headers

    run(test())


def test_a_port_in_use_is_an_error() -> None:
    async def test() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken, Workers(1, "test") as pool:
            config = Config(port=taken.getsockname()[1])
            server = HttpServer(config, cast(Registry, FakeRegistry()), pool)
            with pytest.raises(OSError, match="in use") as error:
                await server.start()
            assert error.value.errno == errno.EADDRINUSE
            await server.stop()

    run(test())


def test_localhost_listens_on_every_address_it_has() -> None:
    async def test() -> None:
        async with serving(FakeRegistry(), host="localhost") as server:
            status, _, _ = await asyncio.to_thread(ask, server.port, "GET", "/api/v1/health")
            assert status == 200

    run(test())


def test_signals_are_left_alone() -> None:
    async def test() -> None:
        before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        async with serving(FakeRegistry()):
            assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before

    run(test())


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    async def test() -> None:
        async with serving(FakeRegistry()) as server:
            await asyncio.to_thread(ask, server.port, "GET", "/")

    run(test())
    assert capfd.readouterr() == ("", "")


def test_stopping_interrupts_and_answers() -> None:
    async def test() -> None:
        registry = FakeRegistry("s")
        async with serving(registry) as server:
            sql = {"sql": "wait", "session_id": "s"}
            waiting = asyncio.create_task(asyncio.to_thread(ask, server.port, "POST", QUERY, sql))
            await registry.sessions["s"].busy()
        status, body, _ = await waiting
        assert (status, body["detail"]["code"]) == (400, "000604")
        assert registry.sessions["s"].connection.closed.is_set()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(ask, server.port, "GET", "/")

    run(test())


def test_a_client_that_hangs_up_frees_its_statement() -> None:
    async def test() -> None:
        registry = FakeRegistry("s")
        async with serving(registry) as server:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            body = b'{"sql":"wait","session_id":"s"}'
            writer.write(b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            connection = await registry.sessions["s"].busy()
            writer.close()
            assert await asyncio.to_thread(connection.cancelled.wait, PATIENCE)
            sql = {"sql": "x", "session_id": "s"}
            status, _, _ = await asyncio.to_thread(ask, server.port, "POST", QUERY, sql)
            assert status == 200

    run(test())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", 408),
        (b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: minus\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: a\0b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 65_536, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: a\r\n" * 10_920, 431),
        (
            b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            + b"A: a\r\n" * 32_800,
            400,
        ),
        (b"\r\n" * 10, 408),
        (b"GET /api/v1/health HTTP/1.0\r\n\r\n", 200),
    ],
    ids=[
        "slow",
        "huge",
        "tls",
        "length",
        "negative",
        "two lengths",
        "chunks",
        "NUL",
        "no host",
        "HTTP/0.9",
        "a long header",
        "many headers",
        "many trailers",
        "empty lines",
        "HTTP/1.0",
    ],
)
def test_bad_requests_end_their_connection_only(request_bytes: bytes, status: int) -> None:
    async def test() -> None:
        patience = 0.05 if status == 408 else 20  # seconds
        async with serving(FakeRegistry(), login_timeout=patience) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(request_bytes)
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
            writer.close()
            healthy, _, _ = await asyncio.to_thread(ask, server.port, "GET", "/api/v1/health")
            assert healthy == 200

    run(test())


def test_the_debug_log_has_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """Seed fault 35: the debug log printed Authorization headers."""
    caplog.set_level(logging.DEBUG)
    sql = "CREATE STAGE x CREDENTIALS = (AWS_SECRET_KEY = 'hush' AWS_TOKEN='hush')"

    async def test() -> None:
        async with serving(FakeRegistry("s"), debug=True) as server:
            body = {"sql": sql, "session_id": "s"}
            await asyncio.to_thread(ask, server.port, "POST", QUERY, body)

    run(test())
    assert "POST /api/v1/query" in caplog.text
    assert "CREATE STAGE x" in caplog.text
    assert "-> 200" in caplog.text
    assert "s3cret" not in caplog.text
    assert "hush" not in caplog.text


def test_without_debug_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)  # as `mockhaus serve` sets it

    async def test() -> None:
        async with serving(FakeRegistry("s")) as server:
            await asyncio.to_thread(
                ask, server.port, "POST", QUERY, {"sql": "x", "session_id": "s"}
            )

    run(test())
    assert "POST" not in caplog.text
    assert "s3cret" not in caplog.text


def test_requests_that_do_not_wait_are_answered_in_order() -> None:
    async def test() -> None:
        async with serving(FakeRegistry()) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for name in (b"one", b"two"):
                writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: %s\r\n\r\n" % name)
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answers = await reader.read()
            writer.close()
        assert answers.count(b"HTTP/1.1 200 OK") == 3
        assert answers.index(b"x-request-id: one") < answers.index(b"x-request-id: two")

    run(test())


def test_a_body_too_large_is_answered_to_who_sends_it_all() -> None:
    async def test() -> None:
        async with serving(FakeRegistry()) as server:
            sql = {"sql": "x" * 20_000_000}
            status, _, _ = await asyncio.to_thread(ask, server.port, "POST", QUERY, sql)
            assert status == 413

    run(test())
