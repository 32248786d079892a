"""`bindings` -> values: each type's text as the SQL API takes it.

    type                value
    FIXED               digits: "123", "-1.50"
    REAL                "1.5e3", "NaN", "Infinity", "-Infinity"
    TEXT                as it is
    BOOLEAN             "true", "false"
    BINARY              hexadecimal digits
    DATE                milliseconds since 1970-01-01, or "2024-02-29"
    TIME                nanoseconds since midnight, or "13:45:00.5"
    TIMESTAMP_NTZ, LTZ  nanoseconds since 1970-01-01, or "2024-02-29 13:45:00"
    TIMESTAMP_TZ        "<nanoseconds> <minutes east of Greenwich + 1440>", or "...+01:00"
    any, null           NULL

These differ from the texts of answers (`encoding`): Snowflake's manual, "Using bind variables in a
statement". Times have microseconds in Mockhaus; what is finer is cut off, as in literals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from msgspec import Struct

from mockhaus.errors import InvalidBind, SqlError, UndefinedBind
from mockhaus.translation.clauses.types import ZONED

EPOCH: Final = datetime(1970, 1, 1)
_MILLISECONDS_A_DAY: Final = 86_400_000
_NANOSECONDS_A_DAY: Final = 86_400_000_000_000
_WHOLE: Final = re.compile(r"[+-]?\d+")
_FIXED: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ZONED: Final = re.compile(r"([+-]?\d+) (\d+)")
_INFINITE: Final = {"nan": "nan", "infinity": "inf", "+infinity": "inf", "-infinity": "-inf"}


class Binding(Struct, frozen=True, forbid_unknown_fields=True):
    """One bind variable: a value, or an array of them, for each of which an INSERT runs."""

    type: str
    value: str | list[str | None] | None
    fmt: str | None = None


class UnsupportedBindType(SqlError):
    """A type that cannot be bound."""

    number = "002040"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class UnequalArrays(SqlError):
    """Array bindings of different lengths."""

    number = "002099"
    sqlstate = "22023"
    snowflake_state = "22023"


class Values(Struct, frozen=True):
    """Values in the order of a statement's parameters; DuckDB's types of them."""

    rows: list[list[Any]]
    types: tuple[str, ...]


def values(bindings: Mapping[str, Binding], binds: Sequence[str]) -> Values:
    """The values of a statement's parameters; bindings it does not name are not looked at.

    Raises UndefinedBind, InvalidBind, UnsupportedBindType, UnequalArrays.
    """
    named = {name.upper(): binding for name, binding in bindings.items()}
    columns: list[list[Any]] = []
    types: list[str] = []
    lengths: set[int] = set()
    for name in binds:
        binding = named.get(name)
        if binding is None:
            raise UndefinedBind(f"SQL compilation error:\nBind variable :{name} not set.")
        column, kind = _column(binding)
        if isinstance(binding.value, list):
            lengths.add(len(column))
        columns.append(column)
        types.append(kind)
    if len(lengths) > 1:
        raise UnequalArrays("Array bind variables must have the same number of values.")
    if 0 in lengths:
        raise InvalidBind("Invalid bind value: an array has no elements.")
    count = lengths.pop() if lengths else 1
    wide = [column if len(column) == count else column * count for column in columns]
    return Values([list(row) for row in zip(*wide, strict=True)] or [[]], tuple(types))


def _column(binding: Binding) -> tuple[list[Any], str]:
    read = _READERS.get(binding.type.upper())
    if read is None:
        raise UnsupportedBindType(
            f"SQL compilation error:\nUnsupported data type '{binding.type}'."
        )
    if binding.fmt is not None:
        raise UnsupportedBindType("SQL compilation error:\nUnsupported bind option 'fmt'.")
    texts = binding.value if isinstance(binding.value, list) else [binding.value]
    found = [None if text is None else _value(binding.type, read, text) for text in texts]
    return found, _duckdb(binding.type.upper(), found)


def _value(kind: str, read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except (ValueError, ArithmeticError, InvalidOperation):
        raise InvalidBind(f"Invalid bind value '{text[:100]}' for type {kind}.") from None


def _duckdb(kind: str, found: Sequence[Any]) -> str:
    if kind != "FIXED":
        return _TYPES[kind]
    scales = [_scale(value) for value in found if value is not None]
    scale = max(scales, default=0)
    if scale:
        return f"DECIMAL(38,{scale})"
    return "BIGINT" if all(v is None or -(2**63) <= v < 2**63 for v in found) else "HUGEINT"


def _scale(value: Any) -> int:
    return max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0


def _fixed(text: str) -> int | Decimal:
    if not _FIXED.fullmatch(text.strip()):
        raise ValueError(text)
    number = Decimal(text.strip())
    if number == number.to_integral_value():
        number = Decimal(int(number))
    digits = len(number.as_tuple().digits)
    if digits > 38 or _scale(number) > 37:
        raise ValueError(text)
    return int(number) if _scale(number) == 0 else number


def _real(text: str) -> float:
    lowered = text.strip().lower()
    if lowered in _INFINITE:
        return float(_INFINITE[lowered])
    if not _FIXED.fullmatch(lowered):
        raise ValueError(text)
    return float(lowered)


def _text(text: str) -> str:
    return text


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]


def _boolean_or_not(text: str) -> bool:
    try:
        return _boolean(text)
    except KeyError:
        raise ValueError(text) from None


def _binary(text: str) -> bytes:
    return bytes.fromhex(text)


def _date(text: str) -> date:
    if _WHOLE.fullmatch(text):
        return (EPOCH + timedelta(days=int(text) // _MILLISECONDS_A_DAY)).date()
    return date.fromisoformat(text)


def _time(text: str) -> time:
    if not _WHOLE.fullmatch(text):
        return time.fromisoformat(text)
    if not 0 <= int(text) < _NANOSECONDS_A_DAY:
        raise ValueError(text)
    return (EPOCH + timedelta(microseconds=int(text) // 1000)).time()


def _timestamp(text: str) -> datetime:
    if _WHOLE.fullmatch(text):
        return EPOCH + timedelta(microseconds=int(text) // 1000)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _instant(text: str) -> datetime:
    return _timestamp(text).replace(tzinfo=UTC)


def _zoned(text: str) -> str:
    """A moment and its offset, as text."""
    match = _ZONED.fullmatch(text)
    if match is None:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    else:
        offset = timezone(timedelta(minutes=int(match[2]) - 1440))
        moment = _instant(match[1]).astimezone(offset)
    return moment.isoformat(" ")


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "FIXED": _fixed,
    "REAL": _real,
    "TEXT": _text,
    "BOOLEAN": _boolean_or_not,
    "BINARY": _binary,
    "DATE": _date,
    "TIME": _time,
    "TIMESTAMP_NTZ": _timestamp,
    "TIMESTAMP_LTZ": _instant,
    "TIMESTAMP_TZ": _zoned,
}
_TYPES: Final = {
    "REAL": "DOUBLE",
    "TEXT": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
    "BINARY": "BLOB",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TIMESTAMP_TZ": ZONED,
}
