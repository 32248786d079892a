"""The PostgreSQL door on a socket.

The event loop only moves bytes. What a client sends is decoded as it comes in; whatever is there
when a worker is free goes to it in one hop, and what the worker makes of it comes back piece by
piece: while one piece is written, the next is made, and no more than that, so that a slow reader
costs a few pieces of memory however long its answer is.
"""

from __future__ import annotations

import asyncio
import hmac
import itertools
import logging
import os
import secrets
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

from mockhaus.config import Config
from mockhaus.errors import AdminShutdown, MockhausError
from mockhaus.gateway import messages as m
from mockhaus.gateway import trace
from mockhaus.gateway.auth import Authenticator, Login, login, negotiation, trust
from mockhaus.gateway.backend import Backend
from mockhaus.gateway.codec import Decoder, decode_backend, encode
from mockhaus.gateway.messages import Message
from mockhaus.gateway.protocol import Action, Protocol, State
from mockhaus.gateway.responses import error_response
from mockhaus.gateway.rows import Wire
from mockhaus.gateway.settings import Settings
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from mockhaus.workers import Workers

log = logging.getLogger(__name__)

#: Unwritten bytes above which nothing more is made, and below which work goes on.
_HIGH: Final = 4 << 20
_LOW: Final = 1 << 20

#: Messages waiting to be carried out above which reading stops: their number, their bytes.
_INBOX_MESSAGES: Final = 1024
_INBOX_BYTES: Final = 8 << 20

#: Time that running statements have to end at shutdown.
_GRACE: Final = 5.0

#: Time after which an interrupt that had no effect is repeated.
_AGAIN: Final = 0.02

_T = TypeVar("_T")
Trace = Callable[[str], None]


class PgServer:
    """Listens; knows its clients. `trace` is called with each message as a line of text."""

    def __init__(
        self,
        config: Config,
        registry: Registry,
        pool: Workers,
        *,
        authenticator: Authenticator = trust,
        trace: Trace | None = None,
    ) -> None:
        self.config = config
        self.registry = registry
        self.pool = pool
        self.authenticator = authenticator
        self.trace = trace
        self.port = config.pg_port
        self.clients: dict[int, Client] = {}
        self.encoders: Executor
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError where the port is in use."""
        # Encoding never waits for anything, so it needs no more threads than there are cores, and
        # threads of its own, since those of the pool may all be waiting for locks.
        self.encoders = ThreadPoolExecutor(os.cpu_count() or 1, "mockhaus-encode")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Client(self, next(self._numbers)), self.config.host, self.config.pg_port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Tell every client, interrupt what runs, wait for it."""
        if self._server is None:
            return
        self._server.close()
        clients = list(self.clients.values())
        for client in clients:
            client.shut_down()
        if tasks := [client.task for client in clients]:
            await asyncio.wait(tasks, timeout=_GRACE)
        for client in clients:
            client.abort_if_stuck()
        self.encoders.shutdown(wait=False)
        self._server = None

    def cancel(self, request: m.CancelRequest) -> None:
        """Interrupt the client that the request names, if it knows the key."""
        client = self.clients.get(request.process_id)
        if client is not None and hmac.compare_digest(client.secret_key, request.secret_key):
            client.cancel()

    def open(self, who: Login, protocol: Protocol) -> Backend:
        """Find or make the session, connect to it, enter its database. Blocks."""
        settings = Settings(who.settings, who.user)
        session = self.registry.attach(who.session)
        client = who.settings.get("application_name", "")
        connection = session.connect(
            user=who.user, door="postgresql", transactions=Transactions.POSTGRESQL, client=client
        )
        try:
            database = who.database
            if who.fallback and not _has_database(connection, database):
                database = None
            connection.enter(database, who.schema)
            backend = Backend(protocol, connection, settings, self.encoders)
            backend.adopt(who.settings)
        except BaseException:
            connection.close()
            raise
        return backend


def _has_database(connection: Connection, name: str | None) -> bool:
    (statement,) = connection.parse("SHOW DATABASES")
    result = connection.run(connection.prepare(statement))
    position = [column.name.lower() for column in result.columns].index("name")
    return any(row[position].upper() == (name or "").upper() for row in result.python_rows())


def advance(steps: Iterator[Wire]) -> tuple[Wire | None, bool]:
    """The next piece, and whether it is the last: one hop to a worker for a short answer."""
    try:
        return next(steps), False
    except StopIteration as end:
        return end.value, True


class _Gone(Exception):
    """The client is no longer there."""


