"""INSERT ALL | FIRST [WHEN .. THEN] INTO .. SELECT. Snowflake's manual: "INSERT (multi-table)"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import generate, tokenize
from mockhaus.translation.dml import assignment
from mockhaus.translation.dml.change import ROWS, Change, columns_of, table_of
from mockhaus.translation.labels import label

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def multi_insert(tree: exp.MultitableInserts, walk: Walk) -> Change:
    """The query runs once; each INTO takes its rows from those that are kept."""
    first = str(tree.args["kind"]).upper() == "FIRST"
    if first and not any(branch.args.get("expression") for branch in tree.expressions):
        raise SqlSyntaxError("SQL compilation error:\nsyntax error: INSERT FIRST without WHEN.")
    overwrite = [token.text.upper() for token in tokenize(walk.text)[1:2]] == ["OVERWRITE"]
    columns = sources.answered(tree.args["source"], walk)
    source = walk.rewrite(tree.args["source"])
    if isinstance(source, exp.Select):
        label(source, tuple(columns or ()))
    walk.finished(source)
    inserts: list[tuple[str, str]] = []
    targets: dict[ObjectName, None] = {}
    for into, condition in _branches(tree):
        target = walk.context.resolve(names.object_name(table_of(into)))
        targets[target] = None
        inserts.append((target.name, _branch(into, target, condition, columns, walk)))
    before = [f"DELETE FROM {names.storage_name(each, walk.context)}" for each in targets]
    return Change(
        next(iter(targets)),
        "",
        tuple(before) if overwrite else (),
        generate(source),
        inserts=tuple(inserts),
        volatile=walk.volatile,
    )


def _branches(
    tree: exp.MultitableInserts,
) -> Iterator[tuple[exp.Expression, exp.Expression | None]]:
    """Each INTO and the condition under which it gets a row."""
    first = str(tree.args["kind"]).upper() == "FIRST"
    seen: list[exp.Expression] = []
    current: Any = None
    for branch in tree.expressions:
        condition = branch.args.get("expression")
        if condition is not None:
            before = [_untrue(each) for each in seen] if first else []
            seen.append(condition)
            current = exp.and_(*before, condition.copy())
        elif branch.args.get("else_"):
            current = exp.and_(*(_untrue(each) for each in seen))
        yield branch.this, None if current is None else current.copy()


def _untrue(condition: exp.Expression) -> exp.Expression:
    """Whether a condition is FALSE or NULL."""
    true = exp.Anonymous(
        this="COALESCE", expressions=[exp.Paren(this=condition.copy()), exp.false()]
    )
    return exp.Not(this=true)


def _branch(
    into: exp.Expression,
    target: ObjectName,
    condition: exp.Expression | None,
    given: Sequence[str] | None,
    walk: Walk,
) -> str:
    """DuckDB's INSERT of one INTO, from the rows that are kept."""
    columns = columns_of(into.this, target, walk)
    listed = into.this.expressions if isinstance(into.this, exp.Schema) else []
    items: list[exp.Expression] = [exp.Star()]
    if into.expression is not None:
        items = into.expression.expressions[0].expressions
        if columns is not None:
            assignment.matched(len(columns), len(items))
            pairs = list(zip(items, columns, strict=True))
            kept = [pair for pair in pairs if not _is_default(pair[0])]
            items, columns = [item for item, _ in kept], [column for _, column in kept]
            listed = [names.identifier(name) for name, _ in columns]
    elif columns is not None and given is not None:
        assignment.matched(len(columns), len(given))
    query = exp.Select(
        expressions=items,
        from_=exp.From(this=exp.Table(this=names.identifier(ROWS))),
        where=None if condition is None else exp.Where(this=condition),
    )
    rows = walk.over(ROWS, query)
    if columns is not None:
        rows = assignment.rows(rows, columns)
    table: exp.Expression = names.storage_table(target, walk.context)
    if listed:
        plain = [walk.rewrite(each) if each.parent else each for each in listed]
        table = exp.Schema(this=table, expressions=plain)
    return generate(exp.Insert(this=table, expression=rows))


def _is_default(item: exp.Expression) -> bool:
    return isinstance(item, (exp.Var, exp.Column)) and item.name.upper() == "DEFAULT"
