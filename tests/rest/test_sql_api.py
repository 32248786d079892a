"""`/api/v2/statements` after Snowflake's contract: answers, errors, partitions, asynchronous."""

from __future__ import annotations

import gzip
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from mockhaus.http.sqlapi import partitions
from tests.rest.sql_api import HEADERS, PATH, SqlApiClient

SLOW = "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000000000)) WHERE RANDOM() = 1"


def test_the_whole_answer(api: SqlApiClient) -> None:
    response = api.post("SELECT 1 AS one, 'x' AS \"Two\"")
    body = response.json()
    handle, request_id = body.pop("statementHandle"), body.pop("requestId")
    assert handle.startswith("01")
    assert str(UUID(handle)) == handle
    assert body.pop("createdOn") > 1_700_000_000_000
    url = f"{PATH}/{handle}?requestId={request_id}"
    names = {"database": "MOCKHAUS", "schema": "PUBLIC", "table": "", "collation": None}
    assert body == {
        "resultSetMetaData": {
            "numRows": 1,
            "format": "jsonv2",
            "partitionInfo": [{"rowCount": 1, "uncompressedSize": 11}],
            "rowType": [
                {**names, "name": "ONE", "type": "fixed", "byteLength": None, "length": None,
                 "precision": 38, "scale": 0, "nullable": True},
                {**names, "name": "Two", "type": "text", "byteLength": 16777216,
                 "length": 16777216, "precision": None, "scale": None, "nullable": True},
            ],
        },
        "data": [["1", "x"]],
        "code": "090001",
        "sqlState": "00000",
        "message": "Statement executed successfully.",
        "statementStatusUrl": url,
    }  # fmt: skip
    first, last = response.headers["link"].split(", ")
    assert first == f'<{url}&partition=0>; rel="first"'
    assert last == f'<{url}&partition=0>; rel="last"'


def test_what_statements_answer(api: SqlApiClient) -> None:
    """Snowflake's sentences and counts; `stats` where rows have changed."""
    table = [
        ("CREATE TABLE t (n INT)", "status", "Table T successfully created.", None),
        ("INSERT INTO t VALUES (1), (2)", "number of rows inserted", "2", "numRowsInserted"),
        ("UPDATE t SET n = 3 WHERE n = 2", "number of rows updated", "1", "numRowsUpdated"),
        ("DELETE FROM t", "number of rows deleted", "2", "numRowsDeleted"),
        ("DELETE FROM t", "number of rows deleted", "0", None),
        ("DROP TABLE t", "status", "T successfully dropped.", None),
    ]
    for statement, name, text, counted in table:
        body = api.run(statement)
        assert body["resultSetMetaData"]["rowType"][0]["name"] == name
        assert body["data"][0][0] == text
        assert body.get("stats", {}).get(counted) == (int(text) if counted else None)


def test_rows_of_statements_that_are_no_queries(api: SqlApiClient) -> None:
    api.run("CREATE TABLE t (n INT)")
    formats = {"TIMESTAMP_LTZ_OUTPUT_FORMAT": "YYYY"}
    (row,) = api.data("SHOW TABLES", parameters=formats)
    assert row[0].startswith("20")
    assert len(row[0]) == 4
    assert row[1] == "T"


#: Statement -> status, code, SQLSTATE.
FAILED = [
    ("SELEC 1", 422, "001003", "42000"),
    ("SELECT * FROM nowhere", 422, "002003", "42S02"),
    ("SELECT nothing FROM (SELECT 1 AS a)", 422, "000904", "42000"),
    ("SELECT no_such_function(1)", 422, "002140", "42601"),
    ("SELECT 1 / 0", 422, "100051", "22012"),
    ("SELECT 'x'::INT", 422, "100038", "22018"),
    ("BEGIN", 422, "391911", "0A000"),
    ("COMMIT", 422, "391911", "0A000"),
    ("USE SCHEMA public", 422, "391911", "0A000"),
    ("PUT file:///tmp/x @s", 422, "391911", "0A000"),
    ("SELECT 1; SELECT 2", 422, "000008", "0A000"),
    ("", 400, "000900", None),
    (" \n", 400, "000900", None),
    ("-- nothing", 400, "000900", None),
]


