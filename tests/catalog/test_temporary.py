"""Temporary tables: what listings tell of them, and kept tables of the same name.

Snowflake's manual: "Working with Temporary and Transient Tables".
"""

from __future__ import annotations

import pytest

from mockhaus.errors import DuplicateObject, UnsupportedFeature
from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = """
    CREATE TABLE p (a INT, b VARCHAR(10));
    INSERT INTO p VALUES (1, 'x');
    CREATE TEMPORARY TABLE t (x INT, y VARCHAR(5) DEFAULT 'q' COMMENT 'why') COMMENT = 'soon gone';
    INSERT INTO t VALUES (1, 'a'), (2, 'b');
    DELETE FROM t WHERE x = 1;
    CREATE TEMPORARY TABLE p AS SELECT y, CAST(x AS NUMBER(5, 1)) AS z FROM t
"""

#: Query -> rows, with a kept table and a temporary one of the name P.
TOLD = {
    "SHOW TERSE TABLES ->> SELECT $2, $3 FROM $1": [
        ("P", "TABLE"),
        ("P", "TEMPORARY"),
        ("T", "TEMPORARY"),
    ],
    "SHOW TABLES LIKE 't' ->> SELECT $5, $6, $8 FROM $1": [("TEMPORARY", "soon gone", 1)],
    "SHOW OBJECTS LIKE 't' ->> SELECT $5 FROM $1": [("TEMPORARY",)],
    "SELECT table_name, table_type, is_temporary, row_count FROM information_schema.tables": [
        ("P", "BASE TABLE", "NO", 1),
        ("P", "TEMPORARY TABLE", "YES", 1),
        ("T", "TEMPORARY TABLE", "YES", 1),
    ],
    "SELECT column_name, character_maximum_length, column_default, comment"
    " FROM information_schema.columns WHERE table_name = 'T'": [
        ("X", None, None, None),
        ("Y", 5, "'q'", "why"),
    ],
    "SHOW COLUMNS IN TABLE p ->> SELECT $3 FROM $1": [("Y",), ("Z",)],
    "DESCRIBE TABLE p ->> SELECT $1, $2 FROM $1": [("Y", "VARCHAR(5)"), ("Z", "NUMBER(5,1)")],
    "SELECT table_name FROM snowflake.account_usage.tables": [("P",)],
    "SELECT count(*) FROM snowflake.account_usage.columns": [(2,)],
    "SELECT * FROM p": [("b", 2)],
    "CREATE OR REPLACE TABLE p (c INT); SELECT * FROM p": [("b", 2)],
    "CREATE OR REPLACE TEMPORARY TABLE p AS SELECT 7 AS s; SELECT * FROM p": [(7,)],
    "DROP TABLE p; SELECT * FROM p": [(1, "x")],
    "DROP TABLE p; DROP TABLE p; SHOW TERSE TABLES ->> SELECT $2 FROM $1": [("T",)],
    "CREATE TABLE t (kept INT); SELECT x FROM t": [(2,)],
}


@pytest.mark.parametrize(("text", "rows"), TOLD.items())
def test_told(snowflake: Connection, text: str, rows: list[tuple[object, ...]]) -> None:
    run(snowflake, SETUP)
    assert run(snowflake, text) == rows


