"""Functions on ARRAY. Snowflake's manual: "Semi-structured and structured data functions".

An array is DuckDB JSON; its items compare by their canonical text. The macros are in arrays.sql.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidArgumentTypes
from mockhaus.translation.functions import kinds
from mockhaus.translation.registry import Function, Rewriter, apply, macro, rewrite
from mockhaus.translation.types import structured
from mockhaus.translation.types.operands import (
    NUMBER,
    TEXT,
    noted,
    plain,
    system_type,
    variant_call,
)
from mockhaus.translation.types.variants import (
    is_computed,
    item as item_text,
    once,
    variant,
    variant_once,
)

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _to(name: str, *arguments: str) -> Rewriter:
    """A call of a macro with these arguments of the node; it answers a VARIANT."""

    def rewriter(node: exp.Expression, walk: Walk) -> exp.Expression:
        return variant_once(name, *(_argument(node, key) for key in arguments))

    return rewriter


def _argument(node: exp.Expression, key: str) -> exp.Expression:
    """An argument; the value to look for or to put in is a VARIANT."""
    value = node.args[key]
    return variant(value) if key == "expression" else value


def _sought(node: exp.Expression, name: str) -> exp.Expression:
    """The value to look for: a VARIANT, as Snowflake wants it. Raises InvalidArgumentTypes."""
    value = node.args["expression"]
    bare = plain(value)
    if isinstance(bare, exp.Literal) and structured.type_of(node.this) is None:
        raise InvalidArgumentTypes(
            f"SQL compilation error:\nInvalid argument types for function '{name}':"
            f" ({system_type(bare)}, ARRAY)",
            hint="Cast the value: ::VARIANT.",
        )
    return variant(value)


def _to_string(node: exp.ArrayToString, walk: Walk) -> exp.Expression:
    """ARRAY_TO_STRING(array, separator). Raises InvalidArgumentTypes."""
    bare = plain(node.this)
    if isinstance(bare, exp.Literal):
        raise InvalidArgumentTypes(
            "SQL compilation error:\nInvalid argument types for function 'ARRAY_TO_STRING':"
            f" ({system_type(bare)}, VARCHAR)"
        )
    return noted(once("snow_array_to_string", node.this, node.expression), TEXT)


def _texts(items: list[exp.Expression], separator: str) -> exp.Expression:
    parts: list[exp.Expression] = [exp.Literal.string("[")]
    for number, item in enumerate(items):
        if number:
            parts.append(exp.Literal.string(separator))
        parts.append(item_text(item))
    parts.append(exp.Literal.string("]"))
    return structured.of_type(exp.cast(apply("concat", *parts), "JSON"), structured.ARRAY)


def _construct(node: exp.Array, walk: Walk) -> exp.Expression:
    """ARRAY_CONSTRUCT, `[1, 2]`: items of any types; NULL is a missing item."""
    if not node.expressions:
        return structured.of_type(exp.cast(exp.Literal.string("[]"), "JSON"), structured.ARRAY)
    return _texts(node.expressions, ",")


def _construct_compact(node: exp.ArrayConstructCompact, walk: Walk) -> exp.Expression:
    """ARRAY_CONSTRUCT_COMPACT leaves NULLs out."""
    made = variant_once(
        "snow_array_compact", _construct(exp.Array(expressions=node.expressions), walk)
    )
    return structured.of_type(made, structured.ARRAY)


def _cat(node: exp.ArrayConcat, walk: Walk) -> exp.Expression:
    return variant_once("snow_array_cat", node.this, *node.expressions)


def _slice(node: exp.ArraySlice, walk: Walk) -> exp.Expression:
    return variant_once("snow_array_slice", node.this, node.args["start"], node.args["end"])


def _range(node: exp.GenerateSeries, walk: Walk) -> exp.Expression:
    """ARRAY_GENERATE_RANGE(from, to [, step]): `to` is left out."""
    step = node.args.get("step") or exp.Literal.number(1)
    return variant_call("array_generate_range", node.args["start"], node.args["end"], step)


def _intersection(node: exp.ArrayIntersect, walk: Walk) -> exp.Expression:
    return variant_once("snow_array_intersection", *node.expressions)


def _sort(node: exp.ArraySort, walk: Walk) -> exp.Expression:
    """ARRAY_SORT(array [, ascending [, nulls first]]): NULLs last, or first when descending."""
    ascending = node.args.get("asc")
    nulls_first = node.args.get("nulls_first")
    if ascending is None:
        ascending = exp.Boolean(this=True)
    if not isinstance(nulls_first, exp.Expression):
        nulls_first = exp.Not(this=exp.Paren(this=ascending.copy()))
    return variant_once("snow_array_sort", node.this, ascending, nulls_first)


def _zip(node: exp.ArraysZip, walk: Walk) -> exp.Expression:
    """ARRAYS_ZIP: objects with the keys $1, $2 ...; the longest array counts."""
    arrays = node.expressions
    sizes = [apply("array_size", each.copy()) for each in arrays]
    row: list[exp.Expression] = [exp.Literal.string("{")]
    index = exp.to_identifier("__i")  # not a name that stands in the arrays
    for number, each in enumerate(arrays, start=1):
        if number > 1:
            row.append(exp.Literal.string(","))
        row.append(apply("zipped", each, exp.Literal.string(str(number)), index.copy()))
    row.append(exp.Literal.string("}"))
    rows = apply(
        "list_transform",
        apply("range", apply("greatest", *sizes)),
        exp.Lambda(this=exp.cast(apply("concat", *row), "JSON"), expressions=[index]),
    )
    empty = exp.EQ(this=apply("greatest", *[size.copy() for size in sizes]), expression=_number(0))
    missing = exp.or_(*[exp.Is(this=size.copy(), expression=exp.Null()) for size in sizes])
    return (
        exp.Case()
        .when(missing, exp.Null())
        .when(empty, exp.cast(exp.Literal.string("[{}]"), "JSON"))
        .else_(variant_call("array_of", rows))
    )


def _two(name: str) -> Rewriter:
    return lambda node, walk: variant_once(name, node.this, node.expression)


def _number(value: int) -> exp.Expression:
    return exp.Literal.number(value)


def _transform(node: exp.Transform, walk: Walk) -> exp.Expression:
    """TRANSFORM(array, x -> ...)."""
    function = node.expression
    if isinstance(function, exp.Lambda) and is_computed(function.this):
        function.set("this", variant(function.this))
    values = apply("list_transform", apply("defined_items", node.this), function)
    return variant_once("array_of_list", values)


def _filter(node: exp.ArrayFilter, walk: Walk) -> exp.Expression:
    """FILTER(array, x -> condition)."""
    kept = apply("list_filter", apply("defined_items", node.this), node.expression)
    return variant_once("array_of_items", kept)


def _reduce(node: exp.Reduce, walk: Walk) -> exp.Expression:
    """REDUCE(array, start, (total, x) -> ...): the total is a VARIANT between the steps."""
    merge = node.args["merge"]
    merge.set("this", variant(merge.this))
    start = variant(node.args["initial"])
    return variant_call("list_reduce", apply("defined_items", node.this), merge, start)


FUNCTIONS: Final[tuple[Function, ...]] = (
    rewrite("ARRAY_CONSTRUCT", _construct, exp.Array),
    rewrite("ARRAY_CONSTRUCT_COMPACT", _construct_compact, exp.ArrayConstructCompact),
    rewrite(
        "ARRAY_SIZE",
        lambda n, w: noted(once("array_size", n.this), NUMBER),
        exp.ArraySize,
        least=1,
        most=1,
    ),
    # sqlglot turns the arguments round: `this` is the array.
    rewrite(
        "ARRAY_CONTAINS",
        lambda n, w: once("snow_array_contains", _sought(n, "ARRAY_CONTAINS"), n.this),
        exp.ArrayContains,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_POSITION",
        lambda n, w: once("snow_array_position", _sought(n, "ARRAY_POSITION"), n.this),
        exp.ArrayPosition,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_APPEND",
        kinds.takes_item(_to("snow_array_append", "this", "expression")),
        exp.ArrayAppend,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_PREPEND",
        kinds.takes_item(_to("snow_array_prepend", "this", "expression")),
        exp.ArrayPrepend,
        least=2,
        most=2,
    ),
    rewrite("ARRAY_CAT", kinds.joins("ARRAY_CAT", _cat), exp.ArrayConcat, least=2, most=2),
    rewrite("ARRAY_SLICE", kinds.keeps(_slice), exp.ArraySlice, least=3, most=3),
    rewrite(
        "ARRAY_INSERT",
        kinds.takes_item(_to("snow_array_insert", "this", "position", "expression")),
        exp.ArrayInsert,
        least=3,
        most=3,
    ),
    rewrite(
        "ARRAY_REMOVE",
        kinds.keeps(_to("snow_array_remove", "this", "expression")),
        exp.ArrayRemove,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_REMOVE_AT",
        kinds.keeps(_to("snow_array_remove_at", "this", "position")),
        exp.ArrayRemoveAt,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_COMPACT",
        kinds.keeps(_to("snow_array_compact", "this")),
        exp.ArrayCompact,
        least=1,
        most=1,
    ),
    rewrite(
        "ARRAY_DISTINCT",
        kinds.keeps(_to("snow_array_distinct", "this")),
        exp.ArrayDistinct,
        least=1,
        most=1,
    ),
    rewrite(
        "ARRAY_INTERSECTION",
        kinds.joins("ARRAY_INTERSECTION", _intersection),
        exp.ArrayIntersect,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_EXCEPT",
        kinds.joins("ARRAY_EXCEPT", _two("snow_array_except")),
        exp.ArrayExcept,
        least=2,
        most=2,
    ),
    rewrite("ARRAY_FLATTEN", _to("snow_array_flatten", "this"), exp.Flatten, least=1, most=1),
    rewrite("ARRAY_SORT", kinds.keeps(_sort), exp.ArraySort, least=1, most=3),
    rewrite("ARRAY_MIN", _to("snow_array_min", "this"), exp.ArrayMin, least=1, most=1),
    rewrite("ARRAY_MAX", _to("snow_array_max", "this"), exp.ArrayMax, least=1, most=1),
    rewrite(
        "ARRAY_REVERSE",
        kinds.keeps(_to("snow_array_reverse", "this")),
        exp.ArrayReverse,
        least=1,
        most=1,
    ),
    rewrite(
        "ARRAY_TO_STRING",
        _to_string,
        exp.ArrayToString,
        least=2,
        most=2,
    ),
    rewrite(
        "ARRAY_GENERATE_RANGE",
        kinds.answers(_range, structured.ARRAY),
        exp.GenerateSeries,
        least=2,
        most=3,
    ),
    rewrite("ARRAYS_ZIP", _zip, exp.ArraysZip, least=1),
    rewrite(
        "ARRAYS_OVERLAP",
        lambda n, w: once("snow_arrays_overlap", n.this, n.expression),
        exp.ArrayOverlaps,
        least=2,
        most=2,
    ),
    macro("ARRAYS_TO_OBJECT", 2, 2),
    rewrite("TRANSFORM", _transform, exp.Transform, least=2, most=2),
    rewrite("FILTER", kinds.keeps(_filter), exp.ArrayFilter, least=2, most=2),
    rewrite("REDUCE", _reduce, exp.Reduce, least=3, most=3),
)
