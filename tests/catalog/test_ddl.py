"""GET_DDL writes statements that make the same object again."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

_ALL = """
CREATE SEQUENCE seq START 10 INCREMENT 5 COMMENT = 'it''s one';
CREATE FILE FORMAT ff TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 1 NULL_IF = ('', '\\\\N');
CREATE TABLE one (
    id INT NOT NULL AUTOINCREMENT START 5 INCREMENT 2 ORDER, name VARCHAR(20) DEFAULT 'it''s',
    "Mixed case" NUMBER(10, 2) COMMENT 'a "quoted" one', d DATE DEFAULT CURRENT_DATE(),
    n INT DEFAULT seq.NEXTVAL, "order" VARIANT, at TIMESTAMP_LTZ(3),
    CONSTRAINT pk PRIMARY KEY (id), UNIQUE (name, d)) CLUSTER BY (d, id) COMMENT = 'back\\\\slash';
CREATE TRANSIENT TABLE two (id INT, CONSTRAINT fk FOREIGN KEY (id) REFERENCES one (id));
CREATE FUNCTION f(a INT, b VARCHAR(5) DEFAULT 'x') RETURNS NUMBER(10, 2) STRICT IMMUTABLE
    MEMOIZABLE COMMENT = 'c' AS $$ a + length(b || 'it''s') $$;
CREATE SECURE FUNCTION g(n INT) RETURNS TABLE ("k" INT, v VARCHAR) AS 'SELECT id, name FROM one';
CREATE PROCEDURE p(a INT, b VARCHAR DEFAULT 'x') RETURNS NUMBER(10, 2) NOT NULL LANGUAGE SQL
    COMMENT = 'c' EXECUTE AS CALLER AS $$ BEGIN RETURN a + 1; END $$;
