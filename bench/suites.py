"""A test suite in one process: what each test's own sandbox costs it."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

import mockhaus
from bench.figures import Curve, Section, Spread, aimed

_MS: Final = 1e3
_COPY: Final = (
    "A fork is a DuckDB instance with Snowflake's functions in it and a copy of the tables."
)
#: Tables of the sandbox that is forked; the aim is for the first.
_TABLES: Final = (5, 20, 80)
_AIM_MS: Final = 30.0


def measure(*, quick: bool) -> Section:
    """Fork, connection, a change and a query, end: as the fixtures of the pytest plugin do it."""
    section = Section("A sandbox for each test, forked from one that was prepared")
    points = []
    with mockhaus.server() as server, server.session() as base:
        made = 0
        for tables in _TABLES:
            for number in range(made, tables):
                base.run(
                    f"CREATE TABLE t{number} AS SELECT SEQ4() AS a, 'x' AS b "
                    "FROM TABLE(GENERATOR(ROWCOUNT => 1000))"
                )
            made = tables
            base.snapshot(f"with{tables}")
            walls, processor = _tests(base, f"with{tables}", 20 if quick else 60)
            points.append((float(tables), median(walls) * _MS))
            if tables == min(_TABLES):
                section.figures += [
                    aimed("a test", Spread.of(walls), "ms", _MS, at_most=_AIM_MS, reason=_COPY),
                    aimed("of it processor time", Spread.of(processor), "ms", _MS),
                ]
    section.curves.append(Curve("a test", "tables", "ms", tuple(points)))
    return section


def _tests(
    base: mockhaus.testing.Sandbox, snapshot: str, turns: int
) -> tuple[list[float], list[float]]:
    """Seconds of the clock and of the processor; the first turn pays for what all share."""
    walls, processor = [], []
    for _ in range(turns):
        wall, used = time.perf_counter(), time.process_time()
        with base.fork(snapshot) as sandbox, sandbox.connect() as connection:
            cursor = connection.cursor().execute("INSERT INTO t1 VALUES (1, 'y')")
            cursor.execute("SELECT COUNT(*) FROM t1").fetchone()
        walls.append(time.perf_counter() - wall)
        processor.append(time.process_time() - used)
    return walls[1:], processor[1:]
