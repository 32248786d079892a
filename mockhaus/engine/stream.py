"""The rows of a query that runs, as Arrow record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from mockhaus.engine.cursor import Cursor


class Stream:
    """Record batches of a running query, pulled one by one."""

    def __init__(self, reader: pa.RecordBatchReader, cursor: Cursor) -> None:
        self._reader: pa.RecordBatchReader | None = reader
        self._cursor = cursor
        self._buffered: list[pa.RecordBatch] | None = None
        #: Rows of the whole answer, None until its end has been seen.
        self.total: int | None = None
        #: Called with the number of rows when the end has been seen.
        self.at_end: Callable[[int], None] | None = None
        self._count = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        while (batch := self.next()) is not None:
            yield batch

    def next(self) -> pa.RecordBatch | None:
        """The next batch, None at the end."""
        if self._buffered is not None:
            return self._buffered.pop(0) if self._buffered else None
        if self._reader is None:
            return None
        try:
            batch = self._reader.read_next_batch()
            self._count += batch.num_rows
            return batch
        except StopIteration:
            self._reader = None
            self.total = self._count
            self._cursor.finished(self)
            if self.at_end is not None:
                self.at_end(self._count)
            return None
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            self._reader = None
            self._cursor.finished(self)
            raise self._cursor.fault(error) from None

    def detach(self) -> None:
        """Read what is left into memory, for the cursor is about to run something else."""
        rest = list(self)
        self._buffered = rest
        self._reader = None

    def close(self) -> None:
        """Give up the rest."""
        self._buffered = None
        if self._reader is not None:
            self._reader = None
            self._cursor.abandoned(self)
