"""What ParameterDescription tells of parameters whose types the client leaves open."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from mockhaus.gateway.wire import messages as m
from tests.gateway.wire import Wire, lines

BOOL, BYTEA, INT8, TEXT, JSON, FLOAT8, NUMERIC = 16, 17, 20, 25, 114, 701, 1700
DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL = 1082, 1083, 1114, 1184, 1186
INT8S, TEXTS, DATES = 1016, 1009, 1182

TABLE = """
CREATE TABLE t (i INT, s VARCHAR(9), n NUMBER(10,2), d DATE, tm TIME, ts TIMESTAMP_NTZ,
                tz TIMESTAMP_LTZ, b BOOLEAN, f DOUBLE, x BINARY, v VARIANT)
"""

TYPES: list[tuple[str, list[int]]] = [
    # a value that is stored
    (
        "INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
        [INT8, TEXT, NUMERIC, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, BOOL, FLOAT8, BYTEA, JSON],
    ),
    ("INSERT INTO t (d, i) VALUES ($1, $2), ($3, $4)", [DATE, INT8, DATE, INT8]),
    ("INSERT INTO t (i, b) SELECT $1, $2 AS other", [INT8, BOOL]),
    ("INSERT INTO t (v) VALUES ($1)", [JSON]),
    ("UPDATE t SET d = $1, s = $2 WHERE i = $3", [DATE, TEXT, INT8]),
    ("DELETE FROM t WHERE ts < $1", [TIMESTAMP]),
    (
        "MERGE INTO t USING (SELECT 1 AS k) u ON t.i = u.k AND t.d = $1"
        " WHEN MATCHED THEN UPDATE SET s = $2",
        [DATE, TEXT],
    ),
    # a cast
    ("SELECT $1::VARCHAR || '!'", [TEXT]),
    ("SELECT CAST($1 AS INT), CAST($2 AS NUMBER(10,2)), $3::DATE", [INT8, NUMERIC, DATE]),
    ("SELECT $1::TIMESTAMP_TZ, $2::BOOLEAN, TRY_CAST($3 AS DATE)", [TIMESTAMPTZ, BOOL, DATE]),
    # the other side
    ("SELECT 1 FROM t WHERE i = $1 AND $2 <= n AND tz > $3", [INT8, NUMERIC, TIMESTAMPTZ]),
    ("SELECT 1 FROM t WHERE d BETWEEN $1 AND $2", [DATE, DATE]),
    ("SELECT 1 FROM t WHERE i IN ($1, $2) AND b IS NOT DISTINCT FROM $3", [INT8, INT8, BOOL]),
    ("SELECT 1 FROM t WHERE (i, s) IN (($1, $2))", [INT8, TEXT]),
    ("SELECT 1 FROM t WHERE $1 IN (SELECT d FROM t)", [DATE]),
    ("SELECT 1 FROM t WHERE s LIKE $1 OR s ILIKE $2", [TEXT, TEXT]),
    ("SELECT i + $1, f * $2, n / $3 FROM t", [INT8, FLOAT8, NUMERIC]),
    ("SELECT d + $1, ts + $2 FROM t", [INT8, INTERVAL]),
    ("SELECT CASE WHEN $1 THEN $2 ELSE d END FROM t", [BOOL, DATE]),
    ("SELECT CASE i WHEN $1 THEN 'a' END FROM t", [INT8]),
    ("SELECT COALESCE($1, i), NVL(d, $2), IFF($3, n, $4) FROM t", [INT8, DATE, BOOL, NUMERIC]),
    ("SELECT i FROM t UNION ALL SELECT $1", [INT8]),
    ("SELECT 1 FROM t GROUP BY s HAVING COUNT(*) > $1", [INT8]),
    ("SELECT i + 1 AS j FROM t WHERE j = $1", [INT8]),
    ("WITH q AS (SELECT d AS day FROM t) SELECT 1 FROM q WHERE day = $1", [DATE]),
    ("SELECT 1 FROM (SELECT MAX(ts) AS m FROM t) WHERE m > $1", [TIMESTAMP]),
    ("SELECT 1 FROM t o WHERE EXISTS (SELECT 1 FROM t i WHERE i.i = 1 AND o.d = $1)", [DATE]),
    # a place that takes one type only
    ("SELECT i FROM t LIMIT $1 OFFSET $2", [INT8, INT8]),
    ("SELECT SUBSTR(s, $1, $2), LEFT($3, 2) FROM t", [INT8, INT8, TEXT]),
    ("SELECT DATEADD(day, $1, d), DATE_TRUNC('month', $2) FROM t", [INT8, TIMESTAMP]),
    ("SELECT 1 FROM t WHERE $1", [BOOL]),
    # nothing tells
    ("SELECT $1", [TEXT]),
    ("SELECT $1 = $2", [TEXT, TEXT]),
    ("SELECT UPPER($1)", [TEXT]),
    # catalogs of PostgreSQL
    ("SELECT attname FROM pg_attribute WHERE attnum > $1 AND attisdropped = $2", [INT8, BOOL]),
    ("SELECT oid FROM pg_type WHERE oid = ANY($1::oid[])", [1028]),
    ("SELECT quote_literal($1::pg_catalog.int8::text)", [INT8]),
]


def described(wire: Wire, text: str, *given: int) -> list[int]:
    """The types that ParameterDescription tells."""
    wire.send(m.Parse("", text, given), m.Describe("S", ""), m.Sync())
    answer = wire.until(m.ReadyForQuery)
    told = [each for each in answer if isinstance(each, m.ParameterDescription)]
    assert told, lines(answer)
    return list(told[0].types)


@pytest.mark.parametrize(("text", "types"), TYPES)
def test_types_inferred(wire: Wire, text: str, types: list[int]) -> None:
    wire.query(TABLE)
    assert described(wire, text) == types


def test_types_given_stay(wire: Wire) -> None:
    wire.query(TABLE)
    assert described(wire, "SELECT 1 FROM t WHERE i = $1 AND d = $2", NUMERIC) == [NUMERIC, DATE]


@pytest.fixture
def table(client: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    client.execute(TABLE)
    return client


#: Values as a client sends them without their types, in text -> rows.
VALUES: list[tuple[str, list[bytes | None], list[tuple[Any, ...]]]] = [
    ("SELECT $1::VARCHAR || $2", [b"a", b"b"], [("ab",)]),
    ("SELECT $1::VARCHAR, $2::DATE, $3::INT", [None, None, None], [(None, None, None)]),
    ("SELECT TO_CHAR($1::DATE, 'YYYY')", [b"2024-02-29"], [("2024",)]),
    ("SELECT i FROM (SELECT 1 AS i UNION SELECT 2) WHERE i = $1", [b" 2"], [(2,)]),
    ("SELECT $1::NUMBER(10,2)", [b"1.005"], [(Decimal("1.01"),)]),
    ("SELECT 1 + $1", [b"41"], [(42,)]),
    ("SELECT 0.5 + $1", [b"1.123456789012345678"], [(Decimal("1.623456789012345678"),)]),
    ("SELECT DATE '2024-01-31' + $1::INTERVAL", [b"1 mon"], [(datetime(2024, 2, 29),)]),
    ("SELECT 1 WHERE DATE '2024-02-29' = $1", [b"2024-02-29 +02"], [(1,)]),
]


@pytest.mark.parametrize(("text", "values", "rows"), VALUES)
def test_values(
    client: psycopg.Connection[Any],
    text: str,
    values: list[bytes | None],
    rows: list[tuple[Any, ...]],
) -> None:
    cursor = psycopg.RawCursor(client)
    given = [None if each is None else each.decode() for each in values]
    assert cursor.execute(text, given).fetchall() == rows


def test_a_number_keeps_its_digits(client: psycopg.Connection[Any]) -> None:
    cursor = psycopg.RawCursor(client)
    for value in (Decimal("1.50"), Decimal("1.1234567890123456789"), Decimal(10) ** 30):
        assert cursor.execute("SELECT $1", [value]).fetchall() == [(value,)]
        many = "SELECT $1 FROM TABLE(GENERATOR(ROWCOUNT => 200))"
        for form in (False, True):
            rows = cursor.execute(many, [value], binary=form).fetchall()
            assert {str(row[0]) for row in rows} == {format(value, "f")}


def test_a_parameter_is_a_column_of_its_own_name(client: psycopg.Connection[Any]) -> None:
    cursor = psycopg.RawCursor(client).execute("SELECT $1, $2 AS two", [1, 2])
    assert [each.name for each in cursor.description or ()] == ["$1", "two"]


#: A value that does not fit its place: SQLSTATE, and what the message says.
BAD = [
    ("INSERT INTO t (i) VALUES ($1)", "abc", "22P02", '"abc" in parameter $1'),
    ("SELECT 1 FROM t WHERE b = $1", "perhaps", "22P02", '"perhaps" in parameter $1'),
    ("SELECT 1 FROM t WHERE s = 'x' AND f > $1", "1,5", "22P02", '"1,5" in parameter $1'),
    ("SELECT $1::DATE", "yesterday", "22007", '"yesterday" in parameter $1'),
]


@pytest.mark.parametrize(("text", "value", "sqlstate", "says"), BAD)
def test_a_value_that_does_not_fit(
    table: psycopg.Connection[Any], text: str, value: str, sqlstate: str, says: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        psycopg.RawCursor(table).execute(text, [value])
    assert caught.value.sqlstate == sqlstate
    assert says in str(caught.value)
