"""Query history: what every statement of a session did, outside its databases and rollbacks."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, field

from mockhaus import clock
from mockhaus.sessions.afterwards import Afterwards

#: Entries kept, and how long; the oldest go first. Snowflake's QUERY_HISTORY function keeps 7 days.
MAX_ENTRIES: Final = 10_000
MAX_AGE: Final = timedelta(days=7)

#: Characters that are kept of a statement's text, as Snowflake's QUERY_HISTORY view keeps them, and
#: those that a session's entries may have together.
LONGEST_TEXT: Final = 100_000
MAX_TEXT: Final = 50_000_000


class Entry(Struct):
    """One statement. Times are seconds; `error_code` is Snowflake's number, None on success.

    `fetch_s`, `rows` and `bytes` of a query are known when a door has read its answer.
    """

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
    client: str = ""
    role: str = ""
    warehouse: str | None = None
    query_tag: str = ""
    parse_s: float = 0.0
    translate_s: float = 0.0
    fetch_s: float = 0.0
    bytes: int | None = None
    #: By the steady clock: when the statement had run.
    ended: float = field(default_factory=clock.steady)

    @property
    def succeeded(self) -> bool:
        """Whether the statement has not failed."""
        return self.error_code is None

    @property
    def total_s(self) -> float:
        """Everything: parse, translate, execute, fetch."""
        return self.parse_s + self.translate_s + self.execution_s + self.fetch_s

    @property
    def size(self) -> int:
        """Characters of its texts."""
        return len(self.text) + len(self.translated) + len(self.error_message or "")

    def fetched(self, rows: int, size: int | None = None) -> None:
        """A door has read the answer: so many rows, so many bytes."""
        self.fetch_s = clock.steady() - self.ended
        self.rows = rows if self.rows is None else self.rows
        self.bytes = self.bytes if size is None else size


class History:
    """The entries of one session, newest last. Safe to use from any thread."""

    def __init__(
        self,
        limit: int = MAX_ENTRIES,
        age: timedelta = MAX_AGE,
        observe: Callable[[Entry], None] | None = None,
        afterwards: Afterwards | None = None,
    ) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._age = age
        self._observe = observe
        self._afterwards = afterwards or Afterwards()
        self._lock = threading.Lock()
        self._size = 0

    def record(self, entry: Entry) -> None:
        """Add an entry."""
        with self._lock:
            if len(self._entries) == self._entries.maxlen:
                self._size -= self._entries.popleft().size
            self._entries.append(entry)
            self._size += entry.size
            self._forget(entry.ended)
        if self._observe is not None:
            self._observe(entry)

    def _forget(self, moment: float) -> None:
        """Drop what is too old by then, and the oldest where the texts are too long together."""
        oldest = moment - self._age.total_seconds()
        while self._entries and (self._size > MAX_TEXT or self._entries[0].ended < oldest):
            self._size -= self._entries.popleft().size

    def entries(self) -> list[Entry]:
        """All entries, newest first."""
        self._afterwards.do()
        with self._lock:
            self._forget(clock.steady())
            return list(self._entries)[::-1]

    def recent(self, limit: int = 100) -> list[Entry]:
        """The latest entries, newest first."""
        return self.entries()[:limit]

    def get(self, query_id: str) -> Entry | None:
        """The entry of that id, None if it is not kept."""
        return next((entry for entry in self.entries() if entry.query_id == query_id), None)

    def clear(self, before: datetime | None = None, user: str | None = None) -> int:
        """Forget the entries, or those begun before a time, or a user's; answers how many."""
        self._afterwards.do()
        with self._lock:
            kept = [
                each
                for each in self._entries
                if (before is not None and each.started >= before) or user not in (None, each.user)
            ]
            gone = len(self._entries) - len(kept)
            self._entries.clear()
            self._entries.extend(kept)
            self._size = sum(each.size for each in kept)
        return gone


def new_id() -> str:
    """A query id as Snowflake's: a UUID whose first part grows with time, beginning with 01."""
    minutes = int(clock.steady() // 60) & 0xFFFFFF
    rest = _random()
    return f"01{minutes:06x}-{rest[:4]}-{rest[4:8]}-{rest[8:12]}-{rest[12:]}"


#: Random parts of ids to come; the system is asked for many at a time.
_RANDOM: Final[deque[str]] = deque()


def _random() -> str:
    """24 hexadecimal digits that nobody can guess. In any thread."""
    while True:
        try:
            return _RANDOM.pop()
        except IndexError:
            digits = os.urandom(12 * 128).hex()
            _RANDOM.extend(digits[at : at + 24] for at in range(0, len(digits), 24))
