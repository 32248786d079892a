"""Table functions, and the functions that make data for GENERATOR. `clauses.flatten` writes FROM.

Snowflake's manual: "Table functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.registry import Function, Rewriter, refused, rewrite

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The hidden column of our GENERATOR.
GENERATED: Final = "_GENERATED"


def row_number(node: exp.Expression) -> exp.Expression:
    """0, 1, 2 ...: of the rows of the one GENERATOR in the same FROM, else of the query's."""
    select = node.find_ancestor(exp.Select)
    if select is not None:
        parts = [select.args.get("from_"), *(select.args.get("joins") or [])]
        if sum(part is not None and _is_generator(part.this) for part in parts) == 1:
            return exp.Column(this=exp.to_identifier(GENERATED, quoted=True))
    window = exp.Window(this=exp.RowNumber())
    return exp.Paren(this=exp.Sub(this=window, expression=exp.Literal.number(1)))


def _is_generator(table: exp.Expression) -> bool:
    """Whether a part of FROM is GENERATOR, before or after it was rewritten."""
    if isinstance(table, exp.TableFromRows):
        return isinstance(table.this, exp.Generator)
    query = table.this
    if not isinstance(table, exp.Subquery) or not isinstance(query, exp.Select):
        return False
    return any(isinstance(e, exp.Alias) and e.alias == GENERATED for e in query.expressions)


def _elsewhere(name: str) -> Rewriter:
    def refuse(node: exp.Expression, walk: Walk) -> exp.Expression:
        """A table function where a value is wanted."""
        raise UnsupportedFeature(
            f"Unsupported feature 'table function {name} outside of FROM'.",
            hint=f"FROM TABLE({name}(..))",
        )

    return refuse


FUNCTIONS: Final[tuple[Function, ...]] = (
    # Taken on the way down, by clauses.flatten:
    rewrite("FLATTEN", _elsewhere("FLATTEN"), exp.Explode),
    rewrite("GENERATOR", _elsewhere("GENERATOR"), exp.Generator),
    rewrite("SPLIT_TO_TABLE", _elsewhere("SPLIT_TO_TABLE"), exp.SplitToTable),
    rewrite("STRTOK_SPLIT_TO_TABLE", _elsewhere("STRTOK_SPLIT_TO_TABLE"), exp.StrtokSplitToTable),
    # by translation.history:
    refused(
        "QUERY_HISTORY QUERY_HISTORY_BY_SESSION QUERY_HISTORY_BY_USER QUERY_HISTORY_BY_WAREHOUSE"
        " COPY_HISTORY LOGIN_HISTORY LOGIN_HISTORY_BY_USER",
        "a table function of INFORMATION_SCHEMA: FROM TABLE(INFORMATION_SCHEMA.NAME(..))",
    ),
    refused("RESULT_SCAN", "a table function: FROM TABLE(RESULT_SCAN(..))"),
)
