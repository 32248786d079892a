"""A tree in which PostgreSQL's forms are Snowflake's, or calls of `functions.postgres`.

Every form has a small function that says what it means; `meant` puts their answers in the places of
the nodes, the innermost first. Manual: 4.2 "Value Expressions", 7 "Queries", 9 "Functions and
Operators".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.translation.clauses.types import duckdb_type
from mockhaus.translation.dialect import CALLED, snowflake_text
from mockhaus.translation.postgres import (
    aggregates,
    comparing,
    definitions,
    intervals,
    sources,
)
from mockhaus.translation.postgres.arrays import listed, literal, literal_items
from mockhaus.translation.postgres.calls import called
from mockhaus.translation.postgres.forms import Form, named, refused
from mockhaus.translation.types import structured
from mockhaus.translation.types.operands import plain

_T: Final = DataType.Type


def meant(tree: exp.Expression) -> exp.Expression:
    """The tree as Snowflake has it; it is changed in place. Raises UnsupportedFeature."""
    found: list[Any] = []
    for each in tree.walk():
        if type(each) in _FORMS:
            found.append(each)
        name = each.meta.get(CALLED) if each._meta else None
        if name is not None and (alias := _ALIASES.get(str(name).upper())) is not None:
            each.meta[CALLED] = alias
    for node in reversed(found):
        new = _FORMS[type(node)](node)
        if new is not node:
            if node is tree:
                tree = new
            node.replace(new)
    return tree


#: Names that PostgreSQL has beside those of both.
_ALIASES: Final = {"CEILING": "CEIL", "CHARACTER_LENGTH": "LENGTH"}


# --- JSON (9.16) ---------------------------------------------------------------------------------


def _get(node: exp.JSONExtract) -> exp.Expression:
    """`js -> key`; Snowflake's own paths `js:a.b` stay."""
    own = node.args.get("variant_extract") or node.meta.get(CALLED)
    if own or isinstance(node.expression, exp.JSONPath):
        return node
    return exp.GetExtract(this=node.this, expression=node.expression)


def _path(node: exp.JSONBExtract | exp.JSONBExtractScalar) -> exp.Expression:
    """`js -> 'a'` has become `js #> JSON_KEY('a')`; `js #> '{a,0}'` goes down a path."""
    made: Any = node.this
    path = plain(node.expression)
    if isinstance(path, exp.Anonymous) and path.this == "JSON_KEY":
        made = _item(made, path.expressions[0])
    else:
        items = literal_items(path.name) if isinstance(path, exp.Literal) else None
        items = [each.name for each in path.expressions] if isinstance(path, exp.Array) else items
        if items is None and not isinstance(path, exp.Literal):
            made = named("JSON_PATH", made, listed(path))
            return exp.cast(made, _T.TEXT) if isinstance(node, exp.JSONBExtractScalar) else made
        if items is None or None in items:
            raise refused(f"#> {snowflake_text(path)[:60]}", "Write the path as '{a,b}'.")
        for each in cast("list[str]", items):
            key = exp.Literal.string(each)
            found: exp.Expression = exp.GetExtract(this=made, expression=key)
            if each.isdecimal():
                at: exp.Expression = exp.GetExtract(
                    this=made.copy(), expression=exp.Literal.number(each)
                )
                found = named("COALESCE", at, found)
            made = found
    return exp.cast(made, _T.TEXT) if isinstance(node, exp.JSONBExtractScalar) else made


def _item(value: exp.Expression, key: exp.Expression) -> exp.Expression:
    if isinstance(key, exp.Neg):
        raise refused("JSON subscript below zero", "Count from the start of the array.")
    return exp.GetExtract(this=value, expression=key)


def _scalar(node: exp.JSONExtractScalar) -> exp.Expression:
    """`js ->> key`; JSON_EXTRACT_PATH_TEXT is Snowflake's."""
    if node.meta.get(CALLED):
        return node
    return exp.cast(_item(node.this, node.expression), _T.TEXT)


# --- types and casts -----------------------------------------------------------------------------

_JSON: Final = (_T.JSON, _T.JSONB)


def _cast(node: exp.Cast) -> exp.Expression:
    """Casts to json, to intervals and to arrays."""
    value, to = plain(node.this), node.to
    if to.this in _JSON:
        return named("JSON", node.this)
    if to.this == _T.ARRAY and to.expressions and not structured.is_spelled(to):
        return _array_cast(node, value, to)
    return node


