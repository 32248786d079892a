"""ARRAY, OBJECT, MAP and structured types in what queries answer and in what is made of queries.

Snowflake's manual: "Semi-structured data types", "Structured data types", "Returns" of functions.
"""

from __future__ import annotations

import pytest

from mockhaus.errors import SqlError
from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = """
CREATE TABLE src (id INT, a ARRAY, o OBJECT, v VARIANT, aa ARRAY(INT), oo OBJECT(k VARCHAR(3), n ARRAY(INT)),
                  m MAP(VARCHAR(5), INT), nested ARRAY(ARRAY(INT)));
INSERT INTO src
SELECT 1, [1, 2], {'k': 1}, PARSE_JSON('{"a": [1]}'), [3]::ARRAY(INT),
       {'k': 'v', 'n': [1]}::OBJECT(k VARCHAR(3), n ARRAY(INT)), {'x': 1}::MAP(VARCHAR(5), INT),
       [[7]]::ARRAY(ARRAY(INT));
"""

_AA = "ARRAY(NUMBER(38,0))"
_OO = "OBJECT(k VARCHAR(3), n ARRAY(NUMBER(38,0)))"
_M = "MAP(VARCHAR(5), NUMBER(38,0))"

#: An item of a query over SRC -> its type.
ITEMS = {
    # columns
    "a": "ARRAY",
    "o": "OBJECT",
    "v": "VARIANT",
    "aa": _AA,
    "oo": _OO,
    "m": _M,
    # literals and casts
    "[1, 2]": "ARRAY",
    "{'a': 1}": "OBJECT",
    "{*}": "OBJECT",
    "v:a::ARRAY": "ARRAY",
    "CAST(v AS OBJECT)": "OBJECT",
    "a::VARIANT": "VARIANT",
    "a::ARRAY(INT NOT NULL)": "ARRAY(NUMBER(38,0) NOT NULL)",
    "TO_VARIANT(a)": "VARIANT",
    "NULL::ARRAY": "ARRAY",
    # functions that answer an ARRAY
    "ARRAY_AGG(id) OVER ()": "ARRAY",
    "ARRAY_UNIQUE_AGG(id) OVER ()": "ARRAY",
    "ARRAY_APPEND(v:a, 1)": "ARRAY",
    "ARRAY_CAT(a, a)": "ARRAY",
    "ARRAY_COMPACT(a)": "ARRAY",
    "ARRAY_CONSTRUCT()": "ARRAY",
    "ARRAY_CONSTRUCT_COMPACT(1, NULL)": "ARRAY",
    "ARRAY_DISTINCT(a)": "ARRAY",
    "ARRAY_EXCEPT(a, a)": "ARRAY",
    "ARRAY_FLATTEN([[1]])": "ARRAY",
    "ARRAY_GENERATE_RANGE(1, 3)": "ARRAY",
    "ARRAY_INSERT(a, 0, 1)": "ARRAY",
    "ARRAY_INTERSECTION(a, a)": "ARRAY",
    "ARRAY_PREPEND(a, 1)": "ARRAY",
    "ARRAY_REMOVE(a, 1)": "ARRAY",
    "ARRAY_REMOVE_AT(a, 0)": "ARRAY",
    "ARRAY_REVERSE(a)": "ARRAY",
    "ARRAY_SLICE(a, 0, 1)": "ARRAY",
    "ARRAY_SORT(a)": "ARRAY",
    "ARRAYS_ZIP(a, a)": "ARRAY",
    "AS_ARRAY(v:a)": "ARRAY",
    "FILTER(a, x -> x > 1)": "ARRAY",
    "TRANSFORM(a, x -> x + 1)": "ARRAY",
    "OBJECT_KEYS(o)": "ARRAY",
    "REGEXP_SUBSTR_ALL('aba', 'a')": "ARRAY",
    "SPLIT('a,b', ',')": "ARRAY",
    "STRTOK_TO_ARRAY('a b')": "ARRAY",
    "TO_ARRAY(1)": "ARRAY",
    # an OBJECT
    "OBJECT_AGG(id, v) OVER ()": "OBJECT",
    "OBJECT_CONSTRUCT('a', 1)": "OBJECT",
    "OBJECT_CONSTRUCT(*)": "OBJECT",
    "OBJECT_CONSTRUCT_KEEP_NULL('a', NULL)": "OBJECT",
    "OBJECT_DELETE(o, 'k')": "OBJECT",
    "OBJECT_INSERT(o, 'x', 1)": "OBJECT",
    "OBJECT_PICK(o, 'k')": "OBJECT",
    "ARRAYS_TO_OBJECT(['a'], [1])": "OBJECT",
    "AS_OBJECT(v)": "OBJECT",
    "TO_OBJECT(v)": "OBJECT",
    "PARSE_XML('<a/>')": "OBJECT",
    "PARSE_URL('http://a.b')": "OBJECT",
    # a VARIANT
    "PARSE_JSON('[1]')": "VARIANT",
    "a[0]": "VARIANT",
    "v:a": "VARIANT",
    "ARRAY_MAX(a)": "VARIANT",
    # the type of an argument
    "COALESCE(a, [])": "ARRAY",
    "NVL(o, {})": "OBJECT",
    "COALESCE(a, v)": "VARIANT",
    "IFF(id = 1, a, NULL)": "ARRAY",
    "NVL2(id, a, [])": "ARRAY",
    "CASE WHEN id = 1 THEN o ELSE {} END": "OBJECT",
    "CASE id WHEN 1 THEN a END": "ARRAY",
    "DECODE(id, 1, a, 2, [], NULL)": "ARRAY",
    "NULLIF(a, [])": "ARRAY",
    "ANY_VALUE(a) OVER ()": "ARRAY",
    "LAG(m) OVER (ORDER BY id)": _M,
    "FIRST_VALUE(oo) OVER (ORDER BY id)": _OO,
    "(SELECT ARRAY_AGG(id) FROM src)": "ARRAY",
    # structured types
    "ARRAY_APPEND(aa, 4)": _AA,
    "ARRAY_SLICE(aa, 0, 1)": _AA,
    "COALESCE(aa, aa)": _AA,
    "MAP_INSERT(m, 'y', 2)": _M,
    "MAP_KEYS(m)": "ARRAY(VARCHAR(5))",
    "m['x']": "NUMBER(38,0)",
    "aa[0]": "NUMBER(38,0)",
    "nested[0]": _AA,
    "oo:n": _AA,
    "oo['n']": _AA,
}


