"""Sequences: NEXTVAL in queries, in INSERT, as a DEFAULT."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

#: Statements in order, in one session -> rows of the last.
STEPS = [
    ("CREATE SEQUENCE s START 10 INCREMENT 5; SELECT s.NEXTVAL", [(10,)]),
    ("SELECT s.nextval, mockhaus.public.s.nextval FROM (VALUES (1), (2)) ORDER BY 1",
     [(15, 25), (20, 30)]),
    ("SELECT public.s.nextval AS n", [(35,)]),
    ("CREATE TABLE t (id INT DEFAULT s.NEXTVAL, w VARCHAR);"
     "INSERT INTO t (w) VALUES ('a'), ('b'); SELECT * FROM t ORDER BY id", [(40, "a"), (45, "b")]),
    ("INSERT INTO t SELECT s.nextval, 'c'; SELECT max(id) FROM t", [(50,)]),
    ('CREATE SEQUENCE "odd \'name"; SELECT "odd \'name".nextval', [(1,)]),
    ("CREATE OR REPLACE SEQUENCE \"odd 'name\" START = 0 INCREMENT = -1;"
     "SELECT \"odd 'name\".nextval", [(0,)]),
    ("SELECT \"odd 'name\".nextval", [(-1,)]),
]  # fmt: skip


def test_columns_and_clones(snowflake: Connection) -> None:
    run(snowflake, "CREATE SEQUENCE s START 10 INCREMENT 2 COMMENT = 'tens'")
    (result,) = snowflake.execute("SELECT s.NEXTVAL, s.NEXTVAL AS x, s.NEXTVAL + 1")
    assert [column.name for column in result.columns] == ["NEXTVAL", "X", "S.NEXTVAL + 1"]
    assert list(result.python_rows()) == [(10, 12, 15)]
    run(snowflake, "CREATE SEQUENCE c CLONE s")
    assert run(snowflake, "SELECT c.NEXTVAL, s.NEXTVAL") == [(16, 16)]
    assert run(snowflake, "SHOW SEQUENCES LIKE 'c' ->> SELECT $5, $8 FROM $1") == [(2, "tens")]
    assert run(snowflake, "SELECT q.NEXTVAL FROM (SELECT 5 AS NEXTVAL) AS q") == [(5,)]
    for text, error in {
        "CREATE SEQUENCE d CLONE none": errors.UndefinedObject,
        "CREATE OR REPLACE SEQUENCE s CLONE s": errors.UnsupportedFeature,
        "CREATE SEQUENCE d INCREMENT 0": errors.InvalidParameter,
    }.items():
        with pytest.raises(error):
            run(snowflake, text)


def test_nextval(snowflake: Connection) -> None:
    for text, rows in STEPS:
        assert (text, run(snowflake, text)) == (text, rows)
    (shown,) = run(snowflake, "SHOW SEQUENCES LIKE 's'")
    assert shown[:5] == ("S", "MOCKHAUS", "PUBLIC", 55, 5)


def test_a_sequence_that_is_not_there(snowflake: Connection) -> None:
    with pytest.raises(errors.UndefinedObject):
        run(snowflake, "SELECT nothing.nextval")


def test_a_default_outlives_its_sequence(snowflake: Connection) -> None:
    run(snowflake, "CREATE SEQUENCE s; CREATE TABLE t (a INT DEFAULT s.NEXTVAL, b INT)")
    run(snowflake, "INSERT INTO t (b) VALUES (1)")
    run(snowflake, "DROP SEQUENCE s")
    with pytest.raises(
        errors.UndefinedObject, match=r"Sequence 'MOCKHAUS\.PUBLIC\.S' does not exist"
    ):
        run(snowflake, "INSERT INTO t (b) VALUES (2)")
    run(snowflake, "CREATE SEQUENCE s START 10")
    run(snowflake, "INSERT INTO t (b) VALUES (3)")
    assert run(snowflake, "SELECT a, b FROM t ORDER BY b") == [(1, 1), (10, 3)]
