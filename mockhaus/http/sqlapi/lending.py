"""Connections that requests begin with, and leave behind for requests that begin the same.

Each request is a connection, whose context ends with it. To open one takes more time than most
statements; so one that stands where it began, with nothing open and nothing changed in its session,
is as good as a new one, and is lent again. All that tells is the number of the connection.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from mockhaus.http.guard import ANYONE
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context

#: Connections of a session that wait to be lent.
WAITING: Final = 8


class Beginning(Struct, frozen=True):
    """Who begins, with which program, where, and with which session parameters."""

    user: str | None
    client: str
    database: str | None
    schema: str | None
    role: str | None
    warehouse: str | None
    parameters: tuple[tuple[str, str], ...] = ()


class _Lent(Struct, frozen=True):
    connection: Connection
    beginning: Beginning
    #: What it began with, and the version of the session then.
    context: Context
    version: int

    def is_as_new(self) -> bool:
        connection = self.connection
        return (
            connection.context is self.context
            and connection.session.version == self.version
            and not connection.in_transaction
            and not connection.is_active
            and not connection.is_closed
        )


class Lending:
    """The connections that wait, by session. Safe in any thread; its calls block."""

    def __init__(self) -> None:
        self._waiting: dict[Session, list[_Lent]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, session: Session, beginning: Beginning) -> Iterator[Connection]:
        """A connection for one request. Raises what is wrong with where it is to begin."""
        lent = self._taken(session, beginning) or self._opened(session, beginning)
        lent.connection.idle = False
        try:
            yield lent.connection
        except BaseException:
            lent.connection.close()
            raise
        self._put_back(lent)

    def _taken(self, session: Session, beginning: Beginning) -> _Lent | None:
        with self._lock:
            waiting = self._waiting.get(session, [])
            found = next((each for each in waiting if each.beginning == beginning), None)
            if found is not None:
                waiting.remove(found)
        if found is None or found.is_as_new():
            return found
        found.connection.close()
        return None

    def _opened(self, session: Session, at: Beginning) -> _Lent:
        version = session.version
        connection = session.connect(
            user=at.user or ANYONE,
            door="sql-api",
            transactions=Transactions.SNOWFLAKE,
            client=at.client,
            ended=lambda: self._forget(session),
        )
        try:
            if at.parameters:
                connection.settle(s.AlterSession(text="", parameters=dict(at.parameters)))
            connection.start_in(at.database, at.schema, at.role, at.warehouse)
        except BaseException:
            connection.close()
            raise
        return _Lent(connection, at, connection.context, version)

    def _put_back(self, lent: _Lent) -> None:
        connection, surplus = lent.connection, lent
        with self._lock:
            if lent.is_as_new():
                connection.recorder.query_ids.clear()
                connection.idle = True
                waiting = self._waiting.setdefault(connection.session, [])
                waiting.insert(0, lent)  # the one used last is the quickest
                if len(waiting) <= WAITING:
                    connection.session.touch()
                    return
                surplus = waiting.pop()
        surplus.connection.close()

    def _forget(self, session: Session) -> None:
        """A session has closed a connection: it ends, or begins anew."""
        with self._lock:
            waiting = self._waiting.pop(session, [])
        for each in waiting:
            each.connection.close()
