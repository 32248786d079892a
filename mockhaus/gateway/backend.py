"""One client's side of the server: messages in, wire bytes out, all in a worker thread.

`Backend.perform` carries out messages one after another and yields what goes to the client, piece
by piece; it is pulled only as fast as the client reads. Small answers come out as one piece.

Between two Syncs, and within one simple Query, all statements are one transaction (manual, 55.2.2
and 55.2.4); where it is plain that there is only one statement, it is left to autocommit.
"""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from mockhaus.errors import (
    AdminShutdown,
    Canceled,
    CursorState,
    EngineFault,
    IdleTimeout,
    IdleTransactionTimeout,
    MockhausError,
    SqlError,
    SqlSyntaxError,
    StatementTimeout,
    UndefinedPortal,
    UnsupportedFeature,
)
from mockhaus.gateway.auth import first_schema
from mockhaus.gateway.commands import Commands
from mockhaus.gateway.copy.copying import Copying
from mockhaus.gateway.cursors import Cursors
from mockhaus.gateway.forms.parameters import ParameterLoader, check_count
from mockhaus.gateway.forms.rows import Wire, exactly, shown_name
from mockhaus.gateway.keepalive import Keepalive
from mockhaus.gateway.modes import check_writable
from mockhaus.gateway.notices import Notices
from mockhaus.gateway.outbox import Outbox, Steps
from mockhaus.gateway.planning import Planner
from mockhaus.gateway.portal import Plan, Portal
from mockhaus.gateway.prepared import PreparedStatements
from mockhaus.gateway.reading import Read, moved, read
from mockhaus.gateway.responses import error_response, standing
from mockhaus.gateway.settings import Settings
from mockhaus.gateway.state_commands import Execute
from mockhaus.gateway.stubborn import Stubborn
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import Message
from mockhaus.gateway.wire.protocol import (
    Action,
    Namespace,
    Protocol,
    State,
    lone_executes,
    portal_names,
    statement_names,
)
from mockhaus.result import Projection, Result
from mockhaus.sessions.connection import Connection
from mockhaus.translation.context import Context
from mockhaus.translation.statements import (
    Begin,
)

log = logging.getLogger(__name__)

_TCP: Final = (
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
    "tcp_user_timeout",
)

_PARSE_COMPLETE: Final = encode(m.ParseComplete())
_BIND_COMPLETE: Final = encode(m.BindComplete())
_CLOSE_COMPLETE: Final = encode(m.CloseComplete())
_NO_DATA: Final = encode(m.NoData())
_EMPTY: Final = encode(m.EmptyQueryResponse())
_SUSPENDED: Final = encode(m.PortalSuspended())
_READY: Final = {status: encode(m.ReadyForQuery(status)) for status in "ITE"}


