"""Blocks, EXECUTE IMMEDIATE and CALL as statements of a connection.

A statement of a block that fails undoes itself alone at both doors, so that a handler can go on.
Snowflake's manual: "CALL", "EXECUTE IMMEDIATE", "Caller's rights and owner's rights".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.procedures import KIND
from mockhaus.catalog.routines import routine
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    RecursionLimit,
    SqlError,
    UndefinedObject,
    UnsupportedFeature,
    WrongArguments,
)
from mockhaus.result import Column, Result
from mockhaus.sessions.scripting import foreseeing
from mockhaus.sessions.scripting.interpreter import Interpreter
from mockhaus.sessions.scripting.values import Rows, Value, Variable, literal, scalar
from mockhaus.sessions.transaction import Transaction
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.parse import parse
from mockhaus.translation.routines.routine import Parameter, Routine, type_of
from mockhaus.translation.scripting import blocks as b
from mockhaus.translation.scripting.parse import block_of
from mockhaus.translation.scripting.statements import Call, ExecuteBlock
from mockhaus.translation.translate import translate
from mockhaus.types import VARCHAR, from_duckdb

if TYPE_CHECKING:
    from mockhaus.sessions.connection import Connection
    from mockhaus.sessions.preparing import Prepared

#: Blocks within blocks of other statements: a procedure that calls itself ends here.
MAX_DEPTH: Final = 16
ANONYMOUS: Final = "anonymous block"

STATEMENTS: Final = (ExecuteBlock, Call)


def run(
    connection: Connection,
    workspace: Callable[[], Workspace],
    transaction: Transaction,
    prepared: Prepared,
    values: Sequence[Any],
) -> Result:
    """Carry out a block, or what CALL names."""
    scripts = connection.scripts
    if len(scripts) >= MAX_DEPTH:
        raise RecursionLimit(f"Stored procedures call each other more than {MAX_DEPTH} deep.")
    script = Script(connection, workspace, transaction)
    scripts.append(script)
    try:
        with connection.recorder.aside(), transaction.forgiving():
            statement = prepared.statement
            if isinstance(statement, Call):
                return script.call(statement, prepared, values)
            assert isinstance(statement, ExecuteBlock)
            return script.block(statement, prepared)
    finally:
        scripts.pop()


def shape(
    workspace: Workspace, statement: s.Statement, *, describe: bool
) -> tuple[Column, ...] | None:
    """The columns that a block or a CALL answers, None where only the run will tell.

    `describe`: a client wants to know now. A PostgreSQL client hears of an anonymous block whose
    columns cannot be foreseen that it answers a text. Raises UnsupportedFeature for such a CALL.
    """
    known = describe and workspace.context.postgres
    if isinstance(statement, Call):
        found = _called(workspace, statement)
        declared = _declared(found)
        return declared if declared or not known else _foreseen(workspace, found)
    if not known or not isinstance(statement, ExecuteBlock):
        return None
    if isinstance(statement.block, b.ExecuteImmediate):
        return (Column(ANONYMOUS, VARCHAR),)
    return foreseeing.returned(workspace, statement.block, {}) or (Column(ANONYMOUS, VARCHAR),)


def _foreseen(workspace: Workspace, found: CatalogObject) -> tuple[Column, ...]:
    told = routine(found)
    if found.properties.get("rights") != "CALLER":
        own = replace(
            workspace.context, database=found.name.database, schema=found.name.schema, variables={}
        )
        workspace = replace(workspace, context=own)
    types = {each.name: each.type for each in told.parameters}
    columns = foreseeing.returned(workspace, _body(told.body), types)
    if not columns:
        raise UnsupportedFeature(
            "Unsupported feature 'RETURNS TABLE() of a procedure whose columns are asked for before"
            " it runs': declare them, or send the CALL as a simple query."
        )
    return columns


def _declared(found: CatalogObject) -> tuple[Column, ...] | None:
    told = routine(found)
    if told.columns is None:
        return (Column(found.name.name, type_of(told.returns) or VARCHAR),)
    columns = tuple(Column(name, type_of(kind) or VARCHAR) for name, kind in told.columns)
    return columns or None


def _called(workspace: Workspace, statement: Call) -> CatalogObject:
    """The procedure that a CALL means. Raises UndefinedObject."""
    name = workspace.context.resolve(statement.name)
    for each in workspace.objects.named(KIND, name):
        if _fits(routine(each), statement.keywords):
            return each
    raise UndefinedObject(
        f"SQL compilation error:\nUnknown user-defined function {name}, or it takes other"
        f" arguments than {len(statement.keywords)}.",
        subject=name.name,
    )


def _fits(told: Routine, keywords: Sequence[str | None]) -> bool:
    names = [each.name.upper() for each in told.parameters]
    placed = sum(word is None for word in keywords)
    named = {word for word in keywords if word is not None}
    if placed > len(names) or not named <= set(names[placed:]):
        return False
    return all(
        each.default is not None or each.name.upper() in named for each in told.parameters[placed:]
    )


@lru_cache(maxsize=128)
def _body(text: str) -> b.Block:
    return block_of(text)


class Script(Struct):
    """One block on its connection; see `interpreter.Engine`."""

    connection: Connection
    workspace: Callable[[], Workspace]
    transaction: Transaction
    is_stopped: bool = False

    def execute(self, text: str, values: Sequence[Any]) -> Result:
        """Run one SQL statement as a client's."""
        results = list(_only(self.connection.execute(text, values)))
        if len(results) != 1:
            raise UnsupportedFeature(
                "Unsupported feature 'EXECUTE IMMEDIATE of several statements'."
            )
        return results[0]

    def evaluate(self, expressions: str) -> list[Value]:
        """The values of expressions that are separated by commas."""
        (statement,) = parse(f"SELECT {expressions}")
        if not isinstance(statement, s.Select):
            raise UnsupportedFeature(f"Unsupported feature 'expression {expressions[:40]}'.")
        return self._values(statement, ())

    def _values(
        self, statement: s.Tree, values: Sequence[Any], types: tuple[str, ...] = ()
    ) -> list[Value]:
        workspace = self.workspace()
        try:
            sql = translate(statement, workspace.context, types).sql
            rows = workspace.cursor.rows(sql, values)
        except SqlError as error:
            self.transaction.failed(error)
            raise
        kinds = [from_duckdb(each.type) for each in workspace.cursor.columns()]
        return [scalar(data, kind) for data, kind in zip(rows[0], kinds, strict=True)]

    def keep(self, rows: Rows) -> str:
        """Have rows there for RESULT_SCAN; the query id."""
        session = self.connection.session
        session.afterwards.do()  # which would keep the query itself
        results = session.results
        held = Result(rows.columns, "SELECT", len(rows.rows), list(rows.rows))
        results.keep(rows.query_id, held, "", "", results.writes)
        return rows.query_id

    # --- statements ------------------------------------------------------------------------------

    def block(self, statement: ExecuteBlock, prepared: Prepared) -> Result:
        """An anonymous block, or EXECUTE IMMEDIATE of what an expression says."""
        if isinstance(statement.block, b.ExecuteImmediate):
            (text,) = self.evaluate(statement.block.value.text)
            answer = self.execute(str(text.data), ())
            if prepared.columns is not None and not answer.status_only:
                raise UnsupportedFeature(
                    "Unsupported feature 'EXECUTE IMMEDIATE of a variable' that is described first."
                )
            return answer
        returned = Interpreter(self, statement.body).run(statement.block)
        return self._answer(returned, ANONYMOUS, prepared.columns)

    def _answer(
        self, returned: Value | Rows, name: str, described: tuple[Column, ...] | None
    ) -> Result:
        if isinstance(returned, Rows):
            if described is not None and not _alike(described, returned.columns):
                raise UnsupportedFeature(
                    "Unsupported feature 'RETURN TABLE of a block that was described before it"
                    " ran': send it as a simple query, or make it a procedure."
                )
            return Result(returned.columns, "SELECT", len(returned.rows), list(returned.rows))
        columns = described or (Column(name, returned.type or VARCHAR),)
        return Result(columns, "SELECT", 1, [(self._cast(returned, columns[0]).data,)])

    def _cast(self, value: Value, column: Column) -> Value:
        if value.data is None or column.type.means(value.type):
            return value
        return self.evaluate(f"CAST({literal(value)} AS {column.type})")[0]

    def call(self, statement: Call, prepared: Prepared, values: Sequence[Any]) -> Result:
        """CALL: the arguments are evaluated here, the body where the procedure is."""
        found = _called(self.workspace(), statement)
        told = routine(found)
        given = self._values(statement, values, prepared.types) if statement.keywords else []
        arguments = self._bound(told, statement.keywords, given)
        if told.strict and any(value.data is None for value in arguments.values()):
            returned: Value | Rows = Value()
        else:
            variables = {name: Variable(value, value.type) for name, value in arguments.items()}
            with self._standing(found):
                returned = Interpreter(self, told.body, variables).run(_body(told.body))
        columns = _declared(found)
        if told.columns is None:
            return self._answer(returned, found.name.name, columns)
        if not isinstance(returned, Rows):
            raise UnsupportedFeature(
                "Unsupported feature 'RETURNS TABLE without RETURN TABLE(..)'."
            )
        if columns is None:
            return self._answer(returned, found.name.name, prepared.columns)
        if len(columns) != len(returned.columns):
            raise WrongArguments(
                f"SQL compilation error:\nProcedure {told.name} declares {len(columns)} columns but"
                f" returns {len(returned.columns)}."
            )
        return Result(columns, "SELECT", len(returned.rows), list(returned.rows))

    def _bound(
        self, told: Routine, keywords: Sequence[str | None], given: Sequence[Value]
    ) -> dict[str, Value]:
        """The arguments by name, of their declared types."""
        named = {word: value for word, value in zip(keywords, given, strict=True) if word}
        placed = iter([v for word, v in zip(keywords, given, strict=True) if word is None])
        bound: dict[str, Value] = {}
        for each in told.parameters:
            value = next(placed, None) or named.get(each.name.upper())
            bound[each.name] = self._argument(each, value)
        return bound

    def _argument(self, parameter: Parameter, value: Value | None) -> Value:
        kind = type_of(parameter.type)
        if value is None:
            (value,) = self.evaluate(f"CAST({parameter.default} AS {parameter.type})")
        elif value.data is not None and (kind is None or not kind.means(value.type)):
            (value,) = self.evaluate(f"CAST({literal(value)} AS {parameter.type})")
        return Value(value.data, kind)

    @contextmanager
    def _standing(self, found: CatalogObject) -> Iterator[None]:
        """With its owner's rights a procedure stands in its own schema, and USE does not last."""
        connection, before = self.connection, self.connection.context
        if found.properties.get("rights") == "CALLER":
            yield
            return
        own: ObjectName = found.name
        connection.context = replace(before, database=own.database, schema=own.schema, variables={})
        try:
            yield
        finally:
            connection.context = replace(
                connection.context, database=before.database, schema=before.schema,
                variables=before.variables,
            )  # fmt: skip


def _alike(told: Sequence[Column], found: Sequence[Column]) -> bool:
    return len(told) == len(found) and all(
        each.is_like(other) for each, other in zip(told, found, strict=True)
    )


def _only(results: Iterator[Result]) -> Iterator[Result]:
    """Results whose rows are given up where another statement follows."""
    last: Result | None = None
    for result in results:
        if last is not None:
            last.close()
            yield last
        last = result
    if last is not None:
        yield last
