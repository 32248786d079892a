"""Clauses of a query: PIVOT, SAMPLE, stars, joins, limits, order of NULLs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockhaus.errors import (
    DuplicateObject,
    GroupingError,
    InvalidIdentifier,
    InvalidParameter,
    SqlSyntaxError,
    UnsupportedFeature,
    ValueCount,
)
from tests.translation.conftest import Snowflake

SALES = """(SELECT * FROM VALUES (1, 'x', 10), (1, 'y', 5), (2, 'x', 7) T(ID, Q, A))"""
L, R = "(VALUES (1), (2)) A(X)", "(VALUES (1, 'p'), (3, 'q')) B(X, Y)"
NUMBERED = "(SELECT * FROM VALUES (1, 2, 5), (1, 10, 6), (2, NULL, 7) T(ID, K, A))"
ABC = "VALUES (1, 2, 3) T(A, B, C)"

#: (query, rows)
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    # PIVOT, UNPIVOT
    (
        f"SELECT * FROM {SALES} PIVOT(SUM(A) FOR Q IN ('x', 'y')) ORDER BY ID",
        [(1, 10, 5), (2, 7, None)],
    ),
    (
        f"SELECT ID, \"'x'\" FROM {SALES} PIVOT(SUM(A) FOR Q IN ('x', 'y')) ORDER BY ID",
        [(1, 10), (2, 7)],
    ),
    (
        f"SELECT E, QX FROM {SALES} PIVOT(AVG(A) FOR Q IN ('x')) AS P(E, QX) ORDER BY E",
        [(1, Decimal("10.000000")), (2, Decimal("7.000000"))],
    ),
    (
        f"""SELECT ID, \"'y'_TOTAL\" FROM {SALES} PIVOT(SUM(A) AS TOTAL FOR Q IN (ANY ORDER BY Q))
            ORDER BY ID""",
        [(1, 5), (2, None)],
    ),
    (
        f"SELECT * FROM {SALES} PIVOT(SUM(A) FOR Q IN ('y' AS QY) DEFAULT ON NULL (0)) ORDER BY ID",
        [(1, 5), (2, 0)],
    ),
    (
        f"SELECT ID, \"'y'\" FROM {SALES} PIVOT(SUM(A) FOR Q IN (ANY ORDER BY Q)) ORDER BY ID",
        [(1, 5), (2, None)],
    ),
    (
        f"""SELECT * FROM {SALES} PIVOT(MAX(A) FOR Q IN
            (SELECT DISTINCT COLUMN1 FROM VALUES ('y'))) ORDER BY ID""",
        [(1, 5), (2, None)],
    ),
    # columns in the order that is asked for; NULL is a value as well
    (
        f"SELECT * FROM {NUMBERED} PIVOT(SUM(A) FOR K IN (2, NULL)) ORDER BY ID",
        [(1, 5, None), (2, None, 7)],
    ),
    (
        """SELECT * FROM (SELECT 1 ID, 2 JAN, NULL::INT FEB) UNPIVOT(S FOR M IN (JAN, FEB)) AS U (A, B, C)""",
        [(1, "JAN", 2)],
    ),
    (
        "SELECT * FROM (SELECT 1 ID, 2 JAN, NULL::INT FEB) UNPIVOT(S FOR M IN (JAN, FEB))",
        [(1, "JAN", 2)],
    ),
    (
        """SELECT * FROM (SELECT 1 ID, 2 JAN, NULL::INT FEB)
           UNPIVOT INCLUDE NULLS (S FOR M IN (JAN AS JANUARY, FEB)) ORDER BY M""",
        [(1, "FEB", None), (1, "JANUARY", 2)],
    ),
    # stars
    (f"SELECT * EXCLUDE (A) FROM {ABC}", [(2, 3)]),
    (f"SELECT * REPLACE (A + 1 AS A) FROM {ABC}", [(2, 2, 3)]),
    (f"SELECT Z FROM (SELECT * RENAME B AS Z FROM {ABC})", [(2,)]),
    (f"SELECT T.* EXCLUDE (A, B) FROM {ABC}", [(3,)]),
    ("SELECT * ILIKE '%i%' FROM (SELECT 1 ID, 2 XX)", [(1,)]),
    (f"SELECT * ILIKE '%a%' REPLACE (7 AS A) FROM {ABC}", [(7,)]),
    (
        f"SELECT Z + C FROM (SELECT * EXCLUDE (B) REPLACE (A * 5 AS A) RENAME (A AS Z) FROM {ABC})",
        [(8,)],
    ),
    # stars as arguments, and the spread operator
    (
        f"SELECT {{* ILIKE '%a%'}}::VARCHAR, {{T.*}}::VARCHAR FROM {ABC}",
        [('{"A":1}', '{"A":1,"B":2,"C":3}')],
    ),
    (
        f"SELECT GREATEST(* EXCLUDE C), LEAST(T.*), COALESCE(NULL, * ILIKE 'b') FROM {ABC}",
        [(2, 1, 2)],
    ),
    (f"SELECT COUNT(*) FROM {ABC} WHERE 3 IN (* EXCLUDE (A, B))", [(1,)]),
    (f"SELECT A FROM {ABC} WHERE B IN (** [1, 2], 7)", [(1,)]),
    (
        "SELECT GREATEST(** [1, 5], 3), COALESCE(** [NULL, 'x']), DATE_FROM_PARTS(** [2024, 1, 2])::VARCHAR",
        [(5, "x", "2024-01-02")],
    ),
    # an alias of what is another value each time
    ("SELECT RANDOM() AS R, R = R, R - R", [(..., True, 0)]),
    (
        f"SELECT *, T.A + R - R, UNIFORM(1, 9, RANDOM()) AS R FROM {ABC} WHERE R < 10",
        [(1, 2, 3, 1, ...)],
    ),
    ("SELECT UUID_STRING() U, LENGTH(U) L, L + 1", [(..., 36, 37)]),
    # columns by number, DUAL, names as values
    ("SELECT V.$2, $1 FROM VALUES (1, 'a') V", [("a", 1)]),
    ("SELECT U.$2 FROM VALUES (1, 2) T JOIN (SELECT 1 A, 3 B) U ON T.$1 = U.$1", [(3,)]),
    ("WITH C AS (SELECT 1 A, 2 B) SELECT (SELECT MAX(C.$2) FROM VALUES (9) W) FROM C", [(2,)]),
    ("SELECT * FROM DUAL", [("X",)]),
    (f"SELECT IDENTIFIER('t.a') + IDENTIFIER('\"C\"') FROM {ABC}", [(4,)]),
    # limits and order
    ("SELECT TOP 2 COLUMN1 FROM VALUES (3), (1), (2) ORDER BY 1", [(1,), (2,)]),
    ("SELECT COLUMN1 FROM VALUES (3), (1) ORDER BY 1 OFFSET 1 FETCH FIRST 1 ROWS ONLY", [(3,)]),
    (f"SELECT DISTINCT A + 1, T.B AS X FROM {ABC} ORDER BY A + 1, X + 1, 1", [(2, 2)]),
    ("SELECT COLUMN2 FROM VALUES (1, 9), (2, 8) ORDER BY $1 DESC", [(8,), (9,)]),
    ("SELECT $2, COUNT(*) FROM VALUES (1, 9), (2, 9) GROUP BY $2", [(9, 2)]),
    ("SELECT UPPER($2) || $1, $1 FROM VALUES (1, 'a')", [("A1", 1)]),
    ("SELECT LENGTH($1) FROM (SELECT 1 AS a, 'x' AS b) WHERE UPPER($2) = 'X'", [(1,)]),
    ("SELECT \"UPPER($1)\" FROM (SELECT UPPER($1) FROM VALUES ('a'))", [("A",)]),
    ("SELECT COLUMN1 FROM VALUES (3), (1) ORDER BY 1 LIMIT '' OFFSET $$$$", [(1,), (3,)]),
    ("SELECT COLUMN1 FROM VALUES (3), (1) ORDER BY 1 LIMIT NULL OFFSET NULL", [(1,), (3,)]),
    ("SELECT COLUMN1 FROM VALUES (1), (NULL) ORDER BY 1", [(1,), (None,)]),
    ("SELECT COLUMN1 FROM VALUES (1), (NULL) ORDER BY 1 DESC", [(None,), (1,)]),
    ("SELECT COLUMN1 FROM VALUES (1), (NULL) ORDER BY 1 DESC NULLS LAST", [(1,), (None,)]),
    ("SELECT COLUMN1, COLUMN2 FROM VALUES (2, 1), (1, 9) ORDER BY ALL", [(1, 9), (2, 1)]),
    # set operations
    ("SELECT 1 MINUS SELECT 1", []),
    ("SELECT 1 A, 2 B UNION ALL BY NAME SELECT 3 B, 4 A", [(1, 2), (4, 3)]),
    # joins
    (f"SELECT T.A, U.D FROM {ABC} INNER JOIN VALUES (9) U(D)", [(1, 9)]),
    (f"SELECT * FROM {ABC} NATURAL JOIN (SELECT 1 A, 9 D)", [(1, 2, 3, 9)]),
    (f"SELECT X FROM {ABC}, LATERAL (SELECT T.A + 1 X)", [(2,)]),
    (
        """SELECT * FROM (VALUES (1, 10), (2, 3)) T(A, B)
           ASOF JOIN (VALUES (5, 'e'), (15, 'f')) U(C, D) MATCH_CONDITION (T.B >= U.C) ORDER BY 1""",
        [(1, 10, 5, "e"), (2, 3, None, None)],
    ),
    # joins in WHERE
    (f"SELECT * FROM {L}, {R} WHERE A.X = B.X (+) ORDER BY 1", [(1, 1, "p"), (2, None, None)]),
    (f"SELECT * FROM {L}, {R} WHERE A.X(+) = B.X ORDER BY 2", [(1, 1, "p"), (None, 3, "q")]),
    (f"SELECT A.X, Y FROM {L}, {R} WHERE A.X = B.X(+) AND Y(+) = 'z' AND A.X > 1", [(2, None)]),
    (f"SELECT A.X FROM {L}, {R} WHERE A.X = B.X(+) AND Y = 'p'", [(1,)]),
    (
        f"SELECT A.X, B.X, C.X FROM {L}, {R}, {R.replace('B(', 'C(')} "
        "WHERE A.X = B.X(+) AND C.X(+) = B.X ORDER BY 1",
        [(1, 1, 1), (2, None, None)],
    ),
    (
        """SELECT *, K, U.K FROM (VALUES ('a', 10), ('b', 3)) T(K, B)
           ASOF JOIN (VALUES ('a', 5), ('b', 9)) U(K, C) MATCH_CONDITION (T.B >= U.C) USING (K) ORDER BY 1""",
        [("a", 10, 5, "a", "a"), ("b", 3, None, "b", None)],
    ),
    (
        "WITH R(N) AS (SELECT 1 UNION ALL SELECT N + 1 FROM R WHERE N < 3) SELECT * FROM R",
        [(1,), (2,), (3,)],
    ),
    # samples
    (f"SELECT COUNT(*) FROM {ABC} SAMPLE (100)", [(1,)]),
    (f"SELECT COUNT(*) FROM {ABC} SAMPLE (0)", [(0,)]),
    ("SELECT COUNT(*) FROM DUAL SAMPLE (0)", [(0,)]),
    ("SELECT COUNT(*) FROM VALUES (1), (2) T(A) TABLESAMPLE BERNOULLI (1 ROWS)", [(1,)]),
]


#: (PIVOT's values, the columns)
TITLES: list[tuple[str, list[str]]] = [
    ("ANY ORDER BY K", ["ID", "2", "10", "NULL"]),
    ("ANY ORDER BY K DESC", ["ID", "NULL", "10", "2"]),
    ("SELECT COLUMN1 FROM VALUES (10), (2) ORDER BY 1", ["ID", "2", "10"]),
    ("SELECT COLUMN1 FROM VALUES (10), (2) ORDER BY 1 DESC", ["ID", "10", "2"]),
    ("10, 2 AS TWO", ["ID", "10", "TWO"]),
]


@pytest.mark.parametrize(("values", "titles"), TITLES)
def test_columns_of_a_pivot(snowflake: Snowflake, values: str, titles: list[str]) -> None:
    query = f"SELECT * FROM {NUMBERED} PIVOT(SUM(A) FOR K IN ({values}))"
    assert snowflake.names(query) == titles


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_rows(snowflake: Snowflake, query: str, rows: list[tuple[Any, ...]]) -> None:
    found = snowflake.rows(query)
    wanted = [
        tuple(got if want is ... else want for got, want in zip(row, want_row, strict=True))
        for row, want_row in zip(found, rows, strict=True)
    ]
    assert found == wanted


ERRORS: list[tuple[str, type[Exception]]] = [
    (f"SELECT 1 FROM {L}, {R} WHERE A.X(+) = B.X(+)", SqlSyntaxError),
    (f"SELECT 1 FROM {L}, {R} WHERE A.X = B.X(+) OR Y = 'p'", SqlSyntaxError),
    (f"SELECT 1 FROM {L}, {R} WHERE A.X(+) = B.X AND A.X = B.X(+)", SqlSyntaxError),
    (f"SELECT 1 FROM {L}, {R}, (SELECT 1 X) C WHERE A.X = B.X(+) AND C.X = B.X(+)", SqlSyntaxError),
    (f"SELECT 1 FROM {L} JOIN {R} ON A.X = B.X(+)", UnsupportedFeature),
    (f"SELECT A.X(+) FROM {L}", UnsupportedFeature),
    (f"SELECT * EXCLUDE A ILIKE 'B' FROM {ABC}", SqlSyntaxError),
    (f"SELECT * EXCLUDE (A, A) FROM {ABC}", SqlSyntaxError),
    (f"SELECT * EXCLUDE T.A FROM {ABC}", SqlSyntaxError),
    (f"SELECT * EXCLUDE A REPLACE (1 AS A) FROM {ABC}", SqlSyntaxError),
    (f"SELECT * EXCLUDE A RENAME A AS B FROM {ABC}", SqlSyntaxError),
    (f"SELECT * RENAME (A AS X, A AS Y) FROM {ABC}", SqlSyntaxError),
    (f"SELECT * ILIKE 'zzz' FROM {ABC}", SqlSyntaxError),
    (f"SELECT COALESCE(* ILIKE 'zzz', 1) FROM {ABC}", SqlSyntaxError),
    ("SELECT 2 ** 3", SqlSyntaxError),
    (f"SELECT DISTINCT A FROM {ABC} ORDER BY B", GroupingError),
    (f"SELECT DISTINCT A + 1 FROM {ABC} ORDER BY B + 1", GroupingError),
    ("SELECT GREATEST(** ARRAY_CONSTRUCT(1))", UnsupportedFeature),
    ("SELECT RANDOM() AS R, MAX(R)", UnsupportedFeature),
    ("SELECT 1 FROM VALUES (1) ORDER BY $2", InvalidIdentifier),
    ("SELECT UPPER($2) FROM VALUES (1)", InvalidIdentifier),
    ("SELECT 1 LIMIT 1 + 1", SqlSyntaxError),
    ("SELECT 1 LIMIT (SELECT 1)", SqlSyntaxError),
    ("SELECT 1 LIMIT ALL", SqlSyntaxError),
    ("SELECT 1 LIMIT 1, 2", SqlSyntaxError),
    ("SELECT 1 FETCH FIRST 1 ROWS WITH TIES", UnsupportedFeature),
    ("SELECT 1 FETCH FIRST 1 PERCENT ROWS ONLY", UnsupportedFeature),
    ("SELECT 1 A ORDER BY A UNION ALL SELECT 2", SqlSyntaxError),
    ("SELECT 1 LIMIT 1 UNION ALL SELECT 2", SqlSyntaxError),
    ("SELECT 1 INTERSECT ALL SELECT 1", SqlSyntaxError),
    ("SELECT 1 MINUS ALL SELECT 1", SqlSyntaxError),
    ("WITH C(X, Y) AS (SELECT 1) SELECT 1 FROM C", ValueCount),
    ("WITH C(X) AS (SELECT 1, 2) SELECT 1 FROM C", ValueCount),
    ("SELECT 1 FROM (SELECT 1, 2) C(X)", ValueCount),
    ("SELECT 1 FROM VALUES (1, 2) C(X)", ValueCount),
    ("SELECT 1 FROM VALUES (DEFAULT)", SqlSyntaxError),
    ("WITH C AS (SELECT 1), C AS (SELECT 2) SELECT 1 FROM C", DuplicateObject),
    (f"SELECT 1 FROM {ABC} NATURAL JOIN (SELECT 1 A) U ON TRUE", SqlSyntaxError),
    (f"SELECT 1 FROM {ABC} CROSS JOIN (SELECT 1 A) U USING (A)", SqlSyntaxError),
    (
        f"SELECT 1 FROM {ABC} JOIN (SELECT 1 A) U MATCH_CONDITION (T.A > U.A) ON TRUE",
        SqlSyntaxError,
    ),
    (
        f"SELECT 1 FROM {ABC} ASOF JOIN (SELECT 1 A) U MATCH_CONDITION (T.A > U.A) ON T.B < U.A",
        SqlSyntaxError,
    ),
    (f"SELECT 1 FROM {ABC} SAMPLE 10", SqlSyntaxError),
    (f"SELECT 1 FROM {ABC} SAMPLE (1000001 ROWS)", InvalidParameter),
    (f"SELECT 1 FROM {ABC} SAMPLE (1.5 ROWS)", InvalidParameter),
    ("SELECT 1 FROM DUAL SAMPLE (1 ROWS) SEED (1)", UnsupportedFeature),
    ("SELECT 1 FROM (SELECT 1) SAMPLE (1) SEED (1)", UnsupportedFeature),
    ("SELECT 1 FROM (SELECT 1) SAMPLE (?)", UnsupportedFeature),
    (f"SELECT 1 FROM {ABC} SAMPLE (10 PERCENT)", SqlSyntaxError),
    (f"SELECT * FROM {ABC} SAMPLE (101)", InvalidParameter),
    (f"SELECT * FROM {ABC} SAMPLE SYSTEM (3 ROWS)", UnsupportedFeature),
    (f"SELECT * RENAME (X AS Y) FROM {ABC}", InvalidIdentifier),
    (f"SELECT * EXCLUDE (X) FROM {ABC}", InvalidIdentifier),
    (f"SELECT * ILIKE 'A' EXCLUDE (A) FROM {ABC}", SqlSyntaxError),
    ("SELECT T.$3 FROM VALUES (1, 2) T", InvalidIdentifier),
    ("SELECT * FROM IDENTIFIER('a b')", SqlSyntaxError),
    ("SELECT * FROM IDENTIFIER(?)", UnsupportedFeature),
    ("WITH R AS (SELECT 1 N UNION SELECT N FROM R) SELECT * FROM R", UnsupportedFeature),
]


@pytest.mark.parametrize(("query", "error"), ERRORS)
def test_error(snowflake: Snowflake, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        snowflake.rows(query)
