"""`SELECT * EXCLUDE | REPLACE | RENAME | ILIKE`. Snowflake's manual: "SELECT".

GENERATOR of ours has a hidden column, which a star leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _star(node: exp.Star, walk: Walk) -> exp.Expression:
    if node.args.get("ilike") and any(
        node.args.get(key) for key in ("except_", "replace", "rename")
    ):
        raise UnsupportedFeature("Unsupported feature '* ILIKE with EXCLUDE, REPLACE or RENAME'.")
    walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Star: _star}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
