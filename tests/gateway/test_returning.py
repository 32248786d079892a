"""RETURNING and ON CONFLICT at the PostgreSQL door."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest

TABLE = "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR, n NUMBER(10,2))"
ROWS = "INSERT INTO t VALUES (1, 'a', 1.5), (2, 'b', NULL)"

#: Statement, its values -> command tag, columns and rows that it returns.
RETURNED: list[tuple[str, list[Any], str, list[str] | None, list[tuple[Any, ...]]]] = [
    ("INSERT INTO t VALUES (3, 'c', 2) RETURNING id, n * 2", [], "INSERT 0 1",
     ["id", "?column?"], [(3, Decimal("4.00"))]),
    ("INSERT INTO t (id) SELECT id + 10 FROM t ORDER BY id RETURNING t.id AS made", [],
     "INSERT 0 2", ["made"], [(11,), (12,)]),
    ("UPDATE t SET name = $1 WHERE id = $2 RETURNING *", ["z", 1], "UPDATE 1",
     ["id", "name", "n"], [(1, "z", Decimal("1.50"))]),
    ("UPDATE t SET name = 'z' WHERE id = 9 RETURNING id", [], "UPDATE 0", ["id"], []),
    ("DELETE FROM t WHERE n IS NULL RETURNING public.t.name", [], "DELETE 1", ["name"], [("b",)]),
    ("INSERT INTO t (id) VALUES (2), (5), (5) ON CONFLICT (id) DO NOTHING", [], "INSERT 0 1",
     None, []),
    ("INSERT INTO t VALUES (2, 'x', 1), (6, 'y', 1) ON CONFLICT (id)"
     " DO UPDATE SET name = t.name || EXCLUDED.name, n = $1 RETURNING id, name, n", ["7"],
     "INSERT 0 2", ["id", "name", "n"], [(2, "bx", Decimal("7.00")), (6, "y", Decimal("1.00"))]),
    ("INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE t.n > 2", [],
     "INSERT 0 0", None, []),
    ("INSERT INTO t (id) VALUES (1), (8) ON CONFLICT DO NOTHING RETURNING id", [], "INSERT 0 1",
     ["id"], [(8,)]),
    ("INSERT INTO t (id) VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey"
     " DO UPDATE SET (name, n) = (DEFAULT, 9) RETURNING name, n", [], "INSERT 0 1",
     ["name", "n"], [(None, Decimal("9.00"))]),
]  # fmt: skip


@pytest.fixture
def table(client: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    client.execute(TABLE)
    client.execute(ROWS)
    return client


@pytest.mark.parametrize("case", RETURNED, ids=lambda case: str(case[0])[:60])
def test_rows_return(table: psycopg.Connection[Any], case: tuple[Any, ...]) -> None:
    text, values, tag, names, rows = case
    cursor = psycopg.RawCursor(table).execute(text, values)
    assert cursor.statusmessage == tag
    if names is None:
        assert cursor.description is None
    else:
        assert [each.name for each in cursor.description or ()] == names
        assert sorted(cursor.fetchall()) == rows


REFUSED = [
    ("INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT (name) DO NOTHING", "42P10"),
    ("INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT ON CONSTRAINT nosuch DO NOTHING", "42704"),
    ("INSERT INTO t VALUES (1, 'a', 1) ON CONFLICT DO UPDATE SET n = 1", "42601"),
    ("DELETE FROM t USING (SELECT 1 AS k) u WHERE t.id = u.k RETURNING u.k", "0A000"),
    ("UPDATE t SET n = 1 RETURNING nosuch", "42703"),
    (
        "INSERT INTO t (id) VALUES (7), (7) ON CONFLICT (id) DO UPDATE SET n = 1",
        "21000",
    ),
]


@pytest.mark.parametrize(("text", "sqlstate"), REFUSED)
def test_refusals(table: psycopg.Connection[Any], text: str, sqlstate: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        table.execute(text)
    assert caught.value.sqlstate == sqlstate


def test_a_timestamp_tz_keeps_its_offset(client: psycopg.Connection[Any]) -> None:
    client.execute("CREATE TABLE moments (at TIMESTAMP_TZ, n INT)")
    text = "INSERT INTO moments VALUES ('2024-02-29 12:00:00 +05:30', 1), (NULL, 2) RETURNING at, n"
    rows = [(row[0] and row[0].isoformat(), row[1]) for row in client.execute(text).fetchall()]
    assert rows == [("2024-02-29T06:30:00+00:00", 1), (None, 2)]
