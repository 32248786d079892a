"""Answers of earlier statements, for RESULT_SCAN and DESCRIBE RESULT.

A query's rows are not kept: its translated text is, at no cost for the query, and running it again
answers the same as long as nothing in the session was written since. Where that cannot be promised
it is refused by name. The rows of SHOW, DESCRIBE, DDL and DML are few, and kept as they are.

Snowflake's manual: "RESULT_SCAN", "DESCRIBE RESULT".
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

from msgspec import Struct

from mockhaus.errors import ResultNotFound, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.sessions.afterwards import Afterwards

#: Answers kept; the oldest go first.
MAX_ANSWERS: Final = 1_000
#: Rows of one answer that are kept.
MAX_ROWS: Final = 10_000


class Answer(Struct, frozen=True):
    """What a statement answered: `rows`, or `sql` that answers them again while `writes` holds.

    `refused` says why it cannot be had, '' where it can.
    """

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]] | None = None
    sql: str = ""
    writes: int = 0
    refused: str = ""


class Results:
    """The latest answers of a session, by query id. Safe to use from any thread."""

    def __init__(self, afterwards: Afterwards | None = None) -> None:
        self._afterwards = afterwards or Afterwards()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()
        #: How often anything was written, committed or rolled back in the session.
        self.writes = 0

    def written(self) -> None:
        """Data may not be what it was."""
        self.writes += 1

    def keep(self, query_id: str, result: Result, sql: str, refused: str, writes: int) -> None:
        """A statement has answered; `writes` as of when it began."""
        rows = result.rows if not sql else None
        if rows is not None and len(rows) > MAX_ROWS:
            rows, refused = None, f"answers of more than {MAX_ROWS} rows are not kept"
        answer = Answer(result.columns, rows, sql, writes, refused)
        with self._lock:
            self._answers[query_id] = answer
            if len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)

    def get(self, query_id: str) -> Answer:
        """The answer of a statement. Raises ResultNotFound."""
        self._afterwards.do()
        found = self._answers.get(query_id)
        if found is None:
            raise ResultNotFound(f"Statement {query_id} not found")
        return found

    def readable(self, query_id: str) -> Answer:
        """The answer, whose rows can be had. Raises ResultNotFound, UnsupportedFeature."""
        found = self.get(query_id)
        reason = found.refused
        if not reason and found.sql and found.writes != self.writes:
            reason = "data has changed since it ran"
        if reason:
            raise UnsupportedFeature(
                f"Unsupported feature 'RESULT_SCAN of statement {query_id}': {reason}.",
                hint="CREATE TEMPORARY TABLE .. AS SELECT keeps the rows of a query.",
            )
        return found
