"""Query parameters: what each kind takes, and how a wrong or unknown one is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.http import parameters
from mockhaus.http.parameters import InvalidParameter, Parameter

FLAG = parameters.flag("force", "")
NUMBER = parameters.number("limit", "", 1, 100, default=10)
MOMENT = parameters.moment("since", "")
CHOICE = parameters.choice("format", "", ("json", "CSV"), default="json")
UUID = parameters.uuid("requestId", "")
TEXT = parameters.text("text", "", required=True)

VALUES: list[tuple[Parameter, str | None, Any]] = [
    (FLAG, None, False), (FLAG, "true", True), (FLAG, "FALSE", False),
    (NUMBER, None, 10), (NUMBER, "1", 1), (NUMBER, "100", 100),
    (MOMENT, None, None),
    (MOMENT, "2024-02-29T12:00:00Z", datetime(2024, 2, 29, 12, tzinfo=UTC)),
    (MOMENT, "2024-02-29T12:00:00", datetime(2024, 2, 29, 12, tzinfo=UTC)),
    (MOMENT, "2024-02-29T13:00:00 01:00", datetime(2024, 2, 29, 12, tzinfo=UTC)),
    (CHOICE, None, "json"), (CHOICE, "csv", "CSV"),
    (UUID, "0123456789ABCDEF0123456789ABCDEF", "01234567-89ab-cdef-0123-456789abcdef"),
    (TEXT, "select", "select"),
]  # fmt: skip

WRONG = [
    (FLAG, "yes", "force 'yes' is neither true nor false"),
    (FLAG, "", "force '' is neither true nor false"),
    (NUMBER, "0", "limit '0' is not a number from 1 to 100"),
    (NUMBER, "-1", "limit '-1' is not a number from 1 to 100"),
    (NUMBER, "9" * 5000, f"limit '{'9' * 100}' is not a number from 1 to 100"),
    (NUMBER, "1.5", "limit '1.5' is not a number from 1 to 100"),
    (MOMENT, "yesterday", "since 'yesterday' is not a time"),
    (CHOICE, "xml", "format 'xml' is none of json, CSV"),
    (UUID, "1", "requestId '1' is not a UUID"),
    (TEXT, None, "text is missing"),
    (TEXT, "", "text is missing"),
]


@pytest.mark.parametrize(("parameter", "text", "value"), VALUES)
def test_value(parameter: Parameter, text: str | None, value: Any) -> None:
    assert parameter.value({} if text is None else {parameter.name: text}) == value


@pytest.mark.parametrize(("parameter", "text", "message"), WRONG)
def test_what_is_refused(parameter: Parameter, text: str | None, message: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        parameter.value({} if text is None else {parameter.name: text})
    assert str(refused.value) == message


REQUESTS = [
    ("GET", "/api/v1/sessions?limit=1", "Unknown query parameter 'limit'"),
    ("GET", "/api/v1/history?limit=0", "limit '0' is not a number from 1 to 10000"),
    ("GET", "/api/v1/history/search", "text is missing"),
    ("GET", "/api/v1/history/export?format=xml", "format 'xml' is none of json, csv, parquet"),
    ("DELETE", "/api/v1/sessions/x?with_data=1", "with_data '1' is neither true nor false"),
    ("GET", "/api/v1/sessions/x/files", "file is missing"),
]


@pytest.mark.parametrize(("method", "path", "message"), REQUESTS)
def test_of_a_request(client: TestClient, method: str, path: str, message: str) -> None:
    answer = client.request(method, path)
    detail = answer.json()["detail"]
    assert (answer.status_code, detail["error"], detail["detail"]) == (
        400, "INVALID_REQUEST", message,
    )  # fmt: skip
