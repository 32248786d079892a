"""Queries and what stands in their FROM; see `walk` for what a scope knows.

PostgreSQL's manual: chapter 7 "Queries".
"""

from __future__ import annotations

from typing import Final, cast

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.postgres import relations as catalog
from mockhaus.translation.postgres.functions import FUNCTIONS, TABLES
from mockhaus.translation.postgres.labels import (
    arguments_of,
    function_name,
    name_items,
    result_type,
)
from mockhaus.translation.postgres.walk import (
    Columns,
    Scope,
    Walk,
    folded,
    relation_source,
    type_of,
    typed,
    unknown_function,
)

#: The type of a bare NULL, which becomes text if nothing else is said.
UNKNOWN: Final = "unknown"

# --- queries -------------------------------------------------------------------------------------


def select(node: exp.Select, walk: Walk) -> exp.Expression:
    """Sources first, since they say what the columns are; then all else."""
    scope = Scope()
    walk.scopes.append(scope)
    try:
        _with(node, walk, scope)
        for key in ("from_", "joins", "laterals"):
            walk.argument(node, key)
        name_items(node)
        done = ("with_", "from_", "joins", "laterals")
        walk.children(node, *done)
        node.meta["columns"] = _columns_of(node, walk)
    finally:
        walk.scopes.pop()
    return node


def union(node: exp.SetOperation, walk: Walk) -> exp.Expression:
    scope = Scope()
    walk.scopes.append(scope)
    try:
        _with(node, walk, scope)
        walk.children(node, "with_")
    finally:
        walk.scopes.pop()
    left, right = columns_of(node.this), columns_of(node.expression)
    node.meta["columns"] = (
        [(a[0], _common(a[1], b[1])) for a, b in zip(left, right, strict=False)]
        if left and right
        else left
    )
    return node


def _common(one: str | None, other: str | None) -> str | None:
    """The type of two branches: a bare NULL has none of its own."""
    if UNKNOWN in (one, other):
        return other if one == UNKNOWN else one
    return one or other


def columns_of(query: exp.Expression | None) -> list[tuple[str, str | None]] | None:
    """Name and type of a rewritten query's columns, None if they are not known."""
    while isinstance(query, (exp.Subquery, exp.Paren)):
        query = query.this
    return None if query is None else query.meta.get("columns")


def _with(node: exp.Expression, walk: Walk, scope: Scope) -> None:
    with_ = node.args.get("with_")
    if with_ is None:
        return
    if with_.args.get("recursive"):
        with_.set("expressions", [new for cte in with_.expressions for new in _steady(cte)])
    for cte in with_.expressions:
        alias = cast(exp.Expression, cte.args["alias"])
        name = folded(alias.this)
        renamed = [folded(column) for column in alias.args.get("columns") or ()]
        if with_.args.get("recursive"):
            scope.ctes[name] = None
        quote(alias)
        cte.set("this", walk.rewrite(cte.this))
        scope.ctes[name] = _renamed(columns_of(cte.this), renamed)


def _steady(cte: exp.CTE) -> list[exp.Expression]:
    """A recursive CTE, and before it the derived tables that are the same at each of its steps.

    DuckDB would make them again at each step, and once more where the first one has the same.
    """
    if not isinstance(cte.this, exp.Union):
        return [cte]
    first, step = cte.this.this, cte.this.expression
    made: dict[exp.Expression, exp.CTE] = {}
    for query in list(step.find_all(exp.Subquery)):
        table = query.parent
        if not isinstance(table, (exp.From, exp.Join)) or table.parent is not step:
            continue
        if any(each.name.lower() == cte.alias.lower() for each in query.find_all(exp.Table)):
            continue
        made.setdefault(query.this, _materialized(query.this, f"{cte.alias}__{len(made) + 1}"))
    for query in [*step.find_all(exp.Subquery), *first.find_all(exp.Subquery)]:
        if isinstance(query.parent, (exp.From, exp.Join)) and query.this in made:
            new = exp.to_table(made[query.this].alias)
            new.set("alias", query.args.get("alias"))
            query.replace(new)
    return [*made.values(), cte]


