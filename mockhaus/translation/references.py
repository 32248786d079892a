"""What a statement names: columns, variables, tables, and what stands for a table in FROM.

Snowflake's manual: "Object name resolution", "SQL variables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from sqlglot import exp

from mockhaus.errors import UndefinedObject, UndefinedVariable, UnsupportedFeature
from mockhaus.translation import history, names, staged
from mockhaus.translation.clauses import sources
from mockhaus.translation.clauses.pivot import pivoted
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.information_schema import is_information_schema, relation
from mockhaus.translation.refusals import unknown
from mockhaus.translation.routines import calls as routines
from mockhaus.translation.routines.body import ARGUMENT
from mockhaus.translation.types import operands, scopes, structured

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _identifier(node: exp.Identifier, walk: Walk) -> exp.Expression:
    return names.identifier(names.stored(node))


#: Columns of DuckDB's and of sequences, which are looked at.
_SPECIAL: Final = frozenset(("NEXTVAL", "ROWID"))


def _column(node: exp.Column, walk: Walk) -> exp.Expression:
    """A column keeps its table alias; schema and database were only needed to find the table."""
    this, table = node.args.get("this"), node.args.get("table")
    if node.args.get("join_mark"):  # those of a WHERE are gone by now
        raise UnsupportedFeature("Unsupported feature '(+)' here.", hint="Write OUTER JOIN.")
    if walk.arguments and ARGUMENT in node.meta:
        return walk.arguments[node.meta[ARGUMENT]].copy()
    if isinstance(this, exp.Parameter):
        return _numbered(node, walk)
    if isinstance(this, exp.Identifier):
        name = names.stored(this)
        if name.upper() in _SPECIAL:
            if names.is_next_value(node):
                return names.next_value(node, walk.context)
            if name.upper() == "ROWID":
                walk.note_rowid(this)
        this = names.identifier(name)
    elif this is not None:
        this = walk.rewrite(this)
    new = exp.Column(this=this)
    if isinstance(table, exp.Identifier):
        new.set("table", names.identifier(names.stored(table)))
    elif table is not None:
        new.set("table", walk.rewrite(table))
    _note_type(new, node, walk)
    return new


def _note_type(new: exp.Column, node: exp.Column, walk: Walk) -> None:
    """Note DuckDB's type of a column, and its declared one where DuckDB has but JSON."""
    if kind := scopes.type_of(node, walk):
        scopes.note(new, kind, walk)
    is_reached = isinstance(node.parent, _REACHING)
    known = structured.kind_of(node) if node._meta else None
    if known is not None:
        if is_reached or scopes.asks(node):
            structured.of_column(new, known)
        return
    if kind != "JSON" and not is_reached:
        return
    declared = scopes.declared(node, walk)
    if declared is not None and (structured.is_structured(declared) or _is_asked(node.parent)):
        structured.of_column(new, declared)


#: What reaches into a value, and so asks for the types of its parts.
_REACHING: Final = (exp.JSONExtract, exp.Bracket, exp.Dot)


def _is_asked(parent: Any) -> bool:
    """Whether SYSTEM$TYPEOF asks for a type: all others find that of a VARIANT, an ARRAY or an
    OBJECT in its value."""
    return isinstance(parent, exp.Anonymous) and str(parent.this).upper() == structured.TYPEOF


def _numbered(node: exp.Column, walk: Walk) -> exp.Expression:
    """`t.$1`, and `$NAME` where a column may stand."""
    this, table = node.this, node.args.get("table")
    if table is not None and isinstance(this.this, exp.Literal):
        return exp.Column(this=names.identifier(f"${this.this.this}"), table=walk.rewrite(table))
    if table is not None:
        raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(node)}'.")
    return walk.rewrite(this)


