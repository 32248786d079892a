"""Snapshots, restore and fork of sessions; and a session's name and time to live changed."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import UNSET
from starlette.requests import Request

from mockhaus.http import parameters, refusals
from mockhaus.http.bodies import (
    Done,
    ForkRequest,
    SessionAnswer,
    SessionChange,
    SnapshotAnswer,
    SnapshotInfo,
    SnapshotList,
    SnapshotRequest,
)
from mockhaus.http.guard import user
from mockhaus.http.kept import KeptConnections
from mockhaus.http.rest import session_info
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.snapshots import Snapshot

RESTORE: Final = (
    parameters.flag("force", "Stop what runs, and close connections with an open transaction."),
)


class Copies:
    """The operations."""

    def __init__(self, registry: Registry, kept: KeptConnections) -> None:
        self._registry = registry
        self._kept = kept

    async def change(self, request: Request, body: SessionChange) -> SessionAnswer:
        """Rename a session, give it another time to live, share it with others."""
        name = request.state.session_id = request.path_params["session_id"]
        session = await self._kept.at_desk(self._kept.owned, name)
        if body.shared is not UNSET and user() not in (None, session.owner):
            raise refusals.invalid_request("A session that is everyone's is shared already")
        if body.session_id is not UNSET and body.session_id != name:
            await self._kept.rename(name, body.session_id)  # it may fail: before the others
        if body.ttl_seconds is not UNSET:
            await self._kept.at_desk(self._registry.set_ttl, session.id, body.ttl_seconds)
        if body.shared is not UNSET:
            await self._kept.at_desk(self._registry.share, session.id, body.shared)
        return SessionAnswer(True, await self._kept.at_desk(session_info, session))

    async def fork(self, request: Request, body: ForkRequest) -> SessionAnswer:
        """Create a session that begins as this one is now, or was at a snapshot."""
        source = await self._session(request)
        fork = partial(
            self._registry.fork,
            source.id,
            body.session_id,
            body.type,
            body.ttl_seconds,
            body.snapshot,
            owner=user(),
        )
        session = await self._kept.at_desk(fork)
        await self._kept.forget_closed()
        info = await self._kept.at_desk(session_info, session)
        return SessionAnswer(True, info, f"Forked {source.id} as {session.id}")

    async def snapshots(self, request: Request, body: None) -> SnapshotList:
        """List the snapshots of a session."""
        session = await self._session(request)
        found = await self._kept.at_desk(session.snapshots.every)
        return SnapshotList(True, [_info(each) for each in found])

    async def snapshot(self, request: Request, body: SnapshotRequest) -> SnapshotAnswer:
        """Keep what a session holds now under a name."""
        session = await self._session(request)
        made = await self._kept.at_desk(session.snapshot, body.name)
        session.touch()
        return SnapshotAnswer(True, _info(made))

    async def restore(self, request: Request, body: None) -> Done:
        """Have a session hold again what it held when a snapshot was made.

        Connections stay. While a statement runs or a transaction is open that is refused, unless
        `?force=true` stops the one and closes the connection of the other.
        """
        session = await self._session(request)
        name = request.path_params["name"]
        force = parameters.asked(request)["force"]
        await self._kept.at_desk(partial(session.restore, name, force=force))
        session.touch()
        return Done(True, f"Session {session.id} is as in snapshot {name}")

    async def remove(self, request: Request, body: None) -> Done:
        """Delete a snapshot."""
        session = await self._session(request)
        name = request.path_params["name"]
        await self._kept.at_desk(session.snapshots.remove, name)
        return Done(True, f"Snapshot {name} of session {session.id} deleted")

    async def _session(self, request: Request) -> Session:
        session_id = request.state.session_id = request.path_params["session_id"]
        return await self._kept.at_desk(self._kept.find, session_id)


def _info(snapshot: Snapshot) -> SnapshotInfo:
    return SnapshotInfo(snapshot.name, snapshot.created, snapshot.size)
