"""Running what one request asks for, in a worker thread, on a connection of its own.

Each request is a connection (`lending`): its context, its parameters and its transaction end with
it. Inside a request of several statements they last from one to the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from mockhaus.errors import (
    Canceled,
    InvalidParameter,
    ObjectNeedsContext,
    SqlError,
    StatementCount,
    StatementTimeout,
    UnsupportedFeature,
)
from mockhaus.http.sqlapi import partitions
from mockhaus.http.sqlapi.bindings import Values, values
from mockhaus.http.sqlapi.bodies import LONGEST, StatementRequest, Stats
from mockhaus.http.sqlapi.encoding import PARAMETERS, Encoding, encoding
from mockhaus.http.sqlapi.lending import Beginning, Lending
from mockhaus.http.sqlapi.partitions import Rows
from mockhaus.result import Column, Result
from mockhaus.sessions import dml
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.history import new_id
from mockhaus.sessions.preparing import Prepared
from mockhaus.sessions.session import Session
from mockhaus.translation import statements as s
from mockhaus.types import VARCHAR

#: Snowflake's default of STATEMENT_TIMEOUT_IN_SECONDS: two days.
DEFAULT_TIMEOUT: Final = 172_800

#: Characters of a failed statement that the error of its request shows.
_SHOWN: Final = 30

_SEVERAL: Final = (Column("multiple statement execution", VARCHAR),)
_SEVERAL_DONE: Final = "Multiple statements executed successfully."

#: Statements that need a connection which lasts, or a client that can move files.
_ONLY_AMONG_OTHERS: Final[dict[type[s.Statement], str]] = {
    s.Begin: "TRANSACTION_BEGIN",
    s.Commit: "TRANSACTION_COMMIT",
    s.Rollback: "TRANSACTION_ROLLBACK",
    s.Use: "USE",
}
_NEVER: Final[dict[type[s.Statement], str]] = {s.Put: "PUT", s.Get: "GET"}

#: Parameters of a request that are not the session's: what they take is checked where it is used.
_OF_THE_REQUEST: Final = PARAMETERS | {
    "MULTI_STATEMENT_COUNT",
    "STATEMENT_TIMEOUT_IN_SECONDS",
    "ROWS_PER_RESULTSET",
    "AUTOCOMMIT",
    "USE_CACHED_RESULT",
}


class UnsupportedCommand(SqlError):
    """A statement that the SQL API does not take."""

    number = "391911"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class NoDatabase(SqlError):
    """A statement needs a database and the request names none."""

    number = "391918"
    sqlstate = "3D000"
    snowflake_state = "22000"


class BadRequest(SqlError):
    """Not a request: answered with 400."""


class RoleNotGranted(BadRequest):
    """The role that a request names is none."""

    number = "390186"
    sqlstate = "42501"
    snowflake_state = "08004"


class FailedAmongOthers(SqlError):
    """One of several statements failed; the sentence says which, and why.

    https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements
    """

    number = "100132"
    sqlstate = "P0000"
    snowflake_state = "P0000"


class EmptyStatement(BadRequest):
    """A text without a statement."""

    number = "000900"
    sqlstate = "42601"
    snowflake_state = "42601"


class Answer(Struct, frozen=True):
    """What one statement answered."""

    columns: tuple[Column, ...]
    rows: Rows
    database: str | None
    schema: str | None
    stats: Stats | None = None


class Execution(Struct, eq=False):
    """One statement, or one request of several, from its submission until it is forgotten."""

    session: Session
    lending: Lending
    request: StatementRequest
    request_id: str
    asynchronous: bool = False
    nullable: bool = True
    client: str = ""
    #: Who asked, None on a server without users.
    user: str | None = None
    limit: int = 2**62
    handle: str = field(default_factory=new_id)
    created_on: int = field(default_factory=lambda: int(time.time() * 1000))
    children: list[Execution] = field(default_factory=list)
    answer: Answer | None = None
    error: SqlError | None = None
    finished: float | None = None
    connection: Connection | None = None
    #: Whether it has begun to run; whether nobody wants it any more.
    begun: bool = False
    unwanted: bool = False
    _guard: threading.Lock = field(default_factory=threading.Lock)
    timed_out: bool = False
    #: The request of several statements that this is one of.
    parent: Execution | None = None

    @property
    def is_done(self) -> bool:
        """Whether the answer or the error is known."""
        return self.finished is not None

    @property
    def size(self) -> int:
        """Bytes of the results held."""
        own = self.answer.rows.size if self.answer is not None else 0
        return own + sum(child.size for child in self.children)

    def fail(self, error: SqlError) -> None:
        """The statement has failed."""
        self.error = error
        self.finished = time.monotonic()

    def succeed(self, answer: Answer) -> None:
        """The statement has been answered."""
        self.answer = answer
        self.finished = time.monotonic()

    # --- in a worker thread ----------------------------------------------------------------------

    def run(self) -> None:
        """Run it all, unless it was given up. Whatever goes wrong with the statements becomes
        `error`.
        """
        with self._guard:
            if self.unwanted:
                return
            self.begun = True
        try:
            answer = self._run()
        except SqlError as error:
            error = self._told(error)
            for child in self.children:
                if not child.is_done:
                    child.fail(Canceled("SQL execution canceled"))
            self.fail(error)
        else:
            self.succeed(answer)

    def _told(self, error: SqlError) -> SqlError:
        if isinstance(error, Canceled) and self.timed_out:
            limit = timeout(self.request)
            return StatementTimeout(
                "Statement reached its statement or warehouse timeout of "
                f"{limit} second(s) and was canceled."
            )
        if isinstance(error, ObjectNeedsContext):
            return NoDatabase(error.message)
        return error

    def _run(self) -> Answer:
        request, given = self.request, parameters(self.request)
        of_session = {k: v for k, v in given.items() if k not in _OF_THE_REQUEST}
        beginning = Beginning(
            self.user,
            self.client,
            request.database,
            request.schema,
            request.role,
            request.warehouse,
            tuple(sorted(of_session.items())),
        )
        with self.lending.lent(self.session, beginning) as connection:
            with self._guard:
                self.connection = connection
            try:
                return self._with(connection, given)
            finally:
                with self._guard:
                    self.connection = None

    def _with(self, connection: Connection, given: Mapping[str, str]) -> Answer:
        request = self.request
        if request.role not in (None, connection.context.role):
            raise RoleNotGranted(
                f"Role '{request.role}' specified in the connect string is not granted to this "
                "user. Contact your local system administrator, or attempt to login with another "
                "role, e.g. PUBLIC."
            )
        zone = connection.context.parameters.get("TIMEZONE", "UTC")
        written = encoding(given, zone, nullable=self.nullable)
        connection.recorder.announce(self.handle)
        statements = connection.parse(request.statement)
        if not statements:
            raise EmptyStatement("Empty SQL statement")
        _check(statements, given, bool(request.bindings))
        if len(statements) == 1:
            return self._one(connection, statements[0], self.handle, written)
        for child, statement in zip(self._children(statements), statements, strict=True):
            try:
                child.succeed(self._one(connection, statement, child.handle, written))
            except SqlError as error:
                child.fail(self._told(error))
                raise self._among_others(statement, error) from None
        done = Result(_SEVERAL, "", rows=[(_SEVERAL_DONE,)])
        return self._read(connection, done, written)

    def _children(self, statements: list[s.Statement]) -> list[Execution]:
        self.children = [
            Execution(
                self.session,
                self.lending,
                self.request,
                self.request_id,
                nullable=self.nullable,
                user=self.user,
            )
            for _ in statements
        ]
        for child in self.children:
            child.parent = self
        return self.children

    def _among_others(self, statement: s.Statement, error: SqlError) -> SqlError:
        """The error of the whole request; one that was stopped is just that."""
        if isinstance(error, Canceled):
            return error
        before, text = self.request.statement[: statement.offset], statement.text
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        return FailedAmongOthers(
            "JavaScript execution error: Uncaught Execution of multiple statements failed on "
            f'statement "{shown}" (at line {line}, position {column}).\n{error.message}',
            hint=error.hint,
        )

    def _one(
        self, connection: Connection, statement: s.Statement, handle: str, written: Encoding
    ) -> Answer:
        if self.unwanted:
            raise Canceled("SQL execution canceled")
        binds = statement.binds if isinstance(statement, s.Tree) else ()
        bound = values(self.request.bindings or {}, binds)
        connection.recorder.announce(handle)
        prepared = connection.prepare(statement, bound.types)
        result = _run(connection, prepared, bound, written)
        try:
            answer = self._read(connection, result, written)
        finally:
            result.close()
        if result.fetched is not None:
            result.fetched(answer.rows.count, answer.rows.size)
        return answer

    def _read(self, connection: Connection, result: Result, written: Encoding) -> Answer:
        most = int(parameters(self.request).get("ROWS_PER_RESULTSET", "0"))
        context = connection.context
        written = replace(written, indent=context.indent)
        rows = partitions.read(result, written, self.limit, most)
        return Answer(result.columns, rows, context.database, context.schema, _stats(result))

    def give_up(self) -> bool:
        """Nobody wants it any more; True if it has not begun, and so never will."""
        with self._guard:
            self.unwanted = True
            return not self.begun

    def interrupt(self) -> None:
        """Stop what runs, once. Blocks for a moment."""
        with self._guard:  # what runs on the connection afterwards is another's
            if self.connection is not None:
                self.connection.cancel()


def _run(connection: Connection, prepared: Prepared, bound: Values, written: Encoding) -> Result:
    first, *repeats = bound.rows
    projection = written.projection if isinstance(prepared.statement, s.Select) else None
    return connection.run(prepared, first, projection, repeats)


def parameters(request: StatementRequest) -> dict[str, str]:
    """The request's parameters: names in upper case, values as texts."""
    found: dict[str, str] = {}
    for name, value in (request.parameters or {}).items():
        if value is not None:
            found[name.upper()] = str(value).upper() if isinstance(value, bool) else str(value)
    for name in ("MULTI_STATEMENT_COUNT", "STATEMENT_TIMEOUT_IN_SECONDS", "ROWS_PER_RESULTSET"):
        if name in found and not found[name].isdecimal():
            raise _invalid(name, found[name])
    for name, allowed in (("AUTOCOMMIT", ("TRUE",)), ("USE_CACHED_RESULT", ("TRUE", "FALSE"))):
        if name in found and found[name].upper() not in allowed:
            raise _invalid(name, found[name])
    return found


