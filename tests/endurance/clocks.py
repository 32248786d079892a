"""A server whose machine's clock is set, weeks forwards and backwards, while clients are there.

libfaketime (Debian: faketime) moves the clock of the server's process by a file that says by how
much; what passes evenly (CLOCK_MONOTONIC) is left alone, as on a machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from glob import glob
from pathlib import Path
from typing import Any, Final

import httpx2
import psycopg

from tests.cli.test_serve import serving
from tests.endurance.report import Report

#: How far the clock stands off, one after another, in days.
JUMPS: Final = (40, -40, 400, 0)

#: A query that runs for minutes.
LONG: Final = (
    "SELECT COUNT(*) FROM generate_series(1, 300000) a (x), generate_series(1, 300000) b (y)"
    " WHERE a.x * b.y = -1"
)

#: Seconds that a session lives which is to expire, and how long that may take.
SHORT: Final = 2
LATEST: Final = 30


def clock_jumps(folder: Path, seed: int, report: Report) -> None:
    """Sessions stay, and end in their time; nothing is forgotten or out of order."""
    libraries = glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        report.tried["clock jumps: not tried, want libfaketime"] += 1
        return
    with _moved(folder / "offset", libraries[0]) as (offset, address, rest):
        base = str(httpx2.URL(rest).copy_with(path=""))
        headers = {"Authorization": "Bearer any", "X-Mockhaus-Session": "idle"}
        with (
            httpx2.Client(base_url=base, timeout=30, headers=headers) as http,
            psycopg.connect(address, autocommit=True) as client,
        ):
            _session(http, "idle", 3600)
            _ask(http, "CREATE TABLE t AS SELECT 1 AS n")
            handle = http.post("/api/v2/statements", json={"statement": "SELECT 7"}).json()
            client.execute("CREATE TABLE log (n INT)")
            started = _time(client)
            for number, days in enumerate(JUMPS):
                report.tried["clock jumps"] += 1
                client.execute("BEGIN")
                client.execute("INSERT INTO log VALUES (%s)", (number,))
                offset.write_text(f"{days:+d}d")
                client.execute("COMMIT")
                moved = _time(client) - started - timedelta(days=days)
                report.check(abs(moved) < timedelta(hours=1), f"the clock did not jump: {moved}")
                _holds(http, client, handle["statementHandle"], number, report)
                _expires(http, f"short{number}", report)
            _ordered(http, client, report)


@contextmanager
def _moved(offset: Path, library: str) -> Iterator[tuple[Path, str, str]]:
    offset.write_text("+0d")
    variables = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }
    with serving(**variables) as (_, address, rest):
        yield offset, address, rest


def _time(client: psycopg.Connection) -> datetime:
    found = client.execute("SELECT CURRENT_TIMESTAMP()").fetchone()
    assert found is not None
    return found[0]  # type: ignore[no-any-return]


def _session(http: httpx2.Client, name: str, ttl: int) -> None:
    body = {"session_id": name, "type": "memory", "ttl_seconds": ttl}
    http.post("/api/v1/sessions", json=body).raise_for_status()


def _ask(http: httpx2.Client, sql: str) -> list[Any]:
    answer = http.post("/api/v1/query", json={"session_id": "idle", "sql": sql})
    answer.raise_for_status()
    return answer.json()["rows"]  # type: ignore[no-any-return]


def _holds(
    http: httpx2.Client, client: psycopg.Connection, handle: str, number: int, report: Report
) -> None:
    """What was there before the jump is there after it."""
    found = client.execute("SELECT COUNT(*) FROM log").fetchone()
    report.check(
        found == (number + 1,), f"{found} rows were committed over jumps, {number + 1} told"
    )
    client.execute("SET STATEMENT_TIMEOUT_IN_SECONDS = 60")
    told = http.get("/api/v1/sessions/idle")
    report.check(told.status_code == 200, f"an idle session is gone: {told.text[:200]}")
    if told.status_code == 200:
        report.check(_ask(http, "SELECT n FROM t") == [[1]], "an idle session is empty")
    kept = http.get(f"/api/v2/statements/{handle}")
    report.check(kept.status_code == 200, f"an answer is forgotten: {kept.text[:200]}")
    past = http.get("/api/v1/history", params={"session_id": "idle", "limit": 100}).text
    report.check("CREATE TABLE t AS SELECT 1" in past, "the history is forgotten")


def _expires(http: httpx2.Client, name: str, report: Report) -> None:
    """A session whose time runs out is not kept for ever."""
    _session(http, name, SHORT)
    until = time.monotonic() + LATEST
    time.sleep(SHORT)
    while http.post("/api/v1/sessions/cleanup").is_success:
        if http.get(f"/api/v1/sessions/{name}").status_code in (404, 410):
            report.tried["sessions that ended in their time"] += 1
            return
        if time.monotonic() > until:
            break
        time.sleep(0.2 + SHORT)  # that was a use of it
    report.lost.append(f"a session of {SHORT} s is kept after a jump of the clock")


def _ordered(http: httpx2.Client, client: psycopg.Connection, report: Report) -> None:
    """The history is in the order in which statements ran, and so are their ids."""
    sql = "SELECT LAST_QUERY_ID({})"
    ids = [client.execute(sql.format(n).encode()).fetchone() for n in range(1, 5)]
    first = [str(each and each[0])[:8] for each in ids]
    report.check(first == sorted(first), f"query ids are not in order: {first}")
    rows = client.execute("SELECT n FROM log ORDER BY n").fetchall()
    report.check([n for (n,) in rows] == list(range(len(JUMPS))), f"rows of the jumps: {rows}")
    client.execute("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    before = time.monotonic()
    try:
        client.execute(LONG.encode())
        report.lost.append("a statement's time limit is gone")
    except psycopg.Error as error:
        report.check(error.sqlstate == "57014", f"a statement beyond its time: {error}")
    report.check(0.9 < time.monotonic() - before < LATEST, "a second is no second")


FAULTS: Final = (clock_jumps,)
