"""Every figure, side by side with others: `python -m bench.run [--only NAME] [--quick]`.

Prints the figures; a run of everything replaces bench/report.md and bench/plots, and ends with
profiles of what falls shortest of its aim. Exits 1 when a measurement failed; an aim that is missed
is said in the report, with its reason.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import (
    analytics,
    catalog,
    commands,
    concurrency,
    copying,
    latency,
    loading,
    macros,
    memory,
    profiles,
    rest,
    rows,
    sqlapi,
    start,
    suites,
    translation,
)
from bench.figures import Section, lines, summary
from bench.peers import tools
from bench.plots import asked, draw
from bench.process import PeerMissing, mockhaus
from bench.wire import WireError

REPORT: Final = Path(__file__).with_name("report.md")
PLOTS: Final = "plots"


def _ready(quick: bool) -> Section:
    return start.measure_ready(quick=quick)


def _commands(quick: bool) -> Section:
    return commands.measure(quick=quick)


def _sessions(_: bool) -> Section:
    with mockhaus() as server:
        return start.measure_sessions(server)


def _connecting(quick: bool) -> Section:
    with mockhaus() as server:
        return start.measure_connecting(server, quick=quick)


def _suites(quick: bool) -> Section:
    return suites.measure(quick=quick)


def _catalog(quick: bool) -> Section:
    with mockhaus() as server:
        return catalog.measure(server, quick=quick)


def _latency(quick: bool) -> Section:
    with mockhaus() as server:
        return latency.measure(server, quick=quick)


def _concurrency(quick: bool) -> Section:
    with mockhaus() as server:
        return concurrency.measure(server, quick=quick)


def _rows(quick: bool) -> Section:
    with mockhaus() as server:
        return rows.measure(server, quick=quick)


def _copy(quick: bool) -> Section:
    with mockhaus() as server:
        return copying.measure(server, quick=quick)


def _loading(quick: bool) -> Section:
    with mockhaus() as server:
        return loading.measure(server, quick=quick)


def _rest(quick: bool) -> Section:
    with tempfile.TemporaryDirectory() as folder, mockhaus("--data-dir", folder) as server:
        return rest.measure(server, quick=quick)


def _sqlapi(quick: bool) -> Section:
    with mockhaus() as server:
        return sqlapi.measure(server, quick=quick)


def _memory(quick: bool) -> Section:
    with mockhaus() as server:
        return memory.measure(server, quick=quick)


def _translation(quick: bool) -> Section:
    return translation.measure(quick=quick)


def _tpch(quick: bool) -> Section:
    with mockhaus() as server:
        return analytics.measure(server, quick=quick)


def _macros(quick: bool) -> Section:
    with mockhaus() as server:
        return macros.measure(server, quick=quick)


#: Each with a server of its own, so that none sees what another left behind.
MEASURES: Final[dict[str, Callable[[bool], Section]]] = {
    "ready": _ready,
    "commands": _commands,
    "sessions": _sessions,
    "suites": _suites,
    "connecting": _connecting,
    "latency": _latency,
    "concurrency": _concurrency,
    "catalog": _catalog,
    "rows": _rows,
    "copy": _copy,
    "loading": _loading,
    "memory": _memory,
    "rest": _rest,
    "sqlapi": _sqlapi,
    "translation": _translation,
    "tpch": _tpch,
    "macros": _macros,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--only", choices=MEASURES, action="append", help="this one; repeatable")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller tables")
    parser.add_argument("--into", type=Path, help="a folder for the report, instead of bench/")
    options = parser.parse_args()
    # Modules come compiled to whatever is started, as they do for who has installed them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    print("\n".join(_head(options.quick)), flush=True)
    sections: dict[str, Section] = {}
    failed = False
    for name in options.only or MEASURES:
        started = time.perf_counter()
        try:
            sections[name] = MEASURES[name](options.quick)
        except (WireError, PeerMissing, OSError) as error:
            sections[name] = Section(name, notes=[f"failed: {error}"])
            failed = True
        sections[name].notes.append(f"Took {time.perf_counter() - started:.0f} s.")
        print("\n".join(lines([sections[name]])), flush=True)
    folder = options.into or (REPORT.parent if options.only is None else None)
    if folder is not None:
        found = [*sections.values(), _tools(sections, folder, quick=options.quick)]
        text = [*_head(options.quick), *lines([summary(found)]), *lines(found)]
        (folder / REPORT.name).write_text("\n".join(text).rstrip() + "\n")
        print("\n".join(lines(found[-1:])))
        print(f"Written to {folder / REPORT.name} after {time.perf_counter() - begun:.0f} s")
    return int(failed)


def _tools(sections: Mapping[str, Section], folder: Path, *, quick: bool) -> Section:
    """Draw the plots, and take the profiles; without the tools the report says so."""
    try:
        python = tools()
        drawn = {name: section for name, section in sections.items() if section.curves}
        draw(python, folder / PLOTS, [asked(name, section) for name, section in drawn.items()])
        for name, section in drawn.items():
            section.plot = f"{PLOTS}/{name}.png"
        return profiles.measure(list(sections.values()), python, quick=quick)
    except (PeerMissing, WireError, OSError) as error:
        return Section("Plots and profiles", notes=[f"Some are missing: {error}"])


def _head(quick: bool) -> list[str]:
    packages = ("mockhaus", "duckdb", "sqlglot", "pyarrow", "psycopg")
    return [
        "# Mockhaus in figures",
        "",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f". {time.strftime('%Y-%m-%d')}{', --quick' if quick else ''}.",
        "",
        "Medians, and the quartiles around them in parentheses. A ratio is taken round by round "
        "and holds better than the figures it is made of. "
        "`beside` is what the ratio is to.",
        "",
    ]


if __name__ == "__main__":
    sys.exit(main())
