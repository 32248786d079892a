"""`/api/v2/statements`: requests in, Snowflake's answers and error bodies out.

200  the result                    202  it still runs
400  not a request                 401  no such token
404  no such session               408  the statement's timeout
415  not JSON                      422  the statement failed
"""

from __future__ import annotations

import gzip
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import msgspec
from msgspec import UNSET
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mockhaus.errors import (
    CompilationError,
    MockhausError,
    SessionError,
    SqlError,
    StatementTimeout,
)
from mockhaus.http import parameters
from mockhaus.http.guard import program, user
from mockhaus.http.layers import read_body
from mockhaus.http.parameters import InvalidParameter, Parameter
from mockhaus.http.refusals import Refused
from mockhaus.http.sqlapi.bodies import (
    CancelStatus,
    PartitionInfo,
    QueryFailureStatus,
    QueryStatus,
    ResultSet,
    ResultSetMetaData,
    RowType,
    StatementRequest,
)
from mockhaus.http.sqlapi.execution import Answer, BadRequest, EmptyStatement, Execution
from mockhaus.http.sqlapi.lending import Lending
from mockhaus.http.sqlapi.store import Statements
from mockhaus.http.validation import InvalidBody, decode
from mockhaus.result import Column
from mockhaus.sessions.session import Session

log: Final = logging.getLogger("mockhaus.http")

#: The header that names the session a request runs in.
SESSION_HEADER: Final = "x-mockhaus-session"

_PATH: Final = "/api/v2/statements"
_RUNNING: Final = {
    True: (
        "333334",
        "Asynchronous execution in progress. Use provided query id to perform query monitoring "
        "and management.",
    ),
    False: (
        "333333",
        "Statement execution in progress. Use provided query id to perform query monitoring "
        "and management.",
    ),
}
#: The longest text, and the longest binary; bytes of UTF-8 a character.
_LONGEST: Final = 16_777_216
_UTF8: Final = 4
#: Types that Snowflake describes with a precision of 0 and a scale.
_SCALED: Final = ("TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")


