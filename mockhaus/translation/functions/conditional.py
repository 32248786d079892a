"""Conditional functions. Snowflake's manual: "Conditional expression functions"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import WrongArguments
from mockhaus.translation.clauses.operators import noted
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.registry import Function, Rewriter, call, rewrite
from mockhaus.translation.signatures import typed
from mockhaus.translation.types import operands
from mockhaus.translation.types.variants import united, united_note

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _case(*branches: tuple[exp.Expr, exp.Expr], default: exp.Expr) -> exp.Case:
    return exp.Case(
        ifs=[exp.If(this=condition, true=value) for condition, value in branches], default=default
    )


def _iff(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    condition, yes, no = node.expressions
    walk.doubt(yes, no)
    yes, no = values = united(yes, no)
    return united_note(_case((condition, yes), default=no), values)


def _nvl2(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value, present, absent = node.expressions
    walk.doubt(present, absent)
    present, absent = values = united(present, absent)
    return united_note(_case((_is_null(value), absent), default=present), values)


def _is_null(node: exp.Expression) -> exp.Expression:
    return exp.Is(this=_operand(node), expression=exp.Null())


def _operand(node: exp.Expression) -> exp.Expression:
    return exp.Paren(this=node) if isinstance(node, (exp.Binary, exp.Not, exp.Unary)) else node


def _same(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    return exp.NullSafeEQ(this=_operand(left), expression=_operand(right))


def _equal_null(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    left, right = node.expressions
    noted(walk, left, right)
    return exp.Paren(this=_same(left, right))


def _decode(node: exp.DecodeCase | exp.Decode, walk: Walk) -> exp.Expression:
    """DECODE(e, s1, r1 ..., default): NULL finds NULL, unlike in CASE e WHEN s1."""
    if isinstance(node, exp.Decode):  # of two arguments: that of character sets elsewhere
        raise WrongArguments(
            "SQL compilation error:\nnot enough arguments for function "
            f"[{snowflake_text(node)}], expected 3, got 2"
        )
    value, *rest = node.expressions
    default = rest.pop() if len(rest) % 2 else exp.Null()
    walk.doubt(*rest[1::2], default)
    noted(walk, value, *rest[::2])
    *answers, default = values = united(*rest[1::2], default)
    pairs = zip(rest[::2], answers, strict=True)
    made = _case(
        *((_same(value.copy(), search), found) for search, found in pairs), default=default
    )
    return united_note(made, values)


def _extreme(name: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """GREATEST, LEAST: NULL if any argument is (DuckDB passes over them)."""
        walk.doubt(*node.expressions)
        values = united(*node.expressions)
        found = united_note(exp.Anonymous(this=name, expressions=values), values)
        nulls = [_is_null(value.copy()) for value in values if not _constant(value)]
        if not nulls:
            return found
        return united_note(_case((exp.or_(*nulls), exp.Null()), default=found), values)

    return rewritten


def _constant(node: exp.Expression) -> bool:
    return isinstance(operands.plain(node), exp.Literal)


def _ignoring_nulls(name: str) -> Callable[[exp.Anonymous, Walk], exp.Expression]:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        walk.doubt(*node.expressions)
        values = united(*node.expressions)
        return united_note(exp.Anonymous(this=name, expressions=values), values)

    return rewritten


def _coalesce(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    walk.doubt(*node.expressions)
    values = united(*node.expressions)
    return united_note(exp.Coalesce(this=values[0], expressions=values[1:]), values)


def _nullif(node: exp.Nullif, walk: Walk) -> exp.Expression:
    noted(walk, node.this, node.expression)
    return node


def _zero_if_null(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value = operands.number(node.expressions[0])
    return operands.noted(
        exp.Coalesce(this=value, expressions=[operands.integer(0)]), operands.NUMBER
    )


def _null_if_zero(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value = operands.number(node.expressions[0])
    return operands.noted(exp.Nullif(this=value, expression=operands.integer(0)), operands.NUMBER)


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("IFF", _iff, 3, 3),
    call("NVL IFNULL", _coalesce, 2, 2),
    call("COALESCE", _coalesce, 2),
    call("NVL2", _nvl2, 3, 3),
    call("ZEROIFNULL", _zero_if_null, 1, 1),
    call("NULLIFZERO", _null_if_zero, 1, 1),
    rewrite("NULLIF", _nullif, exp.Nullif, least=2, most=2),
    rewrite("DECODE", _decode, exp.DecodeCase, exp.Decode, least=2),
    call("EQUAL_NULL", _equal_null, 2, 2),
    call("GREATEST", _extreme("greatest"), 1),
    call("LEAST", _extreme("least"), 1),
    call("GREATEST_IGNORE_NULLS", _ignoring_nulls("greatest"), 1),
    call("LEAST_IGNORE_NULLS", _ignoring_nulls("least"), 1),
    typed("BOOLAND", "nn"),
    typed("BOOLOR", "nn"),
    typed("BOOLXOR", "nn"),
    typed("BOOLNOT", "n"),
)
