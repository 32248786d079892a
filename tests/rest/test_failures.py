"""Each error of the tree as this door answers it (seed items 8, 9 and fault 31)."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus import errors
from tests.rest.fakes import FakeRegistry, fake_app


def failing(error: Exception, sql: str = "fail") -> tuple[int, dict[str, Any]]:
    registry = FakeRegistry("s")
    registry.failure = error
    with TestClient(fake_app(registry)) as client:
        response = client.post("/api/v1/query", json={"sql": sql, "session_id": "s"})
        again = client.post("/api/v1/query", json={"sql": "x", "session_id": "s"})
    assert again.status_code == 200, "the session stays usable (seed item 11)"
    detail: dict[str, Any] = response.json()["detail"]
    return response.status_code, detail


def test_a_statement_fails() -> None:
    error = errors.InvalidIdentifier(
        "invalid identifier 'X'", position=9, hint="Did you mean Y?", detail="no column x"
    )
    error.query_id = "01b0"
    assert failing(error, "ok;\nok; fail") == (
        400,
        {
            "success": False,
            "error": "SQL_EXECUTION_ERROR",
            "detail": "invalid identifier 'X'",
            "session_id": "s",
            "code": "000904",
            "sqlState": "42000",
            "position": 9,
            "line": 2,
            "column": 6,
            "hint": "Did you mean Y?",
            "cause": "no column x",
            "query_id": "01b0",
            "statement": 3,
        },
    )


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [
        (errors.SqlSyntaxError, "001003", "42000"),
        (errors.UndefinedObject, "002003", "42S02"),
        (errors.DuplicateObject, "002002", "42710"),
        (errors.UnsupportedFeature, "000002", "0A000"),
        (errors.DivisionByZero, "100051", "22012"),
        (errors.Canceled, "000604", "57014"),
        (errors.EngineFault, "000603", "XX000"),
    ],
)
def test_codes_are_snowflakes(error: type[errors.SqlError], code: str, state: str) -> None:
    status, detail = failing(error("so it is"))
    assert status == 400
    assert (detail["error"], detail["code"], detail["sqlState"]) == (
        "SQL_EXECUTION_ERROR",
        code,
        state,
    )
    assert (detail["position"], detail["line"], detail["column"]) == (None, None, None)


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (errors.SessionNotFound("gone"), 404, "SESSION_NOT_FOUND"),
        (errors.SessionExpired("too late"), 410, "SESSION_EXPIRED"),
        (errors.TooManySessions("full"), 503, "SESSION_CREATION_ERROR"),
    ],
)
def test_a_session_cannot_be_had(error: errors.SessionError, status: int, name: str) -> None:
    answered, detail = failing(error)
    assert answered == status
    assert (detail["error"], detail["detail"], detail["session_id"]) == (name, error.message, "s")


def test_a_fault_of_our_own(caplog: pytest.LogCaptureFixture) -> None:
    status, detail = failing(ZeroDivisionError("oops"))
    assert status == 500
    assert detail["error"] == "INTERNAL_SERVER_ERROR"
    assert detail["detail"] == "Unexpected error: ZeroDivisionError: oops"
    assert detail["session_id"] == "s"
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "broken", "name"),
    [
        ("POST", "/api/v1/sessions", "create", "SESSION_CREATION_ERROR"),
        ("GET", "/api/v1/sessions", "list", "SESSION_LIST_ERROR"),
        ("GET", "/api/v1/sessions/s", "get", "SESSION_INFO_ERROR"),
        ("DELETE", "/api/v1/sessions/s", "delete", "SESSION_TERMINATION_ERROR"),
        ("POST", "/api/v1/sessions/cleanup", "cleanup", "SESSION_CLEANUP_ERROR"),
    ],
)
def test_faults_keep_their_names(
    method: str, path: str, broken: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("oops")

    registry = FakeRegistry("s")
    monkeypatch.setattr(registry, broken, fail)
    with TestClient(fake_app(registry)) as client:
        response = client.request(method, path, content=b"{}")
    assert response.status_code == 500
    assert response.json()["detail"]["error"] == name
    assert "x-process-time" in response.headers
