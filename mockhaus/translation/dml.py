"""INSERT, UPDATE, DELETE, MERGE and TRUNCATE as DuckDB runs them.

What differs: INSERT OVERWRITE and TRUNCATE are a DELETE; the target of SET is unqualified; MERGE
reports its actions by RETURNING, and does not notice a target row with several sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.information_schema import is_information_schema
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded


@dataclass(frozen=True, slots=True)
class Change:
    """A translated change.

    `before` are statements to run first, `sql` is the change itself; `check`, of MERGE, answers a
    row if some target row would be updated twice; `actions` are the count columns of a MERGE.
    """

    target: ObjectName
    sql: str
    before: tuple[str, ...] = ()
    check: str = ""
    actions: tuple[str, ...] = ()
    volatile: bool = False
    warnings: tuple[str, ...] = field(default=())


def change(statement: s.Tree, context: Context) -> Change:
    """Translate a statement that changes rows. Raises CompilationError."""
    walk = Walk(context, statement.text)
    return guarded(lambda: _BUILDERS[type(statement)](statement.tree.copy(), walk), statement)


def target_of(statement: s.Tree, context: Context) -> ObjectName:
    """The table that a statement writes, in full."""
    tree = statement.tree
    table = tree.expressions[0] if isinstance(tree, exp.TruncateTable) else tree.this
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
    _allowed(tree, "INSERT", "this", "expression", "overwrite", "with_", "source")
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    before: tuple[str, ...] = ()
    if tree.args.get("overwrite"):
        before = (f"DELETE FROM {names.storage_name(target, walk.context)}",)
        tree.set("overwrite", False)
    walk.children(tree)
    walk.finished(tree)
    return Change(target, generate(tree), before, volatile=walk.volatile)


def _update(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "UPDATE", "this", "expressions", "from_", "where", "with_")
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    _unqualify(tree.expressions)
    walk.children(tree)
    walk.finished(tree)
    return Change(target, generate(tree), volatile=walk.volatile)


def _unqualify(assignments: list[exp.Expression]) -> None:
    for assignment in assignments:
        if isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column):
            assignment.set("this", exp.Column(this=assignment.this.this))


def _delete(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "DELETE", "this", "using", "where", "with_")
    target = walk.context.resolve(names.object_name(_table_of(tree)))
    walk.children(tree)
    walk.finished(tree)
    return Change(target, generate(tree), volatile=walk.volatile)


def _truncate(tree: exp.Expression, walk: Walk) -> Change:
    _allowed(tree, "TRUNCATE", "expressions", "exists")
    if len(tree.expressions) != 1:
        raise UnsupportedFeature("Unsupported feature 'TRUNCATE of several tables'.")
    target = walk.context.resolve(names.object_name(tree.expressions[0]))
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
    actions = {_action(when) for when in whens}
    for when in whens:
        if isinstance(when.args["then"], exp.Update):
            _unqualify(when.args["then"].expressions)
    walk.children(tree)
    walk.finished(tree)
    check = _twice(tree) if "UPDATE" in actions else ""
    tree.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
    columns = tuple(_COLUMNS[name] for name in ("INSERT", "UPDATE", "DELETE") if name in actions)
    return Change(target, generate(tree), check=check, actions=columns, volatile=walk.volatile)


def _action(when: exp.Expression) -> str:
    then = when.args["then"]
    if isinstance(then, exp.Insert):
        return "INSERT"
    if isinstance(then, exp.Update):
        return "UPDATE"
    return "DELETE"


def _twice(tree: exp.Expression) -> str:
    """A query that answers a row if some target row has several sources that would change it."""
    table = tree.this
    alias = table.alias or table.name
    conditions = [
        when.args.get("condition") or exp.true()
        for when in tree.args["whens"].expressions
        if when.args.get("matched")
    ]
    row = exp.Column(this=exp.Identifier(this="rowid"), table=names.identifier(alias))
    query = (
        exp.select("1")
        .from_(table.copy())
        .join(tree.args["using"].copy(), on=tree.args["on"].copy())
        .where(exp.or_(*[c.copy() for c in conditions]))
        .group_by(row)
        .having("COUNT(*) > 1")
        .limit(1)
    )
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].copy())
    return generate(query)


_BUILDERS: Final = {
    s.Insert: _insert,
    s.Update: _update,
    s.Delete: _delete,
    s.Truncate: _truncate,
    s.Merge: _merge,
}
