"""Classes of nodes that mean the same in Snowflake and in DuckDB.

Everything else has a handler, or is refused by name (see `rewrite`).
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

#: Arguments of kept classes that other dialects have.
FOREIGN: Final[dict[type[exp.Expression], tuple[str, ...]]] = {
    exp.Distinct: ("on",),
}

KEPT: Final[frozenset[type[exp.Expression]]] = frozenset(
    (
        exp.Add, exp.Alias, exp.Aliases, exp.And, exp.Boolean, exp.CTE,
        exp.Cube, exp.Distinct, exp.EQ, exp.Exists, exp.From, exp.Group,
        exp.GroupingSets, exp.GT, exp.GTE, exp.Having, exp.If, exp.IgnoreNulls, exp.In,
        exp.Is, exp.Join, exp.Kwarg, exp.Literal, exp.LT, exp.LTE,
        exp.Mul, exp.Neg, exp.NEQ, exp.Not, exp.Null, exp.Or, exp.Order, exp.Ordered,
        exp.Paren, exp.Placeholder, exp.Qualify, exp.RespectNulls, exp.Rollup, exp.Schema,
        exp.Star, exp.Sub, exp.Subquery, exp.When, exp.Whens, exp.Insert, exp.Update,
        exp.TableAlias, exp.Var, exp.Where, exp.Window, exp.WindowSpec, exp.With,
        exp.PositionalColumn,
    )
)  # fmt: skip
