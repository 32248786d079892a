"""Whole numbers that are written out: DuckDB keeps them in 32 bits, Snowflake in 38 digits.

DuckDB widens a literal beside a column. Where literals stand alone, their product would overflow,
and so would that of columns made of them: there they become BIGINT.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isinf
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import NumberOutOfRange
from mockhaus.translation.trees import choices
from mockhaus.translation.types.operands import plain

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_SHORT: Final = 2**31
_LONG: Final = 2**63
_LIMIT: Final = 10**38
_MOST: Final = 38

#: Key of `meta` of a computed literal: its value.
_VALUE: Final = "value"
#: The same of one with digits after the point.
_EXACT: Final = "exact"
#: Digits that DuckDB gives a product of two DECIMALs of 64 bits.
_NARROW: Final = 18
_PLAIN: Final = re.compile(r"\d*\.\d+|\d+\.?")
#: Digits after the point that a product has at least the room for.
_PRODUCT: Final = 12
_CONTEXT: Final = Context(prec=160)


#: What a number looks like that may be too large.
_LARGE: Final = re.compile(r"[eE]\+?\d{3}")
_FLOAT: Final = re.compile(r"[\d.]+[eE][+-]?\d+")


def check(tree: exp.Expression, text: str) -> None:
    """Raises NumberOutOfRange for a number of the text that DuckDB would take for infinite."""
    if not _LARGE.search(text):
        return
    for each in tree.find_all(exp.Literal):
        if not each.is_string and _FLOAT.fullmatch(str(each.this)) and isinf(float(each.this)):
            raise NumberOutOfRange("Number out of representable range")


def value_of(node: exp.Expression) -> int | None:
    """The value of a whole number that is written out, with its sign, or was computed of such."""
    bare = plain(node)
    if isinstance(bare, exp.Literal) and not bare.is_string:
        text = str(bare.this)
        return int(text) if text.isdigit() else None
    if isinstance(bare, exp.Neg):
        inner = value_of(bare.this)
        return None if inner is None else -inner
    return bare.meta.get(_VALUE) if bare._meta else None


def _bigint(node: exp.Expression) -> exp.Expression:
    """A cast (`exp.cast` would parse the type's name each time)."""
    return exp.Cast(this=node, to=exp.DataType(this=exp.DataType.Type.BIGINT))


def _written(value: int) -> exp.Expression:
    """A value as DuckDB keeps all its digits."""
    literal: exp.Expression = exp.Literal.number(abs(value))
    if value < 0:
        literal = exp.Paren(this=exp.Neg(this=literal))
    made = _bigint(literal) if abs(value) < _LONG else exp.cast(literal, "DECIMAL(38, 0)")
    made.meta[_VALUE] = value
    return made


def computed(node: exp.Add | exp.Sub | exp.Mul) -> exp.Expression:
    """Arithmetic of whole numbers that are written out: its value where 32 bits do not hold it."""
    left, right = value_of(node.this), value_of(node.expression)
    if left is None or right is None:
        if (exact := _exactly(node)) is not None:
            return exact
        if is_short(node.this) and is_short(node.expression):
            node.set("this", _bigint(node.this))
        return node
    if isinstance(node, exp.Mul):
        value = left * right
    else:
        value = left + right if isinstance(node, exp.Add) else left - right
    if _SHORT <= abs(value) < _LIMIT:
        return _written(value)
    node.meta[_VALUE] = value
    return node


def _exact(node: exp.Expression) -> Decimal | None:
    """The value of a number that is written out with all its digits, or was computed of such."""
    bare = plain(node)
    if isinstance(bare, exp.Literal):
        text = str(bare.this)
        return None if bare.is_string or not _PLAIN.fullmatch(text) else Decimal(text)
    if isinstance(bare, exp.Neg):
        inner = _exact(bare.this)
        return None if inner is None else -inner
    if not bare._meta:
        return None
    found = bare.meta.get(_EXACT, bare.meta.get(_VALUE))
    return None if found is None else Decimal(found)


def _exactly(node: exp.Add | exp.Sub | exp.Mul) -> exp.Expression | None:
    """Arithmetic of decimals that are written out: its value where 18 digits do not hold it."""
    left = _exact(node.this)
    right = None if left is None else _exact(node.expression)
    if left is None or right is None:
        return None
    scales = [max(-int(each.as_tuple().exponent), 0) for each in (left, right)]
    if isinstance(node, exp.Mul):
        value, scale = _CONTEXT.multiply(left, right), min(sum(scales), max(*scales, _PRODUCT))
    else:
        add = _CONTEXT.add if isinstance(node, exp.Add) else _CONTEXT.subtract
        value, scale = add(left, right), max(scales)
    value = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _CONTEXT)
    if not _NARROW <= len(value.as_tuple().digits) <= _MOST:
        node.meta[_EXACT] = value
        return node
    literal: exp.Expression = exp.Literal.number(f"{abs(value):f}")
    if value < 0:
        literal = exp.Paren(this=exp.Neg(this=literal))
    made = exp.cast(literal, f"DECIMAL(38, {scale})")
    made.meta[_EXACT] = value
    return made


def is_short(node: exp.Expression) -> bool:
    """Whether DuckDB keeps an expression in 32 bits because of the literals that it is made of."""
    bare = plain(node)
    if isinstance(bare, (exp.Add, exp.Sub, exp.Mul)):
        return is_short(bare.this) and is_short(bare.expression)
    if branches := choices(bare):
        values = [each for each in branches if not isinstance(each, exp.Null)]
        return bool(values) and all(map(is_short, values))
    value = None if isinstance(bare, exp.Cast) else value_of(bare)
    return value is not None and abs(value) < _SHORT


def widened(select: exp.Select) -> exp.Select:
    """A query whose items that are written out are BIGINT, for what is computed of them."""
    for item in select.expressions:
        value = item.this if isinstance(item, exp.Alias) else item
        if is_short(value):
            value.replace(_bigint(value.copy()))
    return select


def widen_rows(rows: list[exp.Expression]) -> None:
    """Columns of VALUES whose cells are all written out: the first cell makes them BIGINT."""
    first = rows[0]
    if not isinstance(first, exp.Tuple):
        return
    for place, cell in enumerate(first.expressions):
        if is_short(cell) and all(_is_short_at(row, place) for row in rows[1:]):
            cell.replace(_bigint(cell.copy()))


def _is_short_at(row: exp.Expression, place: int) -> bool:
    cells = row.expressions
    if place >= len(cells):
        return False
    return isinstance(cells[place], exp.Null) or is_short(cells[place])


def _select(node: exp.Select, walk: Walk) -> exp.Expression:
    """What the outermost query answers is no operand of anything."""
    if node.parent is None or isinstance(node.parent, (exp.Exists, exp.In)):
        return node
    return widened(node)


LEAVE: Final[dict[type[exp.Expression], Any]] = {exp.Select: _select}
