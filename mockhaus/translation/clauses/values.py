"""VALUES as a table: its columns are COLUMN1, COLUMN2 ... (DuckDB: col0, col1).

Snowflake's manual: "VALUES".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.translation.clauses.literals import widen_rows
from mockhaus.translation.names import identifier

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _values(node: exp.Values, walk: Walk) -> exp.Expression:
    walk.children(node)
    alias = node.args.get("alias")
    if isinstance(node.parent, exp.Insert) or not node.expressions:
        return node
    widen_rows(node.expressions)
    if alias is None:
        alias = exp.TableAlias(this=identifier("VALUES"))
        node.set("alias", alias)
    if not alias.args.get("columns"):
        first = node.expressions[0]
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        alias.set("columns", [identifier(f"COLUMN{n}") for n in range(1, width + 1)])
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Values: _values}
