"""Text and values of files as the types of a table's columns.

Each conversion is a DuckDB expression that is NULL where the value does not convert, so that one
bad value never ends a transaction. Snowflake's manual: "Date and time input and output formats"
(AUTO), "Data type conversion"; and the format options DATE_FORMAT, TIME_FORMAT, BINARY_FORMAT.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.errors import UnsupportedFeature
from mockhaus.formats import offset_pattern
from mockhaus.ingestion.copying.target import TargetColumn, literal
from mockhaus.ingestion.files import datetime_models
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.zoned import STORED

#: What a message calls a value of a type.
_NOUNS: Final = {
    "BOOLEAN": "Boolean value",
    "DATE": "Date",
    "TIME": "Time",
    "TIMESTAMP": "Timestamp",
    STORED.split(" ")[0]: "Timestamp",
    "JSON": "Error parsing JSON:",
    "BLOB": "Binary value",
    "UUID": "UUID value",
}

_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")
#: Forms of AUTO that DuckDB's own casts do not read.
_AUTO_DATES: Final = ("%d-%b-%Y", "%m/%d/%Y", "%Y/%m/%d")
_AUTO_TIMES: Final = ("%H:%M", "%I:%M:%S %p", "%I:%M %p")
_AUTO_TIMESTAMPS: Final = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
    *_AUTO_DATES,
)
_OFFSET: Final = r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$"


class Field(Struct, frozen=True):
    """One column of a load, as expressions over the reader's columns.

    `value` is of the column's type and never raises; `strict` is the same but stops the statement
    where the row cannot be loaded because of this column; there `bad` is TRUE, and never NULL;
    `raw` is the text for a message.
    """

    column: TargetColumn
    value: str
    strict: str
    bad: str
    raw: str


def from_text(text: str, column: TargetColumn, format: FileFormat, truncate: bool) -> Field:
    """A column that is loaded from text. `text` is an expression of VARCHAR."""
    family = family_of(column.type)
    if family != "VARCHAR":
        convert = _CONVERSIONS.get(family)
        value = convert(text, format) if convert else f"try_cast({text} AS {column.type})"
        made = _converted(column, value, text)
        return _fitting(made) if column.length is not None else made
    if truncate and column.length is not None:
        return _kept(column, f"left({text}, {column.length})")
    return _kept(column, text, column.length)


def from_value(
    value: str, type: str, column: TargetColumn, format: FileFormat, truncate: bool
) -> Field:
    """A column that is loaded from a value of DuckDB type `type`, as Parquet files hold them."""
    if type == "JSON" and column.type != "JSON":
        return from_text(f"json_text({value})", column, format, truncate)
    if type == "VARCHAR":
        return from_text(value, column, format, truncate)
    if type == STORED and column.type in ("JSON", "VARCHAR"):
        made = f"to_json(text_of({value}))" if column.type == "JSON" else f"text_of({value})"
        return _kept(column, made, column.length)
    if column.type == "JSON":
        made = canonical(value if type == "JSON" else f"to_json({value})")
        if type == "JSON" and format.type == "JSON":  # its readers have done that
            made = value
        return _kept(column, f"CASE WHEN {value} IS NOT NULL THEN {made} END")
    if column.type == "VARCHAR":
        return from_text(f"CAST({value} AS VARCHAR)", column, format, truncate)
    if column.type == type:
        return _kept(column, value, column.length)
    if STORED in (column.type, type) and column.type in _MOMENTS and type in _MOMENTS:
        return _converted(column, f"{_MOMENTS[column.type]}({value})", value)
    return _converted(column, f"try_cast({value} AS {column.type})", value)


#: The types of which one may be a TIMESTAMP_TZ, and what makes them of each other.
_MOMENTS: Final = {
    "DATE": "to_date",
    "TIME": "to_time",
    "TIMESTAMP": "to_timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "to_timestamp_ltz",
    STORED: "to_timestamp_tz",
}


def family_of(type: str) -> str:
    """A DuckDB type without its sizes."""
    return type if type == STORED else type.split("(", maxsplit=1)[0]


def canonical(value: str) -> str:
    """A value of JSON in the text that VARIANT has: keys sorted, no white space."""
    return f"CAST(json_canonical(CAST({value} AS VARCHAR)) AS JSON)"


def missing(column: TargetColumn) -> Field:
    """A column for which the file has nothing."""
    return _kept(column, f"CAST(NULL AS {column.type})")


def _kept(column: TargetColumn, value: str, length: int | None = None) -> Field:
    """A column that takes the value as it is, but for a NULL or a length it does not take."""
    bad, strict, stop = [], value, _stop(column)
    if length is not None:
        over = f"{_MEASURES[column.type]}({value}) > {length}"
        bad.append(f"coalesce({over}, FALSE)")
        strict = f"CASE WHEN {over} THEN {stop} ELSE {value} END"
    if not column.nullable:
        bad.append(f"{value} IS NULL")
        strict = f"coalesce({strict}, {stop})"
    return Field(column, value, strict, " OR ".join(bad) or "FALSE", f"CAST({value} AS VARCHAR)")


#: Types that have a length, and what measures it.
_MEASURES: Final = {"VARCHAR": "length", "BLOB": "octet_length"}


def _fitting(field: Field) -> Field:
    """A column of bytes, bad where they are too many as well."""
    over = f"octet_length({field.value}) > {field.column.length}"
    strict = f"CASE WHEN {over} THEN {_stop(field.column)} ELSE {field.strict} END"
    return replace(field, strict=strict, bad=f"{field.bad} OR coalesce({over}, FALSE)")


def _converted(column: TargetColumn, value: str, source: str) -> Field:
    """A column whose conversion may fail: then `value` is NULL and `source` is not."""
    raw = f"CAST({source} AS VARCHAR)"
    if not column.nullable:
        return Field(column, value, f"coalesce({value}, {_stop(column)})", f"{value} IS NULL", raw)
    stop = f"CASE WHEN {source} IS NOT NULL THEN {_stop(column)} END"
    bad = f"{source} IS NOT NULL AND {value} IS NULL"
    return Field(column, value, f"coalesce({value}, {stop})", bad, raw)


def _stop(column: TargetColumn) -> str:
    return f"CAST(error('MOCKHAUS:LoadError:{column.name.encode().hex()}') AS {column.type})"


def complaint(field: Field, raw: str | None) -> str:
    """What Snowflake says of a value that a column does not take."""
    column = field.column
    if raw is None:
        return f"NULL result in a non-nullable column: {column.name}"
    shown = raw if len(raw) <= 200 else raw[:200] + "..."
    if column.type == "VARCHAR":
        return f"User character length limit ({column.length}) exceeded by string '{shown}'"
    family = family_of(column.type).split(" ")[0]
    if family == "JSON":
        return f"Error parsing JSON: '{shown}'"
    if family == "BLOB" and column.length is not None and _HEXADECIMAL.fullmatch(raw):
        return f"Binary value '{shown}' is too long: more than {column.length} bytes"
    return f"{_NOUNS.get(family, 'Numeric value')} '{shown}' is not recognized"


# --- the types -----------------------------------------------------------------------------------


def _boolean(text: str, format: FileFormat) -> str:
    return (
        f"coalesce(try_cast({text} AS BOOLEAN),"
        f" CASE lower(trim({text})) WHEN 'on' THEN TRUE WHEN 'off' THEN FALSE END)"
    )


def _epoch(text: str) -> str:
    """Digits alone are seconds, milliseconds, microseconds or nanoseconds since 1970."""
    n = f"try_cast({text} AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({text}, '-?[0-9]+') THEN make_timestamp(CASE"
        f" WHEN abs({n}) < 31536000000 THEN {n} * 1000000"
        f" WHEN abs({n}) < 31536000000000 THEN {n} * 1000"
        f" WHEN abs({n}) < 31536000000000000 THEN {n} ELSE {n} // 1000 END) END"
    )


def _listed(formats: tuple[str, ...]) -> str:
    return "[" + ", ".join(literal(each) for each in formats) + "]"


def _date(text: str, format: FileFormat) -> str:
    model = format.get("DATE_FORMAT", "AUTO")
    if model != "AUTO":
        return f"CAST({_parsed(text, model)} AS DATE)"
    return (
        f"coalesce(try_cast({text} AS DATE),"
        f" CAST(try_strptime({text}, {_listed(_AUTO_DATES)}) AS DATE),"
        f" CAST(try_cast({text} AS TIMESTAMP) AS DATE), CAST({_epoch(text)} AS DATE))"
    )


def _time(text: str, format: FileFormat) -> str:
    model = format.get("TIME_FORMAT", "AUTO")
    if model != "AUTO":
        return f"CAST({_parsed(text, model)} AS TIME)"
    return (
        f"coalesce(try_cast({text} AS TIME),"
        f" CAST(try_strptime({text}, {_listed(_AUTO_TIMES)}) AS TIME))"
    )


def _timestamp(text: str, format: FileFormat) -> str:
    """TIMESTAMP_NTZ: an offset in the text is dropped, the wall clock kept."""
    model = format.get("TIMESTAMP_FORMAT", "AUTO")
    if model != "AUTO":
        return f"CAST({_parsed(text, model, zoned=False)} AS TIMESTAMP)"
    bare = f"regexp_replace({text}, '{_OFFSET}', '')"
    return (
        f"coalesce(try_cast({text} AS TIMESTAMP), try_cast({bare} AS TIMESTAMP),"
        f" try_strptime({bare}, {_listed(_AUTO_TIMESTAMPS)}), {_epoch(text)})"
    )


def _zoned(text: str, format: FileFormat) -> str:
    """TIMESTAMP_TZ: an offset in the text is the value's own."""
    model = format.get("TIMESTAMP_FORMAT", "AUTO")
    if model == "AUTO":
        return f"try_to_timestamp_tz({text})"
    form = datetime_models.strptime(model)
    forms = (form, form.replace(datetime_models.FRACTION, "%n"))
    return f"try_parse_format_tz({text}, {_listed(forms)}, {literal(offset_pattern(form))})"


