"""docs/postgresql.md is true: every row of its tables, run over the tables that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest

from tests.gateway.rows_of_pages import answer, rows, setups
from tests.gateway.wire import Running

_PAGE: Final = "postgresql.md"
ROWS: Final = rows(_PAGE)


@pytest.fixture(scope="module")
def tables(server: Running) -> Iterator[psycopg.Connection]:
    """A connection to a session that has the page's tables, in autocommit."""
    with psycopg.connect(
        server.dsn, options="-c session=postgres_sql", autocommit=True
    ) as connection:
        for setup in setups(_PAGE):
            connection.execute(setup.encode())
        yield connection


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) > 100


@pytest.mark.parametrize(("sql", "expected"), ROWS, ids=[sql for sql, _ in ROWS])
def test_a_row_is_true(tables: psycopg.Connection, sql: str, expected: str) -> None:
    assert answer(tables, sql) == expected


#: What PostgreSQL has a word for as well, and is Snowflake's here.
SNOWFLAKES: Final = [
    ("SELECT JSON_EXTRACT_PATH_TEXT('{\"a\":{\"b\":1}}', 'a.b')", "1"),
    ("SELECT COLLATE('v', 'de-ci') = 'V'", "t"),
    ("SELECT CURRENT_SCHEMAS() LIKE '[%]'", "t"),
]


@pytest.mark.parametrize(("sql", "expected"), SNOWFLAKES)
def test_snowflakes_functions_stay(tables: psycopg.Connection, sql: str, expected: str) -> None:
    assert answer(tables, sql) == expected
