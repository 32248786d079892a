"""Functions on VARIANT and OBJECT.

Snowflake's manual: "Semi-structured and structured data functions".

Values are DuckDB JSON in canonical text. What JSON has no words for has a mark (`mockhaus.marks`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.clauses.paths import item, step
from mockhaus.translation.functions import kinds
from mockhaus.translation.registry import (
    Function,
    Rewriter,
    apply,
    call,
    rewrite,
    stock,
)
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.operands import TEXT, VARIANT, noted, variant_call, zoned_call
from mockhaus.translation.types.variants import (
    constant,
    is_simple,
    once,
    text,
    variant,
    variant_once,
)

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _parse_json(name: str) -> Rewriter:
    def rewriter(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """PARSE_JSON(text [, 'd' | 's']), TRY_PARSE_JSON: forgiving; the result is canonical."""
        value, *mode = node.expressions
        if mode and not (isinstance(mode[0], exp.Literal) and mode[0].this in ("d", "s")):
            raise InvalidParameter(f"The second argument of {name.upper()} is 'd' or 's'.")
        last_wins = bool(mode) and mode[0].this == "d"
        return variant_call(f"{name}_last" if last_wins else name, value)

    return rewriter


def _insert(node: exp.ObjectInsert, walk: Walk) -> exp.Expression:
    update = node.args.get("update_flag") or exp.Boolean(this=False)
    return variant_once(
        "object_insert", node.this, node.args["key"], variant(node.args["value"]), update
    )


def _keys(name: str) -> Rewriter:
    def rewriter(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """OBJECT_DELETE, OBJECT_PICK: keys one by one or as one array."""
        first, *keys = node.expressions
        literals = [operands.plain(key) for key in keys]
        known = all(isinstance(key, exp.Literal) and key.is_string for key in literals)
        if known and name == "object_pick":
            return _picked(first, sorted({str(key.this) for key in literals}))
        if known:
            patch = json.dumps({str(key.this): None for key in literals}, ensure_ascii=False)
            return variant_once("object_without", first, operands.string(patch))
        if all(operands.is_text(key) for key in keys):
            return variant_once(name, first, exp.Array(expressions=keys))
        if len(keys) == 1:
            return variant_once(name, first, once("keys_of", keys[0]))
        return variant_once(name, first, exp.Array(expressions=[operands.text(k) for k in keys]))

    return rewriter


def _picked(value: exp.Expression, keys: list[str]) -> exp.Expression:
    """The members of those keys: a text that is put together."""
    whole = value if is_simple(value) else exp.to_identifier("_0")
    members = [
        exp.DPipe(
            this=exp.Literal.string(json.dumps(key, ensure_ascii=False) + ":"),
            expression=exp.cast(
                apply(
                    "json_extract",
                    exp.cast(whole.copy(), "JSON"),
                    exp.Literal.string("$" + step(key)),
                ),
                "TEXT",
            ),
        )
        for key in keys
    ]
    text = apply("object_of_members", whole, apply("concat_ws", exp.Literal.string(","), *members))
    if whole is not value:
        body = exp.Lambda(this=text, expressions=[exp.to_identifier("_0")])
        made = apply("list_transform", exp.Array(expressions=[value]), body)
        text = apply("list_extract", made, exp.Literal.number(1))
    return noted(text, VARIANT)


def _as_decimal(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """AS_DECIMAL(v [, precision [, scale]]): NUMBER(38, 0) without."""
    value, *numbers = node.expressions
    sizes = [str(number.this) for number in numbers] + ["38", "0"][len(numbers) :]
    return exp.cast(once("as_decimal_text", value), f"DECIMAL({sizes[0]}, {sizes[1]})")


def _json_text(value: exp.Expression) -> exp.Expression:
    """TO_JSON: the text of a VARIANT."""
    return text(value) if constant(value) is not None else once("variant_text", value)


def _one(name: str) -> Rewriter:
    return lambda node, walk: once(name, node.this)


def _variant(name: str) -> Rewriter:
    return lambda node, walk: variant_once(name, node.this)


def _named_variant(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return variant_once(str(node.this).lower(), *node.expressions)


def _call(name: str = "") -> Rewriter:
    return lambda node, walk: once(name or str(node.this).lower(), *node.expressions)


_CASTS: Final = {
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
}


def _kind(kind: str) -> tuple[Function, Function]:
    """IS_DATE, AS_DATE and their like: of what TO_VARIANT made of such a value."""

    def asked(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        return once("is_kind", node.expressions[0], exp.Literal.string(kind))

    def taken(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        value = once("as_kind", node.expressions[0], exp.Literal.string(kind))
        if kind == "BINARY":
            return apply("unhex", value)
        if kind == "TIMESTAMP_TZ":
            return zoned_call("to_timestamp_tz", value)
        return exp.cast(apply("plain_offset", value), _CASTS[kind])

    names = "IS_DATE IS_DATE_VALUE" if kind == "DATE" else f"IS_{kind}"
    return (
        call(names, asked, 1, 1),
        call(f"AS_{kind}", taken, 1, 1),
    )


FUNCTIONS: Final[tuple[Function, ...]] = (
    # Taken on the way down, by clauses.objects and clauses.paths:
    stock("OBJECT_CONSTRUCT", exp.Struct, exp.StarMap, pairs=True),
    stock("OBJECT_CONSTRUCT_KEEP_NULL", exp.JSONObject, pairs=True),
    stock("GET_PATH", exp.JSONExtract, least=2, most=2),
    stock("JSON_EXTRACT_PATH_TEXT", exp.JSONExtractScalar, least=2, most=2),
    call("PARSE_JSON", _parse_json("parse_json"), 1, 2),
    call("TRY_PARSE_JSON", _parse_json("try_parse_json"), 1, 2),
    rewrite(
        "CHECK_JSON",
        lambda n, w: noted(apply("check_json", n.this), TEXT),
        exp.CheckJson,
        least=1,
        most=1,
    ),
    rewrite(
        "TO_JSON",
        lambda n, w: noted(_json_text(n.this), TEXT),
        exp.JSONFormat,
        least=1,
        most=1,
    ),
    rewrite("TO_VARIANT", lambda n, w: variant(n.this), exp.ToVariant, least=1, most=1),
    rewrite(
        "TO_ARRAY",
        kinds.answers(_variant("to_array"), structured.ARRAY),
        exp.ToArray,
        least=1,
        most=1,
    ),
    call("TO_OBJECT", kinds.answers(_named_variant, structured.OBJECT), 1, 1),
    rewrite(
        "OBJECT_KEYS",
        kinds.answers(_variant("object_keys"), structured.ARRAY),
        exp.JSONKeys,
        least=1,
        most=1,
    ),
    rewrite("OBJECT_INSERT", kinds.inserts(_insert), exp.ObjectInsert, least=3, most=4),
    call("OBJECT_DELETE", kinds.deletes(_keys("object_delete")), 2),
    call("OBJECT_PICK", kinds.picks(_keys("object_pick")), 2),
    rewrite("GET", lambda n, w: item(n.this, n.expression), exp.GetExtract, least=2, most=2),
    rewrite(
        "GET_IGNORE_CASE",
        lambda n, w: variant_once("get_ignore_case", n.this, n.expression),
        exp.GetIgnoreCase,
        least=2,
        most=2,
    ),
    rewrite(
        "TYPEOF",
        lambda n, w: noted(once("variant_type", variant(n.this)), TEXT),
        exp.Typeof,
        least=1,
        most=1,
    ),
    rewrite("IS_NULL_VALUE", _one("is_null_value"), exp.IsNullValue, least=1, most=1),
    rewrite("STRIP_NULL_VALUE", _variant("strip_null_value"), exp.StripNullValue, least=1, most=1),
    rewrite("IS_ARRAY", _one("is_array"), exp.IsArray, least=1, most=1),
    call("IS_OBJECT IS_BOOLEAN IS_INTEGER IS_DECIMAL", _call(), 1, 1),
    call("IS_VARCHAR IS_CHAR", _call("is_varchar"), 1, 1),
    call("IS_DOUBLE IS_REAL", _call("is_double"), 1, 1),
    call("AS_ARRAY AS_OBJECT", _named_variant, 1, 1),
    call("AS_BOOLEAN AS_INTEGER", _call(), 1, 1),
    call("AS_VARCHAR AS_CHAR", _call("as_varchar"), 1, 1),
    call("AS_DOUBLE AS_REAL", _call("as_double"), 1, 1),
    call("AS_DECIMAL AS_NUMBER", _as_decimal, 1, 3),
    *(
        function
        for kind in ("DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "BINARY")
        for function in _kind(kind)
    ),
)
