"""Many small files in one call of DuckDB's reader.

A call costs a millisecond or two, whatever it reads: for files of a kilobyte that is nearly all of
the time. Files that follow one another and are read alike go into one INSERT. Where that meets
anything but good rows, it is taken back and the files are loaded one by one, as if alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from mockhaus.errors import LoadError, SqlError
from mockhaus.ingestion.loading import NOT_OF_THE_FILE, Loader
from mockhaus.ingestion.outcome import Outcome
from mockhaus.ingestion.prepared import Prepared, prepared
from mockhaus.ingestion.readers import Source, path_literal
from mockhaus.ingestion.stores import StoredFile

#: Larger files, in bytes, are worth a call of their own.
_SMALL: Final = 256 * 1024
_AT_ONCE: Final = 250
#: Where the paths go.
_PATHS: Final = "\0"


@dataclass(frozen=True, slots=True)
class _Small:
    """A file that can share a call; `alike.sql` has `_PATHS` instead of its path."""

    file: StoredFile
    shown: str
    ready: Prepared
    alike: Source


def load(loader: Loader, files: Iterable[tuple[StoredFile, str]]) -> list[Outcome]:
    """Load files, given with their names as shown, in their order. Raises LoadError."""
    outcomes: list[Outcome] = []
    waiting: list[_Small] = []
    for file, shown in files:
        small = _small(loader, file, shown)
        if waiting and (
            small is None or small.alike != waiting[0].alike or len(waiting) == _AT_ONCE
        ):
            outcomes += _together(loader, waiting)
            waiting = []
        if small is None:
            outcomes.append(loader.load(file, shown))
        else:
            waiting.append(small)
    return outcomes + (_together(loader, waiting) if waiting else [])


def _small(loader: Loader, file: StoredFile, shown: str) -> _Small | None:
    """The file if it can share a call with others."""
    if not loader.groups or file.size > _SMALL:
        return None
    try:
        with prepared(file, loader.format, loader.workspace.files / "scratch") as ready:
            if ready.path != file.path:
                return None
            quick = loader.quick(ready, typed=True)
    except (LoadError, OSError):
        return None  # it is told when the file's turn comes
    if quick is None or not quick.rejects:
        return None
    sql = quick.sql.replace(path_literal(ready.path), _PATHS, 1)
    return _Small(file, shown, ready, replace(quick, sql=sql))


def _together(loader: Loader, some: list[_Small]) -> list[Outcome]:
    if len(some) == 1:
        return [loader.load(some[0].file, some[0].shown)]
    paths = ", ".join(path_literal(each.ready.path) for each in some)
    sql = some[0].alike.sql.replace(_PATHS, f"[{paths}]", 1)
    source = replace(some[0].alike, sql=f"{sql[:-1]}, filename = true)")
    try:
        inserted = loader.insert(source, strict=True)
    except NOT_OF_THE_FILE:
        raise
    except SqlError as error:
        raise _first(loader, some, error) from None
    counts = None if loader.rejected(source) else _counts(loader, some, source, inserted)
    if counts is None:
        loader.take_back(inserted)
        return [loader.load(each.file, each.shown) for each in some]
    return [Outcome(each.shown, count, count, 1) for each, count in zip(some, counts, strict=True)]


def _counts(loader: Loader, some: list[_Small], source: Source, inserted: int) -> list[int] | None:
    """How many of the rows came from which file; None if the files have changed meanwhile.

    A file has at least as many lines as records, so if all of them have as many lines as there
    were rows, each has as many as it gave: that is cheaper than to have DuckDB read them again.
    """
    skip = loader.format["SKIP_HEADER"]
    lines = [max(sum(1 for _ in each.ready.lines()) - skip, 0) for each in some]
    if sum(lines) == inserted:
        return lines
    rows = loader.workspace.cursor.rows(f"SELECT filename, count(*) FROM {source.sql} GROUP BY ALL")
    found = dict(rows)
    counts = [int(found.get(str(each.ready.path), 0)) for each in some]
    return counts if sum(counts) == inserted else None


def _first(loader: Loader, some: list[_Small], error: SqlError) -> SqlError:
    """The error of the first file that has one; the transaction is over."""
    for each in some:
        failure = loader.diagnosis(each.ready)
        if failure is not None:
            return failure.error(each.shown)
    return error
