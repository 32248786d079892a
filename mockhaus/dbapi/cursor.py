"""Cursors: statements in, rows out. Snowflake's manual: "Python Connector API", "Cursor"."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from mockhaus.dbapi.answers import Answer
from mockhaus.dbapi.binding import Bound, Parameters
from mockhaus.dbapi.codes import ResultMetadata, described
from mockhaus.dbapi.errors import (
    CURSOR_CLOSED,
    NO_PANDAS,
    NO_ROWS_AS_ARROW,
    NOT_POSITIVE,
    Error,
    InterfaceError,
    ProgrammingError,
    closed_connection,
    unsupported,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from mockhaus.dbapi.connection import Connection

#: Rows of a table that `fetch_arrow_batches` and `fetch_pandas_batches` answer.
_BATCH: Final = 100_000


class Cursor:
    """Runs statements of a connection, one at a time, and gives their rows.

    An answer is read whole when its statement runs, so that its errors are raised there, as with
    Snowflake; its values are made while they are fetched. Every method raises `mockhaus.Error`.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        #: Rows of a `fetchmany` that names none.
        self.arraysize = 1
        #: The text of the last statement as it ran, parameters put in.
        self.query: str | None = None
        self._closed = False
        self._clear()

    def _clear(self) -> None:
        self._waiting: deque[Answer] = deque()
        self._answer: Answer | None = None
        self._rows: Iterator[Any] = iter(())
        self._count: int | None = None
        self._fetched = 0
        self._sfqid: str | None = None

    # --- statements ------------------------------------------------------------------------------

    def execute(
        self,
        command: str,
        params: Parameters | None = None,
        *,
        timeout: float | None = None,
        num_statements: int | None = None,
    ) -> Cursor:
        """Run a statement and answer the cursor itself.

        `params` are written as the connection's paramstyle says. After `timeout` seconds the
        statement is cancelled (000604). Several statements need `num_statements`, 0 for any number;
        `nextset` moves on to the answer of the next.
        """
        self._check("execute")
        if not isinstance(command, str):
            raise ProgrammingError(f"A statement is a text, not {type(command).__name__}.")
        self._clear()
        text, values = self.connection._bound(command, params)
        self.query = text
        self._take(self._run(text, values, timeout, num_statements))
        return self

    def executemany(
        self, command: str, seqparams: Sequence[Parameters], *, timeout: float | None = None
    ) -> Cursor:
        """Run a statement for each of the parameters: an INSERT of a row of VALUES as one
        statement, all or none; others one after the other. `rowcount` counts the rows of all."""
        self._check("executemany")
        self._clear()
        answers: list[Answer] = []
        for text, values in self.connection._bound_many(command, seqparams):
            self.query = text
            answers += self._run(text, values, timeout)
        self._take(answers[-1:])
        self._count = sum(answer.count for answer in answers) if answers else None
        return self

    def _run(
        self, text: str, values: Bound, timeout: float | None, count: int | None = None
    ) -> list[Answer]:
        try:
            return self.connection._run(text, values, timeout=timeout, num_statements=count)
        except Error as error:
            self._sfqid = error.sfqid
            raise

    def describe(
        self, command: str, params: Parameters | None = None
    ) -> list[ResultMetadata] | None:
        """The columns of a query, which is not run; None of a statement that is no query."""
        self._check("describe")
        text, values = self.connection._bound(command, params)
        columns = self.connection._columns(text, values)
        return None if columns is None else described(columns)

    def callproc(self, procname: str, args: Sequence[Any] = ()) -> Sequence[Any]:
        """CALL a procedure; what it answers is fetched. Answers the arguments."""
        mark = {"qmark": "?", "numeric": ":{}"}.get(self.connection.paramstyle, "%s")
        marks = ", ".join(mark.format(number) for number, _ in enumerate(args, start=1))
        self.execute(f"CALL {procname}({marks})", tuple(args))
        return args

    def nextset(self) -> Cursor | None:
        """Move on to the answer of the next statement; None where there is none."""
        self._check("nextset")
        if not self._waiting:
            return None
        self._show(self._waiting.popleft())
        return self

    def _take(self, answers: Sequence[Answer]) -> None:
        if answers:
            self._waiting = deque(answers[1:])
            self._show(answers[0])

    def _show(self, answer: Answer) -> None:
        self._answer, self._rows = answer, self._made(answer)
        self._count, self._fetched = answer.count, 0
        self._sfqid = answer.query_id

    def _made(self, answer: Answer) -> Iterator[Any]:
        return answer.rows()

    # --- the answer ------------------------------------------------------------------------------

    @property
    def description(self) -> list[ResultMetadata] | None:
        """The columns of the answer, None before the first statement."""
        return None if self._answer is None else described(self._answer.columns)

    @property
    def rowcount(self) -> int | None:
        """The rows of the answer, or those that were changed; None before the first statement."""
        return self._count

    @property
    def rownumber(self) -> int | None:
        """The index of the last row that was fetched, from 0; None before it."""
        return self._fetched - 1 if self._fetched else None

    @property
    def sfqid(self) -> str | None:
        """The id of the last statement, as QUERY_HISTORY tells it; of one that failed too."""
        return self._sfqid

    @property
    def sqlstate(self) -> str | None:
        """None: a statement that fails raises."""
        return None

    def fetchone(self) -> Any:
        """The next row, None after the last."""
        self._check("fetchone")
        row = next(self._rows, None)
        self._fetched += row is not None
        return row

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, `arraysize` of them where no number is given."""
        wanted = self.arraysize if size is None else size
        if wanted < 0:
            raise ProgrammingError(
                f"The number of rows is not zero or positive number: {wanted}", NOT_POSITIVE
            )
        rows: list[Any] = []
        while len(rows) < wanted and (row := self.fetchone()) is not None:
            rows.append(row)
        return rows

    def fetchall(self) -> list[Any]:
        """The rest of the rows."""
        self._check("fetchall")
        rows = list(self._rows)
        self._fetched += len(rows)
        return rows

    def __iter__(self) -> Iterator[Any]:
        while (row := self.fetchone()) is not None:
            yield row

    def __next__(self) -> Any:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    # --- Arrow and pandas ------------------------------------------------------------------------

    def fetch_arrow_all(self, force_return_table: bool = False) -> pa.Table | None:
        """All rows as a table of Arrow; None where there are none, unless a table is wanted."""
        table = self._table("fetch_arrow_all")
        return table if table.num_rows or force_return_table else None

    def fetch_arrow_batches(self) -> Iterator[pa.Table]:
        """The rows as tables of Arrow."""
        table = self._table("fetch_arrow_batches")
        for start in range(0, table.num_rows, _BATCH):
            yield table.slice(start, _BATCH)

    def fetch_pandas_all(self, **options: Any) -> pd.DataFrame:
        """All rows as a data frame; options are those of `pyarrow.Table.to_pandas`."""
        _require_pandas()
        frame: pd.DataFrame = self._table("fetch_pandas_all").to_pandas(**options)
        return frame

    def fetch_pandas_batches(self, **options: Any) -> Iterator[pd.DataFrame]:
        """The rows as data frames."""
        _require_pandas()
        for table in self.fetch_arrow_batches():
            yield table.to_pandas(**options)

    def _table(self, method: str) -> pa.Table:
        self._check(method)
        if self._answer is None:
            raise ProgrammingError(f"{method}: no statement has run", NO_ROWS_AS_ARROW)
        return self._answer.table(decimals=self.connection.arrow_number_to_decimal)

    # --- what there is none of -------------------------------------------------------------------

    def execute_async(self, *arguments: Any, **named: Any) -> NoReturn:
        """Not here: statements run while their caller waits. Use threads."""
        raise unsupported("execute_async")

    def get_results_from_sfqid(self, sfqid: str) -> NoReturn:
        """Not here: `SELECT * FROM TABLE(RESULT_SCAN(id))` answers what an earlier one did."""
        raise unsupported("get_results_from_sfqid", "TABLE(RESULT_SCAN(id)) answers it in SQL.")

    def setinputsizes(self, sizes: Any) -> None:
        """PEP 249; sizes are not needed."""

    def setoutputsize(self, size: Any, column: Any = None) -> None:
        """PEP 249; sizes are not needed."""

    # --- ending ----------------------------------------------------------------------------------

    def is_closed(self) -> bool:
        """Whether it, or its connection, is closed."""
        return self._closed or self.connection.is_closed()

    def reset(self) -> None:
        """Forget the answer."""
        self._clear()

    def close(self) -> bool:
        """Close it; False where it was closed already."""
        was, self._closed = self._closed, True
        self._clear()
        return not was

    def _check(self, method: str) -> None:
        if self._closed:
            raise InterfaceError(f"Cursor is closed in {method}.", CURSOR_CLOSED)
        if self.connection.is_closed():
            raise closed_connection()

    def __enter__(self) -> Cursor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class DictCursor(Cursor):
    """A cursor whose rows are dicts by the names of the columns."""

    def _made(self, answer: Answer) -> Iterator[Any]:
        names = [column.name for column in answer.columns]
        return (dict(zip(names, row, strict=True)) for row in answer.rows())


def _require_pandas() -> None:
    try:
        import pandas  # noqa: F401 - only for those who ask for data frames
    except ImportError:
        raise ProgrammingError(
            "Optional dependency: 'pandas' is not installed.",
            NO_PANDAS,
            hint="pip install pandas; fetch_arrow_all needs nothing more.",
        ) from None
