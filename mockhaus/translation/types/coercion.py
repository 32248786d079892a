"""Operands of different types, and the type that Snowflake makes of them.

DuckDB has its own ideas: of DECIMAL(38,2) and DECIMAL(5,4) it makes a DECIMAL(38,2), it reads the
text '1.5' beside a whole number as 2, and columns of text and numbers it neither compares nor
unites. Snowflake keeps the digits, and takes text for a number, a date or a truth value, where the
other side is one. Which types there are DuckDB tells; it is asked only where it matters: of set
operations, of what the walk was in doubt of, and of everything once DuckDB has refused a statement.

Snowflake's manual: "Data type conversion", "Set operators", "Arithmetic operators".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.registry import apply
from mockhaus.translation.trees import choices
from mockhaus.translation.types import operands
from mockhaus.translation.types.common_types import (
    NUMERIC_FAMILIES,
    common_type,
    decimal,
    differs,
)
from mockhaus.translation.types.described import Types
from mockhaus.translation.types.families import (
    DIVISIONS,
    NUMBER as NUMERIC,
    TEXT,
    Names,
    has_moment,
    may_mix,
    mixes_truths,
    most_digits,
    varies,
)
from mockhaus.translation.types.operands import plain
from mockhaus.translation.types.united import (
    MIXED,
    SETS,
    convert,
    converted_query,
    digits,
    tabulated,
    united,
)
from mockhaus.types import from_duckdb

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_T = DataType.Type
#: A text that is a number, but not one that DuckDB would read as a whole number without loss.
_FRACTION: Final = re.compile(r"\s*[+-]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d+)?\s*")
#: Digits before the point from which on two DECIMALs may not fit into one of DuckDB's.
_WIDE: Final = 19
#: Digits after the point that a product has at least the room for.
PRODUCT: Final = 12
#: A product of two DECIMALs of 64 bits has 64 bits as well: with more digits than these after the
#: point there is too little room before it.
_SHORT: Final = 6
_NARROW: Final = 18
#: Digits after the point of a text that is compared with a number.
_COMPARED: Final = 12

_COMPARISONS: Final = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip
_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul)
_WIDE_CALLS: Final = DIVISIONS | {"sum", "decimal_of"}


# --- doubts, which cost the walk little ----------------------------------------------------------


def is_fraction(node: exp.Expression) -> bool:
    """Whether an expression is a text literal such as '1.5', of which DuckDB may make 2."""
    node = plain(node)
    return (
        isinstance(node, exp.Literal)
        and bool(node.is_string)
        and _FRACTION.fullmatch(str(node.this)) is not None
    )


def doubtful(values: Iterable[exp.Expression | None]) -> bool:
    """Whether the type of several values together may be another one in DuckDB."""
    count, truths, numbers = 0, False, False
    for value in values:
        if value is None:
            continue
        bare = plain(value)
        truths = truths or isinstance(bare, exp.Boolean)
        if isinstance(bare, exp.Literal):
            if bare.is_string:
                if is_fraction(bare):
                    return True
                continue
            numbers = True
            if str(bare.this).isdigit():
                continue
        elif isinstance(bare, (exp.Null, exp.Boolean)):
            continue
        count += 1
    return count > 1 or (truths and (numbers or count > 0))


# --- the pass ------------------------------------------------------------------------------------


def agreed(tree: exp.Expression, walk: Walk) -> exp.Expression:
    """The rewritten tree with the types of operands brought together, in place.

    Raises ColumnTypeMismatch for types that Snowflake does not bring together.
    """
    if walk.context.described is None:
        return tree
    mixed = walk.context.mixes
    known = walk.known_columns()
    names = Names(tree, known, nested=walk.queries > 1)
    long = any(most_digits(each, names) > _SHORT for each in walk.products)
    if not (
        walk.doubtful
        or long
        or any(may_mix(values, names) for values in walk.compared)
        or any(varies(values, names) for values in walk.merged)
    ):
        return tree
    types = Types(walk, names)
    wide = mixed or _may_be_wide(tree, known)
    for node in _innermost_first(tree, []):
        if isinstance(node, SETS):
            if not isinstance(node.parent, SETS):
                united(node, types)
        elif isinstance(node, exp.Values):
            tabulated(node, types, names)
        elif isinstance(node, (*_ARITHMETIC, exp.Neg)):
            if mixed:
                _computed(node, types)
            if isinstance(node, exp.Mul) and most_digits(node, names) > _SHORT:
                _multiplied(node, types)
        else:
            _answered(node, types, names, wide=wide, everything=mixed)
    return tree


def _answered(
    node: exp.Expression, types: Types, names: Names, *, wide: bool, everything: bool
) -> None:
    """A node that compares its operands, or answers one of them."""
    if isinstance(node, exp.Join):
        _check_join(node, types, names)
    elif isinstance(node, (*_COMPARISONS, exp.Between, exp.In)):
        if everything or _is_doubtful(_sides(node), names):
            _compared(node, types)
    else:
        if isinstance(node, exp.Case) and node.this is not None:
            _sought(node, types, names, everything=everything)
        _merged(node, types, names, wide=wide, everything=everything)


_NODES: Final = (
    *SETS, *_ARITHMETIC, *_COMPARISONS, exp.Neg, exp.Between, exp.In, exp.Case, exp.Coalesce,
    exp.Nullif, exp.Anonymous, exp.Join, exp.Values,
)  # fmt: skip


#: What is computed before the rest of a query.
_BEFORE: Final = ("with_", "from_", "joins", "laterals")


def _innermost_first(node: exp.Expression, found: list[exp.Expression]) -> list[exp.Expression]:
    """The nodes to look at, sources before what is made of them, and items from left to right."""
    args = node.args
    for value in (*map(args.get, _BEFORE), *(v for k, v in args.items() if k not in _BEFORE)):
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, exp.Expression):
                _innermost_first(each, found)
    if isinstance(node, _NODES):
        found.append(node)
    return found


def _is_doubtful(values: Sequence[exp.Expression], names: Names) -> bool:
    """Whether DuckDB may compare values in another type than Snowflake does."""
    return any(map(is_fraction, values)) or may_mix(values, names)


def _may_be_wide(tree: exp.Expression, known: Sequence[Mapping[str, str]]) -> bool:
    """Whether a number of many digits before the point and some after may be in a tree."""
    if any(_is_wide(kind) for columns in known for kind in columns.values()):
        return True
    return any(
        isinstance(node, (exp.Sum, exp.Avg))
        or (isinstance(node, exp.Anonymous) and str(node.this).lower() in _WIDE_CALLS)
        or (isinstance(node, (exp.Cast, exp.TryCast)) and _is_wide(node.to.sql("duckdb")))
        for node in tree.walk()
    )


def _is_wide(kind: str) -> bool:
    if not kind.startswith("DECIMAL"):
        return False
    found = from_duckdb(kind)
    return (found.precision or 0) - (found.scale or 0) >= _WIDE


# --- what becomes of a node ----------------------------------------------------------------------


def _compared(node: exp.Expression, types: Types) -> None:
    """Sides of a comparison: text beside a number is a number, with all its digits."""
    if isinstance(node.parent, exp.Update) and node.arg_key == "expressions":
        return
    query = node.args.get("query") if isinstance(node, exp.In) else None
    values = _sides(node)
    if any(isinstance(plain(each), (exp.Tuple, exp.Any, exp.All)) for each in values):
        return
    found = types.of(values, node)
    if query is not None:
        inner = query.this if isinstance(query, exp.Subquery) else query
        columns = types.query(inner, node)
        if columns is None or len(columns) != 1:
            return
        common = common_type([*found, columns[0]], _COMPARED)
        if common is not None and differs(columns[0], common):
            node.set("query", exp.Subquery(this=converted_query(inner, [common])))
    else:
        common = common_type(found, digits(values, _COMPARED))
    if common is not None and common.family != "VARIANT":
        convert(values, found, common)


def _check_join(node: exp.Join, types: Types, names: Names) -> None:
    """Raises UnsupportedFeature where USING or NATURAL compares text with numbers."""
    scope = node.find_ancestor(exp.Select)
    if scope is None or scope.args.get("from_") is None:
        return
    columns = [each.name for each in node.args.get("using") or []]
    if str(node.args.get("method")).upper() == "NATURAL":
        columns = names.all()
    sources = [scope.args["from_"].this, *(join.this for join in scope.args.get("joins") or [])]
    for name in columns:
        if not {TEXT, NUMERIC} <= names.of(name.upper()):
            continue
        each = [exp.column(exp.to_identifier(name, quoted=True), s.alias_or_name) for s in sources]
        found = {kind.family for c in each if (kind := types.of([c], node)[0]) is not None}
        if "VARCHAR" in found and found & NUMERIC_FAMILIES:
            raise UnsupportedFeature(
                f"Unsupported feature 'JOIN by {name}, which is text here and a number there'.",
                hint="Write the condition in ON: there text is taken for a number.",
            )


def _sides(node: exp.Expression) -> list[exp.Expression]:
    if isinstance(node, exp.Between):
        return [node.this, node.args["low"], node.args["high"]]
    if isinstance(node, exp.In):
        return [node.this, *node.expressions]
    return [node.this, node.expression]


def _merged(
    node: exp.Expression, types: Types, names: Names, *, wide: bool, everything: bool
) -> None:
    """Values of which one is the answer: CASE, COALESCE, GREATEST and what becomes one of them."""
    values = choices(node)
    if isinstance(node, exp.Nullif):
        values = [node.this, node.expression]
        everything = everything or _is_doubtful(values, names)
    if not values:
        return
    doubted = doubtful(values) and (wide or any(map(is_fraction, values)))
    doubted = doubted or has_moment(values, names) or mixes_truths(values, names)
    doubted = doubted or (not isinstance(node, exp.Nullif) and varies(values, names))
    if not (everything or doubted):
        return
    found = types.of(values, node)
    common = common_type(found, digits(values, MIXED))
    if common is not None:
        convert(values, found, common)


def _sought(node: exp.Case, types: Types, names: Names, *, everything: bool) -> None:
    """What CASE compares."""
    values = [node.this, *(each.this for each in node.args["ifs"])]
    if everything or _is_doubtful(values, names):
        found = types.of(values, node)
        common = common_type(found, digits(values, _COMPARED))
        if common is not None and common.family != "VARIANT":
            convert(values, found, common)


def _computed(node: exp.Expression, types: Types) -> None:
    """Operands of `+ - *`: text is a number, and days that a DATE is moved by a whole number."""
    keys = ("this",) if isinstance(node, exp.Neg) else ("this", "expression")
    values = [node.args[key] for key in keys]
    found = types.of(values, node)
    dated = any(each is not None and each.family == "DATE" for each in found)
    for value, kind in zip(values, found, strict=True):
        if kind is None or kind.family not in ("TEXT", "VARCHAR", "VARIANT", *NUMERIC_FAMILIES):
            continue
        if dated:
            value.replace(exp.Cast(this=_wrapped(value), to=DataType(this=_T.INT)))
        elif kind.family in ("VARCHAR", "VARIANT"):
            value.replace(operands.number_call("number_of", value.copy()))


def _multiplied(node: exp.Mul, types: Types) -> None:
    """A product has no more digits after the point than 12, or than the factor with the most.

    It has 38 digits in all, whatever its factors have.
    """
    left, right = types.of([node.this, node.expression], node)
    if left is None or right is None or {left.family, right.family} != {"NUMBER"}:
        return
    scales = (left.scale or 0, right.scale or 0)
    scale = min(sum(scales), max(*scales, PRODUCT))
    if sum(scales) > _SHORT and max(left.precision or 0, right.precision or 0) <= _NARROW:
        factor = exp.Cast(this=_wrapped(node.this), to=decimal(scales[0]))
        node.set("this", operands.noted(factor, operands.NUMBER))
    if scale < sum(scales):
        product = exp.Mul(this=node.this.copy(), expression=node.expression.copy())
        made = apply("round", product, exp.Literal.number(scale))
        node.replace(operands.noted(made, operands.NUMBER))


def _wrapped(value: exp.Expression) -> exp.Expression:
    return exp.Paren(this=value.copy()) if isinstance(value, exp.Binary) else value.copy()
