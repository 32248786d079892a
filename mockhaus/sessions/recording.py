"""What one connection leaves in its session's history, and the query ids of its statements."""

from __future__ import annotations

import logging
import time
from collections import deque
from datetime import datetime
from typing import Final

from mockhaus.access.hiding import hidden
from mockhaus.errors import SqlError
from mockhaus.result import Result
from mockhaus.sessions.history import Entry, History, new_id
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context

log: Final = logging.getLogger("mockhaus.statements")

#: Statements that LAST_QUERY_ID reaches back.
_QUERY_IDS: Final = 1000

#: Kinds of statements that name no passwords and keys, and may be long.
_WITHOUT_SECRETS: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"})


class Recorder:
    """Records the statements of one connection, one after another."""

    def __init__(self, history: History, door: str, client: str) -> None:
        self.door = door
        self.client = client
        #: Whether statements are written into the history; a door's own looks are not.
        self.recorded = True
        #: Ids of the statements so far, newest last.
        self.query_ids: deque[str] = deque(maxlen=_QUERY_IDS)
        #: Seconds spent on the next statement before it runs.
        self.parse_s = self.translate_s = 0.0
        self._history = history
        self._next_id: str | None = None

    def announce(self, query_id: str) -> None:
        """The id that the next statement gets."""
        self._next_id = query_id

    def coming_id(self) -> str:
        """The id that the next statement will have."""
        self._next_id = self._next_id or new_id()
        return self._next_id

    def record(
        self,
        statement: s.Statement,
        context: Context,
        started: datetime,
        clock: float,
        *,
        result: Result | None = None,
        error: SqlError | None = None,
    ) -> Entry:
        """A statement has run, or failed; `clock` is the performance counter when it began."""
        query_id, self._next_id = self._next_id or new_id(), None
        self.query_ids.append(query_id)
        entry = Entry(
            query_id,
            _text(statement),
            statement.kind,
            context.connection_id,
            context.user,
            self.door,
            context.database,
            context.schema,
            started,
            translated=result.translated if result is not None else "",
            execution_s=time.perf_counter() - clock,
            rows=result.row_count if result is not None else None,
            error_code=error.number if error is not None else None,
            error_message=error.message if error is not None else None,
            client=self.client,
            role=context.role,
            warehouse=context.warehouse,
            query_tag=context.parameters.get("QUERY_TAG", ""),
            parse_s=self.parse_s,
            translate_s=self.translate_s,
        )
        self.parse_s = self.translate_s = 0.0
        if self.recorded:
            self._history.record(entry)
            if log.isEnabledFor(logging.INFO):
                _log_entry(entry)
        return entry


def _text(statement: s.Statement) -> str:
    """What is kept of a statement's text: queries as they are, of others no secret."""
    return statement.text if statement.kind in _WITHOUT_SECRETS else hidden(statement.text)


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
