"""`mockhaus.connect`: its options, sessions, transactions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mockhaus

#: Options, and what is current then: database, schema, role, warehouse, user.
PLACES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({}, ("MOCKHAUS", "PUBLIC", "ACCOUNTADMIN", "COMPUTE_WH", "MOCKHAUS")),
    ({"user": "ann"}, ("MOCKHAUS", "PUBLIC", "ACCOUNTADMIN", "COMPUTE_WH", "ANN")),
    ({"database": "shop"}, ("SHOP", "PUBLIC", "ACCOUNTADMIN", "COMPUTE_WH", "MOCKHAUS")),
    ({"database": "shop", "schema": "marts"}, ("SHOP", "MARTS", "ACCOUNTADMIN", "COMPUTE_WH", "MOCKHAUS")),
    ({"database": '"Shop"', "schema": "a b"}, ("Shop", "A B", "ACCOUNTADMIN", "COMPUTE_WH", "MOCKHAUS")),
    ({"role": "analyst", "warehouse": "big"}, ("MOCKHAUS", "PUBLIC", "ANALYST", "BIG", "MOCKHAUS")),
]  # fmt: skip


@pytest.mark.parametrize(("options", "current"), PLACES)
def test_where_a_connection_begins(connect: Any, options: dict[str, Any], current: Any) -> None:
    for _ in range(2):  # the second time it is there
        made = connect(**options)
        found = (made.database, made.schema, made.role, made.warehouse, made.user)
        assert found == current
        made.cursor().execute("CREATE OR REPLACE TABLE t (a INT)")
    assert (
        connect(**options).cursor().execute("SELECT LAST_QUERY_ID(), CURRENT_SESSION()") is not None
    )


def test_what_login_makes_is_no_statement_of_the_user(connect: Any) -> None:
    cursor = connect(database="shop", role="analyst").cursor()
    cursor.execute("SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())")
    assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("kind", ["role", "warehouse", "database", "schema"])
def test_what_does_not_exist_is_refused_where_that_is_asked_for(connect: Any, kind: str) -> None:
    with pytest.raises(mockhaus.ProgrammingError, match="does not exist"):
        connect(**{kind: "nope"}, validate_default_parameters=True)


def test_what_snowflakes_connector_takes_to_log_in_means_nothing(connect: Any) -> None:
    made = connect(
        account="ab12345.eu-central-1", user="ann", password="secret", authenticator="oauth",
        token="t", host="h", port=443, protocol="https", login_timeout=5, network_timeout=10,
        client_session_keep_alive=True, ocsp_fail_open=True, private_key=b"", numpy=False,
    )  # fmt: skip
    assert made.cursor().execute("SELECT CURRENT_USER()").fetchall() == [("ANN",)]


#: Options, class, words.
REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"acount": "x"}, mockhaus.ProgrammingError, "connect has no option 'acount'"),
    ({"connection_name": "dev"}, mockhaus.ProgrammingError, "connect has no option 'connection_name'"),
    ({"numpy": True}, mockhaus.NotSupportedError, "numpy=True is not supported"),
    ({"paramstyle": "named"}, mockhaus.ProgrammingError, "Invalid paramstyle is specified"),
    ({"autocommit": "yes"}, mockhaus.ProgrammingError, "Invalid parameter: yes"),
    ({"session_type": "persistent"}, mockhaus.ProgrammingError, "needs a data_dir"),
    ({"session_type": "memory", "data_dir": "x"}, mockhaus.ProgrammingError, "one in memory has none"),
    ({"session_type": "disk"}, mockhaus.ProgrammingError, "'disk' is not a session type"),
    ({"session_id": "a/b"}, mockhaus.OperationalError, "'a/b' is not a session id"),
    ({"session_parameters": {"NOPE": 1}}, mockhaus.ProgrammingError, "invalid parameter 'NOPE'"),
    ({"session_parameters": "x"}, mockhaus.ProgrammingError, "session_parameters is no dict"),
    ({"data_dir": "/dev/null/x"}, mockhaus.OperationalError, "data_dir: /dev/null/x: Not a directory"),
    ({"timezone": "Mars/Olympus"}, mockhaus.ProgrammingError, "TIMEZONE"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "kind", "words"), REFUSED)
def test_refused(connect: Any, options: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        connect(**options)
    assert words in str(caught.value)


def test_session_parameters(connect: Any) -> None:
    made = connect(session_parameters={"QUERY_TAG": "nightly", "timezone": "Asia/Tokyo"})
    cursor = made.cursor().execute("SHOW PARAMETERS LIKE 'QUERY_TAG'")
    assert cursor.fetchone()[1] == "nightly"
    cursor.execute("SELECT TO_VARCHAR('2024-01-01'::TIMESTAMP_LTZ, 'TZHTZM')")
    assert cursor.fetchall() == [("+0900",)]


def test_paramstyle_of_the_module(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mockhaus, "paramstyle", "qmark")
    assert connect().cursor().execute("SELECT ?", (1,)).fetchall() == [(1,)]
    assert connect(paramstyle="format").cursor().execute("SELECT %s", (1,)).fetchall() == [(1,)]


def test_connections_share_a_session_and_sessions_share_nothing(connect: Any) -> None:
    connect().cursor().execute("CREATE TABLE t AS SELECT 1 AS a")
    assert connect().cursor().execute("SELECT * FROM t").fetchall() == [(1,)]
    with pytest.raises(mockhaus.ProgrammingError, match="Object 'T' does not exist"):
        connect(session_id="dbapi-other").cursor().execute("SELECT * FROM t")
    assert connect(session_id="dbapi-other").mockhaus_session == "dbapi-other"


def count(connection: Any) -> int:
    (found,) = connection.cursor().execute("SELECT COUNT(*) FROM t").fetchone()
    return int(found)


def test_transactions(connect: Any) -> None:
    one, other = connect(), connect()
    one.cursor().execute("CREATE TABLE t (a INT)").execute("INSERT INTO t VALUES (1)")
    assert count(other) == 1
    one.autocommit(False)
    one.cursor().execute("INSERT INTO t VALUES (2)")
    assert (count(one), count(other)) == (2, 1)
    one.rollback()
    one.cursor().execute("INSERT INTO t VALUES (3)")
    one.commit()
    assert (count(one), count(other)) == (2, 2)
    one.autocommit(True)
    one.cursor().execute("BEGIN").execute("INSERT INTO t VALUES (4)")
    one.close()
    assert count(other) == 2
    with pytest.raises(mockhaus.ProgrammingError, match="Invalid parameter: 1"):
        other.autocommit(1)


@pytest.mark.parametrize(("fails", "rows"), [(False, 1), (True, 0)])
def test_a_block_commits_or_rolls_back_without_autocommit(
    connect: Any, fails: bool, rows: int
) -> None:
    other = connect()
    other.cursor().execute("CREATE TABLE t (a INT)")

    def work() -> None:
        with connect(autocommit=False) as one:
            one.cursor().execute("INSERT INTO t VALUES (1)")
            if fails:
                raise LookupError

    if fails:
        with pytest.raises(LookupError):
            work()
    else:
        work()
    assert count(other) == rows


def test_a_failed_statement_undoes_itself_alone(connect: Any) -> None:
    one = connect(autocommit=False)
    one.cursor().execute("CREATE TABLE t (a INT)").execute("INSERT INTO t VALUES (1)")
    with pytest.raises(mockhaus.ProgrammingError):
        one.cursor().execute("INSERT INTO t SELECT 1 / 0")
    one.commit()
    assert count(one) == 1


def test_a_persistent_session_is_there_for_the_next_process(tmp_path: Path) -> None:
    with mockhaus.connect(data_dir=tmp_path, session_id="books") as one:
        one.cursor().execute("CREATE TABLE t AS SELECT 1 AS a")
    code = (
        "import mockhaus, sys\n"
        "with mockhaus.connect(data_dir=sys.argv[1], session_id='books') as c:\n"
        "    print(c.cursor().execute('SELECT * FROM t').fetchall())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[(1,)]\n"
    with mockhaus.connect(data_dir=tmp_path, session_id="books", session_type="persistent") as one:
        assert count(one) == 1


def test_importing_is_cheap() -> None:
    code = "import sys, mockhaus; print([m for m in sys.modules if m.split('.')[0] in ('duckdb', 'pyarrow', 'sqlglot', 'numpy', 'starlette')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
