"""The HTTP door: small questions, many rows, forks, and health while others work."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.figures import Figure, Section, Spread, met, number
from bench.process import Server

_MS: Final = 1e3
_JSON: Final = {"Content-Type": "application/json"}
_OF_THE_BENCH: Final = {"Authorization": "Bearer bench", "X-Mockhaus-Session": "bench"}
_ARROW: Final = "application/vnd.apache.arrow.stream"
_NDJSON: Final = "application/x-ndjson"
_ROWS: Final = 1_000_000
_QUERIES: Final = 8

_TABLE: Final = (
    "CREATE TABLE {name} AS SELECT SEQ4() AS a, 'abc' || SEQ4() AS b, SEQ4() * 1.5 AS c "
    "FROM TABLE(GENERATOR(ROWCOUNT => {rows}))"
)
#: Nearly incompressible, 24 bytes a row.
_WIDE: Final = (
    "CREATE TABLE wide AS SELECT RANDOM() AS a, RANDOM() AS b, RANDOM() AS c "
    "FROM TABLE(GENERATOR(ROWCOUNT => {rows}))"
)
#: Some tens of milliseconds of both cores.
_WORK: Final = "select count(*) from big x join big y on x.a % 1000 = y.a % 1000"


class Caller:
    """One connection that stays."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=120)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> bytes:
        """The answer's body. Raises ConnectionError for any status but 200."""
        return self._ask("POST", path, json.dumps(body), {**_JSON, **headers})

    def get(self, path: str) -> bytes:
        """The answer's body. Raises ConnectionError for any status but 200."""
        return self._ask("GET", path, None, {})

    def delete(self, path: str) -> None:
        """Raises ConnectionError for any status but 200."""
        self._ask("DELETE", path, None, {})

    def query(self, sql: str, **headers: str) -> bytes:
        """Of `/api/v1/query` in the session of the bench."""
        return self.post("/api/v1/query", {"session_id": "bench", "sql": sql}, **headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        self._http.request(method, path, body, headers)
        response = self._http.getresponse()
        text = response.read()
        if response.status != http.client.OK:
            raise ConnectionError(f"{method} {path}: {response.status} {text[:200]!r}")
        return text


def measure(server: Server, *, quick: bool) -> Section:
    """Everything over HTTP, in one session."""
    section = Section("HTTP: questions, rows, forks, health")
    caller = Caller(server)
    caller.post("/api/v1/sessions", {"session_id": "bench"})
    section.figures += _questions(server, caller, 300 if quick else 2000)
    rows = _ROWS // 5 if quick else _ROWS
    caller.query(_TABLE.format(name="big", rows=rows))
    section.figures += _rows(caller, rows, 3 if quick else 5)
    section.figures.append(_health(server, 3.0 if quick else 10.0))
    section.figures.append(_fork(Caller(server), 2_000_000 if quick else 44_000_000))
    return section


def _questions(server: Server, caller: Caller, count: int) -> list[Figure]:
    def rest() -> None:
        caller.query("SELECT 1")

    def sql_api() -> None:
        caller.post("/api/v2/statements", {"statement": "SELECT 1"}, **_OF_THE_BENCH)

    figures = []
    for door, ask, most, least in (("REST", rest, 0.0015, 500), ("SQL API", sql_api, None, None)):
        times = [_timed(ask) for _ in range(count)][count // 10 :]
        before, began = _processor(server.pid), time.perf_counter()
        for _ in range(count):
            ask()
        used, taken = _processor(server.pid) - before, time.perf_counter() - began
        spread, each = Spread.of(times), count / used
        figures += [
            Figure(f"SELECT 1, one after the other, {door}", "", spread.text("ms", _MS),
                   aim=f"<= {number(most * _MS)} ms" if most else "",
                   verdict=met(spread.median <= most) if most else ""),
            Figure(f"SELECT 1, for a second of one core, {door}", "", f"{number(each)}/s",
                   f"{number(count / taken)}/s by one caller", f">= {least}/s" if least else "",
                   met(each >= least) if least else ""),
        ]  # fmt: skip
    return figures


def _rows(caller: Caller, rows: int, rounds: int) -> list[Figure]:
    figures = []
    for what, headers, aim in (
        ("JSON rows and objects", {}, 300_000),
        ("NDJSON", {"Accept": _NDJSON}, None),
        ("Arrow IPC", {"Accept": _ARROW}, 3_000_000),
    ):
        times = [
            _timed(lambda headers=headers: caller.query("SELECT * FROM big", **headers))
            for _ in range(rounds)
        ]
        rate = rows / statistics.median(times)
        figures.append(
            Figure(f"{rows:,} rows, {what}", "", f"{number(rate)} rows/s",
                   aim=f">= {aim:,}" if aim else "", verdict=met(rate >= aim) if aim else "")
        )  # fmt: skip
    return figures


def _health(server: Server, seconds: float) -> Figure:
    """Health while eight queries run, each on a connection of its own."""
    over = threading.Event()

    def work() -> None:
        with server.client() as client:
            while not over.is_set():
                client.run(_WORK)

    with server.client() as client:
        client.run(_TABLE.format(name="big", rows=50_000))
    threads = [threading.Thread(target=work) for _ in range(_QUERIES)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    caller, times = Caller(server), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        times.append(_timed(lambda: caller.get("/api/v1/health")))
        time.sleep(0.005)
    over.set()
    for thread in threads:
        thread.join()
    slowest, middle = statistics.quantiles(times, n=100)[-1], statistics.median(times)
    return Figure(
        f"health while {_QUERIES} queries run, 99th percentile", "", f"{number(slowest * _MS)} ms",
        f"median {number(middle * _MS)} ms", "< 5 ms", met(slowest < 0.005),
    )  # fmt: skip


def _fork(caller: Caller, rows: int) -> Figure:
    """A persistent session with so many rows of 24 bytes, forked."""
    caller.post("/api/v1/sessions", {
        "session_id": "large", "type": "persistent",
        "storage": {"type": "local", "path": "large"},
    })  # fmt: skip
    caller.post("/api/v1/query", {"session_id": "large", "sql": _WIDE.format(rows=rows)})
    taken = _timed(lambda: caller.post("/api/v1/sessions/large/fork", {"session_id": "copy"}))
    for name in ("copy", "large"):
        caller.delete(f"/api/v1/sessions/{name}?with_data=true")
    size = rows * 24 / 1e9
    figure = Figure(f"fork of a session of {number(size)} GB", "", f"{number(taken)} s")
    return replace(figure, aim="< 1 s", verdict=met(taken < 1)) if size >= 1 else figure


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used. Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
