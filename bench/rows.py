"""One wide answer: a million rows of five columns, from three servers in turn."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from bench.figures import Figure, Section, Spread, interleaved, met, number, ratios
from bench.peers import buenavista, postgresql
from bench.process import PeerMissing, Server
from bench.wire import Client, WireError, query

ROWS: Final = 1_000_000
_ASK: Final = query("select * from wide")

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


def measure(server: Server, *, quick: bool) -> Section:
    """Rows a second from Mockhaus, and its ratio to each peer that can be had."""
    rows = ROWS // 5 if quick else ROWS
    section = Section(f"{rows:,} rows x 5 columns, text format, raw socket")
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(server.client())
        fill_mockhaus(ours, rows)
        counted = sum(kind == b"D" for kind, _ in ours.messages(_ASK))
        if counted != rows:
            raise WireError(f"{counted} rows came instead of {rows}")
        reference = _check(ours, rows, None)
        for start, fill, aim, rounds in (
            (postgresql, fill_postgresql, 1.0, 5 if quick else 9),
            (buenavista, _fill_buenavista, 40.0, 2 if quick else 3),
        ):
            try:
                peer = stack.enter_context(start())
                theirs = stack.enter_context(peer.client())
                fill(theirs, rows)
                _check(theirs, rows, reference)
            except (PeerMissing, WireError, OSError) as error:
                section.notes.append(f"{start.__name__}: not measured. {error}")
                continue
            ours.ask(_ASK)
            us, them = interleaved((_rate(ours, rows), _rate(theirs, rows)), rounds)
            ratio = ratios(us, them)
            section.figures.append(
                Figure(
                    f"rows/s against {peer.name} {peer.version}",
                    ratio.text("x"),
                    f"{Spread.of(us).text('M rows/s', 1e-6)}",
                    f"{Spread.of(them).text('M rows/s', 1e-6)}",
                    f">= {number(aim)}x",
                    met(ratio.median >= aim),
                )
            )
        if not section.figures:
            (us,) = interleaved([_rate(ours, rows)], 5)
            section.figures.append(Figure("rows/s", "", Spread.of(us).text("M rows/s", 1e-6)))
    section.notes.append(
        "The time is from sending the Query message to ReadyForQuery; the client only receives. "
        "Servers take turns, a ratio is of two neighbours. Each answer says how many rows it has; "
        "1,000 of them were compared by value before."
    )
    return section


def _rate(client: Client, rows: int) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        answer = client.ask(_ASK)
        taken = time.perf_counter() - begun
        if answer.tag != f"SELECT {rows}":
            raise WireError(f"{answer.tag} came instead of {rows} rows")
        return rows / taken

    return once


_Row = tuple[str | None, ...]


def _check(client: Client, rows: int, reference: Sequence[_Row] | None) -> list[_Row]:
    """Compare a sample by value. Raises WireError."""
    low, high = 500 * 7919, (rows - 500) * 7919
    sample = client.rows(f"select * from wide where id < {low} or id >= {high} order by id")
    if len(sample) != 1000:
        raise WireError(f"the sample has {len(sample)} rows instead of 1000")
    for got, wanted in zip(sample, reference or sample, strict=True):
        if _values(got) != _values(wanted):
            raise WireError(f"different rows: {got} and {wanted}")
    return sample


def _values(row: _Row) -> tuple[object, ...]:
    number, amount, name, created, price = (value or "" for value in row)
    return int(number), float(amount), name, created, Decimal(price)
