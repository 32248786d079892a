"""psqlODBC, which Tableau, Power BI and Excel use, through pyodbc, with the settings they choose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Server

pyodbc: Any = pytest.importorskip("pyodbc")

#: Of Debian's odbc-postgresql.
DRIVERS = list(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))

pytestmark = pytest.mark.skipif(not DRIVERS, reason="needs psqlODBC (odbc-postgresql)")

SETTINGS = ["", "UseDeclareFetch=1;Fetch=2;", "UseServerSidePrepare=0;", "BoolsAsChar=0;"]


@pytest.fixture(params=SETTINGS, ids=lambda text: text or "plain")
def connection(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    told = f"Server=127.0.0.1;Port={server.port};Database={server.database};UID={server.user};"
    opened = pyodbc.connect(f"Driver={DRIVERS[0]};{told}{request.param}", autocommit=True)
    yield opened
    opened.close()


def rows(found: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in found]


def test_rows_come_as_pythons(connection: Any) -> None:
    text = "SELECT id, name, balance, since FROM shop.customer ORDER BY id"
    assert [tuple(row) for row in connection.execute(text)] == [
        (1, "Ann", Decimal("10.50"), date(2024, 2, 29)),
        (2, "Zoë", Decimal("0.00"), None),
    ]


def test_parameters(connection: Any) -> None:
    values = (
        7,
        0.5,
        "it's ☃",
        Decimal("1.10"),
        date(1, 1, 1),
        time(1, 2, 3),
        datetime(2024, 2, 29, 12),
    )
    text = "SELECT ?, ?, ?, ?::NUMBER(9,2), ?::DATE, ?::TIME, ?::TIMESTAMP"
    for _ in range(3):
        found = connection.execute(text, values).fetchone()
        assert [int(found[0]), float(found[1]), *found[2:]] == list(values)
    text = "SELECT id FROM shop.customer WHERE name = ? AND balance < ? AND since = ?"
    found = connection.execute(text, "Ann", Decimal("11"), date(2024, 2, 29)).fetchall()
    assert [tuple(row) for row in found] == [(1,)]


def test_transactions(connection: Any) -> None:
    connection.autocommit = False
    cursor = connection.cursor()
    cursor.executemany(
        "INSERT INTO shop.customer (id, name) VALUES (?, ?)", [(n, f"n{n}") for n in range(50, 60)]
    )
    assert cursor.execute("SELECT COUNT(*) FROM shop.customer").fetchval() == 12
    with pytest.raises(pyodbc.Error) as caught:
        cursor.execute("SELECT nothing")
    assert caught.value.args[0] == "42703"
    connection.rollback()
    assert cursor.execute("SELECT COUNT(*) FROM shop.customer").fetchval() == 2
    connection.rollback()
    connection.autocommit = True


def test_the_catalog(connection: Any) -> None:
    cursor = connection.cursor()
    assert rows(cursor.tables(schema="shop"), "table_name", "table_type") == [
        ("customer", "TABLE"), ("purchase", "TABLE"), ("spending", "VIEW"),
    ]  # fmt: skip
    assert rows(cursor.columns(schema="shop", table="purchase"), "column_name", "type_name") == [
        ("id", "int8"), ("customer_id", "int8"), ("bought", "timestamp"), ("note", "varchar"),
    ]  # fmt: skip
    assert rows(cursor.primaryKeys("customer", schema="shop"), "column_name", "pk_name") == [
        ("id", "customer_pkey")
    ]
    keys = cursor.foreignKeys(foreignTable="purchase", foreignSchema="shop")
    assert rows(keys, "pktable_name", "fkcolumn_name") == [("customer", "customer_id")]
    indexes = [row for row in cursor.statistics("customer", schema="shop") if row.index_name]
    assert rows(indexes, "index_name", "column_name", "non_unique") == [("customer_pkey", "id", 0)]
    assert [row[3] for row in cursor.procedureColumns("twice", schema="shop")] == ["", "a"]
