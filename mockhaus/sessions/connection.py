"""One client's connection into a session, and the one path that every statement takes.

    parse    text -> statements                                            (pure)
    prepare  statement -> translated text and the columns of its answer   (runs nothing)
    run      transaction rules, locks, handler by statement class, history

Several statements of one text are prepared one by one, each just before it runs, since USE, SET and
CREATE change what the next one means. All methods but `cancel` block and belong in a worker thread;
one connection runs one statement at a time.
"""

from __future__ import annotations

import enum
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from mockhaus.catalog.answers import status
from mockhaus.catalog.containers import make_database
from mockhaus.catalog.objects import Objects
from mockhaus.catalog.workspace import Workspace, unhandled
from mockhaus.engine.database import Cursor
from mockhaus.errors import SqlError, TransactionAborted, UnsupportedFeature
from mockhaus.result import Column, Projection, Result
from mockhaus.sessions import dml
from mockhaus.sessions.dispatch import DDL, HANDLERS, LOOKS, SHAPES
from mockhaus.sessions.history import Entry, now
from mockhaus.sessions.locks import Owner
from mockhaus.sessions.settings import SETTINGS
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dml import Change, change, target_of
from mockhaus.translation.parse import parse
from mockhaus.translation.translate import Translation, translate
from mockhaus.types import VARCHAR, from_duckdb

if TYPE_CHECKING:
    from mockhaus.sessions.session import Session

_CACHE_SIZE: Final = 256
_EXPLAINED: Final = (Column("content", VARCHAR),)
_CHANGES: Final = (s.Insert, s.Update, s.Delete, s.Merge, s.Truncate)


