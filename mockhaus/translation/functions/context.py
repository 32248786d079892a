"""Context functions: they are answered from the connection and written in as literals.

Snowflake's manual: "Context functions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.context import Context
from mockhaus.translation.registry import Function, Rewriter, call, rewrite, stock

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The version of Snowflake whose behaviour is followed.
SNOWFLAKE_VERSION: Final = "9.36.0"


def _text(read: Callable[[Context], str | None]) -> Rewriter:
    def literal(node: exp.Expression, walk: Walk) -> exp.Expression:
        value = read(walk.context)
        if value is None:
            return exp.cast(exp.Null(), "TEXT")
        return exp.Literal.string(value)

    return literal


def _last_query_id(node: exp.Expression, walk: Walk) -> exp.Expression:
    """LAST_QUERY_ID([n]): -1 is the most recent statement, 1 the connection's first."""
    walk.volatile = True
    arguments = node.args.get("expressions") or []
    number = int(arguments[0].sql().replace(" ", "")) if arguments else -1
    ids = walk.context.last_query_ids
    at = number if number < 0 else number - 1
    found = ids[at] if ids and -len(ids) <= at < len(ids) else None
    return exp.Literal.string(found) if found is not None else exp.Null()


FUNCTIONS: Final[tuple[Function, ...]] = (
    rewrite("CURRENT_DATABASE", _text(lambda c: c.database), exp.CurrentDatabase),
    rewrite("CURRENT_SCHEMA", _text(lambda c: c.schema), exp.CurrentSchema),
    rewrite("CURRENT_USER", _text(lambda c: c.user), exp.CurrentUser),
    rewrite("CURRENT_ROLE", _text(lambda c: c.role), exp.CurrentRole),
    rewrite("CURRENT_WAREHOUSE", _text(lambda c: c.warehouse), exp.CurrentWarehouse),
    rewrite("CURRENT_ACCOUNT", _text(lambda c: "MOCKHAUS"), exp.CurrentAccount),
    rewrite("CURRENT_REGION", _text(lambda c: "LOCAL"), exp.CurrentRegion),
    rewrite("CURRENT_VERSION", _text(lambda c: SNOWFLAKE_VERSION), exp.CurrentVersion),
    rewrite("CURRENT_SESSION", _text(lambda c: str(c.connection_id)), exp.CurrentSession),
    call("LAST_QUERY_ID", _last_query_id, 0, 1),
    stock("CURRENT_DATE", exp.CurrentDate),
    stock("CURRENT_TIMESTAMP", exp.CurrentTimestamp),
)
