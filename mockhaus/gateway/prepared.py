"""PREPARE, EXECUTE and DEALLOCATE on the prepared statements of a connection.

Those of the protocol and those of SQL are one thing under one name (manual, PREPARE and 55.2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from mockhaus.errors import SqlSyntaxError, UndefinedPrepared, UnsupportedFeature
from mockhaus.gateway.forms.parameters import ParameterLoader
from mockhaus.gateway.portal import Plan, Portal, Run
from mockhaus.gateway.state_commands import Deallocate, Execute, Prepare
from mockhaus.gateway.wire.codec import decode_backend
from mockhaus.gateway.wire.messages import DataRow
from mockhaus.gateway.wire.protocol import Namespace
from mockhaus.result import Result


class PreparedStatements:
    """What those statements do; `run` runs a plan."""

    def __init__(self, statements: Namespace[Plan], run: Run, encoders: Executor) -> None:
        self._statements = statements
        self._run = run
        self._encoders = encoders
        self._loader = ParameterLoader()

    def prepare(self, command: Prepare, plan: Plan) -> Result:
        """PREPARE. Raises DuplicatePrepared."""
        assert command.name is not None
        kept = Plan(plan.prepared, types=plan.types)
        self._statements.put(command.name, kept)
        return Result((), "PREPARE")

    def shape(self, command: Execute, arguments: Plan | None, offset: int) -> Plan:
        """The plan of an EXECUTE: it answers what its statement does. Raises UndefinedPrepared."""
        assert command.name is not None
        meant: Plan = self._statements.get(command.name)
        if meant.prepared is None:
            raise UnsupportedFeature("EXECUTE is for queries, INSERT, UPDATE, DELETE and MERGE")
        types = () if arguments is None else arguments.types
        inner = None if arguments is None else arguments.prepared
        return Plan(inner, state=command, fetched=meant.columns, types=types, offset=offset)

    def meant(
        self, command: Execute, arguments: Plan, values: Sequence[Any]
    ) -> tuple[Plan, list[Any]]:
        """What an EXECUTE runs, and with which values: its arguments, sent as a client sends them.

        Raises UndefinedPrepared, SqlSyntaxError, and what is wrong with the arguments.
        """
        assert command.name is not None
        plan: Plan = self._statements.get(command.name)
        given: tuple[bytes | None, ...] = ()
        if arguments.prepared is not None:
            portal = Portal(Plan(arguments.prepared, types=arguments.types), values)
            try:
                portal.open(self._run)
                wire = b"".join(portal.fetch(0, self._encoders))
            finally:
                portal.close()
            (row,) = decode_backend(wire)[0]
            assert isinstance(row, DataRow)
            given = row.values
        if len(given) != plan.parameters:
            raise SqlSyntaxError(
                f'wrong number of parameters for prepared statement "{command.name}"',
                detail=f"Expected {plan.parameters} parameters but got {len(given)}.",
            )
        return plan, self._loader.load(plan.types, (), given)

    def deallocate(self, command: Deallocate) -> Result:
        """DEALLOCATE. Raises UndefinedPrepared."""
        if command.name is None:
            self._statements.clear()
            return Result((), "DEALLOCATE ALL")
        if self._statements.pop(command.name) is None:
            raise UndefinedPrepared(f'prepared statement "{command.name}" does not exist')
        return Result((), "DEALLOCATE")
