"""PostgreSQL's arrays: their texts, and arrays whose items DuckDB is to see one by one.

Manual: 8.15 "Arrays". An array that is stored or answered is Snowflake's ARRAY.
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from mockhaus.errors import InvalidText, UnsupportedFeature
from mockhaus.translation.clauses.types import duckdb_type
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.dml.assignment import Columns
from mockhaus.translation.types.operands import plain
from mockhaus.translation.types.origins import Relation

_ITEM: Final = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^",{}]+))\s*', re.S)

#: Functions that answer an array -> those that answer it as a list of DuckDB's.
_LISTS: Final = {
    "STRING_TO_ARRAY": "STRING_TO_LIST",
    "REGEXP_SPLIT_TO_ARRAY": "REGEXP_SPLIT_TO_LIST",
    "ARRAY_CAST": "LIST_CAST",
}


def literal_items(text: str) -> list[str | None]:
    """The items of `{a,"b c",NULL}` (manual, 8.15.2). Raises InvalidText, UnsupportedFeature."""
    bare = text.strip()
    if not (bare.startswith("{") and bare.endswith("}")):
        raise InvalidText(f'malformed array literal: "{text[:100]}"')
    if bare[1:].lstrip().startswith("{"):
        raise UnsupportedFeature("Unsupported feature 'arrays of several dimensions'.")
    inside, at = bare[1:-1], 0
    found: list[str | None] = []
    while inside.strip():
        match = _ITEM.match(inside, at)
        if match is None:
            raise InvalidText(f'malformed array literal: "{text[:100]}"')
        if match["quoted"] is not None:
            found.append(re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.S))
        else:
            item = match["bare"].strip()
            found.append(None if item.upper() == "NULL" else item)
        at = match.end()
        if at == len(inside):
            break
        if inside[at] != ",":
            raise InvalidText(f'malformed array literal: "{text[:100]}"')
        at += 1
    return found


def written(values: exp.Values, columns: Columns, relation: Relation | None) -> None:
    """`'{a,b}'` for a column that is declared as an array is that array; in place."""
    for row in values.expressions:
        items = row.expressions if isinstance(row, exp.Tuple) else [row]
        for item, (name, _) in zip(items, columns, strict=False):
            made = _array(item, name, relation)
            if made is not None:
                item.replace(made)


def assigned(value: exp.Expression, name: str, relation: Relation | None) -> exp.Expression:
    """The same of one value."""
    return _array(value, name, relation) or value


def _array(value: exp.Expression, name: str, relation: Relation | None) -> exp.Expression | None:
    kind = relation.items.get(name.upper()) if relation is not None else None
    if kind is None or not isinstance(value, exp.Literal) or not value.is_string:
        return None
    return array(value.name, exp.DataType.build(kind, dialect="snowflake"))


def array(text: str, kind: exp.DataType) -> exp.Array:
    """`{a,b}` as an array of items of a type."""
    items = map(literal, literal_items(text))
    return exp.Array(expressions=[exp.Cast(this=each, to=kind.copy()) for each in items])


def literal(item: str | None) -> exp.Expression:
    """An item of an array's text."""
    return exp.Null() if item is None else exp.Literal.string(item)


def item_type(name: str, relation: Relation | None) -> str | None:
    """DuckDB's type of the items of a column that is declared as an array."""
    kind = relation.items.get(name.upper()) if relation is not None else None
    if kind is None:
        return None
    return duckdb_type(exp.DataType.build(kind, dialect="snowflake")).sql(dialect="duckdb")


def listed(node: exp.Expression) -> exp.Expression:
    """An array as a list of DuckDB's, whose items have types of their own.

    Raises UnsupportedFeature for an ARRAY that does not tell what its items are.
    """
    value = plain(node)
    if isinstance(value, exp.Array):
        return exp.Anonymous(this="LIST_VALUE", expressions=value.expressions)
    if isinstance(value, (exp.Placeholder, exp.Parameter)):
        return value
    if isinstance(value, exp.Anonymous) and str(value.this).upper() in _LISTS:
        name = _LISTS[str(value.this).upper()]
        return exp.Anonymous(this=name, expressions=value.expressions)
    raise UnsupportedFeature(
        f"Unsupported feature 'items of {snowflake_text(value)[:60]}'.",
        hint="Say what the items are, (..)::text[], or use FLATTEN.",
    )
