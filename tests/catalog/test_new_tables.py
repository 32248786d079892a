"""What CREATE TABLE makes of declared types, keys and AS SELECT.

Snowflake's manual: "CREATE TABLE", "CREATE | ALTER TABLE ... CONSTRAINT".
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from mockhaus import errors
from mockhaus.errors import SqlError
from mockhaus.sessions.connection import Connection
from tests.support import run

SOURCE = (
    "CREATE TABLE src (a INT, b VARCHAR(10), c NUMBER(10, 2), d BINARY(4));"
    "INSERT INTO src (a, b) VALUES (1, 'abc');"
)

#: CREATE TABLE t .. -> its columns: name, type, null?, primary key.
COLUMNS = {
    "CREATE TABLE t (a INT, b INT, PRIMARY KEY (b))": "A NUMBER(38,0) Y N, B NUMBER(38,0) N Y",
    "CREATE TABLE t (a INT PRIMARY KEY)": "A NUMBER(38,0) N Y",
    "CREATE TABLE t AS SELECT b, c, d FROM src": (
        "B VARCHAR(10) Y N, C NUMBER(10,2) Y N, D BINARY(4) Y N"
    ),
    "CREATE TABLE t AS SELECT s.*, CAST(b AS VARCHAR(3)) AS e FROM (SELECT b FROM src) s": (
        "B VARCHAR(10) Y N, E VARCHAR(3) Y N"
    ),
    "CREATE TABLE t (x, y VARCHAR(7)) AS SELECT b, b FROM src": (
        "X VARCHAR(10) Y N, Y VARCHAR(7) Y N"
    ),
    "CREATE TABLE u (e TIME(0), f TIMESTAMP_NTZ(3)); CREATE TABLE t AS SELECT * FROM u": (
        "E TIME(0) Y N, F TIMESTAMP_NTZ(3) Y N"
    ),
    "CREATE TABLE t AS SELECT b || 'x' AS e FROM src": "E VARCHAR(16777216) Y N",
    "CREATE LOCAL TEMPORARY TABLE t (a INT)": "A NUMBER(38,0) Y N",
    "CREATE OR REPLACE VOLATILE TABLE t (a INT)": "A NUMBER(38,0) Y N",
    "CREATE TABLE t (a INT CONSTRAINT k FOREIGN KEY REFERENCES src (a))": "A NUMBER(38,0) Y N",
    "CREATE TABLE t (a INT) CLUSTER BY LINEAR (a)": "A NUMBER(38,0) Y N",
}


@pytest.mark.parametrize(("text", "expected"), COLUMNS.items())
def test_columns(snowflake: Connection, text: str, expected: str) -> None:
    run(snowflake, SOURCE + text)
    rows = run(snowflake, "DESCRIBE TABLE t")
    assert ", ".join(" ".join((r[0], r[1], r[3], r[5])) for r in rows) == expected
    kept = run(snowflake, "SELECT get_ddl('TABLE', 't')")[0][0]
    run(snowflake, kept)
    assert run(snowflake, "DESCRIBE TABLE t") == rows


#: Statements that replace a table by what is made of its own rows -> those of SRC then.
REPLACED = {
    "CREATE OR REPLACE TABLE src AS SELECT a + 1 AS a, b FROM src": [(2, "abc")],
    "CREATE OR REPLACE TABLE src (a VARCHAR(3)) AS SELECT a FROM src": [("1",)],
    "CREATE OR REPLACE TABLE src (a, b) COPY GRANTS AS SELECT s.a, r.b FROM src s JOIN src r USING"
    " (a)": [(1, "abc")],
    "CREATE OR REPLACE TRANSIENT TABLE src CLUSTER BY (a) AS SELECT a FROM src": [(1,)],
    "CREATE OR REPLACE TABLE src CLONE src": [(1, "abc", None, None)],
    "CREATE OR REPLACE TABLE src LIKE src": [],
    "CREATE TEMPORARY TABLE src AS SELECT b FROM src": [("abc",)],
    "CREATE TEMPORARY TABLE src AS SELECT b FROM src;"
    "CREATE OR REPLACE TEMPORARY TABLE src AS SELECT b || 'd' AS b FROM src": [("abcd",)],
    "CREATE TEMPORARY TABLE src AS SELECT b FROM src;"
    "CREATE OR REPLACE TEMPORARY TABLE src CLONE src": [("abc",)],
    "CREATE OR REPLACE TABLE src AS SELECT a FROM src; UNDROP TABLE other; DROP TABLE src;"
    "ALTER TABLE other RENAME TO src": [(7,)],
}


@pytest.mark.parametrize(("text", "rows"), REPLACED.items())
def test_replaced_by_its_own_rows(
    snowflake: Connection, text: str, rows: list[tuple[object, ...]]
) -> None:
    run(snowflake, f"{SOURCE} CREATE TABLE other AS SELECT 7 AS a; DROP TABLE other; {text}")
    assert run(snowflake, "SELECT * FROM src") == rows
    assert "mockhaus_" not in str(run(snowflake, "SHOW TERSE TABLES"))


def test_a_table_stays_where_its_replacement_fails(snowflake: Connection) -> None:
    for text in ("SELECT 1 / 0 AS a", "SELECT a / (a - 1) AS a FROM src", "SELECT 1 AS a, 2 AS a"):
        with pytest.raises(SqlError):
            run(snowflake, f"{SOURCE} CREATE OR REPLACE TABLE src AS {text}")
        assert run(snowflake, "SELECT a FROM src") == [(1,)]
        run(snowflake, "DROP TABLE src")


#: Statement -> what its error says.
REFUSED = {
    "CREATE TABLE t AS SELECT a, a FROM src": "duplicate column name 'A'",
    "CREATE TABLE t (x, X) AS SELECT a, b FROM src": "duplicate column name 'X'",
    "CREATE TABLE t AS SELECT b FROM src; INSERT INTO t VALUES ('12345678901')": "too long",
    "CREATE TABLE t (a INT, PRIMARY KEY (zz))": "column 'ZZ' does not exist",
    "CREATE TABLE t (a INT PRIMARY KEY, b INT, PRIMARY KEY (b))": "primary key already exists",
    "CREATE TABLE t (a INT REFERENCES nope (b))": "Table 'MOCKHAUS.PUBLIC.NOPE' does not exist",
    "CREATE TABLE t (a INT REFERENCES src (zz))": "column 'ZZ' does not exist",
    "CREATE VIEW v (x) AS SELECT a, b FROM src": "Invalid column definition list",
    "CREATE VIEW v (x, y) AS SELECT a FROM src": "Invalid column definition list",
    "CREATE TABLE t (x) AS SELECT a, b FROM src": "Invalid column definition list",
    "CREATE TABLE t (x INT, y INT) AS SELECT a FROM src": "Invalid column definition list",
    "CREATE TABLE t AS SELECT a + 1 FROM src": "Missing column specification",
    "CREATE TABLE t AS SELECT COUNT(*) FROM src UNION SELECT 1": "Missing column specification",
    "CREATE VIEW v AS SELECT 1": "Missing column specification",
    "CREATE TABLE t (a INT DEFAULT 'x')": "Default value data type does not match data type for column A",
    "CREATE TABLE t (a DATE DEFAULT '2024-01-01')": "does not match data type for column A",
    "CREATE TABLE t (a VARCHAR DEFAULT 1 + 1)": "does not match data type for column A",
    "CREATE TABLE t (a DATE DEFAULT CURRENT_TIMESTAMP())": "does not match data type for column A",
    "ALTER TABLE src ADD COLUMN zz DATE DEFAULT 1": "expecting DATE but got NUMBER(38,0) for column ZZ",
    "ALTER TABLE src ADD COLUMN zz BOOLEAN DEFAULT 'true'": "Expression type does not match",
    # DuckDB has one name where Snowflake has two
    'CREATE TABLE t (a INT, "a" INT)': "names that differ by case alone",
    'CREATE TABLE t AS SELECT a, b AS "a" FROM src': "names that differ by case alone",
    'CREATE OR REPLACE TABLE "src" (a INT)': "names that differ by case alone",
    'ALTER TABLE src ADD COLUMN "a" INT': "names that differ by case alone",
    "CREATE TABLE t USING TEMPLATE (SELECT 1)": "a template is an array of objects",
    "CREATE TABLE t (a INT DEFAULT nope.NEXTVAL)": "Sequence 'NOPE' does not exist",
    "CREATE TABLE t (a INT); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES nope (b)": "NOPE",
}


def test_defaults_that_a_column_takes(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE t (i INT, a INT DEFAULT 1 + 1, b DATE DEFAULT CURRENT_DATE(), c VARCHAR DEFAULT NULL,"
        " d TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP(), e BOOLEAN DEFAULT 'true', f INT DEFAULT TRUE,"
        " g DATE DEFAULT '2024-01-02'::DATE, h VARIANT DEFAULT PARSE_JSON('[1]'))",
    )
    run(snowflake, "INSERT INTO t (i) VALUES (1)")
    row = run(snowflake, "SELECT a, c, e, f, g::VARCHAR, h FROM t")
    assert row == [(2, None, True, 1, "2024-01-02", "[1]")]


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_refused(snowflake: Connection, text: str, said: str) -> None:
    with pytest.raises(SqlError) as refused:
        run(snowflake, SOURCE + text)
    assert said in str(refused.value)


#: A column's type and DEFAULT -> the value of a row that leaves it to it, computed when the column
#: is made, by the session's formats.
DEFAULTS = {
    "TIME DEFAULT '10:00'::TIME": dt.time(10, 0),
    "DATE DEFAULT '31/12/2024'::DATE": dt.date(2024, 12, 31),
    "DATE DEFAULT TO_DATE('12-31-2024', 'MM-DD-YYYY')": dt.date(2024, 12, 31),
    "TIMESTAMP DEFAULT TO_TIMESTAMP('2024-01-02 03:04', 'YYYY-MM-DD HH24:MI')": dt.datetime(
        2024, 1, 2, 3, 4
    ),
    "BOOLEAN DEFAULT TO_BOOLEAN('yes')": True,
    "BINARY DEFAULT TO_BINARY('41')": b"A",
    "VARCHAR DEFAULT INITCAP('it''s a')": "It's A",
    "NUMBER(5, 2) DEFAULT 10 / 3": Decimal("3.33"),
    "FLOAT DEFAULT SQRT(4)": 2.0,
    "INT DEFAULT NULL": None,
}


@pytest.mark.parametrize("definition", DEFAULTS)
@pytest.mark.parametrize("added", [False, True])
def test_defaults(snowflake: Connection, definition: str, added: bool) -> None:
    run(snowflake, "ALTER SESSION SET DATE_INPUT_FORMAT = 'DD/MM/YYYY'")
    if added:
        run(snowflake, "CREATE TABLE given (id INT)")
        run(snowflake, f"ALTER TABLE given ADD COLUMN a {definition}")
    else:
        run(snowflake, f"CREATE TABLE given (id INT, a {definition})")
    run(snowflake, "ALTER SESSION UNSET DATE_INPUT_FORMAT")
    run(snowflake, "INSERT INTO given (id) VALUES (1)")
    assert run(snowflake, "SELECT a FROM given") == [(DEFAULTS[definition],)]


def test_no_default_of_a_column(snowflake: Connection) -> None:
    with pytest.raises(errors.InvalidIdentifier):
        run(snowflake, "CREATE TABLE given (a INT, b INT DEFAULT a)")
    with pytest.raises(errors.UnsupportedFeature, match="DEFAULT"):
        run(snowflake, "CREATE TABLE given (a VARCHAR DEFAULT CURRENT_TIMESTAMP()::VARCHAR)")
