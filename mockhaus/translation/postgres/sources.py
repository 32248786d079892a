"""Functions and arrays in FROM: each is a query of DuckDB's with the columns that its alias names.

Manual: 7.2.1.4 "Table Functions", 9.25 "Set Returning Functions", 9.19 on `unnest`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.postgres.arrays import listed

#: Set-returning functions -> what makes a list of their rows.
_ROWS: Final[dict[str, Callable[[list[Any]], exp.Expression]]] = {
    "GENERATE_SERIES": lambda values: _call("SERIES_LIST", *values),
    "STRING_TO_TABLE": lambda values: _call("STRING_TO_LIST", *values),
    "REGEXP_SPLIT_TO_TABLE": lambda values: _call("REGEXP_SPLIT_TO_LIST", *values),
    "JSON_ARRAY_ELEMENTS": lambda values: _call("JSON_LIST", *values),
    "JSONB_ARRAY_ELEMENTS": lambda values: _call("JSON_LIST", *values),
    "JSON_ARRAY_ELEMENTS_TEXT": lambda values: _call("JSON_TEXT_LIST", *values),
    "JSONB_ARRAY_ELEMENTS_TEXT": lambda values: _call("JSON_TEXT_LIST", *values),
    "JSON_OBJECT_KEYS": lambda values: _call("JSON_KEY_LIST", *values),
    "JSONB_OBJECT_KEYS": lambda values: _call("JSON_KEY_LIST", *values),
}
#: What the column of such a function is called where its alias does not say.
_COLUMNS: Final = {
    "JSON_ARRAY_ELEMENTS": "VALUE",
    "JSONB_ARRAY_ELEMENTS": "VALUE",
    "JSON_ARRAY_ELEMENTS_TEXT": "VALUE",
    "JSONB_ARRAY_ELEMENTS_TEXT": "VALUE",
}


def _call(name: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=list(arguments))


def row_list(call: exp.Expression) -> exp.Expression | None:
    """The rows of a set-returning function as a list, None of any other expression."""
    if isinstance(call, exp.Anonymous) and (make := _ROWS.get(str(call.this).upper())):
        return make(call.expressions)
    return None


def _relation(
    lists: list[exp.Expression], alias: exp.Expression | None, default: str, *, ordinal: bool
) -> exp.Expression:
    """Lists side by side as the columns of a derived table; `ordinal` adds their number."""
    named = alias.this if alias is not None else None
    listed_names = list(alias.args.get("columns") or []) if alias is not None else []
    if any(isinstance(each, exp.ColumnDef) for each in listed_names):
        raise UnsupportedFeature("Unsupported feature 'column definition list in FROM'.")
    items = [_call("UNNEST_LIST", each) for each in lists]
    if ordinal:
        items.append(_call("UNNEST_LIST", _call("LIST_NUMBERS", *(e.copy() for e in lists))))
    name = named if named is not None else exp.Identifier(this=default)
    if len(listed_names) < len(items) and not listed_names:
        listed_names = [name.copy() if len(lists) == 1 and named is not None else None]
        listed_names = [each for each in listed_names if each is not None]
    while len(listed_names) < len(items):
        place = len(listed_names)
        is_number = ordinal and place == len(items) - 1
        column = "ORDINALITY" if is_number else default
        listed_names.append(exp.Identifier(this=column))
    labelled = [
        exp.Alias(this=item, alias=column.copy())
        for item, column in zip(items, listed_names, strict=True)
    ]
    table = exp.TableAlias(this=name.copy())
    return exp.Subquery(this=exp.Select(expressions=labelled), alias=table)


def unnested(node: exp.Unnest) -> exp.Expression:
    """`unnest(a, b) WITH ORDINALITY AS t(x, y, n)` in FROM."""
    offset = node.args.get("offset")
    alias = node.args.get("alias")
    if isinstance(node.parent, exp.Lateral):
        alias = node.parent.args.pop("alias", alias)
    if not isinstance(node.parent, (exp.From, exp.Join, exp.Lateral)):
        return _call("UNNEST_LIST", *map(listed, node.expressions))
    if isinstance(offset, exp.Identifier) and alias is not None:
        alias.append("columns", offset)
    lists = [listed(each) for each in node.expressions]
    made = _relation(lists, alias, "UNNEST", ordinal=bool(offset))
    return _lateral(node, made)


def _lateral(node: exp.Expression, made: exp.Expression) -> exp.Expression:
    parent = node.parent
    if isinstance(parent, exp.Lateral):
        parent.set("alias", made.args.pop("alias"))
    return made


def table(node: exp.Table) -> exp.Expression:
    """`generate_series(1, 3) AS g(x)` in FROM."""
    rows = row_list(node.this) if isinstance(node.this, exp.Expression) else None
    if rows is None:
        return node
    name = str(node.this.this).upper()
    ordinal = bool(node.args.get("ordinality"))
    default = _COLUMNS.get(name, name)
    made = _relation([rows], _alias(node, name), default, ordinal=ordinal)
    if node.args.get("joins"):
        made.set("joins", node.args["joins"])
    return made


def _alias(node: exp.Expression, name: str) -> exp.Expression | None:
    alias = node.args.get("alias")
    if alias is not None and name in _COLUMNS and not alias.args.get("columns"):
        alias = alias.copy()
        alias.set("columns", [exp.Identifier(this=_COLUMNS[name])])
    return alias


def lateral(node: exp.Lateral) -> exp.Expression:
    """`LATERAL jsonb_array_elements(v) AS e(x)`; of a query LATERAL is DuckDB's own."""
    rows = row_list(node.this)
    if rows is None:
        return node
    name = str(node.this.this).upper()
    default = _COLUMNS.get(name, name)
    ordinal = bool(node.args.get("ordinality"))
    made = _relation([rows], _alias(node, name), default, ordinal=ordinal)
    node.set("alias", made.args.pop("alias"))
    node.set("this", made)
    node.set("ordinality", None)
    return node


FORMS: Final[dict[type[exp.Expression], Callable[[Any], exp.Expression]]] = {
    exp.Unnest: unnested,
    exp.Table: table,
    exp.Lateral: lateral,
}
