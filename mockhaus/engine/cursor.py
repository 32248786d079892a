"""A connection into a DuckDB database: its transaction, its statements, their answers."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import duckdb
import pyarrow as pa
from msgspec import Struct

from mockhaus import errors, zoned
from mockhaus.engine.errors import translated
from mockhaus.engine.instance import BESIDE, Instance, searching
from mockhaus.engine.journal import Change
from mockhaus.engine.stream import Stream
from mockhaus.errors import SqlError
from mockhaus.inputs import AUTO, Inputs

_T = TypeVar("_T")

#: Rows of one Arrow batch: large enough for vector code, small enough to keep a slow reader cheap.
BATCH_ROWS: Final = 20_480

#: What a query makes before it is read, where the reader is quick.
_AHEAD: Final = "32MiB"

#: How often a query is run again to learn its error (`Cursor.fault`).
RERUNS: Final = 5

#: Parsed texts that a connection keeps.
STATEMENTS: Final = 256

#: A connection's progress can be asked for; DuckDB prints nothing.
_PROGRESS: Final = "SET enable_progress_bar = true; SET enable_progress_bar_print = false"


class Described(Struct, frozen=True):
    """Name and DuckDB type of one column of a query."""

    name: str
    type: str


def _pythons(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column as Python has them, a TIMESTAMP_TZ with its offset."""
    if column.type != zoned.ARROW:
        return list(column.to_pylist())
    return [value for chunk in column.chunks for value in zoned.moments(chunk)]


