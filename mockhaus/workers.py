"""Threads for calls that block: one pool that both doors give their statements to.

An Executor of the standard library with one thing more: `hop` takes an event loop's call there and
back. Every statement makes that trip, and by way of `run_in_executor` it takes 30 us longer, for
two futures with a lock each.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

_T = TypeVar("_T")
_Work = Callable[[bool], None]


class Workers(Executor):
    """At most `limit` threads, started when there is work and none is idle."""

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """See Executor.submit. Raises RuntimeError after `shutdown`."""
        future: Future[_T] = Future()

        def work(wanted: bool) -> None:
            if not wanted:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        self._put(work)
        return future

    def hop(
        self, loop: asyncio.AbstractEventLoop, call: Callable[..., _T], *arguments: Any
    ) -> asyncio.Future[_T]:
        """Call it in a thread; what comes of it, in the loop. Call this from the loop's thread.

        Raises RuntimeError after `shutdown`.
        """
        future: asyncio.Future[_T] = loop.create_future()

        def work(wanted: bool) -> None:
            if future.cancelled():
                return
            settle: Callable[[Any], object] = future.set_result
            value: Any
            try:
                if not wanted:
                    raise asyncio.CancelledError
                value = call(*arguments)
            except asyncio.CancelledError:
                settle, value = future.cancel, None
            except BaseException as error:
                settle, value = future.set_exception, error
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, settle, value)

        self._put(work)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See Executor.shutdown."""
        with self._lock:
            self._closed = True
        if cancel_futures:
            with suppress(Empty):
                while True:
                    if (work := self._work.get_nowait()) is not None:
                        work(False)
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _put(self, work: _Work) -> None:
        if self._closed:
            raise RuntimeError("cannot schedule new work after shutdown")
        self._work.put(work)
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if len(self._threads) < self._limit and not self._closed:
                name = f"{self._name}-{len(self._threads)}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work(True)
            # What it held must not live until the next one comes.
            del work
            self._idle.release()


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], object], value: Any) -> None:
    if not future.done():
        settle(value)
