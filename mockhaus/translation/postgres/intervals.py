"""Intervals as PostgreSQL writes them (manual, 8.5.4 "Interval Input").

Beside `+` and `-` an interval is Snowflake's INTERVAL constant, which moves a DATE by days and
keeps it a DATE; anywhere else it is a value of DuckDB's type of that name.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidText, UnsupportedFeature

_SECOND: Final = 1_000_000
#: Unit without its plural -> months, days, microseconds.
_UNITS: Final[dict[str, tuple[int, int, int]]] = {
    **dict.fromkeys(("millennium", "millennia", "mil"), (12_000, 0, 0)),
    **dict.fromkeys(("century", "centurie", "cent", "c"), (1200, 0, 0)),
    **dict.fromkeys(("decade", "dec"), (120, 0, 0)),
    **dict.fromkeys(("year", "yr", "y"), (12, 0, 0)),
    "quarter": (3, 0, 0),
    **dict.fromkeys(("month", "mon"), (1, 0, 0)),
    **dict.fromkeys(("week", "w"), (0, 7, 0)),
    **dict.fromkeys(("day", "d"), (0, 1, 0)),
    **dict.fromkeys(("hour", "hr", "h"), (0, 0, 3600 * _SECOND)),
    **dict.fromkeys(("minute", "min", "m"), (0, 0, 60 * _SECOND)),
    **dict.fromkeys(("second", "sec", "s", ""), (0, 0, _SECOND)),
    **dict.fromkeys(("millisecond", "msec", "ms"), (0, 0, 1000)),
    **dict.fromkeys(("microsecond", "usec", "us"), (0, 0, 1)),
}
_PART: Final = re.compile(
    r"\s*,?\s*(?:(?P<time>[+-]?\d+:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"|(?P<amount>[+-]?\s*\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*))"
)
#: A part of an interval that Snowflake reads as well.
_SNOWFLAKES: Final = re.compile(r"\s*[+-]?\d+(?:\s+[A-Za-z_]+)?\s*")


class Span(Struct, frozen=True):
    """An interval as PostgreSQL keeps it."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    def __neg__(self) -> Span:
        return Span(-self.months, -self.days, -self.microseconds)

    @property
    def text(self) -> str:
        """The interval in words that Snowflake and DuckDB read, parted by commas."""
        parts = [
            f"{amount} {unit}"
            for amount, unit in (
                (self.months, "month"),
                (self.days, "day"),
                (self.microseconds, "microsecond"),
            )
            if amount
        ]
        return ", ".join(parts) or "0 day"


def span(text: str, last: str = "") -> Span:
    """The interval that a text means; `last` is the unit of a number without one.

    Raises InvalidText.
    """
    ago = text.rstrip().lower().endswith(" ago")
    bare = (text.rstrip()[:-4] if ago else text).lstrip("@ ")
    months, days, microseconds, at = Decimal(0), Decimal(0), Decimal(0), 0
    while bare[at:].strip(" ,"):
        match = _PART.match(bare, at)
        if match is None:
            raise InvalidText(f'invalid input syntax for type interval: "{text[:60]}"')
        at = match.end()
        if match["time"]:
            sign = -1 if match["time"].startswith("-") else 1
            pieces = [Decimal(each) for each in match["time"].lstrip("+-").split(":")]
            seconds = pieces[0] * 3600 + pieces[1] * 60 + (pieces[2] if pieces[2:] else 0)
            microseconds += sign * seconds * _SECOND
            continue
        unit = (match["unit"] or last).lower()
        known = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
        if known is None:
            raise InvalidText(f'invalid input syntax for type interval: "{text[:60]}"')
        amount = Decimal(match["amount"].replace(" ", ""))
        months += amount * known[0]
        days += amount * known[1]
        microseconds += amount * known[2]
    # A part of a month is so many days of 30, a part of a day so many seconds.
    days += (months % 1 if months >= 0 else -(-months % 1)) * 30
    microseconds += (days % 1 if days >= 0 else -(-days % 1)) * 86_400 * _SECOND
    found = Span(int(months), int(days), round(microseconds))
    return -found if ago else found


def is_plain(text: str) -> bool:
    """Whether Snowflake reads an interval as well."""
    return all(map(_SNOWFLAKES.fullmatch, text.split(",")))


def written(node: exp.Interval) -> exp.Expression:
    """An INTERVAL constant, beside `+` and `-` in Snowflake's words."""
    value, unit = node.this, node.args.get("unit")
    if not (isinstance(value, exp.Literal) and value.is_string):
        return node
    moves = _moves(node)
    if unit is not None and not isinstance(unit, exp.Var):
        if moves:
            return node
        raise UnsupportedFeature("Unsupported feature 'INTERVAL .. TO ..'.")
    if moves and is_plain(value.name):
        return node
    found = span(value.name, unit.name if unit is not None else "")
    if moves:
        return exp.Interval(this=exp.Literal.string(found.text))
    return _value(found)


def _moves(node: exp.Expression) -> bool:
    """Whether an interval stands beside a moment that it moves."""
    parent = node.parent
    if not isinstance(parent, (exp.Add, exp.Sub)):
        return False
    other = parent.this if node.arg_key == "expression" else parent.expression
    return not isinstance(other, exp.Interval) and not _is_span(other)


def _is_span(node: exp.Expression) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == DataType.Type.INTERVAL


def _value(found: Span) -> exp.Expression:
    text = exp.Literal.string(found.text.replace(",", ""))
    return exp.Cast(this=text, to=DataType(this=DataType.Type.INTERVAL))


_FIELDS: Final = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINS", "SECS")


def made(node: exp.Anonymous) -> exp.Expression:
    """`make_interval(days => 3)` (manual, 9.9)."""
    given: dict[str, Any] = {}
    for place, each in enumerate(node.expressions):
        name = each.this.name.upper() if isinstance(each, exp.Kwarg) else _FIELDS[place]
        given[name] = each.expression if isinstance(each, exp.Kwarg) else each
    if not given.keys() <= set(_FIELDS):
        raise UnsupportedFeature(f"Unsupported feature 'make_interval {sorted(given)}'.")
    values = [given.get(name, exp.Literal.number(0)) for name in _FIELDS]
    return exp.Anonymous(this="INTERVAL_OF", expressions=values)
