"""Threads that run statements."""

from __future__ import annotations

import sys
import threading
from typing import Final

#: Deeply nested SQL recurses in Python and in compiled code; the stack is reserved, not used.
_STACK_BYTES: Final = 64 * 2**20
_RECURSION: Final = 20_000


def deepen() -> None:
    """Have threads that are started from now on take deeply nested SQL."""
    sys.setrecursionlimit(_RECURSION)
    threading.stack_size(_STACK_BYTES)
