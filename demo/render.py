"""An answer as a table for a person's eyes, in plain lines."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

WIDTH: Final = 100
ROWS: Final = 10
#: A column that gives way to others is never cut below this.
_NARROWEST: Final = 6
_GAP: Final = 2
_MOST_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, and whether it holds numbers, which stand on the right."""

    name: str
    numeric: bool = False


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    width: int = WIDTH,
    limit: int = ROWS,
) -> list[str]:
    """Lines of at most `width` cells: names, a rule, at most `limit` rows, what is left out.

    Where it is too wide, columns that are NULL in every row go first; then texts are cut.
    """
    shown = [_column(column, [row[i] for row in rows[:limit]]) for i, column in enumerate(columns)]
    kept = list(range(len(columns)))
    if _total([_wide(each) for each in shown]) > width:
        kept = [i for i in kept if any(row[i] is not None for row in rows)] or kept
    widths = [_wide(shown[i]) for i in kept]
    narrow(widths, width)
    numeric = [columns[i].numeric for i in kept]
    head, *lines = zip(*(shown[i] for i in kept), strict=True)
    out = [_line(head, numeric, widths), (" " * _GAP).join("─" * each for each in widths)]
    out += [_line(line, numeric, widths) for line in lines]
    if (left := len(rows) - len(lines)) > 0:
        out.append(f"… {left:,} more {'row' if left == 1 else 'rows'}")
    if len(kept) < len(columns):
        empty = ", ".join(c.name for i, c in enumerate(columns) if i not in kept)
        out.append(cut(f"NULL everywhere: {empty}", width))
    return out


def _column(column: Column, values: Sequence[Any]) -> list[str]:
    """Its name and its cells. Fractions of one column have equally many decimals."""
    texts = [cell(value) for value in values]
    floats = [t for t, v in zip(texts, values, strict=True) if isinstance(v, float)]
    if floats and all(text.lstrip("-").replace(".", "").isdigit() for text in floats):
        decimals = max(len(text.partition(".")[2]) for text in floats)
        if decimals <= _MOST_DECIMALS:
            texts = [
                f"{v:.{decimals}f}" if isinstance(v, float) else t
                for t, v in zip(texts, values, strict=True)
            ]
    return [column.name, *texts]


def cell(value: Any) -> str:
    """One value. NULL is said, an empty text stays empty; a text is one line."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    text = " ".join(str(value).split("\n"))
    return "".join(ch if unicodedata.category(ch)[0] != "C" else "·" for ch in text)


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in "WF" else 1
        for ch in text
    )


def cut(text: str, width: int) -> str:
    """A text in at most `width` cells, with a mark where it was cut.

    A path or a code, which has no spaces, loses its middle: its end says as much as its start.
    """
    if cells(text) <= width:
        return text
    room = width - 1
    if " " in text:
        return _start(text, room) + "…"
    end = _start(text[::-1], room // 2)[::-1]
    return _start(text, room - cells(end)) + "…" + end


def _start(text: str, width: int) -> str:
    kept = ""
    for ch in text:
        if cells(kept + ch) > width:
            break
        kept += ch
    return kept


def narrow(widths: list[int], width: int) -> None:
    """Take from the widest column until all fit, or none can give more."""
    while _total(widths) > width:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1


def _wide(texts: Sequence[str]) -> int:
    return max(map(cells, texts))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _line(texts: Sequence[str], numeric: Sequence[bool], widths: Sequence[int]) -> str:
    parts = []
    for text, right, width in zip(texts, numeric, widths, strict=True):
        text = cut(text, width)
        space = " " * (width - cells(text))
        parts.append(space + text if right else text + space)
    return (" " * _GAP).join(parts).rstrip()
