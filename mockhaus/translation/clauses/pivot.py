"""PIVOT and UNPIVOT. Snowflake's manual: "PIVOT", "UNPIVOT".

PIVOT over given values becomes a grouping by all other columns with one filtered aggregate a
value; its columns are named after the values as written, quotes included. PIVOT over ANY or a
subquery takes its columns from the data: that is DuckDB's, after the values have got their quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def pivoted(source: exp.Expression, pivots: list[exp.Pivot], walk: Walk) -> exp.Expression:
    """A rewritten table or subquery under its PIVOT and UNPIVOT clauses."""
    for node in pivots:
        if node.args.get("unpivot"):
            source = _unpivoted(source, node, walk)
            continue
        if len(node.expressions) != 1 or len(node.args["fields"]) != 1:
            raise UnsupportedFeature("Unsupported feature 'PIVOT of several aggregates'.")
        source = _pivot(source, node, walk)
    return source


def _pivot(source: exp.Expression, node: exp.Pivot, walk: Walk) -> exp.Expression:
    function, name = node.expressions[0], None
    if isinstance(function, exp.Alias):
        function, name = function.this, names.stored(function.args["alias"])
    field = node.args["fields"][0]
    if not field.expressions:
        raise SqlSyntaxError("SQL compilation error:\nsyntax error unexpected ')'.")
    first = field.expressions[0]
    column = walk.rewrite(field.this)
    if isinstance(first, (exp.PivotAny, exp.Query)):
        total, default = _plain(function, walk), _default(node, walk)
        if default is not None:
            total = apply("coalesce", total, default)
        rank = _rank(column, first, walk)
        titles = _label(column, first, walk)
        if name is not None:
            titles = exp.DPipe(this=titles, expression=exp.Literal.string(f"_{name}"))
        if rank is None:
            query: exp.Expression = _dynamic(source, column, titles, total)
        else:
            query = _unranked(_dynamic(source, column, _ranked(rank, titles), total))
    else:
        query = _static(source, column, function, walk)
        total = walk.rewrite(function)
        for value in field.expressions:
            label, wanted = _value(value, name, walk)
            kind = exp.Is if isinstance(wanted, exp.Null) else exp.EQ
            each = _filtered(total.copy(), kind(this=column.copy(), expression=wanted))
            default = _default(node, walk)
            if default is not None:
                each = apply("coalesce", each, default)
            shown = exp.to_identifier(label, quoted=True)
            query.append("expressions", exp.Alias(this=each, alias=shown))
    alias = node.args.get("alias")
    return exp.Subquery(this=query, alias=None if alias is None else walk.rewrite(alias))


def _static(
    source: exp.Expression, column: exp.Expression, function: exp.Expression, walk: Walk
) -> exp.Select:
    used = {names.stored(each.this) for each in function.find_all(exp.Column)}
    used.add(str(column.this.this))
    excluded = [exp.column(names.identifier(each)) for each in sorted(used)]
    return exp.Select(
        expressions=[exp.Star(except_=excluded)],
        from_=exp.From(this=source),
        group=exp.Group(all=True),
    )


def _default(node: exp.Pivot, walk: Walk) -> exp.Expression | None:
    default = node.args.get("default_on_null")
    return walk.rewrite(default.copy()) if isinstance(default, exp.Expression) else None


def _filtered(total: exp.Expression, condition: exp.Expression) -> exp.Expression:
    """FILTER on the aggregates within a rewritten aggregate function."""
    marked = [each for each in total.walk() if each.meta.get("aggregate")] or [total]
    for inner in marked:
        if isinstance(inner, exp.Filter):
            inner.expression.set("this", exp.and_(inner.expression.this, condition.copy()))
            continue
        new = exp.Filter(this=None, expression=exp.Where(this=condition.copy()))
        if inner is total:
            total = new
        else:
            inner.replace(new)
        new.set("this", inner)
    return total


def _plain(function: exp.Expression, walk: Walk) -> exp.Expression:
    """DuckDB's PIVOT takes one aggregate only: AVG is rounded as NUMBER's is."""
    if isinstance(function, exp.Avg):
        return apply("round", apply("avg", walk.rewrite(function.this)), exp.Literal.number(6))
    return walk.rewrite(function)


def _label(column: exp.Expression, values: Any, walk: Walk) -> exp.Expression:
    """What names the column that a row counts for; NULL where none does."""
    label: exp.Expression = apply("pivot_label", column)
    if isinstance(values, exp.Query):
        values.set("order", None)
        rows = walk.rewrite(values)  # type: ignore[arg-type]
        known = exp.In(this=column.copy(), query=exp.Subquery(this=rows))
        return exp.Case().when(known, label)
    return apply("coalesce", label, exp.Literal.string("NULL"))


def _rank(column: exp.Expression, values: Any, walk: Walk) -> exp.Expression | None:
    """The place of a row's value among the columns; None where they have no order."""
    if isinstance(values, exp.Query):
        if values.args.get("order") is None:
            return None
        rows = exp.Subquery(this=walk.rewrite(values.copy()), alias=_alias("_LISTED", "_VALUE"))  # type: ignore[arg-type]
        listed = exp.Select(expressions=[apply("list", exp.column(exp.to_identifier("_VALUE")))])
        listed.set("from_", exp.From(this=rows))
        return apply("list_position", exp.Subquery(this=listed), column.copy())
    order = [walk.rewrite(each.copy()) for each in values.find_all(exp.Ordered)]
    if not order:
        return None
    return exp.Window(this=apply("dense_rank"), order=exp.Order(expressions=order), over="OVER")


