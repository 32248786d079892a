"""Approximate functions with states that are kept and combined.

Snowflake's manual: "Estimating the number of distinct values", "Estimating similarity",
"Estimating frequent values", "Estimating percentile values", "Using bitmaps to compute distinct
values". The states are Mockhaus's own (see sketches.sql); all but MINHASH are exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.functions.aggregates import aggregate, not_null, positive
from mockhaus.translation.registry import Function, Rewriter, apply, call
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import NUMBER, VARIANT, noted, number

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_OWN: Final = "states have a format of Mockhaus's own"


def _each(values: list[exp.Expression]) -> list[exp.Expression]:
    """Values without DISTINCT, which is nothing to a set."""
    return [
        each
        for value in values
        for each in (value.expressions if isinstance(value, exp.Distinct) else [value])
    ]


def _listed(value: exp.Expression, made: exp.Expression | None = None) -> exp.Expression:
    """`list(...)` of what is not NULL."""
    found = apply("list", made if made is not None else value)
    return aggregate(exp.Filter(this=found, expression=exp.Where(this=not_null(value))))


def _gathered(
    macro: str, *, word: str = "", kind: str = "", pattern: str = "", takes_distinct: bool = False
) -> Rewriter:
    """A macro of the list of all values, with the arguments that follow them."""

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        value, *rest = _each(node.expressions) if takes_distinct else node.expressions
        taken = apply(word, value) if word else None
        extra = [operands.string(pattern)] if pattern else []
        made = apply(macro, _listed(value, taken), *extra, *rest)
        return noted(made, kind) if kind else made

    return rewritten


#: Hashes of a MINHASH at most.
_MOST_HASHES: Final = 1024


def _minhash(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MINHASH(k, value ...): k hashes of the values; with several, of the rows."""
    size, *values = _each(node.expressions)
    positive(size, "MINHASH", "hashes", _MOST_HASHES)
    value = values[0] if len(values) == 1 else apply("row", *values)
    return noted(apply("minhash_state", _listed(value), size), VARIANT)


def _percentile_state(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value = exp.cast(number(node.expressions[0]), "DOUBLE")
    return noted(apply("percentile_state", _listed(value)), VARIANT)


def _top_state(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """APPROX_TOP_K_ACCUMULATE(value, counters): the values that were counted."""
    value, counters = node.expressions
    positive(counters, "APPROX_TOP_K_ACCUMULATE", "counters")
    found = aggregate(apply("histogram", value))
    return noted(apply("top_of_histogram", found, counters), VARIANT)


def _top_combined(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    state, *counters = node.expressions
    most = counters[0] if counters else operands.integer(100_000)
    positive(most, "APPROX_TOP_K_COMBINE", "counters")
    return noted(apply("top_combined", _listed(state), most), VARIANT)


def _top(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    state, *count = node.expressions
    if count:
        positive(count[0], "APPROX_TOP_K_ESTIMATE", "items")
    return noted(apply("top_estimate", state, *(count or [operands.integer(1)])), VARIANT)


def _plain(macro: str, kind: str = "") -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        made = apply(macro, *node.expressions)
        return noted(made, kind) if kind else made

    return rewritten


_HASHES: Final = ".{16}"
_BITS: Final = ".{4}"

FUNCTIONS: Final[tuple[Function, ...]] = (
    call(
        "HLL_ACCUMULATE", _gathered("packed", word="hash_word", takes_distinct=True), 1, 1,
        partial=_OWN,
    ),
    call("HLL_COMBINE", _gathered("packed_all", pattern=_HASHES), 1, 1, partial=_OWN),
    call("HLL_ESTIMATE", _plain("hll_estimate", NUMBER), 1, 1),
    call("HLL_EXPORT", _plain("hll_export", VARIANT), 1, 1, partial=_OWN),
    call("HLL_IMPORT", _plain("hll_import"), 1, 1, partial=_OWN),
    call("MINHASH", _minhash, 2, partial=_OWN),
    call("MINHASH_COMBINE", _gathered("minhash_combined", kind=VARIANT), 1, 1, partial=_OWN),
    call(
        "APPROXIMATE_SIMILARITY APPROXIMATE_JACCARD_INDEX",
        _gathered("minhash_similarity", kind=NUMBER), 1, 1,
    ),
    call("APPROX_PERCENTILE_ACCUMULATE", _percentile_state, 1, 1, partial=_OWN),
    call(
        "APPROX_PERCENTILE_COMBINE", _gathered("percentile_combined", kind=VARIANT), 1, 1,
        partial=_OWN,
    ),
    call("APPROX_PERCENTILE_ESTIMATE", _plain("percentile_estimate", NUMBER), 2, 2),
    call("APPROX_TOP_K_ACCUMULATE", _top_state, 2, 2, partial=_OWN),
    call("APPROX_TOP_K_COMBINE", _top_combined, 1, 2, partial=_OWN),
    call("APPROX_TOP_K_ESTIMATE", _top, 1, 2),
    call("BITMAP_BUCKET_NUMBER", _plain("bitmap_bucket_number", NUMBER), 1, 1),
    call("BITMAP_BIT_POSITION", _plain("bitmap_bit_position", NUMBER), 1, 1),
    call("BITMAP_CONSTRUCT_AGG", _gathered("packed", word="bit_word"), 1, 1, partial=_OWN),
    call("BITMAP_OR_AGG", _gathered("packed_all", pattern=_BITS), 1, 1, partial=_OWN),
    call("BITMAP_COUNT", _plain("bitmap_count", NUMBER), 1, 1),
)  # fmt: skip
