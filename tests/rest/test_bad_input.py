"""Names and values that are none, at every endpoint that takes some: refused, and nothing happens.

What is no JSON, too large, deep or slow is in `test_validation` and `test_http_server`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from mockhaus.config import Config
from tests.rest.conftest import Query

SQL = """x'"; DROP TABLE t; --"""
AWAY = "../../etc"
PATH_SQL, PATH_AWAY = quote(SQL, safe=""), quote(AWAY, safe="")

SESSIONS, QUERY, STATEMENTS = "/api/v1/sessions", "/api/v1/query", "/api/v2/statements"
ONE, HISTORY = f"{SESSIONS}/s", "/api/v1/history"


def stored(path: str) -> dict[str, Any]:
    """The body of a session that is to be stored there."""
    return {"session_id": "p", "type": "persistent", "storage": {"type": "local", "path": path}}


#: Method, path, body -> status, and the name of the error, its code or the field that it is about.
CASES: list[tuple[str, str, Any, int, str]] = [
    # names of sessions
    *[
        (method, path, body, status, error)
        for name, in_path in ((SQL, PATH_SQL), (AWAY, None), ("x" * 129, "x" * 129))
        for method, path, body, status, error in [
            ("POST", SESSIONS, {"session_id": name}, 400, "INVALID_REQUEST"),
            ("PATCH", ONE, {"session_id": name}, 400, "INVALID_REQUEST"),
            ("POST", f"{ONE}/fork", {"session_id": name}, 400, "INVALID_REQUEST"),
            ("POST", QUERY, {"sql": "SELECT 1", "session_id": name}, 404, "SESSION_NOT_FOUND"),
            (
                "POST", "/api/v1/translate", {"sql": "SELECT 1", "session_id": name}, 404,
                "SESSION_NOT_FOUND",
            ),
            ("GET", f"{HISTORY}?session_id={quote(name)}", None, 404, "SESSION_NOT_FOUND"),
            *[
                (verb, f"{SESSIONS}/{in_path}{rest}", body, 404, "SESSION_NOT_FOUND")
                for verb, rest, body in (
                    ("GET", "", None), ("DELETE", "?with_data=true", None), ("PATCH", "", {}),
                    ("POST", "/fork", {}), ("GET", "/snapshots", None),
                    ("POST", "/snapshots", {"name": "a"}), ("GET", "/connections", None),
                    ("GET", "/files?file=@~/a", None), ("PUT", "/files?file=@~/a", None),
                )
                if in_path is not None
            ],
        ]
    ],
    *[
        (method, f"{SESSIONS}/{PATH_AWAY}{rest}", None, 404, "Not Found")
        for method, rest in (("GET", ""), ("DELETE", "?with_data=true"), ("GET", "/snapshots"))
    ],
    # where a session lies
    *[
        ("POST", SESSIONS, stored(path), 400, "INVALID_REQUEST")
        for path in (AWAY, "/etc/mockhaus", "..", ".", "a/../..", ".hidden", "x/.y", "a" * 201)
    ],
    ("POST", SESSIONS, stored("a") | {"storage": {"type": SQL}}, 400, "INVALID_REQUEST"),
    # snapshots
    *[
        ("POST", f"{ONE}/snapshots", {"name": name}, 422, "name")
        for name in (SQL, AWAY, "", ".new-x", "x" * 129)
    ],
    ("POST", f"{ONE}/snapshots/{PATH_SQL}/restore", None, 404, "SNAPSHOT_NOT_FOUND"),
    ("POST", f"{ONE}/snapshots/{PATH_AWAY}/restore", None, 404, "Not Found"),
    ("DELETE", f"{ONE}/snapshots/{PATH_SQL}", None, 404, "SNAPSHOT_NOT_FOUND"),
    ("DELETE", f"{ONE}/snapshots/%2e%2e", None, 404, "SNAPSHOT_NOT_FOUND"),
    ("POST", f"{ONE}/fork", {"snapshot": AWAY}, 404, "SNAPSHOT_NOT_FOUND"),
    # files of stages
    *[
        (method, f"{ONE}/files?file={quote(file)}", None, 400, code)
        for method in ("GET", "PUT")
        for file, code in (
            ("@~/../../x", "001006"), (f'@"{SQL.replace(chr(34), chr(34) * 2)}"/a', "002003"),
            ("@nowhere/a", "002003"), ("/etc/passwd", "001003"),
        )
    ],
    # connections, queries, history
    ("POST", f"{ONE}/connections/{PATH_SQL}/cancel", None, 404, "CONNECTION_NOT_FOUND"),
    ("GET", f"/api/v1/queries/{PATH_SQL}", None, 404, "QUERY_NOT_FOUND"),
    ("GET", f"{HISTORY}/{PATH_SQL}", None, 404, "QUERY_NOT_FOUND"),
    ("GET", f"{HISTORY}?status={PATH_SQL}", None, 400, "INVALID_REQUEST"),
    ("GET", f"{HISTORY}?door=postgres", None, 400, "INVALID_REQUEST"),
    ("GET", f"{HISTORY}?before={PATH_SQL}", None, 400, "INVALID_REQUEST"),
    ("GET", f"{HISTORY}/export?format={PATH_SQL}", None, 400, "INVALID_REQUEST"),
    ("GET", f"/__mockhaus/tables?schema={PATH_SQL}", None, 400, "INVALID_REQUEST"),
    ("GET", f"/__mockhaus/tables?database={PATH_SQL}", None, 400, "INVALID_REQUEST"),
    # the SQL API
    ("POST", STATEMENTS, {"statement": "SELECT 1", "role": SQL}, 400, "390186"),
    *[
        ("POST", STATEMENTS, {"statement": "SELECT * FROM t", **field}, 422, "391918")
        for field in ({"database": SQL}, {"schema": SQL})
    ],
    ("POST", STATEMENTS, {"statement": "SELECT 1", "parameters": {SQL: "1"}}, 422, "001006"),
    (
        "POST", STATEMENTS, {"statement": "SELECT 1", "parameters": {"TIMEZONE": SQL}}, 422,
        "001006",
    ),
    (
        "POST", STATEMENTS,
        {"statement": "SELECT ?", "bindings": {"1": {"type": SQL, "value": "1"}}}, 422, "002040",
    ),
    (
        "POST", STATEMENTS,
        {"statement": "SELECT :a", "bindings": {SQL: {"type": "TEXT", "value": "1"}}}, 422,
        "002049",
    ),
    ("GET", f"{STATEMENTS}/{PATH_SQL}", None, 400, "000709"),
    ("POST", f"{STATEMENTS}/{PATH_SQL}/cancel", None, 400, "000709"),
    ("POST", f"{STATEMENTS}?requestId={PATH_SQL}", {"statement": "SELECT 1"}, 400, "390400"),
]  # fmt: skip


