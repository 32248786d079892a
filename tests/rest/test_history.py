"""`/api/v1/history`: list, filters, search, statistics, clear, export."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from mockhaus.clock import now
from mockhaus.sessions.history import LONGEST_TEXT, MAX_TEXT, Entry, History
from tests.rest.conftest import Query
from tests.rest.sql_api import SqlApiClient

HISTORY = "/api/v1/history"


@pytest.fixture
def found(client: TestClient, query: Query, api: SqlApiClient) -> Any:
    """Five statements in two sessions, through two doors; answers a list by its query string."""
    session = query("SELECT 1 AS first")["session_id"]
    query("CREATE TABLE t (n INT)", session_id=session)
    query("INSERT INTO t VALUES (1), (2)", session_id=session)
    client.post("/api/v1/query", json={"sql": "SELECT * FROM x", "session_id": session})
    api.run("SELECT 'sql api'", parameters={"QUERY_TAG": "nightly"})

    def texts(asked: str = "") -> list[str]:
        response = client.get(f"{HISTORY}{asked}")
        assert response.status_code == 200, response.text
        return [entry["sql"] for entry in response.json()["history"]]

    return texts


#: Query string -> how many of the five statements.
FILTERS = [
    ("", 5),
    ("?limit=2", 2),
    ("?status=success", 4),
    ("?status=FAIL", 1),
    ("?type=insert", 1),
    ("?door=sql-api", 1),
    ("?door=http", 4),
    ("?query_tag=nightly", 1),
    ("?error_code=002003", 1),
    ("?user=mockhaus", 5),
    ("?session_id=default", 1),
    ("?since=2000-01-01", 5),
    ("?before=2000-01-01T00:00:00Z", 0),
    ("?text=select", 3),
    ("?text=FIRST&door=http", 1),
]


def test_filters(found: Any) -> None:
    assert found()[0] == "SELECT 'sql api'", "newest first"
    assert {asked: len(found(asked)) for asked, _ in FILTERS} == dict(FILTERS)


def test_an_entry(client: TestClient, found: Any) -> None:
    (entry,) = client.get(f"{HISTORY}/search?text=first").json()["history"]
    assert entry["rows"] == 1
    assert entry["translated_sql"]
    assert entry["status"] == "SUCCESS"
    parts = [entry[f"{part}_ms"] for part in ("parse", "translate", "execute", "fetch")]
    assert min(parts) > 0
    assert entry["total_ms"] == pytest.approx(sum(parts), abs=0.01)
    one = client.get(f"{HISTORY}/{entry['query_id']}").json()
    assert one == {"success": True, "query": entry}
    older = f"?before={entry['started']}"
    assert found(older) == [], "pages go on with the time of their last row"


def test_statistics(client: TestClient, found: Any) -> None:
    body = client.get(f"{HISTORY}/statistics").json()
    assert (body["total"], body["succeeded"], body["failed"]) == (5, 4, 1)
    assert body["by_type"] == {"SELECT": 3, "CREATE_TABLE": 1, "INSERT": 1}
    assert body["by_error"] == {"002003": 1}
    assert sum(body["by_hour"].values()) == 5
    times = body["durations"]
    assert 0 < times["p50_ms"] <= times["p95_ms"] <= times["p99_ms"] <= times["max_ms"]
    none = client.get(f"{HISTORY}/statistics?status=FAIL&type=INSERT").json()
    assert (none["total"], none["durations"]) == (0, None)


def test_export(client: TestClient, found: Any) -> None:
    rows = client.get(f"{HISTORY}/export").json()
    assert len(rows) == 5
    text = client.get(f"{HISTORY}/export?format=csv")
    assert text.headers["content-disposition"] == 'attachment; filename="history.csv"'
    table = list(csv.DictReader(io.StringIO(text.text)))
    assert [row["query_id"] for row in table] == [row["query_id"] for row in rows]
    parquet = client.get(f"{HISTORY}/export?format=parquet&status=FAIL").content
    (failed,) = pq.read_table(pa.BufferReader(parquet)).to_pylist()
    assert failed["error_code"] == "002003"


def test_clear(client: TestClient, found: Any) -> None:
    assert client.delete(f"{HISTORY}?before=2000-01-01").json()["cleared"] == 0
    assert client.delete(f"{HISTORY}?session_id=default").json()["cleared"] == 1
    assert client.delete(HISTORY).json()["cleared"] == 4
    assert found() == []


#: Method, path -> status.
REFUSED = [
    ("GET", "?limit=0", 400),
    ("GET", "?limit=x", 400),
    ("GET", "?colour=red", 400),
    ("GET", "?since=yesterday", 400),
    ("GET", "?session_id=nobody", 404),
    ("GET", "/search", 400),
    ("GET", "/export?format=xml", 400),
    ("GET", "/01-nothing", 404),
    ("DELETE", "?type=SELECT", 400),
]


def test_refused(client: TestClient) -> None:
    got = [(m, p, client.request(m, HISTORY + p).status_code) for m, p, _ in REFUSED]
    assert got == REFUSED


def test_the_history_forgets_by_age_and_number() -> None:
    entry = Entry("q", "SELECT 1", "SELECT", 1, "ANN", "http", None, None, now())
    old = replace(entry, ended=entry.ended - 8 * 86_400)
    history = History(limit=3)
    history.record(old)
    assert history.entries() == []
    for _ in range(4):
        history.record(entry)
    assert history.entries() == [entry] * 3
    history.record(replace(entry, ended=entry.ended + 8 * 86_400))
    assert len(history.entries()) == 1


def test_the_history_forgets_by_length() -> None:
    entry = Entry("q", "x" * LONGEST_TEXT, "SELECT", 1, "ANN", "http", None, None, now())
    history = History(limit=10**6)
    for _ in range(MAX_TEXT // LONGEST_TEXT + 5):
        history.record(entry)
    assert len(history.entries()) == MAX_TEXT // LONGEST_TEXT
    history.clear()
    for _ in range(3):
        history.record(entry)
    assert len(history.entries()) == 3


#: Door, text -> what the history says of it: the type, the number of the error, the text.
UNREAD = [
    ("http", "SELEC 1", ("UNKNOWN", "001003", "SELEC 1")),
    ("sql-api", "SELEC 2", ("UNKNOWN", "001003", "SELEC 2")),
    ("http", "CREATE USER u PASSWORD = 'hunter2' NONSENSE NONSENSE", (
        "UNKNOWN", "001003", "CREATE USER u PASSWORD = *** NONSENSE NONSENSE")),
    ("http", "CREATE USER u PASSWORD = 'hunter2", (
        "UNKNOWN", "001003", "CREATE USER u PASSWORD = ***")),
    ("http", f"SELECT '{'x' * 200_000}'", ("SELECT", None, f"SELECT '{'x' * 99_992}")),
]  # fmt: skip


@pytest.mark.parametrize(("door", "text", "kept"), UNREAD, ids=[each[1][:20] for each in UNREAD])
def test_what_cannot_be_read_is_a_statement_too(
    client: TestClient, api: SqlApiClient, door: str, text: str, kept: tuple[str | None, ...]
) -> None:
    if door == "http":
        client.post("/api/v1/sessions", json={"session_id": "s"})
        answer = client.post("/api/v1/query", json={"sql": text, "session_id": "s"}).json()
        query_id = answer.get("query_id") or answer["detail"]["query_id"]
    else:
        query_id = api.post(text).json()["statementHandle"]
    entry = client.get(f"{HISTORY}/{query_id}").json()["query"]
    assert (entry["type"], entry["error_code"], entry["sql"]) == kept
    assert entry["door"] == door


def test_who_asked_and_how_much_was_answered(client: TestClient) -> None:
    """REST requests share a connection, and each entry has its own client."""
    client.post("/api/v1/sessions", json={"session_id": "s"})
    body = {"session_id": "s", "sql": "SELECT 1 AS a"}
    first = client.post("/api/v1/query", json=body, headers={"User-Agent": "one/1.0"})
    media = {"Accept": "application/x-ndjson", "User-Agent": "two/2.0"}
    second = client.post("/api/v1/query", json=body, headers=media)
    entries = client.get(f"{HISTORY}?session_id=s").json()["history"]
    assert [(entry["client"], entry["rows"], entry["bytes"]) for entry in entries] == [
        ("two/2.0", 1, len(second.content)),
        ("one/1.0", 1, len(first.content)),
    ]
