"""MATCH_RECOGNIZE: runs of rows that fit a pattern."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.engine.row_patterns import _match, _program
from mockhaus.translation.row_pattern import compiled, may_be_empty
from tests.translation.conftest import Snowflake

#: Prices of two companies, day by day.
PRICES = """(SELECT * FROM VALUES ('a', 1, 50), ('a', 2, 36), ('a', 3, 39), ('a', 4, 42), ('a', 5, 30),
             ('a', 6, 47), ('b', 1, 9), ('b', 2, 8), ('b', 3, 9) T(C, D, P))"""
VALLEY = "PATTERN (TOP DOWN+ UP+) DEFINE DOWN AS P < LAG(P), UP AS P > LAG(P)"

#: (rest of SELECT * FROM prices, rows)
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    (
        f"""MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES MATCH_NUMBER() AS N, FIRST(D) AS A,
            LAST(D) AS Z, COUNT(*) AS K, COUNT(UP.*) AS U, SUM(DOWN.P) AS S, CLASSIFIER() AS V
            ONE ROW PER MATCH {VALLEY}) ORDER BY C, N""",
        [("a", 1, 1, 4, 4, 2, 36, "UP"), ("b", 1, 1, 3, 3, 1, 8, "UP")],
    ),
    (
        f"""MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES LAST(D) AS Z ONE ROW PER MATCH
            AFTER MATCH SKIP TO LAST UP {VALLEY}) ORDER BY C, Z""",
        [("a", 4), ("a", 6), ("b", 3)],
    ),
    (
        """MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES FIRST(P) AS F AFTER MATCH SKIP TO NEXT ROW
           PATTERN (X X) DEFINE X AS P > 38) ORDER BY C, F""",
        [("a", 39)],
    ),
    (
        """MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES MATCH_SEQUENCE_NUMBER() AS N,
           CLASSIFIER() AS V, SUM(P) AS S, AVG(UP.P) AS A, FINAL LAST(P) AS Z ALL ROWS PER MATCH
           PATTERN (START_ UP{2,}) DEFINE UP AS UP.P > LAG(UP.P)) ORDER BY C, D""",
        [
            ("a", 2, 36, 1, "START_", 36, None, 42),
            ("a", 3, 39, 2, "UP", 75, Decimal("39.000000"), 42),
            ("a", 4, 42, 3, "UP", 117, Decimal("40.500000"), 42),
        ],
    ),
    (
        """MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES MATCH_NUMBER() AS N, COUNT(*) AS K
           ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (LOW) DEFINE LOW AS P < 9) WHERE C = 'b'
           ORDER BY D""",
        [("b", 1, 9, None, None), ("b", 2, 8, 1, 1), ("b", 3, 9, None, None)],
    ),
]


@pytest.mark.parametrize(("clause", "rows"), QUERIES)
def test_rows(snowflake: Snowflake, clause: str, rows: list[tuple[Any, ...]]) -> None:
    assert snowflake.rows(f"SELECT * FROM {PRICES} {clause}") == rows


#: (pattern, rows as the variables each has, variables of the first match)
PATTERNS: list[tuple[str, list[str], str | None]] = [
    ("A B", ["A", "B"], "AB"),
    ("A+ B", ["A", "AB", "B"], "AAB"),
    ("A+? B", ["A", "AB", "B"], "AB"),
    ("(A | B)* C", ["A", "B", "A", "C"], "ABAC"),
    ("A{2} B?", ["A", "A", "B"], "AAB"),
    ("A{1,2}? B", ["A", "A", "B"], "AAB"),
    ("^ A $", ["A"], "A"),
    ("A $", ["A", "B"], None),
    ("(A* B*)* C", ["A"] * 40, None),
    ("A | A B", ["A", "B"], "A"),
]


@pytest.mark.parametrize(("pattern", "rows", "expected"), PATTERNS)
def test_pattern(pattern: str, rows: list[str], expected: str | None) -> None:
    names, program = compiled(pattern)
    masks = [sum(1 << n for n, name in enumerate(names) if name in row) for row in rows]
    found, _ = _match(masks, 0, _program(program), set())
    assert (None if found is None else "".join(names[n] for n in found)) == expected


@pytest.mark.parametrize(("pattern", "empty"), [("A*", True), ("A? | B", True), ("A* B", False)])
def test_empty_match(pattern: str, empty: bool) -> None:
    assert may_be_empty(compiled(pattern)[1]) is empty


ORDERED = "MATCH_RECOGNIZE (PARTITION BY C ORDER BY D MEASURES COUNT(*) AS K"
ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    (f"{ORDERED} PATTERN (A*) DEFINE A AS P > 1)", errors.UnsupportedFeature),
    (f"{ORDERED} PATTERN (PERMUTE(A, B)) DEFINE A AS P > 1)", errors.UnsupportedFeature),
    (f"{ORDERED} PATTERN (A {{- B -}}) DEFINE A AS P > 1)", errors.UnsupportedFeature),
    (f"{ORDERED} PATTERN (A B) DEFINE B AS B.P > A.P)", errors.UnsupportedFeature),
    (f"{ORDERED} PATTERN (A B) DEFINE B AS SUM(P) > 1)", errors.UnsupportedFeature),
    (f"{ORDERED} ALL ROWS PER MATCH SHOW EMPTY MATCHES PATTERN (A) DEFINE A AS TRUE)", errors.UnsupportedFeature),
    (f"{ORDERED} AFTER MATCH SKIP TO FIRST A PATTERN (A) DEFINE A AS TRUE)", errors.InvalidParameter),
    (f"{ORDERED} PATTERN (A +) DEFINE A AS NOSUCH > 1)", errors.InvalidIdentifier),
    ("MATCH_RECOGNIZE (PARTITION BY C MEASURES COUNT(*) AS K PATTERN (A) DEFINE A AS TRUE)", errors.SqlSyntaxError),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "error"), ERRORS)
def test_error(snowflake: Snowflake, clause: str, error: type[errors.SqlError]) -> None:
    with pytest.raises(error):
        snowflake.rows(f"SELECT * FROM {PRICES} {clause}")
