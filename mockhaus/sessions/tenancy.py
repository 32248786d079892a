"""Whether anybody is in a session, so that it ends without anyone under way to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Closed(Exception):
    """The session has ended."""


class Tenancy:
    """Holds of one session. Safe in any thread.

    `hold` and `release` are around a request, from when it has found the session; `entering` is
    around what must not meet the session's end, which waits for it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = 0
        self._entering = 0
        self._is_closed = False

    @property
    def is_held(self) -> bool:
        """Whether a request is under way."""
        return self._held > 0 or self._entering > 0

    def hold(self) -> None:
        """A request is under way to the session, which is not idle until it is released.

        Raises Closed.
        """
        with self._changed:
            if self._is_closed:
                raise Closed
            self._held += 1

    def release(self) -> None:
        """A request has been answered."""
        with self._changed:
            self._held -= 1

    @contextmanager
    def entering(self) -> Iterator[None]:
        """Work that is short, or can be waited for. Raises Closed."""
        with self._changed:
            if self._is_closed:
                raise Closed
            self._entering += 1
        try:
            yield
        finally:
            with self._changed:
                self._entering -= 1
                self._changed.notify_all()

    def close_idle(self, is_busy: Callable[[], bool]) -> bool:
        """Let nobody in any more, if nobody is in it or under way; whether that is so."""
        with self._changed:
            if not self.is_held and not self._is_closed and not is_busy():
                self._is_closed = True
                return True
            return False

    def close(self) -> None:
        """Let nobody in any more, and wait for who is entering."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._entering)
