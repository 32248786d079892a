"""Values as the SQL API writes them: every value that is not NULL is a text.

    type                    text
    fixed                   digits with the scale applied: "12.50"
    real                    "1.5", "NaN", "inf", "-inf"
    boolean                 "true", "false"
    binary                  hexadecimal, upper case
    date                    days since 1970-01-01
    time                    seconds since midnight, 9 digits after the point
    timestamp_ntz, _ltz     seconds since 1970-01-01, 9 digits after the point
    timestamp_tz            the same, a blank, minutes east of Greenwich + 1440
    variant, object, array  JSON text over several lines, two blanks a level (or JSON_INDENT)

The output format parameters (DATE_OUTPUT_FORMAT and its like) change dates, times and binaries.
A query's values are written by DuckDB, in parallel: whole rows as JSON arrays, unless one of them
takes several lines, which Python writes; as it does the values of other answers.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from mockhaus import zoned
from mockhaus.errors import InvalidParameter
from mockhaus.formats import Output, output_format
from mockhaus.http import resultset
from mockhaus.quoting import sql_literal
from mockhaus.result import Column
from mockhaus.translation.context import INDENT
from mockhaus.types import SEMI_STRUCTURED

_MOMENTS: Final = ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")

#: Parameter -> the families it formats; TIMESTAMP_OUTPUT_FORMAT where no closer one is given.
_FORMATTED: Final[dict[str, tuple[str, ...]]] = {
    "TIMESTAMP_OUTPUT_FORMAT": _MOMENTS,
    "DATE_OUTPUT_FORMAT": ("DATE",),
    "TIME_OUTPUT_FORMAT": ("TIME",),
    **{f"{family}_OUTPUT_FORMAT": (family,) for family in _MOMENTS},
}
PARAMETERS: Final = frozenset((*_FORMATTED, "BINARY_OUTPUT_FORMAT"))

#: The column of rows that DuckDB has written, each followed by a comma.
ROW: Final = "a row as JSON"

#: Microseconds as seconds. Decimals are exact, and of 18 digits (up to the year 33,658) quick.
_SECONDS: Final = (
    "CASE WHEN abs({0}) < 1000000000000000000 "
    "THEN ({0}::DECIMAL(18, 0) * 0.000001::DECIMAL(7, 6))::VARCHAR "
    "ELSE ({0}::DECIMAL(19, 0) * 0.000001::DECIMAL(7, 6))::VARCHAR END || '000'"
)
#: Family -> the type that DuckDB is sure of, since a bound NULL has none, and the expression.
_EXPRESSIONS: Final[dict[str, tuple[str, str]]] = {
    "FLOAT": (
        "DOUBLE",
        "CASE WHEN isnan({0}) THEN 'NaN' WHEN {0} = trunc({0}) "
        "THEN regexp_replace({0}::VARCHAR, '\\.0$', '') ELSE {0}::VARCHAR END",
    ),
    "BINARY": ("BLOB", "hex({0})"),
    "DATE": ("DATE", "({0} - DATE '1970-01-01')::VARCHAR"),
    "TIME": ("TIME", _SECONDS.format("epoch_us({0})")),
    "TIMESTAMP_NTZ": ("TIMESTAMP", _SECONDS.format("epoch_us({0})")),
    "TIMESTAMP_LTZ": ("TIMESTAMPTZ", _SECONDS.format("epoch_us({0})")),
    "TIMESTAMP_TZ": (
        zoned.STORED,
        _SECONDS.format(f"({zoned.MICROS})") + f" || ' ' || ({zoned.OFFSET} + 1440)",
    ),
}
#: Families whose texts have nothing that JSON escapes.
_PLAIN: Final = frozenset(("NUMBER", "BOOLEAN", *_EXPRESSIONS))
_TYPES: Final = {
    "TIMESTAMP_TZ": zoned.STORED,
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
}


class Encoding(Struct, frozen=True):
    """How values are written: formats by family, the encoding of BINARY, the time zone, the blanks
    a level of JSON."""

    formats: Mapping[str, Output] = field(default_factory=dict)
    base64: bool = False
    zone: str = "UTC"
    indent: int = INDENT
    #: Whether a NULL is JSON's null, or the text "null".
    nullable: bool = True

    def projection(self, columns: Sequence[Column]) -> list[str]:
        """The expression whose text is a row, `ROW`; or for each column that of its value."""
        families = [column.type.family for column in columns]
        texts = [self._expression(n, family) for n, family in enumerate(families, start=1)]
        if not SEMI_STRUCTURED.isdisjoint(families):
            return texts
        null = sql_literal("null" if self.nullable else '"null"')
        cells = (
            f"coalesce({self._cell(text, family)}, {null})"
            for text, family in zip(texts, families, strict=True)
        )
        return [f"""concat('[', {", ',', ".join(cells)}, '],') AS "{ROW}\""""]

    def _cell(self, text: str, family: str) -> str:
        is_plain = family in _PLAIN and family not in self.formats
        return f"'\"' || ({text}) || '\"'" if is_plain else f"to_json({text})::VARCHAR"

    def _expression(self, number: int, family: str) -> str:
        column = f"#{number}"
        if family in self.formats:
            value = f"CAST({column} AS {_TYPES.get(family, 'TIMESTAMPTZ')})"
            return _formatted(value, family, self.formats[family])
        if family == "BINARY" and self.base64:
            return f"base64(CAST({column} AS BLOB))"
        if family in SEMI_STRUCTURED:
            vector = f"starts_with(typeof({column}), 'FLOAT[')"
            return (
                f"CASE WHEN {column} IS NULL THEN NULL"
                f" WHEN {vector} THEN replace({column}::VARCHAR, ', ', ',')"
                f" ELSE to_json({column})::VARCHAR END"
            )
        if family not in _EXPRESSIONS:
            return f"CAST({column} AS VARCHAR)"
        kind, expression = _EXPRESSIONS[family]
        return expression.format(f"CAST({column} AS {kind})")

    def rows(
        self, columns: Sequence[Column], source: Iterator[tuple[Any, ...]]
    ) -> Iterator[list[str | None]]:
        """Rows of Python values as texts."""
        forms = [self._form(column.type.family) for column in columns]
        for row in source:
            yield [
                None if value is None else make(value)
                for make, value in zip(forms, row, strict=True)
            ]

    def _form(self, family: str) -> Callable[[Any], str]:
        if family in self.formats:
            output, zone = self.formats[family], ZoneInfo(self.zone)
            own = family == "TIMESTAMP_TZ"
            return lambda value: _strftime(value, output, None if own else zone)
        if family == "BINARY" and self.base64:
            return lambda value: base64.b64encode(value).decode()
        return _FORMS.get(family, _plain)


