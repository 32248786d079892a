"""A stage's file made readable: compression found, odd encodings and codecs made plain UTF-8.

DuckDB reads plain, gzip and zstd files of UTF-8 itself. Anything else, and a large packed CSV file,
is written to a scratch file first, a megabyte at a time.
"""

from __future__ import annotations

import bz2
import codecs
import errno
import gzip
import io
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import pyarrow as pa
from msgspec import Struct

from mockhaus.errors import DiskFull, LoadError
from mockhaus.ingestion import stopping
from mockhaus.ingestion.files import signs
from mockhaus.ingestion.files.avro_orc import AVRO_MAGIC, from_avro, from_orc
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.format_options import ENCODINGS
from mockhaus.ingestion.files.xml_text import from_xml
from mockhaus.ingestion.storage.stores import StoredFile

_CHUNK: Final = 1 << 20
#: From this size on, in bytes, a packed CSV file is unpacked first. It has to be looked through
#: before it is loaded, and DuckDB reads a plain file on several threads.
_UNPACKED: Final = 1 << 20
_MAGIC: Final = ((b"\x1f\x8b", "GZIP"), (b"\x28\xb5\x2f\xfd", "ZSTD"), (b"BZh", "BZ2"))
_SUFFIXES: Final = {".br": "BROTLI", ".deflate": "DEFLATE", ".raw_deflate": "RAW_DEFLATE"}
_DUCKDB: Final = {"NONE": "uncompressed", "GZIP": "gzip", "ZSTD": "zstd"}
#: What reading a damaged file raises.
DAMAGED: Final = (EOFError, zlib.error, OSError, pa.ArrowException, UnicodeError)


class Prepared(Struct, frozen=True):
    """A file that DuckDB can read. `compression` is one of Snowflake's words."""

    path: Path
    compression: str = "NONE"
    replace_invalid: bool = False
    #: Whether a byte order mark at the beginning is data.
    keep_mark: bool = False

    @property
    def duckdb_compression(self) -> str:
        """The same word for DuckDB."""
        return _DUCKDB[self.compression]

    def open_text(self) -> io.TextIOWrapper:
        """The text, from its beginning, without byte order mark, line ends untouched."""
        return io.TextIOWrapper(
            _opened(self.path, self.compression),
            encoding="utf-8" if self.keep_mark else "utf-8-sig",
            errors="replace" if self.replace_invalid else "strict",
            newline="",
        )

    @property
    def begins(self) -> int:
        """The byte at which the text begins: behind a byte order mark that is no data."""
        with _opened(self.path, self.compression) as file:
            marked = not self.keep_mark and file.read(3) == codecs.BOM_UTF8
        return len(codecs.BOM_UTF8) if marked else 0

    @property
    def has_mark(self) -> bool:
        """Whether the text begins with a byte order mark that is data."""
        if not self.keep_mark:
            return False
        with _opened(self.path, self.compression) as file:
            return file.read(3) == codecs.BOM_UTF8

    def holding(self, texts: Sequence[str]) -> set[str]:
        """Which of some short texts the file holds, and LONG if it has a very long line."""
        if self.compression == "NONE":
            return signs.in_file(self.path, texts)
        with _opened(self.path, self.compression) as file:
            return signs.in_stream(cast("io.BufferedIOBase", file), texts)

    def lines(self) -> Iterator[bytes]:
        """The lines, without their ends."""
        with _opened(self.path, self.compression) as file:
            for line in file:
                yield line.rstrip(b"\r\n")

    def line_numbers(self, places: Sequence[int]) -> list[int]:
        """The numbers, from 1, of the lines that hold these bytes; places are in their order."""
        numbers, line, at = [], 1, 0
        with _opened(self.path, self.compression) as file:
            for place in places:
                while at < place and (chunk := file.read(min(_CHUNK, place - at))):
                    line += chunk.count(b"\n")
                    at += len(chunk)
                numbers.append(line)
        return numbers

    def one_line_end(self) -> bool:
        """Whether all lines end alike, with line feeds or with carriage returns before them."""
        with _opened(self.path, self.compression) as file:
            pairs = feeds = returns = 0
            last = b""
            while chunk := file.read(_CHUNK):
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
                feeds += chunk.count(b"\n")
                returns += chunk.count(b"\r")
                last = chunk[-1:]
        return returns == 0 or pairs == feeds == returns


@contextmanager
def prepared(
    file: StoredFile, format: FileFormat, scratch: Path, *, unpack: bool = True
) -> Iterator[Prepared]:
    """A stage's file as DuckDB can read it; scratch files go when the block ends.

    `unpack`: a large packed CSV file may become a plain one, for speed alone.
    Raises LoadError for a file that cannot be fetched, unpacked or decoded.
    """
    with (
        file.local(scratch) as path,
        _unpacked(file.name, path, format, scratch, unpack=unpack) as ready,
    ):
        yield ready


