"""Objects written out: OBJECT_CONSTRUCT, OBJECT_CONSTRUCT_KEEP_NULL, `{'a': 1}`, `{*}`.

Snowflake's manual: "OBJECT_CONSTRUCT". Keys come out sorted; DuckDB keeps them as written. Their
arguments are no plain children (`{'a': 1}` has identifiers for keys), hence handlers that enter.
"""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature, WrongArguments
from mockhaus.translation import names, staged
from mockhaus.translation.registry import apply
from mockhaus.translation.types import operands, structured, variants
from mockhaus.translation.types.operands import variant_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _concat(parts: Iterable[exp.Expression]) -> exp.Expression:
    first, *rest = parts
    for part in rest:
        first = exp.DPipe(this=first, expression=part)
    return exp.Paren(this=first) if rest else first


def json(text: exp.Expression) -> exp.Expression:
    """Text as DuckDB JSON."""
    return structured.of_type(exp.cast(text, "JSON"), structured.OBJECT)


def _json_string(text: str) -> str:
    return dumps(text, ensure_ascii=False)


def _object(pairs: list[tuple[exp.Expression, exp.Expression]], keep_null: bool) -> exp.Expression:
    """An object of rewritten pairs; with literal keys they are sorted here, once."""
    if all(isinstance(key, exp.Literal) and key.is_string for key, _ in pairs):
        keys = [str(key.this) for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InvalidParameter(f"Duplicate field key '{twice}'")
        members = []
        for key, (_, value) in sorted(zip(keys, pairs, strict=True), key=lambda pair: pair[0]):
            text = variants.item(value, missing="null") if keep_null else variants.text(value)
            members.append(_concat((exp.Literal.string(_json_string(key) + ":"), text)))
        inner = apply("concat_ws", exp.Literal.string(","), *members) if members else None
        parts = [exp.Literal.string("{"), inner, exp.Literal.string("}")]
        return json(_concat(part for part in parts if part is not None))
    values = [variants.variant(value) for _, value in pairs]
    if keep_null:
        null = exp.Literal.string("null")
        values = [apply("coalesce", each, exp.cast(null.copy(), "JSON")) for each in values]
    rows = [
        apply("row", operands.text(key), value)
        for (key, _), value in zip(pairs, values, strict=True)
    ]
    made = variants.variant_once("object_of_unique", exp.Array(expressions=rows))
    return structured.of_type(made, structured.OBJECT)


def _key(node: exp.Expression) -> exp.Expression:
    return exp.Literal.string(str(node.this)) if isinstance(node, exp.Identifier) else node


def _struct(node: exp.Struct, walk: Walk) -> exp.Expression:
    """OBJECT_CONSTRUCT and `{'a': 1}`: NULL values are left out, keys come out sorted.

    Enters with its children as they were: the keys of `{'a': 1}` are identifiers.
    """
    if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Star):
        return _star(node.expressions[0], node, walk, "object_of_row")
    pairs = []
    for pair in node.expressions:
        if not isinstance(pair, exp.PropertyEQ):
            raise WrongArguments("OBJECT_CONSTRUCT expects pairs of key and value.")
        pairs.append((_rewritten_key(pair.this, walk), walk.rewrite(pair.expression)))
    return _object(pairs, keep_null=False)


def _rewritten_key(key: exp.Expression, walk: Walk) -> exp.Expression:
    return _key(key) if isinstance(key, exp.Identifier) else walk.rewrite(key)


def _keep_null(node: exp.JSONObject, walk: Walk) -> exp.Expression:
    """OBJECT_CONSTRUCT_KEEP_NULL: NULL values are JSON null; pairs with a NULL key are left out."""
    items = node.expressions
    if len(items) == 1 and isinstance(items[0], exp.Star):
        return _star(items[0], node, walk, "object_of_row_keep_null")
    pairs = [
        (_rewritten_key(pair.this, walk), walk.rewrite(pair.expression))
        for pair in items
        if isinstance(pair, exp.JSONKeyValue) and not isinstance(pair.this, exp.Null)
    ]
    return _object(pairs, keep_null=True)


def _star_map(node: exp.StarMap, walk: Walk) -> exp.Expression:
    """OBJECT_CONSTRUCT(*)."""
    return _star(node.this, node, walk, "object_of_row")


def _star(star: exp.Expression, node: exp.Expression, walk: Walk, wrapper: str) -> exp.Expression:
    """An object of all columns: each table of the FROM as a row, names as stored."""
    if isinstance(star, exp.Column):
        row = variant_call(
            wrapper, apply("to_json", exp.Column(this=walk.rewrite(star.args["table"])))
        )
        return _without(row, star.this, walk)
    tables = _sources(node.find_ancestor(exp.Select))
    if len(tables) != 1:
        raise UnsupportedFeature("Unsupported feature 'OBJECT_CONSTRUCT(*) over several tables'.")
    row = variant_call(wrapper, apply("to_json", exp.Column(this=names.identifier(tables[0]))))
    return _without(row, star, walk)


def _without(row: exp.Expression, star: exp.Expression, walk: Walk) -> exp.Expression:
    if any(star.args.get(key) for key in ("replace", "rename", "ilike")):
        raise UnsupportedFeature("Unsupported feature 'OBJECT_CONSTRUCT(* REPLACE | RENAME)'.")
    excluded = star.args.get("except_") or []
    if not excluded:
        return row
    keys = [exp.Literal.string(names.stored(each.this)) for each in excluded]
    return variant_call("object_delete", row, exp.Array(expressions=keys))


def _sources(select: exp.Select | None) -> list[str]:
    """The names by which the tables of a FROM are known."""
    if select is None or select.args.get("from_") is None:
        return []
    found: list[str] = []
    for part in (select.args["from_"], *(select.args.get("joins") or [])):
        table = part.this
        alias = table.args.get("alias")
        if alias is None and (
            isinstance(table, (exp.Subquery, exp.Values)) or staged.is_function(table)
        ):
            alias = exp.TableAlias(this=names.identifier(f"_ROWS{len(found)}"))
            table.set("alias", alias)
        name = alias.this if alias is not None else table.args.get("this")
        if isinstance(name, exp.Identifier):
            found.append(names.stored(name))
    return found


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.Struct: _struct,
    exp.JSONObject: _keep_null,
    exp.StarMap: _star_map,
}