@pytest.mark.parametrize(("statement", "status", "code", "state"), FAILED)
def test_failures(
    api: SqlApiClient, statement: str, status: int, code: str, state: str | None
) -> None:
    response = api.post(statement)
    body = response.json()
    assert (response.status_code, body["code"], body.get("sqlState")) == (status, code, state)
    if status == 422:
        again = api.get(body["statementHandle"])
        assert (again.status_code, again.json()) == (422, body), "seed fault 167: GET gave 200"


#: Body, headers that differ -> status, code.
REFUSED: list[tuple[bytes, dict[str, str], int, str]] = [
    (b"{}", {}, 400, "390400"),
    (b"[1]", {}, 400, "390400"),
    (b'{"statement"', {}, 400, "390400"),
    (b'{"statement": 1}', {}, 400, "390400"),
    (b'{"statement": "SELECT 1", "colour": "red"}', {}, 400, "390400"),
    (b'{"statement": "SELECT 1", "timeout": -1}', {}, 400, "390400"),
    (b'{"statement": "SELECT 1", "resultSetMetaData": {"format": "arrow"}}', {}, 400, "390400"),
    (b'{"statement": "SELECT 1"}', {"Content-Type": "text/plain"}, 415, "391902"),
    (b'{"statement": "SELECT 1"}', {"Authorization": "Bearer "}, 401, "390144"),
    (b'{"statement": "SELECT 1"}', {"Authorization": "Basic YTpi"}, 401, "390144"),
    (b'{"statement": "SELECT 1"}', {"X-Mockhaus-Session": "nobody"}, 404, "390114"),
    (b'{"statement": "SELECT 1"}', {}, 200, "090001"),
]


