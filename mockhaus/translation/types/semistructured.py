"""Which expressions are an ARRAY, an OBJECT or a MAP: what DuckDB forgets, to which all are JSON.

Snowflake's manual: "Returns" of each function, "Structured data types". What is not certain is told
to be nothing, so that it stays a VARIANT. The tree is Snowflake's, before the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import SqlError
from mockhaus.translation.clauses.types import spelled
from mockhaus.translation.routines.body import parsed_expression
from mockhaus.translation.trees import choices
from mockhaus.translation.types import structured
from mockhaus.types import (
    ARRAY,
    OBJECT,
    SEMI_STRUCTURED,
    VARIANT,
    SqlType,
    structured as structured_type,
)

_T = DataType.Type

#: What tells the type of another expression, None of what is not known.
Known: TypeAlias = Callable[[exp.Expression], SqlType | None]

#: The type of NULL, beside which anything keeps its own.
NULL: Final = SqlType("NULL")


def _named(kind: SqlType, names: str) -> dict[str, SqlType]:
    return dict.fromkeys(names.split(), kind)


_ANSWERS: Final = {
    **_named(
        ARRAY,
        "APPROX_TOP_K ARRAY_AGG ARRAY_CONSTRUCT ARRAY_CONSTRUCT_COMPACT ARRAY_GENERATE_RANGE"
        " ARRAY_UNIQUE_AGG AS_ARRAY OBJECT_KEYS REGEXP_SUBSTR_ALL SPLIT STRTOK_TO_ARRAY TO_ARRAY",
    ),
    **_named(
        OBJECT,
        "ARRAYS_TO_OBJECT AS_OBJECT HLL_EXPORT OBJECT_AGG OBJECT_CONSTRUCT"
        " OBJECT_CONSTRUCT_KEEP_NULL PARSE_IP PARSE_URL PARSE_XML TO_OBJECT XMLGET",
    ),
    **_named(VARIANT, "PARSE_JSON TO_VARIANT TRY_PARSE_JSON"),
}
#: What answers the type of its first argument where that is structured, and this type otherwise.
_KEEPING: Final = _named(
    ARRAY,
    "ARRAY_APPEND ARRAY_COMPACT ARRAY_DISTINCT ARRAY_INSERT ARRAY_PREPEND ARRAY_REMOVE"
    " ARRAY_REMOVE_AT ARRAY_REVERSE ARRAY_SLICE ARRAY_SORT ARRAY_UNION_AGG FILTER",
)
#: What answers this type where no argument is structured. (What it is otherwise depends on more.)
_PLAIN: Final = {
    **_named(
        ARRAY,
        "ARRAYS_ZIP ARRAY_CAT ARRAY_EXCEPT ARRAY_FLATTEN ARRAY_INTERSECTION TRANSFORM",
    ),
    **_named(OBJECT, "OBJECT_DELETE OBJECT_INSERT OBJECT_PICK"),
}
_OF_MAPS: Final = frozenset(("MAP_CAT", "MAP_DELETE", "MAP_INSERT", "MAP_PICK"))
#: What answers one of its arguments, from this one on.
_CHOOSING: Final = {
    **dict.fromkeys(("COALESCE", "GREATEST", "IFNULL", "LEAST", "NVL"), 0),
    **dict.fromkeys(("IFF", "NVL2"), 1),
}
#: Names of functions that sqlglot has classes for.
_NAMES: Final[dict[type[exp.Expression], str]] = {
    exp.ApproxTopK: "APPROX_TOP_K",
    exp.Array: "ARRAY_CONSTRUCT",
    exp.ArrayAgg: "ARRAY_AGG",
    exp.ArrayAppend: "ARRAY_APPEND",
    exp.ArrayCompact: "ARRAY_COMPACT",
    exp.ArrayConcat: "ARRAY_CAT",
    exp.ArrayConstructCompact: "ARRAY_CONSTRUCT_COMPACT",
    exp.ArrayDistinct: "ARRAY_DISTINCT",
    exp.ArrayExcept: "ARRAY_EXCEPT",
    exp.ArrayFilter: "FILTER",
    exp.ArrayInsert: "ARRAY_INSERT",
    exp.ArrayIntersect: "ARRAY_INTERSECTION",
    exp.ArrayPrepend: "ARRAY_PREPEND",
    exp.ArrayRemove: "ARRAY_REMOVE",
    exp.ArrayRemoveAt: "ARRAY_REMOVE_AT",
    exp.ArrayReverse: "ARRAY_REVERSE",
    exp.ArraySlice: "ARRAY_SLICE",
    exp.ArraySort: "ARRAY_SORT",
    exp.ArrayUniqueAgg: "ARRAY_UNIQUE_AGG",
    exp.ArraysZip: "ARRAYS_ZIP",
    exp.Flatten: "ARRAY_FLATTEN",
    exp.GenerateSeries: "ARRAY_GENERATE_RANGE",
    exp.JSONKeys: "OBJECT_KEYS",
    exp.JSONObject: "OBJECT_CONSTRUCT_KEEP_NULL",
    exp.ObjectAgg: "OBJECT_AGG",
    exp.ObjectInsert: "OBJECT_INSERT",
    exp.StarMap: "OBJECT_CONSTRUCT",
    exp.Struct: "OBJECT_CONSTRUCT",
    exp.ToArray: "TO_ARRAY",
    exp.ToVariant: "TO_VARIANT",
    exp.Transform: "TRANSFORM",
}
#: What has the type of its first argument.
_PASSING: Final = (
    exp.Alias, exp.AnyValue, exp.Filter, exp.FirstValue, exp.IgnoreNulls, exp.Lag, exp.LastValue,
    exp.Lead, exp.Max, exp.Min, exp.Mode, exp.NthValue, exp.Nullif, exp.Paren, exp.RespectNulls,
    exp.Window, exp.WithinGroup,
)  # fmt: skip


def type_of(node: exp.Expression, known: Known) -> SqlType | None:
    """The type of an expression that is semi-structured or structured, or NULL; None of others.

    `known` tells that of the expressions within it, of columns for example.
    """
    rule = _RULES.get(type(node))
    if rule is not None:
        return rule(node, known)
    name = _NAMES.get(type(node))
    return None if name is None else _called(name, _arguments(node), known)


def _called(name: str, arguments: Sequence[exp.Expression], known: Known) -> SqlType | None:
    if (answer := _ANSWERS.get(name)) is not None:
        return answer
    if (answer := _KEEPING.get(name)) is not None:
        first = _first(arguments, known)
        return first if first is not None and first.parts else answer
    if (answer := _PLAIN.get(name)) is not None:
        found = map(known, arguments)
        return None if any(each is not None and each.parts for each in found) else answer
    if (start := _CHOOSING.get(name)) is not None:
        return together(map(known, arguments[start:]))
    if name in _OF_MAPS or name == "MAP_KEYS":
        first = _first(arguments, known)
        if first is None or first.family != "MAP":
            return None
        return _keys(first) if name == "MAP_KEYS" else first
    return None


def together(found: Iterable[SqlType | None]) -> SqlType | None:
    """The type of what is one of several values: that of all of them, but for NULLs; a VARIANT
    beside an ARRAY or an OBJECT makes one of it."""
    one: SqlType | None = NULL
    for each in found:
        if one == NULL:
            one = each
        elif each in (NULL, one):
            continue
        elif VARIANT in (one, each) and all(map(_is_semi_structured, (one, each))):
            one = VARIANT
        else:
            return None
    return one


def _is_semi_structured(kind: SqlType | None) -> bool:
    return kind is not None and kind.family in SEMI_STRUCTURED and not kind.parts


def _first(arguments: Sequence[exp.Expression], known: Known) -> SqlType | None:
    return known(arguments[0]) if arguments else None


def _arguments(node: exp.Expression) -> Sequence[exp.Expression]:
    listed = node.args.get("expressions")
    return [
        each
        for each in (node.args.get("this"), node.args.get("expression"), *(listed or ()))
        if isinstance(each, exp.Expression)
    ]


def _cast(node: exp.Cast, known: Known) -> SqlType | None:
    return of_data_type(node.to)


def of_data_type(kind: DataType) -> SqlType | None:
    """A semi-structured type as it is written; None of other types, and of PostgreSQL's `T[]`."""
    if kind.this not in (_T.ARRAY, _T.OBJECT, _T.MAP, _T.VARIANT):
        return None
    if not structured.is_structured(kind):
        return SqlType(kind.this.value)
    if kind.this == _T.ARRAY and not structured.is_spelled(kind):
        return None
    return structured_type(structured.spelled(kind, spelled))


