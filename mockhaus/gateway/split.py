"""A text cut at its semicolons, for statements that are not Snowflake SQL.

Snowflake's parser reads whole texts; `SET TIME ZONE ..; SELECT 1` is one that it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

_TOKEN: Final = r"""
      | "(?:[^"]|"")*"            # quoted name
      | \$\$.*?\$\$               # dollar-quoted text
      | (?P<comment> --[^\n]* | //[^\n]* | /\*.*?\*/ )
      | (?P<end> ; )"""
_ESCAPED: Final = re.compile(r"'(?:[^'\\]|\\.|'')*'" + _TOKEN, re.X | re.S)
_PLAIN: Final = re.compile(r"'(?:[^']|'')*'" + _TOKEN, re.X | re.S)


class Piece(Struct, frozen=True):
    """One statement, `bare` without comments, and where `text` starts in the whole."""

    text: str
    bare: str
    offset: int


def split(text: str, *, plain: bool = False) -> Iterator[Piece]:
    """The statements of a text that are more than space and comments; `plain` says that its strings
    have no escapes."""
    start = position = 0
    bare: list[str] = []
    for match in (_PLAIN if plain else _ESCAPED).finditer(text):
        if match["comment"]:
            bare += (text[position : match.start()], " ")
            position = match.end()
        elif match["end"]:
            bare.append(text[position : match.start()])
            yield from _piece(text, start, match.start(), bare)
            start = position = match.end()
            bare = []
    bare.append(text[position:])
    yield from _piece(text, start, len(text), bare)


def _piece(text: str, start: int, end: int, bare: list[str]) -> Iterator[Piece]:
    stripped = "".join(bare).strip()
    if stripped:
        yield Piece(text[start:end], stripped, start)
