"""Functions of PostgreSQL's that its tools write into ordinary statements, and what its operators
have become (see `translation.postgres.meant`).

Known at the PostgreSQL door alone, and only under names that Snowflake does not have: a name that
both have is Snowflake's. PostgreSQL's manual: chapter 9 "Functions and Operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.registry import Function, Rewriter, apply, call, macro, refused
from mockhaus.translation.signatures import typed
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import NUMBER, TEXT, VARIANT, noted, plain
from mockhaus.translation.types.variants import variant

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _now(node: exp.Expression, walk: Walk) -> exp.Expression:
    """The moment at which the transaction began."""
    return exp.CurrentTimestamp()


# --- pattern matching (9.7) ----------------------------------------------------------------------


def _regex(options: str) -> Rewriter:
    """`~`: the pattern may match anywhere, and `.` is any character, a line break too."""

    def rewriter(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        text, pattern = map(operands.text, node.expressions)
        return apply("regexp_matches", text, pattern, operands.string(options))

    return rewriter


#: What means itself in SIMILAR TO and something in a regular expression.
_SPECIAL: Final = frozenset(r".^$\\")


def _similar(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """The pattern of SIMILAR TO as a regular expression that must match the whole text (9.7.2)."""
    texts = [operands.literal_text(each, "SIMILAR TO a pattern") for each in node.expressions]
    pattern, escape = texts[0], texts[1] if texts[1:] else "\\"
    made, at, within = "", 0, False
    while at < len(pattern):
        each = pattern[at]
        if escape and each == escape:
            at += 1
            made += re.escape(pattern[at : at + 1])
        elif within:
            within = each != "]"
            made += "\\\\" if each == "\\" else each
        elif each == "[":
            within = True
            made += each
        else:
            made += {"%": ".*", "_": ".", "(": "(?:"}.get(
                each, f"\\{each}" if each in _SPECIAL else each
            )
        at += 1
    return operands.string(f"^(?:{made})$")


def _groups(pattern: exp.Expression) -> int | None:
    """How many groups a pattern has, None where it is no literal."""
    bare = plain(pattern)
    if not isinstance(bare, exp.Literal):
        return None
    try:
        return re.compile(bare.name).groups
    except re.error:
        return 0


def _substring(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """`substring(a FROM pattern)`: its first group if it has one."""
    text, pattern = map(operands.text, node.expressions)
    group = operands.integer(1 if _groups(pattern) else 0)
    return noted(apply("pg_regexp_part", text, pattern, group), TEXT)


def _match(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_MATCH: the groups of the first match, or all of it, as an ARRAY."""
    text, pattern = map(operands.text, node.expressions[:2])
    groups = _groups(pattern)
    if groups is None or node.expressions[2:]:
        raise UnsupportedFeature("Unsupported feature 'regexp_match of this pattern'.")
    places = range(1, groups + 1) if groups else (0,)
    items = [apply("pg_regexp_part", text, pattern, operands.integer(n)) for n in places]
    found = apply("pg_array_where", apply("regexp_matches", text.copy(), pattern.copy()))
    found.append("expressions", exp.Array(expressions=items))
    return noted(found, VARIANT)


