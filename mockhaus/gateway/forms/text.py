"""The text form of each type (manual, chapter 8, and each type's output function)."""

from __future__ import annotations

import json
import math
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from mockhaus import zoned
from mockhaus.gateway.forms import catalog_forms, dates, zones
from mockhaus.gateway.forms.cells import (
    Cells,
    Form,
    ascii_cells,
    data_of,
    integers,
    matrix,
    numbers,
    offsets_of,
    out_of_range,
    patched,
    text,
    text_cells,
    variant,
    variant_cells,
)
from mockhaus.types import SEMI_STRUCTURED, SqlType

#: A nested value, as JSON; a VECTOR of FLOAT with the digits that tell 32 bits apart.
JSON: Final = (
    "CASE WHEN starts_with(typeof({0}), 'FLOAT[') THEN replace({0}::VARCHAR, ', ', ',')"
    " ELSE to_json({0})::VARCHAR END"
)


def boolean(value: bool) -> bytes:
    return b"t" if value else b"f"


def _boolean_cells(column: pa.Array) -> Cells:
    bits = column.fill_null(False).cast(pa.uint8())
    return matrix(np.where(numbers(bits, np.uint8) == 1, np.uint8(ord("t")), np.uint8(ord("f"))))


def integer(value: int | Decimal) -> bytes:
    if not -(2**63) <= value < 2**63:
        raise out_of_range()
    return b"%d" % value


def _printed(column: pa.Array) -> Cells:
    return column.cast(pa.string()).cast(pa.binary())


def numeric(value: Decimal) -> bytes:
    return format(value, "f").encode()


def _numeric_cells(column: pa.Array) -> Cells:
    """Arrow prints decimals, and with an exponent (`1E-7`) from the seventh digit on."""
    scale = column.type.scale
    if scale <= 6:
        return _printed(column)
    import pyarrow.compute as pc  # loads long; few rows need none of it

    # The same digits without a point, padded to have one before it, and cut in two.
    unscaled = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(column), column.buffers(), offset=column.offset
    ).cast(pa.string())
    sign = pc.if_else(pc.starts_with(unscaled, "-"), "-", "")
    digits = pc.utf8_lpad(pc.utf8_ltrim(unscaled, "-"), scale + 1, "0")
    whole = pc.utf8_slice_codeunits(digits, 0, -scale)
    fraction = pc.utf8_slice_codeunits(digits, -scale)
    return pc.binary_join_element_wise(sign, whole, ".", fraction, "").cast(pa.binary())


def float8(value: float) -> bytes:
    """The shortest digits that read back as the value, positional for 1e-4 <= |value| < 1e15."""
    if math.isnan(value):
        return b"NaN"
    if math.isinf(value):
        return b"Infinity" if value > 0 else b"-Infinity"
    shortest = repr(value).removesuffix(".0")
    if 1e15 <= abs(value) < 1e16:
        # Python changes to an exponent one power of ten later than PostgreSQL.
        sign, digits = ("-" if value < 0 else ""), shortest.lstrip("-").replace(".", "")
        tail = digits[1:].rstrip("0")
        shortest = f"{sign}{digits[0]}{'.' if tail else ''}{tail}e+15"
    return shortest.encode()


def _float8_cells(column: pa.Array) -> Cells:
    """Arrow prints the same digits, positional for 1e-6 <= |value| < 1e10 only."""
    values = numbers(column, np.float64)
    size = np.abs(values)
    alike = ((size >= 1e-4) & (size < 1e10)) | (values == 0)
    cells = _printed(column)
    if alike.all():
        return cells
    whole = ~alike & (size < 1e15) & (np.trunc(values) == values)
    if whole.any():
        cells = patched(cells, whole, _printed(pa.array(values[whole].astype(np.int64))))
    rest = ~(alike | whole)
    if rest.any():
        cells = patched(cells, rest, [float8(value) for value in values[rest].tolist()])
    return cells


