"""Dates and times as PostgreSQL writes them in text (manual, 8.5.2 "Date/Time Output").

Values are integers, as in Arrow and in DuckDB: days since 1970-01-01, microseconds since then,
microseconds since midnight. The scalar functions know every value; the vector ones write years
1 to 9999 with table look-ups and leave the rest to the scalar ones.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mockhaus.gateway.forms.cells import (
    Cells,
    Integers,
    Matrix,
    divided,
    matrix,
    numbers,
    patched,
    ragged,
    strings,
)

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND

#: DuckDB's infinity and -infinity.
DATE_INFINITY: Final = 2**31 - 1
TIMESTAMP_INFINITY: Final = 2**63 - 1

#: The epoch as Python counts days.
_EPOCH: Final = 719_163

#: 0001-01-01 and 9999-12-31 as days.
_FIRST: Final = -719_162
_LAST: Final = 2_932_896

_DATE: Final = np.dtype([("month", "u8"), ("day", "u2")])
_TIMESTAMP: Final = np.dtype([*_DATE.descr, ("space", "u1"), ("clock", "u8")])


@cache
def _clocks() -> npt.NDArray[np.uint64]:
    """`HH:MM:SS` of each second of a day; 24:00:00 is a time too."""
    seconds = np.arange(86_401)
    fields = [seconds // 3600, seconds // 60 % 60, seconds % 60]
    text = np.full((86_401, 8), ord(":"), "u1")
    for at, field in zip((0, 3, 6), fields, strict=True):
        text[:, at], text[:, at + 1] = field // 10 + ord("0"), field % 10 + ord("0")
    return text.view("u8").reshape(-1)


@cache
def _three_digits() -> npt.NDArray[np.void]:
    """`000` to `999`."""
    return np.array([f"{n:03}" for n in range(1000)], dtype="S3").view("V3")


# --- Python's values ---


def days_of(value: date) -> int:
    """A Python date as days."""
    return value.toordinal() - _EPOCH


def micros_of(value: datetime) -> int:
    """A Python timestamp without a zone as microseconds."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return (value.toordinal() - _EPOCH) * DAY + seconds * SECOND + value.microsecond


# --- one value ------------------------------------------------------------------------------------


def _civil(days: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day of the proleptic Gregorian calendar.

    Years are counted from March, so that a leap day is the last day of its year; 146,097 days
    make 400 years.
    """
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    march_month = (5 * day + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return (
        era * 400 + year + (month <= 2),
        month,
        day - (153 * march_month + 2) // 5 + 1,
    )


def _infinite(value: int, infinity: int) -> bytes | None:
    if value == infinity:
        return b"infinity"
    return b"-infinity" if value in (-infinity, -infinity - 1) else None


def _date(days: int, clock: str = "") -> bytes:
    year, month, day = _civil(days)
    if year > 0:
        return f"{year:04}-{month:02}-{day:02}{clock}".encode()
    return f"{1 - year:04}-{month:02}-{day:02}{clock} BC".encode()


def _clock(micros: int) -> str:
    seconds, fraction = divmod(micros, SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:06}".rstrip("0") if fraction else text


def date_text(days: int) -> bytes:
    return _infinite(days, DATE_INFINITY) or _date(days)


def time_text(micros: int) -> bytes:
    return _clock(micros).encode()


def timestamp_text(micros: int) -> bytes:
    days, rest = divmod(micros, DAY)
    return _infinite(micros, TIMESTAMP_INFINITY) or _date(days, " " + _clock(rest))


# --- a column -------------------------------------------------------------------------------------


def _dates(days: Integers) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """`YYYY-MM-` and `DD` of each day, as words that numpy moves at once; by way of a table of the
    days between the first and the last, if it pays."""
    low, high = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    tabled = high - low < 4 * len(days)
    wanted = np.arange(low, high + 1) if tabled else days
    printed = pa.array(wanted.astype(np.int32)).view(pa.date32()).cast(pa.string())
    written = np.frombuffer(printed.buffers()[2], _DATE, count=len(wanted))
    if not tabled:
        return written["month"], written["day"]
    place = days - low
    return written["month"].copy()[place], written["day"].copy()[place]


def _with_fraction(head: Matrix, fraction: Integers) -> Cells:
    """Seconds with a fraction, where there is one, without its trailing zeros."""
    if not fraction.any():
        return head
    count, width = head.shape
    cells = np.empty((count, width + 7), np.uint8)
    cells[:, :width] = head
    cells[:, width] = ord(".")
    cells[:, width + 1 : width + 4] = matrix(_three_digits()[fraction // 1000])
    cells[:, width + 4 :] = matrix(_three_digits()[fraction % 1000])
    digits = np.full(count, 6)
    for power in (10, 100, 1_000, 10_000, 100_000):
        digits -= fraction % power == 0
    lengths = np.where(fraction == 0, width, width + 1 + digits)
    return ragged(cells, np.arange(width + 7) < lengths[:, None])


def _odd(days: Integers) -> npt.NDArray[np.bool_]:
    return (days < _FIRST) | (days > _LAST)


def _scalars(cells: Cells, odd: npt.NDArray[np.bool_], values: Any, scalar: Any) -> Cells:
    """The odd cells written one by one."""
    if not odd.any():
        return cells
    if isinstance(cells, np.ndarray):
        cells = strings(cells)
    return patched(cells, odd, [scalar(value) for value in values[odd].tolist()])


def date_cells(column: pa.Array) -> Cells:
    days = numbers(column, np.int32)
    odd = _odd(days)
    cells = np.empty(len(days), _DATE)
    cells["month"], cells["day"] = _dates(np.where(odd, 0, days))
    return _scalars(matrix(cells), odd, days, date_text)


def time_cells(column: pa.Array) -> Cells:
    seconds, fraction = divided(numbers(column, np.int64), SECOND)
    return _with_fraction(matrix(_clocks()[seconds]), fraction)


def timestamp_cells(column: pa.Array) -> Cells:
    return _timestamps(numbers(column, np.int64))


def _timestamps(micros: Integers) -> Cells:
    days, rest = divided(micros, DAY)
    seconds, fraction = divided(rest, SECOND)
    odd = _odd(days)
    head = np.empty(len(micros), _TIMESTAMP)
    head["month"], head["day"] = _dates(np.where(odd, 0, days))
    head["space"] = ord(" ")
    head["clock"] = _clocks()[seconds]
    return _scalars(_with_fraction(matrix(head), fraction), odd, micros, timestamp_text)