@contextmanager
def _unpacked(
    name: str, path: Path, format: FileFormat, scratch: Path, *, unpack: bool
) -> Iterator[Prepared]:
    if format.type in _MADE:
        with _made(path, format, scratch) as made:
            yield Prepared(made)
        return
    compression = _compression(path, format)
    keep_mark = not format.get("SKIP_BYTE_ORDER_MARK", True)
    encoding = format.get("ENCODING", "UTF8")
    replace_invalid = bool(
        format.get("REPLACE_INVALID_CHARACTERS") or format.get("IGNORE_UTF8_ERRORS")
    )
    readable = compression in _DUCKDB and encoding == "UTF8" and not replace_invalid
    packed = Prepared(path, compression, keep_mark=keep_mark)
    large = compression != "NONE" and format.type == "CSV" and path.stat().st_size >= _UNPACKED
    if readable and not (unpack and large):
        yield packed
        return
    target = scratch / f"{uuid.uuid4().hex}.txt"
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        try:
            if readable:
                with _opened(path, compression) as source, target.open("wb") as out:
                    stopping.copied(source, out)
            else:
                _transcode(path, compression, encoding, replace_invalid, target)
        except DAMAGED as error:
            if not is_full(error):
                raise LoadError(
                    f"File '{name}' cannot be read as {encoding} ({compression}): {error}"
                ) from None
            if not readable:
                raise no_space() from None
            target.unlink(missing_ok=True)
            yield packed
        else:
            yield Prepared(target, keep_mark=keep_mark)
    finally:
        target.unlink(missing_ok=True)


@contextmanager
def _made(path: Path, format: FileFormat, scratch: Path) -> Iterator[Path]:
    """An AVRO, ORC or XML file in the form that is read; it goes when the block ends."""
    scratch.mkdir(parents=True, exist_ok=True)
    target = scratch / f"{uuid.uuid4().hex}{_MADE[format.type]}"
    try:
        if format.type == "ORC":
            from_orc(path, target)
        elif format.type == "XML":
            _from_xml(path, format, target)
        else:
            with path.open("rb") as opened:
                own = opened.read(len(AVRO_MAGIC)) == AVRO_MAGIC
            with _opened(path, "NONE" if own else _compression(path, format)) as source:
                from_avro(source, target)
        yield target
    finally:
        target.unlink(missing_ok=True)


def _from_xml(path: Path, format: FileFormat, target: Path) -> None:
    compression = _compression(path, format)
    try:
        with _opened(path, compression) as source:
            from_xml(source, format, target)
    except DAMAGED as error:
        if is_full(error):
            raise no_space() from None
        raise LoadError(f"the file cannot be read as XML ({compression}): {error}") from None


#: Types that are made into another one first, and what a file of that ends in.
_MADE: Final = {"AVRO": ".json", "ORC": ".parquet", "XML": ".json"}


def is_full(error: BaseException) -> bool:
    """Whether a disk has no space left."""
    return isinstance(error, OSError) and error.errno == errno.ENOSPC


def no_space() -> DiskFull:
    """The error for a scratch file that does not fit on the disk."""
    return DiskFull("No space is left on the server's disk for a file on its way.")


def _transcode(path: Path, compression: str, encoding: str, replace: bool, target: Path) -> None:
    errors = "replace" if replace else "strict"
    text = io.TextIOWrapper(
        _opened(path, compression),
        encoding=ENCODINGS[encoding],
        errors=errors,
        newline="",
    )
    with text, target.open("w", encoding="utf-8", newline="") as out:
        while chunk := text.read(_CHUNK):
            stopping.check()
            out.write(chunk)


def _compression(path: Path, format: FileFormat) -> str:
    """The compression given or, with AUTO, found from the first bytes or the name's ending."""
    given = str(format.get("COMPRESSION", "AUTO"))
    if format.type == "PARQUET":
        return "NONE"
    return given if given != "AUTO" else compression_of(path)


def compression_of(path: Path) -> str:
    """A file's compression, from its first bytes or its name's ending."""
    with path.open("rb") as opened:
        return _detected(opened.read(4), path.suffix)


def _detected(first: bytes, suffix: str) -> str:
    for magic, name in _MAGIC:
        if first.startswith(magic):
            return name
    return _SUFFIXES.get(suffix.lower(), "NONE")


def plain_text(name: str, data: bytes, format: FileFormat, most: int) -> bytes | None:
    """The text of a small CSV file, given its bytes; None where finding it takes more than that.

    `most` is how long it may be, in bytes.
    """
    if format["ENCODING"] != "UTF8" or format["REPLACE_INVALID_CHARACTERS"]:
        return None
    compression = str(format["COMPRESSION"])
    if compression == "AUTO":
        compression = _detected(data[:4], Path(name).suffix)
    if compression == "GZIP":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(most + 1)
        except DAMAGED:
            return None
    elif compression != "NONE":
        return None
    if len(data) > most:
        return None
    if not data.startswith(codecs.BOM_UTF8):
        return data
    return data.removeprefix(codecs.BOM_UTF8) if format["SKIP_BYTE_ORDER_MARK"] else None


def _opened(path: Path, compression: str) -> IO[bytes]:
    """The uncompressed bytes of a file."""
    if compression == "GZIP":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "BZ2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    if compression in ("DEFLATE", "RAW_DEFLATE"):
        return cast("IO[bytes]", io.BufferedReader(_Inflated(path, compression)))
    if compression in ("ZSTD", "BROTLI"):
        stream = pa.input_stream(str(path), compression=compression.lower())
        return cast("IO[bytes]", io.BufferedReader(stream))
    return path.open("rb")


class _Inflated(io.RawIOBase):
    """A zlib stream, with its header (DEFLATE) or without (RAW_DEFLATE)."""

    def __init__(self, path: Path, compression: str) -> None:
        self._file = path.open("rb")
        self._inflate = zlib.decompressobj(-15 if compression == "RAW_DEFLATE" else 15)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while True:
            if self._inflate.eof:
                return 0
            pending = self._inflate.unconsumed_tail or self._file.read(_CHUNK)
            if not pending:
                raise EOFError("the compressed stream ends too early")
            data = self._inflate.decompress(pending, len(view))
            if data:
                view[: len(data)] = data
                return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
