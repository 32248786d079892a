"""`/api/v1/history`: what ran, through whatever door, in one session or in all that are open.

Every operation takes the same filters in its query string: `session_id`, `text` (part of the SQL),
`status` (SUCCESS, FAIL), `type`, `user`, `door`, `query_tag`, `error_code`, `since`, `before`
(times in ISO 8601; of a list the `started` of its last row is the `before` of the next page).
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from mockhaus.http import parameters
from mockhaus.http.bodies import Failure
from mockhaus.http.guard import user
from mockhaus.http.kept import KeptConnections
from mockhaus.http.refusals import Refused
from mockhaus.sessions.history import Entry
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.session import Session

#: Where statements come in.
DOORS: Final = ("postgresql", "http", "sql-api", "python")

#: Rows of a list that names no limit, and the most there may be.
DEFAULT_LIMIT: Final = 100
MOST: Final = 10_000


class HistoryEntry(Struct, frozen=True):
    """One statement. Times in milliseconds; `rows` and `bytes` are of the answer, where known."""

    query_id: str
    session_id: str
    connection_id: int
    sql: str
    translated_sql: str
    type: str
    status: str
    error_code: str | None
    error_message: str | None
    user: str
    role: str
    client: str
    door: str
    database: str | None
    schema: str | None
    warehouse: str | None
    query_tag: str
    started: datetime
    parse_ms: float
    translate_ms: float
    execute_ms: float
    fetch_ms: float
    total_ms: float
    rows: int | None
    bytes: int | None


class HistoryList(Struct, frozen=True):
    """Statements, newest first."""

    success: bool
    history: list[HistoryEntry]
    count: int


class HistoryAnswer(Struct, frozen=True):
    """One statement."""

    success: bool
    query: HistoryEntry


class Durations(Struct, frozen=True):
    """Of whole statements, in milliseconds."""

    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class HistoryStatistics(Struct, frozen=True):
    """Counts and durations; `durations` is null where nothing ran. Hours are UTC."""

    success: bool
    total: int
    succeeded: int
    failed: int
    durations: Durations | None
    by_type: dict[str, int]
    by_error: dict[str, int]
    by_hour: dict[str, int]


class HistoryCleared(Struct, frozen=True):
    """How many statements were forgotten."""

    success: bool
    message: str
    cleared: int


Test = Callable[[str, Entry], bool]

#: Filter -> the test that a value makes.
_TESTS: Final[dict[str, Callable[[Any], Test]]] = {
    "session_id": lambda value: lambda session, entry: session == value,
    "text": lambda value: lambda session, entry: value.lower() in entry.text.lower(),
    "status": lambda value: lambda session, entry: _status(entry) == value,
    "type": lambda value: lambda session, entry: entry.kind == value.upper(),
    "user": lambda value: lambda session, entry: entry.user == value.upper(),
    "door": lambda value: lambda session, entry: entry.door == value,
    "query_tag": lambda value: lambda session, entry: entry.query_tag == value,
    "error_code": lambda value: lambda session, entry: entry.error_code == value,
    "since": lambda value: lambda session, entry: entry.started >= value,
    "before": lambda value: lambda session, entry: entry.started < value,
}

_SESSION: Final = parameters.text("session_id", "Of this session alone.")
_BEFORE: Final = parameters.moment("before", "That began before this time.")
HISTORY_FILTERS: Final = (
    _SESSION,
    parameters.text("text", "Whose SQL holds this text, in any case."),
    parameters.choice("status", "That ended so.", ("SUCCESS", "FAIL"), default=None),
    parameters.text("type", "Of this kind of statement.", example="SELECT"),
    parameters.text("user", "Of this user."),
    parameters.choice("door", "That came in there.", DOORS, default=None),
    parameters.text("query_tag", "That ran under this QUERY_TAG."),
    parameters.text("error_code", "That failed with this number.", example="002003"),
    parameters.moment("since", "That began then or later."),
    _BEFORE,
)
HISTORY_LIST: Final = (
    *HISTORY_FILTERS,
    parameters.number("limit", "The most rows.", 1, MOST, default=DEFAULT_LIMIT),
)
HISTORY_SEARCH: Final = (
    parameters.text("text", "Whose SQL holds this text, in any case.", required=True),
    *(each for each in HISTORY_LIST if each.name != "text"),
)
HISTORY_CLEAR: Final = (_SESSION, _BEFORE)


def _status(entry: Entry) -> str:
    return "SUCCESS" if entry.succeeded else "FAIL"


class HistoryApi:
    """The operations."""

    def __init__(self, registry: Registry, kept: KeptConnections) -> None:
        self._registry = registry
        self._kept = kept

    async def recent(self, request: Request, body: None) -> HistoryList:
        """The latest statements, newest first."""
        found = (await self._found(request))[: parameters.asked(request)["limit"]]
        return HistoryList(True, found, len(found))

    async def search(self, request: Request, body: None) -> HistoryList:
        """The latest statements whose text holds `text`, newest first."""
        return await self.recent(request, body)

    async def get(self, request: Request, body: None) -> HistoryAnswer:
        """One statement by its query id."""
        query_id = request.path_params["query_id"]
        for session in await self._sessions(None):
            entry = session.history.get(query_id)
            if entry is not None:
                return HistoryAnswer(True, _shown(session.id, entry))
        raise Refused(404, Failure(error="QUERY_NOT_FOUND", detail=f"Query {query_id} not found"))

    async def statistics(self, request: Request, body: None) -> HistoryStatistics:
        """How many statements, how long they took, which failed and when they ran."""
        return _statistics(await self._found(request))

    async def clear(self, request: Request, body: None) -> HistoryCleared:
        """Forget the statements of a session or of all, or those from before a time."""
        asked = parameters.asked(request)
        sessions = await self._sessions(asked["session_id"])
        gone = sum(session.history.clear(asked["before"], _whose(session)) for session in sessions)
        return HistoryCleared(True, f"Cleared {gone} statements", gone)

    async def export(self, request: Request, body: None) -> Response:
        """All statements as a file: `format` is json, csv or parquet."""
        name = parameters.asked(request)["format"]
        media, write = _FORMATS[name]
        content = await self._kept.at_desk(write, await self._found(request))
        disposition = f'attachment; filename="history.{name}"'
        return Response(content, 200, {"content-disposition": disposition}, media_type=media)

    async def _found(self, request: Request) -> list[HistoryEntry]:
        """The statements that pass the filters of a request, newest first."""
        asked = parameters.asked(request)
        given = {name: asked[name] for name in _TESTS if asked[name] is not None}
        tests = [_TESTS[name](value) for name, value in given.items()]
        sessions = await self._sessions(asked["session_id"])
        return await self._kept.at_desk(_passed, sessions, tests)

    async def _sessions(self, session_id: str | None) -> list[Session]:
        if session_id is None:
            return self._kept.visible()
        return [await self._kept.at_desk(self._kept.find, session_id)]


def _whose(session: Session) -> str | None:
    """Whose statements the caller may have a session forget: None is everyone's."""
    return None if user() in (None, session.owner) else user()


