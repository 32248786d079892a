"""Access to what is inside a VARIANT: `v:a.b[0]['c']`, `v[i]`, `GET_PATH`.

Snowflake's manual: "Querying semi-structured data". Keys are case-sensitive; what is not there is
NULL, and so is a negative position (DuckDB counts those from the end).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidIdentifier, UnsupportedFeature
from mockhaus.translation.clauses import types
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.registry import apply
from mockhaus.translation.types import structured
from mockhaus.translation.types.operands import VARIANT, noted, text, variant_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def step(key: str) -> str:
    """One key as DuckDB's JSON path spells it."""
    return '."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def extract(value: exp.Expression, path: str) -> exp.Expression:
    """What a constant path finds in a VARIANT; paths of paths become one path."""
    inner = value.expressions[0] if _is_call(value, "defined") else value
    if _is_call(inner, "json_extract"):
        known = inner.expressions[1]
        if isinstance(known, exp.Literal) and known.is_string:
            return extract(inner.expressions[0], f"{known.this}{path}"[1:])
    found = variant_call("json_extract", value, exp.Literal.string("$" + path))
    return variant_call("defined", found) if path.endswith("]") else found


def _is_call(node: exp.Expression, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.this == name


def _path(path: exp.JSONPath) -> str | None:
    """The steps as DuckDB's text, None where one of them finds nothing."""
    steps = []
    for part in path.expressions:
        if isinstance(part, exp.JSONPathRoot):
            continue
        if isinstance(part, exp.JSONPathKey):
            steps.append(step(str(part.this)))
        elif isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int):
            if part.this < 0:
                return None
            steps.append(f"[{part.this}]")
        elif isinstance(part, exp.JSONPathSubscript):
            steps.append(step(str(part.this)))
        else:
            raise UnsupportedFeature(f"Unsupported feature 'path {path.sql()}'.")
    return "".join(steps)


def _nothing() -> exp.Expression:
    return noted(exp.cast(exp.Null(), "JSON"), VARIANT)


def _json_extract(node: exp.JSONExtract, walk: Walk) -> exp.Expression:
    """`v:a.b`, `GET_PATH(v, 'a.b')`; GET_PATH's path may be computed."""
    value = walk.rewrite(node.this)
    if not isinstance(node.expression, exp.JSONPath):
        return variant_call("get_path", value, walk.rewrite(node.expression))
    kind = structured.type_of(value)
    if kind is not None:
        return _structured_path(value, kind, node.expression)
    path = _path(node.expression)
    return _nothing() if path is None else extract(value, path)


def _structured_path(value: exp.Expression, kind: DataType, path: exp.JSONPath) -> exp.Expression:
    """The steps one by one, each in a value of the type of its place."""
    for part in path.expressions:
        if isinstance(part, exp.JSONPathRoot):
            continue
        key = part.this
        literal = exp.Literal.number(key) if isinstance(key, int) else exp.Literal.string(str(key))
        value = item(value, literal)
    return value


def item(value: exp.Expression, key: exp.Expression) -> exp.Expression:
    """`v[key]`, `GET(v, key)` of rewritten nodes."""
    kind = structured.type_of(value)
    if kind is not None:
        return _structured_item(value, key, kind)
    if isinstance(key, exp.Literal):
        return extract(value, step(str(key.this)) if key.is_string else f"[{key.this}]")
    return variant_call("get_item", value, key)


def _structured_item(value: exp.Expression, key: exp.Expression, kind: DataType) -> exp.Expression:
    """An item or a member of a structured value has the type that its place says.

    Raises InvalidIdentifier for a member that the type does not have.
    """
    literal = str(key.this) if isinstance(key, exp.Literal) else ""
    if kind.this == DataType.Type.MAP:
        found = variant_call("get_item", value, text(key))
    elif kind.this == DataType.Type.OBJECT or not literal.isdigit():
        found = variant_call("get_item", value, key)
    else:
        found = extract(value, f"[{literal}]")
    inner = structured.part(kind, literal)
    if inner is None:
        raise InvalidIdentifier(f"SQL compilation error:\nObject does not have a field '{literal}'")
    if structured.is_structured(inner):
        return structured.of_type(found, inner)
    return types.cast(found, inner)


def _bracket(node: exp.Bracket, walk: Walk) -> exp.Expression:
    """`v['a']`, `v[0]`, `v[i]`: positions count from 0 (DuckDB's lists: from 1)."""
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(node)}'.")
    return item(walk.rewrite(node.this), walk.rewrite(node.expressions[0]))


def is_step(node: exp.Dot) -> bool:
    """Whether a dot goes on with a path: `v[0].b`, `v:a[i].b`."""
    within = node.this
    while isinstance(within, exp.Dot):
        within = within.this
    return isinstance(within, (exp.Bracket, exp.JSONExtract)) and isinstance(
        node.expression, exp.Identifier
    )


def step_into(node: exp.Dot, walk: Walk) -> exp.Expression:
    """What such a dot finds: keys are case-sensitive, quoted or not."""
    return item(walk.rewrite(node.this), exp.Literal.string(str(node.expression.this)))


def _json_extract_path_text(node: exp.JSONExtractScalar, walk: Walk) -> exp.Expression:
    """`JSON_EXTRACT_PATH_TEXT(text, path)`: the text of what the path finds in JSON text."""
    if not isinstance(node.expression, exp.JSONPath):
        path = walk.rewrite(node.expression)
        return apply("json_extract_path_text", walk.rewrite(node.this), path)
    steps = _path(node.expression)
    found = apply("parse_json", walk.rewrite(node.this))
    return apply("json_extract_string", found, exp.Literal.string(f"${steps or ''}"))


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.JSONExtract: _json_extract,
    exp.JSONExtractScalar: _json_extract_path_text,
    exp.Bracket: _bracket,
}
