"""Numeric functions. Snowflake's manual: "Numeric functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.functions import dates
from mockhaus.translation.functions.parts import is_part
from mockhaus.translation.registry import Function, call, rewrite
from mockhaus.translation.signatures import typed
from mockhaus.translation.types import operands
from mockhaus.translation.types.division import div0

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _round(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """ROUND(n [, scale [, mode]]): half away from zero, or to even if the mode says so."""
    operands.positional(node, "EXPR", "SCALE", "ROUNDING_MODE")
    value = operands.number(node.expressions[0])
    scale = node.expressions[1] if len(node.expressions) > 1 else operands.integer(0)
    if len(node.expressions) == 3:
        mode = operands.literal_text(node.expressions[2], "rounding mode").upper()
        if mode == "HALF_TO_EVEN":
            return operands.number_call("round_to_even", value, scale)
        if mode != "HALF_AWAY_FROM_ZERO":
            raise InvalidParameter(
                f"SQL compilation error:\ninvalid value [{mode}] for parameter 'rounding_mode'"
            )
    return _at_scale("round", value, scale)


def _trunc(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """TRUNC(n [, scale]) cuts digits off; TRUNC(date, part) is DATE_TRUNC."""
    if len(node.expressions) == 2 and is_part(node.expressions[1]):
        return dates.truncated(node.expressions[1], node.expressions[0], walk)
    value = operands.number(node.expressions[0])
    scale = node.expressions[1] if len(node.expressions) > 1 else operands.integer(0)
    return _at_scale("trunc", value, scale)


def _at_scale(name: str, value: exp.Expression, scale: exp.Expression) -> exp.Expression:
    """DuckDB wants a constant scale for decimals; any other is looked up among those."""
    digits = operands.literal_number(scale)
    if digits is not None:
        name = "round_tens" if name == "round" and digits < 0 else name
        return operands.number_call(name, value, operands.integer(digits))
    return operands.number_call(f"{name}_by", value, operands.number(scale))


_WHOLE: Final = frozenset(("INTEGER", "BIGINT", "HUGEINT"))


def _up_or_down(node: exp.Ceil | exp.Floor, walk: Walk) -> exp.Expression:
    """CEIL(n [, scale]), FLOOR(n [, scale]): DuckDB's have no scale."""
    name = "ceil" if isinstance(node, exp.Ceil) else "floor"
    value, scale = operands.number(node.this), node.args.get("decimals")
    digits = operands.literal_number(scale) if scale is not None else 0
    if digits == 0:
        if operands.digits(value) or operands.column_type(value) in _WHOLE:
            return operands.noted(value, operands.NUMBER)
        kind = operands.column_type(value)
        known = kind.startswith(("DECIMAL", "DOUBLE")) or isinstance(value, exp.Literal)
        return operands.number_call(name if known else f"{name}_of", value)
    if digits is None or scale is None:
        return operands.number_call(f"{name}_any", value, operands.number(node.args["decimals"]))
    up = "1" + "0" * digits if digits > 0 else "0." + "0" * (-digits - 1) + "1"
    down = "0." + "0" * (digits - 1) + "1" if digits > 0 else "1" + "0" * -digits
    factors = [exp.Literal.number(up), exp.Literal.number(down), operands.integer(digits)]
    return operands.number_call(f"{name}_scaled", value, *factors)


FUNCTIONS: Final[tuple[Function, ...]] = (
    typed("ABS", "n>n"),
    rewrite("CEIL", _up_or_down, exp.Ceil, least=1, most=2),
    rewrite("FLOOR", _up_or_down, exp.Floor, least=1, most=2),
    call("ROUND", _round, 1, 3),
    call("TRUNC TRUNCATE", _trunc, 1, 2),
    typed("MOD", "nn>n", "modulo"),
    typed("SIGN", "n>n"),
    call("DIV0", lambda node, walk: div0(node), 2, 2),
    call("DIV0NULL", lambda node, walk: div0(node), 2, 2),
    typed("CBRT", "n>n", "cbrt_of"),
    typed("EXP", "n>n", "exp_of"),
    typed("FACTORIAL", "n>n", "factorial_of"),
    typed("POW POWER", "nn>n", "pow_of"),
    typed("SQRT", "n>n"),
    typed("SQUARE", "n>n"),
    typed("LN", "n>n"),
    typed("LOG", "nn>n"),
    typed("ACOS", "n>n"),
    typed("ACOSH", "n>n", "acosh_of"),
    typed("ASIN", "n>n"),
    typed("ASINH", "n>n"),
    typed("ATAN", "n>n"),
    typed("ATAN2", "nn>n"),
    typed("ATANH", "n>n", "atanh_of"),
    typed("COS", "n>n"),
    typed("COSH", "n>n", "cosh_of"),
    typed("COT", "n>n", "cot_of"),
    typed("DEGREES", "n>n"),
    typed("PI", ">n"),
    typed("RADIANS", "n>n"),
    typed("SIN", "n>n"),
    typed("SINH", "n>n", "sinh_of"),
    typed("TAN", "n>n"),
    typed("TANH", "n>n"),
    typed("HAVERSINE", "nnnn>n"),
)
