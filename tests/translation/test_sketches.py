"""States of the approximate functions: query, value."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import InvalidParameter
from tests.translation.conftest import Snowflake

ROWS = "(SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 2 UNION ALL SELECT NULL)"
TWO = "(SELECT {0} AS s FROM " + ROWS + " UNION ALL SELECT {0} FROM (SELECT 3 AS x))"


def _two(state: str) -> str:
    return TWO.format(state)


VALUES: list[tuple[str, Any]] = [
    (f"HLL_ESTIMATE(HLL_ACCUMULATE(x)) FROM {ROWS}", 2),
    (f"HLL_ESTIMATE(HLL_COMBINE(s)) FROM {_two('HLL_ACCUMULATE(x)')}", 3),
    (f"HLL_ESTIMATE(HLL_IMPORT(HLL_EXPORT(HLL_ACCUMULATE(x)))) FROM {ROWS}", 2),
    ("HLL_ESTIMATE(HLL_ACCUMULATE(1)) FROM (SELECT 1) WHERE FALSE", 0),
    # bitmaps
    ("BITMAP_BUCKET_NUMBER(1)", 1),
    ("BITMAP_BUCKET_NUMBER(32768)", 1),
    ("BITMAP_BUCKET_NUMBER(32769)", 2),
    ("BITMAP_BIT_POSITION(1)", 0),
    ("BITMAP_BIT_POSITION(32768)", 32767),
    ("BITMAP_BIT_POSITION(32769)", 0),
    (f"BITMAP_COUNT(BITMAP_CONSTRUCT_AGG(BITMAP_BIT_POSITION(x))) FROM {ROWS}", 2),
    (f"BITMAP_COUNT(BITMAP_OR_AGG(s)) FROM {_two('BITMAP_CONSTRUCT_AGG(x)')}", 3),
    # similarity: of equal sets 1, of sets without a common value 0
    (
        f"APPROXIMATE_SIMILARITY(s) FROM (SELECT MINHASH(50, x) AS s FROM {ROWS} "
        f"UNION ALL SELECT MINHASH(50, x) FROM {ROWS})",
        1.0,
    ),
    (f"APPROXIMATE_JACCARD_INDEX(s) FROM {_two('MINHASH(50, x)')}", 0.0),
    (f"MINHASH_COMBINE(s)::VARCHAR = MINHASH(5, 1) FROM {_two('MINHASH(5, 1)')}", True),
    # percentiles
    (f"APPROX_PERCENTILE_ESTIMATE(APPROX_PERCENTILE_ACCUMULATE(x), 0.5) FROM {ROWS}", 2.0),
    (
        "APPROX_PERCENTILE_ESTIMATE(APPROX_PERCENTILE_COMBINE(s), 0.5) "
        f"FROM {_two('APPROX_PERCENTILE_ACCUMULATE(x)')}",
        2.0,
    ),
    # frequent values
    (f"APPROX_TOP_K_ESTIMATE(APPROX_TOP_K_ACCUMULATE(x, 10), 1) FROM {ROWS}", "[[2,2]]"),
    (
        f"APPROX_TOP_K_ESTIMATE(APPROX_TOP_K_COMBINE(s), 1) "
        f"FROM {_two('APPROX_TOP_K_ACCUMULATE(x, 10)')}",
        "[[2,2]]",
    ),
    # of all rows, in any order
    (f"HASH_AGG(x) FROM {ROWS}", "HASH_AGG(x) FROM (SELECT x FROM " + ROWS + " ORDER BY x DESC)"),
    ("ARRAY_SORT(ARRAY_UNION_AGG(a)) FROM (SELECT [1, 2] AS a UNION ALL SELECT [2, 3])", "[1,2,3]"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    if isinstance(value, str) and " FROM " in value:
        value = snowflake.value(value)
    assert snowflake.value(expression) == value


def test_a_bit_beyond_the_bitmap(snowflake: Snowflake) -> None:
    with pytest.raises(InvalidParameter):
        snowflake.value("BITMAP_CONSTRUCT_AGG(32768)")
