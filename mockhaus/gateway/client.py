"""One client's socket: bytes to messages to a worker, and pieces back.

The event loop only moves bytes. What a client sends is decoded as it comes in; whatever is there
when a worker is free goes to it in one hop, and what the worker makes of it comes back piece by
piece: while one piece is written, the next is made, and no more than that, so that a slow reader
costs a few pieces of memory however long its answer is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from mockhaus.errors import (
    AdminShutdown,
    Canceled,
    InvalidLogin,
    MockhausError,
    ProtocolError,
    SqlError,
    StatementTimeout,
)
from mockhaus.gateway import keepalive
from mockhaus.gateway.auth import Login, key_length, login, negotiation
from mockhaus.gateway.backend import Backend
from mockhaus.gateway.forms.rows import Wire
from mockhaus.gateway.responses import error_response
from mockhaus.gateway.straight import Steps, Straight, advance
from mockhaus.gateway.wire import messages as m, trace
from mockhaus.gateway.wire.codec import Decoder, decode_backend, encode
from mockhaus.gateway.wire.messages import Message
from mockhaus.gateway.wire.protocol import Action, Protocol, State
from mockhaus.sessions.gate import ENDED
from mockhaus.sessions.metrics import Traffic

if TYPE_CHECKING:
    from mockhaus.gateway.server import PgServer

log = logging.getLogger(__name__)

#: Unwritten bytes above which nothing more is made, and below which work goes on.
_HIGH: Final = 4 << 20
_LOW: Final = 1 << 20

#: Messages waiting to be carried out above which reading stops: their number, their bytes.
_INBOX_MESSAGES: Final = 1024
_INBOX_BYTES: Final = 8 << 20

#: Time after which an interrupt that had no effect is repeated.
_AGAIN: Final = 0.02

_T = TypeVar("_T")

#: A piece in the making, and whether it is the last.
_Made: TypeAlias = "asyncio.Future[tuple[Wire | None, bool]]"


class _Gone(Exception):
    """The client is no longer there."""


def _late() -> StatementTimeout:
    return StatementTimeout("SQL execution canceled")


class Client(asyncio.Protocol):
    """See the module."""

    def __init__(self, server: PgServer, number: int) -> None:
        self.number = number
        self.secret_key = secrets.token_bytes(4)
        self.task: asyncio.Task[None]
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._straight: Straight | None = None
        self._received = self._sent = 0
        self._decoder = Decoder()
        self._protocol = Protocol()
        self._backend: Backend | None = None
        self._inbox: deque[Message] = deque()
        self._inbox_bytes = 0
        self._broken: MockhausError | None = None
        self._wakeup: asyncio.Future[None] | None = None
        #: What the task waits for is over then, if nothing comes.
        self._patience: asyncio.TimerHandle | None = None
        #: Work that was begun for what came in, and its first piece.
        self._begun: tuple[Steps, _Made] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._reading = True
        self._busy = False
        self._counted = False
        self._encrypted = False
        #: What ends a statement that takes too long.
        self._deadline: asyncio.TimerHandle | None = None
        self._keepalive = keepalive.DEFAULT
        #: As of which state of its settings.
        self._settings_version = -1
        self._gone = False
        self._stopping = False
        self._farewell = False

    # --- called by the event loop -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        if len(self._server.clients) >= 2 * self._server.config.max_connections:
            self._transport.abort()  # of those that do not even begin to log in
            return
        self._transport.set_write_buffer_limits(_HIGH, _LOW)
        keepalive.enable(self._transport)
        self._server.clients[self.number] = self
        self.task = self._loop.create_task(self._serve())
        self._server.tasks.add(self.task)
        self.task.add_done_callback(self._server.tasks.discard)

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
        self._received += len(data)
        if self._inbox_bytes > _INBOX_BYTES or len(self._inbox) > _INBOX_MESSAGES:
            self._pause()
        if self._is_waiting and self._backend is not None and not self._stopping:
            # Without the task, which has nothing to do before the first piece is made.
            self._begin(self._backend).add_done_callback(self._wake)
        else:
            self._wake()

    def eof_received(self) -> bool:
        # A client that says Terminate may close at once, and what it sent before is carried out;
        # one that closes without a word has vanished.
        if self._farewell:
            return not self._encrypted  # TLS has no half of a connection
        self.connection_lost(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        if self._straight is not None:
            self._straight.close()
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

    @property
    def is_counted(self) -> bool:
        """Whether it has begun to log in, and counts among the connections there may be."""
        return self._counted

    @property
    def traffic(self) -> Traffic:
        """What has come and gone so far."""
        straight = 0 if self._straight is None else self._straight.sent
        return Traffic(self._received, self._sent + straight)

    def cancel(self, error: MockhausError | None = None) -> None:
        """Stop the statement that runs, or waits for data; does nothing when none does."""
        if self._busy:
            self._interrupt(timed_out=isinstance(error, StatementTimeout))
        elif self._protocol.state is State.COPY_IN:
            # As if the client gave up, with another reason.
            reason = error or Canceled("SQL execution canceled")
            self._inbox.append(m.Malformed(m.CopyFail, reason))
            self._wake()

    def shut_down(self) -> None:
        """Stop what runs, say goodbye, go."""
        self._stopping = True
        self.cancel()
        self._wake()
        self.resume_writing()

    def abort_if_stuck(self) -> None:
        """Go without what the client does not read."""
        if not self._gone and self._transport.get_write_buffer_size():
            self._transport.abort()

    # --- one client's life ------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(self._server.config.login_timeout):
                who = await self._log_in()
            # Not under the timeout: what a worker opens must be closed again.
            await self._open(who)
            while self._protocol.state is not State.CLOSED:
                await self._answer(await self._work())
        except (_Gone, TimeoutError, ssl.SSLError, ConnectionError):
            pass
        except MockhausError as error:
            self._write(encode(error_response(error, "FATAL")))
        except Exception:
            log.exception("a fault in Mockhaus")
        finally:
            self._server.left(self)
            self._stop_clock()
            self._transport.close()
            if self._backend is not None:
                await self._hop(self._backend.close)

    async def _work(self) -> tuple[Steps, _Made]:
        """Work that has been begun for what came in. Raises as `_arrival`."""
        assert self._backend is not None
        await self._arrival()
        if self._begun is None:
            self._begin(self._backend)
        assert self._begun is not None
        begun, self._begun = self._begun, None
        return begun

    def _begin(self, backend: Backend) -> _Made:
        """Have a worker begin with what has come in."""
        if self._patience is not None:
            self._patience.cancel()
        self._busy = True
        steps = backend.perform(self._taken())
        made = self._advance(backend, steps)
        self._begun = steps, made
        return made

    async def _arrival(self) -> None:
        """Wait for a message. Raises _Gone, or the error that ends it all."""
        while self._begun is None and (not self._inbox or self._stopping):
            if self._stopping:
                raise AdminShutdown("terminating connection due to administrator command")
            if self._gone:
                raise _Gone
            if self._broken is not None:
                raise self._broken
            await self._something()
        if self._gone and not self._farewell and self._begun is None:
            raise _Gone

    def _taken(self) -> list[Message]:
        """What has come in."""
        messages = list(self._inbox)
        self._inbox.clear()
        self._inbox_bytes = 0
        if not self._reading and not self._gone:
            self._reading = True
            self._transport.resume_reading()
        return messages

    async def _something(self) -> None:
        """Wait until something has come, or the time for it is over."""
        self._wakeup = self._loop.create_future()
        limit = None if self._backend is None else self._backend.patience()
        if limit is not None:
            self._patience = self._loop.call_later(limit[0], self._end, limit[1])
        try:
            await self._wakeup
        finally:
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None

    @property
    def _is_waiting(self) -> bool:
        """Whether the task waits for just what has come in."""
        waits = self._wakeup is not None and not self._wakeup.done()
        return waits and self._begun is None and bool(self._inbox)

    def _ended(self) -> None:
        """The session has closed the connection. In any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._end, AdminShutdown(ENDED))

    def _end(self, error: MockhausError) -> None:
        self._broken = self._broken or error
        self._wake()

    async def _log_in(self) -> Login:
        who: Login | None = None
        while who is None:
            message = await self._message()
            match self._protocol.receive(message):
                case Action.ENCRYPT:
                    await self._encrypt()
                case Action.REFUSE_ENCRYPTION:
                    self._write(b"N")
                case Action.CANCEL:
                    assert isinstance(message, m.CancelRequest)
                    self._server.cancel(message)
                    raise _Gone
                case Action.START:
                    assert isinstance(message, m.StartupMessage)
                    self._server.admit(encrypted=self._encrypted)
                    self._counted = True
                    who = login(message)
                    self.secret_key = secrets.token_bytes(key_length(message))
                    if (negotiated := negotiation(message)) is not None:
                        self._write(encode(negotiated))
        try:
            await self._authenticate(self._server.authenticator(who, self._encrypted))
        except InvalidLogin:
            self._server.refused(who)
            raise
        return who

    async def _encrypt(self) -> None:
        """Go on under TLS, if this server has a certificate (manual, 55.2.10)."""
        tls = self._server.tls
        if tls is None:
            self._write(b"N")
            return
        if self._encrypted:
            raise ProtocolError("the connection is encrypted already")
        if self._inbox or self._decoder.buffered:
            # Sent before the answer: it would be taken for what came encrypted.
            raise ProtocolError("received unencrypted data after SSL request")
        self._transport.pause_reading()
        self._transport.write(b"S")
        limit = self._server.config.login_timeout
        made = await self._loop.start_tls(
            self._transport, self, tls.context, server_side=True, ssl_handshake_timeout=limit
        )
        if made is None:
            raise _Gone
        self._transport = made
        self._transport.set_write_buffer_limits(_HIGH, _LOW)
        self._encrypted = True

    async def _open(self, who: Login) -> None:
        try:
            backend = await self._hop(self._server.open, who, self._protocol, self._ended)
        except MockhausError:
            # The login itself went well, as PostgreSQL has it.
            self._write(encode(m.AuthenticationOk()))
            raise
        backend.clock = self._clock
        backend.watched(self._loop, self._leave)
        self._backend = backend
        self._protocol.logged_in()
        self._decoder.logged_in()
        if not self._encrypted and self._server.trace is None and not self._gone:
            self._straight = Straight(self._transport)
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
            if isinstance(challenge, m.AuthenticationSASLFinal):
                answer = b""  # nothing is to come
                continue
            message = await self._message()
            if self._protocol.receive(message) is not Action.AUTHENTICATE:
                raise _Gone
            assert isinstance(message, m.PasswordMessage)
            answer = message.data

    async def _message(self) -> Message:
        """The next message, and no more than one."""
        await self._arrival()
        first, *rest = self._taken()
        self._inbox.extendleft(reversed(rest))
        return first

    async def _answer(self, begun: tuple[Steps, _Made]) -> None:
        """Write what a worker makes, piece by piece."""
        assert self._backend is not None
        steps, made = begun
        try:
            while True:
                wire, last = await made
                if wire:
                    self._write(wire)
                if last:
                    return
                made = self._advance(self._backend, steps)
                if self._drained is not None:
                    await self._drained
                if self._gone:
                    raise _Gone
        finally:
            if self._gone:
                await asyncio.wait([made])
                await self._hop(steps.close)
            self._busy = False
            if self._protocol.state is not State.COPY_IN:
                self._stop_clock()
            elif self._backend.canceling:
                # It came while data was taken in, which nothing interrupts.
                self.cancel(_late() if self._backend.timed_out else None)
            if self._backend.settings.version != self._settings_version:
                self._probe(self._backend)

    def _advance(self, backend: Backend, steps: Steps) -> _Made:
        """Have a worker make the next piece; it may send it if nothing waits before it."""
        free = self._straight is not None and not self._transport.get_write_buffer_size()
        straight = self._straight if free else None
        return self._hop(advance, steps, straight, backend.afterwards)

    def _probe(self, backend: Backend) -> None:
        """Bring settings about TCP to the socket."""
        self._settings_version = backend.settings.version
        if backend.keepalive != self._keepalive:
            self._keepalive = backend.keepalive
            keepalive.apply(self._transport, self._keepalive)

    # --- how long a statement may take ------------------------------------------------------------

    def _clock(self, limit: float) -> None:
        """A statement begins, which may take so many seconds; 0 is no limit. In any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._start_clock, limit)

    def _start_clock(self, limit: float) -> None:
        self._stop_clock()
        if limit and not self._gone:
            self._deadline = self._loop.call_later(limit, self.cancel, _late())

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

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

    def _leave(self, error: SqlError) -> None:
        """End the connection, and do not wait for what runs on it."""
        if self._busy and self._drained is None and not self._gone:
            if self._straight is not None:
                self._straight.close()
            self._write(encode(error_response(error, "FATAL")))
            self._transport.close()
            self._gone = True

    def _wake(self, made: object = None) -> None:
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._transport.pause_reading()

    def _write(self, wire: Wire) -> None:
        if self._server.trace is not None and wire not in (b"N", b"S"):
            for message in decode_backend(bytes(wire))[0]:
                self._trace("B", message)
        if not self._transport.is_closing():
            self._sent += len(wire)
            self._transport.write(wire)

    def _trace(self, side: str, message: Message) -> None:
        if self._server.trace is not None:
            values = self._server.config.trace_values
            self._server.trace(f"{self.number}\t{trace.line(side, message, values=values)}")
