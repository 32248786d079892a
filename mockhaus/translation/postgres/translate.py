"""A catalog query as DuckDB's text, and what must be there before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlglot import exp

from mockhaus.translation import statements as s
from mockhaus.translation.clauses.types import typed
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import generate
from mockhaus.translation.postgres.functions import SHOWN
from mockhaus.translation.postgres.ordering import ordered
from mockhaus.translation.postgres.queries import columns_of
from mockhaus.translation.postgres.rewrite import ENTER, KEPT, LEAVE
from mockhaus.translation.postgres.walk import Walk
from mockhaus.translation.translate import Translation, guarded, typed_null
from mockhaus.translation.trees import copied


class CatalogTranslation(Struct, frozen=True):
    """`relations` and `dictionaries` are the names of those it reads; `types` PostgreSQL's names of
    the columns' types, None where DuckDB's say enough; `settings` what its set_config calls change:
    name, value, whether for the transaction only, as numbers of parameters or as values."""

    translation: Translation
    relations: frozenset[str]
    dictionaries: frozenset[str]
    types: tuple[str | None, ...]
    settings: tuple[tuple[Any, ...], ...] = ()


def translate(statement: s.Tree, context: Context, types: Sequence[str] = ()) -> CatalogTranslation:
    """Translate a catalog query. Raises CompilationError."""
    return guarded(lambda: _translate(statement, context, types), statement)


def _translate(statement: s.Tree, context: Context, types: Sequence[str]) -> CatalogTranslation:
    walk = Walk(context, ENTER, LEAVE, KEPT)
    tree = walk.rewrite(ordered(copied(statement.tree)))
    columns = columns_of(tree) or []
    kinds = tuple(kind for _, kind in columns)
    lost = set(range(1, statement.parameters + 1)) - {
        int(each.name) for each in tree.find_all(exp.Placeholder)
    }
    tree = _outermost(tree, columns, lost, walk)
    sql = described = generate(typed(tree, types))
    if statement.parameters:  # in place, for a copy takes longer than all the rest
        for placeholder in list(tree.find_all(exp.Placeholder)):
            placeholder.replace(typed_null(placeholder, types))
        described = generate(tree)
    translation = Translation(sql, described, volatile=False)
    settings = tuple(tuple(map(_constant, each)) for each in walk.settings)
    relations, dictionaries = frozenset(walk.relations), frozenset(walk.dictionaries)
    return CatalogTranslation(translation, relations, dictionaries, kinds, settings)


def _outermost(
    tree: exp.Expression, columns: list[tuple[str, str | None]], lost: set[int], walk: Walk
) -> exp.Expression:
    """OIDs of the types that are shown by name are replaced by it when all else is done.

    DuckDB wants to meet every parameter that it is given: the `lost` ones stand in a condition
    that always holds.
    """
    if not columns or not (lost or any(kind in SHOWN for _, kind in columns)):
        return tree
    items = []
    for number, (name, kind) in enumerate(columns, start=1):
        value: exp.Expression = exp.column(exp.Identifier(this=f"c{number}", quoted=True))
        if kind in SHOWN:
            value = walk.template(SHOWN[kind], [value], None)
        items.append(exp.alias_(value, exp.Identifier(this=name, quoted=True)))
    alias = exp.TableAlias(
        this=exp.Identifier(this="q", quoted=True),
        columns=[exp.Identifier(this=f"c{n}", quoted=True) for n in range(1, len(columns) + 1)],
    )
    source = exp.From(this=exp.Subquery(this=tree, alias=alias))
    select = exp.Select(expressions=items, from_=source)
    for number in sorted(lost):
        value = exp.Cast(this=exp.Placeholder(this=str(number)), to=exp.DataType.build("TEXT"))
        always = exp.NullSafeEQ(this=value, expression=value.copy())
        select = select.where(always, copy=False)
    return select


def _constant(node: exp.Expression) -> Any:
    while isinstance(node, (exp.Paren, exp.Cast)):
        node = node.this
    if isinstance(node, exp.Placeholder):
        return int(node.name)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal):
        return str(node.this)
    return None
