"""Date and time functions. Snowflake's manual: "Date & time functions".

A DATE stays a DATE for parts of a day and longer, and becomes a TIMESTAMP for shorter ones; text is
a timestamp. WEEK_START and WEEK_OF_YEAR_POLICY are honoured.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.functions.parts import is_part, part_of
from mockhaus.translation.registry import Function, Rewriter, apply, call, rewrite
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import called, integer, number_call, string

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _setting(walk: Walk, name: str) -> int:
    """A session parameter that holds a small number, 0 if it was not set."""
    value = str(walk.context.parameters.get(name, "0")).strip("'")
    return int(value) if value.isdigit() else 0


def _week_start(walk: Walk) -> int:
    """The first day of the week as 1 (Monday) to 7; the default 0 is Monday for calculations."""
    return _setting(walk, "WEEK_START") or 1


def _dateadd(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """DATEADD(part, n, d); months end where the shorter month ends. n is rounded."""
    part, amount, value = node.expressions
    count = operands.literal_number(amount)
    number = integer(count) if count is not None else exp.cast(operands.number(amount), "BIGINT")
    if isinstance(operands.plain(value), exp.Null):
        value = exp.cast(value, "TIMESTAMP")
    return apply(f"dateadd_{part_of(part)}", number, value)


def _add_months(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """ADD_MONTHS(d, n): the last day of a month becomes the last day of the other."""
    value, amount = node.expressions
    return called("add_months", value, operands.number(amount))


#: Parts that are shorter than a day.
_IN_A_DAY: Final = frozenset(
    ("hour", "minute", "second", "millisecond", "microsecond", "nanosecond")
)


def _datediff(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """DATEDIFF(part, a, b): how many boundaries of the part lie between."""
    part = part_of(node.expressions[0])
    in_a_day = part in _IN_A_DAY
    values = [operands.moment(value, zoned=in_a_day) for value in node.expressions[1:]]
    if part == "week":
        return number_call("datediff_week", integer(_week_start(walk) - 1), *values)
    if part == "nanosecond":
        return number_call("nanoseconds", apply("datediff_time", string("microsecond"), *values))
    if in_a_day:
        return number_call("datediff_time", string(part), *values)
    return number_call("date_diff", string(part), *values)


def truncated(part: exp.Expression, value: exp.Expression, walk: Walk) -> exp.Expression:
    """DATE_TRUNC; DuckDB's weeks always begin on Monday."""
    name = part_of(part)
    if name == "week" and _week_start(walk) != 1:
        return apply("trunc_week", integer(_week_start(walk) - 1), value)
    if name in ("nanosecond", "microsecond"):
        return operands.moment(value, zoned=True)
    return apply("trunc_moment", string(name), value)


