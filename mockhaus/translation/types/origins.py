"""Where the columns of a query come from: the declared types and the tables that DuckDB forgets.

DuckDB has no VARCHAR(n), and its descriptions name no tables. Both are told of a column that stands
in the answer as it is (also through subqueries and CTEs), the type of a cast as well. What cannot
be followed is simply not told: nothing here raises. PostgreSQL's manual: 55.7 "RowDescription".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import SqlError
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.clauses.types import is_text, length
from mockhaus.types import SqlType

if TYPE_CHECKING:
    from mockhaus.translation.context import Context


class Key(Struct, frozen=True):
    """A primary key or unique constraint as it is recorded; `name` is what PostgreSQL calls it."""

    name: str
    columns: tuple[str, ...]


class Relation(Struct, frozen=True):
    """A table or view: its OID, and its columns' names in upper case with their declared types, in
    order; None where no type was declared. `keys` is None where none are recorded: temporary
    tables, views."""

    oid: int
    columns: Mapping[str, SqlType | None]
    keys: tuple[Key, ...] | None = None
    #: The types of the items of columns that were declared with one, `TEXT[]`, as Snowflake has it.
    items: Mapping[str, str] = field(default_factory=dict)
    #: The types of columns that are VARIANT, ARRAY, OBJECT or MAP, as DESCRIBE spells them.
    kinds: Mapping[str, str] = field(default_factory=dict)


class Source(Struct, frozen=True):
    """What is known of a column: the type that was declared, and the table and the number of the
    column in it, from 1; 0 of neither."""

    type: SqlType | None = None
    table: int = 0
    number: int = 0


UNKNOWN: Final = Source()

#: Names in upper case and what is known of each column; None where not even their number is.
Columns: TypeAlias = list[tuple[str, Source]] | None


def origins(query: exp.Expression, context: Context) -> tuple[Source, ...]:
    """The sources of the columns that a query answers, () where they are not known.

    The tree is Snowflake's, before the walk, and is left as it is.
    """
    if not any(query.find_all(exp.Table, exp.Cast)):
        return ()
    try:
        found = _query(query, _Scope(context, {}))
    except (SqlError, RecursionError):  # the statement itself says what is wrong
        return ()
    return _told(found)


def returned(statement: exp.Expression, context: Context) -> tuple[Source, ...]:
    """The same of RETURNING: of INSERT, UPDATE, DELETE and MERGE."""
    clause, table = statement.args.get("returning"), statement.this
    table = table.this if isinstance(table, exp.Schema) else table
    if clause is None or not isinstance(table, exp.Table):
        return ()
    select = exp.Select(
        expressions=[each.copy() for each in clause.expressions], from_=exp.From(this=table.copy())
    )
    return origins(select, context)


def _told(found: Columns) -> tuple[Source, ...]:
    if found is None or all(source == UNKNOWN for _, source in found):
        return ()
    return tuple(source for _, source in found)


class _Scope(Struct, frozen=True):
    context: Context
    #: The CTEs that can be named.
    ctes: Mapping[str, Columns]

    def relation(self, table: exp.Table) -> Columns:
        name = names.object_name(table)
        if name.schema is None and name.name.upper() in self.ctes:
            return self.ctes[name.name.upper()]
        relation = self.context.relation(self.context.resolve(name))
        if relation is None:
            return None
        return [
            (column, Source(kind, relation.oid, number))
            for number, (column, kind) in enumerate(relation.columns.items(), start=1)
        ]


def _query(query: exp.Expression, scope: _Scope) -> Columns:
    with_ = query.args.get("with_")
    for cte in with_.expressions if with_ is not None else ():
        name = names.stored(cte.args["alias"].this).upper()
        # one that reads itself must not be taken for a table of its name
        within = replace(scope, ctes={**scope.ctes, name: None}) if _is_own(cte, name) else scope
        found = _renamed(_query(cte.this, within), cte.args["alias"])
        scope = replace(scope, ctes={**scope.ctes, name: found})
    match query:
        case exp.Subquery():
            return _query(query.this, scope)
        case exp.SetOperation():
            return _united(query, scope)
        case exp.Select():
            return _select(query, scope)
    return None


def _is_own(cte: exp.CTE, name: str) -> bool:
    """Whether a CTE is written as one that reads itself: Snowflake takes it without RECURSIVE."""
    tables = cte.this.find_all(exp.Table) if isinstance(cte.this, exp.SetOperation) else ()
    return any(each.name.upper() == name for each in tables)


def _united(query: exp.SetOperation, scope: _Scope) -> Columns:
    """A set operation: types that all parts have; no table."""
    left, right = _query(query.this, scope), _query(query.expression, scope)
    if left is None or right is None or query.args.get("by_name") or len(left) != len(right):
        return None
    pairs = zip(left, right, strict=True)
    return [(name, Source(a.type if a.type == b.type else None)) for (name, a), (_, b) in pairs]


def _renamed(found: Columns, alias: exp.Expression | None) -> Columns:
    given = alias.args.get("columns") if alias is not None else None
    if found is None or not given:
        return found
    pairs = zip_longest([names.stored(each).upper() for each in given], found)
    return [(new or pair[0], pair[1]) for new, pair in pairs if pair is not None]


# --- FROM ----------------------------------------------------------------------------------------


class _Table(Struct, frozen=True):
    name: str
    columns: Columns
    #: Columns that USING has merged with those of a table before.
    merged: frozenset[str] = frozenset()


#: What a table may have beside its name without being another one.
_PLAIN: Final = frozenset(("this", "db", "catalog", "alias", "joins", "sample"))


def _tables(select: exp.Select, scope: _Scope) -> Iterator[_Table]:
    joins = {id(each.this): each for each in select.args.get("joins") or []}
    for source in sources.of_select(select):
        name, columns = sources.name_of(source).upper(), _columns(source, scope)
        join = joins.get(id(source))
        using = join.args.get("using") or () if join is not None else ()
        if join is not None and (join.args.get("method") or (using and join.side in _OTHER)):
            columns = None  # NATURAL, and what is neither side's own
        yield _Table(name, columns, frozenset(names.stored(_bare(each)).upper() for each in using))


_OTHER: Final = ("RIGHT", "FULL")


def _bare(node: exp.Expression) -> exp.Identifier:
    inner = node.this if isinstance(node, exp.Column) else node
    assert isinstance(inner, exp.Identifier)
    return inner


def _columns(source: exp.Expression, scope: _Scope) -> Columns:
    if isinstance(source, exp.Table):
        plain = all(not value or key in _PLAIN for key, value in source.args.items())
        named = plain and isinstance(source.this, exp.Identifier)
        found = scope.relation(source) if named else None
    elif isinstance(source, exp.Subquery) and not source.args.get("pivots"):
        found = _query(source, scope)
    else:
        return None
    return _renamed(found, source.args.get("alias"))


# --- the items of SELECT -------------------------------------------------------------------------


def _select(select: exp.Select, scope: _Scope) -> Columns:
    tables = list(_tables(select, scope))
    found: list[tuple[str, Source]] = []
    for item in select.expressions:
        if item.is_star:
            starred = _starred(item, tables)
            if starred is None:
                return None
            found += starred
        else:
            name = names.stored(item.args["alias"]) if isinstance(item, exp.Alias) else item.name
            found.append((name.upper(), _source(item, tables)))
    return found


def _starred(item: exp.Expression, tables: list[_Table]) -> Columns:
    star = sources.star_of(item)
    if any(value for key, value in star.args.items() if key not in ("this", "except_")):
        return None
    wanted = item.args.get("table") if isinstance(item, exp.Column) else None
    dropped = {names.stored(_bare(each)).upper() for each in star.args.get("except_") or ()}
    found: list[tuple[str, Source]] = []
    for table in tables:
        if wanted is not None and names.stored(wanted).upper() != table.name:
            continue
        if table.columns is None:
            return None
        hidden = dropped if wanted is not None else dropped | table.merged
        found += [pair for pair in table.columns if pair[0] not in hidden]
    return found or None


def _source(item: exp.Expression, tables: list[_Table]) -> Source:
    match item:
        case exp.Alias() | exp.Paren():
            return _source(item.this, tables)
        case exp.Column(this=exp.Identifier()):
            return _of_column(item, tables)
        case exp.Cast(to=exp.DataType() as kind) if is_text(kind):
            limit = length(kind)
            return UNKNOWN if limit is None else Source(SqlType("VARCHAR", length=limit))
    return UNKNOWN


def _of_column(column: exp.Column, tables: list[_Table]) -> Source:
    name, wanted = names.stored(_bare(column)).upper(), column.args.get("table")
    found: list[Source] = []
    for table in tables:
        if wanted is not None and names.stored(wanted).upper() != table.name:
            continue
        if table.columns is None:
            return UNKNOWN
        if wanted is None and name in table.merged:
            continue
        found += [source for known, source in table.columns if known == name]
    return found[0] if len(found) == 1 else UNKNOWN
