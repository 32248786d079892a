"""GROUP BY ALL, and aliases within what is grouped by. Snowflake's manual: "GROUP BY"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.labels import labelled

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Aggregates that sqlglot has no class for, and classes of it that are none.
_BY_NAME: Final = frozenset(("HLL_ACCUMULATE", "MINHASH", "HASH_AGG", "ARRAY_UNIQUE_AGG"))
#: Functions that sqlglot has no class for and whose values differ from call to call.
_VARYING: Final = frozenset(
    (
        "UNIFORM",
        "NORMAL",
        "ZIPF",
        "RANDSTR",
        "RANDOM",
        "UUID_STRING",
        "SEQ1",
        "SEQ2",
        "SEQ4",
        "SEQ8",
    )
)


def spelled_out(node: exp.Select) -> None:
    """GROUP BY ALL beside a window becomes GROUP BY 1, 2, ... in place, before the walk.

    DuckDB refuses QUALIFY with GROUP BY ALL, and takes a window over aggregates for something to
    group by. Items that are made of earlier items of the same SELECT are left out: their parts are
    grouped by, and DuckDB forbids aliases within GROUP BY.
    """
    group = node.args.get("group")
    if group is None or not group.args.get("all") or not _has_windows(node):
        return
    if any(item.is_star for item in node.expressions):
        return
    positions: list[exp.Expression] = []
    aliases: set[str] = set()
    for number, item in enumerate(node.expressions, 1):
        if not _is_aggregate(item) and not _mentions(item, aliases):
            positions.append(exp.Literal.number(number))
        if isinstance(item, exp.Alias):
            aliases.add(item.alias.upper())
    node.set("group", exp.Group(expressions=positions) if positions else None)


def without_aliases(select: exp.Select, walk: Walk) -> None:
    """Aliases within items and expressions that are grouped by become what they stand for, in
    place: DuckDB takes an alias in GROUP BY alone.

    A column of the FROM comes before an alias; where its columns are not known nothing is done.
    """
    group = select.args.get("group")
    named = {each.alias.upper() for each in select.expressions if isinstance(each, exp.Alias)}
    if group is None or not named:
        return
    grouped = [each for each in group.walk() if isinstance(each, exp.Column)]
    nested = [each for each in grouped if _is_nested(each) and _name(each) in named]
    if not nested and not any(_mentions(item, named) for item in select.expressions):
        return
    columns = _columns(select, walk)
    if columns is None:
        return
    known: dict[str, exp.Expression] = {}
    items: list[exp.Expression] = []
    for item in select.expressions:
        if _mentions(item, known.keys()) and not _is_aggregate(item):
            item = _replaced(labelled(item, None), known)
        items.append(item)
        if isinstance(item, exp.Alias) and not (_is_aggregate(item) or _varies(item)):
            name = names.stored(item.args["alias"]).upper()
            if name not in columns:
                known[name] = item.this
    select.set("expressions", items)
    for each in nested:
        if _name(each) in known:
            each.replace(_standing(known[_name(each)]))


def _is_nested(column: exp.Column) -> bool:
    """Whether a column of a GROUP BY is part of an expression."""
    return not isinstance(
        column.parent, (exp.Group, exp.Tuple, exp.Paren, exp.Rollup, exp.Cube, exp.GroupingSets)
    )


def _columns(select: exp.Select, walk: Walk) -> set[str] | None:
    """The names of the columns of a FROM in upper case; None if not all of them are known."""
    found: set[str] = set()
    for source in sources.of_select(select):
        listed = sources.columns(source, walk)
        if listed is None:
            return None
        found |= {each.upper() for each in listed}
    return found


def _name(column: exp.Column) -> str:
    is_plain = not column.table and isinstance(column.this, exp.Identifier)
    return names.stored(column.this).upper() if is_plain else ""


def _replaced(item: exp.Expression, known: Mapping[str, exp.Expression]) -> exp.Expression:
    for each in list(item.walk(prune=_is_query)):
        if isinstance(each, exp.Column) and _name(each) in known and not _in_lambda(each):
            each.replace(_standing(known[_name(each)]))
    return item


def _in_lambda(node: exp.Expression) -> bool:
    return node.find_ancestor(exp.Lambda, exp.Select) is not node.find_ancestor(exp.Select)


def _standing(value: exp.Expression) -> exp.Expression:
    return exp.Paren(this=value.copy())


def _varies(item: exp.Expression) -> bool:
    """Whether an item may have another value each time it is written."""
    return any(
        isinstance(each, (exp.Rand, exp.Randn, exp.Randstr, exp.Uuid, exp.Query))
        or (isinstance(each, exp.Anonymous) and str(each.this).upper() in _VARYING)
        or (isinstance(each, exp.Column) and each.name.upper() == "NEXTVAL")
        for each in item.walk()
    )


def _has_windows(node: exp.Select) -> bool:
    if node.args.get("qualify") is not None:
        return True
    return any(_within(item, exp.Window) for item in node.expressions)


def _is_aggregate(item: exp.Expression) -> bool:
    """Aggregates and windows; not those of a subquery."""
    return any(
        isinstance(each, (exp.AggFunc, exp.Window))
        or (isinstance(each, exp.Anonymous) and str(each.this).upper() in _BY_NAME)
        for each in item.walk(prune=_is_query)
    )


def _mentions(item: exp.Expression, aliases: Collection[str]) -> bool:
    return any(
        isinstance(each, exp.Column) and not each.table and each.name.upper() in aliases
        for each in item.walk(prune=_is_query)
    )


def _within(item: exp.Expression, kind: type[exp.Expression]) -> bool:
    return any(isinstance(each, kind) for each in item.walk(prune=_is_query))


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query)
