"""What a SELECT becomes before the walk: clauses that DuckDB has not, written with those it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import GroupingError, SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.clauses import (
    ambiguous,
    arguments,
    hierarchy,
    hoisting,
    join_marks,
    joins,
    match_recognize,
    sources,
    star,
)
from mockhaus.translation.clauses.grouping import spelled_out, without_aliases
from mockhaus.translation.clauses.sequences import numbered
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.labels import labelled

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def replaced(select: exp.Select, walk: Walk) -> None:
    """CONNECT BY and MATCH_RECOGNIZE, which take all of a SELECT, in place."""
    if select.args.get("connect") is not None:
        hierarchy.climbed(select, walk)
    if select.args.get("match") is not None:
        match_recognize.recognised(select, walk)


def checked(operation: exp.SetOperation) -> None:
    """Raises SqlSyntaxError for an ORDER BY or LIMIT before UNION and its like."""
    first = operation.this
    for key in ("order", "limit", "offset"):
        if isinstance(first, exp.Select) and first.args.get(key):
            word = type(operation).__name__.upper()
            raise SqlSyntaxError(
                f"SQL compilation error:\nsyntax error unexpected '{word}'.",
                hint="Write a query with ORDER BY or LIMIT in parentheses.",
            )


#: Clauses that the second part of a recursive CTE has not (manual: "WITH").
_NOT_RECURSIVE: Final = {"distinct": "DISTINCT", "group": "GROUP BY"}


def check_recursive(query: exp.Expression, walk: Walk) -> None:
    """Raises UnsupportedFeature for an aggregate, a window and the like in the part of a recursive
    CTE that reads itself: DuckDB would go on for ever."""
    part = query.unnest()
    if walk.context.postgres or not isinstance(part, exp.Select):
        return
    found = next((word for key, word in _NOT_RECURSIVE.items() if part.args.get(key)), None)
    for item in part.expressions:
        for node in item.find_all(exp.AggFunc, exp.Window):
            if node.find_ancestor(exp.Select) is part:
                found = found or "an aggregate or window function"
    if found is not None:
        raise UnsupportedFeature(
            f"SQL compilation error:\n{found} not supported within a Recursive CTE"
        )


def _check_order(select: exp.Select) -> None:
    """Raises GroupingError for SELECT DISTINCT in an order that its rows do not have."""
    order = select.args.get("order")
    if order is None or select.args.get("distinct") is None:
        return
    items = [each.unalias() for each in select.expressions]
    if any(each.is_star for each in items):
        return
    names_ = {each.alias_or_name.upper() for each in select.expressions}
    names_ |= {each.name.upper() for each in items if isinstance(each, exp.Column)}
    for ordered in order.expressions:
        value = ordered.this
        if isinstance(value, (exp.Literal, exp.Parameter)) or value in items:
            continue
        for column in value.find_all(exp.Column):
            if column.name.upper() not in names_ and column.name.upper() != "ALL":
                raise GroupingError(
                    f"SQL compilation error:\n[{snowflake_text(column).upper()}] is not a valid"
                    " order by expression"
                )


def settled(select: exp.Select, walk: Walk) -> None:
    """A SELECT's joins, stars, groups and labels as the walk expects them, in place.

    Raises AmbiguousColumn, GroupingError.
    """
    _check_order(select)
    ambiguous.check(select, walk)
    join_marks.joined(select, walk)
    joins.asof_using(select, walk)
    sources.no_rows_of_tables(select, walk)
    hoisting.hoisted(select, walk)
    numbered(select)
    if isinstance(select.parent, (exp.Subquery, exp.CTE)):  # labels are what was written
        select.set("expressions", [labelled(item, None) for item in select.expressions])
    sources.named_by_number(select, walk)
    spelled_out(select)
    without_aliases(select, walk)
    star.spelled_out(select, walk)
    arguments.spelled_out(select, walk)
