"""Nested calls stay small: what one function becomes, eight of them become eight times."""

from __future__ import annotations

import time

import pytest

from mockhaus.errors import SqlError
from mockhaus.translation.rewrite import CALLS
from tests.translation.conftest import Snowflake

DEPTH = 8
#: Seconds of work to translate and bind eight nested calls.
LIMIT_S = 1.5
#: First arguments, and further ones, that a function may take.
FIRST = (
    "'abc'",
    "1",
    "'2024-01-02'::DATE",
    "PARSE_JSON('[1]')",
    "PARSE_JSON('{\"a\": 1}')",
    "TRUE",
)
REST = ("", ", 1", ", 'a'", ", 1, 1", ", 'a', 'b'", ", 'a', 1", ", '2024-01-02'::DATE", ", TRUE")

#: What is no function by name.
SHAPES = [
    "{}::VARIANT",
    "{}::VARCHAR",
    "({} || 'x')",
    "TRANSFORM({}, e -> e + 1)",
    "SUBSTR({}, 2)",
    "DATEADD('month', 1, {})",
    "DATEADD('day', 1, {})",
    "LAST_DAY({})",
    "NEXT_DAY({}, 'mo')",
    "DATE_TRUNC('week', {})",
    "({} / 2)",
    "COALESCE({}, 1)",
    "TO_CHAR({})",
    "ARRAY_CONSTRUCT({})",
    "OBJECT_CONSTRUCT('k', {})",
    "TO_DATE(TO_CHAR({}))",
    "CASE WHEN {} IS NULL THEN NULL ELSE 1 END",
    "TRY_TO_NUMBER({}::VARCHAR)",
]


def _time(snowflake: Snowflake, shape: str, first: str, depth: int) -> float:
    text = first
    for _ in range(depth):
        text = shape.replace("{}", text)
    started = time.thread_time()
    snowflake.types(f"{text} FROM (SELECT 1 AS N)")
    return time.thread_time() - started


def _nests(snowflake: Snowflake, shape: str, first: str) -> bool:
    try:
        _time(snowflake, shape, first, 2)
    except SqlError:
        return False
    return True


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(snowflake: Snowflake, shape: str) -> None:
    fitting = [first for first in FIRST if _nests(snowflake, shape, first)]
    assert fitting
    assert all(_time(snowflake, shape, first, DEPTH) < LIMIT_S for first in fitting)


#: Hundreds of statements: more than a test has by default where the machine is busy.
@pytest.mark.timeout(400)
def test_functions_by_name(snowflake: Snowflake) -> None:
    slow, nested = [], 0
    for name in sorted(CALLS.keys() - {"LAST_QUERY_ID"}):
        shapes = [f"{name}({{}}{rest})" for rest in REST]
        found = next(
            ((s, first) for s in shapes for first in FIRST if _nests(snowflake, s, first)), None
        )
        if found is not None:
            nested += 1
            if (taken := _time(snowflake, *found, DEPTH)) > LIMIT_S:
                slow.append((*found, taken))
    assert not slow
    assert nested > 100
