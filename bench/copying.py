"""COPY of PostgreSQL clients: rows of five columns out and in, beside PostgreSQL."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.figures import Curve, Section, compared, interleaved
from bench.peers import postgresql
from bench.process import PeerMissing, Server
from bench.rows import ROWS, fill_mockhaus, fill_postgresql
from bench.wire import Client, WireError, message, query

_AIM: Final = 1.0
_FORM: Final = (
    "PostgreSQL reads its own binary form as it lies; here tuples become columns, and those a "
    "Parquet file that DuckDB reads."
)
#: Rows -> how often each server copies them.
_SIZES: Final = {ROWS // 100: 5, ROWS // 10: 5, ROWS: 5}
_QUICK: Final = {ROWS // 1000: 3, ROWS // 100: 3, ROWS // 10: 3}
#: Bytes of one CopyData, about as psql and psycopg send them.
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Form:
    """A format, and the options that name it."""

    name: str
    options: str


FORMS: Final = (
    Form("text", ""),
    Form("CSV", " (format csv)"),
    Form("binary", " (format binary)"),
)


def measure(server: Server, *, quick: bool) -> Section:
    """Rows a second both ways in each format, and their ratio to PostgreSQL's."""
    sizes = _QUICK if quick else _SIZES
    section = Section(f"COPY of {min(sizes):,} to {max(sizes):,} rows x 5 columns, raw socket")
    found: dict[str, list[tuple[float, float]]] = {}
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(server.client())
        try:
            peer = stack.enter_context(postgresql())
        except PeerMissing as error:
            section.notes.append(f"postgresql: not measured. {error}")
            return section
        theirs = stack.enter_context(peer.client())
        for rows, rounds in sizes.items():
            for client, fill in ((ours, fill_mockhaus), (theirs, fill_postgresql)):
                client.run("drop table if exists wide")
                fill(client, rows)
                client.run("drop table if exists copied")
                client.run("create table copied as select * from wide where 1 = 0")
            for way, form in itertools.product(WAYS, FORMS):
                pair = [WAYS[way](client, form, rows) for client in (ours, theirs)]
                us, them = interleaved(pair, rounds)
                what = f"COPY {way}, {form.name}"
                for name, rates in (("Mockhaus", us), (peer.name, them)):
                    found.setdefault(f"{name}, {what}", []).append((rows, rows / median(rates)))
                if rows == max(sizes):
                    against = f"{what}, rows/s against {peer.name} {peer.version}"
                    section.figures.append(
                        compared(
                            against,
                            us,
                            them,
                            "M rows/s",
                            1e-6,
                            at_least=_AIM,
                            reason=_FORM,
                            load=what,
                        )
                    )
    section.curves += [Curve(name, "rows", "s", tuple(points)) for name, points in found.items()]
    section.notes.append(
        "TO STDOUT is COPY (SELECT * FROM wide); FROM STDIN loads what the same server sent into "
        "an empty table, in pieces of 64 KB, up to ReadyForQuery. Servers take turns."
    )
    return section


def _out(client: Client, form: Form, rows: int) -> Callable[[], float]:
    asked = query(f"copy (select * from wide) to stdout{form.options}")
    return _timed(lambda: client.ask(asked).tag, rows)


def _into(client: Client, form: Form, rows: int) -> Callable[[], float]:
    asked = query(f"copy (select * from wide) to stdout{form.options}")
    data = b"".join(body for kind, body in client.messages(asked) if kind == b"d")
    pieces = (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
    encoded = b"".join(message(b"d", piece) for piece in pieces) + message(b"c", b"")
    sql = f"copy copied from stdin{form.options}"
    rate = _timed(lambda: client.copy_in(sql, encoded).tag, rows)

    def once() -> float:
        client.run("truncate table copied")
        return rate()

    return once


def _timed(copy: Callable[[], str], rows: int) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        tag = copy()
        taken = time.perf_counter() - begun
        if tag != f"COPY {rows}":
            raise WireError(f"{tag} came instead of COPY {rows}")
        return rows / taken

    return once


#: Which way -> what one client does of it.
WAYS: Final = {"TO STDOUT": _out, "FROM STDIN": _into}
