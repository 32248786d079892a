"""ARRAY: values come back as JSON text."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import (
    InvalidArgumentTypes,
    InvalidParameter,
    InvalidText,
    KeyNotText,
    UnequalArrays,
    WrongArguments,
)
from tests.translation.conftest import Snowflake

#: (expression, value)
VALUES: list[tuple[str, Any]] = [
    (
        "FILTER(['2024-01-01'::DATE, '2022-01-01'::DATE], x -> x >= '2023-01-01'::DATE)",
        '["2024-01-01"]',
    ),
    ("FILTER([1.5::FLOAT, 2], x -> x > 1.7::NUMBER(3,1))", "[2]"),
    ("FILTER(['a', 'b'], x -> x = 'b'::VARCHAR)", '["b"]'),
    ("ARRAY_SORT([10, -9, 12345678901234567890], FALSE)", "[12345678901234567890,10,-9]"),
    ("ARRAY_SORT([1.5, 10, -9, 2.0::FLOAT])", "[-9,1.5,2.000000000000000e+00,10]"),
    ("ARRAY_SORT(['a b', 'a', 'B', TRUE, 3, '10'])", '[true,3,"10","B","a","a b"]'),
    ("TRANSFORM([1, NULL, 3], x INT -> x * 2)", "[2,undefined,6]"),
    ("TRANSFORM([1, NULL], x -> x)", "[1,undefined]"),
    ("TRANSFORM([1], x -> '2024-01-01'::DATE)", '["2024-01-01"]'),
    # vectors
    ("VECTOR_TRUNCATE([1, 2, 3]::VECTOR(INT, 3), 2)", [1, 2]),
    ("[1.1, 2]::VECTOR(FLOAT, 2)::ARRAY", "[1.1,2.0]"),
    ("TO_ARRAY([1, 2]::VECTOR(INT, 2))", "[1,2]"),
    ("[1.1, 2]::VECTOR(FLOAT, 2)::VARIANT", "[1.1,2.0]"),
    ("VECTOR_TRUNC(NULL::VECTOR(INT, 3), 2)", None),
    ("VECTOR_NORMALIZE([3, 4]::VECTOR(INT, 2))", pytest.approx([0.6, 0.8])),
    (
        "VECTOR_AVG(c) FROM (SELECT [1, 2]::VECTOR(INT, 2) c UNION ALL SELECT [2, 4]::VECTOR(INT, 2))",
        [1.5, 3.0],
    ),
    # JSON null is a value, a missing item is none
    ("ARRAY_MIN([NULL, PARSE_JSON('null'), NULL])", "null"),
    ("ARRAY_MAX([20, PARSE_JSON('null'), 10])", "null"),
    ("ARRAY_MIN([20, PARSE_JSON('null'), 10, NULL])", "10"),
    ("ARRAY_MAX([20, NULL, 10])", "20"),
    ("ARRAY_MAX([NULL])", None),
    ("ARRAY_SORT([20, PARSE_JSON('null'), 0, NULL, 10])", "[0,10,20,null,undefined]"),
    ("ARRAY_SORT([20, PARSE_JSON('null'), 0, NULL, 10], FALSE)", "[undefined,null,20,10,0]"),
    ("ARRAY_SORT([20, PARSE_JSON('null'), 0, NULL], TRUE, TRUE)", "[undefined,0,20,null]"),
    ("FILTER([1, NULL, 3], a -> a IS NOT NULL)", "[1,3]"),
    ("FILTER([1, NULL, 3], a -> a IS NULL)", "[undefined]"),
    ("TRANSFORM([50, 75], a -> a * 1.1)", "[55,82.5]"),
    ("ARRAY_REMOVE([1, NULL, PARSE_JSON('null')], PARSE_JSON('null'))", "[1,undefined]"),
    ("ARRAY_REMOVE([5, 5.0::FLOAT, '5'], 5)", '["5"]'),
    ("ARRAY_COMPACT([1, NULL, PARSE_JSON('null')])", "[1]"),
    ("ARRAYS_ZIP([1, NULL], [2])", '[{"$1":1,"$2":2},{"$1":null,"$2":null}]'),
    ("ARRAYS_TO_OBJECT(['a', 'b'], [1, NULL])", '{"a":1,"b":null}'),
    ("ARRAYS_TO_OBJECT(['a', NULL], [1, 2])", '{"a":1}'),
    ("ARRAYS_TO_OBJECT(NULL, [1])", None),
    ("ARRAYS_TO_OBJECT(['a'], NULL)", None),
    ("ARRAY_TO_STRING([1, NULL, 'null', PARSE_JSON('null')], '-')", "1--null-"),
    ("ARRAY_TO_STRING([1.5::FLOAT, 1e3::FLOAT, DATE '2020-01-02'], '|')", "1.5|1000|2020-01-02"),
    ("ARRAY_TO_STRING(['é😀\"', [1, {'a': 'b'}]], '|')", 'é😀"|[1,{"a":"b"}]'),
    ("ARRAY_TO_STRING(PARSE_JSON('[]'), ',')", ""),
    ("ARRAY_TO_STRING([1.5::FLOAT, NULL, 'b'], '-')", "1.5--b"),
    ("[1, NULL, 'x']", '[1,undefined,"x"]'),
    ("ARRAY_CONSTRUCT()", "[]"),
    ("ARRAY_CONSTRUCT_COMPACT(1, NULL, 2)", "[1,2]"),
    ("ARRAY_SIZE([1, 2, 3])", 3),
    ("ARRAY_SIZE(PARSE_JSON('{}'))", None),
    ("ARRAY_CONTAINS('b'::VARIANT, ['a', 'b'])", True),
    ("ARRAY_CONTAINS(3::VARIANT, [1, 2])", False),
    ("ARRAY_POSITION('b'::VARIANT, ['a', 'b'])", 1),
    ("ARRAY_POSITION('z'::VARIANT, ['a', 'b'])", None),
    ("ARRAY_APPEND([1], 'x')", '[1,"x"]'),
    ("ARRAY_PREPEND([1], 'x')", '["x",1]'),
    ("ARRAY_CAT([1], [2])", "[1,2]"),
    ("ARRAY_CAT([1], NULL)", None),
    ("ARRAY_SLICE([0, 1, 2, 3], 1, 3)", "[1,2]"),
    ("ARRAY_SLICE([0, 1, 2, 3], 0, -1)", "[0,1,2]"),
    ("ARRAY_INSERT([0, 1, 2], 1, 'h')", '[0,"h",1,2]'),
    ("ARRAY_INSERT([0, 1, 2], 4, 'h')", '[0,1,2,undefined,"h"]'),
    ("ARRAY_INSERT([0, 1, 2], -1, 'h')", '[0,1,"h",2]'),
    ("ARRAY_REMOVE([1, 2, 1], 1)", "[2]"),
    ("ARRAY_REMOVE_AT([2, 5, 7], -1)", "[2,5]"),
    ("ARRAY_REMOVE_AT([2, 5, 7], 10)", "[2,5,7]"),
    ("ARRAY_COMPACT([1, NULL, 2])", "[1,2]"),
    ("ARRAY_DISTINCT(['A', 'A', NULL, NULL])", '["A",undefined]'),
    ("ARRAY_DISTINCT(NULL)", None),
    ("ARRAY_INTERSECTION([1, 1, 2], [1, 2, 2])", "[1,2]"),
    ("ARRAY_EXCEPT(['A', 'B', 'B'], ['B'])", '["A","B"]'),
    ("ARRAY_EXCEPT(['A'], NULL)", None),
    ("ARRAYS_OVERLAP([1, 2], [2, 3])", True),
    ("ARRAYS_OVERLAP([1, NULL], [3, NULL])", True),
    ("ARRAY_FLATTEN([[1, 2], [3]])", "[1,2,3]"),
    ("ARRAY_FLATTEN([[1], NULL])", None),
    ("ARRAY_SORT([20, NULL, 0, 100])", "[0,20,100,undefined]"),
    ("ARRAY_SORT([1, NULL, 3], FALSE)", "[undefined,3,1]"),
    ("ARRAY_MIN([20, 0, NULL])", "0"),
    ("ARRAY_MAX([9, 10, NULL])", "10"),
    ("ARRAY_MAX([])", None),
    ("ARRAY_REVERSE([1, 2])", "[2,1]"),
    ("ARRAY_TO_STRING(['A', NULL, 1], ', ')", "A, , 1"),
    ("ARRAY_GENERATE_RANGE(2, 5)", "[2,3,4]"),
    ("ARRAY_GENERATE_RANGE(-5, -25, -10)", "[-5,-15]"),
    ("ARRAYS_ZIP([1, 2], ['one'])", '[{"$1":1,"$2":"one"},{"$1":2,"$2":null}]'),
    ("ARRAYS_ZIP([1], NULL)", None),
    ("ARRAYS_ZIP([], [])", "[{}]"),
    ("ARRAYS_TO_OBJECT(['b', 'a'], [1, 2])", '{"a":2,"b":1}'),
    ("FILTER([1, 50, 80], x -> x > 40)", "[50,80]"),
    ("FILTER([{'n': 1}, {'n': 5}], x -> x:n > 2)", '[{"n":5}]'),
    ("FILTER(['a', 'b'], x -> x = 'b')", '["b"]'),
    ("TRANSFORM([1, 2], x INT -> x + 1)", "[2,3]"),
    ("TRANSFORM(NULL, x INT -> x + 1)", None),
    ("REDUCE([1, 2, 3], 0, (total, x) -> total + x)::INT", 6),
    ("ARRAY_REMOVE([4, 4.00, 4::FLOAT, '4'], 4)", '["4"]'),
    ("ARRAY_CONTAINS(4::VARIANT, [4.0::FLOAT])", True),
    ("ARRAY_POSITION(4.0::FLOAT::VARIANT, [3, 4])", 1),
    ("ARRAY_DISTINCT([2, 2.0, 2.5])", "[2,2.5]"),
    ("ARRAY_TO_STRING([1, 2], NULL)", None),
    ("ARRAY_MIN(NULL)", None),
    ("TRANSFORM([1, 2.5], X -> X * 2)", "[2,5]"),
    ("REDUCE([1, 2, 3], 10, (TOTAL, X) -> TOTAL + X)", "16"),
    ("[1.50, 2.00]", "[1.5,2]"),
    ("ARRAY_INTERSECTION([1, 1.0, 2], [1::FLOAT, 3])", "[1]"),
    ("ARRAY_EXCEPT([1, 1.0, 2], [1::FLOAT])", "[1,2]"),
    ("ARRAYS_OVERLAP([1], [1::FLOAT])", True),
    ("ARRAY_INTERSECTION(NULL, [1])", None),
    ("ARRAY_REMOVE_AT([1, 2, 3], -3)", "[2,3]"),
    # parameters of lambdas are VARIANTs among others
    ("REDUCE([1, NULL, 2], 0, (a, x) -> a + x)", None),
    ("REDUCE([1, NULL, 2], 0, (a, x) -> a + NVL(x, 0))", "3"),
    ("REDUCE([10, 20], 0, (a, x) -> a + CASE WHEN x > 15 THEN x ELSE 0 END)", "20"),
    ("REDUCE([{'q': 1}, {}], 0, (a, x) -> a + NVL(x:q, 10))", "11"),
    ("REDUCE([3, 9, 10], 0, (a, x) -> GREATEST(a, x))", "10"),
    ("REDUCE([3, 10], 9, (a, x) -> IFF(x > a, x, a))", "10"),
    ("TRANSFORM([3, 20, 100], x -> LEAST(x, 30))", "[3,20,30]"),
    ("TRANSFORM([1, NULL], x -> COALESCE(x, 'none'))", '[1,"none"]'),
    ("TRANSFORM([1, 2], x -> -x)", "[-1,-2]"),
    ("TRANSFORM([1, 2], x -> x * x - 1)", "[0,3]"),
    ("FILTER(['a', 'b'], x -> x IN ('a'))", '["a"]'),
    ("FILTER([10, 9, 100], x -> x BETWEEN 9 AND 20)", "[10,9]"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


def test_flatten_of_no_arrays(snowflake: Snowflake) -> None:
    with pytest.raises(InvalidText, match="Not an array"):
        snowflake.value("ARRAY_FLATTEN([[1], 2])")


@pytest.mark.parametrize(
    "call",
    [
        "TRANSFORM([1], (x, i) -> x + i)",
        "FILTER([1], (x, i) -> i > 0)",
        "REDUCE([1], 0, x -> x)",
        "REDUCE([1], 0, (a, x, i) -> a + i)",
    ],
)
def test_parameters_of_a_lambda(snowflake: Snowflake, call: str) -> None:
    with pytest.raises(WrongArguments, match="parameters of a lambda"):
        snowflake.value(call)


def test_vectors_of_different_sizes(snowflake: Snowflake) -> None:
    with pytest.raises(InvalidArgumentTypes, match="vectors of 2 and of 3 dimensions"):
        snowflake.value("VECTOR_INNER_PRODUCT([1, 2]::VECTOR(INT, 2), [1, 2, 3]::VECTOR(INT, 3))")


def test_range_without_end(snowflake: Snowflake) -> None:
    with pytest.raises(InvalidParameter, match="step"):
        snowflake.value("ARRAY_GENERATE_RANGE(1, 2, 0)")


def test_keys_and_values_are_as_many(snowflake: Snowflake) -> None:
    with pytest.raises(UnequalArrays):
        snowflake.value("ARRAYS_TO_OBJECT(['a', 'b'], [1])")


def test_keys_are_texts(snowflake: Snowflake) -> None:
    with pytest.raises(KeyNotText):
        snowflake.value("ARRAYS_TO_OBJECT([1], ['a'])")


@pytest.mark.parametrize("given", ["1", "'a'"])
def test_a_literal_is_no_array(snowflake: Snowflake, given: str) -> None:
    with pytest.raises(InvalidArgumentTypes):
        snowflake.value(f"ARRAY_TO_STRING({given}, ',')")


@pytest.mark.parametrize("call", ["ARRAY_CONTAINS('a', ['a'])", "ARRAY_POSITION(1, [1])"])
def test_what_is_sought_is_a_variant(snowflake: Snowflake, call: str) -> None:
    with pytest.raises(InvalidArgumentTypes):
        snowflake.value(call)
