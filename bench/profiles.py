"""What the three figures that fall shortest of their aims spend their time on, by py-spy.

py-spy takes samples of the stacks of Python in the process that does the work, waiting threads left
out. What compiled modules do (DuckDB, pyarrow, sqlglot) is told under the function of Python that
called them; `Runner.run` is the event loop of uvloop, its own waiting included.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from bench import catalog, copying, translation
from bench.figures import Figure, Section
from bench.latency import BY_LITERAL, BY_PARAMETER, keys
from bench.process import PeerMissing, mockhaus
from bench.rest import Caller as RestCaller
from bench.rows import ASK, SELECT, STATEMENT, fill_mockhaus
from bench.sqlapi import Caller
from bench.start import connected, create_session
from bench.wire import Client, execute, query

_WORST: Final = 3
_TOLD: Final = 10
_SECONDS: Final = 6
_RATE: Final = 200
_ROWS: Final = 200_000
_TABLES: Final = 500

#: Threads that wait for work, which py-spy takes for busy.
_WAITING: Final = (
    "Condition.wait (threading.py",
    "Workers._run (mockhaus/workers.py",
    "_worker (concurrent/futures/thread.py",
)

#: A process, and what keeps it busy when it is called again and again.
_Busy = tuple[int, Callable[[], object]]
_Load = Callable[[], AbstractContextManager[_Busy]]


def worst(sections: Sequence[Section]) -> list[Figure]:
    """The figures that fall shortest of their aims, of those that can be done again."""
    short = [f for section in sections for f in section.figures if f.load in LOADS and f.short > 1]
    found: dict[str, Figure] = {}
    for figure in sorted(short, key=lambda each: each.short, reverse=True):
        found.setdefault(figure.load, figure)
    return list(found.values())[:_WORST]


def measure(sections: Sequence[Section], python: Path, *, quick: bool) -> Section:
    """A section of text: for each of the worst, the lines with the most time of their own."""
    section = Section("Profiles of the figures that fall shortest of their aims")
    for figure in worst(sections):
        section.notes.append(
            f"**{figure.what}**: {figure.ratio or figure.measured}, aim {figure.aim}. "
            f"{DONE.get(figure.load, 'What was done about it is not written down.')}"
        )
        with LOADS[figure.load]() as (pid, again):
            section.notes += [f"    {line}" for line in sampled(python, pid, again, quick=quick)]
    if not section.notes:
        section.notes.append("None falls short that can be done again.")
    return section


def sampled(
    python: Path, pid: int, again: Callable[[], object], *, quick: bool = False
) -> list[str]:
    """Shares of samples by function, the most first. Raises PeerMissing when there are none."""
    with tempfile.TemporaryDirectory(prefix="mockhaus-bench-") as folder:
        out = Path(folder) / "stacks"
        command = [str(python.with_name("py-spy")), "record", "--pid", str(pid), "--format", "raw"]
        command += ["--duration", str(2 if quick else _SECONDS), "--rate", str(_RATE)]
        command += ["--function", "--output", str(out)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True,
        ) as process:  # fmt: skip
            while process.poll() is None:
                again()
            assert process.stderr is not None
            said = process.stderr.read().strip().splitlines()
        if process.returncode != 0 or not out.exists():
            raise PeerMissing(f"py-spy: {said[-1] if said else process.returncode}")
        return told(out.read_text())


def told(stacks: str) -> list[str]:
    """The top functions of py-spy's raw format: a stack, frames kept apart by `;`, and a count."""
    own: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        function = stack.rpartition(";")[2]
        if not function.startswith(_WAITING):
            own[function] += int(count)
    whole = sum(own.values())
    if not whole:
        return ["nothing but waiting"]
    return [f"{100 * count / whole:5.1f} %  {name}" for name, count in own.most_common(_TOLD)]


# --- what can be done again -----------------------------------------------------------------------


def _asking(make: Callable[[Client], Callable[[], object]]) -> _Load:
    """A server of its own, asked over the PostgreSQL protocol."""

    @contextmanager
    def load() -> Iterator[_Busy]:
        with mockhaus() as server, server.client() as client:
            yield server.pid, make(client)

    return load


def _select_1(client: Client) -> Callable[[], object]:
    return lambda: client.ask(query("select 1"))


def _new_text(client: Client) -> Callable[[], object]:
    fill_mockhaus(client, _ROWS)
    spread = keys()
    return lambda: client.ask(query(BY_LITERAL.format(next(spread))))


