"""Files being written: lines of text through a compression, or Parquet.

A file knows its size so far, so that the next rows can go into another one. Text comes as an Arrow
array whose data buffer *is* what goes into the file: no loop over rows.
"""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, cast

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import pyarrow.parquet as pq

#: Rows of a Parquet row group.
_GROUP: Final = 122_880
#: What a Parquet file has beside its values, about.
_FOOTER: Final = 512


class Writer(Protocol):
    """A file in the making. `rows` were written; `data` is their uncompressed size in bytes."""

    rows: int
    data: int

    def fit(self, batch: pa.RecordBatch, most: int) -> int:
        """How many of the batch's first rows keep the file within `most` bytes."""
        ...

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class TextWriter:
    """Lines, each with its end, in column 0."""

    def __init__(self, path: Path, compression: str, header: bytes) -> None:
        self._raw = path.open("wb")
        self._file = _compressed(self._raw, compression)
        self.rows = 0
        self.data = len(header)
        self._known = self._unknown = 0
        self._put(header)

    def _put(self, data: bytes | pa.Buffer) -> None:
        self._file.write(data)
        written = self._raw.tell()
        # What the compressor holds back is counted at its full size: the limit is an upper one.
        self._unknown = 0 if written > self._known else self._unknown + len(data)
        self._known = written

    def fit(self, batch: pa.RecordBatch, most: int) -> int:
        """How many of the batch's first rows keep the file within `most` bytes."""
        ends = _ends(batch.column(0))
        left = most - self._known - self._unknown
        return int(np.searchsorted(ends, left, side="right"))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch."""
        lines = batch.column(0)
        if len(lines):
            ends = _ends(lines)
            begin = int(_offsets(lines)[0])
            self._put(lines.buffers()[2].slice(begin, int(ends[-1])))
            self.rows += len(lines)
            self.data += int(ends[-1])

    def close(self) -> None:
        """Finish the file."""
        try:
            if self._file is not self._raw:
                self._file.close()
        finally:
            self._raw.close()


def _offsets(lines: pa.Array) -> Any:
    kind = np.int64 if pa.types.is_large_string(lines.type) else np.int32
    offsets = np.frombuffer(lines.buffers()[1], dtype=kind)
    return offsets[lines.offset : lines.offset + len(lines) + 1]


def _ends(lines: pa.Array) -> Any:
    """Where each line ends, counted from the first line's beginning."""
    offsets = _offsets(lines).astype(np.int64)
    return offsets[1:] - offsets[0]


def _compressed(raw: IO[bytes], compression: str) -> IO[bytes]:
    if compression == "GZIP":
        stream = gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0)
        return cast("IO[bytes]", stream)
    if compression == "BZ2":
        return cast("IO[bytes]", bz2.BZ2File(raw, "wb"))
    if compression in ("ZSTD", "BROTLI"):
        # pyarrow closes what it writes to, and the size has to be asked afterwards.
        return cast("IO[bytes]", pa.CompressedOutputStream(raw, compression.lower()))
    if compression in ("DEFLATE", "RAW_DEFLATE"):
        return cast("IO[bytes]", _Deflated(raw, compression))
    return raw


class _Deflated(io.RawIOBase):
    """A zlib stream, with its header (DEFLATE) or without (RAW_DEFLATE)."""

    def __init__(self, raw: IO[bytes], compression: str) -> None:
        self._raw = raw
        self._deflate = zlib.compressobj(6, wbits=-15 if compression == "RAW_DEFLATE" else 15)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._raw.write(self._deflate.compress(data))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._raw.write(self._deflate.flush())
        super().close()


class ParquetWriter:
    """Rows of a schema; a row group is written when enough of them have come."""

    def __init__(self, path: Path, compression: str, names: Sequence[str]) -> None:
        self._path = path
        self._compression = compression
        self._names = list(names)
        self._writer: pq.ParquetWriter | None = None
        self._sink: pa.NativeFile | None = None
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._pending_bytes = 0
        self.rows = self.data = 0

    def fit(self, batch: pa.RecordBatch, most: int) -> int:
        """How many of the batch's first rows keep the file within `most` bytes."""
        written = self._sink.tell() if self._sink is not None else 0
        left = most - written - self._pending_bytes - _FOOTER
        if batch.nbytes <= left:
            return int(batch.num_rows)
        return max(int(batch.num_rows * left / max(batch.nbytes, 1)), 0)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch."""
        batch = batch.rename_columns(self._names)
        if self._writer is None:
            self._writer = self._begun(batch)
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += batch.nbytes
        self.rows += batch.num_rows
        self.data += batch.nbytes
        if self._pending_rows >= _GROUP:
            self._flush()

    def _begun(self, batch: pa.RecordBatch) -> pq.ParquetWriter:
        from pyarrow.parquet import ParquetWriter  # loads long

        self._sink = pa.OSFile(str(self._path), "wb")
        return ParquetWriter(
            self._sink,
            batch.schema,
            compression=self._compression,
            use_dictionary=_repeating(batch),
        )

    def _flush(self) -> None:
        if self._pending and self._writer is not None:
            self._writer.write_table(pa.Table.from_batches(self._pending))
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0

    def close(self) -> None:
        """Finish the file."""
        try:
            self._flush()
            if self._writer is not None:
                self._writer.close()
        finally:
            if self._sink is not None:
                self._sink.close()


def _repeating(batch: pa.RecordBatch) -> list[str]:
    """The columns that a dictionary makes smaller, by the rows that come first.

    The others take twice as long with one, and are no smaller.
    """
    return [
        name
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if not pa.types.is_nested(column.type) and 2 * len(column.unique()) <= len(column)
    ]
