"""`a / b` as Snowflake divides: six digits more than a has, exact, and an error for b = 0.

DuckDB makes a double of everything. The macro `divide` finds the types when a query is bound, which
takes DuckDB 6 ms to plan; where the digits of both sides are known here, what it would come to is
written in 1 ms.

Snowflake's manual: "Arithmetic operators", division.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.translation.trees import choices
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import number_call

#: Digits that a quotient has more than the dividend, and up to which it has more.
_MORE: Final = 6
_MOST: Final = 12
_PLAIN: Final = re.compile(r"\d*\.?(\d*)")
_DECIMAL: Final = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")
_WHOLE: Final = frozenset(("INTEGER", "BIGINT", "HUGEINT"))


def divided(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """`left / right`."""
    if operands.is_null(left) or operands.is_null(right):
        return exp.cast(exp.Null(), "DECIMAL(38, 6)")
    return _by("divide", number(left), number(right))


def div0(node: exp.Anonymous) -> exp.Expression:
    """DIV0(a, b), DIV0NULL(a, b): the same, 0 for b = 0 (or NULL)."""
    left, right = map(number, node.expressions)
    return _by(str(node.this).lower(), left, right)


def average(total: exp.Expression, count: exp.Expression) -> exp.Expression:
    """A sum by the number of its values, NULL for none."""
    return _by("average", total, count)


def _by(name: str, left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """A macro's call, or that of its form for NUMBERs whose digits are known."""
    scale, other = digits(left), digits(right)
    if scale is None or other is None:
        return number_call(name, left, right)
    scale = max(scale, min(scale + _MORE, _MOST))
    last = exp.cast(exp.Literal.number(f"0.{1:0{scale}d}"), f"DECIMAL(38, {scale})")
    return number_call(f"{name}_to", left, right, last, operands.integer(scale))


def number(node: exp.Expression) -> exp.Expression:
    """An expression as a number: what is known to be a NUMBER stays as it is."""
    return operands.number(node) if digits(node) is None else node


def digits(node: exp.Expression) -> int | None:
    """The digits after the point of a NUMBER; None where they are not known, and of a FLOAT."""
    bare = operands.plain(node)
    if isinstance(bare, (exp.Add, exp.Sub, exp.Mul)):
        found = _most((bare.this, bare.expression), sum if isinstance(bare, exp.Mul) else max)
        return None if found is None or found > _MOST else found
    if isinstance(bare, exp.Case):
        told = [each for each in choices(bare) if not operands.is_null(each)]
        return _most(told, max) if told else None
    if isinstance(bare, exp.Literal) and not bare.is_string:
        match = _PLAIN.fullmatch(str(bare.this))
        return None if match is None else len(match[1])
    if isinstance(bare, exp.Column):
        return _of_type(operands.column_type(bare))
    if isinstance(bare, exp.Cast) and isinstance(bare.to, DataType):
        return _of_type(bare.to.sql("duckdb").upper())
    if isinstance(bare, exp.Count):
        return 0
    if isinstance(bare, (exp.Sum, exp.Neg)):
        return digits(bare.this)
    return None


def _most(nodes: Sequence[exp.Expression], together: Callable[[list[int]], int]) -> int | None:
    """The digits of what comes of several numbers, None where those of one are not known."""
    found = [each for each in map(digits, nodes) if each is not None]
    return together(found) if len(found) == len(nodes) else None


def _of_type(kind: str) -> int | None:
    match = _DECIMAL.fullmatch(kind)
    if match is None:
        return 0 if kind in _WHOLE else None
    return int(match[1])
