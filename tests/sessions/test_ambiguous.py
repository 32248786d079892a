"""A column of a name that a query in the FROM answers twice: ambiguous, if something asks for it."""

from __future__ import annotations

from typing import Final

import pytest

from mockhaus.errors import AmbiguousColumn, UnsupportedFeature
from mockhaus.sessions.connection import Connection
from tests.support import run

_JOINED: Final = "WITH t AS (SELECT * FROM x JOIN y ON x.id = y.id) "
_STARRED: Final = "WITH t AS (SELECT x.*, y.* FROM x JOIN y ON x.id = y.id) "

AMBIGUOUS = [
    "SELECT a FROM (SELECT 1 AS a, 2 AS a)",
    "SELECT q.a FROM (SELECT 1 AS a, 2 AS a) AS q",
    "SELECT 1 FROM (SELECT 1 AS a, 2 AS a) WHERE a > 0",
    "SELECT COUNT(*) FROM (SELECT 1 AS a, 2 AS a UNION ALL SELECT 3, 4) GROUP BY a",
    _JOINED + "SELECT id FROM t",
    _JOINED + "SELECT t.id FROM t",
    _JOINED + "SELECT COUNT(DISTINCT id) + 1 FROM t",
    _JOINED + ", u AS (SELECT * FROM t) SELECT id FROM u",
    _STARRED + "SELECT a FROM t ORDER BY id",
    "SELECT x.id FROM x JOIN (SELECT x.id, y.id FROM x JOIN y ON TRUE) AS z ON x.id = z.id",
    "SELECT id FROM x JOIN (SELECT x.id, y.id FROM x JOIN y ON TRUE) AS z ON TRUE",
]
#: Query -> its rows.
CERTAIN = {
    "SELECT * FROM (SELECT 1 AS a, 2 AS a)": [(1, 2)],
    "SELECT COUNT(*) FROM (SELECT 1 AS a, 2 AS a)": [(1,)],
    "SELECT $2 + $1 FROM (SELECT 1 AS a, 2 AS b)": [(3,)],
    "SELECT q.b FROM (SELECT 1, 2) AS q (a, b)": [(2,)],
    "SELECT b FROM (SELECT 1 AS a, 2 AS a, 3 AS b)": [(3,)],
    _JOINED + "SELECT a, b FROM t": [(2, 3)],
    "WITH t AS (SELECT * FROM x JOIN y USING (id)) SELECT id FROM t": [(1,)],
    "WITH t AS (SELECT * FROM x NATURAL JOIN y) SELECT id FROM t": [(1,)],
    "WITH t AS (SELECT x.*, b FROM x JOIN y USING (id)) SELECT id FROM t": [(1,)],
    "WITH t AS (SELECT * EXCLUDE id FROM x JOIN y ON x.id = y.id) SELECT a FROM t": [(2,)],
    _STARRED + "SELECT a AS id FROM t ORDER BY id": [(2,)],
    _STARRED + "SELECT (SELECT MAX(id) FROM x) FROM t": [(1,)],
    _STARRED + "SELECT FILTER([1], id -> id > 0) = [1] FROM t": [(True,)],
    "SELECT x.id FROM x JOIN (SELECT x.id, y.id FROM x JOIN y ON TRUE) AS z ON TRUE": [(1,)],
    "SELECT t.id FROM x AS t WHERE EXISTS (" + _JOINED + "SELECT a FROM t)": [(1,)],
}


@pytest.fixture
def tables(snowflake: Connection) -> Connection:
    run(snowflake, "CREATE TABLE x (id INT, a INT) AS SELECT 1, 2")
    run(snowflake, "CREATE TABLE y (id INT, b INT) AS SELECT 1, 3")
    return snowflake


@pytest.mark.parametrize("query", AMBIGUOUS)
def test_ambiguous(tables: Connection, query: str) -> None:
    with pytest.raises(AmbiguousColumn, match=r"ambiguous column name '(ID|A)'"):
        run(tables, query)


@pytest.mark.parametrize("number", ["$2", "$2 + 1", "q.$2"])
def test_a_number_among_columns_of_one_name(tables: Connection, number: str) -> None:
    with pytest.raises(UnsupportedFeature, match=r"'\$2' where several columns are named 'A'"):
        run(tables, f"SELECT {number} FROM (SELECT 1 AS a, 2 AS a) AS q")


@pytest.mark.parametrize("query", CERTAIN)
def test_certain(tables: Connection, query: str) -> None:
    assert run(tables, query) == CERTAIN[query]
