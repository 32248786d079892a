"""The table of operations, and the ASGI application made of it.

The table is what documents are made of as well: each row names the types of body and answer and
the statuses an operation may refuse with.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.errors import SessionError, SqlError
from mockhaus.http import refusals
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
from mockhaus.http.control import Alive, Control, ExecutedList, Reset, TableList
from mockhaus.http.copies import Copies
from mockhaus.http.documents import Documents, document
from mockhaus.http.guard import Guard
from mockhaus.http.history import (
    HistoryAnswer,
    HistoryApi,
    HistoryCleared,
    HistoryEntry,
    HistoryList,
    HistoryStatistics,
)
from mockhaus.http.kept import KeptConnections
from mockhaus.http.layers import DebugLog, Origins, read_body
from mockhaus.http.metrics import MetricsApi
from mockhaus.http.observe import Observed
from mockhaus.http.queries import QueryState
from mockhaus.http.refusals import Refused
from mockhaus.http.rest import Rest
from mockhaus.http.sqlapi.api import SqlApi, any_bearer
from mockhaus.http.sqlapi.bodies import (
    CancelStatus,
    QueryFailureStatus,
    ResultSet,
    StatementRequest,
)
from mockhaus.http.sqlapi.store import Statements
from mockhaus.http.stage_files import FileUploaded, StageFiles
from mockhaus.http.validation import InvalidBody, decode
from mockhaus.sessions.registry import Registry

log: Final = logging.getLogger("mockhaus.http")

#: The largest request body, in bytes. Data come in through stages; this is for statements.
BODY_LIMIT: Final = 16 * 1024 * 1024

#: nginx's status for a client that did not wait; it reaches the log only.
CLIENT_CLOSED_REQUEST: Final = 499

#: Request and body in; a struct, or JSON bytes, out.
Call = Callable[[Request, Any], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `fault` is the name of a failure that is Mockhaus's own; `documented` the body of a call that
    reads it itself; a call may answer with a Response.
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

    @property
    def summary(self) -> str:
        """The first line of the method's docstring."""
        return (self.call.__doc__ or "").partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Doors:
    """The objects whose methods are the operations."""

    rest: Rest
    sql_api: SqlApi
    control: Control
    history: HistoryApi
    files: StageFiles
    copies: Copies


def operations(doors: Doors) -> tuple[Operation, ...]:
    """Everything this door does."""
    return (
        *_rest(doors.rest),
        *_history(doors.history),
        *_sql_api(doors.sql_api),
        *_control(doors.control),
        *_files(doors.files),
        *_copies(doors.copies),
    )


def _copies(copies: Copies) -> tuple[Operation, ...]:
    one = "/api/v1/sessions/{session_id}"
    every, given = one + "/snapshots", (400, 404, 408, 409, 410, 413, 422)
    return (
        Operation(
            "PATCH", one, "sessions", copies.change, SessionAnswer, SessionChange, given
        ),
        Operation(
            "POST", one + "/fork", "sessions", copies.fork, SessionAnswer, ForkRequest,
            (*given, 503),
        ),
        Operation(
            "GET", every, "sessions", copies.snapshots, SnapshotList, refusals=(404, 410)
        ),
        Operation(
            "POST", every, "sessions", copies.snapshot, SnapshotAnswer, SnapshotRequest, given
        ),
        Operation(
            "POST", every + "/{name}/restore", "sessions", copies.restore, Done,
            refusals=(400, 404, 409, 410),
        ),
        Operation(
            "DELETE", every + "/{name}", "sessions", copies.remove, Done, refusals=(404, 410)
        ),
    )  # fmt: skip


def _files(files: StageFiles) -> tuple[Operation, ...]:
    path = "/api/v1/sessions/{session_id}/files"
    return (
        Operation("GET", path, "files", files.download, bytes, refusals=(400, 404, 410)),
        Operation(
            "PUT", path, "files", files.upload, FileUploaded,
            refusals=(400, 404, 408, 409, 410), documented=bytes,
        ),
    )  # fmt: skip


def _history(history: HistoryApi) -> tuple[Operation, ...]:
    path, missing = "/api/v1/history", (400, 404, 410)
    return (
        Operation("GET", path, "history", history.recent, HistoryList, refusals=missing),
        Operation("DELETE", path, "history", history.clear, HistoryCleared, refusals=missing),
        Operation(
            "GET", path + "/search", "history", history.search, HistoryList, refusals=missing
        ),
        Operation(
            "GET", path + "/statistics", "history", history.statistics, HistoryStatistics,
            refusals=missing,
        ),
        Operation(
            "GET", path + "/export", "history", history.export, list[HistoryEntry],
            refusals=missing,
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
            refusals=(202, 400, 401, 404, 408, 410, 413, 415, 422), documented=StatementRequest,
        ),
        Operation(
            "GET", one, "sql api", sql_api.fetch, ResultSet,
            refusals=(202, 400, 401, 408, 422),
        ),
        Operation(
            "POST", one + "/cancel", "sql api", sql_api.cancel, CancelStatus,
            refusals=(400, 401, 422),
        ),
    )  # fmt: skip


