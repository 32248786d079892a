"""COPY of PostgreSQL clients: a million rows of five columns out and in, beside PostgreSQL."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.figures import Figure, Section, Spread, interleaved, met, ratios
from bench.peers import postgresql
from bench.process import PeerMissing, Server
from bench.rows import ROWS, fill_mockhaus, fill_postgresql
from bench.wire import Client, WireError, message, query

_AIM: Final = 1.0
_ROUNDS: Final = 7
#: Bytes of one CopyData, about as psql and psycopg send them.
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class _Form:
    """A format, and the options that name it."""

    name: str
    options: str


_FORMS: Final = (
    _Form("text", ""),
    _Form("CSV", " (format csv)"),
    _Form("binary", " (format binary)"),
)


def measure(server: Server, *, quick: bool) -> Section:
    """Rows a second both ways in each format, and their ratio to PostgreSQL's."""
    rows = ROWS // 5 if quick else ROWS
    section = Section(f"COPY of {rows:,} rows x 5 columns, raw socket")
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(server.client())
        fill_mockhaus(ours, rows)
        try:
            peer = stack.enter_context(postgresql())
        except PeerMissing as error:
            section.notes.append(f"postgresql: not measured. {error}")
            return section
        theirs = stack.enter_context(peer.client())
        fill_postgresql(theirs, rows)
        for client in (ours, theirs):
            client.run("create table copied as select * from wide where 1 = 0")
        for form in _FORMS:
            for way, rate in (("TO STDOUT", _out), ("FROM STDIN", _into)):
                pair = (rate(ours, form, rows), rate(theirs, form, rows))
                us, them = interleaved(pair, 3 if quick else _ROUNDS)
                ratio = ratios(us, them)
                section.figures.append(
                    Figure(
                        f"COPY {way}, {form.name}, rows/s against {peer.name} {peer.version}",
                        ratio.text("x"),
                        f"{Spread.of(us).text('M rows/s', 1e-6)}",
                        f"{Spread.of(them).text('M rows/s', 1e-6)}",
                        f">= {_AIM:g}x",
                        met(ratio.median >= _AIM),
                    )
                )
    section.notes.append(
        "TO STDOUT is COPY (SELECT * FROM wide); FROM STDIN loads what the same server sent into "
        "an empty table, in pieces of 64 KB, up to ReadyForQuery. Servers take turns."
    )
    return section


def _out(client: Client, form: _Form, rows: int) -> Callable[[], float]:
    asked = query(f"copy (select * from wide) to stdout{form.options}")
    return _timed(lambda: client.ask(asked).tag, rows)


def _into(client: Client, form: _Form, rows: int) -> Callable[[], float]:
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
