"""ORDER BY, LIMIT, FETCH, TOP. Snowflake's manual: "ORDER BY", "LIMIT / FETCH", "TOP <n>".

NULLs are the highest values in Snowflake, which the parser writes into every ORDER BY, those of
windows and WITHIN GROUP included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.dialect import SAYS_NULLS, snowflake_text
from mockhaus.translation.refusals import unknown

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Constants: all that Snowflake takes for a number of rows. PostgreSQL takes any expression.
_CONSTANT: Final = (exp.Literal, exp.RawString, exp.Null, exp.Placeholder, exp.Parameter)


def _fetch(node: exp.Fetch, walk: Walk) -> exp.Expression:
    """FETCH FIRST n ROWS ONLY is LIMIT n; without n it is one row."""
    _check_options(node)
    count = node.args.get("count") or exp.Literal.number(1)
    return exp.Limit(expression=_number(count, walk))


def _limit(node: exp.Limit, walk: Walk) -> exp.Expression:
    """LIMIT n, TOP n."""
    _check_options(node)
    if node.args.get("expressions"):
        raise unknown(node)
    return exp.Limit(expression=_number(node.expression, walk))


def _offset(node: exp.Offset, walk: Walk) -> exp.Expression:
    """OFFSET n."""
    if node.args.get("expressions"):
        raise unknown(node)
    return exp.Offset(expression=_number(node.expression, walk))


def _check_options(node: exp.Expression) -> None:
    options = node.args.get("limit_options")
    for name in ("with_ties", "percent"):
        if options is not None and options.args.get(name):
            shown = name.replace("_", " ").upper()
            raise UnsupportedFeature(f"Unsupported feature '{shown}'.")


def _number(count: exp.Expression, walk: Walk) -> exp.Expression:
    """A number of rows: NULL and an empty text are no limit."""
    text = isinstance(count, exp.RawString) or (isinstance(count, exp.Literal) and count.is_string)
    if text and not str(count.this):
        return exp.Null()
    bare = count.this if isinstance(count, exp.Neg) else count
    if not (walk.context.postgres or isinstance(bare, _CONSTANT)):
        raise SqlSyntaxError(
            f"SQL compilation error:\nsyntax error unexpected '{snowflake_text(count)}'.",
            hint="A number of rows is a constant.",
        )
    return walk.rewrite(count)


def _ordered(node: exp.Ordered, walk: Walk) -> exp.Expression:
    """ORDER BY ALL is a word, no column. DEFAULT_NULL_ORDERING says where NULLs come."""
    if walk.context.nulls_first and SAYS_NULLS not in node.meta:
        node.set("nulls_first", not node.args.get("desc"))
    column = node.this
    bare = isinstance(column, exp.Column) and not column.table
    if bare and column.name.upper() == "ALL" and not column.this.args.get("quoted"):
        node.set("this", exp.var("ALL"))
        return node
    walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.Fetch: _fetch,
    exp.Limit: _limit,
    exp.Offset: _offset,
    exp.Ordered: _ordered,
}
