"""Vector functions. Snowflake's manual: "Vector data type", "Vector functions".

VECTOR(FLOAT, n) is DuckDB's array FLOAT[n]; distances are computed in doubles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.functions.aggregates import aggregate, not_null
from mockhaus.translation.registry import Function, Rewriter, apply, call
from mockhaus.translation.types.operands import number_call
from mockhaus.translation.types.variants import once

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _of_two(name: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """Of two vectors of one size."""
        return number_call(name, *(exp.cast(each, "DOUBLE[]") for each in node.expressions))

    return rewritten


def _of_all(name: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """Element by element, of the vectors that are not NULL; the type of the column stays."""
        value = node.expressions[0]
        listed = aggregate(
            exp.Filter(this=apply("list", value), expression=exp.Where(this=not_null(value)))
        )
        sample = aggregate(apply("any_value", value.copy()))
        return apply("cast_to_type", apply(name, listed), sample)

    return rewritten


def _average(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """VECTOR_AVG: element by element, FLOAT whatever the elements are."""
    value = node.expressions[0]
    listed = aggregate(
        exp.Filter(this=apply("list", value), expression=exp.Where(this=not_null(value)))
    )
    return exp.cast(apply("vector_avg", listed), "FLOAT[]", dialect="duckdb")


def _normalized(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """VECTOR_NORMALIZE: of the length 1."""
    listed = exp.cast(node.expressions[0], "DOUBLE[]", dialect="duckdb")
    return exp.cast(once("vector_normalize", listed), "FLOAT[]", dialect="duckdb")


def _truncated(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """VECTOR_TRUNCATE(vector, n): its first elements."""
    return once("vector_truncate", *node.expressions)


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("VECTOR_INNER_PRODUCT", _of_two("list_inner_product"), 2, 2),
    call("VECTOR_COSINE_SIMILARITY", _of_two("list_cosine_similarity"), 2, 2),
    call("VECTOR_L2_DISTANCE", _of_two("list_distance"), 2, 2),
    call("VECTOR_L1_DISTANCE", _of_two("vector_l1_distance"), 2, 2),
    call("VECTOR_SUM", _of_all("vector_sum"), 1, 1),
    call("VECTOR_MIN", _of_all("vector_min"), 1, 1),
    call("VECTOR_MAX", _of_all("vector_max"), 1, 1),
    call("VECTOR_AVG", _average, 1, 1),
    call("VECTOR_NORMALIZE", _normalized, 1, 1),
    call("VECTOR_TRUNCATE VECTOR_TRUNC", _truncated, 2, 2),
)