def _passed(sessions: list[Session], tests: list[Test]) -> list[HistoryEntry]:
    found = [
        _shown(session.id, entry)
        for session in sessions
        for entry in session.history.entries()
        if all(test(session.id, entry) for test in tests)
    ]
    return sorted(found, key=lambda entry: entry.started, reverse=True)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _shown(session_id: str, entry: Entry) -> HistoryEntry:
    return HistoryEntry(
        query_id=entry.query_id,
        session_id=session_id,
        connection_id=entry.connection_id,
        sql=entry.text,
        translated_sql=entry.translated,
        type=entry.kind,
        status=_status(entry),
        error_code=entry.error_code,
        error_message=entry.error_message,
        user=entry.user,
        role=entry.role,
        client=entry.client,
        door=entry.door,
        database=entry.database,
        schema=entry.schema,
        warehouse=entry.warehouse,
        query_tag=entry.query_tag,
        started=entry.started,
        parse_ms=_milliseconds(entry.parse_s),
        translate_ms=_milliseconds(entry.translate_s),
        execute_ms=_milliseconds(entry.execution_s),
        fetch_ms=_milliseconds(entry.fetch_s),
        total_ms=_milliseconds(entry.total_s),
        rows=entry.rows,
        bytes=entry.bytes,
    )


def _statistics(found: list[HistoryEntry]) -> HistoryStatistics:
    times = sorted(entry.total_ms for entry in found)
    durations = None
    if times:
        mean = round(sum(times) / len(times), 3)
        p50, p95, p99 = (_percentile(times, part) for part in (0.5, 0.95, 0.99))
        durations = Durations(mean, p50, p95, p99, times[-1])
    failed = [entry for entry in found if entry.error_code is not None]
    hours = Counter(f"{entry.started:%Y-%m-%dT%H:00:00Z}" for entry in found)
    return HistoryStatistics(
        True,
        len(found),
        len(found) - len(failed),
        len(failed),
        durations,
        dict(Counter(entry.type for entry in found).most_common()),
        dict(Counter(str(entry.error_code) for entry in failed).most_common()),
        dict(sorted(hours.items())),
    )


def _percentile(times: list[float], part: float) -> float:
    """The nearest-rank percentile of sorted times."""
    return times[max(0, math.ceil(part * len(times)) - 1)]


# --- files ----------------------------------------------------------------------------------------


def _json(found: list[HistoryEntry]) -> bytes:
    return msgspec.json.encode(found)


def _csv(found: list[HistoryEntry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HistoryEntry.__struct_fields__)
    for entry in found:
        cells = msgspec.structs.astuple(entry)
        writer.writerow(
            [cell.isoformat() if isinstance(cell, datetime) else cell for cell in cells]
        )
    return text.getvalue().encode()


_INTEGERS: Final = ("connection_id", "rows", "bytes")


def _parquet(found: list[HistoryEntry]) -> bytes:
    schema = pa.schema([(name, _arrow(name)) for name in HistoryEntry.__struct_fields__])
    table = pa.Table.from_pylist([msgspec.structs.asdict(entry) for entry in found], schema)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def _arrow(name: str) -> pa.DataType:
    if name.endswith("_ms"):
        return pa.float64()
    if name == "started":
        return pa.timestamp("us", "UTC")
    return pa.int64() if name in _INTEGERS else pa.string()


_FORMATS: Final[dict[str, tuple[str, Callable[[list[HistoryEntry]], bytes]]]] = {
    "json": ("application/json", _json),
    "csv": ("text/csv", _csv),
    "parquet": ("application/vnd.apache.parquet", _parquet),
}

HISTORY_EXPORT: Final = (
    *HISTORY_FILTERS,
    parameters.choice("format", "What the file is.", _FORMATS, default="json"),
)

#: What an export may be, beside JSON.
HISTORY_MEDIA: Final = tuple(media for name, (media, _) in _FORMATS.items() if name != "json")
