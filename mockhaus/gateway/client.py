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
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mockhaus.errors import AdminShutdown, Canceled, MockhausError, ProtocolError, StatementTimeout
from mockhaus.gateway import keepalive, trace
from mockhaus.gateway import messages as m
from mockhaus.gateway.auth import Login, login, negotiation
from mockhaus.gateway.backend import Backend
from mockhaus.gateway.codec import Decoder, decode_backend, encode
from mockhaus.gateway.messages import Message
from mockhaus.gateway.protocol import Action, Protocol, State
from mockhaus.gateway.responses import error_response
from mockhaus.gateway.rows import Wire

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


def advance(steps: Iterator[Wire]) -> tuple[Wire | None, bool]:
    """The next piece, and whether it is the last: one hop to a worker for a short answer."""
    try:
        return next(steps), False
    except StopIteration as end:
        return end.value, True


class _Gone(Exception):
    """The client is no longer there."""


class Client(asyncio.Protocol):
    """See the module."""

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
        self._counted = False
        self._encrypted = False
        #: What ends a statement that takes too long.
        self._deadline: asyncio.TimerHandle | None = None
        self._keepalive = keepalive.DEFAULT
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
        if self._inbox_bytes > _INBOX_BYTES or len(self._inbox) > _INBOX_MESSAGES:
            self._pause()
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
                await self._answer(await self._messages())
        except (_Gone, TimeoutError, ssl.SSLError, ConnectionError):
            pass
        except MockhausError as error:
            self._write(encode(error_response(error, "FATAL")))
        except Exception:
            log.exception("a fault in Mockhaus")
        finally:
            self._server.clients.pop(self.number, None)
            self._stop_clock()
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
            await self._something()
        if self._gone and not self._farewell:
            raise _Gone
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
        if limit is None:
            await self._wakeup
            return
        timer = self._loop.call_later(limit[0], self._end, limit[1])
        try:
            await self._wakeup
        finally:
            timer.cancel()

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
                    if (negotiated := negotiation(message)) is not None:
                        self._write(encode(negotiated))
        await self._authenticate(self._server.authenticator(who, self._encrypted))
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
        backend = await self._hop(self._server.open, who, self._protocol)
        backend.clock = self._clock
        self._backend = backend
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
        first, *rest = await self._messages()
        self._inbox.extendleft(reversed(rest))
        return first

    async def _answer(self, messages: list[Message]) -> None:
        """Have a worker carry out messages, and write what it makes of them."""
        assert self._backend is not None
        steps = self._backend.perform(messages)
        self._busy = True
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
            if self._gone:
                await asyncio.wait([made])
                await self._hop(steps.close)
            self._busy = False
            if self._protocol.state is not State.COPY_IN:
                self._stop_clock()
            elif self._backend.canceling:
                # It came while data was taken in, which nothing interrupts.
                self.cancel()
            if self._backend.keepalive != self._keepalive:
                self._keepalive = self._backend.keepalive
                keepalive.apply(self._transport, self._keepalive)

    # --- how long a statement may take ------------------------------------------------------------

    def _clock(self, limit: float) -> None:
        """A statement begins, which may take so many seconds; 0 is no limit. In any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._start_clock, limit)

    def _start_clock(self, limit: float) -> None:
        self._stop_clock()
        if limit and not self._gone:
            late = StatementTimeout("SQL execution canceled")
            self._deadline = self._loop.call_later(limit, self.cancel, late)

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

    def _wake(self) -> None:
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
            self._transport.write(wire)

    def _trace(self, side: str, message: Message) -> None:
        if self._server.trace is not None:
            values = self._server.config.trace_values
            self._server.trace(f"{self.number}\t{trace.line(side, message, values=values)}")
