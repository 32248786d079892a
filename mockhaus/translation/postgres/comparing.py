"""Patterns, rows and arrays in comparisons: what PostgreSQL's operators mean in Snowflake's.

Manual: 9.7 "Pattern Matching", 9.19 "Array Functions and Operators", 9.24 and 9.25.
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlglot import exp

from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.postgres.arrays import listed, literal, literal_items
from mockhaus.translation.postgres.forms import Form, named, refused
from mockhaus.translation.types.operands import plain

# --- pattern matching (9.7) ----------------------------------------------------------------------


def _matches(name: str) -> Form:
    """`~` and its kind are calls of the functions behind them in PostgreSQL."""

    def form(node: Any) -> exp.Expression:
        items = _listed(node.expression)
        if items is None:
            return named(name, node.this, node.expression)
        return _joined(node, [named(name, node.this.copy(), each) for each in items])

    return form


def _similar(node: exp.SimilarTo) -> exp.Expression:
    return named("TEXTREGEXEQ", node.this, named("SIMILAR_TO_ESCAPE", node.expression))


def _escape(node: exp.Escape) -> exp.Expression:
    """`a SIMILAR TO p ESCAPE e`: the pattern is made with that character."""
    inner = node.this
    if isinstance(inner, exp.Anonymous) and inner.this == "TEXTREGEXEQ":
        inner.expressions[1].append("expressions", node.expression)
        return cast("exp.Expression", inner)
    return node


def _is_one_pattern(node: exp.Expression) -> bool:
    value = plain(node.this) if isinstance(node, (exp.Any, exp.All)) else None
    if not isinstance(value, exp.Literal) or not value.is_string:
        return False
    return not value.name.lstrip().startswith("{")


def _like(node: exp.Like | exp.ILike) -> exp.Expression:
    """`a LIKE ANY (ARRAY[p, q])`; a text that is no array is Snowflake's list of one pattern."""
    if _is_one_pattern(node.expression):
        return node
    items = _listed(node.expression)
    if items is None:
        return node
    return _joined(node, [type(node)(this=node.this.copy(), expression=each) for each in items])


# --- rows and arrays in comparisons (9.24, 9.25) -------------------------------------------------


def _listed(node: exp.Expression) -> list[exp.Expression] | None:
    """The items of `ANY (ARRAY[a, b])` or `ANY ('{a,b}')`, None of anything else."""
    if not isinstance(node, (exp.Any, exp.All)):
        return None
    value = plain(node.this)
    if isinstance(value, exp.Literal) and value.is_string:
        return [literal(each) for each in literal_items(value.name)]
    return list(value.expressions) if isinstance(value, exp.Array) else None


def _joined(node: exp.Expression, terms: list[exp.Expression]) -> exp.Expression:
    every = isinstance(node.args["expression"], exp.All)
    if not terms:
        return exp.Boolean(this=every)
    return exp.Paren(this=exp.and_(*terms) if every else exp.or_(*terms))


def _compared(node: Any) -> Any:
    """A comparison with ANY or ALL of an array, or of two rows."""
    if isinstance(node.parent, (exp.Update, exp.OnConflict)) and node.arg_key == "expressions":
        return node
    right = node.expression
    if isinstance(right, (exp.Any, exp.All)):
        return _quantified(node, right)
    pair = row(node.this), row(right)
    if pair[0] is not None and pair[1] is not None:
        return _rows(node, pair[0], pair[1])
    return node


def _quantified(node: Any, right: exp.Any | exp.All) -> Any:
    items = _listed(right)
    if items is None:
        value = plain(right.this)
        if not isinstance(value, (exp.Query, exp.Subquery)):
            number = isinstance(plain(node.this), exp.Literal) and not plain(node.this).is_string
            right.set("this", _items(value, "DOUBLE" if number else "VARCHAR"))
        return node
    equal = isinstance(node, exp.EQ) and isinstance(right, exp.Any)
    differ = isinstance(node, exp.NEQ) and isinstance(right, exp.All)
    if items and (equal or differ):
        found = exp.In(this=node.this, expressions=items)
        return found if equal else exp.Not(this=found)
    return _joined(node, [type(node)(this=node.this.copy(), expression=each) for each in items])


def _items(value: exp.Expression, kind: str) -> exp.Expression:
    """An array as a list; the items of an ARRAY are of the kind that they are compared with."""
    if isinstance(value, (exp.Column, exp.Dot, exp.JSONExtract)):
        return named("LIST_CAST", value, exp.Literal.string(kind))
    return listed(value)


def row(node: exp.Expression) -> list[exp.Expression] | None:
    bare = plain(node)
    if isinstance(bare, exp.Tuple):
        return list(bare.expressions)
    if isinstance(bare, exp.Anonymous) and str(bare.this).upper() == "ROW":
        return list(bare.expressions)
    return None


def _rows(node: Any, left: list[exp.Expression], right: list[exp.Expression]) -> exp.Expression:
    """Rows compare from left to right; the first pair that differs decides (9.24.5)."""
    if len(left) != len(right):
        raise refused("unequal number of entries in row expressions")
    pairs = list(zip(left, right, strict=True))
    if isinstance(node, (exp.EQ, exp.NEQ)):
        terms: list[Any] = [type(node)(this=a.copy(), expression=b.copy()) for a, b in pairs]
        return exp.Paren(this=exp.and_(*terms) if isinstance(node, exp.EQ) else exp.or_(*terms))
    strict: Any = exp.GT if isinstance(node, (exp.GT, exp.GTE)) else exp.LT
    last, rest = pairs[-1], pairs[:-1]
    found: Any = type(node)(this=last[0].copy(), expression=last[1].copy())
    for a, b in reversed(rest):
        same = exp.EQ(this=a.copy(), expression=b.copy())
        found = exp.or_(strict(this=a.copy(), expression=b.copy()), exp.and_(same, found))
    return exp.Paren(this=found)


def _overlapping(node: exp.Overlaps) -> exp.Expression:
    """`a && b` of arrays."""
    return named("ARRAYS_OVERLAP_OF", node.this, node.expression)


def _contains(node: exp.ArrayContainsAll) -> exp.Expression:
    return _containing(node.this, node.expression)


def _contained(node: exp.ArrayContainedBy) -> exp.Expression:
    return _containing(node.expression, node.this)


def _containing(whole: exp.Expression, part: exp.Expression) -> exp.Expression:
    """`a @> ARRAY[b, c]`: each item is one of a's."""
    bare = plain(part)
    if not isinstance(bare, exp.Array):
        raise refused(
            f"@> {snowflake_text(part)[:60]}", "The array that is looked for is written ARRAY[..]."
        )
    terms = [
        exp.ArrayContains(this=whole.copy(), expression=exp.ToVariant(this=each))
        for each in bare.expressions
    ]
    return exp.Paren(this=exp.and_(*terms)) if terms else exp.Boolean(this=True)


FORMS: Final[dict[type[exp.Expression], Form]] = {
    exp.Glob: _matches("TEXTREGEXEQ"),
    exp.RegexpILike: _matches("TEXTICREGEXEQ"),
    exp.SimilarTo: _similar,
    exp.Escape: _escape,
    exp.Like: _like,
    exp.ILike: _like,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _compared),
    exp.Overlaps: _overlapping,
    exp.ArrayContainsAll: _contains,
    exp.ArrayContainedBy: _contained,
}
