"""One file into one table through a query: `FROM (SELECT $1::INT, ... FROM @stage)`.

A query may fail anywhere in an expression, and DuckDB does not say at which row. Where that has to
be known the file's rows are numbered in a scratch file, and the bad ones found by halves: a range
of rows that the query takes has none. Snowflake's manual: "Transforming data during a load".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus import errors
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import LoadError, SqlError
from mockhaus.ingestion.copying import transformation
from mockhaus.ingestion.copying.outcome import Failure, Outcome
from mockhaus.ingestion.copying.transformation import Transformation
from mockhaus.ingestion.files import readers
from mockhaus.ingestion.files.prepared import Prepared
from mockhaus.ingestion.files.readers import Source
from mockhaus.ingestion.storage.stores import StoredFile

if TYPE_CHECKING:
    from mockhaus.ingestion.copying.loading import Loader

_ROW: Final = "__row"
#: Errors that no other row would change.
_OF_THE_STATEMENT: Final = (
    errors.Canceled,
    errors.OutOfMemory,
    errors.DiskFull,
    errors.CompilationError,
)


def load(
    loader: Loader, query: Transformation, file: Prepared, stored: StoredFile, shown: str
) -> Outcome:
    """Load one file through the query. Raises LoadError with ABORT_STATEMENT."""
    work = _Work(loader, query, file, stored, shown)
    if loader.options.on_error.action == "ABORT_STATEMENT":
        return work.all_or_nothing()
    return work.what_is_good()


class _Work(Struct, frozen=True):
    """`shown` is the name of the stage's file `stored`, which is read as `file`."""

    loader: Loader
    query: Transformation
    file: Prepared
    stored: StoredFile
    shown: str

    def all_or_nothing(self) -> Outcome:
        """Every row, or an error that names the first bad one."""
        loader = self.loader
        quick = loader.quick(self.file)
        try:
            if quick is not None:
                loaded = loader.insert(self._over(quick), strict=True)
                if not loader.rejected(quick):
                    return Outcome(self.shown, loaded, loaded, 1)
                loader.take_back(loaded)
            with loader.careful(self.file) as source:
                loader.unsplit(source, self.shown)
                loaded = loader.insert(self._over(source), strict=True)
                return Outcome(self.shown, loaded, loaded, 1)
        except (*_OF_THE_STATEMENT, LoadError) as error:
            if isinstance(error, LoadError) and "File '" not in error.message:
                raise self._diagnosis(error).error(self.shown) from None
            raise
        except SqlError as error:
            raise self._diagnosis(error).error(self.shown) from None

    def _diagnosis(self, error: SqlError) -> Failure:
        """The first bad row, on other cursors: the transaction is over."""
        with ExitStack() as stack:
            try:
                numbered = stack.enter_context(self._numbered(stack))
                if (found := numbered.first()) is not None:
                    return found
            except SqlError as other:
                return Failure(other.message)
        return Failure(error.message)

    def what_is_good(self) -> Outcome:
        """The good rows, or none of a file with too many bad ones."""
        rule = self.loader.options.on_error
        with ExitStack() as stack:
            try:
                numbered = stack.enter_context(self._numbered(stack))
            except LoadError as error:
                return Outcome(self.shown, 0, 0, 1, 1, Failure(error.message))
            parsed, failures = numbered.count, numbered.failures()
            limit, bad = rule.limit(parsed), len(failures)
            first = failures[0] if failures else None
            if rule.skips(bad, parsed):
                return Outcome(self.shown, parsed, 0, limit, bad, first)
            good = numbered.without([failure.row for failure in failures])
            loaded = self.loader.insert(self._over(good), strict=True)
            return Outcome(self.shown, parsed, loaded, limit, bad, first)

    @contextmanager
    def _numbered(self, stack: ExitStack) -> Iterator[_Numbered]:
        """The file's rows with their numbers, in a scratch file that goes with the block."""
        folder = self.loader.workspace.files / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{uuid.uuid4().hex}.parquet"
        try:
            with self.loader.aside() as aside:
                workspace = replace(self.loader.workspace, cursor=aside)
                source = self._whole(replace(self.loader, workspace=workspace), stack)
                count = aside.change(
                    f'COPY (SELECT *, row_number() OVER () AS "{_ROW}" FROM {source.sql})'
                    f" TO {readers.path_literal(path)} (FORMAT PARQUET, ROW_GROUP_SIZE 20480)"
                )
                yield _Numbered(self, source, path, count, aside)
        finally:
            path.unlink(missing_ok=True)

    def _whole(self, loader: Loader, stack: ExitStack) -> Source:
        """All records of the file, those that cannot be split too."""
        source = loader.unrejected(self.file)
        if source is not None and source.rejects:
            loader.cursor.rows(f"SELECT count(*) FROM {source.sql}")
            source = source if not loader.rejected(source) else None
        return source or stack.enter_context(loader.careful(self.file))

    def _over(self, source: Source) -> Source:
        """The query's columns over a source. Raises WrongArguments."""
        loader = self.loader
        kind = loader.format.reads_as
        sql = transformation.over(self.query, source, kind, self.stored, self.shown)
        with loader.aside() as aside:
            described = aside.describe(sql)
        wanted = len(loader.target.columns)
        if len(described) != wanted:
            raise errors.WrongArguments(
                "SQL compilation error:\nInsert value list does not match column list expecting"
                f" {wanted} but got {len(described)}"
            )
        names = tuple(f"c{n + 1}" for n in range(wanted))
        return Source(
            f"(SELECT * FROM ({sql}) AS q({', '.join(names)}))",
            names,
            tuple(column.type for column in described),
            queried=True,
        )