def _array_cast(node: exp.Cast, value: exp.Expression, to: DataType) -> exp.Expression:
    """`'{1,2}'::int[]`, `ARRAY[..]::text[]`: each item is cast; a parameter keeps its cast."""
    item = to.expressions[0]
    if isinstance(value, exp.Literal) and value.is_string:
        if item.this == _T.ARRAY:
            raise refused("arrays of several dimensions")
        items: Iterable[exp.Expression] = map(literal, literal_items(value.name))
    elif isinstance(value, exp.Array):
        items = value.expressions
    else:
        kind = exp.Literal.string(duckdb_type(item).sql(dialect="duckdb"))
        return named("ARRAY_CAST", node.this, kind)
    return exp.Array(expressions=[exp.Cast(this=each, to=item.copy()) for each in items])


def _data_type(node: DataType) -> exp.Expression:
    """Names of types that Snowflake has under another."""
    if isinstance(node.parent, exp.Cast) and node.this in _JSON:
        return node
    kind = _TYPES.get(node.this)
    return node if kind is None else DataType(this=kind)


_TYPES: Final = {_T.JSON: _T.VARIANT, _T.JSONB: _T.VARIANT, _T.BPCHAR: _T.TEXT}


# --- arithmetic ----------------------------------------------------------------------------------

_FACTORS: Final = (exp.Mul, exp.Div, exp.Mod, exp.IntDiv)


def _power(node: exp.Distance) -> exp.Expression:
    """`2 * a ^ b`: `^` binds tighter, and was read as if it bound alike (4.1.6)."""
    left = node.this
    if not isinstance(left, _FACTORS):
        return named("POWER", left, node.expression)
    at = left
    while isinstance(at.expression, _FACTORS):
        at = at.expression
    at.set("expression", named("POWER", at.expression, node.expression))
    return left


def _bits(name: str) -> Form:
    return lambda node: named(name, *(v for v in (node.this, node.args.get("expression")) if v))


def _symmetric(node: exp.Between) -> exp.Expression:
    if not node.args.get("symmetric"):
        return node
    low, high = node.args["low"], node.args["high"]
    one = exp.Between(this=node.this, low=low, high=high)
    other = exp.Between(this=node.this.copy(), low=high.copy(), high=low.copy())
    return exp.Paren(this=exp.or_(one, other))


# --- clauses -------------------------------------------------------------------------------------


def _limit(node: exp.Limit) -> exp.Expression:
    """LIMIT ALL is no limit; so is LIMIT NULL."""
    value = plain(node.expression)
    is_all = isinstance(value, exp.Column) and value.name.upper() == "ALL"
    if (is_all or isinstance(value, exp.Null)) and node.parent is not None:
        node.parent.set("limit", None)
    return node


def _common_table(node: exp.CTE) -> exp.Expression:
    """[NOT] MATERIALIZED is advice to PostgreSQL's planner (7.8.3)."""
    node.set("materialized", None)
    return node


def _assigned(node: exp.Update | exp.OnConflict) -> exp.Expression:
    """`SET (a, b) = (1, 2)`: each column its value."""
    made = []
    for each in node.expressions:
        target = plain(each.this) if isinstance(each, exp.EQ) else each
        if not isinstance(target, exp.Tuple):
            made.append(each)
            continue
        values = comparing.row(each.expression)
        if values is None or len(values) != len(target.expressions):
            raise refused(f"SET {snowflake_text(each)[:60]}", "Assign column by column.")
        pairs = zip(target.expressions, values, strict=True)
        made += [exp.EQ(this=column, expression=value) for column, value in pairs]
    node.set("expressions", made)
    return node


#: Parts of EXTRACT that Snowflake has under another name, and those that it does not have.
_PARTS: Final = {"ISODOW": "DAYOFWEEKISO", "ISOYEAR": "YEAROFWEEKISO"}
_OWN_PARTS: Final = frozenset(
    ("CENTURY", "DECADE", "MILLENNIUM", "MILLISECONDS", "MILLISECOND", "MICROSECONDS",
     "MICROSECOND", "JULIAN", "TIMEZONE")
)  # fmt: skip


def _extract(node: exp.Extract) -> exp.Expression:
    """EXTRACT of what is an interval, and of parts that only PostgreSQL has (9.9.1)."""
    part = node.name.upper()
    if part in _OWN_PARTS or _is_interval(plain(node.expression)):
        return named("EXTRACT_PART", exp.Literal.string(part.lower()), node.expression)
    if part in _PARTS:
        node.set("this", exp.var(_PARTS[part]))
    return node


