"""Clients of the HTTP door over real sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.config import Config
from mockhaus.http.app import build_app
from mockhaus.http.kept import KeptConnections
from mockhaus.http.sqlapi.store import Statements
from mockhaus.sessions.registry import Registry
from mockhaus.workers import Workers
from tests.rest.sql_api import SqlApiClient

#: SQL (and a session id) in, the body of a 200 answer out.
Query = Callable[..., dict[str, Any]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, max_sessions=5)


@pytest.fixture
def registry(config: Config) -> Iterator[Registry]:
    registry = Registry(config)
    yield registry
    registry.close()


@contextmanager
def client_of(config: Config, registry: Registry) -> Iterator[TestClient]:
    """A client of an application over real sessions."""
    with Workers(4, "test") as pool, ThreadPoolExecutor(2) as desk:
        kept = KeptConnections(registry, pool, desk)
        app = build_app(config, registry, kept, Statements(pool))
        with TestClient(app) as client:
            yield client


@pytest.fixture
def client(config: Config, registry: Registry) -> Iterator[TestClient]:
    with client_of(config, registry) as client:
        yield client


@pytest.fixture
def query(client: TestClient) -> Query:
    def run(sql: str, **fields: Any) -> dict[str, Any]:
        response = client.post("/api/v1/query", json={"sql": sql, **fields})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    return run


@pytest.fixture
def api(client: TestClient) -> SqlApiClient:
    return SqlApiClient(client)
