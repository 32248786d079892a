"""Numbers with their spread, and the table they are told in."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["met", "missed", ""]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, and the quartiles around it."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value; of fewer than four the ends stand in for the quartiles."""
        if len(values) < 4:
            return cls(min(values), statistics.median(values), max(values))
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(low, middle, high)

    def text(self, unit: str = "", scale: float = 1.0) -> str:
        """For example `0.42 ms (0.40-0.45)`."""
        low, middle, high = (number(v * scale) for v in (self.low, self.median, self.high))
        return f"{middle}{f' {unit}' if unit else ''} ({low}-{high})"


def number(value: float) -> str:
    """Three digits that count, thousands kept apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `ratio` is "" where nothing stands beside the figure."""

    what: str
    ratio: str
    measured: str
    beside: str = ""
    aim: str = ""
    verdict: Verdict = ""


@dataclass(slots=True)
class Section:
    """The figures of one measurement, with what a reader must know about them."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def met(good: bool) -> Verdict:
    """The verdict on an aim."""
    return "met" if good else "missed"


def interleaved(contestants: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Let each have its turn in every round; the values of each, in order.

    What disturbs the machine for a while disturbs all of them, so ratios within a round hold.
    """
    taken: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for values, contestant in zip(taken, contestants, strict=True):
            values.append(contestant())
    return taken


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Round by round."""
    return Spread.of([a / b for a, b in zip(over, under, strict=False)])


def lines(sections: Sequence[Section]) -> list[str]:
    """The report's sections in Markdown that also reads well in a terminal."""
    out: list[str] = []
    for section in sections:
        out += [f"## {section.title}", ""]
        if section.figures:
            rows = [("figure", "ratio", "measured", "beside", "aim", "")]
            rows += [
                (f.what, f.ratio, f.measured, f.beside, f.aim, f.verdict) for f in section.figures
            ]
            out += [*_table(rows), ""]
        out += [f"- {note}" for note in section.notes]
        out += [""] if section.notes else []
    return out


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    out = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return out