def _parameter(client: Client) -> Callable[[], object]:
    fill_mockhaus(client, _ROWS)
    client.prepare("point", BY_PARAMETER)
    spread = keys()
    return lambda: client.ask(execute("point", str(next(spread))))


def _catalog(client: Client) -> Callable[[], object]:
    catalog.fill(client, _TABLES)
    numbers = itertools.count()

    def again() -> None:
        client.run(f"create or replace table bench.extra as select {next(numbers)} as a")
        for question in catalog.QUESTIONS.values():
            client.ask(query(question))

    return again


def _rows(form: str) -> Callable[[Client], Callable[[], object]]:
    def make(client: Client) -> Callable[[], object]:
        fill_mockhaus(client, _ROWS)
        client.prepare(STATEMENT, SELECT)
        return lambda: client.ask(ASK[form])

    return make


def _copied(
    form: copying.Form, way: Callable[[Client, copying.Form, int], Callable[[], float]]
) -> Callable[[Client], Callable[[], object]]:
    def make(client: Client) -> Callable[[], object]:
        fill_mockhaus(client, _ROWS)
        client.run("create table copied as select * from wide where 1 = 0")
        return way(client, form, _ROWS)

    return make


@contextmanager
def _sql_api() -> Iterator[_Busy]:
    with mockhaus() as server:
        caller = Caller(server.http_port)
        yield (
            server.pid,
            lambda: caller.ask(
                "select seq8() as id, seq8() / 7 as amount, 'customer ' || seq8() as name"
                f" from table(generator(rowcount => {_ROWS}))"
            ),
        )


@contextmanager
def _sql_api_small() -> Iterator[_Busy]:
    with mockhaus() as server:
        caller = Caller(server.http_port)
        yield server.pid, lambda: caller.ask("select 1")


@contextmanager
def _rest() -> Iterator[_Busy]:
    with mockhaus() as server:
        caller = RestCaller(server)
        caller.post("/api/v1/sessions", {"session_id": "bench"})
        yield server.pid, lambda: caller.query("SELECT 1")


@contextmanager
def _connecting() -> Iterator[_Busy]:
    with mockhaus() as server:
        yield server.pid, lambda: connected(server)


@contextmanager
def _sessions() -> Iterator[_Busy]:
    with mockhaus() as server:
        yield server.pid, lambda: create_session(server.http_port)


@contextmanager
def _translating() -> Iterator[_Busy]:
    yield os.getpid(), translation.once


LOADS: Final[dict[str, _Load]] = {
    "select 1": _asking(_select_1),
    "point query, new text": _asking(_new_text),
    "point query, parameter": _asking(_parameter),
    "SQL API": _sql_api,
    "SQL API, select 1": _sql_api_small,
    "REST": _rest,
    "connect": _connecting,
    "session": _sessions,
    "catalog": _asking(_catalog),
    "translation": _translating,
    **{f"rows in {form}": _asking(_rows(form)) for form in ASK},
    **{
        f"COPY {way}, {form.name}": _asking(_copied(form, copying.WAYS[way]))
        for way, form in itertools.product(copying.WAYS, copying.FORMS)
    },
}

#: Load -> what was done about it, and what is left.
DONE: Final[dict[str, str]] = {
    "select 1": (
        "Workers are a pool that knows the event loop's trip, and a statement takes it once. "
        "Left is that trip: DuckDB runs in a thread, sockets are the loop's."
    ),
    "translation": (
        "Trees are copied without their notes, counted once, and classes of nodes looked up once; "
        "texts that differ in whole numbers are translated once. Left is what stock sqlglot does "
        "not do: names, types and refusals, which look at each node."
    ),
    "SQL API": (
        "Rows are written by DuckDB as the JSON they are sent as, connections lent on. Left is the "
        "contract's form: each value is a text in JSON, each partition packed with gzip."
    ),
    "session": (
        "An instance is prepared before it is wanted, and that of a session that ended is used "
        "again. Left is DuckDB's own start and Snowflake's functions in its catalog, each time."
    ),
    "catalog": (
        "What pg_catalog shows is made once for all connections, and after a change anew. Left is "
        "DuckDB's planning of questions with a dozen joins."
    ),
    "REST": (
        "A query takes one trip to a worker, on a connection that its session keeps for HTTP; "
        "httptools reads the request. Left are layers that each take some tens of microseconds."
    ),
    "connect": (
        "A login looks its user and its database up once, beside the event loop. Left is a DuckDB "
        "connection of its own."
    ),
    "COPY FROM STDIN, binary": (
        "Tuples are taken apart many at a time, in one thread while another makes columns of them. "
        "Left is a Parquet file in between, which DuckDB reads."
    ),
}
