"""Requests of the SQL API share connections, and none sees what another has left."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.rest.sql_api import SqlApiClient

SEVERAL: dict[str, Any] = {"parameters": {"MULTI_STATEMENT_COUNT": "0"}}
NUMBER = "SELECT CURRENT_SESSION()"


@pytest.mark.parametrize(
    ("left", "asked", "answer"),
    [
        ("SET v = 1; SELECT $v", "SELECT GETVARIABLE('V')", [[None]]),
        ("CREATE SCHEMA s; USE SCHEMA s; SELECT 1", "SELECT CURRENT_SCHEMA()", [["PUBLIC"]]),
        ("ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'; SELECT 1",
         "SELECT TO_CHAR('2024-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, 'TZH')", [["+00"]]),
        ("CREATE TABLE k (a INT); BEGIN; INSERT INTO k VALUES (1)", "SELECT COUNT(*) FROM k", [["0"]]),
        ("SELECT 1; SELECT 2", "SELECT LAST_QUERY_ID()", [[None]]),
        ("ALTER USER mockhaus SET TIMEZONE = 'Asia/Tokyo'",
         "SELECT TO_CHAR('2024-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, 'TZH')", [["+09"]]),
    ],
    ids=["variable", "schema", "parameter", "transaction", "query id", "user"],
)  # fmt: skip
def test_what_a_request_leaves(api: SqlApiClient, left: str, asked: str, answer: Any) -> None:
    api.run("CREATE USER mockhaus")
    api.run("SELECT 1")
    api.run(left, **SEVERAL)
    assert api.data(asked) == answer


def test_temporary_tables_end_with_the_request(api: SqlApiClient) -> None:
    api.run("CREATE TEMPORARY TABLE t AS SELECT 1 AS a; SELECT * FROM t", **SEVERAL)
    assert api.post("SELECT * FROM t").json()["code"] == "002003"


@pytest.mark.parametrize(
    ("fields", "between", "is_same"),
    [
        ({}, "", True),
        ({"schema": "PUBLIC", "database": "MOCKHAUS"}, "", True),
        ({"parameters": {"TIMEZONE": "UTC"}}, "", True),
        ({}, "SELECT nothing", True),  # who fails gives none back, and takes none of another's
        ({}, "CREATE TABLE t (a INT)", False),
    ],
)
def test_who_gets_the_same_connection(
    api: SqlApiClient, fields: dict[str, Any], between: str, is_same: bool
) -> None:
    first = api.data(NUMBER, **fields)
    if between:
        api.post(between, role="PUBLIC")
    assert (api.data(NUMBER, **fields) == first) is is_same
    others: list[dict[str, Any]] = [{"role": "PUBLIC"}, {"parameters": {"TIMEZONE": "Asia/Tokyo"}}]
    assert all(api.data(NUMBER, **other) != first for other in others)


def test_connections_end_with_their_session(client: TestClient, api: SqlApiClient) -> None:
    def of_the_session() -> list[Any]:
        answer = client.get("/api/v1/sessions/default/connections").json()
        return [each["door"] for each in answer["connections"]]

    for _ in range(3):
        api.run("SELECT 1")
    assert of_the_session() == ["sql-api"]
    client.post("/__mockhaus/reset")
    assert of_the_session() == []
    assert api.data("SELECT 1") == [["1"]]


def test_few_wait(api: SqlApiClient, client: TestClient) -> None:
    for number in range(12):
        api.run("SELECT 1", parameters={"QUERY_TAG": str(number)})
    answer = client.get("/api/v1/sessions/default/connections").json()
    assert len(answer["connections"]) == 8