def _local(text: str, format: FileFormat) -> str:
    model = format.get("TIMESTAMP_FORMAT", "AUTO")
    if model != "AUTO":
        return f"CAST({_parsed(text, model)} AS TIMESTAMPTZ)"
    return (
        f"coalesce(try_cast({text} AS TIMESTAMPTZ),"
        f" CAST(try_strptime({text}, {_listed(_AUTO_TIMESTAMPS)}) AS TIMESTAMPTZ),"
        f" timezone('UTC', {_epoch(text)}))"
    )


def _parsed(text: str, model: str, *, zoned: bool = True) -> str:
    """The text read by one of Snowflake's models."""
    form = datetime_models.strptime(model)
    if not zoned and "%z" in form:
        if not form.endswith("%z"):
            raise UnsupportedFeature(
                f"Unsupported feature 'a zone inside TIMESTAMP_FORMAT {model}'."
            )
        form = form.removesuffix("%z").rstrip()
        text = f"regexp_replace({text}, '{_OFFSET}', '')"
    parsed = f"try_strptime({text}, {literal(form)})"
    if "%y" in form:
        parsed = f"century({parsed}, {_listed((form,))})"
    if datetime_models.FRACTION in form:
        finer = literal(form.replace(datetime_models.FRACTION, "%n"))
        parsed = f"coalesce({parsed}, CAST(try_strptime({text}, {finer}) AS TIMESTAMP))"
    return parsed


def _binary(text: str, format: FileFormat) -> str:
    coding = format.get("BINARY_FORMAT", "HEX")
    if coding.startswith("UTF"):
        return f"encode({text})"
    if coding == "BASE64":
        shape = f"regexp_full_match({text}, '[A-Za-z0-9+/]*={{0,2}}') AND length({text}) % 4 = 0"
        return f"CASE WHEN {shape} THEN from_base64({text}) END"
    return f"CASE WHEN regexp_full_match({text}, '([0-9A-Fa-f]{{2}})*') THEN unhex({text}) END"


def _json(text: str, format: FileFormat) -> str:
    return f"CAST(json_canonical_try({text}) AS JSON)"


_CONVERSIONS: Final[dict[str, Callable[[str, FileFormat], str]]] = {
    "BOOLEAN": _boolean,
    "DATE": _date,
    "TIME": _time,
    "TIMESTAMP": _timestamp,
    "TIMESTAMP WITH TIME ZONE": _local,
    STORED: _zoned,
    "BLOB": _binary,
    "JSON": _json,
}
