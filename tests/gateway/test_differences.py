"""docs/differences.md is true: what it says Mockhaus answers, and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest

from tests.gateway.rows_of_pages import answer, rows
from tests.gateway.wire import Running

ROWS: Final = rows("differences.md")


@pytest.fixture(scope="module")
def orders(server: Running) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        server.dsn, options="-c session=differences", autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE orders (id INT, note VARCHAR, at TIMESTAMP)")
        connection.execute(
            "INSERT INTO orders VALUES (1, 'tea', '2024-01-30'), (2, 'cup', '2024-02-29')"
        )
        yield connection


@pytest.mark.parametrize(("sql", "expected"), ROWS, ids=[sql for sql, _ in ROWS])
def test_a_row_is_true(orders: psycopg.Connection, sql: str, expected: str) -> None:
    assert answer(orders, sql) == expected