class Backend:
    """Carries out the actions of the protocol's table on one connection."""

    def __init__(
        self,
        protocol: Protocol,
        connection: Connection,
        settings: Settings,
        encoders: Executor,
    ) -> None:
        self.protocol = protocol
        self.settings = settings
        self._connection = connection
        connection.settings = settings.rows
        connection.recorder.defers = True
        #: To be called when an answer is out.
        self.afterwards = connection.session.afterwards.do_many
        self._encoders = encoders
        self._statements: Namespace[Plan] = statement_names()
        self._portals: Namespace[Portal] = portal_names()
        self._parameters = ParameterLoader()
        self._out = out = Outbox()
        self._implicit = False
        #: Whether what runs is to stop, and whether for its time.
        self.canceling = False
        self.timed_out = False
        self._rolled_back = False
        self._message: Message = m.Sync()
        self._reported: Context | None = None
        #: Whether the client has been told that it may send a query.
        self._told_ready = True
        #: Called when a statement begins, with the seconds that it may take.
        self.clock: Callable[[float], None] = lambda limit: None
        self._timed = False
        self._notices = Notices(connection, settings, out)
        cursors = Cursors(self._portals, self._run)
        self._prepared = PreparedStatements(self._statements, self._carry_out, encoders)
        self._planner = planner = Planner(connection, cursors, self._prepared)
        self._commands = Commands(
            connection,
            settings,
            cursors,
            self._prepared,
            in_block=lambda: self._implicit,
            discard=self._discard,
        )
        self._copying = copying = Copying(
            connection,
            protocol,
            out,
            encoders,
            plan=lambda statement: planner.plan(statement, (), 0),
            run=self._carry_out,
            opened=self._opened,
        )
        self._actions: dict[Action, Callable[[Any], Steps | None]] = {
            Action.QUERY: self._query,
            Action.PARSE: self._parse,
            Action.BIND: self._bind,
            Action.DESCRIBE: self._describe,
            Action.EXECUTE: self._execute,
            Action.CLOSE: self._close,
            Action.FLUSH: self._flush_out,
            Action.SYNC: self._sync,
            Action.CALL_FUNCTION: self._call_function,
            Action.COPY_DATA: copying.data,
            Action.COPY_DONE: copying.done,
            Action.COPY_FAIL: copying.fail,
            Action.BREAK_COPY: copying.interrupted,
            Action.TERMINATE: lambda message: None,
            Action.IGNORE: lambda message: None,
        }

    # --- driving ----------------------------------------------------------------------------------

    def perform(self, messages: Sequence[Message]) -> Generator[Wire, None, bytes | None]:
        """Carry out messages. What is yielded, and then what is returned, goes to the client.

        A cancel that comes from here on, even before the first piece is pulled, stops them.
        """
        self.canceling = self.timed_out = False
        self._told_ready = False
        return self._perform(messages)

    def _perform(self, messages: Sequence[Message]) -> Generator[Wire, None, bytes | None]:
        lone = lone_executes(messages)
        for number, message in enumerate(messages):
            try:
                action = self.protocol.receive(message)
                if action is Action.EXECUTE and number not in lone:
                    self._begin()
                if action is not Action.COPY_DATA:
                    self._message = message
                steps = self._actions[action](message)
                if steps is not None:
                    yield from self._copying.drive(steps)
            except MockhausError as error:
                self._failed(message, error)
            except Exception:
                log.exception("a fault in Mockhaus")
                self._failed(message, EngineFault("Internal error; the server's log has it."))
            if self.protocol.state is State.CLOSED:
                break
        return self._out.taken() if self._out.flush else None

    def adopt(self, startup: Mapping[str, str]) -> None:
        """Bring the settings that the client came with to the connection."""
        given = {name.lower() for name in startup}
        for name in ("timezone", "lock_timeout"):
            if name in given:
                self._commands.apply(name)

    def watched(self, loop: AbstractEventLoop, leave: Callable[[SqlError], None]) -> None:
        """Have `leave` called for what does not stop when it is told to."""
        Stubborn(loop, self._connection, leave)

    def greet(self, key: bytes) -> bytes:
        """What follows a login: settings, the key for cancel requests, ReadyForQuery."""
        self._report_settings()
        self._out += key
        self._ready()
        return self._out.taken()

    def cancel(self, *, timed_out: bool = False) -> None:
        """Stop what runs; from any thread.

        DuckDB forgets an interrupt that comes just before a statement begins. Call again while
        `canceling` is true.
        """
        self.timed_out = self.timed_out or timed_out
        self.canceling = True
        self._connection.cancel(StatementTimeout("SQL execution canceled") if timed_out else None)

    def patience(self) -> tuple[float, MockhausError] | None:
        """How many seconds the client may now say nothing, and what ends it then."""
        if not self._told_ready:
            return None
        idle = self._connection.status == "I"
        name = "idle_session_timeout" if idle else "idle_in_transaction_session_timeout"
        if not (limit := self.settings.number(name)):
            return None
        if idle:
            error: MockhausError = IdleTimeout("terminating connection due to idle-session timeout")
        else:
            error = IdleTransactionTimeout(
                "terminating connection due to idle-in-transaction timeout"
            )
        return limit / 1000, error

    @property
    def keepalive(self) -> Keepalive:
        """What the settings say of TCP's probes."""
        idle, interval, count, timeout = (self.settings.number(name) for name in _TCP)
        return Keepalive(idle, interval, count, timeout)

    def close(self) -> None:
        """Give everything back; an open transaction is rolled back."""
        try:
            self._copying.give_up()
            self._copying.forget()
            self._close_portals()
        finally:
            self._connection.close()

    def _failed(self, message: Message, error: MockhausError) -> None:
        if type(error) is Canceled and self.timed_out:
            error = StatementTimeout(error.message)
        self.canceling = False
        if isinstance(error, AdminShutdown):
            self.protocol.ended()
        ends = self.protocol.state is State.CLOSED
        self._out += encode(error_response(error, "FATAL" if ends else "ERROR"))
        self._out.flush = True
        self._copying.give_up()
        try:
            if self._connection.status == "T":
                self._connection.abort()
            self._end(commit=False)
        except MockhausError:
            log.exception("rolling back after an error")
        if not ends and self.protocol.failed(message):
            self._ready()

    def _ready(self) -> None:
        self._report_settings()
        self._out += _READY[self._connection.status]
        self._out.flush = self._told_ready = True

    def _report_settings(self) -> None:
        # ALTER SESSION and USE change these as well.
        context = self._connection.context
        if context is not self._reported:
            self._reported = context
            self.settings.observe("timezone", context.parameters.get("TIMEZONE", "UTC"))
            if first_schema(self.settings["search_path"]) != context.schema:
                self.settings.observe("search_path", shown_name(context.schema or ""))
            if not context.postgres:
                self._out += standing(context)
        for name, value in self.settings.changed():
            self._out += encode(m.ParameterStatus(name, value))

    # --- transactions -----------------------------------------------------------------------------

    def _begin(self) -> None:
        self._connection.begin_implicit()
        self._implicit = True

    def _end(self, *, commit: bool) -> None:
        """End the implicit transaction, and with any transaction its portals and settings."""
        connection = self._connection
        if connection.status != "T":
            self._close_portals(committed=commit and not self._rolled_back)
        self._implicit = False
        connection.end_implicit(commit=commit)
        if connection.status == "I":
            self._copying.forget()
            committed, self._rolled_back = commit and not self._rolled_back, False
            for name in self.settings.transaction_ended(committed=committed):
                self._commands.apply(name)

    def _close_portals(self, *, committed: bool | None = None) -> None:
        """Close portals; at the end of a transaction those WITH HOLD stay, if it committed."""
        for name, portal in self._portals.items():
            portal.held = portal.held or (portal.holds and bool(committed))
            if committed is None or not portal.held:
                portal.close()
                self._portals.pop(name)

    def _discard(self) -> None:
        """DISCARD ALL: drop what the protocol keeps."""
        self._close_portals()
        self._statements.clear()

    def _read(self, text: str, *, placeholders: bool) -> list[tuple[Read, int]]:
        conforming = self.settings["standard_conforming_strings"] == "on"
        self._notices.of_text(text)
        return read(self._connection, text, placeholders=placeholders, conforming=conforming)

    # --- simple query -----------------------------------------------------------------------------

    def _query(self, message: m.Query) -> Steps:
        self._forget_unnamed()
        statements = self._read(message.text, placeholders=False)
        if not statements:
            self._out += _EMPTY
        if len(statements) > 1:
            self._begin()
        for statement, offset in statements:
            try:
                yield from self._simple(statement)
            except MockhausError as error:
                raise moved(error, offset) from None
        self._end(commit=True)
        self._ready()

    def _forget_unnamed(self) -> None:
        """A simple query destroys the unnamed statement and portal (manual, 55.2.3)."""
        self._statements.pop("")
        if (portal := self._portals.pop("")) is not None:
            portal.close()

    def _simple(self, statement: Read) -> Steps:
        plan = self._planner.plan(statement, (), 0, describe=False)
        if plan.copy is not None:
            self._start_clock()
            yield from self._copying.copy(plan.copy, self._message)
            return
        postgres = self._connection.context.postgres
        portal = Portal(plan) if postgres else Portal(plan, encoding=exactly, tells=True)
        try:
            self._opened(portal.open(self._run))
            if portal.encoder is not None:
                self._out += portal.encoder.description
                for wire in portal.fetch(0, self._encoders):
                    yield from self._out.emit(wire)
            self._out += encode(m.CommandComplete(portal.tag))
        finally:
            portal.close()

    # --- extended query ---------------------------------------------------------------------------

    def _parse(self, message: m.Parse) -> None:
        self._statements.check_free(message.statement)
        self._statements.pop(message.statement)  # whatever becomes of the new one
        statements = self._read(message.query, placeholders=True)
        if len(statements) > 1:
            raise SqlSyntaxError("cannot insert multiple commands into a prepared statement")
        plan = Plan()
        for statement, offset in statements:
            try:
                plan = self._planner.plan(statement, message.parameter_types, offset)
            except MockhausError as error:
                raise moved(error, offset) from None
        self._statements.put(message.statement, plan)
        self._out += _PARSE_COMPLETE

    def _bind(self, message: m.Bind) -> None:
        plan = self._planner.allowed(self._statements.get(message.statement))
        plan = self._planner.current(plan)
        check_count(len(message.parameters), plan.parameters, message.statement)
        self._portals.check_free(message.portal)
        values = self._parameters.load(
            plan.types, message.parameter_formats, message.parameters, plan.kinds
        )
        portal = Portal(plan, values, message.result_formats)
        if (old := self._portals.pop(message.portal)) is not None:
            old.close()
        self._portals.put(message.portal, portal)
        self._out += _BIND_COMPLETE

    def _describe(self, message: m.Describe) -> None:
        if message.kind == "P":
            encoder = self._portals.get(message.name).encoder
        else:
            plan: Plan = self._planner.allowed(self._statements.get(message.name))
            self._out += encode(m.ParameterDescription(plan.types))
            plan = self._planner.current(plan)
            encoder = None if plan.columns is None else plan.encoder()
        self._out += _NO_DATA if encoder is None else encoder.description

    def _execute(self, message: m.Execute) -> Steps:
        portal = self._portal(message.portal)
        if portal.plan.is_empty:
            self._out += _EMPTY
            return
        if portal.plan.copy is not None:
            self._start_clock()
            yield from self._copying.copy(portal.plan.copy, self._message)
            return
        try:
            if portal.result is None:
                self._opened(portal.open(self._run))
            elif portal.encoder is None:
                raise CursorState(f'portal "{message.portal}" cannot be run')
            for wire in portal.fetch(message.max_rows, self._encoders):
                yield from self._out.emit(wire)
        except MockhausError as error:
            raise moved(error, portal.plan.offset) from None
        self._out += _SUSPENDED if portal.suspended else encode(m.CommandComplete(portal.tag))

    def _portal(self, name: str) -> Portal:
        """The portal of a name. Raises UndefinedPortal, TransactionAborted."""
        try:
            return self._portals.get(name)
        except UndefinedPortal:
            self._connection.check()  # an error closes them all
            raise

    def _close(self, message: m.Close) -> None:
        if message.kind == "S":
            self._statements.pop(message.name)
        elif (portal := self._portals.pop(message.name)) is not None:
            portal.close()
        self._out += _CLOSE_COMPLETE

    def _flush_out(self, message: m.Flush) -> Steps:
        if self._out:
            yield self._out.taken()

    def _sync(self, message: m.Sync) -> None:
        self._end(commit=True)
        self._ready()

    def _call_function(self, message: m.FunctionCall) -> None:
        raise UnsupportedFeature(
            "function call messages are not supported", hint="Call the function with SELECT."
        )

    # --- statements -------------------------------------------------------------------------------

    def _start_clock(self) -> None:
        limit = self.settings.number("statement_timeout")
        if limit or self._timed:
            self._timed = bool(limit)
            self.clock(limit / 1000)

    def _run(self, plan: Plan, values: Sequence[Any], projection: Projection | None) -> Result:
        self._start_clock()
        return self._carry_out(plan, values, projection)

    def _carry_out(
        self, plan: Plan, values: Sequence[Any], projection: Projection | None
    ) -> Result:
        if self.canceling:
            raise Canceled("SQL execution canceled")
        if isinstance(plan.state, Execute):
            self._connection.check()
            meant, given = self._prepared.meant(plan.state, plan, values)
            return self._carry_out(meant, given, projection)
        if plan.state is not None:
            return self._commands.state(plan, plan.state, values)
        if plan.prepared is not None:
            statement = plan.prepared.statement
            self._notices.of_boundary(statement)
            if self.settings["transaction_read_only"] == "on":
                check_writable(statement)
            result = self._connection.run(plan.prepared, values, projection)
            if isinstance(statement, Begin):
                self._commands.begun(statement.text)
                if statement.text[:5].upper() == "START":
                    result.tag = "START TRANSACTION"
            catalog = plan.prepared.catalog
            return (
                self._commands.configured(catalog.settings, values, result) if catalog else result
            )
        assert plan.command is not None
        return self._commands.set(plan.command)

    def _opened(self, result: Result) -> None:
        self._rolled_back = self._rolled_back or result.tag == "ROLLBACK"
        self._notices.of_result(result)
