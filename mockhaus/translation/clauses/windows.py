"""OVER and WITHIN GROUP. Snowflake's manual: "Window function syntax and usage".

Window functions that DuckDB lacks become others; OVER goes to the aggregates inside a rewritten
function (see `functions.aggregates.aggregate`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.functions.aggregates import aggregate, array_agg, percentile
from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _ratio_to_report(value: exp.Expression) -> exp.Expression:
    """RATIO_TO_REPORT(x): x over the sum of x; NULL where the sum is 0."""
    total = aggregate(exp.Sum(this=value.copy()))
    return apply("divide", value, apply("nullif", total, exp.Literal.number(0)))


def _true_event(value: exp.Expression) -> exp.Expression:
    """CONDITIONAL_TRUE_EVENT(x): how often x has been true so far."""
    return aggregate(apply("count_if", exp.cast(value, "BOOLEAN")))


def _change_event(value: exp.Expression) -> exp.Expression:
    """CONDITIONAL_CHANGE_EVENT(x): how often x has changed so far."""
    return apply("changes", aggregate(apply("list", value)))


#: Functions of one argument, and whether they count row by row.
_CALLS: Final[dict[str, tuple[Callable[[exp.Expression], exp.Expression], bool]]] = {
    "RATIO_TO_REPORT": (_ratio_to_report, False),
    "CONDITIONAL_TRUE_EVENT": (_true_event, True),
    "CONDITIONAL_CHANGE_EVENT": (_change_event, True),
}


def _so_far() -> exp.WindowSpec:
    return exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")


def _window(node: exp.Window, walk: Walk) -> exp.Expression:
    function = node.this
    name = str(function.this).upper() if isinstance(function, exp.Anonymous) else ""
    if name in _CALLS and len(function.expressions) == 1:
        build, row_by_row = _CALLS[name]
        value = walk.rewrite(function.expressions[0])
        node.set("this", None)
        walk.children(node)
        if row_by_row and node.args.get("spec") is None:
            node.set("spec", _so_far())
        return _over_inner(build(value), node)
    walk.children(node)
    return _over_inner(node.this, node)


def _over_inner(function: exp.Expression, window: exp.Window) -> exp.Expression:
    """OVER on the marked aggregates inside a function, else on the function."""
    marked = [each for each in function.walk() if each.meta.get("aggregate")]
    if not marked:
        window.set("this", function)
        return window
    for inner in marked:
        inner.meta.pop("aggregate")
        over = window.copy()
        if inner is function:
            over.set("this", inner)
            return over
        inner.replace(over)
        over.set("this", inner)
    return function


def _within_group(node: exp.WithinGroup, walk: Walk) -> exp.Expression:
    """WITHIN GROUP (ORDER BY ...) of ARRAY_AGG and the percentiles."""
    function, order = node.this, node.expression
    if isinstance(function, exp.ArrayAgg):
        walk.children(function)
        return array_agg(function, walk, walk.rewrite(order).expressions)  # type: ignore[no-any-return]
    if isinstance(function, (exp.PercentileCont, exp.PercentileDisc)):
        walk.children(function)
        ordered = order.expressions[0]
        fraction = function.this
        if ordered.args.get("desc"):
            fraction = exp.Paren(this=exp.Sub(this=exp.Literal.number(1), expression=fraction))
        kind = "quantile_cont" if isinstance(function, exp.PercentileCont) else "quantile_disc"
        return percentile(kind, walk.rewrite(ordered.this), fraction)
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(node)[:60]}'.")


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}
