"""One connection per session, kept from request to request, used by one request at a time.

HTTP has no connections that last, and USE, SET and BEGIN should: all requests that name a session
share one connection into it, in the order in which they come.

A request that is cancelled (its client has gone, the server stops) interrupts its statement, and
gives the connection free only when the statement's thread has come back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Final, TypeVar

from mockhaus.errors import Canceled, MockhausError, NotOwner, SessionNotFound
from mockhaus.http.guard import ANYONE, caller, program, sees, user
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation import statements as s
from mockhaus.workers import Workers

T = TypeVar("T")

#: An interrupt between two statements finds nothing to stop, so it is repeated this often.
_INTERRUPT_EVERY: Final = 0.05

#: Work on a connection, in a worker thread; the event is set when nobody waits for it any more.
Work = Callable[[Connection, threading.Event], T]


class Kept:
    """A session's connection at this door."""

    def __init__(self, session: Session, pool: Workers) -> None:
        self.session = session
        self._pool = pool
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._unwanted: threading.Event | None = None
        self._ended = False

    async def run(self, work: Work[T]) -> T:
        """Do the work when it is this request's turn; the session is not idle until it is done."""
        self.session.hold()
        try:
            return await self._in_turn(work)
        finally:
            self.session.release()

    async def _in_turn(self, work: Work[T]) -> T:
        async with self._turn:
            unwanted = self._unwanted = threading.Event()
            #: Whoever takes it first has it begin, or never begin.
            claim = threading.Lock()
            inside, loop = copy_context().run, asyncio.get_running_loop()
            future = self._pool.hop(loop, inside, self._job, work, unwanted, claim)
            try:
                return await asyncio.shield(future)
            except asyncio.CancelledError:
                await self._give_up(claim, future)
                raise
            finally:
                self._unwanted = None

    def _job(self, work: Work[T], unwanted: threading.Event, claim: threading.Lock) -> T:
        if not claim.acquire(blocking=False):
            raise Canceled("SQL execution canceled")
        if self._ended:
            raise SessionNotFound(f"Session {self.session.id} not found or expired")
        if self._connection is None or self._connection.is_closed:
            self._connection = self._connected()
        self._connection.idle = False
        self._connection.act_as(user() or ANYONE)
        self._connection.recorder.client = program.get()
        try:
            return work(self._connection, unwanted)
        finally:
            self._connection.idle = True
            self.session.touch()
            self.session.remember(self._connection.context)

    def _connected(self) -> Connection:
        connection = self.session.connect(
            user=ANYONE, door="http", transactions=Transactions.SNOWFLAKE, client=program.get()
        )
        standing = self.session.standing
        connection.start_in(standing.database, standing.schema, standing.role, standing.warehouse)
        if standing.parameters:
            connection.settle(s.AlterSession(text="", parameters=dict(standing.parameters)))
        return connection

    async def _give_up(self, claim: threading.Lock, future: asyncio.Future[T]) -> None:
        if claim.acquire(blocking=False):
            future.cancel()
        while not future.done():
            with suppress(asyncio.CancelledError):
                await asyncio.to_thread(self._stop)
                await asyncio.wait({future}, timeout=_INTERRUPT_EVERY)
        if future.done() and not future.cancelled():
            future.exception()  # nobody is left to hear it

    def _stop(self) -> None:
        """Stop what runs; who still waits for it hears the error Canceled. Blocks."""
        if unwanted := self._unwanted:
            unwanted.set()
            if self._connection is not None:
                self._connection.cancel()

    async def stop(self) -> None:
        """Stop what runs, if anything does."""
        await asyncio.to_thread(self._stop)

    async def end(self) -> None:
        """Stop what runs, refuse what waits, close the connection."""
        self._ended = True
        turn = asyncio.ensure_future(self._turn.acquire())
        while not turn.done():
            await self.stop()
            await asyncio.wait({turn}, timeout=_INTERRUPT_EVERY)
        try:
            await asyncio.to_thread(self._close)
        finally:
            self._turn.release()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(MockhausError):
                self._connection.close()