def _is_interval(node: exp.Expression) -> bool:
    """Whether an expression is known to be an interval, or a difference that may be one."""
    if isinstance(node, exp.Cast):
        return bool(node.to.this == _T.INTERVAL)
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper() in ("AGE", "INTERVAL_OF")
    if isinstance(node, exp.Sub):
        right = plain(node.expression)
        return not isinstance(right, (exp.Interval, exp.Literal)) and not _is_interval(right)
    return isinstance(node, exp.Interval)


def _concatenated(node: exp.DPipe) -> exp.Expression:
    """`||` of arrays (9.19); objects are not merged by it."""
    left, right = plain(node.this), plain(node.expression)
    arrays = [_is_array(left), _is_array(right)]
    if any(isinstance(each, exp.Anonymous) and each.this == "JSON" for each in (left, right)):
        raise refused("json || json", "Use OBJECT_INSERT or ARRAY_CAT.")
    if all(arrays):
        return exp.ArrayConcat(this=left, expressions=[right])
    if arrays[0]:
        return exp.ArrayAppend(this=left, expression=right)
    if arrays[1]:
        return exp.ArrayPrepend(this=right, expression=left)
    return node


def _is_array(node: exp.Expression) -> bool:
    if isinstance(node, exp.Anonymous):
        return str(node.this) == "ARRAY_CAST"
    return isinstance(node, (exp.Array, exp.ArrayConcat, exp.ArrayAppend, exp.ArrayPrepend))


def _overlay(node: exp.Overlay) -> exp.Expression:
    given = (node.this, node.expression, node.args["from_"], node.args.get("for_"))
    return named("OVERLAY", *(each for each in given if each is not None))


def _column(node: exp.Column) -> exp.Expression:
    """SESSION_USER and CURRENT_CATALOG, which are called without parentheses (9.26)."""
    this = node.this
    if len(node.parts) > 1 or not isinstance(this, exp.Identifier) or this.args.get("quoted"):
        return node
    made = _KEYWORDS.get(this.name.upper())
    return node if made is None else made()


_KEYWORDS: Final[dict[str, Callable[[], exp.Expression]]] = {
    "SESSION_USER": exp.CurrentUser,
    "CURRENT_CATALOG": exp.CurrentDatabase,
}


def _locked(node: exp.Lock) -> exp.Expression:
    raise refused(
        "FOR UPDATE" if node.args.get("update") else "FOR SHARE",
        "A statement that writes a table waits for the others that do.",
    )


def _at_zone(node: exp.AtTimeZone) -> exp.Expression:
    return named("TIMEZONE", node.args["zone"], node.this)


_FORMS: Final[dict[type[exp.Expression], Form]] = {
    exp.JSONExtract: _get,
    exp.JSONExtractScalar: _scalar,
    exp.JSONBExtract: _path,
    exp.JSONBExtractScalar: _path,
    exp.Cast: _cast,
    DataType: _data_type,
    exp.Distance: _power,
    exp.BitwiseAnd: _bits("BITAND"),
    exp.BitwiseOr: _bits("BITOR"),
    exp.BitwiseXor: _bits("BITXOR"),
    exp.BitwiseNot: _bits("BITNOT"),
    exp.BitwiseLeftShift: _bits("BITSHIFTLEFT"),
    exp.BitwiseRightShift: _bits("BITSHIFTRIGHT"),
    exp.Between: _symmetric,
    exp.Limit: _limit,
    exp.CTE: _common_table,
    exp.Update: _assigned,
    exp.OnConflict: _assigned,
    exp.Anonymous: called,
    exp.Extract: _extract,
    exp.DPipe: _concatenated,
    exp.Overlay: _overlay,
    exp.Column: _column,
    exp.Lock: _locked,
    exp.Sqrt: lambda node: named("SQRT", node.this),
    exp.Cbrt: lambda node: named("CBRT", node.this),
    exp.Decode: lambda node: named("PG_DECODE", node.this, node.args["charset"]),
    exp.National: lambda node: exp.Literal.string(node.name),
    exp.AtTimeZone: _at_zone,
    exp.Interval: intervals.written,
    **comparing.FORMS,
    **aggregates.FORMS,
    **definitions.FORMS,
    **sources.FORMS,
}
