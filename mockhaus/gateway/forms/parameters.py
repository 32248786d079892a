"""Bind parameter values to Python values, by type OID and format (manual, 55.2.3).

psycopg's loaders know every PostgreSQL type in both formats; what DuckDB has no value for stays
text, to be cast where it is used.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import Format

from mockhaus.errors import (
    DatetimeOutOfRange,
    InvalidBinary,
    InvalidEncoding,
    InvalidText,
    NumberOutOfRange,
    ProtocolError,
    UndefinedType,
    UnsupportedFeature,
    unreadable_datetime,
)
from mockhaus.gateway.forms.rows import expand_formats
from mockhaus.gateway.wire.messages import BINARY
from mockhaus.translation.clauses.types import ZONED

#: What the server says of a parameter whose type the client did not give.
TEXT_OID: Final = 25

#: Types that are passed on as text: unspecified, unknown, the text family, json.
_TEXTS: Final = frozenset({0, 705, 25, 1043, 1042, 18, 19, 114, 142})
_JSONB: Final = 3802
_BYTEA: Final = 17
_NUMERIC: Final = 1700

#: Types whose binary form has one size: bool, the integers, oid, floats, dates and times, uuid.
_SIZES: Final = {
    **{16: 1, 21: 2, 23: 4, 20: 8, 26: 4, 700: 4, 701: 8},
    **{1082: 4, 1083: 8, 1266: 12, 1114: 8, 1184: 8, 1186: 16, 2950: 16},
}
_MAX_DIMENSIONS: Final = 6
_DATE: Final = 1082
_TIME: Final = 1083
_TIMESTAMP: Final = 1114
_INTERVAL: Final = 1186
#: What a binary date or timestamp says of infinity.
_INFINITE: Final = {
    **{b"\x7f" + b"\xff" * more: "infinity" for more in (3, 7)},
    **{b"\x80" + b"\0" * more: "-infinity" for more in (3, 7)},
}
_TEMPORAL: Final = frozenset({_DATE, _TIME, _TIMESTAMP, 1184})
_NATIVE: Final = (bool, int, float, Decimal, str, bytes, date, time, datetime, timedelta, UUID)

#: DuckDB's type of a parameter whose type the client gave; what is not here is not known.
_DUCKDB: Final = {
    16: "BOOLEAN", 17: "BLOB", 20: "BIGINT", 21: "BIGINT", 23: "BIGINT", 25: "VARCHAR",
    700: "DOUBLE", 701: "DOUBLE", 1042: "VARCHAR", 1043: "VARCHAR", 1082: "DATE", 1083: "TIME",
    114: "JSON", 3802: "JSON",
    1114: "TIMESTAMP", 1184: "TIMESTAMPTZ", 1186: "INTERVAL", 1700: "DECIMAL(38,10)",
    2950: "UUID",
    **dict.fromkeys((1005, 1007, 1016), "BIGINT[]"), **dict.fromkeys((1009, 1015), "VARCHAR[]"),
    **dict.fromkeys((1021, 1022), "DOUBLE[]"), 1000: "BOOLEAN[]", 1231: "DECIMAL(38,10)[]",
    1182: "DATE[]", 1183: "TIME[]", 1115: "TIMESTAMP[]", 1185: "TIMESTAMPTZ[]", 2951: "UUID[]",
}  # fmt: skip


def duckdb_type(oid: int) -> str:
    """DuckDB's name of a parameter's type, '' where the client left it open."""
    return _DUCKDB.get(oid, "")


_OIDS: Final = {
    **dict.fromkeys(("VARCHAR", "TEXT"), 25),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), 20),
    **dict.fromkeys(("FLOAT", "DOUBLE"), 701),
    "UINTEGER": 26, "HUGEINT": 1700, "UBIGINT": 1700, "BOOLEAN": 16, "BLOB": 17, "DATE": 1082,
    "TIME": 1083, "INTERVAL": 1186, "JSON": 114, "UUID": 2950,
    "TIMESTAMP WITH TIME ZONE": 1184, "TIMESTAMPTZ": 1184, ZONED: 1184,
}  # fmt: skip


def oid_of(kind: str) -> int:
    """PostgreSQL's type OID of a parameter that has DuckDB's type `kind`, '' of an unknown one."""
    if kind.endswith("[]"):
        known = psycopg.adapters.types.get(oid_of(kind.removesuffix("[]")))
        return known.array_oid if known is not None else TEXT_OID
    if kind.startswith("DECIMAL"):
        return _NUMERIC
    return 1114 if kind.startswith("TIMESTAMP") and kind not in _OIDS else _OIDS.get(kind, TEXT_OID)


#: Names of types that are not PostgreSQL's own of them.
_SYNONYMS: Final = {
    "int": "int4", "decimal": "numeric", "dec": "numeric", "number": "numeric", "float": "float8",
    "double": "float8", "char": "bpchar", "character": "bpchar", "string": "text",
    "binary": "bytea", "varbinary": "bytea", "datetime": "timestamp", "timestamp_ntz": "timestamp",
    "timestamp_ltz": "timestamptz", "timestamp_tz": "timestamptz",
}  # fmt: skip
_ARGUMENTS: Final = re.compile(r"\([\d, ]*\)")


def named_type(text: str) -> int:
    """The OID of a type as SQL writes it, 0 of `unknown`. Raises UndefinedType."""
    plain = " ".join(_ARGUMENTS.sub(" ", text.lower()).split()).removeprefix("pg_catalog.")
    name = plain.removesuffix("[]").strip().strip('"')
    if name == "unknown":
        return 0
    known = psycopg.adapters.types.get(_SYNONYMS.get(name, name))
    if known is None:
        raise UndefinedType(f'type "{text}" does not exist')
    return known.array_oid if plain.endswith("[]") else known.oid


def parameter_types(given: Sequence[int], kinds: Sequence[str], count: int) -> tuple[int, ...]:
    """The type OIDs of `count` parameters: the client's, else of the DuckDB types inferred."""
    told = [*given, *([0] * (count - len(given)))]
    known = [*kinds, *([""] * (len(told) - len(kinds)))]
    return tuple(oid or oid_of(kind) for oid, kind in zip(told, known, strict=False))


