"""What one connection leaves in its session's history, and the query ids of its statements."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from mockhaus.access.hiding import hidden
from mockhaus.clock import now, steady
from mockhaus.engine.stream import Stream
from mockhaus.errors import SqlError
from mockhaus.result import Result
from mockhaus.sessions.history import LONGEST_TEXT, Entry, new_id
from mockhaus.sessions.past import again
from mockhaus.sessions.preparing import Prepared
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context

if TYPE_CHECKING:
    from mockhaus.sessions.session import Session

log: Final = logging.getLogger("mockhaus.statements")

#: Statements that LAST_QUERY_ID reaches back.
_QUERY_IDS: Final = 1000

#: Kinds of statements that name no passwords and keys, and may be long.
_WITHOUT_SECRETS: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"})


class Recorder:
    """Records the statements of one connection, one after another."""

    def __init__(
        self, session: Session, door: str, client: str, progress: Callable[[], float | None]
    ) -> None:
        self.door = door
        self.client = client
        #: How far the statement that runs has come, in percent, None where that is not known.
        self.progress = progress
        #: Hears why what runs is to stop, if that is said, in the thread that tells it.
        self.told: Callable[[SqlError | None], None] = lambda reason: None
        #: The latest statement, and when it began.
        self._latest: tuple[s.Statement, datetime] | None = None
        self._since = 0.0
        #: Whether statements are written into the history; a door's own looks are not.
        self.recorded = True
        #: Whether the door does what waits in `Session.afterwards`, once an answer is out.
        self.defers = False
        #: Ids of the statements so far, newest last.
        self.query_ids: deque[str] = deque(maxlen=_QUERY_IDS)
        #: Seconds spent on the next statement before it runs.
        self.parse_s = self.translate_s = 0.0
        self._session = session
        self._next_id: str | None = None

    @contextmanager
    def reading(self, text: str, context: Context) -> Iterator[None]:
        """A text is parsed; one that is no SQL counts as a statement that has failed."""
        clock = perf_counter()
        try:
            yield
        except SqlError as error:
            self.parse_s = perf_counter() - clock
            self.failed(s.Unknown(text=text), context, now(), 0.0, error)
            raise
        self.parse_s = perf_counter() - clock

    def begins(self, statement: s.Statement, started: datetime) -> None:
        """A statement begins to run."""
        self._latest, self._since = (statement, started), steady()
        self._session.touch(started)

    @property
    def seconds(self) -> float:
        """How long ago the statement that runs, or ran last, began."""
        return steady() - self._since

    @property
    def began(self) -> datetime | None:
        """When the statement that runs, or ran last, began."""
        return None if self._latest is None else self._latest[1]

    @property
    def latest(self) -> tuple[str, datetime] | None:
        """The text of the statement that runs, or ran last, without secrets; when it began."""
        return None if self._latest is None else (_text(self._latest[0]), self._latest[1])

    def announce(self, query_id: str) -> None:
        """The id that the next statement gets."""
        self._next_id = query_id

    def coming_id(self) -> str:
        """The id that the next statement will have."""
        self._next_id = self._next_id or new_id()
        return self._next_id

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Statements within a statement are recorded by themselves, before it, with other ids."""
        kept = (self._next_id, self.parse_s, self.translate_s)
        self._next_id, self.parse_s, self.translate_s = None, 0.0, 0.0
        try:
            yield
        finally:
            self._next_id, self.parse_s, self.translate_s = kept

    def answered(
        self,
        prepared: Prepared,
        context: Context,
        result: Result,
        values: Sequence[Any],
        *,
        started: datetime,
        writes: int,
    ) -> None:
        """A statement has run; `writes` are the session's as of when it began."""
        result.query_id = query_id = self._id()
        times = self._times()

        def kept() -> None:
            statement = prepared.statement
            entry = self._entry(query_id, statement, context, started)
            entry.execution_s, (entry.parse_s, entry.translate_s) = result.execution_s, times
            entry.translated, entry.rows = result.translated[:LONGEST_TEXT], result.row_count
            self._record(entry)
            result.fetched = entry.fetched
            if isinstance(result.batches, Stream):
                result.batches.at_end = entry.fetched
            sql, refused = again(prepared, result, values)
            self._session.results.keep(query_id, result, sql, refused, writes)

        self._session.afterwards.later(kept)
        # A line of the log is to be seen at once.
        logs = self.recorded and log.isEnabledFor(logging.INFO)
        if not self.defers or logs or result.batches is not None:
            self._session.afterwards.do()

    def failed(
        self,
        statement: s.Statement,
        context: Context,
        started: datetime,
        seconds: float,
        error: SqlError,
    ) -> None:
        """A statement has failed."""
        error.query_id = self._id()
        entry = self._entry(error.query_id, statement, context, started)
        entry.execution_s, (entry.parse_s, entry.translate_s) = seconds, self._times()
        entry.error_code, entry.error_message = error.number, hidden(error.message)
        self._session.afterwards.do()
        self._record(entry)

    def _id(self) -> str:
        query_id, self._next_id = self._next_id or new_id(), None
        self.query_ids.append(query_id)
        return query_id

    def _times(self) -> tuple[float, float]:
        times = self.parse_s, self.translate_s
        self.parse_s = self.translate_s = 0.0
        return times

    def _entry(
        self,
        query_id: str,
        statement: s.Statement,
        context: Context,
        started: datetime,
    ) -> Entry:
        return Entry(
            query_id,
            _text(statement),
            statement.kind,
            context.connection_id,
            context.user,
            self.door,
            context.database,
            context.schema,
            started,
            client=self.client,
            role=context.role,
            warehouse=context.warehouse,
            query_tag=context.parameters.get("QUERY_TAG", ""),
        )

    def _record(self, entry: Entry) -> None:
        if self.recorded:
            self._session.history.record(entry)
            if log.isEnabledFor(logging.INFO):
                _log_entry(entry)


def _text(statement: s.Statement) -> str:
    """What is kept of a statement's text: queries as they are, of others no secret."""
    text = statement.text[:LONGEST_TEXT]
    return text if statement.kind in _WITHOUT_SECRETS else hidden(text)


def _log_entry(entry: Entry) -> None:
    """A line that tells everything but the text."""
    outcome = "succeeded" if entry.succeeded else f"failed: {entry.error_code}"
    extra = {
        "query_id": entry.query_id,
        "door": entry.door,
        "user": entry.user,
        "connection_id": entry.connection_id,
        "type": entry.kind,
        "error_code": entry.error_code,
        "seconds": round(entry.total_s, 6),
    }
    log.info("%s %s", entry.kind, outcome, extra=extra)
