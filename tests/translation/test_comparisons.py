"""Comparisons of VARIANT columns: each as the type of the other side, ordered by value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Tree
from mockhaus.translation.translate import translate
from tests.translation.conftest import Snowflake

#: Rows of a derived table with a VARIANT V, and what it is compared with.
T = """(SELECT COLUMN1 AS ID, PARSE_JSON(COLUMN2) AS V, COLUMN3 AS S, COLUMN4 AS N FROM VALUES
    (1, '"abc"', 'abc', 1), (2, '10', '10', 10), (3, '9', 'x', 9), (4, '9.0', 'y', 2),
    (5, '"2024-01-02"', 'z', 0), (6, 'true', 'w', 0), (7, NULL, 'n', 0))"""
#: The same without texts that are no numbers.
NUMBERS = f"(SELECT * FROM {T} T WHERE TYPEOF(V) IN ('INTEGER', 'DECIMAL'))"

#: (condition, IDs of the rows that meet it)
CONDITIONS: list[tuple[str, str, list[int]]] = [
    (T, "V = 'abc'", [1]),
    (T, "'abc' = V", [1]),
    (T, "V = S", [1, 2]),
    (T, "T.V <> 'abc'", [2, 3, 4, 5, 6]),
    (T, "V IN ('abc', '10')", [1, 2]),
    (T, "V NOT IN ('abc', '10')", [3, 4, 5, 6]),
    (T, "V IS NOT DISTINCT FROM 'abc'", [1]),
    (T, "V IN (SELECT 'abc')", [1]),
    (T, "V = V", [1, 2, 3, 4, 5, 6]),
    (T, "CASE V WHEN 'abc' THEN TRUE ELSE FALSE END", [1]),
    (T, "CASE WHEN V = 'abc' THEN 1 END = 1", [1]),
    (T, "IFF(TRUE, V, V) = 'abc'", [1]),
    (NUMBERS, "V = 9", [3, 4]),
    (NUMBERS, "V > 9", [2]),
    (NUMBERS, "V < 10", [3, 4]),
    (NUMBERS, "V BETWEEN 5 AND 9.5", [3, 4]),
    (NUMBERS, "V IN (10, 11)", [2]),
    (NUMBERS, "V IN (SELECT 9)", [3, 4]),
    (NUMBERS, "V = N", [2, 3]),
    (NUMBERS, "V + 1 = 11", [2]),
    (NUMBERS, "GREATEST(V, 9::VARIANT) = 10", [2]),
    (NUMBERS, "LEAST(10::VARIANT, V, 100::VARIANT) = 9", [3, 4]),
    (NUMBERS, "GREATEST(V, NULL::VARIANT) IS NULL", [2, 3, 4]),
    (NUMBERS, "GREATEST_IGNORE_NULLS(V, NULL::VARIANT, 9::VARIANT) = 10", [2]),
    (NUMBERS, "CASE V WHEN 9 THEN TRUE ELSE FALSE END", [3, 4]),
    (f"(SELECT * FROM {T} T WHERE ID = 5)", "V = DATE '2024-01-02'", [5]),
    (f"(SELECT * FROM {T} T WHERE ID = 6)", "V = TRUE", [6]),
]


@pytest.mark.parametrize(("table", "condition", "expected"), CONDITIONS)
def test_conditions(snowflake: Snowflake, table: str, condition: str, expected: list[int]) -> None:
    rows = snowflake.rows(f"SELECT ID FROM {table} T WHERE {condition} ORDER BY ID")
    assert [row[0] for row in rows] == expected


#: (query, first column)
ORDERED: list[tuple[str, list[Any]]] = [
    (f"SELECT ID FROM {NUMBERS} T ORDER BY V, ID", [3, 4, 2]),
    (f"SELECT ID FROM {NUMBERS} T ORDER BY V DESC, ID", [2, 3, 4]),
    (f"SELECT V FROM {NUMBERS} T ORDER BY 1 LIMIT 1", ["9"]),
    (f"SELECT V AS X FROM {NUMBERS} T ORDER BY X DESC LIMIT 1", ["10"]),
    (f"SELECT DISTINCT V FROM {NUMBERS} T ORDER BY V DESC LIMIT 1", ["10"]),
    (
        f"SELECT V FROM {NUMBERS} T UNION ALL SELECT V FROM {NUMBERS} ORDER BY V DESC LIMIT 1",
        ["10"],
    ),
    (f"SELECT ROW_NUMBER() OVER (ORDER BY V DESC) FROM {NUMBERS} T WHERE V = 10", [1]),
    (f"SELECT A.ID FROM {T} A JOIN {T} B ON A.V = B.S ORDER BY 1", [1, 2]),
    (f"SELECT COUNT(*) FROM {NUMBERS} T GROUP BY V HAVING MAX(V) = 10", [1]),
    ("SELECT VALUE FROM TABLE(FLATTEN(PARSE_JSON('[10, 9]'))) WHERE VALUE = 9", ["9"]),
    (f"SELECT ARRAY_AGG(V) WITHIN GROUP (ORDER BY V DESC) FROM {NUMBERS} T", ["[10,9,9]"]),
    (f"SELECT ARRAY_AGG(DISTINCT V) WITHIN GROUP (ORDER BY V) FROM {NUMBERS} T", ["[9,10]"]),
    (f"SELECT LISTAGG(V, '-') WITHIN GROUP (ORDER BY V) FROM {NUMBERS} T", ["9-9-10"]),
    (f"SELECT MAX_BY(ID, V) FROM {NUMBERS} T", [2]),
    (f"SELECT MIN_BY(ID, V) FROM {NUMBERS} T WHERE ID < 4", [3]),
    (f"SELECT PERCENTILE_DISC(1.0) WITHIN GROUP (ORDER BY V) FROM {NUMBERS} T", [10.0]),
]


@pytest.mark.parametrize(("query", "expected"), ORDERED)
def test_queries(snowflake: Snowflake, query: str, expected: list[Any]) -> None:
    assert [row[0] for row in snowflake.rows(query)] == expected


def _columns(name: ObjectName) -> Mapping[str, str]:
    return {"V": "JSON", "N": "BIGINT"} if name.name == "T" else {"N": "BIGINT"}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("SELECT * FROM T WHERE V = 1", True),
        ("SELECT * FROM T WHERE N = 1", False),
        ("SELECT * FROM U WHERE V = 1", False),
        ("SELECT * FROM U JOIN T ON U.N = T.N", False),
        ("WITH C AS (SELECT V AS X FROM T) SELECT * FROM C WHERE X = 1", True),
    ],
)
def test_only_where_a_variant_may_be(query: str, fits: bool) -> None:
    (statement,) = parse(query)
    assert isinstance(statement, Tree)
    sql = translate(statement, Context(columns=_columns)).sql.lower()
    assert ("variant_fit" in sql) is fits


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(4, 5) IN ((4, 5), (7, 8))", True),
        ("(4, 6) IN ((4, 5), (7, 8))", False),
        ("(4, 5, NULL) IN ((4, 5, NULL))", None),
        ("(4, 6, NULL) IN ((4, 5, NULL))", False),
        ("(4, 5) NOT IN ((4, NULL), (7, 8))", None),
        ("(4, 5) NOT IN ((3, NULL), (7, 8))", True),
    ],
)
def test_rows(snowflake: Snowflake, expression: str, expected: bool | None) -> None:
    assert snowflake.value(expression) is expected
