"""INSERT, UPDATE, DELETE, MERGE: what becomes of the values, and the counts that are answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

#: (type of the column, value as written, what is stored): implicit conversions.
STORED: list[tuple[str, str, Any]] = [
    ("INT", "'12'", 12),
    ("INT", "1.5", 2),
    ("INT", "2.5::FLOAT", 3),
    ("NUMBER(5,2)", "'12.345'", Decimal("12.35")),
    ("FLOAT", "'1e5'", 1e5),
    ("BOOLEAN", "'yes'", True),
    ("BOOLEAN", "'off'", False),
    ("BOOLEAN", "0", False),
    ("DATE", "'01/02/2024'", date(2024, 1, 2)),
    ("DATE", "'2024-01-02 10:00:00'::TIMESTAMP", date(2024, 1, 2)),
    ("VARCHAR", "TRUE", "true"),
    ("VARCHAR", "1.50::NUMBER(5,2)", "1.50"),
    ("VARCHAR", "PARSE_JSON('\"ab\"')", "ab"),
    ("VARIANT", "1", "1"),
    ("VARIANT", "PARSE_JSON('{\"a\":1}')", '{"a":1}'),
]


@pytest.mark.parametrize(("kind", "value", "stored"), STORED)
def test_implicit_conversion(snowflake: Connection, kind: str, value: str, stored: Any) -> None:
    run(snowflake, f"CREATE TABLE t (a INT, v {kind})")
    run(snowflake, f"INSERT INTO t VALUES (1, {value}); INSERT INTO t SELECT 2, {value}")
    run(snowflake, f"INSERT INTO t (a) VALUES (3); UPDATE t SET v = {value} WHERE a = 3")
    run(
        snowflake,
        f"""MERGE INTO t USING (SELECT 4 AS k, {value} AS w) s ON t.a = s.k
            WHEN NOT MATCHED THEN INSERT (v, a) VALUES (s.w, s.k)""",
    )
    assert run(snowflake, "SELECT v FROM t") == [(stored,)] * 4


#: (type of the column, value as written, error, its words)
REFUSED: list[tuple[str, str, type[errors.SqlError], str]] = [
    ("VARCHAR(3)", "'abcd'", errors.StringTooLong, "String 'abcd' is too long and would be truncated"),
    ("VARCHAR(3)", "TRUE", errors.StringTooLong, "String 'true' is too long and would be truncated"),
    ("BINARY(1)", "x'ABCD'", errors.StringTooLong, "Binary 'ABCD' is too long and would be truncated"),
    ("INT", "'x'", errors.InvalidNumber, "Numeric value 'x' is not recognized"),
    ("BOOLEAN", "'maybe'", errors.InvalidText, "Boolean value 'maybe' is not recognized"),
    ("INT", "TRUE", errors.ColumnTypeMismatch, "expecting NUMBER(38,0) but got BOOLEAN for column V"),
    ("BOOLEAN", "CURRENT_DATE", errors.ColumnTypeMismatch, "expecting BOOLEAN but got DATE for column V"),
    ("VARIANT", "'text'", errors.ColumnTypeMismatch, "expecting VARIANT but got VARCHAR"),
    ("BINARY", "'AB'", errors.ColumnTypeMismatch, "expecting BINARY(8388608) but got VARCHAR"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "error", "words"), REFUSED)
def test_refused_value(
    snowflake: Connection, kind: str, value: str, error: type[errors.SqlError], words: str
) -> None:
    run(snowflake, f"CREATE TABLE t (v {kind})")
    for change in (f"INSERT INTO t VALUES ({value})", f"INSERT INTO t SELECT {value}"):
        with pytest.raises(error) as caught:
            run(snowflake, change)
        assert words in caught.value.message


TABLES = """CREATE TABLE a (x INT, y INT DEFAULT 7); CREATE TABLE b (x INT, y VARCHAR);
            INSERT INTO a VALUES (1, 1), (2, 2)"""
NUMBERS = "SELECT column1 AS n FROM VALUES (1), (2), (3), (NULL)"

#: (statement, its row, query, rows of the query)
CHANGES: list[tuple[str, tuple[int, ...], str, list[tuple[Any, ...]]]] = [
    # several tables, in order; a query runs once
    (f"INSERT ALL INTO a (x) VALUES (n) INTO b VALUES (n, 'q') {NUMBERS}", (4, 4),
     "SELECT COUNT(*), COUNT(y) FROM a", [(6, 6)]),
    (f"""INSERT ALL WHEN n > 1 THEN INTO a VALUES (n, DEFAULT) INTO b VALUES (n, '>1')
         WHEN n > 2 THEN INTO b VALUES (n, '>2') ELSE INTO b VALUES (n, 'else') {NUMBERS}""", (2, 5),
     "SELECT y, COUNT(*) FROM b GROUP BY y ORDER BY y", [(">1", 2), (">2", 1), ("else", 2)]),
    (f"""INSERT FIRST WHEN n > 2 THEN INTO b VALUES (n, '>2') WHEN n > 1 THEN INTO b VALUES (n, '>1')
         ELSE INTO b VALUES (n, 'else') {NUMBERS}""", (4,),
     "SELECT y, COUNT(*) FROM b GROUP BY y ORDER BY y", [(">1", 1), (">2", 1), ("else", 2)]),
    ("INSERT OVERWRITE ALL INTO a INTO b SELECT x + 10, y FROM a WHERE x = 1", (1, 1),
     "SELECT * FROM a, b", [(11, 1, 11, "1")]),
    (f"""INSERT FIRST WHEN n > 2 THEN INTO a (x) VALUES (n) WHEN n > 1 THEN INTO a (x) VALUES (n)
         INTO b (x) VALUES (n) ELSE INTO b (x) VALUES (n) {NUMBERS}""", (2, 3),
     "SELECT x FROM b ORDER BY x", [(1,), (2,), (None,)]),
    # the query of OVERWRITE sees the table as it was
    ("INSERT OVERWRITE INTO a SELECT x + 1, y FROM a", (2,), "SELECT x FROM a ORDER BY x", [(2,), (3,)]),
    # several sources for a row
    ("UPDATE a SET y = s.w FROM (SELECT * FROM VALUES (1, 5), (1, 5), (2, 6) v(k, w)) s WHERE a.x = s.k",
     (2, 1), "SELECT y FROM a ORDER BY x", [(5,), (6,)]),
    ("MERGE INTO a USING (SELECT * FROM VALUES (1), (1) v(k)) s ON a.x = s.k WHEN MATCHED THEN DELETE",
     (1,), "SELECT x FROM a", [(2,)]),
    # columns of a MERGE by name, in whatever order
    ("""MERGE INTO a USING (SELECT column1 AS y, column2 AS x FROM VALUES (9, 1), (8, 3)) s ON a.x = s.x
        WHEN MATCHED THEN UPDATE ALL BY NAME WHEN NOT MATCHED THEN INSERT ALL BY NAME""", (1, 1),
     "SELECT * FROM a ORDER BY x", [(1, 9), (2, 2), (3, 8)]),
    ("DELETE FROM a USING VALUES (1), (1) s(k) WHERE a.x = s.k", (1,), "SELECT x FROM a", [(2,)]),
    ("UPDATE a SET y = DEFAULT WHERE x = 1", (1, 0), "SELECT y FROM a WHERE x = 1", [(7,)]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "counts", "query", "rows"), CHANGES)
def test_change(
    snowflake: Connection, change: str, counts: tuple[int, ...], query: str, rows: list[Any]
) -> None:
    run(snowflake, TABLES)
    assert run(snowflake, change) == [counts]
    assert run(snowflake, query) == rows


def test_columns_of_a_multi_table_insert(snowflake: Connection) -> None:
    run(snowflake, TABLES)
    (result,) = snowflake.execute("INSERT ALL INTO b INTO a INTO b SELECT 1, 2")
    assert [column.name for column in result.columns] == [
        "number of rows inserted into B",
        "number of rows inserted into A",
    ]
    assert (result.tag, result.row_count) == ("INSERT 0", 3)


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("INSERT INTO a VALUES (1)", errors.ValueCount),
    ("INSERT INTO a SELECT * FROM VALUES (1, 2, 3)", errors.ValueCount),
    ("INSERT ALL INTO a VALUES (1) SELECT 1", errors.ValueCount),
    ("INSERT INTO a (z) VALUES (1)", errors.InvalidIdentifier),
    ("INSERT INTO a (x, x) VALUES (1, 2)", errors.DuplicateObject),
    ("INSERT ALL INTO a INTO b (x) SELECT 1, 2", errors.ValueCount),
    ("INSERT FIRST INTO a SELECT 1, 2", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN INSERT (x) VALUES (1)", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN NOT MATCHED THEN UPDATE SET x = 1", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN NOT MATCHED THEN DELETE", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN UPDATE SET *", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN NOT MATCHED THEN INSERT *", errors.SqlSyntaxError),
    ("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DO NOTHING", errors.UnsupportedFeature),
    ("MERGE INTO a USING b ON a.x = b.x WHEN NOT MATCHED BY SOURCE THEN DELETE",
     errors.UnsupportedFeature),
    ("MERGE INTO nope a USING (SELECT 1 x) b ON a.x = b.x WHEN MATCHED THEN UPDATE ALL BY NAME",
     errors.UndefinedObject),
    ("MERGE INTO a USING (SELECT 1 AS x) b ON a.x = b.x WHEN NOT MATCHED THEN INSERT ALL BY NAME",
     errors.ValueCount),
    ("MERGE INTO a USING (SELECT 1 x, 2 z) b ON a.x = b.x WHEN MATCHED THEN UPDATE ALL BY NAME",
     errors.InvalidIdentifier),
    ("UPDATE a SET z = 1", errors.InvalidIdentifier),
    ("INSERT ALL INTO nope SELECT 1", errors.UndefinedObject),
    (
        """MERGE INTO a USING (SELECT * FROM VALUES (1, 1), (1, 2) v(k, w)) s ON a.x = s.k
           WHEN MATCHED AND w = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET y = 0""",
        errors.NondeterministicMerge,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error"), ERRORS)
def test_error(snowflake: Connection, change: str, error: type[errors.SqlError]) -> None:
    run(snowflake, TABLES)
    with pytest.raises(error):
        run(snowflake, change)
    assert run(snowflake, "SELECT COUNT(*) FROM a") == [(2,)]


def test_whether_several_sources_are_an_error_is_a_parameter(snowflake: Connection) -> None:
    run(snowflake, TABLES)
    sources = "(SELECT * FROM VALUES (1, 5), (1, 5), (2, 6) v(k, w)) s"
    merge = f"MERGE INTO a USING {sources} ON a.x = s.k WHEN MATCHED THEN UPDATE SET y = s.w"
    update = f"UPDATE a SET y = s.w FROM {sources} WHERE a.x = s.k"
    run(snowflake, "ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_MERGE = FALSE")
    assert run(snowflake, merge) == [(2,)]
    run(snowflake, "ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_UPDATE = TRUE")
    with pytest.raises(errors.NondeterministicMerge):
        run(snowflake, update)
    run(snowflake, "ALTER SESSION UNSET ERROR_ON_NONDETERMINISTIC_MERGE")
    with pytest.raises(errors.NondeterministicMerge):
        run(snowflake, merge)
    assert run(snowflake, "SELECT y FROM a ORDER BY x") == [(5,), (6,)]


def test_truncate_if_exists(snowflake: Connection) -> None:
    done = [("Statement executed successfully.",)]
    assert run(snowflake, "TRUNCATE TABLE IF EXISTS nope") == done
