"""A query or DML statement as DuckDB's text."""

from __future__ import annotations

from dataclasses import dataclass

from mockhaus.errors import SqlError, SqlSyntaxError
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import exp, generate
from mockhaus.translation.rewrite import Walk, label
from mockhaus.translation.statements import Select, Statement, Tree


@dataclass(frozen=True, slots=True)
class Translation:
    """`sql` for DuckDB; `volatile` if it holds something of this moment and must not be reused."""

    sql: str
    volatile: bool


def translate(statement: Tree, context: Context) -> Translation:
    """Translate a statement that is held as a tree. Raises CompilationError with its position."""
    tree = statement.tree.copy()
    if isinstance(statement, Select):
        label(tree, statement.labels)
    walk = Walk(context, statement.text)
    return Translation(translated_text(tree, walk, statement), walk.volatile)


def translated_text(tree: exp.Expression, walk: Walk, statement: Statement) -> str:
    """DuckDB's text of a tree of the statement, which is used up."""
    try:
        return generate(walk.rewrite(tree))
    except SqlError as error:
        raise error.at(None) from None
    except RecursionError:
        raise SqlSyntaxError(
            "SQL compilation error:\nthe statement is nested too deeply.",
            position=statement.offset,
        ) from None
