"""INTERPOLATE_FFILL, INTERPOLATE_BFILL, INTERPOLATE_LINEAR: NULLs of a series filled.

Each is made of FIRST_VALUE and LAST_VALUE over the rows before and after that are no NULLs; the
tree is Snowflake's, before the walk.
Snowflake's manual: "INTERPOLATE_BFILL, INTERPOLATE_FFILL, INTERPOLATE_LINEAR".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import WrongArguments
from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _neighbour(value: exp.Expression, window: exp.Window, *, later: bool) -> exp.Window:
    """The value of the nearest row, this one or before or after it, where it is no NULL."""
    bounds = ("CURRENT ROW", "UNBOUNDED") if later else ("UNBOUNDED", "CURRENT ROW")
    sides = (None, "FOLLOWING") if later else ("PRECEDING", None)
    spec = exp.WindowSpec(
        kind="ROWS", start=bounds[0], start_side=sides[0], end=bounds[1], end_side=sides[1]
    )
    function = exp.FirstValue if later else exp.LastValue
    return exp.Window(
        this=exp.IgnoreNulls(this=function(this=value.copy())),
        partition_by=[each.copy() for each in window.args.get("partition_by") or ()],
        order=window.args["order"].copy(),
        spec=spec,
        over="OVER",
    )


def _filled(*, later: bool) -> Callable[[exp.Expression, exp.Window, Walk], exp.Expression]:
    def build(value: exp.Expression, window: exp.Window, walk: Walk) -> exp.Expression:
        return walk.rewrite(_neighbour(value, window, later=later))

    return build


def _linear(value: exp.Expression, window: exp.Window, walk: Walk) -> exp.Expression:
    """On the straight line between the neighbours; NULL where one of them is missing."""
    keys = window.args["order"].expressions
    if len(keys) > 1:
        raise WrongArguments(
            "SQL compilation error:\nINTERPOLATE_LINEAR takes one ORDER BY expression"
        )
    at = keys[0].this
    known = exp.If(
        this=exp.Not(this=exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null())),
        true=at.copy(),
        false=exp.Null(),
    )
    parts = [_place(at.copy(), walk)]
    for later in (False, True):
        parts.append(walk.rewrite(_neighbour(value, window, later=later)))
        parts.append(_place(_neighbour(known, window, later=later), walk))
    own = apply("number_alone", walk.rewrite(value.copy()))
    return apply("coalesce", own, apply("number_like", apply("on_line", *parts), own.copy()))


def _place(moment: exp.Expression, walk: Walk) -> exp.Expression:
    """Where a row stands in the series, as a number."""
    return apply("series_place", walk.rewrite(moment))


#: Name -> what makes it of its argument and its window.
INTERPOLATED: Final = {
    "INTERPOLATE_FFILL": _filled(later=False),
    "INTERPOLATE_BFILL": _filled(later=True),
    "INTERPOLATE_LINEAR": _linear,
}
