"""Carries out what concerns the connection itself: settings, cursors, savepoints, DISCARD."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.errors import ActiveTransaction, NoTransaction
from mockhaus.gateway.auth import first_schema
from mockhaus.gateway.cursors import Cursors
from mockhaus.gateway.modes import SNAPSHOT, modes
from mockhaus.gateway.portal import Plan
from mockhaus.gateway.prepared import PreparedStatements
from mockhaus.gateway.settings import Command, Settings, setting
from mockhaus.gateway.state_commands import (
    CloseCursor,
    Deallocate,
    Declare,
    Fetch,
    Listen,
    Prepare,
    Savepoint,
    StateCommand,
)
from mockhaus.quoting import sql_literal
from mockhaus.result import Result
from mockhaus.sessions.connection import Connection
from mockhaus.translation.names import quoted

_SAVEPOINTS: Final = {
    "SAVEPOINT": Connection.savepoint,
    "RELEASE": Connection.release,
    "ROLLBACK TO": Connection.rollback_to,
}


class Commands:
    """`in_block` tells whether several statements are being one transaction; `discard` drops what
    the protocol keeps: prepared statements and portals."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        cursors: Cursors,
        prepared: PreparedStatements,
        *,
        in_block: Callable[[], bool],
        discard: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._at_login = connection.context
        self._settings = settings
        self._cursors = cursors
        self._prepared = prepared
        self._in_block = in_block
        self._discard = discard

    def state(self, plan: Plan, command: StateCommand, values: Sequence[Any]) -> Result:
        """Carry out a statement about the connection's own state."""
        connection = self._connection
        if isinstance(command, Savepoint):
            assert command.name is not None
            return _SAVEPOINTS[command.verb](connection, command.name)
        self._connection.check()
        match command:
            case Declare():
                if connection.status == "I" and not (self._in_block() or command.hold):
                    raise NoTransaction("DECLARE CURSOR can only be used in transaction blocks")
                return self._cursors.declare(command, plan, values)
            case Fetch():
                return self._cursors.fetch(command, plan.fetched)
            case CloseCursor():
                return self._cursors.close(command)
            case Prepare():
                return self._prepared.prepare(command, plan)
            case Deallocate():
                return self._prepared.deallocate(command)
            case Listen():
                return Result((), command.verb)
        return self._set_constraints()

    def _set_constraints(self) -> Result:
        result = Result((), "SET CONSTRAINTS")
        self._warn_outside(result, "SET CONSTRAINTS")
        return result

    def _warn_outside(self, result: Result, what: str) -> None:
        """Outside of a transaction it has no effect, or none that lasts."""
        if self._connection.status == "I" and not self._in_block():
            result.warnings.append(f"{what} can only be used in transaction blocks")

    def set(self, it: Command) -> Result:
        """Carry out SET, SHOW, RESET or DISCARD."""
        self._connection.check()
        if it.verb == "SHOW":
            return self._settings.show(it.name)
        if it.verb == "DISCARD":
            return self._discarded(it.name)
        if it.verb == "SET TRANSACTION":
            return self._characteristics(it.value or "")
        if it.verb == "RESET":
            names = self._settings.reset(it.name)
        else:
            self._settings.set(it.name, it.value, local=it.verb == "SET LOCAL")
            names = [it.name]
            if it.name.startswith("default_transaction_"):
                # Also of a statement that is a transaction of its own.
                name = it.name.removeprefix("default_")
                self._settings.set(name, self._settings[it.name], local=False)
        for name in names:
            self.apply(name)
        result = Result((), "RESET" if it.verb == "RESET" else "SET")
        if it.verb == "SET LOCAL":
            self._warn_outside(result, "SET LOCAL")
        return result

    def begun(self, text: str) -> None:
        """A transaction has begun, by a statement that may say its modes."""
        for name, value in modes(text).items():
            self._settings.set(name, value, local=True)
        self.apply("transaction_isolation")

    def _characteristics(self, text: str) -> Result:
        for name, value in modes(text).items():
            if re.match(r"SET\s+SESSION", text, re.I):
                self.set(Command("SET", f"default_{name}", value))
            else:
                self._settings.set(name, value, local=True)
                self.apply(name)
        return Result((), "SET")

    def configured(
        self, changes: Sequence[Sequence[Any]], values: Sequence[Any], result: Result
    ) -> Result:
        """Carry out what set_config calls of a catalog query say, if it has a row at all."""
        if not changes:
            return result
        rows = list(result.python_rows())
        for change in changes if rows else ():
            name, value, local = (
                values[each - 1] if type(each) is int else each for each in change
            )
            verb = "SET LOCAL" if local in (True, "true", "t", "on") else "SET"
            self.set(setting(verb, str(name), None if value is None else str(value)))
        return Result(result.columns, result.tag, rows=rows, translated=result.translated)

    def apply(self, name: str) -> None:
        """Bring a setting that reaches beyond this door to the connection."""
        value = self._settings[name]
        if name == "timezone":
            self._statement(f"ALTER SESSION SET TIMEZONE = {sql_literal(value)}")
        elif name == "lock_timeout":
            self._connection.transaction.lock_timeout = int(value) / 1000 or None
        elif name == "transaction_isolation":
            self._connection.transaction.keeps_snapshot = value in SNAPSHOT
        elif name == "search_path" and (schema := first_schema(value)) is not None:
            # As in PostgreSQL, the schema need not exist yet.
            self._connection.enter(None, schema)

    def _discarded(self, what: str) -> Result:
        connection = self._connection
        if what == "ALL":
            if connection.status != "I" or self._in_block():
                raise ActiveTransaction("DISCARD ALL cannot run inside a transaction block")
            self._discard()
        if what in ("ALL", "TEMP", "TEMPORARY"):
            for table in connection.context.temporary:
                parts = (table.database or "", table.schema or "", table.name)
                self._statement(f"DROP TABLE {'.'.join(map(quoted, parts))}")
        if what == "ALL":
            # Variables, parameters, current names: as at login.
            connection.context = replace(self._at_login, temporary=connection.context.temporary)
            self._settings.reset("ALL")
            for name in ("timezone", "lock_timeout"):
                self.apply(name)
        return Result((), f"DISCARD {what}".removesuffix("ORARY"))

    def _statement(self, text: str) -> None:
        for statement in self._connection.parse(text):
            self._connection.run(self._connection.prepare(statement)).close()