def _alias(name: str, column: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name), columns=[exp.to_identifier(column)])


#: A title with its rank before it, by which DuckDB sorts the columns; `\1` is the title.
_RANKED: Final = r"(?s)^(?:\x02\d{6}:)?(.*)$"


def _ranked(rank: exp.Expression, title: exp.Expression) -> exp.Expression:
    number = apply("printf", exp.Literal.string("\x02%06d:"), rank)
    return exp.DPipe(this=number, expression=title)


def _unranked(pivot: exp.Expression) -> exp.Expression:
    """The columns of a PIVOT under their titles alone."""
    titles = exp.Alias(
        this=exp.Columns(this=exp.Literal.string(_RANKED)),
        alias=exp.Identifier(this="\\1", quoted=True),
    )
    return exp.Select(expressions=[titles], from_=exp.From(this=exp.Subquery(this=pivot)))


def _dynamic(
    source: exp.Expression, column: exp.Expression, label: exp.Expression, total: exp.Expression
) -> exp.Expression:
    """DuckDB's PIVOT: a column a value, in order of the values."""
    replaced = exp.Star(replace=[exp.Alias(this=label, alias=column.this.copy())])
    rows = exp.Select(expressions=[replaced], from_=exp.From(this=source))
    return exp.Pivot(
        this=exp.Subquery(this=rows), expressions=[column.copy()], using=[total], unpivot=False
    )


def _value(node: exp.Expression, suffix: str | None, walk: Walk) -> tuple[str, exp.Expression]:
    """The name of a value's column, and the value."""
    if isinstance(node, exp.PivotAlias):
        node, alias = node.this, node.args["alias"]
        label = names.stored(alias) if isinstance(alias, exp.Identifier) else str(alias.this)
    else:
        label = snowflake_text(node)
    if suffix is not None:
        label = f"{label}_{suffix}"
    return label, walk.rewrite(node.copy())


def _unpivoted(source: exp.Expression, node: exp.Pivot, walk: Walk) -> exp.Expression:
    """A source under UNPIVOT. One with names for its columns is a subquery: DuckDB would keep
    its NULLs."""
    made = _unpivot(node, walk)
    alias = made.args.get("alias")
    source.set("pivots", [*(source.args.get("pivots") or []), made])
    if alias is None or not alias.args.get("columns"):
        return source
    made.set("alias", None)
    rows = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))
    return exp.Subquery(this=rows, alias=alias)


def _unpivot(node: exp.Pivot, walk: Walk) -> exp.Expression:
    """UNPIVOT [INCLUDE NULLS] (value FOR name IN (column [AS alias], ...))."""
    field = node.args["fields"][0]
    columns = []
    for item in field.expressions:
        column, label = item, None
        if isinstance(item, exp.PivotAlias):
            column, alias = item.this, item.args["alias"]
            label = names.stored(alias) if isinstance(alias, exp.Identifier) else str(alias.this)
        column = walk.rewrite(column)
        if label is not None:
            column = exp.PivotAlias(this=column, alias=exp.Literal.string(label))
        columns.append(column)
    new = exp.Pivot(
        expressions=[walk.rewrite(each) for each in node.expressions],
        fields=[exp.In(this=walk.rewrite(field.this), expressions=columns)],
        unpivot=True,
        include_nulls=node.args.get("include_nulls"),
    )
    if node.args.get("alias") is not None:
        new.set("alias", walk.rewrite(node.args["alias"]))
    return new


def _subquery(node: exp.Subquery, walk: Walk) -> exp.Expression:
    table = node.this
    if isinstance(table, exp.Table) and not table.args.get("joins"):  # (t)
        for key in ("alias", "joins", "pivots", "sample"):
            if node.args.get(key):
                table.set(key, node.args[key])
        return walk.rewrite(table)
    pivots = node.args.get("pivots")
    if not isinstance(node.this, exp.Values):
        sources.check_list(node.args.get("alias"), sources.answered(node.this, walk))
    if not pivots:
        walk.children(node)
        return node
    node.set("pivots", None)
    walk.children(node)
    return pivoted(node, pivots, walk)


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Subquery: _subquery}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
