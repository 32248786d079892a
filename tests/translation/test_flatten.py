"""Table functions in FROM."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import InvalidParameter, ResultNotFound, UnsupportedFeature, WrongArguments
from tests.translation.conftest import Snowflake

DOCUMENT = """PARSE_JSON('{"a":1,"b":[77,88],"c":{"d":"X"}}')"""
DOCUMENTS = """(SELECT COLUMN1 AS ID, PARSE_JSON(COLUMN2) AS V FROM VALUES
    (1, '{"items":[{"n":"a","t":[1,2]},{"n":"b","t":[]}]}'), (2, '{"items":null}'), (3, NULL))"""

#: (query, rows)
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    # all six columns
    (
        "SELECT * FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1, null]'))) F",
        [(1, None, "[0]", 0, "1", "[1,null]"), (1, None, "[1]", 1, "null", "[1,null]")],
    ),
    # a missing item has no row
    (
        "SELECT INDEX, VALUE FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1, ,77]')))",
        [(0, "1"), (2, "77")],
    ),
    (
        "SELECT PATH FROM TABLE(FLATTEN(PARSE_JSON('{\"a\":[1,,2]}'), RECURSIVE => TRUE))",
        [("a",), ("a[0]",), ("a[2]",)],
    ),
    (
        'SELECT KEY, PATH, INDEX, VALUE FROM TABLE(FLATTEN(PARSE_JSON(\'{"b":2,"a c":1}\')))',
        [("a c", "['a c']", None, "1"), ("b", "b", None, "2")],
    ),
    # keys that are no names, at all depths
    (
        "SELECT KEY, PATH, VALUE, THIS FROM TABLE(FLATTEN(RECURSIVE => TRUE,"
        """ INPUT => PARSE_JSON('{"a b":{"x]":1,"y.z":[2]}}')))""",
        [
            ("a b", "['a b']", '{"x]":1,"y.z":[2]}', '{"a b":{"x]":1,"y.z":[2]}}'),
            ("x]", "['a b']['x]']", "1", '{"x]":1,"y.z":[2]}'),
            ("y.z", "['a b']['y.z']", "[2]", '{"x]":1,"y.z":[2]}'),
            (None, "['a b']['y.z'][0]", "2", "[2]"),
        ],
    ),
    # MODE holds at all depths
    (
        """SELECT PATH FROM TABLE(FLATTEN(PARSE_JSON('{"a":[{"b":1}],"c":{"d":2}}'),"""
        " RECURSIVE => TRUE, MODE => 'OBJECT'))",
        [("a",), ("c",), ("c.d",)],
    ),
    (
        """SELECT PATH FROM TABLE(FLATTEN(PARSE_JSON('{"a":[1]}'), RECURSIVE => TRUE,"""
        " MODE => 'ARRAY'))",
        [],
    ),
    # OUTER
    (
        "SELECT KEY, PATH, INDEX, VALUE, THIS FROM TABLE(FLATTEN(PARSE_JSON('[]'),"
        " RECURSIVE => TRUE, OUTER => TRUE))",
        [(None, "", None, None, "[]")],
    ),
    (
        f"SELECT ID, PATH, F.VALUE FROM {DOCUMENTS}, LATERAL FLATTEN(V, RECURSIVE => TRUE,"
        " OUTER => TRUE) F WHERE ID > 1 ORDER BY ID, PATH",
        [(2, "items", "null"), (3, "", None)],
    ),
    (
        f"SELECT KEY, PATH, VALUE FROM TABLE(FLATTEN(INPUT => {DOCUMENT}, PATH => 'b'))",
        [(None, "b[0]", "77"), (None, "b[1]", "88")],
    ),
    (
        f"SELECT PATH, VALUE FROM TABLE(FLATTEN(INPUT => {DOCUMENT}, RECURSIVE => TRUE))",
        [
            ("a", "1"),
            ("b", "[77,88]"),
            ("b[0]", "77"),
            ("b[1]", "88"),
            ("c", '{"d":"X"}'),
            ("c.d", '"X"'),
        ],
    ),
    (f"SELECT KEY FROM TABLE(FLATTEN(INPUT => {DOCUMENT}, MODE => 'ARRAY'))", []),
    (
        "SELECT KEY, VALUE FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[]'), OUTER => TRUE)) F",
        [(None, None)],
    ),
    # lateral, chained, correlated
    (
        f"""SELECT ID, F.INDEX, F.VALUE:n::STRING, G.VALUE FROM {DOCUMENTS} T,
            LATERAL FLATTEN(INPUT => V:items) F, LATERAL FLATTEN(F.VALUE:t, OUTER => TRUE) G
            ORDER BY 1, 2, 4""",
        [(1, 0, "a", "1"), (1, 0, "a", "2"), (1, 1, "b", None)],
    ),
    (
        f"""SELECT ID, F.VALUE IS NULL FROM {DOCUMENTS} T
            LEFT JOIN LATERAL FLATTEN(T.V:items[1].t) F ORDER BY 1""",
        [(1, True), (2, True), (3, True)],
    ),
    (
        f"SELECT F.VALUE:n::STRING FROM {DOCUMENTS} T, TABLE(FLATTEN(T.V:items)) F "
        "WHERE F.VALUE:n = 'b'",
        [("b",)],
    ),
    ("SELECT A, E FROM TABLE(FLATTEN([7])) AS F(A, B, C, D, E, G)", [(1, "7")]),
    # the others
    ("SELECT ROW_NUMBER() OVER (ORDER BY NULL) FROM TABLE(GENERATOR(ROWCOUNT => 2))", [(1,), (2,)]),
    (
        "SELECT SEQ1(1) FROM TABLE(GENERATOR(ROWCOUNT => 130)) ORDER BY SEQ4() OFFSET 127",
        [(127,), (-128,), (-127,)],
    ),
    (
        "SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) FROM TABLE(GENERATOR(ROWCOUNT => 2)) "
        "WHERE SEQ4() > 0",
        [(1,)],
    ),
    ("SELECT * FROM TABLE(SPLIT_TO_TABLE('a.b', '.'))", [(1, 1, "a"), (1, 2, "b")]),
    (
        "SELECT C, S.VALUE FROM VALUES ('x-y') T(C), LATERAL SPLIT_TO_TABLE(T.C, '-') S ORDER BY 2",
        [("x-y", "x"), ("x-y", "y")],
    ),
    ("SELECT VALUE FROM TABLE(STRTOK_SPLIT_TO_TABLE('a b,,c', ' ,'))", [("a",), ("b",), ("c",)]),
]


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_rows(snowflake: Snowflake, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert snowflake.rows(query) == rows


ERRORS: list[tuple[str, type[Exception]]] = [
    ("FLATTEN(INPUT => [1], MODE => 'ALL')", InvalidParameter),
    ("FLATTEN(INPUT => [1], DEPTH => 2)", WrongArguments),
    ("RESULT_SCAN(LAST_QUERY_ID())", ResultNotFound),
    ("GENERATOR(TIMELIMIT => 5)", UnsupportedFeature),
]


#: Two equal rows, and one with arrays in an array.
TWICE = "(SELECT 7 AS a, PARSE_JSON('[1, 2]') AS v UNION ALL SELECT 8, PARSE_JSON('[1, 2]'))"
NESTED = "(SELECT PARSE_JSON('[[1, 2], [3]]') AS v)"

SEQUENCES: list[tuple[str, list[tuple[Any, ...]]]] = [
    (
        f"SELECT a, seq, value::INT FROM {TWICE} t, LATERAL FLATTEN(t.v) ORDER BY 1, 3",
        [(7, 1, 1), (7, 1, 2), (8, 2, 1), (8, 2, 2)],
    ),
    (
        f"SELECT * EXCLUDE (v, this, key, path) FROM {TWICE}, LATERAL FLATTEN(v) ORDER BY 1, 3",
        [(7, 1, 0, "1"), (7, 1, 1, "2"), (8, 2, 0, "1"), (8, 2, 1, "2")],
    ),
    (
        f"SELECT g.seq, g.value::INT FROM {NESTED} t, LATERAL FLATTEN(t.v) f, "
        "LATERAL FLATTEN(f.value) g ORDER BY 2",
        [(1, 1), (1, 2), (2, 3)],
    ),
    (
        "SELECT seq, value FROM (SELECT 'a b' AS s UNION ALL SELECT 'c') t, "
        "LATERAL SPLIT_TO_TABLE(t.s, ' ') ORDER BY 2",
        [(1, "a"), (1, "b"), (2, "c")],
    ),
    ("SELECT seq FROM TABLE(FLATTEN([5, 6]))", [(1,), (1,)]),
]


@pytest.mark.parametrize(("sql", "rows"), SEQUENCES)
def test_sequences_number_the_input_rows(
    snowflake: Snowflake, sql: str, rows: list[tuple[Any, ...]]
) -> None:
    assert snowflake.rows(sql) == rows


@pytest.mark.parametrize("call", ["FLATTEN([1])", "SPLIT_TO_TABLE('a b', ' ')"])
def test_a_table_is_no_value(snowflake: Snowflake, call: str) -> None:
    with pytest.raises(UnsupportedFeature, match="outside of FROM"):
        snowflake.value(call)


@pytest.mark.parametrize(("function", "error"), ERRORS)
def test_error(snowflake: Snowflake, function: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        snowflake.rows(f"SELECT 1 AS n FROM TABLE({function})")
