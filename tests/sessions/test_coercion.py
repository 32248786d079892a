"""Operands of different types: what becomes of text, numbers, dates and VARIANTs beside one another.

Snowflake's manual: "Data type conversion", "Set operators", "Arithmetic operators".
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

TABLE = """
CREATE TABLE t (i INT, d NUMBER(10,2), w NUMBER(38,2), f FLOAT, s VARCHAR, b BOOLEAN, dt DATE, v VARIANT);
INSERT INTO t SELECT 1, 1.25, 3.75, 1.5, '1.5', TRUE, '2024-01-02', TO_VARIANT(1)
"""

#: (expression over the one row of the table, value)
VALUES: list[tuple[str, Any]] = [
    # text beside a date is a date, in all the forms that AUTO reads
    ("dt = '02-JAN-2024'", True),
    ("dt IN ('01/02/2024')", True),
    ("dt BETWEEN '01-JAN-2024' AND '1704240000'", True),
    ("CASE dt WHEN '02-Jan-2024' THEN 'right' END", "right"),
    ("dt = CONCAT('02-JAN-', '2024')", True),
    ("'02-JAN-2024' >= dt AND dt <= '2024-01-02'", True),
    ("dt IN (SELECT '02-JAN-2024')", True),
    ("(SELECT COUNT(*) FROM VALUES ('02-JAN-2024') x(a) WHERE x.a = dt)", 1),
    # text beside a number is a number, with its fraction
    ("s = 2", False),
    ("s = 1.5", True),
    ("s <> i", True),
    ("s IN (2, 3)", False),
    ("s IN (1.5)", True),
    ("s = f", True),
    ("s > i", True),
    ("s BETWEEN 1 AND 2", True),
    ("i = '1.5'", False),
    ("i < '1.5'", True),
    ("i IN ('1.5', '2')", False),
    ("i IN (SELECT '1')", True),
    ("s IN (SELECT 2)", False),
    ("d = '1.254'", False),
    ("MAX(s) = 2", False),
    ("UPPER(s) = 2", False),
    ("CASE s WHEN 2 THEN 'wrong' ELSE 'right' END", "right"),
    ("DECODE(s, 2, 'wrong', 'right')", "right"),
    ("EQUAL_NULL(s, 2)", False),
    ("NULLIF(s, 2)", Decimal("1.5")),
    ("CASE WHEN b THEN i ELSE s END", 1),
    ("COALESCE(NULL, s, i)", Decimal("1.5")),
    ("IFF(FALSE, i, '7.5')", Decimal("7.5")),
    ("GREATEST(i, s)", Decimal("1.5")),
    ("i + s", 2.5),
    ("-s", -1.5),
    # a number beside a truth value is one: only 0 is false
    ("2 = TRUE", True),
    ("i + 1 = b", True),
    ("b IN (0, 3)", True),
    ("COALESCE(b, 5)", True),
    ("CASE b WHEN 7 THEN 'true' END", "true"),
    # a text beside a VARIANT is a VARIANT, and no JSON that is read
    ("NVL(v, s)", "1"),
    ("COALESCE(NULLIF(v, 1), s)", '"1.5"'),
    ("CASE WHEN b THEN s ELSE v END", '"1.5"'),
    ("IFF(b, s, v)", '"1.5"'),
    # a DATE moves by whole days
    ("dt + i", dt.date(2024, 1, 3)),
    ("i + dt", dt.date(2024, 1, 3)),
    ("dt - i", dt.date(2024, 1, 1)),
    ("dt - '1'", dt.date(2024, 1, 1)),
    # a NUMBER of 38 digits beside one with more digits after the point loses none of these
    ("COALESCE(w, 1.23456)", Decimal("3.75")),
    ("CASE WHEN NOT b THEN w ELSE 1.23456 END", Decimal("1.23456")),
    ("GREATEST(w, 3.76123)", Decimal("3.76123")),
    ("NVL(w / 7, w)", Decimal("0.53571429")),
    ("IFF(COUNT(*) = 1, AVG(w) / 7, SUM(w))", Decimal("0.535714285714")),
    # a product keeps 12 digits after the point, or as many as a factor has
    ("(d / 3) * (d / 3)", Decimal("0.173611113889")),
    ("0.1 * 0.0000000000001", Decimal("0")),
    ("d * d * d", Decimal("1.953125")),
    # and room for as many before it, however many its factors have
    ("500000.1234::NUMBER(18, 4) * 500000.1234::NUMBER(18, 4)", Decimal("250000123400.01522756")),
    ("(d / 3) * f", 0.625000005),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Connection, expression: str, value: Any) -> None:
    run(snowflake, TABLE)
    assert run(snowflake, f"SELECT {expression} FROM t") == [(value,)]


#: (query, rows in any order)
QUERIES: list[tuple[str, list[Any]]] = [
    ("SELECT w FROM t UNION ALL SELECT w / 7 FROM t", [Decimal("0.53571429"), Decimal("3.75")]),
    ("SELECT i FROM t UNION ALL SELECT s FROM t", [Decimal("1"), Decimal("1.5")]),
    ("SELECT 1 UNION ALL SELECT NULL UNION ALL SELECT '3'", [1, 3, None]),
    ("SELECT DATE '2024-01-01' UNION SELECT '2024-01-01'", [dt.date(2024, 1, 1)]),
    ("SELECT TRUE EXCEPT SELECT 'yes'", []),
    ("SELECT TRUE UNION SELECT 2", [True]),
    ("SELECT {'a': 1}::OBJECT(a INT) AS o, o:a FROM t", ['{"a":1}']),
    ("SELECT NULL UNION ALL SELECT 'a'", ["a", None]),
    ("SELECT v FROM t UNION ALL SELECT s FROM t", ['"1.5"', "1"]),
    ("WITH c AS (SELECT s AS x FROM t) SELECT x FROM c WHERE x = 2", []),
    ("SELECT t.i FROM t JOIN (SELECT '1.0' AS x) u ON t.i = u.x", [1]),
    ("SELECT t.i FROM t JOIN (SELECT 2 AS x) u ON t.s = u.x", []),
    ("SELECT i FROM t ORDER BY s + 1", [1]),
    ("SELECT NVL(x, s) FROM (SELECT s, NULLIF(v, 1) AS x FROM t)", ['"1.5"']),
    ("WITH c AS (SELECT s, v FROM t) SELECT IFF(TRUE, s, v) FROM c", ['"1.5"']),
    ("SELECT y * y FROM (SELECT (d / 3) * (d / 3) AS y FROM t)", [Decimal("0.030140818866")]),
    ("UPDATE t SET i = 5 WHERE s = 1.5; SELECT i FROM t", [5]),
    ("DELETE FROM t WHERE s > 2; SELECT i FROM t", [1]),
    ("CREATE TABLE n AS SELECT dt + i AS x FROM t; SELECT x FROM n", [dt.date(2024, 1, 3)]),
    ("CREATE VIEW n AS SELECT i + s AS x FROM t; SELECT x FROM n", [2.5]),
    ("MERGE INTO t USING (SELECT 1.5 AS k) z ON t.s = z.k WHEN MATCHED THEN UPDATE SET i = t.s * 2;"
     " SELECT i FROM t", [3]),
    ("CREATE TABLE n AS SELECT w FROM t UNION SELECT w / 7 FROM t; SELECT MIN(w) FROM n",
     [Decimal("0.53571429")]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "values"), QUERIES)
def test_query(snowflake: Connection, query: str, values: list[Any]) -> None:
    run(snowflake, TABLE)
    found = [row[0] for row in run(snowflake, query)]
    assert sorted(found, key=lambda each: (each is None, each)) == values


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("SELECT 1 UNION ALL SELECT 'a'", errors.InvalidNumber),
    ("SELECT 'a' UNION ALL SELECT 1", errors.InvalidNumber),
    ("SELECT i FROM t UNION ALL SELECT 'a'", errors.InvalidNumber),
    ("SELECT DATE '2024-01-01' UNION ALL SELECT 1", errors.ColumnTypeMismatch),
    ("SELECT dt = 1 FROM t", errors.ColumnTypeMismatch),
    ("SELECT dt = s FROM t", errors.InvalidDatetime),
    ("SELECT b = s FROM t", errors.InvalidText),
    ("SELECT IFF(FALSE, 1, 'a')", errors.InvalidNumber),
    ("SELECT dt + dt FROM t", errors.InvalidArgumentTypes),
    ("SELECT b + i FROM t", errors.InvalidArgumentTypes),
]


@pytest.mark.parametrize(("query", "kind"), ERRORS)
def test_error(snowflake: Connection, query: str, kind: type[errors.SqlError]) -> None:
    run(snowflake, TABLE)
    with pytest.raises(kind):
        run(snowflake, query)


@pytest.mark.parametrize("join", ["JOIN u USING (s)", "NATURAL JOIN u"])
def test_text_and_numbers_are_not_joined_by_name(snowflake: Connection, join: str) -> None:
    run(snowflake, TABLE + "; CREATE TABLE u AS SELECT 2 AS s, 3 AS y")
    with pytest.raises(errors.UnsupportedFeature):
        run(snowflake, f"SELECT y FROM t {join}")
    assert run(snowflake, "SELECT y FROM t JOIN u ON t.s = u.s") == []
    assert run(snowflake, "SELECT COUNT(*) FROM t JOIN t x USING (s, i)") == [(1,)]
