"""INSERT .. ON CONFLICT (columns) DO NOTHING | DO UPDATE, as a MERGE (PostgreSQL's manual: INSERT).

Keys are recorded and not enforced, as in Snowflake, so the columns that may conflict must be named:
a row whose values there are those of a row of the table is in conflict with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import assignment, names
from mockhaus.translation.dialect import generate
from mockhaus.translation.registry import apply

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: What the row that was not inserted is called (manual, INSERT).
_EXCLUDED: Final = "EXCLUDED"


def taken(tree: exp.Expression, walk: Walk) -> Any:
    """The ON CONFLICT of an INSERT, rewritten and taken out of the tree; None without one."""
    conflict: Any = tree.args.pop("conflict", None)
    if conflict is None:
        return None
    keys = conflict.args.get("conflict_keys")
    if not keys or conflict.args.get("constraint") or conflict.args.get("index_predicate"):
        raise UnsupportedFeature(
            "Unsupported feature 'ON CONFLICT without columns'.",
            hint="Name the columns: ON CONFLICT (a, b) DO ...",
        )
    conflict.set("conflict_keys", [exp.Column(this=_name(each)) for each in keys])
    for each in conflict.expressions:
        each.set("this", exp.Column(this=each.this.this))
    walk.children(conflict)
    return conflict


def _name(key: exp.Expression) -> exp.Expression:
    node: Any = key
    while not isinstance(node, exp.Identifier):
        node = node.this
    return node


def merged(
    tree: exp.Expression, conflict: exp.Expression, columns: assignment.Columns, walk: Walk
) -> tuple[str, str]:
    """A rewritten INSERT with its ON CONFLICT as a query and a MERGE.

    The query answers a row where two rows of the source would change the same one.
    """
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    own = table.alias or table.name
    inserted = [names.identifier(name) for name, _ in columns]
    keys = [key.this for key in conflict.args["conflict_keys"]]
    source = _source(tree.expression, inserted)
    values = [exp.Column(this=each.copy(), table=names.identifier(_EXCLUDED)) for each in inserted]
    whens = []
    check = ""
    if conflict.expressions:
        known = walk.context.columns(walk.context.resolve(names.object_name(table)))
        update = exp.Update(expressions=[_converted(each, known) for each in conflict.expressions])
        where = conflict.args.get("where")
        condition = None if where is None else where.this
        whens.append(exp.When(matched=True, condition=condition, then=update))
        check = _twice(source, keys, conflict)
    else:
        source = _first(source, keys)
    insert = exp.Insert(
        this=exp.Tuple(expressions=inserted), expression=exp.Tuple(expressions=values)
    )
    whens.append(exp.When(matched=False, then=insert))
    on = exp.and_(
        *(
            exp.EQ(
                this=exp.Column(this=key.copy(), table=names.identifier(own)),
                expression=exp.Column(this=key.copy(), table=names.identifier(_EXCLUDED)),
            )
            for key in keys
        )
    )
    merge = exp.Merge(this=table, using=source, on=on, whens=exp.Whens(expressions=whens))
    for key in ("with_", "returning"):
        if tree.args.get(key):
            merge.set(key, tree.args[key])
    return check, generate(merge)


def _converted(each: exp.Expression, known: Any) -> exp.Expression:
    name = str(each.this.name)
    kind = known.get(name.upper())
    if kind is not None:
        each.set("expression", assignment.assigned(each.expression, name, kind))
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
