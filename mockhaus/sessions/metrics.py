"""Counters of the whole server since it was started. Safe in any thread."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from mockhaus.sessions.afterwards import Afterwards
from mockhaus.sessions.history import Entry

#: Upper bounds of a histogram's buckets, in seconds; a last one has none.
BOUNDS: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)


class Histogram(Struct):
    """How often something took how long."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """It took so long once more."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class Traffic(Struct, frozen=True):
    """Bytes that came through a door, and that went."""

    received: int
    sent: int

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(self.received + other.received, self.sent + other.sent)


class Counts(Struct, frozen=True):
    """A copy: of statements by door, type and outcome, of requests by method, path and status,
    of bytes by door.
    """

    statements: dict[tuple[str, ...], int]
    seconds: dict[tuple[str, ...], Histogram]
    requests: dict[tuple[str, ...], int]
    waits: dict[tuple[str, ...], Histogram]
    sent: dict[tuple[str, ...], int]
    traffic: dict[str, Traffic]


class Metrics:
    """The counters."""

    def __init__(self, afterwards: Afterwards | None = None) -> None:
        self._afterwards = afterwards or Afterwards()
        self._lock = threading.Lock()
        self._statements: Counter[tuple[str, ...]] = Counter()
        self._seconds: dict[tuple[str, ...], Histogram] = {}
        self._requests: Counter[tuple[str, ...]] = Counter()
        self._waits: dict[tuple[str, ...], Histogram] = {}
        self._sent: Counter[tuple[str, ...]] = Counter()
        self._http = Traffic(0, 0)
        #: What tells of a door's bytes.
        self.traffic: dict[str, Callable[[], Traffic]] = {"http": lambda: self._http}

    def statement(self, entry: Entry) -> None:
        """A statement has run, or failed."""
        outcome = "success" if entry.succeeded else "fail"
        with self._lock:
            self._statements[entry.door, entry.kind, outcome] += 1
            if (seconds := self._seconds.get((entry.door,))) is None:
                seconds = self._seconds[entry.door,] = Histogram()
            seconds.add(entry.total_s)

    def request(
        self, method: str, path: str, status: int, seconds: float, traffic: Traffic
    ) -> None:
        """A request was answered, with bodies of so many bytes; `path` is the operation's."""
        with self._lock:
            self._requests[method, path, str(status)] += 1
            self._waits.setdefault((path,), Histogram()).add(seconds)
            self._sent[path,] += traffic.sent
            self._http += traffic

    def counts(self) -> Counts:
        """Everything so far."""
        self._afterwards.do()
        with self._lock:
            return Counts(
                dict(self._statements),
                {key: Histogram([*h.buckets], h.total) for key, h in self._seconds.items()},
                dict(self._requests),
                {key: Histogram([*h.buckets], h.total) for key, h in self._waits.items()},
                dict(self._sent),
                {door: moved() for door, moved in self.traffic.items()},
            )
