"""Codes of types as `cursor.description` tells them, and the constructors of PEP 249.

Snowflake's manual: "Python Connector API", "Type Codes".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, time as time_of_day
from typing import Final, NamedTuple

from mockhaus.result import Column
from mockhaus.types import SqlType

#: Family -> Snowflake's code.
CODES: Final = {
    "NUMBER": 0,
    "FLOAT": 1,
    "VARCHAR": 2,
    "DATE": 3,
    "VARIANT": 5,
    "TIMESTAMP_LTZ": 6,
    "TIMESTAMP_TZ": 7,
    "TIMESTAMP_NTZ": 8,
    "OBJECT": 9,
    "ARRAY": 10,
    "BINARY": 11,
    "TIME": 12,
    "BOOLEAN": 13,
    "MAP": 17,
}
_TEXT: Final = CODES["VARCHAR"]

#: Types that have digits.
_NUMERIC: Final = ("NUMBER", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")


class ResultMetadata(NamedTuple):
    """A column, in the seven fields of PEP 249. `internal_size` counts the characters of a VARCHAR
    and the bytes of a BINARY."""

    name: str
    type_code: int
    display_size: int | None
    internal_size: int | None
    precision: int | None
    scale: int | None
    is_nullable: bool


def described(columns: Sequence[Column]) -> list[ResultMetadata]:
    """The columns as `cursor.description`."""
    return [_described(column.name, column.type, column.nullable) for column in columns]


def _described(name: str, kind: SqlType, nullable: bool) -> ResultMetadata:
    code = CODES.get(kind.family, _TEXT)
    precision = kind.precision if kind.family == "NUMBER" else None
    scale = kind.scale
    if kind.family in _NUMERIC and kind.family != "NUMBER":
        precision, scale = 0, 9 if kind.scale is None else kind.scale
    return ResultMetadata(name, code, None, kind.length, precision, scale, nullable)


class TypeObject(frozenset[int]):
    """A type object of PEP 249: equal to the code of each type that it stands for."""

    def __eq__(self, other: object) -> bool:
        return other in self if isinstance(other, int) else super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = frozenset.__hash__


_MOMENTS: Final = ("DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")

STRING: Final = TypeObject((_TEXT,))
BINARY: Final = TypeObject((CODES["BINARY"],))
NUMBER: Final = TypeObject((CODES["NUMBER"], CODES["FLOAT"]))
DATETIME: Final = TypeObject(CODES[family] for family in _MOMENTS)
ROWID: Final = TypeObject()

Date = date
Time = time_of_day
Timestamp = datetime
Binary = bytes


def DateFromTicks(ticks: float) -> date:  # noqa: N802 - PEP 249's name
    """The date of a moment, in seconds since 1970, on this machine's clock."""
    return date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> time_of_day:  # noqa: N802
    """The time of day of a moment, in seconds since 1970, on this machine's clock."""
    return time_of_day(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802
    """A moment, in seconds since 1970, on this machine's clock."""
    return datetime(*time.localtime(ticks)[:6])
