"""TCP's own probes, which notice a client whose machine has vanished (manual, 20.3.2)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final

from msgspec import Struct


class Keepalive(Struct, frozen=True):
    """Seconds until the first probe, seconds between probes, how many may be lost, and
    milliseconds that data sent may stay without an answer. 0 leaves it to the system."""

    idle: int = 0
    interval: int = 0
    count: int = 0
    user_timeout: int = 0


DEFAULT: Final = Keepalive()

#: The socket options; not every system has each.
_OPTIONS: Final = {
    "idle": getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None)),
    "interval": getattr(socket, "TCP_KEEPINTVL", None),
    "count": getattr(socket, "TCP_KEEPCNT", None),
    "user_timeout": getattr(socket, "TCP_USER_TIMEOUT", None),
}


def enable(transport: asyncio.BaseTransport) -> None:
    """Have the system probe a connection."""
    if (connection := transport.get_extra_info("socket")) is not None:
        with contextlib.suppress(OSError):  # the client has gone already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def apply(transport: asyncio.BaseTransport, wanted: Keepalive) -> None:
    """Bring settings to a connection's socket."""
    connection = transport.get_extra_info("socket")
    for name, option in _OPTIONS.items():
        value = getattr(wanted, name)
        if connection is not None and option is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, option, value or _system(option))


def _system(option: int) -> int:
    """The system's own value, as a new socket has it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as fresh:
        return fresh.getsockopt(socket.IPPROTO_TCP, option)
