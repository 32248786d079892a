"""Sessions are out of each other's reach, and of users that do not own them."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from typing import Any

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


#: Names by which SQL could mean something of another session; {handle} is a statement of it.
NAMES = [
    "SELECT * FROM hers.public.t",
    'SELECT * FROM "hers"."PUBLIC"."T"',
    'SELECT * FROM "hers"."main"."T"',
    'SELECT * FROM session."MOCKHAUS.PUBLIC".t',
    'SELECT * FROM "session"."MOCKHAUS.PUBLIC"."T"',
    "SELECT * FROM mockhaus.hers.t",
    "SELECT * FROM IDENTIFIER('hers.public.t')",
    "SELECT * FROM TABLE('hers.public.t')",
    "SELECT * FROM hers.INFORMATION_SCHEMA.TABLES",
    "DESCRIBE TABLE hers.public.t",
    "SELECT GET_DDL('TABLE', 'hers.public.t')",
    "SHOW TABLES IN DATABASE hers",
    "SHOW TABLES IN SCHEMA hers.public",
    "CREATE TABLE mine CLONE hers.public.t",
    "CREATE DATABASE mine CLONE hers",
    "CREATE TABLE mine AS SELECT * FROM hers.public.t",
    "INSERT INTO hers.public.t VALUES ('x')",
    "DROP TABLE hers.public.t",
    "UNDROP TABLE hers.public.t",
    "ALTER TABLE t SWAP WITH hers.public.t",
    "ALTER TABLE t RENAME TO hers.public.t2",
    "USE DATABASE hers",
    "USE SCHEMA hers.public",
    "USE SESSION hers",
    "ALTER SESSION SET SESSION = 'hers'",
    "ALTER SESSION SET SESSION_ID = 'hers'",
    "SET SESSION AUTHORIZATION hers",
    "SET LOCAL session = 'hers'",
    "SHOW session",
    "LIST @~/../../hers/files/user",
    "LIST '@~/../../../sessions/hers/files/user'",
    "LIST '@~/%2e%2e/%2e%2e/hers'",
    "LIST @hers.public.%t",
    "LIST @hers.public.s",
    "LIST '@%\"../../hers\"'",
    "SELECT $1 FROM '@~/../../hers/files/user/f'",
    "COPY INTO t FROM '@~/../../hers/files/user/f'",
    "COPY INTO '@~/../../hers/files/user/f' FROM t",
    "REMOVE '@~/../../hers/files/user/f'",
    "COPY FILES INTO @~ FROM '@~/../../hers/files/user/'",
    "EXECUTE IMMEDIATE FROM '@~/../../hers/files/user/f'",
    "GET '@~/../../hers/files/user/f' 'file:///tmp'",
    "PUT 'file:///tmp/x' '@~/../../hers/files/user/f'",
    "SELECT * FROM TABLE(RESULT_SCAN('{handle}'))",
    "DESCRIBE RESULT '{handle}'",
    "SELECT * FROM TABLE(GET_QUERY_OPERATOR_STATS('{handle}'))",
    "SELECT SYSTEM$CANCEL_QUERY('{handle}')",
    "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
    "SELECT SYSTEM$ABORT_SESSION(1)",
    "SELECT SYSTEM$QUERY_REFERENCE('SELECT * FROM hers.public.t')",
    "SELECT pg_cancel_backend(1)",
    "SELECT pg_terminate_backend(1)",
    "SELECT * FROM pg_locks",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => 1))",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(USER_NAME => 'ANN'))",
    "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY",
    "SELECT * FROM __mockhaus__.query_history",
    "SHOW TRANSACTIONS IN ACCOUNT",
    "SHOW LOCKS IN ACCOUNT",
    "SHOW SESSIONS",
    "SHOW DATABASES",
    "ATTACH 'hers'",
    "CALL hers.public.p()",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_in_sql_reaches_it(server: Server, handle: str, name: str) -> None:
    for door, answer in server.answers(name.format(handle=handle), "bob").items():
        assert MARK not in answer.text, f"{door}: {answer.text}"
        assert answer.code not in ("XX000", "000603"), f"{door}: {answer.text}"
        if "hers" in name:
            assert answer.code is not None, f"{door}: {answer.text}"
    assert MARK in server.rest("SELECT word FROM t", session="hers").text


#: Paths by which a client of HTTP could mean it, as they are sent.
PATHS = [
    "/api/v1/sessions/%68ers",
    "/api/v1/sessions/hers/",
    "/api/v1/sessions//hers",
    "/api/v1/sessions/HERS",
    "/api/v1/sessions/hers%00",
    "/api/v1/sessions/hers;x=1",
    "/api/v1/sessions/default/../hers",
    "/api/v1/sessions/default/%2e%2e/hers",
    "/api/v1/sessions/default%2f..%2fhers",
    "/api/v1/sessions/default%2f%2e%2e%2fhers",
    "/api/v1/sessions/..%2fsessions%2fhers",
    "/api/v1/./sessions/./hers",
    "/api/v1/%2e%2e/v1/sessions/hers",
    "//127.0.0.1/api/v1/sessions/hers",
    "http://127.0.0.1/api/v1/sessions/hers",
    "/api/v1/sessions/hers%20",
    "/api/v1/sessions/%ef%bd%88ers",
    "/api/v1/sessions/hers?session_id=default",
    "/api/v1/sessions/default?session_id=hers",
    "/api/v1/sessions/hers/connections",
    "/api/v1/sessions/hers/snapshots",
    "/api/v1/sessions/default/snapshots/..%2f..%2fhers%2fsnapshots%2fs",
    "/api/v1/sessions/default/files?stage=~&path=../../../hers/files/user/f",
    "/api/v1/sessions/default/files?stage=~&path=%2e%2e/%2e%2e/hers/files/user/f",
    "/api/v1/sessions/default/files?stage=~&path=..%5c..%5chers%5cfiles%5cuser%5cf",
    "/api/v1/sessions/default/files?stage=~/../../../hers/files/user&path=f",
    "/api/v1/history?session_id=hers",
    "/api/v1/history?session=hers",
    "/api/v1/queries/{handle}",
    "/api/v1/queries/{handle}/result",
    "/api/v2/statements/{handle}",
    "/api/v2/statements/{handle}?partition=0",
    "/api/v2/statements/%2e/{handle}",
    "/api/v2/statements/{handle}/cancel",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_no_path_reaches_it(server: Server, handle: str, method: str, path: str) -> None:
    """Sent as they are: clients put `..` right before."""
    text, headers = path.format(handle=handle), {"Authorization": _basic("bob")}
    if method == "PATCH":
        headers["Content-Type"] = "application/json"
    if method == "DELETE" and text.startswith("/api/v1/sessions/default?"):
        pytest.skip("that is a session of everyone's, which this would end")
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)
    try:
        connection.putrequest(method, text, skip_host=False)
        body = b'{"shared": true}' if method == "PATCH" else b""
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    finally:
        connection.close()
    assert answer.status != 500, said
    assert MARK not in said
    assert '"id": "hers"' not in said.replace('":"', '": "')
    assert MARK in server.rest("SELECT word FROM t", session="hers").text


def _basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{PASSWORDS[user]}".encode()).decode()


#: Bodies and headers of requests, and where they go.
REQUESTS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    *(
        ("/api/v1/query", {"sql": "SELECT * FROM t", "session_id": name}, {})
        for name in ("hers", "HERS", " hers", "hers ", "./hers", "x/../hers", "hers\0", "\uff48ers")
    ),
    ("/api/v1/query", {"sql": "SELECT * FROM t", "database": "hers"}, {}),
    ("/api/v1/query", {"sql": "SELECT * FROM t", "session_id": "hers", "async": True}, {}),
    *(
        ("/api/v2/statements", {"statement": "SELECT * FROM t"}, {"X-Mockhaus-Session": name})
        for name in ("hers", "HERS", "default, hers", "hers;", "../hers", "%68ers", "")
    ),
    ("/api/v2/statements", {"statement": "SELECT * FROM t", "database": "hers"}, {}),
    ("/api/v2/statements", {"statement": "SELECT * FROM t", "parameters": {"session": "hers"}}, {}),
    ("/api/v1/sessions", {"session_id": "hers", "type": "memory"}, {}),
    ("/api/v1/sessions", {"session_id": "../hers", "type": "persistent"}, {}),
    ("/api/v1/sessions", {"session_id": "hers/x", "type": "persistent"}, {}),
    ("/api/v1/sessions/default/fork", {"session_id": "hers"}, {}),
    ("/api/v1/sessions/default/fork", {"session_id": "his", "snapshot": "../../hers/snapshots/s"}, {}),
    ("/api/v1/sessions/default/fork", {"session_id": "../hers"}, {}),
    ("/api/v1/sessions/default/snapshots", {"name": "../../hers/snapshots/x"}, {}),
    ("/api/v1/sessions/default/snapshots", {"name": "..%2fx"}, {}),
    ("/api/v1/sessions/default/snapshots", {"name": ".."}, {}),
    ("/api/v1/sessions/default/snapshots/..%2f..%2fhers%2fsnapshots%2fs/restore", {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "headers"), REQUESTS)
def test_no_body_and_no_header_reaches_it(
    server: Server, handle: str, path: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    with server.http("bob") as client:
        answer = client.post(path, json=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert MARK not in answer.text


def test_a_request_id_is_its_users(server: Server, handle: str) -> None:
    """A request that is sent again is answered from what it answered before: to the same user."""
    number = {"requestId": "11111111-2222-4333-8444-555555555555", "retry": "true"}
    hers = {"statement": "SELECT word FROM t"}
    at = {"X-Mockhaus-Session": "hers"}
    with server.http() as ann, server.http("bob") as bob:
        for _ in range(2):
            found = ann.post("/api/v2/statements", params=number, json=hers, headers=at)
            assert MARK in found.text
        again = bob.post("/api/v2/statements", params=number, json={"statement": "SELECT 1"})
    assert MARK not in again.text
    assert found.json()["statementHandle"] not in again.text


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
