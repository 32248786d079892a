"""`mockhaus.server()`: doors on free ports, sandboxes, copies, ends."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import mockhaus


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server for the tests of this module."""
    with mockhaus.server() as made:
        yield made


@pytest.fixture
def sandbox(server: Any) -> Iterator[Any]:
    """A sandbox with a table of one row."""
    with server.session() as made:
        made.run("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
        yield made


def asked(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT * FROM t ORDER BY a").fetchall()


def rest(sandbox: Any, sql: str) -> Any:
    body = json.dumps({"sql": sql, "session_id": sandbox.id}).encode()
    address = f"{sandbox.http_url}/api/v1/query"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["rows"]


def test_all_doors_lead_into_the_sandbox(sandbox: Any) -> None:
    assert sandbox.run("SELECT * FROM t") == [(1,)]
    assert sandbox.connect().cursor().execute("SELECT * FROM t").fetchall() == [(1,)]
    assert asked(sandbox.dsn) == [(1,)]
    assert asked(sandbox.sqlalchemy_url.replace("+psycopg", "")) == [(1,)]
    assert rest(sandbox, "SELECT * FROM t") == [[1]]


def test_the_default_session(server: Any) -> None:
    server.connect().cursor().execute("CREATE OR REPLACE TABLE t AS SELECT 5 AS a")
    assert asked(server.dsn) == asked(server.sqlalchemy_url.replace("+psycopg", "")) == [(5,)]
    assert server.session("default").run("SELECT * FROM t") == [(5,)]


def test_a_database_in_the_address_is_made(sandbox: Any) -> None:
    with psycopg.connect(sandbox.url("shop")) as connection:
        assert connection.execute("SELECT CURRENT_DATABASE()").fetchone() == ("SHOP",)
    assert sandbox.url("shop", scheme="jdbc:postgresql").startswith("jdbc:postgresql://mockhaus%2F")


def test_sandboxes_see_nothing_of_each_other(server: Any, sandbox: Any) -> None:
    with server.session() as other, pytest.raises(mockhaus.ProgrammingError, match="'T' does not"):
        other.run("SELECT * FROM t")
    assert server.session(sandbox.id).run("SELECT * FROM t") == [(1,)]


def test_copies(sandbox: Any) -> None:
    connection = sandbox.connect()
    sandbox.snapshot()
    sandbox.run("INSERT INTO t VALUES (2)")
    with sandbox.fork() as now, sandbox.fork("base", "of-before") as before:
        now.run("DELETE FROM t WHERE a = 1")
        assert (now.run("SELECT a FROM t"), before.run("SELECT a FROM t")) == ([(2,)], [(1,)])
        assert before.id == "of-before"
    sandbox.restore()
    assert connection.cursor().execute("SELECT a FROM t").fetchall() == [(1,)]
    sandbox.reset()
    assert sandbox.run("SHOW TABLES") == []
    assert connection.is_closed()


def test_a_transaction_is_in_the_way_of_a_restore_unless_it_is_forced(sandbox: Any) -> None:
    sandbox.snapshot()
    connection = sandbox.connect(autocommit=False)
    connection.cursor().execute("INSERT INTO t VALUES (2)")
    with pytest.raises(mockhaus.OperationalError, match="has a transaction open"):
        sandbox.restore()
    sandbox.restore(force=True)
    assert connection.is_closed()
    assert sandbox.run("SELECT a FROM t") == [(1,)]


#: What is asked of a sandbox, words of the error.
REFUSED: list[tuple[Any, str]] = [
    (lambda box: box.restore("nope"), "Snapshot 'nope' not found."),
    (lambda box: box.fork("nope"), "Snapshot 'nope' not found."),
    (lambda box: box.fork(session_id=box.id), "exists already"),
    (lambda box: box.connect(session_id="x"), "connect has no option 'session_id'"),
    (lambda box: box.run("SELECT nope"), "invalid identifier 'NOPE'"),
]


@pytest.mark.parametrize(("ask", "words"), REFUSED)
def test_refused(sandbox: Any, ask: Any, words: str) -> None:
    with pytest.raises(mockhaus.Error) as caught:
        ask(sandbox)
    assert words in str(caught.value)


def test_files_are_run(sandbox: Any, tmp_path: Path) -> None:
    (tmp_path / "more.sql").write_text(
        "INSERT INTO t VALUES (2); -- two\nSELECT a FROM t ORDER BY a;\n"
    )
    assert sandbox.run_file(tmp_path / "more.sql") == [(1,), (2,)]


def test_many_servers_at_once_and_what_is_closed_is_closed(server: Any) -> None:
    with mockhaus.server() as one, mockhaus.server() as two:
        assert len({each.address.pg_port for each in (server, one, two)}) == 3
        one.connect().cursor().execute("CREATE TABLE t AS SELECT 1 AS a")
        two.connect().cursor().execute("CREATE TABLE t AS SELECT 2 AS a")
        assert asked(one.dsn) + asked(two.dsn) == [(1,), (2,)]
        left, dsn = one.connect(), one.dsn
        with pytest.raises(mockhaus.OperationalError, match="address already in use"):
            mockhaus.server(pg_port=one.address.pg_port).__enter__()
    one.close()
    assert left.is_closed()
    for use in (one.session, one.connect, lambda: one.dsn):
        with pytest.raises(mockhaus.OperationalError, match="The server is closed"):
            use()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)
    assert server.connect().cursor().execute("SELECT 1").fetchall() == [(1,)]


def test_a_server_that_is_left_open_ends_with_the_process() -> None:
    code = "import mockhaus; server = mockhaus.server(); server.session().run('SELECT 1'); print(server.dsn[:10])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=True
    )
    assert (ran.stdout, ran.stderr) == ("postgresql\n", "")


def test_a_data_directory_keeps_the_sessions_of_clients(tmp_path: Path) -> None:
    with mockhaus.server(data_dir=tmp_path) as server, psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    with mockhaus.server(data_dir=tmp_path) as server:
        assert asked(server.dsn) == [(1,)]


def test_allowed_folders(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/a.csv", "b.csv"):
        (tmp_path / name).write_text("1\n")
    with mockhaus.server(allow_path=[tmp_path / "in"]) as server, server.session() as sandbox:
        assert sandbox.run(f"PUT file://{tmp_path}/in/a.csv @~")[0][6] == "UPLOADED"
        with pytest.raises(mockhaus.ProgrammingError):
            sandbox.run(f"PUT file://{tmp_path}/b.csv @~")
