"""What one session may use of the machine: sizes as people write them, and the machine's own."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from msgspec import Struct

_UNITS: Final = {
    "": 1,
    **{f"{sign}B": 1000**power for power, sign in enumerate(("", "K", "M", "G", "T"))},
    **{f"{sign}IB": 1024**power for power, sign in enumerate("KMGT", start=1)},
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([A-Z]*)")

#: Where Linux tells what a container may have.
_CONTAINERS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


class Limits(Struct, frozen=True):
    """Of one session, in bytes and threads. None is DuckDB's own: 80% of the memory, 90% of what
    is free on the disk, a thread for each processor."""

    memory: int | None = None
    spill: int | None = None
    threads: int | None = None


UNLIMITED: Final = Limits()


def size(text: str) -> int:
    """Bytes of '512MB', '2 GiB' or '1000000'. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip().upper())
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"{text!r} is not a size such as 512MB or 2GiB")
    return int(float(match[1]) * _UNITS[match[2]])


def shown(count: int) -> str:
    """Bytes as a person reads them: 1.5 GiB."""
    if count < 1024:
        return f"{count} bytes"
    exponent = min((count.bit_length() - 1) // 10, 4)
    return f"{count / 1024**exponent:.1f} {'KMGT'[exponent - 1]}iB"


def half_of_memory() -> int | None:
    """Half of the memory that this machine or container has, in bytes; None if it is not known."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    for path in _CONTAINERS:
        try:
            found = min(found, int(path.read_text()))
        except (OSError, ValueError):
            continue
    return found // 2
