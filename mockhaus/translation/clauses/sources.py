"""The tables of a FROM and their columns, as far as a statement and the catalog tell.

For what needs the names of columns while translating: `t.$2`, stars that DuckDB has no form for.
The tree is Snowflake's, before the walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidIdentifier, UnsupportedFeature, ValueCount
from mockhaus.translation import names
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.staged import is_stage

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The columns of DUAL: one row to select constants from. Snowflake's manual: "SELECT".
DUAL: Final = "DUAL"
#: The columns of FLATTEN. Snowflake's manual: "FLATTEN".
FLATTENED: Final = ("SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS")
#: A query of more columns than this is not looked into.
_MOST: Final = 8192


def of_select(select: exp.Expression) -> Iterator[exp.Expression]:
    """The tables of a FROM clause and its joins."""
    first = select.args.get("from_")
    if first is None:
        return
    yield first.this
    for join in joins(select):
        yield join.this
    yield from select.args.get("laterals") or []


def of_query(query: exp.Expression) -> Iterator[exp.Expression]:
    """The same, with the table that UPDATE, DELETE and MERGE change, and what they use."""
    if not isinstance(query, exp.Select):
        yield query.this
        using = query.args.get("using") or []
        yield from using if isinstance(using, list) else [using]
    yield from of_select(query)


def joins(query: exp.Expression) -> list[exp.Join]:
    """The joins of a FROM clause."""
    first = query.args.get("from_")
    if first is None:
        return []
    return [*(first.this.args.get("joins") or []), *(query.args.get("joins") or [])]


def merged(query: exp.Expression) -> frozenset[str]:
    """The columns of USING in upper case: one for both tables."""
    used = (name for join in joins(query) for name in join.args.get("using") or ())
    return frozenset(names.stored(each).upper() for each in used)


def name_of(source: exp.Expression) -> str:
    """The name that a table goes by, '' for none."""
    alias = source.args.get("alias")
    named = alias.this if alias is not None else None
    if named is None and isinstance(source, exp.Table):
        named = source.this
    return names.stored(named) if isinstance(named, exp.Identifier) else ""


def columns(source: exp.Expression, walk: Walk) -> list[str] | None:
    """The names of a table's columns as stored; None where they are not known."""
    if source.args.get("pivots") or source.args.get("sample"):
        return None
    alias = source.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        return [names.stored(each) for each in alias.args["columns"]]
    if isinstance(source, exp.Values):
        first = source.expressions[0]
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        return [f"COLUMN{number}" for number in range(1, width + 1)]
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        return _of_table(source, walk)
    inner = source.this
    if isinstance(inner, exp.Explode):
        return list(FLATTENED)
    if is_generator(source):
        return []
    if isinstance(source, (exp.Subquery, exp.Lateral)):
        return columns(inner, walk) if isinstance(inner, exp.Values) else answered(inner, walk)
    return None


def is_generator(source: exp.Expression) -> bool:
    """Whether a table is GENERATOR, which has rows and no columns."""
    return isinstance(source, exp.TableFromRows) and isinstance(source.this, exp.Generator)


def _of_table(table: exp.Table, walk: Walk) -> list[str] | None:
    if table._meta and names.OBJECT in table._meta:  # the walk was here
        return list(walk.context.columns(table._meta[names.OBJECT])) or None
    name = names.object_name(table)
    if name.schema is None:
        for cte, _ in _ctes(table):
            if names.stored(cte.args["alias"].this) == name.name:
                listed = cte.args["alias"].args.get("columns")
                if listed:
                    return [names.stored(each) for each in listed]
                return answered(cte.this, walk)
    return list(walk.context.columns(walk.context.resolve(name))) or None


def cte_query(table: exp.Table, name: str) -> exp.Expression | None:
    """The query of the CTE that a table's name in scope is.

    None where its columns are listed, and for itself in a recursive one.
    """
    for cte, around in _ctes(table):
        if names.stored(cte.args["alias"].this) == name:
            return None if around or cte.args["alias"].args.get("columns") else cte.this
    return None


