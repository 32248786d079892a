"""What time it is, and how much of it has passed.

Machines' clocks are set, forwards and backwards, while servers run. What is told and written down
is by the machine's clock, as is what others have dated: tokens, certificates. What is kept for so
long, and what came before what, is by one that nothing sets.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

_BEGAN: Final = time.time() - time.monotonic()


def now() -> datetime:
    """The time in UTC, by the machine's clock."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds since 1970 as the machine had it when the process began, and those since then: never
    less than before, whatever the machine's clock is set to."""
    return _BEGAN + time.monotonic()
