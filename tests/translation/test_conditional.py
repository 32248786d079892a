"""Conditional functions: expression, value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    ("IFF(1 > 2, 'yes', 'no')", "no"),
    ("IFF(NULL, 'yes', 'no')", "no"),
    ("NVL(NULL, 2)", 2),
    ("IFNULL('a', 'b')", "a"),
    ("NVL2(NULL, 'there', 'not')", "not"),
    ("NVL2(0, 'there', 'not')", "there"),
    ("COALESCE(NULL, NULL, 3)", 3),
    ("COALESCE(NULL, NULL)", None),
    ("ZEROIFNULL(NULL)", 0),
    ("ZEROIFNULL(3.14)", Decimal("3.14")),
    ("NULLIFZERO(0)", None),
    ("NULLIFZERO(3)", 3),
    ("NULLIF(1, 1)", None),
    ("NULLIF(1, 2)", 1),
    ("DECODE(2, 1, 'one', 2, 'two', 'other')", "two"),
    ("DECODE(9, 1, 'one', 2, 'two', 'other')", "other"),
    ("DECODE(9, 1, 'one')", None),
    ("DECODE(NULL, NULL, 'null', 'other')", "null"),
    ("EQUAL_NULL(NULL, NULL)", True),
    ("EQUAL_NULL(1, NULL)", False),
    ("NULL IS NOT DISTINCT FROM NULL", True),
    ("1 IS DISTINCT FROM NULL", True),
    # NULL if any is NULL, unless asked otherwise
    ("GREATEST(1, 3, 2)", 3),
    ("GREATEST(1, NULL, 2)", None),
    ("LEAST('b', 'a')", "a"),
    ("LEAST(1, NULL)", None),
    ("GREATEST_IGNORE_NULLS(1, NULL, 2)", 2),
    ("LEAST_IGNORE_NULLS(NULL, 2, 3)", 2),
    ("GREATEST_IGNORE_NULLS(NULL, NULL)", None),
    # numbers as truth values
    ("BOOLAND(1, -2)", True),
    ("BOOLAND(0, 2)", False),
    ("BOOLAND(0, NULL)", False),
    ("BOOLAND(1, NULL)", None),
    ("BOOLOR(0, 2)", True),
    ("BOOLOR(0, NULL)", None),
    ("BOOLXOR(2, 3)", False),
    ("BOOLXOR(2, 0)", True),
    ("BOOLNOT(0)", True),
    ("BOOLNOT(10)", False),
    ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
    ("CASE WHEN FALSE THEN 1 END", None),
    # a VARIANT beside a text makes a VARIANT of it
    ("NVL(PARSE_JSON('{}'):a, 'none')", '"none"'),
    ("NVL(PARSE_JSON('{}'):a, 'none') = 'none'", True),
    ("UPPER(NVL(PARSE_JSON('{}'):a, 'none'))", "NONE"),
    ("NVL(PARSE_JSON('{}'):a, 5) + 1", 6.0),
    ("IFF(TRUE, 'y', PARSE_JSON('{}'):a)", '"y"'),
    ("NVL2(PARSE_JSON('{}'):a, PARSE_JSON('{}'):a, 'q')", '"q"'),
    ("DECODE(1, 2, PARSE_JSON('{}'):a, 'z')", '"z"'),
    ("CASE WHEN FALSE THEN PARSE_JSON('1') ELSE 'w' END", '"w"'),
    ("GREATEST(PARSE_JSON('\"a\"'), 'b')", '"b"'),
    ("NULLIF(PARSE_JSON('{\"a\":\"x\"}'):a, 'x')", None),
    ("NULLIF(PARSE_JSON('{\"a\":\"x\"}'):a, 'y')", '"x"'),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


@pytest.mark.parametrize("expression", ["IFF(TRUE, 1)", "NVL(1)", "NVL2(1, 2)", "GREATEST()"])
def test_arguments_are_counted(snowflake: Snowflake, expression: str) -> None:
    with pytest.raises(errors.WrongArguments):
        snowflake.value(expression)