CREATE PROCEDURE q() RETURNS TABLE (k INT) LANGUAGE SQL AS 'BEGIN RETURN 1; END';
CREATE SECURE VIEW v (a, b) COMMENT = 'as (x) as' AS SELECT id AS "as", f(id) FROM one WHERE id > 1;
CREATE VIEW w AS WITH q AS (SELECT a FROM v) SELECT * FROM q
"""

OBJECTS = {
    "SEQUENCE": ["seq"],
    "FILE_FORMAT": ["ff"],
    "TABLE": ["one", "two", "public.one", "mockhaus.public.two"],
    "FUNCTION": ["f(INT, VARCHAR)", "g(NUMBER)"],
    "PROCEDURE": ["p(INT, VARCHAR)", "q()"],
    "VIEW": ["v", "w"],
}

_LOOKS = (
    "SHOW SEQUENCES", "SHOW FILE FORMATS", "SHOW TABLES", "SHOW USER FUNCTIONS", "SHOW COLUMNS",
    "SHOW PRIMARY KEYS", "SHOW UNIQUE KEYS", "SHOW IMPORTED KEYS", "DESCRIBE TABLE one",
    "DESCRIBE TABLE v", "DESCRIBE FUNCTION f(INT, VARCHAR)", "SHOW USER PROCEDURES",
    "DESCRIBE PROCEDURE p(INT, VARCHAR)",
)  # fmt: skip


@pytest.fixture
def filled(snowflake: Connection) -> Connection:
    run(snowflake, _ALL)
    return snowflake


def _seen(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """Everything that is told of the objects, but when they were made and what was written."""
    names = [column.name for column in next(connection.execute("SHOW VIEWS")).columns]
    views = [dict(zip(names, row, strict=True)) for row in run(connection, "SHOW VIEWS")]
    told = [[(v["name"], v["comment"], v["is_secure"]) for v in views]]
    for look in _LOOKS:
        result = next(connection.execute(look))
        kept = [n for n, c in enumerate(result.columns) if c.name not in ("created_on",)]
        told.append([tuple(row[n] for n in kept) for row in result.python_rows()])
    return told


def _ddl(connection: Connection, kind: str, name: str, full: str = "FALSE") -> str:
    return str(run(connection, f"SELECT GET_DDL('{kind}', '{name}', {full})")[0][0])


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, each in OBJECTS.items() for n in each])
def test_the_text_makes_the_object_again(filled: Connection, kind: str, name: str) -> None:
    before, text = _seen(filled), _ddl(filled, kind, name)
    run(filled, text)
    assert _seen(filled) == before
    assert _ddl(filled, kind, name) == text


@pytest.mark.parametrize("full", ["TRUE", "FALSE"])
@pytest.mark.parametrize(("kind", "name"), [("SCHEMA", "public"), ("DATABASE", "mockhaus")])
def test_all_that_is_in_it(filled: Connection, kind: str, name: str, full: str) -> None:
    before, text = _seen(filled), _ddl(filled, kind, name, full)
    run(filled, text)
    assert _seen(filled) == before
    assert _ddl(filled, kind, name, full) == text


def test_how_it_is_written(filled: Connection) -> None:
    run(filled, "CREATE TABLE books (id INT NOT NULL, title VARCHAR(9) DEFAULT 'x') COMMENT = 'c'")
    run(filled, "CREATE VIEW titles AS SELECT title FROM books")
    assert _ddl(filled, "TABLE", "books") == (
        "create or replace TABLE BOOKS (\n\tID NUMBER(38,0) NOT NULL,\n"
        "\tTITLE VARCHAR(9) DEFAULT 'x'\n)COMMENT='c';"
    )
    assert _ddl(filled, "VIEW", "titles", "TRUE") == (
        "create or replace view MOCKHAUS.PUBLIC.TITLES(\n\tTITLE\n) as SELECT title FROM books;"
    )


#: Objects with odd names and values: the statements that make one, its kind and name.
ODD = [
    ("""CREATE SCHEMA "odd ""S"; CREATE TABLE "T;1" ("a b" INT NOT NULL, "c""d" VARCHAR(10)
        DEFAULT 'q''x\\n' COMMENT 'it''s "c"', n NUMBER(10,2) DEFAULT 1.50, b BOOLEAN DEFAULT TRUE,
        ts TIMESTAMP_TZ(3) DEFAULT CURRENT_TIMESTAMP(), "sel" ARRAY, bin BINARY(4), t TIME(3),
        f FLOAT DEFAULT 1e10, CONSTRAINT "p k" PRIMARY KEY ("a b"), CONSTRAINT u UNIQUE ("c""d")
        RELY) COMMENT = 'x\\y''z' DATA_RETENTION_TIME_IN_DAYS = 3""",
     "TABLE", '"odd ""S"."T;1"'),
    ("""CREATE TABLE "select" (k INT); CREATE TABLE r (k INT, CONSTRAINT fk FOREIGN KEY (k)
        REFERENCES "select" (k) ON DELETE CASCADE)""", "TABLE", "r"),
    ("""CREATE TABLE s (st OBJECT(a INT, b VARCHAR NOT NULL), ar ARRAY(INT), m MAP(VARCHAR, INT),
        v VECTOR(FLOAT, 3), d DATE DEFAULT DATEADD(day, 1, CURRENT_DATE()),
        j VARIANT DEFAULT PARSE_JSON('{"a":1}'))""", "TABLE", "s"),
    ("""CREATE TABLE i (a INT AUTOINCREMENT (3, 5), b INT IDENTITY START -4 INCREMENT -2 ORDER)""",
     "TABLE", "i"),
    ("""CREATE TAG "My Tag" ALLOWED_VALUES 'a', 'it''s';
        CREATE TABLE g (a INT WITH TAG ("My Tag" = 'it''s')) WITH TAG ("My Tag" = 'a')""",
     "TABLE", "g"),
    ("""CREATE VIEW "v 1" ("x y" COMMENT 'q''r', "select") COMMENT = 'c'
        AS SELECT 1, '<as (x)>' WHERE 'a' <> 'as (x)'""", "VIEW", '"v 1"'),
    ("""CREATE FUNCTION "f 1" ("p q" INT, r VARCHAR DEFAULT 'x''y') RETURNS VARCHAR
        AS $$ 'a' || r || '\n' $$""", "FUNCTION", '"f 1"(INT, VARCHAR)'),
    ("CREATE TABLE z (a INT) DATA_RETENTION_TIME_IN_DAYS = 0 CHANGE_TRACKING = TRUE", "TABLE", "z"),
    ("CREATE SEQUENCE \"s;q\" START -3 INCREMENT -9 ORDER COMMENT = 'a;b'", "SEQUENCE", '"s;q"'),
    ("CREATE FILE FORMAT \"f f\" TYPE = JSON STRIP_OUTER_ARRAY = TRUE COMMENT = 'it''s'",
     "FILE_FORMAT", '"f f"'),
    ("CREATE TAG \"t t\" ALLOWED_VALUES 'it''s', 'b' COMMENT = 'c\\\\d'", "TAG", '"t t"'),
    ("""CREATE TRANSIENT SCHEMA "a.b" WITH MANAGED ACCESS DATA_RETENTION_TIME_IN_DAYS = 0;
        CREATE TABLE t (x INT)""", "SCHEMA", '"a.b"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "name"), ODD)
def test_odd_names_and_values(snowflake: Connection, text: str, kind: str, name: str) -> None:
    run(snowflake, text)
    written = name.replace("'", "''")
    ddl, before = _ddl(snowflake, kind, written), _seen_of(snowflake)
    run(snowflake, ddl)
    assert _ddl(snowflake, kind, written) == ddl
    assert _seen_of(snowflake) == before


def _seen_of(connection: Connection) -> list[tuple[Any, ...]]:
    looks = ("SHOW COLUMNS", "SHOW PRIMARY KEYS", "SHOW IMPORTED KEYS", "SHOW SEQUENCES",
             "SHOW FILE FORMATS", "SHOW TAGS", "SHOW SCHEMAS", "SHOW USER FUNCTIONS", "SHOW TABLES")  # fmt: skip
    return [
        tuple(value for value in row if not hasattr(value, "tzinfo"))
        for look in looks
        for row in run(connection, look)
    ]


def test_columns_of_a_list_have_types_or_take_them(snowflake: Connection) -> None:
    for text, expected in (
        ("CREATE TABLE m (a, b INT) AS SELECT 1.5, '2'", [("A", "NUMBER(2,1)"), ("B", "NUMBER(38,0)")]),
        ("CREATE OR REPLACE TABLE m (a VARCHAR(3), b) AS SELECT 'x', 2",
         [("A", "VARCHAR(3)"), ("B", "NUMBER(38,0)")]),
    ):  # fmt: skip
        run(snowflake, text)
        assert [row[:2] for row in run(snowflake, "DESCRIBE TABLE m")] == expected
    with pytest.raises(errors.InvalidColumnList):
        run(snowflake, "CREATE TABLE n (a, b INT) AS SELECT 1")


def test_a_temporary_table_keeps_what_it_was_given(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TEMPORARY TABLE k (a VARCHAR(3) DEFAULT 'x' COMMENT 'col', PRIMARY KEY (a))"
        " COMMENT = 'table'",
    )
    described = run(snowflake, "DESCRIBE TABLE k")
    assert [(row[1], row[4], row[5], row[9]) for row in described] == [
        ("VARCHAR(3)", "'x'", "Y", "col")
    ]
    ddl = run(snowflake, "SELECT GET_DDL('TABLE', 'k')")[0][0]
    assert ddl.endswith(")COMMENT='table';")
    run(snowflake, ddl)
    assert run(snowflake, "SELECT GET_DDL('TABLE', 'k')")[0][0] == ddl


def test_warehouses(snowflake: Connection) -> None:
    run(snowflake, "CREATE WAREHOUSE w WAREHOUSE_SIZE = SMALL AUTO_SUSPEND = 5 COMMENT = 'it''s'")
    shown = "SHOW WAREHOUSES LIKE 'w' ->> SELECT $1, $3, $4, $12, $22 FROM $1"
    before = run(snowflake, shown)
    text = run(snowflake, "SELECT get_ddl('WAREHOUSE', 'w')")[0][0]
    run(snowflake, f"DROP WAREHOUSE w; {text}")
    assert run(snowflake, shown) == before == [("W", "STANDARD", "Small", 5, "it's")]
