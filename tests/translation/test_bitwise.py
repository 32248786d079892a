"""Bitwise functions: expression, value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    ("BITAND(12, 10)", 8),
    ("BITOR(12, 10)", 14),
    ("BITXOR(12, 10)", 6),
    ("BIT_AND(12, 10)", 8),
    ("BITNOT(0)", -1),
    ("BITNOT(5)", -6),
    ("BITAND(NULL, 1)", None),
    ("BITAND('12', 10)", 8),
    ("BITSHIFTLEFT(1, 4)", 16),
    ("BITSHIFTLEFT(-1, 1)", -2),
    ("BITSHIFTLEFT(1, 70)", 1180591620717411303424),
    ("BITSHIFTRIGHT(16, 2)", 4),
    ("BITSHIFTRIGHT(-16, 2)", -4),
    ("GETBIT(11, 3)", 1),
    ("GETBIT(11, 2)", 0),
    ("GETBIT(11, 100)", 0),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value
