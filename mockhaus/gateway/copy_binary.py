"""COPY's binary format (manual, COPY, "Binary Format"): header, tuples, trailer.

A tuple is laid out as a DataRow is, so that the encoder of rows makes it; what comes in is taken
apart into columns and written as Parquet, which DuckDB reads.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg.adapt import Transformer
from psycopg.pq import Format

from mockhaus.errors import InvalidBinary, InvalidEncoding, LoadError, UnsupportedFeature
from mockhaus.result import Column
from mockhaus.types import SqlType

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
HEADER: Final = SIGNATURE + bytes(8)
TRAILER: Final = b"\xff\xff"

_NUMERIC_OID: Final = 1700
_SHORT = struct.Struct("!h")
_INT = struct.Struct("!i")

#: Days and microseconds from 1970 to 2000, where PostgreSQL counts from.
_DAYS: Final = 10_957
_MICROS: Final = _DAYS * 86_400_000_000

#: Enough for any numeric that fits a column once it is rounded.
_CONTEXT: Final = Context(prec=100)

_Cells = list[bytes | None]


def write_parquet(source: Path, target: Path, columns: Sequence[Column]) -> None:
    """Make a Parquet file of a binary one. Raises LoadError, InvalidBinary."""
    cells, data = _taken_apart(source.read_bytes(), len(columns)), {}
    for number, (column, values) in enumerate(zip(columns, cells, strict=True), start=1):
        try:
            data[f"c{number}"] = _READERS[_family(column.type)](values, column.type)
        except (ValueError, struct.error, ArithmeticError, pa.ArrowException) as error:
            found = InvalidBinary("incorrect binary data format", detail=str(error))
            found.context = f"COPY, column {column.name.lower()}"
            raise found from None
    pq.write_table(pa.table(data), target, compression="none", use_dictionary=False)


def _taken_apart(data: bytes, count: int) -> list[_Cells]:
    """The fields, column by column."""
    if not data.startswith(SIGNATURE):
        raise LoadError("COPY file signature not recognized")
    if len(data) < len(HEADER):
        raise LoadError("invalid COPY file header (missing flags)")
    flags, extension = struct.unpack_from("!Ii", data, len(SIGNATURE))
    if flags & 0xFFFF0000:
        raise UnsupportedFeature("unrecognized critical flags in COPY file header")
    cells: list[_Cells] = [[] for _ in range(count)]
    appends = [each.append for each in cells]
    position, line = len(HEADER) + max(extension, 0), 1
    short, long = _SHORT.unpack_from, _INT.unpack_from
    try:
        while (fields := short(data, position)[0]) != -1:
            if fields != count:
                raise _broken(f"row field count is {fields}, expected {count}", line)
            position += 2
            for append in appends:
                size = long(data, position)[0]
                position += 4
                if size < 0:
                    append(None)
                    continue
                append(data[position : position + size])
                position += size
            line += 1
    except struct.error:
        # The trailer may be missing, the rest of a tuple may not.
        if position != len(data):
            raise _broken("unexpected EOF in COPY data", line) from None
    if position > len(data):
        raise _broken("unexpected EOF in COPY data", line)
    return cells


def _broken(message: str, line: int) -> LoadError:
    error = LoadError(message)
    error.context = f"COPY, line {line}"
    return error


def _family(kind: SqlType) -> str:
    return "INTEGER" if kind.is_integer else kind.family


# --- one column -----------------------------------------------------------------------------------


def _fixed(values: _Cells, dtypes: dict[int, str]) -> tuple[np.ndarray[Any, Any], Any]:
    """Values of one size as numbers, and which of them are NULL."""
    sizes = {len(value) for value in values if value is not None}
    if len(sizes) > 1 or not sizes <= set(dtypes):
        raise ValueError(f"a value of {sorted(sizes - set(dtypes)) or sorted(sizes)} bytes")
    size = sizes.pop() if sizes else next(iter(dtypes))
    blank = bytes(size)
    joined = b"".join(blank if value is None else value for value in values)
    return np.frombuffer(joined, dtypes[size]), _nulls(values)


def _nulls(values: _Cells) -> Any:
    return np.fromiter((value is None for value in values), np.bool_, len(values))


def _integers(values: _Cells, kind: SqlType) -> pa.Array:
    # A client may hold the column for int2 or int4: INT is bigint here and not there.
    numbers, nulls = _fixed(values, {8: ">i8", 4: ">i4", 2: ">i2"})
    return pa.array(numbers.astype(np.int64), mask=nulls)


def _floats(values: _Cells, kind: SqlType) -> pa.Array:
    numbers, nulls = _fixed(values, {8: ">f8", 4: ">f4"})
    return pa.array(numbers.astype(np.float64), mask=nulls)


def _booleans(values: _Cells, kind: SqlType) -> pa.Array:
    numbers, nulls = _fixed(values, {1: "u1"})
    return pa.array(numbers != 0, mask=nulls)


def _dates(values: _Cells, kind: SqlType) -> pa.Array:
    numbers, nulls = _fixed(values, {4: ">i4"})
    days = numbers.astype(np.int64)
    _finite(days, nulls, np.iinfo(np.int32))
    return pa.array((days + _DAYS).astype(np.int32), pa.int32(), mask=nulls).cast(pa.date32())


def _times(values: _Cells, kind: SqlType) -> pa.Array:
    numbers, nulls = _fixed(values, {8: ">i8"})
    return pa.array(numbers.astype(np.int64), pa.int64(), mask=nulls).cast(pa.time64("us"))


def _timestamps(zone: str | None) -> Callable[[_Cells, SqlType], pa.Array]:
    def read(values: _Cells, kind: SqlType) -> pa.Array:
        numbers, nulls = _fixed(values, {8: ">i8"})
        micros = numbers.astype(np.int64)
        _finite(micros, nulls, np.iinfo(np.int64))
        return pa.array(micros + _MICROS, pa.int64(), mask=nulls).cast(pa.timestamp("us", zone))

    return read


def _finite(numbers: Any, nulls: Any, limits: Any) -> None:
    if ((numbers == limits.max) | (numbers == limits.min)).any():
        raise ValueError("infinity is not supported in a binary COPY")


def _texts(values: _Cells, kind: SqlType) -> pa.Array:
    texts = pa.array(values, pa.binary())
    try:
        return texts.cast(pa.string())
    except pa.ArrowInvalid:
        raise InvalidEncoding('invalid byte sequence for encoding "UTF8"') from None


def _json(values: _Cells, kind: SqlType) -> pa.Array:
    # Binary jsonb is its text behind a version byte.
    return _texts([v[1:] if v is not None and v[:1] == b"\x01" else v for v in values], kind)


def _bytes(values: _Cells, kind: SqlType) -> pa.Array:
    return pa.array(values, pa.binary())


def _numerics(values: _Cells, kind: SqlType) -> pa.Array:
    for value in values:
        if value is not None and (
            len(value) < 8 or len(value) != 8 + 2 * _SHORT.unpack_from(value)[0]
        ):
            raise ValueError("the digits are not as many as it says")
    load = Transformer().get_loader(_NUMERIC_OID, Format.BINARY).load
    unit = Decimal(1).scaleb(-(kind.scale or 0))
    decimals = [None if value is None else _rounded(load(value), unit) for value in values]
    return pa.array(decimals, pa.decimal128(kind.precision or 38, kind.scale or 0))


def _rounded(value: Decimal, unit: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"numeric '{value}' has no Snowflake value")
    return value.quantize(unit, ROUND_HALF_UP, _CONTEXT)


_READERS: Final[dict[str, Callable[[_Cells, SqlType], pa.Array]]] = {
    "INTEGER": _integers,
    "NUMBER": _numerics,
    "FLOAT": _floats,
    "BOOLEAN": _booleans,
    "VARCHAR": _texts,
    "BINARY": _bytes,
    "DATE": _dates,
    "TIME": _times,
    "TIMESTAMP_NTZ": _timestamps(None),
    "TIMESTAMP_LTZ": _timestamps("UTC"),
    "TIMESTAMP_TZ": _timestamps("UTC"),
    "VARIANT": _json,
    "OBJECT": _json,
    "ARRAY": _json,
}
