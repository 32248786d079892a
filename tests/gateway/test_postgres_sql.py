"""docs/postgresql.md is true: every row of its tables, run over the tables that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from tests.gateway.wire import Running

_PAGE: Final = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text(encoding="utf-8")
_ROW: Final = re.compile(r"^\| `(?P<sql>.+?)` \| `(?P<answer>.+?)` \|", re.M)
_SETUP: Final = re.compile(r"^```sql\n(.+?)^```", re.M | re.S)

ROWS: Final = [
    (match["sql"].replace("\\|", "|"), match["answer"].replace("\\|", "|"))
    for match in _ROW.finditer(_PAGE)
]


@pytest.fixture(scope="module")
def tables(server: Running) -> Iterator[psycopg.Connection]:
    """A connection to a session that has the page's tables, in autocommit."""
    with psycopg.connect(
        server.dsn, options="-c session=postgres_sql", autocommit=True
    ) as connection:
        for setup in _SETUP.findall(_PAGE):
            connection.execute(setup)
        yield connection


def _answer(connection: psycopg.Connection, sql: str) -> str:
    """What a statement answers, as the page writes it: rows, the command's tag, or an SQLSTATE."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(sql)
            found = cursor.pgresult
            assert found is not None
            if cursor.description is None:
                return str(cursor.statusmessage)
            rows = (
                ", ".join(_cell(found.get_value(row, column)) for column in range(found.nfields))
                for row in range(found.ntuples)
            )
            return "; ".join(rows) or "(no row)"
    except psycopg.Error as error:
        return str(error.sqlstate)


def _cell(value: bytes | None) -> str:
    return "NULL" if value is None else value.decode() or "''"


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) > 100


@pytest.mark.parametrize(("sql", "answer"), ROWS, ids=[sql for sql, _ in ROWS])
def test_a_row_is_true(tables: psycopg.Connection, sql: str, answer: str) -> None:
    assert _answer(tables, sql) == answer


#: What PostgreSQL has a word for as well, and is Snowflake's here.
SNOWFLAKES: Final = [
    ("SELECT JSON_EXTRACT_PATH_TEXT('{\"a\":{\"b\":1}}', 'a.b')", "1"),
    ("SELECT COLLATE('v', 'de-ci') = 'V'", "t"),
    ("SELECT CURRENT_SCHEMAS() LIKE '[%]'", "t"),
]


@pytest.mark.parametrize(("sql", "answer"), SNOWFLAKES)
def test_snowflakes_functions_stay(tables: psycopg.Connection, sql: str, answer: str) -> None:
    assert _answer(tables, sql) == answer
