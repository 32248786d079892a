"""Waiting for a statement so that Ctrl-C stops it, and a time limit does.

Python runs signal handlers in its main thread alone, between two steps of its own. While that
thread is inside DuckDB nothing would be heard, or DuckDB's own look at signals would end a
statement behind the back of its transaction. So a statement of the main thread runs beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, TypeVar

_T = TypeVar("_T")

#: An interrupt between two statements finds nothing to stop, so it is repeated, in seconds.
_AGAIN: Final = 0.05


@lru_cache(maxsize=1)
def _beside() -> ThreadPoolExecutor:
    """The thread beside the main one."""
    return ThreadPoolExecutor(1, "mockhaus-statement")


def interruptibly(call: Callable[[], _T], cancel: Callable[[], None]) -> _T:
    """What a call answers or raises. What a signal handler raises meanwhile cancels it first."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    future = _beside().submit(call)
    try:
        wait((future,))
    except BaseException:
        _stop(future, cancel)
        raise
    return future.result()


def _stop(future: Future[_T], cancel: Callable[[], None]) -> None:
    while not future.done():
        cancel()
        wait((future,), _AGAIN)


@contextmanager
def limited(seconds: float | None, cancel: Callable[[], None]) -> Iterator[None]:
    """What runs is cancelled after so many seconds; 0 and None mean never."""
    if not seconds:
        yield
        return
    over = threading.Event()

    def watch(left: float = seconds) -> None:
        while not over.wait(left):
            cancel()
            left = _AGAIN

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
