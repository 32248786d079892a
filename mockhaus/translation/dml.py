"""INSERT, UPDATE, DELETE, MERGE and TRUNCATE as DuckDB runs them.

What differs: INSERT OVERWRITE and TRUNCATE are a DELETE; the target of SET is unqualified; MERGE
reports its actions by RETURNING, and does not notice a target row with several sources; values are
converted to the types of their columns as Snowflake does (see `assignment`). A multi-table INSERT
is in `multi_insert`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidIdentifier, UnsupportedFeature
from mockhaus.translation import assignment, names, returning, upsert
from mockhaus.translation import statements as s
from mockhaus.translation.clauses import sources
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate, tokenize
from mockhaus.translation.information_schema import is_information_schema
from mockhaus.translation.labels import label
from mockhaus.translation.postgres import arrays
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded


@dataclass(frozen=True, slots=True)
class Change:
    """A translated change.

    `source` is a query whose rows are kept in the temporary table ROWS while the rest runs;
    `before` are statements to run first, `sql` is the change itself; `check`, of MERGE, answers a
    row if some target row would be updated twice; `actions` are the count columns of a MERGE;
    `several` counts the rows that UPDATE finds several sources for, and the surplus; `inserts` are
    those of a multi-table INSERT: the name of each table, and the statement.
    """

    target: ObjectName
    sql: str
    before: tuple[str, ...] = ()
    source: str = ""
    check: str = ""
    actions: tuple[str, ...] = ()
    several: str = ""
    returning: str = ""
    inserts: tuple[tuple[str, str], ...] = ()
    volatile: bool = False
    warnings: tuple[str, ...] = field(default=())

    @property
    def is_one_statement(self) -> bool:
        """Whether DuckDB runs it as one statement, which needs no transaction around it."""
        return not (self.before or self.check or self.source or self.several)


#: The temporary table that holds the rows of a change's `source`.
ROWS: Final = "_MOCKHAUS_ROWS"


def change(statement: s.Tree, context: Context, types: Sequence[str] = ()) -> Change:
    """Translate a statement that changes rows. Raises CompilationError.

    `types` are DuckDB's types of the parameters as far as they are known, '' for unknown.
    """
    walk = Walk(context, statement.text, types)
    return guarded(lambda: _built(statement, walk), statement)


def _built(statement: s.Tree, walk: Walk) -> Change:
    tree = statement.tree.copy()
    if isinstance(tree, exp.MultitableInserts):
        return multi_insert(tree, walk)
    return _BUILDERS[type(statement)](tree, walk)


def target_of(statement: s.Tree, context: Context) -> ObjectName:
    """The table that a statement writes, in full."""
    tree = statement.tree
    table = tree.expressions[0] if isinstance(tree, exp.TruncateTable) else tree.this
    if isinstance(tree, exp.MultitableInserts):
        table = tree.expressions[0].this.this
    if isinstance(table, exp.Schema):
        table = table.this
    if not isinstance(table, exp.Table):
        raise UnsupportedFeature(f"Unsupported feature '{statement.kind}' of this target.")
    name = context.resolve(names.object_name(table))
    if type(statement) in _BUILDERS and is_information_schema(name):
        raise UnsupportedFeature(f"Unsupported feature '{statement.kind} of INFORMATION_SCHEMA'.")
    return name


def _allowed(tree: exp.Expression, what: str, *arguments: str) -> None:
    for key, value in tree.args.items():
        if value and key not in arguments:
            raise UnsupportedFeature(f"Unsupported feature '{what} {key.strip('_').upper()}'.")


def _table_of(tree: exp.Expression) -> exp.Table:
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(table, exp.Table):
        raise UnsupportedFeature("Unsupported feature 'multi-table INSERT'.")
    return table


def _insert(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(
        tree,
        "INSERT",
        "this",
        "expression",
        "overwrite",
        "with_",
        "source",
        "returning",
        "conflict",
        *(["default"] if walk.context.postgres else []),
    )
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    columns = columns_of(tree.this, target, walk)
    query = tree.expression
    returned = returning.taken(tree, target, walk)
    conflict = upsert.taken(tree, target, walk)
    given = None if isinstance(query, exp.Values) else sources.answered(query, walk)
    if columns is not None and given is not None:
        assignment.matched(len(columns), len(given))
    if walk.context.postgres and columns is not None and isinstance(query, exp.Values):
        arrays.written(query, columns, walk.context.relation(target))
    walk.children(tree)
    walk.finished(tree)
    if columns is not None and isinstance(query, exp.Values):
        assignment.values(tree.expression, columns, postgres=walk.context.postgres)
    elif columns is not None and given is not None:
        tree.set("expression", assignment.rows(tree.expression, columns))
    described = returning.put(tree, returned)
    if conflict is not None:
        check, merge = upsert.merged(tree, conflict, columns or (), walk)
        return Change(target, merge, check=check, returning=described, volatile=walk.volatile)
    if not tree.args.get("overwrite"):
        return Change(target, generate(tree), returning=described, volatile=walk.volatile)
    tree.set("overwrite", False)
    before = (f"DELETE FROM {names.storage_name(target, walk.context)}",)
    if isinstance(query, exp.Values):
        return Change(target, generate(tree), before, volatile=walk.volatile)
    # The query may read the table that is emptied.
    source = generate(tree.expression)
    tree.set("expression", exp.select("*").from_(exp.Table(this=names.identifier(ROWS))))
    return Change(target, generate(tree), before, source, volatile=walk.volatile)


def columns_of(table: exp.Expression, target: ObjectName, walk: Walk) -> assignment.Columns | None:
    """The columns that an INSERT writes, with their types; None where they are not known."""
    listed = table.expressions if isinstance(table, exp.Schema) else []
    return assignment.targets(listed, walk.context.columns(target))


def _update(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "UPDATE", "this", "expressions", "from_", "where", "with_", "returning")
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    _unqualify(tree.expressions)
    if walk.context.postgres:
        relation = walk.context.relation(target)
        for each in tree.expressions:
            if isinstance(each, exp.EQ):
                each.set("expression", arrays.assigned(each.expression, each.this.name, relation))
    returned = returning.taken(tree, target, walk)
    walk.children(tree)
    walk.finished(tree)
    several = _several(tree) if tree.args.get("from_") else ""
    _convert(tree.expressions, target, walk)
    described = returning.put(tree, returned)
    return Change(
        target, generate(tree), several=several, returning=described, volatile=walk.volatile
    )


def _several(tree: exp.Expression) -> str:
    """A query that counts the rows that UPDATE finds several sources for, and the sources beyond
    the first of each."""
    table = tree.this
    row = exp.Column(this=exp.Identifier(this="rowid"), table=names.identifier(_name(table)))
    rows = exp.select("COUNT(*) - 1 AS beyond").from_(table.copy())
    source = tree.args["from_"].this.copy()
    for join in source.args.pop("joins", None) or []:
        rows.append("joins", join)
    rows = rows.join(source, join_type="CROSS")
    if tree.args.get("where"):
        rows.set("where", tree.args["where"].copy())
    rows = rows.group_by(row.copy()).having("COUNT(*) > 1")
    query = exp.select("COUNT(*)", "COALESCE(SUM(beyond), 0)").from_(rows.subquery("_TWICE"))
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].copy())
    return generate(query)


def _name(table: exp.Expression) -> str:
    return table.alias or table.name


def _convert(assignments: list[exp.Expression], target: ObjectName, walk: Walk) -> None:
    """`SET column = value`: each value as its column takes it, in place."""
    known = walk.context.columns(target)
    for each in assignments:
        if not known or not isinstance(each, exp.EQ):
            continue
        name, value = str(each.this.name), each.expression
        kind = known.get(name.upper())
        if kind is None:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
            )
        if isinstance(value, exp.Column) and value.name.upper() == "DEFAULT" and not value.table:
            each.set("expression", exp.var("DEFAULT"))
        else:
            postgres = walk.context.postgres
            each.set("expression", assignment.assigned(value, name, kind, postgres=postgres))


def _unqualify(assignments: list[exp.Expression]) -> None:
    for each in assignments:
        if isinstance(each, exp.EQ) and isinstance(each.this, exp.Column):
            each.set("this", exp.Column(this=each.this.this))


def _delete(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "DELETE", "this", "using", "where", "with_", "returning")
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    returned = returning.taken(tree, target, walk)
    walk.children(tree)
    walk.finished(tree)
    described = returning.put(tree, returned)
    return Change(target, generate(tree), returning=described, volatile=walk.volatile)


def _truncate(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "TRUNCATE", "expressions", "exists")
    if len(tree.expressions) != 1:
        raise UnsupportedFeature("Unsupported feature 'TRUNCATE of several tables'.")
    target = walk.context.resolve(names.object_name(tree.expressions[0]))
    if tree.args.get("exists") and not walk.context.columns(target):
        return Change(target, "")
    return Change(target, f"DELETE FROM {names.storage_name(target, walk.context)}")


_COLUMNS: Final = {
    "INSERT": "number of rows inserted",
    "UPDATE": "number of rows updated",
    "DELETE": "number of rows deleted",
}


def _merge(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "MERGE", "this", "using", "on", "using_cond", "whens", "with_")
    table = _table_of(tree)
    target = walk.context.resolve(names.object_name(table))
    whens = tree.args["whens"].expressions
    for when in whens:
        if _action(when) == "NOTHING" and not walk.context.postgres:
            raise UnsupportedFeature(f"Unsupported feature 'THEN {when.args['then'].name}'.")
    actions = {_action(when) for when in whens}
    for when in whens:
        if isinstance(when.args["then"], exp.Update):
            _unqualify(when.args["then"].expressions)
    walk.children(tree)
    walk.finished(tree)
    check = _twice(tree) if "UPDATE" in actions else ""
    for when in whens:
        _fit_when(when.args["then"], target, walk)
    tree.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
    columns = tuple(_COLUMNS[name] for name in ("INSERT", "UPDATE", "DELETE") if name in actions)
    return Change(target, generate(tree), check=check, actions=columns, volatile=walk.volatile)


def _fit_when(then: exp.Expression, target: ObjectName, walk: Walk) -> None:
    """The values of a WHEN's UPDATE or INSERT as their columns take them, in place."""
    if isinstance(then, exp.Update):
        _convert(then.expressions, target, walk)
    elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
        listed = then.this.expressions if isinstance(then.this, exp.Tuple) else []
        known = assignment.targets(listed, walk.context.columns(target))
        if known is not None:
            items = then.expression.expressions
            assignment.matched(len(known), len(items))
            pairs = zip(items, known, strict=True)
            made = [assignment.assigned(item, name, kind) for item, (name, kind) in pairs]
            then.expression.set("expressions", made)


