"""Requests of both APIs, changed at random: each has an answer in time, none the server's own fault."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from tests.cli.test_serve import serving
from tests.endurance.report import HANG_S, Report, strain

_JSON: Final = "application/json"

#: Method, path, body of requests that are right.
REQUESTS: Final[list[tuple[str, str, Any]]] = [
    ("POST", "/api/v1/query", {"sql": "SELECT 1 AS a", "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "SELECT ? + 1", "parameters": [41], "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "SELECT :a", "parameters": {"a": None}, "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "CREATE OR REPLACE TABLE t (a INT, b VARIANT)", "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "INSERT INTO t SELECT 1, PARSE_JSON('{\"k\": [1]}')", "session_id": "fuzz"}),
    ("POST", "/api/v1/translate", {"sql": "SELECT IFF(a, 1, 2) FROM t"}),
    ("POST", "/api/v1/sessions", {"session_id": "fuzz2", "ttl_seconds": 10}),
    ("GET", "/api/v1/sessions", None),
    ("GET", "/api/v1/sessions/fuzz", None),
    ("DELETE", "/api/v1/sessions/fuzz2", None),
    ("GET", "/api/v1/history?session_id=fuzz&limit=5", None),
    ("GET", "/api/v1/sessions/fuzz/connections", None),
    ("POST", "/api/v1/sessions/fuzz/snapshots", {"name": "s"}),
    ("PUT", "/api/v1/sessions/fuzz/files?file=@~/a/b.csv&overwrite=true", b"1,a\n2,b\n"),
    ("PUT", "/api/v1/sessions/fuzz/files?file=@~/c.csv", b"1" * 3000),
    ("GET", "/api/v1/sessions/fuzz/files?file=@~/a/b.csv", None),
    ("POST", "/api/v1/query", {"sql": "LIST @~", "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "SELECT $1, $2 FROM @~/a/", "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "COPY INTO t (a) FROM (SELECT $1 FROM @~/a/)", "session_id": "fuzz"}),
    ("POST", "/api/v1/query", {"sql": "REMOVE @~/c", "session_id": "fuzz"}),
    ("POST", "/api/v2/statements", {"statement": "SELECT 1", "timeout": 10, "parameters": {"TIMEZONE": "UTC"}}),
    ("POST", "/api/v2/statements?async=true", {"statement": "SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 100))"}),
    ("POST", "/api/v2/statements", {"statement": "SELECT ?", "bindings": {"1": {"type": "FIXED", "value": "1"}}}),
    ("GET", "/api/v2/statements/01c89080-2393-9ea2-4a6f-bd4d4ac3236d?partition=0", None),
    ("POST", "/api/v2/statements/01c89080-2393-9ea2-4a6f-bd4d4ac3236d/cancel", {}),
]  # fmt: skip

#: What a value becomes.
_STRANGE: Final[list[Any]] = [
    None, True, -1, 1e308, 2**70, "", "\0", "x" * 5000, "😀", [], {}, [[]], {"": None}, "SELECT",
    "' OR 1=1 --", "../../etc", "null", [1] * 300,
]  # fmt: skip


def run(seconds: float, seed: int) -> Report:
    """As many as fit into the time."""
    report, chance = Report(), random.Random(seed)
    with serving() as (process, _, rest):
        parts = urlsplit(rest)
        with httpx2.Client(
            base_url=f"{parts.scheme}://{parts.netloc}", timeout=HANG_S * strain()
        ) as http:
            http.headers["Authorization"] = "Bearer any"
            for name in ("fuzz", "neighbour"):
                http.post("/api/v1/sessions", json={"session_id": name, "type": "memory"})
            until = time.monotonic() + seconds
            while time.monotonic() < until and len(report.lost) < 5:
                method, path, body = chance.choice(REQUESTS)
                if chance.random() < 0.8:
                    _request(http, report, method, *_changed(chance, path, body))
                else:
                    _raw(parts.port or 80, report, _bytes(chance, method, path, body))
                if chance.random() < 0.1:
                    _neighbour(http, report)
            _neighbour(http, report)
        report.check(process.poll() is None, "the server is gone")
    return report


def _changed(chance: random.Random, path: str, body: Any) -> tuple[str, bytes]:
    if isinstance(body, dict) and chance.random() < 0.7:
        body = _strange(chance, body)
    if chance.random() < 0.2:
        at = chance.randrange(8, len(path))
        path = path[:at] + chance.choice(("/", "%00", "?x=1", "..", "%ff", "&limit=x")) + path[at:]
    data = _encoded(body)
    if data and chance.random() < 0.2:
        changed = bytearray(data)
        changed[chance.randrange(len(data))] = chance.randrange(256)
        data = bytes(changed[: chance.randrange(1, len(data) + 1)])
    return path, data


def _encoded(body: Any) -> bytes:
    """A file as it is, no body as none, all else as JSON."""
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()


def _strange(chance: random.Random, body: Any) -> Any:
    """The body with a value lost, exchanged or added, anywhere in it."""
    if not isinstance(body, dict) or not body or chance.random() < 0.1:
        return chance.choice(_STRANGE)
    key, found = chance.choice(list(body)), dict(body)
    match chance.randrange(4):
        case 0:
            del found[key]
        case 1:
            found[key] = _strange(chance, found[key])
        case 2:
            found[key] = chance.choice(_STRANGE)
        case _:
            found[str(chance.choice(_STRANGE))] = chance.choice(_STRANGE)
    return found


def _request(http: httpx2.Client, report: Report, method: str, path: str, data: bytes) -> None:
    what = f"{method} {path.partition('?')[0][:60]}"
    try:
        with report.timed("requests"):
            answer = http.request(method, path, content=data, headers={"Content-Type": _JSON})
    except httpx2.TimeoutException:
        report.lost.append(f"{what} has no answer within {HANG_S} s: {data[:200]!r}")
        return
    except (httpx2.HTTPError, httpx2.InvalidURL):
        report.tried["requests that no client sends"] += 1
        return
    report.tried[f"status {answer.status_code}"] += 1
    if answer.status_code >= 500 and answer.status_code != 503:
        report.lost.append(f"{answer.status_code} to {what} {data[:300]!r}: {answer.text[:300]}")
    if answer.status_code >= 400:
        told = answer.text
        report.check(
            any(word in told for word in ('"code"', '"error"', '"detail"')) or not told,
            f"{what}: an error without a code: {told[:200]}",
        )


def _bytes(chance: random.Random, method: str, path: str, body: Any) -> bytes:
    """A request as bytes, some of which are wrong."""
    data = _encoded(body)
    length = chance.choice((len(data), len(data), 0, len(data) + 7, -1, 10**12))
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer any\r\n"
        f"Content-Type: {_JSON}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    sent = bytearray(head.encode() + data)
    for _ in range(chance.randrange(4)):
        sent[chance.randrange(len(sent))] = chance.randrange(256)
    return bytes(sent[: chance.randrange(1, len(sent) + 1)])


def _raw(port: int, report: Report, data: bytes) -> None:
    try:
        with report.timed("raw requests"), socket.create_connection(("127.0.0.1", port)) as raw:
            raw.settimeout(HANG_S * strain())
            raw.sendall(data)
            raw.shutdown(socket.SHUT_WR)
            told = raw.recv(1 << 16)
    except TimeoutError:
        report.lost.append(f"no end within {HANG_S} s of {data[:300]!r}")
        return
    except OSError:
        return
    status = told.partition(b" ")[2][:3]
    report.check(status != b"500", f"500 to {data[:300]!r}: {told[:300]!r}")


def _neighbour(http: httpx2.Client, report: Report) -> None:
    with contextlib.suppress(httpx2.HTTPError), report.timed("right answers to the neighbour"):
        body = {"sql": "SELECT 6 * 7 AS a", "session_id": "neighbour"}
        found = http.post("/api/v1/query", json=body).json()
        report.check(found.get("rows") == [[42]], f"the neighbour was told {found}")
        return
    report.lost.append("the neighbour had no answer")