def _materialized(query: exp.Expression, name: str) -> exp.CTE:
    alias = exp.TableAlias(this=exp.to_identifier(name))
    return exp.CTE(this=query.copy(), alias=alias, materialized=True)


def _renamed(columns: list[tuple[str, str | None]] | None, names: list[str]) -> Columns | None:
    """The columns under the names that an alias lists."""
    if columns is None:
        return None
    found = dict(columns)
    if names:
        kinds = [kind for _, kind in columns]
        new = dict(zip(names, kinds, strict=False))
        return {**new, **dict(columns[len(names) :])}
    return found


def _columns_of(node: exp.Select, walk: Walk) -> list[tuple[str, str | None]] | None:
    found: list[tuple[str, str | None]] = []
    sources = walk.scopes[-1].sources
    for item in node.expressions:
        star = isinstance(item, exp.Star) or (isinstance(item, exp.Column) and item.is_star)
        if star:
            table = folded(item.args.get("table")) if isinstance(item, exp.Column) else None
            for alias, columns in sources.items():
                if table and alias != table:
                    continue
                if columns is None:
                    return None
                found += columns.items()
        else:
            bare = item.this if isinstance(item, exp.Alias) else item
            kind = UNKNOWN if isinstance(bare, exp.Null) else type_of(item)
            found.append((item.alias_or_name, kind))
    return found


# --- sources -------------------------------------------------------------------------------------


def _same_database(name: str, walk: Walk) -> None:
    """Raises UnsupportedFeature for catalogs of another database, as PostgreSQL does."""
    if name and name.upper() != (walk.context.database or "").upper():
        raise UnsupportedFeature(f"Unsupported feature 'catalogs of another database, {name}'.")


def table(node: exp.Table, walk: Walk) -> exp.Expression:
    if not isinstance(node.this, exp.Identifier):
        return _function_table(node, walk)
    name, schema = folded(node.this), folded(node.args.get("db")) or None
    relation = catalog.find(name, schema)
    columns: Columns | None
    is_cte, columns = walk.cte(name) if schema is None else (False, None)
    if is_cte:
        new: exp.Expression = exp.Table(this=exp.Identifier(this=name, quoted=True))
    elif relation is not None:
        _same_database(folded(node.args.get("catalog")), walk)
        new, columns = relation_source(relation, walk), relation.columns
    else:
        full = walk.context.resolve(names.object_name(node))
        new, columns = names.storage_table(full, walk.context), None
    placed = _placed(new, node, name, columns, walk)
    if relation is not None and not is_cte:
        walk.scopes[-1].oids[placed.alias] = relation.oid
    return placed


def _placed(
    new: exp.Expression, node: exp.Table, name: str, columns: Columns | None, walk: Walk
) -> exp.Expression:
    """A source with its alias, known to the scope."""
    alias = node.args.get("alias")
    if alias is None:
        alias = exp.TableAlias(this=exp.Identifier(this=name, quoted=True))
    else:
        renamed = [folded(column) for column in alias.args.get("columns") or ()]
        columns = _renamed(list(columns.items()), renamed) if columns is not None else None
        quote(alias)
        name = alias.name
    new.set("alias", alias)
    walk.scopes[-1].sources[name] = columns
    if node.args.get("joins"):
        new.set("joins", [walk.rewrite(join) for join in node.args["joins"]])
    return new


def unnest(node: exp.Unnest, walk: Walk) -> exp.Expression:
    """`unnest(array)` in FROM, which sqlglot has a class of its own for."""
    if not isinstance(node.parent, (exp.From, exp.Join, exp.Lateral)):
        arguments = [walk.rewrite(each) for each in node.expressions]
        return walk.template("unnest({0})", arguments, result_type("element:0", arguments))
    alias, ordinality = node.args.get("alias"), node.args.get("offset")
    # That is where sqlglot puts the last of the column names.
    if alias is not None and isinstance(ordinality, exp.Identifier):
        alias.append("columns", ordinality)
    call = exp.Anonymous(this="unnest", expressions=list(node.expressions))
    return _function_table(exp.Table(this=call, alias=alias, ordinality=bool(ordinality)), walk)


