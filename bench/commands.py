"""Commands that end at once, as processes: what a person waits for, and what it is spent on."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from typing import Final

from bench.figures import Section, Spread, aimed

_MS: Final = 1e3
_QUERY: Final = ("query", "select 1")

#: Command -> the aim for its time, in seconds.
_AIMS: Final = {("--version",): 0.2, ("--help",): 0.2, _QUERY: 0.6}

_LOADING: Final = "Most of it is loading modules, told of below by package."

#: Packages whose loading is told of, by the most.
_TOLD: Final = 8


def measure(*, quick: bool) -> Section:
    """Wall time and processor time of each, and the time that `query` spends on loading modules."""
    section = Section("Commands as processes, no server running")
    for arguments, aim in _AIMS.items():
        times = [_timed(arguments) for _ in range(4 if quick else 12)][1:]
        wall, cpu = (Spread.of(values) for values in zip(*times, strict=True))
        section.figures.append(
            aimed(
                f"mockhaus {' '.join(arguments)}", wall, "ms", _MS, at_most=aim * _MS,
                beside=f"{cpu.text('ms', _MS)} of a processor", reason=_LOADING,
            )
        )  # fmt: skip
    spent = _loading(3 if quick else 6)
    parts = [f"{package} {spent[package]:.0f}" for package, _ in spent.most_common(_TOLD)]
    others = sum(spent.values()) - sum(value for _, value in spent.most_common(_TOLD))
    section.notes.append(
        f"Of `query`, {sum(spent.values()):.0f} ms load modules (`python -X importtime`, the "
        f"least of each module's own time): {', '.join(parts)}, others {others:.0f}. The rest is a "
        "DuckDB instance, which is made in a thread meanwhile, the session in it, and the "
        "statement."
    )
    return section


def _timed(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of the clock and of processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    _run([sys.executable, "-m", "mockhaus", *arguments])
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _loading(rounds: int) -> Counter[str]:
    """Package -> milliseconds that its modules take to load themselves."""
    least: dict[str, float] = {}
    for _ in range(rounds):
        done = _run([sys.executable, "-X", "importtime", "-m", "mockhaus", *_QUERY])
        for line in done.stderr.splitlines():
            own, _, rest = line.removeprefix("import time:").partition("|")
            if own.strip().isdigit():
                name = rest.rpartition("|")[2].strip()
                least[name] = min(least.get(name, float("inf")), int(own) / 1000)
    spent: Counter[str] = Counter()
    for name, milliseconds in least.items():
        spent[name.partition(".")[0].lstrip("_")] += milliseconds  # type: ignore[assignment]
    return spent


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True)
