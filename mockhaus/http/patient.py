"""HTTP/1.1 on a socket, read in C, for clients that take their time or send too much.

uvicorn's own protocol waits for ever for a first byte, and for the rest of headers that have begun,
and takes headers of any size. What comes after the headers is limited where a body is read.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of headers that are not complete, and of the names and values that follow a body.
MAX_HEADERS: Final = 1 << 16

_VERSIONS: Final = ("1.0", "1.1")
_TIMED_OUT: Final = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class NotARequest(Exception):
    """Headers that are none of HTTP/1.1; the client is told 400."""


class Patient(HttpToolsProtocol):
    """One connection; `patience` in seconds, for the headers of each request."""

    def __init__(self, patience: float, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None
        #: Whether headers have begun and are not complete; bytes that were read of them.
        self._begun = False
        self._read = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._begun or not self._is_asked:
            self._wait()
        if self._begun:
            self._read += len(data)
            if self._read > MAX_HEADERS:
                self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun, self._read = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if not self._begun:  # a trailer
            self._read += len(name) + len(value)
            if self._read > MAX_HEADERS:
                raise NotARequest("trailers too large")

    def on_headers_complete(self) -> None:
        self._begun, self._read = False, 0
        self._stop()
        version = self.parser.get_http_version()
        if version == "1.1" and not any(name == b"host" for name, _ in self.headers):
            raise NotARequest("no host")
        if version not in _VERSIONS:
            raise NotARequest(version)
        super().on_headers_complete()

    @property
    def _is_asked(self) -> bool:
        """Whether a request is being answered."""
        return bool(self.cycle) and not self.cycle.response_complete  # None before the first

    def _wait(self) -> None:
        """Time runs while headers are waited for, from their first byte or the connection's."""
        if self._timer is None:
            self._timer = self.loop.call_later(self._patience, self._too_slow)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._is_asked:  # headers of a next request, sent ahead, may take as long as its answer
            self._wait()
        else:
            self._refuse(_TIMED_OUT)

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
