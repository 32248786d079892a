"""COPY INTO a location: the rows of a table or a query as files of a stage.

The query runs once and streams. Each file is written under a temporary name that no LIST shows;
all get their names when the last row is written, and none exists if anything fails. Files are
outside of transactions, as in Snowflake: what is unloaded can be loaded again in the same
transaction, and no rollback removes it. Snowflake's manual: "COPY INTO <location>".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from msgspec import Struct, field

from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.stream import Stream
from mockhaus.errors import LoadError, UnsupportedFeature
from mockhaus.ingestion.copying import unload_options, unload_query
from mockhaus.ingestion.copying.unload_options import UnloadOptions
from mockhaus.ingestion.copying.unload_query import Unload
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.prepared import is_full, no_space
from mockhaus.ingestion.files.writers import ParquetWriter, TextWriter, Writer
from mockhaus.ingestion.storage import stages
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import checked
from mockhaus.result import Column, Result
from mockhaus.translation.statements import CopyIntoLocation
from mockhaus.types import NUMBER, VARCHAR

_COLUMNS: Final = tuple(Column(n, NUMBER) for n in ("rows_unloaded", "input_bytes", "output_bytes"))
_DETAILED: Final = (
    Column("FILE_NAME", VARCHAR),
    Column("FILE_SIZE", NUMBER),
    Column("ROW_COUNT", NUMBER),
)
_ENDINGS: Final = {
    "GZIP": ".gz",
    "BZ2": ".bz2",
    "BROTLI": ".br",
    "ZSTD": ".zst",
    "DEFLATE": ".deflate",
    "RAW_DEFLATE": ".raw_deflate",
    "SNAPPY": ".snappy",
    "NONE": "",
}


def columns(workspace: Workspace, statement: CopyIntoLocation) -> tuple[Column, ...]:
    """The columns of the answer, known before it runs."""
    options = _options(statement)
    if options.only_rows:
        return unload_query.columns(workspace, statement)
    return _DETAILED if options.detailed else _COLUMNS


#: The types that Snowflake writes.
_WRITTEN: Final = ("CSV", "JSON", "PARQUET")


def _options(statement: CopyIntoLocation) -> UnloadOptions:
    options = dict(statement.options)
    return unload_options.read(options, options.pop("PARTITION BY", None))


def copy_into_location(workspace: Workspace, statement: CopyIntoLocation) -> Result:
    """Write the files. Raises LoadError, InvalidParameter, UnsupportedFeature, UndefinedObject."""
    options = _options(statement)
    location = stages.locate(workspace, statement.target)
    format = file_formats.for_copy(
        workspace, statement.options.get("FILE_FORMAT"), location.properties
    )
    if format.type not in _WRITTEN:
        raise UnsupportedFeature(
            f"SQL compilation error:\nunloading to {format.type} files is not supported."
        )
    if options.only_rows:
        return unload_query.rows(workspace, statement)
    unload = unload_query.read(workspace, statement, format, options)
    files = _Files(location, format, options, unload, workspace.query_id)
    try:
        with workspace.cursor.ahead():
            _written(workspace.cursor.stream(unload.sql), files)
        files.publish()
    except BaseException as error:
        files.discard()
        if is_full(error):
            raise no_space() from None
        if isinstance(error, OSError):
            raise LoadError(f"The files cannot be written: {error.strerror}.") from None
        raise
    return _answer(location, files.done, detailed=options.detailed)


def _written(stream: Stream, files: _Files) -> None:
    try:
        for batch in stream:
            files.write(batch)
    except BaseException:
        stream.close()
        raise


class _File(Struct):
    """A file of the unload: its name in the stage, where it is written, what came of it."""

    name: str
    path: Path
    writer: Writer
    size: int = 0
    published: bool = False


class _Files(Struct):
    """The files of one unload, one open at a time."""

    location: Location
    format: FileFormat
    options: UnloadOptions
    unload: Unload
    query_id: str
    done: list[_File] = field(default_factory=list)
    _open: _File | None = None
    _partition: str | None = None
    _number: int = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows; where there is a partition, it is in the last column."""
        if self.options.partition is None:
            self._write(batch)
            return
        names = batch.column(batch.num_columns - 1)
        values = batch.select(range(batch.num_columns - 1))
        for start, stop, name in _runs(names):
            if self._open is None or name != self._partition:
                self._close()
                self._partition, self._number = name, 0
            self._write(values.slice(start, stop - start))

    def _write(self, batch: pa.RecordBatch) -> None:
        while batch.num_rows:
            if self._open is None:
                self._open = self._begin()
            writer = self._open.writer
            fit = writer.fit(batch, self.options.max_size)
            if fit < batch.num_rows and self.options.single:
                raise LoadError(
                    f"max file size ({self.options.max_size}) exceeded for unload single file"
                    " mode. Please increase MAX_FILE_SIZE copy option."
                )
            if fit == 0 and writer.rows:
                self._close()
                continue
            rows = batch.slice(0, max(fit, 1))  # a row that is larger has a file of its own
            writer.write(rows)
            batch = batch.slice(rows.num_rows)

    def _begin(self) -> _File:
        name = self._name()
        self._number += 1
        store = self.location.store
        if not self.options.overwrite and store.find(name) is not None:
            raise LoadError(
                "Files already existing at the unload destination:"
                f" {self.location.shown}{self.location.prefix}. Use overwrite option to force"
                " unloading."
            )
        path = store.temporary()
        compression = _compression(self.format)
        if self.format.type == "PARQUET":
            return _File(name, path, ParquetWriter(path, compression, self.unload.names))
        return _File(name, path, TextWriter(path, compression, self.unload.header))

    def _name(self) -> str:
        """The next file's name: PATH_0_0_n.csv.gz; SINGLE takes the path as it is."""
        path = self.location.prefix
        if self._partition is not None:
            folder = path.rstrip("/")
            path = f"{folder}/{self._partition}/" if folder else f"{self._partition}/"
        folder, slash, prefix = path.rpartition("/")
        prefix = prefix or "data"
        if self.options.single:
            return f"{folder}{slash}{prefix}"
        if self.options.query_id:
            prefix = f"{prefix}_{self.query_id}"
        extension = self.format.get("FILE_EXTENSION") or _extension(self.format)
        return checked(f"{folder}{slash}{prefix}_0_0_{self._number}.{extension.lstrip('.')}")

    def _close(self) -> None:
        if self._open is not None:
            file, self._open = self._open, None
            self.done.append(file)
            file.writer.close()
            file.size = file.path.stat().st_size

    def publish(self) -> None:
        """Give the files their names."""
        self._close()
        for file in self.done:
            self.location.store.publish(file.path, file.name)
            file.published = True

    def discard(self) -> None:
        """Remove what was written, under whatever name."""
        if self._open is not None:
            with suppress(OSError, pa.ArrowException):
                self._open.writer.close()
            self.done.append(self._open)
        for file in self.done:
            file.path.unlink(missing_ok=True)
            if file.published and (found := self.location.store.find(file.name)) is not None:
                self.location.store.remove(found)


