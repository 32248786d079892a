"""Operators that differ between the engines.

Snowflake's manual: "Arithmetic operators", "LIKE", "LIKE ANY", "LIKE ALL".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidArgumentTypes, SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.clauses import intervals, literals, wildcards
from mockhaus.translation.refusals import unknown
from mockhaus.translation.registry import Rewriter, apply
from mockhaus.translation.trees import choices
from mockhaus.translation.types import coercion, operands, structured
from mockhaus.translation.types.division import divided
from mockhaus.translation.types.variants import united, united_note

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _divide(node: exp.Div, walk: Walk) -> exp.Expression:
    return divided(node.this, node.expression)


def modulo(node: exp.Mod, walk: Walk) -> exp.Expression:
    """`a % b`: an error for b = 0 (DuckDB: NULL)."""
    left, right = operands.number(node.this), operands.number(node.expression)
    return operands.number_call("modulo", left, right)


def _sum(node: exp.Add | exp.Sub, walk: Walk) -> exp.Expression:
    """`a + b`, `a - b`: text is converted, and a DATE moved by days or more stays a DATE."""
    right, left = operands.plain(node.expression), operands.plain(node.this)
    if isinstance(right, exp.Interval) and isinstance(left, exp.Interval):
        raise UnsupportedFeature("Unsupported feature 'a sum of intervals'.")
    if isinstance(right, exp.Interval):
        return intervals.moved(node.this, right, -1 if isinstance(node, exp.Sub) else 1)
    if isinstance(node, exp.Add) and isinstance(left, exp.Interval):
        return intervals.moved(node.expression, left, 1)
    if isinstance(node, exp.Sub) and not walk.context.postgres:
        kinds = {operands.type_of(left), operands.type_of(right)}
        if kinds <= _MOMENTS and kinds != {"DATE"}:
            raise UnsupportedFeature(
                "Unsupported feature 'difference of timestamps, an INTERVAL'.",
                hint="DATEDIFF counts the seconds, days or months between them.",
            )
    return _arithmetic(node, walk)


_MOMENTS: Final = frozenset(("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"))


def _negated(node: exp.Neg, walk: Walk) -> exp.Expression:
    """`-a`: text and VARIANT are numbers."""
    operand = operands.plain(node.this)
    if operands.is_text(operand) or operands.is_variant(operand):
        node.set("this", operands.number(operand))
    return node


def _arithmetic(node: exp.Add | exp.Sub | exp.Mul, walk: Walk) -> exp.Expression:
    """Text and VARIANT operands are numbers; columns are left alone, for speed and for dates.

    Whole numbers of 64 bits overflow in DuckDB: literals beside which they may are wider.
    """
    sides = [operands.plain(node.args[key]) for key in ("this", "expression")]
    lengths = [operands.digits(side) for side in sides]
    wide = (sum(lengths) if isinstance(node, exp.Mul) and all(lengths) else max(lengths)) >= _LONG
    for key, operand, length in zip(("this", "expression"), sides, lengths, strict=True):
        if operands.is_text(operand) or operands.is_variant(operand):
            node.set(key, operands.number(operand))
        elif wide and length:
            node.set(key, operands.noted(exp.cast(operand, "INT128"), operands.NUMBER))
    if isinstance(node, exp.Mul):
        walk.products.append(node)
    return literals.computed(node)


#: Digits of a whole number that may not fit into 64 bits with another one.
_LONG: Final = 18


def _concatenate(node: exp.DPipe, walk: Walk) -> exp.Expression:
    """`a || b`: NULL if either is; what is not BINARY is text (DuckDB: also lists)."""
    sides = (node.this, node.expression)
    if not walk.context.postgres and any(map(structured.kind_of, map(operands.plain, sides))):
        raise InvalidArgumentTypes(
            "SQL compilation error:\nInvalid argument types for function '||': an ARRAY or OBJECT",
            hint="ARRAY_CAT joins arrays.",
        )
    return operands.joined(*sides)


def _like(node: exp.Like | exp.ILike, walk: Walk) -> exp.Expression:
    """`a LIKE ANY (p, q)` and `LIKE ALL`: one LIKE a pattern (DuckDB has no such form)."""
    if isinstance(node.this, exp.Star):
        raise SqlSyntaxError("SQL compilation error:\nsyntax error unexpected 'LIKE'.")
    node.set("this", operands.text(node.this))
    patterns = node.expression
    if not isinstance(patterns, (exp.Any, exp.All)):
        node.set("expression", operands.text(patterns))
        return node if isinstance(node.parent, exp.Escape) else wildcards.bounded(node)
    listed = patterns.this
    items = listed.expressions if isinstance(listed, exp.Tuple) else [operands.plain(listed)]
    items = [exp.Subquery(this=each) if isinstance(each, exp.Query) else each for each in items]
    kind = type(node)
    terms: list[exp.Expression] = [
        kind(this=node.this.copy(), expression=operands.text(item)) for item in items
    ]
    if not isinstance(node.parent, exp.Escape):
        terms = [wildcards.bounded(term) for term in terms]
    joined = exp.or_(*terms) if isinstance(patterns, exp.Any) else exp.and_(*terms)
    return exp.Paren(this=joined)


def _escaped(like: Any, escape: exp.Expression) -> exp.Expression:
    if isinstance(escape, exp.Literal):
        made = wildcards.bounded(like, str(escape.this))
        if made is not like:
            return made
    return exp.Escape(this=like, expression=escape)


def _escape(node: exp.Escape, walk: Walk) -> exp.Expression:
    """ESCAPE after LIKE ANY belongs to each of its patterns."""
    inner = node.this
    if isinstance(inner, exp.Paren):
        for like in list(inner.find_all(exp.Like, exp.ILike)):
            if isinstance(like.parent, (exp.Or, exp.And, exp.Paren)):
                like.replace(_escaped(like.copy(), node.expression.copy()))
        return inner
    return _escaped(inner, node.expression)


def _quantified(node: exp.Any | exp.All, walk: Walk) -> exp.Expression:
    """ANY and ALL stand after LIKE with patterns, and after `=` with a subquery."""
    if isinstance(node.parent, (exp.Like, exp.ILike)) or isinstance(
        operands.plain(node.this), (exp.Query, exp.Subquery)
    ):
        return node
    if walk.context.postgres:  # the items of an array
        items = exp.Select(expressions=[apply("unnest", node.this)])
        return type(node)(this=exp.Subquery(this=items))
    raise UnsupportedFeature("Unsupported feature 'ANY or ALL with a list'.")


def _equal_null(node: exp.NullSafeEQ | exp.NullSafeNEQ, walk: Walk) -> exp.Expression:
    return node


def _compare(node: exp.EQ, walk: Walk) -> exp.Expression:
    """A VARIANT compares as the type of the other side, texts as a collation says."""
    for side in (node.this, node.expression):
        if side._meta and (folds := side._meta.get(operands.FOLDS)):
            for key in ("this", "expression"):
                node.set(key, operands.folded(node.args[key], folds))
            return node
    left, right = operands.plain(node.this), operands.plain(node.expression)
    noted(walk, left, right)
    if operands.is_variant(left) and not operands.is_variant(right):
        node.set("this", operands.like_type(node.this, right))
    elif operands.is_variant(right) and not operands.is_variant(left):
        node.set("expression", operands.like_type(node.expression, left))
    return node


_CONSTANT: Final = (exp.Literal, exp.Null, exp.Placeholder)


def noted(walk: Walk, *values: exp.Expression) -> None:
    """Note what is compared, which may be text and numbers, or a text such as '1.5'."""
    if all(isinstance(each, _CONSTANT) for each in values):
        return
    if any(map(coercion.is_fraction, values)) and not all(map(operands.is_text, values)):
        walk.doubtful = True
    walk.compared.append(values)


def _between(node: exp.Between, walk: Walk) -> exp.Expression:
    """`x BETWEEN a AND b`."""
    if node.args.get("symmetric"):
        raise unknown(node)
    noted(walk, node.this, node.args["low"], node.args["high"])
    return node


def _case(node: exp.Case, walk: Walk) -> exp.Expression:
    """`CASE [x] WHEN a THEN b ... END`."""
    branches = node.args["ifs"]
    answers = choices(node)
    walk.doubt(*answers)
    if node.this is not None:
        noted(walk, node.this, *(each.this for each in branches))
    values = united(*answers)
    for each, value in zip(branches, values, strict=False):
        each.set("true", value)
    if len(values) > len(branches):
        node.set("default", values[-1])
    return united_note(node, values)


#: Rows up to which an IN of rows is spelled out.
_ROWS: Final = 100


def _tuple(node: exp.Tuple, walk: Walk) -> exp.Expression:
    """`(a, b)` is compared, listed or assigned; it is no value."""
    if isinstance(node.parent, (exp.Select, exp.Alias)) and node.arg_key in ("expressions", "this"):
        raise UnsupportedFeature("Unsupported feature 'a row as a value'.")
    return node


def _in(node: exp.In, walk: Walk) -> exp.Expression:
    """`(a, b) IN ((c, d), ...)`: NULL items make it NULL, not equal (DuckDB: NULL is NULL)."""
    value, rows = operands.plain(node.this), node.expressions
    noted(walk, value, *rows)
    if not (isinstance(value, exp.Tuple) and rows and len(rows) <= _ROWS):
        return node
    width = len(value.expressions)
    if not all(isinstance(row, exp.Tuple) and len(row.expressions) == width for row in rows):
        return node
    terms = [
        exp.and_(
            *(
                exp.EQ(this=left.copy(), expression=right)
                for left, right in zip(value.expressions, row.expressions, strict=True)
            ),
            copy=False,
        )
        for row in rows
    ]
    return exp.Paren(this=exp.or_(*terms, copy=False))


def _hexadecimal(node: exp.HexString, walk: Walk) -> exp.Expression:
    """`x'41'` is a BINARY."""
    return exp.cast(apply("unhex", operands.string(str(node.this))), DataType.Type.VARBINARY)


def _raw_string(node: exp.RawString, walk: Walk) -> exp.Expression:
    """`$$text$$`: nothing in it is an escape."""
    return operands.string(str(node.this))


LEAVE: Final[dict[type[exp.Expression], Rewriter]] = {
    exp.RawString: _raw_string,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _arithmetic,
    exp.Neg: _negated,
    exp.Div: _divide,
    exp.Mod: modulo,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.DPipe: _concatenate,
    exp.Any: _quantified,
    exp.All: _quantified,
    exp.NullSafeEQ: _equal_null,
    exp.NullSafeNEQ: _equal_null,
    exp.HexString: _hexadecimal,
    exp.In: _in,
    exp.Tuple: _tuple,
    exp.Between: _between,
    exp.Case: _case,
    **dict.fromkeys(operands.COMPARISONS, _compare),
}