def told(answer: Any) -> str:
    """What an error is called."""
    if "code" in answer:
        return str(answer["code"])
    detail = answer["detail"]
    if isinstance(detail, list):
        return str(detail[0]["loc"][-1])
    return str(detail if isinstance(detail, str) else detail["code"] or detail["error"])


def test_refused(client: TestClient, query: Query, config: Config) -> None:
    client.post(SESSIONS, json={"session_id": "s"})
    for session in ("s", "default"):
        client.get("/__mockhaus/tables")  # makes `default`
        query("CREATE TABLE t (n INT)", session_id=session)
    before = client.get(SESSIONS).json()["sessions"].keys()
    files = sorted(Path(str(config.data_dir)).rglob("*"))
    headers = {"Authorization": "Bearer any"}
    found = []
    for method, path, body, *_ in CASES:
        answer = client.request(method, path, json=body, headers=headers)
        found.append((method, path, body, answer.status_code, told(answer.json())))
    assert found == CASES
    assert client.get(SESSIONS).json()["sessions"].keys() == before
    assert sorted(Path(str(config.data_dir)).rglob("*")) == files
    for session in before:
        assert query("SHOW TABLES", session_id=session)["row_count"] == 1


@pytest.mark.parametrize(("path", "status"), [(QUERY, 415), (SESSIONS, 415), (STATEMENTS, 415)])
def test_a_packed_body(client: TestClient, path: str, status: int) -> None:
    """How large it would become is known only when it is."""
    headers = {
        "Authorization": "Bearer any", "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }  # fmt: skip
    answer = client.post(path, content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == status
    assert "Content-Encoding 'gzip'" in answer.text
