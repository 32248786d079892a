"""Aggregates, and aggregates as window functions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mockhaus.errors import (
    GroupingError,
    InvalidArgumentTypes,
    InvalidParameter,
    InvalidText,
    SqlError,
    UnsupportedFeature,
    WrongArguments,
)
from tests.translation.conftest import Snowflake

#: x, y of the rows that the expressions below are computed over.
ROWS = "VALUES (1, 10, 'a'), (1, 20, 'b'), (1, 20, 'b'), (1, NULL, NULL) T(G, X, Y)"

#: (aggregate, value)
VALUES: list[tuple[str, Any]] = [
    ("COUNT(*)", 4),
    ("SUM(NULL)", None),
    ("HLL(DISTINCT X)", 2),
    ("COUNT(X)", 3),
    ("COUNT(DISTINCT X, Y)", 2),
    ("COUNT(G, X)", 3),
    # JSON null is counted nowhere
    ("COUNT(PARSE_JSON('null'))", 0),
    ("COUNT(DISTINCT PARSE_JSON('null'))", 0),
    ("COUNT(G, PARSE_JSON('null'))", 0),
    ("COUNT(DISTINCT G, PARSE_JSON('null'))", 0),
    ("COUNT(DISTINCT TO_VARIANT(X), Y)", 2),
    ("HLL(PARSE_JSON('null'))", 0),
    ("BITXOR_AGG(DISTINCT X)", 30),
    ("BOOLOR_AGG(DISTINCT X)", True),
    ("HLL_ESTIMATE(HLL_ACCUMULATE(DISTINCT X))", 2),
    ("MINHASH(5, DISTINCT X) = MINHASH(5, X)", True),
    ("REGR_SLOPE(X, G)", None),
    ("REGR_INTERCEPT(X, G)", None),
    ("REGR_SLOPE(G, X)", 0),
    ("COUNT(T.*)", 3),
    ("COUNT_IF(X > 10)", 2),
    ("SUM(X)", 50),
    ("AVG(X)", Decimal("16.666667")),
    ("AVG(DISTINCT X)", Decimal("15.000000")),
    ("AVG(X::FLOAT)", 50 / 3),
    ("SUM(X::VARCHAR)", 50.0),
    ("STDDEV_POP(X::VARCHAR)", pytest.approx(4.714045207910317)),
    ("CORR(X::VARCHAR, X)", pytest.approx(1.0)),
    ("APPROX_COUNT_DISTINCT(X)", 2),
    ("APPROX_COUNT_DISTINCT(X, Y)", 2),
    ("HLL(Y)", 2),
    ("MEDIAN(X)", Decimal("20.000")),
    ("MODE(X)", 20),
    ("VAR_POP(X)", 22.222222),
    ("VARIANCE(X)", 33.333333),
    ("VARIANCE(X::FLOAT)", pytest.approx(100 / 3)),
    ("LISTAGG(Y, ',') WITHIN GROUP (ORDER BY Y DESC)", "b,b,a"),
    ("LISTAGG(DISTINCT X, '-') WITHIN GROUP (ORDER BY X)", "10-20"),
    ("ARRAY_AGG(X) WITHIN GROUP (ORDER BY X DESC)", "[20,20,10]"),
    ("ARRAY_AGG(DISTINCT Y) WITHIN GROUP (ORDER BY Y)", '["a","b"]'),
    ("PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY X)", Decimal("15.000")),
    ("PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY X DESC)", Decimal("20.000")),
    ("PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY X)", 20),
    ("APPROX_PERCENTILE(X, 0.5)", 20.0),
    ("MIN_BY(Y, X)", "a"),
    ("MAX_BY(Y, X, 2)", '["b","b"]'),
    ("BOOLAND_AGG(X)", True),
    ("BOOLXOR_AGG(X = 10)", True),
    ("BITOR_AGG(X)", 30),
    ("APPROX_TOP_K(Y, 1)", '[["b",2]]'),
    ("PERCENTILE_DISC(0.25) WITHIN GROUP (ORDER BY X DESC)", 20),
    ("PERCENTILE_DISC(0.25) WITHIN GROUP (ORDER BY X)", 10),
    ("PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY X DESC)", Decimal("20.000")),
    ("HASH_AGG(*) = HASH_AGG(G, X, Y)", True),
    ("HASH_AGG(T.*) = HASH_AGG(G, X, Y)", True),
    ("HASH_AGG(DISTINCT G) = HASH_AGG(G)", False),
    ("COUNT(* EXCLUDE (X, Y))", 4),
    ("COUNT(* ILIKE '%')", 3),
    ("COUNT(T.* EXCLUDE Y)", 3),
    ("COUNT(T.* ILIKE 'g')", 4),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.rows(f"SELECT {expression} FROM {ROWS}") == [(value,)]


#: (aggregate, its value over no rows)
OF_NOTHING: list[tuple[str, Any]] = [
    ("COUNT(X)", 0),
    ("SUM(X)", None),
    ("AVG(X)", None),
    ("LISTAGG(Y, ',')", ""),
    ("ARRAY_AGG(X)", "[]"),
    ("OBJECT_AGG(Y, X)", "{}"),
    ("BOOLXOR_AGG(X)", None),
]


@pytest.mark.parametrize(("expression", "value"), OF_NOTHING)
def test_value_of_nothing(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.rows(f"SELECT {expression} FROM {ROWS} WHERE FALSE") == [(value,)]


def test_variants_are_numbers_to_sum(snowflake: Snowflake) -> None:
    rows = "VALUES ('{\"n\":9}'), ('{\"n\":10}')"
    sql = f"SELECT SUM(PARSE_JSON(COLUMN1):n), MAX(PARSE_JSON(COLUMN1):n) FROM {rows}"
    assert snowflake.rows(sql) == [(19.0, "10")]


def test_grouping_sets(snowflake: Snowflake) -> None:
    sql = """SELECT A, B, SUM(C), GROUPING(A), GROUPING_ID(A, B)
             FROM VALUES (1, 2, 3), (1, 3, 4) T(A, B, C) GROUP BY ROLLUP(A, B) ORDER BY 1, 2"""
    assert snowflake.rows(sql) == [
        (1, 2, 3, 0, 0),
        (1, 3, 4, 0, 0),
        (1, None, 7, 0, 1),
        (None, None, 7, 1, 3),
    ]


#: (item of SELECT, the error)
ERRORS: list[tuple[str, type[SqlError]]] = [
    ("SUM(X > 10)", InvalidArgumentTypes),
    ("REGR_SLOPE(DISTINCT X, G)", UnsupportedFeature),
    ("REGR_COUNT(DISTINCT X, G)", UnsupportedFeature),
    ("OBJECT_AGG(DISTINCT Y, X)", UnsupportedFeature),
    ("PERCENTILE_CONT(1.5) WITHIN GROUP (ORDER BY X)", WrongArguments),
    ("MAX_BY(X, G, 1001)", InvalidParameter),
    ("MAX_BY(X, G, X)", InvalidParameter),
    ("COUNT()", WrongArguments),
    ("APPROX_TOP_K(X, 0)", InvalidParameter),
    ("APPROX_TOP_K(X, 1, 100001)", InvalidParameter),
    ("APPROX_TOP_K(X, X)", InvalidParameter),
    ("MINHASH(1025, X)", InvalidParameter),
    ("PERCENTILE_CONT(X) WITHIN GROUP (ORDER BY X)", WrongArguments),
    ("ARRAY_AGG(DISTINCT X) WITHIN GROUP (ORDER BY Y)", GroupingError),
    ("LISTAGG(DISTINCT Y) WITHIN GROUP (ORDER BY X)", GroupingError),
    ("CORR(G, X, X)", WrongArguments),
    ("OBJECT_AGG(G, X)", InvalidText),
]


@pytest.mark.parametrize(("item", "error"), ERRORS)
def test_error(snowflake: Snowflake, item: str, error: type[SqlError]) -> None:
    with pytest.raises(error):
        snowflake.rows(f"SELECT {item} FROM {ROWS}")


@pytest.mark.parametrize("call", ["SUM(B)", "AVG(B)", "SUM(DISTINCT B)", "STDDEV(B)", "CORR(B, X)"])
def test_truth_values_are_no_numbers(snowflake: Snowflake, call: str) -> None:
    """Neither where the argument is a column, nor where there are no rows."""
    sql = f"SELECT {call} FROM (SELECT X > 1 B, X FROM {ROWS}) WHERE FALSE"
    with pytest.raises(InvalidArgumentTypes, match=r"\(BOOLEAN"):
        snowflake.rows(sql)


#: (aggregate, the values, its value): digits as in the manual's examples
MOMENTS: list[tuple[str, list[int], float | None]] = [
    ("SKEW", [1, 2, 2, 2, 2], -2.236069766354),
    ("SKEW", [1, 2], None),
    ("KURTOSIS", [1, 3, 10, 1, 3], 3.613736609956),
    ("KURTOSIS", [10, 10, 20, 25, 30], -2.32421875),
    ("KURTOSIS", [1, 2, 3], None),
]


@pytest.mark.parametrize(("name", "values", "value"), MOMENTS)
def test_moments(snowflake: Snowflake, name: str, values: list[int], value: float | None) -> None:
    rows = ", ".join(f"({each})" for each in values)
    assert snowflake.rows(f"SELECT {name}(X) FROM VALUES {rows} T(X)") == [(value,)]


def test_union_of_arrays_is_one_of_multisets(snowflake: Snowflake) -> None:
    sql = (
        "SELECT ARRAY_SORT(ARRAY_UNION_AGG(A)) FROM (SELECT [7, 7, NULL] A UNION ALL SELECT [7, 9])"
    )
    assert snowflake.rows(sql) == [("[7,7,9]",)]


#: Distinct values come as they first appeared.
FIRST_APPEARANCE = (
    ("ARRAY_UNIQUE_AGG(N)", "[5,2,1]"),
    ("ARRAY_AGG(DISTINCT N)", "[5,2,1]"),
    ("ARRAY_AGG(DISTINCT N) WITHIN GROUP (ORDER BY N)", "[1,2,5]"),
    ("ARRAY_UNIQUE_AGG(N::VARCHAR)", '["5","2","1"]'),
    ("ARRAY_UNION_AGG([N, N + 1])", "[5,6,2,3,1]"),
    ("LISTAGG(DISTINCT N, ',')", "5,2,1"),
    ("ARRAY_UNIQUE_AGG(NULL)", "[]"),
    ("ARRAY_UNIQUE_AGG(NULLIF(N, 2))", "[5,1]"),
    ("ARRAY_SIZE(ARRAY_UNIQUE_AGG(IFF(N = 5, '2024-01-01 00:00:00 +0000',"
     " '2024-01-01 01:00:00 +0100')::TIMESTAMP_TZ))", 1),
)  # fmt: skip


@pytest.mark.parametrize(("call", "value"), FIRST_APPEARANCE)
def test_distinct_values_come_as_they_first_appear(
    snowflake: Snowflake, call: str, value: str | int
) -> None:
    rows = "FROM VALUES (5), (2), (1), (2), (1) T(N)"
    assert snowflake.rows(f"SELECT {call} {rows}") == [(value,)]


@pytest.mark.parametrize("apart", [3, 50, 500, 5_000, 20_000])
def test_few_distinct_values_come_so_of_many_each_comes_once(
    snowflake: Snowflake, apart: int
) -> None:
    items = f"(SEQ4() * 7919) % {apart}"
    rows = f"FROM (SELECT {items} AS N FROM TABLE(GENERATOR(ROWCOUNT => 12000)))"
    found = snowflake.rows(f"SELECT ARRAY_UNIQUE_AGG(N) {rows}")[0][0]
    expected = list(dict.fromkeys(at * 7919 % apart for at in range(12_000)))
    order = list if apart <= 500 else sorted
    assert order(json.loads(found)) == order(expected)
