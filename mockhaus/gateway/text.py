"""The text form of each type (manual, chapter 8, and each type's output function)."""

from __future__ import annotations

import json
import math
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from mockhaus.gateway import dates
from mockhaus.gateway.cells import (
    Cells,
    Form,
    ascii_cells,
    matrix,
    numbers,
    patched,
    text,
    text_cells,
)
from mockhaus.types import SqlType

#: Arrow writes decimals with more digits after the point than this as `1E-7`.
_PLAIN_SCALE: Final = 6

#: An integer column is int8 here; what does not fit stops the statement in DuckDB.
INT8: Final = (
    "coalesce(TRY_CAST({0} AS BIGINT), CASE WHEN {0} IS NOT NULL THEN"
    " error('MOCKHAUS:NumberOutOfRange:Number ' || {0}::VARCHAR || ' is out of range for bigint;"
    " cast the column to VARCHAR or NUMBER(38,1) to read it')::BIGINT END)"
)
JSON: Final = "to_json({0})::VARCHAR"


def boolean(value: bool) -> bytes:
    return b"t" if value else b"f"


def _boolean_cells(column: pa.Array) -> Cells:
    bits = column.fill_null(False).cast(pa.uint8())
    return matrix(np.where(numbers(bits, np.uint8) == 1, np.uint8(ord("t")), np.uint8(ord("f"))))


def integer(value: int) -> bytes:
    return b"%d" % value


def _printed(column: pa.Array) -> Cells:
    return column.cast(pa.string()).cast(pa.binary())


def numeric(value: Decimal) -> bytes:
    return format(value, "f").encode()


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


def _zoned(value: Any) -> str:
    """A datetime with its zone, as DuckDB prints it: `2024-01-01 00:00:00+00`."""
    if not isinstance(value, datetime):
        return str(value)
    printed = value.isoformat(" ")
    head, sign, offset = printed[:19], printed[-6:-5], printed[-5:]
    fraction = printed[19:-6].rstrip("0")
    return f"{head}{fraction}{sign}{offset.removesuffix(':00')}"


def json_held(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


_STRING = pa.string()

#: Families that go out as another one does.
ALIKE: Final = {"TIMESTAMP_TZ": "TIMESTAMP_LTZ", "OBJECT": "VARIANT", "ARRAY": "VARIANT"}

FORMS: Final[dict[str, Form]] = {
    "BOOLEAN": Form("{0}", pa.bool_(), boolean, _boolean_cells),
    "INTEGER": Form(INT8, pa.int64(), integer, _printed, held=int),
    "FLOAT": Form("{0}::DOUBLE", pa.float64(), float8, _float8_cells),
    "VARCHAR": Form("{0}::VARCHAR", _STRING, text, text_cells, held=str),
    "BINARY": Form(
        "'\\x' || lower(hex({0}))",
        _STRING,
        str.encode,
        ascii_cells,
        held=lambda value: "\\x" + value.hex(),
    ),
    "DATE": Form("{0}::DATE", pa.date32(), dates.date_text, dates.date_cells, pa.int32()),
    "TIME": Form("{0}::TIME", pa.time64("us"), dates.time_text, dates.time_cells, pa.int64()),
    "TIMESTAMP_NTZ": Form(
        "{0}::TIMESTAMP",
        pa.timestamp("us"),
        dates.timestamp_text,
        dates.timestamp_cells,
        pa.int64(),
    ),
    # DuckDB knows the connection's TimeZone, and prints the offset as PostgreSQL does.
    "TIMESTAMP_LTZ": Form(
        "{0}::TIMESTAMPTZ::VARCHAR", _STRING, str.encode, ascii_cells, held=_zoned
    ),
    "VARIANT": Form(JSON, _STRING, text, text_cells, held=json_held),
    "INTERVAL": Form("{0}::INTERVAL", pa.month_day_nano_interval(), interval, _interval_cells),
    "UUID": Form("{0}::VARCHAR", _STRING, str.encode, ascii_cells, held=str),
}


def form(kind: SqlType) -> Form:
    """The form of a type."""
    if kind.family == "NUMBER" and not kind.is_integer:
        return _numeric_form(kind)
    return FORMS["INTEGER" if kind.is_integer else ALIKE.get(kind.family, kind.family)]


def _numeric_form(kind: SqlType) -> Form:
    """NUMBER(p,s): Arrow prints it, but for the scales where it would use an exponent."""
    precision, scale = kind.precision or 38, kind.scale or 0
    if scale > _PLAIN_SCALE:
        return Form(
            f"{{0}}::DECIMAL({precision},{scale})::VARCHAR",
            _STRING,
            str.encode,
            ascii_cells,
            held=lambda value: format(Decimal(str(value)), "f"),
        )
    return Form(
        f"{{0}}::DECIMAL({precision},{scale})",
        pa.decimal128(precision, scale),
        numeric,
        _printed,
        held=lambda value: Decimal(str(value)),
    )
