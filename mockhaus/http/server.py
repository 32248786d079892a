"""uvicorn in the event loop of the whole server: binds, serves, stops.

The signals belong to the composition root and the log to stdlib logging; uvicorn gets neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import uvicorn

from mockhaus.access.users import Users
from mockhaus.config import BACKLOG, Config
from mockhaus.http.app import build_app
from mockhaus.http.kept import KeptConnections
from mockhaus.http.patient import Patient
from mockhaus.http.sqlapi.store import Statements
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers

#: Threads for the registry's short calls.
DESK_THREADS: Final = 4
#: Seconds a client may take to read its answer when the server stops.
GRACE: Final = 3

_NO_SUCH_ADDRESS: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


class HttpServer:
    """The HTTP door. `pool` is where statements run, shared with the other doors; `grace` is how
    many seconds clients have to take their answers when it stops.
    """

    def __init__(
        self,
        config: Config,
        registry: Registry,
        pool: Workers,
        *,
        users: Users | None = None,
        grace: int = GRACE,
    ) -> None:
        self._config = config
        self._grace = grace
        self._desk = ThreadPoolExecutor(DESK_THREADS, thread_name_prefix="mockhaus-http")
        self._kept = KeptConnections(registry, pool, self._desk)
        self._statements = Statements(pool)
        self._app = build_app(config, registry, self._kept, self._statements, users=users)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = config.port

    async def start(self) -> None:
        """Bind, then serve. Raises OSError when the address cannot be had."""
        sockets = await _bind(self._config.host, self._config.port)
        self.port = sockets[0].getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                self._app,
                http=partial(Patient, self._config.login_timeout),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                workers=1,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=60,
                ssl_certfile=self._config.tls_cert,
                ssl_keyfile=self._config.tls_key or self._config.tls_cert,
                timeout_graceful_shutdown=self._grace,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=sockets), name="http")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({self._serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._serving

    async def stop(self) -> None:
        """Take no more requests, stop the statements that run, answer, hang up."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            while not self._serving.done():
                await asyncio.gather(self._kept.stop(), self._statements.stop())
                await asyncio.wait({self._serving}, timeout=0.1)
            self._serving.result()
            self._server = self._serving = None
        await self._statements.stop()
        await self._kept.close()
        await asyncio.to_thread(self._desk.shutdown)


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals alone and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


async def _bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on all addresses of a host, on one port; 0 is a free one."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            sockets.append(_listen(family, (address[0], port, *address[2:])))
        except OSError as error:
            if error.errno in _NO_SUCH_ADDRESS:  # localhost is ::1 too, where there is no IPv6
                missing = error
                continue
            for listener in sockets:
                listener.close()
            raise
        port = sockets[0].getsockname()[1]
    if not sockets:
        raise missing or OSError(errno.EADDRNOTAVAIL, f"{host} has no address")
    return sockets


def _listen(family: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
