"""A PostgreSQL client that costs next to nothing, so that it is the server that gets measured.

Messages are encoded before the clock starts. While the clock runs the answer is only received;
whether it is complete is read off its last bytes. `Client.messages` walks an answer afterwards.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final

_PROTOCOL: Final = 196608  # 3.0
_CHUNK: Final = 1 << 20
#: An answer ends with CommandComplete (tag) and ReadyForQuery (transaction status).
_END: Final = re.compile(rb"C\x00\x00..([^\x00]{0,64})\x00Z\x00\x00\x00\x05[ITE]\Z", re.DOTALL)
_READY: Final = re.compile(rb"Z\x00\x00\x00\x05[ITE]\Z")
_TAIL: Final = 96


class WireError(Exception):
    """The server answered with an error, or not as the protocol says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an answer without looking into its rows."""

    size: int
    tag: str


def message(kind: bytes, body: bytes) -> bytes:
    """One typed message."""
    return kind + struct.pack("!i", len(body) + 4) + body


def query(sql: str) -> bytes:
    """A Query message: the simple protocol."""
    return message(b"Q", sql.encode() + b"\0")


def parse(name: str, sql: str) -> bytes:
    """Parse and Sync: a named statement that is used many times."""
    body = name.encode() + b"\0" + sql.encode() + b"\0" + struct.pack("!h", 0)
    return message(b"P", body) + message(b"S", b"")


def execute(name: str, *values: str, binary: bool = False) -> bytes:
    """Bind, Describe, Execute and Sync of a named statement: values as text, results as asked."""
    parameters = b"".join(struct.pack("!i", len(v.encode())) + v.encode() for v in values)
    bind = b"\0" + name.encode() + b"\0" + struct.pack("!hh", 0, len(values)) + parameters
    return (
        message(b"B", bind + (struct.pack("!hh", 1, 1) if binary else struct.pack("!h", 0)))
        + message(b"D", b"P\0")
        + message(b"E", b"\0" + struct.pack("!i", 0))
        + message(b"S", b"")
    )


class Client:
    """One connection. Not for use by several threads."""

    def __init__(
        self, port: int, user: str, database: str, *, receive_buffer: int | None = None
    ) -> None:
        self._buffer = bytearray(_CHUNK)
        self._view = memoryview(self._buffer)
        self._received = self._view[:0]
        self._tail = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        body = b"".join(part.encode() + b"\0" for part in ("user", user, "database", database, ""))
        self.socket.sendall(struct.pack("!ii", len(body) + 8, _PROTOCOL) + body)
        self._until_ready()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(OSError):
            self.socket.sendall(message(b"X", b""))
        self.socket.close()

    def ask(self, encoded: bytes) -> Answer:
        """Send, and receive to the end without keeping the rows. Raises WireError."""
        self.socket.sendall(encoded)
        return self.finish()

    def copy_in(self, sql: str, encoded: bytes) -> Answer:
        """A COPY FROM STDIN with CopyData messages and CopyDone. Raises WireError."""
        self.socket.sendall(query(sql))
        self.receive()
        if bytes(self._received[:1]) != b"G":
            raise WireError(_complaint(bytes(self._received)) or "no CopyInResponse came")
        self._tail = b""
        return self.ask(encoded)

    def finish(self) -> Answer:
        """Receive what is left of an answer. Raises WireError."""
        size = 0
        while True:
            size += self.receive()
            tag = self.tag()
            if tag is not None:
                return Answer(size, tag)

    def receive(self, limit: int = _CHUNK) -> int:
        """Receive once, at most `limit` bytes, and answer how many came. Raises WireError."""
        count = self.socket.recv_into(self._view, limit)
        if not count:
            raise WireError("the server hung up")
        self._received = self._view[:count]
        self._tail = (self._tail + self._received[-_TAIL:])[-_TAIL:]
        return count

    def tag(self) -> str | None:
        """The command tag if what was received ends an answer. Raises WireError."""
        if not _READY.search(self._tail):
            return None
        end = _END.search(self._tail)
        complaint = _complaint(bytes(self._received)) if end is None else None
        if complaint is not None:  # with neither, it is the data of a row that looks like an end
            raise WireError(complaint)
        return None if end is None else end[1].decode()

    def run(self, sql: str) -> Answer:
        """A statement for its effect. Raises WireError."""
        return self.ask(query(sql))

    def prepare(self, name: str, sql: str) -> None:
        """Make a named statement. Raises WireError."""
        self.socket.sendall(parse(name, sql))
        self._until_ready()

    def messages(self, encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Send, and yield each message of the answer. Raises WireError at an ErrorResponse."""
        self.socket.sendall(encoded)
        with self.socket.makefile("rb") as file:
            while True:
                kind, length = struct.unpack("!ci", _exactly(file.read(5), 5))
                body = _exactly(file.read(length - 4), length - 4)
                if kind == b"E":
                    raise WireError(_fields(body))
                yield kind, body
                if kind == b"Z":
                    return

    def rows(self, sql: str) -> list[tuple[str | None, ...]]:
        """All rows of an answer, as the texts that came."""
        return [row(body) for kind, body in self.messages(query(sql)) if kind == b"D"]

    def _until_ready(self) -> None:
        for _ in self.messages(b""):
            pass


def row(body: bytes) -> tuple[str | None, ...]:
    """The values of a DataRow message."""
    (count,) = struct.unpack_from("!h", body)
    values: list[str | None] = []
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length].decode())
        at += max(length, 0)
    return tuple(values)


def _exactly(got: bytes, count: int) -> bytes:
    if len(got) != count:
        raise WireError("the server hung up")
    return got


def _complaint(answer: bytes) -> str | None:
    at = answer.rfind(b"SERROR\0")
    return _fields(answer[at:]) if at >= 0 else None


def _fields(body: bytes) -> str:
    found = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return f"{found.get(b'C', '?')}: {found.get(b'M', '?')}"
