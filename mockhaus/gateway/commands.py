"""Carries out what concerns the connection itself: settings, cursors, savepoints, DISCARD."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from mockhaus.errors import NoTransaction, UnsupportedFeature
from mockhaus.gateway.auth import first_schema
from mockhaus.gateway.cursors import Cursors
from mockhaus.gateway.modes import modes
from mockhaus.gateway.portal import Plan
from mockhaus.gateway.settings import Command, Settings, setting
from mockhaus.gateway.state_commands import (
    CloseCursor,
    Deallocate,
    Declare,
    Fetch,
    Savepoint,
    StateCommand,
)
from mockhaus.result import Result
from mockhaus.sessions.connection import Connection

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
        *,
        in_block: Callable[[], bool],
        discard: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._cursors = cursors
        self._in_block = in_block
        self._discard = discard

    def state(self, plan: Plan, command: StateCommand, values: Sequence[Any]) -> Result:
        """Carry out a statement about the connection's own state."""
        connection = self._connection
        if isinstance(command, Savepoint):
            assert command.name is not None
            return _SAVEPOINTS[command.verb](connection, command.name)
        self._check()
        match command:
            case Declare():
                if connection.status == "I" and not (self._in_block() or command.hold):
                    raise NoTransaction("DECLARE CURSOR can only be used in transaction blocks")
                return self._cursors.declare(command, plan, values)
            case Fetch():
                return self._cursors.fetch(command, plan.fetched)
            case CloseCursor():
                return self._cursors.close(command)
            case Deallocate():
                return self._cursors.deallocate(command)
        return Result((), "UNLISTEN")

    def set(self, it: Command) -> Result:
        """Carry out SET, SHOW, RESET or DISCARD."""
        self._check()
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
        return Result((), "RESET" if it.verb == "RESET" else "SET")

    def begun(self, text: str) -> None:
        """A transaction has begun, by a statement that may say its modes."""
        for name, value in modes(text).items():
            self._settings.set(name, value, local=True)

    def _characteristics(self, text: str) -> Result:
        for name, value in modes(text).items():
            if re.match(r"SET\s+SESSION", text, re.I):
                self.set(Command("SET", f"default_{name}", value))
            else:
                self._settings.set(name, value, local=True)
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
            quoted = value.replace("'", "''")
            self._statement(f"ALTER SESSION SET TIMEZONE = '{quoted}'")
        elif name == "lock_timeout":
            self._connection.lock_timeout = int(value) / 1000 or None
        elif name == "search_path" and (schema := first_schema(value)) is not None:
            # As in PostgreSQL, the schema need not exist yet.
            self._connection.enter(None, schema)

    def _discarded(self, what: str) -> Result:
        if what == "ALL":
            if self._connection.status != "I" or self._in_block():
                raise UnsupportedFeature("DISCARD ALL cannot run inside a transaction block")
            self._discard()
            for name in self._settings.reset("ALL"):
                self.apply(name)
        return Result((), f"DISCARD {what}")

    def _check(self) -> None:
        """In a failed transaction the connection refuses, in its own words."""
        if self._connection.status == "E":
            self._statement("SELECT 1")

    def _statement(self, text: str) -> None:
        for statement in self._connection.parse(text):
            self._connection.run(self._connection.prepare(statement)).close()
