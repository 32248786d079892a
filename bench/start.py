"""Starting: the server as a process, and sessions in it."""

from __future__ import annotations

import http.client
import json
import time
from typing import Final

from bench.figures import Figure, Section, Spread, met, number
from bench.process import Server, announced, resident, running, serve_command, wait_until_answering

_MS: Final = 1e3
_SESSIONS: Final = 40


def measure_ready(*, quick: bool) -> Section:
    """From the start of the process to its word, and to the first answer."""
    section = Section("Ready time of `mockhaus serve`, as a process")
    said, answered = [], []
    for turn in range(4 if quick else 10):
        begun = time.perf_counter()
        with running(serve_command()) as process:
            port, _ = announced(process)
            ready = time.perf_counter() - begun
            wait_until_answering(process, port, "bench")
            first = time.perf_counter() - begun
        if turn:  # the first one reads its files from the disk
            said.append(ready)
            answered.append(first)
    for what, times in (("says it is ready", said), ("first answer", answered)):
        spread = Spread.of(times)
        section.figures.append(
            Figure(what, "", spread.text("s"), aim="< 1 s", verdict=met(spread.median < 1))
        )
    return section


def measure_sessions(server: Server) -> Section:
    """Sessions over HTTP: time of each, memory of each in the process of the server."""
    section = Section(f"Session creation, {_SESSIONS} over HTTP in one server")
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=30)
    _create(connection)  # what only the first one loads
    before = resident(server.pid)
    times = []
    for _ in range(_SESSIONS):
        begun = time.perf_counter()
        _create(connection)
        times.append(time.perf_counter() - begun)
    each = (resident(server.pid) - before) / _SESSIONS
    connection.close()
    spread = Spread.of(times)
    section.figures += [
        Figure(
            "time", "", spread.text("ms", _MS), aim="< 25 ms", verdict=met(spread.median < 0.025)
        ),
        Figure("memory each", "", f"{number(each)} MB", aim="< 5 MB", verdict=met(each < 5)),
    ]
    return section


def _create(connection: http.client.HTTPConnection) -> None:
    body = json.dumps({"type": "memory"})
    connection.request("POST", "/api/v1/sessions", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read()
    if response.status != http.client.OK:
        raise ConnectionError(f"POST /api/v1/sessions: {response.status} {text[:200]!r}")