#: Statements about the temporary table T of `ALTERED` -> a query, its rows.
ALTERED = {
    "ALTER TABLE t ADD COLUMN z VARCHAR(3) DEFAULT 'd'": ("SELECT z FROM t", [("d",)]),
    "ALTER TABLE t DROP COLUMN x": ("SELECT * FROM t", [("b",)]),
    "ALTER TABLE t RENAME COLUMN x TO w": ("SELECT w FROM t", [(2,)]),
    "ALTER TABLE t ALTER COLUMN y SET DATA TYPE VARCHAR(9)": (
        "DESCRIBE TABLE t ->> SELECT $2 FROM $1 WHERE $1 = 'Y'",
        [("VARCHAR(9)",)],
    ),
    "ALTER TABLE t ALTER COLUMN x SET NOT NULL": (
        "DESCRIBE TABLE t ->> SELECT $4 FROM $1 WHERE $1 = 'X'",
        [("N",)],
    ),
    "COMMENT ON TABLE t IS 'new'; COMMENT ON COLUMN t.x IS 'of x'": (
        "SHOW TABLES LIKE 't' ->> SELECT $5, $6 FROM $1",
        [("TABLE", ""), ("TEMPORARY", "new")],
    ),
    "DROP TABLE t; CREATE TEMPORARY TABLE t LIKE p": (
        "SELECT get_ddl('TABLE', 't')",
        [("create or replace TEMPORARY TABLE T (\n\tY VARCHAR(5),\n\tZ NUMBER(5,1)\n);",)],
    ),
    "CREATE OR REPLACE TEMPORARY TABLE u CLONE t": ("SELECT * FROM u", [(2, "b")]),
}


#: Statements about the temporary tables T and U -> a query, its rows.
RENAMED = {
    "ALTER TABLE t RENAME TO n": ("SELECT y FROM n", [("b",)]),
    "ALTER TABLE t RENAME TO kept": ("SELECT y FROM kept", [("b",)]),
    "ALTER TABLE t RENAME TO s.n; INSERT INTO s.n VALUES (9, 'c')": (
        "SELECT y FROM s.n ORDER BY 1", [("b",), ("c",)],
    ),
    "ALTER TABLE t RENAME TO n; ALTER TABLE n RENAME TO t": ("SELECT y FROM t", [("b",)]),
    "ALTER TABLE t RENAME TO n; CREATE TABLE t (kept INT)": ("SELECT * FROM t", []),
    "ALTER TABLE t RENAME TO n; ALTER TABLE n ADD COLUMN z INT DEFAULT 1": (
        "SELECT * FROM n", [(2, "b", 1)],
    ),
    "ALTER TABLE t SWAP WITH u": ("SELECT t.z, u.y FROM t, u", [(3, "b")]),
    "ALTER TABLE t SWAP WITH u; DROP TABLE t": ("SELECT y FROM u", [("b",)]),
    "ALTER TABLE u RENAME TO n": ("SHOW TABLES LIKE 'n' ->> SELECT $5, $6 FROM $1",
                                  [("TEMPORARY", "of u")]),
}  # fmt: skip


@pytest.mark.parametrize("text", RENAMED)
def test_renamed(snowflake: Connection, text: str) -> None:
    query, rows = RENAMED[text]
    run(
        snowflake,
        f"""{SETUP}; CREATE TABLE kept (k INT); CREATE SCHEMA s; USE SCHEMA public;
        CREATE TEMPORARY TABLE u (z INT) COMMENT = 'of u'; INSERT INTO u VALUES (3); {text}""",
    )
    assert run(snowflake, query) == rows


def test_a_name_that_is_taken(snowflake: Connection) -> None:
    run(snowflake, f"{SETUP}; CREATE TEMPORARY TABLE u (z INT)")
    with pytest.raises(DuplicateObject):
        run(snowflake, "ALTER TABLE t RENAME TO u")


@pytest.mark.parametrize("text", ALTERED)
def test_altered(snowflake: Connection, text: str) -> None:
    query, rows = ALTERED[text]
    run(snowflake, f"{SETUP}; CREATE TABLE t (kept INT); {text}")
    assert run(snowflake, query) == rows
    assert run(snowflake, "DROP TABLE t; DESCRIBE TABLE t ->> SELECT $1, $10 FROM $1") == [
        ("KEPT", None)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE t SET CHANGE_TRACKING = TRUE",
        "ALTER TABLE t SWAP WITH kept",
        "ALTER TABLE kept SWAP WITH t",
        "CREATE TABLE u CLONE t",
    ],
)
def test_refused(snowflake: Connection, text: str) -> None:
    run(snowflake, f"{SETUP}; CREATE TABLE kept (k INT)")
    with pytest.raises(UnsupportedFeature):
        run(snowflake, text)
