"""Numbers with their spread, and the table they are told in."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
    if abs(value) >= 0.1:
        return f"{value:.2f}"
    return f"{value:.3f}" if abs(value) >= 0.01 or not value else f"{value:.2g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `ratio` is "" where nothing stands beside the figure.

    `reason` is why the aim is missed, told only where it is; `short` is by how many times what was
    measured falls short of its aim (below 1: it is met); `load` names what of `bench.profiles` does
    it again.
    """

    what: str
    ratio: str
    measured: str
    beside: str = ""
    aim: str = ""
    verdict: Verdict = ""
    reason: str = ""
    short: float = 0.0
    load: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a cost, or a rate, moves with a size: pairs of a size and what was measured there."""

    name: str
    over: str
    unit: str
    points: tuple[tuple[float, float], ...]

    @property
    def exponent(self) -> float:
        """Of the power law that fits best: the slope of a line of least squares through the logs.

        1 is in proportion. A constant part, such as a round trip, presses it below. NaN for fewer
        than three sizes.
        """
        return _slope(self.points) if len(self.points) >= 3 else math.nan

    @property
    def last(self) -> float:
        """The exponent between the two largest sizes, where constant parts count least."""
        return _slope(self.points[-2:]) if len(self.points) >= 2 else math.nan


def _slope(points: Sequence[tuple[float, float]]) -> float:
    sizes, values = ([math.log(v) for v in column] for column in zip(*points, strict=True))
    return statistics.linear_regression(sizes, values).slope


@dataclass(slots=True)
class Section:
    """The figures of one measurement, with what a reader must know about them.

    `plot` is where the picture of the curves lies, seen from the report; `brief` tells no reasons.
    """

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    plot: str = ""
    brief: bool = False


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


def compared(
    what: str,
    us: Sequence[float],
    them: Sequence[float],
    unit: str,
    scale: float = 1.0,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    ratio: Spread | None = None,
    reason: str = "",
    load: str = "",
) -> Figure:
    """A figure beside another's: the ratio of ours to theirs, unless it is given, and its aim."""
    ratio = ratio or ratios(us, them)
    aim, short = "", 0.0
    if at_most is not None:
        aim, short = f"<= {at_most:g}x", ratio.median / at_most
    if at_least is not None:
        aim, short = f">= {at_least:g}x", at_least / ratio.median
    return Figure(
        what, ratio.text("x"), Spread.of(us).text(unit, scale), Spread.of(them).text(unit, scale),
        aim, met(short <= 1) if aim else "", reason, short, load,
    )  # fmt: skip


def aimed(
    what: str,
    measured: Spread | float,
    unit: str,
    scale: float = 1.0,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    beside: str = "",
    reason: str = "",
    load: str = "",
) -> Figure:
    """A figure that nothing is compared with. Its aim, where it has one, is in `unit`."""
    if isinstance(measured, Spread):
        text, middle = measured.text(unit, scale), measured.median * scale
    else:
        text, middle = f"{number(measured * scale)} {unit}", measured * scale
    aim, short = "", 0.0
    if at_most is not None:
        aim, short = f"<= {at_most:,.9g} {unit}", middle / at_most
    if at_least is not None:
        aim, short = f">= {at_least:,.9g} {unit}", at_least / middle if middle else math.inf
    verdict = met(short <= 1) if aim else ""
    return Figure(what, "", text, beside, aim, verdict, reason, short, load)


def summary(sections: Sequence[Section]) -> Section:
    """Every figure with an aim, the one that falls shortest of it first."""
    found = [(figure, section) for section in sections for figure in section.figures]
    wanted = sorted(
        (pair for pair in found if pair[0].verdict), key=lambda pair: pair[0].short, reverse=True
    )
    aims = [figure.verdict for figure, _ in wanted]
    return Section(
        "Aims, the one that is furthest off first",
        [
            replace(figure, what=f"{figure.what} ({_short(section.title)})")
            for figure, section in wanted
        ],
        [f"{aims.count('met')} of {len(aims)} aims are met. Why one is not stands further down."],
        brief=True,
    )


def _short(title: str) -> str:
    """A title without what is in parentheses or behind a comma."""
    return title.partition(" (")[0].partition(", ")[0]


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
        if section.curves:
            out += [*_table(list(_growth(section.curves))), ""]
        out += [f"![{section.title}]({section.plot})", ""] if section.plot else []
        notes = [*section.notes, *(() if section.brief else _reasons(section.figures))]
        out += [note if note.startswith("    ") else f"- {note}" for note in notes]
        out += [""] if notes else []
    return out


def _growth(curves: Sequence[Curve]) -> Iterator[tuple[str, ...]]:
    yield "growth", "from", "to", "exponent of a fit", "of the last step"
    for curve in curves:
        ends = (f"{number(y)} {curve.unit} at {x:,.9g} {curve.over}" for x, y in curve.points)
        first, *_, last = ends
        fit, step = (f"{v:.2f}" for v in (curve.exponent, curve.last))
        yield curve.name, first, last, fit if len(curve.points) >= 3 else "", step


def _reasons(figures: Sequence[Figure]) -> Iterator[str]:
    for figure in figures:
        if figure.verdict == "missed":
            yield f"Missed: {figure.what}. {figure.reason or 'Why is not known yet.'}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    out = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return out
