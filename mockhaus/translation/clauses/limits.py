"""LIMIT, FETCH, TOP. Snowflake's manual: "LIMIT / FETCH", "TOP <n>"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _fetch(node: exp.Fetch, walk: Walk) -> exp.Expression:
    """FETCH FIRST n ROWS ONLY is LIMIT n; without n it is one row."""
    count = node.args.get("count") or exp.Literal.number(1)
    return exp.Limit(expression=walk.rewrite(count))


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Fetch: _fetch}