def _ctes(table: exp.Expression) -> Iterator[tuple[exp.CTE, bool]]:
    """The CTEs that a table's name may be one of, the nearest WITH first, and whether it is within.

    A CTE sees those before it, and itself where it is recursive: right of its UNION.
    """
    path: list[Any] = [table]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
        with_ = path[-1].args.get("with_")
        if with_ is None:
            continue
        for cte in with_.expressions:
            if not any(each is cte for each in path):
                yield cte, False
                continue
            union = cte.this
            if isinstance(union, exp.SetOperation) and not any(each is union.this for each in path):
                yield cte, True
            break


def answered(query: exp.Expression | None, walk: Walk) -> list[str] | None:
    """The names of a query's columns; None where they are not known."""
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return None
    known = walk.answers.get(id(query))
    if known is None:  # (the query is kept, so that its id stays its own)
        known = walk.answers[id(query)] = (query, _listed(query, walk))
    return known[1]


def _listed(query: exp.Select, walk: Walk) -> list[str] | None:
    found: list[str] = []
    for item in query.expressions:
        starred = of_star(item, query, walk) if item.is_star else [label(item)]
        if starred is None or len(found) > _MOST:
            return None
        found.extend(starred)
    return found


def label(item: exp.Expression) -> str:
    """The name of an item of a SELECT as stored."""
    if isinstance(item, exp.Alias):
        return names.stored(item.args["alias"])
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Identifier):
        return names.stored(item.this)
    return snowflake_text(item).upper()


def of_star(item: exp.Expression, select: exp.Select, walk: Walk) -> list[str] | None:
    """The names of the columns that `*` or `t.*` stands for; None where they are not known."""
    if any(value for key, value in star_of(item).args.items() if key != "this"):
        return None
    pairs = starred(item, select, walk)
    return None if pairs is None else [column for _, column in pairs]


def star_of(item: exp.Expression) -> exp.Expression:
    """The Star of `*` or `t.*`."""
    inner = item.this
    return inner if isinstance(item, exp.Column) and isinstance(inner, exp.Star) else item


def starred(item: exp.Expression, select: exp.Select, walk: Walk) -> list[tuple[str, str]] | None:
    """(table, column) of each column of `*` or `t.*`; None where they are not known."""
    wanted = item.args.get("table") if isinstance(item, exp.Column) else None
    merged = any(
        join.args.get("using") or join.args.get("method") == "NATURAL"
        for join in select.args.get("joins") or []
    )
    if merged and wanted is None:
        return None
    pairs: list[tuple[str, str]] = []
    for source in of_select(select):
        name = name_of(source)
        if wanted is not None and names.stored(wanted) != name:
            continue
        found = columns(source, walk)
        if found is None:
            return None
        pairs.extend((name, column) for column in found)
    return pairs or None


def check_list(alias: exp.Expression | None, known: list[str] | None) -> None:
    """Raises ValueCount unless a list of names behind an alias has one for each column."""
    listed = alias.args.get("columns") if alias is not None else None
    if alias is not None and listed and known is not None and len(listed) != len(known):
        raise ValueCount(
            "SQL compilation error:\nInvalid column definition list: "
            f"{len(listed)} names for the {len(known)} columns of '{names.stored(alias.this)}'"
        )


