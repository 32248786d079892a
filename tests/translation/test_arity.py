"""Numbers of arguments: every function refuses a wrong one, in Snowflake's words."""

from __future__ import annotations

import pytest

from mockhaus.errors import WrongArguments
from mockhaus.translation.functions import FAMILIES
from mockhaus.translation.registry import MANY, Function
from tests.translation.conftest import Snowflake

#: Call, what is said of it.
SAID: list[tuple[str, str]] = [
    ("SUBSTR('abc', 1, 2, 3)", "too many arguments for function [SUBSTR('abc', 1, 2, 3)] expected"),
    ("SUM()", "error line 1 at position 7\nnot enough arguments for function [SUM()], expected 1"),
    ("MAX_BY(1)", "not enough arguments for function [MAX_BY(1)], expected 2, got 1"),
    ("POSITION('a', 'b', 1, 2)", "expected 3, got 4"),
    ("FLOOR(1, 2, 3)", "expected 2, got 3"),
    ("DECODE(1, 2)", "expected 3, got 2"),
    ("SYSDATE(3)", "expected 0, got 1"),
    ("RANK(1) OVER (ORDER BY 1)", "expected 0, got 1"),
    ("OBJECT_CONSTRUCT('a', 1, 'b')", "expected 4, got 3"),
    (
        "UPPER(SUM(1, 2))",
        "error line 1 at position 13\ntoo many arguments for function [SUM(1, 2)]",
    ),
]

#: Commas and words that part no arguments.
RIGHT: list[str] = [
    "SELECT LISTAGG(c, ',') WITHIN GROUP (ORDER BY c, d) FROM VALUES ('a', 1) t(c, d)",
    "SELECT POSITION('b' IN 'abc'), EXTRACT(YEAR FROM '2024-01-01'::DATE), COUNT_IF(1 IN (1, 2))",
    "SELECT OBJECT_CONSTRUCT(*), OBJECT_CONSTRUCT(t.*) FROM VALUES (1) t(c)",
    "WITH rank(a, b) AS (SELECT 1, 2) SELECT a FROM rank",
    "SELECT min.a FROM VALUES (1, 2) AS min(a, b)",
]

_TABLES = ("Table",)
_COUNTED = [
    (name, function)
    for family, functions in FAMILIES.items()
    if family not in _TABLES
    for function in functions
    if not function.refused and function.counted
    for name in function.names
]


@pytest.mark.parametrize(("name", "function"), _COUNTED, ids=[name for name, _ in _COUNTED])
def test_wrong_counts_are_refused(snowflake: Snowflake, name: str, function: Function) -> None:
    wrong = [function.most + 1] * (function.most < MANY)
    wrong += [function.least - 1] * (function.least > 0)
    for count in wrong:
        with pytest.raises(WrongArguments, match=r"(not enough|too many) arguments for function"):
            snowflake.value(f"{name}({', '.join(['1'] * count)})")


@pytest.mark.parametrize(("call", "said"), SAID)
def test_words(snowflake: Snowflake, call: str, said: str) -> None:
    with pytest.raises(WrongArguments) as caught:
        snowflake.value(call)
    assert said in str(caught.value)


@pytest.mark.parametrize("query", RIGHT)
def test_right_counts(snowflake: Snowflake, query: str) -> None:
    assert snowflake.rows(query)
