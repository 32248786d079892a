"""`/api/v1/sessions/{session_id}/connections`: who is connected, what runs, and stopping it."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request

from mockhaus.http.bodies import Done, Failure
from mockhaus.http.kept import KeptConnections
from mockhaus.http.refusals import Refused
from mockhaus.sessions.activity import Activity
from mockhaus.sessions.session import Session


class ConnectionInfo(Struct, frozen=True):
    """A connection. `number` is what CURRENT_SESSION() and `pg_backend_pid()` answer there; `state`
    is `active`, `idle` or `idle in transaction`; `sql` is the statement that runs, or ran last;
    `seconds` and `progress` (in percent, null where DuckDB does not know) are of one that runs."""

    number: int
    user: str
    door: str
    client: str
    state: str
    sql: str | None
    seconds: float | None
    progress: float | None


class ConnectionList(Struct, frozen=True):
    """The connections of a session, by their numbers."""

    success: bool
    connections: list[ConnectionInfo]


class Connections:
    """The operations."""

    def __init__(self, kept: KeptConnections) -> None:
        self._kept = kept

    async def every(self, request: Request, body: None) -> ConnectionList:
        """List the connections of a session, and what they run."""
        session = await self._session(request)
        found = await self._kept.at_desk(session.activities)
        return ConnectionList(True, [_info(each) for each in found])

    async def cancel(self, request: Request, body: None) -> Done:
        """Stop the statement that runs on a connection; one that runs none stays as it is."""
        session = await self._session(request)
        number = request.path_params["number"]
        if not number.isdecimal() or not await self._kept.at_desk(session.cancel, int(number)):
            detail = f"Connection {number} not found in session {session.id}"
            raise Refused(404, Failure(error="CONNECTION_NOT_FOUND", detail=detail))
        return Done(True, f"Connection {number} was told to stop what it runs")

    async def _session(self, request: Request) -> Session:
        session_id = request.state.session_id = request.path_params["session_id"]
        return await self._kept.at_desk(self._kept.find, session_id)


def _info(found: Activity) -> ConnectionInfo:
    return ConnectionInfo(
        found.number,
        found.user,
        found.door,
        found.client,
        found.state,
        found.text,
        found.seconds,
        found.progress,
    )