def named_by_number(select: exp.Select, walk: Walk) -> None:
    """`$2` within an expression, ORDER BY or GROUP BY becomes the column's name, in place: DuckDB
    knows `#2` as an item alone, and in ORDER BY as the second item of the SELECT.

    Raises InvalidIdentifier, UnsupportedFeature where the columns are not known in ORDER BY.
    """
    if "$" not in walk.text and not walk.within:  # the body of a function has a text of its own
        return
    found = [
        each
        for each in select.find_all(exp.Parameter)
        if _is_number(each)
        and not (isinstance(each.parent, exp.Column) or each.parent is select)
        and each.find_ancestor(exp.Select) is select
    ]
    if not found or any(is_stage(source) for source in of_select(select)):
        return  # (a stage's columns have no other names)
    pairs = starred(exp.Star(), select, walk)
    for parameter in found:
        at = int(parameter.this.this)
        if pairs is None:
            if parameter.find_ancestor(exp.Order, exp.Group, exp.Select) is not select:
                raise UnsupportedFeature(
                    f"Unsupported feature '${at}' in ORDER BY or GROUP BY here."
                )
            continue
        if not 1 <= at <= len(pairs):
            raise InvalidIdentifier(f"SQL compilation error:\ninvalid identifier '${at}'")
        table, name = pairs[at - 1]
        _check_once([each for source, each in pairs if source == table], name, at)
        column = exp.Column(this=exp.Identifier(this=name, quoted=True))
        if table:
            column.set("table", exp.Identifier(this=table, quoted=True))
        parameter.replace(column)


def _check_once(listed: list[str], name: str, at: int) -> None:
    """Raises UnsupportedFeature for a number whose column can only be told by its number."""
    if [each.upper() for each in listed].count(name.upper()) > 1:
        raise UnsupportedFeature(
            f"Unsupported feature '${at}' where several columns are named '{name}'.",
            hint="Name the columns apart.",
        )


def _is_number(parameter: exp.Expression) -> bool:
    return isinstance(parameter.this, exp.Literal) and not parameter.this.is_string


def numbered(tree: exp.Expression, walk: Walk) -> None:
    """`t.$2` becomes the name of t's second column, in the whole of a tree, in place."""
    for column in list(tree.find_all(exp.Column)):
        table, number = column.args.get("table"), column.this
        if table is None or not isinstance(number, exp.Parameter):
            continue
        if not isinstance(number.this, exp.Literal):
            continue
        found = _nearest(column, names.stored(table), walk)
        at = int(number.this.this)
        if found is not None and 1 <= at <= len(found):
            _check_once(found, found[at - 1], at)
            column.set("this", exp.Identifier(this=found[at - 1], quoted=True))


def _nearest(node: exp.Expression, name: str, walk: Walk) -> list[str] | None:
    """The columns of the table of that name in the nearest query around a node."""
    at = node.find_ancestor(exp.Select)
    while at is not None:
        for source in of_select(at):
            if name_of(source) == name:
                return columns(source, walk)
        at = at.find_ancestor(exp.Select)
    return None


def no_rows_of_tables(select: exp.Select, walk: Walk) -> None:
    """Raises InvalidIdentifier where an item is a table's name: DuckDB makes a struct of it."""
    bare = [
        item.this if isinstance(item, exp.Alias) else item
        for item in select.expressions
        if isinstance(item, (exp.Alias, exp.Column))
    ]
    items = [
        each
        for each in bare
        if isinstance(each, exp.Column)
        and each.args.get("table") is None
        and isinstance(each.this, exp.Identifier)
    ]
    if not items:
        return
    tables = {name_of(source).upper(): source for source in of_select(select)}
    for item in items:
        name = names.stored(item.this)
        source = tables.get(name.upper())
        if source is None:
            continue
        known = [columns(each, walk) for each in of_select(select)]
        if all(each is not None and name.upper() not in map(str.upper, each) for each in known):
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'",
                position=item.this.meta.get("start"),
            )


def is_dual(table: exp.Table, walk: Walk) -> bool:
    """Whether a table is DUAL, and no table of the user's is called so."""
    name = names.object_name(table)
    if name.name != DUAL or name.schema is not None or walk.is_cte(DUAL):
        return False
    context = walk.context
    if context.database is None or context.schema is None:
        return True
    return not context.columns(context.resolve(name))


def dual(table: exp.Table) -> exp.Expression:
    """DUAL as a query of its one row."""
    value = exp.Alias(this=exp.Literal.string("X"), alias=exp.to_identifier("DUMMY"))
    alias = table.args.get("alias") or exp.TableAlias(this=names.identifier(DUAL))
    rest = {key: table.args.get(key) for key in ("joins", "pivots", "sample")}
    return exp.Subquery(this=exp.Select(expressions=[value]), alias=alias, **rest)
