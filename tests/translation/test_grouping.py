"""GROUP BY ALL beside windows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translation.conftest import Snowflake

ROWS = "(SELECT column1 AS a, column2 AS n FROM VALUES ('x', 1), ('x', 2), ('y', 5)) AS t"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"SELECT a, SUM(n) FROM {ROWS} GROUP BY ALL ORDER BY a", [("x", 3), ("y", 5)]),
        (
            f"SELECT a, COUNT(*) FROM {ROWS} GROUP BY ALL"
            " QUALIFY ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) = 1",
            [("x", 2)],
        ),
        (
            f"SELECT a, SUM(n) - LAG(SUM(n)) OVER (ORDER BY a) FROM {ROWS} GROUP BY ALL ORDER BY a",
            [("x", None), ("y", 2)],
        ),
        (
            f"SELECT UPPER(a) AS b, b || '!' AS c, SUM(n) AS s, SUM(s) OVER () FROM {ROWS}"
            " GROUP BY ALL ORDER BY b",
            [("X", "X!", 3, 8), ("Y", "Y!", 5, 8)],
        ),
        (
            f"SELECT a, (SELECT MAX(n) FROM {ROWS}) AS m, RANK() OVER (ORDER BY SUM(n) DESC)"
            f" FROM {ROWS} GROUP BY ALL ORDER BY a",
            [("x", 5, 2), ("y", 5, 1)],
        ),
        (f"SELECT SUM(n), SUM(SUM(n)) OVER () FROM {ROWS} GROUP BY ALL", [(8, 8)]),
    ],
)
def test_answers(snowflake: Snowflake, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert snowflake.rows(query) == rows