class Turned(Exception):
    """A request that is refused: status, code, sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Sessions(Protocol):
    """Where the session of a request comes from."""

    async def for_sql_api(self, name: str | None) -> Session: ...


_REQUEST_ID: Final = parameters.uuid("requestId", "The client's own id of the request.")
_PARTITION: Final = parameters.number("partition", "Which, from 0.", 0, 10**9, default=0)
SUBMIT: Final = (
    _REQUEST_ID,
    parameters.flag("retry", "Answer what the request of this requestId did, if it was made."),
    parameters.flag("async", "Answer at once with a handle."),
    parameters.flag("nullable", 'Without it a NULL is the text "null".', default=True),
)
FETCH: Final = (_PARTITION, _REQUEST_ID)
CANCEL: Final = (_REQUEST_ID,)


class Door(Protocol):
    """Who may come in: the seam for tokens. Raises Turned."""

    def __call__(self, request: Request) -> None: ...


def any_bearer(request: Request) -> None:
    """Any token will do, but there must be one."""
    given = request.headers.get("authorization")
    if given is None:
        raise Turned(400, "390146", "No authorization token was found in the request.")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Turned(401, "390144", "JWT token is invalid.")


class SqlApi:
    """The three operations."""

    def __init__(
        self,
        sessions: Sessions,
        statements: Statements,
        *,
        body_limit: int,
        patience: float,
        admit: Door = any_bearer,
    ) -> None:
        self._sessions = sessions
        self._statements = statements
        self._lending = Lending()
        self._body_limit = body_limit
        self._patience = patience
        self._admit = admit

    async def submit(self, request: Request, body: None) -> Response:
        """Run a statement, or several, and answer with the result or a handle to fetch it by."""
        return await self._answered(request, self._submit)

    async def fetch(self, request: Request, body: None) -> Response:
        """The result of a statement, or a partition of it."""
        return await self._answered(request, self._fetch)

    async def cancel(self, request: Request, body: None) -> Response:
        """Stop a statement."""
        return await self._answered(request, self._cancel)

    async def _answered(
        self, request: Request, call: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            self._admit(request)
            return await call(request)
        except Turned as turned:
            failure = QueryFailureStatus(turned.code, str(turned))
            return _response(request, failure, turned.status)
        except Refused as refused:  # a body too large or too slow
            failure = QueryFailureStatus("390400", str(refused))
            response = _response(request, failure, refused.status)
            response.headers["connection"] = "close"
            return response
        except SessionError as error:
            failure = QueryFailureStatus(error.number, error.message)
            return _response(request, failure, error.http_status)
        except SqlError as error:  # a parameter, found wrong before anything runs
            failure = QueryFailureStatus(error.number, error.message, error.snowflake_state)
            return _response(request, failure, 422)
        except ClientDisconnect:
            raise
        except Exception as error:
            log.exception("%s %s failed", request.method, request.url.path)
            text = f"Unexpected error: {type(error).__name__}: {error}"
            return _response(request, QueryFailureStatus("390000", text), 500)

    # --- submit ----------------------------------------------------------------------------------

    async def _submit(self, request: Request) -> Response:
        asked = {each.name: _value(request, each) for each in SUBMIT}
        request_id, asynchronous = asked["requestId"] or str(uuid.uuid4()), asked["async"]
        work = self._statements.of_request(request_id) if asked["retry"] else None
        if work is None or work.user != user():
            body = await self._body(request)
            session = await self._sessions.for_sql_api(request.headers.get(SESSION_HEADER))
            work = Execution(
                session,
                self._lending,
                body,
                request_id,
                asynchronous,
                asked["nullable"],
                program.get(),
                user(),
            )
            self._statements.submit(work)
            if asynchronous:  # even if it has ended already
                return _running(request, work)
        if not asynchronous:
            await self._statements.wait(work, self._statements.limits.wait)
        return _status(request, work, 0)

    async def _body(self, request: Request) -> StatementRequest:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise Turned(415, "391902", f"Unsupported media type '{media}': application/json is.")
        raw = await read_body(request, self._body_limit, self._patience)
        try:
            body = decode(raw, StatementRequest)
        except InvalidBody as error:
            place = ".".join(str(step) for step in error.problem.loc[1:])
            where = f" ({place})" if place else ""
            raise Turned(400, "390400", f"Bad request: {error.problem.msg}{where}") from None
        if not body.statement.strip():
            raise Turned(400, EmptyStatement.number, "Empty SQL statement")
        return body

    # --- fetch, cancel ---------------------------------------------------------------------------

    async def _fetch(self, request: Request) -> Response:
        work = self._found(request)
        count = len(work.answer.rows.partitions) if work.answer is not None else 1
        try:
            partition = _PARTITION.value(request.query_params)
        except InvalidParameter as error:
            raise Turned(400, "391922", f"{error}; there are {count} partitions.") from None
        if work.answer is not None and partition >= count:
            message = f"Partition {partition} is out of range: there are {count} partitions."
            raise Turned(400, "391922", message)
        return _status(request, work, partition)

    async def _cancel(self, request: Request) -> Response:
        work = self._found(request)
        await self._statements.cancel(work)
        done = CancelStatus("000604", "57014", "successfully canceled", work.handle, _url(work))
        return _response(request, done, 200)

    def _found(self, request: Request) -> Execution:
        handle = request.path_params["handle"]
        work = self._statements.find(handle)
        if work is None or work.user != user():
            raise Turned(400, "000709", f"Statement {handle} not found")
        return work


def _value(request: Request, parameter: Parameter) -> Any:
    """What a request says of a parameter; others are no matter, as drivers send their own."""
    try:
        return parameter.value(request.query_params)
    except InvalidParameter as error:
        raise Turned(400, "390400", f"{error}.") from None


# --- answers --------------------------------------------------------------------------------------


def _url(work: Execution) -> str:
    return f"{_PATH}/{work.handle}?requestId={work.request_id}"


def _status(request: Request, work: Execution, partition: int) -> Response:
    """The answer about a statement: its result, its failure, or that it runs."""
    if work.error is not None:
        return _failure(request, work, work.error)
    if work.answer is None:
        return _running(request, work)
    links = {"link": _links(work, work.answer, partition)}
    data = work.answer.rows.json(partition)
    if partition:
        return _response(request, b'{"data":' + data + b"}", 200, links, zipped=True)
    return _response(request, _result_set(work, work.answer, data), 200, links)


def _running(request: Request, work: Execution) -> Response:
    code, message = _RUNNING[work.asynchronous]
    body = QueryStatus(code, message, work.handle, work.request_id, work.created_on, _url(work))
    return _response(request, body, 202)


def _failure(request: Request, work: Execution, error: MockhausError) -> Response:
    if isinstance(error, BadRequest):
        return _response(request, QueryFailureStatus(error.number, error.message), 400)
    status = 408 if isinstance(error, StatementTimeout) else 422
    body = QueryFailureStatus(
        error.number,
        error.message if error.hint is None else f"{error.message}\n{error.hint}",
        error.snowflake_state,
        work.handle,
        work.request_id,
        work.created_on,
        _url(work),
    )
    if work.asynchronous and status == 422 and not isinstance(error, CompilationError):
        # What fails while it runs in the background has neither, as recorded from the service.
        body = msgspec.structs.replace(body, sql_state=UNSET, statement_handle=UNSET)
    return _response(request, body, status)


def _result_set(work: Execution, answer: Answer, data: bytes) -> ResultSet:
    return ResultSet(
        ResultSetMetaData(
            answer.rows.count,
            "jsonv2",
            [PartitionInfo(part.rows, part.size) for part in answer.rows.partitions],
            [_row_type(column, answer) for column in answer.columns],
        ),
        msgspec.Raw(data),
        "090001",
        "00000",
        "Statement executed successfully.",
        work.handle,
        work.request_id,
        work.created_on,
        _url(work),
        [child.handle for child in work.children] if work.children else UNSET,
        answer.stats if answer.stats is not None else UNSET,
    )


def _row_type(column: Column, answer: Answer) -> RowType:
    kind, family = column.type, column.type.family
    length = byte_length = None
    if kind.api == "text":
        length = kind.length or _LONGEST
        byte_length = min(_UTF8 * length, _LONGEST)
    elif family == "BINARY":
        length = byte_length = kind.length
    scaled = family in _SCALED
    return RowType(
        column.name,
        answer.database or "",
        answer.schema or "",
        "",
        kind.api,
        byte_length,
        length,
        0 if scaled else kind.precision,
        kind.scale,
        column.nullable,
    )


def _links(work: Execution, answer: Answer, partition: int) -> str:
    last = len(answer.rows.partitions) - 1
    places = {"first": 0, "last": last}
    if partition < last:
        places["next"] = partition + 1
    if partition > 0:
        places["prev"] = partition - 1
    return ", ".join(
        f'<{_url(work)}&partition={number}>; rel="{name}"' for name, number in places.items()
    )


def _response(
    request: Request,
    body: Any,
    status: int,
    headers: dict[str, str] | None = None,
    *,
    zipped: bool = False,
) -> Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = headers or {}
    if zipped or "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    headers["vary"] = "Accept-Encoding"
    return Response(content, status, headers, media_type="application/json")
