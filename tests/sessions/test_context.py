"""Context functions of roles, and in what is kept for others to run: views and defaults."""

from __future__ import annotations

import pytest

from mockhaus.sessions.connection import Connection
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from tests.support import run

SETUP = """
CREATE ROLE reader; CREATE ROLE writer; CREATE ROLE other; CREATE USER ann;
GRANT ROLE reader TO ROLE writer; GRANT ROLE other TO USER ann
"""

_HAS = "SELECT IS_ROLE_IN_SESSION"
#: What is used -> a query -> its value.
ROLES = [
    ("USE ROLE accountadmin", f"{_HAS}('SECURITYADMIN')", True),
    ("USE ROLE accountadmin", f"{_HAS}('useradmin')", True),
    ("USE ROLE accountadmin", f"{_HAS}('WRITER')", False),
    ("USE ROLE sysadmin", f"{_HAS}('ACCOUNTADMIN')", False),
    ("USE ROLE writer", f"{_HAS}('READER')", True),
    ("USE ROLE reader", f"{_HAS}('WRITER')", False),
    ("USE ROLE reader", f"{_HAS}('PUBLIC')", True),
    ("USE ROLE reader", f"{_HAS}('NO_ROLE')", False),
    ("USE ROLE reader", f"{_HAS}('OTHER')", False),
    ("USE ROLE reader; USE SECONDARY ROLES ALL", f"{_HAS}('OTHER')", True),
    ("USE ROLE writer", f"{_HAS}(column1) FROM VALUES ('READER')", True),
    ("USE ROLE writer", "SELECT CURRENT_AVAILABLE_ROLES()", '["OTHER","PUBLIC","READER","WRITER"]'),
    ("USE ROLE writer", "SELECT CURRENT_SECONDARY_ROLES()", '{"roles":"","value":""}'),
    ("USE ROLE reader; USE SECONDARY ROLES ALL", "SELECT CURRENT_SECONDARY_ROLES()",
     '{"roles":"OTHER,PUBLIC","value":"ALL"}'),
]  # fmt: skip


@pytest.mark.parametrize(("used", "query", "value"), ROLES)
def test_roles(snowflake: Connection, used: str, query: str, value: object) -> None:
    run(snowflake, SETUP)
    run(snowflake, used)
    assert run(snowflake, query) == [(value,)]


#: Expressions -> what they are for ann as ACCOUNTADMIN, and for bob as READER.
KEPT = [
    ("CURRENT_USER()", "ANN", "BOB"),
    ("CURRENT_USER", "ANN", "BOB"),
    ("CURRENT_ROLE()", "ACCOUNTADMIN", "READER"),
    ("LOWER(CURRENT_ROLE()) || '!'", "accountadmin!", "reader!"),
    ("CURRENT_WAREHOUSE()", "COMPUTE_WH", "BIG"),
    ("TO_VARCHAR(IS_ROLE_IN_SESSION('SYSADMIN'))", "true", "false"),
    ("CURRENT_SCHEMA()", "PUBLIC", "PUBLIC"),
]


@pytest.mark.parametrize(("expression", "ann", "bob"), KEPT)
def test_what_is_kept(snowflake: Connection, expression: str, ann: str, bob: str) -> None:
    """A view and a default tell of who runs them, not of who made them."""
    run(snowflake, f"CREATE VIEW v AS SELECT {expression} AS x; CREATE ROLE reader")
    default = "NULL" if "IS_ROLE" in expression else expression  # a default reads no tables
    run(snowflake, f"CREATE TABLE t (a INT, b VARCHAR DEFAULT {default}); CREATE WAREHOUSE big")
    run(snowflake, f"ALTER TABLE t ADD COLUMN c VARCHAR DEFAULT {default}")
    other = snowflake.session.connect(
        user="bob", door="http", transactions=snowflake.transaction.rules
    )
    run(other, "USE ROLE reader; USE WAREHOUSE big")
    run(snowflake, "USE WAREHOUSE compute_wh")
    for connection, value in ((other, bob), (snowflake, ann), (other, bob)):
        run(connection, "DELETE FROM t; INSERT INTO t (a) VALUES (1)")
        assert run(connection, "SELECT x FROM v") == [(value,)]
        if default != "NULL":
            assert run(connection, "SELECT b, c FROM t") == [(value, value)]


