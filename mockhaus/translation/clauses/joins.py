"""Joins. Snowflake's manual: "JOIN", "ASOF JOIN", "LATERAL"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses import sources

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


_WORDS: Final = frozenset(("NATURAL", "ASOF", "INNER", "OUTER", "CROSS", "DIRECTED"))


def _join(node: exp.Join, walk: Walk) -> exp.Expression:
    """A join without a condition is a cross join, and an outer one keeps every row.

    ASOF JOIN keeps the rows of its left side without a match (DuckDB: only ASOF LEFT JOIN does),
    and its MATCH_CONDITION is part of DuckDB's ON.
    """
    for word in (node.args.get("method"), node.kind):
        if word and str(word).upper() not in _WORDS:
            raise SqlSyntaxError(
                f"SQL compilation error:\nsyntax error unexpected '{word} JOIN'.",
                hint="Snowflake has no such join.",
            )
    match = node.args.get("match_condition")
    is_asof = node.args.get("method") == "ASOF"
    if is_asof and match is None:
        raise SqlSyntaxError("SQL compilation error:\nASOF JOIN needs a MATCH_CONDITION.")
    if is_asof:
        _check_asof(node)
    elif match is not None:
        raise SqlSyntaxError(
            "SQL compilation error:\nsyntax error unexpected 'MATCH_CONDITION'.",
            hint="Only ASOF JOIN has a MATCH_CONDITION.",
        )
    _check_condition(node)
    walk.children(node)
    for name in node.args.get("using") or []:
        walk.compared.append((exp.column(name.name),))
    if str(node.args.get("method")).upper() == "NATURAL":
        walk.doubtful = True
    if is_asof:
        return _asof(node)
    bare = not (node.args.get("on") or node.args.get("using") or node.args.get("method"))
    if bare and node.side in ("LEFT", "RIGHT", "FULL"):
        node.set("on", exp.Boolean(this=True))
    elif bare and node.kind == "INNER":
        node.set("kind", "CROSS")
    return node


def _check_condition(node: exp.Join) -> None:
    """Refuse ON and USING behind a join that has none."""
    method, kind = str(node.args.get("method") or ""), str(node.kind or "")
    for name in ("on", "using"):
        if node.args.get(name) and (method.upper() == "NATURAL" or kind.upper() == "CROSS"):
            raise SqlSyntaxError(
                f"SQL compilation error:\nsyntax error unexpected '{name.upper()}'.",
                hint="NATURAL JOIN and CROSS JOIN have no condition.",
            )


def _check_asof(node: exp.Join) -> None:
    """Raises SqlSyntaxError: the condition of an ASOF JOIN is of equalities."""
    on = node.args.get("on")
    if on is None:
        return
    terms = on.flatten() if isinstance(on, exp.And) else [on]
    if not all(isinstance(term.unnest(), exp.EQ) for term in terms):
        raise SqlSyntaxError(
            "SQL compilation error:\nThe ON condition of an ASOF JOIN can only have equalities."
        )


def _asof(node: exp.Join) -> exp.Expression:
    """DuckDB's ASOF JOIN: its condition of order is one of those of ON."""
    match = node.args["match_condition"]
    node.set("match_condition", None)
    node.set("side", "LEFT")
    node.set("on", exp.and_(*[each for each in (node.args.get("on"), match) if each]))
    return node


def asof_using(select: exp.Select, walk: Walk) -> None:
    """ASOF JOIN .. USING becomes ON, in place, before the walk: DuckDB's takes the column of order
    as the last of USING. A column of USING is the left table's, and `*` has it once.

    Raises UnsupportedFeature where it is not known which table has it.
    """
    joins = select.args.get("joins") or []
    asof = [each for each in joins if each.args.get("method") == "ASOF" and each.args.get("using")]
    if not asof:
        return
    tables = list(sources.of_select(select))
    for join in asof:
        at = next(number for number, table in enumerate(tables) if table is join.this)
        right = sources.name_of(join.this)
        conditions: list[exp.Expression] = []
        for column in join.args["using"]:
            left = _having(names.stored(column), tables[:at], walk)
            for bare in list(select.find_all(exp.Column)):
                same = isinstance(bare.this, exp.Identifier) and not bare.args.get("table")
                if same and names.stored(bare.this) == names.stored(column):
                    bare.set("table", _quoted(left))
            pair = [exp.Column(this=column.copy(), table=_quoted(each)) for each in (left, right)]
            conditions.append(exp.EQ(this=pair[0], expression=pair[1]))
        join.set("on", exp.and_(*conditions, copy=False))
    _spell_stars(select, tables, {id(each.this): each.args["using"] for each in asof})
    for join in asof:
        join.set("using", None)


def _having(column: str, tables: Sequence[exp.Expression], walk: Walk) -> str:
    """The name of the one table that has a column."""
    if len(tables) == 1:
        return sources.name_of(tables[0])
    found = [each for each in tables if column in (sources.columns(each, walk) or ())]
    if len(found) != 1:
        raise UnsupportedFeature(
            f"Unsupported feature 'ASOF JOIN .. USING ({column})' of these tables.",
            hint="Write the columns in ON.",
        )
    return sources.name_of(found[0])


def _spell_stars(
    select: exp.Select, tables: Sequence[exp.Expression], merged: Mapping[int, Any]
) -> None:
    items: list[exp.Expression] = []
    for item in select.expressions:
        if not isinstance(item, exp.Star):
            items.append(item)
            continue
        others = (join for join in select.args["joins"] if id(join.this) not in merged)
        if any(item.args.values()) or any(join.args.get("using") for join in others):
            raise UnsupportedFeature("Unsupported feature 'this * over ASOF JOIN .. USING'.")
        for table in tables:
            dropped = [exp.Column(this=each.copy()) for each in merged.get(id(table), [])]
            star = exp.Star(except_=dropped or None)
            items.append(exp.Column(this=star, table=_quoted(sources.name_of(table))))
    select.set("expressions", items)


def _quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Join: _join}
