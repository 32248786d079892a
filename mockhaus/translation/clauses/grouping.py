"""GROUP BY ALL. Snowflake's manual: "GROUP BY"."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

#: Aggregates that sqlglot has no class for, and classes of it that are none.
_BY_NAME: Final = frozenset(("HLL_ACCUMULATE", "MINHASH", "HASH_AGG", "ARRAY_UNIQUE_AGG"))


def spelled_out(node: exp.Select) -> None:
    """GROUP BY ALL beside a window becomes GROUP BY 1, 2, ... in place, before the walk.

    DuckDB refuses QUALIFY with GROUP BY ALL, and takes a window over aggregates for something to
    group by. Items that are made of earlier items of the same SELECT are left out: their parts are
    grouped by, and DuckDB forbids aliases within GROUP BY.
    """
    group = node.args.get("group")
    if group is None or not group.args.get("all") or not _has_windows(node):
        return
    if any(item.is_star for item in node.expressions):
        return
    positions: list[exp.Expression] = []
    aliases: set[str] = set()
    for number, item in enumerate(node.expressions, 1):
        if not _is_aggregate(item) and not _mentions(item, aliases):
            positions.append(exp.Literal.number(number))
        if isinstance(item, exp.Alias):
            aliases.add(item.alias.upper())
    node.set("group", exp.Group(expressions=positions) if positions else None)


def _has_windows(node: exp.Select) -> bool:
    if node.args.get("qualify") is not None:
        return True
    return any(_within(item, exp.Window) for item in node.expressions)


def _is_aggregate(item: exp.Expression) -> bool:
    """Aggregates and windows; not those of a subquery."""
    return any(
        isinstance(each, (exp.AggFunc, exp.Window))
        or (isinstance(each, exp.Anonymous) and str(each.this).upper() in _BY_NAME)
        for each in item.walk(prune=_is_query)
    )


def _mentions(item: exp.Expression, aliases: set[str]) -> bool:
    return any(
        isinstance(each, exp.Column) and not each.table and each.name.upper() in aliases
        for each in item.walk(prune=_is_query)
    )


def _within(item: exp.Expression, kind: type[exp.Expression]) -> bool:
    return any(isinstance(each, kind) for each in item.walk(prune=_is_query))


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query)
