"""Answers of five columns, from a thousand rows to ten million, from three servers in turn.

In text by a simple query, in binary by a prepared statement, as clients ask for either.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Final

from bench.figures import Curve, Section, compared, interleaved
from bench.peers import buenavista, postgresql
from bench.process import PeerMissing, Server
from bench.wire import Client, WireError, execute, query

ROWS: Final = 1_000_000
#: Rows of an answer -> how often each server gives it.
_SIZES: Final = {1_000: 9, 10_000: 9, 100_000: 5, ROWS: 5, 10 * ROWS: 1}
_QUICK: Final = {1_000: 5, 10_000: 5, 100_000: 3}
SELECT: Final = "select * from wide"
STATEMENT: Final = "wide"
ASK: Final = {
    "text": query(SELECT),
    "binary": execute(STATEMENT, binary=True),
}

#: The same five columns, said to each server in its own words: bigint, double, varchar, timestamp,
#: decimal(12,2).
_COLUMNS: Final = """
  i * 7919 as id,
  cast(i as double precision) / 7 as amount,
  'customer ' || i as name,
  {timestamp} as created,
  cast(cast(i * 37 % 10000000 as decimal(12, 2)) * 0.01 as decimal(12, 2)) as price
"""
_POSTGRESQL: Final = (
    "create table wide as select"
    + _COLUMNS.format(timestamp="timestamp '2020-01-01' + i * interval '61 seconds'")
    + "from (select generate_series(0, {rows} - 1)::bigint as i) n"
)
_BUENAVISTA: Final = (
    "create table wide as select"
    + _COLUMNS.format(timestamp="timestamp '2020-01-01' + to_seconds(61 * i)")
    + "from (select range as i from range(0, {rows})) n"
)
SNOWFLAKE: Final = (
    "create table wide as select"
    + _COLUMNS.format(timestamp="dateadd(second, 61 * i, '2020-01-01'::timestamp_ntz)")
    + "from (select row_number() over (order by seq8()) - 1 as i"
    + " from table(generator(rowcount => {rows}))) n"
)


def fill_mockhaus(client: Client, rows: int) -> None:
    """Create the table `wide`."""
    client.run(SNOWFLAKE.format(rows=rows))


def fill_postgresql(client: Client, rows: int) -> None:
    client.run(_POSTGRESQL.format(rows=rows))
    client.run("vacuum analyze wide")


def _fill_buenavista(client: Client, rows: int) -> None:
    client.run(_BUENAVISTA.format(rows=rows))


@dataclass(frozen=True, slots=True)
class _Contestant:
    """A server, up to how many rows it is asked for, in which formats, and the aim beside it."""

    name: str
    client: Client
    fill: Callable[[Client, int], None]
    formats: tuple[str, ...]
    most: int = 10 * ROWS
    aim: float = 1.0


#: buenavista has binary, too, which is not measured; a million rows take it a minute.
_PEERS: Final = (
    (postgresql, fill_postgresql, ("text", "binary"), 10 * ROWS, 1.0),
    (buenavista, _fill_buenavista, ("text",), 100_000, 40.0),
)

_Times = dict[tuple[str, str], list[float]]


def measure(server: Server, *, quick: bool) -> Section:
    """Rows a second from Mockhaus, its ratio to each peer that can be had, growth."""
    sizes = _QUICK if quick else _SIZES
    section = Section(f"Answers of {min(sizes):,} to {max(sizes):,} rows x 5 columns, raw socket")
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(server.client())
        all_of_them = [_Contestant("Mockhaus", ours, fill_mockhaus, tuple(ASK))]
        for start, fill, formats, most, aim in _PEERS:
            try:
                peer = stack.enter_context(start())
                client = stack.enter_context(peer.client())
            except (PeerMissing, WireError, OSError) as error:
                section.notes.append(f"{start.__name__}: not measured. {error}")
                continue
            name = f"{peer.name} {peer.version}"
            all_of_them.append(_Contestant(name, client, fill, formats, most, aim))
        taken = {rows: _taken(all_of_them, rows, rounds) for rows, rounds in sizes.items()}
    _tell(section, all_of_them, taken)
    section.notes.append(
        "The time is from sending the question to ReadyForQuery; the client only receives. Servers "
        "take turns, a ratio is of two neighbours. Each answer says how many rows it has; 1,000 of "
        "them were compared by value before, those in binary byte by byte with PostgreSQL's."
    )
    return section


def _taken(contestants: Sequence[_Contestant], rows: int, rounds: int) -> _Times:
    """Seconds of an answer, by server and format."""
    asked = [each for each in contestants if each.most >= rows]
    text: list[_Row] | None = None
    binary: list[bytes] | None = None  # of the first that sends it
    for each in asked:
        if rows > min(_SIZES):
            each.client.run("drop table wide")
        each.fill(each.client, rows)
        text = _check(each.client, rows, text)
        if "binary" in each.formats:
            each.client.prepare(STATEMENT, SELECT)
            binary = _check_binary(each.client, rows, binary)
    pairs = [(each, name) for each in asked for name in each.formats]
    times = [_seconds(each.client, name, rows) for each, name in pairs]
    if rounds > 1:
        interleaved(times, 1)  # warm
    found = interleaved(times, rounds)
    for each in asked:
        if "binary" in each.formats:
            each.client.run(f"deallocate {STATEMENT}")
    return {(each.name, name): values for (each, name), values in zip(pairs, found, strict=True)}


def _tell(section: Section, contestants: Sequence[_Contestant], taken: dict[int, _Times]) -> None:
    ours, *peers = contestants
    for peer in peers:
        rows = max(n for n in taken if n <= min(peer.most, ROWS))
        for name in peer.formats:
            us, them = (
                [rows / seconds for seconds in taken[rows][each.name, name]]
                for each in (ours, peer)
            )
            what = f"rows/s of {rows:,} in {name}, against {peer.name}"
            section.figures.append(
                compared(
                    what, us, them, "M rows/s", 1e-6, at_least=peer.aim, load=f"rows in {name}"
                )
            )
    for each in contestants:
        for name in each.formats:
            points = [(n, median(times[key])) for n, times in taken.items()
                      if (key := (each.name, name)) in times]  # fmt: skip
            section.curves.append(Curve(f"{each.name}, {name}", "rows", "s", tuple(points)))


def _seconds(client: Client, name: str, rows: int) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        answer = client.ask(ASK[name])
        taken = time.perf_counter() - begun
        if answer.tag != f"SELECT {rows}":
            raise WireError(f"{answer.tag} came instead of {rows} rows")
        return taken

    return once


_Row = tuple[str | None, ...]


def _sample(rows: int) -> str:
    """The first and the last 500 rows."""
    low, high = 500 * 7919, (rows - 500) * 7919
    return f"select * from wide where id < {low} or id >= {high} order by id"


def _check(client: Client, rows: int, reference: Sequence[_Row] | None) -> list[_Row]:
    """Compare a sample by value. Raises WireError."""
    sample = client.rows(_sample(rows))
    if len(sample) != 1000:
        raise WireError(f"the sample has {len(sample)} rows instead of 1000")
    for got, wanted in zip(sample, reference or sample, strict=True):
        if _values(got) != _values(wanted):
            raise WireError(f"different rows: {got} and {wanted}")
    return sample


def _values(row: _Row) -> tuple[object, ...]:
    number, amount, name, created, price = (value or "" for value in row)
    return int(number), float(amount), name, created, Decimal(price)


def _check_binary(client: Client, rows: int, reference: Sequence[bytes] | None) -> list[bytes]:
    """Compare the sample byte by byte. Raises WireError."""
    client.prepare("sample", _sample(rows))
    sample = [b for kind, b in client.messages(execute("sample", binary=True)) if kind == b"D"]
    client.run("deallocate sample")
    if len(sample) != 1000 or sample != list(reference or sample):
        raise WireError("the sample of rows in binary differs")
    return sample
