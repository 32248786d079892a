"""VARIANT and OBJECT: values come back as canonical JSON text, keys sorted."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from mockhaus.errors import InvalidJson, InvalidParameter, InvalidText
from tests.translation.conftest import Snowflake

#: (expression, value)
VALUES: list[tuple[str, Any]] = [
    # numbers that are none
    ("'NaN'::FLOAT::VARIANT", "NaN"),
    ("['inf'::FLOAT, '-inf'::FLOAT]", "[inf,-inf]"),
    ("TYPEOF('NaN'::FLOAT::VARIANT)", "DOUBLE"),
    ("TYPEOF(['inf'::FLOAT][0])", "DOUBLE"),
    ("'inf'::FLOAT::VARIANT::FLOAT", float("inf")),
    ("AS_DOUBLE('-inf'::FLOAT::VARIANT)", float("-inf")),
    ("'NaN'::FLOAT::VARIANT::VARCHAR", "NaN"),
    ("'inf'::FLOAT::VARIANT > 1", True),
    # objects and their members
    ("OBJECT_CONSTRUCT(1, 2)", '{"1":2}'),
    ("OBJECT_CONSTRUCT_KEEP_NULL(1, NULL)", '{"1":null}'),
    ("OBJECT_CONSTRUCT('a\\b\\u0001\"', 1)", '{"a\\b\\u0001\\"":1}'),
    ("OBJECT_DELETE(NULL, 'a')", None),
    (
        "OBJECT_DELETE({'a': {'x': NULL}, 'b': 1, 'c': PARSE_JSON('null')}, 'b', 'z')",
        '{"a":{},"c":null}',
    ),
    ("OBJECT_DELETE({'a\"b': 1, 'c': 2.50}, 'a\"b')", '{"c":2.5}'),
    ("OBJECT_DELETE(PARSE_JSON('null'), 'a')", None),
    ("OBJECT_INSERT({}, 'a', {'x': PARSE_JSON('null')})", '{"a":{"x":null}}'),
    ("OBJECT_INSERT({'b': 1}, 'c', 'x')", '{"b":1,"c":"x"}'),
    ("OBJECT_INSERT({'b': 1}, 'a', 'x')", '{"a":"x","b":1}'),
    ("OBJECT_INSERT({'b': 1}, 'c', NULL)", '{"b":1}'),
    ("GET_IGNORE_CASE(PARSE_JSON('{\"Ab\":1,\"aB\":2}'), 'AB')", "1"),
    ("GET_IGNORE_CASE({'x.Y': 1}, 'X.y')", "1"),
    ("GET_IGNORE_CASE([1], 'x')", None),
    # JSON text
    ('PARSE_JSON(\'{"b": 1, "a": [1, 2]}\')', '{"a":[1,2],"b":1}'),
    ("PARSE_JSON('{b: 1, \\'a\\': TRUE}')", '{"a":true,"b":1}'),
    ("PARSE_JSON('[-1, 12, FALSE,]')", "[-1,12,false,undefined]"),
    ("PARSE_JSON('[1, , 77]')", "[1,undefined,77]"),
    ("PARSE_JSON('1.912e2')", "1.912000000000000e+02"),
    ("PARSE_JSON('1.10')", "1.1"),
    ("PARSE_JSON('12345678901234567890123456789')", "12345678901234567890123456789"),
    ("PARSE_JSON('null')", "null"),
    ("PARSE_JSON(NULL)", None),
    ("PARSE_JSON('  ')", None),
    ("PARSE_JSON('{\"a\":1,\"a\":2}', 'd')", '{"a":2}'),
    ("TRY_PARSE_JSON('{x')", None),
    ("CHECK_JSON('{\"a\": 1}')", None),
    ("CHECK_JSON('{\"a\":')", "incomplete value, pos 6"),
    ('TO_JSON(PARSE_JSON(\'{"b":1,"a":2}\'))', '{"a":2,"b":1}'),
    ("TO_JSON('null'::VARIANT)", '"null"'),
    ('JSON_EXTRACT_PATH_TEXT(\'{"a":{"b":["x","y"]}}\', \'a.b[1]\')', "y"),
    # conversions
    ("TO_VARIANT('a')", '"a"'),
    ("TO_VARIANT(1.5::FLOAT)", "1.500000000000000e+00"),
    ("TO_VARIANT(DATE '2024-01-01')", '"2024-01-01"'),
    ("TYPEOF(TO_VARIANT(DATE '2024-01-01'))", "DATE"),
    ("TYPEOF('01:02:03'::TIME::VARIANT)", "TIME"),
    # ... within arrays and objects as well, and FLOAT and decimals with all their digits
    ("TO_VARIANT('01:02:03.4'::TIME)", '"01:02:03"'),
    ("['01:02:03.4'::TIME][0]::VARCHAR", "01:02:03"),
    ("AS_TIME(['01:02:03.4'::TIME][0])", time(1, 2, 3, 400000)),
    ("['01:02:03.4'::TIME][0]::TIME", time(1, 2, 3, 400000)),
    ("TYPEOF(['2024-01-01'::DATE][0])", "DATE"),
    ("TYPEOF({'d': '2024-01-01'::TIMESTAMP_NTZ}:d)", "TIMESTAMP_NTZ"),
    ("AS_DATE(['2024-01-01'::DATE][0])", date(2024, 1, 1)),
    ("['2024-01-01'::DATE][0]::DATE", date(2024, 1, 1)),
    ("AS_BINARY({'b': TO_BINARY('F0')}:b)", bytes.fromhex("F0")),
    ("{'d': '2024-01-01'::DATE, 'b': TO_BINARY('F0')}", '{"b":"F0","d":"2024-01-01"}'),
    ("TYPEOF([1.5::FLOAT][0])", "DOUBLE"),
    ("[1.5::FLOAT, 1.5][0]", "1.500000000000000e+00"),
    ("[0.1::FLOAT / 3][0]::FLOAT", 0.1 / 3),
    ("[1.5::FLOAT][0]::VARCHAR", "1.5"),
    ("[1.5::FLOAT][0] = 1.5", True),
    ("TYPEOF(PARSE_JSON('{\"a\":1.5e0}'):a)", "DOUBLE"),
    ("[12345678901234567890.123456][0]", "12345678901234567890.123456"),
    (
        "PARSE_JSON('[12345678901234567890.123456]')[0]::NUMBER(38,6)",
        Decimal("12345678901234567890.123456"),
    ),
    ("[0.00001][0]::VARCHAR", "0.00001"),
    # the missing item of an array is NULL where it is taken, JSON null is not
    ("[1, NULL, PARSE_JSON('null')]", "[1,undefined,null]"),
    ("[1, NULL][1] IS NULL", True),
    ("IS_NULL_VALUE([PARSE_JSON('null')][0])", True),
    ("PARSE_JSON('[1,,undefined]')[2]", None),
    ("TO_JSON(PARSE_JSON('[1,,2]'))", "[1,undefined,2]"),
    ("OBJECT_CONSTRUCT_KEEP_NULL('a', NULL)", '{"a":null}'),
    ("OBJECT_CONSTRUCT('n', PARSE_JSON('{\"a\":1}'):a + 1)", '{"n":2}'),
    ("TYPEOF(TO_VARIANT('2024-01-01'::TIMESTAMP_NTZ))", "TIMESTAMP_NTZ"),
    ("TYPEOF(TO_VARIANT('2024-01-01'::TIMESTAMP_LTZ))", "TIMESTAMP_LTZ"),
    ("TYPEOF(TO_VARIANT(TO_TIMESTAMP_TZ('2024-01-01')))", "TIMESTAMP_TZ"),
    ("TYPEOF(TO_VARIANT(TO_BINARY('F0')))", "BINARY"),
    ("IS_DATE(TO_VARIANT(DATE '2024-01-01'))", True),
    ("IS_DATE(TO_VARIANT('2024-01-01'))", False),
    ("IS_VARCHAR(TO_VARIANT(DATE '2024-01-01'))", False),
    ("IS_TIME(NULL::VARIANT)", None),
    ("AS_DATE(TO_VARIANT(DATE '2024-01-01'))", date(2024, 1, 1)),
    ("AS_DATE(TO_VARIANT('2024-01-01'))", None),
    ("AS_TIME(TO_VARIANT('01:02:03'::TIME))", time(1, 2, 3)),
    ("AS_BINARY(TO_VARIANT(TO_BINARY('F0A5')))", bytes.fromhex("F0A5")),
    ("TO_VARIANT(DATE '2024-01-01')::VARCHAR", "2024-01-01"),
    ("TO_VARIANT(DATE '2024-01-01') = '2024-01-01'::DATE", True),
    ("ARRAY_CONSTRUCT(TO_VARIANT(DATE '2024-01-01'))", '["2024-01-01"]'),
    ("MAX(v) FROM (SELECT PARSE_JSON('10') v UNION ALL SELECT PARSE_JSON('9'))", "10"),
    ("TO_VARIANT(TO_BINARY('snow', 'utf-8'))::VARCHAR", "736E6F77"),
    ("TO_VARIANT(NULL)", None),
    ("TO_ARRAY('x')", '["x"]'),
    ("TO_ARRAY([1])", "[1]"),
    ("TO_OBJECT(PARSE_JSON('{\"a\":1}'))", '{"a":1}'),
    # paths; keys are case-sensitive
    ('PARSE_JSON(\'{"a":{"b":[10,20]}}\'):a.b[1]', "20"),
    ('PARSE_JSON(\'{"a":{"b":[10,20]}}\'):A.b[1]', None),
    ('PARSE_JSON(\'{"a b":{"c.d":1}}\'):"a b"[\'c.d\']', "1"),
    ("PARSE_JSON('[5,6]')[0]", "5"),
    ("PARSE_JSON('[5,6]')[0 + 1]", "6"),
    ("PARSE_JSON('[5,6]')[-1]", None),
    ("PARSE_JSON('{\"a\":null}'):a", "null"),
    ("PARSE_JSON('{\"a\":null}'):b", None),
    ("GET(PARSE_JSON('{\"a\":7}'), 'a')", "7"),
    ("GET(PARSE_JSON('[7,8]'), 1)", "8"),
    ("GET_PATH(PARSE_JSON('{\"a\":[{\"b\":3}]}'), 'a[0].b')", "3"),
    ("GET_IGNORE_CASE(PARSE_JSON('{\"aa\":1,\"aA\":2}'), 'aA')", "2"),
    ('PARSE_JSON(\'{"a":"x"}\'):a::STRING', "x"),
    ("PARSE_JSON('{\"a\":\"x\"}'):a = 'x'", True),
    ("PARSE_JSON('{\"a\":5}'):a::INT + 1", 6),
    # objects
    ("OBJECT_CONSTRUCT('z', 1, 'a', 'x', 'n', NULL)", '{"a":"x","z":1}'),
    ("OBJECT_CONSTRUCT('k' || 1, 2)", '{"k1":2}'),
    ("OBJECT_CONSTRUCT_KEEP_NULL('a', NULL, NULL, 3)", '{"a":null}'),
    ("{'b': [1], 'a': {'c': TRUE}}", '{"a":{"c":true},"b":[1]}'),
    ("OBJECT_CONSTRUCT()", "{}"),
    ("OBJECT_INSERT({'a': 1}, 'b', 2)", '{"a":1,"b":2}'),
    ("OBJECT_INSERT({'a': 1}, 'b', NULL)", '{"a":1}'),
    ("OBJECT_INSERT({'a': 1}, 'a', 2, TRUE)", '{"a":2}'),
    ("OBJECT_DELETE({'a': 1, 'b': 2, 'c': 3}, 'a', 'c')", '{"b":2}'),
    ("OBJECT_PICK({'a': 1, 'b': 2}, 'b', 'x')", '{"b":2}'),
    ("OBJECT_PICK({'a': 1, 'b': 2}, ['a', 'b'])", '{"a":1,"b":2}'),
    ("OBJECT_KEYS({'b': 1, 'a': 2})", '["a","b"]'),
    ("STRIP_NULL_VALUE(PARSE_JSON('{\"a\":null}'):a)", None),
    # types
    ("TYPEOF(TO_VARIANT(1))", "INTEGER"),
    ("TYPEOF(TO_VARIANT(1.25))", "DECIMAL"),
    ("TYPEOF(TO_VARIANT(1.25::FLOAT))", "DOUBLE"),
    ("TYPEOF(PARSE_JSON('null'))", "NULL_VALUE"),
    ("TYPEOF({})", "OBJECT"),
    ("IS_NULL_VALUE(PARSE_JSON('{\"a\":null}'):a)", True),
    ("IS_NULL_VALUE(PARSE_JSON('{\"a\":null}'):b)", None),
    ("IS_ARRAY([1])", True),
    ("IS_OBJECT([1])", False),
    ("IS_BOOLEAN(TO_VARIANT(TRUE))", True),
    ("IS_DECIMAL(TO_VARIANT(1.5::FLOAT))", False),
    ("IS_DOUBLE(TO_VARIANT(1))", True),
    ("AS_INTEGER(TO_VARIANT(5))", 5),
    ("AS_INTEGER(TO_VARIANT('5'))", None),
    ("AS_DECIMAL(TO_VARIANT(1.25), 6, 3)", Decimal("1.250")),
    ("AS_VARCHAR(TO_VARIANT('x'))", "x"),
    ("AS_DOUBLE(TO_VARIANT(1.5::FLOAT))", 1.5),
    ("5.00::VARIANT", "5"),
    ("TYPEOF(5.00::VARIANT)", "INTEGER"),
    ("PARSE_JSON('[100, 2.50]')", "[100,2.5]"),
    ("TRY_PARSE_JSON('{\"a\": 1, \"a\": 2}', 'd')", '{"a":2}'),
    ('TRY_PARSE_JSON(\'{"a": 1, "a": 2}\')', None),
    ("OBJECT_DELETE({'a': 1, 'b': 2}, LOWER('A'))", '{"b":2}'),
    ("OBJECT_DELETE({'a': 1, 'b': 2, 'c': 3}, LOWER('A'), 'b')", '{"c":3}'),
    ("OBJECT_PICK({'a': 1, 'b': 2}, ['a', 'z'])", '{"a":1}'),
    ("OBJECT_INSERT(NULL, 'a', 1)", None),
    ("OBJECT_PICK({'b': [null], 'a': 1, 'c': 2}, 'b', 'a', 'z')", '{"a":1,"b":[undefined]}'),
    ("OBJECT_PICK({'a': 1}, 'z')", "{}"),
    ("OBJECT_PICK(NULL::OBJECT, 'a')", None),
    ("TO_JSON(TO_VARIANT('2024-02-03'::DATE))", '"2024-02-03"'),
    ('PARSE_JSON(\'{ "a" : "x : y" , "b" : 2 }\')', '{"a":"x : y","b":2}'),
    # dots go on with a path behind a bracket
    ('PARSE_JSON(\'[{"y":{"Z":1}}]\')[0].y.Z', "1"),
    ('PARSE_JSON(\'{"a":[{"y":[5]}]}\'):a[0].y[0]', "5"),
    ("PARSE_JSON('[{\"y\":1}]')[0].Y", None),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


ERRORS: list[tuple[str, type[Exception], str]] = [
    ('PARSE_JSON(\'{"a":1,"a":2}\')', InvalidJson, "duplicate object attribute"),
    ("PARSE_JSON('{a b}')", InvalidJson, "missing colon, pos 4"),
    ("PARSE_JSON('[1e400]')", InvalidJson, "the number 1e400 is out of range"),
    ("PARSE_JSON('[1, nothing]')", InvalidJson, 'unknown keyword "nothing"'),
    ("OBJECT_CONSTRUCT('a', 1, 'a', 2)", InvalidParameter, "Duplicate field key 'a'"),
    ("OBJECT_INSERT({'a': 1}, 'a', 2)", InvalidText, "'a'"),
    ("TO_OBJECT(PARSE_JSON('[1]'))", InvalidText, "OBJECT"),
    ("OBJECT_KEYS(PARSE_JSON('[1]'))", InvalidText, r"\[1\] to OBJECT"),
    ("OBJECT_DELETE(PARSE_JSON('[1]'), 'a')", InvalidText, r"\[1\] to OBJECT"),
    ("OBJECT_PICK(PARSE_JSON('1'), 'a')", InvalidText, "1 to OBJECT"),
    ("OBJECT_INSERT(PARSE_JSON('[1]'), 'a', 1)", InvalidText, r"\[1\] to OBJECT"),
    ("OBJECT_INSERT({'a': 1, 'z': 2}, 'a', 2)", InvalidText, "'a'"),
    ('PARSE_JSON(\'{ "a" : 1, "\\\\u0061" : 2 }\')', InvalidJson, "duplicate"),
]


@pytest.mark.parametrize(("expression", "error", "message"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        snowflake.value(expression)


def test_object_of_all_columns(snowflake: Snowflake) -> None:
    sql = "SELECT OBJECT_CONSTRUCT(*), OBJECT_CONSTRUCT_KEEP_NULL(*) FROM (SELECT 1 A, NULL B)"
    assert snowflake.rows(sql) == [('{"A":1}', '{"A":1,"B":null}')]


def test_object_of_some_columns(snowflake: Snowflake) -> None:
    sql = """SELECT OBJECT_CONSTRUCT(* ILIKE 'a%'), OBJECT_CONSTRUCT(S.* EXCLUDE B),
             OBJECT_CONSTRUCT(T.*) FROM (SELECT 1 A1, 2 B) S, (SELECT 3 A2) T"""
    assert snowflake.rows(sql) == [('{"A1":1,"A2":3}', '{"A1":1}', '{"A2":3}')]


def test_object_of_several_tables(snowflake: Snowflake) -> None:
    sql = "SELECT OBJECT_CONSTRUCT(*) FROM (SELECT 1 A) S, (SELECT 3 B) T"
    assert snowflake.rows(sql) == [('{"A":1,"B":3}',)]


def test_json_null_is_not_null(snowflake: Snowflake) -> None:
    sql = (
        "SELECT COUNT(*), COUNT(PARSE_JSON(COLUMN1):t) FROM VALUES ('{\"t\":null}'), ('{\"t\":1}')"
    )
    assert snowflake.rows(sql) == [(2, 1)]


def test_keys_may_be_columns(snowflake: Snowflake) -> None:
    sql = (
        "SELECT OBJECT_DELETE({'a': 1, 'b': 2}, K), OBJECT_PICK({'a': 1}, K) FROM VALUES ('a') T(K)"
    )
    assert snowflake.rows(sql) == [('{"b":2}', '{"a":1}')]


def test_names_of_types_elsewhere_are_names_here(snowflake: Snowflake) -> None:
    sql = "SELECT LONG, a AS short, a FIXED FROM (SELECT 1 AS LONG, 2 AS A)"
    assert snowflake.names(sql) == ["LONG", "SHORT", "FIXED"]
