"""What RowDescription says of columns beside their types: lengths, and the tables they are of.

Manual, 55.7 "RowDescription". The OIDs are those that pg_class shows.
"""

from __future__ import annotations

import pytest

from mockhaus.gateway.wire import messages as m
from tests.gateway.wire import Wire

SETUP = """
CREATE TABLE t (a VARCHAR(10), b VARCHAR, c TEXT, g NUMBER(10,2), i INT, f CHAR(3));
CREATE TABLE u (a VARCHAR(10), k INT);
CREATE VIEW v AS SELECT a AS x, g, a || '!' AS z, b FROM t;
CREATE TEMPORARY TABLE w (a VARCHAR(10), n INT);
"""

#: A query -> each column: name, type, `table.number` of the column that it is.
DESCRIBED: dict[str, list[str]] = {
    "SELECT a, b, c, g, i, f FROM t": [
        "a varchar(10) t.1",
        "b varchar t.2",
        "c varchar t.3",
        "g numeric(10,2) t.4",
        "i int8 t.5",
        "f varchar(3) t.6",
    ],
    "SELECT * FROM u": ["a varchar(10) u.1", "k int8 u.2"],
    "SELECT u.*, 1 AS one FROM t, u": ["a varchar(10) u.1", "k int8 u.2", "one int8"],
    "SELECT T.I, U.A FROM t JOIN u ON true": ["i int8 t.5", "a varchar(10) u.1"],
    'SELECT "a" AS named, (i) AS j FROM t': ["named varchar(10) t.1", "j int8 t.5"],
    # through a subquery and a CTE; a view is a table of its own
    "SELECT q.y FROM (SELECT a AS y FROM t) q": ["y varchar(10) t.1"],
    "SELECT y FROM (SELECT * FROM u) q(y, z)": ["y varchar(10) u.1"],
    "WITH c(x) AS (SELECT a FROM t) SELECT * FROM c": ["x varchar(10) t.1"],
    "SELECT * FROM v": ["x varchar(10) v.1", "g numeric(10,2) v.2", "z text v.3", "b varchar v.4"],
    "SELECT x FROM v WHERE z = 'q'": ["x varchar(10) v.1"],
    # USING shows a column once
    "SELECT * FROM u JOIN u AS o USING (a)": ["a varchar(10) u.1", "k int8 u.2", "k int8 u.2"],
    "SELECT a FROM u FULL JOIN u AS o USING (a)": ["a text"],
    "SELECT * EXCLUDE (a, b, c) FROM t": ["g numeric(10,2) t.4", "i int8 t.5", "f varchar(3) t.6"],
    # what is computed is of no table; a cast has its own length
    "SELECT a || 'x' AS e, g::NUMBER(8,1) AS n, upper(a) AS up FROM t": [
        "e text",
        "n numeric(8,1)",
        "up text",
    ],
    "SELECT i::VARCHAR(5) AS v, CAST(a AS CHAR(2)) AS c, a::VARCHAR AS p FROM t": [
        "v varchar(5)",
        "c varchar(2)",
        "p text",
    ],
    "SELECT a FROM t UNION ALL SELECT a FROM u": ["a varchar(10)"],
    "SELECT a FROM t UNION ALL SELECT f FROM t": ["a text"],
    "SELECT count(*) AS n, a FROM t GROUP BY a": ["n int8", "a varchar(10) t.1"],
    "SELECT * FROM t WHERE a = $1 LIMIT 1": [
        "a varchar(10) t.1",
        "b varchar t.2",
        "c varchar t.3",
        "g numeric(10,2) t.4",
        "i int8 t.5",
        "f varchar(3) t.6",
    ],
    "SELECT * FROM w": ["a varchar(10) w.1", "n int8 w.2"],
    "INSERT INTO u VALUES ('q', 1) RETURNING k, a AS b": ["k int8 u.2", "b varchar(10) u.1"],
    "UPDATE u SET k = 2 RETURNING *": ["a varchar(10) u.1", "k int8 u.2"],
    # a table function, and a name that two tables have
    "SELECT value FROM t, LATERAL FLATTEN(input => PARSE_JSON('[1]'))": ["value json"],
    "SELECT 1 AS one": ["one int8"],
}


TYPES = {20: "int8", 25: "text", 114: "json", 1043: "varchar", 1700: "numeric"}


@pytest.mark.parametrize("query", DESCRIBED)
def test_columns_tell_their_lengths_and_their_tables(wire: Wire, query: str) -> None:
    for statement in SETUP.strip().splitlines():
        assert wire.query(statement)[-1] == "ReadyForQuery I"
    tables = {int(row[1]): row[0] for row in _rows(wire, "SELECT relname, oid FROM pg_class")}
    wire.send(m.Parse("", query), m.Describe("S", ""), m.Sync())
    (found,) = (x for x in wire.until(m.ReadyForQuery) if isinstance(x, m.RowDescription))
    assert [_column(field, tables) for field in found.fields] == DESCRIBED[query]
    known = _rows(wire, "SELECT attrelid, attnum, atttypid, atttypmod FROM pg_attribute")
    for field in found.fields:
        place = (field.table_oid, field.column_number, field.type_oid, field.type_modifier)
        assert not field.table_oid or list(map(str, place)) in known


def _rows(wire: Wire, query: str) -> list[list[str]]:
    rows = (line.split() for line in wire.query(query))
    return [words[1:] for words in rows if words[0] == "DataRow"]


def _column(field: m.FieldDescription, tables: dict[int, str]) -> str:
    kind, modifier = TYPES[field.type_oid], field.type_modifier - 4
    if modifier > 0:
        digits = f"{modifier >> 16},{modifier & 0xFFFF}"
        kind += f"({digits if kind == 'numeric' else modifier})"
    place = f" {tables[field.table_oid]}.{field.column_number}" if field.table_oid else ""
    return f"{field.name} {kind}{place}"
