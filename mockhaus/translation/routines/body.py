"""Bodies of user-defined functions: what they are, and which names in them are arguments.

Snowflake's manual: "SQL UDFs", "Tabular SQL UDFs (UDTFs)".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation import names
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import parse_tree, tokenize
from mockhaus.translation.routines.routine import Routine

#: Key of `meta`: the argument that a column of a body is.
ARGUMENT: Final = "argument"

_QUERIES: Final = ("SELECT", "WITH", "VALUES")


@lru_cache(maxsize=256)
def parsed(text: str) -> exp.Expression:
    """A body as a query. Raises SqlSyntaxError; its places are those in the body."""
    tokens = tokenize(text)
    if tokens and tokens[-1].text == ";":
        tokens = tokens[:-1]
    if not tokens:
        raise SqlSyntaxError("SQL compilation error:\nEmpty function body.")
    opening = next((each.text.upper() for each in tokens if each.text != "("), "")
    if opening not in _QUERIES:
        text = f"SELECT {text[tokens[0].start : tokens[-1].end + 1]}"
        tokens = tokenize(text)
    return parse_tree(tokens, text)


def parsed_expression(text: str) -> exp.Expression:
    tree = bare_of(parsed(text).copy())
    if tree is None:
        raise SqlSyntaxError(f"SQL compilation error:\nsyntax error unexpected '{text}'.")
    return tree


_PARTS: Final = ("expressions", "kind", "hint", "operation_modifiers")


def bare_of(body: exp.Expression) -> exp.Expression | None:
    """The expression that a query of one item and nothing else consists of."""
    tree = body
    while isinstance(tree, exp.Subquery) and not tree.args.get("alias"):
        tree = tree.this
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        return None
    if any(value for key, value in tree.args.items() if key not in _PARTS):
        return None
    item = tree.expressions[0]
    item = item.this if isinstance(item, exp.Alias) else item
    return None if isinstance(item, exp.Star) else item.pop()


def mark(body: exp.Expression, chosen: Routine, context: Context) -> None:
    """Mark the columns of a body that are arguments."""
    parameters = {each.name.upper(): each.name for each in chosen.parameters}
    if not parameters:
        return
    own = replace(context, database=chosen.database, schema=chosen.schema)
    known: dict[int, set[str]] = {}
    for column in body.find_all(exp.Column):
        if column.args.get("table") is not None or not isinstance(column.this, exp.Identifier):
            continue
        name = parameters.get(names.stored(column.this).upper())
        if name is not None and not _is_hidden(column, name.upper(), own, known):
            column.meta[ARGUMENT] = name


def _is_hidden(column: exp.Column, name: str, context: Context, known: dict[int, set[str]]) -> bool:
    """Whether a relation of a query around the column has a column of that name."""
    select = column.find_ancestor(exp.Select)
    while isinstance(select, exp.Select):
        if id(select) not in known:
            known[id(select)] = set(_provided(select, context))
        if name in known[id(select)]:
            return True
        select = select.find_ancestor(exp.Select)
    return False


def _provided(select: exp.Select, context: Context) -> Iterator[str]:
    """The names of the columns of what a SELECT reads from."""
    from_ = select.args.get("from_")
    sources = [from_.this] if from_ is not None else []
    sources += [each.this for each in select.args.get("joins") or ()]
    for source in sources:
        alias = source.args.get("alias")
        if alias is not None and alias.args.get("columns"):
            yield from (str(each.name).upper() for each in alias.args["columns"])
        elif isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            yield from _columns_of(source, select, context)
        elif isinstance(source, exp.Subquery):
            yield from _outputs(source.this, context)


def _columns_of(table: exp.Table, select: exp.Select, context: Context) -> Iterator[str]:
    name = names.object_name(table)
    scope: exp.Expr | None = select
    while scope is not None:
        with_ = scope.args.get("with_")
        for cte in with_.expressions if with_ is not None and name.schema is None else ():
            if names.stored(cte.args["alias"].this) == name.name:
                listed = cte.args["alias"].args.get("columns") or []
                yield from (str(each.name).upper() for each in listed)
                if not listed:
                    yield from _outputs(cte.this, context)
                return
        scope = scope.parent
    yield from context.columns(context.resolve(name))


def _outputs(query: exp.Expression, context: Context) -> Iterator[str]:
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if isinstance(query, exp.Select):
        for item in query.expressions:
            if isinstance(item, exp.Star) or (
                isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
            ):
                yield from _provided(query, context)
            elif item.alias_or_name:
                yield item.alias_or_name.upper()
