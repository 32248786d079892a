"""What a statement becomes before it runs: a plan."""

from __future__ import annotations

from typing import Final

from mockhaus.errors import SqlSyntaxError
from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.cursors import Cursors
from mockhaus.gateway.forms.parameters import duckdb_type, named_type, parameter_types
from mockhaus.gateway.portal import Plan
from mockhaus.gateway.prepared import PreparedStatements
from mockhaus.gateway.reading import Read
from mockhaus.gateway.settings import Command
from mockhaus.gateway.state_commands import (
    Declare,
    Execute,
    Fetch,
    Prepare,
    Savepoint,
    StateCommand,
)
from mockhaus.sessions.connection import Connection
from mockhaus.translation import statements as s

#: Plans kept for texts that come again.
PLANS: Final = 256

#: Statements that a cursor and a COPY TO can be for.
QUERIES: Final = (s.Select, s.CatalogSelect)

#: Statements that can be prepared (manual, PREPARE).
PREPARABLE: Final = (*QUERIES, s.Insert, s.Update, s.Delete, s.Merge)


def _ends_block(plan: Plan) -> bool:
    """Whether a statement may run in a failed transaction."""
    if plan.prepared is not None and plan.state is None:
        return isinstance(plan.prepared.statement, (s.Commit, s.Rollback))
    return isinstance(plan.state, Savepoint) and plan.state.verb == "ROLLBACK TO"


class Planner:
    """Makes the plans of one connection, without running anything."""

    def __init__(
        self, connection: Connection, cursors: Cursors, prepared: PreparedStatements
    ) -> None:
        self._connection = connection
        self._cursors = cursors
        self._prepared = prepared
        self._plans: dict[int, Plan] = {}

    def plan(
        self, statement: Read, types: tuple[int, ...], offset: int, *, describe: bool = True
    ) -> Plan:
        """The plan of a statement; `types` are the OIDs of its parameters as far as they are told,
        `offset` is where it starts. Without `describe` its columns may be learned when it runs."""
        if isinstance(statement, Command):
            return Plan(command=statement, offset=offset)
        if isinstance(statement, CopyCommand):
            return Plan(copy=statement, offset=offset)
        if isinstance(statement, StateCommand):
            return self._of_state(statement, types, offset)
        prepared = self._connection.prepare(
            statement, tuple(map(duckdb_type, types)), describe=describe
        )
        if types or offset:
            told = parameter_types(types, prepared.types, prepared.parameters)
            return Plan(prepared, types=told, offset=offset)
        # The connection gives the same Prepared for the same text; so does this the Plan.
        plan = self._plans.get(id(prepared))
        if plan is None or plan.prepared is not prepared:
            if len(self._plans) >= PLANS:
                self._plans.clear()
            plan = self._plans[id(prepared)] = Plan(
                prepared, types=parameter_types((), prepared.types, prepared.parameters)
            )
        return plan

    def allowed(self, plan: Plan) -> Plan:
        """The plan, if it may run in the transaction as it stands. Raises TransactionAborted."""
        if self._connection.status == "E" and not _ends_block(plan):
            self._connection.check()
        return plan

    def current(self, plan: Plan) -> Plan:
        """The plan as of now: objects may have changed since it was made (manual, PREPARE, Notes).

        Raises StalePlan, and what is wrong with the statement by now.
        """
        prepared = plan.prepared
        if prepared is None or plan.state is not None:
            return plan
        fresh = self._connection.current(prepared)
        if fresh is not prepared:
            plan.prepared = fresh
            plan.encoders = {}
        return plan

    def _of_state(self, command: StateCommand, types: tuple[int, ...], offset: int) -> Plan:
        if not isinstance(command, Savepoint):
            self._connection.check()
        match command:
            case Fetch():
                return self._cursors.shape(command)
            case Declare():
                inner = self._inner(command.query, types, QUERIES, "DECLARE CURSOR is for a query")
            case Prepare():
                told = tuple(map(named_type, command.types))
                what = "PREPARE is for a query, INSERT, UPDATE, DELETE or MERGE"
                inner = self._inner(command.query, told, PREPARABLE, what, numbered=True)
            case Execute():
                return self._execute(command, types, offset)
            case _:
                return Plan(state=command, offset=offset)
        return Plan(inner.prepared, state=command, types=inner.types, offset=offset)

    def _execute(self, command: Execute, types: tuple[int, ...], offset: int) -> Plan:
        arguments = None
        if command.arguments.strip():
            query = f"SELECT {command.arguments}"
            arguments = self._inner(query, types, QUERIES, "EXECUTE takes values")
        return self._prepared.shape(command, arguments, offset)

    def _inner(
        self,
        query: str,
        types: tuple[int, ...],
        kinds: tuple[type[s.Statement], ...],
        refusal: str,
        *,
        numbered: bool = False,
    ) -> Plan:
        """The plan of the one statement within another. Raises SqlSyntaxError."""
        numbered = numbered or bool(types) or "$" in query
        found = self._connection.parse(query, placeholders=numbered)
        if len(found) != 1 or not isinstance(found[0], kinds):
            raise SqlSyntaxError(refusal)
        return self.plan(found[0], types, 0)
