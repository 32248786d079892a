"""Result rows to DataRow bytes (manual, 55.7 "DataRow").

Batches arrive from DuckDB as Arrow columns of its own types and become wire bytes. A large batch
is laid out by numpy and Arrow: per column its cells and their lengths, then everything joined row
by row; the data buffer of that join *is* the wire. A small one is quicker in a plain loop.

Text is made of numbers and timestamps here and not by casts in DuckDB, for two reasons measured:
DuckDB produces a streamed answer in one thread (1M rows of bigint, double, timestamp and decimal
take 0.55 s as VARCHAR, 0.08 s as they are and 0.25 s of work here, which other threads share); and
planning a query with casts around it costs a short one half of its time again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from mockhaus.errors import ProtocolError
from mockhaus.gateway.forms import binary, text
from mockhaus.gateway.forms.cells import (
    Cells,
    Matrix,
    arrow,
    matrix,
    offsets_of,
    projected,
    side_by_side,
    strings,
    valid,
)
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import BINARY, TEXT, FieldDescription, RowDescription
from mockhaus.result import Column

Wire = bytes | memoryview

#: Up to this many rows the plain loop wins: a cell costs it 1.3 us, a column costs the other way
#: about 110 us and then 0.06 us a cell.
SMALL: Final = 80

#: Arrow addresses the bytes of one array with 32 bits; leave room for the join.
_LARGEST: Final = 1 << 30

_HEAD = struct.Struct("!ciH")
_LENGTH = struct.Struct("!i")
_NULL: Final = b"\xff\xff\xff\xff"


def expand_formats(formats: Sequence[int], count: int) -> tuple[int, ...]:
    """Format codes for each of `count` values: none given is all text, one given is for all."""
    if len(formats) <= 1:
        return tuple(repeat(formats[0] if formats else TEXT, count))
    if len(formats) != count:
        raise ProtocolError(f"bind message has {len(formats)} formats but there are {count} values")
    return tuple(formats)


def shown_name(name: str) -> str:
    """A column's name as a PostgreSQL client expects it: unquoted names in lower case."""
    return name.lower() if name == name.upper() else name


def row_description(columns: Sequence[Column], formats: Sequence[int] = ()) -> RowDescription:
    """What Describe and a simple query say about the rows to come."""
    codes = expand_formats(formats, len(columns))
    return RowDescription(tuple(map(_field, columns, codes)))


def _field(column: Column, code: int) -> FieldDescription:
    kind, origin = column.type, column.origin
    name = column.name if column.is_exact else shown_name(column.name)
    if origin is None:
        return FieldDescription(name, kind.oid, kind.size, kind.typmod, code)
    return FieldDescription(
        name, origin.type, kind.size, kind.typmod, code, origin.table, origin.number
    )


class Held:
    """A few rows of Python values, which need no way through Arrow."""

    __slots__ = ("num_rows", "rows")

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows = rows
        self.num_rows = len(rows)

    def slice(self, offset: int, length: int | None = None) -> Held:
        """The rows from `offset` on, `length` of them at most."""
        return Held(self.rows[offset : None if length is None else offset + length])


Batch: TypeAlias = pa.RecordBatch | Held


