"""A result's rows as texts in columns, and the partitions it is handed out in.

The first partition is small, each further one twice as large, up to a limit: a client sees its
first rows soon and fetches a large result in few requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus import xml
from mockhaus.errors import OutOfMemory
from mockhaus.http.sqlapi.encoding import SEMI_STRUCTURED, Encoding
from mockhaus.result import Column, Result

#: Bytes of the first partition, and of the largest.
FIRST: Final = 128 * 1024
LARGEST: Final = 16 * 1024 * 1024

#: What JSON adds: two quotes and a comma a cell, two brackets a row (its last cell has the comma).
_CELL: Final = 3
_ROW: Final = 2
_CHUNK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows from `start` on; `size` in bytes of JSON, before what escapes add."""

    start: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a result, `count` of them.

    `first` is the JSON of the first partition. Most results have no other; of those that have,
    `table` holds the texts: an Arrow table of one row takes a hundred times its room.
    """

    count: int
    partitions: tuple[Partition, ...]
    first: bytes
    table: pa.Table | None = None
    #: What a NULL is written as: JSON's null, or the text "null" (`nullable=false`).
    null: str | None = None

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.first) + (0 if self.table is None else int(self.table.nbytes))

    def json(self, number: int) -> bytes:
        """The rows of a partition as a JSON array of arrays."""
        if number == 0 or self.table is None:
            return self.first
        part = self.partitions[number]
        return _json(self.table.slice(part.start, part.rows), self.null)


def _json(table: pa.Table, null: str | None) -> bytes:
    columns = [column.to_pylist() for column in table.columns]
    if null is not None:
        columns = [[null if text is None else text for text in column] for column in columns]
    return msgspec.json.encode(list(zip(*columns, strict=True)))


def read(result: Result, encoding: Encoding, limit: int, most: int, null: str | None) -> Rows:
    """All rows of a result, `most` at most (0: all). Raises OutOfMemory beyond `limit` bytes."""
    names = [str(number) for number in range(len(result.columns))]
    schema = pa.schema([(name, pa.string()) for name in names])
    batches: list[pa.RecordBatch] = []
    size = rows = 0
    for batch in _batches(result, encoding, schema):
        cut = batch.slice(0, most - rows) if most else batch
        size += cut.nbytes
        rows += cut.num_rows
        if size > limit:
            raise OutOfMemory(
                f"The result is larger than {limit} bytes.", hint="Add a LIMIT to the query."
            )
        batches.append(cut)
        if most and rows >= most:
            break
    table = pa.Table.from_batches(batches, schema)
    if size <= FIRST:
        first = _json(table, null)
        return Rows(rows, (Partition(0, rows, len(first) if rows else 0),), first)
    parts = _cut(table)
    return Rows(rows, parts, _json(table.slice(0, parts[0].rows), null), table, null)


def _batches(result: Result, encoding: Encoding, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if result.batches is not None:
        for batch in result.batches:
            columns = [
                _text(column, described, encoding.indent)
                for column, described in zip(batch.columns, result.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
        return
    rows = encoding.rows(result.columns, result.python_rows())
    while chunk := list(islice(rows, _CHUNK)):
        yield _batch(chunk, result.columns, schema, encoding.indent)


def _batch(
    rows: Iterable[Sequence[str | None]], columns: Sequence[Column], schema: pa.Schema, indent: int
) -> pa.RecordBatch:
    arrays = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    texts = [_text(array, column, indent) for array, column in zip(arrays, columns, strict=True)]
    return pa.RecordBatch.from_arrays(texts, schema=schema)


def _text(column: pa.Array, described: Column, indent: int) -> pa.Array:
    if described.type.family not in SEMI_STRUCTURED:
        return column.cast(pa.string())
    texts = column.cast(pa.string()).to_pylist()
    shown = [None if text is None else xml.pretty(text, indent) for text in texts]
    return pa.array(shown, pa.string())


def _cut(table: pa.Table) -> tuple[Partition, ...]:
    """Growing partitions of a table with rows."""
    rows = table.num_rows
    each = max(1, _bytes(table) // rows)
    parts: list[Partition] = []
    start, target = 0, FIRST
    while start < rows:
        count = min(max(1, target // each), rows - start)
        parts.append(Partition(start, count, _bytes(table.slice(start, count))))
        start += count
        target = min(2 * target, LARGEST)
    return tuple(parts)


def _bytes(table: pa.Table) -> int:
    texts = sum(int(pc.sum(pc.binary_length(c)).as_py() or 0) for c in table.columns)
    rows = int(table.num_rows)
    return texts + rows * (_CELL * len(table.column_names) + _ROW) + 1
