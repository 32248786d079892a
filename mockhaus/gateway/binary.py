"""The binary form of each type: what PostgreSQL's send functions write, big-endian.

The manual leaves these forms to the source ("Formats and Format Codes", 55.1.3); the layouts
below are those that libpq clients, pgjdbc and asyncpg read.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus.gateway import dates
from mockhaus.gateway.cells import (
    Cells,
    Form,
    Integers,
    matrix,
    numbers,
    ragged,
    text,
    text_cells,
    valid,
)
from mockhaus.gateway.text import ALIKE, INT8, JSON, json_held
from mockhaus.types import SqlType

#: PostgreSQL counts from 2000-01-01.
_EPOCH_DAYS: Final = 10_957
_EPOCH_MICROS: Final = _EPOCH_DAYS * dates.DAY

_INT64 = struct.Struct("!q")
_INT32 = struct.Struct("!i")
_FLOAT64 = struct.Struct("!d")
_INTERVAL = struct.Struct("!qii")
_NUMERIC_HEAD = struct.Struct("!HhHH")
_NEGATIVE: Final = 0x4000


def _boolean_cells(column: pa.Array) -> Cells:
    return matrix(numbers(column.fill_null(False).cast(pa.uint8()), np.uint8))


def _int64_cells(column: pa.Array) -> Cells:
    return matrix(numbers(column, np.int64).astype(">i8"))


def _float64_cells(column: pa.Array) -> Cells:
    return matrix(numbers(column, np.float64).astype(">f8"))


def date(days: int) -> bytes:
    """Days since 2000-01-01; the infinities are the ends of the range."""
    if abs(days) >= dates.DATE_INFINITY:
        return _INT32.pack(days if days > 0 else -dates.DATE_INFINITY - 1)
    return _INT32.pack(days - _EPOCH_DAYS)


def timestamp(micros: int) -> bytes:
    """Microseconds since 2000-01-01; the infinities are the ends of the range."""
    if abs(micros) >= dates.TIMESTAMP_INFINITY:
        return _INT64.pack(micros if micros > 0 else -dates.TIMESTAMP_INFINITY - 1)
    return _INT64.pack(micros - _EPOCH_MICROS)


def _since(values: Any, epoch: int, infinity: int) -> Any:
    moved = values - epoch
    moved[values >= infinity] = infinity
    moved[values <= -infinity] = -infinity - 1
    return moved


def _date_cells(column: pa.Array) -> Cells:
    days = numbers(column, np.int32).astype(np.int64)
    return matrix(_since(days, _EPOCH_DAYS, dates.DATE_INFINITY).astype(">i4"))


def _timestamp_cells(column: pa.Array) -> Cells:
    micros = numbers(column, np.int64)
    return matrix(_since(micros, _EPOCH_MICROS, dates.TIMESTAMP_INFINITY).astype(">i8"))


def interval(value: Any) -> bytes:
    return _INTERVAL.pack(int(value.nanoseconds / 1000), value.days, value.months)


def _interval_cells(column: pa.Array) -> Cells:
    layout = np.dtype([("months", "i4"), ("days", "i4"), ("nanos", "i8")])
    values = np.frombuffer(column.buffers()[1], layout, len(column), column.offset * 16)
    cells = np.empty(len(values), dtype=[("micros", ">i8"), ("days", ">i4"), ("months", ">i4")])
    cells["micros"] = values["nanos"] // 1000
    cells["days"] = values["days"]
    cells["months"] = values["months"]
    return matrix(cells)


# --- numeric --------------------------------------------------------------------------------------


def numeric(value: Decimal) -> bytes:
    """Digit count, weight of the first, sign, digits after the point; then digits of base 10,000.

    Neither the first nor the last digit is zero (PostgreSQL's numeric.c, strip_var).
    """
    sign, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    number = "".join(map(str, digits)) + "0" * int(exponent) * (int(exponent) > 0)
    whole, fraction = (number[:-scale], number[-scale:].zfill(scale)) if scale else (number, "")
    whole = whole.zfill((len(whole) + 3) // 4 * 4)
    fraction = fraction.ljust((scale + 3) // 4 * 4, "0")
    groups = [int((whole + fraction)[i : i + 4]) for i in range(0, len(whole + fraction), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        del groups[0]
        weight -= 1
    while groups and groups[-1] == 0:
        del groups[-1]
    if not groups:
        sign = weight = 0
    head = _NUMERIC_HEAD.pack(len(groups), weight, _NEGATIVE * sign, scale)
    return head + struct.pack(f"!{len(groups)}H", *groups)


def _groups_of_integers(unscaled: Integers, wholes: int, fractions: int, scale: int) -> Any:
    """Base-10,000 digits, most significant first, of decimals that fit 64 bits."""
    size = np.abs(unscaled).view(np.uint64)
    whole, fraction = np.divmod(size, np.uint64(10**scale))
    fraction = fraction * np.uint64(10 ** (4 * fractions - scale))
    digits = np.empty((len(unscaled), wholes + fractions), np.int16)
    for part, count, end in ((whole, wholes, wholes), (fraction, fractions, wholes + fractions)):
        for position in range(end - 1, end - count - 1, -1):
            part, digit = np.divmod(part, np.uint64(10_000))
            digits[:, position] = digit
    return digits


def _groups_of_text(unscaled: pa.Array, wholes: int, fractions: int, scale: int) -> Any:
    """The same, of decimals up to 38 digits, by way of their decimal text."""
    width = 4 * wholes + scale
    printed = pc.utf8_ltrim(unscaled.cast(pa.string()).fill_null("0"), "-")
    padded = pc.utf8_lpad(printed, width, "0")
    written = np.frombuffer(padded.buffers()[2], np.uint8, count=len(unscaled) * width)
    places = np.zeros((len(unscaled), 4 * (wholes + fractions)), np.int16)
    places[:, :width] = written.reshape(len(unscaled), width) - ord("0")
    return places.reshape(len(unscaled), -1, 4) @ np.array([1000, 100, 10, 1], np.int16)


def _numeric_cells(column: pa.Array) -> Cells:
    precision, scale = column.type.precision, column.type.scale
    wholes, fractions = -(-(precision - scale) // 4), -(-scale // 4)
    words = np.frombuffer(column.buffers()[1], np.int64, 2 * len(column), column.offset * 16)
    negative = words[1::2] < 0
    if precision <= 18:
        low = np.where(valid(column), words[::2], 0) if column.null_count else words[::2]
        digits = _groups_of_integers(low, wholes, fractions, scale)
    else:
        # The same digits without a point: scale 0 keeps Arrow from writing an exponent.
        unscaled = pa.Array.from_buffers(
            pa.decimal128(38, 0), len(column), column.buffers(), offset=column.offset
        )
        digits = _groups_of_text(unscaled, wholes, fractions, scale)
    return _numeric_layout(digits, negative, wholes, scale)


def _numeric_layout(
    digits: npt.NDArray[np.int16], negative: npt.NDArray[np.bool_], wholes: int, scale: int
) -> Cells:
    count, groups = digits.shape
    used = digits != 0
    some = used.any(axis=1)
    first = used.argmax(axis=1)
    last = groups - 1 - used[:, ::-1].argmax(axis=1)
    cells = np.empty((count, 4 + groups), ">i2")
    cells[:, 0] = np.where(some, last - first + 1, 0)
    cells[:, 1] = np.where(some, wholes - 1 - first, 0)
    cells[:, 2] = np.where(some & negative, _NEGATIVE, 0)
    cells[:, 3] = scale
    cells[:, 4:] = digits
    keep = np.ones((count, 4 + groups), np.bool_)
    places = np.arange(groups)
    keep[:, 4:] = (places >= first[:, None]) & (places <= last[:, None]) & some[:, None]
    return ragged(matrix(cells), keep, unit=2)


# --- the table ------------------------------------------------------------------------------------

_MICROS = (pa.timestamp("us"), timestamp, _timestamp_cells, pa.int64())

FORMS: Final[dict[str, Form]] = {
    "BOOLEAN": Form("{0}", pa.bool_(), lambda value: bytes([value]), _boolean_cells),
    "INTEGER": Form(INT8, pa.int64(), _INT64.pack, _int64_cells, held=int),
    "FLOAT": Form("{0}::DOUBLE", pa.float64(), _FLOAT64.pack, _float64_cells),
    "VARCHAR": Form("{0}::VARCHAR", pa.string(), text, text_cells, held=str),
    "BINARY": Form("{0}::BLOB", pa.binary(), bytes, lambda column: column),
    "DATE": Form("{0}::DATE", pa.date32(), date, _date_cells, pa.int32()),
    "TIME": Form("{0}::TIME", pa.time64("us"), _INT64.pack, _int64_cells, pa.int64()),
    "TIMESTAMP_NTZ": Form("{0}::TIMESTAMP", *_MICROS),
    # The instant itself; the zone is the reader's affair.
    "TIMESTAMP_LTZ": Form("{0}::TIMESTAMPTZ", pa.timestamp("us", "UTC"), *_MICROS[1:]),
    "VARIANT": Form(JSON, pa.string(), text, text_cells, held=json_held),
    "INTERVAL": Form("{0}::INTERVAL", pa.month_day_nano_interval(), interval, _interval_cells),
    "UUID": Form(
        "unhex(replace({0}::VARCHAR, '-', ''))",
        pa.binary(),
        bytes,
        lambda column: column,
        held=lambda value: UUID(str(value)).bytes,
    ),
}


def form(kind: SqlType) -> Form:
    """The form of a type."""
    if kind.family == "NUMBER" and not kind.is_integer:
        return _numeric_form(kind)
    return FORMS["INTEGER" if kind.is_integer else ALIKE.get(kind.family, kind.family)]


def _numeric_form(kind: SqlType) -> Form:
    precision, scale = kind.precision or 38, kind.scale or 0
    return Form(
        f"{{0}}::DECIMAL({precision},{scale})",
        pa.decimal128(precision, scale),
        numeric,
        _numeric_cells,
        held=lambda value: Decimal(str(value)),
    )