class Client(asyncio.Protocol):
    """One socket: bytes to messages to a worker, and pieces back."""

    def __init__(self, server: PgServer, number: int) -> None:
        self.number = number
        self.secret_key = secrets.token_bytes(4)
        self.task: asyncio.Task[None]
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._decoder = Decoder()
        self._protocol = Protocol()
        self._backend: Backend | None = None
        self._inbox: deque[Message] = deque()
        self._inbox_bytes = 0
        self._broken: MockhausError | None = None
        self._wakeup: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._reading = True
        self._busy = False
        self._gone = False
        self._stopping = False
        self._farewell = False

    # --- called by the event loop -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(_HIGH, _LOW)
        self._server.clients[self.number] = self
        self.task = self._loop.create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        if self._broken is not None:
            return
        self._decoder.feed(data)
        try:
            for message in self._decoder:
                self._trace("F", message)
                self._inbox.append(message)
                self._farewell = self._farewell or isinstance(message, m.Terminate)
        except MockhausError as error:
            self._broken = error
        self._inbox_bytes += len(data)
        if self._inbox_bytes > _INBOX_BYTES or len(self._inbox) > _INBOX_MESSAGES:
            self._pause()
        self._wake()

    def eof_received(self) -> bool:
        # A client that says Terminate may close at once, and what it sent before is carried out;
        # one that closes without a word has vanished.
        if self._farewell:
            return True
        self.connection_lost(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        if self._busy:
            self._interrupt()
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    # --- called by the server ---------------------------------------------------------------------

    def cancel(self) -> None:
        """Stop the statement that runs; does nothing when none does."""
        if self._busy:
            self._interrupt()

    def shut_down(self) -> None:
        """Stop what runs, say goodbye, go."""
        self._stopping = True
        self.cancel()
        self._wake()
        self.resume_writing()

    def abort_if_stuck(self) -> None:
        """Go without what the client does not read."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()

    # --- one client's life ------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(self._server.config.login_timeout):
                who = await self._log_in()
            # Not under the timeout: what a worker opens must be closed again.
            await self._open(who)
            while self._protocol.state is not State.CLOSED:
                await self._answer(await self._messages())
        except (_Gone, TimeoutError):
            pass
        except MockhausError as error:
            self._write(encode(error_response(error, "FATAL")))
        except Exception:
            log.exception("a fault in Mockhaus")
        finally:
            self._server.clients.pop(self.number, None)
            self._transport.close()
            if self._backend is not None:
                await self._hop(self._backend.close)

    async def _messages(self) -> list[Message]:
        """What has come in, at least one message. Raises _Gone, or the error that ends it all."""
        while not self._inbox or self._stopping:
            if self._stopping:
                raise AdminShutdown("terminating connection due to administrator command")
            if self._gone:
                raise _Gone
            if self._broken is not None:
                raise self._broken
            self._wakeup = self._loop.create_future()
            await self._wakeup
        if self._gone and not self._farewell:
            raise _Gone
        messages = list(self._inbox)
        self._inbox.clear()
        self._inbox_bytes = 0
        if not self._reading and not self._gone:
            self._reading = True
            self._transport.resume_reading()
        return messages

    async def _log_in(self) -> Login:
        who: Login | None = None
        while who is None:
            message = await self._message()
            match self._protocol.receive(message):
                case Action.REFUSE_ENCRYPTION:
                    self._write(b"N")
                case Action.CANCEL:
                    assert isinstance(message, m.CancelRequest)
                    self._server.cancel(message)
                    raise _Gone
                case Action.START:
                    assert isinstance(message, m.StartupMessage)
                    who = login(message)
                    if (negotiated := negotiation(message)) is not None:
                        self._write(encode(negotiated))
        await self._authenticate(self._server.authenticator(who))
        return who

    async def _open(self, who: Login) -> None:
        self._backend = await self._hop(self._server.open, who, self._protocol)
        self._protocol.logged_in()
        self._decoder.logged_in()
        key = encode(m.BackendKeyData(self.number, self.secret_key))
        self._write(encode(m.AuthenticationOk()) + self._backend.greet(key))

    async def _authenticate(self, steps: Generator[Message, bytes, None]) -> None:
        answer: bytes | None = None
        while True:
            try:
                challenge = next(steps) if answer is None else steps.send(answer)
            except StopIteration:
                return
            self._write(encode(challenge))
            message = await self._message()
            if self._protocol.receive(message) is not Action.AUTHENTICATE:
                raise _Gone
            assert isinstance(message, m.PasswordMessage)
            answer = message.data

    async def _message(self) -> Message:
        """The next message, and no more than one."""
        first, *rest = await self._messages()
        self._inbox.extendleft(reversed(rest))
        return first

    async def _answer(self, messages: list[Message]) -> None:
        """Have a worker carry out messages, and write what it makes of them."""
        assert self._backend is not None
        steps = self._backend.perform(messages)
        self._busy = True
        timer = self._timer(self._backend)
        made: asyncio.Future[tuple[Wire | None, bool]] = self._hop(advance, steps)
        try:
            while True:
                wire, last = await made
                if not last:
                    made = self._hop(advance, steps)
                if wire:
                    self._write(wire)
                if last:
                    return
                if self._drained is not None:
                    await self._drained
                if self._gone:
                    raise _Gone
        finally:
            if timer is not None:
                timer.cancel()
            if self._gone:
                await asyncio.wait([made])
                await self._hop(steps.close)
            self._busy = False

    def _timer(self, backend: Backend) -> asyncio.TimerHandle | None:
        limit = int(backend.settings["statement_timeout"])
        return self._loop.call_later(limit / 1000, self._interrupt, True) if limit else None

    # --- small things -----------------------------------------------------------------------------

    def _hop(self, call: Callable[..., _T], *arguments: Any) -> asyncio.Future[_T]:
        return self._server.pool.hop(self._loop, call, *arguments)

    def _interrupt(self, timed_out: bool = False) -> None:
        """Stop what runs, and see to it that it stops."""
        if self._backend is not None:
            self._backend.cancel(timed_out=timed_out)
            self._loop.call_later(_AGAIN, self._interrupt_again)

    def _interrupt_again(self) -> None:
        if self._busy and self._backend is not None and self._backend.canceling:
            self._interrupt()

    def _wake(self) -> None:
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._transport.pause_reading()

    def _write(self, wire: Wire) -> None:
        if self._server.trace is not None and wire != b"N":
            for message in decode_backend(bytes(wire))[0]:
                self._trace("B", message)
        if not self._transport.is_closing():
            self._transport.write(wire)

    def _trace(self, side: str, message: Message) -> None:
        if self._server.trace is not None:
            self._server.trace(trace.line(side, message))