@pytest.mark.parametrize(("raw", "headers", "status", "code"), REFUSED)
def test_requests_refused(
    client: TestClient, raw: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    sent = HEADERS | {"Content-Type": "application/json"} | headers
    response = client.post(PATH, content=raw, headers=sent)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


def test_no_token(client: TestClient) -> None:
    response = client.post(PATH, json={"statement": "SELECT 1"})
    assert (response.status_code, response.json()["code"]) == (400, "390146")


#: Method, path and query -> status, code.
PLACES = [
    ("GET", f"{PATH}/01000000-0000-0000-0000-000000000000", 400, "000709"),
    ("POST", f"{PATH}/nothing/cancel", 400, "000709"),
    ("POST", f"{PATH}?requestId=seven", 400, "390400"),
    ("POST", f"{PATH}?async=maybe", 400, "390400"),
    ("DELETE", PATH, 405, "390405"),
    ("GET", "/api/v2/nothing", 404, "390404"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), PLACES)
def test_places_refused(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path, headers=HEADERS)
    assert (response.status_code, response.json()["code"]) == (status, code)


#: Parameter -> refused by name.
PARAMETERS = [
    {"NO_SUCH_PARAMETER": "1"},
    {"AUTOCOMMIT": "false"},
    {"MULTI_STATEMENT_COUNT": "two"},
    {"BINARY_OUTPUT_FORMAT": "OCTAL"},
    {"TIMEZONE": "Mars/Olympus"},
]


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_parameters_refused(api: SqlApiClient, parameters: dict[str, str]) -> None:
    response = api.post("SELECT 1", parameters=parameters)
    assert response.status_code == 422
    (name,) = parameters
    assert name in response.json()["message"]


def test_parameters_act_and_end_with_the_request(api: SqlApiClient) -> None:
    shown = "SELECT TO_CHAR('2026-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, 'HH24')"
    assert api.data(shown, parameters={"timezone": "Asia/Tokyo"}) == [["09"]]
    assert api.data(shown) == [["00"]]
    three = "SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 10))"
    assert len(api.data(three, parameters={"ROWS_PER_RESULTSET": 3})) == 3
    api.run("ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'")
    assert api.data(shown) == [["00"]]


def test_names_of_the_request(api: SqlApiClient) -> None:
    """As stored; a name that is none does not fail a statement that needs none."""
    count = {"MULTI_STATEMENT_COUNT": 0}
    api.run("CREATE DATABASE d; CREATE SCHEMA d.s; CREATE TABLE d.s.t (n INT)", parameters=count)
    here = "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_ROLE(), CURRENT_WAREHOUSE()"
    names = {"database": "D", "schema": "S", "role": "SYSADMIN", "warehouse": "W"}
    assert api.data(here, **names) == [["D", "S", "SYSADMIN", "W"]]
    assert api.data("SELECT COUNT(*) FROM t", **names) == [["0"]]
    assert api.data(here, database="D")[0][:2] == ["D", "PUBLIC"]
    assert api.data("SELECT 1", database="nowhere") == [["1"]]
    response = api.post("SELECT * FROM t", database="d", schema="S")
    assert (response.status_code, response.json()["code"]) == (422, "391918")
    for role in ("NONE_SUCH", "sysadmin"):
        response = api.post("SELECT 1", role=role)
        assert (response.status_code, response.json()["code"]) == (400, "390186")
        assert f"Role '{role}'" in response.json()["message"]


def test_several_statements(api: SqlApiClient) -> None:
    text = "BEGIN; CREATE TEMPORARY TABLE t AS SELECT 1 AS a; SELECT a FROM t; ROLLBACK; "
    body = api.run(text, parameters={"MULTI_STATEMENT_COUNT": "4"})
    assert body["data"] == [["Multiple statements executed successfully."]]
    handles = body["statementHandles"]
    assert len(handles) == 4
    third = api.get(handles[2])
    assert (third.status_code, third.json()["data"]) == (200, [["1"]])
    assert third.json()["statementHandle"] == handles[2]


def test_several_statements_fail_as_one(api: SqlApiClient) -> None:
    count = {"MULTI_STATEMENT_COUNT": "0"}
    text = "SELECT 1;\n SELECT * FROM nowhere_to_be_found; SELECT 2"
    response = api.post(text, parameters=count)
    assert (response.status_code, response.json()["code"]) == (422, "100132")
    assert (response.json()["sqlState"], response.json()["message"]) == (
        "P0000",
        "JavaScript execution error: Uncaught Execution of multiple statements failed on statement "
        '"SELECT * FROM nowhere_to_be_fo..." (at line 2, position 1).\n'
        "SQL compilation error:\nObject 'NOWHERE_TO_BE_FOUND' does not exist or not authorized.",
    )
    bound = api.post(
        "SELECT ?; SELECT 2", parameters=count, bindings={"1": {"type": "TEXT", "value": "x"}}
    )
    assert (bound.status_code, bound.json()["code"]) == (422, "000002")


def test_a_retry_does_not_run_again(api: SqlApiClient) -> None:
    api.run("CREATE TABLE t (n INT)")
    query = f"?requestId={uuid4()}"
    first = api.run("INSERT INTO t VALUES (1)", query)
    assert api.run("INSERT INTO t VALUES (1)", query + "&retry=true") == first
    assert api.data("SELECT COUNT(*) FROM t") == [["1"]]


def test_partitions(api: SqlApiClient) -> None:
    """They grow; the first has the whole body, the others rows alone, and come gzip-encoded."""
    rows = "SELECT SEQ4() AS n, 'abcdefghij' AS s FROM TABLE(GENERATOR(ROWCOUNT => 60000))"
    body = api.run(rows + " ORDER BY 1")
    infos = body["resultSetMetaData"]["partitionInfo"]
    counts = [info["rowCount"] for info in infos]
    assert sum(counts) == body["resultSetMetaData"]["numRows"] == 60_000
    assert len(counts) > 2
    assert counts[:-1] == sorted(counts[:-1])
    handle, data = body["statementHandle"], body["data"]
    for number in range(1, len(counts)):
        response = api.get(handle, f"?partition={number}")
        assert response.headers["content-encoding"] == "gzip"
        assert set(response.json()) == {"data"}
        size = len(json.dumps(response.json()["data"], separators=(",", ":")))
        assert size == pytest.approx(infos[number]["uncompressedSize"], abs=2)
        data += response.json()["data"]
    assert [row[0] for row in data] == [str(n) for n in range(60_000)]
    links = api.get(handle, "?partition=1").headers["link"]
    assert [part.partition("; ")[2] for part in links.split(", ")] == [
        'rel="first"', 'rel="last"', 'rel="next"', 'rel="prev"',
    ]  # fmt: skip
    for beyond in (str(len(counts)), "x", "-1"):
        response = api.get(handle, f"?partition={beyond}")
        assert (response.status_code, response.json()["code"]) == (400, "391922")


def test_gzip_where_it_is_accepted(client: TestClient) -> None:
    headers = HEADERS | {"Accept-Encoding": "gzip"}
    with client.stream("POST", PATH, json={"statement": "SELECT 1"}, headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert json.loads(gzip.decompress(raw))["data"] == [["1"]]
    plain = client.post(PATH, json={"statement": "SELECT 1"}, headers={
        **HEADERS, "Accept-Encoding": "identity"})  # fmt: skip
    assert "content-encoding" not in plain.headers


def test_asynchronous(api: SqlApiClient) -> None:
    response = api.post("SELECT 42", "?async=true")
    body = response.json()
    assert (response.status_code, body["code"]) == (202, "333334")
    assert response.json()["statementStatusUrl"].startswith(f"{PATH}/{body['statementHandle']}")
    done = api.finished(body["statementHandle"])
    assert (done.status_code, done.json()["data"]) == (200, [["42"]])


def test_asynchronous_failures(api: SqlApiClient) -> None:
    """What fails while it runs has neither SQLSTATE nor handle, as recorded."""
    handle = api.post("SELECT 'x'::INT", "?async=true").json()["statementHandle"]
    failed = api.finished(handle)
    assert (failed.status_code, failed.json()["code"]) == (422, "100038")
    assert not {"sqlState", "statementHandle"} & set(failed.json())


def test_cancel_interrupts(api: SqlApiClient) -> None:
    handle = api.post(SLOW, "?async=true").json()["statementHandle"]
    assert api.get(handle).json()["code"] == "333334"
    cancelled = api.cancel(handle)
    assert (cancelled.status_code, cancelled.json()["message"]) == (200, "successfully canceled")
    gone = api.get(handle)
    assert (gone.status_code, gone.json()["code"]) == (422, "000604")
    assert api.cancel(handle).status_code == 200, "once more is as good"


def test_timeout(api: SqlApiClient) -> None:
    response = api.post(SLOW, timeout=1)
    body = response.json()
    assert (response.status_code, body["code"], body["sqlState"]) == (408, "000630", "57014")
    assert "1 second(s)" in body["message"]
    assert api.get(body["statementHandle"]).status_code == 408


def test_sessions(client: TestClient, api: SqlApiClient) -> None:
    client.post("/api/v1/sessions", json={"session_id": "other"})
    other = SqlApiClient(client, X_Mockhaus_Session="other")
    other.run("CREATE TABLE t (n INT)")
    assert other.data("SELECT COUNT(*) FROM t") == [["0"]]
    assert api.post("SELECT COUNT(*) FROM t").status_code == 422


def test_an_empty_table_has_one_partition(api: SqlApiClient) -> None:
    body = api.run("SELECT 1 AS a WHERE FALSE")
    meta = body["resultSetMetaData"]
    assert (body["data"], meta["numRows"], len(meta["partitionInfo"])) == ([], 0, 1)
    assert meta["rowType"][0]["name"] == "A"


def test_a_result_beyond_the_limit(api: SqlApiClient, monkeypatch: Any) -> None:
    read = partitions.read

    def small(result: Any, encoding: Any, limit: int, most: int) -> Any:
        return read(result, encoding, 100, most)

    monkeypatch.setattr(partitions, "read", small)
    response = api.post("SELECT REPEAT('x', 1000)")
    assert (response.status_code, response.json()["code"]) == (422, "100298")


def test_control(client: TestClient, api: SqlApiClient) -> None:
    """The extras of the fake: reset, history, tables, health, preflight."""
    api.run("CREATE TABLE t (n INT, s VARCHAR(10))")
    api.run("INSERT INTO t VALUES (1, 'x')")
    api.post("SELECT * FROM nowhere")
    found = client.get("/__mockhaus/history").json()
    assert found["count"] == 3
    assert [entry["sql"][:6] for entry in found["history"]] == ["CREATE", "INSERT", "SELECT"]
    assert ["error" in entry for entry in found["history"]] == [False, False, True]
    tables = client.get("/__mockhaus/tables").json()["tables"]
    columns = [{"name": "N", "type": "NUMBER(38,0)"}, {"name": "S", "type": "VARCHAR(10)"}]
    assert tables == {"T": {"columns": columns, "rowCount": 1}}
    handle = found["history"][0]["handle"]
    assert client.post("/__mockhaus/reset").json() == {"ok": True}
    assert client.get("/__mockhaus/tables").json() == {"tables": {}}
    assert api.get(handle).status_code == 400
    assert client.get("/health").json() == {"status": "ok"}
    preflight = client.options("/anything")
    assert (preflight.status_code, preflight.content) == (204, b"")