def _runs(names: pa.Array) -> Iterator[tuple[int, int, str]]:
    """Where each partition begins and ends in a batch that is sorted by it."""
    import pyarrow.compute as pc  # loads long

    start = 0
    runs = pc.run_end_encode(names)
    for stop, name in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield start, stop, checked(name.strip("/"))
        start = stop


def _compression(format: FileFormat) -> str:
    given = str(format.get("COMPRESSION", "AUTO"))
    if given != "AUTO":
        return given
    if format.type != "PARQUET":
        return "GZIP"
    return "SNAPPY" if format["SNAPPY_COMPRESSION"] else "NONE"


def _extension(format: FileFormat) -> str:
    ending = _ENDINGS[_compression(format)]
    return f"{ending}.parquet" if format.type == "PARQUET" else f"{format.type.lower()}{ending}"


def _answer(location: Location, files: Sequence[_File], *, detailed: bool) -> Result:
    total = sum(file.writer.rows for file in files)
    rows: list[tuple[Any, ...]]
    if detailed:
        rows = [
            (
                f.name.removeprefix(location.prefix.rpartition("/")[0]).lstrip("/"),
                f.size,
                f.writer.rows,
            )
            for f in files
        ]
        return Result(_DETAILED, tag="COPY", row_count=total, rows=rows)
    rows = [(total, sum(f.writer.data for f in files), sum(f.size for f in files))]
    return Result(_COLUMNS, tag="COPY", row_count=total, rows=rows)
