"""The composition root: Config -> library, sessions, doors. Only here are rooms put together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from mockhaus.access.tls import Tls
from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.errors import InvalidUser
from mockhaus.gateway.server import PgServer
from mockhaus.http.server import HttpServer
from mockhaus.sessions.overseer import Overseer
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session
from mockhaus.threads import deepen
from mockhaus.workers import Workers

#: Seconds that a shutdown may take.
GRACE_S: Final = 20.0

#: New objects after which Python looks for garbage: the tree of a long statement is tens of
#: thousands, which by default would be gone through again and again while they are made.
_GARBAGE_AFTER: Final = 10_000

_log = logging.getLogger("mockhaus")


class Address(Struct, frozen=True):
    """Where the two doors listen."""

    host: str
    pg_port: int
    http_port: int


class CannotStart(Exception):
    """A port that is in use, or files that are not what they should be: one line for the user."""


class App:
    """Both doors over one registry of sessions, which ends with them. Raises CannotStart."""

    def __init__(self, config: Config, registry: Registry | None = None) -> None:
        users, tls = _users(config), _tls(config)
        deepen()
        self.config = config
        self.registry = registry or _registry(config)
        self._pool = Workers(config.workers, "mockhaus")
        trace = _print_line if config.trace or config.trace_values else None
        self._pg = PgServer(config, self.registry, self._pool, users=users, tls=tls, trace=trace)
        self._http = HttpServer(config, self.registry, self._pool, users=users)
        self._overseer = Overseer(self.registry.list, config.limits.memory)
        self._cleaner: asyncio.Task[None] | None = None
        self._warm: asyncio.Task[Session] | None = None

    async def start(self) -> Address:
        """Open both doors. Raises CannotStart."""
        for server, port in ((self._pg, self.config.pg_port), (self._http, self.config.port)):
            try:
                await server.start()
            except OSError as error:
                await self.stop()
                reason = os.strerror(error.errno).lower() if error.errno else str(error)
                raise CannotStart(f"Cannot listen on {self.config.host}:{port}: {reason}") from None
        self._cleaner = asyncio.create_task(self._clean_up())
        self._overseer.start()
        self._warm = asyncio.create_task(asyncio.to_thread(self.registry.attach, DEFAULT))
        return Address(self.config.host, self._pg.port, self._http.port)

    async def _clean_up(self) -> None:
        while True:
            await asyncio.sleep(self.config.cleanup_interval)
            try:
                await asyncio.to_thread(self.registry.cleanup)
            except Exception:
                _log.exception("clean-up of sessions failed")

    async def stop(self) -> None:
        """Close the doors, interrupt what runs, checkpoint and close every session."""
        if self._cleaner is not None:
            self._cleaner.cancel()
        if self._warm is not None:
            await asyncio.wait({self._warm})
        self._overseer.stop()
        await self._pg.stop()
        await self._http.stop()
        await asyncio.to_thread(self.registry.close)
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def _users(config: Config) -> Users | None:
    """Who may come in; None for everyone. Raises CannotStart."""
    if not config.has_users:
        return None
    try:
        users = Users(config.users_file)
        if config.first_password is not None:
            users.add_first(config.first_user, config.first_password)
    except (InvalidUser, OSError) as error:
        raise CannotStart(f"Users: {error}") from None
    if not len(users):
        raise CannotStart(f"{config.users_file} has no users: mockhaus user add NAME adds one")
    return users


def _registry(config: Config) -> Registry:
    """Raises CannotStart."""
    try:
        return Registry(config)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise CannotStart(f"Cannot use the data directory {config.data_dir}: {reason}") from None


def _tls(config: Config) -> Tls | None:
    try:
        return None if config.tls_cert is None else Tls.load(config.tls_cert, config.tls_key)
    except InvalidUser as error:
        raise CannotStart(str(error)) from None


def _print_line(line: str) -> None:
    sys.stderr.write(line + "\n")


async def serve(config: Config, announce: Callable[[Address], None]) -> None:
    """Serve until SIGINT or SIGTERM. Raises CannotStart."""
    app = App(config)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers here
            loop.add_signal_handler(number, stopping.set)
    address = await app.start()
    collect_less()
    announce(address)
    try:
        await stopping.wait()
    finally:
        await _stop(app)


@contextlib.contextmanager
def running(config: Config, registry: Registry | None = None) -> Iterator[Address]:
    """Both doors in threads of this process, until the block ends. Raises CannotStart."""
    app = App(config, registry)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mockhaus-server", daemon=True)
    thread.start()
    try:
        address = asyncio.run_coroutine_threadsafe(app.start(), loop).result()
        try:
            yield address
        finally:
            asyncio.run_coroutine_threadsafe(app.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def collect_less() -> None:
    """Have the search for garbage leave alone what was loaded, which is most of the objects."""
    gc.freeze()
    gc.set_threshold(_GARBAGE_AFTER)
    gc.enable()


async def _stop(app: App) -> None:
    """Stop the server; what DuckDB plans cannot be interrupted and is left behind in the end."""
    try:
        await asyncio.wait_for(app.stop(), GRACE_S)
    except TimeoutError:
        _log.error("a statement did not stop within %s s; exiting without it", GRACE_S)
        logging.shutdown()
        os._exit(1)  # its thread would keep the process for ever


def run(config: Config, announce: Callable[[Address], None]) -> None:
    """Run `serve` in an event loop of its own, uvloop where it exists. Raises CannotStart."""
    try:
        import uvloop  # optional: not on Windows
    except ImportError:
        asyncio.run(serve(config, announce))
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(config, announce))
