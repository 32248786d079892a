"""The types of expressions, as DuckDB tells them of the queries that they stand in.

It is asked with the sources around an expression and without its conditions, the order and the
rest: those may be what DuckDB refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from sqlglot import exp

from mockhaus.errors import SqlError
from mockhaus.translation.types.families import NUMBER as NUMERIC, Names
from mockhaus.types import NUMBER, SqlType, from_duckdb

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The type of DuckDB's integers, beside which a DECIMAL loses no digits.
WHOLE: Final = SqlType("NUMBER", 0, 0)


class Types:
    """The types of expressions, as DuckDB tells them of the query that they stand in."""

    def __init__(self, walk: Walk, names: Names) -> None:
        assert walk.context.described is not None
        self._described = walk.context.described
        self._names = names

    def query(self, query: exp.Expression, node: exp.Expression) -> list[SqlType | None] | None:
        """The types of a query's columns, None if they cannot be told."""
        select = query.copy()
        if isinstance(select, (exp.Select, exp.Union, exp.Intersect, exp.Except)):
            select.set("with_", _with(node, query))
        found = self._ask(select)
        if found is None:
            return None
        items = query.selects if isinstance(query, exp.Query) else []
        if len(items) != len(found):
            items = [exp.Star()] * len(found)
        return [self._kind(kind, unaliased(item)) for kind, item in zip(found, items, strict=True)]

    def of(self, values: Sequence[exp.Expression], node: exp.Expression) -> list[SqlType | None]:
        """The types of expressions that stand in a node, None of what cannot be told."""
        scope = node.find_ancestor(exp.Select)
        select = exp.Select(expressions=[each.copy() for each in values])
        changed = node.find_ancestor(exp.Merge) or node.find_ancestor(exp.Update, exp.Delete)
        if scope is not None:
            for key in ("from_", "joins", "laterals"):
                part = scope.args.get(key)
                if part:
                    copied = [e.copy() for e in part] if isinstance(part, list) else part.copy()
                    select.set(key, copied)
            for join in select.args.get("joins") or []:
                if join.args.get("on") is not None:
                    join.set("on", exp.Boolean(this=True))
            select.set("with_", _with(node, None))
        elif changed is not None:
            _over(select, changed)
        found = self._ask(select.copy())
        if found is None and scope is not None:
            items = [item.copy() for item in scope.expressions if not _holds(item, node)]
            select.set("expressions", [*items, *select.expressions])
            if scope.args.get("group"):
                select.set("group", scope.args["group"].copy())
            found = self._ask(select)
            found = None if found is None else found[-len(values) :]
        if found is None:
            return [self._outside(each, node) for each in values]
        return [self._kind(kind, each) for kind, each in zip(found, values, strict=True)]

    def _outside(self, value: exp.Expression, node: exp.Expression) -> SqlType | None:
        """The type of an expression that needs the queries around its own."""
        query: exp.Expression = value.copy()
        around = node.find_ancestor(exp.Select)
        while isinstance(around, exp.Select):
            select = exp.Select(expressions=[query])
            for key in ("from_", "joins", "laterals"):
                part = around.args.get(key)
                if part:
                    copied = [e.copy() for e in part] if isinstance(part, list) else part.copy()
                    select.set(key, copied)
            outermost = select.copy()
            outermost.set("with_", _with(around, None))
            found = self._ask(outermost)
            if found is not None:
                return self._kind(found[0], value)
            query = exp.Subquery(this=select)
            around = around.find_ancestor(exp.Select)
        return None

    def _ask(self, query: exp.Expression) -> Sequence[str] | None:
        for placeholder in list(query.find_all(exp.Placeholder)):
            placeholder.replace(exp.Null())
        from mockhaus.translation.dialect import generate

        try:
            return self._described(generate(query))
        except SqlError:
            return None

    def _kind(self, kind: str, value: exp.Expression) -> SqlType | None:
        """A type as DuckDB tells it. INTEGER is also what it tells of a NULL."""
        if kind == "INTEGER" and NUMERIC not in self._names.families(value):
            return None
        found = from_duckdb(kind)
        return WHOLE if NUMBER.means(found) and not kind.startswith("DECIMAL") else found


def unaliased(item: exp.Expr) -> exp.Expression:
    """An item of a SELECT without its name."""
    found = item.this if isinstance(item, exp.Alias) else item
    return cast(exp.Expression, found)


def _holds(item: exp.Expression, node: exp.Expression) -> bool:
    parent: exp.Expression | None = node
    while parent is not None and parent is not item:
        parent = parent.parent  # type: ignore[assignment]
    return parent is item


def _with(node: exp.Expression, own: exp.Expression | None) -> exp.With | None:
    """The common table expressions that are in sight of a node, and those of a query itself."""
    found: list[exp.Expression] = []
    recursive = False
    around: exp.Expr | None = own if own is not None else node
    while around is not None:
        with_ = around.args.get("with_")
        if with_ is not None:
            found = [*(cte.copy() for cte in with_.expressions), *found]
            recursive = recursive or bool(with_.args.get("recursive"))
        around = around.parent
    names: dict[str, exp.Expression] = {str(cte.alias).upper(): cte for cte in found}
    return exp.With(expressions=list(names.values()), recursive=recursive) if names else None


def _over(select: exp.Select, changed: exp.Expression) -> None:
    """Have a query read what UPDATE, DELETE or MERGE reads."""
    using, from_ = changed.args.get("using"), changed.args.get("from_")
    sources = [changed.this, *(using if isinstance(using, list) else [using])]
    sources.append(from_.this if from_ is not None else None)
    tables = [each.copy() for each in sources if isinstance(each, exp.Expression)]
    select.set("from_", exp.From(this=tables[0]))
    select.set("joins", [exp.Join(this=each) for each in tables[1:]])
