"""MERGE as DuckDB runs it. Snowflake's manual: "MERGE".

DuckDB's reports its actions by RETURNING, and does not notice a target row with several sources;
ALL BY NAME is spelled out, and DuckDB's own forms of it are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidIdentifier, SqlSyntaxError, UnsupportedFeature, ValueCount
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.dml import assignment
from mockhaus.translation.dml.change import (
    Change,
    allowed,
    convert,
    counted,
    is_on,
    name_of,
    table_of,
    unqualify,
)

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_COLUMNS: Final = {
    "INSERT": "number of rows inserted",
    "UPDATE": "number of rows updated",
    "DELETE": "number of rows deleted",
}


def merge(tree: exp.Expression, walk: Walk) -> Change:
    """MERGE INTO target USING source ON .. WHEN ..."""
    allowed(tree, "MERGE", "this", "using", "on", "using_cond", "whens", "with_")
    table = table_of(tree)
    target = walk.context.resolve(names.object_name(table))
    whens = tree.args["whens"].expressions
    for when in whens:
        _check_when(when, walk)
    _check_reachable(whens)
    _by_name(tree, target, walk)
    actions = {_action(when) for when in whens}
    for when in whens:
        if isinstance(when.args["then"], exp.Update):
            unqualify(when.args["then"].expressions)
    walk.children(tree)
    walk.finished(tree)
    strict = is_on(walk.context, "ERROR_ON_NONDETERMINISTIC_MERGE", "true")
    twice = _twice(tree) if "UPDATE" in actions else None
    check = generate(twice.limit(1)) if twice is not None and strict else ""
    several = counted(twice) if twice is not None and not strict else ""
    for when in whens:
        _fit_when(when.args["then"], target, walk)
    tree.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
    columns = tuple(_COLUMNS[name] for name in ("INSERT", "UPDATE", "DELETE") if name in actions)
    return Change(
        target,
        generate(tree),
        check=check,
        actions=columns,
        several=several,
        volatile=walk.volatile,
    )


def _check_when(when: exp.Expression, walk: Walk) -> None:
    """Refuse a WHEN that Snowflake does not have."""
    action, matched = _action(when), bool(when.args.get("matched"))
    if when.args.get("source"):
        raise UnsupportedFeature("Unsupported feature 'WHEN NOT MATCHED BY SOURCE'.")
    if action == "NOTHING" and not walk.context.postgres:
        raise UnsupportedFeature(f"Unsupported feature 'THEN {when.args['then'].name}'.")
    if action != "NOTHING" and matched == (action == "INSERT"):
        word = "MATCHED" if matched else "NOT MATCHED"
        raise SqlSyntaxError(
            f"SQL compilation error:\nsyntax error unexpected '{action}' in WHEN {word}."
        )


def _check_reachable(whens: Sequence[exp.Expression]) -> None:
    """Raises SqlSyntaxError for a clause behind one of its kind that has no condition."""
    closed: set[bool] = set()
    for when in whens:
        matched = bool(when.args.get("matched"))
        if matched in closed:
            word = "MATCHED" if matched else "NOT MATCHED"
            raise SqlSyntaxError(
                f"SQL compilation error:\nUnreachable WHEN {word} clause.",
                hint="The one without a condition is the last of its kind.",
            )
        if when.args.get("condition") is None:
            closed.add(matched)


def _by_name(tree: exp.Expression, target: ObjectName, walk: Walk) -> None:
    """UPDATE and INSERT ALL BY NAME with the columns that they stand for, in place.

    Raises ValueCount, InvalidIdentifier if source and target have not the same columns.
    """
    thens = [when.args["then"] for when in tree.args["whens"].expressions]
    starred = [then for then in thens if _is_all(then)]
    if not starred:
        return
    source = tree.args["using"]
    known, wanted = sources.columns(source, walk), list(walk.context.columns(target))
    if not wanted:  # there is no such table, as is told when it is looked for
        return
    if known is None:
        raise UnsupportedFeature("Unsupported feature 'ALL BY NAME' of this source.")
    if len(known) != len(wanted):
        raise ValueCount(
            "SQL compilation error:\n"
            f"ALL BY NAME: the source has {len(known)} columns, the target {len(wanted)}."
        )
    columns = {each.upper(): each for each in known}
    for name in wanted:
        if name not in columns:
            raise InvalidIdentifier(f"SQL compilation error:\ninvalid identifier '{name}'")
    table = sources.name_of(source)
    for then in starred:
        _spell(then, wanted, [_column(columns[name], table) for name in wanted])


def _is_all(then: exp.Expression) -> bool:
    items = then.expressions if isinstance(then, exp.Update) else [then.this]
    return bool(items) and isinstance(items[0], exp.Star)


def _column(name: str, table: str = "") -> exp.Column:
    made = exp.Column(this=exp.Identifier(this=name, quoted=True))
    if table:
        made.set("table", exp.Identifier(this=table, quoted=True))
    return made


def _spell(then: exp.Expression, wanted: Sequence[str], values: Sequence[exp.Expression]) -> None:
    targets = [_column(name) for name in wanted]
    if isinstance(then, exp.Update):
        pairs = zip(targets, values, strict=True)
        then.set("expressions", [exp.EQ(this=to, expression=of.copy()) for to, of in pairs])
    else:
        then.set("this", exp.Tuple(expressions=targets))
        then.set("expression", exp.Tuple(expressions=[each.copy() for each in values]))


def _fit_when(then: exp.Expression, target: ObjectName, walk: Walk) -> None:
    """The values of a WHEN's UPDATE or INSERT as their columns take them, in place."""
    if isinstance(then, exp.Update):
        convert(then.expressions, target, walk)
    elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
        listed = then.this.expressions if isinstance(then.this, exp.Tuple) else []
        known = assignment.targets(listed, assignment.kinds(walk.context, target))
        if known is not None:
            items = then.expression.expressions
            assignment.matched(len(known), len(items))
            pairs = zip(items, known, strict=True)
            made = [assignment.assigned(item, name, kind) for item, (name, kind) in pairs]
            then.expression.set("expressions", made)
            walk.told(then.expression)


def _action(when: exp.Expression) -> str:
    then = when.args["then"]
    if isinstance(then, exp.Insert):
        return "INSERT"
    if isinstance(then, exp.Update):
        return "UPDATE"
    return "DELETE" if then.name.upper() == "DELETE" else "NOTHING"


def _twice(tree: exp.Expression) -> exp.Select:
    """A query of the target rows with several sources, one of which updates it: how many beyond
    the first. Several sources that all delete a row agree.
    """
    table = tree.this
    action = exp.Case()
    conditions = []
    for when in tree.args["whens"].expressions:
        if when.args.get("matched"):
            condition = when.args.get("condition") or exp.true()
            conditions.append(condition.copy())
            updates = isinstance(when.args["then"], exp.Update)
            action = action.when(condition.copy(), exp.Boolean(this=updates))
    row = exp.Column(this=exp.Identifier(this="rowid"), table=names.identifier(name_of(table)))
    updated = exp.Anonymous(this="bool_or", expressions=[action])
    query = (
        exp.select("COUNT(*) - 1 AS beyond")
        .from_(table.copy())
        .join(tree.args["using"].copy(), on=tree.args["on"].copy())
        .where(exp.or_(*conditions))
        .group_by(row)
        .having(exp.and_(exp.condition("COUNT(*) > 1"), updated))
    )
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].copy())
    return query
