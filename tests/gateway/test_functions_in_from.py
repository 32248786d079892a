"""User-defined functions in FROM without TABLE(), as psycopg2's callproc sends them."""

from __future__ import annotations

import psycopg
import pytest

SETUP = (
    "CREATE FUNCTION twice(a INT) RETURNS INT AS 'a * 2'",
    "CREATE FUNCTION pair(a INT) RETURNS TABLE (x INT, y VARCHAR) AS 'SELECT a, ''q'''",
)

#: A query -> its columns' names and its rows.
QUERIES: dict[str, tuple[list[str], list[tuple[object, ...]]]] = {
    "SELECT * FROM twice(4)": (["twice"], [(8,)]),
    "SELECT * FROM public.twice(4)": (["twice"], [(8,)]),
    "SELECT twice + 1 AS n FROM twice(4)": (["n"], [(9,)]),
    "SELECT f FROM twice(4) AS f": (["f"], [(8,)]),
    "SELECT f.z FROM twice(4) AS f(z)": (["z"], [(8,)]),
    "SELECT n, t FROM (VALUES (1), (2)) v(n), twice(n) t": (["n", "t"], [(1, 2), (2, 4)]),
    "SELECT * FROM pair(3)": (["x", "y"], [(3, "q")]),
    "SELECT p.y FROM pair(3) p": (["y"], [("q",)]),
}


@pytest.mark.parametrize("query", QUERIES)
def test_functions_in_from(client: psycopg.Connection, query: str) -> None:
    for statement in SETUP:
        client.execute(statement)
    cursor = client.execute(query)
    names = [each.name for each in cursor.description or ()]
    assert (names, sorted(cursor.fetchall())) == QUERIES[query]


def test_a_function_that_does_not_exist(client: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedFunction, match="Unknown function NOSUCH"):
        client.execute("SELECT * FROM nosuch(1)")
