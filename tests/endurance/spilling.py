"""Queries that need more memory than they may have: they write to the disk, or are refused."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Final

import psycopg

from tests.cli.test_serve import serving
from tests.endurance.report import Report

_ROWS: Final = 1_500_000

#: Sorts about 150 MB of texts, and looks at all that comes of it.
_SORT: Final = (
    "SELECT COUNT(*), SUM(LENGTH(x)), SUM(IFF(x < y, 1, 0)) FROM (SELECT x, LAG(x) OVER (ORDER BY x)"
    f" AS y FROM (SELECT MD5(SEQ8()) || REPEAT('x', 50) AS x FROM TABLE(GENERATOR(ROWCOUNT => {_ROWS}))))"
)
_SORTED: Final = (_ROWS, _ROWS * 82, 0)


def spills(folder: Path, seed: int, report: Report) -> None:
    """A query that spills is right beside others, and leaves nothing; beyond the limit it fails."""
    home = folder / "home"
    limits = ("--data-dir", str(home), "--memory-limit", "96MB", "--threads", "2")
    with serving(*limits, "--spill-limit", "2GB") as (process, address, _):
        found: list[object] = []
        peak = 0
        thread = threading.Thread(target=lambda: found.append(_sorted(address, report)))
        thread.start()
        with psycopg.connect(address, autocommit=True, options="-c session=calm") as calm:
            while thread.is_alive():
                with report.timed("right answers beside a query that spills"):
                    report.check(
                        calm.execute("SELECT 6 * 7").fetchone() == (42,), "wrong beside it"
                    )
                peak = max(peak, _spilled(home))
                time.sleep(0.02)
        thread.join()
        report.tried["MiB that were spilled"] += peak >> 20
        report.check(found == [_SORTED], f"a query that spills answered {found}, not {_SORTED}")
        report.check(peak > 0, "nothing was spilled")
        _is_gone(home, report)
        report.check(process.poll() is None, "the server is gone")
    with serving(*limits, "--spill-limit", "32MB") as (process, address, _):
        try:
            report.lost.append(f"beyond the spill limit it answered {_ask(address)}")
        except psycopg.Error as error:
            report.check(error.sqlstate == "53200", f"beyond the spill limit: {error}")
            report.refused(error.sqlstate, "queries beyond the spill limit")
        _is_gone(home, report)
        report.check(process.poll() is None, "the server is gone")


def _sorted(address: str, report: Report) -> object:
    try:
        return _ask(address)
    except psycopg.Error as error:
        return error


def _ask(address: str) -> object:
    with psycopg.connect(address, autocommit=True, options="-c session=wild") as wild:
        return wild.execute(_SORT.encode()).fetchone()


def _spilled(home: Path) -> int:
    total = 0
    for each in home.rglob("spill/*"):
        try:
            total += each.stat().st_size
        except OSError:  # gone meanwhile
            continue
    return total


def _is_gone(home: Path, report: Report) -> None:
    """Within a moment after the query; its connection may still be going."""
    until = time.monotonic() + 10
    while _spilled(home) and time.monotonic() < until:
        time.sleep(0.1)
    left = [str(each) for each in home.rglob("spill/*")]
    report.check(not _spilled(home), f"spilled files are left: {left}")


FAULTS: Final = (spills,)
