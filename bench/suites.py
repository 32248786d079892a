"""A test suite in one process: what each test's own sandbox costs it."""

from __future__ import annotations

import time
from typing import Final

import mockhaus
from bench.figures import Figure, Section, Spread, met

_MS: Final = 1e3
_TABLES: Final = 5
_AIM: Final = 0.03


def measure(*, quick: bool) -> Section:
    """Fork, connection, a change and a query, end: as the fixtures of the pytest plugin do it."""
    section = Section("A sandbox for each test, forked from one that was prepared")
    walls, processor = [], []
    with mockhaus.server() as server, server.session() as base:
        for number in range(_TABLES):
            base.run(
                f"CREATE TABLE t{number} AS SELECT SEQ4() AS a, 'x' AS b "
                "FROM TABLE(GENERATOR(ROWCOUNT => 1000))"
            )
        base.snapshot("base")
        for turn in range(20 if quick else 100):
            wall, used = time.perf_counter(), time.process_time()
            with base.fork("base") as sandbox, sandbox.connect() as connection:
                cursor = connection.cursor().execute("INSERT INTO t1 VALUES (1, 'y')")
                cursor.execute("SELECT COUNT(*) FROM t1").fetchone()
            if turn:  # the first one pays for what all share
                walls.append(time.perf_counter() - wall)
                processor.append(time.process_time() - used)
    spread = Spread.of(walls)
    section.figures += [
        Figure(
            "a test", "", spread.text("ms", _MS), aim="< 30 ms", verdict=met(spread.median < _AIM)
        ),
        Figure("of it processor time", "", Spread.of(processor).text("ms", _MS)),
    ]
    return section