class KeptConnections:
    """The kept connections by session id. Its methods are called from the event loop.

    `pool` runs statements; `desk` runs the registry's calls, so that sessions can be listed and
    deleted while statements hold every thread of the pool.
    """

    def __init__(self, registry: Registry, pool: Workers, desk: Executor) -> None:
        self._registry = registry
        self._pool = pool
        self._desk = desk
        self._kept: dict[str, Kept] = {}
        self._ends: set[asyncio.Future[None]] = set()

    async def at_desk(self, call: Callable[..., T], *args: object) -> T:
        """A short blocking call, in a thread that knows for whom."""
        inside = partial(copy_context().run, call, *args)
        return await asyncio.get_running_loop().run_in_executor(self._desk, inside)

    async def of(self, session_id: str | None) -> Kept:
        """The connection of a session, of a new memory session for None.

        Raises SessionNotFound and SessionExpired; an unknown id never becomes a new session.
        """
        if session_id is None:
            session = await self.at_desk(partial(self._registry.create, owner=user()))
            await self.forget_closed()
        elif (found := self._at_hand(session_id)) is not None:
            session = found
        else:
            session = await self.at_desk(self.find, session_id)
        kept = self._kept.get(session.id)
        if kept is None or kept.session is not session:
            if kept is not None:  # of an earlier session of that name
                self._ending(kept)
            kept = self._kept[session.id] = Kept(session, self._pool)
        return kept

    async def for_sql_api(self, name: str | None) -> Session:
        """The session of a SQL API request; its token's, or `default`, where it names none."""
        who = caller.get()
        own = None if who is None else who.session
        wanted = (own or DEFAULT) if name is None else name
        if (found := self._at_hand(wanted)) is not None:
            return found
        if name is None or name == DEFAULT:
            return await self.at_desk(partial(self._registry.attach, wanted, user=user()))
        return await self.at_desk(self.find, name)

    async def reset(self, name: str) -> None:
        """Empty a session: what it holds and what it stores; its kind and TTL stay."""
        session = await self.at_desk(self.owned, name)
        kept = self._kept.pop(name, None)
        if kept is not None:
            await kept.end()
        await self.at_desk(self._registry.reset, session.id)

    def _at_hand(self, session_id: str) -> Session | None:
        """An open session that the caller may use: to find it takes no thread."""
        session = self._registry.at_hand(session_id)
        return session if session is not None and sees(session) else None

    def find(self, session_id: str) -> Session:
        """The session of that id. Raises SessionNotFound and SessionExpired. Blocks."""
        session = self._registry.get(session_id)
        if not sees(session):
            raise SessionNotFound(f"Session '{session_id}' not found or expired.")
        return session

    def visible(self) -> list[Session]:
        """The open sessions that the caller may know of."""
        return [session for session in self._registry.list() if sees(session)]

    def owned(self, session_id: str) -> Session:
        """A session that the caller made, or that is everyone's. Raises as `find`, and NotOwner.
        Blocks.
        """
        session = self.find(session_id)
        if session.owner is not None and user() not in (None, session.owner):
            raise NotOwner(f"Session '{session_id}' is another user's, who shares it.")
        return session

    async def delete(self, session_id: str, *, with_data: bool = False) -> None:
        """Delete a session; a statement that runs in it is stopped, not waited for."""
        await self.at_desk(self.owned, session_id)
        kept = self._kept.pop(session_id, None)
        if kept is not None:
            await kept.end()
        await self.at_desk(partial(self._registry.delete, session_id, with_data=with_data))

    async def rename(self, session_id: str, new_id: str) -> None:
        """Give a session another id; its connection stays."""
        await self.at_desk(self.owned, session_id)
        await self.at_desk(self._registry.rename, session_id, new_id)
        kept = self._kept.pop(session_id, None)
        if kept is not None:
            self._kept[new_id] = kept

    async def forget_closed(self) -> None:
        """Drop connections whose sessions have been deleted, evicted or have expired."""
        sessions = {session.id: session for session in await self.at_desk(self._registry.list)}
        for kept in list(self._kept.values()):
            name = kept.session.id
            if sessions.get(name) is not kept.session and self._kept.get(name) is kept:
                del self._kept[name]
                self._ending(kept)

    def _ending(self, kept: Kept) -> None:
        task = asyncio.ensure_future(kept.end())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def stop(self) -> None:
        """Stop every statement that runs."""
        await asyncio.gather(*(kept.stop() for kept in self._kept.values()))

    async def close(self) -> None:
        """Stop every statement and close every connection."""
        kept, self._kept = list(self._kept.values()), {}
        await asyncio.gather(*(each.end() for each in kept), *self._ends)
