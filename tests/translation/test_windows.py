"""Window functions: G, X are (1, 10), (1, 20), (2, 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature, WrongArguments
from tests.translation.conftest import Snowflake

#: (expression, its values in the order of X: 5, 10, 20)
VALUES: list[tuple[str, list[Any]]] = [
    ("ROW_NUMBER() OVER (ORDER BY X DESC)", [3, 2, 1]),
    ("RANK() OVER (ORDER BY G)", [3, 1, 1]),
    ("DENSE_RANK() OVER (ORDER BY G)", [2, 1, 1]),
    ("NTILE(2) OVER (ORDER BY X)", [1, 1, 2]),
    ("LAG(X) OVER (ORDER BY X)", [None, 5, 10]),
    ("LEAD(X, 1, 0) OVER (ORDER BY X)", [10, 20, 0]),
    ("LAG(NULLIF(X, 10)) IGNORE NULLS OVER (ORDER BY X)", [None, 5, 5]),
    ("FIRST_VALUE(X) OVER (PARTITION BY G ORDER BY X)", [5, 10, 10]),
    ("LAST_VALUE(X) OVER (PARTITION BY G ORDER BY X)", [5, 20, 20]),
    ("NTH_VALUE(X, 2) OVER (ORDER BY X)", [10, 10, 10]),
    ("SUM(X) OVER (ORDER BY X)", [5, 15, 35]),
    ("SUM(X) OVER (ORDER BY X ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", [5, 15, 30]),
    ("AVG(X) OVER (PARTITION BY G)", [Decimal("5.000000")] + 2 * [Decimal("15.000000")]),
    ("ARRAY_AGG(X) WITHIN GROUP (ORDER BY X) OVER (PARTITION BY G)", ["[5]", "[10,20]", "[10,20]"]),
    ("LISTAGG(X, ',') WITHIN GROUP (ORDER BY X) OVER (PARTITION BY G)", ["5", "10,20", "10,20"]),
    ("BOOLXOR_AGG(X > 10) OVER (PARTITION BY G)", [False, True, True]),
    (
        "RATIO_TO_REPORT(X) OVER (PARTITION BY G)",
        [Decimal("1.000000"), Decimal("0.333333"), Decimal("0.666667")],
    ),
    ("CONDITIONAL_TRUE_EVENT(X > 5) OVER (ORDER BY X)", [0, 1, 2]),
    ("CONDITIONAL_CHANGE_EVENT(G) OVER (ORDER BY X)", [0, 1, 1]),
    ("WIDTH_BUCKET(X, 0, 20, 4)", [2, 3, 5]),
    ("NTH_VALUE(X, 2) FROM LAST OVER (ORDER BY X)", [10, 10, 10]),
    ("NTH_VALUE(X, 1) FROM LAST OVER (PARTITION BY G ORDER BY X)", [5, 20, 20]),
    (
        "NTH_VALUE(X, 1) FROM LAST OVER (ORDER BY X ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        [5, 10, 20],
    ),
    (
        "NTH_VALUE(X, 1) FROM LAST OVER (ORDER BY X ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)",
        [10, 20, 20],
    ),
    ("NTH_VALUE(NULLIF(X, 20), 1) FROM LAST IGNORE NULLS OVER (ORDER BY X)", [10, 10, 10]),
]


@pytest.mark.parametrize(("expression", "values"), VALUES)
def test_values(snowflake: Snowflake, expression: str, values: list[Any]) -> None:
    sql = f"SELECT {expression} FROM VALUES (1, 10), (1, 20), (2, 5) T(G, X) ORDER BY X"
    assert [row[0] for row in snowflake.rows(sql)] == values


def test_qualify(snowflake: Snowflake) -> None:
    sql = """SELECT X FROM VALUES (1), (NULL), (3) T(X)
             QUALIFY ROW_NUMBER() OVER (ORDER BY X DESC) <= 2 ORDER BY X"""
    assert snowflake.rows(sql) == [(3,), (None,)]


def test_windows_have_no_names(snowflake: Snowflake) -> None:
    with pytest.raises(SqlSyntaxError):
        snowflake.rows("SELECT SUM(X) OVER W FROM T WINDOW W AS (ORDER BY X)")


@pytest.mark.parametrize(
    "call",
    [
        "ROW_NUMBER()",
        "RANK()",
        "NTILE(2)",
        "LAG(X)",
        "FIRST_VALUE(X)",
        "LAST_VALUE(X) IGNORE NULLS",
    ],
)
def test_order_is_needed(snowflake: Snowflake, call: str) -> None:
    with pytest.raises(WrongArguments, match="requires ORDER BY in window specification"):
        snowflake.rows(f"SELECT {call} OVER (PARTITION BY G) FROM VALUES (1, 2) T(G, X)")


#: Windows that CONDITIONAL_*_EVENT looks at, over A in 1, 2, 5, 6
NESTED: list[tuple[str, list[tuple[int, ...]]]] = [
    (
        "A, CONDITIONAL_TRUE_EVENT(A - LAG(A) OVER (ORDER BY A) > 1) OVER (ORDER BY A)",
        [(1, 0), (2, 0), (5, 1), (6, 1)],
    ),
    (
        "*, CONDITIONAL_CHANGE_EVENT(ROW_NUMBER() OVER (ORDER BY T.A) > 2) OVER (ORDER BY A)",
        [(1, 0), (2, 0), (5, 1), (6, 1)],
    ),
]


@pytest.mark.parametrize(("items", "rows"), NESTED)
def test_windows_within_windows(
    snowflake: Snowflake, items: str, rows: list[tuple[int, ...]]
) -> None:
    sql = f"SELECT {items} FROM VALUES (1), (2), (5), (6), (9) T(A) WHERE T.A < 9 ORDER BY A"
    assert snowflake.rows(sql) == rows


def test_windows_within_windows_want_one_table(snowflake: Snowflake) -> None:
    event = "CONDITIONAL_TRUE_EVENT(LAG(A) OVER (ORDER BY A) > 1) OVER (ORDER BY A)"
    with pytest.raises(UnsupportedFeature):
        snowflake.rows(f"SELECT {event} FROM VALUES (1) T(A), VALUES (2) U(B)")


@pytest.mark.parametrize(
    "item",
    [
        "SUM(X) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        "COUNT(DISTINCT X) OVER (ORDER BY X)",
        "MEDIAN(X) OVER (PARTITION BY G ORDER BY X)",
        "LISTAGG(X) WITHIN GROUP (ORDER BY X) OVER (ORDER BY X)",
    ],
)
def test_orders_and_frames_that_are_refused(snowflake: Snowflake, item: str) -> None:
    with pytest.raises(WrongArguments):
        snowflake.rows(f"SELECT {item} FROM VALUES (1, 2) T(G, X)")


def test_rows_are_counted_from_one(snowflake: Snowflake) -> None:
    with pytest.raises(WrongArguments):
        snowflake.rows("SELECT NTH_VALUE(X, 0) OVER (ORDER BY X) FROM VALUES (1) T(X)")
