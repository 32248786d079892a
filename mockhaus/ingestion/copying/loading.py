"""One file into one table.

The quick way is a single INSERT over DuckDB's reader. When it stops at a value (which ends DuckDB's
transaction) or meets records it cannot split, the file is read again by the careful reader, which
finds the line, character and column, or loads what DuckDB could not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus import errors
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import LoadError, SqlError
from mockhaus.ingestion.copying import queried
from mockhaus.ingestion.copying.copy_options import CopyOptions
from mockhaus.ingestion.copying.fields import fields_of, matched
from mockhaus.ingestion.copying.outcome import Failure, Outcome
from mockhaus.ingestion.copying.target import Target, quoted
from mockhaus.ingestion.copying.transformation import About, Transformation
from mockhaus.ingestion.files import lenient, readers
from mockhaus.ingestion.files.conversions import Field, complaint, family_of
from mockhaus.ingestion.files.csv_text import CsvText, place_of
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.prepared import DAMAGED, Prepared, is_full, no_space, prepared
from mockhaus.ingestion.files.readers import REJECTS, Source
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.translation.dml import assignment

#: Errors that are not the file's.
NOT_OF_THE_FILE: Final = (
    errors.Canceled,
    errors.OutOfMemory,
    errors.DiskFull,
    errors.LockTimeout,
    errors.Deadlock,
    errors.WrongArguments,
    errors.InvalidIdentifier,
)


class Loader(Struct, frozen=True):
    """Loads files one by one, all in the same way."""

    workspace: Workspace
    target: Target
    format: FileFormat
    options: CopyOptions
    query: Transformation | None = None
    #: The names that the file's first record gives its fields, with PARSE_HEADER.
    header: tuple[str, ...] | None = None
    #: The file and its name as shown, where INCLUDE_METADATA tells of them.
    about: About | None = None

    @property
    def cursor(self) -> Cursor:
        return self.workspace.cursor

    def load(self, file: StoredFile, shown: str) -> Outcome:
        """Load one file. Raises LoadError with ABORT_STATEMENT; the table is then for the caller
        to roll back."""
        scratch = self.workspace.files / "scratch"
        try:
            # A transaction may be done again when the scratch file is gone.
            unpack = self.cursor.journal is None
            with prepared(file, self.format, scratch, unpack=unpack) as ready:
                outcome = self.of(ready, file, shown)._load(ready, file, shown)
            if file.changed():
                self.take_back(outcome.loaded)
                raise LoadError(f"File '{shown}' changed while it was loaded.")
            return outcome
        except LoadError as error:
            if self.options.on_error.action != "ABORT_STATEMENT":
                return Outcome(shown, 0, 0, 1, 1, Failure(error.message))
            if "File '" not in error.message:
                error.message = f"{error.message}\n  File '{shown}'"
            raise
        except FileNotFoundError:
            raise LoadError(f"Remote file '{shown}' was not found.") from None
        except OSError as error:
            if is_full(error):
                raise no_space() from None
            raise LoadError(f"File '{shown}' cannot be read: {error.strerror}.") from None

    def of(self, ready: Prepared, file: StoredFile, shown: str) -> Loader:
        """A loader for one prepared file: with the names in its header, where they count."""
        made = replace(self, format=self.format.reading)
        if self.options.metadata:
            told = frozenset(self.options.metadata.values())
            made = replace(made, about=About(file, shown, told))
        if not self.format.get("PARSE_HEADER"):
            return made
        try:
            names, lines = readers.header(ready, self.format)
        except DAMAGED as error:
            raise LoadError(f"the file cannot be read: {error}") from None
        options = {**self.format.options, "PARSE_HEADER": False, "SKIP_HEADER": lines}
        return replace(made, header=names, format=FileFormat("CSV", options))

    def _load(self, ready: Prepared, file: StoredFile, shown: str) -> Outcome:
        if self.query is not None:
            return queried.load(self, self.query, ready, file, shown)
        if self.options.on_error.action == "ABORT_STATEMENT":
            return self._all_or_nothing(ready, shown)
        return self._what_is_good(ready, shown)

    # --- sources ---------------------------------------------------------------------------------

    def width(self) -> int:
        """How many fields a record of the file has."""
        if self.query:
            return self.query.width
        return len(self.target.columns if self.header is None else self.header)

    def _types(self) -> list[str]:
        """What DuckDB's CSV reader is to make of each field."""
        if self.header is None:
            return [_typed(column.type, self.format) for column in self.target.columns]
        types = ["VARCHAR"] * len(self.header)
        for column, place in matched(self.header, self.target, self.options):
            if place is not None:
                types[place] = _typed(column.type, self.format)
        return types

    @property
    def groups(self) -> bool:
        """Whether several files could be loaded as one."""
        own = self.query is not None or self.format.get("PARSE_HEADER") or self.options.metadata
        return self.format.type == "CSV" and not own

    def may_stop(self, source: Source) -> bool:
        """Whether it is right that the first bad row ends the load of a source, if one can."""
        aborts = self.options.on_error.action == "ABORT_STATEMENT"
        return aborts or all(field.bad == "FALSE" for field in self.fields(source))

    def quick(self, file: Prepared, *, typed: bool = False) -> Source | None:
        """DuckDB's own reading of the file; None if it might read it otherwise than Snowflake.

        `typed`: it makes the columns' types, and rejects records that have none such.
        """
        if self.format.type == "CSV":
            types = ["VARCHAR"] * self.width()
            if typed:
                types = self._types()
            try:
                return readers.quick_csv(file, self.format, types, ragged=self._ragged)
            except DAMAGED:
                return None
        if self.format.type == "JSON":
            try:
                return readers.quick_json(file, self.format)
            except DAMAGED:
                return None
        return self._parquet(file)

    @property
    def _ragged(self) -> bool:
        return self.query is not None or not self.format["ERROR_ON_COLUMN_COUNT_MISMATCH"]

    def _parquet(self, file: Prepared) -> Source:
        sql = readers.parquet(file, self.format)
        with self.aside() as aside:
            try:
                described = aside.describe(f"SELECT * FROM {sql}")
            except NOT_OF_THE_FILE:
                raise
            except SqlError as error:
                reason = error.message.replace(f" '{file.path}'", "")
                raise LoadError(f"the file cannot be read as PARQUET: {reason}") from None
        names = tuple(column.name for column in described)
        return Source(sql, names, tuple(column.type for column in described))

    def careful(self, file: Prepared, *, texts: bool = False) -> AbstractContextManager[Source]:
        scratch = self.workspace.files / "scratch"
        if self.format.type == "CSV":
            return readers.careful_csv(
                file, self.format, self.width(), scratch, ragged=self._ragged, texts=texts
            )
        if self.format.type == "JSON":
            return readers.careful_json(file, self.format, scratch)
        raise LoadError("the file cannot be read as PARQUET")

    @contextmanager
    def aside(self) -> Iterator[Cursor]:
        """Another cursor: what fails on it leaves the open transaction alone."""
        aside = self.cursor.sibling()
        try:
            yield aside
        finally:
            aside.close()

    def fields(self, source: Source) -> list[Field]:
        return fields_of(source, self.target, self.format, self.options, self.header, self.about)

    # --- ABORT_STATEMENT -------------------------------------------------------------------------

    def _all_or_nothing(self, file: Prepared, shown: str) -> Outcome:
        quick = self.quick(file, typed=True)
        while quick is not None:
            try:
                loaded = self.insert(quick, strict=True)
            except NOT_OF_THE_FILE:
                raise
            except SqlError as error:
                told = self.diagnosis(file) or Failure(error.message)
                raise told.error(shown) from None
            rejected = self.rejected(quick)
            if not rejected:
                return Outcome(shown, loaded, loaded, 1)
            self.take_back(loaded)
            quick = self.quick(file) if rejected == {"CAST"} else None
        with self.careful(file) as source:
            failure = self.first_failure(self.cursor, source)
            if failure is not None:
                raise failure.error(shown)
            loaded = self.insert(source, strict=False)
        return Outcome(shown, loaded, loaded, 1)

    def diagnosis(self, file: Prepared) -> Failure | None:
        """Where in the file the error is, on another cursor: the transaction is over."""
        with ExitStack() as stack:
            aside = stack.enter_context(self.aside())
            try:
                if self.format.type == "PARQUET":
                    found = self.first_failure(aside, self._parquet(file))
                else:
                    source = stack.enter_context(self.careful(file))
                    found = self.first_failure(aside, source)
            except NOT_OF_THE_FILE:
                raise
            except SqlError as other:
                return Failure(other.message)
        return found

    def insert(self, source: Source, *, strict: bool, good_only: bool = False) -> int:
        """Load a source; `strict` stops at a bad row, `good_only` leaves them out."""
        fields = self.fields(source)
        columns = ", ".join(quoted(field.column.name) for field in fields)
        kinds = assignment.kinds(self.workspace.context, self.target.name)
        values = ", ".join(
            assignment.cut(kinds, field.column.name, field.strict if strict else field.value)
            for field in fields
        )
        where = f" WHERE NOT ({_bad(source, fields)})" if good_only else ""
        sql = f"INSERT INTO {self.target.sql} ({columns}) SELECT {values} FROM {source.sql} AS r"
        return self.cursor.change(sql + where)

    def rejected(self, source: Source) -> set[str]:
        """Why DuckDB's reader left records out, if it did; what it noted is cleared."""
        if not source.rejects:
            return set()
        rows = self.cursor.rows(f"SELECT DISTINCT error_type FROM temp.{quoted(REJECTS)}")
        if rows:
            self.cursor.run(f"DELETE FROM temp.{quoted(REJECTS)}")
        return {str(row[0]) for row in rows}

    def take_back(self, rows: int) -> None:
        """Remove the rows inserted last: they are the last ones of the table."""
        if rows:
            table = self.target.sql
            self.cursor.run(
                f"DELETE FROM {table} WHERE rowid > (SELECT max(rowid) - {rows} FROM {table})"
            )

    # --- CONTINUE, SKIP_FILE ---------------------------------------------------------------------

    def _what_is_good(self, file: Prepared, shown: str) -> Outcome:
        """Load the good rows, or none of a file with too many bad ones."""
        if (outcome := lenient.load(self, file, shown)) is not None:
            return outcome
        with ExitStack() as stack:
            source = self.unrejected(file)
            counts = self._count(source) if source is not None else None
            if source is None or counts is None:
                try:
                    source = stack.enter_context(self.careful(file))
                except LoadError as error:
                    return Outcome(shown, 0, 0, 1, 1, Failure(error.message))
                counts = self._count(source)
                assert counts is not None
            parsed, bad = counts
            rule = self.options.on_error
            limit = rule.limit(parsed)
            if not bad:
                return Outcome(shown, parsed, self.insert(source, strict=False), limit)
            failure = self.located(file, source, self.first_failure(self.cursor, source))
            if rule.skips(bad, parsed):
                return Outcome(shown, parsed, 0, limit, bad, failure)
            loaded = self.insert(source, strict=False, good_only=True)
            self.rejected(source)
            return Outcome(shown, parsed, loaded, limit, bad, failure)

    def unrejected(self, file: Prepared) -> Source | None:
        """The quick source if the whole file can be read that way without an error."""
        try:
            source = self.quick(file)
            if source is not None:
                with self.aside() as aside:
                    if not source.rejects:
                        # Parquet counts its values without reading them.
                        named = self.format.type == "PARQUET"
                        read = [quoted(c) if named else c for c in source.columns]
                        sums = ", ".join(f"bit_xor(hash({each}))" for each in read)
                        aside.rows(f"SELECT {sums} FROM {source.sql}")
        except NOT_OF_THE_FILE:
            raise
        except SqlError:
            return None
        return source

    def _count(self, source: Source) -> tuple[int, int] | None:
        """Rows, and bad rows; None if DuckDB could not split all of them."""
        bad = _bad(source, self.fields(source))
        rows = self.cursor.rows(
            f"SELECT count(*), count(*) FILTER (WHERE {bad}) FROM {source.sql} AS r"
        )
        return None if self.rejected(source) else (int(rows[0][0]), int(rows[0][1]))

    # --- finding errors --------------------------------------------------------------------------

    def first_failure(self, cursor: Cursor, source: Source) -> Failure | None:
        return next(iter(self.failures(cursor, source, 1)), None)

    def failures(self, cursor: Cursor, source: Source, most: int | None = None) -> list[Failure]:
        """The errors of a source, one a row, in its order; `most` of them."""
        fields = self.fields(source)
        bad = _bad(source, fields)
        which = "".join(f" WHEN {field.bad} THEN {n}" for n, field in enumerate(fields))
        raw = "".join(f" WHEN {field.bad} THEN {field.raw}" for field in fields)
        if bad == "FALSE":
            return []
        cases = f"CASE{which} END, CASE{raw} END" if which else "NULL, NULL"
        place = (
            '"__line", "__begin", "__at", "__problem", "__text"'
            if source.located
            else "NULL, " * 4 + "NULL"
        )
        rows = cursor.rows(
            f'SELECT "__row", {place}, {cases}'
            f' FROM (SELECT r.*, row_number() OVER () AS "__row" FROM {source.sql} AS r) AS r'
            f" WHERE {bad}" + (f" LIMIT {most}" if most is not None else "")
        )  # rows come in the file's order
        return [self._failure(fields, row) for row in rows]

    def _failure(self, fields: list[Field], row: tuple[Any, ...]) -> Failure:
        number, line, begin, at, problem, text, which, raw = row
        if problem is not None:
            last = min(len(at), len(fields))
            named = len(fields) > 1 and self.header is None
            shown = self._shown(fields[last - 1], last) if named else None
            told = Failure(problem, line, at[-1] if at else 1, number, shown, text)
            return self._placed(told, begin, text)
        field = fields[which]
        place = self._place(field, which)
        character = at[place] if at and place < len(at) else None
        shown = self._shown(field, place + 1)
        told = Failure(complaint(field, raw), line, character, number, shown, text)
        return self._placed(told, begin, text)

    def _placed(self, failure: Failure, begin: int | None, text: str | None) -> Failure:
        """A failure whose character is told in its record, with its place in the file."""
        line, character = failure.line, failure.character
        if text is None or line is None or character is None or self.format.type != "CSV":
            return failure
        found = place_of(text, line, begin or 0, character)
        stored = self.format["ENCODING"] == "UTF8" and not self.format["REPLACE_INVALID_CHARACTERS"]
        byte = found.byte if stored and begin is not None else None
        return replace(failure, line=found.line, character=found.character, start=line, byte=byte)

    def _place(self, field: Field, which: int) -> int:
        """Which of the record's fields a column comes from, from 0."""
        if self.header is None:
            return which
        places = dict(matched(self.header, self.target, self.options))
        place = places.get(field.column)
        return which if place is None else place

    def _shown(self, field: Field, position: int) -> str:
        return f'"{self.target.name.name}"["{field.column.name}":{position}]'

    def located(self, file: Prepared, source: Source, failure: Failure | None) -> Failure | None:
        """The failure with its line and character, where DuckDB told the row alone."""
        if failure is None or source.located or failure.row is None or self.format.type != "CSV":
            return failure
        with file.open_text() as text:
            record = next(islice(CsvText(text, self.format), failure.row - 1, None), None)
        if record is None:
            return failure
        if failure.column is None:
            return replace(failure, line=record.line)
        position = int(failure.column.rstrip("]").rpartition(":")[2]) - 1
        character = record.at[position] if position < len(record.at) else None
        told = replace(failure, line=record.line, character=character)
        return self._placed(told, record.begin, record.text)

    # --- VALIDATION_MODE -------------------------------------------------------------------------

    def errors(self, file: StoredFile) -> list[Failure]:
        """Everything in a file that could not be loaded; nothing is loaded."""
        with ExitStack() as stack:
            try:
                ready = stack.enter_context(
                    prepared(file, self.format, self.workspace.files / "scratch")
                )
                mine = self.of(ready, file, file.name)
                return mine.failures(self.cursor, mine._whole(ready, stack))
            except LoadError as error:
                return [Failure(error.message)]

    def sample(self, file: StoredFile, shown: str, most: int) -> list[tuple[Any, ...]]:
        """The first rows of a file as they would be loaded; nothing is loaded. Raises LoadError."""
        with ExitStack() as stack:
            ready = stack.enter_context(
                prepared(file, self.format, self.workspace.files / "scratch")
            )
            mine = self.of(ready, file, shown)
            source = mine._whole(ready, stack)
            first = replace(source, sql=f"(SELECT * FROM {source.sql} LIMIT {most})")
            failure = mine.first_failure(self.cursor, first)
            if failure is not None:
                raise failure.error(shown)
            found = {field.column.name: field.value for field in mine.fields(first)}
            values = ", ".join(found.get(c.name, "NULL") for c in self.target.columns)
            return self.cursor.rows(f"SELECT {values} FROM {first.sql} AS r")

    def _whole(self, file: Prepared, stack: ExitStack) -> Source:
        """All records of a file with their places and texts, as far as its type has them."""
        if self.format.type != "PARQUET":
            return stack.enter_context(self.careful(file, texts=True))
        try:
            return self._parquet(file)
        except NOT_OF_THE_FILE:
            raise
        except SqlError as error:
            raise LoadError(error.message) from None

    # --- for queries -----------------------------------------------------------------------------

    def readable(self, file: Prepared, shown: str, stack: ExitStack) -> Source:
        """A source that can be read to its end; `stack` closes it. Raises LoadError."""
        quick = self.quick(file)
        if quick is not None and quick.rejects:
            self.cursor.rows(f"SELECT count(*) FROM {quick.sql}")
            if self.rejected(quick):
                quick = None
        if quick is not None:
            return quick
        source = stack.enter_context(self.careful(file))
        self.unsplit(source, shown)
        return source

    def unsplit(self, source: Source, shown: str) -> None:
        rows = self.cursor.rows(
            f'SELECT "__problem", "__line", "__at"[-1] FROM {source.sql}'
            ' WHERE "__problem" IS NOT NULL ORDER BY "__line" LIMIT 1'
        )
        if rows:
            raise Failure(*rows[0]).error(shown)


def _typed(type: str, format: FileFormat) -> str:
    """The type that DuckDB's CSV reader is to make of a column: the column's own where its reading
    is Snowflake's, or else text."""
    family = family_of(type)
    model = _MODELS.get(family, "")
    plain = family in _READ_ALIKE and format.get(model, "AUTO") == "AUTO"
    return type if plain else "VARCHAR"


#: Types that DuckDB's CSV reader casts as Snowflake does, or else rejects.
_READ_ALIKE: Final = frozenset(
    [
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE"),
        *("BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
    ]
)
_MODELS: Final = {
    "DATE": "DATE_FORMAT",
    "TIME": "TIME_FORMAT",
    "TIMESTAMP": "TIMESTAMP_FORMAT",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_FORMAT",
}


def _bad(source: Source, fields: list[Field]) -> str:
    """TRUE for a row that cannot be loaded."""
    conditions = ['"__problem" IS NOT NULL'] if source.located else []
    conditions += [field.bad for field in fields if field.bad != "FALSE"]
    return " OR ".join(f"({each})" for each in conditions) or "FALSE"
