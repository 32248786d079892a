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

#: A mark in JSON text, and what stays of it: a text loses its mark, what is no text its quotes
#: too, a TIME its fraction. RE2 and Python read both alike.
MARKED: Final = rf'"{MARK}[A-Z]([^"]*)"|{MARK}t([0-9:]{{8}})[.0-9]*|{MARK}[a-z]'
UNMARKED: Final = r"\1\2"
#: The letters of texts that are shown as they are.
PLAIN: Final = "dnlzb"

_MARKED: Final = re.compile(MARKED)


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
    return _MARKED.sub(UNMARKED, text.replace(MISSING, missing))
