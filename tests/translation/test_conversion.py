"""Casts and conversion functions: expression, value. The session's time zone is Los Angeles."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    # to text
    ("1.50::VARCHAR", "1.50"),
    ("(1.0 + 0.5)::VARCHAR", "1.5"),
    ("1::FLOAT::VARCHAR", "1"),
    ("0.1::FLOAT::VARCHAR", "0.1"),
    ("1e20::FLOAT::VARCHAR", "1e+20"),
    ("TRUE::VARCHAR", "true"),
    ("NULL::VARCHAR", None),
    ("DATE '2024-05-09'::VARCHAR", "2024-05-09"),
    ("TIME '10:11:12'::VARCHAR", "10:11:12"),
    ("TIMESTAMP '2024-05-09 10:11:12.5'::VARCHAR", "2024-05-09 10:11:12.500"),
    ("'2024-05-09 10:11:12 -0700'::TIMESTAMP_TZ::VARCHAR", "2024-05-09 10:11:12.000 -0700"),
    ("X'A1B2'::VARCHAR", "A1B2"),
    ("'abc'::VARCHAR(3)", "abc"),
    ("TO_VARCHAR(12345678901234567890123456789.12)", "12345678901234567890123456789.12"),
    ("PARSE_JSON('\"a b\"')::VARCHAR", "a b"),
    ("PARSE_JSON('12')::VARCHAR", "12"),
    ("PARSE_JSON('null')::VARCHAR", None),
    # to numbers: half away from zero
    ("'12'::INT", 12),
    ("' 12 '::INT", 12),
    ("'12.5'::INT", 13),
    ("2.5::INT", 3),
    ("-2.5::INT", -3),
    ("2.5::FLOAT::INT", 3),
    ("TRUE::INT", 1),
    ("'9.8765'::NUMBER(5,2)", Decimal("9.88")),
    ("1.005::NUMBER(10,2)", Decimal("1.01")),
    ("'1e3'::NUMBER", Decimal("1000")),
    ("12.7::NUMBER", Decimal("13")),
    ("'1.5'::FLOAT", 1.5),
    ("'NaN'::FLOAT::VARCHAR", "NaN"),
    ("NULL::INT", None),
    ("PARSE_JSON('\"42\"')::INT", 42),
    ("PARSE_JSON('42.6')::INT", 43),
    ("PARSE_JSON('null')::INT", None),
    ("TO_NUMBER('12.3456')", Decimal("12")),
    ("TO_NUMBER('98.76546', 10, 1)", Decimal("98.8")),
    ("TO_DECIMAL('12.3456', 10, 3)", Decimal("12.346")),
    ("TO_NUMERIC('9,999.99', '9,999.99', 6, 2)", Decimal("9999.99")),
    ("TO_DECIMAL('$3,741.72', '$9,999.99', 6, 2)", Decimal("3741.72")),
    ("TO_DECIMAL('- 0.1', '99.9', 9, 5)", Decimal("-0.10000")),
    ("TO_DECIMAL('-12.3', 'TM9', 9, 5)", Decimal("-12.30000")),
    ("TO_NUMBER('ae5', 'XXX')", Decimal("2789")),
    ("TO_NUMBER(TRUE)", Decimal("1")),
    ("TRY_TO_NUMBER('12')", Decimal("12")),
    ("TRY_TO_NUMBER('x')", None),
    ("TRY_TO_NUMBER('345.123', 4, 2)", None),
    ("TRY_TO_DECIMAL('$7,543.21', '$9,999.00', 6, 2)", Decimal("7543.21")),
    ("TRY_TO_DECIMAL('7543', '99')", None),
    ("TO_DOUBLE('1.1')", 1.1),
    ("TRY_TO_DOUBLE('x')", None),
    ("TRY_CAST('x' AS INT)", None),
    ("TRY_CAST('12.6' AS NUMBER(10,1))", Decimal("12.6")),
    # to BOOLEAN
    *((f"TO_BOOLEAN('{word}')", True) for word in ("true", "T", "yes", "Y", "on", "1")),
    *((f"'{word}'::BOOLEAN", False) for word in ("false", "F", "no", "N", "OFF", "0")),
    ("1::BOOLEAN", True),
    ("0::BOOLEAN", False),
    ("0.5::BOOLEAN", True),
    ("NULL::BOOLEAN", None),
    ("TRY_TO_BOOLEAN('maybe')", None),
    ("TRY_CAST('x' AS BOOLEAN)", None),
    ("PARSE_JSON('true')::BOOLEAN", True),
    # to DATE, by AUTO detection or a format
    ("'2024-05-09'::DATE", date(2024, 5, 9)),
    ("'2024-5-9'::DATE", date(2024, 5, 9)),
    ("'05/09/2024'::DATE", date(2024, 5, 9)),
    ("'09-May-2024'::DATE", date(2024, 5, 9)),
    ("'03-April-2024'::DATE", date(2024, 4, 3)),
    ("'2024-05-09 23:59:59'::DATE", date(2024, 5, 9)),
    ("'31536000'::DATE", date(1971, 1, 1)),
    ("TIMESTAMP '2024-05-09 23:59:59'::DATE", date(2024, 5, 9)),
    ("TO_DATE('2024.05.09', 'YYYY.MM.DD')", date(2024, 5, 9)),
    ("TO_DATE('9 Feb 2024', 'DD MON YYYY')", date(2024, 2, 9)),
    ("DATE('2024-05-09')", date(2024, 5, 9)),
    ("TRY_TO_DATE('2024-02-30')", None),
    ("TRY_TO_DATE('05/2024', 'MM/DD/YYYY')", None),
    ("TO_DATE('31.12.69', 'DD.MM.YY')", date(2069, 12, 31)),
    ("TRY_TO_DATE('01.01.70', 'DD.MM.YY')", date(1970, 1, 1)),
    ("TO_DATE('1969', 'YYYY')", date(1969, 1, 1)),
    ("YEAR(TO_TIMESTAMP_TZ('69-05-01 +0200', 'YY-MM-DD TZHTZM'))", 2069),
    ("TRY_CAST('05/16' AS TIMESTAMP)", None),
    ("TO_DATE(NULL)", None),
    ("PARSE_JSON('\"2024-05-09\"')::DATE", date(2024, 5, 9)),
    # to TIME
    ("'10:11:12'::TIME", time(10, 11, 12)),
    ("'10:11'::TIME", time(10, 11)),
    ("'01:02:03.5 PM'::TIME", time(13, 2, 3, 500000)),
    ("TIMESTAMP '2024-05-09 10:11:12'::TIME", time(10, 11, 12)),
    ("TO_TIME('11.15.00', 'HH24.MI.SS')", time(11, 15)),
    ("TRY_TO_TIME('x')", None),
    ("'10:11:12.987'::TIME(0)", time(10, 11, 12)),
    # to TIMESTAMP: NTZ keeps the clock and drops the offset
    ("'2024-05-09T08:50:57.891-07:00'::TIMESTAMP", datetime(2024, 5, 9, 8, 50, 57, 891000)),
    ("'2024-05-09 08:50:57 -0700'::TIMESTAMP_NTZ", datetime(2024, 5, 9, 8, 50, 57)),
    ("'2024-05-09'::TIMESTAMP", datetime(2024, 5, 9)),
    ("'05-Mar-2016'::TIMESTAMP", datetime(2016, 3, 5)),
    ("'Thu, 21 Dec 2000 04:01:07 PM'::TIMESTAMP", datetime(2000, 12, 21, 16, 1, 7)),
    ("DATE '2024-05-09'::TIMESTAMP", datetime(2024, 5, 9)),
    ("'2024-05-09 08:50:57.891'::TIMESTAMP(0)", datetime(2024, 5, 9, 8, 50, 57)),
    ("TO_TIMESTAMP('2024-05-09 08:50', 'YYYY-MM-DD HH24:MI')", datetime(2024, 5, 9, 8, 50)),
    ("TO_TIMESTAMP('2024-05-09 08:50:57.123456789', 'YYYY-MM-DD HH24:MI:SS.FF')", datetime(2024, 5, 9, 8, 50, 57, 123456)),
    ("TO_TIMESTAMP_NTZ('2024-05-09 08:50 +0200', 'YYYY-MM-DD HH24:MI TZHTZM')", datetime(2024, 5, 9, 8, 50)),
    ("TO_TIMESTAMP('05/09/24 08:50 PM', 'MM/DD/YY HH12:MI AM')", datetime(2024, 5, 9, 20, 50)),
    ("TO_TIMESTAMP(31536000)", datetime(1971, 1, 1)),
    ("TO_TIMESTAMP(31536000123, 3)", datetime(1971, 1, 1, 0, 0, 0, 123000)),
    ("TO_TIMESTAMP(1000000000, 9)", datetime(1970, 1, 1, 0, 0, 1)),
    ("TO_TIMESTAMP('31536000000')", datetime(1971, 1, 1)),
    ("TO_TIMESTAMP_NTZ(40 * 365.25 * 86400)", datetime(2010, 1, 1)),
    ("TRY_TO_TIMESTAMP('x')", None),
    ("TO_TIMESTAMP_TZ('2024-04-05 01:02:03') = '2024-04-05 08:02:03 Z'::TIMESTAMP_TZ", True),
    ("TO_TIMESTAMP_LTZ('2024-04-05 01:02:03 +0000')::TIMESTAMP_NTZ", datetime(2024, 4, 4, 18, 2, 3)),
    # by format, to text
    ("TO_VARCHAR(DATE '2024-04-05', 'mon dd, yyyy')", "Apr 05, 2024"),
    ("TO_CHAR(DATE '2024-04-05', 'DY YY-MM-DD')", "Fri 24-04-05"),
    ("TO_CHAR(DATE '2024-04-05', 'MMMM')", "April"),
    ("TO_CHAR(TIMESTAMP '2024-04-05 13:02:03.456', 'HH12:MI:SS.FF1 AM')", "01:02:03.4 PM"),
    ("TO_CHAR(TIMESTAMP '2024-04-05 13:02:03.456', 'HH24:MI:SS.FF9')", "13:02:03.456000000"),
    ("TO_CHAR(TIMESTAMP '2024-04-05 13:02:03.456', 'SS.FF9')", "03.456000000"),
    ("TO_CHAR(TIMESTAMP '2024-04-05 13:02:03.456', 'FF9')", "456000000"),
    ("TO_CHAR(DATE '2024-04-05', 'MM_DD 0')", "04_05 0"),
    ("TO_CHAR(TIMESTAMP '2024-04-05 13:02:03', 'YYYY-MM-DD\"T\"HH24:MI:SS')", "2024-04-05T13:02:03"),
    ("TO_CHAR('2024-04-05 01:02:03 -0700'::TIMESTAMP_TZ, 'HH24:MI TZH:TZM')", "01:02 -07:00"),
    ("TO_CHAR('2024-04-05 01:02:03 -0700'::TIMESTAMP_TZ, 'HH24:MI TZHTZM')", "01:02 -0700"),
    ("TO_CHAR(TIME '10:11:12', 'HH24:MI')", "10:11"),
    ("TO_CHAR(NULL, 'YYYY')", None),
    ("TO_CHAR(12.3, '99.90')", " 12.30"),
    ("TO_CHAR(-12.3, '99.90')", "-12.30"),
    ("TO_CHAR(1234567.8, '9,999,999.00')", " 1,234,567.80"),
    ("TO_CHAR(1234.5, 'FM9,999.00')", "1,234.50"),
    ("TO_CHAR(5, '000')", " 005"),
    ("TO_CHAR(12345, '999')", " ###"),
    ("TO_CHAR(12, 'S0999')", "+0012"),
    ("TO_VARCHAR(-123.45, '999.99MI')", "123.45-"),
    ("TO_CHAR(1234, '$9,999')", " $1,234"),
    ("TO_CHAR(255, 'XX')", "FF"),
    ("TO_CHAR(-12.391, 'TME')", "-1.2391E1"),
    ("TO_CHAR(1.111, 'TM9')", "1.111"),
    ("TO_CHAR(7, '\">\"99\"<\"')", ">  7<"),
    # BINARY
    ("TO_BINARY('534E4F57')", b"SNOW"),
    ("TO_BINARY('SNOW', 'UTF-8')", b"SNOW"),
    ("TO_BINARY('U05PVw==', 'BASE64')", b"SNOW"),
    ("TRY_TO_BINARY('zz')", None),
    ("TO_VARCHAR(X'534E4F57', 'UTF-8')", "SNOW"),
    ("TO_VARCHAR(X'534E4F57', 'BASE64')", "U05PVw=="),
    ("'4142'::BINARY", b"AB"),
    ("TO_CHAR(-12, 'FM999')", "-12"),
    ("TO_CHAR(12, 'FMS999')", "+12"),
    ("TO_CHAR(-12, 'FM999MI')", "12-"),
    ("TO_CHAR(12345678901234567890, '99999999999999999999')", " 12345678901234567890"),
    ("TO_CHAR(0.123456789012345678, 'FM0.999999999999999999')", "0.123456789012345678"),
    ("TO_CHAR(4321, '$99.0')", " $##.#"),
    ("TO_CHAR(1.5, '9.999')", " 1.500"),
    ("TO_CHAR(-0.2, '9')", " 0"),
    ("TO_CHAR(1200, 'TME')", "1.2E3"),
    ("TO_CHAR(-2, '0XXX')", "FFFE"),
    ("TO_CHAR(-2, 'S0XXX')", "-0002"),
    ("TO_CHAR(4096, 'XX')", "##"),
    ("SYSTEM$TYPEOF(12.50)", "NUMBER(4,2)[SB2]"),
    ("SYSTEM$TYPEOF(-7)", "NUMBER(1,0)[SB1]"),
    ("SYSTEM$TYPEOF('seven')", "VARCHAR(5)[LOB]"),
    ("SYSTEM$TYPEOF(NULL)", "NULL[LOB]"),
    ("SYSTEM$TYPEOF(7::NUMBER(12, 3))", "NUMBER(12,3)[SB8]"),
    ("SYSTEM$TYPEOF('2024-02-03'::DATE)", "DATE[SB4]"),
    ("SYSTEM$TYPEOF(1 > 2)", "BOOLEAN[SB1]"),
    ("-'5.5'", -5.5),
    ("TRY_CAST(NULL AS INT)", None),
    ("TRY_CAST(NULL::VARCHAR AS INT)", None),
    ("'10:11:12.5'::TIME::VARCHAR", "10:11:12"),
    ("1e15::FLOAT::VARCHAR", "1000000000000000"),
    ("TRY_CAST('1e400' AS FLOAT)", None),
    ("TRY_TO_DOUBLE('1e400')", None),
    ("'-inf'::FLOAT", float("-inf")),
    # signs that stand for themselves
    ("TO_CHAR(5, '(9)')", "( 5)"),
    ("TO_CHAR(12, '=99:')", "= 12:"),
    # a truth in a VARIANT is a number, a text is not
    ("TO_NUMBER(PARSE_JSON('true'))", 1),
    ("TO_DOUBLE(PARSE_JSON('false'))", 0.0),
    ("PARSE_JSON('{\"a\":true}'):a::INT", 1),
    # digits beyond the last one that is kept are cut off
    ("TO_TIMESTAMP_NTZ(1262304000000456789, 9)", datetime(2010, 1, 1, 0, 0, 0, 456)),
    ("TO_TIMESTAMP_NTZ(40 * 365.25 * 86400 * 1000 * 1000 * 1000 + 456789, 9)", datetime(2010, 1, 1, 0, 0, 0, 456)),
    ("TO_TIMESTAMP_NTZ(-1.5, 0)", datetime(1969, 12, 31, 23, 59, 58, 500000)),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


TYPES: list[tuple[str, str]] = [
    ("'1'::NUMBER(10,2)", "DECIMAL(10,2)"),
    ("'1'::NUMBER", "HUGEINT"),
    ("1::FLOAT", "DOUBLE"),
    ("TO_NUMBER('1')", "HUGEINT"),
    ("'2024-01-01'::DATE", "DATE"),
    ("'2024-01-01'::TIMESTAMP", "TIMESTAMP"),
    ("'2024-01-01'::TIMESTAMP_LTZ", "TIMESTAMP WITH TIME ZONE"),
    ("NULL::VARCHAR", "VARCHAR"),
    ("NULL::DATE", "DATE"),
    ("DATEADD(day, 1, '2024-01-01'::DATE)", "DATE"),
    # max(s, min(s + 6, 12)) digits after the point for a dividend of s
    ("1 / 3", "DECIMAL(38,6)"),
    ("1.25 / 3", "DECIMAL(38,8)"),
    ("1.123456789 / 3", "DECIMAL(38,12)"),
    ("1.12345678901234 / 3", "DECIMAL(38,14)"),
    ("1 / 3 / 3", "DECIMAL(38,12)"),
    ("1 / 3::FLOAT", "DOUBLE"),
    ("AVG(x) FROM (SELECT 1.25 AS x)", "DECIMAL(38,8)"),
    ("DIV0(1.25, 3)", "DECIMAL(38,8)"),
]


@pytest.mark.parametrize(("expression", "kind"), TYPES)
def test_type(snowflake: Snowflake, expression: str, kind: str) -> None:
    assert snowflake.types(expression) == [kind]


ERRORS: list[tuple[str, type[errors.SqlError], str]] = [
    ("'abc'::INT", errors.InvalidNumber, "100038"),
    ("''::INT", errors.InvalidNumber, "100038"),
    ("TO_NUMBER('$1')", errors.InvalidNumber, "100038"),
    ("TO_NUMBER(PARSE_JSON('\"true\"'))", errors.InvalidNumber, "100038"),
    ("TO_NUMBER('ae5', 'XX')", errors.InvalidNumber, "100038"),
    ("'abc'::VARCHAR(2)", errors.StringTooLong, "100078"),
    ("'abc'::CHAR", errors.StringTooLong, "100078"),
    ("X'A1B2'::BINARY(1)", errors.StringTooLong, "100078"),
    ("'perhaps'::BOOLEAN", errors.InvalidText, "100037"),
    ("'2024-02-30'::DATE", errors.InvalidDatetime, "100035"),
    ("'x'::TIMESTAMP", errors.InvalidDatetime, "100035"),
    ("'25:00:00'::TIME", errors.InvalidDatetime, "100035"),
    ("TO_DATE('2024', 'MM/DD/YYYY')", errors.InvalidDatetime, "100035"),
    ("'xyz'::BINARY", errors.InvalidText, "100037"),
    ("345.123::NUMBER(4,2)", errors.NumberOutOfRange, "100132"),
    ("TO_CHAR(1.5, '9 apples')", errors.InvalidParameter, "001006"),
    ("TRY_CAST(1.5 AS INT)", errors.InvalidArgumentTypes, "001044"),
    ("TRY_CAST(TRUE AS VARCHAR)", errors.InvalidArgumentTypes, "001044"),
    ("TRY_CAST('2024-02-03'::DATE AS VARCHAR)", errors.InvalidArgumentTypes, "001044"),
    ("TRY_CAST('a' AS VARIANT)", errors.InvalidArgumentTypes, "001044"),
    ("'1e400'::FLOAT", errors.NumberOutOfRange, "100132"),
    ("1e400", errors.NumberOutOfRange, "100132"),
    ("-1.5E+309 + 1", errors.NumberOutOfRange, "100132"),
    (
        "(SELECT a::FLOAT FROM VALUES ('1'), ('-1e309') t(a) ORDER BY a LIMIT 1)",
        errors.NumberOutOfRange,
        "100132",
    ),
]


@pytest.mark.parametrize(("expression", "kind", "number"), ERRORS)
def test_error(
    snowflake: Snowflake, expression: str, kind: type[errors.SqlError], number: str
) -> None:
    with pytest.raises(kind) as caught:
        snowflake.value(expression)
    assert caught.value.number == number


#: Text, format of a column, what TO_TIMESTAMP_TZ and TRY_TO_DATE make of them.
READ: list[tuple[str | None, str | None, str | None, date | None]] = [
    ("2024/05", "YYYY/MM", "2024-05-01 00:00:00.000 -0700", date(2024, 5, 1)),
    ("08.05.24", "DD.MM.YY", "2024-05-08 00:00:00.000 -0700", date(2024, 5, 8)),
    ("31.12.70", "DD.MM.YY", "1970-12-31 00:00:00.000 -0800", date(1970, 12, 31)),
    ("May 3 2024 3:04 PM", "MON DD YYYY HH12:MI PM", "2024-05-03 15:04:00.000 -0700", date(2024, 5, 3)),
    ("Wed 08 May 2024", "DY DD MMMM YYYY", "2024-05-08 00:00:00.000 -0700", date(2024, 5, 8)),
    ("2024-05-08 10:11:12.123456789 +0200", "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
     "2024-05-08 10:11:12.123 +0200", date(2024, 5, 8)),
    ("2024-05-08", "AUTO", "2024-05-08 00:00:00.000 -0700", date(2024, 5, 8)),
    ("2024 (May)", "YYYY (MON)", "2024-05-01 00:00:00.000 -0700", date(2024, 5, 1)),
    (None, "YYYY", None, None),
    ("2024", None, None, None),
]  # fmt: skip


def test_formats_of_columns_are_read(snowflake: Snowflake) -> None:
    for text, model, moment, day in READ:
        source = f"(SELECT {_literal(text)} AS t, {_literal(model)} AS f)"
        query = f"SELECT TO_TIMESTAMP_TZ(t, f)::VARCHAR, TRY_TO_DATE(t, f) FROM {source}"
        assert snowflake.rows(query) == [(moment, day)]


def _literal(text: str | None) -> str:
    return "NULL::VARCHAR" if text is None else f"'{text}'"


@pytest.mark.parametrize("text", ["2024-13", "x", "2024-05-08", ""])
def test_no_text_of_a_column_of_formats(snowflake: Snowflake, text: str) -> None:
    source = f"FROM (SELECT '{text}' AS t, 'YYYY-MM' AS f)"
    assert snowflake.rows(f"SELECT TRY_TO_TIMESTAMP(t, f) {source}") == [(None,)]
    with pytest.raises(errors.InvalidDatetime, match=r"Can't parse '.*' as timestamp with format"):
        snowflake.rows(f"SELECT TO_TIMESTAMP(t, f) {source}")


#: Moment, format of a column, text.
WRITTEN: list[tuple[str, str, str | None]] = [
    ("TIMESTAMP '2024-05-08 13:04:05.678'", "YYYY/MM MON DY HH12:MI:SS.FF3 PM",
     "2024/05 May Wed 01:04:05.678 PM"),
    ("DATE '2024-05-09'", 'DD "of" MMMM, FF2', "09 of May, 00"),
    ("TIME '10:11:12.5'", "HH24.MI FF1", "10.11 5"),
    ("'2024-05-08 13:04 +0530'::TIMESTAMP_TZ", "HH24 TZHTZM TZH:TZM TZH", "13 +0530 +05:30 +05"),
    ("'2024-05-08 13:04'::TIMESTAMP_LTZ", "HH24 TZHTZM", "13 -0700"),
    ("NULL::DATE", "DD", None),
]  # fmt: skip


@pytest.mark.parametrize(("moment", "model", "text"), WRITTEN)
def test_formats_of_columns_are_written(
    snowflake: Snowflake, moment: str, model: str, text: str | None
) -> None:
    assert snowflake.rows(f"SELECT TO_CHAR({moment}, f) FROM (SELECT '{model}' AS f)") == [(text,)]


#: Models of numbers; each writes and reads the same as a literal and as a column.
NUMBER_MODELS: list[str] = [
    "999", "000", "99.9", "9,999.99", "$99,990.00", "S999", "999MI", "999S", "FM999.00", "FM$9,990",
    "0XXX", "XX", "SXX", "TM9", "TME", "B999", ".99", '"n="99', '990.0"%"',
]  # fmt: skip
_NUMBERS = [
    "0", "1", "-1", "12.345", "1234.5", "-1234.567", "99999", "255", "-255", "0.5", "2.5", "-0.004",
    "NULL",
]  # fmt: skip
_TEXTS = ["12", "-12", "1,234.5", "$12", "ff", "x", "12-", "1e3", "12.5"]


@pytest.mark.parametrize("model", NUMBER_MODELS)
def test_formats_of_columns_are_those_of_literals(snowflake: Snowflake, model: str) -> None:
    for kind in ("NUMBER(12, 3)", "FLOAT"):
        listed = ", ".join(f"({value})" for value in _NUMBERS)
        source = f"FROM (SELECT COLUMN1::{kind} AS v, '{model}' AS f FROM VALUES {listed})"
        rows = snowflake.rows(f"SELECT TO_CHAR(v, '{model}'), TO_CHAR(v, f) {source}")
        assert [row[0] for row in rows] == [row[1] for row in rows]
    texts = ", ".join(f"('{text}')" for text in _TEXTS)
    source = f"FROM (SELECT COLUMN1 AS t, '{model}' AS f FROM VALUES {texts})"
    read = f"TRY_TO_NUMBER(t, '{model}', 12, 2), TRY_TO_NUMBER(t, f, 12, 2)"
    rows = snowflake.rows(f"SELECT {read} {source}")
    assert [row[0] for row in rows] == [row[1] for row in rows]


def test_no_format_of_a_column(snowflake: Snowflake) -> None:
    source = "FROM (SELECT '99' AS f, 'x' AS t, 'YYYY' AS y)"
    with pytest.raises(errors.InvalidNumber, match="Can't parse 'x' as number with format '99'"):
        snowflake.rows(f"SELECT TO_NUMBER(t, f) {source}")
    with pytest.raises(errors.InvalidParameter, match="Bad number format model 'YYYY'"):
        snowflake.rows(f"SELECT TO_CHAR(12, y) {source}")


@pytest.mark.parametrize("value", ["TRUE", "X'AB'"])
def test_other_formats_are_literals(snowflake: Snowflake, value: str) -> None:
    with pytest.raises(errors.UnsupportedFeature, match="format that is not a literal"):
        snowflake.rows(f"SELECT TO_CHAR({value}, f) FROM (SELECT '99.9' AS f)")
