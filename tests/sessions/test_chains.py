"""Statements joined by the pipe operator. Snowflake's manual: "Flow operators"."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

TABLE = "CREATE TABLE p (id INT, s VARCHAR); INSERT INTO p VALUES (1, 'a'), (2, 'b')"

#: (chain, rows of its last statement)
CHAINS: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("SELECT 1 AS a, 2 AS b ->> SELECT a + b FROM $1", [(3,)]),
    ('SHOW TABLES ->> SELECT "name" FROM $1', [("P",)]),
    ('DESCRIBE TABLE p ->> SELECT "name" FROM $1 WHERE "type" LIKE \'VARCHAR%\'', [("S",)]),
    ("SELECT id FROM p ->> SELECT SUM(id) AS t FROM $1 ->> SELECT t, (SELECT COUNT(*) FROM $2) FROM $1",
     [(3, 2)]),
    ("SELECT $1 FROM VALUES (1), (2) ->> SELECT $1 * 10 FROM $1 ORDER BY 1", [(10,), (20,)]),
    ("SELECT 1 AS k ->> SELECT p.s FROM p JOIN $1 AS j ON p.id = j.k", [("a",)]),
    ("SELECT 1 AS k ->> SELECT 2 AS l FROM $1 ->> SELECT * FROM $1, $2 WHERE l > k ORDER BY l, k",
     [(2, 1)]),
    ("INSERT INTO p VALUES (3, 'c') ->> SELECT \"number of rows inserted\" FROM $1", [(1,)]),
    # what was answered before a change is what it was
    ("SELECT COUNT(*) AS n FROM p ->> DELETE FROM p ->> SELECT n FROM $2", [(2,)]),
    ("CREATE TABLE q AS SELECT 7 AS x ->> SELECT x FROM q", [(7,)]),
    ("SELECT 3 AS x ->> INSERT INTO p SELECT x, 'c' FROM $1 ->> SELECT MAX(id) FROM p", [(3,)]),
    ("SELECT UNIFORM(1, 1000000, RANDOM()) AS r ->> SELECT COUNT(DISTINCT a.r) FROM $1 a JOIN $1 b"
     " ON a.r = b.r", [(1,)]),
]  # fmt: skip


@pytest.mark.parametrize(("chain", "rows"), CHAINS)
def test_chain(snowflake: Connection, chain: str, rows: list[tuple[Any, ...]]) -> None:
    run(snowflake, TABLE)
    assert run(snowflake, chain) == rows


def test_its_columns_are_known_before_it_runs(snowflake: Connection) -> None:
    run(snowflake, TABLE)
    (chain,) = snowflake.parse("DELETE FROM p ->> SELECT $1 AS gone FROM $1")
    prepared = snowflake.prepare(chain)
    assert [column.name for column in prepared.columns or ()] == ["GONE"]
    assert run(snowflake, "SELECT COUNT(*) FROM p") == [(2,)]


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("SELECT 1 ->> SELECT * FROM $2", errors.UnsupportedFeature),
    ("SELECT 1 ->> SELECT nope FROM $1", errors.InvalidIdentifier),
    ("SELECT 1 ->>", errors.SqlSyntaxError),
    ("->> SELECT 1", errors.SqlSyntaxError),
    ("SELECT 'a' ->> 'b'", errors.SqlSyntaxError),
    ("SELECT ? ->> SELECT * FROM $1", errors.UnsupportedFeature),
]


@pytest.mark.parametrize(("chain", "kind"), ERRORS)
def test_error(snowflake: Connection, chain: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        run(snowflake, chain)
