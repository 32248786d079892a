"""The server's memory while a large answer goes to a reader that takes its time."""

from __future__ import annotations

import threading
import time
from typing import Final

from bench.figures import Curve, Section, aimed, number
from bench.process import Server, resident
from bench.wire import Client, query

ROWS: Final = 10_000_000
#: Rows out of nothing: a table in memory would shrink and grow under the measure.
_ANSWER: Final = """
select seq8() as id, seq8() / 7 as amount, 'customer ' || seq8() as name
from table(generator(rowcount => {rows}))
"""
_SLOW: Final = 40e6  # bytes a second
_PAUSE: Final = 3.0  # seconds in which nothing is read, once
_AIM: Final = 50.0
_SHARED: Final = "DuckDB keeps the buffers of what it has read for what comes next."


def measure(server: Server, *, quick: bool) -> Section:
    """Resident memory before, during and after."""
    rows = ROWS // 5 if quick else ROWS
    section = Section(f"Memory while a {rows:,}-row answer goes to a slow reader")
    points = []
    with server.client(receive_buffer=1 << 18) as client:
        client.run(_ANSWER.format(rows=100_000))  # what only the first answer allocates
        time.sleep(1)
        before = resident(server.pid)
        for each in (rows // 100, rows // 10, rows):
            with _Watch(server.pid) as watch:
                size, seconds = _read_slowly(client, query(_ANSWER.format(rows=each)))
            points.append((float(each), watch.highest))
        time.sleep(1)
        after = resident(server.pid)
    grown = watch.highest - before
    section.figures += [
        aimed("before", before, "MB"),
        aimed("more, highest during", grown, "MB", at_most=_AIM, reason=_SHARED),
        aimed("more, after", after - before, "MB", at_most=_AIM, reason=_SHARED),
    ]
    section.curves.append(Curve("highest during", "rows", "MB", tuple(points)))
    section.notes.append(
        f"{number(size / 1e6)} MB in {number(seconds)} s: at most {_SLOW / 1e6:.0f} MB/s, "
        f"and {_PAUSE:.0f} s in which the reader read nothing. VmRSS of the server's process, "
        f"{watch.count} samples."
    )
    return section


def _read_slowly(client: Client, encoded: bytes) -> tuple[int, float]:
    """Bytes and seconds of the whole answer."""
    begun = time.perf_counter()
    client.socket.sendall(encoded)
    size, paused = 0, 0.0
    while True:
        size += client.receive(1 << 18)
        if client.tag() is not None:
            return size, time.perf_counter() - begun
        if not paused and size > 20e6:
            time.sleep(_PAUSE)
            paused = _PAUSE
        ahead = size / _SLOW - (time.perf_counter() - begun - paused)
        if ahead > 0:
            time.sleep(ahead)


class _Watch:
    """Samples a process's memory in a thread of its own."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.highest = 0.0
        self.count = 0

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(0.05):
            self.highest = max(self.highest, resident(self._pid))
            self.count += 1
