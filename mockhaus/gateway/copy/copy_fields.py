"""The tuples of a binary COPY, taken apart into columns (manual, COPY, "Binary Format").

Where a tuple begins is known only when the one before it has been looked at. So that Python need
not look at each, all places are found where one like the first might begin; whether one ends where
the next place is, is seen of all of them at once. Where the chain that starts at the first tuple
breaks, since a value looks like a tuple or a column of fixed width has a NULL, one tuple is read
field by field.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from mockhaus.errors import LoadError, UnsupportedFeature

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
HEADER: Final = SIGNATURE + bytes(8)
TRAILER: Final = b"\xff\xff"

#: Bytes of tuples that are taken together: few enough to stay in the processor's cache.
_BYTES: Final = 4 << 20

_SHORT = struct.Struct("!h")
_INT = struct.Struct("!i")

#: A file's contents; a mapping stays for as long as an array looks into it.
_Data = bytes | mmap.mmap

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]


class BadField(ValueError):
    """A field that is not of its type; `row` counts from 0 among those taken together."""

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


class Fields(Struct, frozen=True):
    """One column: where each value begins and how long it is, -1 for NULL; `first` is the line
    of the first."""

    data: Bytes
    starts: Numbers
    sizes: Numbers
    first: int

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def nulls(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return self.sizes < 0

    def fixed(self, dtypes: dict[int, str]) -> np.ndarray[Any, Any]:
        """The values as numbers of the one size that they have, 0 for NULL. Raises BadField."""
        there = ~self.nulls
        size = int(self.sizes[there][0]) if there.any() else next(iter(dtypes))
        wrong = there & (self.sizes != size)
        if size not in dtypes or wrong.any():
            row = int(np.argmax(wrong if size in dtypes else there))
            raise BadField(f"a value of {self.sizes[row]} bytes", row)
        return self.window(np.where(there, self.starts, 0), size).view(dtypes[size])[:, 0]

    def window(self, starts: Numbers, size: int) -> Bytes:
        """So many bytes from each place; places beyond the end give zeros."""
        if len(self.data) < size:
            return np.zeros((len(starts), size), np.uint8)
        places = np.minimum(starts, len(self.data) - size)
        windows = np.lib.stride_tricks.sliding_window_view(self.data, size)
        return np.ascontiguousarray(windows[places])

    def binary(self) -> pa.Array:
        """The values as they are."""
        lengths = np.maximum(self.sizes, 0)
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        if len(lengths) and int(offsets[-1]) > np.iinfo(np.int32).max:
            raise UnsupportedFeature("a value of a COPY is too large")
        places = np.repeat(self.starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        buffers = [self.validity(), offsets.astype(np.int32), self.data[places]]
        made = [None if each is None else pa.py_buffer(each) for each in buffers]
        return pa.Array.from_buffers(pa.binary(), len(self), made)

    def validity(self) -> Any:
        """Arrow's bitmap of what is not NULL, None where nothing is."""
        nulls = self.nulls
        return np.packbits(~nulls, bitorder="little") if nulls.any() else None

    def values(self) -> list[bytes | None]:
        """The values one by one."""
        found: list[bytes | None] = self.binary().to_pylist()
        return found


def taken_apart(file: int, widths: Sequence[bool]) -> Iterator[list[Fields]]:
    """The columns of a file's tuples, many tuples at a time.

    `widths` tells which columns have a fixed width. Raises LoadError, UnsupportedFeature.
    """
    empty = os.fstat(file).st_size == 0
    data: _Data = b"" if empty else mmap.mmap(file, 0, access=mmap.ACCESS_READ)
    position = _begin(data)
    walk = _Walk(data, position, widths)
    while not walk.is_done:
        first = walk.line
        found = walk.columns()
        if len(found[0][0]):
            yield [Fields(walk.view, starts, sizes, first) for starts, sizes in found]


def _begin(data: _Data) -> int:
    """Where the first tuple is."""
    if data[: len(SIGNATURE)] != SIGNATURE:
        raise LoadError("COPY file signature not recognized")
    if len(data) < len(HEADER):
        raise LoadError("invalid COPY file header (missing flags)")
    flags, extension = struct.unpack_from("!Ii", data, len(SIGNATURE))
    if flags & 0xFFFF0000:
        raise UnsupportedFeature("unrecognized critical flags in COPY file header")
    if extension < 0 or len(HEADER) + extension > len(data):
        raise LoadError("invalid COPY file header (wrong length)")
    return len(HEADER) + int(extension)


class _Segment(Struct, frozen=True):
    """Fields of fixed width, up to one that is not: where their lengths are and what they are, and
    how far the length of the other is; None for the last segment if it has none."""

    fixed: tuple[tuple[int, int], ...]
    open_at: int | None
    size: int


_Field = tuple[int, int]
_Column = tuple[Numbers, Numbers]


