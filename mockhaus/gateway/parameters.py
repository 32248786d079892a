"""Bind parameter values to Python values, by type OID and format (manual, 55.2.3).

psycopg's loaders know every PostgreSQL type in both formats; what DuckDB has no value for stays
text, to be cast where it is used.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import Format

from mockhaus.errors import (
    InvalidBinary,
    InvalidEncoding,
    InvalidText,
    ProtocolError,
    UnsupportedFeature,
)
from mockhaus.gateway.messages import BINARY
from mockhaus.gateway.rows import expand_formats

#: What the server says of a parameter whose type the client did not give.
TEXT_OID: Final = 25

#: Types that are passed on as text: unspecified, unknown, the text family, json.
_TEXTS: Final = frozenset({0, 705, 25, 1043, 1042, 18, 19, 114, 142})
_JSONB: Final = 3802
_BYTEA: Final = 17
_NUMERIC: Final = 1700

#: Types whose binary form has one size: bool, the integers, oid, floats, dates and times, uuid.
_SIZES: Final = {
    **{16: 1, 21: 2, 23: 4, 20: 8, 26: 4, 700: 4, 701: 8},
    **{1082: 4, 1083: 8, 1266: 12, 1114: 8, 1184: 8, 1186: 16, 2950: 16},
}
_MAX_DIMENSIONS: Final = 6
_TEMPORAL: Final = frozenset({1082, 1114, 1184})
_NATIVE: Final = (bool, int, float, Decimal, str, bytes, date, time, datetime, timedelta, UUID)

#: DuckDB's type of a parameter whose type the client gave; what is not here is not known.
_DUCKDB: Final = {
    16: "BOOLEAN", 17: "BLOB", 20: "BIGINT", 21: "BIGINT", 23: "BIGINT", 25: "VARCHAR",
    700: "DOUBLE", 701: "DOUBLE", 1042: "VARCHAR", 1043: "VARCHAR", 1082: "DATE", 1083: "TIME",
    1114: "TIMESTAMP", 1184: "TIMESTAMPTZ", 1186: "INTERVAL", 1700: "DECIMAL(38,10)",
    2950: "UUID",
}  # fmt: skip


def duckdb_type(oid: int) -> str:
    """DuckDB's name of a parameter's type, '' where the client left it open."""
    return _DUCKDB.get(oid, "")


class ParameterLoader:
    """Reads the parameters of one connection's Bind messages."""

    def __init__(self) -> None:
        self._transformer = Transformer()

    def load(
        self, types: Sequence[int], formats: Sequence[int], values: Sequence[bytes | None]
    ) -> list[Any]:
        """The values. Raises ProtocolError, InvalidText, InvalidBinary; all name the parameter."""
        codes = expand_formats(formats, len(values))
        declared = [*types, *([0] * (len(values) - len(types)))]
        return [
            None if data is None else self._value(number, oid, code, data)
            for number, (oid, code, data) in enumerate(
                zip(declared, codes, values, strict=False), start=1
            )
        ]

    def _value(self, number: int, oid: int, code: int, data: bytes) -> Any:
        if oid in _TEXTS:
            return _text(number, data)
        if oid == _JSONB:
            # Binary jsonb is its text behind a version byte.
            return _text(number, data[1:] if code == BINARY else data)
        try:
            if code == BINARY:
                _check(oid, data)
            value = self._loader(oid, code)(data)
        except (ValueError, ArithmeticError, LookupError, struct.error, psycopg.Error) as error:
            if oid in _TEMPORAL and code != BINARY and b"infinity" in data.lower():
                return data.decode("ascii", "replace")
            raise _unfit(number, oid, code, data, error) from None
        return _native(value, number)

    def _loader(self, oid: int, code: int) -> Callable[[bytes], Any]:
        form = Format.BINARY if code == BINARY else Format.TEXT
        return self._transformer.get_loader(oid, form).load


def _check(oid: int, data: bytes) -> None:
    """Raise ValueError unless the data has the layout of the type.

    psycopg's loaders are compiled and believe what a server sends; here it comes from a client.
    """
    known = psycopg.adapters.types.get(oid)
    if oid in _SIZES:
        if len(data) != _SIZES[oid]:
            raise ValueError(f"it has {_SIZES[oid]} bytes")
    elif oid == _NUMERIC:
        if len(data) < 8 or len(data) != 8 + 2 * int.from_bytes(data[:2], "big"):
            raise ValueError("the digits are not as many as it says")
    elif known is not None and known.array_oid == oid and known.oid != oid:
        _check_array(known.oid, data)
    elif oid not in _TEXTS and oid != _BYTEA:
        raise ValueError("no binary form of this type is known")


def _check_array(item: int, data: bytes) -> None:
    """Dimensions, flags, item type; size and lower bound of each dimension; items."""
    dimensions, _, declared = struct.unpack_from("!iiI", data)
    if not 0 <= dimensions <= _MAX_DIMENSIONS or declared != item:
        raise ValueError("its dimensions or its item type are wrong")
    sizes = struct.unpack_from("!" + "i4x" * dimensions, data, 12)
    position = 12 + 8 * dimensions
    for _ in range(math.prod(sizes) if dimensions else 0):
        (length,) = struct.unpack_from("!i", data, position)
        position += 4 + max(length, 0)
        if length >= 0:
            _check(item, data[position - length : position])
    if position != len(data) or min(sizes, default=1) < 1:
        raise ValueError("its items do not fill it")


def _text(number: int, data: bytes) -> str:
    try:
        value = data.decode()
    except UnicodeDecodeError:
        raise InvalidEncoding(
            f'invalid byte sequence for encoding "UTF8" in parameter ${number}'
        ) from None
    if "\0" in value:
        raise InvalidEncoding(
            f'invalid byte sequence for encoding "UTF8": 0x00 in parameter ${number}'
        )
    return value


def _type_name(oid: int) -> str:
    known = psycopg.adapters.types.get(oid)
    return known.name if known is not None else str(oid)


def _unfit(
    number: int, oid: int, code: int, data: bytes, error: Exception
) -> InvalidText | InvalidBinary:
    name = _type_name(oid)
    if code == BINARY:
        return InvalidBinary(
            f"incorrect binary data format in bind parameter {number}",
            detail=f"{len(data)} bytes are not a value of type {name}: {error}",
        )
    shown = data[:100].decode("utf-8", "replace")
    return InvalidText(f'invalid input syntax for type {name}: "{shown}" in parameter ${number}')


def _native(value: Any, number: int) -> Any:
    """The value, if DuckDB takes it; arrays item by item; others (inet, ranges) as text."""
    if isinstance(value, Decimal) and not value.is_finite():
        raise UnsupportedFeature(f"parameter ${number}: numeric '{value}' has no Snowflake value")
    if value is None or isinstance(value, _NATIVE):
        return value
    if isinstance(value, list):
        return [_native(item, number) for item in value]
    return str(value)


def check_count(given: int, wanted: int, statement: str) -> None:
    """Raise ProtocolError unless Bind brings as many values as the statement takes."""
    if given != wanted:
        raise ProtocolError(
            f"bind message supplies {given} parameters, but prepared statement"
            f' "{statement}" requires {wanted}'
        )
