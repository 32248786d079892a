"""STATEMENT_TIMEOUT_IN_SECONDS: a statement, and the reading of its rows, is stopped in time.

Snowflake's manual: "STATEMENT_TIMEOUT_IN_SECONDS".
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockhaus.errors import Canceled, SqlError, StatementTimeout
from mockhaus.result import Batches, Result

if TYPE_CHECKING:
    import pyarrow as pa


class Deadline:
    """Calls `cancel`, with the reason, after so many seconds, unless the statement is over."""

    def __init__(self, seconds: int, cancel: Callable[[SqlError], None]) -> None:
        self._seconds = seconds
        self._cancel = cancel
        self._passed = False
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        self._passed = True
        self._cancel(self._error())

    def _error(self) -> StatementTimeout:
        return StatementTimeout(
            f"Statement reached its statement or warehouse timeout of {self._seconds} second(s)"
            " and was canceled."
        )

    def over(self) -> None:
        """The statement has ended."""
        self._timer.cancel()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Tell a cancellation by the clock from any other. Raises StatementTimeout."""
        try:
            yield
        except Canceled as error:
            self.over()
            if not self._passed:
                raise
            raise self._error() from error


class Timed:
    """Batches whose reading is watched."""

    def __init__(self, batches: Batches, deadline: Deadline) -> None:
        self._batches = batches
        self._deadline = deadline

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        with self._deadline.watching():
            yield from self._batches
        self._deadline.over()

    def close(self) -> None:
        """Give up the rest."""
        self._deadline.over()
        self._batches.close()


def limited(
    parameters: Mapping[str, str], cancel: Callable[[SqlError], None], run: Callable[[], Result]
) -> Result:
    """What `run` answers, under the deadline that the session has set, if any."""
    seconds = int(parameters.get("STATEMENT_TIMEOUT_IN_SECONDS", 0))
    if not seconds:
        return run()
    deadline = Deadline(seconds, cancel)
    try:
        with deadline.watching():
            result = run()
    except BaseException:
        deadline.over()
        raise
    if result.batches is None:
        deadline.over()
    else:
        result.batches = Timed(result.batches, deadline)
    return result
