"""Which window frames a function takes. Snowflake's manual: "Window function syntax and usage".

A frame is one of three kinds by its bounds: it covers the whole partition if neither has a limit,
it is cumulative if one has, and sliding if both have. ORDER BY alone makes a cumulative one.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.errors import WrongArguments
from mockhaus.translation.dialect import CALLED
from mockhaus.translation.types.operands import literal_decimal, literal_number, plain

_HEAD: Final = "SQL compilation error:\n"

#: Functions whose answer depends on the order of the rows.
_ORDERED: Final = frozenset(
    (
        "ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE", "LAG", "LEAD",
        "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "INTERPOLATE_BFILL", "INTERPOLATE_FFILL",
        "INTERPOLATE_LINEAR",
    )
)  # fmt: skip

#: Those that number or pick rows of the partition: no frame of theirs slides.
_CUMULATIVE: Final = frozenset(("ROW_NUMBER", "RANK", "DENSE_RANK"))
#: Peers count together here: the frame is one of RANGE.
_CUMULATIVE_RANGE: Final = frozenset(("PERCENT_RANK", "CUME_DIST"))
_FRAMELESS: Final = frozenset(
    ("NTILE", "LAG", "LEAD", "INTERPOLATE_BFILL", "INTERPOLATE_FFILL", "INTERPOLATE_LINEAR")
)

#: Aggregates of a whole partition.
_WHOLE: Final = frozenset(
    """
    ANY_VALUE APPROXIMATE_JACCARD_INDEX APPROXIMATE_SIMILARITY APPROX_COUNT_DISTINCT
    APPROX_PERCENTILE APPROX_PERCENTILE_ACCUMULATE APPROX_PERCENTILE_COMBINE APPROX_TOP_K
    APPROX_TOP_K_ACCUMULATE APPROX_TOP_K_COMBINE ARRAY_UNION_AGG ARRAY_UNIQUE_AGG BITANDAGG
    BITAND_AGG BITMAP_CONSTRUCT_AGG BITMAP_OR_AGG BITORAGG BITOR_AGG BITXORAGG BITXOR_AGG BIT_ANDAGG
    BIT_AND_AGG BIT_ORAGG BIT_OR_AGG BIT_XORAGG BIT_XOR_AGG BOOLAND_AGG BOOLOR_AGG BOOLXOR_AGG CORR
    COVAR_POP COVAR_SAMP HASH_AGG HLL HLL_ACCUMULATE HLL_COMBINE KURTOSIS LISTAGG MAX_BY MEDIAN
    MINHASH MINHASH_COMBINE MIN_BY MODE OBJECT_AGG PERCENTILE_CONT PERCENTILE_DISC REGR_AVGX
    REGR_AVGY REGR_COUNT REGR_INTERCEPT REGR_R2 REGR_SLOPE REGR_SXX REGR_SXY REGR_SYY SKEW
    STRING_AGG
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)
#: Of these, the ones that a frame of RANGE over the whole partition does not disturb.
_WHOLE_BY_RANGE: Final = frozenset(("KURTOSIS", "SKEW"))

_WORDS: Final = ("Sliding", "Cumulative")
_ALL: Final = 2


def _unbounded(spec: exp.WindowSpec | None) -> int:
    """How many of a frame's two bounds are the partition's own."""
    if spec is None:
        return 1
    return sum(spec.args.get(side) == "UNBOUNDED" for side in ("start", "end"))


#: Classes that keep no name of the call.
_NAMELESS: Final[dict[type[exp.Expression], str]] = {
    exp.GroupConcat: "LISTAGG", exp.ArgMax: "MAX_BY", exp.ArgMin: "MIN_BY",
}  # fmt: skip


def name_of(function: exp.Expression) -> str:
    """The name that a statement calls a function by, '' of what no statement called."""
    if isinstance(function, exp.Anonymous):
        return str(function.this).upper()
    if function._meta and CALLED in function.meta:
        return str(function.meta[CALLED]).upper()
    return _NAMELESS.get(type(function), "")


