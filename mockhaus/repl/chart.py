"""A bar a row: an answer of two columns, plotted in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from mockhaus.client.answers import Row
from mockhaus.client.width import harmless, padded, width

#: Eighths of a block, from none on.
_PARTS: Final = " ▏▎▍▌▋▊▉"
_LONGEST_LABEL: Final = 30


class NoChart(Exception):
    """The answer is none that can be plotted: one line for the user."""


def chart(rows: Sequence[Row], columns: int) -> Iterator[str]:
    """The lines of a chart. Raises NoChart."""
    if not rows or any(len(row) != 2 for row in rows):
        raise NoChart("A chart takes an answer of two columns: a label and a number.")
    labels = ["NULL" if row[0] is None else harmless(row[0]).split("\n")[0] for row in rows]
    labels = [label if width(label) <= _LONGEST_LABEL else label[:29] + "…" for label in labels]
    values = [_number(row[1]) for row in rows]
    wide, digits = max(map(width, labels)), max(width(row[1] or "NULL") for row in rows)
    room = max(columns - wide - digits - 5, 10)
    most = max((abs(value) for value in values if value is not None), default=0.0) or 1.0
    for label, value, row in zip(labels, values, rows, strict=True):
        bar = "" if value is None else _bar(abs(value) / most * room)
        sign = "-" if value is not None and value < 0 else " "
        number = padded(row[1] or "NULL", digits, right=True)
        yield f"{padded(label, wide)} |{sign}{padded(bar, room)} {number}".rstrip()


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise NoChart(f"The second column must be numbers; {text[:40]!r} is none.") from None
    return value if math.isfinite(value) else None


def _bar(length: float) -> str:
    whole, part = divmod(round(length * 8), 8)
    return "█" * whole + (_PARTS[part] if part else "")
