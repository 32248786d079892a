"""`/__mockhaus/` and `/health`: what a test suite asks of a fake SQL API beside SQL.

The session is the one a SQL API request would have: header X-Mockhaus-Session, else `default`.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request

from mockhaus.http import parameters, refusals
from mockhaus.http.guard import ANYONE, user
from mockhaus.http.kept import KeptConnections
from mockhaus.http.sqlapi.api import SESSION_HEADER
from mockhaus.http.sqlapi.store import Statements
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import DEFAULT
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions


class Alive(Struct, frozen=True):
    """The server answers."""

    status: str = "ok"


class Reset(Struct, frozen=True):
    """The session is empty again."""

    ok: bool = True


class Executed(Struct, frozen=True, rename="camel"):
    """One statement that was run; `error` is why it failed."""

    handle: str
    sql: str
    status: str
    started: str
    duration_ms: float
    error: str | UnsetType = UNSET


class ExecutedList(Struct, frozen=True):
    """The statements of a session, oldest first."""

    history: list[Executed]
    count: int


class TableColumn(Struct, frozen=True):
    """A column of a table."""

    name: str
    type: str


class TableInfo(Struct, frozen=True, rename="camel"):
    """A table."""

    columns: list[TableColumn]
    row_count: int


class TableList(Struct, frozen=True):
    """The tables of one schema, by name."""

    tables: dict[str, TableInfo]


TABLES: Final = (
    parameters.text("database", "Of this database; the session's without it."),
    parameters.text("schema", "Of this schema; the session's without it."),
)


class Control:
    """The operations."""

    def __init__(self, kept: KeptConnections, statements: Statements) -> None:
        self._kept = kept
        self._statements = statements

    async def health(self, request: Request, body: None) -> Alive:
        """Whether the server answers."""
        return Alive()

    async def reset(self, request: Request, body: None) -> Reset:
        """Forget the caller's statements of the SQL API and empty the session."""
        session = await self._session(request)
        await self._statements.forget_all(user())
        await self._kept.reset(session.id)
        return Reset()

    async def history(self, request: Request, body: None) -> ExecutedList:
        """The statements that ran in the session, through whatever door."""
        session = await self._session(request)
        entries = [
            Executed(
                entry.query_id,
                entry.text,
                "SUCCESS" if entry.succeeded else "FAIL",
                entry.started.isoformat(),
                round(entry.total_s * 1000, 3),
                entry.error_message if entry.error_message is not None else UNSET,
            )
            for entry in reversed(session.history.entries())
        ]
        return ExecutedList(entries, len(entries))

    async def tables(self, request: Request, body: None) -> TableList:
        """The tables of a schema (`?database=&schema=`, by default the session's)."""
        session = await self._session(request)
        asked = parameters.asked(request)
        return await self._kept.at_desk(_tables, session, asked["database"], asked["schema"])

    async def _session(self, request: Request) -> Session:
        name = request.headers.get(SESSION_HEADER)
        request.state.session_id = name or DEFAULT
        return await self._kept.for_sql_api(name)


def _tables(session: Session, database: str | None, schema: str | None) -> TableList:
    connection = session.connect(
        user=user() or ANYONE, door="control", transactions=Transactions.SNOWFLAKE
    )
    connection.recorder.recorded = False
    try:
        connection.start_in(database, schema, None, None)
        context = connection.context
        if context.database is None or context.schema is None:
            raise refusals.invalid_request(f"No schema '{database or ''}.{schema or ''}'")
        return TableList(
            {
                str(row[1]): _table(connection, str(row[1]))
                for row in _rows(connection, "SHOW TABLES")
            }
        )
    finally:
        connection.close()


def _table(connection: Connection, name: str) -> TableInfo:
    quoted = '"' + name.replace('"', '""') + '"'
    columns = [
        TableColumn(str(row[0]), str(row[1]))
        for row in _rows(connection, f"DESCRIBE TABLE {quoted}")
    ]
    count = _rows(connection, f"SELECT COUNT(*) FROM {quoted}")[0][0]
    return TableInfo(columns, int(count))


def _rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    return [row for result in connection.execute(sql) for row in result.python_rows()]
