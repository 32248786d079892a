"""Query history: what every statement of a session did, outside its databases and rollbacks."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

#: Entries kept; the oldest go first.
MAX_ENTRIES: Final = 10_000


@dataclass(slots=True)
class Entry:
    """One statement. Times are seconds; `error_code` is Snowflake's number, None on success."""

    query_id: str
    text: str
    kind: str
    connection_id: int
    user: str
    door: str
    database: str | None
    schema: str | None
    started: datetime
    translated: str = ""
    execution_s: float = 0.0
    rows: int | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the statement has not failed."""
        return self.error_code is None


class History:
    """The entries of one session, newest last. Safe to use from any thread."""

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._lock = threading.Lock()

    def record(self, entry: Entry) -> None:
        """Add an entry."""
        with self._lock:
            self._entries.append(entry)

    def recent(self, limit: int = 100) -> list[Entry]:
        """The latest entries, newest first."""
        with self._lock:
            entries = list(self._entries)
        return entries[::-1][:limit]


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)
