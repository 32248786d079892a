"""`-c dialect=snowflake`: a PostgreSQL client to which Snowflake's rules apply throughout."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import pq
from psycopg.pq.abc import PGconn

from tests.gateway.wire import Running


@pytest.fixture
def snowflake(server: Running, request: pytest.FixtureRequest) -> Iterator[PGconn]:
    options = f"-c session=s{abs(hash(request.node.nodeid))} -c dialect=snowflake"
    # psycopg connects without holding up the server, which is a thread of this process.
    with psycopg.connect(server.dsn, options=options, autocommit=True) as connection:
        yield connection.pgconn


def answer(connection: PGconn, text: str) -> tuple[list[str], list[list[str | None]], str]:
    """Names, rows and command tag of a simple query; of an error its number stands for the tag."""
    result = connection.exec_(text.encode())
    if result.status == pq.ExecStatus.FATAL_ERROR:
        return [], [], (result.error_field(pq.DiagnosticField.SOURCE_FUNCTION) or b"").decode()
    names = [(result.fname(n) or b"").decode() for n in range(result.nfields)]
    rows = [
        [None if (v := result.get_value(r, n)) is None else v.decode() for n in range(len(names))]
        for r in range(result.ntuples)
    ]
    return names, rows, (result.command_status or b"").decode()


def test_names_are_shown_as_they_are_stored(snowflake: PGconn) -> None:
    names, rows, tag = answer(snowflake, 'SELECT 1 AS a, 2 AS "b"')
    assert (names, rows, tag) == (["A", "b"], [["1", "2"]], "SELECT 1")


def test_statements_tell_what_they_did(snowflake: PGconn) -> None:
    assert answer(snowflake, "CREATE TABLE t (a INT)")[:2] == (
        ["status"],
        [["Table T successfully created."]],
    )
    assert answer(snowflake, "INSERT INTO t VALUES (1), (2)") == (
        ["number of rows inserted"],
        [["2"]],
        "INSERT 0 2",
    )


def test_an_error_leaves_the_transaction_open_and_ddl_commits(snowflake: PGconn) -> None:
    answer(snowflake, "CREATE TABLE t (a INT)")
    answer(snowflake, "BEGIN")
    answer(snowflake, "INSERT INTO t VALUES (1)")
    assert answer(snowflake, "SELECT 1 / 0")[2] == "100051"
    assert answer(snowflake, "SELECT * FROM t")[1] == [["1"]]
    answer(snowflake, "CREATE TABLE u (a INT)")
    answer(snowflake, "ROLLBACK")
    assert answer(snowflake, "SELECT * FROM t")[1] == [["1"]]


@pytest.mark.parametrize("text", ["SELECT 'a' ~ 'a'", "SELECT now()::timestamptz AT TIME ZONE 'x'"])
def test_sql_of_postgresql_is_refused(snowflake: PGconn, text: str) -> None:
    assert answer(snowflake, text)[2]


def test_where_it_stands_is_told(snowflake: PGconn) -> None:
    def told(name: str) -> str:
        return (snowflake.parameter_status(f"mockhaus.{name}".encode()) or b"").decode()

    assert (told("database"), told("schema"), told("variables")) == ("MOCKHAUS", "PUBLIC", "")
    assert told("connection") == answer(snowflake, "SELECT CURRENT_SESSION()")[1][0][0]
    answer(snowflake, "CREATE SCHEMA s2")
    answer(snowflake, "SET (one, two) = (1, 2)")
    assert (told("schema"), sorted(told("variables").split(","))) == ("S2", ["ONE", "TWO"])
    answer(snowflake, "UNSET one")
    assert told("variables") == "TWO"


def test_another_dialect_is_refused(server: Running) -> None:
    with pytest.raises(psycopg.OperationalError, match='"dialect": "oracle"'):
        psycopg.connect(server.dsn, options="-c dialect=oracle")
