"""A session in this process, without doors: for a statement or two that no server is asked for.

The rules, and the texts of values, are those of a connection through the PostgreSQL door with
`dialect=snowflake`; half of the time that a server takes to start is for its doors.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mockhaus.client.answers import Answer, Head, Row
from mockhaus.client.outcomes import KINDS, Disconnected, Failure, Outcome, shown

if TYPE_CHECKING:
    from mockhaus.config import Config
    from mockhaus.result import Column, Result
    from mockhaus.sessions.connection import Connection

_T = TypeVar("_T")

#: How often a wait looks at the clock, in seconds.
_TICK: Final = 0.2

_USER: Final = "mockhaus"


@contextmanager
def within(config: Config, session: str) -> Iterator[Within]:
    """A connection to a session of this process, which ends with the block. Raises Disconnected,
    OSError."""
    from mockhaus.engine import instances, library

    instances.over(library.shared(), config.limits).alone()  # while it is made, all else is loaded
    from mockhaus.errors import MockhausError
    from mockhaus.sessions.registry import Registry
    from mockhaus.sessions.transaction import Transactions
    from mockhaus.threads import deepen

    deepen()
    registry = Registry(config)
    try:
        try:
            connection = registry.attach(session).connect(
                user=_USER,
                door="cli",
                transactions=Transactions.SNOWFLAKE,
                client="mockhaus query",
            )
        except MockhausError as error:
            raise Disconnected(" ".join(str(error).split())) from None
        yield Within(connection)
        connection.close()
    finally:
        registry.close()


class Within:
    """A `Speech` on a connection of this process. Statements run in a thread, which has the stack
    that deeply nested ones need, and lets Ctrl-C be heard."""

    is_gone = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._thread: threading.Thread | None = None
        self.waiting: Callable[[float], None] = lambda seconds: None
        self.notice: Callable[[str], None] = lambda text: None

    @property
    def number(self) -> int:
        """The connection's number in its session."""
        return self._connection.context.connection_id

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.status == "T"

    def told(self, name: str) -> str:
        """Its `database` or `schema`, or the names of its `variables`."""
        context = self._connection.context
        found = {
            "database": context.database or "",
            "schema": context.schema or "",
            "variables": ",".join(context.variables),
        }
        return found.get(name, "")

    def run(self, text: str) -> Iterator[Outcome]:
        """Run a text; an outcome for each of its statements. Raises Failure."""
        statements = self._results(text)
        while (result := self._told(text, lambda: next(statements, None))) is not None:
            try:
                yield self._outcome(text, result)
            finally:
                result.close()

    def _results(self, text: str) -> Iterator[Result]:
        from mockhaus.errors import UndefinedBind

        for statement in self._connection.parse(text):
            if binds := getattr(statement, "binds", ()):
                raise UndefinedBind(f"SQL compilation error:\nBind variable {binds[0]} not set.")
            prepared = self._connection.prepare(statement, describe=False)
            yield self._connection.run(prepared, projection=_projected)

    def rows(self, text: str) -> list[Row]:
        """The rows of a query, all of them."""
        return [row for found in self.run(text) if found.answer for row in found.answer.rows]

    def _outcome(self, text: str, result: Result) -> Outcome:
        for line in _beside(result):
            self.notice(line)
        count = "" if result.row_count is None else f" {result.row_count}"
        if not result.columns:
            return Outcome(tag=result.tag + count)
        heads = tuple(
            Head(column.name, KINDS.get(column.type.oid, "text")) for column in result.columns
        )
        return Outcome(Answer(heads, self._rows(text, result)), result.tag + count)

    def _rows(self, text: str, result: Result) -> Iterator[Row]:
        batches = _batches(result)
        while (rows := self._told(text, lambda: next(batches, None))) is not None:
            yield from rows

    def _told(self, text: str, call: Callable[[], _T]) -> _T:
        """What a call in a thread comes to. Raises Failure."""
        from mockhaus.errors import EngineFault, MockhausError

        found: list[_T] = []
        failed: list[MockhausError] = []

        def work() -> None:
            try:
                found.append(call())
            except MockhausError as error:
                failed.append(error)
            except Exception as error:
                failed.append(EngineFault(f"Internal error: {type(error).__name__}: {error}"))

        began = time.monotonic()
        self._thread = thread = threading.Thread(target=work, name="mockhaus-statement")
        thread.start()
        while thread.is_alive():
            thread.join(_TICK)
            if thread.is_alive():
                self.waiting(time.monotonic() - began)
        if failed:
            raise _failure(failed[0], text)
        return found[0]

    def cancel(self) -> None:
        """Stop what runs."""
        while self._thread is not None and self._thread.is_alive():
            self._connection.cancel()  # DuckDB forgets one that comes before a statement begins
            self._thread.join(_TICK)

    def cancel_rest(self, outcome: Outcome) -> None:
        """Have no more of an answer: `run` gives up what was not read."""

    def send(self, data: bytes) -> None:
        """No statement waits for data here."""

    def sent(self, error: str | None = None) -> None:
        """No statement waits for data here."""

    def reconnect(self) -> None:
        """It is never gone."""

    def close(self) -> None:
        """Leave."""
        self._connection.close()


def _projected(columns: Sequence[Column]) -> Sequence[str] | None:
    from mockhaus.gateway.forms.cells import projected
    from mockhaus.gateway.forms.text import form

    return projected([form(column.type) for column in columns])


def _batches(result: Result) -> Iterator[list[Row]]:
    """The rows of a result as texts, some at a time."""
    from mockhaus.gateway.forms.cells import arrow
    from mockhaus.gateway.forms.text import form

    forms = [form(column.type) for column in result.columns]
    kinds = [column.type.oid for column in result.columns]
    held = [] if not result.rows else [arrow(result.rows, forms)]
    for batch in result.batches or held:
        columns = [
            form.values(column if form.loose else form.bring(column))
            for form, column in zip(forms, batch.columns, strict=True)
        ]
        yield [
            [
                None if value is None else shown(form.scalar(value), kind)
                for form, kind, value in zip(forms, kinds, row, strict=True)
            ]
            for row in zip(*columns, strict=True)
        ]


def _beside(result: Result) -> Iterator[str]:
    """What a client is told beside an answer, a line each."""
    for text in result.warnings:
        yield f"WARNING: {text}"
    if result.skipped:
        from mockhaus.gateway.responses import skipped_notice  # few answers have one

        yield f"NOTICE: {skipped_notice(result.tag, result.skipped).fields['M']}"
    for text in result.notices:
        yield f"NOTICE: {text}"


def _failure(error: Any, statement: str) -> Failure:
    from mockhaus.gateway.responses import error_response  # where errors get their words

    fields = error_response(error).fields
    return Failure(
        fields["M"],
        fields.get("R", ""),
        fields["C"],
        error.position,
        fields.get("H", ""),
        fields.get("D", ""),
        statement,
    )
