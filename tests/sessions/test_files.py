"""Statements about files along the one path: columns known before, rows after, transactions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockhaus.errors import DuplicateObject, LoadError
from mockhaus.sessions.connection import Connection


def rows(connection: Connection, sql: str) -> list[tuple[object, ...]]:
    """The rows of the last statement; its columns are those that prepare promised."""
    answer: list[tuple[object, ...]] = []
    for statement in connection.parse(sql):
        prepared = connection.prepare(statement)
        result = connection.run(prepared)
        answer = list(result.python_rows())
        if prepared.columns is not None and not result.status_only:
            assert [c.name for c in prepared.columns] == [c.name for c in result.columns]
    return answer


@pytest.fixture
def connection(snowflake: Connection) -> Connection:
    rows(snowflake, "CREATE TABLE t (a INT, b VARCHAR); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    rows(snowflake, "CREATE STAGE st")
    return snowflake


def test_unload_and_load_in_one_transaction(connection: Connection) -> None:
    rows(connection, "BEGIN; INSERT INTO t VALUES (3, 'z')")
    assert rows(connection, "COPY INTO @st/o/ FROM t")[0][0] == 3
    rows(connection, "CREATE TABLE u (a INT, b VARCHAR)")
    assert rows(connection, "COPY INTO u FROM @st/o/")[0][3] == 3


def test_the_query_id_is_the_statements(connection: Connection) -> None:
    rows(connection, "COPY INTO @st/o/ FROM t INCLUDE_QUERY_ID = TRUE")
    ((query_id,),) = rows(connection, "SELECT LAST_QUERY_ID()")
    ((name, *_),) = rows(connection, "LIST @st/o/")
    assert name == f"st/o/data_{query_id}_0_0_0.csv.gz"


def test_the_sessions_model_of_dates_is_escaped(connection: Connection, tmp_path: Path) -> None:
    rows(connection, f"CREATE STAGE out URL = 'file://{tmp_path}'")
    rows(connection, "ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD,MM,YYYY'")
    query = "SELECT '2024-02-03'::DATE AS d"
    rows(
        connection,
        f"COPY INTO @out/a FROM ({query}) FILE_FORMAT = (COMPRESSION = NONE) SINGLE = TRUE",
    )
    assert (tmp_path / "a").read_text() == "03\\,02\\,2024\n"


def test_the_columns_of_an_unload(connection: Connection) -> None:
    ((name, _, count),) = rows(connection, "COPY INTO @st FROM t DETAILED_OUTPUT = TRUE")
    assert (name, count) == ("data_0_0_0.csv.gz", 2)
    answer = rows(connection, "COPY INTO @st FROM (SELECT b FROM t) VALIDATION_MODE = RETURN_ROWS")
    assert answer == [("x",), ("y",)]


def test_the_columns_of_a_validation(connection: Connection) -> None:
    rows(connection, "COPY INTO @st FROM t")
    validate = "COPY INTO t FROM @st VALIDATION_MODE ="
    assert rows(connection, f"{validate} RETURN_2_ROWS") == [(1, "x"), (2, "y")]
    assert rows(connection, f"{validate} RETURN_ERRORS") == []


def test_put_and_get(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    assert rows(connection, f"PUT file://{tmp_path}/*.csv @st")[0][6] == "UPLOADED"
    assert rows(connection, f"GET @st file://{tmp_path}/")[0][2] == "DOWNLOADED"
    assert (tmp_path / "x.csv.gz").exists()


def test_a_stage_keeps_its_files_under_another_name(connection: Connection) -> None:
    rows(connection, "COPY INTO @st FROM t; ALTER STAGE st RENAME TO st2")
    assert rows(connection, "LIST @st2")[0][0] == "st2/data_0_0_0.csv.gz"
    rows(connection, "CREATE STAGE st; CREATE FILE FORMAT f; CREATE FILE FORMAT g")
    for taken in ("ALTER STAGE st RENAME TO st2", "ALTER FILE FORMAT f RENAME TO g"):
        with pytest.raises(DuplicateObject):
            rows(connection, taken)
    rows(connection, "ALTER FILE FORMAT f RENAME TO h; COPY INTO @st FROM t FILE_FORMAT = h")


#: (option, rows that are loaded or the error)
LENGTHS: list[tuple[str, list[tuple[object, ...]] | str]] = [
    ("", "User character length limit (3) exceeded by string 'toolong'"),
    ("ON_ERROR = CONTINUE", [("ok", b"\x01"), ("x", b"\x02")]),
    ("TRUNCATECOLUMNS = TRUE ON_ERROR = CONTINUE", [("ok", b"\x01"), ("too", b"\x03"), ("x", b"\x02")]),
]  # fmt: skip


@pytest.mark.parametrize(("option", "wanted"), LENGTHS)
def test_lengths_of_columns(
    connection: Connection, tmp_path: Path, option: str, wanted: list[tuple[object, ...]] | str
) -> None:
    (tmp_path / "x.csv").write_text("ok,01\ntoolong,03\nx,02\ny,0102030405\n")
    rows(connection, f"CREATE TABLE v (s VARCHAR(3), b BINARY(4)); PUT file://{tmp_path}/x.csv @st")
    copy = f"COPY INTO v FROM @st {option}"
    if isinstance(wanted, str):
        with pytest.raises(LoadError, match=re.escape(wanted)):
            rows(connection, copy)
    else:
        rows(connection, copy)
        assert rows(connection, "SELECT * FROM v ORDER BY 1") == wanted
