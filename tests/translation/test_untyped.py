"""Macros with overloads over aggregates, windows and aliases, whose types come late in DuckDB."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from mockhaus.translation.context import Context
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Tree
from mockhaus.translation.translate import translate
from mockhaus.translation.types.untyped import AGGREGATES, overloaded
from tests.translation.conftest import Snowflake

DAYS = (
    "(SELECT DATEADD('day', column1, '2020-01-30'::TIMESTAMP_NTZ) AS d, column1 AS i,"
    " 'day ' || column1 AS s FROM VALUES (0), (1), (2)) AS days"
)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"SELECT TO_CHAR(MAX(d), 'YYYY-MM-DD') FROM {DAYS}", [("2020-02-01",)]),
        (f"SELECT TO_CHAR(MAX_BY(d, i), 'MM') FROM {DAYS}", [("02",)]),
        (f"SELECT SUBSTR(MAX(s), 5) FROM {DAYS}", [("2",)]),
        (f"SELECT YEAR(MIN(d)), DATEDIFF('day', MIN(d), MAX(d)) FROM {DAYS}", [(2020, 2)]),
        (f"SELECT DATEADD('day', MAX(i), MIN(d)) FROM {DAYS}", [(dt.datetime(2020, 2, 1),)]),
        (
            f"SELECT i, TO_CHAR(LAG(d) OVER (ORDER BY d), 'DD') FROM {DAYS} ORDER BY i",
            [(0, None), (1, "30"), (2, "31")],
        ),
        (
            "SELECT '2020-01-31'::DATE AS d, DATEADD('month', 1, d) AS e, MONTHNAME(e), e - d",
            [(dt.date(2020, 1, 31), dt.date(2020, 2, 29), "Feb", 29)],
        ),
        ("SELECT 1.55 AS x, ROUND(x, 1), x::INT", [(Decimal("1.55"), Decimal("1.6"), 2)]),
        ("SELECT 'abc' AS x, SUBSTR(x, 2) AS y, LEFT(y, 1)", [("abc", "bc", "b")]),
        (
            f"SELECT d AS day FROM {DAYS} WHERE MONTH(day) = 2",
            [(dt.datetime(2020, 2, 1),)],
        ),
        (
            f"SELECT DATE_TRUNC('month', d) AS d, COUNT(*) FROM {DAYS}"
            " GROUP BY DATE_TRUNC('month', d) ORDER BY 1",
            [(dt.datetime(2020, 1, 1), 2), (dt.datetime(2020, 2, 1), 1)],
        ),
        (
            f"SELECT MONTH(d), COUNT(*) FROM {DAYS} GROUP BY 1 HAVING YEAR(MAX(d)) = 2020"
            " ORDER BY TO_CHAR(MAX(d), 'YYYYMM') DESC",
            [(2, 1), (1, 2)],
        ),
    ],
)
def test_answers(snowflake: Snowflake, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert snowflake.rows(query) == rows


def test_a_column_goes_before_an_alias(snowflake: Snowflake) -> None:
    query = "SELECT i + 1 AS s, SUBSTR(s, 1, 3) FROM (SELECT 1 AS i, 'text' AS s)"
    assert snowflake.rows(query) == [(2, "tex")]


@pytest.mark.parametrize("item", ["TO_CHAR(d, 'DD')", "DATEADD('day', 1, d)", "SUBSTR('abc', 2)"])
def test_calls_over_columns_stay_as_they_are(item: str) -> None:
    (statement,) = parse(f"SELECT {item} FROM t WHERE {item} IS NOT NULL")
    assert isinstance(statement, Tree)
    assert "LAMBDA" not in translate(statement, Context()).sql


def test_overloads_are_found() -> None:
    assert {"moment", "dateadd_day", "substr_of"} <= overloaded()
    assert "divide" not in overloaded()


def test_every_aggregate_of_duckdb_is_known() -> None:
    found = duckdb.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'"
    ).fetchall()
    assert {name for (name,) in found} == AGGREGATES