def _replaced(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """`regexp_replace(a, p, r, 'gi')`: the first match, with `g` each."""
    text, pattern, new = map(operands.text, node.expressions[:3])
    flags = operands.literal_text(node.expressions[3], "flags of regexp_replace")
    if set(flags) - set("gi"):
        raise UnsupportedFeature(f"Unsupported feature 'regexp_replace with flags {flags}'.")
    return noted(apply("regexp_replace", text, pattern, new, operands.string(flags + "s")), TEXT)


# --- arrays and sets of rows ---------------------------------------------------------------------


def _list_cast(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value, kind = node.expressions
    to = DataType.build(f"{kind.name}[]", dialect="duckdb")
    return exp.Cast(this=apply("pg_list_source", value), to=to)


def _array_cast(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return noted(apply("pg_array_cast", node.expressions[0]), VARIANT)


def _series(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """`generate_series(a, b [, step])`; the step of dates is an interval."""
    values = [_moment(each) for each in node.expressions]
    if len(values) == 3 and isinstance(plain(node.expressions[2]), exp.Literal):
        step = plain(node.expressions[2])
        if step.is_string:
            values[2] = exp.Cast(this=step, to=DataType(this=DataType.Type.INTERVAL))
    if len(values) == 3 and _is_moment(values[0]) != _is_moment(values[1]):
        values = [_as_moment(values[0]), _as_moment(values[1]), values[2]]
    by = values[2] if len(values) == 3 else exp.Literal.number(1)
    values[1] = apply("series_end", *(each.copy() for each in (*values[:2], by)))
    return apply("generate_series", *values)


def _moment(node: exp.Expression) -> exp.Expression:
    return node


def _is_moment(node: exp.Expression) -> bool:
    return isinstance(node, exp.Cast) and node.to.this != DataType.Type.INTERVAL


def _as_moment(node: exp.Expression) -> exp.Expression:
    bare: Any = plain(node)
    if isinstance(bare, exp.Literal) and bare.is_string:
        return exp.Cast(this=bare, to=DataType(this=DataType.Type.TIMESTAMP))
    return node


def _list(name: str) -> Rewriter:
    """A list of texts that a text is parted into."""
    return lambda node, walk: apply(name, *map(operands.text, node.expressions[:2]))


def _array(name: str) -> Rewriter:
    """The same as an ARRAY."""
    made = _list(name)
    return lambda node, walk: noted(apply("to_json", made(node, walk)), VARIANT)


# --- JSON (9.16) ---------------------------------------------------------------------------------


def _json(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """A cast to json or jsonb: text is parsed, a VARIANT stays."""
    value: exp.Expression = node.expressions[0]
    if operands.is_variant(value):
        return value
    return noted(apply("pg_json", value), VARIANT)


def _json_path(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return noted(apply("pg_json_path", *node.expressions), VARIANT)


def _json_agg(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """JSON_AGG keeps NULLs, as null, and is NULL of no rows."""
    value = node.expressions[0]
    if isinstance(value, exp.Order):
        value.set("this", variant(value.this))
    else:
        value = variant(value)
    listed = apply("list", value)
    listed.meta["aggregate"] = True
    return noted(apply("to_json", listed), VARIANT)


# --- dates (9.9) ---------------------------------------------------------------------------------


def _zone(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """`a AT TIME ZONE z`: a timestamp in that zone is a moment, a moment there is a timestamp."""
    zone, value = node.expressions
    return apply("pg_timezone", operands.text(zone), _as_moment(value))


def _part(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return noted(apply("date_part", *node.expressions), NUMBER)


def _age(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    values = [operands.moment(each) for each in node.expressions]
    if len(values) == 1:
        today = exp.Cast(this=exp.CurrentDate(), to=DataType(this=DataType.Type.TIMESTAMP))
        values.insert(0, today)
    return apply("age", *values)


def _bin(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    stride, value, origin = node.expressions
    if isinstance(plain(stride), exp.Literal):
        stride = exp.Cast(this=plain(stride), to=DataType(this=DataType.Type.INTERVAL))
    return apply("time_bucket", stride, _as_moment(value), _as_moment(origin))


def _numbers(name: str) -> Callable[[Any, Any], exp.Expression]:
    return lambda node, walk: apply(name, *map(operands.number, node.expressions))


_CLOCK: Final = "the time within a statement; CURRENT_TIMESTAMP is when it began"

FUNCTIONS: Final[dict[str, Function]] = {
    name: function
    for function in (
        call("NOW", _now, 0, 0),
        call("TRANSACTION_TIMESTAMP STATEMENT_TIMESTAMP", _now, 0, 0),
        refused("CLOCK_TIMESTAMP", _CLOCK),
        refused("PG_SLEEP", "waiting"),
        refused("CURRVAL LASTVAL", "the last number of a connection; INSERT .. RETURNING has it"),
        refused("SETVAL", "setting a sequence; CREATE OR REPLACE SEQUENCE .. START has it"),
        # operators
        call("TEXTREGEXEQ", _regex("s"), 2, 2),
        call("TEXTICREGEXEQ", _regex("si"), 2, 2),
        call("SIMILAR_TO_ESCAPE", _similar, 1, 2),
        call("TIMEZONE", _zone, 2, 2),
        call("JSON", _json, 1, 1),
        macro("ARRAYS_OVERLAP_OF", 2, 2, to="snow_arrays_overlap"),
        call("ARRAY_CAST", _array_cast, 2, 2),
        # texts
        call("REGEXP_SUBSTRING", _substring, 2, 2),
        call("REGEXP_REPLACE_FLAGS", _replaced, 4, 4),
        call("REGEXP_MATCH", _match, 2, 3),
        typed("STRPOS", "tt>n", "strpos"),
        typed("BTRIM", "t?t>t", "trim"),
        typed("STARTS_WITH", "tt", "starts_with"),
        typed("OVERLAY", "ttn?n>t", "pg_overlay"),
        typed("QUOTE_NULLABLE", "t>t", "pg_quote_nullable"),
        typed("TO_HEX", "n>t", "pg_to_hex"),
        typed("ENCODE", "xt>t", "pg_encode"),
        typed("PG_DECODE", "tt", "pg_decode"),
        macro("SHA256", 1, 1, to="pg_sha256"),
        # arrays
        macro("LIST_VALUE", 0, 10_000),
        call("LIST_CAST", _list_cast, 2, 2),
        macro("LIST_NUMBERS", 1, 100, to="pg_list_numbers"),
        macro("UNNEST_LIST", 1, 1, to="unnest"),
        call("SERIES_LIST", _series, 2, 3),
        call("STRING_TO_LIST", _list("pg_string_to_list"), 2, 2),
        call("REGEXP_SPLIT_TO_LIST", _list("string_split_regex"), 2, 2),
        call("STRING_TO_ARRAY", _array("pg_string_to_list"), 2, 2),
        call("REGEXP_SPLIT_TO_ARRAY", _array("string_split_regex"), 2, 2),
        macro("ARRAY_LENGTH", 2, 2, to="pg_array_length"),
        macro("ARRAY_UPPER", 2, 2, to="pg_array_length"),
        macro("CARDINALITY", 1, 1, to="array_size"),
        # JSON
        call("JSON_AGG JSONB_AGG", _json_agg, 1, 1),
        call("JSON_PATH", _json_path, 2, 2),
        macro("JSON_LIST", 1, 1, to="pg_json_list"),
        macro("JSON_TEXT_LIST", 1, 1, to="pg_json_text_list"),
        macro("JSON_KEY_LIST", 1, 1, to="json_keys"),
        # dates
        call("EXTRACT_PART", _part, 2, 2),
        call("AGE", _age, 1, 2),
        call("DATE_BIN", _bin, 3, 3),
        macro("INTERVAL_OF", 7, 7, to="pg_interval"),
        macro("MAKE_TIMESTAMP", 6, 6),
        macro("ISFINITE", 1, 1),
        # numbers
        call("GCD", _numbers("gcd"), 2, 2),
        call("LCM", _numbers("lcm"), 2, 2),
        typed("DIV", "nn>n", "pg_div"),
        typed("LOG10", "n>n", "log10"),
        call("GEN_RANDOM_UUID", lambda node, walk: apply("uuid"), 0, 0),
    )
    for name in function.names
}
