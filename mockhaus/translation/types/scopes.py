"""The type of a column, where the FROM of its query tells it for certain.

The macros find the type of an argument when DuckDB binds a query. That is right for every argument
and costs nothing at run time, but DuckDB has to plan every branch: 2 ms for `text_of(c)` alone.
Where a column can only be that of one table, view or query in its own SELECT, its type is noted,
and `operands` writes the branch that is meant.

Nothing is noted where anything else could be meant: an alias in ORDER BY and the like, a column of
USING or of a PIVOT, a parameter of a lambda, a query around; and nothing in the query of a view,
which may outlive the tables that it was made over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.translation import names
from mockhaus.translation.clauses import sources
from mockhaus.translation.context import ObjectName
from mockhaus.translation.history import is_view
from mockhaus.translation.information_schema import is_information_schema
from mockhaus.translation.types.operands import FORMATTED, KIND, TEXT, TYPE
from mockhaus.translation.types.semistructured import data_type
from mockhaus.types import SEMI_STRUCTURED
from mockhaus.zoned import STORED

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: What asks for no type of a column in it.
_INDIFFERENT: Final = frozenset(
    (
        exp.Select, exp.Alias, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT,
        exp.LTE, exp.In, exp.Between, exp.Is, exp.Group, exp.Ordered, exp.Order, exp.Where,
        exp.Join, exp.Tuple, exp.Window, exp.Count, exp.Max, exp.Min, exp.JSONExtract, exp.Dot,
    )
)  # fmt: skip
_QUERIES: Final = (exp.Select, exp.Update, exp.Delete, exp.Merge)
#: Where a column alone is a value on its way into another column.
_CHANGES: Final = (exp.Update, exp.Insert)
#: Parts of a SELECT where a column comes before an alias of the same name.
_BEFORE_ALIASES: Final = frozenset(("expressions", "from_", "joins", "laterals", "where"))
#: Types whose text depends on session parameters.
_FORMATTED: Final = frozenset(
    ("BLOB", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", STORED)
)


class Scope(Struct, frozen=True):
    """What the names of columns mean in one SELECT.

    `tables` are its sources by name in upper case, with the types of their columns; `merged` are
    columns of USING, None where any column may be in two tables; `aliases` are those of its items.
    """

    tables: Mapping[str, Mapping[str, str]]
    merged: frozenset[str] | None
    aliases: frozenset[str]

    def type_of(self, column: str, table: str | None, clause: str) -> str:
        """DuckDB's type of a column, names in upper case; '' where it is not certain."""
        if table is not None:
            return self.tables.get(table, {}).get(column, "")
        if self.merged is None or column in self.merged:
            return ""
        if column in self.aliases and clause not in _BEFORE_ALIASES:
            return ""
        found = [each[column] for each in self.tables.values() if column in each]
        return found[0] if len(found) == 1 else ""


def type_of(node: exp.Column, walk: Walk) -> str:
    """DuckDB's type of a column in Snowflake's tree; '' where it is not certain."""
    parent: Any = node.parent
    if walk.context.is_kept or not (asks(node) or isinstance(parent.parent, _CHANGES)):
        return ""
    query, clause = _query_of(node)
    return "" if query is None else _of_column(node, query, clause, walk)


def note(made: exp.Column, kind: str, walk: Walk) -> None:
    """Note a column's type; that of a moment apart where the session says how it becomes text."""
    key = FORMATTED if kind in _FORMATTED and walk.context.has_formats else TYPE
    made.meta[key] = kind


def asks(node: exp.Column) -> bool:
    """Whether what a column stands in asks for its type."""
    return type(node.parent) not in _INDIFFERENT


def declared(node: exp.Column, walk: Walk) -> DataType | None:
    """The declared type of a column that is VARIANT, ARRAY, OBJECT or MAP, None of all others."""
    query, clause = _query_of(node) if not walk.context.is_kept else (None, "")
    if query is None or _of_column(node, query, clause, walk) != "JSON":
        return None
    column, within = names.stored(node.this).upper(), node.args.get("table")
    for source in sources.of_query(query):
        if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
            continue
        if within is None or names.stored(within).upper() == sources.name_of(source).upper():
            name = _object_of(source, walk)
            relation = None if name is None else walk.context.relation(name)
            kind = None if relation is None else relation.columns.get(column)
            if kind is not None and kind.family in SEMI_STRUCTURED:
                return data_type(str(kind))
    return None