class RowEncoder:
    """Makes DataRow bytes of columns in formats; keeps no state between batches.

    `projection` is what DuckDB must convert before the columns come here, if any; `description`
    the RowDescription message that announces them. `kind` is the type byte: CopyData of COPY's
    binary format has the layout of a DataRow.
    """

    def __init__(
        self, columns: Sequence[Column], formats: Sequence[int] = (), kind: bytes = b"D"
    ) -> None:
        self._kind = kind
        codes = expand_formats(formats, len(columns))
        self._forms = [
            (binary if code == BINARY else text).form(column.type)
            for column, code in zip(columns, codes, strict=True)
        ]
        self._scalars = [form.scalar for form in self._forms]
        self._small = SMALL
        self.projection = projected(self._forms)
        self.description = encode(row_description(columns, codes))
        self._is_held = all(form.is_plain for form in self._forms)
        self._aparts = [form.apart or form.held for form in self._forms]

    def batch(self, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
        """Rows held as Python values, as DuckDB would have brought them."""
        return arrow(rows, self._forms)

    def held(self, rows: Sequence[Sequence[Any]]) -> Held | pa.RecordBatch:
        """Rows held as Python values, ready for `encode`."""
        if len(rows) > self._small or not self._is_held:
            return self.batch(rows)
        return Held(rows)

    def encode(self, batch: Batch) -> Wire:
        """The DataRow messages of a batch."""
        if isinstance(batch, Held):
            aparts = self._aparts
            return self._rows(
                [
                    None if value is None else apart(value)
                    for apart, value in zip(aparts, row, strict=True)
                ]
                for row in batch.rows
            )
        if batch.num_rows <= self._small:
            return self._loop(batch)
        parts = [_whole(self._columns(piece), self._kind) for piece in pieces(batch)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def is_small(self, batch: Batch) -> bool:
        """Whether encoding takes less time than handing it to another thread."""
        return bool(batch.num_rows <= self._small)

    def _loop(self, batch: pa.RecordBatch) -> bytes:
        columns = [
            form.values(column if form.loose else form.bring(column))
            for form, column in zip(self._forms, batch.columns, strict=True)
        ]
        return self._rows(zip(*columns, strict=True))

    def _rows(self, rows: Iterable[Sequence[Any]]) -> bytes:
        wire: list[bytes] = []
        for row in rows:
            cells: list[bytes] = []
            for value, scalar in zip(row, self._scalars, strict=True):
                if value is None:
                    cells.append(_NULL)
                else:
                    data = scalar(value)
                    cells.append(_LENGTH.pack(len(data)))
                    cells.append(data)
            body = b"".join(cells)
            wire.append(_HEAD.pack(self._kind, len(body) + 6, len(row)))
            wire.append(body)
        return b"".join(wire)

    def _columns(self, batch: pa.RecordBatch) -> list[_Cells]:
        columns = [
            form.bring(column) for form, column in zip(self._forms, batch.columns, strict=True)
        ]
        return [
            _Cells(form.vector(column), column)
            for form, column in zip(self._forms, columns, strict=True)
        ]


@lru_cache(maxsize=512)
def encoder_of(columns: tuple[Column, ...], formats: tuple[int, ...]) -> RowEncoder:
    """The encoder of these columns, which many statements share."""
    return RowEncoder(columns, formats)


def exactly(columns: Sequence[Column]) -> RowEncoder:
    """The encoder of these columns for a client that expects names as they are stored."""
    return encoder_of(tuple(replace(each, is_exact=True) for each in columns), ())


class _Cells:
    """One column's cells and their lengths, -1 for NULL."""

    __slots__ = ("cells", "lengths")

    def __init__(self, cells: Cells, column: pa.Array) -> None:
        nulls = column.null_count
        if isinstance(cells, np.ndarray):
            lengths = np.full(len(cells), cells.shape[1], np.int32)
            if nulls:
                cells = strings(cells)
        else:
            lengths = np.diff(offsets_of(cells))
        if nulls:
            present = valid(column)
            lengths = np.where(present, lengths, np.int32(-1))
            cells = pc.if_else(pa.array(present), cells, pa.scalar(b"", pa.binary()))
        self.cells = cells
        self.lengths = lengths


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch, cut in halves until each has room in one Arrow array."""
    if batch.num_rows > 1 and batch.nbytes > _LARGEST // 4:
        middle = batch.num_rows // 2
        yield from pieces(batch.slice(0, middle))
        yield from pieces(batch.slice(middle))
    else:
        yield batch


def _whole(columns: list[_Cells], kind: bytes) -> memoryview:
    """The rows of the columns: head, then length and cell of each column."""
    lengths = [column.lengths for column in columns]
    totals = np.full(len(lengths[0]), 6 + 4 * len(columns), np.int32)
    for each in lengths:
        totals += np.maximum(each, 0)
    head = np.empty(len(totals), dtype=[("type", "u1"), ("length", ">i4"), ("columns", ">u2")])
    head["type"] = ord(kind)
    head["length"] = totals
    head["columns"] = len(columns)
    # Neighbours of a fixed width become one matrix, so that fewer pieces are joined.
    fixed: list[Matrix] = [matrix(head)]
    parts: list[pa.Array] = []
    for column in columns:
        fixed.append(matrix(column.lengths.astype(">i4")))
        if isinstance(column.cells, np.ndarray):
            fixed.append(column.cells)
        else:
            parts += (strings(side_by_side(fixed)), column.cells)
            fixed = []
    if not parts:
        return memoryview(side_by_side(fixed).data).cast("B")
    if fixed:
        parts.append(strings(side_by_side(fixed)))
    return memoryview(pc.binary_join_element_wise(*parts, b"").buffers()[2])
