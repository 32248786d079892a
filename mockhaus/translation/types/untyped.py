"""Arguments whose type DuckDB does not know yet when it picks a macro's overload.

DuckDB picks among a macro's overloads before it has bound aggregates, windows and the aliases of a
SELECT. A call over one of these gets another overload, or "Macro moment() has multiple overloads
that match the supplied arguments". A lambda's parameter has its type by then, so such a call moves
into one:

    to_char(max(d))   ->   list_transform([max(d)], lambda _1: to_char(_1))[1]

which costs 0.2 us a row. Calls over columns and literals stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import apply

#: duckdb_functions() of type 'aggregate', with window functions.
AGGREGATES: Final = frozenset(
    """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
    arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and
    bit_or bit_xor bitstring_agg bool_and bool_or corr count count_if count_star countif covar_pop
    covar_samp cume_dist dense_rank entropy favg fill first first_value fsum group_concat histogram
    histogram_exact kahan_sum kurtosis kurtosis_pop lag last last_value lead list listagg mad max
    max_by mean median min min_by mode nth_value ntile percent_rank product quantile quantile_cont
    quantile_disc rank rank_dense regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    regr_sxx regr_sxy regr_syy reservoir_quantile row_number sem skewness stddev stddev_pop
    stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)

#: A macro definition begins; its overloads follow one another, each in parentheses.
_HEAD: Final = re.compile(r"CREATE(?: OR REPLACE)? MACRO (\w+)\s*(?=\()", re.IGNORECASE)
_OVERLOAD: Final = re.compile(r",\s*\n\s*\((?:[^()]|\([^()]*\))*\)\s+AS\b", re.IGNORECASE)
_CALL: Final = re.compile(r"(\w+)\s*\(")


@lru_cache(maxsize=1)
def overloaded() -> frozenset[str]:
    """Macros with overloads, and those that call one, however far down."""
    bodies: dict[str, str] = {}
    for file in (resources.files("mockhaus") / "engine" / "macros").iterdir():
        if file.name.endswith(".sql"):
            text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
            _, *parts = _HEAD.split(text)
            bodies |= {n.lower(): b for n, b in zip(parts[::2], parts[1::2], strict=True)}
    callers: dict[str, set[str]] = {}
    for name, body in bodies.items():
        for called in _CALL.findall(body.lower()):
            callers.setdefault(called, set()).add(name)
    found: set[str] = set()
    waiting = [name for name, body in bodies.items() if _OVERLOAD.search(body)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += callers.get(name, ())
    return frozenset(found)


def settle(calls: Sequence[exp.Anonymous]) -> bool:
    """Move calls over arguments without a type into lambdas, in place: the innermost first.

    `calls` are those of a whole tree, the outermost first. Answers whether any was moved.
    """
    names = overloaded()
    aliases: _Aliases = {}
    moved = False
    concerned = [call for call in calls if str(call.this).lower() in names]
    for number, call in enumerate(reversed(concerned), 1):
        known, before = _in_reach(call, aliases)
        if any(_is_untyped(argument, known, before) for argument in call.expressions):
            call.replace(_in_lambda(call, f"_{number}"))
            moved = True
    return moved


#: By the id of a SELECT: its aliases in upper case, with the number of the first item of that name.
_Aliases = dict[int, dict[str, int]]


def _is_untyped(argument: exp.Expression, aliases: dict[str, int], before: int) -> bool:
    """Whether DuckDB does not know the type: an aggregate, a window, an alias of an item before
    that number."""
    for node in argument.walk(prune=_is_query):
        if isinstance(node, (exp.AggFunc, exp.Window)):
            return True
        if isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATES:
            return True
        is_bare = isinstance(node, exp.Column) and not node.table
        if is_bare and aliases.get(node.name.upper(), before) < before:
            return True
    return False


def _in_reach(call: exp.Expression, aliases: _Aliases) -> tuple[dict[str, int], int]:
    """The aliases of the SELECT around a call, and the number of items that it may name: the
    earlier ones, in WHERE all.

    In GROUP BY and behind it a call must stay what it is in the list of items.
    """
    child: exp.Expr = call
    parent = call.parent
    while parent is not None and not isinstance(parent, exp.Select):
        child, parent = parent, parent.parent
    if parent is None or child.arg_key not in ("expressions", "where", "qualify"):
        return {}, 0
    items = parent.expressions
    if (known := aliases.get(id(parent))) is None:
        known = aliases[id(parent)] = {}
        for number, item in enumerate(items):
            if isinstance(item, exp.Alias):
                known.setdefault(item.alias.upper(), number)
    return known, (child.index or 0) if child.arg_key == "expressions" else len(items)


def _in_lambda(call: exp.Anonymous, name: str) -> exp.Expression:
    """All arguments but literals become the lambda's parameter: what it captured had no type."""
    taken = [argument for argument in call.expressions if not isinstance(argument, _CONSTANT)]
    position = {id(argument): number for number, argument in enumerate(taken, 1)}

    def parameter(argument: exp.Expression) -> exp.Expression:
        if id(argument) not in position:
            return argument.copy()
        whole = exp.Identifier(this=name)
        if len(taken) == 1:
            return whole
        return apply("struct_extract", whole, exp.Literal.number(position[id(argument)]))

    body = apply(str(call.this), *[parameter(argument) for argument in call.expressions])
    bundle = taken[0].copy() if len(taken) == 1 else apply("row", *[each.copy() for each in taken])
    moved = exp.Lambda(this=body, expressions=[exp.Identifier(this=name)])
    values = apply("list_transform", apply("list_value", bundle), moved)
    return apply("list_extract", values, exp.Literal.number(1))


_CONSTANT: Final = (exp.Literal, exp.Null, exp.Boolean, exp.Var, exp.Lambda)


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query)
