"""Many small files in one call of DuckDB's reader.

A call costs a millisecond or two, whatever it reads, and opening a file several times costs more
than its kilobyte: for small files that is nearly all of the time. Small files that follow one
another are read once, joined in a scratch file and loaded by one INSERT. Where that meets anything
but good rows it is taken back, and each half tried again, down to the file that is loaded alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.errors import LoadError, SqlError
from mockhaus.ingestion import stopping
from mockhaus.ingestion.copying.loading import NOT_OF_THE_FILE, Loader
from mockhaus.ingestion.copying.outcome import Outcome
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.prepared import Prepared, plain_text, prepared
from mockhaus.ingestion.storage.stores import StoredFile

#: Larger files, in bytes, are worth a call of their own.
_SMALL: Final = 256 * 1024
#: What is held in memory at a time: bytes, and files.
_TOGETHER: Final = 16 * 1024 * 1024
_AT_ONCE: Final = 2_000


class _Small(Struct, frozen=True):
    """A file that can share a call: its records in plain text, and how many lines they take."""

    file: StoredFile
    shown: str
    text: bytes
    lines: int


def load(loader: Loader, files: Iterable[tuple[StoredFile, str]]) -> list[Outcome]:
    """Load files, given with their names as shown, in their order. Raises LoadError."""
    outcomes: list[Outcome] = []
    waiting: list[_Small] = []
    size = 0
    for file, shown in files:
        stopping.check()
        small = _small(loader, file, shown)
        if waiting and (small is None or size > _TOGETHER or len(waiting) == _AT_ONCE):
            outcomes += _together(loader, waiting)
            waiting, size = [], 0
        if small is None:
            outcomes.append(loader.load(file, shown))
        else:
            waiting.append(small)
            size += len(small.text)
    return outcomes + _together(loader, waiting)


def _small(loader: Loader, file: StoredFile, shown: str) -> _Small | None:
    """The file if it can share a call with others. What is wrong with it is told in its turn."""
    # What may have to be done again is loaded from the files themselves, which stay.
    if not loader.groups or file.size > _SMALL or loader.cursor.journal is not None:
        return None
    try:
        with file.open() as opened:
            data = opened.read(_SMALL + 1)
    except (LoadError, OSError):
        return None
    if len(data) != file.size or file.changed():
        return None
    text = plain_text(file.name, data, loader.format, _SMALL)
    if text is None:
        return None
    for _ in range(loader.format["SKIP_HEADER"]):
        text = text.partition(b"\n")[2]
    if text and not text.endswith(b"\n"):
        text += b"\n"
    return _Small(file, shown, text, text.count(b"\n"))


def _together(loader: Loader, some: list[_Small]) -> list[Outcome]:
    if len(some) == 1:
        return [loader.load(some[0].file, some[0].shown)]
    if not some or _loaded(loader, some):
        limit = loader.options.on_error.limit
        return [Outcome(each.shown, each.lines, each.lines, limit(each.lines)) for each in some]
    middle = len(some) // 2
    return _together(loader, some[:middle]) + _together(loader, some[middle:])


def _loaded(loader: Loader, some: list[_Small]) -> bool:
    """Whether all rows of the files could be loaded; if not, nothing was done.

    A record has at least a line: if there are as many lines as rows, each record has one, no
    enclosed field reaches from one file into the next, and a file's lines are its rows.
    """
    scratch = loader.workspace.files / "scratch"
    path = scratch / f"{uuid.uuid4().hex}.csv"
    bare = replace(loader, format=FileFormat("CSV", {**loader.format.options, "SKIP_HEADER": 0}))
    try:
        if not _joined(path, some):
            return False
        for typed in (True, False):
            source = bare.quick(Prepared(path), typed=typed)
            if source is None or not bare.may_stop(source):
                return False
            try:
                inserted = bare.insert(source, strict=True)
            except NOT_OF_THE_FILE:
                raise
            except SqlError as error:
                raise _first(loader, some, error) from None
            rejected = bare.rejected(source)
            if not rejected and inserted == sum(each.lines for each in some):
                return True
            bare.take_back(inserted)
            if rejected != {"CAST"}:
                return False
        return False
    finally:
        path.unlink(missing_ok=True)


def _joined(path: Path, some: list[_Small]) -> bool:
    """Write the files one after the other, unless they do not fit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        path.write_bytes(b"".join(each.text for each in some))
        return True
    return False


def _first(loader: Loader, some: list[_Small], error: SqlError) -> SqlError:
    """The error of the first file that has one; the transaction is over.

    Where bad rows are passed over, none of them is what has ended it.
    """
    aborts = loader.options.on_error.action == "ABORT_STATEMENT"
    for each in some if aborts else ():
        with prepared(each.file, loader.format, loader.workspace.files / "scratch") as ready:
            failure = loader.diagnosis(ready)
        if failure is not None:
            return failure.error(each.shown)
    return error
