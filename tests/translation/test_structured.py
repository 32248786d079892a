"""Structured types ARRAY(T), OBJECT(k T, ..) and MAP(K, V), and the functions on MAP."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mockhaus.errors import (
    FieldExists,
    FieldMissing,
    InvalidArgumentTypes,
    InvalidIdentifier,
    InvalidNumber,
    InvalidText,
    NotNullViolation,
    SqlError,
    StringTooLong,
    UnsupportedFeature,
)
from tests.translation.conftest import Snowflake

_MAP = "{'a':1,'b':2,'c':3}::MAP(VARCHAR, NUMBER)"
_BY_NUMBER = "{'1':'x','10':'y','2':'z'}::MAP(NUMBER, VARCHAR)"
_CITY = "{'city':'San Mateo','state':'CA'}::OBJECT(city VARCHAR, state VARCHAR)"

#: (expression, value)
VALUES: list[tuple[str, Any]] = [
    # casts
    ("[1, 2]::ARRAY(NUMBER)", "[1,2]"),
    ("[1.25, 2]::ARRAY(NUMBER(10,1))", "[1.3,2]"),
    ("['1', 2]::ARRAY(NUMBER)", "[1,2]"),
    ("[1, NULL]::ARRAY(NUMBER)", "[1,null]"),
    ("[1]::ARRAY(FLOAT)", "[1.000000000000000e+00]"),
    ("['1.5', ' 12 ']::ARRAY(NUMBER)", "[2,12]"),
    ("[0.1234567890123456789]::ARRAY(NUMBER(30,20))", "[0.1234567890123456789]"),
    ("['ab', NULL]::ARRAY(VARCHAR(2))", '["ab",null]'),
    ("[1e3::FLOAT, TRUE, DATE '2020-01-02']::ARRAY(VARCHAR)", '["1000","true","2020-01-02"]'),
    ("['yes', 0, NULL]::ARRAY(BOOLEAN)", "[true,false,null]"),
    ("['15-JAN-2020']::ARRAY(DATE)", '["2020-01-15"]'),
    ("['2020-01-02 03:04:05.678']::ARRAY(TIMESTAMP_NTZ(0))", '["2020-01-02 03:04:05.000"]'),
    (
        "['2020-01-02 03:04:05 +0100']::ARRAY(TIMESTAMP_TZ)",
        '["2020-01-02 03:04:05.000 +0100"]',
    ),
    ("['AB']::ARRAY(BINARY)", '["AB"]'),
    ("['NaN']::ARRAY(FLOAT)", "[NaN]"),
    ("{'a':{'b':1},'c':[1]}::OBJECT(a OBJECT, c VARIANT)", '{"a":{"b":1},"c":[1]}'),
    ("NULL::ARRAY(NUMBER)", None),
    ("PARSE_JSON('null')::ARRAY(NUMBER)", None),
    ("[[1], []]::ARRAY(ARRAY(NUMBER))", "[[1],[]]"),
    (_CITY, '{"city":"San Mateo","state":"CA"}'),
    ("{'b':1,'a':2}::OBJECT(b NUMBER, a NUMBER)", '{"b":1,"a":2}'),
    ("{'k':{'a':[1]}}::OBJECT(k OBJECT(a ARRAY(INT)))", '{"k":{"a":[1]}}'),
    (_MAP, '{"a":1,"b":2,"c":3}'),
    ("[1]::ARRAY(NUMBER)::VARIANT", "[1]"),
    (f"({_MAP})::OBJECT", '{"a":1,"b":2,"c":3}'),
    (
        f"CAST({_CITY} AS OBJECT(name VARCHAR, region VARCHAR) RENAME FIELDS)",
        '{"name":"San Mateo","region":"CA"}',
    ),
    (
        f"CAST({_CITY} AS OBJECT(city VARCHAR, state VARCHAR, zip NUMBER) ADD FIELDS)",
        '{"city":"San Mateo","state":"CA","zip":null}',
    ),
    # what is in them has the type of its place
    ("[1, 2]::ARRAY(NUMBER)[1] + 1", 3),
    (f"({_CITY}):city", "San Mateo"),
    (f"({_CITY})['state']", "CA"),
    ("({'d':'2024-01-02'}::OBJECT(d DATE)):d", date(2024, 1, 2)),
    ("({'k':{'a':[1,2]}}::OBJECT(k OBJECT(a ARRAY(INT)))):k.a[1]", 2),
    (f"({_MAP})['b']", 2),
    (f"({_BY_NUMBER})[10]", "y"),
    ("({'m':{'1':'x'}}::OBJECT(m MAP(INT, VARCHAR))):m[1]", "x"),
    # types
    ("SYSTEM$TYPEOF([1]::ARRAY(NUMBER))", "ARRAY(NUMBER(38,0))[LOB]"),
    ("SYSTEM$TYPEOF([1]::ARRAY(NUMBER NOT NULL))", "ARRAY(NUMBER(38,0) NOT NULL)[LOB]"),
    ("SYSTEM$TYPEOF([1])", "ARRAY[LOB]"),
    ("SYSTEM$TYPEOF({'a':1})", "OBJECT[LOB]"),
    ("SYSTEM$TYPEOF(1::VARIANT)", "VARIANT[LOB]"),
    (f"SYSTEM$TYPEOF({_MAP})", "MAP(VARCHAR(16777216), NUMBER(38,0))[LOB]"),
    (
        "SYSTEM$TYPEOF({'s':'x','n':1}::OBJECT(s VARCHAR(3) NOT NULL, n NUMBER(5,2)))",
        "OBJECT(s VARCHAR(3) NOT NULL, n NUMBER(5,2))[LOB]",
    ),
    # functions on semi-structured values take them
    ("ARRAY_CONTAINS(10, [1, 10]::ARRAY(NUMBER))", True),
    ("ARRAY_SIZE([1, 10]::ARRAY(NUMBER))", 2),
    ("ARRAYS_OVERLAP([1, 2]::ARRAY(NUMBER), [2]::ARRAY(NUMBER))", True),
    (f"OBJECT_KEYS({_CITY})", '["city","state"]'),
    (f"{_CITY} = {_CITY}", True),
    ("TRANSFORM([1, 2], (x INT) -> x * 2)", "[2,4]"),
    # MAP
    ("MAP_CAT({'a':1}::MAP(VARCHAR, INT), {'a':3,'b':2}::MAP(VARCHAR, INT))", '{"a":3,"b":2}'),
    (f"MAP_CONTAINS_KEY('a', {_MAP})", True),
    (f"MAP_CONTAINS_KEY('x', {_MAP})", False),
    (f"MAP_CONTAINS_KEY(10, {_BY_NUMBER})", True),
    (f"MAP_DELETE({_MAP}, 'a', 'b', 'x')", '{"c":3}'),
    (f"MAP_INSERT({_MAP}, 'd', 4)", '{"a":1,"b":2,"c":3,"d":4}'),
    (f"MAP_INSERT({_MAP}, 'd', '4')", '{"a":1,"b":2,"c":3,"d":4}'),
    (f"MAP_INSERT({_MAP}, 'a', 4, TRUE)", '{"a":4,"b":2,"c":3}'),
    (f"MAP_INSERT({_MAP}, 'd', NULL)", '{"a":1,"b":2,"c":3,"d":null}'),
    (f"MAP_INSERT({_MAP}, NULL, 1)", '{"a":1,"b":2,"c":3}'),
    (f"MAP_KEYS({_MAP})", '["a","b","c"]'),
    (f"MAP_KEYS({_BY_NUMBER})", "[1,2,10]"),
    (f"MAP_PICK({_MAP}, 'a', 'x')", '{"a":1}'),
    (f"MAP_PICK({_MAP}, ['a', 'b'])", '{"a":1,"b":2}'),
    (f"MAP_SIZE({_MAP})", 3),
    ("MAP_SIZE(NULL::MAP(VARCHAR, INT))", None),
    ("MAP_ENTRIES({'a':1}::MAP(VARCHAR, INT))", '[{"key":"a","value":1}]'),
    (f"SYSTEM$TYPEOF(MAP_KEYS({_MAP}))", "ARRAY(VARCHAR(16777216))[LOB]"),
    # functions of ARRAY and OBJECT keep the type, or make another of it
    (
        "ARRAY_APPEND([1]::ARRAY(DOUBLE), '3')::VARIANT",
        "[1.000000000000000e+00,3.000000000000000e+00]",
    ),
    # what is less than what, behind a cast to a type with parts
    ("[1, 2]::ARRAY(INT) < [1, 3]::ARRAY(INT)", True),
    ("[1, 2]::ARRAY < [1, 3]::ARRAY AND 1 < 2", True),
    ("SYSTEM$TYPEOF(ARRAY_SLICE([1]::ARRAY(INT), 0, 1))", "ARRAY(NUMBER(38,0))[LOB]"),
    ("SYSTEM$TYPEOF(FILTER([1]::ARRAY(INT), x -> x > 0))", "ARRAY(NUMBER(38,0))[LOB]"),
    ("SYSTEM$TYPEOF(ARRAY_SLICE([1], 0, 1))", "ARRAY[LOB]"),
    ("SYSTEM$TYPEOF(ARRAY_AGG(1))", "ARRAY[LOB]"),
    ("SYSTEM$TYPEOF(OBJECT_AGG('a', 1))", "OBJECT[LOB]"),
    ("ARRAY_CAT([1]::ARRAY(INT NOT NULL), [5.5]::ARRAY(NUMBER(2, 1)))", "[1,5.5]"),
    (
        "SYSTEM$TYPEOF(ARRAY_CAT([1]::ARRAY(INT NOT NULL), [5.5]::ARRAY(NUMBER(2, 1))))",
        "ARRAY(NUMBER(38,1))[LOB]",
    ),
    ("ARRAY_EXCEPT([1, 2]::ARRAY(INT), [2]::ARRAY(DOUBLE))", "[1.000000000000000e+00]"),
    (f"OBJECT_DELETE({_CITY}, 'state')", '{"city":"San Mateo"}'),
    ("SYSTEM$TYPEOF(OBJECT_DELETE({'a':1}::OBJECT(a INT), 'a'))", "OBJECT()[LOB]"),
    ("OBJECT_PICK({'a':1,'b':2}::OBJECT(a INT, b INT), 'b', 'a')", '{"b":2,"a":1}'),
    (
        "SYSTEM$TYPEOF(OBJECT_PICK({'a':1,'b':2}::OBJECT(a INT, b DATE), 'b'))",
        "OBJECT(b DATE)[LOB]",
    ),
    (
        "SYSTEM$TYPEOF(OBJECT_INSERT({'a':1}::OBJECT(a INT), 'b', 2::FLOAT))",
        "OBJECT(a NUMBER(38,0), b FLOAT NOT NULL)[LOB]",
    ),
    ("OBJECT_INSERT({'a':'x'}::OBJECT(a VARCHAR), 'a', 5, TRUE)", '{"a":"5"}'),
]

ERRORS: list[tuple[str, type[SqlError]]] = [
    ("5::VARIANT::ARRAY(NUMBER)", InvalidText),
    ("['x']::ARRAY(NUMBER)", InvalidNumber),
    ("['abc']::ARRAY(VARCHAR(2))", StringTooLong),
    ("{'a':'abc'}::OBJECT(a VARCHAR(2))", StringTooLong),
    ("{'a':'abc'}::MAP(VARCHAR, VARCHAR(2))", StringTooLong),
    ("{'abc':'a'}::MAP(VARCHAR(2), VARCHAR)", StringTooLong),
    ("['x']::ARRAY(BINARY)", InvalidText),
    ("['x']::ARRAY(BOOLEAN)", InvalidText),
    ("{'a':'x'}::OBJECT(a OBJECT)", InvalidText),
    ("{'a':1,'b':2}::OBJECT(a NUMBER)", InvalidText),
    ("{'a':1}::OBJECT(a NUMBER, b NUMBER)", InvalidText),
    ("[1, NULL]::ARRAY(NUMBER NOT NULL)", NotNullViolation),
    ("{'a':PARSE_JSON('null')}::OBJECT(a NUMBER NOT NULL)", NotNullViolation),
    ("{'a':1}::MAP(FLOAT, NUMBER)", UnsupportedFeature),
    (f"({_CITY}):country", InvalidIdentifier),
    (f"CAST({_CITY} AS OBJECT(name VARCHAR) RENAME FIELDS)", InvalidArgumentTypes),
    ("CAST({'a':1} AS OBJECT(b NUMBER) RENAME FIELDS)", InvalidArgumentTypes),
    (f"MAP_INSERT({_MAP}, 'a', 4)", InvalidText),
    ("MAP_KEYS({'a':1})", InvalidArgumentTypes),
    (f"MAP_CAT({_MAP}, {_BY_NUMBER})", InvalidArgumentTypes),
    ("TRY_CAST('{}' AS MAP(VARCHAR, INT))", InvalidArgumentTypes),
    ("ARRAY_APPEND([1]::ARRAY(INT), 'x')", InvalidNumber),
    ("ARRAY_CAT([1]::ARRAY(INT), ['3'])", InvalidArgumentTypes),
    ("ARRAY_EXCEPT([1]::ARRAY(INT), ['2']::ARRAY(VARCHAR))", InvalidArgumentTypes),
    (f"OBJECT_DELETE({_CITY}, 'zip')", FieldMissing),
    (f"OBJECT_INSERT({_CITY}, 'zip', 1, TRUE)", FieldMissing),
    (f"OBJECT_INSERT({_CITY}, 'city', 'x')", FieldExists),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


@pytest.mark.parametrize(("expression", "error"), ERRORS)
def test_refused(snowflake: Snowflake, expression: str, error: type[SqlError]) -> None:
    with pytest.raises(error):
        snowflake.value(expression)


def test_a_name_that_reads_like_a_type(snowflake: Snowflake) -> None:
    """MAP and ARRAY are names, too, and NOT NULL is not always a type's."""
    assert snowflake.rows("WITH map (a) AS (SELECT 1) SELECT a FROM map WHERE a IS NOT NULL") == [
        (1,)
    ]


def test_an_alias_has_the_type_of_its_item(snowflake: Snowflake) -> None:
    sql = "SELECT [1]::ARRAY(INT) AS a, SYSTEM$TYPEOF(a), 1.5 AS n, SYSTEM$TYPEOF(n)"
    (row,) = snowflake.rows(sql)
    assert (row[1], row[3]) == ("ARRAY(NUMBER(38,0))[LOB]", "NUMBER(2,1)[SB1]")
