"""Aliases of items within what a query groups by. Snowflake's manual: "SELECT", "GROUP BY"."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.sessions.connection import Connection
from tests.support import run

#: Query over sales (at TIMESTAMP, n INT, k VARCHAR) -> its rows.
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "SELECT at::DATE AS d, DAYNAME(d) AS w, COUNT(*) FROM sales GROUP BY 1, 2": [
        ("2024-01-01", "Mon", "2"), ("2024-01-02", "Tue", "1")],
    "SELECT at::DATE AS d, DAYNAME(d) AS w, COUNT(*) FROM sales GROUP BY d, w": [
        ("2024-01-01", "Mon", "2"), ("2024-01-02", "Tue", "1")],
    "SELECT at::DATE AS d, DAYNAME(d), COUNT(*) FROM sales GROUP BY ALL": [
        ("2024-01-01", "Mon", "2"), ("2024-01-02", "Tue", "1")],
    "SELECT at::DATE AS d, COUNT(*) FROM sales GROUP BY d, DAYNAME(d)": [
        ("2024-01-01", "2"), ("2024-01-02", "1")],
    "SELECT n + 1 AS y, y * 2 AS z, z + 1 AS q, COUNT(*) FROM sales GROUP BY 1, 2, 3": [
        ("2", "4", "5", "1"), ("3", "6", "7", "1"), ("4", "8", "9", "1")],
    "SELECT n + 1 AS y, y + 1 AS z, COUNT(*) FROM sales GROUP BY ROLLUP(y, z) HAVING y = 2": [
        ("2", "3", "1"), ("2", None, "1")],
    "SELECT k AS g, CASE WHEN g = 'p' THEN 1 ELSE 2 END AS c, COUNT(*) FROM sales GROUP BY g, c": [
        ("p", "1", "2"), ("q", "2", "1")],
    "SELECT k AS g, COUNT(*) AS c, c * 2 AS m FROM sales GROUP BY g": [
        ("p", "2", "4"), ("q", "1", "2")],
    # a column of the FROM comes before an alias of its name
    "SELECT UPPER(k) AS k, k || 'z' AS y, COUNT(*) FROM sales GROUP BY 1, 2": [
        ("P", "pz", "2"), ("Q", "qz", "1")],
    "SELECT n + 1 AS n, n * 10 AS z FROM sales GROUP BY 1, 2": [
        ("2", "10"), ("3", "20"), ("4", "30")],
    # over other sources
    "WITH c AS (SELECT * FROM sales) SELECT DATE_TRUNC('month', at) AS m, TO_CHAR(m, 'YYYY') AS y,"
    " SUM(n) FROM c GROUP BY m, y": [("2024-01-01 00:00:00.000", "2024", "6")],
    "SELECT f.value::VARCHAR AS v, UPPER(v) AS u, COUNT(*) FROM sales,"
    " LATERAL FLATTEN(INPUT => [k, 'x']) AS f GROUP BY 1, 2": [
        ("p", "P", "2"), ("q", "Q", "1"), ("x", "X", "3")],
    # a parameter of a lambda is none
    "SELECT k AS e, FILTER([1, 2], e -> e > 1) AS a FROM sales GROUP BY 1, 2": [
        ("p", "[2]"), ("q", "[2]")],
}  # fmt: skip


@pytest.mark.parametrize("query", ANSWERS)
def test_answer(snowflake: Connection, query: str) -> None:
    run(snowflake, "CREATE TABLE sales (at TIMESTAMP, n INT, k VARCHAR)")
    run(
        snowflake,
        "INSERT INTO sales VALUES ('2024-01-01 10:00', 1, 'p'), ('2024-01-01 11:00', 2, 'q'),"
        " ('2024-01-02', 3, 'p')",
    )
    rows = run(snowflake, query)
    texts = [tuple(each if each is None else _text(each) for each in row) for row in rows]
    assert sorted(texts, key=str) == ANSWERS[query]


def _text(value: Any) -> str:
    return value.isoformat(" ", "milliseconds") if hasattr(value, "hour") else str(value)
