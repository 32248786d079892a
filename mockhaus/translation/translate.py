"""A query as DuckDB's text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import generate
from mockhaus.translation.rewrite import Walk, label
from mockhaus.translation.statements import Statement, Tree

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Translation:
    """`sql` for DuckDB; `described` the same with parameters as NULL, for learning its columns.

    `volatile`: it holds something of this moment and must not be reused.
    """

    sql: str
    described: str
    volatile: bool


def translate(statement: Tree, context: Context) -> Translation:
    """Translate a query. Raises CompilationError with its position."""
    return guarded(lambda: _translate(statement, context), statement)


def _translate(statement: Tree, context: Context) -> Translation:
    tree = statement.tree.copy()
    label(tree, statement.labels)
    walk = Walk(context, statement.text)
    tree = walk.rewrite(tree)
    described = ""
    if statement.parameters:
        copy = tree.copy()
        for placeholder in list(copy.find_all(exp.Placeholder)):
            placeholder.replace(exp.Null())
        described = generate(copy)
    sql = generate(tree)
    return Translation(sql, described or sql, walk.volatile)


def guarded(build: Callable[[], T], statement: Statement) -> T:
    """What `build` answers; a tree too deep for the stack is the statement's error."""
    try:
        return build()
    except RecursionError:
        raise SqlSyntaxError(
            "SQL compilation error:\nthe statement is nested too deeply.",
            position=statement.offset,
        ) from None