def _action(when: exp.Expression) -> str:
    then = when.args["then"]
    if isinstance(then, exp.Insert):
        return "INSERT"
    if isinstance(then, exp.Update):
        return "UPDATE"
    return "DELETE" if then.name.upper() == "DELETE" else "NOTHING"


def _twice(tree: exp.Expression) -> str:
    """A query that answers a row if some target row has several sources, one of which updates it.

    Several sources that all delete a row agree.
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
    row = exp.Column(this=exp.Identifier(this="rowid"), table=names.identifier(_name(table)))
    updated = exp.Anonymous(this="bool_or", expressions=[action])
    query = (
        exp.select("1")
        .from_(table.copy())
        .join(tree.args["using"].copy(), on=tree.args["on"].copy())
        .where(exp.or_(*conditions))
        .group_by(row)
        .having(exp.and_(exp.condition("COUNT(*) > 1"), updated))
        .limit(1)
    )
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].copy())
    return generate(query)


# --- INSERT ALL, INSERT FIRST --------------------------------------------------------------------


def multi_insert(tree: exp.MultitableInserts, walk: Walk) -> Change:
    """INSERT ALL | FIRST [WHEN ... THEN] INTO ... SELECT: the query runs once.

    Snowflake's manual: "INSERT (multi-table)".
    """
    overwrite = [token.text.upper() for token in tokenize(walk.text)[1:2]] == ["OVERWRITE"]
    columns = sources.answered(tree.args["source"], walk)
    source = walk.rewrite(tree.args["source"])
    if isinstance(source, exp.Select):
        label(source, tuple(columns or ()))
    walk.finished(source)
    inserts: list[tuple[str, str]] = []
    targets: dict[ObjectName, None] = {}
    for into, condition in _branches(tree):
        target = walk.context.resolve(names.object_name(_table_of(into)))
        targets[target] = None
        inserts.append((target.name, _branch(into, target, condition, walk)))
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
        yield branch.this, current


def _untrue(condition: exp.Expression) -> exp.Expression:
    """Whether a condition is FALSE or NULL."""
    true = exp.Anonymous(
        this="COALESCE", expressions=[exp.Paren(this=condition.copy()), exp.false()]
    )
    return exp.Not(this=true)


def _branch(
    into: exp.Expression, target: ObjectName, condition: exp.Expression | None, walk: Walk
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


_BUILDERS: Final = {
    s.Insert: _insert,
    s.Update: _update,
    s.Delete: _delete,
    s.Truncate: _truncate,
    s.Merge: _merge,
}