#: What stands -> what another connection drops -> what the first one is told.
DROPPED = [
    ("USE SCHEMA d.s", "DROP DATABASE d", (None, None, "ACCOUNTADMIN", "COMPUTE_WH")),
    ("USE SCHEMA d.s", "DROP SCHEMA d.s", ("D", None, "ACCOUNTADMIN", "COMPUTE_WH")),
    ("USE SCHEMA d.s", "DROP SCHEMA d.PUBLIC", ("D", "S", "ACCOUNTADMIN", "COMPUTE_WH")),
    ("USE SCHEMA d.s", "DROP SCHEMA d.s; CREATE SCHEMA d.s", ("D", "S", "ACCOUNTADMIN", "COMPUTE_WH")),
    ("USE SCHEMA d.s; USE WAREHOUSE big", "DROP WAREHOUSE big", ("D", "S", "ACCOUNTADMIN", None)),
    ("USE SCHEMA d.s; USE ROLE r", "DROP ROLE r", ("D", "S", "ACCOUNTADMIN", "COMPUTE_WH")),
    ("USE SCHEMA d.s; USE ROLE r", "BEGIN; DROP ROLE q; ROLLBACK", ("D", "S", "R", "COMPUTE_WH")),
]  # fmt: skip

_CURRENT = "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_ROLE(), CURRENT_WAREHOUSE()"
_MADE = "CREATE DATABASE d; CREATE SCHEMA d.s; CREATE ROLE r; CREATE ROLE q; CREATE WAREHOUSE big"


@pytest.mark.parametrize(("standing", "drop", "told"), DROPPED)
def test_what_another_dropped_is_not_current(
    session: Session, snowflake: Connection, standing: str, drop: str, told: object
) -> None:
    run(snowflake, f"{_MADE}; {standing}")
    other = session.connect(user="bob", door="http", transactions=Transactions.SNOWFLAKE)
    run(other, drop)
    assert run(snowflake, _CURRENT) == [told]


@pytest.mark.parametrize(("standing", "drop", "told"), [d for d in DROPPED if ";" not in d[1]])
def test_what_was_dropped_is_not_current(
    snowflake: Connection, standing: str, drop: str, told: object
) -> None:
    run(snowflake, f"{_MADE}; {standing}")
    run(snowflake, drop)
    assert run(snowflake, _CURRENT) == [told]


def test_a_dropped_role_owns_nothing_new(session: Session, snowflake: Connection) -> None:
    run(snowflake, f"{_MADE}; USE SCHEMA d.s; USE ROLE r")
    other = session.connect(user="bob", door="http", transactions=Transactions.SNOWFLAKE)
    run(other, "DROP ROLE r")
    run(snowflake, "CREATE TABLE t (a INT)")
    owner = "SELECT table_owner FROM d.information_schema.tables WHERE table_name = 'T'"
    assert run(snowflake, owner) == [("ACCOUNTADMIN",)]


def test_a_drop_counts_once_it_is_committed(session: Session, snowflake: Connection) -> None:
    run(snowflake, f"{_MADE}; USE SCHEMA d.s")
    other = session.connect(user="bob", door="pg", transactions=Transactions.POSTGRESQL)
    run(other, "BEGIN; DROP SCHEMA d.s")
    assert run(snowflake, "SELECT CURRENT_SCHEMA()") == [("S",)]
    run(other, "COMMIT")
    assert run(snowflake, "SELECT CURRENT_SCHEMA()") == [(None,)]
