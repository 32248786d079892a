"""One client's connection into a session, and the one path that every statement takes.

    parse    text -> statements                                            (pure)
    prepare  statement -> translated text and the columns of its answer   (runs nothing)
    run      transaction rules, locks, handler by statement class, history

Several statements of one text are prepared one by one, each just before it runs, since USE, SET and
CREATE change what the next one means. All methods but `cancel` block and belong in a worker thread;
one connection runs one statement at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec.structs import replace

from mockhaus.catalog.answers import status
from mockhaus.catalog.ddl import get_ddl
from mockhaus.catalog.objects import Objects
from mockhaus.catalog.postgres.snapshot import Settings
from mockhaus.catalog.workspace import Workspace
from mockhaus.clock import now
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import SqlError, TransactionAborted, UndefinedBind, UnsupportedFeature
from mockhaus.ingestion import staged
from mockhaus.ingestion.storage import stages
from mockhaus.result import Projection, Result
from mockhaus.sessions import chains, explain
from mockhaus.sessions.deadline import limited
from mockhaus.sessions.dispatch import DDL, HANDLERS, LOOKS, forget_loads, written
from mockhaus.sessions.dropping import dropped, left
from mockhaus.sessions.gate import gated
from mockhaus.sessions.locks import Owner
from mockhaus.sessions.logins import make_database, started
from mockhaus.sessions.past import made
from mockhaus.sessions.placing import place
from mockhaus.sessions.preparing import FEW, Prepared, Preparer, exact
from mockhaus.sessions.reading import read
from mockhaus.sessions.recording import Recorder
from mockhaus.sessions.scripting import run as scripting
from mockhaus.sessions.settings import SETTINGS
from mockhaus.sessions.targets import after_ddl, lock_key, to_count
from mockhaus.sessions.transaction import State, Transaction, Transactions
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context
from mockhaus.translation.grammar.stage_refs import reference as stage_reference

if TYPE_CHECKING:
    from mockhaus.sessions.session import Session

_DONE: Final = "Statement executed successfully."


class Connection:
    """See the module. Made by `Session.connect`."""

    def __init__(
        self,
        session: Session,
        cursor: Cursor,
        context: Context,
        door: str,
        transactions: Transactions,
        *,
        client: str = "",
    ) -> None:
        self.session = session
        self.door = door
        self.recorder = Recorder(session, door, client, cursor.progress)
        #: Set by a door that keeps the connection while no client waits behind it (HTTP).
        self.idle = False
        #: What a catalog query says of the settings; the PostgreSQL door knows them.
        self.settings: Settings = list
        self._cursor = cursor
        owner = Owner(context.user, context.connection_id)
        self._transaction = Transaction(
            cursor, session.locks, transactions, self._undone, owner, context=lambda: self.context
        )
        self._preparer = Preparer(
            cursor,
            self._transaction,
            lambda: session.version,
            self._workspace,
            lambda: self.settings,
            shared=session.catalogs,
        )
        self.context: Context = replace(
            context,
            last_query_ids=self.recorder.query_ids,
            columns=lambda name: self._preparer.columns(name, self.context),
            relation=lambda name: self._preparer.relations.find(name, self.context),
            routines=self._preparer.routines,
            made=lambda name, argument: made(session, name, argument),
            transaction=owner,
            ddl=lambda kind, name, full: get_ddl(self._workspace(), kind, name, full=full),
            described=lambda text: [each.type for each in cursor.describe(text)],
        )
        #: Temporary tables that were there when the open transaction began.
        self._temporary = context.temporary
        self._drops = session.drops.count
        self._running = False
        #: Blocks of Snowflake Scripting that run, the innermost last.
        self.scripts: list[scripting.Script] = []
        self.is_closed = False

    # --- state -----------------------------------------------------------------------------------

    @property
    def status(self) -> Literal["I", "T", "E"]:
        """ReadyForQuery's letter: idle, in a transaction, in a failed transaction."""
        return self._transaction.status

    @property
    def is_active(self) -> bool:
        """Whether a statement runs or its rows are still being read."""
        return self._running or self._cursor.is_streaming

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._transaction.is_open

    @property
    def transaction(self) -> Transaction:
        """Its transactions, for a door that has settings of its own for them."""
        return self._transaction

    def act_as(self, user: str) -> None:
        """The next statement comes from this user: one connection of a door, several clients."""
        if self.context.user != user:
            self.context = replace(self.context, user=user)

    @gated
    def enter(self, database: str | None, schema: str | None, *, make: bool = True) -> None:
        """Make these current. A database that does not exist yet is created with its PUBLIC.

        Names are unquoted: one that does not exist yet is stored in upper case. Without `make`
        such a database is an error. Raises UndefinedDatabase.
        """
        maker = partial(make_database, self.session, self._workspace, self._transaction)
        into, objects = self.session.entrances.entered, Objects(self._cursor)
        self.context = into(self.context, objects, database, schema, maker if make else None)

    @gated
    def start_in(
        self, database: str | None, schema: str | None, role: str | None, warehouse: str | None
    ) -> None:
        """Make these current, as a login does: names as stored, none of what does not exist.

        A statement that needs no database does not fail for want of one.
        """
        place = {"database": database, "schema": schema, "role": role, "warehouse": warehouse}
        self.context = started(self.context, Objects(self._cursor), **place)

    @gated
    def settle(self, statement: s.Use | s.AlterSession) -> None:
        """Carry out a statement that a door says instead of its client. Raises as that does."""
        self.context, _ = SETTINGS[type(statement)](self._workspace(), statement)

    def _workspace(self) -> Workspace:
        return Workspace(
            self._cursor,
            self.context,
            Objects(self._cursor),
            self.session.files,
            self._transaction.after_commit,
            counts=self.session.counts,
            answered=lambda query_id: self.session.results.get(query_id).columns,
            folders=self.session.stage_folders,
            endpoints=self.session.endpoints,
            query_id=self.recorder.coming_id(),
            locks=self.session.locks,
        )

    @gated
    def locate(self, reference: str) -> stages.Location:
        """The place that `@stage/path` denotes. Raises SqlSyntaxError, UndefinedObject."""
        return stages.locate(self._workspace(), stage_reference(reference, None, reference))

    # --- parse, prepare --------------------------------------------------------------------------

    def parse(self, text: str, *, placeholders: bool = False) -> list[s.Statement]:
        """The statements of a text. Raises SqlSyntaxError, UnsupportedFeature."""
        with self.recorder.reading(text, self.context):
            return read(text, self.context, placeholders=placeholders)

    @gated
    def prepare(
        self, statement: s.Statement, types: tuple[str, ...] = (), *, describe: bool = True
    ) -> Prepared:
        """Translate, and learn the columns without running anything.

        `types` are DuckDB's types of the parameters as far as they are known, '' for unknown.
        Without `describe` the columns of a query may be learned only when it runs, which is next.
        """
        clock = time.perf_counter()
        try:
            self._refresh()
            prepared = self._preparer.prepare(statement, self.context, types, describe=describe)
        except SqlError as error:
            self._fail(statement, error, now(), clock)
            raise
        self.recorder.translate_s = time.perf_counter() - clock
        return prepared

    @gated
    def current(self, prepared: Prepared) -> Prepared:
        """What was prepared, prepared anew where a USE, SET or DDL came since. Raises StalePlan."""
        try:
            return self._preparer.current(prepared, self.context)
        except SqlError as error:
            place(error, prepared.statement)
            raise

    def _refresh(self) -> None:
        """See what others have committed, and stand in nothing that they dropped."""
        self._transaction.refresh()
        if self._drops != self.session.drops.count and self.status != "E":
            self._drops, gone = self.session.drops.since(self._drops, self.context)
            self.context = left(self.context, gone, Objects(self._cursor))

    # --- run -------------------------------------------------------------------------------------

    def execute(self, text: str, values: Sequence[Any] = ()) -> Iterator[Result]:
        """Run all statements of a text, one by one; the values go to each that takes any."""
        for statement in self.parse(text):
            prepared = self.prepare(statement, describe=False)
            binds = statement.binds if isinstance(statement, s.Tree) else ()
            if any(not name.isdigit() or int(name) > len(values) for name in binds):
                raise UndefinedBind(f"SQL compilation error:\nBind variable {binds[-1]} not set.")
            yield self.run(prepared, [values[int(name) - 1] for name in binds])

    @gated
    def run(
        self,
        prepared: Prepared,
        values: Sequence[Any] = (),
        projection: Projection | None = None,
        repeats: Sequence[Sequence[Any]] = (),
    ) -> Result:
        """Run a prepared statement. Rows of a query stream; close the result to give them up.

        `repeats` are further sets of values, for which a DML statement runs as well, all or none.
        """
        statement = prepared.statement
        started, clock, writes = now(), time.perf_counter(), self.session.results.writes
        self.recorder.begins(statement, started)
        was_running, self._running = self._running, True
        try:
            self._refresh()
            current = self._preparer.current(prepared, self.context)
            result = limited(
                self.context.parameters,
                self.cancel,
                lambda: self._preparer.tried(
                    current,
                    self.context,
                    lambda each: self._run(each, (values, *repeats), projection),
                    lambda: self._with(mixed=True),
                ),
            )
        except SqlError as error:
            self._fail(statement, error, started, clock)
            raise
        finally:
            self._running = was_running
        result.execution_s = time.perf_counter() - clock
        self.recorder.answered(
            prepared, self.context, result, values, started=started, writes=writes
        )
        return result

    def _run(
        self,
        prepared: Prepared,
        rows: Sequence[Sequence[Any]],
        projection: Projection | None,
    ) -> Result:
        statement = prepared.statement
        if prepared.reads_files and not self.context.stages:
            return self._over_files(prepared, rows, projection)
        if len(rows) > 1 and prepared.change is None:
            raise UnsupportedFeature("Unsupported feature 'array binding of a query'.")
        if isinstance(statement, s.Chain):
            return chains.run(
                statement, self._preparer, lambda: self.context, self._run, projection
            )
        boundary = _BOUNDARIES.get(type(statement))
        if boundary is not None:
            return boundary(self, statement)
        self._transaction.check()
        if isinstance(statement, scripting.STATEMENTS):
            return scripting.run(self, self._workspace, self._transaction, prepared, rows[0])
        if prepared.query is not None:
            return self._query(prepared, rows[0], projection)
        setting = SETTINGS.get(type(statement))
        if setting is not None:
            self.context, result = setting(self._workspace(), statement)
            return result
        if isinstance(statement, LOOKS):
            return HANDLERS[type(statement)](self._workspace(), statement)
        if isinstance(statement, DDL) and self._transaction.commits_ddl:
            self._commit()
        return self._change(prepared, rows)

    def _over_files(
        self,
        prepared: Prepared,
        rows: Sequence[Sequence[Any]],
        projection: Projection | None,
    ) -> Result:
        """A statement that reads files of stages: prepared again, over the files of now."""
        self._transaction.check()
        with ExitStack() as stack:
            assert isinstance(prepared.statement, s.Tree)
            found = staged.opened(self._workspace(), prepared.statement, stack)
            with self._with(stages=found):
                context = replace(self.context, mixed=prepared.mixed)
                fresh = self._preparer.fresh(prepared.statement, context, prepared.types)
                result = self._run(fresh, rows, projection)
            if result.batches is not None:
                result.batches = staged.Closing(result.batches, stack.pop_all())
        return result

    @contextmanager
    def _with(self, **fields: Any) -> Iterator[None]:
        """The context with some fields changed, for as long as one statement takes."""
        before = self.context
        within = self.context = replace(before, **fields)
        try:
            yield
        finally:
            kept = {name: getattr(before, name) for name in fields}
            self.context = before if self.context is within else replace(self.context, **kept)

    def _query(
        self, prepared: Prepared, values: Sequence[Any], projection: Projection | None
    ) -> Result:
        assert prepared.query is not None
        sql = prepared.query.sql
        if prepared.catalog is not None:
            self._preparer.provide(prepared.catalog, self.context)
        if prepared.query.counts:
            objects = Objects(self._cursor)
            self.session.counts.tell(self._cursor, objects, self.context)
        if isinstance(prepared.statement, s.Explain):
            plan = str(self._cursor.rows(f"EXPLAIN (FORMAT JSON) {sql}")[0][1])
            return explain.answer(plan, prepared.statement.using, sql)
        columns, last = prepared.columns, prepared.last
        stream = None
        if columns is None:
            stream = self._cursor.stream(sql, values)
            columns = self._preparer.learn(prepared)
        if projection is not None and (wanted := projection(columns)) is not None:
            if stream is not None:
                stream.close()
            sql = f"SELECT {', '.join(wanted)} FROM ({sql})"
            stream = self._cursor.stream(sql, values)
            return Result(columns, "SELECT", batches=stream, translated=sql)
        if prepared.is_plain and last is not None and last.total is not None and last.total <= FEW:
            rows = self._cursor.few(sql, values, FEW)
            if rows is not None and exact(rows, prepared.dated):
                return Result(columns, "SELECT", len(rows), rows, translated=sql)
        prepared.last = stream = stream or self._cursor.stream(sql, values)
        return Result(columns, "SELECT", batches=stream, translated=sql)

    def _change(self, prepared: Prepared, rows: Sequence[Sequence[Any]]) -> Result:
        """A statement that writes: under its lock, in a transaction of its own if none is open."""
        statement, change = prepared.statement, prepared.change
        # One DuckDB statement commits itself; more than one need a transaction around them.
        atomic = change is None or not change.is_one_statement or len(rows) > 1
        loads = isinstance(statement, (s.Truncate, *DDL))
        key = lock_key(statement, self.context)
        if alone := self._transaction.state is State.IDLE:
            self._temporary = self.context.temporary
        automatic = self.context.is_on("AUTOCOMMIT", default=True) or isinstance(statement, DDL)
        if alone and not automatic:
            alone = self._begin() is None
        if (table := to_count(statement, change, self.context, alone=alone)) is not None:
            self.session.counts.changed(table)
        if not loads:  # what RESULT_SCAN names DDL reads only now
            self.session.results.written()

        def body() -> Result:
            result = written(self._workspace(), prepared, rows)
            if loads:
                self.session.results.written()
                forget_loads(self._workspace(), statement)
            return result

        result = self._transaction.write(key, body, atomic=atomic or loads)
        self.session.results.written()
        if isinstance(statement, DDL):
            self.session.changed()  # and when others see it, which is once it is committed
            self._transaction.after_commit(self.session.changed)
            gone = dropped(statement, self.context)
            self.session.drops.once_committed(gone, self._transaction)
            self.context = left(after_ddl(statement, self.context), gone, Objects(self._cursor))
        return result

    # --- transactions ----------------------------------------------------------------------------

    def check(self) -> None:
        """Raises TransactionAborted in a failed transaction."""
        self._transaction.check()

    def begin_implicit(self) -> None:
        """Open the transaction of several statements sent as one; none if one is open."""
        if self._transaction.state is State.IDLE:
            self._begin(state=State.IMPLICIT)

    def end_implicit(self, *, commit: bool) -> None:
        """End what `begin_implicit` opened."""
        if self._transaction.state is State.IMPLICIT:
            if commit:
                self._commit()
            else:
                self._transaction.rollback()

    def _begin(self, begun: s.Begin | None = None, state: State = State.OPEN) -> Result:
        self._temporary = self.context.temporary
        self._transaction.begin(state, begun.name if begun is not None else "")
        return status("BEGIN", _DONE)

    def _commit(self, _: s.Commit | None = None) -> Result:
        self.session.results.written()
        return status("COMMIT" if self._transaction.commit() else "ROLLBACK", _DONE)

    def _rollback(self, _: s.Rollback) -> Result:
        self._transaction.rollback()
        return status("ROLLBACK", _DONE)

    def savepoint(self, name: str) -> Result:
        """PostgreSQL's SAVEPOINT. Raises NoTransaction."""
        self._transaction.savepoint(name, self.context.temporary)
        return Result((), "SAVEPOINT")

    def release(self, name: str) -> Result:
        """RELEASE SAVEPOINT. Raises NoTransaction, UndefinedSavepoint."""
        self._transaction.release(name)
        return Result((), "RELEASE")

    def rollback_to(self, name: str) -> Result:
        """ROLLBACK TO SAVEPOINT: what was changed before it is done again.

        Raises NoTransaction, UndefinedSavepoint.
        """
        temporary = self._transaction.rollback_to(name)
        self.context = replace(self.context, temporary=temporary)
        self.session.changed()
        return Result((), "ROLLBACK")

    def abort(self) -> None:
        """An error at the door itself ends an open transaction as one of a statement does."""
        self._transaction.failed(SqlError("the door refused a statement"))

    def _undone(self) -> None:
        """Objects and data may be again what they were."""
        self.session.results.written()
        self.context = replace(self.context, temporary=self._temporary)
        self.session.changed()

    def _fail(
        self, statement: s.Statement, error: SqlError, started: datetime, clock: float
    ) -> None:
        """A statement failed: give the error its place and id, and the transaction its state."""
        place(error, statement)
        self.recorder.failed(statement, self.context, started, time.perf_counter() - clock, error)
        if not isinstance(error, TransactionAborted):
            self._transaction.failed(error)

    # --- control ---------------------------------------------------------------------------------

    def cancel(self, reason: SqlError | None = None) -> None:
        """Stop the running statement, from any thread; it fails with `reason`, or Canceled."""
        for script in self.scripts:
            script.is_stopped = True
        self._transaction.cancel()
        self._cursor.interrupt(reason)
        self.recorder.told(reason)

    def close(self) -> None:
        """Roll back what is open and give everything back."""
        self.is_closed = True
        self._transaction.rollback()
        self._cursor.close()
        self.session.left(self)


_BOUNDARIES: Final[dict[type[s.Statement], Callable[[Connection, Any], Result]]] = {
    s.Begin: Connection._begin,
    s.Commit: Connection._commit,
    s.Rollback: Connection._rollback,
}
