"""CHECK constraints: the PostgreSQL door takes them, Snowflake does not; DuckDB holds them.

PostgreSQL's manual: 5.4.1 "Check Constraints".

What is recorded of one: `name`, `columns` that it names, `sql` of DuckDB's, `text` as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.quoting import sql_literal
from mockhaus.translation import names
from mockhaus.translation.dialect import generate, snowflake_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The `type` of a CHECK among the constraints of a statement.
CHECK: Final = "CHECK"


def check(
    item: exp.Expression,
    walk: Walk,
    table: str,
    column: str = "",
    named: exp.Expression | None = None,
) -> dict[str, Any] | None:
    """What is recorded of a CHECK, None of any other constraint. Raises UnsupportedFeature."""
    if isinstance(item, exp.Constraint) and len(item.expressions) == 1:
        return check(item.expressions[0], walk, table, column, item.this)
    if not isinstance(item, exp.CheckColumnConstraint):
        return None
    if not walk.context.postgres:
        raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")
    condition = item.this
    if condition.find(exp.Query, exp.Subquery):
        raise UnsupportedFeature("Unsupported feature 'CHECK with a subquery'.")
    text = snowflake_text(condition)
    for each in condition.find_all(exp.Column):
        each.set("table", None)
    used = dict.fromkeys(names.stored(c.this) for c in condition.find_all(exp.Column))
    own = names.stored(named) if isinstance(named, exp.Identifier) else None
    return {
        "type": CHECK,
        "name": own or "_".join(part for part in (table, column, CHECK) if part),
        "columns": list(used),
        "sql": generate(walk.rewrite(exp.Paren(this=condition))),
        "text": text,
    }


def ddl(told: Mapping[str, Any]) -> str:
    """DuckDB's CHECK of a recorded one, with PostgreSQL's words where it does not hold."""
    words = f'MOCKHAUS:CheckViolation:new row violates check constraint "{told["name"].lower()}"'
    return (
        f"CHECK (CASE WHEN {told['sql']} IS FALSE THEN CAST(error({sql_literal(words)}) AS BOOLEAN)"
        " ELSE true END)"
    )