def _control(control: Control) -> tuple[Operation, ...]:
    gone = (404, 410)
    return (
        Operation("GET", "/health", "server", control.health, Alive),
        Operation("POST", "/__mockhaus/reset", "control", control.reset, Reset, refusals=gone),
        Operation(
            "GET", "/__mockhaus/history", "control", control.history, ExecutedList, refusals=gone
        ),
        Operation(
            "GET", "/__mockhaus/tables", "control", control.tables, TableList,
            refusals=(400, *gone),
        ),
    )  # fmt: skip


def _documents(documents: Documents, metrics: MetricsApi) -> tuple[Operation, ...]:
    return (
        Operation("GET", "/metrics", "server", metrics.metrics, str),
        Operation("GET", "/openapi.json", "server", documents.openapi, bytes),
        Operation("GET", "/docs", "server", documents.page, bytes),
        Operation("GET", "/redoc", "server", documents.page, bytes),
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
            QueryRequest, (202, 400, 404, 408, 410, 413, 422, 503),
        ),
        Operation(
            "POST", "/api/v1/translate", "query", rest.translate, TranslateAnswer,
            TranslateRequest, (400, 404, 408, 410, 413, 422),
        ),
        Operation("GET", query, "query", rest.queries.status, QueryState, refusals=(404,)),
        Operation(
            "GET", query + "/result", "query", rest.queries.result, QueryAnswer,
            refusals=(400, 404, 409),
        ),
        Operation(
            "POST", query + "/cancel", "query", rest.queries.cancel, QueryState, refusals=(404,)
        ),
        Operation(
            "POST", every, "sessions", rest.create_session, SessionAnswer,
            SessionRequest, (400, 408, 409, 413, 422, 503), "SESSION_CREATION_ERROR",
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
            refusals=(404, 410), fault="SESSION_INFO_ERROR",
        ),
        Operation(
            "DELETE", one, "sessions", rest.delete_session, Done,
            refusals=(400, 404, 410), fault="SESSION_TERMINATION_ERROR",
        ),
    )  # fmt: skip


def build_app(
    config: Config,
    registry: Registry,
    kept: KeptConnections,
    statements: Statements,
    *,
    body_limit: int = BODY_LIMIT,
    users: Users | None = None,
) -> Starlette:
    """The application. Without `users` everyone may call, with any token."""
    paths: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
    doors = Doors(
        Rest(config, registry, kept),
        SqlApi(
            kept,
            statements,
            body_limit=body_limit,
            patience=config.login_timeout,
            admit=any_bearer if users is None else lambda request: None,
        ),
        Control(kept, statements),
        HistoryApi(registry, kept),
        StageFiles(kept, config.login_timeout),
        Copies(registry, kept),
    )
    documents = Documents()
    table = (*operations(doors), *_documents(documents, MetricsApi(registry)))
    documents.document = msgspec.json.encode(document(table))
    for operation in table:
        paths[operation.path][operation.method] = operation
    middleware = [Middleware(Observed, metrics=registry.metrics)]
    if config.debug:
        middleware.append(Middleware(DebugLog))
    middleware.append(Middleware(Origins, loopback_only=config.is_loopback))
    middleware.append(Middleware(Guard, users=users))
    patience = config.login_timeout
    return Starlette(
        routes=[
            Route(path, _endpoint(by_method, body_limit, patience), methods=[*by_method])
            for path, by_method in paths.items()
        ],
        middleware=middleware,
        exception_handlers={HTTPException: _http_error},
    )


def _endpoint(
    by_method: Mapping[str, Operation], body_limit: int, patience: float
) -> Callable[[Request], Awaitable[Response]]:
    """One path: read the body, call the operation, make an answer of what it returns or raises."""

    async def endpoint(request: Request) -> Response:
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        request.state.operation = operation.path
        try:
            body: object = None
            if operation.body is not None:
                body = decode(await read_body(request, body_limit, patience), operation.body)
            answer = await operation.call(request, body)
            return answer if isinstance(answer, Response) else refusals.json_response(answer)
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        except InvalidBody as error:
            return refusals.invalid(error.problem)
        except Exception as error:
            return refusals.refused(_refusal(error, operation, request))

    return endpoint


def _refusal(error: Exception, operation: Operation, request: Request) -> Refused:
    session_id = getattr(request.state, "session_id", None)
    if isinstance(error, Refused):
        return error
    if isinstance(error, SessionError):
        return refusals.unavailable(error, session_id)
    if isinstance(error, SqlError):
        return refusals.failed(error, None, session_id, None)
    log.exception("%s %s failed", operation.method, operation.path)
    return refusals.broken(operation.fault, error, session_id)


async def _http_error(request: Request, error: Exception) -> Response:
    """No such path, no such method."""
    assert isinstance(error, HTTPException)
    body: object = {"detail": error.detail}
    if request.url.path.startswith("/api/v2/"):
        body = QueryFailureStatus(f"390{error.status_code}", error.detail)
    response = refusals.json_response(body, error.status_code)
    response.headers.update(error.headers or {})
    return response
