"""What a statement answered, read whole: as Python's values, or as Arrow.

    type                    Python                                  Arrow
    NUMBER(p,0)             int                                     int64, decimal128 beyond
    NUMBER(p,s)             Decimal                                 double, or decimal128(p,s)
    FLOAT                   float                                   double
    VARCHAR                 str                                     string
    BOOLEAN                 bool                                    bool
    BINARY                  bytearray                               binary
    DATE                    date                                    date32
    TIME                    time                                    time64[us]
    TIMESTAMP_NTZ           datetime without a zone                 timestamp[us]
    TIMESTAMP_LTZ           datetime in the zone of the session     timestamp[us, zone]
    TIMESTAMP_TZ            datetime with its own offset            timestamp[us, zone]
    VARIANT, OBJECT, ARRAY  str, JSON over several lines            string

Answers are kept as Arrow batches and turned into Python's values while they are fetched.
Snowflake's manual: "Using the Python Connector", "Using pandas DataFrames with the Python
Connector".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from mockhaus import xml, zoned
from mockhaus.dbapi.errors import UNREADABLE_VALUE, InterfaceError
from mockhaus.http import resultset
from mockhaus.result import Column, Result, values_of
from mockhaus.sessions import dml
from mockhaus.types import SEMI_STRUCTURED

#: Families whose values DuckDB writes as texts, since Python and Arrow have them in other forms.
_AS_TEXT: Final = frozenset(("INTERVAL", "UUID"))
#: What a statement may count; in the sum of a multi-table insert the table's name follows.
_COUNTED: Final = (dml.INSERTED, dml.UPDATED, dml.DELETED)


class Answer(Struct, frozen=True):
    """`held` are rows of Python's values and `batches` those of Arrow, one of the two is None;
    `zone` is the session's time zone; `count` is the number of rows, or of those that were changed;
    `indent` is JSON_INDENT.
    """

    columns: tuple[Column, ...]
    zone: str
    query_id: str
    count: int
    held: list[tuple[Any, ...]] | None
    batches: list[pa.RecordBatch] | None
    indent: int

    @property
    def size(self) -> int:
        """How many rows there are to fetch."""
        if self.held is not None:
            return len(self.held)
        return sum(batch.num_rows for batch in self.batches or ())

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows, as Python has them. Raises InterfaceError for what Python has no room for."""
        if self.held is not None:
            forms = [_form(each, ZoneInfo(self.zone), self.indent) for each in self.columns]
            for row in self.held:
                pairs = zip(forms, row, strict=True)
                yield tuple(None if v is None else make(v) for make, v in pairs)
        for batch in self.batches or ():
            pairs = zip(batch.columns, self.columns, strict=True)
            yield from zip(
                *[_values(array, column, self.indent) for array, column in pairs], strict=True
            )

    def table(self, *, decimals: bool) -> pa.Table:
        """The rows as Arrow; `decimals` keeps NUMBERs with a scale exact."""
        kinds = [_arrow_type(column, self.zone) for column in self.columns]
        schema = pa.schema([(str(n), kind) for n, kind in enumerate(kinds)])
        if self.batches is None:
            columns = list(zip(*self.rows(), strict=True)) or [()] * len(kinds)
            arrays = [pa.array(each, kind) for each, kind in zip(columns, kinds, strict=True)]
            table = pa.Table.from_arrays(arrays, schema=schema)
        else:
            table = pa.Table.from_batches(
                [self._batch(each, schema) for each in self.batches], schema
            )
        made = [
            _number(array, column, decimals=decimals) if column.type.family == "NUMBER" else array
            for array, column in zip(table.columns, self.columns, strict=True)
        ]
        return pa.Table.from_arrays(made, names=[column.name for column in self.columns])

    def _batch(self, batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        arrays = [
            _array(array, column, kind, self.indent)
            for array, column, kind in zip(batch.columns, self.columns, schema.types, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def read(result: Result, zone: str, indent: int) -> Answer:
    """All of an answer; `indent` is JSON_INDENT. Raises what the query fails with while it runs."""
    held, batches = result.rows, None
    if held is None:
        batches = list(result.batches or ())
    answer = Answer(result.columns, zone, result.query_id, 0, held, batches, indent)
    count = _changed(result)
    return Answer(
        result.columns,
        zone,
        result.query_id,
        answer.size if count is None else count,
        held,
        batches,
        indent,
    )


def _changed(result: Result) -> int | None:
    """How many rows a statement changed, None where it changes none."""
    names = [column.name for column in result.columns]
    counted = [n for n, name in enumerate(names) if name.startswith(_COUNTED)]
    if not result.status_only or not result.rows or not counted:
        return None
    return sum(int(result.rows[0][n]) for n in counted)


def projection(columns: Sequence[Column]) -> list[str] | None:
    """What DuckDB is to write as texts; None where there is nothing of the kind."""
    families = [column.type.family for column in columns]
    if not _AS_TEXT.union(SEMI_STRUCTURED).intersection(families):
        return None
    return [_expression(f"#{number}", family) for number, family in enumerate(families, start=1)]


def _expression(column: str, family: str) -> str:
    if family in SEMI_STRUCTURED:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE to_json({column})::VARCHAR END"
    return f"CAST({column} AS VARCHAR)" if family in _AS_TEXT else column


# --- Python --------------------------------------------------------------------------------------


def _whole(value: Any) -> Any:
    return int(value)


def _semi_structured(value: Any, indent: int) -> str:
    text = value if isinstance(value, str) else resultset.semi_structured(value)
    return xml.pretty(text, indent)


def _as_it_is(value: Any) -> Any:
    return value


def _form(column: Column, zone: ZoneInfo, indent: int) -> Callable[[Any], Any]:
    """How a value that is held becomes the caller's."""
    family = column.type.family
    if family == "NUMBER" and not column.type.scale:
        return _whole
    if family in SEMI_STRUCTURED:
        return lambda value: _semi_structured(value, indent)
    if family == "BINARY":
        return bytearray
    if family in _AS_TEXT:
        return str
    if family == "TIMESTAMP_LTZ":
        return lambda value: value.astimezone(zone) if value.tzinfo is not None else value
    return _as_it_is


def _values(array: pa.Array, column: Column, indent: int) -> list[Any]:
    family = column.type.family
    try:
        values = values_of(array, column)
    except (ValueError, OverflowError, pa.ArrowException) as error:
        raise InterfaceError(
            f"Failed to convert current row, cause: {column.name} {column.type}: {error}",
            UNREADABLE_VALUE,
            hint="Python's dates end with the year 9999; TO_VARCHAR shows others.",
        ) from None
    if family == "NUMBER" and not column.type.scale and not pa.types.is_integer(array.type):
        return [None if value is None else int(value) for value in values]
    if family in SEMI_STRUCTURED:
        return [None if value is None else xml.pretty(value, indent) for value in values]
    if family == "BINARY":
        return [None if value is None else bytearray(value) for value in values]
    return values


# --- Arrow ---------------------------------------------------------------------------------------

_ARROW: Final = {
    "FLOAT": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "BINARY": pa.binary(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP_NTZ": pa.timestamp("us"),
}


def _arrow_type(column: Column, zone: str) -> pa.DataType:
    """The type of a column; NUMBERs with all their digits."""
    family = column.type.family
    if family == "NUMBER":
        return pa.decimal128(38, column.type.scale or 0)
    if family in ("TIMESTAMP_LTZ", "TIMESTAMP_TZ"):
        return pa.timestamp("us", zone)
    return _ARROW.get(family, pa.string())


def _array(array: pa.Array, column: Column, kind: pa.DataType, indent: int) -> pa.Array:
    family = column.type.family
    if family == "TIMESTAMP_TZ":
        micros, _ = zoned.parts(array)
        mask = pc.invert(array.is_valid()).to_numpy(zero_copy_only=False)
        return pa.array(micros, pa.int64(), mask=mask).cast(kind)
    if family in SEMI_STRUCTURED:
        return pa.array(_values(array, column, indent), kind)
    return array if array.type == kind else array.cast(kind)


def _number(array: pa.ChunkedArray, column: Column, *, decimals: bool) -> pa.ChunkedArray:
    """A NUMBER in the type that Snowflake's connector has for it."""
    if column.type.scale:
        return array if decimals else array.cast(pa.float64(), safe=False)
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # more digits than 64 bits hold
        return array
