"""Cancelling what no query of DuckDB is: files that are read, unpacked or fetched by ourselves.

DuckDB stops a query that it runs. A load may spend minutes between two of them, so its loops ask
here, once a piece, whether their connection was interrupted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

from mockhaus.engine.cursor import Cursor
from mockhaus.errors import Canceled

_PIECE: Final = 1 << 20


def _never() -> None:
    """Nobody can cancel."""


_CHECK: Final[ContextVar[Callable[[], None]]] = ContextVar("check", default=_never)


@contextmanager
def heeding(cursor: Cursor) -> Iterator[None]:
    """Let `check` raise what an interrupt of the cursor asks for while the block runs."""
    before = cursor.interrupts

    def check() -> None:
        if cursor.interrupts != before:
            raise Canceled("SQL execution canceled")

    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def check() -> None:
    """Raise Canceled if the statement that runs in this thread was interrupted."""
    _CHECK.get()()


class _From(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Into(Protocol):
    def write(self, data: bytes, /) -> object: ...


def copied(source: _From, target: _Into) -> None:
    """Copy a stream to its end, a megabyte at a time. Raises Canceled."""
    while piece := source.read(_PIECE):
        check()
        target.write(piece)
