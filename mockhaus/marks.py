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

from msgspec import Struct

#: A character that no text has: Unicode calls U+FDD0 a noncharacter.
MARK: Final = "\ufdd0"
TAG: Final = f"{MARK}x"
UNDEFINED: Final = f"{MARK}U"
MISSING: Final = f'"{UNDEFINED}"'


def _marked(bare: str) -> re.Pattern[str]:
    """A mark in JSON text and what goes with it: the quotes of what is `bare`, a TIME's fraction.

    RE2 and Python read it alike.
    """
    return re.compile(rf'"{MARK}[A-Z]({bare})"|{MARK}t([0-9:]{{8}})[.0-9]*|{MARK}[a-zE]')


class Form(Struct, frozen=True):
    """How values that JSON has no words for are told: a missing item, and what has marks."""

    missing: str
    marked: re.Pattern[str]


SHOWN: Final = Form("undefined", _marked('[^"]*'))
#: For readers of JSON, to whom NaN and infinities are texts.
JSON: Final = Form("null", _marked("[-+.e0-9]*"))

#: What stays of it.
UNMARKED: Final = r"\1\2"
#: The letters of texts that are shown as they are.
PLAIN: Final = "dnlzb"

#: Characters of a decimal that a double gives back as it was.
_EXACT: Final = 16


def is_exact(decimal: str) -> bool:
    """Whether readers of JSON keep a decimal as it is written."""
    if "." not in decimal:
        return True
    return len(decimal) <= _EXACT and abs(float(decimal)) >= _SMALL


#: What is smaller is written with an exponent.
_SMALL: Final = 0.001


def shown(text: str, form: Form = SHOWN) -> str:
    """JSON text as Snowflake shows it, but for XML, whose elements are shown as objects."""
    if MARK not in text:
        return text
    return form.marked.sub(UNMARKED, text.replace(MISSING, form.missing))
