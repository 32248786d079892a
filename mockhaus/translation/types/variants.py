"""Values on their way into a VARIANT, and calls whose arguments are written once.

DuckDB's macros repeat their arguments in the text of the query: nested calls of macros that name an
argument five times grow by powers of five. `once` binds an argument to a lambda's parameter.
"""

from __future__ import annotations

import json
import re
from typing import Final

from sqlglot import exp

from mockhaus.marks import MARK, MISSING, is_exact
from mockhaus.translation.registry import apply
from mockhaus.translation.types.operands import (
    VARIANT,
    bound,
    column_type,
    is_variant,
    noted,
    plain,
    variant_call,
)
from mockhaus.zoned import STORED

_SIMPLE: Final = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Placeholder,
    exp.PositionalColumn,
)
#: DuckDB's types whose values JSON has words for.
AS_JSON: Final = frozenset(("VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "HUGEINT"))
#: What marks values of the others: the branches of `to_variant`.
_MARKED: Final = {
    "DOUBLE": "double_variant",
    "DATE": "date_variant",
    "TIME": "time_variant",
    "TIMESTAMP": "ntz_variant",
    "TIMESTAMP WITH TIME ZONE": "ltz_variant",
    STORED: "tz_variant",
}
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


def is_simple(node: exp.Expression) -> bool:
    """Whether repeating an expression costs nothing."""
    node = plain(node)
    if isinstance(node, exp.Cast):
        node = node.this
    return isinstance(node, _SIMPLE)


def once(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a macro that repeats its arguments, each computed once."""
    return bound(name, arguments, is_simple)


def variant_once(name: str, *arguments: exp.Expression) -> exp.Expression:
    """The same of a macro that answers a VARIANT."""
    return noted(once(name, *arguments), VARIANT)


def constant(node: exp.Expression) -> str | None:
    """The JSON text of a literal, None for other expressions."""
    node = plain(node)
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Literal) and node.is_string:
        return json.dumps(str(node.this), ensure_ascii=False)
    if isinstance(node, exp.Literal) and _NUMBER.fullmatch(str(node.this)):
        number = str(node.this)
        number = number.rstrip("0").rstrip(".") if "." in number else number
        return number if is_exact(number) else f'"{MARK}N{number}"'
    return None


def variant(node: exp.Expression) -> exp.Expression:
    """An expression as a VARIANT; NULL stays NULL."""
    text = constant(node)
    if text is not None:
        return noted(exp.cast(exp.Literal.string(text), "JSON"), VARIANT)
    if isinstance(plain(node), exp.Null):
        return noted(exp.cast(exp.Null(), "JSON"), VARIANT)
    if is_computed(node):
        return variant_call("number_variant", node)
    kind = column_type(node)
    if kind == "JSON" or is_variant(node):
        return node
    if kind.startswith("DECIMAL"):
        return variant_call("number_in_variant", node)
    if kind in AS_JSON or kind in _MARKED:
        return variant_call(_MARKED.get(kind, "to_json"), node)
    return variant_once("to_variant", node)


def is_computed(node: exp.Expression) -> bool:
    """Whether numbers in VARIANT are computed with: what comes of it is no FLOAT."""
    inner = plain(node)
    if isinstance(inner, exp.Neg):
        return _is_number_in_variant(plain(inner.this))
    if not isinstance(inner, (exp.Add, exp.Sub, exp.Mul)):
        return False
    return any(map(_is_number_in_variant, (plain(inner.this), plain(inner.expression))))


def _is_number_in_variant(node: exp.Expression) -> bool:
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Neg)):
        return is_computed(node)
    if not isinstance(node, exp.Anonymous):
        return False
    given = plain(node.expressions[0]) if node.expressions else node
    return node.this == "variant_number" or (node.this == "number_of" and is_variant(given))


def item(node: exp.Expression, missing: str = MISSING) -> exp.Expression:
    """The text of an item of an array: NULL is a missing one, or what `missing` says."""
    text = constant(node)
    if text is not None or isinstance(plain(node), exp.Null):
        return exp.Literal.string(text or missing)
    value = exp.cast(variant(node), "TEXT")
    return apply("coalesce", value, exp.Literal.string(missing))


def text(node: exp.Expression) -> exp.Expression:
    """The text of a VARIANT; NULL stays NULL."""
    known = constant(node)
    return exp.Literal.string(known) if known is not None else exp.cast(variant(node), "TEXT")


def united(*values: exp.Expression) -> list[exp.Expression]:
    """Values of which one is the answer: VARIANTs all, if one of them certainly is.

    (DuckDB would read a text beside JSON as JSON.) A parameter takes its type of the others.
    """
    if not any(map(is_certain, values)):
        return list(values)
    return [each if isinstance(plain(each), exp.Placeholder) else variant(each) for each in values]


def is_certain(node: exp.Expression) -> bool:
    """Whether an expression is a VARIANT whatever the columns of that name are."""
    bare = plain(node)
    return column_type(bare) == "JSON" or (not isinstance(bare, exp.Column) and is_variant(bare))


def united_note(node: exp.Expression, values: list[exp.Expression]) -> exp.Expression:
    """The node, noted as a VARIANT if the values that it answers one of are."""
    return noted(node, VARIANT) if values and all(map(_is_variant, values)) else node


def _is_variant(node: exp.Expression) -> bool:
    return is_certain(node) or isinstance(plain(node), exp.Placeholder)
