"""Connections of a session read the system catalogs' rows in common, and each what it should see."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.gateway.wire import Running

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace > 16000 ORDER BY 1"
COLUMNS = """
    SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace > 16000 AND a.attnum > 0 ORDER BY 1"""
STANDARD = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"""
INDEXES = "SELECT indexname FROM pg_indexes ORDER BY 1"
SHOWN = "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relname = 'a'"

#: Step by step: who (`a` or `b`), what it runs, and what it is answered where that is a question.
Steps = list[tuple[str, str, list[str | None] | None]]

CASES: dict[str, Steps] = {
    "what one has created, the other sees": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("a", TABLES, ["a"]),
        ("b", TABLES, ["a"]),
        ("b", "DROP TABLE a", None),
        ("a", TABLES, []),
        ("a", COLUMNS, []),
    ],
    "a transaction's own changes are its own": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("b", TABLES, ["a"]),
        ("a", "BEGIN", None),
        ("a", "CREATE TABLE u (i INT PRIMARY KEY, j INT)", None),
        ("a", COLUMNS, ["a.i", "u.i", "u.j"]),
        ("b", COLUMNS, ["a.i"]),
        ("a", STANDARD, ["a", "u"]),
        ("a", INDEXES, ["u_pkey"]),
        ("b", INDEXES, []),
        ("a", "ROLLBACK", None),
        ("a", COLUMNS, ["a.i"]),
        ("a", INDEXES, []),
        ("b", STANDARD, ["a"]),
    ],
    "until they are committed": [
        ("b", TABLES, []),
        ("a", "BEGIN", None),
        ("a", "CREATE TABLE u (i INT)", None),
        ("a", TABLES, ["u"]),
        ("b", TABLES, []),
        ("a", "COMMIT", None),
        ("a", TABLES, ["u"]),
        ("b", TABLES, ["u"]),
        ("b", COLUMNS, ["u.i"]),
    ],
    "temporary tables are a connection's": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("b", TABLES, ["a"]),
        ("a", "CREATE TEMPORARY TABLE t (k INT)", None),
        ("a", TABLES, ["a", "t"]),
        ("b", TABLES, ["a"]),
        ("a", COLUMNS, ["a.i", "t.k"]),
        ("a", "BEGIN", None),
        ("a", "DROP TABLE t", None),
        ("a", TABLES, ["a"]),
        ("a", "ROLLBACK", None),
        ("a", TABLES, ["a", "t"]),
        ("a", COLUMNS, ["a.i", "t.k"]),
        ("a", "DROP TABLE t", None),
        ("a", COLUMNS, ["a.i"]),
        ("b", COLUMNS, ["a.i"]),
    ],
    "each statement sees what is committed": [
        ("b", "BEGIN", None),
        ("b", TABLES, []),
        ("a", "CREATE TABLE w (i INT PRIMARY KEY)", None),
        ("b", TABLES, ["w"]),
        ("a", INDEXES, ["w_pkey"]),
        ("b", INDEXES, ["w_pkey"]),
        ("b", STANDARD, ["w"]),
        ("b", "COMMIT", None),
        ("b", COLUMNS, ["w.i"]),
    ],
    "after a transaction has written rows too": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("b", "BEGIN", None),
        ("b", TABLES, ["a"]),
        ("b", "INSERT INTO a VALUES (1)", None),
        ("b", STANDARD, ["a"]),
        ("b", SHOWN, ["a"]),
        ("b", INDEXES, []),
        ("b", "SELECT i::text FROM a", ["1"]),
        ("b", "COMMIT", None),
        ("b", "SELECT i::text FROM a", ["1"]),
        ("b", STANDARD, ["a"]),
    ],
    "but in REPEATABLE READ what stood at its beginning": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("b", "BEGIN ISOLATION LEVEL REPEATABLE READ", None),
        ("b", TABLES, ["a"]),
        ("a", "CREATE TABLE later (i INT PRIMARY KEY)", None),
        ("a", TABLES, ["a", "later"]),
        ("b", TABLES, ["a"]),
        ("b", STANDARD, ["a"]),
        ("b", INDEXES, []),
        ("b", "COMMIT", None),
        ("b", TABLES, ["a", "later"]),
        ("b", INDEXES, ["later_pkey"]),
    ],
    "a savepoint takes them back": [
        ("a", "BEGIN", None),
        ("a", "SAVEPOINT s", None),
        ("a", TABLES, []),
        ("a", "CREATE TABLE z (i INT)", None),
        ("a", TABLES, ["z"]),
        ("a", "ROLLBACK TO SAVEPOINT s", None),
        ("a", TABLES, []),
        ("a", STANDARD, []),
        ("a", "COMMIT", None),
        ("a", TABLES, []),
        ("b", TABLES, []),
    ],
    "how a name is shown is a matter of the search path": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("a", SHOWN, ["a"]),
        ("b", SHOWN, ["a"]),
        ("b", "CREATE SCHEMA other", None),
        ("b", "SET search_path = other", None),
        ("b", SHOWN, ["public.a"]),
        ("a", SHOWN, ["a"]),
    ],
    "questions that read no objects": [
        ("a", "SELECT pg_catalog.quote_literal('x')", ["'x'"]),
        ("a", "SELECT setting FROM pg_settings WHERE name = 'search_path'", ["public"]),
        ("a", "SELECT amname::text FROM pg_am ORDER BY 1", ["btree", "heap"]),
        ("b", "SELECT state FROM pg_stat_activity WHERE pid = pg_backend_pid()", ["active"]),
    ],
    "a comment is a change": [
        ("a", "CREATE TABLE a (i INT)", None),
        ("b", "SELECT obj_description('a'::regclass)", [None]),
        ("a", "COMMENT ON TABLE a IS 'one'", None),
        ("b", "SELECT obj_description('a'::regclass)", ["one"]),
    ],
}  # fmt: skip


@pytest.fixture
def clients(
    server: Running, request: pytest.FixtureRequest
) -> Iterator[dict[str, psycopg.Connection]]:
    options = f"-c session=s{abs(hash(request.node.nodeid))}"
    with (
        psycopg.connect(server.dsn, options=options, autocommit=True) as one,
        psycopg.connect(server.dsn, options=options, autocommit=True) as other,
    ):
        yield {"a": one, "b": other}


@pytest.mark.parametrize("steps", CASES.values(), ids=CASES)
def test_who_sees_what(clients: dict[str, psycopg.Connection], steps: Steps) -> None:
    for number, (who, text, answer) in enumerate(steps):
        found = clients[who].execute(text.encode())
        if answer is not None:
            assert [value for (value,) in found] == answer, f"step {number}: {who} {text}"
