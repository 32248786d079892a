"""The table of operations: what this door does, one row each.

Documents are made of the table as well: each row names the types of body and answer and the
statuses an operation may refuse with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct
from starlette.requests import Request

from mockhaus.http.bodies import (
    CleanupAnswer,
    Done,
    ForkRequest,
    Health,
    QueryAnswer,
    QueryRequest,
    ServerInfo,
    SessionAnswer,
    SessionChange,
    SessionList,
    SessionRequest,
    SnapshotAnswer,
    SnapshotList,
    SnapshotRequest,
    StoredList,
    TranslateAnswer,
    TranslateRequest,
)
from mockhaus.http.connections import ConnectionList, Connections
from mockhaus.http.control import TABLES, Alive, Control, ExecutedList, Reset, TableList
from mockhaus.http.copies import RESTORE, Copies
from mockhaus.http.documents import Documents, Html
from mockhaus.http.history import (
    HISTORY_CLEAR,
    HISTORY_EXPORT,
    HISTORY_FILTERS,
    HISTORY_LIST,
    HISTORY_MEDIA,
    HISTORY_SEARCH,
    HistoryAnswer,
    HistoryApi,
    HistoryCleared,
    HistoryEntry,
    HistoryList,
    HistoryStatistics,
)
from mockhaus.http.metrics import MetricsApi
from mockhaus.http.parameters import Parameter
from mockhaus.http.queries import PAGE, QueryState
from mockhaus.http.rest import DELETE_SESSION, Rest
from mockhaus.http.sqlapi.api import CANCEL, FETCH, SUBMIT, SqlApi
from mockhaus.http.sqlapi.bodies import CancelStatus, ResultSet, StatementRequest
from mockhaus.http.stage_files import DOWNLOAD, UPLOAD, FileUploaded, StageFiles

#: Request and body in; a struct, or JSON bytes, out.
Call = Callable[[Request, Any], Awaitable[object]]


class Operation(Struct, frozen=True):
    """One method of one path.

    `fault` is the name of a failure that is Mockhaus's own; `documented` the body of a call that
    reads it itself; `query` what may stand after the question mark; a call may answer with a
    Response.
    """

    method: str
    path: str
    tag: str
    call: Call
    answer: Any
    body: type | None = None
    refusals: tuple[int, ...] = ()
    fault: str = "INTERNAL_SERVER_ERROR"
    documented: type | None = None
    query: tuple[Parameter, ...] = ()
    #: Other types of content that it may answer with.
    media: tuple[str, ...] = ()

    @property
    def is_sql_api(self) -> bool:
        """Whether it speaks as Snowflake's SQL API does; it reads its query parameters itself."""
        return self.path.startswith("/api/v2/")

    @property
    def summary(self) -> str:
        """The first line of the method's docstring."""
        return (self.call.__doc__ or "").partition("\n")[0]


class Doors(Struct, frozen=True):
    """The objects whose methods are the operations."""

    rest: Rest
    sql_api: SqlApi
    control: Control
    history: HistoryApi
    files: StageFiles
    copies: Copies
    connections: Connections
    documents: Documents
    metrics: MetricsApi


def operations(doors: Doors) -> tuple[Operation, ...]:
    """Everything this door does."""
    return (
        *_rest(doors.rest),
        *_history(doors.history),
        *_sql_api(doors.sql_api),
        *_control(doors.control),
        *_files(doors.files),
        *_copies(doors.copies),
        *_connections(doors.connections),
        *_documents(doors.documents, doors.metrics),
    )


def _copies(copies: Copies) -> tuple[Operation, ...]:
    one = "/api/v1/sessions/{session_id}"
    every, given = one + "/snapshots", (400, 404, 408, 409, 410, 413, 415, 422, 503)
    return (
        Operation(
            "PATCH", one, "sessions", copies.change, SessionAnswer, SessionChange, (*given, 403)
        ),
        Operation(
            "POST", one + "/fork", "sessions", copies.fork, SessionAnswer, ForkRequest,
            given,
        ),
        Operation(
            "GET", every, "sessions", copies.snapshots, SnapshotList,
            refusals=(404, 409, 410, 503),
        ),
        Operation(
            "POST", every, "sessions", copies.snapshot, SnapshotAnswer, SnapshotRequest, given
        ),
        Operation(
            "POST", every + "/{name}/restore", "sessions", copies.restore, Done,
            refusals=(400, 404, 409, 410, 503), query=RESTORE,
        ),
        Operation(
            "DELETE", every + "/{name}", "sessions", copies.remove, Done,
            refusals=(404, 409, 410, 503),
        ),
    )  # fmt: skip


def _connections(connections: Connections) -> tuple[Operation, ...]:
    path = "/api/v1/sessions/{session_id}/connections"
    return (
        Operation(
            "GET", path, "sessions", connections.every, ConnectionList,
            refusals=(404, 409, 410, 503),
        ),
        Operation(
            "POST", path + "/{number}/cancel", "sessions", connections.cancel, Done,
            refusals=(404, 409, 410, 503),
        ),
    )  # fmt: skip


def _files(files: StageFiles) -> tuple[Operation, ...]:
    path = "/api/v1/sessions/{session_id}/files"
    return (
        Operation("GET", path, "files", files.download, bytes, refusals=(400, 404, 409, 410, 503),
            query=DOWNLOAD,
        ),
        Operation(
            "PUT", path, "files", files.upload, FileUploaded,
            refusals=(400, 404, 408, 409, 410, 503), documented=bytes, query=UPLOAD,
        ),
    )  # fmt: skip


