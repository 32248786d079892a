"""One call of each operation, in an order that makes sense: the examples of `/openapi.json`.

`python -m tests.rest.tour` makes the calls and writes what was asked and answered; a test makes
them again and holds what is written to what is answered.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
from tests.rest.conftest import client_of


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `{name}` in its path is one of `names`; `keep` names what later calls need of the
    answer, by the field it is in."""

    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)


_IN_ORDERS: Final = {"X-Mockhaus-Session": "orders"}
_SQL_API: Final = {**_IN_ORDERS, "Authorization": "Bearer any"}
_SESSION: Final = "/api/v1/sessions/{session_id}"
_QUERY: Final = "/api/v1/queries/{query_id}"
_HISTORY: Final = "/api/v1/history"
_STATEMENT: Final = "/api/v2/statements/{handle}"
_TABLE: Final = "CREATE OR REPLACE TABLE items AS SELECT 1 AS id, 'tea' AS name"

CALLS: Final = (
    Call("GET", "/"),
    Call("GET", "/health"),
    Call("GET", "/api/v1/"),
    Call("GET", "/api/v1/health"),
    Call("POST", "/api/v1/sessions", {"session_id": "orders", "ttl_seconds": 3600}),
    Call("POST", "/__mockhaus/reset", headers=_IN_ORDERS),
    Call(
        "POST", "/api/v1/query",
        {
            "session_id": "orders",
            "sql": f"{_TABLE}; SELECT id, UPPER(name) AS name FROM items WHERE id = :id",
            "parameters": {"id": 1},
        },
        keep={"query_id": "query_id"},
    ),
    Call("GET", f"{_HISTORY}/{{query_id}}"),
    Call(
        "POST", "/api/v1/translate",
        {"session_id": "orders", "sql": "SELECT IFF(id > 0, name, NULL) AS name FROM items"},
    ),
    Call(
        "POST", "/api/v1/query",
        {"session_id": "orders", "sql": "SELECT COUNT(*) AS n FROM items", "async": True},
        keep={"query_id": "id"},
    ),
    Call("GET", f"{_QUERY}/result", query={"offset": "0", "limit": "100"}),
    Call("GET", _QUERY),
    Call("POST", f"{_QUERY}/cancel"),
    Call("GET", "/api/v1/sessions"),
    Call("GET", "/api/v1/stored-sessions"),
    Call("POST", "/api/v1/sessions/cleanup"),
    Call("GET", _SESSION),
    Call("PATCH", _SESSION, {"ttl_seconds": 7200}),
    Call("GET", f"{_SESSION}/connections"),
    Call("POST", f"{_SESSION}/connections/{{number}}/cancel"),
    Call("POST", f"{_SESSION}/snapshots", {"name": "fixtures"}),
    Call("GET", f"{_SESSION}/snapshots"),
    Call("POST", f"{_SESSION}/snapshots/{{name}}/restore", query={"force": "true"}),
    Call("POST", f"{_SESSION}/fork", {"session_id": "orders-copy", "snapshot": "fixtures"}),
    Call("DELETE", f"{_SESSION}/snapshots/{{name}}"),
    Call("PUT", f"{_SESSION}/files", b"1,tea\n", {"file": "@~/items.csv", "overwrite": "true"}),
    Call("GET", f"{_SESSION}/files", query={"file": "@~/items.csv"}),
    Call(
        "POST", "/api/v2/statements",
        {
            "statement": "SELECT ? + 1 AS n",
            "timeout": 60,
            "bindings": {"1": {"type": "FIXED", "value": "41"}},
        },
        headers=_SQL_API, keep={"handle": "statementHandle"},
    ),
    Call("GET", _STATEMENT, query={"partition": "0"}, headers=_SQL_API),
    Call("POST", f"{_STATEMENT}/cancel", headers=_SQL_API),
    Call("GET", "/__mockhaus/tables", query={"schema": "PUBLIC"}, headers=_IN_ORDERS),
    Call("GET", "/__mockhaus/history", headers=_IN_ORDERS),
    Call("GET", _HISTORY, query={"session_id": "orders", "status": "SUCCESS", "limit": "1"}),
    Call("GET", f"{_HISTORY}/search", query={"text": "items", "limit": "1"}),
    Call("GET", f"{_HISTORY}/statistics", query={"session_id": "orders"}),
    Call("GET", f"{_HISTORY}/export", query={"type": "SELECT", "format": "csv"}),
    Call("DELETE", _HISTORY, query={"session_id": "orders-copy"}),
    Call("DELETE", _SESSION, query={"with_data": "true"}),
    Call("GET", "/metrics"),
    Call("GET", "/openapi.json"),
    Call("GET", "/docs"),
    Call("GET", "/redoc"),
)  # fmt: skip

#: Answers that say more than an example should.
_LONG: Final = {"/metrics", "/openapi.json", "/docs", "/redoc"}


def called(client: TestClient) -> Iterator[tuple[Call, dict[str, str], Any, str]]:
    """Make the calls; each with the names in its path, its answer, and the status."""
    names = {"session_id": "orders", "name": "fixtures", "number": "1"}
    for call in CALLS:
        used = {name: value for name, value in names.items() if f"{{{name}}}" in call.path}
        response = _ask(client, call, call.path.format(**used))
        while response.status_code == 409:  # the query still runs
            response = _ask(client, call, call.path.format(**used))
        is_json = response.headers["content-type"] == "application/json"
        answer = response.json() if is_json else response.text
        names |= {name: answer[place] for name, place in call.keep.items()}
        yield call, used, answer, str(response.status_code)


def _ask(client: TestClient, call: Call, path: str) -> Any:
    content = call.body if isinstance(call.body, bytes) else None
    body = None if content is not None else call.body
    return client.request(
        call.method, path, params=call.query, headers=call.headers, json=body, content=content
    )


def examples(client: TestClient) -> dict[str, list[dict[str, Any]]]:
    """Operation -> its calls."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call, used, answer, status in called(client):
        body = call.body.decode() if isinstance(call.body, bytes) else call.body
        made = {"path": used, "query": call.query, "request": body, "status": status}
        if call.path not in _LONG:
            made["answer"] = answer
        key = f"{call.method} {call.path}"
        found.setdefault(key, []).append({name: each for name, each in made.items() if each})
    return found


def main() -> None:
    """Write the examples as the package holds them."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder))
        registry = Registry(config)
        with client_of(config, registry) as client:
            print(json.dumps(examples(client), indent=1))
        registry.close()


if __name__ == "__main__":
    main()