class ParameterLoader:
    """Reads the parameters of one connection's Bind messages."""

    def __init__(self) -> None:
        self._transformer = Transformer()

    def load(
        self,
        types: Sequence[int],
        formats: Sequence[int],
        values: Sequence[bytes | None],
        kinds: Sequence[str] = (),
    ) -> list[Any]:
        """The values, of `kinds` where a statement has these. What goes to a TIMESTAMP_TZ is text.

        Raises ProtocolError, InvalidText, InvalidBinary; all name the parameter.
        """
        codes = expand_formats(formats, len(values))
        declared = [*types, *([0] * (len(values) - len(types)))]
        found = [
            None if data is None else self._value(number, oid, code, data)
            for number, (oid, code, data) in enumerate(
                zip(declared, codes, values, strict=False), start=1
            )
        ]
        if ZONED in kinds:
            for at, (kind, value, data) in enumerate(zip(kinds, found, values, strict=False)):
                if kind == ZONED and data is not None and isinstance(value, datetime):
                    found[at] = value.isoformat(" ") if codes[at] == BINARY else data.decode()
        return found

    def _value(self, number: int, oid: int, code: int, data: bytes) -> Any:
        if oid in _TEXTS:
            return _text(number, data)
        if oid == _JSONB:
            # Binary jsonb is its text behind a version byte.
            return _text(number, data[1:] if code == BINARY else data)
        try:
            if code == BINARY:
                _check(oid, data)
                if oid in _TEMPORAL and data in _INFINITE:
                    return _INFINITE[data]
            value = self._loader(oid, code)(data)
        except OverflowError:
            shown = data.decode("ascii", "replace").strip()
            raise NumberOutOfRange(
                f'value "{shown}" is out of range for type {_type_name(oid)} in parameter ${number}'
            ) from None
        except (ValueError, ArithmeticError, LookupError, struct.error, psycopg.Error) as error:
            if oid in _TEMPORAL and code != BINARY:
                return _moment(number, oid, data)
            raise _unfit(number, oid, code, data, error) from None
        return _native(value, number)

    def _loader(self, oid: int, code: int) -> Callable[[bytes], Any]:
        if oid == _INTERVAL:
            return _span if code == BINARY else _interval
        if code != BINARY and oid in _READERS:
            return _READERS[oid]
        form = Format.BINARY if code == BINARY else Format.TEXT
        load = self._transformer.get_loader(oid, form).load
        if code != BINARY and _is_array(oid):
            return lambda data: load(_BLANKS.sub(rb"\1\2", data))
        return load


