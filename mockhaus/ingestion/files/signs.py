"""Which short texts a file holds: what tells whether DuckDB reads a CSV file as Snowflake does.

The look is on the way of every load, so it is made to cost little beside it: in pieces that a
processor keeps close, on several threads where a file is large, and two bytes in a row are looked
for as one number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np

#: Stands for a line too long for DuckDB's reader, which would pass over it.
LONG: Final = ""
#: Bytes looked through at a time.
_PIECE: Final = 1 << 18
#: From this size on, in bytes, a file is looked through on several threads.
_LARGE: Final = 1 << 24
_THREADS: Final = min(4, os.cpu_count() or 1)


class _Stream(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


def in_file(path: Path, signs: Sequence[str]) -> set[str]:
    """Which of some short texts a plain file holds, and LONG if it has a very long line.

    A file's end is the end of a line, even if no line feed says so.
    """
    size = path.stat().st_size
    if size < _LARGE:
        with path.open("rb", buffering=0) as file:
            return in_stream(file, signs)
    step = -(-size // _THREADS)

    def part(start: int) -> set[str]:
        overlap = _overlap(signs) if start else 0
        last = start + step >= size
        with path.open("rb", buffering=0) as file:
            file.seek(start - overlap)
            return in_stream(file, signs, None if last else step + overlap)

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS, "signs") as threads:
        return set().union(*threads.map(part, range(0, size, step)))


def in_stream(file: _Stream, signs: Sequence[str], most: int | None = None) -> set[str]:
    """The same of a stream: of all that is left of it, or of at most so many bytes."""
    needles = {sign.encode(): sign for sign in signs}
    found: set[str] = set()
    for piece in _pieces(file, _overlap(signs), most):
        found |= {
            sign for needle, sign in needles.items() if sign not in found and _holds(piece, needle)
        }
        if len(piece) >= _PIECE and b"\n" not in piece:
            found.add(LONG)
    return found


def _overlap(signs: Sequence[str]) -> int:
    return max((len(sign.encode()) for sign in signs), default=1) - 1


def _pieces(file: _Stream, overlap: int, most: int | None) -> Iterator[bytearray]:
    """The bytes in large pieces, each beginning with the last few of the one before. One buffer
    serves for all of them."""
    buffer = bytearray(overlap + _PIECE)
    view = memoryview(buffer)
    kept, last, left = 0, b"", most
    while left is None or left:
        wanted = _PIECE if left is None else min(_PIECE, left)
        count = 0
        while count < wanted and (read := file.readinto(view[kept + count : kept + wanted])):
            count += read
        if not count:
            break
        held = kept + count
        left = None if left is None else left - count
        yield buffer if held == len(buffer) else buffer[:held]
        kept = min(overlap, held)
        last = bytes(view[held - max(kept, 1) : held])
        view[:kept] = last[:kept]
    if left is None and last and not last.endswith(b"\n"):
        yield bytearray(last + b"\n")


def _holds(piece: bytearray, needle: bytes) -> bool:
    """Whether the needle is in the piece. A pair's bytes alone are in every line, which makes a
    search slow; as a number it is compared with the whole piece at once, at both of its places."""
    if not all(byte in piece for byte in needle):
        return False
    if len(needle) != 2:
        return needle in piece
    number = int.from_bytes(needle, "little")
    return any(
        bool((np.frombuffer(piece, "<u2", (len(piece) - begin) // 2, begin) == number).any())
        for begin in (0, 1)
        if len(piece) - begin >= 2
    )
