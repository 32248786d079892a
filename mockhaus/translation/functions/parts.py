"""Date and time parts and their many spellings.

Snowflake's manual: "Supported date and time parts".
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.types import operands

_SPELLINGS: Final[dict[str, str]] = {
    "year": "y yy yyy yyyy yr years yrs",
    "quarter": "q qtr qtrs quarters",
    "month": "mm mon mons months",
    "week": "w wk weekofyear woy wy weeks",
    "day": "d dd days dayofmonth",
    "hour": "h hh hr hours hrs",
    "minute": "m mi min minutes mins",
    "second": "s sec seconds secs",
    "millisecond": "ms msec milliseconds",
    "microsecond": "us usec microseconds",
    "nanosecond": "ns nsec nanosec nsecond nanoseconds nanosecs nseconds",
    "dayofweek": "weekday dow dw",
    "dayofweekiso": "weekday_iso dow_iso dw_iso dayofweek_iso",
    "dayofyear": "yearday doy dy",
    "weekiso": "week_iso weekofyeariso weekofyear_iso",
    "yearofweek": "",
    "yearofweekiso": "",
    "epoch_second": "epoch epoch_seconds",
    "epoch_millisecond": "epoch_milliseconds",
    "epoch_microsecond": "epoch_microseconds",
    "epoch_nanosecond": "epoch_nanoseconds",
    "timezone_hour": "tzh",
    "timezone_minute": "tzm",
}

_PARTS: Final[dict[str, str]] = {
    spelling: part for part, others in _SPELLINGS.items() for spelling in (part, *others.split())
}

#: Parts that a DATE has: arithmetic with them keeps it a DATE.
DATE_PARTS: Final = frozenset(("year", "quarter", "month", "week", "day"))
#: Parts that can be added, counted and truncated to.
UNITS: Final = (
    *("year", "quarter", "month", "week", "day", "hour", "minute", "second"),
    *("millisecond", "microsecond", "nanosecond"),
)


def date_part(spelling: str, units_only: bool = True) -> str:
    """The part that a spelling means. Raises InvalidParameter if there is none."""
    part = _PARTS.get(spelling.lower())
    if part is None or (units_only and part not in UNITS):
        raise InvalidParameter(
            f"SQL compilation error:\n'{spelling.upper()}' is not a valid date/time component"
        )
    return part


def part_of(node: exp.Expression, units_only: bool = True) -> str:
    """The part that an argument names: a word, or text in quotes."""
    bare = operands.plain(node)
    if isinstance(bare, (exp.Column, exp.Var, exp.Identifier)) or (
        isinstance(bare, exp.Literal) and bare.is_string
    ):
        return date_part(bare.name, units_only)
    raise UnsupportedFeature("Unsupported feature 'date part that is not a constant'.")


def is_part(node: exp.Expression) -> bool:
    """Whether an argument spells a date part in quotes or as a bare word."""
    bare = operands.plain(node)
    if isinstance(bare, exp.Column):
        return not bare.table and bare.name.lower() in _PARTS
    return isinstance(bare, exp.Literal) and bare.is_string and str(bare.this).lower() in _PARTS