class _Walk:
    """Goes over the tuples."""

    def __init__(self, data: _Data, position: int, fixed: Sequence[bool]) -> None:
        self.line = 1
        self.is_done = False
        self.view = np.frombuffer(data, np.uint8)
        self._data = data
        self._at = position
        self._count = len(fixed)
        self._segments = self._planned(fixed)

    def _planned(self, fixed: Sequence[bool]) -> list[_Segment]:
        """Segments as the first tuple has them; none if there is no whole one."""
        try:
            fields, _ = self._slow(self._at)
        except LoadError:
            return []
        segments: list[_Segment] = []
        lengths: list[tuple[int, int]] = []
        at = 2
        for is_fixed, (_, size) in zip(fixed, fields or (), strict=False):
            if is_fixed and size >= 0:
                lengths.append((at, size))
                at += 4 + size
                continue
            segments.append(_Segment(tuple(lengths), at, at + 4))
            lengths, at = [], 0
        if lengths:
            segments.append(_Segment(tuple(lengths), None, at))
        return segments

    def columns(self) -> list[_Column]:
        """Starts and sizes of the fields of the next tuples."""
        limit = min(self._at + _BYTES, len(self._data) - sum(s.size for s in self._segments) - 2)
        places = self._places(self._at, limit)
        columns, ends, good = self._laid_out(places)
        linked = good[:-1] & (ends[:-1] == places[1:])
        breaks = np.append(np.flatnonzero(~linked), len(places) - 1)
        chosen: list[Numbers] = []
        odd: list[list[_Field]] = []
        while not self.is_done and (self._at < limit or not chosen):
            number = int(np.searchsorted(places, self._at))
            if number < len(places) and places[number] == self._at and good[number]:
                last = int(breaks[np.searchsorted(breaks, number)])
                last -= not good[last]
                chosen.append(np.arange(number, last + 1))
                self._at = int(ends[last])
                self.line += last + 1 - number
                continue
            fields, end = self._slow(self._at)
            if fields is None:
                self.is_done = True
                break
            chosen.append(np.array([-1 - len(odd)]))
            odd.append(fields)
            self._at = end
            self.line += 1
        return _taken(columns, chosen, odd)

    def _places(self, begin: int, end: int) -> Numbers:
        """Where a tuple like the first one might begin."""
        if not self._segments or end <= begin:
            return np.zeros(0, np.int64)
        patterns = [(0, _SHORT.pack(self._count))]
        patterns += [(at, _INT.pack(size)) for at, size in self._segments[0].fixed]
        wanted = [(at + n, byte) for at, each in patterns for n, byte in enumerate(each)]
        # Bytes that are not 0 are rare: what they leave over is little.
        wanted.sort(key=lambda pair: pair[1] == 0)
        fits = np.ones(end - begin, np.bool_)
        for at, byte in wanted[:2]:
            fits &= self.view[begin + at : end + at] == byte
        places = np.flatnonzero(fits) + begin
        for at, byte in wanted[2:]:
            places = places[self.view[places + at] == byte]
        return places

    def _laid_out(self, places: Numbers) -> tuple[list[_Column], Numbers, Any]:
        """The fields of tuples at these places, where they end, and whether they are like the
        first one."""
        found: list[_Column] = []
        good = np.ones(len(places), np.bool_)
        at = places
        for number, segment in enumerate(self._segments):
            for offset, size in segment.fixed:
                if number:  # those of the first are what the places were found by
                    good &= _integers(self.view, at + offset) == size
                found.append((at + offset + 4, np.full(len(at), size, np.int64)))
            if segment.open_at is None:
                at = at + segment.size
                continue
            starts = at + segment.size
            sizes = _integers(self.view, at + segment.open_at)
            good &= sizes >= -1
            found.append((starts, sizes))
            at = starts + np.maximum(sizes, 0)
        if not self._segments:
            found = [(places, places)] * self._count
        return found, at, good & (at <= len(self._data))

    def _slow(self, position: int) -> tuple[list[_Field] | None, int]:
        """Start and size of each field of one tuple, None for the trailer, which may be missing;
        where it ends. Raises LoadError."""
        data = self._data
        if position == len(data):
            return None, position
        fields: list[_Field] = []
        try:
            (count,) = _SHORT.unpack_from(data, position)
            if count == -1:
                return None, position + 2
            if count != self._count:
                raise self._broken(f"row field count is {count}, expected {self._count}")
            position += 2
            for _ in range(count):
                (size,) = _INT.unpack_from(data, position)
                if size < -1:
                    raise self._broken("invalid field size")
                position += 4
                fields.append((position, size))
                position += max(size, 0)
        except struct.error:
            raise self._broken("unexpected EOF in COPY data") from None
        if position > len(data):
            raise self._broken("unexpected EOF in COPY data")
        return fields, position

    def _broken(self, message: str) -> LoadError:
        error = LoadError(message)
        error.context = f"COPY, line {self.line}"
        return error


def _taken(columns: list[_Column], chosen: list[Numbers], odd: list[list[_Field]]) -> list[_Column]:
    """The columns of the tuples that were chosen, in order; negative ones are those read alone."""
    which = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
    alone = which < 0
    found: list[_Column] = []
    for number, column in enumerate(columns):
        single = np.array([fields[number] for fields in odd], np.int64).reshape(-1, 2)
        both = []
        for side in (0, 1):
            taken = np.zeros(len(which), np.int64)
            taken[~alone] = column[side][which[~alone]]
            taken[alone] = single[-1 - which[alone], side]
            both.append(taken)
        found.append((both[0], both[1]))
    return found


def _integers(view: Bytes, starts: Numbers) -> Numbers:
    """The 32-bit integers at some places."""
    places = np.clip(starts, 0, len(view) - 4)
    windows = np.lib.stride_tricks.sliding_window_view(view, 4)
    return np.ascontiguousarray(windows[places]).view(">i4")[:, 0].astype(np.int64)