class Cursor:
    """One DuckDB connection into a Database: own transaction, own settings."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        instance: Instance,
        log_is_long: Callable[[], bool],
        invalid: Callable[[], None],
    ) -> None:
        self._duckdb = connection
        self._instance = instance
        #: The parts of the library in reach.
        self._parts = instance.parts
        self._inputs = AUTO
        #: Schemas in which relations are found as well.
        self._schemas: tuple[str, ...] = ()
        #: Another connection that works for this one.
        self._aside: Cursor | None = None
        connection.execute(f"{searching(self._parts)}; {_PROGRESS}")
        #: Whether a commit may find that what is committed cannot be written into its file.
        self.log_is_long = log_is_long
        #: Called when the database has become invalid.
        self._invalid = invalid
        #: The error of a commit that stands; no later one may say of it that it does not.
        self._stands: errors.CommittedInvalid | None = None
        self._open: Stream | None = None
        self._statements: dict[str, duckdb.Statement] = {}
        self._last: tuple[str | duckdb.Statement, Sequence[Any]] = ("", ())
        self._interrupted = False
        #: Why the query was interrupted, where that is not what its client asked for.
        self._reason: SqlError | None = None
        #: How often the cursor was interrupted, for work beside its queries.
        self.interrupts = 0
        #: Held while an interrupt is sent, and while what must not meet one begins and ends.
        self._control = threading.Lock()
        self._is_deaf = False
        #: Changes of the open transaction, in order, so that it can be replayed; None: not kept.
        self.journal: list[Change] | None = None

    def sibling(self) -> Cursor:
        """Another connection into the same database, for looking while this one's transaction
        stays as it is; it sees what is committed. The caller closes it.
        """
        aside = Cursor(self._duckdb.cursor(), self._instance, self.log_is_long, self._invalid)
        aside.read_by(self._inputs)
        return aside

    @contextlib.contextmanager
    def aside(self) -> Iterator[Cursor]:
        """A sibling that works for this cursor, and is interrupted with it."""
        self._aside = aside = self.sibling()
        try:
            yield aside
        finally:
            self._aside = None
            aside.close()

    def attach_beside(self) -> None:
        """Have a database in memory beside the session's, for what is made of its data; it goes
        with the session."""
        self._execute(f"ATTACH IF NOT EXISTS ':memory:' AS {BESIDE}", ())

    def find_in(self, schemas: tuple[str, ...]) -> None:
        """Find relations in these schemas as well from now on; no rollback takes that back."""
        if schemas != self._schemas:
            self._execute(searching(self._parts, self._inputs, schemas), ())
            self._schemas = schemas

    def read_by(self, inputs: Inputs) -> None:
        """Have texts read by formats of the session from now on; no rollback takes that back."""
        if inputs is self._inputs or inputs == self._inputs:
            return
        told = "; ".join(f"SET VARIABLE {name} = {value}" for name, value in inputs.variables)
        self._duckdb.execute(f"{searching(self._parts, inputs, self._schemas)}; {told}")
        self._inputs = inputs

    def describe(self, sql: str) -> list[Described]:
        """The columns of a query, without running it."""
        try:
            relation = self._reaching(lambda: self._duckdb.sql(sql))
        except duckdb.Error as error:
            raise translated(error) from None
        if relation is None:
            return []
        return [
            Described(name, str(kind))
            for name, kind in zip(relation.columns, relation.types, strict=True)
        ]

    def columns(self) -> list[Described]:
        """The columns of the query that runs."""
        return [Described(name, str(kind)) for name, kind, *_ in self._duckdb.description or ()]

    def few(self, sql: str, values: Sequence[Any], limit: int) -> list[tuple[Any, ...]] | None:
        """Run a query and fetch its rows, None if there are more than `limit`.

        Without Arrow: for a handful of rows that takes as long as the query itself.
        """
        self._execute(self._parsed(sql), values)
        try:
            rows = self._duckdb.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise self.fault(error) from None
        return rows if len(rows) <= limit else None

    def _parsed(self, sql: str) -> duckdb.Statement | str:
        """A text that is run again and again, parsed once."""
        statement = self._statements.get(sql)
        if statement is None:
            if len(self._statements) >= STATEMENTS:
                self._statements.clear()
            parsed = self._duckdb.extract_statements(sql)
            if len(parsed) != 1:
                return sql
            statement = self._statements[sql] = parsed[0]
        return statement

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Stream:
        """Run a query; its rows come when they are pulled."""
        self._execute(sql, values)
        try:
            reader = self._duckdb.to_arrow_reader(BATCH_ROWS)
        except duckdb.Error as error:
            raise self.fault(error) from None
        self._open = Stream(reader, self)
        return self._open

    @contextlib.contextmanager
    def ahead(self) -> Iterator[None]:
        """Meanwhile DuckDB works far ahead of who reads a stream, on all of its threads."""
        self._execute(f"SET streaming_buffer_size = '{_AHEAD}'", ())
        try:
            yield
        finally:
            with contextlib.suppress(SqlError):
                self._execute("RESET streaming_buffer_size", ())

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and fetch all of its rows."""
        self._execute(sql, values)
        try:
            return self._duckdb.fetchall()
        except duckdb.Error as error:
            raise self.fault(error) from None

    def arrow(self, sql: str) -> pa.Table:
        """All rows of a query as an Arrow table."""
        self._execute(sql, ())
        try:
            return self._duckdb.to_arrow_table()
        except duckdb.Error as error:
            raise self.fault(error) from None

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        with self._journaled(sql, values):
            self._execute(sql, values)

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run INSERT, UPDATE or DELETE and answer how many rows it changed."""
        with self._journaled(sql, values):
            rows = self.rows(sql, values)
        return int(rows[0][0]) if rows and rows[0] and isinstance(rows[0][0], int) else 0

    def returned(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a change with a RETURNING and answer the rows that it returns."""
        with self._journaled(sql, values):
            self._execute(sql, values)
            try:
                if any(str(each[1]) == zoned.STORED for each in self._duckdb.description or ()):
                    # Python's timedelta would add up what keeps the offset.
                    columns = [_pythons(each) for each in self._duckdb.to_arrow_table().columns]
                    return list(zip(*columns, strict=True))
                return self._duckdb.fetchall()
            except duckdb.Error as error:
                raise self.fault(error) from None

    def tally(self, sql: str, values: Sequence[Any] = ()) -> dict[str, int]:
        """Run a statement that answers one text a row, and count how often each comes."""
        counts: Counter[str] = Counter()
        with self._journaled(sql, values):
            self._execute(sql, values)
            try:
                for batch in self._duckdb.to_arrow_reader(BATCH_ROWS):
                    for entry in batch.column(0).value_counts():
                        counts[entry["values"].as_py()] += entry["counts"].as_py()
            except duckdb.Error as error:
                raise translated(error) from None
        return dict(counts)

    def begin(self, *, journal: bool = False) -> None:
        """Open a transaction; with `journal` its changes are kept for `replay`."""
        with self._undisturbed():
            self._execute("BEGIN TRANSACTION", ())
        self.journal = [] if journal else None

    def commit(self) -> None:
        """Commit the open transaction."""
        self.journal = None
        with self._undisturbed():
            try:
                self._execute("COMMIT", ())
            except errors.CommittedInvalid as error:
                self._stands = error

    def rollback(self, *, forget: bool = True) -> None:
        """Roll back the open transaction; its journal may stay, for `replay`."""
        if forget:
            self.journal = None
        # DuckDB may have ended it already.
        with self._undisturbed(), contextlib.suppress(SqlError):
            self._execute("ROLLBACK", ())

    def replay(self, count: int | None = None) -> None:
        """Begin the transaction anew and run its journaled changes again, all or the first.

        DuckDB ends a transaction at an error and has no savepoints; Snowflake undoes only the
        statement that failed. Raises LoadError where a file is no longer what it was.
        """
        changes = (self.journal or [])[:count]
        self.rollback()
        self.begin(journal=True)
        self.journal = changes  # all of them, should one fail: less is not the transaction
        for change in changes:
            change.check()
            self._execute(change.sql, change.values)
            change.check()

    @contextlib.contextmanager
    def _journaled(self, sql: str, values: Sequence[Any]) -> Iterator[None]:
        """A change that is kept if the block makes it."""
        if self.journal is None:
            yield
            return
        change = Change.of(sql, values)
        yield
        self.journal.append(change)

    def _execute(self, sql: str | duckdb.Statement, values: Sequence[Any]) -> None:
        if self._open is not None:
            self._open.detach()
        self._last = (sql, values)
        self._interrupted, self._reason = False, None
        try:
            if values:
                self._reaching(lambda: self._duckdb.execute(sql, list(values)))
            else:
                self._reaching(lambda: self._duckdb.execute(sql))
        except duckdb.Error as error:
            raise self._told(error) from None
        self._stands = None

    def _reaching(self, call: Callable[[], _T]) -> _T:
        """What a call into DuckDB answers, with all that it calls of the library in reach."""
        while True:
            try:
                return call()
            except duckdb.CatalogException as error:
                found = self._instance.reach(str(error), self._parts)
                if found is None:
                    raise
                if self._open is not None:
                    self._open.detach()
                self._parts = found
                self._duckdb.execute(searching(found, self._inputs, self._schemas))

    def _told(self, error: Exception) -> SqlError:
        """The error, or why the query was interrupted."""
        fault = translated(error)
        if isinstance(fault, errors.DataInvalid):
            self._invalid()
            fault = self._stands or fault
        return self._reason if self._reason and isinstance(fault, errors.Canceled) else fault

    def fault(self, error: Exception) -> SqlError:
        """The error of the query that was being read.

        When one thread of a streamed query fails, DuckDB stops the others, and now and then it
        answers with their interruption instead of what went wrong. An interruption that nobody
        asked for is looked into by running the query again, for its error alone.
        """
        fault = self._told(error)
        sql, values = self._last
        for _ in range(RERUNS):
            if self._interrupted or not isinstance(fault, errors.Canceled):
                break
            if self.journal is not None:
                self.replay()
            try:
                self._duckdb.execute(sql, list(values))
                while self._duckdb.fetchmany(BATCH_ROWS):
                    pass
            except duckdb.Error as again:
                fault = translated(again)
        return fault

    @property
    def is_streaming(self) -> bool:
        """Whether rows of a query are still to be read."""
        return self._open is not None

    def finished(self, stream: Stream) -> None:
        """A stream has been read to its end."""
        if self._open is stream:
            self._open = None

    def abandoned(self, stream: Stream) -> None:
        """A stream was given up before its end: make DuckDB drop the running query."""
        if self._open is stream:
            self._open = None
            self._duckdb.interrupt()
            with contextlib.suppress(duckdb.Error):
                self._duckdb.execute("SELECT 1").fetchall()

    def progress(self) -> float | None:
        """How far the query that runs has come, in percent; from any thread. None if not known."""
        found = self._duckdb.query_progress()
        return found if found >= 0 else None

    def interrupt(self, reason: SqlError | None = None) -> None:
        """Stop what runs, from any thread; the call that runs raises `reason`, or Canceled.

        The boundaries of a transaction are let pass: one that is interrupted leaves a transaction
        behind that nothing runs in.
        """
        with self._control:
            if self._is_deaf:
                return
            self._interrupted, self._reason = True, reason
            self.interrupts += 1
            with contextlib.suppress(duckdb.Error):
                self._duckdb.interrupt()
            if (aside := self._aside) is not None:
                aside.interrupt(reason)

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        with self._control:
            self._is_deaf = True
        try:
            yield
        finally:
            with self._control:
                self._is_deaf = False

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._open = None
        with contextlib.suppress(duckdb.Error):
            self._duckdb.close()
