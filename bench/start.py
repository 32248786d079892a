"""Starting: the server as a process, sessions in it, connections to it."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from statistics import median
from typing import Any, Final

from bench.figures import Curve, Section, Spread, aimed, compared, interleaved
from bench.peers import postgresql
from bench.process import (
    PeerMissing,
    Server,
    announced,
    mockhaus,
    resident,
    running,
    serve_command,
    wait_until_answering,
)

_MS: Final = 1e3
_SESSIONS: Final = 40
#: How many sessions a data folder has when the server starts, and how many tables a database has
#: when clients connect.
_KEPT: Final = (1, 10, 40)
_TABLES: Final = (10, 100, 1_000)

_LOADING: Final = (
    "Loading modules is most of it: DuckDB, sqlglot, pyarrow, uvicorn, and this server's own; see "
    "the commands. Meanwhile a first DuckDB instance is prepared in a thread."
)
_INSTANCE: Final = (
    "Each session is a DuckDB instance of its own, with Snowflake's functions in its catalog. One "
    "that is ready beforehand hides that from who comes alone; sessions in a row use it up."
)
_LOGIN: Final = (
    "A login looks for the session and its user, opens a DuckDB connection and sets it up; the "
    "parameters it tells are PostgreSQL's."
)


def measure_ready(*, quick: bool) -> Section:
    """From the start of the process to its word, and to the first answer."""
    section = Section("Ready time of `mockhaus serve`, as a process")
    said, answered = _started(4 if quick else 10)
    for what, times in (("says it is ready", said), ("first answer", answered)):
        section.figures.append(aimed(what, Spread.of(times), "s", at_most=1, reason=_LOADING))
    points = []
    with tempfile.TemporaryDirectory(prefix="mockhaus-bench-") as folder:
        made = 0
        for count in _KEPT[:2] if quick else _KEPT:
            with mockhaus("--data-dir", folder) as server:
                for number in range(made, count):
                    _create(_http(server), {"session_id": f"kept{number}", **_persistent(number)})
            made = count
            times, _ = _started(2 if quick else 4, "--data-dir", folder)
            points.append((float(count), median(times)))
    section.curves.append(Curve("ready, by sessions kept", "sessions", "s", tuple(points)))
    return section


def _started(turns: int, *arguments: str) -> tuple[list[float], list[float]]:
    """Seconds to the server's word and to the first answer; the first turn is not counted."""
    said, answered = [], []
    for _ in range(turns):
        begun = time.perf_counter()
        with running([*serve_command(), *arguments]) as process:
            port, _ = announced(process)
            said.append(time.perf_counter() - begun)
            wait_until_answering(process, port, "bench")
            answered.append(time.perf_counter() - begun)
    return said[1:], answered[1:]


def measure_sessions(server: Server) -> Section:
    """Sessions over HTTP: time of each, memory of each in the process of the server."""
    section = Section(f"Session creation, {_SESSIONS} over HTTP in one server")
    connection = _http(server)
    _create(connection, {"type": "memory"})  # what only the first one loads
    before = resident(server.pid)
    times = []
    for _ in range(_SESSIONS):
        begun = time.perf_counter()
        _create(connection, {"type": "memory"})
        times.append(time.perf_counter() - begun)
    each = (resident(server.pid) - before) / _SESSIONS
    connection.close()
    section.figures += [
        aimed(
            "time of a session",
            Spread.of(times),
            "ms",
            _MS,
            at_most=25,
            reason=_INSTANCE,
            load="session",
        ),
        aimed("memory of a session", each, "MB", at_most=5, reason=_INSTANCE),
    ]
    parts = [times[at : at + _SESSIONS // 4] for at in range(0, _SESSIONS, _SESSIONS // 4)]
    points = tuple((_SESSIONS // 4 * n, median(part) * _MS) for n, part in enumerate(parts, 1))
    section.curves.append(Curve("creation, by sessions there", "sessions", "ms", points))
    return section


def measure_connecting(server: Server, *, quick: bool) -> Section:
    """Connect, `select 1` and goodbye by raw socket, beside PostgreSQL; by tables there."""
    section = Section("Connect, select 1, disconnect, by raw socket")
    rounds = 50 if quick else 300
    try:
        with postgresql() as peer:
            us, them = interleaved([lambda: connected(server), lambda: connected(peer)], rounds)
            what = f"against {peer.name} {peer.version}"
            section.figures.append(compared(what, us, them, "ms", _MS))
    except PeerMissing as error:
        section.notes.append(f"postgresql: not measured. {error}")
    points = []
    with server.client() as client:
        made = 0
        for tables in _TABLES:
            client.run("begin")
            for number in range(made, tables):
                client.run(f"create table t{number} (a int, b varchar)")
            client.run("commit")
            made = tables
            times = [connected(server) for _ in range(rounds)]
            points.append((float(tables), median(times) * _MS))
    section.figures.append(
        aimed(f"with {_TABLES[-1]:,} tables there", Spread.of(times), "ms", _MS, at_most=5,
              reason=_LOGIN, load="connect")
    )  # fmt: skip
    section.curves.append(Curve("connect", "tables", "ms", tuple(points)))
    return section


def connected(server: Server) -> float:
    """Seconds of a connection that asks one question."""
    begun = time.perf_counter()
    with server.client() as client:
        client.run("select 1")
    return time.perf_counter() - begun


def create_session(port: int) -> None:
    """A session in memory, over a connection of its own, that is dropped at once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    name = _create(connection, {"type": "memory"})["session"]["session_id"]
    connection.request("DELETE", f"/api/v1/sessions/{name}")
    connection.getresponse().read()
    connection.close()


def _persistent(number: int) -> dict[str, Any]:
    return {"type": "persistent", "storage": {"type": "local", "path": f"kept{number}"}}


def _http(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=30)


def _create(connection: http.client.HTTPConnection, wanted: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/sessions", json.dumps(wanted), headers)
    response = connection.getresponse()
    text = response.read()
    if response.status != http.client.OK:
        raise ConnectionError(f"POST /api/v1/sessions: {response.status} {text[:200]!r}")
    told: dict[str, Any] = json.loads(text)
    return told
