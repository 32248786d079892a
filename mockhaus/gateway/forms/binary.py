"""The binary form of each type: what PostgreSQL's send functions write, big-endian.

The manual leaves these forms to the source ("Formats and Format Codes", 55.1.3); the layouts
below are those that libpq clients, pgjdbc and asyncpg read.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus import zoned
from mockhaus.gateway.forms import catalog_forms, dates, zones
from mockhaus.gateway.forms.cells import (
    Cells,
    Form,
    Integers,
    data_of,
    divided,
    integers,
    matrix,
    numbers,
    out_of_range,
    ragged,
    text,
    text_cells,
    valid,
    variant,
    variant_cells,
)
from mockhaus.gateway.forms.text import (
    JSON,
    decimal_held,
    form_name,
    instant_held,
    json_held,
)
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


def integer(value: int | Decimal) -> bytes:
    if not -(2**63) <= value < 2**63:
        raise out_of_range()
    return _INT64.pack(int(value))


def _int64_cells(column: pa.Array) -> Cells:
    return matrix(numbers(column, np.int64).astype(">i8"))


def _float64_cells(column: pa.Array) -> Cells:
    return matrix(numbers(column, np.float64).astype(">f8"))


def _since(value: int, epoch: int, infinity: int) -> int:
    """Counted from 2000; infinities, and what is then out of range, are the ends of the range."""
    return infinity if value >= infinity else max(value - epoch, -infinity - 1)


def date(days: int) -> bytes:
    """Days since 2000-01-01."""
    return _INT32.pack(_since(days, _EPOCH_DAYS, dates.DATE_INFINITY))


def timestamp(micros: int) -> bytes:
    """Microseconds since 2000-01-01."""
    return _INT64.pack(_since(micros, _EPOCH_MICROS, dates.TIMESTAMP_INFINITY))


def _all_since(values: Integers, epoch: int, infinity: int) -> Integers:
    lowest = -infinity - 1
    moved = np.maximum(values, lowest + epoch) - epoch
    moved[values >= infinity] = infinity
    return moved


def _date_cells(column: pa.Array) -> Cells:
    days = numbers(column, np.int32).astype(np.int64)
    return matrix(_all_since(days, _EPOCH_DAYS, dates.DATE_INFINITY).astype(">i4"))


def _timestamp_cells(column: pa.Array) -> Cells:
    micros = numbers(column, np.int64)
    return matrix(_all_since(micros, _EPOCH_MICROS, dates.TIMESTAMP_INFINITY).astype(">i8"))


def _zoned_cells(column: pa.Array) -> Cells:
    micros, _ = zoned.parts(column)
    return matrix(_all_since(micros, _EPOCH_MICROS, dates.TIMESTAMP_INFINITY).astype(">i8"))


def _instants(column: pa.Array) -> list[int | None]:
    """A TIMESTAMP_TZ is its instant: the form has no room for the offset."""
    pairs = zones.zoned_values(column)
    return [None if pair is None else pair[0] for pair in pairs]


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


Digits: TypeAlias = list[npt.NDArray[Any]]


def _digits_of_integers(unscaled: Integers, wholes: int, fractions: int, scale: int) -> Digits:
    """Base-10,000 digits, most significant first, of decimals that fit 64 bits."""
    whole, fraction = divided(np.abs(unscaled).view(np.uint64), 10**scale)
    fraction *= np.uint64(10 ** (4 * fractions - scale))
    digits: Digits = []
    for part, count in ((fraction, fractions), (whole, wholes)):
        for _ in range(count):
            part, digit = divided(part, 10_000)
            digits.append(digit)
    return digits[::-1]


def _digits_of_text(unscaled: pa.Array, wholes: int, fractions: int, scale: int) -> Digits:
    """The same, of decimals up to 38 digits, by way of their decimal text."""
    width = 4 * wholes + scale
    printed = pc.utf8_ltrim(unscaled.cast(pa.string()).fill_null("0"), "-")
    written = data_of(pc.utf8_lpad(printed, width, "0")).reshape(len(unscaled), width)
    places = np.zeros((len(unscaled), 4 * (wholes + fractions)), np.int16)
    places[:, :width] = written - ord("0")
    return list((places.reshape(len(unscaled), -1, 4) @ np.array([1000, 100, 10, 1], np.int16)).T)


def _numeric_cells(column: pa.Array) -> Cells:
    precision, scale = column.type.precision, column.type.scale
    wholes, fractions = -(-(precision - scale) // 4), -(-scale // 4)
    words = np.frombuffer(column.buffers()[1], np.int64, 2 * len(column), column.offset * 16)
    negative = words[1::2] < 0
    if precision <= 18:
        low = np.where(valid(column), words[::2], 0) if column.null_count else words[::2]
        digits = _digits_of_integers(low, wholes, fractions, scale)
    else:
        # The same digits without a point: scale 0 keeps Arrow from writing an exponent.
        unscaled = pa.Array.from_buffers(
            pa.decimal128(38, 0), len(column), column.buffers(), offset=column.offset
        )
        digits = _digits_of_text(unscaled, wholes, fractions, scale)
    return _numeric_layout(digits, negative, wholes, scale)


def _numeric_layout(
    digits: Digits, negative: npt.NDArray[np.bool_], wholes: int, scale: int
) -> Cells:
    """Head and digits of each number, without the zeros in front and at the end."""
    count, groups = len(negative), len(digits)
    first = np.full(count, groups, np.int16)
    last = np.full(count, -1, np.int16)
    cells = np.empty((count, 4 + groups), ">i2")
    for place, digit in enumerate(digits):
        cells[:, 4 + place] = digit
        last[digit != 0] = place
    for place in range(groups - 1, -1, -1):
        first[digits[place] != 0] = place
    some = last >= 0
    cells[:, 0] = np.where(some, last - first + 1, 0)
    cells[:, 1] = np.where(some, wholes - 1 - first, 0)
    cells[:, 2] = np.where(some & negative, _NEGATIVE, 0)
    cells[:, 3] = scale
    keep = np.ones((count, 4 + groups), np.bool_)
    for place in range(groups):
        keep[:, 4 + place] = (first <= place) & (place <= last)
    return ragged(matrix(cells), keep, unit=2)


# --- the table ------------------------------------------------------------------------------------

_NIBBLES: Final = np.zeros(256, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def uuid(value: str) -> bytes:
    return UUID(value).bytes


def _uuid_cells(column: pa.Array) -> Cells:
    """The hexadecimal digits of `8-4-4-4-12`, two to a byte."""
    filled = column.fill_null("0" * 36)
    digits = np.delete(data_of(filled).reshape(len(filled), 36), [8, 13, 18, 23], axis=1)
    nibbles = _NIBBLES[digits]
    return np.ascontiguousarray(nibbles[:, ::2] << 4 | nibbles[:, 1::2])


_INT64S = integers(pa.int64())

FORMS: Final[dict[str, Form]] = {
    "BOOLEAN": Form(pa.bool_(), lambda value: bytes([value]), _boolean_cells),
    "INTEGER": Form(pa.int64(), integer, _int64_cells, held=int, loose=True),
    "FLOAT": Form(pa.float64(), _FLOAT64.pack, _float64_cells, held=float, loose=True),
    "VARCHAR": Form(pa.string(), text, text_cells, held=str),
    "BINARY": Form(pa.binary(), bytes, lambda column: column),
    "DATE": Form(pa.date32(), date, _date_cells, integers(pa.int32()), apart=dates.days_of),
    "TIME": Form(pa.time64("us"), _INT64.pack, _int64_cells, _INT64S),
    "TIMESTAMP_NTZ": Form(
        pa.timestamp("us"), timestamp, _timestamp_cells, _INT64S, apart=dates.micros_of
    ),
    # The instant itself; the zone is the reader's affair.
    "TIMESTAMP_LTZ": Form(
        pa.timestamp("us", "UTC"), timestamp, _timestamp_cells, _INT64S, held=instant_held
    ),
    "TIMESTAMP_TZ": Form(zoned.ARROW, timestamp, _zoned_cells, _instants, held=zoned.held),
    "VARIANT": Form(pa.string(), variant, variant_cells, held=json_held),
    "NESTED": Form(pa.string(), text, text_cells, held=json_held, expression=JSON),
    "INTERVAL": Form(pa.month_day_nano_interval(), interval, _interval_cells),
    **catalog_forms.BINARY,
    "UUID": Form(pa.string(), uuid, _uuid_cells, held=str),
}


def form(kind: SqlType) -> Form:
    """The form of a type."""
    if kind.family == "NUMBER" and not kind.is_integer:
        storage = pa.decimal128(kind.precision or 38, kind.scale or 0)
        return Form(storage, numeric, _numeric_cells, held=decimal_held)
    return FORMS[form_name(kind)]
