"""`/api/v1/queries`: queries that run on after their request, asked for by `"async": true`."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request

from mockhaus.errors import SqlError
from mockhaus.http import parameters, refusals, running
from mockhaus.http.bodies import Failure, QueryRequest
from mockhaus.http.guard import user
from mockhaus.http.kept import Kept
from mockhaus.http.refusals import Refused
from mockhaus.http.running import Answered
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.history import new_id

#: Queries that are remembered; the oldest that have ended go first.
KEPT: Final = 1000

_ROWS: Final = 10**18 - 1
PAGE: Final = (
    parameters.number("offset", "Rows before the page.", 0, _ROWS, default=0),
    parameters.number("limit", "The most rows; all without it.", 0, _ROWS),
)


class QueryState(Struct, frozen=True):
    """Where an asynchronous query stands; `error` is why it failed."""

    success: bool
    id: str
    status: str
    session_id: str
    sql: str
    started: datetime
    ended: datetime | None
    status_url: str
    result_url: str
    error: Failure | None


class _Query(Struct, eq=False):
    id: str
    session_id: str
    sql: str
    started: datetime
    task: asyncio.Task[Answered]
    user: str | None = None
    ended: datetime | None = None


class Queries:
    """Asynchronous queries by id."""

    def __init__(self) -> None:
        self._queries: OrderedDict[str, _Query] = OrderedDict()

    def start(self, kept: Kept, body: QueryRequest) -> QueryState:
        """Run it when it is its turn in its session."""
        session_id = kept.session.id

        def work(connection: Connection, unwanted: threading.Event) -> Answered:
            return running.answered(connection, body, session_id, unwanted)

        query = _Query(
            new_id(),
            session_id,
            body.sql,
            datetime.now(UTC),
            asyncio.ensure_future(kept.run(work)),
            user(),
        )

        def ended(task: asyncio.Task[Answered]) -> None:
            query.ended = datetime.now(UTC)
            if not task.cancelled():
                task.exception()  # heard, also where nobody asks for it

        query.task.add_done_callback(ended)
        self._queries[query.id] = query
        self._forget()
        return _state(query)

    def _forget(self) -> None:
        surplus = len(self._queries) - KEPT
        ended = [query.id for query in self._queries.values() if query.task.done()]
        for query_id in ended[: max(surplus, 0)]:
            del self._queries[query_id]

    async def status(self, request: Request, body: None) -> QueryState:
        """Whether an asynchronous query still runs."""
        return _state(self._found(request))

    async def result(self, request: Request, body: None) -> Any:
        """What it answered; `offset` and `limit` cut a page out of the last statement's rows."""
        query = self._found(request)
        asked = parameters.asked(request)
        if not query.task.done():
            raise Refused(
                409, Failure(error="QUERY_RUNNING", detail=f"Query {query.id} still runs")
            )
        if query.task.cancelled():
            raise Refused(
                400, Failure(error="QUERY_CANCELED", detail="SQL execution canceled", code="000604")
            )
        answered = query.task.result()
        return await asyncio.to_thread(answered.encoded, asked["offset"], asked["limit"])

    async def cancel(self, request: Request, body: None) -> QueryState:
        """Stop an asynchronous query; one that has ended stays as it is."""
        query = self._found(request)
        if not query.task.done():
            query.task.cancel()
            await asyncio.wait({query.task})
        return _state(query)

    def _found(self, request: Request) -> _Query:
        query = self._queries.get(request.path_params["query_id"])
        if query is None or query.user != user():
            query_id = request.path_params["query_id"]
            raise Refused(
                404, Failure(error="QUERY_NOT_FOUND", detail=f"Query {query_id} not found")
            )
        request.state.session_id = query.session_id
        return query


def _state(query: _Query) -> QueryState:
    status, failure = "running", None
    if query.task.cancelled():
        status = "canceled"
    elif query.task.done():
        error = query.task.exception()
        status = "succeeded" if error is None else "failed"
        failure = None if error is None else _failure(error, query)
    url = f"/api/v1/queries/{query.id}"
    return QueryState(
        True,
        query.id,
        status,
        query.session_id,
        query.sql,
        query.started,
        query.ended,
        url,
        f"{url}/result",
        failure,
    )


def _failure(error: BaseException, query: _Query) -> Failure:
    if isinstance(error, Refused):
        return error.failure
    if isinstance(error, SqlError):
        return refusals.failed(error, query.sql, query.session_id, None).failure
    return Failure(error="INTERNAL_SERVER_ERROR", detail=str(error), session_id=query.session_id)
