"""The same conversation with each Python driver: types both ways, errors, transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.clients.conftest import Server

SETTINGS: dict[str, Any] = {"host": "127.0.0.1", "user": "ann"}


def _connect(name: str, server: Server) -> Any:
    if name == "psycopg":
        import psycopg

        return psycopg.connect(**SETTINGS, port=server.port, dbname=server.database)
    if name == "psycopg2":
        import psycopg2

        return psycopg2.connect(**SETTINGS, port=server.port, dbname=server.database)
    from pg8000 import dbapi

    return dbapi.connect(**SETTINGS, port=server.port, database=server.database)


@pytest.fixture(params=["psycopg", "psycopg2", "pg8000"])
def connection(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    opened = _connect(request.param, server)
    yield opened
    opened.close()


def _rows(connection: Any, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    if values:
        cursor.execute(text, values)
    else:
        cursor.execute(text)
    return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def test_a_database_that_does_not_exist(server: Server) -> None:
    import psycopg

    place = f"host=127.0.0.1 port={server.port} user=ann dbname=nosuch"
    with pytest.raises(psycopg.OperationalError, match='database "nosuch" does not exist'):
        psycopg.connect(place)


def test_lengths_are_told(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT name, note FROM shop.customer, shop.purchase")
    kinds = [column[1] for column in cursor.description]
    assert kinds == [1043, 1043]


def test_types_come_as_pythons(connection: Any) -> None:
    text = "SELECT id, name, balance, since, active FROM shop.customer ORDER BY id"
    assert _rows(connection, text) == [
        (1, "Ann", Decimal("10.50"), date(2024, 2, 29), True),
        (2, "Zoë", Decimal("0.00"), None, True),
    ]


def test_parameters_find_their_types(connection: Any) -> None:
    text = "SELECT id FROM shop.customer WHERE name = %s AND balance < %s AND since = %s"
    assert _rows(connection, text, ("Ann", Decimal("11"), date(2024, 2, 29))) == [(1,)]
    text = "SELECT id FROM shop.purchase WHERE bought = %s AND customer_id = %s"
    assert _rows(connection, text, (datetime(2024, 3, 1, 10, 30), 1)) == [(10,)]


def test_a_statement_is_repeated(connection: Any) -> None:
    for number in range(12):
        assert _rows(connection, "SELECT id + %s FROM shop.customer WHERE id = 1", (number,)) == [
            (1 + number,)
        ]


def test_what_is_written_can_be_rolled_back(connection: Any) -> None:
    _rows(connection, "INSERT INTO shop.customer (id, name) VALUES (%s, %s)", (7, "Dan"))
    assert _rows(connection, "SELECT COUNT(*) FROM shop.customer") == [(3,)]
    connection.rollback()
    assert _rows(connection, "SELECT COUNT(*) FROM shop.customer") == [(2,)]


def test_an_error_has_its_state(connection: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)nothing") as caught:
        _rows(connection, "SELECT nothing FROM shop.customer")
    error: Any = caught.value
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    assert (state or error.args[0]["C"]) == "42703"


def test_asyncpg(server: Server) -> None:
    async def talk() -> None:
        import asyncpg

        settings = {"host": "127.0.0.1", "port": server.port, "database": server.database}
        connection = await asyncpg.connect(**settings, user=server.user)
        try:
            row = await connection.fetchrow(
                "SELECT name, balance, since FROM shop.customer WHERE id = $1", 1
            )
            assert tuple(row) == ("Ann", Decimal("10.50"), date(2024, 2, 29))
            statement = await connection.prepare("SELECT id FROM shop.customer WHERE name = $1")
            assert [await statement.fetchval(name) for name in ("Ann", "Zoë", "-")] == [1, 2, None]
            transaction = connection.transaction()
            await transaction.start()
            await connection.executemany(
                "INSERT INTO shop.customer (id, name) VALUES ($1, $2)", [(8, "a"), (9, "b")]
            )
            assert await connection.fetchval("SELECT COUNT(*) FROM shop.customer") == 4
            await transaction.rollback()
            rows = await connection.fetch(
                "SELECT relname FROM pg_class WHERE relname = ANY($1::text[])", ["customer"]
            )
            assert [row["relname"] for row in rows] == ["customer"]
            with pytest.raises(asyncpg.UndefinedTableError):
                await connection.fetch("SELECT * FROM shop.nothing")
        finally:
            await connection.close()

    asyncio.run(talk())


@pytest.mark.parametrize("format", ["text", "binary"])
def test_psycopg_copies(server: Server, format: str) -> None:
    import psycopg

    with psycopg.connect(**SETTINGS, port=server.port, dbname=server.database) as connection:
        connection.execute("CREATE TEMP TABLE copied (id INT, name VARCHAR)")
        cursor = connection.cursor()
        with cursor.copy(f"COPY copied (id, name) FROM STDIN (FORMAT {format})".encode()) as copy:
            copy.set_types(["int8", "text"])
            for row in ((1, "a\tb"), (2, None)):
                copy.write_row(row)
        with cursor.copy(f"COPY copied TO STDOUT (FORMAT {format})".encode()) as copy:
            copy.set_types(["int8", "text"])
            assert list(copy.rows()) == [(1, "a\tb"), (2, None)]
        connection.rollback()
