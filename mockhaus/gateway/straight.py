"""Bytes to a client's socket from the thread that made them, without a trip to the event loop.

The trip takes as long as a small question itself. The loop writes what the socket does not take at
once, and all of it where more than bytes is to be done: under TLS, and for a trace. While a worker
makes an answer the loop writes nothing to that client, so that two never write at a time.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Generator
from typing import TypeAlias

from mockhaus.gateway.forms.rows import Wire

#: What makes the pieces of an answer.
Steps: TypeAlias = Generator[Wire, None, bytes | None]


class Straight:
    """The way to one client's socket; `close` it before the socket is closed."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        connection = transport.get_extra_info("socket")
        #: Bytes that were sent this way.
        self.sent = 0
        self._number: int | None = None if connection is None else connection.fileno()
        # The number of a closed socket may soon be another client's.
        self._open = threading.Lock()

    def send(self, wire: Wire) -> Wire | None:
        """Write what the socket takes; what it did not take. In any thread."""
        with self._open:
            if self._number is None:
                return wire
            try:
                sent = os.write(self._number, wire)
            except OSError:  # full, or broken, which the loop learns by itself
                return wire
            self.sent += sent
        return wire[sent:] if sent < len(wire) else None

    def close(self) -> None:
        """The socket is about to be closed."""
        with self._open:
            self._number = None


def advance(
    steps: Steps, straight: Straight | None, afterwards: Callable[[], None]
) -> tuple[Wire | None, bool]:
    """The next piece, and whether it is the last: one hop to a worker for a short answer.

    With a straight way to the client it is sent by it; what is answered is left to send.
    """
    wire: Wire | None
    try:
        wire, last = next(steps), False
    except StopIteration as end:
        wire, last = end.value, True
    if wire and straight is not None:
        wire = straight.send(wire)
    afterwards()
    return wire, last
