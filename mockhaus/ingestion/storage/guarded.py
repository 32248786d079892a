"""A proxy within the process, by which the client of S3 leaves it, once others can connect.

That client resolves an endpoint's name itself, later than it was looked at, and follows redirects
to wherever a store sends it. Here each connection is to an address that was looked at just then.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Final

from mockhaus.errors import LoadError
from mockhaus.ingestion.storage import endpoints

log: Final = logging.getLogger(__name__)

#: Seconds to wait for a request and for a connection; bytes of a request's headers; of a piece.
_PATIENCE_S: Final = 10.0
_HEADERS: Final = 1 << 16
_PIECE: Final = 1 << 16

_AUTHORITY: Final = r"(?P<host>\[[^\]/@]+\]|[^:/@\[\]]+)(?::(?P<port>\d{1,5}))?"
_CONNECT: Final = re.compile(rf"CONNECT {_AUTHORITY} HTTP/1\.[01]")
_PLAIN: Final = re.compile(
    rf"(?P<method>[A-Z]+) http://{_AUTHORITY}(?P<path>/\S*)? HTTP/1\.[01]", re.ASCII
)
#: Headers that are the proxy's own: a connection is for one request, to one host.
_OWN: Final = re.compile(r"(?:Proxy-)?Connection:|Proxy-Authorization:|Keep-Alive:", re.I)

_REFUSED: Final = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_MADE: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


@lru_cache(maxsize=8)
def port(allowed: tuple[str, ...]) -> int:
    """The port of this machine where the proxy listens, which reaches what `allowed` lets it."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_listen, args=(listener, allowed), daemon=True).start()
    return int(listener.getsockname()[1])


def _listen(listener: socket.socket, allowed: tuple[str, ...]) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_serve, args=(client, allowed), daemon=True).start()


def _serve(client: socket.socket, allowed: tuple[str, ...]) -> None:
    with client:
        client.settimeout(_PATIENCE_S)
        try:
            head, rest = _head(client)
            target, first = _read(head, allowed)
        except (LoadError, ValueError, OSError) as error:
            log.warning("a store's request was refused: %s", error)
            with suppress(OSError):
                client.sendall(_REFUSED)
            return
        with target:
            client.settimeout(None)
            with suppress(OSError):
                (client if first is _MADE else target).sendall(first)
                if rest:
                    target.sendall(rest)
            back = threading.Thread(target=_pass, args=(target, client), daemon=True)
            back.start()
            _pass(client, target)
            back.join()


def _head(client: socket.socket) -> tuple[str, bytes]:
    """A request's line and headers, and what has come after them. Raises ValueError, OSError."""
    found = b""
    while (end := found.find(b"\r\n\r\n")) < 0:
        piece = client.recv(_PIECE)
        if not piece or len(found) > _HEADERS:
            raise ValueError("no request")
        found += piece
    return found[:end].decode("latin-1"), found[end + 4 :]


def _read(head: str, allowed: Iterable[str]) -> tuple[socket.socket, bytes]:
    """A connection to where a request goes, and what is said first: to the client for CONNECT."""
    line, *headers = head.split("\r\n")
    if match := _CONNECT.fullmatch(line):
        return _connected(match, 443, allowed), _MADE
    match = _PLAIN.fullmatch(line)
    if match is None:
        raise ValueError("no request of a proxy")
    kept = [each for each in headers if not _OWN.match(each)]
    request = [f"{match['method']} {match['path'] or '/'} HTTP/1.1", *kept, "Connection: close"]
    return _connected(match, 80, allowed), "\r\n".join((*request, "", "")).encode("latin-1")


def _connected(match: re.Match[str], usual: int, allowed: Iterable[str]) -> socket.socket:
    """A connection to one of the addresses that were looked at. Raises LoadError, OSError."""
    failure = OSError("no address")
    for address in endpoints.addresses(match["host"], allowed):
        try:
            made = socket.create_connection((address, int(match["port"] or usual)), _PATIENCE_S)
        except OSError as error:
            failure = error
            continue
        made.settimeout(None)
        return made
    raise failure


def _pass(source: socket.socket, target: socket.socket) -> None:
    """What comes from one to the other, until it ends."""
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
