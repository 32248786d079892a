"""A result's rows as JSON, and the partitions they are handed out in.

The first partition is small, each further one twice as large, up to a limit: a client sees its
first rows soon and fetches a large result in few requests.

Rows lie in Arrow's columns of texts, each a JSON array and a comma: what a partition is sent as is
a piece of such a column, as it lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec
import pyarrow as pa
from msgspec import Struct

from mockhaus import xml
from mockhaus.errors import OutOfMemory
from mockhaus.http.sqlapi.encoding import ROW, Encoding
from mockhaus.result import Result
from mockhaus.types import SEMI_STRUCTURED

#: Bytes of the first partition, and of the largest.
FIRST: Final = 128 * 1024
LARGEST: Final = 16 * 1024 * 1024

_CHUNK: Final = 10_000


class Partition(Struct, frozen=True):
    """Rows from `start` on; `size` in bytes of JSON."""

    start: int
    rows: int
    size: int


class Rows(Struct, frozen=True):
    """The rows of a result, `count` of them.

    `first` is the JSON of the first partition. Most results have no other; of those that have,
    `texts` holds the rows: a column of one row takes a hundred times its room.
    """

    count: int
    partitions: tuple[Partition, ...]
    first: bytes
    texts: pa.ChunkedArray | None = None

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.first) + (0 if self.texts is None else int(self.texts.nbytes))

    def json(self, number: int) -> bytes:
        """The rows of a partition as a JSON array of arrays."""
        if number == 0 or self.texts is None:
            return self.first
        part = self.partitions[number]
        return _json(self.texts.slice(part.start, part.rows))


def read(result: Result, encoding: Encoding, limit: int, most: int) -> Rows:
    """All rows of a result, `most` at most (0: all). Raises OutOfMemory beyond `limit` bytes."""
    pieces: list[pa.StringArray] = []
    size = rows = 0
    for piece in _pieces(result, encoding):
        cut = piece.slice(0, most - rows) if most else piece
        size += cut.nbytes
        rows += len(cut)
        if size > limit:
            raise OutOfMemory(
                f"The result is larger than {limit} bytes.", hint="Add a LIMIT to the query."
            )
        pieces.append(cut)
        if most and rows >= most:
            break
    texts = pa.chunked_array(pieces, pa.string())
    if size <= FIRST:
        first = _json(texts)
        return Rows(rows, (Partition(0, rows, len(first) if rows else 0),), first)
    parts = _cut(texts)
    return Rows(rows, parts, _json(texts.slice(0, parts[0].rows)), texts)


def _pieces(result: Result, encoding: Encoding) -> Iterator[pa.StringArray]:
    """The rows' texts, many at a time."""
    if result.batches is None:
        rows = encoding.rows(result.columns, result.python_rows())
        while chunk := list(islice(rows, _CHUNK)):
            yield _written(list(zip(*chunk, strict=True)), result, encoding)
        return
    for batch in result.batches:
        if batch.schema.names == [ROW]:
            yield batch.column(0).cast(pa.string())
        else:
            cells = [column.cast(pa.string()).to_pylist() for column in batch.columns]
            yield _written(cells, result, encoding)


def _written(
    cells: Sequence[Sequence[str | None]], result: Result, encoding: Encoding
) -> pa.StringArray:
    """Rows of texts, which come as columns."""
    null = None if encoding.nullable else "null"
    columns = []
    for column, texts in zip(result.columns, cells, strict=True):
        if column.type.family in SEMI_STRUCTURED:
            texts = [None if text is None else xml.pretty(text, encoding.indent) for text in texts]
        columns.append([null if text is None else text for text in texts])
    encode = msgspec.json.Encoder().encode
    return pa.array([encode(row) + b"," for row in zip(*columns, strict=True)], pa.string())


def _cut(texts: pa.ChunkedArray) -> tuple[Partition, ...]:
    """Growing partitions of rows, of which there are some."""
    rows = len(texts)
    each = max(1, sum(_length(chunk) for chunk in texts.chunks) // rows)
    parts: list[Partition] = []
    start, target = 0, FIRST
    while start < rows:
        count = min(max(1, target // each), rows - start)
        size = sum(_length(chunk) for chunk in texts.slice(start, count).chunks) + 1
        parts.append(Partition(start, count, size))
        start += count
        target = min(2 * target, LARGEST)
    return tuple(parts)


def _json(texts: pa.ChunkedArray) -> bytes:
    """An array of the rows: their bytes as they lie, without the last comma."""
    pieces = [_bytes(chunk) for chunk in texts.chunks if len(chunk)]
    if not pieces:
        return b"[]"
    return b"".join((b"[", *pieces[:-1], pieces[-1][:-1], b"]"))


def _length(texts: pa.StringArray) -> int:
    start, end = _ends(texts)
    return end - start


def _bytes(texts: pa.StringArray) -> memoryview:
    """What texts of which none is NULL hold, one after another."""
    start, end = _ends(texts)
    return memoryview(texts.buffers()[2])[start:end]


def _ends(texts: pa.StringArray) -> tuple[int, int]:
    """Where the first text begins and the last ends (Arrow's columnar format, "offsets")."""
    if not len(texts):
        return 0, 0
    offsets = memoryview(texts.buffers()[1]).cast("i")
    return offsets[texts.offset], offsets[texts.offset + len(texts)]
