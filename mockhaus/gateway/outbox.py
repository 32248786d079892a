"""What waits to be sent to one client, in pieces worth a write."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from mockhaus.gateway.forms.rows import Wire

#: Bytes that are worth a write of their own.
PIECE: Final = 64 * 1024

#: Work that yields what it has for the client.
Steps = Generator[Wire, None, None]


class Outbox:
    """Small answers wait here for each other; large ones pass through in order."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        #: Whether the client waits for what is here.
        self.flush = False

    def __iadd__(self, wire: bytes) -> Outbox:
        self._waiting += wire
        return self

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def taken(self) -> bytes:
        """Everything that waits, which is then no longer here."""
        data = bytes(self._waiting)
        self._waiting.clear()
        self.flush = False
        return data

    def emit(self, wire: Wire) -> Steps:
        """Send rows: a large piece as it is, small ones together."""
        if len(wire) < PIECE:
            self._waiting += wire
            if len(self._waiting) >= PIECE:
                yield self.taken()
            return
        if self._waiting:
            yield self.taken()
        yield wire
