"""Lambda expressions `x -> x * 2` of FILTER, TRANSFORM and REDUCE.

Snowflake's manual: "Use lambda functions on data with Snowflake higher-order functions". A
parameter without a type is a VARIANT: with numbers it counts as a number, with text as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
_COMPARISON: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def _is_text(node: Any) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _fitted(node: exp.Identifier, parent: exp.Expression | None) -> exp.Expression:
    """A parameter as what stands around it needs it."""
    if isinstance(parent, _COMPARISON):
        other = parent.expression if parent.this is node else parent.this
        if _is_text(other):
            return apply("text_of", node.copy())
        if isinstance(other, (exp.Literal, exp.Neg)):
            return apply("variant_number", node.copy())
        if isinstance(other, exp.Cast):
            sides = (other.copy(), node.copy())
            kinds = (apply("typeof", each.copy()) for each in reversed(sides))
            return apply("variant_fit", *sides, *kinds)
    if isinstance(parent, _ARITHMETIC):
        return apply("variant_number", node.copy())
    return node


def _lambda(node: exp.Lambda, walk: Walk) -> exp.Expression:
    walk.children(node)
    parameters = {str(p.this) for p in node.expressions if isinstance(p, exp.Identifier)}
    for found in list(node.this.find_all(exp.Identifier)):
        parent = found.parent
        if isinstance(parent, (exp.Column, exp.Dot, exp.Lambda)) or found.this not in parameters:
            continue
        fitted = _fitted(found, parent)
        if fitted is not found:
            found.replace(fitted)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Lambda: _lambda}
