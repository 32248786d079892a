"""Faults while clients write: processes that end, disks, stores, clocks, and want of memory."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg

from tests.cli.test_serve import serving
from tests.endurance import clocks, disks, killed, spilling, stores
from tests.endurance.report import Report

#: A client that has a transaction open, says so, and waits to be killed.
_CLIENT: Final = """
import sys, psycopg
connection = psycopg.connect(sys.argv[1])
connection.execute("UPDATE t SET a = 2")
print("open", flush=True)
sys.stdin.read()
"""


def run(seconds: float, seed: int) -> Report:
    """Each fault, and again until the time is over."""
    report, chance = Report(), random.Random(seed)
    until = time.monotonic() + seconds
    while True:
        for fault in FAULTS:
            report.tried[fault.__name__.replace("_", " ")] += 1
            with tempfile.TemporaryDirectory() as folder:
                fault(Path(folder), chance.randrange(2**31), report)
        if time.monotonic() > until:
            return report


def server_killed(folder: Path, seed: int, report: Report) -> None:
    _ended(folder, seed, report, signal.SIGKILL)


def server_told_to_stop(folder: Path, seed: int, report: Report) -> None:
    _ended(folder, seed, report, signal.SIGTERM)


def _ended(folder: Path, seed: int, report: Report, number: signal.Signals) -> None:
    try:
        writers = killed.run(folder, 1, seed, number)
    except AssertionError as error:
        report.lost.append(f"{number.name}: {error}")
        return
    report.tried["rows that were there after it"] += sum(len(each.acknowledged) for each in writers)


def client_killed(folder: Path, seed: int, report: Report) -> None:
    """Its transaction is rolled back and its locks are free."""
    with serving() as (_, address, _), psycopg.connect(address, autocommit=True) as other:
        other.execute("CREATE TABLE t AS SELECT 1 AS a")
        command = [sys.executable, "-c", _CLIENT, address]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **pipes) as client:  # type: ignore[call-overload]
            client.stdout.readline()
            client.kill()
        with report.timed("writes after a client was killed"):
            other.execute("UPDATE t SET a = a + 10")
        found = other.execute("SELECT a FROM t").fetchone()
        report.check(found == (11,), f"after a killed client there is {found}, not 11")


FAULTS: Final[tuple[Callable[[Path, int, Report], None], ...]] = (
    server_killed, server_told_to_stop, client_killed,
    *disks.FAULTS, *stores.FAULTS, *clocks.FAULTS, *spilling.FAULTS,
)  # fmt: skip
