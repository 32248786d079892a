"""`SELECT RANDOM() AS r, r + 1`: an alias of what is another value each time.

In Snowflake the alias is the one value; DuckDB refuses to use it again. Such values move into a
subquery in FROM, beside the columns that the SELECT needs of its tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses import sources

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Functions that answer another value for each call.
_VOLATILE: Final = frozenset(
    """
    NEXTVAL NORMAL RANDOM RANDSTR SEQ1 SEQ2 SEQ4 SEQ8 UNIFORM UUID_STRING ZIPF
    """.split()  # noqa: SIM905  a list of words is no easier to read
)
_SOURCE: Final = "_VALUES"


def hoisted(select: exp.Select, walk: Walk) -> None:
    """Move the values of aliases that are used again into FROM, in place, before the walk.

    Raises UnsupportedFeature where that is not possible.
    """
    if not _may_be_volatile(walk.text):
        return
    volatile = {
        names.stored(item.args["alias"]): item
        for item in select.expressions
        if isinstance(item, exp.Alias) and _is_volatile(item.this)
    }
    used = {alias: item for alias, item in volatile.items() if _is_used(alias, item, select)}
    if not used:
        return
    for table in sources.of_select(select):
        for name in sources.columns(table, walk) or ():
            used.pop(name, None)  # the table's column goes before the alias
    if not used:
        return
    _check(select)
    select.set(
        "expressions",
        [each for item in select.expressions for each in _spelled(item, select, walk)],
    )
    inner = exp.Select()
    for key in ("from_", "joins", "laterals"):
        inner.set(key, select.args.get(key))
        select.set(key, None)
    aliases = {
        names.stored(i.args["alias"]) for i in select.expressions if isinstance(i, exp.Alias)
    }
    where = select.args.get("where")
    if where is not None and not any(_mentions(where, alias) for alias in used):
        inner.set("where", where)
        select.set("where", None)
    for alias, item in used.items():
        inner.append("expressions", item.copy())
        item.set("this", exp.Column(this=exp.Identifier(this=alias, quoted=True)))
    _export(select, inner, aliases)
    table_alias = exp.TableAlias(this=exp.Identifier(this=_SOURCE, quoted=True))
    select.set("from_", exp.From(this=exp.Subquery(this=inner, alias=table_alias)))


@lru_cache(maxsize=64)
def _may_be_volatile(text: str) -> bool:
    """Whether a statement's text has one of the names: most have none, and a tree is long to walk.

    (A search that ignores case takes 50 times as long.)
    """
    return any(map(text.upper().__contains__, _VOLATILE))


def _is_volatile(value: exp.Expression) -> bool:
    return any(
        (isinstance(node, exp.Func) and _name(node) in _VOLATILE)
        or (isinstance(node, exp.Column) and node.name.upper() == "NEXTVAL" and bool(node.table))
        for node in value.walk(prune=lambda each: isinstance(each, exp.Query))
    )


def _name(node: exp.Func) -> str:
    return str(node.this).upper() if isinstance(node, exp.Anonymous) else node.sql_names()[0]


def _is_used(alias: str, item: exp.Expression, select: exp.Select) -> bool:
    """Whether another item, WHERE or QUALIFY uses an alias."""
    others = [each for each in select.expressions if each is not item]
    clauses = [each for key in ("where", "qualify") if (each := select.args.get(key)) is not None]
    return any(_mentions(each, alias) for each in (*others, *clauses))


def _mentions(tree: exp.Expression, name: str) -> bool:
    return any(
        not column.args.get("table")
        and isinstance(column.this, exp.Identifier)
        and names.stored(column.this) == name
        for column in tree.find_all(exp.Column)
    )


def _check(select: exp.Select) -> None:
    """Raises UnsupportedFeature for a SELECT that is not of rows, or has queries in its items."""
    parts: Iterable[exp.Expression] = [
        *select.expressions,
        *(each for key in ("order", "qualify", "where") if (each := select.args.get(key))),
    ]
    odd = (exp.Query, exp.Lambda, exp.AggFunc)
    if any(map(select.args.get, ("group", "having"))) or any(
        (
            isinstance(node, odd)
            and not isinstance(node.parent, (exp.Window, exp.IgnoreNulls, exp.RespectNulls))
        )
        or (isinstance(node, exp.Parameter) and isinstance(node.this, exp.Literal))
        for part in parts
        for node in part.walk()
    ):
        raise UnsupportedFeature(
            "Unsupported feature 'an alias of RANDOM() and its like used again' here.",
            hint="Select it in a subquery.",
        )


def _spelled(item: exp.Expression, select: exp.Select, walk: Walk) -> list[exp.Expression]:
    """The columns of a star, and a column under its own name."""
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Identifier):
        return [exp.Alias(this=item, alias=item.this.copy())]
    if not item.is_star:
        return [item]
    pairs = sources.starred(item, select, walk)
    if pairs is None or any(v for k, v in sources.star_of(item).args.items() if k != "this"):
        raise UnsupportedFeature("Unsupported feature '* beside an alias of RANDOM()' here.")
    made: list[exp.Expression] = []
    for table, name in pairs:
        column = exp.Column(this=exp.Identifier(this=name, quoted=True))
        if table:
            column.set("table", exp.Identifier(this=table, quoted=True))
        made.append(exp.Alias(this=column, alias=exp.Identifier(this=name, quoted=True)))
    return made


def _export(select: exp.Select, inner: exp.Select, aliases: set[str]) -> None:
    """Have the subquery answer each column that the SELECT uses, under a name of its own."""
    known: dict[str, str] = {}
    for column in list(select.find_all(exp.Column)):
        if not isinstance(column.this, exp.Identifier):
            continue
        if not column.args.get("table") and names.stored(column.this) in aliases:
            continue
        key = column.sql(dialect="snowflake")
        if key not in known:
            known[key] = f"_C{len(known)}"
            shown = exp.Identifier(this=known[key], quoted=True)
            inner.append("expressions", exp.Alias(this=column.copy(), alias=shown))
        column.replace(exp.Column(this=exp.Identifier(this=known[key], quoted=True)))
