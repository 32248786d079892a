"""Numeric functions: expression, value."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    # ABS, SIGN
    ("ABS(-2.5)", Decimal("2.5")),
    ("ABS(NULL)", None),
    ("ABS('-3')", 3.0),
    ("SIGN(-2.5)", -1),
    ("SIGN(0)", 0),
    # ROUND: half away from zero; the scale may be negative
    ("ROUND(2.5)", Decimal("3")),
    ("ROUND(-2.5)", Decimal("-3")),
    ("ROUND(2.5::FLOAT)", 3.0),
    ("ROUND(135.135, 2)", Decimal("135.14")),
    ("ROUND(135.135, -2)", Decimal("100")),
    ("ROUND(5, -1)", 10),
    ("ROUND(NULL, 1)", None),
    ("ROUND(2.5, 0, 'HALF_TO_EVEN')", Decimal("2")),
    ("ROUND(-2.5, 0, 'HALF_TO_EVEN')", Decimal("-2")),
    ("ROUND(2.5, 0, 'HALF_AWAY_FROM_ZERO')", Decimal("3")),
    ("ROUND(2.45, 1, 'HALF_TO_EVEN')", Decimal("2.4")),
    ("ROUND(2.55, 1, 'HALF_TO_EVEN')", Decimal("2.6")),
    ("ROUND(2.451, 1, 'HALF_TO_EVEN')", Decimal("2.5")),
    ("ROUND(25, -1, 'HALF_TO_EVEN')", 20),
    ("ROUND(EXPR => -2.5, SCALE => 0)", Decimal("-3")),
    # TRUNC, CEIL, FLOOR with a scale
    ("TRUNC(-975.975)", Decimal("-975")),
    ("TRUNC(-975.975, -1)", Decimal("-970")),
    ("TRUNC(135.135, 1)", Decimal("135.1")),
    ("TRUNCATE(135.135)", Decimal("135")),
    ("CEIL(135.135)", Decimal("136")),
    ("CEIL(9007199254740993)", 9007199254740993),
    ("FLOOR(9007199254740993::NUMBER(38, 0) + 0)", 9007199254740993),
    ("(SELECT SUM(FLOOR(2.3, n) + CEIL(-2.3, n)) FROM VALUES (2) v(n))", 0),
    ("CEIL(-975.975)", Decimal("-975")),
    ("CEIL(135.135, 1)", Decimal("135.2")),
    ("CEIL(135.135, -2)", Decimal("200")),
    ("CEIL(-975.975, 1)", Decimal("-975.9")),
    ("FLOOR(135.135, 1)", Decimal("135.1")),
    ("FLOOR(-975.975, -1)", Decimal("-980")),
    ("FLOOR(2.7::FLOAT)", 2.0),
    # MOD takes the sign of the dividend
    ("MOD(3, 2)", 1),
    ("MOD(-7, 3)", -1),
    ("MOD(4.5, 1.2)", Decimal("0.9")),
    ("7 % 3", 1),
    ("MOD(NULL, 3)", None),
    # division: six digits more than the dividend has
    ("10 / 4", Decimal("2.500000")),
    ("1 / 3", Decimal("0.333333")),
    ("2 / 3", Decimal("0.666667")),
    ("1.25 / 3", Decimal("0.41666667")),
    ("1 / 3 / 3", Decimal("0.111111")),
    ("1::FLOAT / 4", 0.25),
    # exact in all digits, rounded half away from zero
    ("12345678901234567890.12 / 3", Decimal("4115226300411522630.04000000")),
    (
        "1234567890123456789012345678901::NUMBER / 7",
        Decimal("176366841446208112716049382700.142857"),
    ),
    ("-12345678901234567890.5 / 0.25", Decimal("-49382715604938271562.0000000")),
    ("1 / 128", Decimal("0.007813")),
    ("-1 / 128", Decimal("-0.007813")),
    ("10 / 3::NUMBER(38,20)", Decimal("3.333333")),
    ("999.99 / 0.0001", Decimal("9999900")),
    # a NUMBER(38,0) beside a number with a scale loses none of its digits
    ("COALESCE(NULL::NUMBER, 0.5)", Decimal("0.5")),
    ("IFF(TRUE, 1.25, 3::NUMBER)", Decimal("1.25")),
    ("GREATEST(1::NUMBER, 1.5)", Decimal("1.5")),
    ("NULL / 2", None),
    ("2 / NULL", None),
    ("'6' / 3", 2.0),
    ("DIV0(1, 2)", Decimal("0.500000")),
    ("DIV0(1, 0)", Decimal("0")),
    ("DIV0(1, NULL)", None),
    ("DIV0(NULL, 0)", None),
    ("DIV0NULL(1, NULL)", Decimal("0")),
    ("DIV0NULL(1, 0)", Decimal("0")),
    # powers and logarithms are FLOAT
    ("POWER(2, 10)", 1024.0),
    ("POW(2, -2)", 0.25),
    ("SQUARE(-2.0)", 4.0),
    ("SQRT(16)", 4.0),
    ("CBRT(27)", 3.0),
    ("EXP(0)", 1.0),
    # products of literals have 38 digits, with at most 12 (or a factor's own) after the point
    ("40 * 365.25 * 86400 * 1000 * 1000 * 1000 + 456789", Decimal("1262304000000456789")),
    ("99999999999.5 * 99999999.5 * -1.5", Decimal("-14999999924925000000.375")),
    ("LN(1)", 0.0),
    ("LOG(2, 8)", 3.0),
    ("LOG(10, 100)", 2.0),
    ("FACTORIAL(0)", 1),
    ("FACTORIAL(10)", 3628800),
    # trigonometry
    ("COS(0)", 1.0),
    ("SIN(0)", 0.0),
    ("ATAN2(0, 1)", 0.0),
    ("COT(0)", float("inf")),
    ("ROUND(PI(), 4)", 3.1416),
    ("DEGREES(PI())", 180.0),
    ("RADIANS(180) = PI()", True),
    ("ROUND(HAVERSINE(40.7127, -74.0059, 34.0500, -118.2500), 3)", 3936.385),
    # WIDTH_BUCKET: below, within, at the end
    ("WIDTH_BUCKET(-1, 0, 10, 5)", 0),
    ("WIDTH_BUCKET(0, 0, 10, 5)", 1),
    ("WIDTH_BUCKET(9.99, 0, 10, 5)", 5),
    ("WIDTH_BUCKET(10, 0, 10, 5)", 6),
    # 38 digits are kept
    ("12345678901234567890123456789012345678", 12345678901234567890123456789012345678),
    ("TRY_CAST('100000000000000000000000000000000000000' AS NUMBER)", None),
    ("1e3::VARCHAR", "1000"),
    ("'x' || 1.5e1", "x15"),
    ("0.1 + 0.2", Decimal("0.3")),
    ("1.50 * 2", Decimal("3.00")),
    ("ROUND(-975.975, -3)", Decimal(-1000)),
    ("ROUND(499.5, -3)", Decimal(0)),
    ("ROUND(975, -3)", 1000),
    ("FACTORIAL(33)", Decimal("8683317618811886495518194401280000000")),
    ("POWER(-8, 3)", -512.0),
    ("POWER('inf'::FLOAT, 2)", math.inf),
    ("WIDTH_BUCKET('7', 0, 10, 5)", 4),
    # whole numbers that are written out have no 32 bits
    ("100000 * 100000", 10_000_000_000),
    ("2147483647 + 1", 2_147_483_648),
    ("24 * 60 * 60 * 1000000", 86_400_000_000),
    ("100000 * -100000", -10_000_000_000),
    ("3000000000 * 4000000000", Decimal(12_000_000_000_000_000_000)),
    ("IFF(TRUE, 100000, 1) * 100000", 10_000_000_000),
    ("(SELECT a * a FROM VALUES (100000), (NULL) t(a) LIMIT 1)", 10_000_000_000),
    ("(WITH t AS (SELECT 100000 a) SELECT a * a FROM t)", 10_000_000_000),
    ("(SELECT a * a FROM (SELECT GREATEST(100000, 1) a))", 10_000_000_000),
    # a scale that is no constant
    ("(SELECT ROUND(1.005, n) FROM (SELECT 2 n))", Decimal("1.01")),
    ("(SELECT ROUND(135.135, n) FROM (SELECT -2 n))", Decimal("100")),
    ("(SELECT ROUND(99.5, n) FROM (SELECT 0 n))", Decimal("100")),
    ("(SELECT ROUND(1.5::FLOAT, n) FROM (SELECT 0 n))", 2.0),
    ("(SELECT ROUND(1234, n) FROM (SELECT -2 n))", 1200),
    ("(SELECT ROUND(1.5, n) FROM (SELECT NULL::INT n))", None),
    ("(SELECT TRUNC(-975.975, n) FROM (SELECT 1 n))", Decimal("-975.9")),
    ("(SELECT TRUNC(-975.975, n) FROM (SELECT -1 n))", Decimal("-970")),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


ERRORS: list[tuple[str, type[errors.SqlError], str]] = [
    ("1 / 0", errors.DivisionByZero, "100051"),
    ("1.5::FLOAT / 0", errors.DivisionByZero, "100051"),
    ("MOD(1, 0)", errors.DivisionByZero, "100051"),
    ("5 % 0", errors.DivisionByZero, "100051"),
    ("ABS('x')", errors.InvalidNumber, "100038"),
    ("FACTORIAL(34)", errors.NumberOutOfRange, "100132"),
    ("100000000000000000000000000000000000000::NUMBER", errors.NumberOutOfRange, "100132"),
    ("'-100000000000000000000000000000000000000'::NUMBER", errors.NumberOutOfRange, "100132"),
    ("('1' || REPEAT('0', 38))::NUMBER", errors.NumberOutOfRange, "100132"),
    ("1::NUMBER(39, 1)", errors.InvalidParameter, "001006"),
    ("MOD(1)", errors.WrongArguments, "000938"),
    ("MOD(1, 2, 3)", errors.WrongArguments, "000938"),
    ("ROUND(1.5, 0, 'UP')", errors.InvalidParameter, "001006"),
    ("POWER(-8, 0.5)", errors.NumberOutOfRange, "100132"),
    ("EXP(1000)", errors.NumberOutOfRange, "100132"),
    ("SINH(1000)", errors.NumberOutOfRange, "100132"),
    ("COSH(-1000)", errors.NumberOutOfRange, "100132"),
    ("ACOSH(0.5)", errors.NumberOutOfRange, "100132"),
    ("ATANH(1)", errors.NumberOutOfRange, "100132"),
    ("ACOS(2)", errors.NumberOutOfRange, "100132"),
    ("LN(0)", errors.NumberOutOfRange, "100132"),
    ("WIDTH_BUCKET(5, 10, 0, 4)", errors.InvalidParameter, "001006"),
    ("WIDTH_BUCKET(5, 0, 10, 0)", errors.InvalidParameter, "001006"),
]


@pytest.mark.parametrize(("expression", "kind", "number"), ERRORS)
def test_error(
    snowflake: Snowflake, expression: str, kind: type[errors.SqlError], number: str
) -> None:
    with pytest.raises(kind) as caught:
        snowflake.value(expression)
    assert caught.value.number == number
