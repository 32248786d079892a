"""COPY FROM STDIN: what a client sends, spooled into a file of the session's folder.

Text is normalised on the way: escapes that DuckDB's reader could not get past (a backslash before
a line end or a delimiter, octal and hexadecimal codes) become others that mean the same. Manual:
COPY, "File Formats"; 55.2.6 "COPY Operations".
"""

from __future__ import annotations

import mmap
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mockhaus.errors import LoadError, UnsupportedFeature
from mockhaus.gateway.copy.copy_binary import write_parquet
from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.forms.rows import shown_name
from mockhaus.result import Column
from mockhaus.translation.statements import CopyFromClient

_PLAIN: Final = re.compile(rb"\\[^\\bfnrtvN.]")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.S)
_ESCAPED: Final = {
    **{b"\b": b"\\b", b"\f": b"\\f", b"\n": b"\\n", b"\r": b"\\r", b"\t": b"\\t"},
    **{b"\v": b"\\v", b"\\": b"\\\\"},
}
#: What may follow the backslash of an escape whose rest is in the next piece.
_UNFINISHED: Final = re.compile(rb"(?:[0-7]{0,2}|x[0-9A-Fa-f]?)")


def _blank_line(data: mmap.mmap | bytes) -> int:
    """Where the first line without anything begins, -1 for nowhere."""
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return 0
    found = [at + 1 for mark in (b"\n\n", b"\n\r\n") if (at := data.find(mark)) >= 0]
    return min(found, default=-1)


def _unfinished(data: bytes) -> int:
    """How many bytes at the end may be an escape that is not whole yet."""
    for size in range(1, 4):
        if data[-size : len(data) - size + 1] == b"\\":
            before = data[: len(data) - size]
            begins = (len(before) - len(before.rstrip(b"\\"))) % 2 == 0
            return size if begins and _UNFINISHED.fullmatch(data[len(data) - size + 1 :]) else 0
    return 0


class CopyIn:
    """One COPY FROM STDIN under way."""

    def __init__(self, command: CopyCommand, columns: Sequence[Column], folder: Path) -> None:
        self.command = command
        self.columns = columns
        self._escapes = False
        self._held = b""
        #: No line is longer than this; and the bytes since the last line end that was seen.
        self._longest = self._since = 0
        self._file = tempfile.NamedTemporaryFile(dir=folder, prefix="copy-", delete=False)  # noqa: SIM115 closed by close
        self._paths = [Path(self._file.name)]
        delimiter = command.format.delimiter.encode()
        self._meanings = {**_ESCAPED, delimiter: b"\\d"}

    def add(self, data: bytes) -> None:
        """Take what one CopyData brings."""
        if self.command.form == "TEXT" and (self._held or b"\\" in data):
            data = self._normal(self._held + data)
        self._file.write(data)
        self._longest = max(self._longest, self._since + len(data))
        end = data.rfind(b"\n") + 1
        self._since = len(data) - end + (0 if end else self._since)

    def _normal(self, data: bytes) -> bytes:
        whole = len(data) - _unfinished(data)
        data, self._held = data[:whole], data[whole:]
        self._escapes = self._escapes or data.count(b"\\") > data.count(b"\\N")
        return _ESCAPE.sub(self._meaning, data) if _PLAIN.search(data) else data

    def _meaning(self, match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, other = match.groups()
        if other is not None:
            if other in b"bfnrtvN.\\":
                return match[0]
            return self._meanings.get(other, other)
        byte = bytes([int(octal, 8) & 255 if octal else int(hexadecimal, 16)])
        return self._meanings.get(byte, byte)

    def finish(self) -> CopyFromClient:
        """The statement that loads the file. Raises LoadError, UnsupportedFeature."""
        self._file.write(self._held)
        self._file.flush()
        command = self.command
        assert command.table is not None
        if command.form == "BINARY":
            path = Path(self._file.name + ".parquet")
            self._paths.append(path)
            write_parquet(Path(self._file.name), path, self.columns, shown_name(command.table.name))
        else:
            path = Path(self._file.name)
            self._check()
        return CopyFromClient(
            text=command.text,
            table=command.table,
            columns=command.columns,
            path=str(path),
            format=None if command.form == "BINARY" else command.format,
            escapes=self._escapes,
            longest=self._longest,
        )

    def _check(self) -> None:
        """Cut the file at its end mark; refuse what DuckDB's reader would take otherwise."""
        if not self._file.tell():
            return
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            size = self._end(data)
            if len(self.columns) > 1 and (blank := _blank_line(data)) >= 0:
                self._check_blank(data, blank)
            if self.command.form == "CSV":
                self._check_quotes(data)
        if size is not None:
            self._file.truncate(size)

    def _end(self, data: mmap.mmap) -> int | None:
        r"""Where the line `\.` begins, which ends the data; in CSV it may be a value elsewhere."""
        for mark in (b"\n\\.\n", b"\n\\.\r\n"):
            at = data.find(mark)
            if at >= 0 and (self.command.form == "TEXT" or at + len(mark) == len(data)):
                return at + 1
        if data[:4] in (b"\\.", b"\\.\n", b"\\.\r\n"):
            return 0
        return len(data) - 2 if data[-3:] == b"\n\\." else None

    def _check_blank(self, data: mmap.mmap, at: int) -> None:
        quote = self.command.format.quote.encode()
        whole = bytes(data)
        if quote and quote in whole:
            # A blank line within quotes is part of a value.
            bare = re.sub(
                re.escape(quote) + b"[^%b]*" % re.escape(quote) + re.escape(quote), b"", whole
            )
            if (at := _blank_line(bare)) < 0:
                return
        line = whole.count(b"\n", 0, at) + 1
        assert self.command.table is not None
        column = self.columns[1 if not quote else 0].name.lower()
        error = LoadError(f'missing data for column "{column}"')
        error.context = f"COPY {shown_name(self.command.table.name)}, line {line}"
        raise error

    def _check_quotes(self, data: mmap.mmap) -> None:
        form = self.command.format
        if data.find(form.quote.encode()) < 0:
            return
        quote, delimiter = re.escape(form.quote.encode()), re.escape(form.delimiter.encode())
        escape = b"" if form.escape == form.quote else re.escape(form.escape.encode())
        odd = b"[^%b%b%b\r\n]%b[^%b%b\r\n]" % (delimiter, quote, escape, quote, delimiter, quote)
        if (found := re.search(odd, data)) is not None:
            error = UnsupportedFeature("a quote in the middle of a CSV field is not supported")
            error.context = f"COPY, line {data[: found.start()].count(10) + 1}"
            raise error

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        for path in self._paths:
            path.unlink(missing_ok=True)