def _invalid(name: str, value: str) -> InvalidParameter:
    return InvalidParameter(
        f"SQL compilation error:\ninvalid value ['{value}'] for parameter '{name}'"
    )


def timeout(request: StatementRequest) -> int:
    """Seconds a request may run. Raises InvalidParameter."""
    given = request.timeout
    if given is None:
        given = int(parameters(request).get("STATEMENT_TIMEOUT_IN_SECONDS", DEFAULT_TIMEOUT))
    return min(given, LONGEST) or LONGEST


def _check(statements: list[s.Statement], given: Mapping[str, str], bound: bool) -> None:
    wanted, count = int(given.get("MULTI_STATEMENT_COUNT", "1")), len(statements)
    if wanted not in (0, count):
        raise StatementCount(
            f"Actual statement count {count} did not match the desired statement count {wanted}."
        )
    if bound and count > 1:
        raise UnsupportedFeature(
            "Unsupported feature 'bind variables in a request of several statements'."
        )
    for statement in statements:
        kind = type(statement)
        name = _NEVER.get(kind) or (_ONLY_AMONG_OTHERS.get(kind) if count == 1 else None)
        if name is not None:
            raise UnsupportedCommand(f"Command not supported by SQL API: {name}")


#: Column of counts -> field of the statistics.
_COUNTED: Final = {
    dml.INSERTED: "num_rows_inserted",
    dml.UPDATED: "num_rows_updated",
    dml.DELETED: "num_rows_deleted",
    dml.MULTI_JOINED: "num_dml_duplicates",
}


def _stats(result: Result) -> Stats | None:
    if not result.status_only or not result.rows:
        return None
    counts = {
        _COUNTED[column.name]: int(value)
        for column, value in zip(result.columns, result.rows[0], strict=True)
        if column.name in _COUNTED
    }
    return Stats(**counts) if any(counts.values()) else None
