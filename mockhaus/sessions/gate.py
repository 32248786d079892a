"""Who works in a session's data, and when nobody does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from mockhaus.errors import AdminShutdown, SessionBusy

if TYPE_CHECKING:
    from mockhaus.sessions.connection import Connection

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds that someone who wants to be alone waits for short work to end.
PATIENCE: Final = 5.0
_LOOK_EVERY: Final = 0.05

#: What a client hears whose connection was closed under it.
ENDED: Final = "terminating connection: the session was ended or restored"


class Gate:
    """`with gate:` is a piece of work, which may be inside another; `alone()` is without any."""

    def __init__(self) -> None:
        # Every statement passes twice: a plain lock, and a word to others only if any waits.
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._inside = 0
        self._waiting = 0
        self._is_closed = False
        #: What is to be done before anybody comes in, once nobody is inside.
        self._due: Callable[[], bool] | None = None

    def __enter__(self) -> None:
        with self._lock:
            while self._is_closed:
                self._changed.wait()
            if self._due is not None and not self._inside:
                self._first(self._due)
            self._inside += 1

    def first(self, work: Callable[[], bool]) -> None:
        """Have work done when nobody is inside, before the next who comes; and before those after
        it, until it answers that it is done. What it raises, they hear.
        """
        self._due = work

    def _first(self, work: Callable[[], bool]) -> None:
        self._is_closed = True
        self._lock.release()
        done = False
        try:
            done = work()
        finally:
            self._lock.acquire()
            self._due = None if done else work
            self._is_closed = False
            self._changed.notify_all()

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._waiting and not self._inside:
                self._changed.notify_all()

    @contextmanager
    def alone(self, urge: Callable[[], None] | None = None) -> Iterator[None]:
        """Wait until no work is under way, and keep what comes waiting.

        `urge` is called again and again to have it end. Raises SessionBusy if it does not.
        """
        deadline = time.monotonic() + PATIENCE
        while not self._closed_within(_LOOK_EVERY):
            if urge is not None:
                urge()
            if time.monotonic() > deadline:
                raise SessionBusy("A statement runs in the session.")
        try:
            yield
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()

    def _closed_within(self, seconds: float) -> bool:
        with self._changed:
            self._waiting += 1
            free = self._changed.wait_for(
                lambda: not self._inside and not self._is_closed, timeout=seconds
            )
            self._waiting -= 1
            self._is_closed = self._is_closed or free
        return free


def gated(
    method: Callable[Concatenate[Connection, P], T],
) -> Callable[Concatenate[Connection, P], T]:
    """A method of a connection that works in its session's data. Raises AdminShutdown."""

    @wraps(method)
    def inside(connection: Connection, /, *args: P.args, **options: P.kwargs) -> T:
        with connection.session.gate:
            if connection.is_closed:
                raise AdminShutdown(ENDED)
            return method(connection, *args, **options)

    return inside
