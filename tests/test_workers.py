"""The pool of threads: work done, given up, refused; and the trip of an event loop there and back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from mockhaus.workers import Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(2, "test") as pool:
        yield pool


def _fails() -> int:
    raise ValueError("no")


def test_submit(workers: Workers) -> None:
    assert [workers.submit(pow, 2, n).result(5) for n in range(5)] == [1, 2, 4, 8, 16]
    with pytest.raises(ValueError, match="no"):
        workers.submit(_fails).result(5)


def test_hop(workers: Workers) -> None:
    async def hops() -> list[int]:
        loop = asyncio.get_running_loop()
        found = await asyncio.gather(*(workers.hop(loop, pow, 2, n) for n in range(50)))
        with pytest.raises(ValueError, match="no"):
            await workers.hop(loop, _fails)
        return list(found)

    assert asyncio.run(hops()) == [2**n for n in range(50)]


def test_threads_are_started_as_needed_and_not_beyond_the_limit(workers: Workers) -> None:
    gate = threading.Event()
    before = threading.active_count()
    first = workers.submit(gate.wait, 5)
    assert threading.active_count() == before + 1
    rest = [workers.submit(gate.wait, 5) for _ in range(8)]
    assert threading.active_count() == before + 2
    gate.set()
    assert all(each.result(5) for each in [first, *rest])


def test_one_thread_is_enough_for_one_after_another(workers: Workers) -> None:
    names = set()
    for _ in range(20):
        names.add(workers.submit(lambda: threading.current_thread().name).result(5))
    assert len(names) <= 2


def test_shutdown_gives_up_what_has_not_begun() -> None:
    workers = Workers(1, "test")
    gate, begun = threading.Event(), threading.Event()

    def busy() -> str:
        begun.set()
        gate.wait(5)
        return "done"

    async def hops() -> None:
        loop = asyncio.get_running_loop()
        first, second = workers.hop(loop, busy), workers.hop(loop, pow, 2, 2)
        third = workers.submit(pow, 2, 2)
        await asyncio.to_thread(begun.wait, 5)
        workers.shutdown(wait=False, cancel_futures=True)
        gate.set()
        assert await first == "done"
        with pytest.raises(asyncio.CancelledError):
            await second
        with pytest.raises(CancelledError):
            third.result(5)
        with pytest.raises(RuntimeError):
            workers.hop(loop, pow, 2, 2)

    asyncio.run(hops())
    workers.shutdown()


def test_nobody_waits_for_a_hop_any_more(workers: Workers) -> None:
    gate = threading.Event()

    async def given_up() -> None:
        future = workers.hop(asyncio.get_running_loop(), gate.wait, 5)
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await future

    asyncio.run(given_up())  # and the loop is closed when the work ends
    gate.set()
    assert workers.submit(pow, 2, 3).result(5) == 8
