"""Bitwise functions. Snowflake's manual: "Bitwise expression functions"."""

from __future__ import annotations

from typing import Final

from mockhaus.translation.operands import typed
from mockhaus.translation.registry import Function

_BINARY: Final = "numbers only, not BINARY"

FUNCTIONS: Final[tuple[Function, ...]] = (
    typed("BITAND BIT_AND", "nn>n", "bit_and_of", partial=_BINARY),
    typed("BITOR BIT_OR", "nn>n", "bit_or_of", partial=_BINARY),
    typed("BITXOR BIT_XOR", "nn>n", "bit_xor_of", partial=_BINARY),
    typed("BITNOT BIT_NOT", "n>n", "bit_not_of", partial=_BINARY),
    typed("BITSHIFTLEFT BIT_SHIFTLEFT", "nn>n", partial=_BINARY),
    typed("BITSHIFTRIGHT BIT_SHIFTRIGHT", "nn>n", partial=_BINARY),
    typed("GETBIT", "nn>n"),
)
