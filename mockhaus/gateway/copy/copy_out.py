"""COPY TO STDOUT: rows as CopyData messages, one a row, in the text and the CSV format.

Whole batches are laid out by Arrow, as `rows` does it. Manual: COPY, "File Formats".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus.errors import InvalidIdentifier
from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.copy.copy_fields import HEADER, TRAILER
from mockhaus.gateway.forms.cells import Matrix, data_of, matrix, strings, valid
from mockhaus.gateway.forms.rows import Batch, Held, RowEncoder, Wire, pieces, shown_name
from mockhaus.gateway.wire.messages import BINARY
from mockhaus.result import Column
from mockhaus.translation.statements import ClientFormat

#: What the text format writes for a character: `\` first, since the others bring more of it.
_ESCAPES: Final = (
    ("\\", "\\\\"),
    ("\b", "\\b"),
    ("\f", "\\f"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\t", "\\t"),
    ("\v", "\\v"),
)

_HEAD = struct.Struct("!ci")


class BinaryRows(RowEncoder):
    """The binary format: its tuples are laid out as DataRows are."""

    header = HEADER
    trailer = TRAILER

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns, (BINARY,), b"d")


class TextRows(RowEncoder):
    """The text and the CSV format."""

    trailer = b""

    def __init__(self, columns: Sequence[Column], form: ClientFormat) -> None:
        super().__init__(columns)
        self._form = form
        self._null = form.null.encode()
        self._columns_of = columns
        self._forced = [_is_forced(column, form.force_quote) for column in columns]
        known = {column.name.upper() for column in columns} | {"*"}
        for name in form.force_quote:
            if name.upper() not in known:
                raise InvalidIdentifier(f"invalid identifier '{name}'", subject=name)
        self._style: _Csv | _Text = _Csv(form, len(columns)) if form.quote else _Text(form)

    @property
    def header(self) -> bytes:
        """The line of column names, if there is to be one."""
        if not self._form.header:
            return b""
        cells = [pa.array([shown_name(c.name).encode()], pa.binary()) for c in self._columns_of]
        if self._form.quote:
            cells = [self._style.escaped(each, False) for each in cells]
        line = self._form.delimiter.encode().join(each[0].as_py() for each in cells)
        return line + b"\n"

    def encode(self, batch: Batch) -> Wire:
        """The CopyData messages of a batch."""
        if isinstance(batch, Held):
            batch = self.batch(batch.rows)
        parts = [self._lines(piece) for piece in pieces(batch)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _lines(self, batch: pa.RecordBatch) -> Wire:
        if not batch.num_rows or not batch.num_columns:
            return (_HEAD.pack(b"d", 5) + b"\n") * int(batch.num_rows)
        parts: list[Any] = []
        lengths = np.full(batch.num_rows, 4 + batch.num_columns, np.int32)
        delimiter = pa.scalar(self._form.delimiter.encode(), pa.binary())
        for form, raw, forced in zip(self._forms, batch.columns, self._forced, strict=True):
            column = form.bring(raw)
            cells = form.vector(column)
            cells = strings(cells) if isinstance(cells, np.ndarray) else cells.cast(pa.binary())
            cells = self._style.escaped(cells, forced)
            if column.null_count:
                null = pa.scalar(self._null, pa.binary())
                cells = pc.if_else(pa.array(valid(column)), cells, null)
            lengths += pc.binary_length(cells).to_numpy(zero_copy_only=False)
            parts += (cells, delimiter)
        parts[-1] = pa.scalar(b"\n", pa.binary())
        head = np.empty(len(lengths), dtype=[("type", "u1"), ("length", ">i4")])
        head["type"], head["length"] = ord("d"), lengths
        heads: Matrix = matrix(head)
        joined = pc.binary_join_element_wise(strings(heads), *parts, b"")
        return memoryview(joined.buffers()[2])


def _is_forced(column: Column, listed: tuple[str, ...]) -> bool:
    return any(name == "*" or name.upper() == column.name.upper() for name in listed)


class _Text:
    """Backslash escapes."""

    def __init__(self, form: ClientFormat) -> None:
        own = () if form.delimiter == "\t" else ((form.delimiter, "\\" + form.delimiter),)
        self._escapes = [(a.encode(), b.encode()) for a, b in (*_ESCAPES, *own)]

    def escaped(self, cells: pa.Array, forced: bool) -> pa.Array:
        data = data_of(cells).tobytes()
        for character, written in self._escapes:
            if character in data:
                cells = pc.replace_substring(cells, character, written)
        return cells


class _Csv:
    """Quotes where they are needed."""

    def __init__(self, form: ClientFormat, columns: int) -> None:
        self._quote = form.quote.encode()
        self._escape = form.escape.encode()
        self._null = form.null.encode()
        self._special = [form.delimiter.encode(), self._quote, b"\n", b"\r"]
        self._alone = columns == 1
        inner = b"".join(re.escape(each) for each in self._special)
        self._pattern = b"[" + inner + b"]"

    def escaped(self, cells: pa.Array, forced: bool) -> pa.Array:
        """The cells, quoted where they hold something special or look like NULL."""
        data = data_of(cells).tobytes()
        quoted = pc.equal(cells, pa.scalar(self._null, pa.binary()))
        if self._alone:
            quoted = pc.or_(quoted, pc.equal(cells, pa.scalar(b"\\.", pa.binary())))
        if any(each in data for each in self._special):
            quoted = pc.or_(quoted, pc.match_substring_regex(cells, self._pattern))
        if not forced and not pc.any(quoted).as_py():
            return cells
        inner = cells
        if self._escape != self._quote and self._escape in data:
            inner = pc.replace_substring(inner, self._escape, self._escape * 2)
        if self._quote in data:
            inner = pc.replace_substring(inner, self._quote, self._escape + self._quote)
        whole = pc.binary_join_element_wise(self._quote, inner, self._quote, b"")
        return whole if forced else pc.if_else(quoted, whole, cells)


def with_header(header: bytes, wire: Wire) -> Wire:
    """The messages with a header put into the first of them."""
    if not header or not wire:
        return wire
    kind, length = _HEAD.unpack_from(wire)
    return _HEAD.pack(kind, length + len(header)) + header + bytes(wire[_HEAD.size :])


def copy_rows(command: CopyCommand, columns: Sequence[Column]) -> BinaryRows | TextRows:
    """What makes the rows of a COPY TO STDOUT."""
    if command.form == "BINARY":
        return BinaryRows(columns)
    return TextRows(columns, command.format)
