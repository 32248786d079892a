"""Whose a session is: others do not see it, unless it is shared."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.errors import SessionNotFound
from mockhaus.http.app import build_app
from mockhaus.http.kept import KeptConnections
from mockhaus.http.sqlapi.store import Statements
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers

SESSIONS, QUERY, STATEMENTS = "/api/v1/sessions", "/api/v1/query", "/api/v2/statements"


class Someone:
    """A client that calls as one user."""

    def __init__(self, client: TestClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self._client.request(method, path, json=body, headers=self._headers | headers)

    def sees(self) -> set[str]:
        return set(self("GET", SESSIONS).json()["sessions"])


Two = tuple[Someone, Someone]

#: A session in memory, and one that is stored.
KINDS: list[dict[str, Any]] = [
    {}, {"type": "persistent", "storage": {"type": "local", "path": "s"}},
]  # fmt: skip


@pytest.fixture
def two(config: Config, registry: Registry) -> Iterator[Two]:
    """Ann, whose token leads to the session `own`, and Bob."""
    users = Users()
    users.add("ann")
    users.add("bob")
    ann, bob = users.create_token("ann", session="own"), users.create_token("bob")
    with Workers(4, "test") as pool, ThreadPoolExecutor(2) as desk:
        kept = KeptConnections(registry, pool, desk)
        app = build_app(config, registry, kept, Statements(pool), users=users)
        with TestClient(app) as client:
            yield Someone(client, ann), Someone(client, bob)


ONE = f"{SESSIONS}/s"
IN_S = {"X-Mockhaus-Session": "s"}

#: An operation on a session of Ann's -> the statuses for Bob, who does not see it; for Bob, with whom
#: it is shared; for Ann. 404 tells the same as a session that is not there.
CALLS: list[tuple[str, str, Any, tuple[int, int, int]]] = [
    ("GET", ONE, None, (404, 200, 200)),
    ("POST", QUERY, {"sql": "SELECT 1", "session_id": "s"}, (404, 200, 200)),
    ("POST", QUERY, {"sql": "SELECT 1", "session_id": "s", "async": True}, (404, 202, 202)),
    ("POST", "/api/v1/translate", {"sql": "SELECT 1", "session_id": "s"}, (404, 200, 200)),
    ("POST", STATEMENTS, {"statement": "SELECT 1"}, (404, 200, 200)),
    ("GET", "/__mockhaus/history", None, (404, 200, 200)),
    ("GET", "/__mockhaus/tables", None, (404, 200, 200)),
    ("GET", "/api/v1/history?session_id=s", None, (404, 200, 200)),
    ("GET", "/api/v1/history/search?text=x&session_id=s", None, (404, 200, 200)),
    ("GET", "/api/v1/history/statistics?session_id=s", None, (404, 200, 200)),
    ("GET", "/api/v1/history/export?session_id=s", None, (404, 200, 200)),
    ("DELETE", "/api/v1/history?session_id=s", None, (404, 200, 200)),
    ("GET", f"{ONE}/connections", None, (404, 200, 200)),
    ("POST", f"{ONE}/connections/1/cancel", None, (404, 200, 200)),
    ("PUT", f"{ONE}/files?file=@~/x&overwrite=true", "text", (404, 200, 200)),
    ("GET", f"{ONE}/files?file=@~/x", None, (404, 200, 200)),
    ("GET", f"{ONE}/snapshots", None, (404, 200, 200)),
    ("POST", f"{ONE}/snapshots", {"name": "a"}, (404, 200, 409)),
    ("POST", f"{ONE}/snapshots/a/restore", None, (404, 200, 200)),
    ("DELETE", f"{ONE}/snapshots/a", None, (404, 200, 404)),
    ("POST", f"{ONE}/fork", {}, (404, 200, 200)),
    ("PATCH", ONE, {"shared": True}, (404, 403, 200)),
    ("PATCH", ONE, {"ttl_seconds": 60}, (404, 403, 200)),
    ("PATCH", ONE, {"session_id": "t"}, (404, 403, 409)),
    ("POST", "/__mockhaus/reset", None, (404, 403, 200)),
    ("DELETE", f"{ONE}?with_data=true", None, (404, 403, 200)),
]


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_do_what(two: Two, kind: dict[str, Any]) -> None:
    ann, bob = two
    ann("POST", SESSIONS, {"session_id": "t"})
    ann("POST", SESSIONS, {"session_id": "s", **kind})
    found = []
    for method, path, sent, _ in CALLS:
        statuses = []
        for by, shared in ((bob, False), (bob, True), (ann, True)):
            ann("PATCH", ONE, {"shared": shared})
            statuses.append(by(method, path, sent, **IN_S).status_code)
        found.append((method, path, sent, tuple(statuses)))
    assert found == CALLS


def test_a_session_that_is_everyones(two: Two) -> None:
    ann, _ = two
    ann("POST", STATEMENTS, {"statement": "SELECT 1"}, **{"X-Mockhaus-Session": "default"})
    for by in two:
        by("POST", QUERY, {"sql": "SELECT 1", "session_id": "default"})
        assert by("PATCH", f"{SESSIONS}/default", {"shared": False}).status_code == 400
        assert by("PATCH", f"{SESSIONS}/default", {"ttl_seconds": 0}).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_is_its_owners(two: Two, kind: dict[str, Any]) -> None:
    ann, bob = two
    body: dict[str, Any] = {"session_id": "s", **kind}
    made = ann("POST", SESSIONS, body).json()["session"]
    assert (made["owner"], made["shared"]) == ("ANN", False)
    assert "s" in ann.sees()
    assert "s" not in bob.sees()
    stored = [each("GET", "/api/v1/stored-sessions").text for each in two]
    assert ('"s"' in stored[0]) is ("storage" in kind)
    assert '"s"' not in stored[1]
    assert bob("POST", SESSIONS, body).status_code in (400, 409)


def test_sharing(two: Two) -> None:
    ann, bob = two
    ann("POST", SESSIONS, {"session_id": "s", "shared": True})
    answer = bob("POST", QUERY, {"sql": "SELECT CURRENT_USER()", "session_id": "s"})
    assert answer.json()["rows"] == [["BOB"]]
    answer = ann("POST", QUERY, {"sql": "SELECT CURRENT_USER()", "session_id": "s"})
    assert answer.json()["rows"] == [["ANN"]]
    assert bob("PATCH", f"{SESSIONS}/s", {"shared": False}).status_code == 403
    assert ann("PATCH", f"{SESSIONS}/s", {"shared": False}).status_code == 200
    assert "s" not in bob.sees()


def test_what_ran_is_seen_by_who_ran_it(two: Two) -> None:
    ann, bob = two
    ann("POST", SESSIONS, {"session_id": "s"})
    done = ann("POST", QUERY, {"sql": "SELECT 42 AS secret", "session_id": "s"}).json()
    assert "secret" in ann("GET", "/api/v1/history").text
    assert "secret" not in bob("GET", "/api/v1/history").text
    assert bob("GET", f"/api/v1/history/{done['query_id']}").status_code == 404
    query = ann("POST", QUERY, {"sql": "SELECT 1", "session_id": "s", "async": True}).json()
    assert bob("GET", query["status_url"]).status_code == 404
    assert bob("POST", f"/api/v1/queries/{query['id']}/cancel").status_code == 404
    assert ann("GET", query["status_url"]).status_code == 200


def test_handles_and_request_ids_are_their_users(two: Two) -> None:
    ann, bob = two
    again = "?requestId=5a0b3a4e-7f0e-4f2c-9d53-0c4f0f1d2f00&retry=true"
    first = ann("POST", STATEMENTS + again, {"statement": "SELECT CURRENT_USER()"}).json()
    assert first["data"] == [["ANN"]]
    other = bob("POST", STATEMENTS + again, {"statement": "SELECT CURRENT_USER()"}).json()
    assert other["data"] == [["BOB"]]
    path = f"{STATEMENTS}/{first['statementHandle']}"
    assert ann("GET", path).status_code == 200
    assert bob("GET", path).status_code == 400
    assert bob("POST", f"{path}/cancel").status_code == 400
    assert bob("POST", "/__mockhaus/reset").status_code == 200
    assert ann("GET", path).status_code == 200


def test_a_token_leads_to_its_session(two: Two) -> None:
    ann, bob = two
    ann("POST", STATEMENTS, {"statement": "CREATE TABLE mockhaus.public.t AS SELECT 1 AS a"})
    assert "own" in ann.sees()
    assert "own" not in bob.sees()
    answer = bob("POST", STATEMENTS, {"statement": "SELECT * FROM mockhaus.public.t"})
    assert answer.status_code == 422


def test_postgresql_clients_keep_apart_as_well(registry: Registry) -> None:
    own = registry.attach("work", user="ann")
    assert registry.attach("work", user="ANN") is own
    assert registry.attach("work") is own
    with pytest.raises(SessionNotFound):
        registry.attach("work", user="bob")
    registry.share("work", True)
    assert registry.attach("work", user="bob") is own
    assert registry.attach("default", user="ann") is registry.attach("default", user="bob")


def test_owners_are_known_after_a_restart(config: Config, registry: Registry) -> None:
    registry.attach("work", user="ann")
    registry.close()
    after = Registry(config)
    with pytest.raises(SessionNotFound):
        after.attach("work", user="bob")
    assert after.attach("work", user="ann").owner == "ANN"
    after.delete("work")
    with pytest.raises(SessionNotFound):  # its data are still there
        after.attach("work", user="bob")
    after.close()


def test_the_history_of_a_shared_session(two: Two) -> None:
    """Who sees the session sees everybody's statements; others than its owner forget their own."""
    ann, bob = two
    ann("POST", SESSIONS, {"session_id": "s", "shared": True})
    ann("POST", QUERY, {"sql": "SELECT 'ann'", "session_id": "s"})
    bob("POST", QUERY, {"sql": "SELECT 'bob'", "session_id": "s"})

    def seen(by: Someone) -> list[tuple[str, str]]:
        entries = by("GET", "/api/v1/history?session_id=s").json()["history"]
        return [(entry["user"], entry["sql"]) for entry in entries]

    both = [("BOB", "SELECT 'bob'"), ("ANN", "SELECT 'ann'")]
    assert seen(ann) == seen(bob) == both
    told = bob(
        "POST",
        QUERY,
        {
            "sql": """SELECT user_name FROM TABLE(information_schema.query_history())
        ORDER BY start_time""",
            "session_id": "s",
        },
    ).json()["rows"]
    assert told == [["ANN"], ["BOB"]]
    assert bob("DELETE", "/api/v1/history?session_id=s").json()["cleared"] == 2
    assert seen(bob) == both[1:]
    assert ann("DELETE", "/api/v1/history?session_id=s").json()["cleared"] == 1
    ann("PATCH", f"{SESSIONS}/s", {"shared": False})
    assert bob("GET", "/api/v1/history?session_id=s").status_code == 404
    assert bob("GET", "/api/v1/history").json()["history"] == []
