"""`POST /api/v1/query` over real sessions (seed items 4-12, 27-31, 36)."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.rest.conftest import Query


def test_the_whole_answer(query: Query) -> None:
    body = query("SELECT 1 AS one, 'x' AS \"Two\"")
    assert body.pop("execution_time") > 0
    assert body.pop("translated_sql")
    assert body.pop("query_id")
    session_id = body.pop("session_id")
    assert session_id
    precision = body["columns"][0].pop("precision")
    assert precision is not None
    body["columns"][1].pop("length")
    assert body == {
        "success": True,
        "data": [{"ONE": 1, "Two": "x"}],
        "columns": [
            {"name": "ONE", "type": "NUMBER", "scale": 0, "length": None, "nullable": True},
            {"name": "Two", "type": "VARCHAR", "precision": None, "scale": None, "nullable": True},
        ],
        "rows": [[1, "x"]],
        "row_count": 1,
        "rows_affected": None,
        "message": None,
        "current_database": "MOCKHAUS",
        "current_schema": "PUBLIC",
        "warnings": [],
        "results": None,
    }


def test_a_session_is_created_and_can_be_used_again(client: TestClient, query: Query) -> None:
    session_id = query("CREATE TABLE t (n INT)")["session_id"]
    assert query("INSERT INTO t VALUES (1)", session_id=session_id)["session_id"] == session_id
    assert query("SELECT n FROM t", session_id=session_id)["data"] == [{"N": 1}]
    elsewhere = client.post("/api/v1/query", json={"sql": "SELECT n FROM t"})
    assert elsewhere.status_code == 400, "seed item 57: sessions see nothing of each other"
    null = query("SELECT 1", session_id=None)
    assert null["session_id"] not in (None, session_id)


def test_unknown_session_is_not_created(client: TestClient) -> None:
    """Seed fault 61: an unknown id answered from a new, empty memory session."""
    response = client.post("/api/v1/query", json={"sql": "SELECT 1", "session_id": "nobody"})
    assert response.status_code == 404
    detail = response.json()["detail"]
    assert (detail["error"], detail["session_id"]) == ("SESSION_NOT_FOUND", "nobody")
    assert client.get("/api/v1/sessions").json()["sessions"] == {}


def test_deleted_session_is_not_revived(client: TestClient, query: Query) -> None:
    session_id = query("CREATE TABLE t (n INT)")["session_id"]
    assert client.delete(f"/api/v1/sessions/{session_id}").status_code == 200
    response = client.post("/api/v1/query", json={"sql": "SELECT 1", "session_id": session_id})
    assert response.status_code in (404, 410)


def test_a_new_session_of_an_old_name_is_empty(client: TestClient, query: Query) -> None:
    for _ in range(2):
        assert client.post("/api/v1/sessions", json={"session_id": "again"}).status_code == 200
        query("CREATE TABLE t (n INT)", session_id="again")
        assert client.delete("/api/v1/sessions/again").status_code == 200


def test_repeated_names_are_kept_apart(query: Query) -> None:
    """Seed fault 28: the first of two columns of one name was lost."""
    body = query("SELECT 1 AS a, 2 AS a, 3 AS b")
    assert body["rows"] == [[1, 2, 3]]
    assert [column["name"] for column in body["columns"]] == ["A", "A", "B"]
    assert body["data"] == [{"A": 1, "A_1": 2, "B": 3}]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        # Seed fault 29: decimals were strings, binary raw text, NaN null, big integers bare.
        ("42", "NUMBER", 42),
        ("12345678901234567890123456789012345678::NUMBER(38,0)", "NUMBER", "12345678901234567890123456789012345678"),
        ("1.5::NUMBER(10,2)", "NUMBER", "1.50"),
        ("0.5::FLOAT", "FLOAT", 0.5),
        ("'NaN'::FLOAT", "FLOAT", "NaN"),
        ("TRUE", "BOOLEAN", True),
        ("NULL::VARCHAR", "VARCHAR", None),
        ("DATE '2024-02-29'", "DATE", "2024-02-29"),
        ("'2024-02-29 13:45:00'::TIMESTAMP", "TIMESTAMP_NTZ", "2024-02-29T13:45:00"),
    ],
)  # fmt: skip
def test_values(query: Query, expression: str, kind: str, value: Any) -> None:
    body = query(f"SELECT {expression} AS v")
    assert body["columns"][0]["type"] == kind
    assert body["rows"] == [[value]]
    assert body["data"] == [{"V": value}]


def test_statements_answer_as_snowflake(query: Query) -> None:
    """Seed fault 30: answers of DDL and DML were DuckDB's."""
    session = query("SELECT 1")["session_id"]
    created = query("CREATE TABLE t (n INT)", session_id=session)
    assert created["columns"][0]["name"] == "status"
    assert created["rows"] == [["Table T successfully created."]]
    inserted = query("INSERT INTO t VALUES (1), (2)", session_id=session)
    assert inserted["data"] == [{"number of rows inserted": 2}]
    assert (inserted["row_count"], inserted["rows_affected"]) == (1, 2)


