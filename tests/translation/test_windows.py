"""Window functions: G, X are (1, 10), (1, 20), (2, 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockhaus.errors import InvalidArgumentTypes, SqlSyntaxError, UnsupportedFeature, WrongArguments
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
    (
        "NTH_VALUE(X, 1) FROM LAST OVER (ORDER BY X"
        " ROWS BETWEEN unbounded preceding AND unbounded following)",
        [20, 20, 20],
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


_ROWS_WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_RANGE_WHOLE = "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_SO_FAR = "BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"

#: (function, its order and frame, the refusal)
REFUSED: list[tuple[str, str, str]] = [
    ("SUM(X)", "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "A window frame requires ORDER BY"),
    ("SUM(X)", "ORDER BY X ROWS BETWEEN -1 PRECEDING AND CURRENT ROW", "constant and not negative"),
    ("SUM(X)", "ORDER BY X ROWS BETWEEN 1.5 PRECEDING AND CURRENT ROW", "a number of rows"),
    ("SUM(X)", "ORDER BY X RANGE BETWEEN -1 PRECEDING AND CURRENT ROW", "a number or an INTERVAL"),
    ("SUM(X)", "ORDER BY X RANGE BETWEEN '1' PRECEDING AND CURRENT ROW", "a number or an INTERVAL"),
    ("COUNT(DISTINCT X)", "ORDER BY X", "distinct cannot be used with a window frame or an order"),
    ("SUM(DISTINCT X)", f"ORDER BY X {_RANGE_WHOLE}", "distinct cannot be used"),
    ("MEDIAN(X)", "PARTITION BY G ORDER BY X", "Cumulative .* unsupported for function MEDIAN"),
    ("MODE(X)", f"ORDER BY X ROWS {_SO_FAR}", "Cumulative .* MODE"),
    ("MODE(X)", "ORDER BY X ROWS UNBOUNDED PRECEDING", "Cumulative .* MODE"),
    ("HLL(X)", "ORDER BY X ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", "Cumulative .* HLL"),
    ("ANY_VALUE(X)", "ORDER BY X ROWS 1 PRECEDING", "Sliding .* ANY_VALUE"),
    ("MAX_BY(G, X)", "ORDER BY X ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "Sliding .* MAX_BY"),
    ("LISTAGG(X) WITHIN GROUP (ORDER BY X)", "ORDER BY X", "Cumulative .* LISTAGG"),
    ("HASH_AGG(X)", f"ORDER BY X {_RANGE_WHOLE}", "Aggregate window function with order by"),
    (
        "ARRAY_AGG(X) WITHIN GROUP (ORDER BY X)",
        "ORDER BY X",
        "WITHIN GROUP clause is not supported",
    ),
    ("LAG(X)", "ORDER BY X ROWS 1 PRECEDING", "Sliding .* LAG"),
    ("NTILE(2)", f"ORDER BY X ROWS {_SO_FAR}", "Cumulative .* NTILE"),
    ("RANK()", "ORDER BY X ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "Sliding .* RANK"),
    ("PERCENT_RANK()", f"ORDER BY X ROWS {_SO_FAR}", "Cumulative .* PERCENT_RANK"),
    ("SUM(X)", "ORDER BY X, G RANGE BETWEEN 1 PRECEDING AND CURRENT ROW", "Sliding .* SUM"),
]


@pytest.mark.parametrize(("call", "window", "said"), REFUSED)
def test_orders_and_frames_that_are_refused(
    snowflake: Snowflake, call: str, window: str, said: str
) -> None:
    with pytest.raises(WrongArguments, match=said):
        snowflake.rows(f"SELECT {call} OVER ({window}) FROM VALUES (1, 2) T(G, X)")


#: (function, its order and frame, the values in the order of X)
FRAMED: list[tuple[str, str, list[Any]]] = [
    ("MEDIAN(X)", f"ORDER BY X {_ROWS_WHOLE}", 3 * [Decimal("10.000")]),
    ("SKEW(G)", f"ORDER BY X {_RANGE_WHOLE}", 3 * [1.732050807569]),
    ("COUNT(DISTINCT G)", f"ORDER BY X {_ROWS_WHOLE}", [2, 2, 2]),
    ("DENSE_RANK()", f"ORDER BY X ROWS {_SO_FAR}", [1, 2, 3]),
    ("CUME_DIST()", f"ORDER BY X RANGE {_SO_FAR}", [pytest.approx(n / 3) for n in (1, 2, 3)]),
    ("ARRAY_AGG(X)", "ORDER BY X ROWS 1 PRECEDING", ["[5]", "[5,10]", "[10,20]"]),
    ("SUM(X)", "ORDER BY X RANGE BETWEEN 5 PRECEDING AND 10 FOLLOWING", [15, 35, 20]),
]


@pytest.mark.parametrize(("call", "window", "values"), FRAMED)
def test_frames(snowflake: Snowflake, call: str, window: str, values: list[Any]) -> None:
    sql = f"SELECT {call} OVER ({window}) FROM VALUES (2, 10), (1, 20), (1, 5) T(G, X) ORDER BY X"
    assert [row[0] for row in snowflake.rows(sql)] == values


def test_rows_are_counted_from_one(snowflake: Snowflake) -> None:
    with pytest.raises(WrongArguments):
        snowflake.rows("SELECT NTH_VALUE(X, 0) OVER (ORDER BY X) FROM VALUES (1) T(X)")


#: A series with gaps: P, D, X, Y.
_SERIES = """(SELECT COLUMN1 AS P, COLUMN2::DATE AS D, COLUMN3::INT AS X, COLUMN4::NUMBER(6, 2) AS Y FROM VALUES
    (1, '2024-01-01', 1, 1.5), (1, '2024-01-02', NULL, NULL), (1, '2024-01-05', 4, 2.5),
    (1, '2024-01-06', NULL, NULL), (2, '2024-01-01', NULL, NULL), (2, '2024-01-02', 7, 7))"""
_BY_DAY = "OVER (PARTITION BY P ORDER BY D)"

#: An expression over the series, and its values by P and D. What is filled keeps its type.
FILLED: list[tuple[str, list[Any]]] = [
    (f"INTERPOLATE_FFILL(X) {_BY_DAY}", [1, 1, 4, 4, None, 7]),
    (f"INTERPOLATE_BFILL(X) {_BY_DAY}", [1, 4, 4, None, 7, 7]),
    (f"INTERPOLATE_FFILL(X) {_BY_DAY[:-1]} DESC)", [1, 4, 4, None, 7, 7]),
    (f"INTERPOLATE_BFILL(TO_CHAR(X)) {_BY_DAY}", ["1", "4", "4", None, "7", "7"]),
    (f"INTERPOLATE_LINEAR(X) {_BY_DAY}", [1, 2, 4, None, None, 7]),
    (f"INTERPOLATE_LINEAR(X * 10) {_BY_DAY}", [10, 18, 40, None, None, 70]),
    (f"INTERPOLATE_LINEAR(X::FLOAT) {_BY_DAY}", [1.0, 1.75, 4.0, None, None, 7.0]),
    (f"INTERPOLATE_LINEAR(Y) {_BY_DAY}",
     [Decimal("1.50"), Decimal("1.75"), Decimal("2.50"), None, None, Decimal("7.00")]),
    (f"INTERPOLATE_LINEAR(X::FLOAT) {_BY_DAY[:-1]}::TIMESTAMP_TZ DESC)",
     [1.0, 1.75, 4.0, None, None, 7.0]),
    ("INTERPOLATE_LINEAR(X) OVER (PARTITION BY P ORDER BY DAY(D))", [1, 2, 4, None, None, 7]),
    (f"INTERPOLATE_LINEAR(NULL::INT) {_BY_DAY}", [None] * 6),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), FILLED)
def test_filled(snowflake: Snowflake, expression: str, expected: list[Any]) -> None:
    rows = snowflake.rows(f"SELECT {expression} FROM {_SERIES} ORDER BY P, D")
    assert [row[0] for row in rows] == expected


#: What is said of windows that cannot be filled.
NOT_FILLED: list[tuple[str, type[Exception], str]] = [
    ("INTERPOLATE_FFILL(X) OVER (PARTITION BY P)", WrongArguments, "requires ORDER BY"),
    ("INTERPOLATE_BFILL(X) OVER (ORDER BY D ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
     WrongArguments, "Sliding window frame unsupported"),
    ("INTERPOLATE_LINEAR(X) OVER (ORDER BY D, P)", WrongArguments, "one ORDER BY expression"),
    ("INTERPOLATE_LINEAR(TO_CHAR(X)) OVER (ORDER BY D)", InvalidArgumentTypes, "a number is needed"),
    ("INTERPOLATE_FFILL(X)", UnsupportedFeature, "without OVER"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "error", "said"), NOT_FILLED)
def test_not_filled(
    snowflake: Snowflake, expression: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        snowflake.rows(f"SELECT {expression} FROM {_SERIES}")