def data_type(text: str) -> DataType | None:
    """A type as DESCRIBE spells it; None where it has names that do not read back."""
    try:
        cast = parsed_expression(f"NULL::{text}")
    except SqlError:
        return None
    return cast.to if isinstance(cast, exp.Cast) else None


def _keys(kind: SqlType) -> SqlType | None:
    found = data_type(str(kind))
    if found is None:
        return None
    return of_data_type(structured.array_of(structured.items_of(found)[0], optional=True))


def _item(node: exp.Expression, known: Known) -> SqlType | None:
    """`v[key]`, `GET(v, key)`: what the place has in a structured type, a VARIANT in others."""
    keys = node.expressions if isinstance(node, exp.Bracket) else [node.expression]
    keys = [each.this if isinstance(each, exp.Literal) else "" for each in keys]
    return _at(known(node.this), keys)


def _path(node: exp.JSONExtract, known: Known) -> SqlType | None:
    """`v:a.b`: the same step by step."""
    if not isinstance(node.expression, exp.JSONPath):
        return None
    steps = node.expression.expressions
    return _at(known(node.this), [e.this for e in steps if not isinstance(e, exp.JSONPathRoot)])


def _at(within: SqlType | None, keys: Sequence[Any]) -> SqlType | None:
    if within is None or _is_semi_structured(within):
        return within and VARIANT
    kind = data_type(str(within)) if within.parts and keys else None
    for key in keys:
        if kind is None or not structured.is_structured(kind):
            return None if kind is None or kind.this not in _LOOSE else VARIANT
        kind = structured.part(kind, str(key))
    return None if kind is None else of_data_type(kind)


