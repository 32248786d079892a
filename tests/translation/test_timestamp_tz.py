"""TIMESTAMP_TZ keeps its own offset: expression, value. The session's time zone is Los Angeles.

Snowflake's manual: "Date & time data types", TIMESTAMP_TZ, and each function's page.
"""

from __future__ import annotations

from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.translation.context import Context
from tests.translation.conftest import Snowflake

DELHI = "'2024-05-09 10:11:12.5 +0530'::TIMESTAMP_TZ"

#: Expression, its text.
TEXTS: list[tuple[str, str | None]] = [
    # the offset of a text is kept, in all its forms
    (DELHI, "2024-05-09 10:11:12.500 +0530"),
    ("'2024-05-09 10:11:12+05:30'::TIMESTAMP_TZ", "2024-05-09 10:11:12.000 +0530"),
    ("'2024-05-09T10:11:12-07'::TIMESTAMP_TZ", "2024-05-09 10:11:12.000 -0700"),
    ("'2024-05-09 10:11 -0330'::TIMESTAMP_TZ", "2024-05-09 10:11:00.000 -0330"),
    ("'2024-05-09 10:11:12Z'::TIMESTAMP_TZ", "2024-05-09 10:11:12.000 +0000"),
    ("TO_TIMESTAMP_TZ('2024-05-09T10:11:12.123456Z')", "2024-05-09 10:11:12.123 +0000"),
    ("'Thu, 21 Dec 2000 16:01:07 +0200'::TIMESTAMP_TZ", "2000-12-21 16:01:07.000 +0200"),
    ("'Thu, 21 Dec 2000 04:01:07 PM +0200'::TIMESTAMP_TZ", "2000-12-21 16:01:07.000 +0200"),
    ("'Mon Jul 08 18:09:51 +0000 2013'::TIMESTAMP_TZ", "2013-07-08 18:09:51.000 +0000"),
    ("CAST('1600-01-01 00:00:00 +0014' AS TIMESTAMP_TZ)", "1600-01-01 00:00:00.000 +0014"),
    ("'9999-12-31 23:59:59 -1200'::TIMESTAMP_TZ", "9999-12-31 23:59:59.000 -1200"),
    ("'2024-05-09 10:11:12 +0530'::TIMESTAMPTZ", "2024-05-09 10:11:12.000 +0530"),
    # without one it is that of the session's zone, at that time
    ("'2024-05-09 10:11:12'::TIMESTAMP_TZ", "2024-05-09 10:11:12.000 -0700"),
    ("'2024-01-09'::TIMESTAMP_TZ", "2024-01-09 00:00:00.000 -0800"),
    ("DATE '2024-05-09'::TIMESTAMP_TZ", "2024-05-09 00:00:00.000 -0700"),
    ("'2024-01-09 10:00:00'::TIMESTAMP_NTZ::TIMESTAMP_TZ", "2024-01-09 10:00:00.000 -0800"),
    ("'2024-01-09 10:00:00 +0000'::TIMESTAMP_LTZ::TIMESTAMP_TZ", "2024-01-09 02:00:00.000 -0800"),
    ("TO_TIMESTAMP_TZ('1704067200')", "2023-12-31 16:00:00.000 -0800"),
    ("TO_TIMESTAMP_TZ(1704067200)", "2023-12-31 16:00:00.000 -0800"),
    ("TO_TIMESTAMP_TZ(1704067200123, 3)", "2023-12-31 16:00:00.123 -0800"),
    # where clocks go forward there is no such time, where they go back twice: as a TIMESTAMP_LTZ
    ("'2024-03-10 02:30:00'::TIMESTAMP_TZ", "2024-03-10 03:30:00.000 -0700"),
    ("'2024-11-03 01:30:00'::TIMESTAMP_TZ", "2024-11-03 01:30:00.000 -0800"),
    # a format with the offset, and without
    ("TO_TIMESTAMP_TZ('2024-05-09 10:11 +0530', 'YYYY-MM-DD HH24:MI TZHTZM')", "2024-05-09 10:11:00.000 +0530"),
    ("TO_TIMESTAMP_TZ('09.05.2024 -03:30', 'DD.MM.YYYY TZH:TZM')", "2024-05-09 00:00:00.000 -0330"),
    ("TO_TIMESTAMP_TZ('09.05.2024', 'DD.MM.YYYY')", "2024-05-09 00:00:00.000 -0700"),
    ("TRY_TO_TIMESTAMP_TZ('2024-05-09 10:11 +0530', 'YYYY-MM-DD HH24:MI TZHTZM')", "2024-05-09 10:11:00.000 +0530"),
    ("TRY_TO_TIMESTAMP_TZ('9 May', 'YYYY-MM-DD HH24:MI TZHTZM')", None),
    ("TRY_TO_TIMESTAMP_TZ('never')", None),
    ("TRY_CAST('2024-05-09 10:11:12 +0530' AS TIMESTAMP_TZ)", "2024-05-09 10:11:12.000 +0530"),
    ("NULL::TIMESTAMP_TZ", None),
    ("TO_TIMESTAMP_TZ(NULL)", None),
    # to other types: the clock at the offset, or the instant
    (f"({DELHI})::TIMESTAMP_NTZ", "2024-05-09 10:11:12.500"),
    (f"({DELHI})::TIMESTAMP_LTZ", "2024-05-08 21:41:12.500 -0700"),
    (f"({DELHI})::DATE", "2024-05-09"),
    (f"TO_TIME({DELHI})", "10:11:12"),
    (f"TO_TIMESTAMP_NTZ({DELHI})", "2024-05-09 10:11:12.500"),
    (f"TO_VARCHAR({DELHI}, 'HH24:MI:SS.FF2 TZH:TZM')", "10:11:12.50 +05:30"),
    (f"TO_CHAR({DELHI}, 'YYYY-MM-DD TZHTZM')", "2024-05-09 +0530"),
    (f"TO_CHAR({DELHI}, 'DY TZH')", "Thu +05"),
    (f"{DELHI} || '!'", "2024-05-09 10:11:12.500 +0530!"),
    (f"({DELHI})::TIMESTAMP_TZ(0)", "2024-05-09 10:11:12.000 +0530"),
    # CONVERT_TIMEZONE with two arguments answers the zone's offset, at that time
    (f"CONVERT_TIMEZONE('UTC', {DELHI})", "2024-05-09 04:41:12.500 +0000"),
    (f"CONVERT_TIMEZONE('Europe/Berlin', {DELHI})", "2024-05-09 06:41:12.500 +0200"),
    ("CONVERT_TIMEZONE('Europe/Berlin', '2024-01-01 00:00:00'::TIMESTAMP_NTZ)", "2024-01-01 09:00:00.000 +0100"),
    ("CONVERT_TIMEZONE('Asia/Tokyo', '2024-01-01 00:00:00 +0000'::TIMESTAMP_LTZ)", "2024-01-01 09:00:00.000 +0900"),
    ("CONVERT_TIMEZONE('Asia/Tokyo', '2024-01-01 00:00:00 +0000')", "2024-01-01 09:00:00.000 +0900"),
    # arithmetic goes by the clock and keeps the offset
    (f"DATEADD(month, -4, {DELHI})", "2024-01-09 10:11:12.500 +0530"),
    (f"DATEADD(day, 1, {DELHI})", "2024-05-10 10:11:12.500 +0530"),
    (f"DATEADD(hour, -12, {DELHI})", "2024-05-08 22:11:12.500 +0530"),
    (f"DATEADD(ms, 500, {DELHI})", "2024-05-09 10:11:13.000 +0530"),
    (f"DATEADD(year, 1, DATEADD(week, 1, DATEADD(minute, 1, {DELHI})))", "2025-05-16 10:12:12.500 +0530"),
    (f"({DELHI}) + INTERVAL '1 month, 2 hours'", "2024-06-09 12:11:12.500 +0530"),
    (f"({DELHI}) - INTERVAL '1 day'", "2024-05-08 10:11:12.500 +0530"),
    ("ADD_MONTHS('2024-01-31 01:00:00 +0530'::TIMESTAMP_TZ, 1)", "2024-02-29 01:00:00.000 +0530"),
    (f"DATE_TRUNC('day', {DELHI})", "2024-05-09 00:00:00.000 +0530"),
    (f"DATE_TRUNC('hour', {DELHI})", "2024-05-09 10:00:00.000 +0530"),
    (f"DATE_TRUNC('week', {DELHI})", "2024-05-06 00:00:00.000 +0530"),
    (f"DATE_TRUNC('microsecond', {DELHI})", "2024-05-09 10:11:12.500 +0530"),
    (f"TIME_SLICE({DELHI}, 15, 'MINUTE')", "2024-05-09 10:00:00.000 +0530"),
    (f"TIME_SLICE({DELHI}, 15, 'MINUTE', 'END')", "2024-05-09 10:15:00.000 +0530"),
    # of parts
    ("TIMESTAMP_TZ_FROM_PARTS(2013, 4, 5, 12, 0, 0)", "2013-04-05 12:00:00.000 -0700"),
    ("TIMESTAMP_TZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 500000000)", "2013-04-05 12:00:00.500 -0700"),
    ("TIMESTAMP_TZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 0, 'America/Denver')", "2013-04-05 12:00:00.000 -0600"),
    ("TIMESTAMP_TZ_FROM_PARTS(2013, 1, 5, 12, 0, 0, 0, 'Europe/Berlin')", "2013-01-05 12:00:00.000 +0100"),
    # in a VARIANT and out of it
    (f"TYPEOF(TO_VARIANT({DELHI}))", "TIMESTAMP_TZ"),
    (f"TO_VARIANT({DELHI})::TIMESTAMP_TZ", "2024-05-09 10:11:12.500 +0530"),
    (f"AS_TIMESTAMP_TZ(TO_VARIANT({DELHI}))", "2024-05-09 10:11:12.500 +0530"),
    (f"AS_TIMESTAMP_LTZ(TO_VARIANT({DELHI}))", None),
    (f"OBJECT_CONSTRUCT('t', {DELHI}):t::VARCHAR", "2024-05-09 10:11:12.500 +0530"),
    (f"ARRAY_CONSTRUCT({DELHI})::VARCHAR", '["2024-05-09 10:11:12.500 +0530"]'),
    (f"SELECT OBJECT_CONSTRUCT(*):T FROM (SELECT {DELHI} AS t) AS q", "2024-05-09 10:11:12.500 +0530"),
    # among others
    (f"COALESCE(NULL, {DELHI})", "2024-05-09 10:11:12.500 +0530"),
    (f"NVL(NULL, {DELHI})", "2024-05-09 10:11:12.500 +0530"),
    (f"GREATEST({DELHI}, '2024-05-09 10:11:12 +0000'::TIMESTAMP_TZ)", "2024-05-09 10:11:12.000 +0000"),
    (f"SELECT MIN(t) FROM (SELECT {DELHI} AS t UNION ALL SELECT '2024-05-09 05:00:00 Z'::TIMESTAMP_TZ)", "2024-05-09 10:11:12.500 +0530"),
    (f"SELECT MAX(t) FROM (SELECT {DELHI} AS t UNION ALL SELECT '2024-05-09 05:00:00 Z'::TIMESTAMP_TZ)", "2024-05-09 05:00:00.000 +0000"),
    (f"SELECT ANY_VALUE(t) FROM (SELECT {DELHI} AS t)", "2024-05-09 10:11:12.500 +0530"),
    (f"SELECT LISTAGG(t, ',') FROM (SELECT {DELHI} AS t)", "2024-05-09 10:11:12.500 +0530"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_text(snowflake: Snowflake, expression: str, text: str | None) -> None:
    inner = f"({expression})" if expression.startswith(("SELECT", "WITH")) else expression
    assert snowflake.value(f"TO_VARCHAR({inner})") == text


VALUES: list[tuple[str, Any]] = [
    # parts are those of the clock at the offset; epochs and comparisons go by the instant
    (f"HOUR({DELHI})", 10),
    ("DAY('2024-05-09 23:00:00 -0700'::TIMESTAMP_TZ)", 9),
    (f"EXTRACT(timezone_hour FROM {DELHI})", 5),
    (f"DATE_PART(timezone_minute, {DELHI})", 30),
    ("DATE_PART(timezone_hour, '2024-05-09 00:00:00 -0330'::TIMESTAMP_TZ)", -3),
    ("DATE_PART(timezone_minute, '2024-05-09 00:00:00 -0330'::TIMESTAMP_TZ)", -30),
    ("DATE_PART(timezone_hour, '2024-05-09'::TIMESTAMP_LTZ)", -7),
    (f"DATE_PART(epoch_second, {DELHI})", 1715229672),
    (f"DATE_PART(epoch_millisecond, {DELHI})", 1715229672500),
    (f"DATE_PART(epoch_nanosecond, {DELHI})", 1715229672500000000),
    ("DAYNAME('2024-05-09 23:00:00 -0700'::TIMESTAMP_TZ)", "Thu"),
    (f"WEEK({DELHI})", 19),
    ("LAST_DAY('2024-05-31 23:00:00 -0700'::TIMESTAMP_TZ)", date(2024, 5, 31)),
    (f"NEXT_DAY({DELHI}, 'th')", date(2024, 5, 16)),
    (f"PREVIOUS_DAY({DELHI}, 'th')", date(2024, 5, 2)),
    (f"TO_DATE({DELHI})", date(2024, 5, 9)),
    (f"({DELHI})::TIME", time(10, 11, 12, 500000)),
    (f"({DELHI})::TIMESTAMP_NTZ", datetime(2024, 5, 9, 10, 11, 12, 500000)),
    # DATEDIFF: days by the clocks, hours and less by the instants
    ("DATEDIFF(day, '2024-01-01 23:00:00 -0800'::TIMESTAMP_TZ, '2024-01-02 08:00:00 +0100'::TIMESTAMP_TZ)", 1),
    ("DATEDIFF(hour, '2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ, '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", 0),
    ("DATEDIFF(hour, '2024-01-01 10:20:00 +0530'::TIMESTAMP_TZ, '2024-01-01 10:40:00 +0530'::TIMESTAMP_TZ)", 0),
    ("DATEDIFF(hour, '2024-01-01 10:40:00 +0530'::TIMESTAMP_TZ, '2024-01-01 11:20:00 +0530'::TIMESTAMP_TZ)", 1),
    ("DATEDIFF(second, '2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ, '2024-01-01'::TIMESTAMP_NTZ)", 28800),
    ("DATEDIFF(ns, '2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, '2024-01-01 00:00:01 Z'::TIMESTAMP_TZ)", 1000000000),
    ("DATEDIFF(month, '2024-01-31 23:00:00 -0800'::TIMESTAMP_TZ, '2024-02-01 08:00:00 +0100'::TIMESTAMP_TZ)", 1),
    # equal instants are equal, whatever their offsets
    ("'2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ = '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ", True),
    ("'2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ < '2024-01-01 00:00:00 -0100'::TIMESTAMP_TZ", True),
    ("'2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ IS NOT DISTINCT FROM '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ", True),
    ("EQUAL_NULL('2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ, '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", True),
    ("'2024-01-01 00:00:00 +0000'::TIMESTAMP_TZ IN ('2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", True),
    ("'1970-01-01 00:00:00 +0000'::TIMESTAMP_TZ = '1970-01-01 14:00:00 +1400'::TIMESTAMP_TZ", True),
    ("NULLIF('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ) IS NULL", True),
    ("DECODE('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ, 1, 2)", 1),
    # queries
    ("SELECT COUNT(DISTINCT column1) FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ), ('2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", 1),
    ("SELECT COUNT(*) FROM (SELECT column1 FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ), ('2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ) GROUP BY 1)", 1),
    ("SELECT COUNT(*) FROM (SELECT '2024-01-01 00:00:00 Z'::TIMESTAMP_TZ UNION SELECT '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", 1),
    ("SELECT COUNT(*) FROM (SELECT '2024-01-01 00:00:00 Z'::TIMESTAMP_TZ t) a JOIN (SELECT '2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ t) b USING (t)", 1),
    ("SELECT APPROX_COUNT_DISTINCT(column1) FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ), ('2024-01-01 01:00:00 +0100'::TIMESTAMP_TZ)", 1),
    ("SELECT LISTAGG(column2, '') WITHIN GROUP (ORDER BY column1) FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, 'b'), ('2024-01-01 00:30:00 +0100'::TIMESTAMP_TZ, 'a')", "ab"),
    ("SELECT column2 FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, 'b'), ('2024-01-01 00:30:00 +0100'::TIMESTAMP_TZ, 'a') QUALIFY ROW_NUMBER() OVER (ORDER BY column1) = 1", "a"),
    ("SELECT MAX_BY(column2, column1) FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ, 'b'), ('2024-01-01 00:30:00 +0100'::TIMESTAMP_TZ, 'a')", "b"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    inner = f"({expression})" if expression.startswith(("SELECT", "WITH")) else expression
    assert snowflake.value(inner) == value


#: Parameters, expression, its text.
FORMATS: list[tuple[dict[str, str], str, str]] = [
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_TZ"}, "TIMESTAMP_FROM_PARTS(2024, 1, 2, 3, 4, 5, 0, 'Asia/Tokyo')", "2024-01-02 03:04:05.000 +0900"),
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_LTZ"}, "TIMESTAMP_FROM_PARTS(2024, 1, 2, 3, 4, 5)", "2024-01-02 03:04:05.000 -0800"),
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ"}, "TIMESTAMP_FROM_PARTS(2024, 1, 2, 3, 4, 5)", "2024-01-02 03:04:05.000"),
    ({"TIMESTAMP_TZ_OUTPUT_FORMAT": "DD/MM HH24:MI TZH:TZM"}, DELHI, "09/05 10:11 +05:30"),
    ({"TIMESTAMP_OUTPUT_FORMAT": "HH24:MI TZHTZM"}, DELHI, "10:11 +0530"),
    (
        {"TIMESTAMP_OUTPUT_FORMAT": "HH24", "TIMESTAMP_TZ_OUTPUT_FORMAT": "YYYY TZH"},
        DELHI,
        "2024 +05",
    ),
    ({"TIMESTAMP_LTZ_OUTPUT_FORMAT": "HH24"}, DELHI, "2024-05-09 10:11:12.500 +0530"),
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_TZ"}, "'2024-05-09 10:11:12 +0530'::TIMESTAMP", "2024-05-09 10:11:12.000 +0530"),
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_TZ"}, "TO_TIMESTAMP('2024-05-09 10:11:12 +0530')", "2024-05-09 10:11:12.000 +0530"),
    ({"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_LTZ"}, "TO_TIMESTAMP('2024-05-09 10:11:12 +0530')", "2024-05-08 21:41:12.000 -0700"),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "expression", "text"), FORMATS)
def test_format(
    snowflake: Snowflake, parameters: dict[str, str], expression: str, text: str
) -> None:
    context = Context(parameters=MappingProxyType(parameters))
    assert snowflake.value(f"TO_VARCHAR({expression})", context) == text


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("'2024-13-01 00:00:00 +0530'::TIMESTAMP_TZ", errors.InvalidDatetime),
    ("'2024-01-01 00:00:00 Europe/Berlin'::TIMESTAMP_TZ", errors.InvalidDatetime),
    ("TO_TIMESTAMP_TZ('9 May +0530', 'YYYY-MM-DD TZHTZM')", errors.InvalidDatetime),
    (f"TO_VARCHAR({DELHI} - {DELHI})", errors.InvalidArgumentTypes),
    (f"TO_VARCHAR(-({DELHI}))", errors.InvalidArgumentTypes),
    (f"TO_VARCHAR(({DELHI}) * 2)", errors.InvalidArgumentTypes),
    (f"AVG({DELHI})", errors.InvalidArgumentTypes),
    (f"SUM({DELHI})", errors.InvalidArgumentTypes),
    (f"ABS({DELHI})", errors.InvalidArgumentTypes),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)
