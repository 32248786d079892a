"""Sessions are out of each other's reach, and of users that do not own them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import pq

from tests.security.conftest import PASSWORDS, Server

MARK = "only-anns-4712"


@pytest.fixture(scope="module")
def handle(server: Server) -> Iterator[str]:
    """Ann has a session of her own, with a table, a file, a snapshot and a statement of the SQL API."""
    with server.http() as http:
        made = http.post("/api/v1/sessions", json={"session_id": "hers", "type": "memory"})
        assert made.status_code in (200, 201), made.text
        for sql in ("CREATE TABLE t AS SELECT '" + MARK + "' AS word", "COPY INTO @~/f FROM t"):
            assert server.rest(sql, session="hers").code is None
        http.post("/api/v1/sessions/hers/snapshots", json={"name": "s"})
        answer = http.post(
            "/api/v2/statements",
            json={"statement": "SELECT word FROM t"},
            headers={"X-Mockhaus-Session": "hers"},
        )
        assert MARK in answer.text
        yield str(answer.json()["statementHandle"])


#: Bodies that are right, so that the session is what is wrong.
BODIES = {
    "/fork": {"session_id": "mine"},
    "/snapshots": {"name": "mine"},
    "/sessions/{session_id}": {"session_id": "mine"},
}
VALUES = {"session_id": "hers", "name": "s", "number": "1", "query_id": "s"}


def test_operations_of_it_are_as_if_it_were_not_there(server: Server, handle: str) -> None:
    """Every operation of the HTTP door that takes a session or a statement."""
    tried = 0
    with server.http("bob") as http:
        for path, methods in http.get("/openapi.json").json()["paths"].items():
            if "{session_id}" not in path and "{handle}" not in path:
                continue
            filled = path.format_map(VALUES | {"handle": handle})
            body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
            for method in methods:
                answer = http.request(
                    method, filled, json=None if method == "get" else body,
                    params={"stage": "~", "path": "f"} if path.endswith("/files") else None,
                )  # fmt: skip
                assert answer.status_code in (400, 404, 422), f"{method} {path}: {answer.text}"
                assert MARK not in answer.text, f"{method} {path}"
                tried += "not found" in answer.text
    assert tried > 10
    assert MARK in server.rest("SELECT word FROM t", session="hers").text


@pytest.mark.parametrize("session", ["hers", "HERS"])
def test_a_query_does_not_name_it(server: Server, handle: str, session: str) -> None:
    answer = server.rest("SELECT * FROM t", "bob", session)
    assert MARK not in answer.text
    assert answer.code is not None


@pytest.mark.parametrize(
    "path", ["/api/v1/sessions", "/api/v1/history", "/metrics", "/api/v1/metrics"]
)
def test_lists_do_not_tell_of_it(server: Server, handle: str, path: str) -> None:
    with server.http("bob") as http:
        text = http.get(path).text
    assert MARK not in text
    assert '"hers"' not in text
    assert handle not in text


def test_a_header_does_not_name_it(server: Server, handle: str) -> None:
    with server.http("bob") as http:
        answer = http.post(
            "/api/v2/statements",
            json={"statement": "SELECT * FROM t"},
            headers={"X-Mockhaus-Session": "hers"},
        )
    assert answer.status_code != 200
    assert MARK not in answer.text


@pytest.mark.parametrize("session", ["hers", "HERS", "../hers", "hers/../hers", "hers\0"])
def test_over_postgres(server: Server, handle: str, session: str) -> None:
    try:
        with server.connect("bob", session) as connection:
            found = connection.execute("SELECT * FROM t").fetchall()
    except (psycopg.Error, ValueError):
        return
    assert MARK not in str(found)


def test_what_sql_tells_of_others(server: Server, handle: str) -> None:
    """The sessions that users share by name tell what runs in them, not in others."""
    for sql in (
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())",
        "SELECT * FROM TABLE(INFORMATION_SCHEMA.LOGIN_HISTORY())",
        "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY",
        f"SELECT * FROM TABLE(RESULT_SCAN('{handle}'))",
        f"SELECT SYSTEM$CANCEL_QUERY('{handle}')",
        "SHOW TRANSACTIONS IN ACCOUNT",
    ):
        for door, answer in server.answers(sql, "bob").items():
            assert MARK not in answer.text, f"{door}: {sql}"


def test_a_cancel_key_is_of_one_connection(server: Server) -> None:
    """Another's number with one's own key, or with keys at hand, cancels nothing."""
    import socket
    import struct

    with server.connect() as hers, server.connect("bob") as his:
        number = hers.info.backend_pid
        for key in (0, 1, 2**32 - 1, his.info.backend_pid, number):
            with socket.create_connection(("127.0.0.1", server.pg_port)) as raw:
                raw.sendall(struct.pack("!IIII", 16, 80877102, number, key))
                raw.recv(1)
        assert hers.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("ann", PASSWORDS["bob"]), ("ann", ""), ("ann", "x"), ("nobody", "x"), ("", "x"),
        ("mockhaus", ""), ("ann/hers", "x"),
    ],
)  # fmt: skip
def test_who_does_not_know_the_password_stays_out(server: Server, user: str, password: str) -> None:
    import httpx2

    parameters = f"host=127.0.0.1 port={server.pg_port} user='{user}' password='{password}'"
    connection = pq.PGconn.connect(parameters.encode())
    assert connection.status == pq.ConnStatus.BAD
    for path in ("/api/v1/sessions", "/api/v2/statements/1"):
        answer = httpx2.get(
            f"http://127.0.0.1:{server.http_port}{path}", auth=(user, password), timeout=60
        )
        assert answer.status_code == 401, path
