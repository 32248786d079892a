"""A query that is run again answers the same bytes, whichever way its rows take.

The first run of a query goes through Arrow; a short answer goes straight from Python values from
then on. What Python cannot hold exactly must not show.
"""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.messages import BINARY, TEXT
from tests.gateway.wire import Wire

#: Query, its only row in text.
ROWS: list[tuple[str, str]] = [
    ("SELECT 1, 2.50, 'a', TRUE, NULL", "1 2.50 a t NULL"),
    ("SELECT '2020-02-29'::DATE", "2020-02-29"),
    ("SELECT '0001-01-01'::DATE, '9999-12-31'::DATE", "0001-01-01 9999-12-31"),
    ("SELECT '2020-02-29 01:02:03.5'::TIMESTAMP_NTZ", "2020-02-29 01:02:03.5"),
    ("SELECT '9999-12-31 23:59:59.999999'::TIMESTAMP_NTZ", "9999-12-31 23:59:59.999999"),
    ("SELECT '0001-01-01'::TIMESTAMP_NTZ", "0001-01-01 00:00:00"),
    ("SELECT '10:20:30'::TIME", "10:20:30"),
    ("SELECT PARSE_JSON('{\"a\": 1}')", '{"a":1}'),
    ("SELECT ARRAY_CONSTRUCT(1, 2)", "[1,2]"),
]


@pytest.mark.parametrize(("query", "row"), ROWS)
def test_simple_query(wire: Wire, query: str, row: str) -> None:
    for _ in range(3):
        assert wire.query(query)[1] == f"DataRow {row}"


@pytest.mark.parametrize("code", [TEXT, BINARY])
@pytest.mark.parametrize("query", [query for query, _ in ROWS])
def test_extended_query(wire: Wire, query: str, code: int) -> None:
    wire.say(m.Parse("s", query), m.Sync())
    bind = m.Bind("", "s", result_formats=(code,))
    first, *later = (wire.say(bind, m.Describe("P", ""), m.Execute(""), m.Sync()) for _ in range(3))
    assert [line.split()[0] for line in first[1:3]] == ["RowDescription", "DataRow"]
    assert later == [first, first]


@pytest.mark.parametrize("value", ["infinity", "-infinity"])
@pytest.mark.parametrize(("kind", "oid"), [("DATE", 1082), ("TIMESTAMP_NTZ", 1114)])
def test_infinity_is_not_the_last_day(wire: Wire, kind: str, oid: int, value: str) -> None:
    """Python has no infinite date: DuckDB hands out its first or last one instead."""
    wire.query(f"CREATE TABLE t (d {kind})")
    insert = m.Parse("", "INSERT INTO t VALUES ($1)", (oid,))
    wire.say(insert, m.Bind("", "", parameters=(value.encode(),)), m.Execute(""), m.Sync())
    for _ in range(3):
        assert wire.query("SELECT d FROM t")[1] == f"DataRow {value}"


@pytest.mark.parametrize("binary", [False, True])
def test_one_name_and_two_whole_numbers(client: psycopg.Connection, binary: bool) -> None:
    """Both columns are NUMBER(38,0) to Snowflake; on the wire a sum has room for all 38 digits."""
    source = "FROM (VALUES (1), (2)) AS v (k)"
    counted, summed = f"SELECT COUNT(k) AS same {source}", f"SELECT SUM(k) AS same {source}"
    for query, oid, wanted in ((counted, 20, 2), (summed, 1700, Decimal(3))) * 2:
        cursor = client.cursor(binary=binary).execute(query.encode())
        assert cursor.pgresult is not None
        ((value,),) = cursor.fetchall()
        assert (cursor.pgresult.ftype(0), type(value), value) == (oid, type(wanted), wanted)
