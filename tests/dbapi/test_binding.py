"""Parameters in the text and bound: what arrives, and what is refused."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mockhaus

EAST = timezone(timedelta(hours=1))

#: A value, what is put into the text, what arrives when it is bound.
VALUES: list[tuple[Any, str, Any]] = [
    (None, "NULL", None),
    (True, "TRUE", True),
    (42, "42", 42),
    (-(10**30), f"-{10**30}", -(10**30)),
    (1.5, "1.5", 1.5),
    (1e-7, "1e-07", 1e-7),
    (float("inf"), "'Infinity'::FLOAT", float("inf")),
    (Decimal("1.50"), "1.50", Decimal("1.50")),
    ("it's", "'it''s'", "it's"),
    ("C:\\new\nline\r", "'C:\\\\new\\nline\\r'", "C:\\new\nline\r"),
    ("100%", "'100%'", "100%"),
    (b"\x00\xff", "X'00ff'", bytearray(b"\x00\xff")),
    (bytearray(b"a"), "X'61'", bytearray(b"a")),
    (date(2024, 2, 29), "'2024-02-29'", date(2024, 2, 29)),
    (time(1, 2, 3), "'01:02:03.000000'", time(1, 2, 3)),
    (timedelta(hours=1, seconds=2), "'01:00:02.000000'", time(1, 0, 2)),
    (datetime(2024, 2, 29, 1, 2, 3, 4), "'2024-02-29 01:02:03.000004'", datetime(2024, 2, 29, 1, 2, 3, 4)),
    (datetime(2024, 2, 29, 1, tzinfo=EAST), "'2024-02-29 01:00:00.000000+01:00'", datetime(2024, 2, 29)),
    (clock.struct_time((2024, 2, 29, 1, 2, 3, 0, 0, 0)), "'2024-02-29 01:02:03'", datetime(2024, 2, 29, 1, 2, 3)),
    (np.int64(7), "7", 7),
    (np.float64(0.5), "0.5", 0.5),
    (np.bool_(True), "TRUE", True),
    (np.datetime64("2024-02-29T01:02:03"), "'2024-02-29 01:02:03.000000'", datetime(2024, 2, 29, 1, 2, 3)),
    (pd.Timestamp("2024-02-29 01:02:03"), "'2024-02-29 01:02:03.000000'", datetime(2024, 2, 29, 1, 2, 3)),
    (pd.NaT, "NULL", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text", "_"), VALUES)
def test_in_the_text(cursor: Any, value: Any, text: str, _: Any) -> None:
    cursor.execute("SELECT %s AS v", (value,))
    assert cursor.query == f"SELECT {text} AS v"
    if isinstance(value, str):
        assert cursor.fetchone() == (value,)


@pytest.mark.parametrize(("value", "_", "arrives"), VALUES)
@pytest.mark.parametrize(("paramstyle", "mark"), [("qmark", "?"), ("numeric", ":1")])
def test_bound(connect: Any, paramstyle: str, mark: str, value: Any, _: str, arrives: Any) -> None:
    cursor = connect(paramstyle=paramstyle).cursor()
    (found,) = cursor.execute(f"SELECT {mark} AS v", (value,)).fetchone()
    assert (found, type(found)) == (arrives, type(arrives))


@pytest.mark.parametrize(
    ("kind", "value", "arrives"),
    [
        ("TIMESTAMP_LTZ", datetime(2024, 2, 29, 1), "2024-02-29 01:00:00.000 +0100"),
        ("TIMESTAMP_LTZ", datetime(2024, 2, 29, 1, tzinfo=UTC), "2024-02-29 02:00:00.000 +0100"),
        ("TIMESTAMP_TZ", datetime(2024, 2, 29, 1, tzinfo=UTC), "2024-02-29 01:00:00.000 +0000"),
        ("TIMESTAMP_TZ", datetime(2024, 2, 29, 1), "2024-02-29 01:00:00.000 +0100"),
        ("TIMESTAMP_NTZ", datetime(2024, 2, 29, 1), "2024-02-29 01:00:00.000"),
        ("DATE", datetime(2024, 2, 29, 1), "2024-02-29"),
        ("text", "tea", "tea"),
    ],
)
def test_a_pair_names_the_type(connect: Any, kind: str, value: Any, arrives: str) -> None:
    cursor = connect(paramstyle="qmark", timezone="Europe/Berlin").cursor()
    assert cursor.execute("SELECT TO_VARCHAR(?)", ((kind, value),)).fetchone() == (arrives,)


#: Statement, parameters, rows.
FORMS: list[tuple[str, Any, list[tuple[Any, ...]]]] = [
    ("SELECT %s, %s", (1, "a"), [(1, "a")]),
    ("SELECT %s, %s", [1, "a"], [(1, "a")]),
    ("SELECT %(n)s + %(n)s, %(s)s", {"n": 2, "s": "x"}, [(4, "x")]),
    ("SELECT %s", 5, [(5,)]),
    ("SELECT column1 FROM VALUES (1), (2), (3) WHERE column1 IN (%s) ORDER BY 1", ([1, 3],), [(1,), (3,)]),
    ("SELECT column1 FROM VALUES ('a'), ('b') WHERE column1 IN (%(names)s)", {"names": ("a", "c")}, [("a",)]),
    ("SELECT 'a' LIKE '%%', %s", (1,), [(True, 1)]),
    ("SELECT 'a' LIKE 'a%', '%s'", None, [(True, "%s")]),
    ("SELECT '%s'", (), [("%s",)]),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "parameters", "rows"), FORMS)
@pytest.mark.parametrize("paramstyle", ["pyformat", "format"])
def test_forms_of_parameters(
    connect: Any, paramstyle: str, statement: str, parameters: Any, rows: list[Any]
) -> None:
    cursor = connect(paramstyle=paramstyle).cursor()
    assert cursor.execute(statement, parameters).fetchall() == rows


#: Paramstyle, statement, parameters, number, words of the error.
REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("pyformat", "SELECT %s, %s", (1,), 252004, "not enough arguments"),
    ("pyformat", "SELECT %s", (1, 2), 252004, "not all arguments converted"),
    ("pyformat", "SELECT %(a)s", {"b": 1}, 252004, "no value for 'a'"),
    ("pyformat", "SELECT 'a%' LIKE %s", (1,), 252004, "unsupported format character"),
    ("pyformat", "SELECT %s", ({"a": 1},), 255001, "Binding data in type (dict) is not supported."),
    ("pyformat", "SELECT %s", (object(),), 255001, "Binding data in type (object) is not supported."),
    ("pyformat", "SELECT %s", (Decimal("NaN"),), 255001, "Binding the number NaN"),
    ("pyformat", "SELECT %s", (timedelta(days=2),), 255001, "is no time of a day"),
    ("pyformat", "SELECT ?", None, 2049, "Bind variable :1 not set."),
    ("qmark", "SELECT ?, ?", (1,), 2049, "Bind variable :2 not set."),
    ("qmark", "SELECT ?", (1, 2), 2086, "Bind variable 2 is not in the statement."),
    ("qmark", "SELECT ?", {"a": 1}, 255001, "must be a list"),
    ("qmark", "SELECT ?", ([1, 2, 3],), 255001, "a pair of Snowflake datatype and a value"),
    ("qmark", "SELECT ?", (("GEOGRAPHY", "x"),), 2040, "Unsupported data type 'GEOGRAPHY'"),
    ("qmark", "SELECT ?", (("FIXED", "x"),), 2086, "Invalid bind value 'x' for type FIXED."),
    ("qmark", "SELECT ?", (10**40,), 2086, "Invalid bind value"),
]  # fmt: skip


@pytest.mark.parametrize(("paramstyle", "statement", "parameters", "number", "words"), REFUSED)
def test_refused(
    connect: Any, *, paramstyle: str, statement: str, parameters: Any, number: int, words: str
) -> None:
    cursor = connect(paramstyle=paramstyle).cursor()
    with pytest.raises(mockhaus.ProgrammingError) as caught:
        cursor.execute(statement, parameters)
    assert caught.value.errno == number
    assert words in caught.value.msg


#: Paramstyle, statement, parameters, rows in the table then, statements that ran.
MANY: list[tuple[str, str, list[Any], list[tuple[Any, ...]], int]] = [
    ("pyformat", "INSERT INTO t (a, b) VALUES (%s, %s)", [(1, "x"), (2, None)], [(0, "-"), (1, "x"), (2, None)], 1),
    ("pyformat", "insert into t\n values (%(a)s, upper(%(b)s));", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], [(0, "-"), (1, "X"), (2, "Y")], 1),
    ("pyformat", "INSERT OVERWRITE INTO t VALUES (%s, %s)", [(1, "x"), (2, "y")], [(1, "x"), (2, "y")], 1),
    ("pyformat", "INSERT INTO t SELECT %s, %s", [(1, "x"), (2, "y")], [(0, "-"), (1, "x"), (2, "y")], 2),
    ("pyformat", "UPDATE t SET b = %s WHERE a = %s", [("x", 0), ("y", 0)], [(0, "y")], 2),
    ("qmark", "INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, None)], [(0, "-"), (1, "x"), (2, None)], 1),
    ("numeric", "INSERT INTO t VALUES (:1, :2)", [(1, None), (2.0, "y")], [(0, "-"), (1, None), (2, "y")], 1),
    ("numeric", "INSERT INTO t (b, a) VALUES (:2, :1)", [(1, "x"), (2, "12:30 ?")], [(0, "-"), (1, "x"), (2, "12:30 ?")], 1),
    ("qmark", "INSERT INTO t VALUES (?, UPPER(?))", [(1, "x"), (2, "y")], [(0, "-"), (1, "X"), (2, "Y")], 1),
    ("qmark", "DELETE FROM t WHERE a = ?", [(0,), (1,)], [], 2),
    ("qmark", "INSERT INTO t VALUES (?, ?)", [], [(0, "-")], 0),
]  # fmt: skip


@pytest.mark.parametrize(("paramstyle", "statement", "parameters", "rows", "ran"), MANY)
def test_many(
    connect: Any, *, paramstyle: str, statement: str, parameters: list[Any], rows: Any, ran: int
) -> None:
    cursor = connect(paramstyle=paramstyle).cursor()
    cursor.execute("CREATE TABLE t (a INT, b VARCHAR)").execute("INSERT INTO t VALUES (0, '-')")
    before = len(cursor.connection._inner.recorder.query_ids)
    cursor.executemany(statement, parameters)
    assert len(cursor.connection._inner.recorder.query_ids) - before == ran
    counted = cursor.rowcount
    assert cursor.execute("SELECT * FROM t ORDER BY a").fetchall() == rows
    assert counted == (None if not parameters else 1 if "DELETE" in statement else len(parameters))


@pytest.mark.parametrize(
    ("paramstyle", "statement"),
    [("pyformat", "INSERT INTO t VALUES (%s)"), ("qmark", "INSERT INTO t VALUES (?)")],
)
def test_an_insert_of_many_is_all_or_none(connect: Any, paramstyle: str, statement: str) -> None:
    cursor = connect(paramstyle=paramstyle).cursor().execute("CREATE TABLE t (a INT NOT NULL)")
    with pytest.raises(mockhaus.IntegrityError) as caught:
        cursor.executemany(statement, [(1,), (None,)])
    assert caught.value.errno == 100072
    assert cursor.execute("SELECT * FROM t").fetchall() == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [([(1,), (1, 2)], "different numbers of values"), ([(1,), ("a",)], "values of several types")],
)
def test_rows_that_do_not_fit_together(connect: Any, rows: list[Any], words: str) -> None:
    cursor = connect(paramstyle="qmark").cursor().execute("CREATE TABLE t (a VARCHAR)")
    with pytest.raises(mockhaus.ProgrammingError, match=words):
        cursor.executemany("INSERT INTO t SELECT ?", rows)


@pytest.mark.parametrize("row", [(1,), (1, 2, 3)])
def test_a_row_has_as_many_values_as_the_statement_parameters(connect: Any, row: Any) -> None:
    cursor = connect(paramstyle="qmark").cursor().execute("CREATE TABLE t (a INT, b INT)")
    with pytest.raises(mockhaus.ProgrammingError, match="has 2 parameters, a row"):
        cursor.executemany("INSERT INTO t VALUES (?, ?)", [(1, 2), row])


@pytest.mark.parametrize(("value", "_", "arrives"), VALUES)
def test_many_rows_are_what_would_be_bound(connect: Any, value: Any, _: str, arrives: Any) -> None:
    """Their values are literals of the same types: what text a column gets of them tells."""
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute(
        f"CREATE TABLE t (a {'BINARY' if isinstance(arrives, bytearray) else 'VARCHAR'})"
    )
    cursor.execute("INSERT INTO t SELECT ?", (value,))
    cursor.executemany("INSERT INTO t VALUES (?)", [(value,), (None,)])
    one, many, null = cursor.execute("SELECT a FROM t").fetchall()
    assert (one, null) == (many, (None,))
