"""Running the statements of a `/api/v1/query` request: parameters, results, encoding.

Everything here runs in a worker thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct

from mockhaus.errors import Canceled, InvalidBind, SqlError, SqlSyntaxError, UndefinedBind
from mockhaus.http import refusals, resultset
from mockhaus.http.bodies import QueryAnswer, QueryRequest, StatementResult
from mockhaus.result import Result
from mockhaus.sessions.connection import Connection
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName

#: Type of a JSON value -> DuckDB's; bool before int, whose subclass it is.
_TYPES = ((bool, "BOOLEAN"), (int, "BIGINT"), (float, "DOUBLE"), (str, "VARCHAR"))


class Answered(Struct, frozen=True):
    """What the statements of a request answered, and where the connection stands now."""

    results: list[StatementResult]
    session_id: str
    database: str | None
    schema: str | None
    seconds: float
    #: Hears how many rows the last statement answered, and in how many bytes.
    fetched: Callable[[int, int | None], None] | None = None

    def encoded(self, offset: int = 0, limit: int | None = None) -> bytes:
        """The body; of the last statement's rows those from `offset` on, at most `limit`."""
        last = self.results[-1]
        names = resultset.unique_names(last.columns)
        rows = last.rows
        if offset or limit is not None:
            rows = rows[offset : None if limit is None else offset + limit]
        body = QueryAnswer(
            success=True,
            data=[dict(zip(names, row, strict=True)) for row in rows],
            columns=last.columns,
            rows=rows,
            row_count=last.row_count,
            rows_affected=last.rows_affected,
            execution_time=self.seconds,
            translated_sql=last.translated_sql,
            query_id=last.query_id,
            message=None,
            session_id=self.session_id,
            current_database=self.database,
            current_schema=self.schema,
            warnings=last.warnings,
            results=list(self.results) if len(self.results) > 1 else None,
        )
        encoded = msgspec.json.encode(body, enc_hook=str)
        if self.fetched is not None:
            self.fetched(last.row_count, len(encoded))
        return encoded


def answered(
    connection: Connection, body: QueryRequest, session_id: str, unwanted: threading.Event
) -> Answered:
    """Run the statements of a request one after the other and read what they answer."""
    started = began = perf_counter()
    results: list[StatementResult] = []
    fetched = None
    try:
        for result, _ in statements(connection, body):
            try:
                read = resultset.read(result, began)
            finally:
                result.close()
            if (fetched := result.fetched) is not None:
                fetched(read.row_count, None)
            results.append(read)
            if unwanted.is_set():
                raise Canceled("SQL execution canceled")
            began = perf_counter()
    except SqlError as error:
        raise refusals.failed(error, body.sql, session_id, len(results) + 1) from error
    context = connection.context
    seconds = perf_counter() - started
    return Answered(results, session_id, context.database, context.schema, seconds, fetched)


def statements(connection: Connection, body: QueryRequest) -> Iterator[tuple[Result, bool]]:
    """Run the statements one by one; each result with whether it is the last."""
    use(connection, body.database, body.schema)
    given = _given(body.parameters)
    found = connection.parse(body.sql)
    if not found:
        raise SqlSyntaxError("SQL compilation error:\nEmpty SQL statement.")
    _refuse_surplus(given, found)
    for number, statement in enumerate(found, start=1):
        values = [_value(given, name) for name in _binds(statement)]
        types = tuple(_type(value) for value in values)
        yield connection.run(connection.prepare(statement, types), values), number == len(found)


def use(connection: Connection, database: str | None, schema: str | None) -> None:
    """Make these current, as USE does. Raises UndefinedObject, UndefinedSchema."""
    for kind, name in (("DATABASE", database), ("SCHEMA", schema)):
        if name is not None:
            connection.settle(s.Use(text="", object=kind, name=ObjectName(name)))


def _binds(statement: s.Statement) -> tuple[str, ...]:
    return statement.binds if isinstance(statement, s.Tree) else ()


def _given(parameters: Sequence[Any] | Mapping[str, Any] | None) -> dict[str, Any]:
    if parameters is None:
        return {}
    if isinstance(parameters, Mapping):
        return {name.upper(): value for name, value in parameters.items()}
    return {str(number): value for number, value in enumerate(parameters, start=1)}


def _refuse_surplus(given: Mapping[str, Any], found: Sequence[s.Statement]) -> None:
    wanted = {name for statement in found for name in _binds(statement)}
    for name in given:
        if name not in wanted:
            raise InvalidBind(f"Parameter '{name}' is not in the statement.")


def _value(given: Mapping[str, Any], name: str) -> Any:
    if name not in given:
        raise UndefinedBind(f"SQL compilation error:\nBind variable :{name} not set.")
    return given[name]


def _type(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise InvalidBind(f"Parameter {value} has more than 64 bits; send it as a string.")
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "")
