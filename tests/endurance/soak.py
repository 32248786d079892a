"""Mixed work for a long time: `python -m tests.endurance.soak --minutes 30`.

Ten sessions, each used by three PostgreSQL connections and two HTTP clients at once, in one server
process. Every client draws its next step by chance: queries, changes, transactions taken back,
tables made and dropped, COPY, prepared statements, errors, cancelled queries, streams broken off,
connections closed without a word. No step may fail but those that are meant to; every row whose
insertion was acknowledged is counted in the end; and after the first third the server's memory,
files and threads must not grow.

What the server remembers has limits: 10,000 statements in the history of each session, as many of
the SQL API in all. Filling up is no leak, but would look like one for an hour; so the work begins
with all of it full.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import psycopg

from mockhaus.http.sqlapi.store import Limits
from mockhaus.sessions import history
from tests.cli.test_serve import serving

SESSIONS: Final = 10
CONNECTIONS: Final = 3
CALLERS: Final = 2

#: What is remembered at most, and the statements of a request that fills it.
HISTORY: Final = history.MAX_ENTRIES
KEPT: Final = Limits().count
AT_ONCE: Final = 500
#: About as long as what the clients send.
FILLER: Final = "SELECT {number} AS n /* {number:060} */"

#: How much larger than after the first third the server's memory may be in the end, by ratio; and
#: how many files and threads more it may have.
MEMORY: Final = 1.25
SPARE: Final = 20

SETUP: Final = (
    "CREATE TABLE IF NOT EXISTS log (client VARCHAR, n INT)",
    "CREATE TABLE IF NOT EXISTS items AS SELECT SEQ4() AS id, 'item ' || SEQ4() AS name, "
    "OBJECT_CONSTRUCT('k', SEQ4()) AS v FROM TABLE(GENERATOR(ROWCOUNT => 5000))",
)
LONG: Final = "SELECT COUNT(*) FROM items a, items b, items c WHERE a.id + b.id = c.id + 1"


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server process holds: bytes of memory, open files, threads."""

    memory: int
    files: int
    threads: int


def usage(pid: int) -> Usage:
    """Of a process of this machine (Linux)."""
    process = Path(f"/proc/{pid}")
    fields = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    files = sum(1 for _ in (process / "fd").iterdir())
    return Usage(int(fields["VmRSS"].split()[0]) * 1024, files, int(fields["Threads"]))


@dataclass(slots=True)
class Client:
    """One client: its chance, and how many rows of `log` were acknowledged to it."""

    session: str
    name: str
    address: str
    rest: str
    chance: random.Random
    inserted: int = 0
    steps: int = 0
    failure: BaseException | None = None


@dataclass(slots=True)
class Soak:
    """The clients, and what they need to know of each other."""

    clients: list[Client]
    over: threading.Event = field(default_factory=threading.Event)

    def work(self, client: Client, steps: Callable[[Client], Iterator[None]]) -> None:
        """Take steps until it is over; the first failure ends everybody's work."""
        try:
            for _ in steps(client):
                client.steps += 1
                if self.over.is_set():
                    return
        except BaseException as error:
            client.failure = error
            self.over.set()


# --- over the PostgreSQL wire --------------------------------------------------------------------


def _postgres(client: Client) -> Iterator[None]:
    while True:
        connection = psycopg.connect(
            client.address, autocommit=True, options=f"-c session={client.session}"
        )
        try:
            for _ in range(client.chance.randrange(20, 200)):
                client.chance.choice(POSTGRES)(client, connection)
                yield
        finally:
            connection.close()  # without ROLLBACK, whatever is open


def _query(client: Client, connection: psycopg.Connection) -> None:
    low = client.chance.randrange(4000)
    rows = connection.execute(
        "SELECT id, name, v:k::INT FROM items WHERE id >= %s ORDER BY id LIMIT 10", (low,)
    ).fetchall()
    assert [row[0] for row in rows] == list(range(low, low + 10))


def _insert(client: Client, connection: psycopg.Connection) -> None:
    connection.execute("INSERT INTO log VALUES (%s, %s)", (client.name, client.steps))
    client.inserted += 1


