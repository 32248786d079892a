"""Columns that a query in a FROM answers twice under one name, and that something asks for.

DuckDB takes the first of them; Snowflake refuses the name as ambiguous, and lets a query be that
answers two columns of one name which nothing asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import AmbiguousColumn
from mockhaus.translation import names
from mockhaus.translation.clauses import sources

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Parts of a SELECT in which an alias of one of its items comes before a column.
_AFTER_ALIASES: Final = frozenset(("order", "group", "having", "qualify"))


def check(select: exp.Select, walk: Walk) -> None:
    """Raises AmbiguousColumn for a column that a source of a SELECT has twice."""
    doubled = {
        sources.name_of(source).upper(): twice
        for source in sources.of_select(select)
        if _is_query(source) and (twice := _twice(source, walk))
    }
    if not doubled:
        return
    aliases = {each.alias.upper() for each in select.expressions if isinstance(each, exp.Alias)}
    everywhere = frozenset[str]().union(*doubled.values()) - sources.merged(select)
    for column, part in _own(select):
        name, table = names.stored(column.this).upper(), column.args.get("table")
        if table is None:
            found = name in everywhere and not (part in _AFTER_ALIASES and name in aliases)
        else:
            found = name in doubled.get(names.stored(table).upper(), ())
        if found:
            raise AmbiguousColumn(
                f"SQL compilation error:\nambiguous column name '{names.stored(column.this)}'",
                subject=names.stored(column.this),
                position=column.this.meta.get("start"),
            )


def _is_query(source: exp.Expression) -> bool:
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return isinstance(source, exp.Subquery)
    name = names.stored(source.this)
    return source.args.get("db") is None and sources.cte_query(source, name) is not None


def _twice(source: exp.Expression, walk: Walk) -> frozenset[str]:
    """The names in upper case that a query in a FROM has twice, as far as they are known."""
    found = sources.columns(source, walk)
    counts = Counter(name.upper() for name in found or ())
    return frozenset(name for name, count in counts.items() if count > 1)


def _own(select: exp.Select) -> Iterator[tuple[exp.Column, str]]:
    """The columns of a SELECT that are not within a query or a lambda, and the part they are in."""
    waiting: list[tuple[Any, str]] = [
        (child, str(child.arg_key))
        for child in select.iter_expressions()
        if child.arg_key != "with_"
    ]
    while waiting:
        node, part = waiting.pop()
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier):
            yield node, part
        if not isinstance(node, (exp.Query, exp.Lambda)):
            waiting += [(child, part) for child in node.iter_expressions()]