class Transactions(enum.Enum):
    """Whose transaction rules hold.

    POSTGRESQL: DDL is transactional, an error aborts the transaction until ROLLBACK. SNOWFLAKE:
    DDL commits, a failed statement undoes itself alone.
    """

    POSTGRESQL = "postgresql"
    SNOWFLAKE = "snowflake"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement ready to run.

    `columns` is None where it answers no rows on the PostgreSQL door (DDL, DML); `parameters` is
    the number of `$n`; `query` the translation of a query, `change` that of a DML statement.
    """

    statement: s.Statement
    columns: tuple[Column, ...] | None
    parameters: int = 0
    query: Translation | None = None
    change: Change | None = None


class Connection:
    """See the module. Made by `Session.connect`."""

    def __init__(
        self,
        session: Session,
        cursor: Cursor,
        context: Context,
        door: str,
        transactions: Transactions,
    ) -> None:
        self.session = session
        self.context = context
        self.door = door
        #: Set by a door that keeps the connection while no client waits behind it (HTTP).
        self.idle = False
        self._cursor = cursor
        self._transactions = transactions
        self._owner = Owner()
        self._open = False
        self._implicit = False
        self._failed = False
        self._running = False
        self._cache: OrderedDict[tuple[str, int], Prepared] = OrderedDict()
        self._cached_for: tuple[Context, int] = (context, -1)

    # --- state -----------------------------------------------------------------------------------

    @property
    def status(self) -> Literal["I", "T", "E"]:
        """ReadyForQuery's letter: idle, in a transaction, in a failed transaction."""
        if self._failed:
            return "E"
        return "T" if self._open and not self._implicit else "I"

    @property
    def is_active(self) -> bool:
        """Whether a statement runs, its rows are still being read, or a transaction is open."""
        return self._running or self._open or self._cursor.is_streaming

    def enter(self, database: str | None, schema: str | None) -> None:
        """Make these current. A database that does not exist yet is created with its PUBLIC."""
        context = self.context
        if database is not None:
            with self.session.setup:
                workspace = self._workspace()
                found = workspace.objects.find("DATABASE", ObjectName(database))
                if found is None:
                    self._cursor.begin()
                    make_database(workspace, database)
                    self._cursor.commit()
                    self.session.changed()
            stored = database if found is None else found.name.name
            context = replace(context, database=stored, schema="PUBLIC")
        if schema is not None:
            context = replace(context, schema=schema)
        self.context = context

    def _workspace(self) -> Workspace:
        return Workspace(self._cursor, self.context, Objects(self._cursor), self.session.files)

    # --- parse, prepare --------------------------------------------------------------------------

    def parse(self, text: str, *, placeholders: bool = False) -> list[s.Statement]:
        """The statements of a text. Raises SqlSyntaxError, UnsupportedFeature."""
        return parse(text, placeholders=placeholders)

    def prepare(self, statement: s.Statement) -> Prepared:
        """Translate, and learn the columns without running anything."""
        state = (self.context, self.session.version)
        if self._cached_for[0] is not state[0] or self._cached_for[1] != state[1]:
            self._cache.clear()
            self._cached_for = state
        key = (statement.text, id(type(statement)))
        prepared = self._cache.get(key)
        if prepared is not None and prepared.statement is statement:
            self._cache.move_to_end(key)
            return prepared
        try:
            prepared = self._prepare(statement)
        except SqlError as error:
            self._fail(statement, error, now(), time.perf_counter())
            raise
        kept = prepared.query or prepared.change
        if kept is not None and not kept.volatile:
            self._cache[key] = prepared
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return prepared

    def _prepare(self, statement: s.Statement) -> Prepared:
        if self._failed and not isinstance(statement, (s.Commit, s.Rollback)):
            raise _aborted()
        if isinstance(statement, s.Select):
            translation = translate(statement, self.context)
            return Prepared(
                statement, self._describe(translation), statement.parameters, translation
            )
        if isinstance(statement, s.Explain):
            return Prepared(statement, _EXPLAINED, 0, translate(statement, self.context))
        if isinstance(statement, _CHANGES):
            return Prepared(
                statement, None, statement.parameters, change=change(statement, self.context)
            )
        shape = SHAPES.get(type(statement))
        return Prepared(statement, None if shape is None else shape(statement))

    def _describe(self, translation: Translation) -> tuple[Column, ...]:
        return tuple(
            Column(described.name, from_duckdb(described.type))
            for described in self._cursor.describe(translation.described)
        )

    # --- run -------------------------------------------------------------------------------------

    def execute(self, text: str, values: Sequence[Any] = ()) -> Iterator[Result]:
        """Run all statements of a text, one by one; the values go to each that takes any."""
        for statement in self.parse(text):
            prepared = self.prepare(statement)
            yield self.run(prepared, values[: prepared.parameters])

    def run(
        self,
        prepared: Prepared,
        values: Sequence[Any] = (),
        projection: Projection | None = None,
    ) -> Result:
        """Run a prepared statement. Rows of a query stream; close the result to give them up."""
        statement = prepared.statement
        started, clock = now(), time.perf_counter()
        self.session.touch()
        self._running = True
        try:
            result = self._run(prepared, values, projection)
        except SqlError as error:
            self._fail(statement, error, started, clock)
            raise
        finally:
            self._running = False
        result.execution_s = time.perf_counter() - clock
        result.query_id = self._record(statement, started, clock, result, None)
        return result

    def _run(
        self, prepared: Prepared, values: Sequence[Any], projection: Projection | None
    ) -> Result:
        statement = prepared.statement
        boundary = _BOUNDARIES.get(type(statement))
        if boundary is not None:
            return boundary(self)
        if self._failed:
            raise _aborted()
        if prepared.query is not None:
            return self._query(prepared, values, projection)
        setting = SETTINGS.get(type(statement))
        if setting is not None:
            self.context, result = setting(self._workspace(), statement)
            return result
        if isinstance(statement, DDL) and self._snowflake and self._open:
            self._commit()
        return self._change(prepared, values)

    @property
    def _snowflake(self) -> bool:
        return self._transactions is Transactions.SNOWFLAKE

    def _query(
        self, prepared: Prepared, values: Sequence[Any], projection: Projection | None
    ) -> Result:
        assert prepared.query is not None
        assert prepared.columns is not None
        sql = prepared.query.sql
        if isinstance(prepared.statement, s.Explain):
            plan = self._cursor.rows(f"EXPLAIN {sql}")
            lines = [(line,) for row in plan for line in str(row[-1]).splitlines()]
            return Result(_EXPLAINED, "EXPLAIN", len(lines), lines, translated=sql)
        run = sql
        if projection is not None:
            run = f"SELECT {', '.join(projection(prepared.columns))} FROM ({sql})"
        batches = self._cursor.stream(run, values)
        return Result(prepared.columns, "SELECT", batches=batches, translated=sql)

    def _change(self, prepared: Prepared, values: Sequence[Any]) -> Result:
        """A statement that writes: under its lock, in a transaction of its own if none is open."""
        statement = prepared.statement
        if isinstance(statement, LOOKS):
            return self._written(prepared, values)
        own = not self._open
        # One DuckDB statement commits itself; more than one need a transaction around them.
        single = prepared.change is not None and not (
            prepared.change.before or prepared.change.check
        )
        self.session.locks.acquire(self._owner, self._lock_key(prepared))
        try:
            if own and not single:
                self._cursor.begin()
            result = self._written(prepared, values)
            if own and not single:
                self._cursor.commit()
        except SqlError:
            if own and not single:
                self._cursor.rollback()
            raise
        finally:
            if own:
                self.session.locks.release(self._owner)
        if isinstance(statement, DDL):
            self.session.changed()
            self._after_ddl(statement)
        return result

    def _written(self, prepared: Prepared, values: Sequence[Any]) -> Result:
        statement = prepared.statement
        if prepared.change is not None:
            assert isinstance(statement, s.Tree)
            result = dml.run(self._cursor, statement, prepared.change, values)
            result.translated = prepared.change.sql
            return result
        handler = HANDLERS.get(type(statement))
        if handler is None:
            raise UnsupportedFeature(unhandled(statement))
        return handler(self._workspace(), statement)

    def _lock_key(self, prepared: Prepared) -> str:
        """What a statement writes, in full and upper case; DDL of one schema goes one by one."""
        if prepared.change is not None:
            return str(prepared.change.target.folded())
        statement = prepared.statement
        if isinstance(statement, s.CopyIntoTable):
            return str(self.context.resolve(statement.table).folded())
        if isinstance(statement, s.Tree) and not isinstance(
            statement, (s.CreateTable, s.CreateView)
        ):
            return str(target_of(statement, self.context).folded())
        return f"{self.context.database}.{self.context.schema}".upper()

    def _after_ddl(self, statement: s.Statement) -> None:
        """Keep the context true to what DDL did: temporary tables, a dropped current schema."""
        context = self.context
        if isinstance(statement, s.CreateDatabase):
            self.context = replace(context, database=statement.name.name, schema="PUBLIC")
        elif isinstance(statement, s.CreateSchema):
            database = statement.name.database or context.database
            self.context = replace(context, database=database, schema=statement.name.name)
        elif isinstance(statement, s.CreateTable) and _is_temporary(statement):
            name = target_of(statement, context).folded()
            self.context = replace(context, temporary=context.temporary | {name})
        elif isinstance(statement, s.Drop):
            self.context = _after_drop(statement, context)

    # --- transactions ----------------------------------------------------------------------------

    def begin_implicit(self) -> None:
        """Open the transaction of several statements sent as one; none if one is open."""
        if not self._open and not self._failed:
            self._cursor.begin(journal=self._snowflake)
            self._open = self._implicit = True

    def end_implicit(self, *, commit: bool) -> None:
        """End what `begin_implicit` opened."""
        if not self._implicit:
            return
        if commit and not self._failed:
            self._commit()
        else:
            self._rollback()

    def _begin(self) -> Result:
        if self._failed:
            raise _aborted()
        if not self._open:
            self._cursor.begin(journal=self._snowflake)
            self._open = True
        self._implicit = False
        return status("BEGIN", "Statement executed successfully.")

    def _commit(self) -> Result:
        if self._failed:
            self._rollback()
            return status("ROLLBACK", "Statement executed successfully.")
        if self._open:
            try:
                self._cursor.commit()
            except SqlError:
                self._rollback()
                raise
            self._ended()
        return status("COMMIT", "Statement executed successfully.")

    def _rollback(self) -> Result:
        if self._open:
            self._cursor.rollback()
            self.session.changed()
        self._ended()
        return status("ROLLBACK", "Statement executed successfully.")

    def _ended(self) -> None:
        self._open = self._implicit = self._failed = False
        self.session.locks.release(self._owner)

    def _fail(self, statement: s.Statement, error: SqlError, started: Any, clock: float) -> None:
        """A statement failed: give the error its place and id, and the transaction its state."""
        if error.position is None and error.subject is not None:
            error.position = _position_of(statement, error.subject)
        error.query_id = self._record(statement, started, clock, None, error)
        if not self._open or isinstance(error, TransactionAborted):
            return
        if self._snowflake:
            self._cursor.replay()
            self.session.changed()
        else:
            self._cursor.rollback()
            self.session.changed()
            self.session.locks.release(self._owner)
            self._open, self._failed = False, not self._implicit
            self._implicit = False

    # --- history ---------------------------------------------------------------------------------

    def _record(
        self,
        statement: s.Statement,
        started: Any,
        clock: float,
        result: Result | None,
        error: SqlError | None,
    ) -> str:
        query_id = str(uuid.uuid4())
        context = self.context
        self.session.history.record(
            Entry(
                query_id,
                statement.text,
                statement.kind,
                context.connection_id,
                context.user,
                self.door,
                context.database,
                context.schema,
                started,
                translated=result.translated if result is not None else "",
                execution_s=time.perf_counter() - clock,
                rows=result.row_count if result is not None else None,
                error_code=error.number if error is not None else None,
                error_message=error.message if error is not None else None,
            )
        )
        return query_id

    # --- control ---------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Stop the running statement, from any thread; it fails with Canceled."""
        self.session.locks.cancel(self._owner)
        self._cursor.interrupt()

    def close(self) -> None:
        """Roll back what is open and give everything back."""
        if self._open:
            self._cursor.rollback()
        self._ended()
        self._cursor.close()
        self.session.left(self)


