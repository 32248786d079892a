"""Warehouses, roles, users, grants; parameters and variables."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

#: Statements in order, in one session -> the sentence each answers.
SENTENCES = [
    ("CREATE WAREHOUSE wh WITH WAREHOUSE_SIZE = 'MEDIUM' AUTO_SUSPEND = 60 COMMENT = 'loads'",
     "Warehouse WH successfully created."),
    ("CREATE WAREHOUSE IF NOT EXISTS compute_wh",
     "COMPUTE_WH already exists, statement succeeded."),
    ("CREATE ROLE analyst COMMENT = 'reads'", "Role ANALYST successfully created."),
    ("CREATE ROLE IF NOT EXISTS analyst", "ANALYST already exists, statement succeeded."),
    ("CREATE USER bob PASSWORD = 'x'", None),
    ("CREATE USER bob EMAIL = 'b@x.org' DEFAULT_ROLE = ANALYST", "User BOB successfully created."),
    ("CREATE TABLE t (a INT)", "Table T successfully created."),
    ("GRANT SELECT, INSERT ON TABLE t TO ROLE analyst", "Statement executed successfully."),
    ("GRANT USAGE ON SCHEMA public TO analyst WITH GRANT OPTION",
     "Statement executed successfully."),
    ("GRANT CREATE TABLE ON SCHEMA mockhaus.public TO ROLE analyst",
     "Statement executed successfully."),
    ("GRANT ROLE analyst TO USER bob", "Statement executed successfully."),
    ("GRANT ROLE analyst TO ROLE sysadmin", "Statement executed successfully."),
    ("REVOKE INSERT ON t FROM analyst", "Statement executed successfully."),
    ("REVOKE INSERT ON TABLE public.t FROM ROLE analyst", "Statement executed successfully."),
]  # fmt: skip


def _set_up(snowflake: Connection) -> None:
    for text, expected in SENTENCES:
        if expected is None:
            with pytest.raises(errors.CompilationError):
                run(snowflake, text)
        else:
            assert (text, sentence(snowflake, text)) == (text, expected)


def test_objects_of_the_account(snowflake: Connection) -> None:
    _set_up(snowflake)
    shown = run(snowflake, "SHOW WAREHOUSES")
    assert [(row[0], row[3], row[10], row[11], row[21]) for row in shown] == [
        ("COMPUTE_WH", "X-Small", "Y", 600, ""),
        ("WH", "Medium", "N", 60, "loads"),
    ]
    (analyst,) = run(snowflake, "SHOW ROLES LIKE 'analyst'")
    assert (analyst[1], analyst[5:10]) == ("ANALYST", (1, 1, 0, "ACCOUNTADMIN", "reads"))
    assert [row[0] for row in run(snowflake, "SHOW USERS")] == ["ANN", "BOB"]


def test_grants(snowflake: Connection) -> None:
    _set_up(snowflake)
    granted = run(snowflake, "SHOW GRANTS TO ROLE analyst")
    assert sorted(row[1:7] for row in granted) == [
        ("CREATE TABLE", "SCHEMA", "MOCKHAUS.PUBLIC", "ROLE", "ANALYST", "false"),
        ("SELECT", "TABLE", "MOCKHAUS.PUBLIC.T", "ROLE", "ANALYST", "false"),
        ("USAGE", "SCHEMA", "MOCKHAUS.PUBLIC", "ROLE", "ANALYST", "true"),
    ]
    assert [row[1] for row in run(snowflake, "SHOW GRANTS ON TABLE t")] == ["OWNERSHIP", "SELECT"]
    assert [row[3] for row in run(snowflake, "SHOW GRANTS TO USER bob")] == ["ANALYST"]
    assert sentence(snowflake, "DROP ROLE analyst") == "ANALYST successfully dropped."
    with pytest.raises(errors.UndefinedObject):
        run(snowflake, "SHOW GRANTS TO ROLE analyst")


#: Statements -> what grants on T's successor are left.
FOLLOWED = [
    ("ALTER TABLE t RENAME TO u", "u", ["OWNERSHIP", "SELECT"]),
    ("ALTER SCHEMA public RENAME TO s", "s.t", ["OWNERSHIP", "SELECT"]),
    ("ALTER DATABASE mockhaus RENAME TO d", "d.public.t", ["OWNERSHIP", "SELECT"]),
    ("DROP TABLE t; CREATE TABLE t (a INT)", "t", ["OWNERSHIP"]),
    ("CREATE OR REPLACE TABLE t (a INT)", "t", ["OWNERSHIP"]),
    ("CREATE OR REPLACE TABLE t (a INT) COPY GRANTS", "t", ["OWNERSHIP", "SELECT"]),
    ("DROP SCHEMA public; CREATE SCHEMA public; CREATE TABLE t (a INT)", "t", ["OWNERSHIP"]),
]


@pytest.mark.parametrize(("text", "table", "left"), FOLLOWED)
def test_grants_follow_their_object(
    snowflake: Connection, text: str, table: str, left: list[str]
) -> None:
    _set_up(snowflake)
    run(snowflake, text)
    assert [row[1] for row in run(snowflake, f"SHOW GRANTS ON TABLE {table}")] == left


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("GRANT SELECT ON TABLE none TO ROLE public", errors.UndefinedObject),
        ("GRANT USAGE ON SCHEMA public TO ROLE none", errors.UndefinedObject),
        ("GRANT SELECT ON ALL STREAMS IN SCHEMA public TO ROLE public", errors.UnsupportedFeature),
        ("GRANT ALL ON ACCOUNT TO ROLE public", errors.UnsupportedFeature),
        ("GRANT SELECT ON WAREHOUSE compute_wh TO ROLE public", errors.InvalidParameter),
        ("SHOW GRANTS TO ROLE none", errors.UndefinedObject),
        ("SHOW GRANTS ON TABLE none", errors.UndefinedObject),
        ("CREATE ROLE sysadmin", errors.DuplicateObject),
        ("DROP ROLE none", errors.UndefinedObject),
        ("DROP WAREHOUSE compute_wh", errors.UnsupportedFeature),
        ("CREATE WAREHOUSE w RESOURCE_MONITOR = m", errors.UnsupportedFeature),
        ("CREATE WAREHOUSE w WAREHOUSE_SIZE = HUGE", errors.InvalidParameter),
        ("CREATE WAREHOUSE w MIN_CLUSTER_COUNT = 3", errors.InvalidParameter),
        ("ALTER WAREHOUSE compute_wh SET AUTO_RESUME = 1", errors.InvalidParameter),
        ("CREATE USER u TYPE = ROBOT", errors.InvalidParameter),
        ("SHOW GRANTS OF SHARE s", errors.UnsupportedFeature),
        ("SHOW VIEWS HISTORY", errors.UnsupportedFeature),
    ],
)
def test_refused(snowflake: Connection, text: str, error: type[errors.SqlError]) -> None:
    with pytest.raises(error):
        run(snowflake, text)


def test_show_parameters(snowflake: Connection) -> None:
    run(snowflake, "ALTER SESSION SET WEEK_START = 1")
    assert [row[:4] for row in run(snowflake, "SHOW PARAMETERS LIKE 'week_s%'")] == [
        ("WEEK_START", "1", "0", "SESSION")
    ]
    assert run(snowflake, "SHOW PARAMETERS LIKE 'week_s%' IN ACCOUNT")[0][1] == "0"


def test_variables(snowflake: Connection) -> None:
    run(snowflake, "SET (b, a) = (1, 'x')")
    shown = run(snowflake, "SHOW VARIABLES")
    assert [row[3:6] for row in shown] == [("A", "x", "text"), ("B", "1", "fixed")]


def test_grants_of_a_role(snowflake: Connection) -> None:
    run(snowflake, "CREATE ROLE r; CREATE USER u; GRANT ROLE r TO USER u; GRANT ROLE r TO sysadmin")
    shown = run(snowflake, "SHOW GRANTS OF ROLE r")
    assert [row[1:] for row in shown] == [
        ("R", "ROLE", "SYSADMIN", "ACCOUNTADMIN"),
        ("R", "USER", "U", "ACCOUNTADMIN"),
    ]


def test_privileges_in_the_information_schema(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE ROLE r; CREATE TABLE t (a INT); CREATE SEQUENCE q;"
        "GRANT SELECT ON TABLE t TO ROLE r WITH GRANT OPTION; GRANT USAGE ON SEQUENCE q TO ROLE r;"
        "GRANT USAGE ON DATABASE mockhaus TO ROLE r",
    )
    found = run(
        snowflake,
        "SELECT grantee, object_type, object_catalog, object_schema, object_name, privilege_type,"
        " is_grantable FROM information_schema.object_privileges"
        " WHERE privilege_type <> 'OWNERSHIP' ORDER BY object_type",
    )
    assert found == [
        ("R", "DATABASE", "MOCKHAUS", None, "MOCKHAUS", "USAGE", "NO"),
        ("R", "SEQUENCE", "MOCKHAUS", "PUBLIC", "Q", "USAGE", "NO"),
        ("R", "TABLE", "MOCKHAUS", "PUBLIC", "T", "SELECT", "YES"),
    ]
    tables = "SELECT table_name, privilege_type FROM information_schema.table_privileges"
    assert run(snowflake, tables) == [("T", "OWNERSHIP"), ("T", "SELECT")]


def test_what_is_current_follows_its_object(snowflake: Connection) -> None:
    run(snowflake, "CREATE WAREHOUSE w; USE WAREHOUSE w; CREATE ROLE r; USE ROLE r")
    run(snowflake, "ALTER WAREHOUSE w RENAME TO v; ALTER ROLE r RENAME TO s")
    query = "SELECT current_warehouse(), current_role()"
    assert run(snowflake, query) == [("V", "S")]
    run(snowflake, "DROP WAREHOUSE v")
    assert run(snowflake, query) == [(None, "S")]