_LOOSE: Final = (_T.ARRAY, _T.OBJECT, _T.VARIANT)


def _extreme(node: exp.ArgMin | exp.ArgMax, known: Known) -> SqlType | None:
    """MIN_BY, MAX_BY: with a number of values they answer an ARRAY."""
    return ARRAY if node.args.get("count") is not None else known(node.this)


def _decoded(node: exp.DecodeCase, known: Known) -> SqlType | None:
    """DECODE(value, search, result, .. [, default])."""
    rest = node.expressions[1:]
    results = [*rest[1::2], *(rest[-1:] if len(rest) % 2 else ())]
    return together(map(known, results))


_RULES: Final[dict[type[exp.Expression], Callable[[Any, Known], SqlType | None]]] = {
    **dict.fromkeys(_PASSING, lambda node, known: known(node.this)),
    **dict.fromkeys((exp.Cast, exp.TryCast), _cast),
    **dict.fromkeys((exp.Bracket, exp.GetExtract), _item),
    **dict.fromkeys((exp.ArgMin, exp.ArgMax), _extreme),
    **dict.fromkeys(
        (exp.Case, exp.Coalesce), lambda node, known: together(map(known, choices(node)))
    ),
    exp.Anonymous: lambda node, known: _called(str(node.this).upper(), node.expressions, known),
    exp.DecodeCase: _decoded,
    exp.JSONExtract: _path,
    exp.Null: lambda node, known: NULL,
}
