"""The log: which request a line belongs to, and lines as JSON.

A line never holds the text of a statement, a parameter or a token, but at level DEBUG.
"""

from __future__ import annotations

import contextvars
import json
import logging
from datetime import UTC, datetime
from typing import Final, Literal

Format = Literal["text", "json"]

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


def set_up(form: Format, level: int) -> None:
    """Have everything of that level and above written to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler])
