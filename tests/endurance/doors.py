"""The ways in: each asks a statement with `?` for its values, and answers rows of texts or numbers.

psycopg by texts, by binary values and in pipelines; libpq's own calls, which send Parse, Bind and
Execute as asyncpg does; REST; the SQL API with bindings and partitions; `mockhaus.connect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import httpx2
import psycopg
from psycopg import pq

import mockhaus

Value = int | str
Rows = list[tuple[Any, ...]]

#: Carries out one statement. Raises Refused.
Ask = Callable[[str, Sequence[Value]], Rows]


class Refused(Exception):
    """The server has answered with an error; `code` is its SQLSTATE, or number."""

    def __init__(self, code: str | None, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code


@contextmanager
def text(address: str, rest: str, session: str) -> Iterator[Ask]:
    """psycopg, values and answers as texts."""
    with _connect(address, session) as connection:
        yield lambda sql, values: _asked(connection.cursor(), sql, values)


@contextmanager
def binary(address: str, rest: str, session: str) -> Iterator[Ask]:
    """psycopg, prepared, values and answers in binary form."""
    with _connect(address, session) as connection:
        connection.prepare_threshold = 1
        yield lambda sql, values: _asked(
            connection.cursor(binary=True), sql.replace("?", "%b"), values
        )


@contextmanager
def pipeline(address: str, rest: str, session: str) -> Iterator[Ask]:
    """psycopg in pipeline mode: each statement goes out together with a query that follows it."""
    with _connect(address, session) as connection:
        # psycopg takes a Parse for done that came after an error and was passed over.
        connection.prepare_threshold = None

        def ask(sql: str, values: Sequence[Value]) -> Rows:
            try:
                with connection.pipeline():
                    first = connection.execute(_percent(sql), values)
                    second = connection.execute("SELECT 6 * 7")
                if second.fetchone() != (42,):
                    raise AssertionError("the second of a pipeline has the wrong answer")
                return _rows(first)
            except psycopg.Error as error:
                raise Refused(error.sqlstate, str(error)) from None

        yield ask


@contextmanager
def extended(address: str, rest: str, session: str) -> Iterator[Ask]:
    """libpq's own calls: named statements, described, integers in binary form."""
    connection = pq.PGconn.connect(f"{address}?options=-csession%3D{session}".encode())
    prepared: dict[str, bytes] = {}

    def ask(sql: str, values: Sequence[Value]) -> Rows:
        if sql not in prepared:
            numbered = sql
            for number in range(len(values)):
                numbered = numbered.replace("?", f"${number + 1}", 1)
            name = f"s{len(prepared)}".encode()
            _good(connection.prepare(name, numbered.encode()))
            _good(connection.describe_prepared(name))
            prepared[sql] = name
        sent = [str(value).encode() for value in values]
        found = _good(connection.exec_prepared(prepared[sql], sent))
        return [
            tuple(_number(found.get_value(row, column)) for column in range(found.nfields))
            for row in range(found.ntuples)
        ]

    try:
        yield ask
    finally:
        connection.finish()


@contextmanager
def rest(address: str, rest: str, session: str) -> Iterator[Ask]:
    """`POST /api/v1/query`."""
    with httpx2.Client(base_url=rest, timeout=60) as http:

        def ask(sql: str, values: Sequence[Value]) -> Rows:
            body = {"session_id": session, "sql": sql, "parameters": list(values)}
            answer = http.post("query", json=body)
            if answer.status_code != 200:
                raise Refused(answer.json()["detail"].get("code"), answer.text[:300])
            return [tuple(row) for row in answer.json()["rows"]]

        yield ask


@contextmanager
def sql_api(address: str, rest: str, session: str) -> Iterator[Ask]:
    """`POST /api/v2/statements` with bindings; every partition of the answer."""
    headers = {"Authorization": "Bearer any", "X-Mockhaus-Session": session}
    url = str(httpx2.URL(rest).copy_with(path="/api/v2/statements"))
    with httpx2.Client(timeout=60, headers=headers) as http:

        def ask(sql: str, values: Sequence[Value]) -> Rows:
            bindings = {
                str(number): {
                    "type": "TEXT" if isinstance(each, str) else "FIXED",
                    "value": str(each),
                }
                for number, each in enumerate(values, 1)
            }
            answer = http.post(url, json={"statement": sql, "bindings": bindings, "timeout": 60})
            if answer.status_code != 200:
                raise Refused(answer.json().get("code"), answer.text[:300])
            told = answer.json()
            rows = [tuple(map(_known, row)) for row in told["data"]]
            for number in range(1, len(told["resultSetMetaData"]["partitionInfo"])):
                part = http.get(f"{url}/{told['statementHandle']}", params={"partition": number})
                part.raise_for_status()
                rows += [tuple(map(_known, row)) for row in part.json()["data"]]
            return rows

        yield ask


@contextmanager
def process(address: str, rest: str, session: str) -> Iterator[Ask]:
    """`mockhaus.connect`: a session of this process alone, without the server."""
    with mockhaus.connect() as connection:

        def ask(sql: str, values: Sequence[Value]) -> Rows:
            try:
                cursor = connection.cursor().execute(_percent(sql).decode(), tuple(values))
                assert cursor is not None
                return [tuple(row) for row in cursor.fetchall()]
            except mockhaus.Error as error:
                raise Refused(error.sqlstate, str(error)) from None

        yield ask


Door = Callable[[str, str, str], AbstractContextManager[Ask]]

#: Those of the server whose statements may be of one transaction, and the others.
CONNECTED: Final[tuple[Door, ...]] = (text, binary, pipeline, extended)
SINGLE: Final[tuple[Door, ...]] = (rest, sql_api)


def _connect(address: str, session: str) -> psycopg.Connection:
    return psycopg.connect(address, autocommit=True, options=f"-c session={session}")


def _asked(cursor: psycopg.Cursor, sql: str, values: Sequence[Value]) -> Rows:
    try:
        return _rows(cursor.execute(_percent(sql), values))
    except psycopg.Error as error:
        raise Refused(error.sqlstate, str(error)) from None


def _rows(cursor: psycopg.Cursor) -> Rows:
    return cursor.fetchall() if cursor.description is not None else []


def _percent(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


def _good(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
        code = result.error_field(pq.DiagnosticField.SQLSTATE)
        message = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b""
        raise Refused(code.decode() if code else None, message.decode())
    return result


def _number(found: bytes | None) -> Any:
    return None if found is None else _known(found.decode())


def _known(found: str | None) -> Any:
    return int(found) if found is not None and found.lstrip("-").isdecimal() else found
