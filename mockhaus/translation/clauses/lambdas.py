"""Lambda expressions `x -> x * 2` of FILTER, TRANSFORM and REDUCE.

Snowflake's manual: "Use lambda functions on data with Snowflake higher-order functions". A
parameter without a type is a VARIANT: with numbers it counts as a number, with text as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import WrongArguments
from mockhaus.translation.registry import apply
from mockhaus.translation.trees import choices
from mockhaus.translation.types.operands import VARIANT, is_variant, noted
from mockhaus.translation.types.variants import variant

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
_HIGHER: Final = (exp.ArrayFilter, exp.Transform, exp.Reduce)
_COMPARISON: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def _is_text(node: Any) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _fit(node: exp.Expression) -> None:
    """A VARIANT as what stands around it needs it, in place."""
    parent = node.parent
    if isinstance(parent, _ARITHMETIC):
        _wrap(node, "variant_number")
    elif isinstance(parent, _COMPARISON):
        other = parent.expression if parent.this is node else parent.this
        if _is_text(other):
            _wrap(node, "text_of")
        elif isinstance(other, (exp.Literal, exp.Neg)):
            _wrap(node, "variant_number")
        elif isinstance(other, exp.Cast):
            sides = (other.copy(), node.copy())
            kinds = (apply("typeof", each.copy()) for each in reversed(sides))
            node.replace(apply("variant_fit", *sides, *kinds))


def _wrap(node: exp.Expression, name: str) -> None:
    call = apply(name)
    node.replace(call)
    call.set("expressions", [node])


def _unite(body: exp.Expression) -> list[exp.Expression]:
    """Make VARIANTs of all that may be the answer where a VARIANT may be; what has such an answer.

    (DuckDB is not asked for the types of what stands in a lambda.)
    """
    united: list[exp.Expression] = []
    found: list[Any] = list(body.find_all(exp.Coalesce, exp.Case, exp.Anonymous))
    for node in reversed(found):  # the innermost first
        branches = choices(node)
        if not any(map(is_variant, branches)):
            continue
        for each in branches:
            if not is_variant(each):
                each.replace(variant(each.copy()))
        united.append(noted(node, VARIANT))
    return united


def _check(node: exp.Lambda) -> None:
    """FILTER and TRANSFORM take lambdas of one parameter, REDUCE of two. (DuckDB: an index more.)

    Raises WrongArguments.
    """
    least = 2 if isinstance(node.parent, exp.Reduce) else 1
    if isinstance(node.parent, _HIGHER) and len(node.expressions) != least:
        raise WrongArguments(
            "SQL compilation error:\nInvalid number of parameters of a lambda: expected"
            f" {least}, got {len(node.expressions)}"
        )


def _lambda(node: exp.Lambda, walk: Walk) -> exp.Expression:
    _check(node)
    walk.children(node)
    parameters = {str(p.this) for p in node.expressions if isinstance(p, exp.Identifier)}
    values: list[exp.Expression] = [
        noted(each, VARIANT)
        for each in list(node.this.find_all(exp.Identifier))
        if each.this in parameters
        and not isinstance(each.parent, (exp.Column, exp.Dot, exp.Lambda, exp.Cast))
    ]
    for value in [*values, *_unite(node.this)]:
        while isinstance(value.parent, exp.Paren):
            value = value.parent
        _fit(value)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Lambda: _lambda}
