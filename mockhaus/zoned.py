"""TIMESTAMP_TZ in DuckDB: an instant and its offset in one value.

Snowflake keeps such a value as a time in UTC and an offset in minutes; every operation sees the
clock at that offset, but comparing, grouping, joining and sorting go by the instant alone
(manual, "Date & time data types"). DuckDB has no such type: its TIMESTAMP WITH TIME ZONE is an
instant without an offset (Snowflake's TIMESTAMP_LTZ), and a STRUCT of the two would compare the
offset as well. But its INTERVAL of months, days and microseconds compares by its length: a month is
30 days, a day 24 hours, however they are spread over the three fields. So the offset is the spread
of an INTERVAL that is always of 3,000 days:

    utc     TIMESTAMP  the instant
    spread  INTERVAL   1560 - offset days, (offset + 1440) * 24 hours; the offset in minutes

Two values are equal where their instants are, and so GROUP BY, DISTINCT, joins and set operations
are right by themselves, in any query, without a word in its translation. Sorting goes by the
instant first and by the fields of the INTERVAL then: where a column is known to be of the type,
`comparisons` has ORDER BY, `<` and their like look at the instant alone. No other value has this
type: macros are chosen by it, and DuckDB refuses what has no meaning for a timestamp.
`engine/macros/timestamp_tz.sql` makes and reads such values.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Final

import numpy as np
import pyarrow as pa

DAY: Final = 86_400_000_000

#: DuckDB's type of a TIMESTAMP_TZ, and Arrow's.
STORED: Final = "STRUCT(utc TIMESTAMP, spread INTERVAL)"
ARROW: Final = pa.struct([("utc", pa.timestamp("us")), ("spread", pa.month_day_nano_interval())])
#: Of such a column {0}, in places where DuckDB takes no macro: microseconds since 1970, and minutes
#: east of Greenwich.
MICROS: Final = "epoch_us(struct_extract({0}, 'utc'))"
OFFSET: Final = "(1560 - day(struct_extract({0}, 'spread')))"

_NAIVE: Final = datetime(1970, 1, 1)


def parts(column: pa.Array) -> tuple[Any, Any]:
    """Microseconds since 1970 and minutes east of Greenwich of a column as Arrow brings it.

    Both are numpy arrays of 64 bits, of which a NULL's are 0.
    """
    instants, spans = column.flatten()
    layout = np.dtype([("months", "i4"), ("days", "i4"), ("nanos", "i8")])
    values = np.frombuffer(spans.buffers()[1], layout, len(spans), spans.offset * 16)
    micros = np.frombuffer(instants.buffers()[1], np.int64, len(instants), instants.offset * 8)
    offsets = 1560 - values["days"].astype(np.int64)
    if column.null_count:
        null = column.is_null().to_numpy(zero_copy_only=False)
        micros, offsets = np.where(null, 0, micros), np.where(null, 0, offsets)
    return micros, offsets


def moments(column: pa.Array) -> list[datetime | None]:
    """The values of a column as Python has them."""
    ticks, offsets = parts(column)
    rows = zip(column.is_valid().to_pylist(), ticks.tolist(), offsets.tolist(), strict=True)
    return [_moment(micros, minutes) if valid else None for valid, micros, minutes in rows]


def _moment(micros: int, minutes: int) -> datetime:
    offset = timedelta(minutes=minutes)
    return (_NAIVE + timedelta(microseconds=micros) + offset).replace(tzinfo=timezone(offset))


def arrow(column: pa.Array) -> pa.Array:
    """The column for readers of Arrow: the instant, and minutes east of Greenwich."""
    ticks, offsets = parts(column)
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    fields = [
        pa.array(ticks, pa.timestamp("us", "UTC")),
        pa.array(offsets.astype(np.int32)),
    ]
    return pa.StructArray.from_arrays(fields, ["instant", "offset"], mask=pa.array(~valid))


def _fields(moment: datetime) -> tuple[datetime, int]:
    """The instant and the minutes of a moment; one without a zone is in UTC."""
    offset = moment.utcoffset() or timedelta()
    return moment.replace(tzinfo=None) - offset, offset // timedelta(minutes=1)


def held(moment: datetime) -> dict[str, Any]:
    """A moment as Arrow has it in a column of the type."""
    utc, minutes = _fields(moment)
    spread = pa.MonthDayNano([0, 1560 - minutes, (minutes + 1440) * DAY * 1000])
    return {"utc": utc, "spread": spread}


def text(moment: datetime) -> str:
    """A moment as a text that DuckDB casts to the type."""
    utc, minutes = _fields(moment)
    spread = f"{1560 - minutes} days {(minutes + 1440) * 24} hours"
    return f"{{'utc': {utc.isoformat(' ')}, 'spread': {spread}}}"
