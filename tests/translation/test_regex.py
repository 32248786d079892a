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
    # .. with so many wildcards that it is matched as a regular expression
    ("'a.c\\ne' LIKE '%a%._%e%'", True),
    ("'abc' LIKE '%a%._%'", False),
    ("'ABcD' ILIKE '%a%C%d'", True),
    ("'a%c_e' LIKE '%a^%c^_%_%' ESCAPE '^'", True),
    ("'abcde' LIKE '%a^%c%_%' ESCAPE '^'", False),
    ("'AxB' ILIKE '%axxb%%_%%_%' ESCAPE 'x'", False),
    ("'abcde' LIKE ANY ('x', '%a%c_%e')", True),
    ("'abcde' NOT LIKE '%a%c_%e'", False),
    ("NULL LIKE '%a%c_%e'", None),
    ("REPEAT('a', 10000) LIKE '%a%a%a%a%a%a_%b'", False),
    ("REPEAT('a', 10000) ILIKE ANY ('%a%a%a%a%a%a_%b')", False),
    ("LIKE('abc', 'a%')", True),
    ("123 LIKE '1%'", True),
    ("NULL LIKE 'a'", None),
    ("REGEXP_INSTR('say key=value', 'key=(\\\\w+)', 1, 1, 0, 'e')", 9),
    ("REGEXP_INSTR('say key=value', 'key=(\\\\w+)', 1, 1, 1, 'e')", 14),
    ("REGEXP_INSTR('a1 é2 c3', '([a-zé])(\\\\d)', 1, 2, 0, 'e', 2)", 5),
    ("REGEXP_INSTR('a1b2', '([a-z])(\\\\d)', 2, 1, 0, 'e', 2)", 4),
    ("REGEXP_INSTR('a1', '(b)?a', 1, 1, 0, 'e', 1)", 0),
    ("REGEXP_INSTR('a1', '(a)', 1, 1, 0, 'e', 2)", 0),
    ("REGEXP_SUBSTR('ab', 'b', 1, 1, 'e')", "b"),
    ("REGEXP_SUBSTR('ab', '(a)(b)', 1, 1, 'e', 3)", None),
    ("REGEXP_SUBSTR('a(b', '[(]b', 1, 1, 'e')", "(b"),
    ("REGEXP_LIKE('a', 'a', NULL)", None),
    ("REGEXP_REPLACE('a-a-a', 'A', 'b', 1, 2 + 0, 'i')", "a-b-a"),
    ("REGEXP_REPLACE('a-a', 'a', 'b', 1, 3 + 0)", "a-a"),
    ("REGEXP_REPLACE('a1-a2', '(a)(.)', CONCAT('\\\\2', '\\\\1'), 1, 2)", "a1-2a"),
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
    ("REGEXP_SUBSTR('a', 'a', 1, 0)", errors.InvalidParameter),
    ("REGEXP_LIKE('a', '(')", errors.InvalidRegularExpression),
    ("REGEXP_LIKE('a', '(?=a)a')", errors.InvalidRegularExpression),
    ("REGEXP_INSTR('a', '(a', 1, 1, 0, 'e', 1)", errors.InvalidRegularExpression),
    ("REGEXP_COUNT('a')", errors.WrongArguments),
]


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)


def test_groups_and_occurrences_may_be_columns(snowflake: Snowflake) -> None:
    sql = """SELECT REGEXP_SUBSTR('a1', P, 1, 1, 'e', N), REGEXP_INSTR('a1', P, 1, 1, 0, 'e', N),
                    REGEXP_REPLACE('a1a1', P, '', 1, N)
             FROM VALUES ('(a)(1)', 1), ('(a)(1)', 2), ('a', 1) T(P, N)"""
    assert snowflake.rows(sql) == [("a", 1, "a1"), ("1", 2, "a1"), (None, 0, "1a1")]


#: Parameters, the letters of a column; what REGEXP_LIKE, _COUNT, _SUBSTR, _REPLACE and _INSTR answer.
OPEN: list[tuple[str | None, tuple[Any, ...]]] = [
    ("", (False, 2, "ab", "zb", 3)),
    ("c", (False, 2, "ab", "zb", 3)),
    ("i", (True, 3, "Ab", "zb", 1)),
    ("ic", (False, 2, "ab", "zb", 3)),
    ("ci", (True, 3, "Ab", "zb", 1)),
    ("e", (False, 2, "a", "zb", 3)),
    ("ie", (True, 3, "A", "zb", 1)),
    (None, (None, None, None, None, None)),
]


@pytest.mark.parametrize(("letters", "answers"), OPEN)
def test_parameters_that_are_columns(
    snowflake: Snowflake, letters: str | None, answers: tuple[Any, ...]
) -> None:
    given = "NULL::VARCHAR" if letters is None else f"'{letters}'"
    calls = (
        "REGEXP_LIKE('ABC', 'abc', p), REGEXP_COUNT('aAa', 'a', 1, p),"
        " REGEXP_SUBSTR('Abab', '(a)b', 1, 1, p), REGEXP_REPLACE('ab', 'a', 'z', 1, 0, p),"
        " REGEXP_INSTR('Abab', '(a)b', 1, 1, 0, p)"
    )
    assert snowflake.rows(f"SELECT {calls} FROM (SELECT {given} AS p)") == [answers]


def test_parameters_that_are_none(snowflake: Snowflake) -> None:
    with pytest.raises(errors.InvalidParameter, match="regular expression parameter 'x'"):
        snowflake.rows("SELECT REGEXP_LIKE('a', 'a', p) FROM (SELECT 'x' AS p)")
