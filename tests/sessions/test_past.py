"""RESULT_SCAN, DESCRIBE RESULT, the histories, SNOWFLAKE.ACCOUNT_USAGE, EXPLAIN."""

from __future__ import annotations

import json

import pytest

from mockhaus.errors import MockhausError, ResultNotFound, UnsupportedFeature
from mockhaus.sessions.connection import Connection
from tests.support import run

_TABLE = "CREATE TABLE t (id INT, v VARCHAR, j VARIANT); INSERT INTO t SELECT 1, 'a''b', 5"
_LAST = "TABLE(RESULT_SCAN(LAST_QUERY_ID()))"

#: an earlier statement, a query over its answer, the rows
SCANS = {
    "SHOW": ("SHOW TABLES", f'SELECT "name", "rows" + 1 FROM {_LAST} WHERE "kind" = \'TABLE\'',
             [("T", 2)]),
    "DESCRIBE": ("DESC TABLE t", f'SELECT "name", "type" FROM {_LAST} WHERE "type" LIKE \'V%\'',
                 [("V", "VARCHAR(16777216)"), ("J", "VARIANT")]),
    "DML": ("INSERT INTO t SELECT id, v, j FROM t", f"SELECT * FROM {_LAST}", [(1,)]),
    "DDL": ("CREATE TABLE u (a INT)", f'SELECT "status" FROM {_LAST}',
            [("Table U successfully created.",)]),
    "a query": ("SELECT id, v AS \"Mixed\", j FROM t", f'SELECT id, "Mixed", j + 1 FROM {_LAST}',
                [(1, "a'b", 6)]),
    "by a negative number": ("SELECT 7 AS n", "SELECT n FROM TABLE(RESULT_SCAN(-1)) r", [(7,)]),
    "joined with a table": ("SHOW TABLES", f'SELECT r."name", t.id FROM {_LAST} r, t', [("T", 1)]),
    "its columns": ("SELECT id, v FROM t", "DESCRIBE RESULT LAST_QUERY_ID()",
                    [("ID", "NUMBER(38,0)", "COLUMN", "Y", None, "N", "N", *[None] * 5),
                     ("V", "VARCHAR(16777216)", "COLUMN", "Y", None, "N", "N", *[None] * 5)]),
}  # fmt: skip


@pytest.mark.parametrize("case", SCANS)
def test_result_scan(snowflake: Connection, case: str) -> None:
    before, query, rows = SCANS[case]
    run(snowflake, _TABLE)
    run(snowflake, before)
    assert run(snowflake, query) == rows


def test_a_result_that_is_not_the_same_any_more(snowflake: Connection) -> None:
    run(snowflake, _TABLE)
    run(snowflake, "SELECT * FROM t")
    run(snowflake, "INSERT INTO t SELECT 2, 'c', 1")
    with pytest.raises(UnsupportedFeature, match="data has changed since it ran"):
        run(snowflake, "SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-2)))")
    run(snowflake, "SELECT RANDOM()")
    with pytest.raises(UnsupportedFeature, match="answers differently each time"):
        run(snowflake, f"SELECT * FROM {_LAST}")
    with pytest.raises(ResultNotFound, match="Statement nothing not found"):
        run(snowflake, "SELECT * FROM TABLE(RESULT_SCAN('nothing'))")


def test_query_history(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT)")
    with pytest.raises(MockhausError):
        run(snowflake, "SELECT nope FROM t")
    assert run(
        snowflake,
        "SELECT query_type, execution_status, error_code, user_name, session_id ="
        " CURRENT_SESSION()::INT, start_time <= end_time"
        " FROM TABLE(information_schema.query_history(RESULT_LIMIT => 2))",
    ) == [
        ("SELECT", "FAILED_WITH_ERROR", 904, "ANN", True, True),
        ("CREATE_TABLE", "SUCCESS", None, "ANN", True, True),
    ]
    for call, count in {
        "query_history_by_session()": 3,
        "query_history_by_session(CURRENT_SESSION()::INT)": 4,
        "query_history_by_user('BOB')": 0,
        "query_history(END_TIME_RANGE_END => DATEADD('hour', -1, CURRENT_TIMESTAMP()))": 0,
    }.items():
        query = f"SELECT count(*) FROM TABLE(mockhaus.information_schema.{call})"
        assert run(snowflake, query) == [(count,)]


