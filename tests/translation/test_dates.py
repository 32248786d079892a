"""Date and time functions: expression, value. The session's time zone is Los Angeles."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.translation.context import Context
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    # DATEADD: a DATE stays a DATE for parts of a day and longer
    ("DATEADD(day, 1, DATE '2024-02-28')", date(2024, 2, 29)),
    ("DATEADD('dd', -1, DATE '2024-03-01')", date(2024, 2, 29)),
    ("DATEADD(month, 1, DATE '2023-01-31')", date(2023, 2, 28)),
    ("DATEADD(month, 1, DATE '2023-02-28')", date(2023, 3, 28)),
    ("DATEADD(mm, -1, DATE '2024-03-31')", date(2024, 2, 29)),
    ("DATEADD(qtr, 1, DATE '2023-11-30')", date(2024, 2, 29)),
    ("DATEADD(week, 2, DATE '2024-01-01')", date(2024, 1, 15)),
    ("DATEADD(yyyy, 1, DATE '2024-02-29')", date(2025, 2, 28)),
    ("DATEADD(hour, 2, DATE '2022-04-05')", datetime(2022, 4, 5, 2)),
    ("DATEADD(minute, 1, TIMESTAMP '2022-04-05 23:59:30')", datetime(2022, 4, 6, 0, 0, 30)),
    ("DATEADD(ms, 1500, TIMESTAMP '2022-04-05 00:00:00')", datetime(2022, 4, 5, 0, 0, 1, 500000)),
    ("DATEADD(hour, 2, TIME '23:00:00')", time(1, 0)),
    ("DATEADD(day, 1, '2024-01-31')", datetime(2024, 2, 1)),
    ("DATEADD(day, 1.5, DATE '2024-01-01')", date(2024, 1, 3)),
    ("DATEADD(day, NULL, DATE '2024-01-01')", None),
    ("DATEADD(day, 1, NULL)", None),
    ("TIMEADD(hour, 1, TIMESTAMP '2024-01-01 00:00:00')", datetime(2024, 1, 1, 1)),
    ("TIMESTAMPADD(day, 1, DATE '2024-01-01')", date(2024, 1, 2)),
    ("DATE '2024-01-01' + 1", date(2024, 1, 2)),
    ("DATE '2024-01-02' - DATE '2024-01-01'", 1),
    ("DATE '2024-01-31' + INTERVAL '1 month'", date(2024, 2, 29)),
    ("DATE '2023-12-31' + INTERVAL '1 day, 2 hours'", datetime(2024, 1, 1, 2)),
    ("TIMESTAMP '2024-01-01 00:00:00' - INTERVAL '1 year, 3 quarters'", datetime(2022, 4, 1)),
    ("INTERVAL '1 day' + DATE '2024-01-31'", date(2024, 2, 1)),
    ("DATE '2024-01-31' + (INTERVAL '3' MONTH)", date(2024, 4, 30)),
    # ... and one of a qualifier: fields behind the first carry over, the sign is that of all
    ("DATE '2024-01-31' + INTERVAL '1-2' YEAR TO MONTH", date(2025, 3, 31)),
    ("DATE '2024-01-31' - INTERVAL '-1-2' YEAR(4) TO MONTH", date(2025, 3, 31)),
    ("TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1 02:03:04.5' DAY(3) TO SECOND(6)", datetime(2024, 1, 2, 2, 3, 4, 500000)),
    ("TIMESTAMP '2024-01-01 00:00:00' - INTERVAL '02:30' HOUR TO MINUTE", datetime(2023, 12, 31, 21, 30)),
    ("TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '90.25' SECOND", datetime(2024, 1, 1, 0, 1, 30, 250000)),
    # ADD_MONTHS keeps the end of a month
    ("ADD_MONTHS(DATE '2016-02-29', 1)", date(2016, 3, 31)),
    ("ADD_MONTHS(DATE '2016-05-31', -1)", date(2016, 4, 30)),
    ("ADD_MONTHS(DATE '2016-05-15', 1)", date(2016, 6, 15)),
    ("ADD_MONTHS(TIMESTAMP '2016-05-15 01:00:00', 2)", datetime(2016, 7, 15, 1)),
    # DATEDIFF counts boundaries
    ("DATEDIFF(year, DATE '2015-12-31', DATE '2016-01-01')", 1),
    ("DATEDIFF(month, DATE '2016-08-23', DATE '2016-09-07')", 1),
    ("DATEDIFF(quarter, DATE '2024-03-31', DATE '2024-04-01')", 1),
    ("DATEDIFF(week, DATE '2017-01-01', DATE '2017-01-02')", 1),
    ("DATEDIFF(week, DATE '2017-01-02', DATE '2017-01-01')", -1),
    ("DATEDIFF(day, '2024-01-01', '2024-03-01')", 60),
    ("DATEDIFF(hour, TIMESTAMP '2016-01-01 01:59:59', TIMESTAMP '2016-01-01 02:00:00')", 1),
    ("DATEDIFF(second, TIMESTAMP '2016-01-01 01:00:59', TIMESTAMP '2016-01-01 02:00:00')", 3541),
    ("DATEDIFF(ms, TIMESTAMP '2016-01-01 00:00:00', TIMESTAMP '2016-01-01 00:00:00.5')", 500),
    ("DATEDIFF(ns, TIMESTAMP '2016-01-01 00:00:00', TIMESTAMP '2016-01-01 00:00:01')", 1000000000),
    ("DATEDIFF(minute, TIME '10:00:00', TIME '11:30:00')", 90),
    ("DATEDIFF(day, DATE '2024-01-01', TIMESTAMP '2024-01-02 23:00:00')", 1),
    ("DATEDIFF(day, NULL, DATE '2024-01-01')", None),
    ("TIMESTAMPDIFF(hour, '2024-01-01', '2024-01-02')", 24),
    # DATE_TRUNC, either order
    ("DATE_TRUNC('month', DATE '2024-05-09')", date(2024, 5, 1)),
    ("DATE_TRUNC(DATE '2024-05-09', 'month')", date(2024, 5, 1)),
    ("DATE_TRUNC(quarter, DATE '2024-05-09')", date(2024, 4, 1)),
    ("DATE_TRUNC('week', DATE '2017-01-01')", date(2016, 12, 26)),
    ("DATE_TRUNC('year', DATE '2024-05-09')", date(2024, 1, 1)),
    ("DATE_TRUNC('hour', TIMESTAMP '2024-05-09 08:50:57.891')", datetime(2024, 5, 9, 8)),
    ("DATE_TRUNC('minute', TIME '08:50:48')", time(8, 50)),
    ("DATE_TRUNC('day', '2024-05-09 10:00:00')", datetime(2024, 5, 9)),
    ("DATE_TRUNC('month', NULL)", None),
    ("TRUNC(DATE '2024-05-09', 'month')", date(2024, 5, 1)),
    # parts
    ("YEAR(DATE '2024-05-09')", 2024),
    ("QUARTER(DATE '2024-05-09')", 2),
    ("MONTH(DATE '2024-05-09')", 5),
    ("DAY(DATE '2024-05-09')", 9),
    ("DAYOFMONTH(DATE '2024-05-09')", 9),
    ("HOUR(TIMESTAMP '2024-05-09 08:50:57')", 8),
    ("MINUTE(TIMESTAMP '2024-05-09 08:50:57')", 50),
    ("SECOND(TIMESTAMP '2024-05-09 08:50:57.9')", 57),
    ("HOUR(TIME '08:50:57')", 8),
    ("DAYOFYEAR(DATE '2024-12-31')", 366),
    ("DAYOFWEEK(DATE '2017-01-01')", 0),
    ("DAYOFWEEK(DATE '2017-01-07')", 6),
    ("DAYOFWEEKISO(DATE '2017-01-01')", 7),
    ("WEEK(DATE '2017-01-01')", 52),
    ("WEEKOFYEAR(DATE '2017-01-02')", 1),
    ("WEEKISO(DATE '2016-01-02')", 53),
    ("YEAROFWEEK(DATE '2016-01-02')", 2015),
    ("YEAROFWEEKISO(DATE '2016-01-02')", 2015),
    ("EXTRACT(year FROM DATE '2024-05-09')", 2024),
    ("EXTRACT(dow FROM DATE '2017-01-01')", 0),
    ("DATE_PART(quarter, DATE '2024-05-09')", 2),
    ("DATE_PART('epoch_second', TIMESTAMP '2013-05-08 23:39:20.123')", 1368056360),
    ("DATE_PART(epoch_millisecond, TIMESTAMP '2013-05-08 23:39:20.123')", 1368056360123),
    ("DATE_PART(nanosecond, TIMESTAMP '2024-01-01 00:00:01.5')", 500000000),
    ("YEAR('2024-05-09')", 2024),
    ("YEAR(NULL)", None),
    # ends and neighbours
    ("LAST_DAY(DATE '2024-02-10')", date(2024, 2, 29)),
    ("LAST_DAY(TIMESTAMP '2024-02-10 10:00:00')", date(2024, 2, 29)),
    ("LAST_DAY(DATE '2024-02-10', 'year')", date(2024, 12, 31)),
    ("LAST_DAY(DATE '2024-02-10', quarter)", date(2024, 3, 31)),
    ("LAST_DAY(DATE '2017-01-02', 'week')", date(2017, 1, 8)),
    ("NEXT_DAY(DATE '2025-05-01', 'Friday')", date(2025, 5, 2)),
    ("NEXT_DAY(DATE '2025-05-01', 'th')", date(2025, 5, 8)),
    ("PREVIOUS_DAY(DATE '2025-05-01', 'Friday')", date(2025, 4, 25)),
    ("PREVIOUS_DAY(DATE '2025-05-01', 'Thu')", date(2025, 4, 24)),
    ("MONTHS_BETWEEN(DATE '2019-03-15', DATE '2019-02-15')", Decimal("1")),
    ("MONTHS_BETWEEN(DATE '2019-03-31', DATE '2019-02-28')", Decimal("1")),
    ("MONTHS_BETWEEN(DATE '2019-03-01', DATE '2019-02-15')", Decimal("0.548387")),
    ("MONTHS_BETWEEN(DATE '2019-02-01', DATE '2019-03-01')", Decimal("-1")),
    ("DAYNAME(DATE '2024-05-09')", "Thu"),
    ("MONTHNAME(DATE '2024-05-09')", "May"),
    # slices
    ("TIME_SLICE(DATE '2019-02-28', 4, 'MONTH', 'START')", date(2019, 1, 1)),
    ("TIME_SLICE(DATE '2019-02-28', 4, 'MONTH', 'END')", date(2019, 5, 1)),
    ("TIME_SLICE(TIMESTAMP '2024-05-09 08:50:57', 15, 'MINUTE')", datetime(2024, 5, 9, 8, 45)),
    ("TIME_SLICE(DATE '2024-05-09', 1, 'WEEK')", date(2024, 5, 6)),
    # of parts, which may overflow
    ("DATE_FROM_PARTS(1977, 8, 7)", date(1977, 8, 7)),
    ("DATE_FROM_PARTS(2004, 13, 1)", date(2005, 1, 1)),
    ("DATE_FROM_PARTS(2004, 1, 0)", date(2003, 12, 31)),
    ("DATE_FROM_PARTS(2004, 2, -1)", date(2004, 1, 30)),
    ("TIME_FROM_PARTS(12, 34, 56, 987654321)", time(12, 34, 56, 987654)),
    ("TIME_FROM_PARTS(0, 100, 0)", time(1, 40)),
    ("TIMESTAMP_FROM_PARTS(2013, 4, 5, 12, 0, -3600)", datetime(2013, 4, 5, 11)),
    ("TIMESTAMP_NTZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 987654321)", datetime(2013, 4, 5, 12, 0, 0, 987654)),
    ("TIMESTAMP_FROM_PARTS(DATE '2013-04-05', TIME '12:00:00')", datetime(2013, 4, 5, 12)),
    # zones
    ("CONVERT_TIMEZONE('America/Los_Angeles', 'America/New_York', TIMESTAMP '2024-01-01 14:00:00')", datetime(2024, 1, 1, 17)),
    ("CONVERT_TIMEZONE('Europe/Warsaw', 'UTC', '2024-01-01 00:00:00')", datetime(2023, 12, 31, 23)),
    ("CONVERT_TIMEZONE('UTC', '2024-01-01 14:00:00 +0200'::TIMESTAMP_TZ) = '2024-01-01 12:00:00 Z'::TIMESTAMP_TZ", True),
    ("SYSDATE() > '2020-01-01'::TIMESTAMP", True),
    ("CURRENT_DATE() = CURRENT_TIMESTAMP()::DATE", True),
    ("CURRENT_TIME() IS NOT NULL", True),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    found = snowflake.value(expression)
    assert found == value
    assert type(found) is type(value) or isinstance(found, (int, Decimal))


#: WEEK_START, WEEK_OF_YEAR_POLICY, expression, value.
WEEKS: list[tuple[str, str, str, Any]] = [
    ("7", "0", "DAYOFWEEK(DATE '2016-01-02')", 7),
    ("1", "0", "DAYOFWEEK(DATE '2017-01-01')", 7),
    ("3", "0", "DAYOFWEEK(DATE '2016-12-30')", 3),
    ("7", "0", "DATE_TRUNC('week', DATE '2017-01-04')", date(2017, 1, 1)),
    ("3", "0", "LAST_DAY(DATE '2016-12-30', 'week')", date(2017, 1, 3)),
    ("3", "0", "DATEDIFF(week, DATE '2017-01-01', DATE '2017-01-04')", 1),
    ("7", "0", "DATEDIFF(week, DATE '2016-12-31', DATE '2017-01-01')", 1),
    ("0", "1", "WEEK(DATE '2016-01-02')", 1),
    ("0", "1", "YEAROFWEEK(DATE '2016-01-02')", 2016),
    ("0", "1", "WEEK(DATE '2016-12-31')", 53),
    ("3", "0", "WEEK(DATE '2016-12-30')", 53),
    ("3", "0", "WEEKISO(DATE '2016-12-30')", 52),
    ("7", "0", "TIME_SLICE(DATE '2024-05-08', 1, 'WEEK')", date(2024, 5, 5)),
    ("7", "0", "TIME_SLICE(DATE '1970-01-01', 2, 'WEEK')", date(1969, 12, 28)),
    ("1", "0", "TIME_SLICE(DATE '1970-01-01', 2, 'WEEK')", date(1969, 12, 29)),
]


@pytest.mark.parametrize(("start", "policy", "expression", "value"), WEEKS)
def test_weeks(snowflake: Snowflake, start: str, policy: str, expression: str, value: Any) -> None:
    parameters = {"WEEK_START": start, "WEEK_OF_YEAR_POLICY": policy}
    context = Context(parameters=MappingProxyType(parameters))
    assert snowflake.value(expression, context) == value


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("DATEADD(fortnight, 1, DATE '2024-01-01')", errors.InvalidParameter),
    ("DATEADD(day, 1, 'never')", errors.InvalidDatetime),
    ("DATEDIFF(day, DATE '2024-01-01')", errors.WrongArguments),
    ("YEAR(2024)", errors.TypeMismatch),
    ("NEXT_DAY(DATE '2025-05-01', 'xx')", errors.InvalidDatetime),
    ("LAST_DAY(DATE '2025-05-01', 'hour')", errors.InvalidParameter),
    ("TIME_SLICE(DATE '2019-02-28', 0, 'MONTH')", errors.InvalidParameter),
    ("TIME_SLICE(DATE '2019-02-28', 1, 'MONTH', 'MIDDLE')", errors.InvalidParameter),
    ("DATE '2024-01-01' + INTERVAL 'soon'", errors.UnsupportedFeature),
    ("DATE '2024-01-01' + INTERVAL '1-13' YEAR TO MONTH", errors.InvalidDatetime),
    ("DATE '2024-01-01' + INTERVAL '1 1' MONTH TO DAY", errors.UnsupportedFeature),
    ("INTERVAL '1 day' + INTERVAL '1 day'", errors.UnsupportedFeature),
    ("TIMESTAMP '2024-01-02' - TIMESTAMP '2024-01-01'", errors.UnsupportedFeature),
    ("DATEADD(day, 1, TIME '10:00:00')", errors.WrongArguments),
    ("DATEDIFF(year, TIME '10:00:00', TIME '11:00:00')", errors.InvalidArgumentTypes),
    ("DAYNAME(TIME '10:00:00')", errors.InvalidArgumentTypes),
    ("TIME_SLICE(DATE '2024-05-08', 5, 'MINUTE')", errors.TypeMismatch),
    ("TIME_SLICE(TIMESTAMP '2024-05-08', 5, 'MS')", errors.InvalidParameter),
    ("CONVERT_TIMEZONE('Foo/Bar', TIMESTAMP '2024-05-08')", errors.InvalidParameter),
]


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)


#: What is of no use to who reads it is the name of a macro: the function of the call is named.
NAMED = [
    ("DATEADD(day, 1, TIME '10:00:00')", "'DATEADD'"),
    ("DATEDIFF(hour, TIME '10:00:00', DATE '2024-01-01')", "'DATEDIFF'"),
    ("DAYNAME(TIME '10:00:00')", "'DAYNAME'"),
    ("CONVERT_TIMEZONE('UTC', 'EST', '2024-01-01 +0100'::TIMESTAMP_TZ)", "'CONVERT_TIMEZONE'"),
    ("DATEDIFF(year, TIME '10:00:00', TIME '11:00:00')", "no part 'YEAR'"),
]


@pytest.mark.parametrize(("expression", "named"), NAMED)
def test_functions_of_wrong_types_are_named(
    snowflake: Snowflake, expression: str, named: str
) -> None:
    with pytest.raises(errors.SqlError, match=named):
        snowflake.value(expression)
