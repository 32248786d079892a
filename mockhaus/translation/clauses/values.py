"""VALUES as a table: its columns are COLUMN1, COLUMN2 ... (DuckDB: col0, col1).

Snowflake's manual: "VALUES".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation.clauses import sources
from mockhaus.translation.clauses.literals import widen_rows
from mockhaus.translation.names import identifier
from mockhaus.translation.types.united import is_mixed

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _values(node: exp.Values, walk: Walk) -> exp.Expression:
    if not isinstance(node.parent, exp.Insert):
        _check(node)
    walk.children(node)
    alias = node.args.get("alias")
    if isinstance(node.parent, exp.Insert) or not node.expressions:
        return node
    walk.doubtful = walk.doubtful or is_mixed(node)
    widen_rows(node.expressions)
    if alias is None:
        alias = exp.TableAlias(this=identifier("VALUES"))
        node.set("alias", alias)
    if not alias.args.get("columns"):
        numbers = range(1, _width(node) + 1)
        alias.set("columns", [identifier(f"COLUMN{n}") for n in numbers])
    return node


def _check(node: exp.Values) -> None:
    """Raises SqlSyntaxError for DEFAULT, ValueCount for a list of names that does not fit."""
    sources.check_list(node.args.get("alias"), [""] * _width(node))
    for row in node.expressions:
        for item in row.expressions if isinstance(row, exp.Tuple) else [row]:
            if isinstance(item, (exp.Var, exp.Column)) and item.name.upper() == "DEFAULT":
                raise SqlSyntaxError("SQL compilation error:\nsyntax error unexpected 'DEFAULT'.")


def _width(node: exp.Values) -> int:
    first = node.expressions[0] if node.expressions else exp.Tuple()
    return len(first.expressions) if isinstance(first, exp.Tuple) else 1


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Values: _values}
