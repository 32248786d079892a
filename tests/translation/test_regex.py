"""Regular expressions: expression, value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    # the whole text must match
    ("REGEXP_LIKE('San Francisco', 'San.*')", True),
    ("REGEXP_LIKE('San Francisco', 'Fran')", False),
    ("REGEXP_LIKE('San Francisco', 'san.*', 'i')", True),
    ("REGEXP_LIKE('San Francisco', 'san.*', 'ic')", False),
    ("REGEXP_LIKE(NULL, 'a')", None),
    ("'abc' RLIKE 'a.c'", True),
    ("'abc' NOT RLIKE 'a'", True),
    ("'abc' REGEXP 'ab'", False),
    ("RLIKE('800-456-7891', $$[2-9]\\d{2}-\\d{3}-\\d{4}$$)", True),
    ("REGEXP_LIKE('a\\nb', 'a.b')", False),
    ("REGEXP_LIKE('a\\nb', 'a.b', 's')", True),
    # counting
    ("REGEXP_COUNT('It was the best of times, it was the worst of times', '\\\\bwas\\\\b', 1)", 2),
    ("REGEXP_COUNT('aXbx', 'x', 1, 'i')", 2),
    ("REGEXP_COUNT('aXbx', 'x', 4)", 1),
    ("REGEXP_COUNT('abc', '')", 0),
    ("REGEXP_COUNT('abc', NULL)", None),
    # extracting
    ("REGEXP_SUBSTR('ab12cd34', '[0-9]+')", "12"),
    ("REGEXP_SUBSTR('ab12cd34', '[0-9]+', 1, 2)", "34"),
    ("REGEXP_SUBSTR('ab12cd34', '[0-9]+', 5)", "34"),
    ("REGEXP_SUBSTR('ab12', 'x')", None),
    ("REGEXP_SUBSTR('key=val', '(\\\\w+)=(\\\\w+)', 1, 1, 'e')", "key"),
    ("REGEXP_SUBSTR('key=val', '(\\\\w+)=(\\\\w+)', 1, 1, 'e', 2)", "val"),
    ("REGEXP_SUBSTR('key=val', 'KEY', 1, 1, 'i')", "key"),
    # finding
    ("REGEXP_INSTR('nevermore1, nevermore2', 'nevermore\\\\d')", 1),
    ("REGEXP_INSTR('nevermore1, nevermore2', 'nevermore\\\\d', 5)", 13),
    ("REGEXP_INSTR('nevermore1, nevermore2', 'nevermore\\\\d', 1, 2)", 13),
    ("REGEXP_INSTR('nevermore1, nevermore2', 'nevermore\\\\d', 1, 1, 1)", 11),
    ("REGEXP_INSTR('nevermore1', 'x')", 0),
    ("REGEXP_INSTR(NULL, 'x')", None),
    # replacing
    ("REGEXP_REPLACE('Customers - (NY)', '\\\\(|\\\\)', '')", "Customers - NY"),
    ("REGEXP_REPLACE('a b c', ' ')", "abc"),
    (
        "REGEXP_REPLACE('firstname middlename lastname', '(.*) (.*) (.*)', '\\\\3, \\\\1 \\\\2')",
        "lastname, firstname middlename",
    ),
    ("REGEXP_REPLACE('a1b2c3', '[0-9]', '#', 1, 2)", "a1b#c3"),
    ("REGEXP_REPLACE('a1b2c3', '[0-9]', '#', 3)", "a1b#c#"),
    ("REGEXP_REPLACE('a1b2c3', '([a-z])([0-9])', '\\\\2\\\\1', 1, 3)", "a1b23c"),
    ("REGEXP_REPLACE('a1b2', '[0-9]', '#', 1, 5)", "a1b2"),
    ("REGEXP_REPLACE('AbA', 'a', 'x', 1, 0, 'i')", "xbx"),
    # LIKE and its kin
    ("'abc' LIKE 'a%'", True),
    ("'abc' LIKE '_b_'", True),
    ("'a\\nc' LIKE 'a%c'", True),
    ("'ABC' ILIKE 'a%'", True),
    ("'a%c' LIKE 'a^%c' ESCAPE '^'", True),
    ("'abc' LIKE 'a^%c' ESCAPE '^'", False),
    ("'abc' LIKE ANY ('x%', 'a%')", True),
    ("'abc' LIKE ANY ('x%')", False),
    ("'abc' LIKE ALL ('a%', '%c')", True),
    ("'abc' LIKE ALL ('a%', '%x')", False),
    ("'ABC' ILIKE ANY ('x%', 'a%')", True),
    ("'abc' NOT LIKE ANY ('x%', 'y%')", True),
    ("'a_c' LIKE ANY ('a^_c', 'x') ESCAPE '^'", True),
    ("'abc' LIKE ANY ('a^_c', 'x') ESCAPE '^'", False),
    ("LIKE('abc', 'a%')", True),
    ("123 LIKE '1%'", True),
    ("NULL LIKE 'a'", None),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


def test_all_matches_are_an_array(snowflake: Snowflake) -> None:
    found = snowflake.value("REGEXP_SUBSTR_ALL('a1_a2_a3', 'a([0-9])', 1, 2, 'e', 1)")
    assert json.loads(found) == ["2", "3"]


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("REGEXP_LIKE('a', 'a', 'q')", errors.InvalidParameter),
    ("REGEXP_SUBSTR('a', 'a', 0)", errors.InvalidParameter),
    ("REGEXP_INSTR('a', 'a', 1, 1, 0, 'e', 1)", errors.UnsupportedFeature),
    ("REGEXP_COUNT('a')", errors.WrongArguments),
]


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)
