"""Data generation functions: what holds of their values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    ("UNIFORM(1, 10, 5) BETWEEN 1 AND 10", True),
    ("UNIFORM(1, 10, 5) = UNIFORM(1, 10, 5)", True),
    ("UNIFORM(0::FLOAT, 1::FLOAT, RANDOM()) BETWEEN 0 AND 1", True),
    ("RANDOM(4711) = RANDOM(4711)", True),
    ("RANDOM() = RANDOM()", False),
    ("NORMAL(0, 1, 1234) BETWEEN -10 AND 10", True),
    ("LENGTH(RANDSTR(5, RANDOM()))", 5),
    ("RANDSTR(8, 42) = RANDSTR(8, 42)", True),
    ("SEQ4()", 0),
    ("LENGTH(UUID_STRING())", 36),
    ("UUID_STRING() = UUID_STRING()", False),
    (
        "UUID_STRING('fe971b24-9572-4005-b22f-351e9c09274d', 'foo')",
        "dc0b6f65-fca6-5b4b-9d37-ccc3fde1f3e2",
    ),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


def test_sequences_count_rows(snowflake: Snowflake) -> None:
    rows = snowflake.rows("SELECT SEQ8() FROM (VALUES (1), (2), (3))")
    assert sorted(rows) == [(0,), (1,), (2,)]


def test_whole_bounds_are_reached(snowflake: Snowflake) -> None:
    rows = snowflake.rows("SELECT UNIFORM(1, 3, RANDOM()) FROM TABLE(GENERATOR(ROWCOUNT => 200))")
    assert {value for (value,) in rows} == {1, 2, 3}


@pytest.mark.parametrize("exponent", ["1", "2", "0.5"])
def test_zipf_has_its_distribution(snowflake: Snowflake, exponent: str) -> None:
    sql = f"""SELECT Z, COUNT(*) / 20000 FROM (
                  SELECT ZIPF({exponent}, 5, SEQ4()) Z FROM TABLE(GENERATOR(ROWCOUNT => 20000)))
              GROUP BY Z ORDER BY Z"""
    found = snowflake.rows(sql)
    weights = [k ** -float(exponent) for k in range(1, 6)]
    assert [z for z, _ in found] == [1, 2, 3, 4, 5]
    for (_, share), weight in zip(found, weights, strict=True):
        assert float(share) == pytest.approx(weight / sum(weights), abs=0.02)


@pytest.mark.parametrize("call", ["ZIPF(0, 10, 1)", "ZIPF(1, 0, 1)", "ZIPF(SEQ4(), 10, 1)"])
def test_zipf_wants_constants(snowflake: Snowflake, call: str) -> None:
    with pytest.raises(errors.InvalidParameter):
        snowflake.value(call)


#: (GENERATOR, its rows)
GENERATED: list[tuple[str, int]] = [
    ("GENERATOR(ROWCOUNT => 3)", 3),
    ("GENERATOR(ROWCOUNT => 3, TIMELIMIT => 1)", 3),
    ("GENERATOR(TIMELIMIT => 1, ROWCOUNT => 3)", 3),
    ("GENERATOR(ROWCOUNT => 0)", 0),
    ("GENERATOR()", 0),
]


#: Items of a SELECT over a table of one row (1 AS a, 2 AS b) and GENERATOR of two -> its columns.
STARS = {
    "*": ["A", "B"],
    "*, SEQ4() AS s": ["A", "B", "S"],
    "* EXCLUDE a": ["B"],
    "* ILIKE '%A%'": ["A"],
    "* RENAME a AS c": ["C", "B"],
    "t.*, g.*": ["A", "B"],
    "g.*, SEQ4() AS s": ["S"],
}


@pytest.mark.parametrize(("items", "columns"), STARS.items())
def test_generator_has_no_columns(snowflake: Snowflake, items: str, columns: list[str]) -> None:
    tables = "(SELECT 1 AS a, 2 AS b) t, TABLE(GENERATOR(ROWCOUNT => 2)) g"
    keys = snowflake.rows(f"SELECT OBJECT_CONSTRUCT(*) FROM (SELECT {items} FROM {tables})")
    assert len(keys) == 2
    assert sorted(json.loads(keys[0][0])) == sorted(columns)


@pytest.mark.parametrize(("call", "rows"), GENERATED)
def test_rows_of_generator(snowflake: Snowflake, call: str, rows: int) -> None:
    assert snowflake.rows(f"SELECT COUNT(*) FROM TABLE({call})") == [(rows,)]
