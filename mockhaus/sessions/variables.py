"""The values of session variables. Snowflake's manual: "SQL variables", "SET"."""

from __future__ import annotations

from typing import Any, Final

from mockhaus import zoned
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import SingleRowExpected, StringTooLong, UnsupportedFeature

#: Bytes of a text or a binary value in a variable.
MOST: Final = 256

#: Types that a variable can have, as DuckDB's names of them begin.
_TYPES: Final = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "DOUBLE", "FLOAT",
    "VARCHAR", "BLOB", "DATE", "TIME", "TIMESTAMP", '"NULL"', zoned.STORED,
)  # fmt: skip


def evaluated(sql: str, cursor: Cursor) -> list[Any]:
    """The values that DuckDB's query answers: NULLs of no row.

    Raises UnsupportedFeature for a semi-structured value, SingleRowExpected.
    """
    types = [column.type for column in cursor.describe(sql)]
    for kind in types:
        if not kind.startswith(_TYPES) or kind.endswith("]"):
            raise UnsupportedFeature(
                "Unsupported feature 'session variable of a type like VARIANT'."
            )
    if zoned.STORED in types:
        table = cursor.arrow(sql)
        rows = [
            zoned.moments(column.combine_chunks()) if kind == zoned.STORED else column.to_pylist()
            for kind, column in zip(types, table.columns, strict=True)
        ]
        found = list(zip(*rows, strict=True))
    else:
        found = cursor.rows(sql)
    if len(found) > 1:
        raise SingleRowExpected("Single-row subquery returns more than one row.")
    return list(found[0]) if found else [None] * len(types)


def check(name: str, value: Any) -> None:
    """Raises StringTooLong for a text or a binary value that no variable holds."""
    size = len(value.encode()) if isinstance(value, str) else 0
    size = len(value) if isinstance(value, bytes) else size
    if size > MOST:
        raise StringTooLong(
            f"Assignment to '{name}' not done because value exceeds size limit for variables. "
            f"Its size is {size}; the limit is {MOST} (internal storage size in bytes)."
        )
