"""Errors as status and body: the one place where this door translates them.

    SqlError                      400  SQL_EXECUTION_ERROR, with Snowflake's code and SQLSTATE
    SessionError                  its own http_status and the name in the table below
    a body that is not understood 422  a list of problems
    a body too large, slow, packed 413, 408, 415
    any other exception           500  the operation's own name, INTERNAL_SERVER_ERROR for queries

Bodies are `{"detail": {...}}`, of a 422 `{"detail": [{...}]}`, as the original server had them.
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from mockhaus.errors import (
    InvalidSession,
    LaterVersion,
    MockhausError,
    NotOwner,
    SessionBusy,
    SessionError,
    SessionExists,
    SessionExpired,
    SessionNotFound,
    SnapshotExists,
    SnapshotNotFound,
    TooManySessions,
    UnreadableSession,
)
from mockhaus.http.bodies import Failure, FailureAnswer, Problem, ProblemsAnswer

#: The original server's name for it, where it had one.
_SESSION_ERRORS: Final[dict[type[SessionError], str]] = {
    InvalidSession: "INVALID_REQUEST",
    SessionNotFound: "SESSION_NOT_FOUND",
    SessionExists: "SESSION_EXISTS",
    SessionExpired: "SESSION_EXPIRED",
    TooManySessions: "SESSION_CREATION_ERROR",
    SessionBusy: "SESSION_BUSY",
    LaterVersion: "SESSION_UNREADABLE",
    UnreadableSession: "SESSION_UNREADABLE",
    NotOwner: "NOT_OWNER",
    SnapshotExists: "SNAPSHOT_EXISTS",
    SnapshotNotFound: "SNAPSHOT_NOT_FOUND",
}


class Refused(Exception):
    """A request that ends here, with a status and a failure."""

    def __init__(self, status: int, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.status = status
        self.failure = failure


def json_response(body: object, status: int = 200) -> Response:
    """A value as a JSON response; bytes are JSON already."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(content, status, media_type="application/json")


def refused(refusal: Refused) -> Response:
    """The response to a request that was refused."""
    response = json_response(FailureAnswer(refusal.failure), refusal.status)
    if refusal.status in (408, 413, 415):  # what is left of the body is not read
        response.headers["connection"] = "close"
    return response


def invalid(problem: Problem) -> Response:
    """The response to a body that was not understood."""
    try:
        return json_response(ProblemsAnswer([problem]), 422)
    except (RecursionError, UnicodeEncodeError):
        return json_response(ProblemsAnswer([msgspec.structs.replace(problem, input=None)]), 422)


def invalid_request(detail: str) -> Refused:
    """A request that is well formed and makes no sense."""
    return Refused(400, Failure(error="INVALID_REQUEST", detail=detail))


def unavailable(error: SessionError, session_id: str | None) -> Refused:
    """A session that cannot be had."""
    return Refused(
        error.http_status,
        Failure(
            error=_SESSION_ERRORS.get(type(error), "SESSION_ERROR"),
            detail=error.message,
            session_id=session_id,
            hint=error.hint,
        ),
    )


def failed(
    error: MockhausError, text: str | None, session_id: str | None, statement: int | None
) -> Refused:
    """The statement of `text` that failed, the `statement`-th, counted from 1."""
    line = column = None
    if error.position is not None and text is not None:
        before = text[: error.position]
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
    return Refused(
        400,
        Failure(
            error="SQL_EXECUTION_ERROR",
            detail=error.message,
            session_id=session_id,
            code=error.number,
            sql_state=error.snowflake_state,
            position=error.position,
            line=line,
            column=column,
            hint=error.hint,
            cause=error.detail,
            query_id=error.query_id,
            statement=statement,
        ),
    )


def broken(name: str, error: Exception, session_id: str | None) -> Refused:
    """A fault of Mockhaus's own."""
    text = f"Unexpected error: {type(error).__name__}: {error}"
    return Refused(500, Failure(error=name, detail=text, session_id=session_id))
