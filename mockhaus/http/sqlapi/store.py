"""Statements by handle: submitted, waited for, cancelled, kept for a day within a byte limit.

Its methods belong to the event loop; only `Execution.run` is in a worker thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextvars import copy_context
from typing import Final

from msgspec import Struct

from mockhaus.errors import Canceled
from mockhaus.http.sqlapi import execution
from mockhaus.http.sqlapi.execution import Execution
from mockhaus.workers import Workers


class Limits(Struct, frozen=True):
    """Seconds a request waits for its statement; how long, how large and how many are kept."""

    wait: float = 45.0
    keep: float = 24 * 3600.0
    bytes: int = 512 * 1024 * 1024
    count: int = 10_000


#: An interrupt between two statements finds nothing to stop, so it is repeated this often.
_INTERRUPT_EVERY: Final = 0.05


class Statements:
    """See the module. `pool` is where statements run."""

    def __init__(self, pool: Workers, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._pool = pool
        self._by_handle: dict[str, Execution] = {}
        self._by_request: dict[str, str] = {}
        self._futures: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = 0

    def submit(self, work: Execution) -> None:
        """Have it run. Raises InvalidParameter for a timeout that is none, SessionNotFound."""
        seconds = execution.timeout(work.request)
        self._forget()
        work.session.hold()
        work.limit = self.limits.bytes
        self._by_handle[work.handle] = work
        self._by_request[work.request_id] = work.handle
        loop = asyncio.get_running_loop()
        future = self._pool.hop(loop, copy_context().run, work.run)
        self._futures[work.handle] = future
        timer = loop.call_later(seconds, self._expire, work)

        def ended(done: asyncio.Future[None]) -> None:
            timer.cancel()
            work.session.release()
            self._futures.pop(work.handle, None)
            self._held += work.size
            if done.cancelled() and not work.is_done:
                work.fail(Canceled("SQL execution canceled"))

        future.add_done_callback(ended)

    async def wait(self, work: Execution, seconds: float) -> None:
        """Wait until it has ended, or for so long. Raises what is a fault of Mockhaus's own."""
        future = self._futures.get(work.handle)
        if future is None:
            return
        await asyncio.wait({future}, timeout=seconds)
        if future.done() and not future.cancelled():
            future.result()

    def find(self, handle: str) -> Execution | None:
        """The statement of a handle: a request's, or one of several of a request."""
        found = self._by_handle.get(handle)
        if found is not None:
            return found
        return next((each for each in self._children() if each.handle == handle), None)

    def _children(self) -> Iterator[Execution]:
        for each in self._by_handle.values():
            yield from each.children

    def of_request(self, request_id: str) -> Execution | None:
        """What a request with this id started."""
        return self._by_handle.get(self._by_request.get(request_id, ""))

    async def cancel(self, work: Execution) -> None:
        """Stop it and wait until it has stopped; nothing if it has ended."""
        work = work.parent or work
        future = self._futures.get(work.handle)
        if future is None:
            return
        if work.give_up():
            future.cancel()
        while not future.done():
            await asyncio.to_thread(work.interrupt)
            await asyncio.wait({future}, timeout=_INTERRUPT_EVERY)
        await asyncio.wait({future})

    def _expire(self, work: Execution) -> None:
        work.timed_out = True
        task = asyncio.ensure_future(self.cancel(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def forget_all(self, user: str | None = None) -> None:
        """Stop what a user runs, and forget what there was; everything for None."""
        await self.stop(user)
        for work in self._of(user):
            del self._by_handle[work.handle]
            self._held -= work.size
            if self._by_request.get(work.request_id) == work.handle:
                del self._by_request[work.request_id]

    def _of(self, user: str | None) -> list[Execution]:
        return [work for work in self._by_handle.values() if user in (None, work.user)]

    async def stop(self, user: str | None = None) -> None:
        """Stop what a user runs; everything for None."""
        running = [work for work in self._of(user) if not work.is_done]
        await asyncio.gather(*(self.cancel(work) for work in running), *self._tasks)

    def _forget(self) -> None:
        """Drop what has been kept long enough; then the oldest, while there is too much."""
        too_old = time.monotonic() - self.limits.keep
        gone: list[Execution] = []
        for work in self._by_handle.values():
            if not work.is_done:
                continue
            crowded = len(self._by_handle) - len(gone) >= self.limits.count
            if not crowded and self._held <= self.limits.bytes and (work.finished or 0) >= too_old:
                break
            self._held -= work.size
            gone.append(work)
        for work in gone:
            del self._by_handle[work.handle]
            if self._by_request.get(work.request_id) == work.handle:
                del self._by_request[work.request_id]
