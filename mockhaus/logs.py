"""The log: which request a line belongs to, and lines as JSON.

A line never holds the text of a statement, a parameter or a token, but at level DEBUG.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import logging
import queue
import sys
import threading
from datetime import UTC, datetime
from typing import Final, Literal, TextIO

Format = Literal["text", "json"]

#: Lines that wait to be written, at most.
LINES: Final = 10_000
#: The request that is being answered, '' outside of one.
REQUEST_ID: Final = contextvars.ContextVar("request_id", default="")

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: What every record has; whatever else it has was given as `extra`. uvicorn's colours are its own.
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message", "asctime", "taskName", "color_message",
}  # fmt: skip


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, and what is `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        line |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Unblocked(logging.Handler):
    """Lines that a thread writes: who logs never waits for who reads the log.

    So many lines wait; of those beyond, while nobody reads, only the number is told.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(LINES)
        self._lost = 0
        self._writer = threading.Thread(target=self._write, name="mockhaus-log", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._lost += 1

    def close(self) -> None:
        """Write what waits, as far as somebody reads it within a second."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=1)
            self._writer.join(timeout=1)
        super().close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            lost, self._lost = self._lost, 0
            told = f"{line}\n({lost} lines were lost)\n" if lost else f"{line}\n"
            with contextlib.suppress(OSError, ValueError):  # nobody is there any more
                self._stream.write(told)
                self._stream.flush()


def set_up(form: Format, level: int) -> None:
    """Have everything of that level and above written to stderr."""
    handler = Unblocked(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler])
    if level > logging.DEBUG:  # what is no HTTP at all is anybody's, as often as they like
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
