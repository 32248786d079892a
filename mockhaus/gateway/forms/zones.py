"""Instants as PostgreSQL writes them in text: local time and offset, `2024-01-01 05:30:00+05:30`.

The zone is the connection's; DuckDB names it in the Arrow type of the column. A TIMESTAMP_TZ is
shown at its own offset: PostgreSQL has no such type, but its clients read every offset.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from mockhaus import zoned
from mockhaus.gateway.forms.cells import Cells, Integers, numbers, strings
from mockhaus.gateway.forms.dates import DAY, SECOND, timestamp_cells, timestamp_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: Days between which Python knows zones; beyond them the nearest day's offset is taken.
_FIRST: Final = -719_160
_LAST: Final = 2_932_894


def offset_at(zone: str, micros: int) -> int:
    """Seconds east of Greenwich at an instant."""
    day = min(max(micros // DAY, _FIRST), _LAST)
    constant = _offset_of_day(zone, day)
    if constant is not None:
        return constant
    return _offset(ZoneInfo(zone), micros // SECOND)


@lru_cache(maxsize=65_536)
def _offset_of_day(zone: str, day: int) -> int | None:
    """The offset all through a day, None if it changes on that day."""
    known = ZoneInfo(zone)
    start, end = _offset(known, day * 86_400), _offset(known, (day + 1) * 86_400)
    return start if start == end else None


def _offset(zone: ZoneInfo, seconds: int) -> int:
    offset = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


@lru_cache(maxsize=256)
def _suffix(offset: int) -> bytes:
    """`+05:30`; minutes and seconds only where they are not zero."""
    sign, size = ("-", -offset) if offset < 0 else ("+", offset)
    hours, minutes, seconds = size // 3600, size // 60 % 60, size % 60
    text = f"{sign}{hours:02}"
    if minutes or seconds:
        text += f":{minutes:02}"
    return (text + (f":{seconds:02}" if seconds else "")).encode()


def instant_text(value: tuple[int, str]) -> bytes:
    """Microseconds since 1970 in UTC, and the zone to show them in."""
    micros, zone = value
    plain = timestamp_text(micros)
    if plain.endswith(b"infinity"):
        return plain
    return _shown(micros, offset_at(zone, micros))


def _shown(micros: int, offset: int) -> bytes:
    local, era, _ = timestamp_text(micros + offset * SECOND).partition(b" BC")
    return local + _suffix(offset) + era


def instants(column: pa.Array) -> list[tuple[int, str] | None]:
    """The column as values for `instant_text`."""
    zone = column.type.tz
    values = column.view(pa.int64()).to_pylist()
    return [None if micros is None else (micros, zone) for micros in values]


def _offsets(zone: str, micros: Integers) -> Integers:
    if zone in ("UTC", "Etc/UTC"):
        return np.zeros(len(micros), np.int64)
    days, where = np.unique(micros // DAY, return_inverse=True)
    constant = [_offset_of_day(zone, min(max(day, _FIRST), _LAST)) for day in days.tolist()]
    found = np.array([0 if each is None else each for each in constant], np.int64)[where]
    changing = np.array([each is None for each in constant])[where]
    if changing.any():
        found[changing] = [offset_at(zone, each) for each in micros[changing].tolist()]
    return found


def instant_cells(column: pa.Array) -> Cells:
    zone = column.type.tz
    micros = numbers(column, np.int64)
    if len(micros) and (micros.min() < _FIRST * DAY or micros.max() > _LAST * DAY):
        values = zip(micros.tolist(), [zone] * len(micros), strict=True)
        return pa.array([instant_text(value) for value in values], pa.binary())
    return _all_shown(micros, _offsets(zone, micros))


def _all_shown(micros: Integers, offsets: Integers) -> Cells:
    """The instants at offsets in seconds."""
    import pyarrow.compute as pc  # loads long; few rows need none of it

    cells = timestamp_cells(pa.array(micros + offsets * SECOND).view(pa.timestamp("us")))
    different = np.unique(offsets)
    if len(different) == 1 and isinstance(cells, np.ndarray):
        suffix = np.frombuffer(_suffix(int(different[0])), np.uint8)
        return np.hstack([cells, np.broadcast_to(suffix, (len(cells), len(suffix)))])
    suffixes = pa.array([_suffix(each) for each in different.tolist()], pa.binary())
    chosen = suffixes.take(pa.array(np.searchsorted(different, offsets)))
    body: Any = strings(cells) if isinstance(cells, np.ndarray) else cells
    return pc.binary_join_element_wise(body, chosen, b"")


# --- instants with offsets of their own: TIMESTAMP_TZ ---------------------------------------------


def zoned_text(value: tuple[int, int]) -> bytes:
    """Microseconds since 1970 in UTC, and minutes east of Greenwich."""
    micros, minutes = value
    return _shown(micros, minutes * 60)


def zoned_values(column: pa.Array) -> list[tuple[int, int] | None]:
    """The column as values for `zoned_text`."""
    micros, minutes = zoned.parts(column)
    pairs = zip(micros.tolist(), minutes.tolist(), strict=True)
    return [
        pair if valid else None
        for pair, valid in zip(pairs, column.is_valid().to_pylist(), strict=True)
    ]


def zoned_cells(column: pa.Array) -> Cells:
    micros, minutes = zoned.parts(column)
    return _all_shown(micros, minutes * 60)
