"""What types the answers of functions on structured ARRAY, OBJECT and MAP have.

Snowflake's manual: "Structured data types", and the usage notes of each function. A semi-structured
argument has a semi-structured answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import FieldExists, FieldMissing, InvalidArgumentTypes
from mockhaus.translation.clauses import types
from mockhaus.translation.registry import Rewriter
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.operands import VARIANT, noted

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_T = DataType.Type


def answers(rewriter: Rewriter, kind: DataType) -> Rewriter:
    """A function that answers a semi-structured ARRAY or OBJECT whatever its arguments are."""
    return lambda node, walk: structured.of_type(rewriter(node, walk), kind)


def keeps(rewriter: Rewriter) -> Rewriter:
    """A function that answers an ARRAY of the type of its first argument."""

    def rewritten(node: Any, walk: Walk) -> exp.Expression:
        kind = structured.type_of(node.this)
        return structured.of_type(rewriter(node, walk), kind or structured.ARRAY)

    return rewritten


def takes_item(rewriter: Rewriter) -> Rewriter:
    """The same of one that puts `expression` in: it is converted to the type of the items."""

    def rewritten(node: Any, walk: Walk) -> exp.Expression:
        kind = structured.type_of(node.this)
        if kind is not None and not operands.is_null(node.expression):
            item = structured.items_of(kind)[0]
            node.set("expression", structured.fitted(node.expression, item, types.cast))
        return structured.of_type(rewriter(node, walk), kind or structured.ARRAY)

    return rewritten


def joins(name: str, rewriter: Rewriter) -> Rewriter:
    """A function of two ARRAYs, both structured or neither, which are brought to one type."""

    def rewritten(node: Any, walk: Walk) -> exp.Expression:
        keys = [key for key in ("this", "expression") if node.args.get(key) is not None]
        values = [node.args[key] for key in keys] + node.expressions
        kinds = [structured.type_of(each) for each in values]
        if all(each is None for each in kinds):
            return structured.of_type(rewriter(node, walk), structured.ARRAY)
        common = _common(kinds[0], kinds[1])
        if common is None:
            shown = ", ".join(_shown(each) for each in values)
            raise InvalidArgumentTypes(
                f"SQL compilation error:\nInvalid argument types for function '{name}': ({shown})"
            )
        fitted = [_as(each, common) for each in values]
        for key, value in zip(keys, fitted, strict=False):
            node.set(key, value)
        node.set("expressions", fitted[len(keys) :])
        return structured.of_type(rewriter(node, walk), common)

    return rewritten


def _as(value: exp.Expression, kind: DataType) -> exp.Expression:
    return value if structured.type_of(value) == kind else types.cast(value, kind)


def _shown(value: exp.Expression) -> str:
    kind = structured.kind_of(value)
    return "VARIANT" if kind is None else structured.spelled(kind, types.spelled)


def _common(first: DataType | None, second: DataType | None) -> DataType | None:
    """The type of two structured ARRAYs together, None if they have none."""
    if first is None or second is None or first.this != second.this:
        return None
    if first == second:
        return first
    (one, one_optional), (other, other_optional) = map(structured.item_of, (first, second))
    item = _together(one, other)
    if item is None:
        return None
    return structured.array_of(item, optional=one_optional or other_optional)


def _together(one: DataType, other: DataType) -> DataType | None:
    if types.spelled(one) == types.spelled(other):
        return one
    sizes = [_number(each) for each in (one, other)]
    if None in sizes:
        floats = [types.duckdb_type(each).this == _T.DOUBLE for each in (one, other)]
        mixed = all(size or double for size, double in zip(sizes, floats, strict=True))
        return DataType(this=_T.DOUBLE) if mixed else None
    (whole_a, scale_a), (whole_b, scale_b) = [size for size in sizes if size is not None]
    scale = max(scale_a, scale_b)
    precision = min(max(whole_a, whole_b) + scale, 38)
    return DataType.build(f"DECIMAL({precision}, {scale})")


def _number(kind: DataType) -> tuple[int, int] | None:
    """Digits before and behind the point of a NUMBER, None of other types."""
    if structured.is_structured(kind):
        return None
    text = types.spelled(kind)
    if not text.startswith("NUMBER("):
        return None
    precision, scale = map(int, text[7:-1].split(","))
    return precision - scale, scale


# --- OBJECT --------------------------------------------------------------------------------------


def _keys(nodes: list[exp.Expression]) -> list[str] | None:
    """The texts of constant keys, None if one is no constant."""
    bare = [operands.plain(each) for each in nodes]
    if all(isinstance(each, exp.Literal) and each.is_string for each in bare):
        return [str(each.this) for each in bare]
    return None


def _object(node: exp.Expression) -> DataType | None:
    kind = structured.type_of(node)
    return kind if kind is not None and kind.this == _T.OBJECT else None


def _field(kind: DataType, name: str, function: str) -> exp.Expression:
    found: exp.Expression | None = next(
        (each for each in kind.expressions if each.name == name), None
    )
    if found is None:
        raise FieldMissing(
            f"Function {function}: expected structured object to contain field {name} but it did"
            " not."
        )
    return found


def deletes(rewriter: Rewriter) -> Rewriter:
    """OBJECT_DELETE: the type has the keys that are left."""

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        first, *rest = node.expressions
        kind, keys = _object(first), _keys(rest)
        if kind is None or keys is None:
            return structured.of_type(rewriter(node, walk), structured.OBJECT)
        for key in keys:
            _field(kind, key, "OBJECT_DELETE")
        left = [each for each in kind.expressions if each.name not in keys]
        return structured.of_type(rewriter(node, walk), structured.object_of(left))

    return rewritten


def picks(rewriter: Rewriter) -> Rewriter:
    """OBJECT_PICK: the type has the keys in the order in which they are named."""

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        first, *rest = node.expressions
        kind, keys = _object(first), _keys(rest)
        if kind is None or keys is None:
            return structured.of_type(rewriter(node, walk), structured.OBJECT)
        picked = [_field(kind, key, "OBJECT_PICK") for key in dict.fromkeys(keys)]
        return types.cast(rewriter(node, walk), structured.object_of(picked))

    return rewritten


def inserts(rewriter: Rewriter) -> Rewriter:
    """OBJECT_INSERT: a new key is added to the type, the value of another converted to its type."""

    def rewritten(node: exp.ObjectInsert, walk: Walk) -> exp.Expression:
        kind, keys = _object(node.this), _keys([node.args["key"]])
        if kind is None or keys is None:
            return structured.of_type(rewriter(node, walk), structured.OBJECT)
        (key,), value = keys, node.args["value"]
        update = node.args.get("update_flag")
        if isinstance(update, exp.Boolean) and update.this:
            _field(kind, key, "OBJECT_INSERT")
            part = structured.part(kind, key)
            if part is not None and not operands.is_null(value):
                node.set("value", structured.fitted(value, part, types.cast))
            return types.cast(rewriter(node, walk), kind)
        if any(each.name == key for each in kind.expressions):
            raise FieldExists(
                f"Function OBJECT_INSERT: expected structured object to not contain field {key}"
                " but it did."
            )
        added = _type_of(value)
        made = rewriter(node, walk)
        if added is None:
            return noted(made, VARIANT)
        field = structured.field(key, added, optional=False)
        return types.cast(made, structured.object_of([*kind.expressions, field]))

    return rewritten


#: DuckDB's types that values of one Snowflake type alone have.
_KNOWN: Final = {
    _T.DOUBLE: "DOUBLE", _T.BIGINT: "DECIMAL(38, 0)", _T.BOOLEAN: "BOOLEAN", _T.DATE: "DATE",
}  # fmt: skip


def _type_of(value: exp.Expression) -> DataType | None:
    """The type of a value as far as its form tells it."""
    bare = operands.plain(value)
    kind = structured.type_of(bare)
    if kind is not None:
        return kind
    if operands.is_text(bare):
        return DataType(this=_T.VARCHAR)
    if isinstance(bare, exp.Boolean):
        return DataType(this=_T.BOOLEAN)
    if isinstance(bare, exp.Literal):
        return DataType.build(operands.system_type(bare).replace("NUMBER", "DECIMAL"))
    if isinstance(bare, exp.Cast) and bare.to.this in _KNOWN:
        return DataType.build(_KNOWN[bare.to.this])
    return None
