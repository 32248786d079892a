"""Aggregates as PostgreSQL calls them: FILTER, ORDER BY among the arguments (manual, 4.2.7)."""

from __future__ import annotations

from typing import Final, cast

from sqlglot import exp

from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.postgres.forms import Form, refused

# --- aggregates (4.2.7) --------------------------------------------------------------------------

#: Aggregates that leave NULLs out.
_SKIPPING: Final = (
    exp.Avg, exp.ArrayAgg, exp.BitwiseAndAgg, exp.BitwiseOrAgg, exp.BitwiseXorAgg, exp.Corr,
    exp.Count, exp.CovarPop, exp.CovarSamp, exp.GroupConcat, exp.LogicalAnd, exp.LogicalOr, exp.Max,
    exp.Median, exp.Min, exp.Mode, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Sum, exp.Variance,
    exp.VariancePop,
)  # fmt: skip
_SKIPPING_CALLS: Final = frozenset(("BOOL_AND", "BOOL_OR", "EVERY", "BIT_AND", "BIT_OR"))


def _filtered(node: exp.Filter) -> exp.Expression:
    """`sum(a) FILTER (WHERE c)` is `sum(CASE WHEN c THEN a END)`."""
    condition = node.expression.this
    called = node.this
    if isinstance(called, exp.WithinGroup):
        if not isinstance(called.this, exp.ArrayAgg):
            for each in called.expression.expressions:
                each.set("this", _case(condition, each.this))
            return cast(exp.Expression, called)
        _narrow(called.this, "this", condition)
        return cast(exp.Expression, called)
    if isinstance(called, exp.Count) and isinstance(called.this, exp.Star):
        return exp.Count(this=_case(condition, exp.Literal.number(1)), big_int=True)
    if isinstance(called, _SKIPPING):
        _narrow(called, "this", condition)
        return cast(exp.Expression, called)
    if isinstance(called, exp.Anonymous) and str(called.this).upper() in _SKIPPING_CALLS:
        called.set("expressions", [_case(condition, called.expressions[0])])
        return cast(exp.Expression, called)
    raise refused(f"FILTER of {snowflake_text(called)[:60]}")


def _narrow(node: exp.Expression, key: str, condition: exp.Expression) -> None:
    value = node.args[key]
    if isinstance(value, (exp.Order, exp.WithinGroup)):
        _narrow(value, "this", condition)
    elif isinstance(value, exp.Distinct):
        value.set("expressions", [_case(condition, each) for each in value.expressions])
    else:
        node.set(key, _case(condition, value))


def _case(condition: exp.Expression, value: exp.Expression) -> exp.Expression:
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=value)])


def _array_agg(node: exp.ArrayAgg) -> exp.Expression:
    """`array_agg(a ORDER BY b)` is `ARRAY_AGG(a) WITHIN GROUP (ORDER BY b)`."""
    value = node.this
    if not isinstance(value, exp.Order):
        return node
    order = exp.Order(expressions=value.expressions)
    return exp.WithinGroup(this=exp.ArrayAgg(this=value.this), expression=order)


def _within(node: exp.WithinGroup) -> exp.Expression:
    """`mode() WITHIN GROUP (ORDER BY a)`."""
    if isinstance(node.this, exp.Mode) and node.this.this is None:
        return exp.Mode(this=node.expression.expressions[0].this)
    return node


FORMS: Final[dict[type[exp.Expression], Form]] = {
    exp.Filter: _filtered,
    exp.ArrayAgg: _array_agg,
    exp.WithinGroup: _within,
}
