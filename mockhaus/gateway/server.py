"""The PostgreSQL door: it listens, knows its clients, and opens sessions for them."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from mockhaus.access.tls import Tls
from mockhaus.access.users import Users
from mockhaus.config import BACKLOG, Config
from mockhaus.errors import InvalidLogin, SessionNotFound, TooManyConnections, UndefinedDatabase
from mockhaus.gateway.auth import Login, Scram, trust
from mockhaus.gateway.backend import Backend
from mockhaus.gateway.client import Client
from mockhaus.gateway.forms.rows import shown_name
from mockhaus.gateway.settings import Settings
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.protocol import Protocol
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.metrics import Traffic
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from mockhaus.workers import Workers

#: Time that running statements have to end at shutdown.
_GRACE: Final = 5.0

Trace = Callable[[str], None]


class PgServer:
    """Listens; knows its clients. `trace` is called with each message as a line of text.

    Without `users` everyone may come in; without `tls` nobody can encrypt.
    """

    def __init__(
        self,
        config: Config,
        registry: Registry,
        pool: Workers,
        *,
        users: Users | None = None,
        tls: Tls | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.config = config
        self.registry = registry
        self.pool = pool
        self.tls = tls
        binding = None if tls is None else tls.binding
        self.authenticator = trust if users is None else Scram(users, binding)
        self.trace = trace
        self.port = config.pg_port
        self.clients: dict[int, Client] = {}
        #: Of clients that have gone.
        self._past = Traffic(0, 0)
        registry.metrics.traffic["postgresql"] = self.traffic
        #: Of clients that are here, and of those that have gone and are being cleared away.
        self.tasks: set[asyncio.Task[None]] = set()
        self.encoders: Executor
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None

    def left(self, client: Client) -> None:
        """A client has gone."""
        if self.clients.pop(client.number, None) is not None:
            self._past += client.traffic

    def traffic(self) -> Traffic:
        """Bytes of all clients since the start."""
        return sum((client.traffic for client in list(self.clients.values())), self._past)

    async def start(self) -> None:
        """Listen. Raises OSError where the port is in use."""
        # Encoding never waits for anything, so it needs no more threads than there are cores, and
        # threads of its own, since those of the pool may all be waiting for locks.
        self.encoders = ThreadPoolExecutor(os.cpu_count() or 1, "mockhaus-encode")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Client(self, next(self._numbers)),
            self.config.host,
            self.config.pg_port,
            backlog=BACKLOG,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Tell every client, interrupt what runs, wait for it."""
        if self._server is None:
            return
        self._server.close()
        clients = list(self.clients.values())
        for client in clients:
            client.shut_down()
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=_GRACE)
        for client in clients:
            client.abort_if_stuck()
        self.encoders.shutdown(wait=False)
        self._server = None

    def admit(self, *, encrypted: bool) -> None:
        """Whether one more may begin to log in. Raises TooManyConnections, InvalidLogin."""
        if (
            sum(client.is_counted for client in self.clients.values())
            >= self.config.max_connections
        ):
            raise TooManyConnections("sorry, too many clients already")
        if not encrypted and self.config.tls == "required":
            raise InvalidLogin(
                "this server takes encrypted connections only", hint="Connect with sslmode=require."
            )

    def cancel(self, request: m.CancelRequest) -> None:
        """Interrupt the client that the request names, if it knows the key."""
        client = self.clients.get(request.process_id)
        if client is not None and hmac.compare_digest(client.secret_key, request.secret_key):
            client.cancel()

    def _user(self, who: Login) -> str | None:
        """Whose sessions it sees; None for all."""
        return None if self.authenticator is trust else who.user

    def _enter(self, who: Login, connection: Connection) -> None:
        """Bring a client into its database and schema. Raises UndefinedDatabase."""
        refuses = self.config.missing_database == "refuse"
        try:
            connection.enter(who.database, who.schema, make=not (who.fallback or refuses))
        except UndefinedDatabase:
            if not who.fallback:
                name = shown_name(who.database or "")
                raise UndefinedDatabase(f'database "{name}" does not exist') from None
            connection.enter(None, who.schema)

    def refused(self, who: Login) -> None:
        """Remember in its session, if that is open, that a client did not get in."""
        client = who.settings.get("application_name", "")
        for session in self.registry.list():
            if session.id == who.session:
                session.refuse(who.user, "postgresql", client)

    def open(self, who: Login, protocol: Protocol, ended: Callable[[], None]) -> Backend:
        """Find or make the session, connect to it, enter its database. Blocks.

        `ended` is called if the session ends the connection, in any thread.
        """
        settings = Settings(who.settings, who.user)
        client = who.settings.get("application_name", "")
        rules = Transactions.SNOWFLAKE if who.snowflake else Transactions.POSTGRESQL
        connection = None
        while connection is None:
            session = self.registry.attach(who.session, user=self._user(who))
            with suppress(SessionNotFound):  # it was closed just now, for want of room
                connection = session.connect(
                    user=who.user,
                    door="postgresql",
                    transactions=rules,
                    client=client,
                    ended=ended,
                )
        try:
            self._enter(who, connection)
            backend = Backend(protocol, connection, settings, self.encoders)
            backend.adopt(who.settings)
        except BaseException:
            connection.close()
            raise
        return backend
