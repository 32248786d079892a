"""Queries that differ in whole numbers of their WHERE alone: parsed and translated once.

    SELECT * FROM t WHERE id = 17          SELECT * FROM t WHERE id = 18

Drivers that write values into the text, and people, send such queries over and over. A whole number
that is compared in WHERE decides which rows come, and neither their columns nor how anything is
translated. So the second text of a shape is parsed with placeholders in place of its numbers, and
from then on a text is recognised by what is around its numbers, and its numbers are put into the
translation of the shape.

The placeholders are numbers themselves, that nobody writes. Where each of them is found again
exactly once in the translation, filling in is right, whatever the number stood in; where it is not,
the shape is given up, and its texts take the long way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

#: Longer texts are not looked at, nor those with more numbers.
_LONGEST: Final = 4000
_MOST: Final = 20

#: A whole number right of a comparison, up to the end of the condition.
_NUMBER: Final = re.compile(
    r"(?<=[=<>])(\s*)(0|[1-9]\d{0,14})(?=\s*(?:;?\s*$|\)|(?:and|or|order|group|limit)\b))", re.I
)
_SELECT: Final = re.compile(r"\s*select\b", re.I)
_WHERE: Final = re.compile(r"\bwhere\b", re.I)

#: Placeholders: sixteen digits, the last two of which count.
_FIRST: Final = 7_301_094_855_127_400
_PLACEHOLDER: Final = re.compile(r"73010948551274(\d\d)")


class Shape(Struct):
    """What texts have in common: `text` with placeholders.

    `is_known` once a second text has come; not `is_usable` once it was found not to fit.
    """

    text: str
    is_known: bool = False
    is_usable: bool = True


class Shaped(Struct, frozen=True):
    """A text of a shape, and the numbers that it has for the placeholders."""

    shape: Shape
    numbers: tuple[str, ...]

    def filled(self, translated: str) -> str | None:
        """The translation of the shape with this text's numbers; None where it does not fit."""
        found = sorted(_PLACEHOLDER.findall(translated))
        if found != [f"{number:02}" for number in range(len(self.numbers))]:
            return None
        return _PLACEHOLDER.sub(lambda match: self.numbers[int(match[1])], translated)


def shaped(text: str) -> Shaped | None:
    """The text as one of a shape that has been seen before; None where it is not."""
    if len(text) > _LONGEST or "$" in text or _PLACEHOLDER.search(text):
        return None
    if _SELECT.match(text) is None:
        return None
    where = _WHERE.search(text)
    if where is None or text.lower().count("select") > 1:
        return None
    head, rest = text[: where.end()], text[where.end() :]
    numbers = tuple(match[2] for match in _NUMBER.finditer(rest))
    if not 0 < len(numbers) <= _MOST:
        return None
    counted = iter(range(_FIRST, _FIRST + _MOST))
    shape = _shape(head + _NUMBER.sub(lambda match: f"{match[1]}{next(counted)}", rest))
    if not shape.is_known or not shape.is_usable:
        shape.is_known = True
        return None
    return Shaped(shape, numbers)


@lru_cache(maxsize=512)
def _shape(text: str) -> Shape:
    return Shape(text)
