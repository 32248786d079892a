"""Values of variables, and how a text comes to have them in its variables' places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from mockhaus import xml
from mockhaus.quoting import snowflake_literal
from mockhaus.result import Column
from mockhaus.translation.scripting.blocks import Source
from mockhaus.types import SEMI_STRUCTURED, SqlType


class Value(Struct, frozen=True):
    """A scalar. `type` is None of a NULL that nothing is known of."""

    data: Any = None
    type: SqlType | None = None


def scalar(data: Any, kind: SqlType | None) -> Value:
    """A value as the engine gives it; whole numbers of any length are Python's."""
    if isinstance(data, Decimal) and kind is not None and kind.scale == 0:
        data = int(data)
    return Value(data, kind)


class Rows(Struct, frozen=True):
    """A RESULTSET: the rows as they were when the statement ran."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]
    query_id: str = ""


class Cursor(Struct):
    """A cursor; it is open where it has rows."""

    query: Source | None
    result_set: str = ""
    rows: Rows | None = None
    at: int = 0


class Record(Struct, frozen=True):
    """A row, of FOR over a cursor."""

    columns: dict[str, Value]


class Declared(Struct, frozen=True):
    """A declared exception."""

    name: str
    number: int
    message: str


class Variable(Struct):
    """What a name holds; `type` as declared, None if it takes what it is given."""

    held: Value | Rows | Cursor | Record | Declared = field(default_factory=Value)
    type: SqlType | None = None
    is_result_set: bool = False


def literal(value: Value) -> str:
    """A scalar in Snowflake's text, so that it is read back with its type."""
    data, kind = value.data, value.type
    family = kind.family if kind is not None else ""
    if data is None:
        return "NULL" if kind is None else f"CAST(NULL AS {'VARIANT' if kind.parts else kind})"
    if isinstance(data, bool):
        return "TRUE" if data else "FALSE"
    if isinstance(data, int):
        return str(data) if data >= 0 else f"({data})"
    if isinstance(data, Decimal):
        return f"{data:f}" if data >= 0 else f"({data:f})"
    if isinstance(data, float):
        return f"CAST('{data!r}' AS FLOAT)"
    if isinstance(data, (bytes, bytearray)):
        return f"TO_BINARY('{data.hex()}', 'HEX')"
    if isinstance(data, datetime):
        kind_name = family if family.startswith("TIMESTAMP") else "TIMESTAMP_NTZ"
        return f"CAST('{data.isoformat(sep=' ')}' AS {kind_name})"
    if isinstance(data, date):
        return f"CAST('{data.isoformat()}' AS DATE)"
    if isinstance(data, time):
        return f"CAST('{data.isoformat()}' AS TIME)"
    if family in SEMI_STRUCTURED:
        return _semi_structured(str(data), family)
    return snowflake_literal(str(data))


def _semi_structured(data: str, family: str) -> str:
    """A semi-structured value; dates within it are texts."""
    text = xml.text_of(data, pretty=False)
    parse = "PARSE_XML" if text.startswith("<") else "PARSE_JSON"
    made = f"{parse}({snowflake_literal(text)})"
    return made if family in ("VARIANT", "MAP") else f"CAST({made} AS {family})"
