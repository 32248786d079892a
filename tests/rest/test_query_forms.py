"""`POST /api/v1/query` beyond plain JSON: parameters, streams, asynchronous; and translate."""

from __future__ import annotations

import json
import time
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from mockhaus.http.streaming import ARROW, NDJSON
from tests.rest.conftest import Query

SLOW = "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000000000)) WHERE RANDOM() = 1"

#: SQL, parameters -> rows.
PARAMETERS: list[tuple[str, Any, list[list[Any]]]] = [
    ("SELECT ?, ?", [1, "x"], [[1, "x"]]),
    ("SELECT :2, :1", ["a", True], [[True, "a"]]),
    ("SELECT UPPER(:who)", {"who": "me"}, [["ME"]]),
    ("SELECT ?::DATE", ["2024-02-29"], [["2024-02-29"]]),
    ("SELECT ?", [1.5], [[1.5]]),
    ("SELECT ?", [None], [[None]]),
    ("SELECT ?; SELECT ? + 1", [1], [[2]]),
]


@pytest.mark.parametrize(("sql", "parameters", "rows"), PARAMETERS)
def test_parameters(query: Query, sql: str, parameters: Any, rows: list[list[Any]]) -> None:
    assert query(sql, parameters=parameters)["rows"] == rows


#: SQL, parameters -> status, Snowflake's code.
REFUSED: list[tuple[str, Any, int, str | None]] = [
    ("SELECT ?", [], 400, "002049"),
    ("SELECT :a", {"b": 1}, 400, "002086"),
    ("SELECT 1", [1], 400, "002086"),
    ("SELECT ?", [10**30], 400, "002086"),
    ("SELECT ?", [[1]], 422, None),
]


@pytest.mark.parametrize(("sql", "parameters", "status", "code"), REFUSED)
def test_parameters_refused(
    client: TestClient, sql: str, parameters: Any, status: int, code: str | None
) -> None:
    response = client.post("/api/v1/query", json={"sql": sql, "parameters": parameters})
    assert response.status_code == status, response.text
    if code is not None:
        assert response.json()["detail"]["code"] == code


def _stream(client: TestClient, media: str, sql: str, **fields: Any) -> Any:
    return client.post("/api/v1/query", json={"sql": sql, **fields}, headers={"Accept": media})


def test_ndjson(client: TestClient) -> None:
    response = _stream(client, NDJSON, "SELECT 1 AS a, 'x' AS a, 2.50::NUMBER(5,2) AS b")
    assert response.headers["content-type"] == NDJSON
    assert response.headers["x-mockhaus-query-id"].startswith("01")
    assert [json.loads(line) for line in response.text.splitlines()] == [
        {"A": 1, "A_1": "x", "B": "2.50"}
    ]
    many = "SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 50000)) ORDER BY n"
    lines = _stream(client, NDJSON, many).text.splitlines()
    assert [json.loads(line)["N"] for line in lines] == list(range(50_000))
    assert _stream(client, NDJSON, "SELECT 1 WHERE FALSE").text == ""


def test_arrow(client: TestClient) -> None:
    sql = "SELECT SEQ4() AS n, 'x' AS s FROM TABLE(GENERATOR(ROWCOUNT => 50000)) ORDER BY n"
    response = _stream(client, ARROW, sql)
    table = pa.ipc.open_stream(response.content).read_all()
    assert (table.num_rows, table.column_names) == (50_000, ["N", "S"])
    assert table.column("N").to_pylist() == list(range(50_000))


def test_streams_of_other_statements(client: TestClient, query: Query) -> None:
    session = query("CREATE TABLE t (n INT)")["session_id"]
    text = _stream(client, NDJSON, "INSERT INTO t VALUES (1); SHOW TABLES", session_id=session).text
    assert json.loads(text)["name"] == "T"
    inserted = _stream(client, ARROW, "INSERT INTO t VALUES (?)", session_id=session,
                       parameters=[2])  # fmt: skip
    assert pa.ipc.open_stream(inserted.content).read_all().to_pylist() == [
        {"number of rows inserted": 1}
    ]
    assert query("SELECT COUNT(*) FROM t", session_id=session)["rows"] == [[2]]


@pytest.mark.parametrize("media", [NDJSON, ARROW])
def test_a_stream_that_fails_at_once_is_an_error(client: TestClient, media: str) -> None:
    response = _stream(client, media, "SELECT * FROM nowhere")
    assert response.status_code == 400
    assert response.json()["detail"]["code"] == "002003"


def _ended(client: TestClient, state: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + 30
    while (found := client.get(state["status_url"]).json())["status"] == "running":
        assert time.monotonic() < until
    answer: dict[str, Any] = found
    return answer


def test_asynchronous(client: TestClient) -> None:
    """Status, result, pages of it."""
    sql = "SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 10)) ORDER BY n"
    response = client.post("/api/v1/query", json={"sql": sql, "async": True})
    assert response.status_code == 202
    state = _ended(client, response.json())
    assert (state["status"], state["error"]) == ("succeeded", None)
    whole = client.get(state["result_url"]).json()
    assert (whole["row_count"], len(whole["rows"])) == (10, 10)
    page = client.get(state["result_url"] + "?offset=7&limit=5").json()
    assert (page["rows"], page["row_count"]) == ([[7], [8], [9]], 10)
    assert client.get(state["result_url"] + "?limit=x").status_code == 400


def test_asynchronous_failure(client: TestClient) -> None:
    body = {"sql": "SELECT * FROM nowhere", "async": True}
    state = _ended(client, client.post("/api/v1/query", json=body).json())
    assert (state["status"], state["error"]["code"]) == ("failed", "002003")
    assert client.get(state["result_url"]).status_code == 400
    assert client.get("/api/v1/queries/nothing").status_code == 404


def test_asynchronous_cancel(client: TestClient) -> None:
    state = client.post("/api/v1/query", json={"sql": SLOW, "async": True}).json()
    assert client.get(state["result_url"]).status_code == 409
    cancel = state["status_url"] + "/cancel"
    assert client.post(cancel).json()["status"] == "canceled"
    assert client.get(state["result_url"]).json()["detail"]["error"] == "QUERY_CANCELED"
    assert client.post(cancel).json()["status"] == "canceled"


def test_translate(client: TestClient) -> None:
    """Nothing runs, and nothing is written into the history."""
    body = {"sql": "SELECT IFF(:x > 1, 'a', 'b') AS v; CREATE TABLE t (n INT)"}
    response = client.post("/api/v1/translate", json=body)
    assert response.status_code == 200, response.text
    select, create = response.json()["statements"]
    assert "CASE WHEN" in select["translated_sql"]
    assert ([c["name"] for c in select["columns"]], select["parameters"]) == (["V"], ["X"])
    assert (create["type"], create["translated_sql"]) == ("CREATE_TABLE", None)
    assert client.get("/__mockhaus/tables").json() == {"tables": {}}
    assert client.get("/api/v1/history").json()["count"] == 0
    failed = client.post("/api/v1/translate", json={"sql": "SELECT * FROM nowhere"})
    assert (failed.status_code, failed.json()["detail"]["code"]) == (400, "002003")
