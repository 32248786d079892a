"""Everything that lasts, and what goes wrong meanwhile: `python -m tests.endurance --minutes 2`.

Each part has its share of the time, prints what it tried and counted, and what was lost: rows that
were acknowledged, wrong answers, answers later than five seconds (as many times later as more want a
processor than there are), refusals without a code. What this machine does not allow is counted as
not tried. Each fault comes once at least, so that two minutes become three.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Final

from tests.endurance import faults, http_fuzz, isolation, model, runaways, soak, storms
from tests.endurance.report import Report
from tests.gateway import fuzz

#: Messages of the PostgreSQL wire that are tried in a second, about.
_MESSAGES: Final = 1000

#: Runaway statements that are stopped within seconds.
_QUICK: Final = ("list", "text", "repeat", "range", "series")

Part = Callable[[float, int], Report]


def _protocol(seconds: float, seed: int) -> Report:
    outcome = fuzz.fuzz(max(500, int(seconds * _MESSAGES)), seed)
    report = Report(lost=outcome.faults)
    report.tried.update(
        {
            "messages": outcome.messages,
            "clients": outcome.examples,
            "right answers": outcome.queries,
        }
    )
    return report


def _load(seconds: float, seed: int) -> Report:
    report = Report()
    try:
        steps, early, late = soak.run(seconds, seed, sessions=4)
    except AssertionError as error:
        report.lost.append(f"{error}: {error.__cause__}")
        return report
    report.tried["steps, each with the right answer"] = steps
    for name in ("memory", "files", "threads"):
        report.tried[f"{name} after a third"] = getattr(early, name)
        report.tried[f"{name} in the end"] = getattr(late, name)
    report.check(not soak.has_grown(early, late), f"a leak: {early}, then {late}")
    return report


def _runaways(seconds: float, seed: int) -> Report:
    report = Report()
    for each in runaways.run(_QUICK):
        report.tried["runaways"] += 1
        report.check(
            each.is_right, f"{each.name}: {each.state} {each.message}, {each.middle:.1f} x"
        )
    return report


#: Part -> its share of the time, and what it does.
PARTS: Final[dict[str, tuple[float, Part]]] = {
    "protocol": (0.1, _protocol),
    "http": (0.15, http_fuzz.run),
    "load": (0.15, _load),
    "model": (0.15, model.run),
    "storms": (0.1, storms.run),
    "isolation": (0.05, isolation.run),
    "faults": (0.2, faults.run),
    "runaways": (0.1, _runaways),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the parts; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance",
                                     description=(__doc__ or "").partition("\n")[0])  # fmt: skip
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; may be given again")
    asked = parser.parse_args(arguments)
    parts = asked.only or list(PARTS)
    whole = sum(PARTS[name][0] for name in parts)
    lost = 0
    for name in parts:
        share, part = PARTS[name]
        begun = time.monotonic()
        report = part(asked.minutes * 60 * share / whole, asked.seed)
        _print(name, time.monotonic() - begun, report)
        lost += len(report.lost)
    over = f"{asked.minutes:g} minutes, seed {asked.seed}: "
    print(over + (f"lost: {lost}" if lost else "nothing lost, nothing wrong, nothing late"))
    return int(lost > 0)


def _print(name: str, seconds: float, report: Report) -> None:
    late = f", slowest answer {report.slowest:.2f} s" if report.slowest else ""
    print(f"{name} ({seconds:.0f} s{late}): {'LOST' if report.lost else 'ok'}", flush=True)
    for what, count in report.tried.items():
        print(f"    {count:>12,} {what}")
    for each in report.lost[:5]:
        print(f"    LOST {each[:400]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
