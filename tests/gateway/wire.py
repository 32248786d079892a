"""A server in a thread, and a client that speaks the raw protocol."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mockhaus.access.tls import Tls
from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.gateway.server import PgServer, Trace
from mockhaus.gateway.wire import messages as m, trace as traced
from mockhaus.gateway.wire.codec import decode_backend, encode
from mockhaus.gateway.wire.messages import Message
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers


@dataclass
class Running:
    """A server that listens, and what a test asks of it from outside its loop."""

    server: PgServer
    registry: Registry
    loop: asyncio.AbstractEventLoop
    pool: Workers

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=alice"

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(20)


@contextmanager
def running(
    config: Config | None = None,
    users: Users | None = None,
    tls: Tls | None = None,
    trace: Trace | None = None,
) -> Iterator[Running]:
    config = replace(config or Config(), pg_port=0)
    registry = Registry(config)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with Workers(8, "test") as pool:
        server = PgServer(config, registry, pool, users=users, tls=tls, trace=trace)
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
        it = Running(server, registry, loop, pool)
        try:
            yield it
        finally:
            it.stop()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
            registry.close()


class Wire:
    """One raw connection. `say` sends and gives the answers up to ReadyForQuery as a trace."""

    def __init__(self, port: int, parameters: dict[str, str] | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._rest = b""
        self.greeting: list[Message] = []
        if parameters is not None:
            self.send(m.StartupMessage(m.PROTOCOL_3_0, parameters))
            self.greeting = self.until(m.ReadyForQuery, m.ErrorResponse)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    @property
    def key(self) -> m.BackendKeyData:
        (key,) = (each for each in self.greeting if isinstance(each, m.BackendKeyData))
        return key

    def send(self, *messages: Message | bytes) -> None:
        self.socket.sendall(b"".join(x if isinstance(x, bytes) else encode(x) for x in messages))

    def until(self, *last: type[Message]) -> list[Message]:
        """Messages up to one of a class, or up to the end of the stream."""
        found: list[Message] = []
        while not (found and isinstance(found[-1], last)):
            messages, self._rest = decode_backend(self._rest)
            for number, message in enumerate(messages):
                found.append(message)
                if isinstance(message, last):
                    self._rest = b"".join(map(encode, messages[number + 1 :])) + self._rest
                    return found
            data = self.socket.recv(1 << 16)
            if not data:
                return found
            self._rest += data
        return found

    def say(self, *messages: Message | bytes) -> list[str]:
        self.send(*messages)
        return lines(self.until(m.ReadyForQuery))

    def query(self, text: str) -> list[str]:
        return self.say(m.Query(text))


def lines(messages: list[Message]) -> list[str]:
    """Messages as a trace without side and length; errors as SQLSTATE and message."""
    found = []
    for message in messages:
        if isinstance(message, (m.ErrorResponse, m.NoticeResponse)):
            fields = message.fields
            place = f" at {fields['P']}" if "P" in fields else ""
            first = fields["M"].splitlines()[-1].removeprefix("SQL compilation error: ")
            found.append(f"{fields['S']} {fields['C']}{place}: {first}")
        elif isinstance(message, m.RowDescription):
            shown = (f"{f.name}:{f.type_oid}{'b' if f.format else ''}" for f in message.fields)
            found.append(f"RowDescription {' '.join(shown)}")
        elif isinstance(message, m.DataRow):
            values = ("NULL" if v is None else v.decode("latin-1") for v in message.values)
            found.append(f"DataRow {' '.join(values)}")
        else:
            _, _, name, *words = traced.line("B", message).split("\t")
            found.append(" ".join([name, *words]).replace('"', ""))
    return found
