"""Operators that differ between the engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.registry import Rewriter, apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _divide(node: exp.Div, walk: Walk) -> exp.Expression:
    """`a / b`: an error for b = 0 (DuckDB: infinity), and a decimal for whole numbers."""
    return apply("divide", node.this, node.expression)


def _modulo(node: exp.Mod, walk: Walk) -> exp.Expression:
    """`a % b`: an error for b = 0 (DuckDB: NULL)."""
    return apply("modulo", node.this, node.expression)


LEAVE: Final[dict[type[exp.Expression], Rewriter]] = {
    exp.Div: _divide,
    exp.Mod: _modulo,
    exp.Like: lambda node, walk: node,
    exp.ILike: lambda node, walk: node,
    exp.Escape: lambda node, walk: node,
    exp.DPipe: lambda node, walk: node,
}
