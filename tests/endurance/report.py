"""What a part of the endurance suite tried, and what was lost."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

#: Seconds beyond which an answer is a hang, where nobody waits for a processor.
HANG_S: Final = 5.0

#: SQLSTATEs and numbers that say that the server had no word for what happened.
NAMELESS: Final = frozenset({None, "", "XX000", "000603"})


def strain() -> float:
    """How many want each processor of this machine, as of the last minute; at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass(slots=True)
class Report:
    """Counts of what was tried, by its name; what was lost, wrong, late or refused without a code."""

    tried: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def check(self, right: bool, what: str) -> None:
        """Note what is not right."""
        if not right:
            self.lost.append(what)

    def refused(self, code: str | None, what: str) -> None:
        """Count an error, which must have a code."""
        self.tried[f"{what}: refused"] += 1
        self.check(code not in NAMELESS, f"{what}: refused without a code ({code})")

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Count it, and note if it took too long."""
        begun = perf_counter()
        self.tried[what] += 1
        yield
        took = perf_counter() - begun
        self.slowest = max(self.slowest, took)
        late = took > HANG_S and took > HANG_S * strain()
        self.check(not late, f"{what} took {took:.1f} s")
