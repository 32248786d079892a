"""A connection through the PostgreSQL door, with Snowflake's rules: statements in, answers out.

It stands on libpq's own calls: values stay the texts that the server wrote, rows come while they
are read, and waiting is done here, so that Ctrl-C is heard and cancels the statement alone.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGresult

from mockhaus.client.answers import Answer, Head, Row
from mockhaus.client.outcomes import KINDS, Disconnected, Failure, Outcome, shown

#: Rows that libpq hands over at once, and how often a wait looks at the clock, in seconds.
_CHUNK: Final = 1000
_TICK: Final = 0.2

#: Snowflake's rules, in strings as well.
_OPTIONS: Final = "-c dialect=snowflake -c standard_conforming_strings=off"

_DONE: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY})
_ROWS: Final = frozenset(
    {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK}
)


class Talk:
    """One connection. `waiting` is called while a statement runs, with the seconds so far;
    `notice` with each notice or warning as a line."""

    def __init__(
        self,
        url: str,
        session: str | None = None,
        *,
        waiting: Callable[[float], None] = lambda seconds: None,
        notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        options = _OPTIONS + (f" -c session={_escaped(session)}" if session else "")
        try:
            self._conninfo = make_conninfo(
                url, options=options, application_name="mockhaus repl", connect_timeout=10
            )
        except psycopg.Error as error:
            raise Disconnected(f"{url} is no PostgreSQL address: {_one_line(str(error))}") from None
        self.waiting = waiting
        self.notice = notice
        self._connect()

    def _connect(self) -> None:
        try:
            self._connection = psycopg.connect(self._conninfo, autocommit=True)
        except psycopg.Error as error:
            raise Disconnected(_one_line(str(error))) from None
        self._connection.add_notice_handler(
            lambda found: self.notice(f"{found.severity}: {found.message_primary}")
        )

    def reconnect(self) -> None:
        """Connect again; what was open and set is gone. Raises Disconnected."""
        self.close()
        self._connect()

    def close(self) -> None:
        """Leave."""
        with suppress(psycopg.Error):
            self._connection.close()

    @property
    def is_gone(self) -> bool:
        """Whether the connection has broken."""
        return self._connection.pgconn.status != pq.ConnStatus.OK

    @property
    def number(self) -> int:
        """The connection's number in its session."""
        return int(self.told("connection") or 0)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.pgconn.transaction_status == pq.TransactionStatus.INTRANS

    def told(self, name: str) -> str:
        """What the server last told of `database`, `schema`, `variables` or `connection`."""
        found = self._connection.pgconn.parameter_status(f"mockhaus.{name}".encode())
        return (found or b"").decode()

    # --- statements -------------------------------------------------------------------------------

    def run(self, text: str) -> Iterator[Outcome]:
        """Run a text; an outcome for each of its statements, whose rows must be read before the
        next. Raises Failure, Disconnected, and KeyboardInterrupt is left to who calls `cancel`."""
        connection = self._connection.pgconn
        try:
            connection.send_query(text.encode())
            connection.set_chunked_rows_mode(_CHUNK)
            while (result := self._next()) is not None:
                yield from self._outcome(result, text)
        except psycopg.Error as error:
            raise Disconnected(_one_line(str(error))) from None

    def rows(self, text: str) -> list[Row]:
        """The rows of a query, all of them."""
        return [row for found in self.run(text) if found.answer for row in found.answer.rows]

    def _outcome(self, result: PGresult, text: str) -> Iterator[Outcome]:
        self._check(result, text)
        if result.status in _ROWS:
            outcome = Outcome()
            outcome.answer = Answer(_heads(result), self._rows(result, outcome, text))
            yield outcome
            for _ in outcome.answer.rows:  # what was not read must not be the next one's
                pass
        elif result.status == pq.ExecStatus.COPY_OUT:
            yield Outcome(data=self._copied_out())
        else:
            yield Outcome(tag=_tag(result), wants_data=result.status == pq.ExecStatus.COPY_IN)

    def _rows(self, result: PGresult, outcome: Outcome, text: str) -> Iterator[Row]:
        kinds = [result.ftype(number) for number in range(result.nfields)]
        while True:
            for number in range(result.ntuples):
                yield [shown(result.get_value(number, n), kind) for n, kind in enumerate(kinds)]
            if result.status == pq.ExecStatus.TUPLES_OK:
                outcome.tag = _tag(result)
                return
            following = self._next()
            if following is None:
                return
            self._check(following, text)
            result = following

    def _next(self) -> PGresult | None:
        """The next result, once it is there; meanwhile Ctrl-C is heard."""
        connection, began = self._connection.pgconn, time.monotonic()
        while connection.flush():
            select.select([], [connection.socket], [], _TICK)
        while connection.is_busy():
            if not select.select([connection.socket], [], [], _TICK)[0]:
                self.waiting(time.monotonic() - began)
                continue
            connection.consume_input()
        while (note := connection.notifies()) is not None:
            del note
        return connection.get_result()

    def _check(self, result: PGresult, text: str) -> None:
        if result.status in _DONE or result.status in _ROWS:
            return
        if result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
            return
        failure = _failure(result, text)
        self._drain()
        if self.is_gone or not failure.sqlstate:
            raise Disconnected(_one_line(failure.text) or "The server has gone away.")
        raise failure

    def _drain(self) -> None:
        with suppress(psycopg.Error):
            while self._connection.pgconn.get_result() is not None:
                pass

    def cancel(self) -> None:
        """Have the server stop what runs, and read what is left of the answer."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)
        with suppress(psycopg.Error):
            while self._next() is not None:
                pass

    def cancel_rest(self, outcome: Outcome) -> None:
        """Have the server send no more of an answer; what was sent is read and forgotten."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)
        with suppress(Failure):
            for _ in outcome.answer.rows if outcome.answer is not None else ():
                pass

    # --- COPY -------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """A piece of what COPY .. FROM STDIN waits for."""
        while not self._connection.pgconn.put_copy_data(data):
            select.select([], [self._connection.pgconn.socket], [], _TICK)

    def sent(self, error: str | None = None) -> None:
        """All of it was sent, or there is an error; the outcome is the next one of `run`."""
        self._connection.pgconn.put_copy_end(None if error is None else error.encode())

    def _copied_out(self) -> Iterator[bytes]:
        connection = self._connection.pgconn
        while True:
            count, data = connection.get_copy_data(1)
            if count == 0:
                select.select([connection.socket], [], [], _TICK)
                connection.consume_input()
                continue
            if count < 0:
                return
            yield bytes(data)


def _heads(result: PGresult) -> tuple[Head, ...]:
    return tuple(
        Head((result.fname(n) or b"").decode(), KINDS.get(result.ftype(n), "text"))
        for n in range(result.nfields)
    )


def _tag(result: PGresult) -> str:
    return (result.command_status or b"").decode()


def _failure(result: PGresult, statement: str) -> Failure:
    def part(field: pq.DiagnosticField) -> str:
        return (result.error_field(field) or b"").decode()

    fields = pq.DiagnosticField
    position = part(fields.STATEMENT_POSITION)
    return Failure(
        part(fields.MESSAGE_PRIMARY) or result.get_error_message(),
        part(fields.SOURCE_FUNCTION),
        part(fields.SQLSTATE),
        int(position) - 1 if position else None,
        part(fields.MESSAGE_HINT),
        part(fields.MESSAGE_DETAIL),
        statement,
    )


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(" ", "\\ ")


def _one_line(text: str) -> str:
    return " ".join(text.split())
