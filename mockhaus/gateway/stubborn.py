"""A statement that does not stop when it is told to is left behind.

DuckDB looks for interrupts between calls, and one call may take minutes for one value: the distance
of two long texts, a pattern with many wildcards. Nobody waits for it: its client hears why it was
stopped, and its connection ends when the call does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from mockhaus.errors import Canceled, SqlError
from mockhaus.sessions.connection import Connection

#: Seconds in which what was told to stop may end.
GRACE_S: Final = 3.0

_HINT: Final = "The connection ends, since a single call of the statement cannot be stopped."


class Stubborn:
    """Watches what `connection` is told to stop; `leave` is called, in the loop, for the rest."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: Connection,
        leave: Callable[[SqlError], None],
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._leave = leave
        #: The statement that was told, by when it began.
        self._told: datetime | None = None
        connection.recorder.told = self._hear

    def _hear(self, reason: SqlError | None) -> None:
        """It is told to stop. In any thread, and again and again."""
        began = self._connection.recorder.began
        if began != self._told:
            self._told = began
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(
                    self._loop.call_later, GRACE_S, self._look, began, reason
                )

    def _look(self, began: datetime | None, reason: SqlError | None) -> None:
        if self._connection.recorder.began == began and self._connection.is_active:
            error = reason or Canceled("SQL execution canceled")
            self._leave(type(error)(error.message, hint=_HINT))
