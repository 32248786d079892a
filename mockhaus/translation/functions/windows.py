"""Window functions. Snowflake's manual: "Window functions".

The parser writes Snowflake's default frame of FIRST_VALUE, LAST_VALUE and NTH_VALUE, the whole
partition, into the tree; all other default frames are the same in DuckDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.registry import Function, call, rewrite, stock
from mockhaus.translation.types.operands import number, number_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _width_bucket(node: exp.WidthBucket, walk: Walk) -> exp.Expression:
    """WIDTH_BUCKET(value, low, high, count)."""
    values = (node.this, *(node.args[key] for key in ("min_value", "max_value", "num_buckets")))
    return number_call("snow_width_bucket", *map(number, values))


def _needs_over(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    raise UnsupportedFeature(f"Unsupported feature '{str(node.this).upper()} without OVER'.")


FUNCTIONS: Final[tuple[Function, ...]] = (
    stock("ROW_NUMBER", exp.RowNumber, most=0),
    stock("RANK", exp.Rank, most=0),
    stock("DENSE_RANK", exp.DenseRank, most=0),
    stock("PERCENT_RANK", exp.PercentRank, most=0),
    stock("CUME_DIST", exp.CumeDist, most=0),
    stock("NTILE", exp.Ntile, least=1, most=1),
    stock("LAG", exp.Lag, least=1, most=3),
    stock("LEAD", exp.Lead, least=1, most=3),
    stock("FIRST_VALUE", exp.FirstValue, least=1, most=1),
    stock("LAST_VALUE", exp.LastValue, least=1, most=1),
    stock("NTH_VALUE", exp.NthValue, least=2, most=2),
    rewrite("WIDTH_BUCKET", _width_bucket, exp.WidthBucket, least=4, most=4),
    # With OVER they are taken by clauses.windows.
    call("RATIO_TO_REPORT", _needs_over, 1, 1),
    call("CONDITIONAL_TRUE_EVENT", _needs_over, 1, 1),
    call("CONDITIONAL_CHANGE_EVENT", _needs_over, 1, 1),
    call("INTERPOLATE_BFILL INTERPOLATE_FFILL INTERPOLATE_LINEAR", _needs_over, 1, 1),
)
