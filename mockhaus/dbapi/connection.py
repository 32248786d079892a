"""Connections of `mockhaus.connect`. Snowflake's manual: "Python Connector API", "Object:
Connection"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOBase
from types import TracebackType
from typing import Any, Final

from mockhaus.client.statements import split
from mockhaus.dbapi import binding
from mockhaus.dbapi.answers import Answer, projection, read
from mockhaus.dbapi.binding import Bound, Parameters
from mockhaus.dbapi.cursor import Cursor
from mockhaus.dbapi.errors import (
    INVALID_VALUE,
    ProgrammingError,
    closed_connection,
    translated,
    unsupported,
)
from mockhaus.dbapi.waiting import interruptibly, limited
from mockhaus.errors import (
    InvalidBind,
    SqlSyntaxError,
    StatementCount,
    UnsupportedFeature,
)
from mockhaus.http.sqlapi.bindings import values
from mockhaus.result import Column
from mockhaus.sessions import connection as sessions
from mockhaus.translation import statements as s

#: Of a text that has its values in it.
_NONE: Final[Bound] = {}
#: How many statements a text may have where nobody says.
_ONE: Final = "1"


class Connection:
    """A connection into a session of this process. `mockhaus.connect` makes them.

    Threads may share one: statements wait for each other. Every method raises `mockhaus.Error`.
    """

    def __init__(
        self,
        inner: sessions.Connection,
        paramstyle: str,
        closed: Callable[[], None],
        *,
        arrow_number_to_decimal: bool = False,
    ) -> None:
        self.paramstyle = paramstyle
        #: Whether `fetch_arrow_all` keeps NUMBERs with a scale exact.
        self.arrow_number_to_decimal = arrow_number_to_decimal
        self._inner = inner
        self._ended = closed
        self._lock = threading.RLock()
        self._closed = False

    # --- cursors ---------------------------------------------------------------------------------

    def cursor(self, cursor_class: type[Cursor] = Cursor) -> Cursor:
        """A new cursor; `DictCursor` has rows that are dicts."""
        self._check()
        return cursor_class(self)

    def execute_string(
        self,
        sql_text: str,
        remove_comments: bool = False,
        return_cursors: bool = True,
        cursor_class: type[Cursor] = Cursor,
        **options: Any,
    ) -> list[Cursor]:
        """Run the statements of a text one after the other; a cursor for each.

        Options are those of `Cursor.execute`. Comments never matter to a statement.
        """
        cursors = list(self._each([sql_text], cursor_class, options))
        return cursors if return_cursors else []

    def execute_stream(
        self,
        stream: TextIOBase | Iterable[str],
        remove_comments: bool = False,
        cursor_class: type[Cursor] = Cursor,
        **options: Any,
    ) -> Iterator[Cursor]:
        """Run the statements of a file, each when its cursor is asked for."""
        return self._each(stream, cursor_class, options)

    def _each(
        self, texts: Iterable[str], cursor_class: type[Cursor], options: dict[str, Any]
    ) -> Iterator[Cursor]:
        for piece in split("".join(texts)):
            yield self.cursor(cursor_class).execute(piece.text, **options)

    # --- transactions ----------------------------------------------------------------------------

    def autocommit(self, mode: bool) -> None:
        """Whether each statement commits itself, which is so unless `connect` was told."""
        if not isinstance(mode, bool):
            raise ProgrammingError(f"Invalid parameter: {mode}", INVALID_VALUE)
        with self._free():
            self._inner.settle(
                s.AlterSession(text="", parameters={"AUTOCOMMIT": str(mode).upper()})
            )

    def commit(self) -> None:
        """COMMIT; nothing where no transaction is open."""
        self._run("COMMIT")

    def rollback(self) -> None:
        """ROLLBACK; nothing where no transaction is open."""
        self._run("ROLLBACK")

    # --- state -----------------------------------------------------------------------------------

    @property
    def database(self) -> str | None:
        """The current database."""
        return self._inner.context.database

    @property
    def schema(self) -> str | None:
        """The current schema."""
        return self._inner.context.schema

    @property
    def warehouse(self) -> str | None:
        """The current warehouse."""
        return self._inner.context.warehouse

    @property
    def role(self) -> str | None:
        """The current role."""
        return self._inner.context.role

    @property
    def user(self) -> str:
        """Who it is of."""
        return self._inner.context.user

    @property
    def session_id(self) -> int:
        """What CURRENT_SESSION() answers."""
        return self._inner.context.connection_id

    @property
    def mockhaus_session(self) -> str:
        """The id of Mockhaus's session, the sandbox that it is a connection into."""
        return self._inner.session.id

    def is_closed(self) -> bool:
        """Whether it is closed, by `close` or with its session."""
        return self._closed or self._inner.is_closed

    def close(self) -> None:
        """Roll back what is open and leave; safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if not self._inner.is_closed:
                self._inner.close()
            self._ended()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Without autocommit the transaction is committed, after an error rolled back."""
        try:
            if not self.is_closed() and not self._inner.context.is_on("AUTOCOMMIT", default=True):
                if kind is None:
                    self.commit()
                else:
                    self.rollback()
        finally:
            self.close()

    def get_query_status(self, sf_qid: str) -> None:
        """Not here: statements run while their caller waits."""
        raise unsupported("get_query_status")

    # --- what cursors ask ------------------------------------------------------------------------

    @property
    def _zone(self) -> str:
        return self._inner.context.parameters.get("TIMEZONE", "UTC")

    def _bound(self, command: str, params: Parameters | None) -> tuple[str, Bound]:
        """The text to run, and the values that are bound to it."""
        if self.paramstyle in ("qmark", "numeric"):
            return command, binding.bound(params, self._zone)
        return binding.formatted(command, params), _NONE

    def _bound_many(self, command: str, rows: Sequence[Parameters]) -> Iterator[tuple[str, Bound]]:
        """The same for each of the rows, or for all of them at once."""
        if not rows:
            return
        is_bound = self.paramstyle in ("qmark", "numeric")
        if is_bound:
            whole = binding.many_rows_bound(command, rows, self._zone)
        else:
            whole = binding.many_rows(command, rows)
        if whole is not None:
            yield whole, _NONE
            return
        if is_bound:
            with self._free():
                found = self._inner.parse(command)
            if len(found) == 1 and isinstance(found[0], s.Insert):
                yield command, binding.bound_rows(rows, self._zone)
                return
        for row in rows:
            yield self._bound(command, row)

    def _columns(self, text: str, bound: Bound) -> Sequence[Column] | None:
        with self._free():
            (statement,) = _counted(self._inner.parse(text), _ONE)
            return self._inner.prepare(statement, values(bound, _binds(statement)).types).columns

    def _run(
        self,
        text: str,
        bound: Bound = _NONE,
        *,
        timeout: float | None = None,
        num_statements: int | None = None,
    ) -> list[Answer]:
        """Run the statements of a text; what each of them answered."""
        with self._free(), limited(timeout, self._inner.cancel):
            wanted = self._inner.context.parameters.get("MULTI_STATEMENT_COUNT", _ONE)
            wanted = wanted if num_statements is None else str(num_statements)
            found = _counted(self._inner.parse(text), wanted)
            _check_bound(found, bound)
            return interruptibly(
                lambda: [self._one(statement, bound) for statement in found], self._inner.cancel
            )

    def _one(self, statement: s.Statement, bound: Bound) -> Answer:
        given = values(bound, _binds(statement))
        first, *repeats = given.rows
        prepared = self._inner.prepare(statement, given.types, describe=False)
        wanted = projection if isinstance(statement, s.Select) else None
        result = self._inner.run(prepared, first, wanted, repeats)
        try:
            answer = read(result, self._zone, self._inner.context.indent)
        finally:
            result.close()
        if result.fetched is not None:
            result.fetched(answer.size, None)
        return answer

    @contextmanager
    def _free(self) -> Iterator[None]:
        """Nothing else runs meanwhile; errors come out as PEP 249 has them."""
        with self._lock, translated():
            self._check()
            yield

    def _check(self) -> None:
        if self.is_closed():
            raise closed_connection()


def _binds(statement: s.Statement) -> tuple[str, ...]:
    return statement.binds if isinstance(statement, s.Tree) else ()


def _counted(found: list[s.Statement], wanted: str) -> list[s.Statement]:
    """The statements, if they are as many as was said. Raises StatementCount, SqlSyntaxError."""
    if not found:
        raise SqlSyntaxError("SQL compilation error:\nEmpty SQL statement.")
    if wanted not in ("0", str(len(found))):
        raise StatementCount(
            f"Actual statement count {len(found)} did not match the desired statement count "
            f"{wanted}.",
            hint="num_statements=0 takes any number; execute_string runs them one by one.",
        )
    return found


def _check_bound(found: Sequence[s.Statement], bound: Bound) -> None:
    """Raises InvalidBind, UnsupportedFeature."""
    if bound and len(found) > 1:
        raise UnsupportedFeature(
            "Unsupported feature 'bind variables in a text of several statements'."
        )
    wanted = {name for statement in found for name in _binds(statement)}
    for name in bound:
        if name not in wanted:
            raise InvalidBind(f"Bind variable {name} is not in the statement.")
