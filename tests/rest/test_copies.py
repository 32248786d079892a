"""Snapshots, restore, fork, rename over HTTP; and where a session stands, kept over a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.rest.conftest import Query, client_of

SESSIONS = "/api/v1/sessions"
PERSISTENT = {"type": "persistent", "storage": {"type": "local"}}


def make(client: TestClient, name: str, **fields: Any) -> None:
    assert client.post(SESSIONS, json={"session_id": name, **fields}).status_code == 200


@pytest.mark.parametrize("fields", [{}, PERSISTENT], ids=["memory", "persistent"])
def test_a_test_suite_resets_its_session(
    client: TestClient, query: Query, fields: dict[str, Any]
) -> None:
    make(client, "suite", **fields)
    query("CREATE TABLE t AS SELECT 1 AS a", session_id="suite")
    made = client.post(f"{SESSIONS}/suite/snapshots", json={"name": "fixtures"})
    assert made.status_code == 200
    assert made.json()["snapshot"]["name"] == "fixtures"
    assert made.json()["snapshot"]["size_bytes"] > 0
    for value in (2, 3):
        query(f"INSERT INTO t VALUES ({value})", session_id="suite")
        assert len(query("SELECT * FROM t", session_id="suite")["rows"]) == 2
        restored = client.post(f"{SESSIONS}/suite/snapshots/fixtures/restore")
        assert restored.json() == {
            "success": True,
            "message": "Session suite is as in snapshot fixtures",
        }
        assert query("SELECT * FROM t", session_id="suite")["rows"] == [[1]]
    listed = client.get(f"{SESSIONS}/suite/snapshots").json()["snapshots"]
    assert [each["name"] for each in listed] == ["fixtures"]
    assert client.delete(f"{SESSIONS}/suite/snapshots/fixtures").status_code == 200
    assert client.get(f"{SESSIONS}/suite/snapshots").json()["snapshots"] == []


def test_an_open_transaction(client: TestClient, query: Query) -> None:
    make(client, "s")
    query("CREATE TABLE t (a INT)", session_id="s")
    client.post(f"{SESSIONS}/s/snapshots", json={"name": "empty"})
    query("BEGIN; INSERT INTO t VALUES (1)", session_id="s")
    refused = client.post(f"{SESSIONS}/s/snapshots/empty/restore")
    assert refused.status_code == 409
    assert refused.json()["detail"]["error"] == "SESSION_BUSY"
    assert client.post(f"{SESSIONS}/s/snapshots/empty/restore?force=true").status_code == 200
    assert query("SELECT * FROM t", session_id="s")["rows"] == []


def test_fork(client: TestClient, query: Query) -> None:
    make(client, "main")
    query("CREATE TABLE t AS SELECT 1 AS a", session_id="main")
    client.post(f"{SESSIONS}/main/snapshots", json={"name": "one"})
    query("INSERT INTO t VALUES (2)", session_id="main")
    now = client.post(f"{SESSIONS}/main/fork", json={"session_id": "now", "ttl_seconds": 9})
    then = client.post(
        f"{SESSIONS}/main/fork", json={"type": "persistent", "snapshot": "one"}
    ).json()["session"]
    assert (now.json()["session"]["ttl_seconds"], then["type"]) == (9, "persistent")
    assert len(query("SELECT * FROM t", session_id="now")["rows"]) == 2
    assert query("SELECT * FROM t", session_id=then["session_id"])["rows"] == [[1]]


def test_rename(client: TestClient, query: Query) -> None:
    make(client, "old", **PERSISTENT)
    query("CREATE TABLE t AS SELECT 1 AS a; SET x = 5", session_id="old")
    changed = client.patch(f"{SESSIONS}/old", json={"session_id": "new", "ttl_seconds": 0})
    assert changed.status_code == 200
    assert changed.json()["session"]["session_id"] == "new"
    assert changed.json()["session"]["ttl_seconds"] == 0
    assert query("SELECT a + $x FROM t", session_id="new")["rows"] == [[6]]
    assert client.get(f"{SESSIONS}/old").status_code == 404


#: What is asked, and the status, error and word of the detail it is refused with.
REFUSED = [
    ("POST", "never/snapshots", {"name": "a"}, 404, "SESSION_NOT_FOUND", "never"),
    ("POST", "s/snapshots", {"name": "one"}, 409, "SNAPSHOT_EXISTS", "one"),
    ("POST", "s/snapshots/two/restore", None, 404, "SNAPSHOT_NOT_FOUND", "two"),
    ("POST", "s/snapshots/one/restore?force=perhaps", None, 400, "INVALID_REQUEST", "perhaps"),
    ("DELETE", "s/snapshots/%2e%2e%2f%2e%2e", None, 404, None, ""),
    ("POST", "s/fork", {"snapshot": "../../s"}, 404, "SNAPSHOT_NOT_FOUND", "../../s"),
    ("POST", "s/fork", {"session_id": "../../etc"}, 400, "INVALID_REQUEST", "../../etc"),
    ("POST", "s/fork", {"session_id": "s"}, 409, "SESSION_EXISTS", "s"),
    ("PATCH", "s", {"session_id": "a/b"}, 400, "INVALID_REQUEST", "a/b"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "error", "word"), REFUSED)
def test_refusals(
    client: TestClient, *, method: str, path: str, body: Any, status: int, error: str, word: str
) -> None:
    make(client, "s")
    client.post(f"{SESSIONS}/s/snapshots", json={"name": "one"})
    response = client.request(method, f"{SESSIONS}/{path}", json=body)
    assert response.status_code == status, response.text
    if error is not None:
        assert response.json()["detail"]["error"] == error
        assert word in response.json()["detail"]["detail"]


@pytest.mark.parametrize(("body", "at"), [
    ({"name": "../up"}, "name"), ({"name": ""}, "name"), ({}, "name"), ({"name": "a", "b": 1}, "b"),
])  # fmt: skip
def test_names_that_cannot_be(client: TestClient, body: Any, at: str) -> None:
    make(client, "s")
    response = client.post(f"{SESSIONS}/s/snapshots", json=body)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", at]


def test_where_a_session_stands_is_there_after_a_restart(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    registry = Registry(config)
    with client_of(config, registry) as client:
        make(client, "s", **PERSISTENT)
        sql = """CREATE DATABASE d; CREATE SCHEMA d.x; CREATE WAREHOUSE wh; CREATE ROLE analyst;
                 USE WAREHOUSE wh; USE ROLE analyst;
                 ALTER SESSION SET TIMEZONE = 'Europe/Paris', QUERY_TAG = 'tag'"""
        assert client.post("/api/v1/query", json={"sql": sql, "session_id": "s"}).status_code == 200
    registry.close()

    registry = Registry(config)
    with client_of(config, registry) as client:
        assert client.get(f"{SESSIONS}/s").json()["session"]["context"] == {
            "database": "D",
            "schema": "X",
            "warehouse": "WH",
            "role": "ANALYST",
            "parameters": {"TIMEZONE": "Europe/Paris", "QUERY_TAG": "tag"},
        }
        sql = """SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE(), CURRENT_ROLE(),
                 TO_CHAR('2024-01-01 12:00:00 +0000'::TIMESTAMP_LTZ, 'HH24')"""
        answer = client.post("/api/v1/query", json={"sql": sql, "session_id": "s"}).json()
        assert answer["rows"] == [["D", "X", "WH", "ANALYST", "13"]]
        fresh = registry.get("s").connect(
            user="ann", door="postgresql", transactions=Transactions.POSTGRESQL
        )
        assert fresh.context.database == "MOCKHAUS"
    registry.close()
