"""PostgreSQL's arrays: their texts, and arrays whose items DuckDB is to see one by one.

Manual: 8.15 "Arrays". An array that is stored or answered is Snowflake's ARRAY.
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from mockhaus.errors import InvalidText, UnsupportedFeature
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.operands import plain

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
