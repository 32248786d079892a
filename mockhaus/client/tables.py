"""Answers drawn for a window: aligned columns, or a record a row where a row is too wide."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from mockhaus.client.answers import Answer, Head, Kind
from mockhaus.client.width import harmless, padded, width

#: JSON up to this wide stays on its line.
_SHORT_JSON: Final = 40

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Look(Struct, frozen=True):
    """How answers are drawn. `columns` is the window's width, None for no end; `expanded` says
    whether rows are records: never, always, or where they do not fit."""

    columns: int | None = None
    expanded: Literal["off", "on", "auto"] = "auto"
    colours: bool = False
    null: str = "NULL"


#: The lines of one value.
_Cell = list[str]


class _Null(_Cell):
    """The line of a NULL, which a text of the same letters is not."""


def drawn(answer: Answer, look: Look) -> Iterator[str]:
    """The lines of an answer."""
    heads = [harmless(head.name).replace("\n", " ") for head in answer.heads]
    rows = [
        [_cell(value, head.kind, look) for value, head in zip(row, answer.heads, strict=True)]
        for row in answer.rows
    ]
    widths = _widths(heads, rows)
    wide = look.columns is not None and sum(widths) + 3 * len(widths) - 1 > look.columns
    if rows and (look.expanded == "on" or (look.expanded == "auto" and wide)):
        return _records(heads, answer.heads, rows, look)
    return _table(heads, answer.heads, rows, widths, look)


def indented(text: str) -> str:
    """JSON as people read it: short values on a line, others indented; numbers as they came."""
    if len(text) <= _SHORT_JSON:
        return text
    try:
        value = json.loads(text, parse_float=_Digits, parse_int=_Digits)
    except ValueError:  # `undefined` of an array is no JSON
        return text
    return "\n".join(_json_lines(value, ""))


class _Digits(str):
    """A number of JSON as it was written."""


def _json_lines(value: object, indent: str) -> Iterator[str]:
    short = _compact(value)
    if not isinstance(value, (dict, list)) or width(short) <= _SHORT_JSON:
        yield short
        return
    inner = indent + "  "
    opens, closes = ("{", "}") if isinstance(value, dict) else ("[", "]")
    items = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", item) for key, item in value.items()]
        if isinstance(value, dict)
        else [("", item) for item in value]
    )
    yield opens
    for number, (name, item) in enumerate(items, start=1):
        lines = list(_json_lines(item, inner))
        comma = "," if number < len(items) else ""
        yield from _joined(inner, name, lines, comma)
    yield indent + closes


def _joined(indent: str, name: str, lines: list[str], comma: str) -> Iterator[str]:
    lines[0] = indent + name + lines[0]
    lines[-1] += comma
    yield from lines


def _compact(value: object) -> str:
    if isinstance(value, _Digits):
        return str(value)
    if isinstance(value, dict):
        inner = (f"{json.dumps(k, ensure_ascii=False)}: {_compact(v)}" for k, v in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _cell(value: str | None, kind: Kind, look: Look) -> _Cell:
    if value is None:
        return _Null([look.null])
    return harmless(indented(value) if kind == "json" else value).split("\n")


def _widths(heads: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> list[int]:
    widths = [width(head) for head in heads]
    for row in rows:
        for number, cell in enumerate(row):
            for line in cell:
                widths[number] = max(widths[number], width(line))
    return widths


def _table(
    heads: Sequence[str],
    columns: Sequence[Head],
    rows: Sequence[Sequence[_Cell]],
    widths: Sequence[int],
    look: Look,
) -> Iterator[str]:
    names = [
        _bold(padded(head, size, right=column.kind == "number"), look)
        for head, size, column in zip(heads, widths, columns, strict=True)
    ]
    yield (" " + " | ".join(names)).rstrip()
    yield "+".join("-" * (size + 2) for size in widths)
    for row in rows:
        for number in range(max(map(len, row), default=1)):
            cells = [
                _part(cell, number, size, column, look)
                for cell, size, column in zip(row, widths, columns, strict=True)
            ]
            yield (" " + " | ".join(cells)).rstrip()


def _part(cell: _Cell, number: int, size: int, column: Head, look: Look) -> str:
    if number >= len(cell):
        return " " * size
    text = padded(cell[number], size, right=column.kind == "number")
    return _null(text, cell, look)


def _records(
    heads: Sequence[str], columns: Sequence[Head], rows: Sequence[Sequence[_Cell]], look: Look
) -> Iterator[str]:
    size = max(map(width, heads), default=0)
    line = min(look.columns or 40, 40)
    for number, row in enumerate(rows, start=1):
        title = f"-[ RECORD {number} ]"
        yield _bold(title + "-" * (line - len(title)), look)
        for head, cell in zip(heads, row, strict=True):
            for index, text in enumerate(cell):
                name = _bold(padded(head, size), look) if index == 0 else " " * size
                yield f"{name} | {_null(text, cell, look)}".rstrip()


def _bold(text: str, look: Look) -> str:
    return f"{_BOLD}{text}{_PLAIN}" if look.colours else text


def _null(text: str, cell: _Cell, look: Look) -> str:
    return f"{_DIM}{text}{_PLAIN}" if look.colours and isinstance(cell, _Null) else text
