"""A server that is killed: what was committed is there, what was under way is whole or not."""

from __future__ import annotations

import contextlib
import itertools
import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_serve import serving

#: Objects of every kind, with properties that differ from what they would have by themselves.
OBJECTS = """
CREATE DATABASE d COMMENT = 'c' DATA_RETENTION_TIME_IN_DAYS = 3;
CREATE SCHEMA d.s WITH MANAGED ACCESS; USE SCHEMA d.s;
CREATE TAG tg ALLOWED_VALUES 'x', 'y';
CREATE SEQUENCE q START 5 INCREMENT 3; CREATE FILE FORMAT f TYPE = JSON; CREATE STAGE st;
CREATE TABLE t (a INT AUTOINCREMENT START 10 INCREMENT 5, b VARCHAR(7) DEFAULT 'x' COMMENT 'cc',
    c INT DEFAULT q.NEXTVAL, CONSTRAINT p PRIMARY KEY (a) RELY) CLUSTER BY (b) COMMENT = 'table';
ALTER TABLE t SET TAG tg = 'x';
INSERT INTO t (b) VALUES ('one'), ('two');
CREATE SECURE VIEW v (z COMMENT 'zz') AS SELECT a FROM t;
CREATE FUNCTION fn(x INT) RETURNS INT AS 'x + 1';
CREATE PROCEDURE pr(x INT) RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN x; END';
CREATE ROLE r COMMENT = 'role'; CREATE USER u EMAIL = 'e'; CREATE WAREHOUSE w WAREHOUSE_SIZE = LARGE;
GRANT SELECT ON TABLE t TO ROLE r WITH GRANT OPTION; GRANT ROLE r TO USER u;
ALTER ACCOUNT SET TIMEZONE = 'Europe/Paris'
"""

#: What tells of all of them.
TOLD = [
    "SHOW DATABASES", "SHOW SCHEMAS IN DATABASE d", "SHOW TABLES IN ACCOUNT", "SHOW VIEWS IN SCHEMA d.s",
    "SHOW COLUMNS IN TABLE d.s.t", "SHOW SEQUENCES IN SCHEMA d.s", "SHOW STAGES IN SCHEMA d.s",
    "SHOW FILE FORMATS IN SCHEMA d.s", "SHOW TAGS IN ACCOUNT", "SHOW USER FUNCTIONS IN SCHEMA d.s",
    "SHOW PROCEDURES IN SCHEMA d.s", "SHOW PRIMARY KEYS IN TABLE d.s.t", "SHOW ROLES", "SHOW USERS",
    "SHOW WAREHOUSES", "SHOW GRANTS TO ROLE r", "SHOW GRANTS TO USER u",
    "SHOW PARAMETERS LIKE 'TIMEZONE' IN ACCOUNT", "SELECT GET_DDL('DATABASE', 'd', TRUE)",
    "SELECT * FROM snowflake.account_usage.tag_references", "SELECT * FROM d.s.t ORDER BY a",
    "SELECT * FROM d.s.v ORDER BY z", "SELECT d.s.fn(1)", "CALL d.s.pr(3)",
]  # fmt: skip


@contextmanager
def persistent(folder: Path) -> Iterator[tuple[subprocess.Popen[str], psycopg.Connection]]:
    """A server whose sessions are kept, and a connection to one; killed in the end."""
    with serving("--data-dir", str(folder)) as (process, address, _):
        connection = psycopg.connect(address, autocommit=True, options="-c session=kept")
        yield process, connection
        process.kill()
        connection.close()


def test_every_object_is_there_afterwards(tmp_path: Path) -> None:
    with persistent(tmp_path) as (_, connection):
        for statement in OBJECTS.split(";\n"):
            connection.execute(statement.encode())
        before = [connection.execute(text.encode()).fetchall() for text in TOLD]
    with persistent(tmp_path) as (_, connection):
        after = [connection.execute(text.encode()).fetchall() for text in TOLD]
        connection.execute("CREATE SCHEMA d.s2 CLONE d.s")  # whose numbers go on
        for name in (b"d.s.t", b"d.s2.t"):
            connection.execute(b"INSERT INTO " + name + b" (b) VALUES ('three')")
            rows = connection.execute(b"SELECT a, c FROM " + name + b" ORDER BY a").fetchall()
            assert rows == [(10, 5), (15, 8), (20, 11)]
    for text, was, found in zip(TOLD, before, after, strict=True):
        assert _settled(was) == _settled(found), text


def _settled(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Without what tells of the connection itself: which database is current, and its zone."""
    return [
        tuple(
            value.astimezone(UTC) if isinstance(value, datetime) else "" if value in _IS else value
            for value in row
        )
        for row in rows
    ]


_IS = ("Y", "N")


#: Statements that take several steps, run again and again until the server dies.
CHANGES = (
    "CREATE OR REPLACE TABLE public.t (a INT, b VARCHAR(3)) COMMENT = 'first'",
    "CREATE OR REPLACE TABLE public.t (z) COMMENT = 'second' AS SELECT 1",
    "ALTER TABLE n.u RENAME TO n.w",
    "ALTER TABLE n.w RENAME TO n.u",
    "ALTER TABLE n.u ALTER COLUMN s TYPE VARCHAR(4)",
    "CREATE OR REPLACE SCHEMA m CLONE n",
    "ALTER SCHEMA n SWAP WITH m",
)
#: The table T as each of the two statements makes it.
FORMS = (
    "create or replace TABLE T (\n\tA NUMBER(38,0),\n\tB VARCHAR(3)\n)COMMENT='first';",
    "create or replace TABLE T (\n\tZ NUMBER(38,0)\n)COMMENT='second';",
)


def test_a_change_under_way_is_whole_or_not(tmp_path: Path) -> None:
    """At whatever moment the server dies, an object is the old or the new one."""
    chance = random.Random(7)
    with persistent(tmp_path) as (_, connection):
        connection.execute("CREATE SCHEMA n")
        connection.execute("CREATE TABLE n.u (a INT, s VARCHAR(3)) COMMENT = 'c'")
        connection.execute(
            "INSERT INTO n.u SELECT SEQ4(), 'x' FROM TABLE(GENERATOR(ROWCOUNT => 9))"
        )
        connection.execute(CHANGES[0].encode())
    for _ in range(2):
        with persistent(tmp_path) as (process, connection):
            _check(connection)
            timer = threading.Timer(chance.uniform(0.05, 0.3), process.kill)
            timer.start()
            with pytest.raises(psycopg.OperationalError):
                _change(connection)
            timer.join()
    with persistent(tmp_path) as (_, connection):
        _check(connection)


def _change(connection: psycopg.Connection) -> None:
    for statement in itertools.cycle(CHANGES):
        with contextlib.suppress(psycopg.ProgrammingError):  # what a former round left otherwise
            connection.execute(statement.encode())


def _check(connection: psycopg.Connection) -> None:
    ddl = connection.execute("SELECT GET_DDL('TABLE', 'public.t')").fetchall()
    assert ddl[0][0] in FORMS
    connection.execute("SELECT * FROM public.t").fetchall()
    tables = connection.execute("SHOW TABLES IN SCHEMA n").fetchall()
    assert [(row[1] in ("u", "w", "U", "W"), row[5], row[7]) for row in tables] == [(True, "c", 9)]
    name = tables[0][1]
    rows = connection.execute(f"SELECT count(*), max(s) FROM n.{name}".encode()).fetchall()
    assert rows == [(9, "x")]
