"""Names of a user's tables and columns that macros use themselves."""

from __future__ import annotations

import pytest

from mockhaus.sessions.connection import Connection
from tests.support import run

#: Query and its answer.
QUERIES = [
    ("SELECT f.value FROM t e, LATERAL FLATTEN(e.v:a) f ORDER BY f.index", [("1",), ("2",)]),
    ("SELECT ARRAYS_ZIP([i], [i + 1]) FROM (SELECT 7 AS i)", [('[{"$1":7,"$2":8}]',)]),
    ("SELECT ARRAY_REMOVE([1, 2], e) FROM (SELECT 1 AS e)", [("[2]",)]),
    ("SELECT INITCAP(w, t) FROM (SELECT 'ab-cd ef' AS w, '-' AS t)", [("Ab-Cd ef",)]),
    ("SELECT STRTOK(t, d, i) FROM (SELECT 'a.b' AS t, '.' AS d, 2 AS i)", [("b",)]),
]


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_they_mean_the_users(
    query: str, rows: list[tuple[str, ...]], snowflake: Connection
) -> None:
    run(snowflake, "CREATE TABLE t (v VARIANT)")
    run(snowflake, "INSERT INTO t SELECT PARSE_JSON('{\"a\": [1, 2]}')")
    assert run(snowflake, query) == rows
