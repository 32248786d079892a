"""Results as JSON: what a value of each type becomes in `rows` and `data`.

    type                      JSON     for example
    NUMBER(p,0)               number   42; beyond 2^53 - 1 a string: "9007199254740993"
    NUMBER(p,s)               string   "1.50", with all s digits
    FLOAT                     number   0.1; "NaN", "inf", "-inf"
    VARCHAR                   string
    BOOLEAN                   true, false
    BINARY                    string   "48656C6C6F", hexadecimal
    DATE                      string   "2024-02-29"
    TIME                      string   "13:45:00.5"
    TIMESTAMP_NTZ             string   "2024-02-29T13:45:00"
    TIMESTAMP_LTZ, _TZ        string   "2024-02-29T13:45:00+01:00", "...Z" for UTC
    VARIANT, OBJECT, ARRAY    string   JSON text, "{\\"a\\":null}"
    any NULL                  null

No value loses a digit on its way through a client whose numbers are doubles: hence the strings.
Semi-structured values are text since a JSON null is not NULL, which only text keeps apart.
Their `columns` entry tells a client what to make of a string.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from time import perf_counter
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus import xml
from mockhaus.http.bodies import ColumnInfo, StatementResult
from mockhaus.result import Column, Result, values_of
from mockhaus.types import SEMI_STRUCTURED

#: The largest integer that every JSON reader keeps.
SAFE_INTEGER: Final = 2**53 - 1

#: Up to this scale Arrow writes a decimal without an exponent.
_PLAIN_SCALE: Final = 6

_FORM = Callable[[Any], Any]
_json = msgspec.json.Encoder(enc_hook=str, decimal_format="number")


def _integer(value: Any) -> Any:
    number = int(value)
    return number if -SAFE_INTEGER <= number <= SAFE_INTEGER else str(number)


def _decimal(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _float(value: Any) -> Any:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{float(value)}"


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else str(value)


def semi_structured(value: Any) -> str:
    """JSON text of a semi-structured value."""
    return xml.text_of(value) if isinstance(value, str) else _json.encode(value).decode()


def _hexadecimal(value: Any) -> Any:
    return bytes(value).hex().upper()


#: Family -> form of a value; for the others msgspec's own form is the one in the table above.
_FORMS: Final[dict[str, _FORM]] = {
    "FLOAT": _float,
    "VARCHAR": _text,
    "BINARY": _hexadecimal,
    **dict.fromkeys(SEMI_STRUCTURED, semi_structured),
    "INTERVAL": _text,
    "UUID": _text,
}


def form(column: Column) -> _FORM | None:
    """How a value of the column becomes a JSON value; None when msgspec does it as it is."""
    if column.type.family == "NUMBER":
        return _decimal if column.type.scale else _integer
    return _FORMS.get(column.type.family)


def rows(result: Result) -> Iterator[Sequence[Any]]:
    """The rows of a result in JSON values; of a stream batch after batch, column by column."""
    if result.rows is not None:
        yield from _in_json(result.columns, result.rows)
    else:
        yield from result.streamed(_cells)


def _in_json(columns: Sequence[Column], held: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    forms = [(index, make) for index, column in enumerate(columns) if (make := form(column))]
    for row in held:
        cells = list(row)
        for index, make in forms:
            if cells[index] is not None:
                cells[index] = make(cells[index])
        yield cells


def _cells(array: pa.Array, column: Column) -> list[Any]:
    """The JSON values of a column of a batch. Where Arrow has all of them in their JSON form at
    once, no value is looked at one by one."""
    whole = _WHOLE.get(column.type.family)
    if whole is not None and (ready := whole(array, column)) is not None:
        return _listed(ready)
    values = values_of(array, column)
    make = form(column)
    return values if make is None else [None if v is None else make(v) for v in values]


def _listed(array: pa.Array) -> list[Any]:
    values: list[Any] = array.to_pylist()
    return values


def _whole_numbers(array: pa.Array, column: Column) -> pa.Array | None:
    """Integers that every JSON reader keeps, and decimals with their digits as text."""
    kind = array.type
    if column.type.scale:
        plain = pa.types.is_decimal(kind) and 0 < kind.scale <= _PLAIN_SCALE
        return pc.cast(array, pa.string()) if plain else None
    if not (pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0)):
        return None
    ends = pc.min_max(array).as_py()
    least, most = ends["min"], ends["max"]
    if least is not None and not -SAFE_INTEGER <= least <= most <= SAFE_INTEGER:
        return None
    return pc.cast(array, pa.int64())


def _whole_floats(array: pa.Array, column: Column) -> pa.Array | None:
    finite = pa.types.is_floating(array.type) and pc.all(pc.is_finite(array)).as_py() is not False
    return array if finite else None


def _whole_texts(array: pa.Array, column: Column) -> pa.Array | None:
    return array if pa.types.is_string(array.type) else None


#: Family -> the array of the JSON values of all of them, None where some need a look of their own.
_WHOLE: Final[dict[str, Callable[[pa.Array, Column], pa.Array | None]]] = {
    "NUMBER": _whole_numbers,
    "FLOAT": _whole_floats,
    "VARCHAR": _whole_texts,
}


def describe(columns: Sequence[Column]) -> list[ColumnInfo]:
    """The columns as the answer lists them."""
    return [
        ColumnInfo(
            column.name,
            column.type.family,
            column.type.precision,
            column.type.scale,
            column.type.length,
            column.nullable,
        )
        for column in columns
    ]


def unique_names(columns: Sequence[ColumnInfo]) -> list[str]:
    """Names for objects: one that repeats gets a number, as DuckDB numbers them (`A`, `A_1`)."""
    taken = {column.name for column in columns}
    seen: set[str] = set()
    names: list[str] = []
    for column in columns:
        name = column.name
        if name in seen:
            name = next(n for i in count(1) if (n := f"{column.name}_{i}") not in taken)
            taken.add(name)
        seen.add(name)
        names.append(name)
    return names


def read(result: Result, started: float) -> StatementResult:
    """All of a result; `started` is when its statement began, by the performance counter."""
    found = list(rows(result))
    return StatementResult(
        columns=describe(result.columns),
        rows=found,
        row_count=len(found),
        rows_affected=result.row_count if result.status_only else None,
        query_id=result.query_id,
        translated_sql=result.translated,
        execution_time=perf_counter() - started,
        warnings=list(result.warnings),
    )