def check(function: exp.Expression, node: exp.Window) -> None:
    """Raises WrongArguments where a window lacks an ORDER BY, or has a frame it cannot have.

    `function` is what the window is of, without WITHIN GROUP and IGNORE NULLS. Windows of our own
    making, which no statement called, may have any.
    """
    name = name_of(function)
    if not name:
        return
    order, spec = node.args.get("order"), node.args.get("spec")
    if order is None:
        if name in _ORDERED:
            raise WrongArguments(
                f"{_HEAD}Window function type [{name}] requires ORDER BY in window specification"
            )
        if spec is not None:
            raise WrongArguments(f"{_HEAD}A window frame requires ORDER BY in window specification")
    else:
        _check_ordered(name, function, node)
    if isinstance(function, exp.NthValue):
        number = literal_number(function.args.get("offset"))
        if number is not None and number < 1:
            raise WrongArguments(f"{_HEAD}NTH_VALUE counts rows from 1")


def _check_ordered(name: str, function: exp.Expression, node: exp.Window) -> None:
    spec = node.args.get("spec")
    unbounded = _unbounded(spec)
    by_range = spec is not None and str(spec.args.get("kind")).upper() == "RANGE"
    whole_rows = unbounded == _ALL and not by_range
    if name in _WHOLE and unbounded < _ALL:
        raise _unsupported(name, unbounded)
    if name in _WHOLE and by_range and name not in _WHOLE_BY_RANGE:
        raise WrongArguments(
            f"{_HEAD}Aggregate window function with order by clause is not supported: [{name}]."
        )
    if spec is not None and not _has_rank_frame(name, unbounded, by_range=by_range):
        raise _unsupported(name, unbounded)
    if isinstance(function.this, exp.Distinct) and not whole_rows:
        raise WrongArguments(f"{_HEAD}distinct cannot be used with a window frame or an order.")
    if isinstance(node.this, exp.WithinGroup) and name not in _WHOLE and not whole_rows:
        raise WrongArguments(
            f"{_HEAD}WITHIN GROUP clause is not supported when the OVER clause contains an ORDER BY"
            " clause."
        )
    if spec is not None and _has_distance(spec):
        if by_range and len(node.args["order"].expressions) > 1:
            raise _unsupported(name, unbounded)
        for side in ("start", "end"):
            _check_distance(spec.args.get(side), by_range=by_range)


def _has_rank_frame(name: str, unbounded: int, *, by_range: bool) -> bool:
    """Whether a ranking function takes a frame; others take any."""
    if name in _FRAMELESS:
        return False
    if name in _CUMULATIVE_RANGE:
        return unbounded == 1 and by_range
    return name not in _CUMULATIVE or unbounded == 1


def _has_distance(spec: exp.WindowSpec) -> bool:
    """Whether a bound is so many rows or units away."""
    bounds = (spec.args.get("start"), spec.args.get("end"))
    return any(isinstance(bound, exp.Expression) for bound in bounds)


def _check_distance(bound: exp.Expression | str | None, *, by_range: bool) -> None:
    """Raises WrongArguments for a negative number, a fraction of a row, or a text."""
    if not isinstance(bound, exp.Expression) or isinstance(bound, exp.Interval):
        return
    number = literal_decimal(bound)
    text = isinstance(plain(bound), exp.Literal) and bound.is_string
    if text or (number is not None and (number < 0 or (not by_range and number % 1))):
        what = "a number or an INTERVAL" if by_range else "a number of rows"
        raise WrongArguments(
            f"{_HEAD}The bound of a {'RANGE' if by_range else 'ROWS'} frame must be {what} that is"
            " constant and not negative"
        )


def measured(node: exp.Window) -> None:
    """Have DuckDB refuse whole numbers as distances of dates, of which it would take days.

    The window is rewritten, in place. The distance of moments is an INTERVAL.
    """
    spec = node.args.get("spec")
    if spec is None or str(spec.args.get("kind")).upper() != "RANGE":
        return
    for side in ("start", "end"):
        bound = spec.args.get(side)
        if isinstance(bound, exp.Expression) and literal_number(bound) is not None:
            spec.set(side, exp.cast(bound, "BIGINT"))


def _unsupported(name: str, unbounded: int) -> WrongArguments:
    word = _WORDS[min(unbounded, 1)]
    return WrongArguments(f"{_HEAD}{word} window frame unsupported for function {name}")
