"""Functions on MAP. Snowflake's manual: "Semi-structured and structured data functions" (Map).

A MAP is an object in JSON text; the macros are in structured.sql. Keys that are numbers are their
texts there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidArgumentTypes
from mockhaus.translation.clauses import types
from mockhaus.translation.registry import Function, Rewriter, call
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.operands import NUMBER, VARIANT, noted
from mockhaus.translation.types.variants import once, variant, variant_once

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_T = DataType.Type


def _map(node: exp.Expression, name: str) -> DataType | None:
    """The type of a MAP, None where it is not known. Raises InvalidArgumentTypes for others."""
    kind = structured.type_of(node)
    if kind is not None and kind.this == _T.MAP:
        return kind
    bare = operands.plain(node)
    if kind is not None or isinstance(bare, exp.Literal) or bare.meta.get(operands.KIND) == VARIANT:
        raise InvalidArgumentTypes(
            f"SQL compilation error:\nInvalid argument types for function '{name}':"
            f" ({'OBJECT' if kind is None else kind.this.value})",
            hint="Cast the value: ::MAP(VARCHAR, VARIANT).",
        )
    return None


def _typed(node: exp.Expression, kind: DataType | None) -> exp.Expression:
    return noted(node, VARIANT) if kind is None else structured.of_type(node, kind)


def _cat(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MAP_CAT(map, map): of keys in both the second map's values; the maps have one type."""
    first, second = node.expressions
    kinds = [_map(each, "MAP_CAT") for each in (first, second)]
    if None not in kinds and kinds[0] != kinds[1]:
        raise InvalidArgumentTypes(
            "SQL compilation error:\nInvalid argument types for function 'MAP_CAT': the maps are of"
            " different types."
        )
    return _typed(once("map_cat", first, second), kinds[0] or kinds[1])


def _contains_key(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MAP_CONTAINS_KEY(key, map)."""
    key, value = node.expressions
    _map(value, "MAP_CONTAINS_KEY")
    return once("map_contains_key", value, operands.text(key))


def _keys(name: str) -> Rewriter:
    def rewriter(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """MAP_DELETE, MAP_PICK: keys one by one or, to pick, as one array."""
        value, *keys = node.expressions
        kind = _map(value, f"MAP_{name.upper()}")
        if len(keys) == 1 and name == "pick" and not operands.is_text(keys[0]):
            made = once("object_pick", value, once("keys_of", keys[0]))
        else:
            listed = exp.Array(expressions=[operands.text(each) for each in keys])
            made = once(f"object_{name}", value, listed)
        return _typed(made, kind)

    return rewriter


def _insert(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MAP_INSERT(map, key, value [, update]); the value is converted to the map's type."""
    value, key, item, *rest = node.expressions
    kind = _map(value, "MAP_INSERT")
    if kind is not None and not operands.is_null(item):
        item = structured.fitted(item, structured.items_of(kind)[1], types.cast)
    update = rest[0] if rest else exp.Boolean(this=False)
    return _typed(once("map_insert", value, operands.text(key), variant(item), update), kind)


def _map_keys(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MAP_KEYS(map): a structured ARRAY."""
    (value,) = node.expressions
    kind = _map(value, "MAP_KEYS")
    if kind is None:
        return variant_once("map_text_keys", value)
    name = "map_number_keys" if structured.has_whole_keys(kind) else "map_text_keys"
    key = structured.items_of(kind)[0].copy()
    listed = DataType(this=_T.ARRAY, expressions=[key], nested=True)
    return structured.of_type(once(name, value), listed)


def _entries(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """MAP_ENTRIES(map): a structured ARRAY of OBJECTs with the members key and value."""
    (value,) = node.expressions
    kind = _map(value, "MAP_ENTRIES")
    whole = kind is not None and structured.has_whole_keys(kind)
    made = once("map_items", value, exp.Boolean(this=whole))
    if kind is None:
        return noted(made, VARIANT)
    fields = [
        exp.ColumnDef(this=exp.to_identifier(name), kind=each.copy())
        for name, each in zip(("key", "value"), structured.items_of(kind), strict=True)
    ]
    pair = DataType(this=_T.OBJECT, expressions=fields, nested=True)
    return structured.of_type(made, DataType(this=_T.ARRAY, expressions=[pair], nested=True))


def _size(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    _map(node.expressions[0], "MAP_SIZE")
    return noted(once("map_size", node.expressions[0]), NUMBER)


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("MAP_CAT", _cat, 2, 2),
    call("MAP_CONTAINS_KEY", _contains_key, 2, 2),
    call("MAP_DELETE", _keys("delete"), 2),
    call("MAP_ENTRIES", _entries, 1, 1),
    call("MAP_INSERT", _insert, 3, 4),
    call("MAP_KEYS", _map_keys, 1, 1),
    call("MAP_PICK", _keys("pick"), 2),
    call("MAP_SIZE", _size, 1, 1),
)
