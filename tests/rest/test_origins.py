"""Which web pages may call. Seed faults 23 and 32: any page could, with credentials."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mockhaus.config import Config
from tests.rest.fakes import FakeRegistry, fake_app

LOCAL, OPEN = "127.0.0.1", "0.0.0.0"

ORIGINS = [
    # the server listens on, the page comes from, may it call
    (LOCAL, "http://localhost:3000", True),
    (LOCAL, "https://localhost", True),
    (LOCAL, "http://127.0.0.1:8080", True),
    (LOCAL, "http://[::1]:8080", True),
    (LOCAL, "http://app.localhost:3000", True),
    (LOCAL, "https://evil.example", False),
    (LOCAL, "http://localhost.evil.example", False),
    (LOCAL, "http://testserver", False),  # a name that a foreign page made point to 127.0.0.1
    (LOCAL, "null", False),
    (LOCAL, "file://localhost", False),
    (LOCAL, "http://[", False),
    (OPEN, "http://localhost:3000", True),
    (OPEN, "http://testserver", True),  # the server's own pages
    (OPEN, "http://testserver:1234", False),
    (OPEN, "https://evil.example", False),
]


@pytest.mark.parametrize(("host", "origin", "may"), ORIGINS)
def test_origin(host: str, origin: str, may: bool) -> None:
    registry = FakeRegistry("s")
    with TestClient(fake_app(registry, config=Config(host=host))) as client:
        response = client.post(
            "/api/v1/query", json={"sql": "x", "session_id": "s"}, headers={"origin": origin}
        )
        preflight = client.options(
            "/api/v1/query",
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type",
            },
        )
    if may:
        assert response.status_code == preflight.status_code == 200
        assert registry.sessions["s"].connection.ran == ["x"]
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert preflight.headers["access-control-allow-headers"] == "content-type"
    else:
        assert response.status_code == preflight.status_code == 403
        assert response.json()["detail"]["error"] == "ORIGIN_REFUSED"
        assert registry.sessions["s"].connections == [], "refused before it ran"
    for answer in (response, preflight):
        assert answer.headers.get("access-control-allow-origin") == (origin if may else None)
        assert "access-control-allow-credentials" not in answer.headers
        assert float(answer.headers["x-process-time"]) >= 0


def test_programs_have_no_origin() -> None:
    with TestClient(fake_app(FakeRegistry())) as client:
        response = client.get("/api/v1/health")
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers
