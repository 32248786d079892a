"""Data generation functions. Snowflake's manual: "Data generation functions".

Snowflake's generators are not published: seeds give repeatable values, but others than Snowflake's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.functions.tables import row_number
from mockhaus.translation.registry import Function, Rewriter, apply, call
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import number, number_call, text_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_SEEDED: Final = "a seed gives other values than Snowflake's"


def _sequence(size: int) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """SEQ1 ... SEQ8([sign]): counts the rows from 0 and wraps around after its bytes."""
        if size == 8:
            return operands.noted(row_number(node), operands.NUMBER)
        signed = bool(node.expressions) and operands.literal_number(node.expressions[0]) == 1
        name = "wrapped_signed" if signed else "wrapped"
        return number_call(name, row_number(node), operands.integer(size * 8))

    return rewritten


def _random(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """RANDOM([seed]): a signed number of 64 bits."""
    if node.expressions:
        return number_call("seeded_random", number(node.expressions[0]), row_number(node))
    return number_call("random_number")


def _uniform(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """UNIFORM(min, max, gen): whole numbers between whole bounds, else a FLOAT."""
    low, high, generator = map(number, node.expressions)
    whole = all(operands.literal_number(bound) is not None for bound in (low, high))
    return number_call("uniform_whole" if whole else "uniform_float", low, high, generator)


def _normal(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return number_call("normal_number", *map(number, node.expressions))


def _zipf(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """ZIPF(s, n, gen): a whole number from 1 to n, k with a share of 1 / k^s."""
    exponent, count, generator = map(number, node.expressions)
    limits = (operands.literal_decimal(exponent), operands.literal_number(count))
    if None in limits or not (limits[0] or 0) > 0 or not (limits[1] or 0) > 0:
        raise InvalidParameter(
            "SQL compilation error:\nthe exponent and the number of elements of ZIPF must be"
            " positive constants"
        )
    return number_call("zipf_number", exp.cast(exponent, "DOUBLE"), count, generator)


def _randstr(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return text_call("random_text", *map(number, node.expressions))


def _uuid_string(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """UUID_STRING(): random; UUID_STRING(namespace, name): version 5."""
    if not node.expressions:
        return operands.noted(exp.cast(apply("uuid"), "TEXT"), operands.TEXT)
    return text_call("uuid_of_name", *map(operands.text, node.expressions))


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("SEQ1", _sequence(1), 0, 1),
    call("SEQ2", _sequence(2), 0, 1),
    call("SEQ4", _sequence(4), 0, 1),
    call("SEQ8", _sequence(8), 0, 1),
    call("RANDOM", _random, 0, 1, partial=_SEEDED),
    call("UNIFORM", _uniform, 3, 3, partial=_SEEDED),
    call("NORMAL", _normal, 3, 3, partial=_SEEDED),
    call("RANDSTR", _randstr, 2, 2, partial=_SEEDED),
    call("UUID_STRING", _uuid_string, 0, 2),
    call("ZIPF", _zipf, 3, 3, partial=_SEEDED),
)
