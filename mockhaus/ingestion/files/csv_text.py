"""A CSV reader in Python that knows every option Snowflake has, and where each field stands.

DuckDB's reader is quick and takes plain files; this one takes what is left: escapes outside of
quotes, delimiters and record ends of any length, lines of several kinds; and it tells line and
character of what is wrong. It reads a record at a time. Snowflake's manual: "CREATE FILE FORMAT".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO

from msgspec import Struct

from mockhaus.ingestion.files.file_formats import FileFormat

_CHUNK: Final = 1 << 20
_SIGNS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Record(Struct):
    """One record: the line it begins on (from 1), its fields, and the character each begins at.

    A field is None for NULL. `problem` says why the record cannot be split, with the character in
    `at[-1]`; `text` is the record as it stands in the file, from its byte `begin` on, from 0.
    """

    line: int
    fields: list[str | None]
    at: list[int]
    problem: str | None = None
    text: str = ""
    begin: int = 0


class Place(Struct, frozen=True):
    """Where a character of a record stands: line and character from 1, byte from 0."""

    line: int
    character: int
    byte: int


def place_of(text: str, line: int, begin: int, character: int) -> Place:
    """Of a record's character, counted from 1; the record begins at a line and a byte."""
    before = text[: character - 1]
    return Place(
        line + before.count("\n"), len(before) - before.rfind("\n"), begin + _bytes(before)
    )


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


class CsvText:
    """The records of a text. The text is opened with `newline=''` and begins at a byte."""

    def __init__(self, text: TextIO, format: FileFormat, begin: int = 0) -> None:
        self._text = text
        self._delimiter: str | None = format["FIELD_DELIMITER"]
        self._end: str | None = format["RECORD_DELIMITER"]
        self._quote: str | None = format["FIELD_OPTIONALLY_ENCLOSED_BY"]
        self._escape: str | None = format["ESCAPE"]
        self._unenclosed: str | None = self._escape or format["ESCAPE_UNENCLOSED_FIELD"]
        self._nulls = frozenset(format["NULL_IF"])
        self._empty_null: bool = format["EMPTY_FIELD_AS_NULL"]
        self._multi_line: bool = format["MULTI_LINE"]
        self._trim: bool = format["TRIM_SPACE"]
        self._skip: int = format["SKIP_HEADER"]
        self._skip_blank: bool = format["SKIP_BLANK_LINES"]
        self._buffer = ""
        self._position = 0
        self._line = 1
        #: How the line read last ended, and how many bytes were read.
        self._ended = ""
        self._read = begin

    @property
    def lines(self) -> int:
        """How many lines have been read."""
        return self._line - 1

    def __iter__(self) -> Iterator[Record]:
        for _ in range(self._skip):
            if self._physical() is None:
                return
            self._line += 1
        while True:
            begin, line = self._read, self._line
            if (text := self._physical()) is None:
                return
            self._line += 1
            if not text.strip(" \t") and self._skip_blank:
                continue
            record = self._record(text, line)
            record.begin = begin
            yield record

    def _physical(self) -> str | None:
        """The text up to the next record delimiter, None at the end of the file."""
        if self._end is None:
            rest = self._buffer[self._position :] + self._text.read()
            self._buffer, self._position, self._ended = "", 0, ""
            self._read += _bytes(rest)
            return rest or None
        start = self._position
        while True:
            at = self._buffer.find(self._end, start)
            if at >= 0:
                found = self._buffer[self._position : at]
                self._position = at + len(self._end)
                self._ended = self._end
                break
            # A long line is read in pieces that grow with it, and each is looked at once.
            left = self._buffer[self._position :]
            more = self._text.read(max(_CHUNK, len(left)))
            self._buffer, self._position = left + more, 0
            start = max(len(left) - len(self._end) + 1, 0)
            if not more:
                found, self._buffer, self._ended = self._buffer, "", ""
                if not found:
                    return None
                break
        self._read += _bytes(found) + _bytes(self._ended)
        if self._end == "\n" and found.endswith("\r"):
            self._ended = "\r" + self._ended
            return found[:-1]
        return found

    def _record(self, text: str, line: int) -> Record:
        special = (self._quote and self._quote in text) or (
            self._unenclosed and self._unenclosed in text
        )
        if special:
            return self._split_carefully(text, line)
        pieces = [text] if self._delimiter is None else text.split(self._delimiter)
        width = len(self._delimiter or "")
        at, fields, begins = 1, [], []
        for piece in pieces:
            begins.append(at)
            at += len(piece) + width
            fields.append(self._unquoted(piece, piece))
        return Record(line, fields, begins, text=text)

    def _unquoted(self, raw: str, text: str) -> str | None:
        """An unenclosed field, before and after its escapes are read."""
        if self._trim:
            raw, text = raw.strip(), text.strip()
        if (not text and self._empty_null) or raw in self._nulls or text in self._nulls:
            return None
        return text

    def _split_carefully(self, text: str, line: int) -> Record:
        record = Record(line, [], [])
        at = 0
        while True:
            begin = at
            while self._trim and begin < len(text) and text[begin] in " \t":
                begin += 1
            record.at.append(at + 1)
            if self._quote and text.startswith(self._quote, begin):
                text, at, value = self._enclosed(text, begin, record)
            else:
                text, at, value = self._open(text, at)
            record.text = text
            if record.problem is not None:
                return record
            record.fields.append(value)
            if at >= len(text):
                return record
            at += len(self._delimiter or "")

    def _more(self, text: str) -> str | None:
        """The record with the next line joined to it: its delimiter was data."""
        ended = self._ended
        following = self._physical()
        if following is None:
            return None
        self._line += 1
        return f"{text}{ended}{following}"

    def _open(self, text: str, at: int) -> tuple[str, int, str | None]:
        """An unenclosed field that begins at `at`: text, where it ends, value."""
        begin, pieces = at, []
        while True:
            if at >= len(text):
                break
            if self._delimiter and text.startswith(self._delimiter, at):
                break
            if self._unenclosed and text[at] == self._unenclosed:
                if at + 1 >= len(text):
                    longer = self._more(text) if self._multi_line else None
                    if longer is None:
                        pieces.append(text[at])
                        at += 1
                        continue
                    text = longer
                pieces.append(_SIGNS.get(text[at + 1], text[at + 1]))
                at += 2
                continue
            pieces.append(text[at])
            at += 1
        return text, at, self._unquoted(text[begin:at], "".join(pieces))

    def _enclosed(self, text: str, begin: int, record: Record) -> tuple[str, int, str | None]:
        """An enclosed field whose quote is at `begin`."""
        quote, at, pieces = self._quote or "", begin + 1, []
        while True:
            if at >= len(text):
                longer = self._more(text) if self._multi_line else None
                if longer is None:
                    record.problem = f"Found enclosing character without a closing one: {quote}"
                    return text, at, None
                text = longer
                continue
            sign = text[at]
            if sign == self._escape and at + 1 < len(text):
                pieces.append(_SIGNS.get(text[at + 1], text[at + 1]))
                at += 2
            elif sign != quote:
                pieces.append(sign)
                at += 1
            elif text.startswith(quote, at + 1):
                pieces.append(quote)
                at += 2
            else:
                break
        at += 1
        while self._trim and at < len(text) and text[at] in " \t":
            at += 1
        if at < len(text) and not (self._delimiter and text.startswith(self._delimiter, at)):
            record.problem = (
                f"Found character '{text[at]}' instead of field delimiter '{self._delimiter}'"
            )
            record.at[-1] = at + 1
            return text, at, None
        value = "".join(pieces)
        return text, at, None if value in self._nulls else value