SELECT = "SELECT " + ", ".join(f"{item} AS x{n}" for n, item in enumerate(ITEMS)) + " FROM src"


def test_items_of_an_answer(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    (result,) = snowflake.execute(SELECT)
    assert dict(zip(ITEMS, (str(c.type) for c in result.columns), strict=True)) == ITEMS


def test_items_of_a_table(snowflake: Connection) -> None:
    run(snowflake, f"{SETUP} CREATE TABLE t AS {SELECT}")
    described = run(snowflake, "DESCRIBE TABLE t")
    assert dict(zip(ITEMS, (row[1] for row in described), strict=True)) == ITEMS
    assert run(snowflake, "SELECT * FROM t") == run(snowflake, SELECT)


def test_items_of_a_view(snowflake: Connection) -> None:
    run(snowflake, f"{SETUP} CREATE VIEW w AS {SELECT}")
    described = run(snowflake, "DESCRIBE VIEW w")
    # (a view outlives its tables, so that the items of their columns are no numbers to it)
    expected = {k: kind if kind != "NUMBER(38,0)" else "VARIANT" for k, kind in ITEMS.items()}
    assert dict(zip(ITEMS, (row[1] for row in described), strict=True)) == expected


#: A query over SRC -> the types of its columns.
QUERIES = {
    "SELECT * FROM (SELECT a, m FROM src)": f"ARRAY, {_M}",
    "WITH w AS (SELECT * FROM src) SELECT a, oo FROM w": f"ARRAY, {_OO}",
    "WITH w (x) AS (SELECT a FROM src) SELECT x, x AS y FROM w": "ARRAY, ARRAY",
    "SELECT a FROM src UNION ALL SELECT [] FROM src": "ARRAY",
    "SELECT a FROM src UNION ALL SELECT NULL": "ARRAY",
    "SELECT a FROM src UNION ALL SELECT v FROM src": "VARIANT",
    "SELECT ARRAY_AGG(id) AS x, ARRAY_SIZE(x) AS n, x AS y FROM src": (
        "ARRAY, NUMBER(38,0), ARRAY"
    ),
    "SELECT s.a, f.value, f.key FROM src s, LATERAL FLATTEN(s.a) f": (
        "ARRAY, VARIANT, VARCHAR(16777216)"
    ),
    "SELECT a, value FROM src, TABLE(FLATTEN(INPUT => v:a))": "ARRAY, VARIANT",
    "SELECT x.a, y.m FROM src x LEFT JOIN src y USING (id)": f"ARRAY, {_M}",
    "SELECT column1, column2 FROM VALUES ([1], {'a': 1}), (NULL, {})": "ARRAY, OBJECT",
    "SELECT x FROM VALUES ([1]), ({}) AS t (x)": "VARIANT",
    "SELECT * EXCLUDE (id, o, v, aa, oo, nested) REPLACE ([1] AS a) RENAME (m AS n) FROM src": (
        f"ARRAY, {_M}"
    ),
    "WITH w AS (SELECT aa, oo FROM src) SELECT aa[0], oo:k, oo:n[0] FROM w WHERE aa[0] = 3": (
        "NUMBER(38,0), VARCHAR(16777216), NUMBER(38,0)"
    ),
    "SELECT aa[0] AS x FROM (SELECT [3]::ARRAY(INT) AS aa) GROUP BY aa[0] ORDER BY aa[0]": (
        "NUMBER(38,0)"
    ),
}


@pytest.mark.parametrize(("query", "expected"), QUERIES.items())
def test_types_pass_through_queries(snowflake: Connection, query: str, expected: str) -> None:
    run(snowflake, SETUP)
    (result,) = snowflake.execute(query)
    assert ", ".join(str(each.type) for each in result.columns) == expected


def test_every_listing_tells_the_types(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(snowflake, "CREATE TABLE t AS SELECT a, OBJECT_CONSTRUCT('k', 1) AS o, m FROM src")
    run(snowflake, "CREATE TEMPORARY TABLE temp AS SELECT * FROM t")
    run(snowflake, "CREATE TABLE copied CLONE t")
    for table in ("t", "temp", "copied"):
        described = run(snowflake, f"DESCRIBE TABLE {table}")
        assert [row[1] for row in described] == ["ARRAY", "OBJECT", _M]
    columns = "SELECT data_type FROM information_schema.columns WHERE table_name = 'T'"
    assert run(snowflake, f"{columns} ORDER BY ordinal_position") == [
        ("ARRAY",), ("OBJECT",), ("MAP",),
    ]  # fmt: skip
    shown = run(snowflake, "SHOW COLUMNS IN TABLE t")
    assert [row[3][:16] for row in shown] == [
        '{"type":"ARRAY",',
        '{"type":"OBJECT"',
        '{"type":"MAP","n',
    ]
    run(snowflake, run(snowflake, "SELECT get_ddl('TABLE', 't')")[0][0])
    assert [row[1] for row in run(snowflake, "DESCRIBE TABLE t")] == ["ARRAY", "OBJECT", _M]
    run(snowflake, "SELECT * FROM copied")
    assert [row[1] for row in run(snowflake, "DESCRIBE RESULT LAST_QUERY_ID()")] == [
        "ARRAY", "OBJECT", _M,
    ]  # fmt: skip


#: A value -> what an ARRAY column made by CREATE TABLE AS SELECT takes it for.
INTO_ARRAY = {
    "[3]": "[3]",
    "PARSE_JSON('[4]')": "[4]",
    "TO_VARIANT('x')": '["x"]',
    "NULL": None,
}


@pytest.mark.parametrize(("value", "expected"), INTO_ARRAY.items())
def test_a_table_made_of_a_query_takes_what_its_types_take(
    snowflake: Connection, value: str, expected: str | None
) -> None:
    run(snowflake, f"{SETUP} CREATE TABLE t AS SELECT a, o FROM src LIMIT 0")
    run(snowflake, f"INSERT INTO t (a) SELECT {value}")
    assert run(snowflake, "SELECT a FROM t") == [(expected,)]
    with pytest.raises(SqlError, match="expecting ARRAY but got NUMBER"):
        run(snowflake, "INSERT INTO t (a) SELECT 1")
    with pytest.raises(SqlError, match="Failed to cast variant value"):
        run(snowflake, "INSERT INTO t (o) SELECT PARSE_JSON('[1]')")


#: A query over SRC -> what its SYSTEM$TYPEOF answers.
ASKED = {
    "SELECT SYSTEM$TYPEOF(x) FROM (SELECT a AS x FROM src)": "ARRAY",
    "SELECT SYSTEM$TYPEOF(x) FROM (SELECT ARRAY_AGG(id) AS x FROM src)": "ARRAY",
    "SELECT SYSTEM$TYPEOF(x) FROM (SELECT PARSE_JSON('1') AS x)": "VARIANT",
    "WITH w AS (SELECT m AS x FROM src) SELECT SYSTEM$TYPEOF(x) FROM w": _M,
    "WITH w AS (SELECT oo AS x FROM src) SELECT SYSTEM$TYPEOF(x:n) FROM w": _AA,
    "SELECT SYSTEM$TYPEOF(f.value) FROM src, LATERAL FLATTEN(a) f LIMIT 1": "VARIANT",
    "SELECT SYSTEM$TYPEOF(COALESCE(o, {})) FROM src": "OBJECT",
    "SELECT SYSTEM$TYPEOF(SPLIT('a', ',')) FROM src": "ARRAY",
}


@pytest.mark.parametrize(("query", "expected"), ASKED.items())
def test_typeof(snowflake: Connection, query: str, expected: str) -> None:
    run(snowflake, SETUP)
    assert run(snowflake, query) == [(f"{expected}[LOB]",)]