def interval(value: Any) -> bytes:
    """`1 year 2 mons -3 days +04:05:06`, IntervalStyle postgres (manual, 8.5.5)."""
    parts: list[str] = []
    negative = False
    sign = -1 if value.months < 0 else 1
    years, months = (sign * part for part in divmod(abs(value.months), 12))
    for amount, unit in ((years, "year"), (months, "mon"), (value.days, "day")):
        if amount:
            plus = "+" if negative and amount > 0 else ""
            parts.append(f"{plus}{amount} {unit}{'' if amount == 1 else 's'}")
            negative = amount < 0
    micros = int(value.nanoseconds / 1000)
    if micros or not parts:
        before = "-" if micros < 0 else "+" if negative else ""
        parts.append(before + dates.time_text(abs(micros)).decode())
    return " ".join(parts).encode()


def _interval_cells(column: pa.Array) -> Cells:
    """One by one: an interval is no Snowflake type and never a large answer's column."""
    values = (None if value is None else interval(value) for value in column.to_pylist())
    return pa.array(values, pa.binary())


def bytea(value: bytes) -> bytes:
    return b"\\x" + value.hex().encode()


_HEX: Final = np.array([f"{byte:02x}" for byte in range(256)], dtype="S2")


def _bytea_cells(column: pa.Array) -> Cells:
    import pyarrow.compute as pc  # loads long; few rows need none of it

    offsets = offsets_of(column)
    doubled = (offsets - offsets[0]) * np.int32(2)
    buffers = [None, pa.py_buffer(doubled), pa.py_buffer(_HEX[data_of(column)])]
    hexed = pa.Array.from_buffers(pa.binary(), len(column), buffers)
    return pc.binary_join_element_wise(pa.scalar(b"\\x"), hexed, b"")


def instant_held(value: Any) -> Any:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def json_held(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


#: Families that go out as another one does.
_ALIKE: Final = dict.fromkeys(SEMI_STRUCTURED, "VARIANT")

FORMS: Final[dict[str, Form]] = {
    "BOOLEAN": Form(pa.bool_(), boolean, _boolean_cells),
    "INTEGER": Form(pa.int64(), integer, _printed, held=int, loose=True),
    "FLOAT": Form(pa.float64(), float8, _float8_cells, held=float, loose=True),
    "VARCHAR": Form(pa.string(), text, text_cells, held=str),
    "BINARY": Form(pa.binary(), bytea, _bytea_cells),
    "DATE": Form(
        pa.date32(),
        dates.date_text,
        dates.date_cells,
        integers(pa.int32()),
        apart=dates.days_of,
    ),
    "TIME": Form(pa.time64("us"), dates.time_text, dates.time_cells, integers(pa.int64())),
    "TIMESTAMP_NTZ": Form(
        pa.timestamp("us"),
        dates.timestamp_text,
        dates.timestamp_cells,
        integers(pa.int64()),
        apart=dates.micros_of,
    ),
    "TIMESTAMP_LTZ": Form(
        pa.timestamp("us", "UTC"),
        zones.instant_text,
        zones.instant_cells,
        zones.instants,
        held=instant_held,
    ),
    "TIMESTAMP_TZ": Form(
        zoned.ARROW,
        zones.zoned_text,
        zones.zoned_cells,
        zones.zoned_values,
        held=zoned.held,
    ),
    "VARIANT": Form(pa.string(), variant, variant_cells, held=json_held),
    "NESTED": Form(pa.string(), text, text_cells, held=json_held, expression=JSON),
    "INTERVAL": Form(pa.month_day_nano_interval(), interval, _interval_cells),
    **catalog_forms.TEXT,
    "UUID": Form(pa.string(), str.encode, ascii_cells, held=str),
}


def form(kind: SqlType) -> Form:
    """The form of a type."""
    if kind.family == "NUMBER" and not kind.is_integer:
        storage = pa.decimal128(kind.precision or 38, kind.scale or 0)
        return Form(storage, numeric, _numeric_cells, held=decimal_held)
    return FORMS[form_name(kind)]


def form_name(kind: SqlType) -> str:
    """The name in `FORMS` of a type's form, of a NUMBER that is an integer."""
    if kind.nested:
        return "NESTED"
    return "INTEGER" if kind.is_integer else _ALIKE.get(kind.family, kind.family)


def decimal_held(value: Any) -> Decimal:
    return Decimal(str(value))
