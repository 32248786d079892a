"""COPY's binary format (manual, COPY, "Binary Format"): header, tuples, trailer.

A tuple is laid out as a DataRow is, so that the encoder of rows makes it; what comes in is taken
apart into columns and written as Parquet, which DuckDB reads.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg.adapt import Transformer
from psycopg.pq import Format

from mockhaus.errors import InvalidBinary, InvalidEncoding
from mockhaus.gateway.copy.copy_fields import BadField, Fields, Numbers, taken_apart
from mockhaus.gateway.forms.rows import shown_name
from mockhaus.result import Column
from mockhaus.types import SEMI_STRUCTURED, SqlType

_NUMERIC_OID: Final = 1700
#: Days and microseconds from 1970 to 2000, where PostgreSQL counts from.
_DAYS: Final = 10_957
_MICROS: Final = _DAYS * 86_400_000_000

#: Enough for any numeric that fits a column once it is rounded.
_CONTEXT: Final = Context(prec=100)

#: Families of types whose values vary in length.
_VARYING: Final = SEMI_STRUCTURED | {"NUMBER", "VARCHAR", "BINARY"}


def write_parquet(source: Path, target: Path, columns: Sequence[Column], table: str) -> None:
    """Make a Parquet file of a binary one. Raises LoadError, InvalidBinary.

    While one thread takes tuples apart, another makes columns of those before them.
    """
    families = [_family(column.type) for column in columns]
    widths = [each not in _VARYING for each in families]
    with (
        source.open("rb") as file,
        _Parquet(target, columns, families, table) as made,
        ThreadPoolExecutor(1) as other,
    ):
        before: Future[None] | None = None
        try:
            for batch in taken_apart(file.fileno(), widths):
                if before is not None:
                    before.result()
                before = other.submit(made.add, batch)
        finally:
            # What is wrong with earlier lines is told first.
            if before is not None:
                before.result()


class _Parquet:
    """A file in the making, which is whole at the end of the context."""

    def __init__(
        self, target: Path, columns: Sequence[Column], families: Sequence[str], table: str
    ) -> None:
        self._target = target
        self._columns = columns
        self._families = families
        self._table = table
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._writer is None and error is None:
            empty = np.zeros(0, np.int64)
            nothing = Fields(np.zeros(0, np.uint8), empty, empty, 1)
            self.add([nothing] * len(self._columns))
        if self._writer is not None:
            self._writer.close()

    def add(self, batch: Sequence[Fields]) -> None:
        """More rows. Raises InvalidBinary."""
        made = _batch(batch, self._columns, self._families, self._table)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._target, made.schema, compression="none", use_dictionary=False
            )
        self._writer.write_batch(made)


def _batch(
    batch: Sequence[Fields],
    columns: Sequence[Column],
    families: Sequence[str],
    table: str,
) -> pa.RecordBatch:
    arrays = []
    for fields, column, family in zip(batch, columns, families, strict=True):
        try:
            arrays.append(_READERS[family](fields, column.type))
        except (ValueError, struct.error, ArithmeticError, pa.ArrowException) as error:
            found = InvalidBinary("incorrect binary data format", detail=str(error))
            row = getattr(error, "row", None)
            line = "" if row is None else f", line {fields.first + row}"
            found.context = f"COPY {table}{line}, column {shown_name(column.name)}"
            raise found from None
    names = [f"c{number}" for number in range(1, len(arrays) + 1)]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _family(kind: SqlType) -> str:
    return "INTEGER" if kind.is_integer else kind.family


# --- one column -----------------------------------------------------------------------------------


def _integers(fields: Fields, kind: SqlType) -> pa.Array:
    # A client may hold the column for int2 or int4: INT is bigint here and not there.
    numbers = fields.fixed({8: ">i8", 4: ">i4", 2: ">i2"})
    return pa.array(numbers.astype(np.int64), mask=fields.nulls)


def _floats(fields: Fields, kind: SqlType) -> pa.Array:
    numbers = fields.fixed({8: ">f8", 4: ">f4"})
    return pa.array(numbers.astype(np.float64), mask=fields.nulls)


def _booleans(fields: Fields, kind: SqlType) -> pa.Array:
    return pa.array(fields.fixed({1: "u1"}) != 0, mask=fields.nulls)


def _dates(fields: Fields, kind: SqlType) -> pa.Array:
    days = fields.fixed({4: ">i4"}).astype(np.int64)
    _finite(days, np.iinfo(np.int32))
    since = (days + _DAYS).astype(np.int32)
    return pa.array(since, pa.int32(), mask=fields.nulls).cast(pa.date32())


def _times(fields: Fields, kind: SqlType) -> pa.Array:
    micros = fields.fixed({8: ">i8"}).astype(np.int64)
    return pa.array(micros, pa.int64(), mask=fields.nulls).cast(pa.time64("us"))


def _timestamps(zone: str | None) -> Callable[[Fields, SqlType], pa.Array]:
    def read(fields: Fields, kind: SqlType) -> pa.Array:
        micros = fields.fixed({8: ">i8"}).astype(np.int64)
        _finite(micros, np.iinfo(np.int64))
        return pa.array(micros + _MICROS, mask=fields.nulls).cast(pa.timestamp("us", zone))

    return read


def _finite(numbers: Numbers, limits: Any) -> None:
    infinite = (numbers == limits.max) | (numbers == limits.min)
    if infinite.any():
        raise BadField("infinity is not supported in a binary COPY", int(np.argmax(infinite)))


def _texts(fields: Fields, kind: SqlType) -> pa.Array:
    try:
        return fields.binary().cast(pa.string())
    except pa.ArrowInvalid:
        raise InvalidEncoding('invalid byte sequence for encoding "UTF8"') from None


def _json(fields: Fields, kind: SqlType) -> pa.Array:
    # Binary jsonb is its text behind a version byte.
    versioned = (fields.sizes > 0) & (fields.window(fields.starts, 1)[:, 0] == 1)
    starts, sizes = fields.starts + versioned, fields.sizes - versioned
    return _texts(Fields(fields.data, starts, sizes, fields.first), kind)


def _bytes(fields: Fields, kind: SqlType) -> pa.Array:
    return fields.binary()


def _uuids(fields: Fields, kind: SqlType) -> pa.Array:
    fields.fixed({16: "V16"})
    digits = _HEX[fields.window(np.where(fields.nulls, 0, fields.starts), 16)]
    texts = np.insert(digits.view("S1"), (8, 12, 16, 20), b"-", axis=1)
    return pa.array(np.ascontiguousarray(texts).view("S36")[:, 0], mask=fields.nulls).cast("string")


_HEX: Final = np.array([f"{byte:02x}" for byte in range(256)], dtype="S2")


def _intervals(fields: Fields, kind: SqlType) -> pa.Array:
    """Texts that DuckDB reads: Parquet has no interval of microseconds."""
    layout = np.dtype([("micros", ">i8"), ("days", ">i4"), ("months", ">i4")])
    fields.fixed({16: "V16"})
    spans = fields.window(np.where(fields.nulls, 0, fields.starts), 16).view(layout)[:, 0]
    texts = [
        f"{months} months {days} days {micros} microseconds"
        for micros, days, months in spans.tolist()
    ]
    return pa.array(texts, pa.string(), mask=fields.nulls)


def _numerics(fields: Fields, kind: SqlType) -> pa.Array:
    precision, scale = kind.precision or 38, kind.scale or 0
    there, sizes = ~fields.nulls, fields.sizes
    head = fields.window(fields.starts, 8).view(">i2").astype(np.int64)
    wrong = there & ((sizes < 8) | (sizes != 8 + 2 * head[:, 0]))
    if wrong.any():
        raise BadField("the digits are not as many as it says", int(np.argmax(wrong)))
    head[~there] = 0
    # An int8 for a whole number of more digits: it would be read as 0.
    other = (head[:, 0] == 0) & (head[:, 1:4] != 0).any(axis=1) & (head[:, 2] >= 0)
    if scale == 0 and other.any():
        raise BadField("an int8 is no numeric", int(np.argmax(other)))
    units = _units(fields, head, scale)
    if units is None:
        return _one_by_one(fields, precision, scale)
    wide = np.empty((len(units), 2), np.int64)
    wide[:, 0], wide[:, 1] = units, units >> 63
    validity = fields.validity()
    buffers = [None if validity is None else pa.py_buffer(validity), pa.py_buffer(wide)]
    limit = 10**precision
    if precision <= _SMALL and (abs(units) >= limit).any():
        raise BadField("numeric field overflow", int(np.argmax(abs(units) >= limit)))
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(units), buffers)


#: Decimal digits that 64 bits hold, and groups of four of them that a value may have then.
_SMALL: Final = 18
_GROUPS: Final = 6
_POWERS: Final = 10 ** np.arange(_SMALL + 1)


def _units(fields: Fields, head: Numbers, scale: int) -> Numbers | None:
    """The values in units of the last place; None if one is not exact in 64 bits."""
    digits, weights, signs = head[:, 0], head[:, 1], head[:, 2]
    most = int(digits.max(initial=0))
    is_short = 4 * (int(weights.max(initial=0)) + 1) + scale <= _SMALL
    if most > _GROUPS or not is_short or not ((signs == 0) | (signs == 0x4000)).all():
        return None
    total = np.zeros(len(digits), np.int64)
    for number in range(most):
        has = digits > number
        starts = np.where(has, fields.starts + 8 + 2 * number, 0)
        groups = np.where(has, fields.window(starts, 2).view(">i2")[:, 0], 0).astype(np.int64)
        power = np.where(has, 4 * (weights - number) + scale, 0)
        below = np.flatnonzero(power < 0)
        scaled = groups * _POWERS[np.maximum(power, 0)]
        if len(below):
            divisors = _POWERS[np.minimum(-power[below], 4)]
            parts = scaled[below]
            quotients = parts // divisors
            if (quotients * divisors != parts).any():
                return None  # it is to be rounded
            scaled[below] = quotients
        total += scaled
    return np.where(signs == 0x4000, -total, total)


def _one_by_one(fields: Fields, precision: int, scale: int) -> pa.Array:
    load = Transformer().get_loader(_NUMERIC_OID, Format.BINARY).load
    unit = Decimal(1).scaleb(-scale)
    values = fields.values()
    decimals = [None if value is None else _rounded(load(value), unit) for value in values]
    return pa.array(decimals, pa.decimal128(precision, scale))


def _rounded(value: Decimal, unit: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"numeric '{value}' has no Snowflake value")
    return value.quantize(unit, ROUND_HALF_UP, _CONTEXT)


_READERS: Final[dict[str, Callable[[Fields, SqlType], pa.Array]]] = {
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
    **dict.fromkeys(SEMI_STRUCTURED, _json),
    "UUID": _uuids,
    "INTERVAL": _intervals,
}
