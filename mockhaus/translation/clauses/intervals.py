"""Intervals, which move a date or a time: `d + INTERVAL '1 year, 3 months'`.

A constant names its parts in the text, or a qualifier behind it does: `INTERVAL '1-2' YEAR TO
MONTH`. There is no type of intervals here: a constant that moves nothing is refused.

Snowflake's manual: "Interval constants", "Interval data types".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidDatetime, UnsupportedFeature
from mockhaus.translation.functions.parts import date_part
from mockhaus.translation.registry import apply
from mockhaus.translation.types import operands

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: `3 months`; a number alone is of seconds, or of the unit behind the text.
_AMOUNT: Final = re.compile(r"\s*([+-]?\d+)(?:\s+([A-Za-z_]+))?\s*")
#: A part -> what stands before it in the text of a qualified interval, and where it carries over.
_FIELDS: Final[dict[str, tuple[str, int]]] = {
    "year": ("", 0), "month": ("-", 12), "day": ("", 0),
    "hour": (" ", 24), "minute": (":", 60), "second": (":", 60),
}  # fmt: skip
_WHOLE: Final = r"(\d{1,9})"
_FRACTION: Final = r"(\d{1,9}(?:\.\d{1,9})?)"
_NAMES: Final = tuple(_FIELDS)
_DAY: Final = _NAMES.index("day")

#: What an interval is an operand or a bound of.
_TAKING: Final = (exp.Add, exp.Sub, exp.WindowSpec)

Move = tuple[str, int]


def moved(moment: exp.Expression, interval: exp.Interval, sign: int) -> exp.Expression:
    """A moment, moved by the parts of an interval from left to right: one DATEADD a part."""
    for part, amount in _moves(interval):
        moment = apply(f"dateadd_{part}", operands.integer(sign * amount), moment)
    return moment


def _moves(interval: exp.Interval) -> Iterator[Move]:
    text, unit = operands.literal_text(interval.this, "interval"), interval.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return qualified(text, _field(unit.this), _field(unit.expression))
    if unit is not None and not isinstance(unit, exp.Var):  # DAY(3), SECOND(6)
        return qualified(text, _field(unit), _field(unit))
    if unit is not None and unit.name.upper() == "SECOND" and "." in text:
        return qualified(text, "second", "second")
    return _constant(text, "second" if unit is None else unit.name)


def _constant(text: str, unit: str) -> Iterator[Move]:
    """The parts of `1 year, 3 months`; a unit behind the text is that of its last number."""
    pieces = text.split(",")
    for number, piece in enumerate(pieces):
        match = _AMOUNT.fullmatch(piece)
        if match is None:
            raise UnsupportedFeature(f"Unsupported feature 'INTERVAL ''{text}'''.")
        part = match[2] or (unit if number == len(pieces) - 1 else "second")
        yield date_part(part), int(match[1])


def _field(node: exp.Expression) -> str:
    """A field of a qualifier, whose digits (`DAY(3)`) say no more than how many it may have."""
    name = str(node.this) if isinstance(node, (exp.Var, exp.Anonymous)) else type(node).__name__
    if name.lower() not in _FIELDS:
        raise UnsupportedFeature(f"Unsupported feature 'INTERVAL .. {name.upper()}'.")
    return name.lower()


def qualified(text: str, first: str, last: str) -> Iterator[Move]:
    """The parts of `1-2` YEAR TO MONTH, `1 02:03:04.5` DAY TO SECOND: one sign for all."""
    start, end = _NAMES.index(first), _NAMES.index(last)
    if start > end or (start < _DAY <= end):
        raise UnsupportedFeature(
            f"Unsupported feature 'INTERVAL .. {first.upper()} TO {last.upper()}'."
        )
    fields = _NAMES[start : end + 1]
    pattern = "".join(
        re.escape(_FIELDS[each][0] if place else "") + (_FRACTION if each == "second" else _WHOLE)
        for place, each in enumerate(fields)
    )
    match = re.fullmatch(rf"\s*([+-]?)\s*{pattern}\s*", text, re.ASCII)
    amounts = [Decimal(each) for each in match.groups()[1:]] if match else []
    if match is None or any(
        amount >= _FIELDS[field][1] for field, amount in zip(fields[1:], amounts[1:], strict=True)
    ):
        shown = first if first == last else f"{first} to {last}"
        raise InvalidDatetime(f"Interval '{text}' is not recognized as {shown.upper()}")
    sign = -1 if match[1] == "-" else 1
    for field, amount in zip(fields, amounts, strict=True):
        yield field, sign * int(amount)
        if amount % 1:
            yield "nanosecond", sign * int(amount % 1 * 10**9)


def _interval(node: exp.Interval, walk: Walk) -> exp.Expression:
    """A constant and its qualifier are read as a whole by what they move."""
    around = node.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    if not (isinstance(around, _TAKING) or walk.context.postgres):
        raise UnsupportedFeature("Unsupported feature 'an INTERVAL as a value'.")
    if not isinstance(node.this, exp.Literal):
        walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Interval: _interval}