def _function_table(node: exp.Table, walk: Walk) -> exp.Expression:
    call = node.this
    while isinstance(call, exp.Dot):
        call = call.expression
    name = function_name(call)
    if name in TABLES:
        sql, columns = TABLES[name]
    elif name in FUNCTIONS:  # a function that gives one value gives one row
        sql, columns = f"(SELECT {FUNCTIONS[name].sql})", {name: FUNCTIONS[name].type or ""}
    else:
        raise unknown_function(name)
    given = arguments_of(call)
    if name == "unnest":
        sql, columns = _unnested(len(given), bool(node.args.get("ordinality")))
    elif node.args.get("ordinality"):
        sql = f"(SELECT *, row_number() OVER () AS ordinality FROM {sql} AS s)"
        columns = {**columns, "ordinality": "int8"}
    node.set("ordinality", None)
    arguments = [walk.rewrite(each) for each in given]
    query = walk.template(sql, arguments, None)
    column = next(iter(columns))
    kinds = {key: result_type(kind, arguments) if kind else None for key, kind in columns.items()}
    alias = node.args.get("alias")
    if alias is not None and len(columns) == 1 and not alias.args.get("columns"):
        kinds = {alias.name: kinds[column]}
        alias.set("columns", [exp.Identifier(this=folded(alias.this), quoted=True)])
    elif alias is None:
        alias = exp.TableAlias(this=exp.Identifier(this=name, quoted=True))
        if len(columns) == 1:
            alias.set("columns", [exp.Identifier(this=column, quoted=True)])
        node.set("alias", alias)
    while isinstance(query, exp.Paren):
        query = query.this
    if not isinstance(query, exp.Subquery):
        query = exp.Subquery(this=query)
    placed = _placed(query, node, name, kinds, walk)
    return exp.Lateral(this=placed) if any(isinstance(a, exp.Column) for a in arguments) else placed


def _unnested(count: int, ordinality: bool) -> tuple[str, dict[str, str]]:
    """Rows of so many arrays beside each other, and their columns (manual, 9.19, unnest)."""
    items = [f"unnest({{{n}}})" for n in range(count)]
    columns = {"unnest" if count == 1 else f"unnest_{n}": f"element:{n}" for n in range(count)}
    if ordinality:
        most = ", ".join(f"len({{{n}}})" for n in range(count))
        items.append(f"unnest(range(1, greatest({most}) + 1))")
        columns["ordinality"] = "int8"
    return f"(SELECT {', '.join(items)})", columns


def subquery(node: exp.Subquery, walk: Walk) -> exp.Expression:
    node.set("this", walk.rewrite(node.this))
    columns = columns_of(node.this)
    in_from = _in_from(node)
    alias = node.args.get("alias")
    if alias is not None:
        renamed = [folded(column) for column in alias.args.get("columns") or ()]
        quote(alias)
        if in_from:
            walk.scopes[-1].sources[alias.name] = _renamed(columns, renamed)
    if not in_from and columns:
        typed(node, columns[0][1])
    for key in ("joins", "order", "limit", "offset"):
        walk.argument(node, key)
    return node


def _in_from(node: exp.Subquery) -> bool:
    """Whether a subquery is a source, within parentheses around joins too."""
    parent = node.parent
    while isinstance(parent, exp.Subquery):
        parent = parent.parent
    return isinstance(parent, (exp.From, exp.Join, exp.Lateral))


def values(node: exp.Values, walk: Walk) -> exp.Expression:
    walk.argument(node, "expressions")
    if (alias := node.args.get("alias")) is not None:
        quote(alias)
        walk.scopes[-1].sources[alias.name] = None
    return node


def quote(alias: exp.Expression) -> None:
    """Names in an alias, folded and quoted."""
    for key in ("this", "alias"):
        value = alias.args.get(key)
        if isinstance(value, exp.Identifier):
            alias.set(key, exp.Identifier(this=folded(value), quoted=True))
    if alias.args.get("columns"):
        columns = [exp.Identifier(this=folded(c), quoted=True) for c in alias.args["columns"]]
        alias.set("columns", columns)