def _date_trunc(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """DATE_TRUNC(part, d), or the two the other way round."""
    part, value = node.expressions
    if is_part(value) and not is_part(part):
        part, value = value, part
    return truncated(part, value, walk)


#: Part -> how DuckDB computes it of a moment; those that depend on settings are in `part_value`.
_SIMPLE: Final = {
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "day": "day",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "dayofyear": "dayofyear",
    "dayofweekiso": "isodow",
    "weekiso": "weekofyear",
    "yearofweekiso": "isoyear",
    "nanosecond": "nanosecond_of",
    "epoch_second": "epoch_second_of",
    "epoch_millisecond": "epoch_millisecond_of",
    "epoch_microsecond": "epoch_microsecond_of",
    "epoch_nanosecond": "epoch_nanosecond_of",
    "timezone_hour": "timezone_hour_of",
    "timezone_minute": "timezone_minute_of",
}


def part_value(part: str, value: exp.Expression, walk: Walk) -> exp.Expression:
    """The number that a part of a moment is."""
    moment = operands.moment(value, zoned=part.startswith(("epoch", "timezone")))
    if part in _SIMPLE:
        return number_call(_SIMPLE[part], moment)
    start, policy = _setting(walk, "WEEK_START"), _setting(walk, "WEEK_OF_YEAR_POLICY")
    if part == "dayofweek":
        if start == 0:
            return number_call("dayofweek", moment)
        return number_call("day_of_week_from", moment, integer(start - 1))
    if part in ("week", "yearofweek"):
        if policy == 0 and start in (0, 1):
            return number_call("weekofyear" if part == "week" else "isoyear", moment)
        suffix = "policy" if policy else "iso"
        return number_call(f"{part}_{suffix}", moment, integer(max(start, 1) - 1))
    raise UnsupportedFeature(f"Unsupported feature 'date part {part.upper()}'.")


def _part(part: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        return part_value(part, node.expressions[0], walk)

    return rewritten


def _extract(node: exp.Extract, walk: Walk) -> exp.Expression:
    """EXTRACT(part FROM d), DATE_PART(part, d)."""
    return part_value(part_of(node.this, units_only=False), node.expression, walk)


def _last_day(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """LAST_DAY(d [, part]): of the month, or of its week, quarter or year."""
    value, *part = node.expressions
    name = part_of(part[0]) if part else "month"
    value = operands.date(value)
    if name == "week":
        made = called("last_day_of_week", value, integer(_week_start(walk) - 1))
        return operands.noted(made, operands.DATE)
    if name in ("year", "quarter", "month"):
        return operands.noted(apply(f"last_day_of_{name}", value), operands.DATE)
    raise InvalidParameter(
        f"SQL compilation error:\n'{name.upper()}' is not a valid part for function LAST_DAY"
    )


_WEEKDAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")


def _weekday(day: exp.Expression) -> exp.Expression:
    """The number of a day of the week, from 1 for Monday, by its first two letters."""
    if isinstance(day, exp.Literal) and (name := str(day.this).strip(" ")[:2].lower()) in _WEEKDAYS:
        return integer(_WEEKDAYS.index(name) + 1)
    return apply("weekday_number", day)


def _to_weekday(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        value, day = node.expressions
        made = called(to, operands.date(value), _weekday(operands.text(day)))
        return operands.noted(made, operands.DATE)

    return rewritten


def _months_between(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return number_call(
        "months_between", *(called("to_timestamp_ntz", value) for value in node.expressions)
    )


def _named(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """DAYNAME, MONTHNAME: three letters (DuckDB: the whole name)."""
        return operands.text_call(to, operands.moment(node.expressions[0]))

    return rewritten


_SLICES: Final = frozenset(("year", "quarter", "month", "week", "day", "hour", "minute", "second"))
#: 1970-01-01 was a Thursday.
_EPOCH: Final = date(1970, 1, 1)
_THURSDAY: Final = 4


def _time_slice(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """TIME_SLICE(d, n, part [, 'START' | 'END']): slices are counted from 1970-01-01.

    Slices of weeks are counted from the beginning of its week, which WEEK_START says.
    """
    value, length, part, *edge = node.expressions
    name = part_of(part)
    if name not in _SLICES:
        raise InvalidParameter(
            f"SQL compilation error:\n'{name.upper()}' is not a valid part for function TIME_SLICE"
        )
    if name in _IN_A_DAY:
        value = apply("timestamp_alone", value)
    side = operands.literal_text(edge[0], "slice edge").upper() if edge else "START"
    if side not in ("START", "END"):
        raise InvalidParameter(f"SQL compilation error:\ninvalid slice edge '{side}'")
    count = operands.literal_number(length)
    if count is None or count < 1:
        raise InvalidParameter("SQL compilation error:\nslice length must be a positive constant")
    if name == "quarter":
        name, count = "month", count * 3
    back = (_THURSDAY - _week_start(walk)) % 7 if name == "week" else 0
    origin = exp.cast(string(str(_EPOCH - timedelta(days=back))), "TIMESTAMP")
    start = apply("time_slice", value, string(f"{count} {name}"), origin)
    if side == "START":
        return start
    return apply(f"dateadd_{name}", integer(count), start)


def _parts(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        return apply(to, *map(operands.number, node.expressions))

    return rewritten


def _timestamp_from_parts(into: str | None = None) -> Rewriter:
    """`into` is the macro that makes the moment one of the type, None for TIMESTAMP_NTZ."""

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """TIMESTAMP_FROM_PARTS: of numbers that may overflow, or of a date and a time."""
        values = node.expressions
        if len(values) == 2:
            made: exp.Expression = apply(
                "timestamp_of_date_and_time",
                operands.date(values[0]),
                apply("to_time", values[1]),
            )
        else:
            if len(values) not in ((6, 7, 8) if into == "to_timestamp_tz" else (6, 7)):
                raise InvalidParameter(
                    "SQL compilation error:\nwrong number of arguments for TIMESTAMP_FROM_PARTS"
                )
            numbers = [operands.number(value) for value in values[:7]]
            if len(numbers) == 6:
                numbers.append(integer(0))
            made = apply("timestamp_from_parts", *numbers)
            if len(values) == 8:
                return operands.zoned_call("tz_clock_in", operands.text(values[7]), made)
        if into is None:
            return made
        made = called(into, made)
        return operands.noted(made, operands.ZONED) if into == "to_timestamp_tz" else made

    return rewritten


_MAPPED: Final = {"TIMESTAMP_LTZ": "to_timestamp_ltz", "TIMESTAMP_TZ": "to_timestamp_tz"}


def _mapped_from_parts(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """TIMESTAMP_FROM_PARTS: of the type that TIMESTAMP_TYPE_MAPPING says."""
    mapping = str(walk.context.parameters.get("TIMESTAMP_TYPE_MAPPING", "")).upper()
    return _timestamp_from_parts(_MAPPED.get(mapping))(node, walk)


def _convert_timezone(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """CONVERT_TIMEZONE(to, ts) and (from, to, ts): the first answers a TIMESTAMP_TZ."""
    *zones, value = node.expressions
    if len(zones) == 1:
        return operands.zoned_call(
            "convert_timezone_to", operands.text(zones[0]), called("to_timestamp_ltz", value)
        )
    return apply("convert_timezone", *map(operands.text, zones), apply("wall_clock", value))


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("DATEADD TIMEADD TIMESTAMPADD", _dateadd, 3, 3),
    call("DATEDIFF TIMEDIFF TIMESTAMPDIFF", _datediff, 3, 3),
    call("ADD_MONTHS", _add_months, 2, 2),
    call("DATE_TRUNC", _date_trunc, 2, 2),
    rewrite("DATE_PART EXTRACT", _extract, exp.Extract, least=2, most=2),
    *(
        call(names, _part(part), 1, 1)
        for names, part in (
            ("YEAR", "year"),
            ("QUARTER", "quarter"),
            ("MONTH", "month"),
            ("DAY DAYOFMONTH", "day"),
            ("HOUR", "hour"),
            ("MINUTE", "minute"),
            ("SECOND", "second"),
            ("DAYOFYEAR", "dayofyear"),
            ("DAYOFWEEK", "dayofweek"),
            ("DAYOFWEEKISO DAYOFWEEK_ISO", "dayofweekiso"),
            ("WEEK WEEKOFYEAR", "week"),
            ("WEEKISO", "weekiso"),
            ("YEAROFWEEK", "yearofweek"),
            ("YEAROFWEEKISO", "yearofweekiso"),
        )
    ),
    call("LAST_DAY", _last_day, 1, 2),
    call("NEXT_DAY", _to_weekday("next_day"), 2, 2),
    call("PREVIOUS_DAY", _to_weekday("previous_day"), 2, 2),
    call("MONTHS_BETWEEN", _months_between, 2, 2),
    call("DAYNAME", _named("day_name"), 1, 1),
    call("MONTHNAME", _named("month_name"), 1, 1),
    call("TIME_SLICE", _time_slice, 3, 4),
    call("DATE_FROM_PARTS DATEFROMPARTS", _parts("date_from_parts"), 3, 3),
    call("TIME_FROM_PARTS TIMEFROMPARTS", _parts("time_from_parts"), 3, 4),
    call(
        "TIMESTAMP_NTZ_FROM_PARTS TIMESTAMPNTZFROMPARTS",
        _timestamp_from_parts(), 2, 8,
    ),
    call("TIMESTAMP_FROM_PARTS TIMESTAMPFROMPARTS", _mapped_from_parts, 2, 8),
    call(
        "TIMESTAMP_LTZ_FROM_PARTS TIMESTAMPLTZFROMPARTS",
        _timestamp_from_parts("to_timestamp_ltz"), 2, 8,
    ),
    call(
        "TIMESTAMP_TZ_FROM_PARTS TIMESTAMPTZFROMPARTS",
        _timestamp_from_parts("to_timestamp_tz"), 2, 8,
    ),
    call("CONVERT_TIMEZONE", _convert_timezone, 2, 3),
)  # fmt: skip
