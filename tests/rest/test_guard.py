"""A server with users: who may call, and what those are told who may not."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.http.app import build_app
from mockhaus.http.kept import KeptConnections
from mockhaus.http.server import HttpServer
from mockhaus.http.sqlapi.store import Statements
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers
from tests.access import keys

QUERY, STATEMENTS = "/api/v1/query", "/api/v2/statements"


@pytest.fixture
def users() -> Users:
    users = Users()
    users.add("ann", "sécret")
    users.add("bob", "other")
    users.set_key("ann", keys.key())
    return users


@pytest.fixture
def client(config: Config, registry: Registry, users: Users) -> Iterator[TestClient]:
    """A server with users, that logs what it does."""
    with Workers(4, "test") as pool, ThreadPoolExecutor(2) as desk:
        kept = KeptConnections(registry, pool, desk)
        app = build_app(replace(config, debug=True), registry, kept, Statements(pool), users=users)
        with TestClient(app) as client:
            yield client


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


KIND = "X-Snowflake-Authorization-Token-Type"


def test_passwords_tokens_and_keys_open_both_interfaces(client: TestClient, users: Users) -> None:
    token = users.create_token("ann")
    for headers in (
        bearer(token),
        bearer(token, **{KIND: "OAUTH"}),
        bearer(keys.token()),
        bearer(keys.token(), **{KIND: "KEYPAIR_JWT"}),
    ):
        answer = client.post(QUERY, json={"sql": "SELECT 42"}, headers=headers)
        assert (answer.status_code, answer.json().get("rows")) == (200, [[42]])
        answer = client.post(STATEMENTS, json={"statement": "SELECT 42"}, headers=headers)
        assert (answer.status_code, answer.json().get("data")) == (200, [["42"]])
    answer = client.post(QUERY, json={"sql": "SELECT 42"}, auth=("ANN", "sécret"))
    assert answer.status_code == 200


#: Headers that open nothing.
WRONG = [
    {"Authorization": "Bearer any"},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer a.b.c"},
    {"Authorization": "Basic YW5uOm90aGVy"},
    {"Authorization": "Basic bm9ib2R5Om90aGVy"},
    {"Authorization": "Basic ///"},
    {"Authorization": "Basic /w=="},
    {"Authorization": "Digest x"},
    {"Authorization": ""},
    bearer(keys.token("BOB")),
    bearer(keys.token(exp=0)),
    bearer(keys.token(), **{KIND: "OAUTH"}),
    bearer(keys.token(), **{KIND: "NONSENSE"}),
]


@pytest.mark.parametrize("headers", WRONG, ids=lambda headers: str(headers)[:50])
def test_others_are_told_nothing(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post(QUERY, json={"sql": "SELECT 42"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "detail": {"success": False, "error": "UNAUTHORIZED", "detail": "Login is required"}
        | {
            key: None
            for key in answer.json()["detail"]
            if key not in ("success", "error", "detail")
        }
    }
    assert answer.headers["www-authenticate"].startswith("Basic ")
    answer = client.post(STATEMENTS, json={"statement": "SELECT 42"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "390144")


def test_nobody_at_all(client: TestClient) -> None:
    assert client.post(QUERY, json={"sql": "SELECT 42"}).status_code == 401
    answer = client.post(STATEMENTS, json={"statement": "SELECT 42"})
    assert (answer.status_code, answer.json()["code"]) == (400, "390146")


def test_every_path_but_health_and_documents_asks(client: TestClient) -> None:
    is_open = {"/health", "/api/v1/health", "/openapi.json", "/docs", "/redoc"}
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            status = client.request(method, path.replace("{", "").replace("}", "")).status_code
            if path in is_open:
                assert status == 200, path
            else:
                assert status in (400, 401), (method, path)
    assert client.get("/nowhere").status_code == 401


def test_revoked_tokens_and_new_passwords_count_at_once(client: TestClient, users: Users) -> None:
    token = users.create_token("ann")
    info = "/api/v1/"
    assert client.get(info, headers=bearer(token)).status_code == 200
    assert client.get(info, auth=("ann", "sécret")).status_code == 200
    found = users.find("ann")
    assert found is not None
    users.revoke_token(next(iter(found.tokens)))
    users.set_password("ann", "new")
    assert client.get(info, headers=bearer(token)).status_code == 401
    assert client.get(info, auth=("ann", "sécret")).status_code == 401
    assert client.get(info, auth=("ann", "new")).status_code == 200


def test_no_secret_is_logged_kept_or_answered(
    client: TestClient, users: Users, caplog: pytest.LogCaptureFixture
) -> None:
    token, signed = users.create_token("ann"), keys.token()
    with caplog.at_level(logging.DEBUG):
        answers = [
            client.post(QUERY, json={"sql": sql}, headers=headers).text
            for sql in ("SELECT 1", "SELECT nope")
            for headers in (bearer(token), bearer(signed), bearer(token + "x"))
        ]
        answers.append(client.get("/api/v1/", auth=("ann", "sécret")).text)
        answers.append(client.get("/api/v1/", auth=("ann", "wróng")).text)
        answers.append(client.get("/api/v1/history", headers=bearer(token)).text)
    told = "\n".join(answers) + caplog.text
    basic = ("YW5uOnPDqWNyZXQ=", "YW5uOndyw7NuZw==")
    for secret in (token, signed, "sécret", "wróng", *basic):
        assert secret not in told
    assert "***" in caplog.text


def test_secrets_of_statements_are_not_kept(client: TestClient, users: Users) -> None:
    headers = bearer(users.create_token("ann"))
    client.post("/api/v1/sessions", json={"session_id": "s"}, headers=headers)
    for sql in (
        "CREATE USER u PASSWORD = 'hunter2'",
        "CREATE STAGE st URL = 's3://b' CREDENTIALS = (AWS_KEY_ID = 'a' AWS_SECRET_KEY = 'hunter2')",
    ):
        client.post(QUERY, json={"sql": sql, "session_id": "s"}, headers=headers)
    kept = client.get("/api/v1/history", headers=headers).text
    assert "***" in kept
    assert "hunter2" not in kept
    sql = "SELECT query_text FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())"
    told = client.post(QUERY, json={"sql": sql, "session_id": "s"}, headers=headers).text
    assert "hunter2" not in told


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_headers_that_do_not_come_are_not_waited_for(registry: Registry, said: bytes) -> None:
    def talk(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(said)
            found = b""
            while data := client.recv(1000):
                found += data
            return found

    async def test() -> None:
        with Workers(2, "test") as pool:
            server = HttpServer(Config(port=0, login_timeout=0.05), registry, pool)
            await server.start()
            try:
                answer = await asyncio.to_thread(talk, server.port)
            finally:
                await server.stop()
        assert answer.startswith(b"HTTP/1.1 408 ")

    asyncio.run(test())


def test_who_did_not_get_in_is_in_the_login_history(client: TestClient) -> None:
    sql = (
        "SELECT user_name, is_success, error_code FROM snowflake.account_usage.login_history"
        " WHERE is_success = 'NO' ORDER BY event_timestamp"
    )
    query = {"sql": sql, "session_id": "default"}
    client.post(STATEMENTS, json={"statement": "SELECT 1"}, auth=("ann", "sécret"))
    assert client.post(QUERY, json=query, auth=("ann", "sécret")).json()["rows"] == []
    client.post(QUERY, json=query, auth=("ann", "wrong"))
    client.post(QUERY, json=query, headers=bearer(keys.token("BOB")))
    client.post(QUERY, json=query, headers=bearer("any"))
    client.post(QUERY, json=query)  # nobody tried
    rows = client.post(QUERY, json=query, auth=("ann", "sécret")).json()["rows"]
    assert rows == [["ANN", "NO", 390100], ["BOB", "NO", 390100], ["", "NO", 390100]]