def encoding(parameters: Mapping[str, str], zone: str, *, nullable: bool = True) -> Encoding:
    """The encoding that parameters ask for. Raises InvalidParameter."""
    formats: dict[str, Output] = {}
    for name, families in _FORMATTED.items():
        model = parameters.get(name, "")
        if model and model.upper() != "AUTO":
            formats |= dict.fromkeys(families, output_format(model))
    binary = parameters.get("BINARY_OUTPUT_FORMAT", "HEX").upper()
    if binary not in ("HEX", "BASE64"):
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{binary}'] for parameter "
            "'BINARY_OUTPUT_FORMAT'"
        )
    return Encoding(formats, binary == "BASE64", zone, nullable=nullable)


def _formatted(value: str, family: str, output: Output) -> str:
    """TO_CHAR(value, model). Macros would do, but they refuse columns by position."""
    is_local = family == "TIMESTAMP_LTZ"
    plain = output.strftime if is_local else output.strftime.replace("%z", "+00:00")
    moment = value
    if family == "TIME":
        moment = f"DATE '1970-01-01' + {value}"
    elif family == "TIMESTAMP_TZ":
        offset = zoned.OFFSET.format(value)
        moment = f"make_timestamp({zoned.MICROS.format(value)} + {offset} * 60000000)"
    made = f"strftime({moment}, {sql_literal(plain)})"
    if family == "TIMESTAMP_TZ" and output.zones:
        shown = f"chr(2) || {_offset_text(offset)} || chr(2)"
        made = f"replace({made}, '\x02+00:00\x02', {shown})"
    for digits in output.fractions:
        pattern = f"\x01(\\d{{{min(digits, 6)}}})\\d*\x01"
        made = _replaced(made, pattern, "\\1" + _zeros(digits))
    for separator in output.zones:
        made = _replaced(made, "\x02([+-]\\d\\d)\x02", "\x02\\1:00\x02")
        template = "\\1" if separator == "-" else f"\\1{separator}\\2"
        made = _replaced(made, "\x02([+-]\\d\\d):?(\\d\\d)\x02", template)
    return made


def _offset_text(minutes: str) -> str:
    """`+05:30`."""
    hours, rest = f"abs({minutes}) // 60", f"abs({minutes}) % 60"
    sign = f"CASE WHEN {minutes} < 0 THEN '-' ELSE '+' END"
    return f"{sign} || printf('%02d:%02d', {hours}, {rest})"


def _replaced(text: str, pattern: str, template: str) -> str:
    return f"regexp_replace({text}, {sql_literal(pattern)}, {sql_literal(template)})"


def _zeros(digits: int) -> str:
    return "0" * (digits - 6)


def _strftime(value: Any, output: Output, zone: ZoneInfo | None) -> str:
    """The value in a format, in a zone; None where it has its own."""
    if isinstance(value, time):
        value = datetime.combine(date(1970, 1, 1), value)
    if zone is not None and isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(zone)
    text: str = value.strftime(output.strftime)
    for digits in output.fractions:
        pattern = f"\x01(\\d{{{min(digits, 6)}}})\\d*\x01"
        text = re.sub(pattern, rf"\g<1>{_zeros(digits)}", text, count=1)
    for separator in output.zones:
        template = r"\1" if separator == "-" else rf"\1{separator}\2"
        text = re.sub("\x02(?:([+-]\\d\\d)(\\d\\d)|)\x02", template, text, count=1)
    return text


# --- values of answers that are no query's --------------------------------------------------------


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _real(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{float(value)}".removesuffix(".0")


def _seconds(value: timedelta) -> str:
    microseconds = value // timedelta(microseconds=1)
    whole, rest = divmod(abs(microseconds), 1_000_000)
    return f"{'-' if microseconds < 0 else ''}{whole}.{rest:06d}000"


def _time(value: time) -> str:
    return _seconds(datetime.combine(date.min, value) - datetime.combine(date.min, time()))


def _timestamp(value: datetime) -> str:
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return _seconds(utc - datetime(1970, 1, 1, tzinfo=UTC))


def _minutes(value: datetime) -> int:
    return (value.utcoffset() or timedelta()) // timedelta(minutes=1)


_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "FLOAT": _real,
    "BINARY": lambda value: bytes(value).hex().upper(),
    "DATE": lambda value: str((value - date(1970, 1, 1)).days),
    "TIME": _time,
    "TIMESTAMP_NTZ": _timestamp,
    "TIMESTAMP_LTZ": _timestamp,
    "TIMESTAMP_TZ": lambda value: f"{_timestamp(value)} {_minutes(value) + 1440}",
    **dict.fromkeys(SEMI_STRUCTURED, resultset.semi_structured),
}