# --- text, where psycopg's loaders believe what they read -----------------------------------------

#: The words for true and false, and each beginning of one of them that is no other's (manual, 8.6).
_BOOLEANS: Final = {
    word[:length]: word in (b"true", b"yes", b"on", b"1")
    for word in (b"true", b"yes", b"on", b"1", b"false", b"no", b"off", b"0")
    for length in range(1, len(word) + 1)
    if word[:length] != b"o"
}
_INTEGER: Final = re.compile(rb"\s*[+-]?[0-9]+\s*")


#: Blanks around the elements of an array mean nothing (manual, 8.15.6); psycopg keeps them.
_BLANKS: Final = re.compile(rb"""("(?:[^"\\]|\\.)*")|\s*([{},])\s*""", re.S)


def _is_array(oid: int) -> bool:
    known = psycopg.adapters.types.get(oid)
    return known is not None and known.array_oid == oid


def _boolean(data: bytes) -> bool:
    return _BOOLEANS[data.strip().lower()]


def _integer(bits: int) -> Callable[[bytes], int]:
    def read(data: bytes) -> int:
        if _INTEGER.fullmatch(data) is None:
            raise ValueError("not an integer")
        value = int(data)
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise OverflowError
        return value

    return read


def _float(data: bytes) -> float:
    if b"_" in data:
        raise ValueError("not a number")
    return float(data)


def _span(data: bytes) -> str:
    """A binary interval in words that DuckDB reads: Python's timedelta has no months."""
    micros, days, months = struct.unpack("!qii", data)
    return f"{months} months {days} days {micros} microseconds"


_WORDS: Final = re.compile(r"[\s\w:.,@+-]*\d[\s\w:.,@+-]*")


def _interval(data: bytes) -> str:
    """An interval's text, which the statement casts; DuckDB knows no plus sign."""
    text = data.decode("ascii")
    if _WORDS.fullmatch(text) is None:
        raise ValueError("not an interval")
    return text.replace("+", "")


#: What PostgreSQL reads beyond ISO 8601: short months and days, a blank before the zone, a zone
#: behind a date or a time alone (manual, 8.5.1; a type without a zone does not look at it).
_MOMENT: Final = re.compile(
    r"(?:(?P<year>\d{4,6})-(?P<month>\d\d?)-(?P<day>\d\d?))?"
    r"(?P<time>(?(year)[T ]+)\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d){0,2})?",
    re.I,
)


def _moment(number: int, oid: int, data: bytes) -> Any:
    """A date, time or timestamp in a form that psycopg does not read.

    What Python has no value for, infinity and a timestamptz in the zone of the connection, stays
    text, which the statement casts.
    """
    text = data.decode("ascii", "replace").strip()
    if oid != _TIME and text.lower() in ("infinity", "-infinity", "epoch"):
        return text.lower()
    try:
        value = datetime.fromisoformat(_iso(text, oid))
    except ValueError:
        made = unreadable_datetime(text, f"invalid input syntax for type {_type_name(oid)}")
        if isinstance(made, DatetimeOutOfRange):
            made.message = "date/time field value out of range"
        made.message += f': "{text[:100]}" in parameter ${number}'
        raise made from None
    if oid == _DATE:
        return value.date()
    if oid == _TIME:
        return value.time()
    if oid == _TIMESTAMP:
        return value.replace(tzinfo=None)
    return value if value.tzinfo is not None else text


def _iso(text: str, oid: int) -> str:
    """The text in ISO 8601, a time on some day. Raises ValueError for a time that is none."""
    match = _MOMENT.fullmatch(text)
    if oid == _TIME and (match is None or match["time"] is None):
        raise ValueError("not a time")
    if match is None or (oid != _TIME and match["year"] is None):
        return text
    year, month, day = match["year"] or "2000", match["month"] or "1", match["day"] or "1"
    hour, _, rest = (match["time"] or "00:00").lstrip("Tt ").partition(":")
    zone = (match["zone"] or "").upper().replace("UTC", "Z")
    if oid in (_DATE, _TIME, _TIMESTAMP):
        zone = ""
    return f"{year:>04}-{month:>02}-{day:>02} {hour:>02}:{rest}{zone}"


_READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    16: _boolean,
    20: _integer(64),
    21: _integer(16),
    23: _integer(32),
    700: _float,
    701: _float,
}


