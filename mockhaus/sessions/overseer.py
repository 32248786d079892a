"""Statements that take memory of which DuckDB keeps no account are stopped.

DuckDB holds a session to its limit by what its buffers take. The states of some aggregates
(MEDIAN, MODE), long texts and lists of the rows at work, and rows that wait for their reader are
not counted, and a process that has no memory left is killed with all of its sessions. So a thread
looks ten times a second at what the process holds. What it has grown by is put down to the
statements that run, those of the last second by their age, the others alike; one that has grown
beyond the limit and what DuckDB may be off is stopped.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockhaus.clock import now
from mockhaus.engine.errors import out_of_memory

if TYPE_CHECKING:
    from mockhaus.sessions.connection import Connection
    from mockhaus.sessions.session import Session

#: Seconds between two looks, and those in which what was stopped may end.
PERIOD_S: Final = 0.1
GRACE_S: Final = 2.0

#: What a statement may grow by: the limit, and so much of it and bytes more, since DuckDB
#: overruns its own by what its threads hold, and the process holds more than DuckDB.
SLACK: Final = 1.25
SPARE: Final = 256 * 2**20

#: A statement that runs: its connection, and when it began.
_Running = tuple["Connection", datetime]


class Overseer:
    """Watches what `sessions` run; without a limit, and elsewhere than on Linux, nothing."""

    def __init__(self, sessions: Callable[[], Iterable[Session]], limit: int | None) -> None:
        self._sessions = sessions
        self._limit = limit or 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        #: What the growth of the process was put down to, in bytes.
        self._grown: dict[_Running, float] = {}

    def start(self) -> None:
        """Begin to watch, in a thread of its own."""
        if self._limit and sys.platform == "linux":
            self._thread = threading.Thread(target=self._watch, name="mockhaus-overseer")
            self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        before, patient_until = resident(), 0.0
        while not self._over.wait(PERIOD_S):
            held = resident()
            growth, before = held - before, held
            if growth > 0:
                self.put_down(growth)
                if time.monotonic() > patient_until and self.stop_largest():
                    patient_until = time.monotonic() + GRACE_S

    def put_down(self, growth: int) -> None:
        """Share out what the process has grown by among the statements that run."""
        moment = now()
        ages = {
            (connection, began): max(min((moment - began).total_seconds(), 1.0), 0.001)
            for session in self._sessions()
            for connection in session.active()
            if (began := connection.recorder.began) is not None
        }
        whole = sum(ages.values())
        self._grown = {
            each: self._grown.get(each, 0.0) + growth * age / whole for each, age in ages.items()
        }

    def stop_largest(self) -> bool:
        """Stop the statement that has grown most, if too much; of two alike, the later one."""
        if not self._grown:
            return False
        worst = max(self._grown, key=lambda each: (self._grown[each], each[1]))
        if self._grown[worst] <= self._limit * SLACK + SPARE:
            return False
        self._grown.clear()
        worst[0].cancel(out_of_memory(self._limit))
        return True


def resident() -> int:
    """Bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
