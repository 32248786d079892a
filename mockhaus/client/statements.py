"""The statements of a text, and whether its last one has ended, without a parser.

A semicolon ends a statement unless it stands in a string, a quoted name, `$$` text, a comment or a
block of Snowflake Scripting. It is for texts that are being typed, so what is open is not an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

_TOKEN: Final = re.compile(
    r"""
    (?P<string>  '(?:[^'\\]|\\.|'')*(?P<string_end>')? )
  | (?P<name>    "(?:[^"]|"")*(?P<name_end>")? )
  | (?P<dollars> \$\$.*?(?P<dollars_end>\$\$|\Z) )
  | (?P<path>    file://[^\s;']* )
  | (?P<comment> (?:--|//)[^\n]* | /\*.*?(?P<comment_end>\*/|\Z) )
  | (?P<word>    [A-Za-z_][\w$]* )
  | (?P<end>     ; )
  | (?P<other>   \S )
    """,
    re.X | re.S | re.I,
)

#: Words behind END that say that it closes something that no BEGIN or CASE opened.
_OTHER_ENDS: Final = frozenset({"IF", "FOR", "WHILE", "LOOP", "REPEAT"})
#: Words behind BEGIN that make it a transaction's.
_TRANSACTION: Final = frozenset({"TRANSACTION", "WORK", "NAME"})
#: Statements in which AS may be followed by a block.
_WITH_BODY: Final = frozenset({"CREATE", "ALTER", "WITH"})


class Piece(Struct, frozen=True):
    """One statement: its text without the semicolon and what follows its last word, where it
    starts, where the next one may begin, and whether it has ended."""

    text: str
    start: int
    end: int
    ended: bool


def split(text: str) -> list[Piece]:
    """The statements of a text that are more than space and comments; only the last may be open."""
    return list(_pieces(text))


def is_complete(text: str) -> bool:
    """Whether a text can be run as it stands: its last statement has ended, and there is one."""
    pieces = split(text)
    return bool(pieces) and pieces[-1].ended


def rest(text: str) -> str:
    """What follows the last statement that has ended."""
    return text[max((piece.end for piece in split(text) if piece.ended), default=0) :]


def called(text: str) -> list[str]:
    """The names before parentheses, in upper case, each once: functions, among others."""
    names: dict[str, None] = {}
    before = ""
    for found in _TOKEN.finditer(text):
        if found["comment"]:
            continue
        if before and found["other"] == "(":
            names[before] = None
        before = found["word"].upper() if found["word"] else ""
    return list(names)


def _pieces(text: str) -> Iterator[Piece]:
    start: int | None = None
    last = 0
    block = _Block()
    for found in _TOKEN.finditer(text):
        if found["comment"]:
            continue
        if found["end"] and (start is None or block.ends_here()):
            if start is not None:
                yield Piece(text[start:last], start, found.end(), True)
            start, block = None, _Block()
            continue
        if start is None:
            start = found.start()
        last = found.end()
        block.take(found["word"].upper() if found["word"] else "")
    if start is not None:
        yield Piece(text[start:last], start, len(text), False)


class _Block:
    """Follows the words of one statement: how deep it is in blocks."""

    def __init__(self) -> None:
        self._first = ""
        self._before = ""
        self._depth = 0
        #: A DECLARE whose BEGIN has not come yet; a BEGIN or END whose next word decides.
        self._declares = False
        self._begins = False
        self._closes = False

    def take(self, word: str) -> None:
        """The next token; empty for what is no word."""
        self._settle(word)
        if not self._first:
            self._first = word or "?"
            may_open = True
        else:
            may_open = self._before == "AS" and self._first in _WITH_BODY
        if self._depth or self._declares:
            self._inside(word)
        elif may_open and word == "DECLARE":
            self._declares = True
        elif may_open and word == "BEGIN":
            self._begins = True
        self._before = word

    def _inside(self, word: str) -> None:
        if word == "BEGIN":
            self._depth += 1
            self._declares = False
        elif word == "CASE" and self._depth and self._before != "END":
            self._depth += 1
        elif word == "END" and self._depth:
            self._closes = True

    def _settle(self, word: str) -> None:
        """Decide on the word before, now that the next one is known."""
        if self._begins:
            self._begins = False
            self._depth += word not in _TRANSACTION
        if self._closes:
            self._closes = False
            self._depth -= word not in _OTHER_ENDS

    def ends_here(self) -> bool:
        """Whether a semicolon ends the statement; it decides on the word before as well."""
        self._begins = False  # BEGIN; opens a transaction
        self._settle("")
        self._before = ""
        return not self._depth and not self._declares