def _object_of(source: exp.Table, walk: Walk) -> ObjectName | None:
    """The table or view that a source is, None for a CTE and views of the system."""
    if source._meta and names.OBJECT in source._meta:  # the walk was here
        found: ObjectName = source._meta[names.OBJECT]
        return found
    name = names.object_name(source)
    if name.schema is None and walk.is_cte(name.name):
        return None
    full = walk.context.resolve(name)
    return None if is_information_schema(full) or is_view(full) else full


def output(query: exp.Expression, walk: Walk) -> list[str]:
    """The types of the columns of a query's answer, '' of those that are not certain.

    An empty list where not even their number is known.
    """
    found: list[str] = []
    if not isinstance(query, exp.Select):
        return []
    for item in query.expressions:
        if not (item.is_star or item.find(exp.Columns)):
            found += [kind for _, kind in _items(item, query, walk)]
            continue
        tables = list(sources.of_select(query))
        columns = [_columns(each, walk) for each in tables if isinstance(each, exp.Table)]
        merged = _scope(query, walk).merged
        plain = isinstance(item, exp.Star) and not any(item.args.values())
        if not plain or len(columns) < len(tables) or merged is None or merged:
            return []
        if not all(columns) or not all(names.OBJECT in each.meta for each in tables):
            return []
        found += [kind for each in columns for kind in each.values()]
    return found


def _query_of(node: exp.Expression) -> tuple[exp.Expression | None, str]:
    """The SELECT or the change that a column stands in, and the part; None within a lambda."""
    at: Any = node
    while (above := at.parent) is not None and not isinstance(above, exp.Lambda):
        in_merge = isinstance(above, exp.Update) and above.this is None
        if isinstance(above, _QUERIES) and not in_merge:
            return above, at.arg_key
        at = above
    return None, ""


def _of_column(node: exp.Column, query: exp.Expression, clause: str, walk: Walk) -> str:
    table = node.args.get("table")
    if not isinstance(node.this, exp.Identifier) or not isinstance(table, exp.Identifier | None):
        return ""
    within = None if table is None else names.stored(table).upper()
    return _scope(query, walk).type_of(names.stored(node.this).upper(), within, clause)


def _scope(query: exp.Expression, walk: Walk) -> Scope:
    known = walk.scopes.get(id(query))
    if known is None:  # (the query is kept, so that its id stays its own)
        known = walk.scopes[id(query)] = (query, _made(query, walk))
    return known[1]


def _made(query: exp.Expression, walk: Walk) -> Scope:
    tables: dict[str, Mapping[str, str]] = {}
    for source in sources.of_query(query):
        name = sources.name_of(source).upper()
        tables[name] = {} if name in tables else _columns(source, walk)
    aliases = [each.args["alias"] for each in query.expressions if isinstance(each, exp.Alias)]
    labels = frozenset(names.stored(each).upper() for each in aliases)
    if any(each.args.get("method") == "NATURAL" for each in sources.joins(query)):
        return Scope(tables, None, labels)
    return Scope(tables, sources.merged(query), labels)


def _columns(source: exp.Expression, walk: Walk) -> Mapping[str, str]:
    """The types of a source's columns as far as they are certain, by name in upper case."""
    alias = source.args.get("alias")
    if source.args.get("pivots") or (alias is not None and alias.args.get("columns")):
        return {}
    if isinstance(source, exp.Subquery):
        return _answered(source.this, walk)
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return {}
    if source._meta and names.OBJECT in source._meta:  # the walk was here
        return walk.context.columns(source._meta[names.OBJECT])
    name = names.object_name(source)
    if name.schema is None and walk.is_cte(name.name):
        return _answered(sources.cte_query(source, name.name), walk)
    full = walk.context.resolve(name)
    if is_information_schema(full) or is_view(full):
        return {}
    return walk.context.columns(full)


def _answered(query: exp.Expression | None, walk: Walk) -> Mapping[str, str]:
    """The same of a query's answer."""
    if not isinstance(query, exp.Select):
        return {}
    found: dict[str, str] = {}
    for item in query.expressions:
        for name, kind in _items(item, query, walk):
            found[name] = "" if name in found else kind
    return found


def _items(item: exp.Expression, select: exp.Select, walk: Walk) -> Iterable[tuple[str, str]]:
    if isinstance(item, exp.Star):
        tables = _scope(select, walk).tables.values()
        # (a source whose columns are not known could have any of the names too)
        whole = all(tables) and not any(item.args.values())
        return [pair for each in tables for pair in each.items()] if whole else []
    value = item.this if isinstance(item, exp.Alias) else item
    kind = ""
    if isinstance(value, exp.Column) and not value.is_star:
        kind = _of_column(value, select, "expressions", walk)
    elif value._meta and value._meta.get(KIND) == TEXT:
        kind = "VARCHAR"
    return [(sources.label(item).upper(), kind)]
