"""ORDER BY, LIMIT, FETCH, TOP. Snowflake's manual: "ORDER BY", "LIMIT / FETCH", "TOP <n>".

NULLs are the highest values in Snowflake, which the parser writes into every ORDER BY, those of
windows and WITHIN GROUP included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _fetch(node: exp.Fetch, walk: Walk) -> exp.Expression:
    """FETCH FIRST n ROWS ONLY is LIMIT n; without n it is one row."""
    count = node.args.get("count") or exp.Literal.number(1)
    return exp.Limit(expression=walk.rewrite(count))


def _ordered(node: exp.Ordered, walk: Walk) -> exp.Expression:
    """ORDER BY ALL is a word, no column."""
    column = node.this
    bare = isinstance(column, exp.Column) and not column.table
    if bare and column.name.upper() == "ALL" and not column.this.args.get("quoted"):
        node.set("this", exp.var("ALL"))
        return node
    walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Fetch: _fetch, exp.Ordered: _ordered}
