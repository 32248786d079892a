"""Transaction modes and notices of the PostgreSQL door."""

from __future__ import annotations

import psycopg
import pytest

from tests.gateway.wire import Running

#: Statements of one connection -> what SHOW answers after them.
SHOWN = [
    (["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"], "transaction_isolation", "serializable"),
    (["BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY"], "transaction_read_only", "on"),
    (["BEGIN READ WRITE, NOT DEFERRABLE"], "transaction_read_only", "off"),
    (
        ["START TRANSACTION ISOLATION LEVEL REPEATABLE READ"],
        "transaction_isolation",
        "repeatable read",
    ),
    (["BEGIN ISOLATION LEVEL SERIALIZABLE", "COMMIT"], "transaction_isolation", "read committed"),
    (
        ["BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"],
        "transaction_isolation",
        "serializable",
    ),
    (
        ["SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"],
        "transaction_isolation",
        "serializable",
    ),
    (
        ["SET default_transaction_isolation = 'serializable'", "BEGIN"],
        "transaction_isolation",
        "serializable",
    ),
]


@pytest.mark.parametrize(("statements", "name", "value"), SHOWN)
def test_modes_are_shown(
    client: psycopg.Connection, statements: list[str], name: str, value: str
) -> None:
    for each in statements:
        client.execute(each)
    assert client.execute(f"SHOW {name}").fetchone() == (value,)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE u (i INT)",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
    ],
)
def test_read_only_refuses_what_writes(client: psycopg.Connection, statement: str) -> None:
    client.execute("CREATE TABLE t (i INT)")
    client.execute("BEGIN READ ONLY")
    client.execute("SELECT * FROM t")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        client.execute(statement)
    client.execute("ROLLBACK")
    client.execute("INSERT INTO t VALUES (1)")


NOTICES = [
    ("DROP TABLE IF EXISTS nosuch", "00000", 'table "nosuch" does not exist, skipping'),
    ("DROP VIEW IF EXISTS nosuch", "00000", 'view "nosuch" does not exist, skipping'),
    ("DROP SCHEMA IF EXISTS nosuch", "00000", 'schema "nosuch" does not exist, skipping'),
    ("DROP SEQUENCE IF EXISTS nosuch", "00000", 'sequence "nosuch" does not exist, skipping'),
    (
        "CREATE TABLE IF NOT EXISTS t (i INT)",
        "42P07",
        'relation "t" already exists, skipping',
    ),
    ("CREATE SCHEMA IF NOT EXISTS public", "42P06", 'schema "public" already exists, skipping'),
]


@pytest.mark.parametrize(("statement", "sqlstate", "text"), NOTICES)
def test_what_is_skipped_is_noticed(
    client: psycopg.Connection, statement: str, sqlstate: str, text: str
) -> None:
    told: list[tuple[str | None, ...]] = []
    client.execute("CREATE TABLE t (i INT)")
    client.add_notice_handler(lambda d: told.append((d.severity, d.sqlstate, d.message_primary)))
    client.execute(statement)
    assert told == [("NOTICE", sqlstate, text)]
    client.execute("SET client_min_messages = warning")
    client.execute(statement)
    assert len(told) == 1


def test_what_exists_has_its_own_sqlstate(client: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DuplicateSchema):
        client.execute("CREATE SCHEMA public")
    client.execute("CREATE TABLE t (i INT)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        client.execute("CREATE TABLE t (i INT)")


@pytest.mark.parametrize(
    ("begin", "seen"),
    [
        (["BEGIN"], 2),
        (["BEGIN ISOLATION LEVEL READ COMMITTED"], 2),
        (["BEGIN ISOLATION LEVEL REPEATABLE READ"], 1),
        (["BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"], 1),
        (["SET default_transaction_isolation = 'repeatable read'", "BEGIN"], 1),
        (["BEGIN ISOLATION LEVEL REPEATABLE READ", "COMMIT", "BEGIN"], 2),
    ],
)
def test_what_a_transaction_sees(
    client: psycopg.Connection, server: Running, begin: list[str], seen: int
) -> None:
    client.execute("CREATE TABLE seen AS SELECT 1 AS a")
    for each in begin:
        client.execute(each)
    assert client.execute("SELECT count(*) FROM seen").fetchone() == (1,)
    options = f"-c session={server.registry.list()[-1].id}"
    with psycopg.connect(server.dsn, options=options, autocommit=True) as another:
        another.execute("INSERT INTO seen VALUES (2)")
    assert client.execute("SELECT count(*) FROM seen").fetchone() == (seen,)