def test_several_statements_all_answer(query: Query) -> None:
    """Seed fault 36: all ran, and only the first answered."""
    body = query(
        "CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (2); SELECT n FROM t ORDER BY n;"
    )
    assert body["data"] == [{"N": 1}, {"N": 2}]
    assert [each["row_count"] for each in body["results"]] == [1, 1, 2]
    assert [each["rows_affected"] for each in body["results"]] == [None, 2, None]
    assert body["results"][-1]["rows"] == body["rows"]
    assert len({each["query_id"] for each in body["results"]}) == 3
    assert body["query_id"] == body["results"][-1]["query_id"]


def test_a_failed_statement_says_which(client: TestClient, query: Query) -> None:
    """Seed fault 31: errors were DuckDB's texts without a code."""
    session = query("CREATE TABLE t (n INT)")["session_id"]
    sql = "INSERT INTO t VALUES (1);\nSELECT * FROM nowhere"
    response = client.post("/api/v1/query", json={"sql": sql, "session_id": session})
    assert response.status_code == 400
    detail = response.json()["detail"]
    assert detail["success"] is False
    assert detail["error"] == "SQL_EXECUTION_ERROR"
    assert detail["session_id"] == session
    assert (detail["code"], detail["sqlState"]) == ("002003", "42S02")
    assert detail["statement"] == 2
    assert query("SELECT COUNT(*) AS n FROM t", session_id=session)["rows"] == [[1]]


@pytest.mark.parametrize("sql", ["  ", ";", "-- nothing", "/* nothing */ ;"])
def test_a_text_without_statements(client: TestClient, sql: str) -> None:
    response = client.post("/api/v1/query", json={"sql": sql})
    assert response.status_code == 400
    assert response.json()["detail"]["error"] == "SQL_EXECUTION_ERROR"


def test_context_lasts_from_request_to_request(query: Query) -> None:
    session = query("CREATE DATABASE d1; CREATE SCHEMA s1; SET x = 7")["session_id"]
    used = query("USE SCHEMA d1.public", session_id=session)
    assert (used["current_database"], used["current_schema"]) == ("D1", "PUBLIC")
    assert query("SELECT $x AS x", session_id=session)["rows"] == [[7]]
    query("CREATE TABLE t (n INT); BEGIN; INSERT INTO t VALUES (1)", session_id=session)
    assert query("SELECT COUNT(*) AS n FROM t", session_id=session)["rows"] == [[1]]
    query("ROLLBACK", session_id=session)
    assert query("SELECT COUNT(*) AS n FROM t", session_id=session)["rows"] == [[0]]


def test_database_and_schema_are_honoured(query: Query) -> None:
    """Seed fault 27: `database` was accepted and ignored, `current_database` always null."""
    session = query("CREATE DATABASE sales; CREATE SCHEMA sales.q1")["session_id"]
    body = query(
        "SELECT CURRENT_DATABASE() AS d, CURRENT_SCHEMA() AS s",
        session_id=session,
        database="SALES",
        schema="Q1",
    )
    assert body["rows"] == [["SALES", "Q1"]]
    assert (body["current_database"], body["current_schema"]) == ("SALES", "Q1")


@pytest.mark.parametrize("path", ["/api/v1/query", "/api/v1/translate"])
@pytest.mark.parametrize("field", ["database", "schema"])
@pytest.mark.parametrize(
    "name", ["nowhere", "x; DROP TABLE t; --", 'x"; DROP TABLE t; --', "x'", "a\0b"]
)
def test_names_that_do_not_exist(
    client: TestClient, query: Query, path: str, field: str, name: str
) -> None:
    """They are made by no request, as USE makes none; SQL in a name is part of the name."""
    session = query("CREATE TABLE t (n INT)")["session_id"]
    body = {"sql": "SELECT 1", "session_id": session, field: name}
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (400, "002043")
    body = query("SELECT COUNT(*), CURRENT_DATABASE() FROM t", session_id=session)
    assert body["rows"] == [[0, "MOCKHAUS"]]


def test_a_thousand_rows_and_a_thousand_columns(query: Query) -> None:
    rows = query(
        "CREATE TABLE t (n INT); INSERT INTO t VALUES "
        + ", ".join(f"({n})" for n in range(1000))
        + "; SELECT n FROM t ORDER BY n"
    )["rows"]
    assert rows == [[n] for n in range(1000)]
    columns = query("SELECT " + ", ".join(f"{n} AS c{n}" for n in range(1000)))
    assert columns["rows"] == [list(range(1000))]
    assert len(columns["data"][0]) == 1000
