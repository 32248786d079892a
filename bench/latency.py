"""Small questions: over the wire against DuckDB in process running the same translated text."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import psycopg

from bench.figures import Curve, Figure, Section, compared, interleaved
from bench.process import Server
from bench.rows import SNOWFLAKE, fill_mockhaus
from bench.wire import Client, execute, query
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions

ROWS: Final = 1_000_000
_SIZES: Final = (1_000, 30_000, ROWS)
_BLOCK: Final = 50
_STEP: Final = 7919  # between two keys of the table
BY_LITERAL: Final = "select * from wide where id = {}"
BY_PARAMETER: Final = "select * from wide where id = $1"
_MS: Final = 1e3
_TRIP: Final = (
    "Beside it stands a call in process: no socket, no protocol, no trip between the event loop "
    "and the thread that DuckDB runs in."
)

_Once = Callable[[], object]


def measure(server: Server, *, quick: bool) -> Section:
    """`select 1` and a point query, each by psycopg and by a raw socket."""
    section = Section(f"Small questions ({ROWS:,}-row table), against DuckDB in process")
    rounds = 10 if quick else 40
    registry = Registry(Config())
    try:
        local = registry.create().connect(
            user="bench", door="bench", transactions=Transactions.POSTGRESQL
        )
        for result in local.execute(SNOWFLAKE.format(rows=ROWS)):
            result.close()
        with server.client() as raw, psycopg.connect(server.conninfo(), autocommit=True) as driver:
            fill_mockhaus(raw, ROWS)
            raw.prepare("point", BY_PARAMETER)
            spread = keys()

            one = _Local(local, "select 1")
            ask_one = query("select 1")
            section.figures += _compare(
                "select 1",
                2.0,
                rounds,
                one.ask,
                {
                    "raw socket": lambda: raw.ask(ask_one),
                    "psycopg": lambda: driver.execute("select 1").fetchall(),
                },
            )

            # A text that was not seen before each time: it is parsed and translated in the measure.
            texts = [BY_LITERAL.format(next(spread)) for _ in range(2000)]
            asked = itertools.cycle([query(text) for text in texts])
            answered = itertools.cycle([_Local(local, text) for text in texts[:200]])
            section.figures += _compare(
                "point query, new text",
                1.5,
                rounds,
                lambda: next(answered).ask(),
                {"raw socket": lambda: raw.ask(next(asked))},
            )

            point = _Local(local, BY_PARAMETER)
            bound = itertools.cycle([execute("point", str(next(spread))) for _ in range(2000)])
            section.figures += _compare(
                "point query, parameter",
                1.5,
                rounds,
                lambda: point.ask(next(spread)),
                {
                    "raw socket": lambda: raw.ask(next(bound)),
                    "psycopg": lambda: driver.execute(
                        "select * from wide where id = %s", (next(spread),)
                    ).fetchall(),
                },
            )
            section.curves += _by_rows(local, raw, rounds)
    finally:
        registry.close()
    section.notes.append(
        f"Turns of {_BLOCK} questions, {rounds} rounds; a time is the median of its turn. "
        "psycopg's own work (building rows of Python values) is in its figures; "
        "psycopg prepares a statement with parameters at its sixth use, as it does by itself."
    )
    return section


def _by_rows(local: Connection, raw: Client, rounds: int) -> list[Curve]:
    """A point query by parameter, by the rows of its table."""
    found: list[list[tuple[float, float]]] = [[], []]
    for rows in _SIZES:
        name = f"wide{rows}"
        made = f"create table {name} as select * from wide where id < {rows * _STEP}"
        for result in local.execute(made):
            result.close()
        raw.run(made)
        asked = BY_PARAMETER.replace("wide", name)
        raw.prepare(name, asked)
        bound = itertools.cycle([key % (rows * _STEP) for key in itertools.islice(keys(), 2000)])
        outside = partial(_ask_raw, raw, name, bound)
        inside = partial(_ask_local, _Local(local, asked), bound)
        taken = interleaved([_turn(outside), _turn(inside)], rounds // 4)
        for points, times in zip(found, taken, strict=True):
            points.append((float(rows), statistics.median(times) * _MS))
    names = ("point query, raw socket", "point query, DuckDB in process")
    return [Curve(name, "rows", "ms", tuple(p)) for name, p in zip(names, found, strict=True)]


def _ask_raw(raw: Client, name: str, bound: Iterator[int]) -> None:
    raw.ask(execute(name, str(next(bound))))


def _ask_local(local: _Local, bound: Iterator[int]) -> None:
    local.ask(next(bound))


class _Local:
    """A question to DuckDB in this process, translated beforehand."""

    def __init__(self, connection: Connection, text: str) -> None:
        (statement,) = connection.parse(text, placeholders=True)
        translated = connection.prepare(statement).query
        assert translated is not None
        self._sql = translated.sql
        # The bare engine with the same database, settings and macros: nothing of Mockhaus runs.
        self._cursor = connection._cursor

    def ask(self, *values: Any) -> Sequence[tuple[Any, ...]]:
        """Run it and fetch its rows."""
        return self._cursor.rows(self._sql, values)


def keys() -> Iterator[int]:
    """Keys spread over the whole table, always in the same order."""
    at = 0
    while True:
        at = (at + 618_033) % ROWS
        yield at * _STEP


def _compare(
    what: str, aim: float, rounds: int, local: _Once, remote: dict[str, _Once]
) -> list[Figure]:
    contestants = [_turn(local), *map(_turn, remote.values())]
    interleaved(contestants, 2)  # warm
    inside, *outside = interleaved(contestants, rounds)
    figures = []
    for how, times in zip(remote, outside, strict=True):
        asked = f"{what}, {how}"
        figures.append(
            compared(asked, times, inside, "ms", _MS, at_most=aim, reason=_TRIP, load=what)
        )
    return figures


def _turn(ask: _Once) -> Callable[[], float]:
    """The median time of one question, of a turn of them."""

    def once() -> float:
        times = []
        for _ in range(_BLOCK):
            begun = time.perf_counter()
            ask()
            times.append(time.perf_counter() - begun)
        return statistics.median(times)

    return once
