"""A statement of a real session over a real socket: it is seen, and it ends with its client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockhaus.config import Config
from mockhaus.http.server import HttpServer
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers

#: Seconds after which a test has failed, on a machine that has much else to do.
LONGEST = 60

#: Hours of work, and nothing to keep in memory.
LONG = " CROSS JOIN ".join(["(SELECT COUNT(*) AS n FROM big) a", "big b", "big c", "big d"])
PREPARE = "CREATE TABLE big AS SELECT column1 AS n FROM VALUES " + ", ".join(["(1)"] * 3000)


async def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = await reader.read()
        status = int(answer.split(b" ", 2)[1])
        return status, json.loads(answer.partition(b"\r\n\r\n")[2])
    finally:
        writer.close()


async def until(port: int, *, locked: bool) -> None:
    while True:
        _, body = await ask(port, "GET", "/api/v1/sessions")
        if body["session_details"][0]["locked"] is locked:
            return


@pytest.mark.parametrize("end", ["hang up", "delete", "stop"])
def test_a_long_statement_ends(registry: Registry, end: str) -> None:
    query, session = "/api/v1/query", {"session_id": "s"}

    async def test(server: HttpServer) -> None:
        port = server.port
        assert (await ask(port, "POST", "/api/v1/sessions", session))[0] == 200
        assert (await ask(port, "POST", query, session | {"sql": PREPARE}))[0] == 200
        await until(port, locked=False)  # its answer comes before the session is free
        sql = {"sql": f"SELECT SUM(b.n * c.n * d.n) AS n FROM {LONG}"}
        running = asyncio.create_task(ask(port, "POST", query, session | sql))
        await until(port, locked=True)
        assert (await ask(port, "GET", "/api/v1/health"))[0] == 200
        if end == "hang up":
            running.cancel()
            await until(port, locked=False)
            status, body = await ask(port, "POST", query, session | {"sql": "SELECT 1"})
            assert (status, body.get("rows")) == (200, [[1]])
            return
        if end == "delete":
            assert (await ask(port, "DELETE", "/api/v1/sessions/s"))[0] == 200
        else:
            await server.stop()
        status, body = await running
        assert (status, body["detail"]["code"]) == (400, "000604")

    async def serving() -> None:
        with Workers(4, "test") as pool:
            server = HttpServer(Config(port=0), registry, pool, grace=LONGEST)
            await server.start()
            try:
                await asyncio.wait_for(test(server), LONGEST)
            finally:
                await server.stop()

    asyncio.run(serving())
