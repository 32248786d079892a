"""OVER and WITHIN GROUP. Snowflake's manual: "Window function syntax and usage".

Window functions that DuckDB lacks become others; OVER goes to the aggregates inside a rewritten
function (see `functions.aggregates.aggregate`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature, WrongArguments
from mockhaus.translation.clauses import frames, sources
from mockhaus.translation.clauses.interpolation import INTERPOLATED
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.functions.aggregates import aggregate, array_agg, percentile
from mockhaus.translation.registry import apply
from mockhaus.translation.types.operands import literal_decimal

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _ratio_to_report(value: exp.Expression) -> exp.Expression:
    """RATIO_TO_REPORT(x): x over the sum of x; NULL where the sum is 0."""
    total = aggregate(exp.Sum(this=value.copy()))
    return apply("divide", value, apply("nullif", total, exp.Literal.number(0)))


def _true_event(value: exp.Expression) -> exp.Expression:
    """CONDITIONAL_TRUE_EVENT(x): how often x has been true so far."""
    known = apply("coalesce", exp.cast(value, "BOOLEAN"), exp.Boolean(this=False))
    return aggregate(apply("count_if", known))


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


_NULLS: Final = (exp.IgnoreNulls, exp.RespectNulls)

_OTHER_SIDE: Final = {"PRECEDING": "FOLLOWING", "FOLLOWING": "PRECEDING", None: None}


def _from_the_end(function: exp.NthValue, node: exp.Window) -> None:
    """NTH_VALUE FROM LAST: the window turned round, its order and its frame."""
    function.set("from_first", None)
    for each in node.args["order"].expressions:
        each.set("nulls_first", not each.args.get("nulls_first"))
        each.set("desc", not each.args.get("desc"))
    if (spec := node.args.get("spec")) is not None:
        start, end = (
            (spec.args.get("start"), spec.args.get("start_side")),
            (
                spec.args.get("end") or "CURRENT ROW",
                spec.args.get("end_side"),
            ),
        )
        for (bound, side), key in ((end, "start"), (start, "end")):
            spec.set(key, bound)
            spec.set(f"{key}_side", _OTHER_SIDE[side and side.upper()])


def _window(node: exp.Window, walk: Walk) -> exp.Expression:
    function = node.this
    bare = function.this if isinstance(function, (*_NULLS, exp.WithinGroup)) else function
    frames.check(bare, node)
    if isinstance(bare, exp.NthValue) and bare.args.get("from_first") is False:
        _from_the_end(bare, node)
    name = str(function.this).upper() if isinstance(function, exp.Anonymous) else ""
    spec = node.args.get("spec")
    if spec is not None and spec.args.get("kind") == "GROUPS" and not walk.context.postgres:
        raise UnsupportedFeature("Unsupported feature 'a window frame of GROUPS'.")
    if name in INTERPOLATED and len(function.expressions) == 1:
        return INTERPOLATED[name](function.expressions[0], node, walk)
    if name in _CALLS and len(function.expressions) == 1:
        build, row_by_row = _CALLS[name]
        value = walk.rewrite(_without_windows(function.expressions[0], walk))
        node.set("this", None)
        walk.children(node)
        if row_by_row and node.args.get("spec") is None:
            node.set("spec", _so_far())
        return _over_inner(build(value), node)
    walk.children(node)
    if not walk.context.postgres:
        frames.measured(node)
    return _over_inner(node.this, node)


#: Key of `meta` of a SELECT: windows that another window of it looks at, as items with names.
LIFTED: Final = "lifted"


def _without_windows(value: exp.Expression, walk: Walk) -> exp.Expression:
    """An argument whose windows are columns by name: DuckDB has none within another."""
    first = value.find(exp.Window)
    select = None if first is None else first.find_ancestor(exp.Select)
    holder = exp.Paren(this=value.copy())
    found = [w for w in holder.find_all(exp.Window) if w.find_ancestor(exp.Window) is None]
    if select is None or not found:
        return value
    items = select.meta.setdefault(LIFTED, [])
    for inner in found:
        alias = exp.to_identifier(f"_WINDOW{len(items)}", quoted=True)
        inner.replace(exp.Column(this=alias.copy()))
        items.append(exp.Alias(this=walk.rewrite(inner), alias=alias))
    return holder.this  # type: ignore[no-any-return]


def lifted(select: exp.Select) -> None:
    """A rewritten SELECT, in place, over a subquery that has the windows within its windows."""
    items = select.meta.pop(LIFTED)
    source = select.args.get("from_")
    if source is None or any(select.args.get(key) for key in ("joins", "laterals", "group")):
        raise UnsupportedFeature(
            "Unsupported feature 'a window within a window over several tables or groups'."
        )
    name = sources.name_of(source.this)
    inner = exp.Select(expressions=[exp.Star(), *items])
    inner.set("from_", source)
    inner.set("where", select.args.get("where"))
    alias = exp.TableAlias(this=exp.to_identifier(name, quoted=True)) if name else None
    select.set("from_", exp.From(this=exp.Subquery(this=inner, alias=alias)))
    select.set("where", None)
    for item in select.expressions:
        star = sources.star_of(item)
        if isinstance(star, exp.Star):
            hidden = [exp.Column(this=each.args["alias"].copy()) for each in items]
            star.set("except_", [*(star.args.get("except_") or []), *hidden])


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
        known = literal_decimal(fraction)
        if known is not None and not 0 <= known <= 1:
            raise WrongArguments(
                "SQL compilation error:\nthe percentile must be a constant between 0.0 and 1.0"
            )
        if ordered.args.get("desc"):
            fraction = exp.Neg(this=fraction)  # DuckDB's word for the opposite order
        kind = "quantile_cont" if isinstance(function, exp.PercentileCont) else "quantile_disc"
        return percentile(kind, walk.rewrite(ordered.this), fraction)
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(node)[:60]}'.")


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}