def _take_back(client: Client, connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("INSERT INTO log VALUES (%s, -1)", (client.name,))


def _own_table(client: Client, connection: psycopg.Connection) -> None:
    name = f"t_{client.name}"
    connection.execute(f"CREATE OR REPLACE TABLE {name} (a INT, b VARCHAR)".encode())
    with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
        for number in range(200):
            copy.write_row((number, "x" * number))
    count = connection.execute(f"SELECT COUNT(*), SUM(LENGTH(b)) FROM {name}".encode()).fetchone()
    assert count == (200, 19900)
    connection.execute(f"DROP TABLE {name}".encode())


def _copy_out(client: Client, connection: psycopg.Connection) -> None:
    with connection.cursor().copy("COPY items TO STDOUT") as copy:
        assert sum(1 for _ in copy.rows()) == 5000


def _mistake(client: Client, connection: psycopg.Connection) -> None:
    with contextlib.suppress(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM nothing_like_it")
        raise AssertionError("an unknown table was found")


def _cancelled(client: Client, connection: psycopg.Connection) -> None:
    is_over = threading.Event()
    pause = client.chance.uniform(0.01, 0.2)

    def cancel() -> None:  # again and again: one that comes before the query cancels nothing
        while not is_over.wait(pause):
            connection.cancel_safe()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with contextlib.suppress(psycopg.errors.QueryCanceled):
        connection.execute(LONG)
    is_over.set()
    canceller.join()
    with contextlib.suppress(psycopg.errors.QueryCanceled):  # one that came late
        connection.execute("SELECT 1")


def _half_read(client: Client, connection: psycopg.Connection) -> None:
    with contextlib.suppress(psycopg.errors.QueryCanceled):
        for number, _ in enumerate(connection.cursor().stream("SELECT * FROM items")):
            if number == 10:
                break


POSTGRES: Final = (
    *[_query] * 8, *[_insert] * 6, _take_back, _own_table, _copy_out, _mistake, _cancelled, _half_read,
)  # fmt: skip


# --- over HTTP -----------------------------------------------------------------------------------


def _http(client: Client) -> Iterator[None]:
    headers = {"Authorization": "Bearer any", "X-Mockhaus-Session": client.session}
    base = str(httpx2.URL(client.rest).copy_with(path=""))
    with httpx2.Client(base_url=base, timeout=60, headers=headers) as http:
        while True:
            client.chance.choice(HTTP)(client, http)
            yield


def _ask(client: Client, http: httpx2.Client, sql: str, **more: Any) -> Any:
    body = {"session_id": client.session, "sql": sql, **more}
    answer = http.post("/api/v1/query", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _rest_query(client: Client, http: httpx2.Client) -> None:
    found = _ask(client, http, "SELECT COUNT(*) AS n FROM items WHERE id < ?", parameters=[100])
    assert found["rows"] == [[100]]


def _rest_insert(client: Client, http: httpx2.Client) -> None:
    sql = "INSERT INTO log VALUES (:name, :n)"
    _ask(client, http, sql, parameters={"name": client.name, "n": client.steps})
    client.inserted += 1


def _rest_mistake(client: Client, http: httpx2.Client) -> None:
    body = {"session_id": client.session, "sql": "SELECT nothing FROM items"}
    answer = http.post("/api/v1/query", json=body)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (400, "000904")


def _stream(client: Client, http: httpx2.Client) -> None:
    body = {"session_id": client.session, "sql": "SELECT * FROM items"}
    kind = client.chance.choice(("application/x-ndjson", "application/vnd.apache.arrow.stream"))
    with http.stream("POST", "/api/v1/query", json=body, headers={"Accept": kind}) as answer:
        assert answer.status_code == 200
        if client.chance.random() < 0.5:  # the other half hangs up
            assert sum(len(piece) for piece in answer.iter_bytes()) > 10_000


def _statement(client: Client, http: httpx2.Client) -> None:
    body = {"statement": "SELECT COUNT(*) FROM items", "timeout": 60}
    answer = http.post("/api/v2/statements", json=body, params={"async": "true"})
    handle = answer.json()["statementHandle"]
    while answer.status_code == 202:
        answer = http.get(f"/api/v2/statements/{handle}")
    assert (answer.status_code, answer.json().get("data")) == (200, [["5000"]]), answer.text


def _cancelled_statement(client: Client, http: httpx2.Client) -> None:
    body = {"statement": LONG, "timeout": 60}
    answer = http.post("/api/v2/statements", json=body, params={"async": "true"})
    handle = answer.json()["statementHandle"]
    answer = http.post(f"/api/v2/statements/{handle}/cancel")
    assert answer.status_code in (200, 422), answer.text


def _visitor(client: Client, http: httpx2.Client) -> None:
    """A session that comes and goes."""
    name = f"visitor-{client.name}"
    answer = http.post("/api/v1/sessions", json={"session_id": name})
    assert answer.status_code == 200, answer.text
    body = {"session_id": name, "sql": "CREATE TABLE t AS SELECT 1 AS a; SELECT a FROM t"}
    assert http.post("/api/v1/query", json=body).json()["rows"] == [[1]]
    assert http.delete(f"/api/v1/sessions/{name}").status_code == 200


HTTP: Final = (
    *[_rest_query] * 8, *[_rest_insert] * 6, _rest_mistake, _stream, _stream, _statement,
    _cancelled_statement, _visitor,
)  # fmt: skip


# --- together ------------------------------------------------------------------------------------


def run(
    seconds: float, seed: int, sessions: int = SESSIONS, *, full: bool = False
) -> tuple[int, Usage, Usage]:
    """Work for so long; the number of steps, and the usage after a third and in the end.

    `full`: what the server remembers is full before. Raises what went wrong.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("--data-dir", folder) as (process, address, rest),
    ):
        soak = Soak(_clients(address, rest, sessions, seed))
        for name in dict.fromkeys(client.session for client in soak.clients):
            _prepare(address, rest, name)
            if full:
                _fill(rest, name, sessions)
        threads = [
            threading.Thread(target=soak.work, args=(client, _steps(client)))
            for client in soak.clients
        ]
        for thread in threads:
            thread.start()
        soak.over.wait(seconds / 3)
        early = usage(process.pid)
        soak.over.wait(seconds * 2 / 3)
        late = usage(process.pid)
        soak.over.set()
        for thread in threads:
            thread.join()
        for client in soak.clients:
            if client.failure is not None:
                raise AssertionError(
                    f"{client.name} after {client.steps} steps"
                ) from client.failure
        _count(soak.clients)
        return sum(client.steps for client in soak.clients), early, late


def _clients(address: str, rest: str, sessions: int, seed: int) -> list[Client]:
    return [
        Client(f"s{session}", f"{kind}_{session}_{number}", address, rest,
               random.Random(f"{seed} {kind} {session} {number}"))
        for session in range(sessions)
        for kind, count in (("pg", CONNECTIONS), ("http", CALLERS))
        for number in range(count)
    ]  # fmt: skip


def _steps(client: Client) -> Callable[[Client], Iterator[None]]:
    return _postgres if client.name.startswith("pg") else _http


def _prepare(address: str, rest: str, session: str) -> None:
    """Every second session is a persistent one."""
    kind = "memory" if int(session[1:]) % 2 else "persistent"
    body: dict[str, Any] = {"session_id": session, "type": kind}
    if kind == "persistent":
        body["storage"] = {"type": "local", "path": session}
    httpx2.post(f"{rest}sessions", json=body, timeout=60).raise_for_status()
    with psycopg.connect(address, autocommit=True, options=f"-c session={session}") as connection:
        for statement in SETUP:
            connection.execute(statement.encode())


def _fill(rest: str, session: str, sessions: int) -> None:
    """Fill the history of a session, and its share of what the SQL API keeps."""
    headers = {"Authorization": "Bearer any", "X-Mockhaus-Session": session}
    base = str(httpx2.URL(rest).copy_with(path=""))
    with httpx2.Client(base_url=base, timeout=300, headers=headers) as http:
        for _ in range(-(-KEPT // sessions)):
            http.post("/api/v2/statements", json={"statement": "SELECT 1"}).raise_for_status()
        for first in range(0, HISTORY, AT_ONCE):
            texts = (FILLER.format(number=number) for number in range(first, first + AT_ONCE))
            body = {"session_id": session, "sql": ";".join(texts)}
            http.post("/api/v1/query", json=body).raise_for_status()


def _count(clients: list[Client]) -> None:
    for client in clients:
        options = f"-c session={client.session}"
        with psycopg.connect(client.address, autocommit=True, options=options) as connection:
            sql = "SELECT COUNT(*) FROM log WHERE client = %s"
            found = connection.execute(sql, (client.name,)).fetchone()
        assert found == (client.inserted,), f"{client.name}: {found}, not {client.inserted}"


def has_grown(early: Usage, late: Usage) -> bool:
    """Whether the server holds more than work explains."""
    grown = late.memory > early.memory * MEMORY or late.files > early.files + SPARE
    return grown or late.threads > early.threads + SPARE


def main() -> int:
    """Work, and say what the server held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    steps, early, late = run(asked.minutes * 60, asked.seed, full=True)
    print(f"{steps} steps in {asked.minutes:g} minutes, no error")
    for name, was, now in (
        ("memory", early.memory >> 20, late.memory >> 20),
        ("files", early.files, late.files),
        ("threads", early.threads, late.threads),
    ):
        print(f"{name:8} {was:6} after a third {now:6} in the end")
    if has_grown(early, late):
        print("LEAK: more than work explains")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
