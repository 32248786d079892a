"""Many connections: what they get done together, and what those cost that say nothing."""

from __future__ import annotations

import contextlib
import itertools
import selectors
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.figures import Curve, Figure, Section, Spread, aimed, met, number
from bench.latency import keys
from bench.process import Server, resident
from bench.rows import fill_mockhaus
from bench.wire import Client, execute

ROWS: Final = 1_000_000
CONNECTIONS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
IDLE: Final = 1_000
_POINT: Final = "select * from wide where id = $1"
_SHARE: Final = 0.9
_IDLE_KB: Final = 100.0
_CLIENT: Final = (
    "The client shares the processors with the server: with more connections more of them wait at "
    "once in the client, in the event loop and for a worker."
)


def measure(server: Server, *, quick: bool) -> Section:
    """Point queries a second by number of connections; memory and threads of idle ones."""
    section = Section(f"Many connections (point query on {ROWS:,} rows, one session)")
    section.figures += _idle(server)
    seconds, rounds = (0.5, 3) if quick else (1.0, 5)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.client()) for _ in range(max(CONNECTIONS))]
        fill_mockhaus(clients[0], ROWS)
        for client in clients:
            client.prepare("point", _POINT)
        rates: dict[int, list[float]] = {count: [] for count in CONNECTIONS}
        _throughput(clients, seconds)  # warm
        for _ in range(rounds):
            for count in CONNECTIONS:
                rates[count].append(_throughput(clients[:count], seconds))
    best = max(Spread.of(each).median for each in rates.values())
    for count, each in rates.items():
        spread = Spread.of(each)
        share = spread.median / best
        what, measured = f"{count} connection{'s' if count > 1 else ''}", spread.text("a second")
        # Up to the best there are too few to keep the server busy: that is no fall.
        risen = count < max(rates, key=lambda n: Spread.of(rates[n]).median)
        figure = Figure(what, f"{number(share)} of best", measured)
        if not risen:
            figure = replace(
                figure, aim=f">= {_SHARE}", verdict=met(share >= _SHARE), short=_SHARE / share,
                reason=_CLIENT,
            )  # fmt: skip
        section.figures.append(figure)
    points = tuple((count, Spread.of(each).median) for count, each in rates.items())
    section.curves.append(Curve("answers", "connections", "a second", points))
    section.notes.append(
        f"Turns of {seconds} s, {rounds} rounds; each connection asks again when it is answered. "
        "One thread on the client's side, which reads answers without looking into them."
    )
    return section


def _throughput(clients: Sequence[Client], seconds: float) -> float:
    """Questions answered a second, with each client asking one after another."""
    asked = itertools.cycle([execute("point", str(key)) for key in itertools.islice(keys(), 2000)])
    answered = 0
    with selectors.DefaultSelector() as ready:
        for client in clients:
            ready.register(client.socket, selectors.EVENT_READ, client)
            client.socket.sendall(next(asked))
        begun = time.perf_counter()
        until = begun + seconds
        waiting = len(clients)
        while waiting:
            for key, _ in ready.select():
                client = key.data
                client.receive()
                if client.tag() is None:
                    continue
                answered += 1
                if time.perf_counter() < until:
                    client.socket.sendall(next(asked))
                else:
                    waiting -= 1
        return answered / (time.perf_counter() - begun)


def _idle(server: Server) -> list[Figure]:
    """What a thousand connections cost that have logged in and wait."""
    with server.client() as first:
        first.run("select 1")
    memory, threads = resident(server.pid), _threads(server.pid)
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(server.client())
        time.sleep(1)
        each = (resident(server.pid) - memory) * 1e3 / IDLE
        more = _threads(server.pid) - threads
    return [
        aimed(f"{IDLE:,} idle connections, memory of each", each, "kB", at_most=_IDLE_KB),
        aimed(f"{IDLE:,} idle connections", more, "more threads", at_most=1),
    ]


def _threads(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
