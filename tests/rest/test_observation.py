"""Metrics, request ids and the log: what an operator sees of the server."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.logs import REQUEST_ID, JsonLines
from tests.rest.conftest import Query
from tests.rest.sql_api import SqlApiClient

_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>[0-9.e+-]+)$")


def samples(client: TestClient) -> dict[str, float]:
    """`name{label="value"}` -> value."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            assert _SAMPLE.match(line), line
            name, _, value = line.rpartition(" ")
            assert name not in found, line
            found[name] = float(value)
    return found


def test_metrics(client: TestClient, query: Query, api: SqlApiClient) -> None:
    assert samples(client)["mockhaus_uptime_seconds"] >= 0
    client.post("/api/v1/sessions", json={"session_id": "s"})
    for _ in range(3):
        query("SELECT 1", session_id="s")
    client.post("/api/v1/query", json={"sql": "SELECT nothing", "session_id": "s"})
    api.run("SELECT 1")
    client.get("/no/such/path")
    client.request("BREW", "/health")
    found = samples(client)
    expected = {
        'mockhaus_sessions{type="memory"}': 1,
        'mockhaus_sessions{type="persistent"}': 1,
        'mockhaus_connections{door="http"}': 1,
        'mockhaus_statements_total{door="http",type="SELECT",outcome="success"}': 3,
        'mockhaus_statements_total{door="http",type="SELECT",outcome="fail"}': 1,
        'mockhaus_statements_total{door="sql-api",type="SELECT",outcome="success"}': 1,
        'mockhaus_statement_seconds_count{door="http"}': 4,
        'mockhaus_statement_seconds_bucket{door="http",le="+Inf"}': 4,
        'mockhaus_http_requests_total{method="POST",path="/api/v1/query",status="200"}': 3,
        'mockhaus_http_requests_total{method="POST",path="/api/v1/query",status="400"}': 1,
        'mockhaus_http_requests_total{method="-",path="-",status="404"}': 1,
        'mockhaus_http_requests_total{method="-",path="-",status="405"}': 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found['mockhaus_http_sent_bytes_total{path="/api/v1/query"}'] > 1000
    assert found['mockhaus_sent_bytes_total{door="http"}'] > 1000
    assert found['mockhaus_received_bytes_total{door="http"}'] > 100


@pytest.mark.parametrize(("sent", "kept"), [
    ("client-7", True), ("a" * 129, False), ("two words", False), (None, False),
])  # fmt: skip
def test_request_ids(client: TestClient, sent: str | None, kept: bool) -> None:
    answer = client.get("/health", headers={} if sent is None else {"X-Request-Id": sent})
    assert (answer.headers["x-request-id"] == sent) is kept
    assert answer.headers["x-request-id"]


def test_the_log_ties_statements_to_requests(
    client: TestClient, query: Query, api: SqlApiClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/api/v1/sessions", json={"session_id": "s"})
    caplog.set_level(logging.INFO, "mockhaus")
    caplog.handler.setFormatter(JsonLines())
    headers = {"X-Request-Id": "mine", "Authorization": "Bearer secret-token"}
    sql = "SELECT 'secret text', 1"
    answer = client.post("/api/v1/query", json={"sql": sql, "session_id": "s"}, headers=headers)
    api.headers |= headers
    handle = api.run(sql)["statementHandle"]
    lines: list[dict[str, Any]] = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["request_id"] for line in lines} == {"mine"}
    statements = [line for line in lines if line["logger"] == "mockhaus.statements"]
    assert [line["query_id"] for line in statements] == [answer.json()["query_id"], handle]
    assert {line["type"] for line in statements} == {"SELECT"}
    requests = [line for line in lines if line["logger"] == "mockhaus.http"]
    assert [(line["session_id"], line["status"]) for line in requests] == [("s", 200), (None, 200)]
    assert "secret" not in caplog.text


def test_a_line_of_json() -> None:
    token = REQUEST_ID.set("r")
    try:
        record = logging.makeLogRecord(
            {
                "name": "a",
                "levelname": "INFO",
                "msg": "%s\n%s",
                "args": (1, 2),
                "created": 0,
                "n": 3,
                "color_message": "\x1b[36m1",
            }
        )
        assert json.loads(JsonLines().format(record)) == {
            "time": "1970-01-01T00:00:00+00:00",
            "level": "INFO",
            "logger": "a",
            "message": "1\n2",
            "request_id": "r",
            "n": 3,
        }
    finally:
        REQUEST_ID.reset(token)


#: Statements with a secret that must be read nowhere afterwards, run or refused.
SECRETS = [
    "CREATE USER bob PASSWORD = 'sesame'",
    "CREATE USER bob RSA_PUBLIC_KEY = 'sesame'",
    "ALTER USER bob SET PASSWORD = 'sesame'",
    "CREATE STAGE st URL = 's3://b/p' CREDENTIALS = (AWS_KEY_ID = 'sesame' AWS_SECRET_KEY = 'sesame')",
    "CREATE STAGE st URL = 's3://b/p' CREDENTIALS = (AWS_TOKEN = 'sesame', AWS_SECRET_KEY='sesame')",
    "CREATE STAGE st URL = 'azure://a.blob.core.windows.net/c' CREDENTIALS = (AZURE_SAS_TOKEN = 'sesame')",
    "CREATE STAGE st URL = 's3://b/p' ENCRYPTION = (TYPE = 'AWS_CSE' MASTER_KEY = 'sesame')",
    "SET my_password = 'sesame'",
]


@pytest.mark.parametrize("sql", SECRETS)
def test_no_secret_is_kept(
    client: TestClient, api: SqlApiClient, caplog: pytest.LogCaptureFixture, sql: str
) -> None:
    """Neither in history, which every door reads, nor in errors and the log."""
    caplog.set_level(logging.INFO)
    client.post("/api/v1/sessions", json={"session_id": "s"})
    headers = {"Authorization": "Bearer sesame"}
    body = {"sql": sql, "session_id": "s"}
    client.post("/api/v1/query", json=body | {"sql": f"/* tag */ {sql}"}, headers=headers)
    refused = client.post(
        "/api/v1/query", json=body | {"sql": f"{sql} NONSENSE ="}, headers=headers
    )
    assert refused.status_code == 400
    assert "sesame" not in refused.text
    asked = "SELECT query_text, error_message FROM TABLE(information_schema.query_history())"
    told = client.post("/api/v1/query", json=body | {"sql": asked})
    for text in (told.text, client.get("/api/v1/history").text, client.get("/metrics").text):
        assert "sesame" not in text
    if "STAGE" in sql:
        for look in ("DESCRIBE STAGE st", "SHOW STAGES", "SELECT GET_DDL('STAGE', 'st')"):
            assert "sesame" not in client.post("/api/v1/query", json=body | {"sql": look}).text
    assert "sesame" not in caplog.text
