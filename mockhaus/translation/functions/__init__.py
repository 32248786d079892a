"""Snowflake's functions, one module per family of its reference. The families are listed here."""

from __future__ import annotations

from typing import Final

from mockhaus.translation.functions import (
    aggregates,
    arrays,
    bitwise,
    conditional,
    context,
    conversion,
    dates,
    elsewhere,
    generation,
    hashes,
    maps,
    numeric,
    regex,
    search,
    semistructured,
    sketches,
    strings,
    tables,
    tags,
    vectors,
    windows,
    xml,
)
from mockhaus.translation.registry import Function

#: Family, as the reference names it -> its functions.
FAMILIES: Final[dict[str, tuple[Function, ...]]] = {
    "Aggregate": aggregates.FUNCTIONS,
    "Approximate": sketches.FUNCTIONS,
    "Array": arrays.FUNCTIONS,
    "Bitwise": bitwise.FUNCTIONS,
    "Conditional": conditional.FUNCTIONS,
    "Context": context.FUNCTIONS,
    "Conversion": conversion.FUNCTIONS,
    "Data generation": generation.FUNCTIONS,
    "Date & time": dates.FUNCTIONS,
    "Hash": hashes.FUNCTIONS,
    "Map": maps.FUNCTIONS,
    "Numeric": numeric.FUNCTIONS,
    "Regular expressions": regex.FUNCTIONS,
    "Semi-structured": semistructured.FUNCTIONS,
    "String & binary": strings.FUNCTIONS,
    "Full-text search": search.FUNCTIONS,
    "Table": tables.FUNCTIONS,
    "Tags": tags.FUNCTIONS,
    "Vector": vectors.FUNCTIONS,
    "Window": windows.FUNCTIONS,
    "XML": xml.FUNCTIONS,
    "Other families": elsewhere.FUNCTIONS,
}