class _Numbered(Struct, frozen=True):
    """Rows of a file, numbered from 1 to `count`."""

    work: _Work
    origin: Source
    path: Path
    count: int
    cursor: Cursor

    def failures(self) -> list[Failure]:
        """The bad rows, in their order."""
        return sorted(self._problems() + list(self._found(1, self.count)), key=_row_of)

    def first(self) -> Failure | None:
        """The first bad row."""
        found = next(self._found(1, self.count), None)
        both = [*self._problems()[:1], *([found] if found is not None else [])]
        return min(both, key=_row_of, default=None)

    def without(self, rows: list[int | None]) -> Source:
        """The rows but some."""
        listed = ", ".join(str(row) for row in rows)
        return self._where(f'"{_ROW}" NOT IN ({listed})' if rows else "TRUE")

    def _where(self, condition: str) -> Source:
        """Some of the rows; METADATA$FILE_ROW_NUMBER stays what it was."""
        sql = (
            f"(SELECT * FROM read_parquet({readers.path_literal(self.path)}) WHERE {condition}"
            f' ORDER BY "{_ROW}")'
        )
        return replace(self.origin, sql=sql, rejects=False, row=f'"{_ROW}"')

    def _problems(self) -> list[Failure]:
        """Records that could not be split."""
        if not self.origin.located:
            return []
        rows = self.cursor.rows(
            f'SELECT "__problem", "__line", "__at"[-1], "{_ROW}"'
            f" FROM read_parquet({readers.path_literal(self.path)})"
            f' WHERE "__problem" IS NOT NULL ORDER BY "{_ROW}"'
        )
        return [Failure(*row) for row in rows]

    def _found(self, low: int, high: int) -> Iterator[Failure]:
        """The rows that the query fails at, in a range of them."""
        error = self._error(low, high) if low <= high else None
        if error is None:
            return
        if low < high:
            middle = (low + high) // 2
            yield from self._found(low, middle)
            yield from self._found(middle + 1, high)
            return
        yield self._told(low, error)

    def _error(self, low: int, high: int) -> SqlError | None:
        good = ' AND "__problem" IS NULL' if self.origin.located else ""
        source = self.work._over(self._where(f'"{_ROW}" BETWEEN {low} AND {high}{good}'))
        counts = ", ".join(f"count({f.strict})" for f in self.work.loader.fields(source))
        try:
            self.cursor.rows(f"SELECT {counts} FROM {source.sql} AS r")
        except _OF_THE_STATEMENT:
            raise
        except SqlError as error:
            return error
        return None

    def _told(self, row: int, error: SqlError) -> Failure:
        source = self.work._over(self._where(f'"{_ROW}" = {row}'))
        try:
            told = self.work.loader.first_failure(self.cursor, source)
        except SqlError:
            told = None
        failure = replace(told or Failure(error.message), row=row)
        if not self.origin.located:
            return self.work.loader.located(self.work.file, self.origin, failure) or failure
        (place,) = self.cursor.rows(
            f'SELECT "__line" FROM read_parquet({readers.path_literal(self.path)})'
            f' WHERE "{_ROW}" = {row}'
        )
        return replace(failure, line=place[0])


def _row_of(failure: Failure) -> Any:
    return failure.row
