"""`a.x = b.x (+)` in WHERE: an outer join. Snowflake's manual: "JOIN", joins in the WHERE clause.

The marked table's rows may be missing. It is joined LEFT behind the tables that it depends on, with
the conditions that carry its mark; all other conditions stay in WHERE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.dialect import snowflake_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_MARK: Final = "join_mark"
_LISTED: Final = frozenset(("this",))


def joined(select: exp.Select, walk: Walk) -> None:
    """Join the tables that are marked in a SELECT's WHERE, in place, before the walk.

    Raises SqlSyntaxError, UnsupportedFeature.
    """
    if "(+)" not in walk.text and not walk.within:  # the body of a function has a text of its own
        return
    where = cast("exp.Where | None", select.args.get("where"))
    if where is None or not any(_marked(where)):
        return
    tables = _tables(select)
    kept: list[exp.Expression] = []
    conditions: dict[str, list[exp.Expression]] = {}
    needed: dict[str, set[str]] = {}
    for term in _terms(where.this):
        marked = {_table_of(column, tables, walk) for column in _marked(term)}
        if not marked:
            kept.append(term)
            continue
        inner, others = _sides(term, marked, tables, walk)
        earlier = needed.setdefault(inner, set())
        if earlier and others and others != earlier:
            first, second = sorted(earlier | others)[:2]
            raise SqlSyntaxError(
                "SQL compilation error:\n"
                f"Table '{inner}' is outer joined to multiple tables: '{first}' and '{second}'."
            )
        earlier |= others
        conditions.setdefault(inner, []).append(term)
    order = _order(tuple(tables), needed)
    _spell_stars(select, tuple(tables), order)
    _rebuild(select, [(tables[name], conditions.get(name, [])) for name in order])
    select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)


def _terms(condition: exp.Expression) -> list[exp.Expression]:
    """What AND joins."""
    if not isinstance(condition, exp.And):
        return [condition]
    return [cast(exp.Expression, each) for each in condition.flatten()]


def _marked(tree: exp.Expression) -> Iterator[exp.Column]:
    """The columns with a mark that belong to the query itself."""
    for node in tree.walk(prune=lambda each: isinstance(each, exp.Query)):
        if isinstance(node, exp.Column) and node.args.get(_MARK):
            yield node


def _tables(select: exp.Select) -> dict[str, exp.Expression]:
    """The tables of a FROM that lists them, by name, in order."""
    first = select.args.get("from_")
    joins = select.args.get("joins") or []
    listed = all({key for key, value in join.args.items() if value} <= _LISTED for join in joins)
    if first is None or not listed or select.args.get("laterals") or first.this.args.get("joins"):
        raise UnsupportedFeature(
            "Unsupported feature '(+)' beside JOIN or LATERAL.", hint="Write LEFT OUTER JOIN."
        )
    return {sources.name_of(each): each for each in (first.this, *(join.this for join in joins))}


def _table_of(column: exp.Column, tables: Mapping[str, exp.Expression], walk: Walk) -> str:
    """The name of a column's table."""
    table = column.args.get("table")
    if table is not None:
        return names.stored(table)
    stored = names.stored(cast(exp.Identifier, column.this))
    having = [
        name
        for name, source in tables.items()
        if len(tables) == 1 or stored in (sources.columns(source, walk) or ())
    ]
    if len(having) != 1:
        raise UnsupportedFeature(
            f"Unsupported feature '(+)' beside the column '{stored}' without its table."
        )
    return having[0]


def _sides(
    term: exp.Expression, marked: set[str], tables: Mapping[str, exp.Expression], walk: Walk
) -> tuple[str, set[str]]:
    """The table that a condition joins, and those that it is joined to."""
    if len(marked) > 1 or isinstance(term.unnest(), exp.Or):
        raise SqlSyntaxError(
            f"SQL compilation error:\nOuter join predicate form not supported: "
            f"{snowflake_text(term)}."
        )
    (inner,) = marked
    if inner not in tables:
        raise SqlSyntaxError(f"SQL compilation error:\nTable '{inner}' is not in the FROM clause.")
    others: set[str] = set()
    for column in term.find_all(exp.Column):
        if column.args.get(_MARK):
            column.set(_MARK, None)
        elif (name := _table_of(column, tables, walk)) in tables:
            others.add(name)
    return inner, others - marked


def _order(names_: Sequence[str], needed: Mapping[str, set[str]]) -> list[str]:
    """The tables in an order in which each comes after those that it is joined to."""
    order = [name for name in names_ if name not in needed]
    waiting = [name for name in names_ if name in needed]
    while waiting:
        ready = [name for name in waiting if needed[name] <= set(order)]
        if not ready or not order:
            raise SqlSyntaxError("SQL compilation error:\nOuter joins by (+) form a circle.")
        order.append(ready[0])
        waiting.remove(ready[0])
    return order


def _spell_stars(select: exp.Select, written: Sequence[str], order: Sequence[str]) -> None:
    """`*` has the tables' columns in the order of FROM, whatever order they are joined in."""
    if list(written) == list(order):
        return
    items: list[exp.Expression] = []
    for item in select.expressions:
        if not isinstance(item, exp.Star):
            items.append(item)
            continue
        if any(item.args.values()):
            raise UnsupportedFeature("Unsupported feature '(+)' beside * EXCLUDE, REPLACE, RENAME.")
        items += [
            exp.Column(this=exp.Star(), table=exp.Identifier(this=name, quoted=True))
            for name in written
        ]
    select.set("expressions", items)


def _rebuild(
    select: exp.Select, tables: Sequence[tuple[exp.Expression, list[exp.Expression]]]
) -> None:
    first, *others = tables
    select.set("from_", exp.From(this=first[0]))
    joins: list[exp.Expression] = []
    for table, conditions in others:
        if conditions:
            on = exp.and_(*conditions, copy=False)
            joins.append(exp.Join(this=table, side="LEFT", on=on))
        else:
            joins.append(exp.Join(this=table))
    select.set("joins", joins)
