"""What one call makes of a long value takes seconds at most: nothing stops a call half way."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mockhaus import errors, xml
from mockhaus.engine.json_text import JsonError, canonical
from mockhaus.engine.row_patterns import MOST, _matches
from tests.translation.conftest import Snowflake

#: Processor time, with room for a busy machine: before there were bounds, minutes to days.
SECONDS = 5.0

#: Expression, and the value or the error of it.
ANSWERS: list[tuple[str, Any]] = [
    ("ARRAY_SIZE(ARRAY_DISTINCT(ARRAY_GENERATE_RANGE(0, 50000)))", 50000),
    ("ARRAY_DISTINCT(ARRAY_CAT(ARRAY_GENERATE_RANGE(0, 90), ARRAY_CONSTRUCT(3, '3', 1.0)))[90]", '"3"'),
    ("ARRAY_SIZE(ARRAY_INTERSECTION(ARRAY_GENERATE_RANGE(0, 20000), ARRAY_GENERATE_RANGE(5, 30000)))", 19995),
    ("ARRAY_SIZE(ARRAY_EXCEPT(ARRAY_GENERATE_RANGE(0, 20000), ARRAY_GENERATE_RANGE(5, 30000)))", 5),
    ("ARRAY_SIZE(SPLIT(REPEAT('x,', 1000000), ','))", 1000001),
    ("ARRAY_SIZE(SPLIT(REPEAT('x,', 2000000), ','))", errors.LobTooLarge),
    ("ARRAY_SIZE(STRTOK_TO_ARRAY(REPEAT('x,;', 2000000), ',;'))", errors.LobTooLarge),
    ("STRTOK(REPEAT('x,', 2000000), ',', 7)", errors.LobTooLarge),
    ("(SELECT COUNT(*) FROM TABLE(SPLIT_TO_TABLE(REPEAT('x,', 2000000), ',')))", errors.LobTooLarge),
    ("LENGTH(RANDSTR(1000000000, 1))", errors.StringTooLong),
    ("ARRAY_SIZE(ARRAY_INSERT(ARRAY_CONSTRUCT(), 1000000000, 1))", errors.LobTooLarge),
    ("ARRAY_SIZE(ARRAY_INSERT(ARRAY_CONSTRUCT(), -1000000000, 1))", errors.LobTooLarge),
    ("EDITDISTANCE(REPEAT('x', 100000), REPEAT('y', 100000))", errors.UnsupportedFeature),
    ("EDITDISTANCE(REPEAT('x', 10000), REPEAT('x', 10001))", 1),
    ("LENGTH(DECOMPRESS_BINARY(TO_BINARY('FFFFFFFF0F00'), 'SNAPPY'))", errors.StringTooLong),
    ("LENGTH(DECOMPRESS_BINARY(COMPRESS(REPEAT('x', 1000), 'BZ2'), 'BZ2'))", 1000),
    ("LENGTH(DECOMPRESS_BINARY(COMPRESS(REPEAT('x', 1000), 'ZLIB'), 'ZLIB'))", 1000),
    ("DECOMPRESS_BINARY(LEFT(COMPRESS(REPEAT('x', 1000), 'ZLIB'), 9), 'ZLIB')", errors.InvalidText),
    ("DECOMPRESS_BINARY(LEFT(COMPRESS(REPEAT('x', 1000), 'BZ2'), 9), 'BZ2')", errors.InvalidText),
    ("(SELECT TO_CHAR(d, m) FROM (SELECT '2024-01-01'::TIMESTAMP AS d, REPEAT('YYYY', 1000000) AS m))", errors.InvalidParameter),
    ("(SELECT TO_TIMESTAMP(t, m) FROM (SELECT '11' AS t, 'DD-DD' AS m))", errors.InvalidParameter),
    ("CHECK_JSON('\"' || REPEAT('x', 10000000))", "unfinished string, pos 1"),
    ("CHECK_JSON('[' || REPEAT('1', 10000))", "a number has too many digits"),
    ("SEARCH_IP(REPEAT('1.', 1000000) || ' 10.0.0.1.', '10.0.0.1')", True),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), ANSWERS, ids=[each for each, _ in ANSWERS])
def test_in_seconds(snowflake: Snowflake, expression: str, expected: Any) -> None:
    began = time.process_time()
    if isinstance(expected, type):
        with pytest.raises(expected):
            snowflake.value(expression)
    else:
        assert snowflake.value(expression) == expected
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"' + "x" * 10**7, "unfinished string"),
        ('"' + "\\x" * 10**6, "unfinished string"),
        ("['" + "x" * 10**7, "unfinished string"),
        ("[" * 2000 + '"' + '\\"' * 10**6, "nested"),
        (" " * 10**7 + "x", "unknown keyword"),
        ("[+" + "1" * 10**5 + "]", "too many digits"),
        ('{"a": ' + "1" * 10**5 + ', "b": "c:d\\u0041"}', "too many digits"),
    ],
    ids=range(7),
)
def test_what_is_no_json_is_told_at_once(text: str, said: str) -> None:
    began = time.process_time()
    with pytest.raises(JsonError, match=said):
        canonical(text)
    assert time.process_time() - began < SECONDS


def test_many_children_of_xml() -> None:
    began = time.process_time()
    found = xml.parsed(f"<a>{'<b/>' * 10**5}</a>")
    assert found is not None
    assert len(found["b"]) == 10**5
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("rows", "program", "after", "expected"),
    [
        (10**5, "v0 s0,2 v1 m", "PAST", 0),  # A+ B, where every row is A
        (10**4, "v0 s0,2 m", "NEXT", None),  # A+, from every row on
        (20_000, "s1,5 v0 s1,3 v1 j6 v0 m", "PAST", None),  # A+ B | A
    ],
)
def test_row_patterns(rows: int, program: str, after: str, expected: int | None) -> None:
    began = time.process_time()
    if expected is None:
        with pytest.raises(ValueError, match="OutOfMemory"):
            _matches([1] * rows, "A\x1fB", program, after)
    else:
        assert len(_matches([1] * rows, "A\x1fB", program, after)) == expected
    assert time.process_time() - began < 2 * SECONDS
    assert MOST == 2**20
