"""Snowflake's date and time models (`YYYY-MM-DD HH24:MI:SS.FF3`) as DuckDB's strptime formats.

Snowflake's manual: "Date and time input and output formats".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mockhaus.errors import InvalidParameter, UnsupportedFeature

#: Longest first: the model is read from left to right.
_ELEMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("MMMM", "%B"),
    ("MON", "%b"),
    ("MM", "%m"),
    ("MI", "%M"),
    ("DD", "%d"),
    ("DY", "%a"),
    ("HH24", "%H"),
    ("HH12", "%I"),
    ("HH", "%H"),
    ("AM", "%p"),
    ("PM", "%p"),
    ("SS", "%S"),
    ("TZH:TZM", "%z"),
    ("TZHTZM", "%z"),
    ("TZH", "%z"),
)
#: Stands in a format for fractional seconds, which DuckDB reads as `%f` up to six digits and as
#: `%n` up to nine.
FRACTION: Final = "%f"

_FRACTION = re.compile(r"FF([0-9]?)")
_UNKNOWN = re.compile(r"TZD|TZISO|[A-SU-Z]")


@lru_cache(maxsize=256)
def strptime(model: str) -> str:
    """The strptime format of a model.

    `"quoted"` text and signs stand for themselves, and so does a single `T`. Raises
    InvalidParameter for what is no model, UnsupportedFeature for elements DuckDB cannot read.
    """
    upper, at, pieces = model.upper(), 0, []
    while at < len(model):
        if model[at] == '"':
            end = model.find('"', at + 1)
            if end < 0:
                raise InvalidParameter(f"Invalid date or time format '{model}'.")
            pieces.append(model[at + 1 : end].replace("%", "%%"))
            at = end + 1
            continue
        if match := _FRACTION.match(upper, at):
            pieces.append(FRACTION)
            at = match.end()
            continue
        for element, format in _ELEMENTS:
            if upper.startswith(element, at):
                pieces.append(format)
                at += len(element)
                break
        else:
            if upper.startswith("TZD", at) or upper.startswith("TZISO", at):
                raise UnsupportedFeature(f"Unsupported feature 'time zone names in {model}'.")
            if _UNKNOWN.match(upper, at):
                raise InvalidParameter(f"Invalid date or time format '{model}'.")
            pieces.append(model[at].replace("%", "%%"))
            at += 1
    return "".join(pieces)
