"""A query as DuckDB's text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation.clauses.types import bound_type
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import generate
from mockhaus.translation.labels import label
from mockhaus.translation.output import elements_as_text
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.statements import Statement, Tree
from mockhaus.translation.trees import copied
from mockhaus.translation.types.origins import Source, origins

T = TypeVar("T")


class Translation(Struct, frozen=True):
    """`sql` for DuckDB; `described` the same with typed NULLs for parameters, to learn its columns.

    `untyped` leaves parameters of unknown type bare, for where text does not fit ('' for none).
    `volatile`: it holds something of this moment and must not be reused. `counts`: it asks for the
    numbers of rows of tables (see catalog.counts).
    """

    sql: str
    described: str
    volatile: bool
    counts: bool = False
    untyped: str = ""
    #: Where the columns of the answer come from, as far as it is known.
    sources: tuple[Source, ...] = ()

    @property
    def repeatable(self) -> bool:
        """Whether running it twice changes nothing."""
        return "nextval(" not in self.sql.lower()


def translate(statement: Tree, context: Context, types: Sequence[str] = ()) -> Translation:
    """Translate a query. Raises CompilationError with its position.

    `types` are DuckDB's types of the parameters as far as they are known, '' for unknown.
    """
    return guarded(lambda: _translate(statement, context, types), statement)


def _translate(statement: Tree, context: Context, types: Sequence[str]) -> Translation:
    tree = copied(statement.tree)
    sources = origins(tree, context, statement.text)
    label(tree, statement.labels)
    walk = Walk(context, statement.text, types)
    tree = walk.finished(walk.rewrite(tree))
    if context.postgres:
        tree = elements_as_text(tree)
    tree = _cut(tree, context)
    if not statement.parameters:
        sql = generate(tree)
        return Translation(sql, sql, walk.volatile, walk.counts, sources=sources)
    described = generate(_with_nulls(tree, types, "TEXT"))
    untyped = generate(_with_nulls(tree, types, ""))
    return Translation(generate(tree), described, walk.volatile, walk.counts, untyped, sources)


def _cut(tree: exp.Expression, context: Context) -> exp.Expression:
    """The query, with no more rows than ROWS_PER_RESULTSET allows."""
    most = int(context.parameters.get("ROWS_PER_RESULTSET", 0))
    if not most:
        return tree
    source = tree if isinstance(tree, exp.Subquery) else exp.Subquery(this=tree)
    limit = exp.Limit(expression=exp.Literal.number(most))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=source), limit=limit)


def _with_nulls(tree: exp.Expression, types: Sequence[str], unknown: str) -> exp.Expression:
    """A copy in which parameters are NULLs of their types, `unknown` where that is open."""
    copy = copied(tree)
    for placeholder in list(copy.find_all(exp.Placeholder)):
        number = int(placeholder.name)
        kind = (types[number - 1] if number <= len(types) else "") or unknown
        placeholder.replace(_null_of(kind) if kind else exp.Null())
    return copy


def _null_of(kind: str) -> exp.Expression:
    """A NULL of a DuckDB type, as a query: DuckDB forgets the type of one that it can fold."""
    null = exp.Cast(this=exp.Null(), to=bound_type(kind))
    return exp.Subquery(this=exp.Select(expressions=[null]))


def typed_null(placeholder: exp.Placeholder, types: Sequence[str]) -> exp.Expression:
    """A NULL of the parameter's type; of text where nothing else tells what it is."""
    number = int(placeholder.name)
    known = types[number - 1] if number <= len(types) else ""
    alone = isinstance(placeholder.parent, (exp.Alias, exp.Select))
    if not known and not alone:
        return exp.Null()
    return exp.Cast(this=exp.Null(), to=bound_type(known or "TEXT"))


def guarded(build: Callable[[], T], statement: Statement) -> T:
    """What `build` answers; a tree too deep for the stack is the statement's error."""
    try:
        return build()
    except RecursionError:
        raise SqlSyntaxError(
            "SQL compilation error:\nthe statement is nested too deeply.",
            position=statement.offset,
        ) from None
