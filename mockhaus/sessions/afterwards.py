"""What is done once an answer is on its way: the statement goes into the history and the counters.

The client does not wait for it, and neither does its next question: many are done at a time, which
takes a fifth of the time of each alone. Who reads what is kept does what waits first, so that
nobody finds a statement missing whose answer has been seen.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

#: Pieces of work that are worth doing.
MANY: Final = 64


class Afterwards:
    """Work that waits. Safe in any thread."""

    def __init__(self) -> None:
        self._work: deque[Callable[[], None]] = deque()
        # Who comes while work is being done waits for its end. Work may read what is kept.
        self._doing = threading.RLock()

    def later(self, work: Callable[[], None]) -> None:
        """Have something done soon."""
        self._work.append(work)

    def do_many(self) -> None:
        """Do what waits if it is worth it."""
        if len(self._work) >= MANY:
            self.do()

    def do(self) -> None:
        """Do what waits."""
        with self._doing:
            while self._work:
                work = self._work.popleft()
                try:
                    work()
                except Exception:
                    log.exception("a fault in Mockhaus")