def _history(history: HistoryApi) -> tuple[Operation, ...]:
    path, missing = "/api/v1/history", (400, 404, 409, 410, 503)
    return (
        Operation("GET", path, "history", history.recent, HistoryList, refusals=missing,
            query=HISTORY_LIST,
        ),
        Operation("DELETE", path, "history", history.clear, HistoryCleared, refusals=missing,
            query=HISTORY_CLEAR,
        ),
        Operation(
            "GET", path + "/search", "history", history.search, HistoryList, refusals=missing,
            query=HISTORY_SEARCH,
        ),
        Operation(
            "GET", path + "/statistics", "history", history.statistics, HistoryStatistics,
            refusals=missing, query=HISTORY_FILTERS,
        ),
        Operation(
            "GET", path + "/export", "history", history.export, list[HistoryEntry],
            refusals=missing, query=HISTORY_EXPORT, media=HISTORY_MEDIA,
        ),
        Operation(
            "GET", path + "/{query_id}", "history", history.get, HistoryAnswer, refusals=(404,)
        ),
    )  # fmt: skip


def _sql_api(sql_api: SqlApi) -> tuple[Operation, ...]:
    path, one = "/api/v2/statements", "/api/v2/statements/{handle}"
    return (
        Operation(
            "POST", path, "sql api", sql_api.submit, ResultSet,
            refusals=(202, 400, 401, 404, 408, 409, 410, 413, 415, 422, 503),
            documented=StatementRequest, query=SUBMIT,
        ),
        Operation(
            "GET", one, "sql api", sql_api.fetch, ResultSet,
            refusals=(202, 400, 401, 408, 422), query=FETCH,
        ),
        Operation(
            "POST", one + "/cancel", "sql api", sql_api.cancel, CancelStatus,
            refusals=(400, 401, 422), query=CANCEL,
        ),
    )  # fmt: skip


def _control(control: Control) -> tuple[Operation, ...]:
    gone = (404, 409, 410, 503)
    return (
        Operation("GET", "/health", "server", control.health, Alive),
        Operation(
            "POST", "/__mockhaus/reset", "control", control.reset, Reset, refusals=(403, *gone)
        ),
        Operation(
            "GET", "/__mockhaus/history", "control", control.history, ExecutedList, refusals=gone
        ),
        Operation(
            "GET", "/__mockhaus/tables", "control", control.tables, TableList,
            refusals=(400, *gone), query=TABLES,
        ),
    )  # fmt: skip


def _documents(documents: Documents, metrics: MetricsApi) -> tuple[Operation, ...]:
    return (
        Operation("GET", "/metrics", "server", metrics.metrics, str),
        Operation("GET", "/openapi.json", "server", documents.openapi, dict[str, Any]),
        Operation("GET", "/docs", "server", documents.page, Html),
        Operation("GET", "/redoc", "server", documents.page, Html),
    )


def _rest(rest: Rest) -> tuple[Operation, ...]:
    one = "/api/v1/sessions/{session_id}"
    every = "/api/v1/sessions"
    query = "/api/v1/queries/{query_id}"
    return (
        Operation("GET", "/", "server", rest.info, ServerInfo),
        Operation("GET", "/api/v1/", "server", rest.info, ServerInfo),
        Operation("GET", "/api/v1/health", "server", rest.health, Health),
        Operation(
            "POST", "/api/v1/query", "query", rest.query, QueryAnswer,
            QueryRequest, (202, 400, 404, 408, 409, 410, 413, 415, 422, 503),
        ),
        Operation(
            "POST", "/api/v1/translate", "query", rest.translate, TranslateAnswer,
            TranslateRequest, (400, 404, 408, 409, 410, 413, 415, 422, 503),
        ),
        Operation("GET", query, "query", rest.queries.status, QueryState, refusals=(404,)),
        Operation(
            "GET", query + "/result", "query", rest.queries.result, QueryAnswer,
            refusals=(400, 404, 409), query=PAGE,
        ),
        Operation(
            "POST", query + "/cancel", "query", rest.queries.cancel, QueryState, refusals=(404,)
        ),
        Operation(
            "POST", every, "sessions", rest.create_session, SessionAnswer,
            SessionRequest, (400, 408, 409, 413, 415, 422, 503), "SESSION_CREATION_ERROR",
        ),
        Operation(
            "GET", every, "sessions", rest.list_sessions, SessionList,
            fault="SESSION_LIST_ERROR",
        ),
        Operation(
            "POST", every + "/cleanup", "sessions", rest.clean_up, CleanupAnswer,
            fault="SESSION_CLEANUP_ERROR",
        ),
        Operation("GET", "/api/v1/stored-sessions", "sessions", rest.stored_sessions, StoredList),
        Operation(
            "GET", one, "sessions", rest.get_session, SessionAnswer,
            refusals=(404, 409, 410, 503), fault="SESSION_INFO_ERROR",
        ),
        Operation(
            "DELETE", one, "sessions", rest.delete_session, Done,
            refusals=(400, 403, 404, 409, 410, 503), query=DELETE_SESSION,
            fault="SESSION_TERMINATION_ERROR",
        ),
    )  # fmt: skip
