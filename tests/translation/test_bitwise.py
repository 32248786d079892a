"""Bitwise functions: expression, value."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
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
    ("BITAND(X'F0F0', X'3C3C')", bytes.fromhex("3030")),
    ("BITOR(X'F0F0', X'0101')", bytes.fromhex("F1F1")),
    ("BITXOR(X'FF00', X'0FF0')", bytes.fromhex("F0F0")),
    ("BITNOT(X'0FF0')", bytes.fromhex("F00F")),
    ("BITSHIFTLEFT(X'01FF', 4)", bytes.fromhex("1FF0")),
    ("BITSHIFTRIGHT(X'01FF', 4)", bytes.fromhex("001F")),
    ("BITOR(X'0F', X'1000', 'LEFT')", bytes.fromhex("100F")),
    ("BITOR(X'0F', X'1000', 'RIGHT')", bytes.fromhex("1F00")),
    # 128 bits
    ("BITSHIFTLEFT(1, 100)", 2**100),
    ("BITSHIFTLEFT(1, 128)", 0),
    ("BITSHIFTLEFT(-3, 2)", -12),
    ("BITSHIFTRIGHT(99999999999999999999999999999999999999, 100)", 78886090),
    ("GETBIT(BITSHIFTLEFT(1, 100), 100)", 1),
    ("BITAND(99999999999999999999999999999999999999, 255)", (10**38 - 1) & 255),
    ("BITXOR(BITSHIFTLEFT(1, 100), 1)", 2**100 + 1),
    ("BITNOT(BITSHIFTLEFT(1, 100))", -(2**100) - 1),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("BITAND(X'0F', X'1000')", errors.InvalidText),
    ("BITAND(X'0F', X'1000', 'MIDDLE')", errors.InvalidParameter),
    ("BITSHIFTLEFT(1, -1)", errors.InvalidParameter),
    ("GETBIT(1, -1)", errors.InvalidParameter),
    ("BITSHIFTLEFT(1, 127)", errors.NumberOutOfRange),
]


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)
