"""`/api/v1/sessions` over real sessions (seed items 13-20, 58-65)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.rest.conftest import Query

SESSIONS = "/api/v1/sessions"
LOCAL = {"type": "local", "path": "mine"}


def create(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post(SESSIONS, json=fields)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_create_memory(client: TestClient) -> None:
    body = create(client)
    session = body["session"]
    assert body["success"] is True
    assert body["message"] == f"Created memory session {session['session_id']}"
    created = datetime.fromisoformat(session.pop("created_at"))
    assert created.utcoffset() == timedelta(0)
    assert datetime.fromisoformat(session.pop("last_accessed")) >= created
    assert session.pop("session_id")
    assert session.pop("context") == {
        "database": "MOCKHAUS",
        "schema": "PUBLIC",
        "warehouse": "COMPUTE_WH",
        "role": "ACCOUNTADMIN",
        "parameters": {},
    }
    assert session == {
        "type": "memory",
        "ttl_seconds": 3600,
        "is_expired": False,
        "is_active": True,
        "is_busy": False,
        "metadata": {},
    }


def test_create_persistent(client: TestClient, query: Query, tmp_path: Path) -> None:
    session = create(client, session_id="p", type="persistent", storage=LOCAL)["session"]
    assert session["type"] == "persistent"
    query("CREATE TABLE t AS SELECT 1 AS n", session_id="p")
    storage = client.get(f"{SESSIONS}/p").json()["session"]["storage"]
    assert storage["type"] == "local"
    assert Path(storage["path"]).is_absolute()
    assert Path(storage["path"]).is_relative_to(tmp_path), "only under the data directory"
    assert storage["exists"] is True
    assert storage["size_bytes"] > 0
    assert storage["size_mb"] >= 0
    assert datetime.fromisoformat(storage["modified"]).utcoffset() == timedelta(0)


def test_create_temporary(client: TestClient, query: Query) -> None:
    """A file that goes with the session; it takes no data directory."""
    body = {"session_id": "t", "type": "persistent", "storage": {"type": "temp"}}
    session = client.post(SESSIONS, json=body).json()["session"]
    storage = session["storage"]
    assert (session["type"], storage["type"], storage["exists"]) == ("persistent", "temp", True)
    assert storage["path"].startswith(storage["temp_dir"])
    query("CREATE TABLE t (n INT)", session_id="t")
    assert client.get("/api/v1/stored-sessions").json()["sessions"] == []
    assert client.delete(f"{SESSIONS}/t").status_code == 200
    assert not Path(storage["temp_dir"]).exists()
    assert client.get(f"{SESSIONS}/t").status_code == 404


def test_create_under_a_name(client: TestClient, query: Query) -> None:
    assert create(client, session_id="mine")["session"]["session_id"] == "mine"
    assert query("SELECT 1", session_id="mine")["session_id"] == "mine"


def test_existing_name_is_refused(client: TestClient) -> None:
    """Seed fault 62: the existing session came back as "Created", whatever was asked for."""
    create(client, session_id="mine")
    response = client.post(SESSIONS, json={"session_id": "mine", "ttl_seconds": 1})
    assert response.status_code == 409
    assert response.json()["detail"]["error"] == "SESSION_EXISTS"
    assert client.get(f"{SESSIONS}/mine").json()["session"]["ttl_seconds"] == 3600


@pytest.mark.parametrize(
    ("asked", "got"), [(None, 3600), (0, 0), (1800, 1800), (0.5, 0.5), (86_400_000, 86_400_000)]
)
def test_ttl(client: TestClient, asked: float | None, got: float) -> None:
    """Seed fault 64: 0 became the default; negative ones (see test_validation) were accepted."""
    session = create(client, ttl_seconds=asked)["session"]
    assert session["ttl_seconds"] == got
    assert session["is_expired"] is False


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"type": "persistent"}, "Persistent session requires storage configuration"),
        ({"type": "persistent", "storage": {"type": "s3"}}, "Unsupported storage type: s3"),
        ({"storage": LOCAL}, "A memory session takes no storage"),
        ({"type": "persistent", "storage": LOCAL | {"credentials": {"k": "v"}}}, "credentials"),
        ({"type": "persistent", "storage": LOCAL | {"options": {"k": "v"}}}, "options"),
        # Seed faults 32 and 65: any path of the server's could be written.
        ({"type": "persistent", "storage": {"type": "local", "path": "../../etc"}}, ""),
        ({"type": "persistent", "storage": {"type": "local", "path": "/etc/x"}}, ""),
        ({"session_id": "../../etc"}, ""),
    ],
)
def test_requests_that_make_no_sense(client: TestClient, body: dict[str, Any], words: str) -> None:
    response = client.post(SESSIONS, json=body)
    assert response.status_code == 400
    assert response.json()["detail"]["error"] == "INVALID_REQUEST"
    assert words in response.json()["detail"]["detail"]
    assert client.get(SESSIONS).json()["sessions"] == {}


def test_get_does_not_refresh(client: TestClient, query: Query) -> None:
    created = create(client, session_id="s")["session"]
    first = client.get(f"{SESSIONS}/s").json()
    assert first["success"] is True
    assert first["session"]["last_accessed"] == created["last_accessed"]
    query("SELECT 1", session_id="s")
    used = client.get(f"{SESSIONS}/s").json()["session"]
    assert used["last_accessed"] > created["last_accessed"]


def test_list(client: TestClient) -> None:
    names = [create(client, session_id=name)["session"]["session_id"] for name in "abc"]
    body = client.get(SESSIONS).json()
    assert body["success"] is True
    assert sorted(body["sessions"]) == names
    details = body["session_details"]
    assert [each["session_id"] for each in details] == names[::-1], "newest first"
    assert {"locked": False, **body["sessions"]["c"]} == details[0]
    assert body["limits"] == {
        "max_sessions": 5,
        "active_sessions": 3,
        "available_slots": 2,
        "usage_percentage": 60.0,
        "eviction_policy": "LRU (Least Recently Used)",
    }
    statistics = body["statistics"]
    assert statistics["active_sessions"] == 3
    assert statistics["max_sessions"] == 5
    assert statistics["usage_percentage"] == 60.0
    assert statistics["default_ttl"] == 3600
    assert statistics["cleanup_interval"] == 300
    assert {"background_cleanup_running", "started"} <= set(statistics)
    assert statistics["eviction_policy"] == "LRU (Least Recently Used)"


def test_delete(client: TestClient) -> None:
    create(client, session_id="s")
    response = client.delete(f"{SESSIONS}/s")
    assert response.status_code == 200
    assert response.json() == {"success": True, "message": "Session s terminated successfully"}
    for again in (client.get(f"{SESSIONS}/s"), client.delete(f"{SESSIONS}/s")):
        assert again.status_code == 404
        assert again.json()["detail"]["error"] == "SESSION_NOT_FOUND"


def test_deleted_persistent_session_comes_back_when_created_again(
    client: TestClient, query: Query
) -> None:
    """Seed fault 61: after DELETE the id answered again, from something else."""
    wanted = {"session_id": "p", "type": "persistent", "storage": {"type": "local"}}
    create(client, **wanted)
    query("CREATE TABLE t AS SELECT 1 AS n", session_id="p")
    assert client.delete(f"{SESSIONS}/p").status_code == 200
    assert client.get(f"{SESSIONS}/p").status_code == 404
    again = client.post("/api/v1/query", json={"sql": "SELECT 1", "session_id": "p"})
    assert again.status_code == 404
    create(client, **wanted)
    assert query("SELECT n FROM t", session_id="p")["rows"] == [[1]]


@pytest.mark.parametrize("name", ["nobody", "cleanup", "x%27%3B%20DROP%20TABLE%20t", "%2e%2e"])
def test_unknown_session(client: TestClient, name: str) -> None:
    response = client.get(f"{SESSIONS}/{name}")
    assert response.status_code == 404


def test_expired_session(client: TestClient) -> None:
    create(client, session_id="s", ttl_seconds=1e-6)
    response = client.get(f"{SESSIONS}/s")
    assert response.status_code == 410
    assert response.json()["detail"]["error"] == "SESSION_EXPIRED"
    query = client.post("/api/v1/query", json={"sql": "SELECT 1", "session_id": "s"})
    assert query.status_code == 410


def test_clean_up(client: TestClient) -> None:
    for name, ttl in (("a", 1e-6), ("b", 1e-6), ("c", 0)):
        create(client, session_id=name, ttl_seconds=ttl)
    assert client.post(f"{SESSIONS}/cleanup").json() == {
        "success": True,
        "message": "Cleaned up 2 expired sessions",
        "sessions_cleaned": 2,
    }
    assert list(client.get(SESSIONS).json()["sessions"]) == ["c"]


def test_least_recently_used_goes(client: TestClient, query: Query) -> None:
    for name in "abcde":
        create(client, session_id=name)
    query("SELECT 1", session_id="a")
    create(client, session_id="f")
    assert sorted(client.get(SESSIONS).json()["sessions"]) == ["a", "c", "d", "e", "f"]


def test_stored_sessions(client: TestClient) -> None:
    """Listed while they are on disk; deleted with or without what they stored."""

    def stored() -> list[tuple[str, float | None, bool]]:
        found = client.get("/api/v1/stored-sessions").json()["sessions"]
        return [(each["session_id"], each["ttl_seconds"], each["is_open"]) for each in found]

    body = {"type": "persistent", "storage": {"type": "local"}}
    client.post("/api/v1/sessions", json={**body, "session_id": "a", "ttl_seconds": 60})
    client.post("/api/v1/sessions", json={**body, "session_id": "b"})
    assert stored() == [("a", 60.0, True), ("b", None, True)]
    assert client.delete("/api/v1/sessions/a?with_data=maybe").status_code == 400
    assert client.delete("/api/v1/sessions/a").status_code == 200
    assert client.delete("/api/v1/sessions/b?with_data=true").status_code == 200
    assert stored() == []
    client.post("/api/v1/sessions", json={**body, "session_id": "a"})
    assert [name for name, _, _ in stored()] == ["a"]


@pytest.mark.parametrize(
    "path",
    [
        "a\0b",
        "a" * 201,
        "/".join(["a" * 100] * 11),
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") * 70,
    ],
)
def test_paths_that_no_folder_can_have(client: TestClient, path: str) -> None:
    body = {"type": "persistent", "storage": {"type": "local", "path": path}}
    response = client.post("/api/v1/sessions", json=body)
    assert (response.status_code, response.json()["detail"]["error"]) == (400, "INVALID_REQUEST")


#: A request with a NUL somewhere -> the number of its error.
NULS = [
    ({"sql": "SELECT 'a\0b'"}, "000002"),
    ({"sql": "SELECT 'a\\0b'"}, "000002"),
    ({"sql": 'SELECT 1 AS "a\0b"'}, "000002"),
    ({"sql": 'CREATE TABLE "a\0b" (a INT)'}, "000904"),
]


@pytest.mark.parametrize(("body", "number"), NULS)
def test_a_nul_is_refused_by_name(client: TestClient, body: dict[str, str], number: str) -> None:
    response = client.post("/api/v1/query", json=body)
    assert (response.status_code, response.json()["detail"]["code"]) == (400, number)
    assert "NUL" in response.json()["detail"]["detail"]
