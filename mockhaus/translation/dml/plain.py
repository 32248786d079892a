"""INSERT, UPDATE, DELETE and TRUNCATE as DuckDB runs them.

What differs: INSERT OVERWRITE and TRUNCATE are a DELETE; the target of SET is unqualified; values
are converted to the types of their columns as Snowflake does (see `assignment`). MERGE and a
multi-table INSERT are in files of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names, statements as s
from mockhaus.translation.clauses import sources
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.dml import assignment, returning, upsert
from mockhaus.translation.dml.change import (
    ROWS,
    Change,
    allowed,
    columns_of,
    convert,
    counted,
    is_on,
    name_of,
    table_of,
    unqualify,
)
from mockhaus.translation.dml.merge import merge
from mockhaus.translation.dml.multi_insert import multi_insert
from mockhaus.translation.information_schema import is_information_schema
from mockhaus.translation.postgres import arrays
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded
from mockhaus.translation.trees import copied
from mockhaus.translation.types import scopes


def change(statement: s.Tree, context: Context, types: Sequence[str] = ()) -> Change:
    """Translate a statement that changes rows. Raises CompilationError.

    `types` are DuckDB's types of the parameters as far as they are known, '' for unknown.
    """
    walk = Walk(context, statement.text, types)
    return guarded(lambda: _built(statement, walk), statement)


def _built(statement: s.Tree, walk: Walk) -> Change:
    tree = copied(statement.tree)
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


def _insert(tree: exp.Expression, walk: Walk) -> Change:
    allowed(
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
    target = walk.context.resolve(names.object_name(table_of(tree)))
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
        walk.told(tree.expression)
    elif columns is not None and given is not None:
        types = scopes.output(tree.expression, walk)
        tree.set("expression", assignment.rows(tree.expression, columns, types))
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


def _update(tree: exp.Expression, walk: Walk) -> Change:
    allowed(tree, "UPDATE", "this", "expressions", "from_", "where", "with_", "returning")
    target = walk.context.resolve(names.object_name(table_of(tree)))
    unqualify(tree.expressions)
    if walk.context.postgres:
        relation = walk.context.relation(target)
        for each in tree.expressions:
            if isinstance(each, exp.EQ):
                each.set("expression", arrays.assigned(each.expression, each.this.name, relation))
    returned = returning.taken(tree, target, walk)
    walk.children(tree)
    walk.finished(tree)
    twice = _twice(tree) if tree.args.get("from_") else None
    several, check = "", ""
    if twice is not None and is_on(walk.context, "ERROR_ON_NONDETERMINISTIC_UPDATE"):
        check = generate(twice.limit(1))
    elif twice is not None:
        several = counted(twice)
    convert(tree.expressions, target, walk)
    described = returning.put(tree, returned)
    return Change(
        target,
        generate(tree),
        check=check,
        several=several,
        returning=described,
        volatile=walk.volatile,
    )


def _twice(tree: exp.Expression) -> exp.Select:
    """A query of the rows that UPDATE finds several sources for: how many beyond the first."""
    table = tree.this
    row = exp.Column(this=exp.Identifier(this="rowid"), table=names.identifier(name_of(table)))
    rows = exp.select("COUNT(*) - 1 AS beyond").from_(table.copy())
    source = tree.args["from_"].this.copy()
    for join in source.args.pop("joins", None) or []:
        rows.append("joins", join)
    rows = rows.join(source, join_type="CROSS")
    if tree.args.get("where"):
        rows.set("where", tree.args["where"].copy())
    rows = rows.group_by(row.copy()).having("COUNT(*) > 1")
    if tree.args.get("with_"):
        rows.set("with_", tree.args["with_"].copy())
    return rows


def _delete(tree: exp.Expression, walk: Walk) -> Change:
    allowed(tree, "DELETE", "this", "using", "where", "with_", "returning")
    target = walk.context.resolve(names.object_name(table_of(tree)))
    returned = returning.taken(tree, target, walk)
    walk.children(tree)
    walk.finished(tree)
    described = returning.put(tree, returned)
    return Change(target, generate(tree), returning=described, volatile=walk.volatile)


def _truncate(tree: exp.Expression, walk: Walk) -> Change:
    allowed(tree, "TRUNCATE", "expressions", "exists")
    if len(tree.expressions) != 1:
        raise UnsupportedFeature("Unsupported feature 'TRUNCATE of several tables'.")
    target = walk.context.resolve(names.object_name(tree.expressions[0]))
    if tree.args.get("exists") and not walk.context.columns(target):
        return Change(target, "")
    return Change(target, f"DELETE FROM {names.storage_name(target, walk.context)}")


_BUILDERS: Final = {
    s.Insert: _insert,
    s.Update: _update,
    s.Delete: _delete,
    s.Truncate: _truncate,
    s.Merge: merge,
}