def _aborted() -> TransactionAborted:
    return TransactionAborted(
        "current transaction is aborted, commands ignored until end of transaction block"
    )


def _is_temporary(statement: s.CreateTable) -> bool:
    properties = statement.tree.args.get("properties")
    return properties is not None and any(
        type(item).__name__ == "TemporaryProperty" for item in properties.expressions
    )


def _after_drop(statement: s.Drop, context: Context) -> Context:
    name = statement.name
    if statement.object == "TABLE" and context.temporary:
        return replace(context, temporary=context.temporary - {context.resolve(name).folded()})
    if statement.object == "DATABASE" and name.name.upper() == (context.database or "").upper():
        return replace(context, database=None, schema=None)
    if statement.object == "SCHEMA":
        database = name.schema or context.database or ""
        dropped = (database.upper(), name.name.upper())
        if dropped == ((context.database or "").upper(), (context.schema or "").upper()):
            return replace(context, schema=None)
    return context


def _position_of(statement: s.Statement, subject: str) -> int | None:
    """Where a name stands in the text that was sent."""
    if not isinstance(statement, s.Tree):
        return None
    return s.position_of(statement.tree, subject.rsplit(".", 1)[-1])


_BOUNDARIES: Final = {
    s.Begin: Connection._begin,
    s.Commit: Connection._commit,
    s.Rollback: Connection._rollback,
}