def _check(oid: int, data: bytes) -> None:
    """Raise ValueError unless the data has the layout of the type.

    psycopg's loaders are compiled and believe what a server sends; here it comes from a client.
    """
    known = psycopg.adapters.types.get(oid)
    if oid in _SIZES:
        if len(data) != _SIZES[oid]:
            raise ValueError(f"it has {_SIZES[oid]} bytes")
    elif oid == _NUMERIC:
        if len(data) < 8 or len(data) != 8 + 2 * int.from_bytes(data[:2], "big"):
            raise ValueError("the digits are not as many as it says")
    elif known is not None and known.array_oid == oid and known.oid != oid:
        _check_array(known.oid, data)
    elif oid not in _TEXTS and oid != _BYTEA:
        raise ValueError("no binary form of this type is known")


def _check_array(item: int, data: bytes) -> None:
    """Dimensions, flags, item type; size and lower bound of each dimension; items."""
    dimensions, _, declared = struct.unpack_from("!iiI", data)
    if not 0 <= dimensions <= _MAX_DIMENSIONS or declared != item:
        raise ValueError("its dimensions or its item type are wrong")
    sizes = struct.unpack_from("!" + "i4x" * dimensions, data, 12)
    position = 12 + 8 * dimensions
    for _ in range(math.prod(sizes) if dimensions else 0):
        (length,) = struct.unpack_from("!i", data, position)
        position += 4 + max(length, 0)
        if length >= 0:
            _check(item, data[position - length : position])
    if position != len(data) or min(sizes, default=0) < 0:
        raise ValueError("its items do not fill it")


def _text(number: int, data: bytes) -> str:
    try:
        value = data.decode()
    except UnicodeDecodeError:
        raise InvalidEncoding(
            f'invalid byte sequence for encoding "UTF8" in parameter ${number}'
        ) from None
    if "\0" in value:
        raise InvalidEncoding(
            f'invalid byte sequence for encoding "UTF8": 0x00 in parameter ${number}'
        )
    return value


def _type_name(oid: int) -> str:
    known = psycopg.adapters.types.get(oid)
    return known.name if known is not None else str(oid)


def _unfit(
    number: int, oid: int, code: int, data: bytes, error: Exception
) -> InvalidText | InvalidBinary:
    name = _type_name(oid)
    if code == BINARY:
        return InvalidBinary(
            f"incorrect binary data format in bind parameter {number}",
            detail=f"{len(data)} bytes are not a value of type {name}: {error}",
        )
    shown = data[:100].decode("utf-8", "replace")
    return InvalidText(f'invalid input syntax for type {name}: "{shown}" in parameter ${number}')


def _native(value: Any, number: int) -> Any:
    """The value, if DuckDB takes it; arrays item by item; others (inet, ranges) as text."""
    if isinstance(value, Decimal):
        return _number(value, number)
    if value is None or isinstance(value, _NATIVE):
        return value
    if isinstance(value, list):
        return [_native(item, number) for item in value]
    return str(value)


#: Digits of a NUMBER, and as many behind its point at most ("Numeric data types").
_DIGITS: Final = 38
_PLACES: Final = 37
_CONTEXT: Final = Context(prec=_DIGITS)


def _number(value: Decimal, number: int) -> Decimal:
    """A numeric as DuckDB reads it: it misreads exponents, and takes more digits for a DOUBLE."""
    if not value.is_finite():
        raise UnsupportedFeature(f"parameter ${number}: numeric '{value}' has no Snowflake value")
    exponent = int(value.as_tuple().exponent)
    if exponent <= 0 and max(len(value.as_tuple().digits), -exponent) < _DIGITS:
        return value
    whole = max(value.adjusted() + 1, 0) if value else 0
    if whole > _DIGITS:
        raise NumberOutOfRange(
            f"numeric '{str(value)[:50]}' has more than {_DIGITS} digits in parameter ${number}"
        )
    places = min(max(-exponent, 0), _DIGITS - whole, _PLACES)
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _CONTEXT)


def check_count(given: int, wanted: int, statement: str) -> None:
    """Raise ProtocolError unless Bind brings as many values as the statement takes."""
    if given != wanted:
        raise ProtocolError(
            f"bind message supplies {given} parameters, but prepared statement"
            f' "{statement}" requires {wanted}'
        )