def _parameter(node: exp.Parameter, walk: Walk) -> exp.Expression:
    """`$1` is the first column of the FROM; `$NAME` a session variable."""
    if isinstance(node.this, exp.Literal):
        if staged.over_stage(node):
            return exp.Column(this=names.identifier(f"${node.this.this}"))
        return exp.PositionalColumn(this=node.this)
    walk.volatile = True
    name = str(node.this.this if isinstance(node.this, exp.Expression) else node.this).upper()
    if name not in walk.context.variables:
        raise UndefinedVariable(
            f"SQL compilation error:\nSession variable '${name}' does not exist",
            position=node.meta.get("start"),
        )
    return operands.value(walk.context.variables[name])


def _system(name: ObjectName, walk: Walk) -> exp.Table | None:
    """A view of INFORMATION_SCHEMA or of the past, None if a full name is neither's."""
    if history.is_view(name):
        return history.view(name, walk)
    if not is_information_schema(name):
        return None
    walk.counts = walk.counts or name.name.upper() == "TABLES"
    return relation(name)


_TABLE_ARGUMENTS: Final = frozenset(("this", "db", "catalog", "alias", "joins", "pivots", "sample"))


def _table(node: exp.Table, walk: Walk) -> exp.Expression:
    """A table's name is resolved in full, unless it is that of a CTE."""
    if staged.is_stage(node):
        return _stage(node, walk)
    for key, value in node.args.items():
        if value and key not in _TABLE_ARGUMENTS:
            shown = snowflake_text(node)[:60]
            raise UnsupportedFeature(f"Unsupported feature '{shown}'.")
    if not isinstance(node.this, exp.Identifier):
        return _called(node, walk)
    if sources.is_dual(node, walk):
        return walk.rewrite(sources.dual(node))
    name = names.object_name(node)
    if name.schema is None and walk.is_cte(name.name):
        new = exp.Table(this=names.identifier(name.name))
    elif (system := _system(full := walk.context.resolve(name), walk)) is not None:
        new = system
        if not node.args.get("alias"):
            new.set("alias", exp.TableAlias(this=names.identifier(name.name)))
    else:
        walk.read(full)
        _is_there(full, walk)
        new = names.storage_table(full, walk.context)
        if walk.context.is_temporary(full) and not node.args.get("alias"):
            new.set("alias", exp.TableAlias(this=names.identifier(name.name)))
    for key in ("alias", "joins", "sample"):
        if node.args.get(key):
            new.set(key, node.args[key])
    _table_parts(new, walk)
    return pivoted(new, node.args.get("pivots") or [], walk)


def _is_there(name: ObjectName, walk: Walk) -> None:
    """Raises UndefinedObject for a table that is not there and that DuckDB would read of a file."""
    if walk.context.described is None or not names.may_be_file(name):
        return
    if not walk.context.is_temporary(name) and walk.context.relation(name) is None:
        raise UndefinedObject(
            f"SQL compilation error:\nObject '{name}' does not exist or not authorized."
        )


def _called(node: exp.Table, walk: Walk) -> exp.Expression:
    """A function in FROM without TABLE(). Raises UnknownFunction."""
    if (found := routines.in_from(node, walk)) is not None:
        return found
    raise unknown(cast(exp.Expression, node.this) if isinstance(node.this, exp.Func) else node)


def _stage(node: exp.Table, walk: Walk) -> exp.Expression:
    """A stage is the relation over its files that the context has for it."""
    relation = walk.context.stages.get(staged.key(node))
    if relation is None:
        raise unknown(node)
    new = exp.Table(this=exp.Var(this=relation))
    for key in ("alias", "joins", "sample"):
        if node.args.get(key):
            new.set(key, node.args[key])
    _table_parts(new, walk)
    return pivoted(new, node.args.get("pivots") or [], walk)


def _table_parts(new: exp.Table, walk: Walk) -> None:
    for key in ("alias", "sample"):
        if (value := new.args.get(key)) is not None:
            new.set(key, walk.rewrite(value))
    if joins := new.args.get("joins"):
        walk.items(new, "joins", joins)


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.Identifier: _identifier,
    exp.Column: _column,
    exp.Parameter: _parameter,
    exp.Table: _table,
}
