"""Names with anything in them, too long ones, empty ones; what uses what is gone."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

NAMES = ['we"ird; -- ', "it's", "😀 é", "a.b", "SELECT", "x" * 255, "\\", "%_"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name(snowflake: Connection, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    run(
        snowflake,
        f"CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} ({quoted} INT COMMENT 'c');"
        f"INSERT INTO {quoted} VALUES (1); CREATE VIEW v AS SELECT {quoted} FROM {quoted};"
        f"CREATE TAG {quoted}; ALTER TABLE {quoted} SET TAG {quoted} = 'x'",
    )
    assert run(snowflake, f"SELECT {quoted} FROM v") == [(1,)]
    tables = run(snowflake, f"SHOW TABLES IN SCHEMA {quoted}")
    assert [(row[1], row[3]) for row in tables] == [(name, name)]
    described = run(snowflake, f"DESCRIBE TABLE {quoted}")
    assert [(row[0], row[9]) for row in described] == [(name, "c")]
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name <> 'V'"
    assert run(snowflake, columns) == [(name,)]
    ddl = run(snowflake, "SELECT GET_DDL('DATABASE', 'mockhaus', TRUE)")[0][0]
    run(snowflake, ddl)
    assert run(snowflake, "SELECT GET_DDL('DATABASE', 'mockhaus', TRUE)")[0][0] == ddl
    run(snowflake, f"DROP TABLE {quoted}; DROP SCHEMA {quoted}")
    assert run(snowflake, "SHOW TABLES IN ACCOUNT") == []


LONG = "x" * 256
NOT_NAMES = [
    f"CREATE TABLE {LONG} (a INT)", f"CREATE TABLE t ({LONG} INT)", f"SELECT 1 AS {LONG}",
    f'CREATE TABLE t AS SELECT 1 AS "{LONG}"', f"ALTER TABLE u RENAME COLUMN a TO {LONG}",
    f"CREATE VIEW v ({LONG}) AS SELECT 1", f"CREATE SCHEMA {LONG}", f"CREATE DATABASE {LONG}",
    f"CREATE ROLE {LONG}", f"CREATE STAGE {LONG}", f"CREATE SEQUENCE {LONG}", f"CREATE TAG {LONG}",
    'CREATE TABLE "" (a INT)', 'CREATE TABLE t ("" INT)', 'SELECT 1 AS ""',
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_NAMES)
def test_no_name(snowflake: Connection, text: str) -> None:
    run(snowflake, "CREATE TABLE u (a INT)")
    with pytest.raises(errors.InvalidIdentifier):
        run(snowflake, text)
    assert len(run(snowflake, "SHOW OBJECTS")) == 1


#: What is dropped -> what used it -> what is wrong with that from then on.
USED = [
    ("DROP TABLE t", "SELECT * FROM v", errors.UndefinedObject, "'T'"),
    ("DROP VIEW v", "SELECT * FROM w", errors.UndefinedObject, "'V'"),
    ("DROP FUNCTION f(INT)", "SELECT * FROM x", errors.UnknownFunction, "Unknown function F"),
    ("DROP SEQUENCE q", "INSERT INTO s VALUES (DEFAULT)", errors.UndefinedObject,
     "SQL compilation error:\nSequence 'MOCKHAUS.PUBLIC.Q' does not exist or not authorized."),
    ("SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT * FROM w", errors.UndefinedObject, "'V'"),
]  # fmt: skip


@pytest.mark.parametrize(("drop", "use", "error", "words"), USED)
def test_what_is_used(
    snowflake: Connection, drop: str, use: str, error: type[errors.SqlError], words: str
) -> None:
    run(
        snowflake,
        "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;"
        "CREATE FUNCTION f(x INT) RETURNS INT AS 'x + 1'; CREATE VIEW x AS SELECT f(1) AS a;"
        "CREATE SEQUENCE q; CREATE TABLE s (a INT DEFAULT q.NEXTVAL)",
    )
    run(snowflake, drop)
    with pytest.raises(error) as raised:
        run(snowflake, use)
    assert words in raised.value.message
    run(snowflake, "SELECT 1")


#: How an object of a kind is made and dropped, with what follows its name, and what lists it.
KINDS = {
    "DATABASE": ("", "SHOW DATABASES"), "SCHEMA": ("", "SHOW SCHEMAS"),
    "TABLE": (" (a INT)", "SHOW TABLES"), "VIEW": (" AS SELECT 1 AS a", "SHOW VIEWS"),
    "SEQUENCE": ("", "SHOW SEQUENCES"), "STAGE": ("", "SHOW STAGES"),
    "FILE FORMAT": (" TYPE = CSV", "SHOW FILE FORMATS"), "TAG": ("", "SHOW TAGS"),
    "FUNCTION": ("() RETURNS INT AS '1'", "SHOW USER FUNCTIONS"),
    "PROCEDURE": ("() RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN 1; END'", "SHOW PROCEDURES"),
    "ROLE": ("", "SHOW ROLES"), "USER": ("", "SHOW USERS"), "WAREHOUSE": ("", "SHOW WAREHOUSES"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_every_kind(snowflake: Connection, kind: str) -> None:
    """255 characters are a name, 256 are none; SHOW LIKE finds the strangest of them."""
    rest, show = KINDS[kind]
    for name in (LONG, f'"{LONG}"'):
        with pytest.raises(errors.InvalidIdentifier):
            run(snowflake, f"CREATE {kind} {name}{rest}")
    for name in (LONG[1:], "we\"ird; '--\n\U0001f600", "%_"):
        quoted = '"' + name.replace('"', '""') + '"'
        run(snowflake, f"CREATE {kind} {quoted}{rest}")
        pattern = name.replace("%", "\\\\%").replace("_", "\\\\_").replace("'", "''")
        (answer,) = snowflake.execute(f"{show} LIKE '{pattern}'")
        at = [each.name for each in answer.columns].index("name")
        assert [row[at] for row in answer.python_rows()] == [name]
        run(snowflake, f"DROP {kind} {quoted}{'()' if rest.startswith('()') else ''}")
        run(snowflake, "USE SCHEMA mockhaus.public")
