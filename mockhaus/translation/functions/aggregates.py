"""Aggregate functions. Snowflake's manual: "Aggregate functions".

What needs more than one DuckDB aggregate, or something around one, marks the aggregates inside with
`aggregate`: `clauses.windows` puts OVER on those, not on what is around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.dialect import CALLED
from mockhaus.translation.functions.hashes import hashed
from mockhaus.translation.registry import Function, Rewriter, apply, call, rewrite, stock
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.division import average, number
from mockhaus.translation.types.operands import (
    NUMBER,
    VARIANT,
    column_type,
    is_character,
    is_variant,
    literal_number,
    noted,
    variant_call,
)
from mockhaus.translation.types.variants import AS_JSON, variant

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def aggregate(node: exp.Expression) -> exp.Expression:
    """Mark a DuckDB aggregate that stands inside something else."""
    node.meta["aggregate"] = True
    return node


def _distinct(value: exp.Expression) -> tuple[exp.Expression, bool]:
    if isinstance(value, exp.Distinct):
        return value.expressions[0], True
    return value, False


def not_null(value: exp.Expression) -> exp.Expression:
    """`value IS NOT NULL` of a copy."""
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def collected(value: exp.Expression, order: list[exp.Expression]) -> exp.Expression:
    """`list([DISTINCT] value [ORDER BY ...])` of what is not NULL.

    Distinct values without an order come as they first appeared: DuckDB's come as they hash.
    """
    bare, distinct = _distinct(value)
    condition = not_null(bare)
    inner = exp.Order(this=value, expressions=order) if order else bare
    listed = exp.Filter(this=apply("list", inner), expression=exp.Where(this=condition))
    whole = aggregate(listed)
    return apply("first_of_each", whole) if distinct and not order else whole


def array_agg(node: exp.ArrayAgg, walk: Walk, order: list[exp.Expression] | None = None) -> Any:
    """ARRAY_AGG: NULLs are left out, an array of nothing is empty (DuckDB: NULL)."""
    value = _distinct(node.this)[0]
    name = "array_of_plain" if column_type(value) in AS_JSON else "array_of_values"
    return structured.of_type(apply(name, collected(node.this, order or [])), structured.ARRAY)


def _listagg(node: exp.GroupConcat, walk: Walk) -> exp.Expression:
    """LISTAGG([DISTINCT] value [, delimiter]): of nothing an empty text (DuckDB: NULL)."""
    value, order = node.this, []
    if isinstance(value, exp.Order):
        value, order = value.this, value.expressions
    name = "listed_texts" if is_character(_distinct(value)[0]) else "listed"
    return apply(name, collected(value, order), node.args["separator"])


def _count(node: exp.Count, walk: Walk) -> exp.Expression:
    """COUNT(a, b) counts rows without a NULL in them; JSON null is not counted."""
    value = node.this
    if isinstance(value, exp.Column) and isinstance(value.this, exp.Star):
        row = apply("to_json", exp.Column(this=value.args["table"]))
        return exp.Count(this=apply("full_row", row), big_int=True)
    if node.expressions:
        both = not_null(_countable(value))
        for each in node.expressions:
            both = exp.And(this=both, expression=not_null(_countable(each)))
        return apply("count_if", both)
    if isinstance(value, exp.Distinct):
        value.set("expressions", [_countable(each) for each in value.expressions])
    elif value is not None:
        node.set("this", _countable(value))
    return node


def _countable(value: exp.Expression) -> exp.Expression:
    return apply("countable", value) if is_variant(value) else value


def _numeric(value: exp.Expression) -> exp.Expression:
    """A value as a number: Snowflake takes text and VARIANT for one, but no BOOLEAN."""
    bare, distinct = _distinct(value)
    made = number(bare)
    if is_variant(bare):
        made = apply("variant_number", bare)
    elif made is not bare and not isinstance(made, exp.Cast):
        made = noted(apply("aggregated_number", bare), NUMBER)
    if made is bare:
        return value
    return exp.Distinct(expressions=[made]) if distinct else made


def _sum(node: exp.Sum, walk: Walk) -> exp.Expression:
    node.set("this", _numeric(node.this))
    return node


def _of_numbers(node: exp.Expression, walk: Walk) -> exp.Expression:
    """Statistics of numbers; text and VARIANT are taken for numbers."""
    for key in ("this", "expression"):
        if isinstance(value := node.args.get(key), exp.Expression):
            node.set(key, _numeric(value))
    return node


def _avg(node: exp.Avg, walk: Walk) -> exp.Expression:
    """AVG of NUMBER is a NUMBER with six digits more (DuckDB: always a double)."""
    value = _numeric(node.this)
    total = aggregate(exp.Sum(this=value))
    count = aggregate(exp.Count(this=value.copy(), big_int=True))
    return average(total, count)


def _extreme(name: str) -> Rewriter:
    def rewriter(node: exp.Expression, walk: Walk) -> exp.Expression:
        """MIN, MAX of a VARIANT: numbers by value, texts by their characters."""
        if not is_variant(node.this):
            return node
        return noted(apply(name, node.this, apply("variant_rank", node.this.copy())), VARIANT)

    return rewriter


def _scaled(name: str) -> Rewriter:
    def rewriter(node: exp.Expression, walk: Walk) -> exp.Expression:
        """A variance of NUMBER has six digits after the point (DuckDB: a double)."""
        value = _numeric(node.this)
        bare, _ = _distinct(value)
        sample = aggregate(apply("any_value", bare.copy()))
        return apply("scaled_like", aggregate(apply(name, value)), sample, operands.integer(6))

    return rewriter


def _skew(node: exp.Skewness, walk: Walk) -> exp.Expression:
    """SKEW of NUMBER: the factor n / ((n - 1) (n - 2)) has six digits, the answer twelve."""
    value = _numeric(node.this)
    bare, _ = _distinct(value)
    count = aggregate(exp.Count(this=bare.copy(), big_int=True))
    sample = aggregate(apply("any_value", bare.copy()))
    return apply("skew_of", aggregate(apply("skewness", value)), count, sample)


def _kurtosis(node: exp.Kurtosis, walk: Walk) -> exp.Expression:
    """KURTOSIS of NUMBER has twelve digits after the point (DuckDB: a double)."""
    value = _numeric(node.this)
    bare, _ = _distinct(value)
    sample = aggregate(apply("any_value", bare.copy()))
    return apply("scaled_like", aggregate(apply("kurtosis", value)), sample, operands.integer(12))


def _boolean(name: str) -> Rewriter:
    def rewriter(node: exp.Expression, walk: Walk) -> exp.Expression:
        """BOOLAND_AGG, BOOLOR_AGG take numbers as well: 0 is false."""
        return apply(name, _each_as(node.this, "BOOLEAN"))

    return rewriter


def _boolxor(node: exp.BoolxorAgg, walk: Walk) -> exp.Expression:
    """BOOLXOR_AGG: whether exactly one value is true; NULL if there is none."""
    value = exp.cast(node.this, "BOOLEAN")
    trues = aggregate(apply("count_if", value))
    count = aggregate(exp.Count(this=value.copy(), big_int=True))
    exactly_one = exp.EQ(this=trues, expression=exp.Literal.number(1))
    there_is_none = exp.EQ(this=count, expression=exp.Literal.number(0))
    return exp.Case().when(there_is_none, exp.Null()).else_(exactly_one)


def _bits(name: str) -> Rewriter:
    return lambda node, walk: apply(name, _each_as(node.this, "BIGINT"))


def _each_as(value: exp.Expression, kind: str) -> exp.Expression:
    """What is aggregated as a type, DISTINCT kept."""
    bare, distinct = _distinct(value)
    made = exp.cast(bare, kind)
    return exp.Distinct(expressions=[made]) if distinct else made


#: How many values MIN_BY and MAX_BY answer at most.
_MOST_BY: Final = 1000


def _by(one: str, many: str) -> Rewriter:
    def rewriter(node: exp.Expression, walk: Walk) -> exp.Expression:
        """MIN_BY, MAX_BY: the value may be NULL; with a count, an ARRAY of values."""
        count = node.args.get("count")
        if count is None:
            return apply(one, node.this, node.expression)
        wanted = literal_number(count)
        if wanted is None or not 1 <= wanted <= _MOST_BY:
            raise InvalidParameter(
                "SQL compilation error:\nthe number of values to return must be a constant from 1"
                f" to {_MOST_BY}"
            )
        found = aggregate(apply(many, node.this, node.expression, count))
        return variant_call("array_of_values", found)

    return rewriter


def percentile(name: str, value: exp.Expression, fraction: exp.Expression) -> exp.Expression:
    """A quantile of a double or of a decimal with room for the interpolated digits."""
    if name == "quantile_cont":
        value = exp.Paren(this=exp.Mul(this=value, expression=exp.Literal.number("1.000")))
    return apply(name, value, fraction)


def _median(node: exp.Median, walk: Walk) -> exp.Expression:
    """MEDIAN of NUMBER has three digits more (DuckDB: the same scale, cut off)."""
    return percentile("quantile_cont", _numeric(node.this), exp.Literal.number("0.5"))


def _approx_percentile(node: exp.ApproxQuantile, walk: Walk) -> exp.Expression:
    """APPROX_PERCENTILE is computed exactly."""
    value = exp.cast(_numeric(node.this), "DOUBLE")
    return apply("quantile_cont", value, node.args["quantile"])


#: How many values the approximate functions keep at most.
_MOST_KEPT: Final = 100_000


def positive(count: exp.Expression, name: str, what: str, most: int = _MOST_KEPT) -> None:
    """Raises InvalidParameter unless a count is a constant from 1 to `most`."""
    wanted = literal_number(count)
    if wanted is None or not 1 <= wanted <= most:
        raise InvalidParameter(
            f"SQL compilation error:\nInvalid value for function '{name}': the number of {what}"
            f" must be a constant from 1 to {most}"
        )


def _approx_top_k(node: exp.ApproxTopK, walk: Walk) -> exp.Expression:
    """APPROX_TOP_K(value [, k [, counters]]): counted exactly."""
    count = node.expression or exp.Literal.number(1)
    positive(count, "APPROX_TOP_K", "items")
    if node.args.get("counters") is not None:
        positive(node.args["counters"], "APPROX_TOP_K", "counters")
    return variant_call("top_of_histogram", aggregate(apply("histogram", node.this)), count)


def _approx_distinct(node: exp.Expression, walk: Walk) -> exp.Expression:
    """APPROX_COUNT_DISTINCT, HLL are counted exactly (DuckDB's estimate is off by a fifth)."""
    values = [node.this, *(node.args.get("expressions") or [])]
    if len(values) == 1 and isinstance(node.this, exp.Distinct):
        values = list(node.this.expressions)
    if any(isinstance(value, (exp.Star, exp.Null)) or value is None for value in values):
        raise UnsupportedFeature("Unsupported feature 'APPROX_COUNT_DISTINCT of *'.")
    values = [_countable(value) for value in values]
    if len(values) == 1:
        return exp.Count(this=exp.Distinct(expressions=values), big_int=True)
    return exp.Count(this=exp.Distinct(expressions=[_full(values)]), big_int=True)


def _full(values: list[exp.Expression]) -> exp.Expression:
    """The values as one, NULL if any of them is."""
    missing = exp.or_(*[exp.Is(this=value.copy(), expression=exp.Null()) for value in values])
    return exp.Case().when(missing, exp.Null()).else_(apply("row", *values))


def _unique(node: exp.ArrayUniqueAgg, walk: Walk) -> exp.Expression:
    """ARRAY_UNIQUE_AGG: distinct values without NULL."""
    made = apply("array_of_values", collected(exp.Distinct(expressions=[node.this]), []))
    return structured.of_type(made, structured.ARRAY)


def _object_agg(node: exp.ObjectAgg, walk: Walk) -> exp.Expression:
    """OBJECT_AGG(key, value): pairs with a NULL are left out; a repeated key is an error."""
    _no_distinct(node)
    pair = apply("row", exp.cast(node.this, "TEXT"), variant(node.expression))
    both = exp.And(this=not_null(node.this), expression=not_null(node.expression))
    pairs = exp.Filter(this=apply("list", pair), expression=exp.Where(this=both))
    made = apply("object_of_unique", apply("pairs_of", aggregate(pairs)))
    return structured.of_type(made, structured.OBJECT)


def _pairs(node: exp.Expression) -> exp.Expression:
    """REGR_COUNT and its like, of two numbers. Raises UnsupportedFeature for DISTINCT."""
    _no_distinct(node)
    for key in ("this", "expression"):
        node.set(key, _numeric(node.args[key]))
    return node


def _no_distinct(node: exp.Expression) -> None:
    """Raises UnsupportedFeature for DISTINCT before the arguments of a function of several."""
    if isinstance(node.this, exp.Distinct):
        name = str(node.meta.get(CALLED, "an aggregate")).upper()
        raise UnsupportedFeature(f"Unsupported feature 'DISTINCT within {name}'.")


def _of_line(node: exp.Expression, walk: Walk) -> exp.Expression:
    """REGR_SLOPE, REGR_INTERCEPT: NULL where all x are one (DuckDB: NaN)."""
    line = _pairs(node)
    spread = exp.RegrSxx(this=line.this.copy(), expression=line.expression.copy())
    return apply("unless_flat", aggregate(line), aggregate(spread))


def _regr_value(node: exp.Expression, walk: Walk) -> exp.Expression:
    """REGR_VALX(y, x) is x, REGR_VALY(y, x) is y, NULL where the other is NULL."""
    kept, other = node.this, node.expression
    if isinstance(node, exp.RegrValx):
        kept, other = other, kept
    missing = exp.Is(this=other, expression=exp.Null())
    return exp.Case().when(missing, exp.Null()).else_(kept)


def _union(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """ARRAY_UNION_AGG: the distinct items of all arrays."""
    made = apply("union_of_arrays", collected(node.expressions[0], []))
    return structured.of_type(made, structured.ARRAY)


def _hash_agg(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """HASH_AGG([DISTINCT] a, b ...): of all rows, in any order."""
    first = node.expressions[0]
    if isinstance(first, exp.Distinct):
        node.set("expressions", [*first.expressions, *node.expressions[1:]])
    summed: exp.Expression = hashed(node, walk)
    if isinstance(first, exp.Distinct):
        summed = exp.Distinct(expressions=[summed])
    return apply("hash_of_all", aggregate(apply("sum", summed)))


FUNCTIONS: Final[tuple[Function, ...]] = (
    rewrite("COUNT", _count, exp.Count, least=1),
    stock("COUNT_IF", exp.CountIf, least=1, most=1),
    rewrite("SUM", _sum, exp.Sum, least=1, most=1),
    rewrite("AVG", _avg, exp.Avg, least=1, most=1),
    rewrite("MIN", _extreme("arg_min"), exp.Min, least=1, most=1),
    rewrite("MAX", _extreme("arg_max"), exp.Max, least=1, most=1),
    stock("ANY_VALUE", exp.AnyValue, least=1, most=1),
    rewrite("MEDIAN", _median, exp.Median, least=1, most=1),
    stock("MODE", exp.Mode, most=1),
    rewrite("STDDEV STDDEV_SAMP", _of_numbers, exp.Stddev, least=1, most=1),
    rewrite("STDDEV_POP", _of_numbers, exp.StddevPop, least=1, most=1),
    rewrite("VARIANCE VAR_SAMP VARIANCE_SAMP", _scaled("var_samp"), exp.Variance, least=1, most=1),
    rewrite("VAR_POP VARIANCE_POP", _scaled("var_pop"), exp.VariancePop, least=1, most=1),
    rewrite("CORR", _of_numbers, exp.Corr, least=2, most=2),
    rewrite("COVAR_POP", _of_numbers, exp.CovarPop, least=2, most=2),
    rewrite("COVAR_SAMP", _of_numbers, exp.CovarSamp, least=2, most=2),
    rewrite("REGR_SLOPE", _of_line, exp.RegrSlope, least=2, most=2),
    rewrite("REGR_INTERCEPT", _of_line, exp.RegrIntercept, least=2, most=2),
    rewrite("REGR_AVGX", lambda n, w: _pairs(n), exp.RegrAvgx, least=2, most=2),
    rewrite("REGR_AVGY", lambda n, w: _pairs(n), exp.RegrAvgy, least=2, most=2),
    rewrite("REGR_COUNT", lambda n, w: _pairs(n), exp.RegrCount, least=2, most=2),
    rewrite("REGR_R2", lambda n, w: _pairs(n), exp.RegrR2, least=2, most=2),
    rewrite("REGR_SXX", lambda n, w: _pairs(n), exp.RegrSxx, least=2, most=2),
    rewrite("REGR_SXY", lambda n, w: _pairs(n), exp.RegrSxy, least=2, most=2),
    rewrite("REGR_SYY", lambda n, w: _pairs(n), exp.RegrSyy, least=2, most=2),
    rewrite("REGR_VALX REGR_VALY", _regr_value, exp.RegrValx, exp.RegrValy, least=2, most=2),
    stock("PERCENTILE_CONT", exp.PercentileCont, least=1, most=1),
    stock("PERCENTILE_DISC", exp.PercentileDisc, least=1, most=1),
    rewrite("APPROX_COUNT_DISTINCT HLL", _approx_distinct, exp.ApproxDistinct, exp.Hll, least=1),
    rewrite("APPROX_PERCENTILE", _approx_percentile, exp.ApproxQuantile, least=2, most=2),
    rewrite("APPROX_TOP_K", _approx_top_k, exp.ApproxTopK, least=1, most=3),
    rewrite("ARRAY_AGG ARRAYAGG", array_agg, exp.ArrayAgg, least=1, most=1),
    rewrite("LISTAGG STRING_AGG", _listagg, exp.GroupConcat, least=1, most=2),
    rewrite("ARRAY_UNIQUE_AGG", _unique, exp.ArrayUniqueAgg, least=1, most=1),
    rewrite("OBJECT_AGG", _object_agg, exp.ObjectAgg, least=2, most=2),
    rewrite("BOOLAND_AGG", _boolean("bool_and"), exp.LogicalAnd, least=1, most=1),
    rewrite("BOOLOR_AGG", _boolean("bool_or"), exp.LogicalOr, least=1, most=1),
    rewrite("BOOLXOR_AGG", _boolxor, exp.BoolxorAgg, least=1, most=1),
    rewrite(
        "BITAND_AGG BITANDAGG BIT_AND_AGG BIT_ANDAGG",
        _bits("bit_and"),
        exp.BitwiseAndAgg,
        least=1,
        most=1,
    ),
    rewrite(
        "BITOR_AGG BITORAGG BIT_OR_AGG BIT_ORAGG",
        _bits("bit_or"),
        exp.BitwiseOrAgg,
        least=1,
        most=1,
    ),
    rewrite(
        "BITXOR_AGG BITXORAGG BIT_XOR_AGG BIT_XORAGG",
        _bits("bit_xor"),
        exp.BitwiseXorAgg,
        least=1,
        most=1,
    ),
    rewrite("MIN_BY", _by("arg_min_null", "arg_min"), exp.ArgMin, least=2, most=3),
    rewrite("MAX_BY", _by("arg_max_null", "arg_max"), exp.ArgMax, least=2, most=3),
    rewrite("KURTOSIS", _kurtosis, exp.Kurtosis, least=1, most=1),
    rewrite("SKEW", _skew, exp.Skewness, least=1, most=1),
    stock("GROUPING", exp.Grouping, least=1),
    stock("GROUPING_ID", exp.GroupingId, least=1),
    call("ARRAY_UNION_AGG", _union, 1, 1),
    call("HASH_AGG", _hash_agg, 1, partial="Snowflake's values are not published; others are"),
)
