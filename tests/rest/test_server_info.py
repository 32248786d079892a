"""`GET /`, `/api/v1/`, `/api/v1/health`; paths and methods that do not exist (seed items 1-3, 24)."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

import mockhaus
from mockhaus.config import Config
from mockhaus.http.connections import Connections
from mockhaus.http.control import Control
from mockhaus.http.copies import Copies
from mockhaus.http.documents import Documents
from mockhaus.http.history import HistoryApi
from mockhaus.http.metrics import MetricsApi
from mockhaus.http.operations import Doors, operations
from mockhaus.http.rest import Rest
from mockhaus.http.sqlapi.api import SqlApi
from mockhaus.http.stage_files import StageFiles
from tests.rest.fakes import FakeRegistry, fake_app


@pytest.mark.parametrize("path", ["/", "/api/v1/"])
def test_info(path: str) -> None:
    with TestClient(fake_app(FakeRegistry())) as client:
        response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "name": "Mockhaus Server",
        "version": mockhaus.__version__,
        "description": "Snowflake proxy with DuckDB backend",
        "docs_url": "/docs",
        "health_url": "/api/v1/health",
    }


def test_health() -> None:
    with TestClient(fake_app(FakeRegistry())) as client:
        body = client.get("/api/v1/health").json()
        later = client.get("/api/v1/health").json()
        head = client.head("/api/v1/health")
    assert set(body) == {"status", "version", "uptime"}
    assert body["status"] == "healthy"
    assert body["version"] == mockhaus.__version__
    assert 0 <= body["uptime"] <= later["uptime"]
    assert head.status_code == 200
    assert head.content == b""


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("GET", "/api/v1/sessions/a/b", 404, None),
        ("GET", "/api/v1/query", 405, {"POST"}),
        ("PUT", "/api/v1/sessions", 405, {"GET", "HEAD", "POST"}),
    ],
)
def test_no_such_thing(method: str, path: str, status: int, allow: set[str] | None) -> None:
    with TestClient(fake_app(FakeRegistry())) as client:
        response = client.request(method, path)
    assert response.status_code == status
    assert isinstance(response.json()["detail"], str)
    if allow is not None:
        assert set(response.headers["allow"].split(", ")) == allow
    assert float(response.headers["x-process-time"]) >= 0


def test_every_operation_says_what_it_does() -> None:
    none: Any = None
    rest = Rest(Config(), none, none)
    sql_api = SqlApi(none, none, body_limit=0, patience=0)
    history, files = HistoryApi(none, none), StageFiles(none, 0)
    control, copies = Control(none, none), Copies(none, none)
    others = Connections(none)
    doors = Doors(
        rest, sql_api, control, history, files, copies, others, Documents(), MetricsApi(none)
    )
    for operation in operations(doors):
        assert operation.summary.endswith("."), operation.path
