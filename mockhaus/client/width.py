"""How many columns of a terminal a text takes: wide characters two, emoji two, marks none."""

from __future__ import annotations

import re
from typing import Final

#: What would move a terminal's cursor or change its colours.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def width(text: str) -> int:
    """Columns that a line takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # its tables are large, and few texts need them

    return max(wcswidth(text), 0)


def harmless(text: str) -> str:
    r"""A value with control characters spelt out (`\x1b`), tabs as blanks, line ends as `\n`."""
    text = text.replace("\r\n", "\n").expandtabs(8)
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """A line with blanks behind it, or before it, to so many columns."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks
