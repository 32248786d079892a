"""Rows that Python holds, as a relation in DuckDB's text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from mockhaus import zoned
from mockhaus.quoting import sql_literal
from mockhaus.result import Column
from mockhaus.translation.names import quoted
from mockhaus.types import SqlType

_TYPES: Final = {
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TIMESTAMP_TZ": zoned.STORED,
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "ARRAY": "JSON",
    "MAP": "JSON",
}


def stored_type(kind: SqlType) -> str:
    """DuckDB's type for values of a type."""
    if kind.family == "NUMBER":
        return "BIGINT" if not kind.scale else f"DECIMAL({kind.precision},{kind.scale})"
    return _TYPES.get(kind.family, "VARCHAR")


def relation(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> str:
    """A query that answers the rows: one text of JSON; many values would take long to parse."""
    names = [f"c{place}" for place in range(len(columns))]
    spelled = [_zoned if c.type.family == "TIMESTAMP_TZ" else _spelled for c in columns]
    told = [{n: spell(v) for n, spell, v in zip(names, spelled, row, strict=True)} for row in rows]
    shape = json.dumps([dict.fromkeys(names, "VARCHAR")])
    items = ", ".join(
        f"CAST(r.{name} AS {stored_type(column.type)}) AS {quoted(column.name)}"
        for name, column in zip(names, columns, strict=True)
    )
    text = sql_literal(json.dumps(told, ensure_ascii=False))
    return f"SELECT {items} FROM (SELECT unnest(from_json({text}, '{shape}')) AS r)"


def _zoned(value: datetime | None) -> str | None:
    return None if value is None else zoned.text(value)


def _spelled(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
