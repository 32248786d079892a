"""Bitwise functions. Snowflake's manual: "Bitwise expression functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.registry import Function, Rewriter, call
from mockhaus.translation.signatures import typed
from mockhaus.translation.types.operands import called, literal_text, number

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _of_two(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """BITAND(a, b [, padside]): BINARY values of different lengths need a side to fill up."""
        a, b, *side = node.expressions
        if not side:
            return called(to, number(a), number(b))
        pad = literal_text(side[0], "side to pad").upper()
        if pad not in ("LEFT", "RIGHT"):
            raise InvalidParameter(f"SQL compilation error:\ninvalid side to pad '{pad}'")
        name = f"bits_padded_{pad.lower()}"
        return called(to, called(name, a, b), called(name, b.copy(), a.copy()))

    return rewritten


def _shifted(to: str) -> Rewriter:
    return lambda node, walk: called(to, *map(number, node.expressions))


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("BITAND BIT_AND", _of_two("bit_and_of"), 2, 3),
    call("BITOR BIT_OR", _of_two("bit_or_of"), 2, 3),
    call("BITXOR BIT_XOR", _of_two("bit_xor_of"), 2, 3),
    call("BITNOT BIT_NOT", _shifted("bit_not_of"), 1, 1),
    call("BITSHIFTLEFT BIT_SHIFTLEFT", _shifted("bitshiftleft"), 2, 2),
    call("BITSHIFTRIGHT BIT_SHIFTRIGHT", _shifted("bitshiftright"), 2, 2),
    typed("GETBIT", "nn>n"),
)
