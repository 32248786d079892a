"""The ASGI application, made of the table of operations."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.errors import SessionError, SqlError
from mockhaus.http import parameters, refusals
from mockhaus.http.connections import Connections
from mockhaus.http.control import Control
from mockhaus.http.copies import Copies
from mockhaus.http.documents import Documents
from mockhaus.http.guard import Guard, program
from mockhaus.http.history import HistoryApi
from mockhaus.http.kept import KeptConnections
from mockhaus.http.layers import DebugLog, Origins, read_body
from mockhaus.http.metrics import MetricsApi
from mockhaus.http.observe import Observed
from mockhaus.http.operations import Doors, Operation, operations
from mockhaus.http.parameters import InvalidParameter
from mockhaus.http.refusals import Refused
from mockhaus.http.rest import Rest
from mockhaus.http.sqlapi.api import SqlApi, any_bearer
from mockhaus.http.sqlapi.bodies import QueryFailureStatus
from mockhaus.http.sqlapi.store import Statements
from mockhaus.http.stage_files import StageFiles
from mockhaus.http.validation import InvalidBody, decode
from mockhaus.sessions.registry import Registry

log: Final = logging.getLogger("mockhaus.http")

#: The largest request body, in bytes. Data come in through stages; this is for statements.
BODY_LIMIT: Final = 16 * 1024 * 1024

#: nginx's status for a client that did not wait; it reaches the log only.
CLIENT_CLOSED_REQUEST: Final = 499


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
    documents = Documents()
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
        Connections(kept),
        documents,
        MetricsApi(registry),
    )
    table = operations(doors)
    documents.operations = table
    for operation in table:
        paths[operation.path][operation.method] = operation
    middleware = [Middleware(Observed, metrics=registry.metrics)]
    if config.debug:
        middleware.append(Middleware(DebugLog))
    middleware.append(Middleware(Origins, loopback_only=config.is_loopback))
    middleware.append(Middleware(Guard, users=users, refuse=partial(_refuse, registry)))
    patience = config.login_timeout
    return Starlette(
        routes=[
            Route(path, _endpoint(by_method, body_limit, patience), methods=[*by_method])
            for path, by_method in paths.items()
        ],
        middleware=middleware,
        exception_handlers={HTTPException: _http_error},
    )


def _refuse(registry: Registry, user: str, name: str) -> None:
    """Remember in a session, if that is open, that a client did not get in."""
    for session in registry.list():
        if session.id == name:
            session.refuse(user, "http", program.get())


def _endpoint(
    by_method: Mapping[str, Operation], body_limit: int, patience: float
) -> Callable[[Request], Awaitable[Response]]:
    """One path: read the body, call the operation, make an answer of what it returns or raises."""

    async def endpoint(request: Request) -> Response:
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        request.state.operation = operation.path
        try:
            body: object = None
            if not operation.is_sql_api:
                request.state.asked = parameters.read(request, operation.query)
            if operation.body is not None:
                body = decode(await read_body(request, body_limit, patience), operation.body)
            answer = await operation.call(request, body)
            return answer if isinstance(answer, Response) else refusals.json_response(answer)
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        except InvalidBody as error:
            return refusals.invalid(error.problem)
        except InvalidParameter as error:
            return refusals.refused(refusals.invalid_request(str(error)))
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
