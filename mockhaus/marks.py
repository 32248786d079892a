"""Values in VARIANT that JSON has no words for: texts with a mark, which no door ever shows.

A VARIANT is JSON text. What JSON cannot tell from a text or a decimal is a JSON string that begins
with a character that Unicode keeps for internal use, and a letter:

    "<MARK>d2024-01-02"     a DATE, and so on: shown as a text
    "<MARK>E1.5e+00"        a FLOAT, and so on: shown without quotes
    "<MARK>U"               the missing item of an array, shown as undefined
    "@":"<MARK>xname"       the tag of an XML element: the object is shown as XML (`mockhaus.xml`)

Snowflake's manual: "Semi-structured data types".
"""

from __future__ import annotations

import re
from typing import Final

#: A character that no text has: Unicode calls U+FDD0 a noncharacter.
MARK: Final = "\ufdd0"
TAG: Final = f"{MARK}x"
UNDEFINED: Final = f"{MARK}U"
MISSING: Final = f'"{UNDEFINED}"'

_BARE: Final = re.compile(f'"{MARK}[A-Z]([^"]*)"')
_QUOTED: Final = re.compile(f"{MARK}[a-z]")
#: A TIME is shown without its fraction.
_TIME: Final = re.compile(rf"{MARK}t(\d\d:\d\d:\d\d)[.\d]*")


#: Characters of a decimal that a double gives back as it was.
_EXACT: Final = 16


def is_exact(decimal: str) -> bool:
    """Whether readers of JSON keep a decimal as it is written."""
    if "." not in decimal:
        return True
    return len(decimal) <= _EXACT and abs(float(decimal)) >= _SMALL


#: What is smaller is written with an exponent.
_SMALL: Final = 0.001


def shown(text: str, missing: str = "undefined") -> str:
    """JSON text as Snowflake shows it, but for XML, whose elements are shown as objects."""
    if MARK not in text:
        return text
    bare = _BARE.sub(r"\1", text.replace(MISSING, missing))
    return _QUOTED.sub("", _TIME.sub(r"\1", bare))
