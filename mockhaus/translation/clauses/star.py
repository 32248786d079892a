"""`SELECT * EXCLUDE | REPLACE | RENAME | ILIKE`. Snowflake's manual: "SELECT".

DuckDB's star does not take ILIKE with any of the others, nor one column in REPLACE and in RENAME,
and does not notice a column of RENAME that is not there: such a star is spelled out, where the
columns of its tables are known.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidIdentifier, SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses import sources, wildcards
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.functions.tables import GENERATED
from mockhaus.translation.types.operands import literal_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_NO_COLUMNS: Final = "SQL compilation error:\nSELECT with no columns"


def spelled_out(select: exp.Select, walk: Walk) -> None:
    """Stars that DuckDB has no form for become their columns, in place, before the walk."""
    items = select.expressions
    for item in items:
        if _is_star(item):
            _check(sources.star_of(item))
    if any(_is_hard(item) for item in items):
        items = []
        for item in select.expressions:
            items.extend(_columns(item, select, walk) if _is_hard(item) else [item])
        select.set("expressions", items)
    if any(_is_star(item) for item in items):
        _without_generated(select, walk)


def _without_generated(select: exp.Select, walk: Walk) -> None:
    """Stars without the hidden column of GENERATOR, in place. Raises SqlSyntaxError."""
    tables = list(sources.of_select(select))
    hidden = {sources.name_of(each) for each in tables if sources.is_generator(each)}
    if not hidden:
        return
    made: list[exp.Expression] = []
    for item in select.expressions:
        table = item.args.get("table") if isinstance(item, exp.Column) else None
        if not _is_star(item) or (table is not None and names.stored(table) not in hidden):
            made.append(item)
        elif table is None and not all(map(sources.is_generator, tables)):
            made += _but_generated(item, select, walk)
    if not made:
        raise SqlSyntaxError(_NO_COLUMNS)
    select.set("expressions", made)


def _but_generated(item: exp.Expression, select: exp.Select, walk: Walk) -> list[exp.Expression]:
    star = sources.star_of(item)
    if star.args.get("ilike"):
        return _columns(item, select, walk)
    star.set("except_", [*(star.args.get("except_") or []), _quoted(GENERATED)])
    return [item]


def _is_star(item: exp.Expression) -> bool:
    bare = isinstance(item, (exp.Star, exp.Column))
    return bare and isinstance(sources.star_of(item), exp.Star)


def _check(star: exp.Expression) -> None:
    """Raises SqlSyntaxError for what no star of Snowflake's has."""
    excluded = star.args.get("except_") or []
    for each in excluded:
        if not isinstance(each, (exp.Column, exp.Identifier)) or each.args.get("table"):
            raise SqlSyntaxError(
                f"SQL compilation error:\nsyntax error: EXCLUDE {snowflake_text(each)}.",
                hint="EXCLUDE takes names of columns, and ILIKE stands before it.",
            )
    if excluded and star.args.get("ilike"):
        raise SqlSyntaxError(
            "SQL compilation error:\nILIKE and EXCLUDE cannot be used in the same SELECT *."
        )
    dropped = [_stored(each) for each in excluded]
    replaced = [names.stored(each.args["alias"]) for each in star.args.get("replace") or []]
    renamed = [_stored(each.this) for each in star.args.get("rename") or []]
    for listed in (dropped, replaced, renamed, dropped + replaced, dropped + renamed):
        twice = next((name for name in listed if listed.count(name) > 1), None)
        if twice is not None:
            raise SqlSyntaxError(
                f"SQL compilation error:\nthe column '{twice}' is named twice in a SELECT *."
            )


def _is_hard(item: exp.Expression) -> bool:
    if not _is_star(item):
        return False
    star = sources.star_of(item)
    if star.args.get("rename"):  # DuckDB does not notice a column that is not there
        return True
    return bool(star.args.get("ilike") and (star.args.get("except_") or star.args.get("replace")))


def _columns(item: exp.Expression, select: exp.Select, walk: Walk) -> list[exp.Expression]:
    star = sources.star_of(item)
    pairs = sources.starred(item, select, walk)
    if pairs is None and not (star.args.get("ilike") or star.args.get("replace")):
        return [item]
    if pairs is None:
        raise UnsupportedFeature("Unsupported feature '* ILIKE or RENAME with REPLACE' here.")
    dropped = {_stored(each) for each in star.args.get("except_") or []}
    replaced = {names.stored(e.args["alias"]): e.this for e in star.args.get("replace") or []}
    renamed = {_stored(e.this): e.args["alias"] for e in star.args.get("rename") or []}
    known = {column for _, column in pairs}
    for name in (*dropped, *replaced, *renamed):
        if name not in known:
            raise InvalidIdentifier(f"SQL compilation error:\ninvalid identifier '{name}'")
    made: list[exp.Expression] = []
    for table, name in _chosen(pairs, dropped, _pattern(star)):
        value = replaced.get(name)
        column = value.copy() if value is not None else _column(table, name)
        made.append(exp.Alias(this=column, alias=renamed.get(name) or _quoted(name)))
    return made


def _chosen(
    pairs: Iterable[tuple[str, str]], dropped: Container[str], like: re.Pattern[str] | None
) -> list[tuple[str, str]]:
    """The columns that EXCLUDE and ILIKE leave. Raises SqlSyntaxError if there are none."""
    left = [
        (table, name)
        for table, name in pairs
        if name not in dropped and (like is None or like.fullmatch(name))
    ]
    if not left:
        raise SqlSyntaxError(_NO_COLUMNS)
    return left


def columns(item: exp.Expression, select: exp.Select, walk: Walk) -> list[exp.Column]:
    """The columns of a star that stands for arguments: `* ILIKE`, `* EXCLUDE`, `t.*`.

    Raises UnsupportedFeature where they are not known.
    """
    star = sources.star_of(item)
    _check(star)
    pairs = sources.starred(item, select, walk)
    if pairs is None or star.args.get("replace") or star.args.get("rename"):
        raise UnsupportedFeature("Unsupported feature 'arguments by *' of this FROM.")
    dropped = {_stored(each) for each in star.args.get("except_") or []}
    return [_column(*pair) for pair in _chosen(pairs, dropped, _pattern(star))]


def _stored(node: exp.Expression) -> str:
    inner: Any = node.this if isinstance(node, exp.Column) else node
    return names.stored(inner)


def _quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _column(table: str, name: str) -> exp.Column:
    return exp.Column(this=_quoted(name), table=_quoted(table) if table else None)


def _pattern(star: exp.Expression) -> re.Pattern[str] | None:
    """The pattern of ILIKE: `%` any characters, `_` one."""
    given = star.args.get("ilike")
    if given is None:
        return None
    return wildcards.python(literal_text(given, "ILIKE pattern"))


def _star(node: exp.Star, walk: Walk) -> exp.Expression:
    walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Star: _star}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
