"""DuckDB, behind two small classes: a session's Database and a connection's Cursor.

Nothing outside this room imports duckdb. Every call blocks and belongs in a worker thread;
`Cursor.interrupt` alone may be called from another thread while a call runs.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from mockhaus import errors, zoned
from mockhaus.engine import files, instances
from mockhaus.engine.errors import translated
from mockhaus.engine.instances import quoted
from mockhaus.engine.journal import Change
from mockhaus.engine.library import CATALOG
from mockhaus.engine.stream import Stream
from mockhaus.errors import AdminShutdown, SqlError
from mockhaus.inputs import AUTO, Inputs
from mockhaus.limits import UNLIMITED, Limits

#: Rows of one Arrow batch: large enough for vector code, small enough to keep a slow reader cheap.
BATCH_ROWS: Final = 20_480

#: What a query makes before it is read, where the reader is quick.
_AHEAD: Final = "32MiB"

#: How often a query is run again to learn its error (`Cursor.fault`).
RERUNS: Final = 5

#: Parsed texts that a connection keeps.
STATEMENTS: Final = 256

#: The name under which a session's data are attached, and a saved file while it is copied.
DATA: Final = "session"
_SAVED: Final = "saved"

#: A connection's progress can be asked for; DuckDB prints nothing.
_PROGRESS: Final = "SET enable_progress_bar = true; SET enable_progress_bar_print = false"

#: What an Arrow table is called while its rows are taken.
_LOADED: Final = "__mockhaus_loaded"

#: A size that no log reaches: while a file is copied, DuckDB must not write into it.
_NEVER: Final = "1000TB"


@dataclass(frozen=True, slots=True)
class Described:
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

    def __init__(self, connection: duckdb.DuckDBPyConnection, search_path: str) -> None:
        connection.execute(f"SET search_path = '{search_path}'; {_PROGRESS}")
        self._duckdb = connection
        self._search_path = search_path
        self._inputs = AUTO
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
        aside = Cursor(self._duckdb.cursor(), self._search_path)
        aside.read_by(self._inputs)
        return aside

    def read_by(self, inputs: Inputs) -> None:
        """Have texts read by formats of the session from now on; no rollback takes that back."""
        if inputs is self._inputs or inputs == self._inputs:
            return
        first, _, rest = self._search_path.rpartition(",")
        path = ",".join(filter(None, (first, *(f"{CATALOG}.{s}" for s in inputs.schemas), rest)))
        told = "; ".join(f"SET VARIABLE {name} = {value}" for name, value in inputs.variables)
        self._duckdb.execute(f"SET search_path = '{path}'; {told}")
        self._inputs = inputs

    def describe(self, sql: str) -> list[Described]:
        """The columns of a query, without running it."""
        try:
            relation = self._duckdb.sql(sql)
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

    def load(self, table: str, rows: pa.Table) -> None:
        """Put the rows of an Arrow table into a table of the same columns."""
        self._duckdb.register(_LOADED, rows)
        try:
            self._execute(f"INSERT INTO {table} FROM {_LOADED}", ())
        finally:
            self._duckdb.unregister(_LOADED)

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
            self._execute("COMMIT", ())

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
                self._duckdb.execute(sql, list(values))
            else:
                self._duckdb.execute(sql)
        except duckdb.Error as error:
            raise self._told(error) from None

    def _told(self, error: Exception) -> SqlError:
        """The error, or why the query was interrupted."""
        fault = translated(error)
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


def blank(path: Path) -> None:
    """Make the file of a database that holds nothing."""
    duckdb.connect(path).close()


class Database:
    """A session's storage: one database, attached to a DuckDB instance of its own.

    `path` is its file, None for memory; `macros` is the file of macros (see `library.build`);
    `allowed` are the only directories that DuckDB reads and writes from then on, those of `path`
    and of saved files among them. What does not fit into memory goes to the folder `spill`.
    Its queries share what `limits` says.
    """

    def __init__(
        self,
        path: Path | None,
        macros: Path,
        allowed: Sequence[Path],
        spill: Path | None = None,
        limits: Limits = UNLIMITED,
    ) -> None:
        self.path = path
        self._allowed = tuple(allowed)
        self._instances = instances.over(macros, limits)
        #: Held while a connection begins, and while it is too late for one.
        self._ending = threading.Lock()
        self._is_closed = False
        try:
            self._root = self._instances.take(self._allowed, spill)
            self._attach()
        except duckdb.Error as error:
            raise translated(error) from None

    def cursor(self) -> Cursor:
        """A connection of its own into this database, with the macros in reach.

        Raises AdminShutdown once it is closed.
        """
        try:
            with self._ending:
                if self._is_closed:
                    raise AdminShutdown("terminating connection: the session was ended")
                return Cursor(self._root.cursor(), f"{DATA}.main,{CATALOG}.main")
        except duckdb.Error as error:
            raise translated(error) from None

    def save(self, path: Path) -> None:
        """Write what is committed to a new file, while others may go on reading and writing.

        A file is copied as it stands on disk, for which its log is written into it first and not
        again before the copy is done. That cannot be while others write; then, as what is in
        memory, everything is written out, which takes longer.
        """
        try:
            if self.path is None or not self._cloned(self.path, path):
                self._copy(DATA, _SAVED, path, "")
        except duckdb.Error as error:
            raise translated(error) from None

    def _cloned(self, live: Path, path: Path) -> bool:
        self._root.execute(f"SET checkpoint_threshold = '{_NEVER}'")
        try:
            self._root.cursor().execute(f"CHECKPOINT {DATA}")
            files.clone(live, path)
        except duckdb.TransactionException:
            return False
        finally:
            self._root.execute("RESET checkpoint_threshold")
        return True

    def load(self, path: Path) -> None:
        """Have what a saved file holds in memory, instead of what is there. No transaction may be
        open. Connections stay, and see it with their next statement.
        """
        with self.detached():
            pass
        try:
            self._copy(_SAVED, DATA, path, "(READ_ONLY)")
        except duckdb.Error as error:
            raise translated(error) from None

    def _copy(self, source: str, target: str, path: Path, options: str) -> None:
        """Everything of one database into the other; the saved one is the file at `path`."""
        cursor = self._root.cursor()
        cursor.execute(f"ATTACH '{quoted(path)}' AS {_SAVED} {options}")
        try:
            cursor.execute(f"COPY FROM DATABASE {source} TO {target}")
        finally:
            cursor.execute(f"DETACH {_SAVED}")
            cursor.close()

    @contextlib.contextmanager
    def detached(self) -> Iterator[None]:
        """The data are away, and attached from `path`, which may have changed, in the end."""
        try:
            self._root.execute(f"DETACH {DATA}")
            try:
                yield
            finally:
                self._attach()
        except duckdb.Error as error:
            raise translated(error) from None

    def _attach(self) -> None:
        place = ":memory:" if self.path is None else quoted(self.path)
        self._root.execute(f"ATTACH '{place}' AS {DATA}")

    def checkpoint(self) -> None:
        """Write the log into the file, so that the next start is quick."""
        if self.path is not None:
            try:
                self._root.execute(f"CHECKPOINT {DATA}")
            except duckdb.Error as error:
                raise translated(error) from None

    def close(self) -> None:
        """Close the instance, or have it used again; its cursors must be closed before."""
        with self._ending:
            if self._is_closed:
                return
            self._is_closed = True
        with contextlib.suppress(duckdb.Error):
            if self.path is None:  # of a file, what is not in memory lies beside it
                self._root.execute(f"DETACH {DATA}")
                self._instances.give_back(self._root, self._allowed)
            else:
                self._root.close()
