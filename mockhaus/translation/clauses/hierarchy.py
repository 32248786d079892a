"""START WITH ... CONNECT BY. Snowflake's manual: "CONNECT BY".

A hierarchical query becomes a recursive CTE over its FROM: each row carries its level, and one
column for each CONNECT_BY_ROOT and SYS_CONNECT_BY_PATH that the query asks for. The tree is
Snowflake's, before the walk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import AmbiguousColumn, SqlSyntaxError, UnsupportedFeature, WrongArguments
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.dialect import snowflake_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_TREE: Final = "_TREE"
_PRIOR: Final = "_PRIOR"
_LEVEL: Final = "_LEVEL"
_SEEN: Final = "_SEEN"
#: An error where rows go round in a circle: what was PRIOR of an ancestor is so again.
_GUARD: Final = f'climbed("{_PRIOR}"."{_SEEN}", "{_PRIOR}"."{_LEVEL}")'


def climbed(select: exp.Select, walk: Walk) -> None:
    """A SELECT with CONNECT BY reads a recursive CTE instead, in place."""
    connect = select.args["connect"]
    if connect.args.get("nocycle"):
        raise UnsupportedFeature("Unsupported feature 'CONNECT BY NOCYCLE'.")
    if any(prior.find_ancestor(exp.Connect) is None for prior in select.find_all(exp.Prior)):
        raise UnsupportedFeature("Unsupported feature 'PRIOR outside of CONNECT BY'.")
    source = _source(select, connect, walk)
    name = sources.name_of(source) or "_ROWS"
    if not sources.name_of(source):
        source.set("alias", exp.TableAlias(this=_quoted(name)))
    select.set("connect", None)
    select.set("expressions", [_shown(item) for item in select.expressions])
    carried = [*_carried(select, name), _seen(connect, name)]
    _replace_level(select, exp.Column(this=_quoted(_LEVEL)))
    tree = exp.Union(
        this=_roots(source, name, connect.args.get("start"), carried),
        expression=_children(source, name, connect.args["connect"], carried),
        distinct=False,
    )
    cte = exp.CTE(this=tree, alias=exp.TableAlias(this=_quoted(_TREE)))
    given = select.args.get("with_")
    ctes = [*(given.expressions if given is not None else []), cte]
    select.set("with_", exp.With(expressions=ctes, recursive=True))
    rows = exp.Table(this=_quoted(_TREE), alias=exp.TableAlias(this=_quoted(name)))
    select.set("from_", exp.From(this=rows))
    select.set("joins", None)
    _hide(select, [_LEVEL, *(column for column, _, _ in carried)])


def _quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _source(select: exp.Select, connect: exp.Connect, walk: Walk) -> exp.Expression:
    """The one table below the hierarchy: joins are a subquery, which names every column once."""
    from_ = select.args.get("from_")
    if from_ is None:
        raise SqlSyntaxError("SQL compilation error:\nCONNECT BY needs a FROM clause.")
    joins = select.args.get("joins")
    if not joins and not from_.this.args.get("joins"):
        return from_.this  # type: ignore[no-any-return]
    if any(not (join.args.get("on") or join.args.get("using")) for join in joins or ()):
        raise UnsupportedFeature("Unsupported feature 'CONNECT BY over a join without ON'.")
    merged = sources.merged(select)
    known = [
        (sources.name_of(each), sources.columns(each, walk)) for each in sources.of_select(select)
    ]
    counts = Counter(column for _, columns in known for column in columns or ())
    twice = {column for column, count in counts.items() if count > 1}
    stars = any(sources.star_of(item).is_star for item in select.expressions)
    if not all(name and columns for name, columns in known) or (twice and stars):
        raise UnsupportedFeature(
            "Unsupported feature 'CONNECT BY over a join'.",
            hint="Join in a subquery that names every column once, and CONNECT BY over that.",
        )
    places = {
        (name.upper(), column.upper()): f"{name}.{column}" if column in twice else column
        for name, columns in known
        for column in columns or ()
    }
    _rename(select, connect, places, twice - merged)
    items = [_item(column, place, table) for (table, column), place in places.items()]
    items += [_item(column, column) for column in sorted(merged)]
    inner = exp.Select(expressions=items, from_=from_, joins=joins)
    return exp.Subquery(this=inner, alias=exp.TableAlias(this=_quoted("_ROWS")))


def _item(column: str, name: str, table: str | None = None) -> exp.Alias:
    of = None if table is None else _quoted(table)
    return exp.Alias(this=exp.Column(this=_quoted(column), table=of), alias=_quoted(name))


#: Parts of a SELECT that may name its items.
_AFTER_ITEMS: Final = ("group", "having", "qualify", "order")


def _rename(
    select: exp.Select,
    connect: exp.Connect,
    places: Mapping[tuple[str, str], str],
    ambiguous: Set[str],
) -> None:
    """The names of the joined tables' columns as those of the subquery, in place.

    Raises AmbiguousColumn for one of several tables that is said without its table.
    """
    items = select.expressions
    for number, item in enumerate(items):
        if isinstance(item, exp.Column) and not item.is_star:
            items[number] = exp.Alias(this=item.copy(), alias=item.this.copy())
    select.set("expressions", items)
    labels = {each.alias.upper() for each in items if isinstance(each, exp.Alias)}
    for part in (*_parts(select), connect):
        is_after = part.arg_key in _AFTER_ITEMS
        for column in [each for each in part.find_all(exp.Column) if not each.is_star]:
            table, name = column.args.get("table"), names.stored(column.this).upper()
            if table is not None:
                place = places.get((names.stored(table).upper(), name))
                if place is not None:
                    column.set("this", _quoted(place))
                    column.set("table", None)
            elif is_after and name in labels:
                continue
            elif name in ambiguous and column.find_ancestor(exp.Select) in (None, select):
                raise AmbiguousColumn(
                    f"SQL compilation error:\nambiguous column name '{name}'",
                    position=column.this.meta.get("start"),
                )


def _parts(select: exp.Select) -> list[exp.Expression]:
    """What of a SELECT is read over the rows of the hierarchy."""
    single = [select.args.get(key) for key in ("where", "group", "having", "qualify", "order")]
    return [*select.expressions, *(each for each in single if each is not None)]


def _shown(item: exp.Expression) -> exp.Expression:
    """An item under the name that it would have had."""
    if isinstance(item, exp.Alias) or item.is_star:
        return item
    if isinstance(item, exp.Column) and not _is_level(item):
        return item
    return exp.Alias(this=item, alias=_quoted(snowflake_text(item).upper()))


def _is_level(node: exp.Expression) -> bool:
    return (
        isinstance(node, exp.Column)
        and node.args.get("table") is None
        and isinstance(node.this, exp.Identifier)
        and names.stored(node.this) == "LEVEL"
    )


def _replace_level(node: exp.Expression, level: exp.Expression) -> None:
    for column in _own(node):
        if _is_level(column):
            column.replace(level.copy())


def _own(node: exp.Expression) -> list[exp.Column]:
    """The columns of an expression or a SELECT, those of subqueries left out."""

    def is_other(each: exp.Expr) -> bool:
        return isinstance(each, exp.Query) and id(each) != id(node)

    return [each for each in node.walk(prune=is_other) if isinstance(each, exp.Column)]


#: (column, its value of a root, its value of a child)
_Carried = list[tuple[str, exp.Expression, exp.Expression]]


def _carried(select: exp.Select, name: str) -> _Carried:
    """What CONNECT_BY_ROOT and SYS_CONNECT_BY_PATH need of every row; columns take their place."""
    carried: _Carried = []
    for part in _parts(select):
        for node in list(part.find_all(exp.ConnectByRoot, exp.Anonymous)):
            column = f"_CARRIED{len(carried) + 1}"
            above = exp.Column(this=_quoted(column), table=_quoted(_PRIOR))
            if isinstance(node, exp.ConnectByRoot):
                carried.append((column, _of(node.this.copy(), name), above))
            elif isinstance(node, exp.Anonymous) and _is_path(node):
                step = _step(node, name)
                carried.append((column, step, exp.DPipe(this=above, expression=step.copy())))
            else:
                continue
            node.replace(exp.Column(this=_quoted(column)))
    return carried


def _is_path(node: exp.Anonymous) -> bool:
    return str(node.this).upper() == "SYS_CONNECT_BY_PATH"


def _step(node: exp.Anonymous, name: str) -> exp.Expression:
    if len(node.expressions) != 2:
        raise WrongArguments(
            "SQL compilation error:\nnot enough arguments for function [SYS_CONNECT_BY_PATH], "
            f"expected 2, got {len(node.expressions)}",
            position=node.meta.get("start"),
        )
    value, separator = node.expressions
    return exp.DPipe(this=separator.copy(), expression=_text(value, name))


def _text(value: exp.Expression, name: str) -> exp.Expression:
    cast = exp.cast(_of(value.copy(), name), "VARCHAR")
    return exp.Anonymous(this="COALESCE", expressions=[cast, exp.Literal.string("")])


def _seen(connect: exp.Expression, name: str) -> tuple[str, exp.Expression, exp.Expression]:
    """What is PRIOR of a row and of its ancestors, as one text."""
    step: exp.Expression = exp.Literal.string("\x1e")
    for prior in connect.args["connect"].find_all(exp.Prior):
        separated = exp.DPipe(this=step, expression=exp.Literal.string("\x1f"))
        step = exp.DPipe(this=separated, expression=_text(prior.this, name))
    above = exp.Column(this=_quoted(_SEEN), table=_quoted(_PRIOR))
    return _SEEN, step, exp.DPipe(this=above, expression=step.copy())


def _of(node: exp.Expression, name: str) -> exp.Expression:
    """An expression whose columns are those of the table."""
    holder = exp.Paren(this=node)
    for column in _own(holder):
        if column.args.get("table") is None and not _is_level(column):
            column.set("table", _quoted(name))
    return holder.this  # type: ignore[no-any-return]


def _carrying(name: str, level: exp.Expression, values: Iterable[Any]) -> exp.Select:
    items: list[exp.Expression] = [exp.Column(this=exp.Star(), table=_quoted(name))]
    items.append(exp.Alias(this=level, alias=_quoted(_LEVEL)))
    items.extend(exp.Alias(this=value, alias=_quoted(column)) for column, value in values)
    return exp.Select(expressions=items)


def _roots(
    source: exp.Expression, name: str, start: exp.Expression | None, carried: _Carried
) -> exp.Select:
    one = exp.cast(exp.Literal.number(1), "INT")
    values = [(column, value) for column, value, _ in carried]
    query = _carrying(name, one, values)
    query.set("from_", exp.From(this=source.copy()))
    if start is not None:
        condition = _of(start, name)
        _replace_level(condition, one)
        query.set("where", exp.Where(this=condition))
    return query


def _children(
    source: exp.Expression, name: str, condition: exp.Expression, carried: _Carried
) -> exp.Select:
    level = exp.Column(this=_quoted(_LEVEL), table=_quoted(_PRIOR))
    below = exp.Add(this=level, expression=exp.Literal.number(1))
    query = _carrying(name, below, [(column, value) for column, _, value in carried])
    query.set("from_", exp.From(this=source.copy()))
    holder = exp.Paren(this=condition)
    for prior in list(holder.find_all(exp.Prior)):
        for column in _own(prior):
            column.set("table", _quoted(_PRIOR))
        prior.replace(exp.Paren(this=prior.this))
    _replace_level(holder, below)
    prior_rows = exp.Table(this=_quoted(_TREE), alias=exp.TableAlias(this=_quoted(_PRIOR)))
    on = exp.and_(_of(holder, name), exp.Var(this=_GUARD))
    query.set("joins", [exp.Join(this=prior_rows, kind="INNER", on=on)])
    return query


def _hide(select: exp.Select, columns: list[str]) -> None:
    """Stars leave out what was carried."""
    for item in select.expressions:
        star = sources.star_of(item)
        if isinstance(star, exp.Star):
            hidden = [exp.column(_quoted(column)) for column in columns]
            star.set("except_", [*(star.args.get("except_") or []), *hidden])
