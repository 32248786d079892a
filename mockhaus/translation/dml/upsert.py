"""INSERT .. ON CONFLICT DO NOTHING | DO UPDATE, as a MERGE (PostgreSQL's manual: INSERT).

Keys are recorded and not enforced, as in Snowflake. Here they count: a row whose values in the
columns of the key are those of a row of the table is in conflict with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import (
    ConflictTarget,
    SqlSyntaxError,
    UndefinedConstraint,
    UnsupportedFeature,
)
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.dml import assignment
from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: What the row that was not inserted is called (manual, INSERT).
_EXCLUDED: Final = "EXCLUDED"


class Conflict(Struct, frozen=True):
    """A rewritten ON CONFLICT, and the keys on which a row may be in conflict."""

    clause: Any
    keys: tuple[tuple[exp.Expression, ...], ...]


def taken(tree: exp.Expression, target: ObjectName, walk: Walk) -> Conflict | None:
    """The ON CONFLICT of an INSERT, rewritten and taken out of the tree; None without one.

    Raises ConflictTarget, UndefinedConstraint, SqlSyntaxError.
    """
    clause: Any = tree.args.pop("conflict", None)
    if clause is None:
        return None
    keys = tuple(tuple(map(names.identifier, key)) for key in _keys(clause, target, walk))
    for name in ("conflict_keys", "constraint", "index_predicate"):
        clause.set(name, None)
    for each in clause.expressions:
        value = each.expression
        if isinstance(value, exp.Column) and value.name.upper() == "DEFAULT" and not value.table:
            each.set("expression", exp.var("DEFAULT"))
        each.set("this", exp.Column(this=each.this.this))
    walk.children(clause)
    return Conflict(clause, keys)


def _keys(clause: exp.Expression, target: ObjectName, walk: Walk) -> list[tuple[str, ...]]:
    """The columns of the unique constraints that are meant, as recorded."""
    relation = walk.context.relation(target)
    known = None if relation is None else relation.keys
    listed = [names.stored(_name(each)) for each in clause.args.get("conflict_keys") or ()]
    constraint = clause.args.get("constraint")
    if constraint is not None:
        wanted = names.stored(constraint)
        for key in known or ():
            if key.name.upper() == wanted.upper():
                return [key.columns]
        raise UndefinedConstraint(
            f'constraint "{wanted.lower()}" for table "{target.name.lower()}" does not exist'
        )
    if listed:
        same = {each.upper() for each in listed}
        if known is not None and same not in [{c.upper() for c in key.columns} for key in known]:
            raise ConflictTarget(
                "there is no unique or exclusion constraint matching the ON CONFLICT specification"
            )
        return [tuple(listed)]
    if clause.expressions:
        raise SqlSyntaxError(
            "SQL compilation error:\nON CONFLICT DO UPDATE requires inference specification or"
            " constraint name.",
            hint="Name the columns: ON CONFLICT (a, b) DO UPDATE ...",
        )
    if known is None:
        raise UnsupportedFeature(
            "Unsupported feature 'ON CONFLICT without columns of a temporary table'.",
            hint="Name the columns: ON CONFLICT (a, b) DO ...",
        )
    return [key.columns for key in known]


def _name(key: exp.Expression) -> exp.Identifier:
    node: Any = key
    while not isinstance(node, exp.Identifier):
        node = node.this
    return node


def merged(
    tree: exp.Expression, conflict: Conflict, columns: assignment.Columns, walk: Walk
) -> tuple[str, str]:
    """A rewritten INSERT with its ON CONFLICT as a query and a MERGE.

    The query answers a row where two rows of the source would change the same one.
    """
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    own = table.alias or table.name
    clause = conflict.clause
    inserted = [names.identifier(name) for name, _ in columns]
    given = {str(each.this).upper() for each in inserted}
    # A key that is not inserted is counted on by its sequence, or NULL: in conflict with nothing.
    keys = [key for key in conflict.keys if given.issuperset(str(e.this).upper() for e in key)]
    query = tree.expression
    if len(keys) > 1 and not (isinstance(query, exp.Values) and len(query.expressions) == 1):
        raise UnsupportedFeature(
            "Unsupported feature 'ON CONFLICT without columns of several rows and keys'.",
            hint="Name the columns of one key: ON CONFLICT (a, b) DO NOTHING.",
        )
    source = _source(query, inserted)
    values = [exp.Column(this=each.copy(), table=names.identifier(_EXCLUDED)) for each in inserted]
    whens = []
    check = ""
    if clause.expressions:
        known = assignment.kinds(walk.context, walk.context.resolve(names.object_name(table)))
        update = exp.Update(
            expressions=[_converted(each, known, walk) for each in clause.expressions]
        )
        where = clause.args.get("where")
        condition = None if where is None else where.this
        whens.append(exp.When(matched=True, condition=condition, then=update))
        check = _twice(source, keys[0], clause)
    elif len(keys) == 1:
        source = _first(source, keys[0])
    insert = exp.Insert(
        this=exp.Tuple(expressions=inserted), expression=exp.Tuple(expressions=values)
    )
    whens.append(exp.When(matched=False, then=insert))
    on = exp.or_(*(_same(key, own) for key in keys)) if keys else exp.false()
    merge = exp.Merge(this=table, using=source, on=on, whens=exp.Whens(expressions=whens))
    for name in ("with_", "returning"):
        if tree.args.get(name):
            merge.set(name, tree.args[name])
    return check, generate(merge)


def _same(key: Sequence[exp.Expression], own: str) -> Any:
    """Whether the row and the one of the table have the same key."""
    pairs = [
        exp.EQ(
            this=exp.Column(this=each.copy(), table=names.identifier(own)),
            expression=exp.Column(this=each.copy(), table=names.identifier(_EXCLUDED)),
        )
        for each in key
    ]
    return exp.and_(*pairs)


def _converted(each: exp.Expression, known: Any, walk: Walk) -> exp.Expression:
    name = str(each.this.name)
    kind = known.get(name.upper())
    if kind is not None:
        each.set("expression", assignment.assigned(each.expression, name, kind))
        walk.told(each)
    return each


def _source(query: exp.Expression, columns: Sequence[exp.Expression]) -> exp.Expression:
    alias = exp.TableAlias(
        this=names.identifier(_EXCLUDED), columns=[each.copy() for each in columns]
    )
    if isinstance(query, exp.Values):
        query.set("alias", alias)
        return query
    return exp.Subquery(this=query, alias=alias)


def _first(source: exp.Expression, keys: Sequence[exp.Expression]) -> exp.Expression:
    """The first row of each key; NULL is in conflict with nothing."""
    number = exp.Window(
        this=exp.RowNumber(), partition_by=[exp.Column(this=key.copy()) for key in keys]
    )
    unknown = [exp.Is(this=exp.Column(this=key.copy()), expression=exp.Null()) for key in keys]
    first = exp.EQ(this=number, expression=exp.Literal.number(1))
    select = exp.select("*").from_(source)
    select.set("qualify", exp.Qualify(this=exp.or_(first, *unknown)))
    return exp.Subquery(this=select, alias=exp.TableAlias(this=names.identifier(_EXCLUDED)))


def _twice(source: exp.Expression, keys: Sequence[exp.Expression], conflict: exp.Expression) -> str:
    """DuckDB wants to meet all parameters: the conflict's stand in conditions that always hold."""
    columns = [exp.Column(this=key.copy()) for key in keys]
    known = [exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())) for each in columns]
    query = exp.select("1").from_(source.copy()).where(*known)
    for number in sorted({each.name for each in conflict.find_all(exp.Placeholder)}):
        value = exp.cast(exp.Placeholder(this=number), "TEXT")
        query = query.where(exp.NullSafeEQ(this=value, expression=value.copy()))
    query = query.group_by(*columns).having(
        exp.GT(this=apply("count"), expression=exp.Literal.number(1))
    )
    return generate(query.limit(1))