def test_account_usage(snowflake: Connection) -> None:
    run(snowflake, "CREATE DATABASE other; CREATE TABLE t (a INT, b VARCHAR(5)) AS SELECT 1, 'x'")
    tables = "SELECT table_catalog, table_name, row_count, deleted FROM snowflake.account_usage."
    assert run(snowflake, f"{tables}tables") == [("OTHER", "T", 1, None)]
    assert run(
        snowflake,
        "SELECT c.column_name, c.data_type, c.character_maximum_length"
        " FROM snowflake.account_usage.columns c"
        " JOIN snowflake.account_usage.tables t USING (table_id) ORDER BY c.ordinal_position",
    ) == [("A", "NUMBER", None), ("B", "TEXT", 5)]
    assert run(
        snowflake,
        "SELECT query_type, execution_status FROM snowflake.account_usage.query_history"
        " WHERE query_type LIKE 'CREATE%' ORDER BY start_time",
    ) == [("CREATE_DATABASE", "SUCCESS"), ("CREATE_TABLE", "SUCCESS")]
    assert run(
        snowflake, "SELECT user_name, is_success FROM snowflake.account_usage.login_history"
    ) == [("ANN", "YES")]
    with pytest.raises(UnsupportedFeature, match=r"ACCOUNT_USAGE\.USERS"):
        run(snowflake, "SELECT * FROM snowflake.account_usage.users")


def test_explain(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (1, 1)")
    query = "SELECT count(*) FROM t JOIN t AS u ON t.a = u.b"
    plan = run(snowflake, f"EXPLAIN {query}")
    assert plan[0] == (None, None, None, "GlobalStats", None, None, None, 0, 0, 0)
    assert [(row[2], row[3], row[4]) for row in plan[1:3]] == [
        (None, "Result", None), ("[0]", "Aggregate", None),
    ]  # fmt: skip
    assert [row[4] for row in plan if row[3] == "TableScan"] == ["MOCKHAUS.PUBLIC.T"] * 2
    told = json.loads(run(snowflake, f"EXPLAIN USING JSON {query}")[0][0])
    assert [each["operation"] for each in told["Operations"][0]] == [row[3] for row in plan[1:]]
    text = run(snowflake, f"EXPLAIN USING TEXT {query}")[0][0]
    assert text.startswith("GlobalStats:\n")
    assert "->TableScan  MOCKHAUS.PUBLIC.T" in text
    run(snowflake, "EXPLAIN DELETE FROM t")
    assert run(snowflake, "SELECT count(*) FROM t") == [(1,)]


def test_the_original_servers_table_of_statements(snowflake: Connection) -> None:
    """In whatever schema one stands; it is read, not written."""
    run(snowflake, "CREATE DATABASE z; USE SCHEMA z.public; SELECT 1 AS a")
    with pytest.raises(MockhausError):
        run(snowflake, "SELEC 1")
    rows = run(
        snowflake,
        "SELECT id, query_type, status, error_code, original_sql, database_name,"
        " execution_time_ms > 0 FROM __mockhaus__.query_history q"
        " WHERE original_sql LIKE '%SELEC%' ORDER BY q.timestamp",
    )
    assert rows == [
        (rows[0][0], "SELECT", "SUCCESS", None, "SELECT 1 AS a", "Z", True),
        (rows[0][0] + 1, "UNKNOWN", "ERROR", "001003", "SELEC 1", "Z", False),
    ]
    for sql in ("DELETE FROM __mockhaus__.query_history", "SELECT * FROM __mockhaus__.objects"):
        with pytest.raises(MockhausError):
            run(snowflake, sql)
