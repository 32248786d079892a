"""Where the columns of a query come from: the declared types and the tables that DuckDB forgets.

DuckDB has no VARCHAR(n), takes ARRAY, OBJECT and MAP for JSON, and its descriptions name no tables.
All of it is told of a column that stands in the answer as it is (also through subqueries and CTEs),
the type of a cast as well, and of other expressions whether they are an ARRAY, an OBJECT or a MAP.
What cannot be followed is simply not told: nothing here raises. PostgreSQL's manual: 55.7
"RowDescription".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import SqlError
from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.clauses.types import is_text, length
from mockhaus.translation.types import semistructured, structured
from mockhaus.types import SEMI_STRUCTURED, VARIANT, SqlType

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


class Source(Struct, frozen=True):
    """What is known of a column: the type that was declared, and the table and the number of the
    column in it, from 1; 0 of neither."""

    type: SqlType | None = None
    table: int = 0
    number: int = 0


UNKNOWN: Final = Source()


def meant(kind: SqlType, source: Source) -> SqlType:
    """The type of a column that is `kind` to DuckDB, where JSON may be ARRAY, OBJECT or MAP."""
    declared = source.type
    if kind.family != "VARIANT" or declared is None or declared.family not in SEMI_STRUCTURED:
        return kind
    return declared


#: Names in upper case and what is known of each column; None where not even their number is.
Columns: TypeAlias = list[tuple[str, Source]] | None


def origins(query: exp.Expression, context: Context, text: str | None = None) -> tuple[Source, ...]:
    """The sources of the columns that a query answers, () where they are not known.

    The tree is Snowflake's, before the walk, and left as it is. Where the `text` of the statement
    is given, its columns of structured types get notes, and so do calls of SYSTEM$TYPEOF.
    """
    if not any(query.find_all(*_TELLING)):
        return ()
    try:
        noting = None if text is None else "$" in text and structured.TYPEOF in text.upper()
        found = _query(query, _Scope(context, {}, noting))
    except (SqlError, RecursionError):  # the statement itself says what is wrong
        return ()
    return _told(found)


#: Without any of these nothing is known of a query. (Casts and arrays are functions too.)
_TELLING: Final = (exp.Table, exp.Func)


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
    #: None where no notes are to be made; whether there is any SYSTEM$TYPEOF.
    noting: bool | None = None

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
    return [
        (name, Source(semistructured.together((a.type, b.type)))) for (name, a), (_, b) in pairs
    ]


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


def _tables(select: exp.Select, scope: _Scope) -> list[_Table]:
    found: list[_Table] = []
    joins = {id(each.this): each for each in select.args.get("joins") or []}
    for source in sources.of_select(select):
        name, columns = sources.name_of(source).upper(), _columns(source, scope, found)
        join = joins.get(id(source))
        using = join.args.get("using") or () if join is not None else ()
        if join is not None and (join.args.get("method") or (using and join.side in _OTHER)):
            columns = None  # NATURAL, and what is neither side's own
        merged = frozenset(names.stored(_bare(each)).upper() for each in using)
        found.append(_Table(name, columns, merged))
    return found


_OTHER: Final = ("RIGHT", "FULL")


def _bare(node: exp.Expression) -> exp.Identifier:
    inner = node.this if isinstance(node, exp.Column) else node
    assert isinstance(inner, exp.Identifier)
    return inner


def _columns(source: exp.Expression, scope: _Scope, before: list[_Table]) -> Columns:
    if isinstance(source, exp.Table):
        plain = all(not value or key in _PLAIN for key, value in source.args.items())
        named = plain and isinstance(source.this, exp.Identifier)
        found = scope.relation(source) if named else None
    elif source.args.get("pivots"):
        return None
    elif isinstance(source, exp.Subquery):
        found = _query(source, scope)
    elif isinstance(source, (exp.Lateral, exp.TableFromRows)):
        found = _flattened(source.this, scope, before)
    elif isinstance(source, exp.Values):
        found = _listed(source, scope)
    else:
        return None
    return _renamed(found, source.args.get("alias"))


def _flattened(function: exp.Expression, scope: _Scope, before: list[_Table]) -> Columns:
    """The columns of FLATTEN: VALUE is a VARIANT, unless the input may be structured."""
    if not isinstance(function, exp.Explode):
        return None
    given = [function.this, *function.expressions]
    named = [each for each in given if isinstance(each, exp.Kwarg)]
    wanted = next(
        (each.expression for each in named if each.this.name.upper() == "INPUT"), given[0]
    )
    kind = _Items(scope, before, {}).source(wanted).type
    value = UNKNOWN if kind is None or kind.parts else Source(VARIANT)
    return [(name, value if name == "VALUE" else UNKNOWN) for name in sources.FLATTENED]


#: The rows of VALUES that are looked at.
_ROWS: Final = 100


def _listed(values: exp.Values, scope: _Scope) -> Columns:
    """The columns of VALUES: those of which all rows have one type."""
    rows = [e.expressions if isinstance(e, exp.Tuple) else [e] for e in values.expressions[:_ROWS]]
    items = _Items(scope, [], {})
    kinds = [
        semistructured.together(items.source(each).type for each in column)
        for column in zip(*rows, strict=False)
    ]
    whole = len(values.expressions) <= _ROWS
    return [
        (f"COLUMN{number}", Source(kind) if whole and kind is not None else UNKNOWN)
        for number, kind in enumerate(kinds, start=1)
    ]


# --- the items of SELECT -------------------------------------------------------------------------


def _select(select: exp.Select, scope: _Scope) -> Columns:
    tables = _tables(select, scope)
    found: list[tuple[str, Source]] = []
    items = _Items(scope, tables, {})
    is_known = True
    for item in select.expressions:
        if item.is_star:
            starred = _starred(item, items)
            is_known = is_known and starred is not None
            found += starred or ()
        else:
            name = names.stored(item.args["alias"]) if isinstance(item, exp.Alias) else item.name
            source = items.source(item)
            found.append((name.upper(), source))
            if isinstance(item, exp.Alias):
                items.aliases[name.upper()] = Source(source.type)
    if scope.noting is not None:
        _note(select, items)
    return found if is_known else None


def _starred(item: exp.Expression, items: _Items) -> Columns:
    star = sources.star_of(item)
    if any(value for key, value in star.args.items() if key not in _STAR):
        return None
    wanted = item.args.get("table") if isinstance(item, exp.Column) else None
    dropped = {names.stored(_bare(each)).upper() for each in star.args.get("except_") or ()}
    found: list[tuple[str, Source]] = []
    for table in items.tables:
        if wanted is not None and names.stored(wanted).upper() != table.name:
            continue
        if table.columns is None:
            return None
        hidden = dropped if wanted is not None else dropped | table.merged
        found += [pair for pair in table.columns if pair[0] not in hidden]
    if not (star.args.get("replace") or star.args.get("rename")):
        return found or None
    replaced = {name: items.source(each) for name, each in _aliased(star, "replace")}
    renamed = {names.stored(_bare(each)).upper(): name for name, each in _aliased(star, "rename")}
    changed = [(name, replaced.get(name, source)) for name, source in found]
    return [(renamed.get(name, name), source) for name, source in changed] or None


#: What may stand behind a star that is followed.
_STAR: Final = ("this", "except_", "replace", "rename")


def _aliased(star: exp.Expression, key: str) -> Iterator[tuple[str, exp.Expression]]:
    """The pairs of REPLACE and RENAME: the alias in upper case, and what it is of."""
    for each in star.args.get(key) or ():
        yield names.stored(each.args["alias"]).upper(), each.this


class _Items(Struct, frozen=True):
    """The items of a SELECT: what their names mean."""

    scope: _Scope
    tables: list[_Table]
    #: Those of the items before.
    aliases: dict[str, Source]

    def source(self, item: exp.Expression) -> Source:
        match item:
            case exp.Alias() | exp.Paren():
                return self.source(item.this)
            case exp.Column(this=exp.Identifier()):
                return self._of_column(item)
            case exp.Cast(to=exp.DataType() as kind) if is_text(kind):
                limit = length(kind)
                return UNKNOWN if limit is None else Source(SqlType("VARCHAR", length=limit))
            case exp.Subquery():
                answered = _query(item, self.scope)
                return Source(answered[0][1].type) if answered is not None else UNKNOWN
        found = semistructured.type_of(item, self._type_of)
        return UNKNOWN if found is None or found.family not in _TOLD else Source(found)

    def _type_of(self, item: exp.Expression) -> SqlType | None:
        return self.source(item).type

    def _of_column(self, column: exp.Column) -> Source:
        name, wanted = names.stored(_bare(column)).upper(), column.args.get("table")
        found: list[Source] = []
        for table in self.tables:
            if wanted is not None and names.stored(wanted).upper() != table.name:
                continue
            if table.columns is None:
                return UNKNOWN
            if wanted is None and name in table.merged:
                continue
            found += [source for known, source in table.columns if known == name]
        if not found and wanted is None:
            return self.aliases.get(name, UNKNOWN)
        return found[0] if len(found) == 1 else UNKNOWN


#: What is told of expressions that are more than a column or a cast.
_TOLD: Final = SEMI_STRUCTURED | {semistructured.NULL.family}


# --- notes for the walk --------------------------------------------------------------------------

#: Parts of a SELECT in which an alias does not come before a column.
_BEFORE_ALIASES: Final = ("expressions", "where", "joins", "laterals")


def _note(select: exp.Select, items: _Items) -> None:
    """Note what the columns of a SELECT are, of those that are structured."""
    has_parts = not items.scope.context.is_kept and any(
        source.type is not None and source.type.parts
        for table in items.tables
        for _, source in table.columns or ()
    )
    if not (has_parts or items.scope.noting):
        return
    for clause, value in select.args.items():
        for node in _within(value) if clause not in _SOURCES else ():
            if isinstance(node, exp.Anonymous) and str(node.this).upper() == structured.TYPEOF:
                _note_asked(node, items)
            elif has_parts and isinstance(node, exp.Column):
                _note_column(node, clause, items)


_SOURCES: Final = ("with_", "from_")


def _within(value: Any) -> Iterator[exp.Expression]:
    """The nodes of a clause but for those of queries in it."""
    waiting = list(value) if isinstance(value, list) else [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Expression) and not isinstance(node, exp.Query):
            yield node
            waiting += node.iter_expressions()


def _note_asked(call: exp.Anonymous, items: _Items) -> None:
    kind = items.source(call.expressions[0]).type if call.expressions else None
    if kind is not None and kind.family in SEMI_STRUCTURED:
        call.meta[structured.ASKED] = str(kind)


def _note_column(column: exp.Column, clause: str, items: _Items) -> None:
    if not isinstance(column.this, exp.Identifier):
        return
    alone = clause not in _BEFORE_ALIASES and not column.args.get("table")
    if alone and names.stored(column.this).upper() in items.aliases:
        return
    kind = items.source(column).type
    found = semistructured.data_type(str(kind)) if kind is not None and kind.parts else None
    if found is not None:
        structured.of_column(column, found)
