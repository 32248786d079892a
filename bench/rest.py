"""The HTTP door: small questions, many rows, forks, and health while others work."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from pathlib import Path
from typing import Any, Final

from bench.figures import Curve, Figure, Section, Spread, aimed, number
from bench.process import Server

_MS: Final = 1e3
_JSON: Final = {"Content-Type": "application/json"}
_OF_THE_BENCH: Final = {"Authorization": "Bearer bench", "X-Mockhaus-Session": "bench"}
_ARROW: Final = "application/vnd.apache.arrow.stream"
_NDJSON: Final = "application/x-ndjson"
_ROWS: Final = 1_000_000
_QUERIES: Final = 8

_REQUEST: Final = (
    "Of a request a quarter is DuckDB's; the others are reading it, the layers it passes (origin, "
    "user, metrics), the trip to a worker and back, the answer, each some tens of microseconds."
)
_BESIDE: Final = (
    "The event loop shares two processors with the queries' threads, and the interpreter's lock "
    "with what of them is Python."
)
_COPIED: Final = (
    "The files are copied, by reference where the file system can (btrfs, XFS), byte by byte "
    "elsewhere; the disk decides then."
)

_TABLE: Final = (
    "CREATE OR REPLACE TABLE {name} AS SELECT SEQ4() AS a, 'abc' || SEQ4() AS b, SEQ4() * 1.5 AS c "
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
    _rows(section, caller, _ROWS // 5 if quick else _ROWS, 3 if quick else 5)
    _health(section, server, 1.5 if quick else 5.0)
    _forks(section, Caller(server), 2_000_000 if quick else 44_000_000)
    return section


def _questions(server: Server, caller: Caller, count: int) -> list[Figure]:
    def rest() -> None:
        caller.query("SELECT 1")

    def sql_api() -> None:
        caller.post("/api/v2/statements", {"statement": "SELECT 1"}, **_OF_THE_BENCH)

    figures = []
    for door, ask, most, least in (("REST", rest, 1.5, 500), ("SQL API", sql_api, None, None)):
        times = [_timed(ask) for _ in range(count)][count // 10 :]
        before, began = _processor(server.pid), time.perf_counter()
        for _ in range(count):
            ask()
        used, taken = _processor(server.pid) - before, time.perf_counter() - began
        spread, each = Spread.of(times), count / used
        figures += [
            aimed(f"SELECT 1, one after the other, {door}", spread, "ms", _MS, at_most=most,
                  reason=_REQUEST, load=door),
            aimed(f"SELECT 1, for a second of one core, {door}", each, "/s", at_least=least,
                  beside=f"{number(count / taken)}/s by one caller", reason=_REQUEST, load=door),
        ]  # fmt: skip
    return figures


def _rows(section: Section, caller: Caller, rows: int, rounds: int) -> None:
    found: dict[str, list[tuple[float, float]]] = {}
    for count in (rows // 100, rows // 10, rows):
        caller.query(_TABLE.format(name="big", rows=count))
        for what, headers, aim in (
            ("JSON rows and objects", {}, 300_000),
            ("NDJSON", {"Accept": _NDJSON}, None),
            ("Arrow IPC", {"Accept": _ARROW}, 3_000_000),
        ):
            times = [
                _timed(lambda headers=headers: caller.query("SELECT * FROM big", **headers))
                for _ in range(rounds)
            ]
            middle = statistics.median(times)
            found.setdefault(what, []).append((count, middle * _MS))
            if count == rows:
                figure = aimed(f"{rows:,} rows, {what}", rows / middle, "rows/s", at_least=aim)
                section.figures.append(figure)
    section.curves += [Curve(what, "rows", "ms", tuple(points)) for what, points in found.items()]


def _health(section: Section, server: Server, seconds: float) -> None:
    """Health while queries run, each on a connection of its own: by their number."""
    with server.client() as client:
        client.run(_TABLE.format(name="big", rows=50_000))
    points = []
    for queries in (1, _QUERIES // 2, _QUERIES):
        times = _asked_beside(server, queries, seconds)
        slowest, middle = statistics.quantiles(times, n=100)[-1], statistics.median(times)
        points.append((float(queries), middle * _MS))
    section.figures.append(
        aimed(f"health while {_QUERIES} queries run, 99th percentile", slowest, "ms", _MS,
              at_most=5, beside=f"median {number(middle * _MS)} ms", reason=_BESIDE)
    )  # fmt: skip
    section.curves.append(Curve("health, median", "queries", "ms", tuple(points)))


def _asked_beside(server: Server, queries: int, seconds: float) -> list[float]:
    """Seconds of each question for health."""
    over = threading.Event()

    def work() -> None:
        with server.client() as client:
            while not over.is_set():
                client.run(_WORK)

    threads = [threading.Thread(target=work) for _ in range(queries)]
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
    return times


def _forks(section: Section, caller: Caller, rows: int) -> None:
    """Persistent sessions of up to so many rows of 24 bytes, forked."""
    points = []
    for count in (rows // 100, rows // 10, rows):
        caller.post("/api/v1/sessions", {
            "session_id": "large", "type": "persistent",
            "storage": {"type": "local", "path": "large"},
        })  # fmt: skip
        caller.post("/api/v1/query", {"session_id": "large", "sql": _WIDE.format(rows=count)})
        taken = _timed(lambda: caller.post("/api/v1/sessions/large/fork", {"session_id": "copy"}))
        for name in ("copy", "large"):
            caller.delete(f"/api/v1/sessions/{name}?with_data=true")
        points.append((count * 24 / 1e6, taken))
    size, taken = points[-1]
    section.figures.append(
        aimed(f"fork of a session of {number(size / 1e3)} GB", taken, "s",
              at_most=1 if size >= 1e3 else None, reason=_COPIED)
    )  # fmt: skip
    section.curves.append(Curve("fork", "MB", "s", tuple(points)))


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used. Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
