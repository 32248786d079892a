"""VALIDATION_MODE: what COPY INTO would load, or fail at, without loading anything.

RETURN_n_ROWS answers the first rows as the table would have them and fails at the first error
among them; RETURN_ERRORS answers the errors of the files that are still to be loaded;
RETURN_ALL_ERRORS also those of files that an earlier COPY loaded in part. Snowflake's manual:
"COPY INTO <table>", "Validating staged files".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mockhaus.ingestion.copying.loading import Loader
from mockhaus.ingestion.copying.outcome import Failure
from mockhaus.ingestion.copying.target import Target
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.result import Column, Result
from mockhaus.types import NUMBER, VARCHAR, from_duckdb

#: The columns of RETURN_ERRORS. BYTE_OFFSET is known of CSV files in UTF-8.
ERROR_COLUMNS: Final = (
    Column("ERROR", VARCHAR),
    Column("FILE", VARCHAR),
    Column("LINE", NUMBER),
    Column("CHARACTER", NUMBER),
    Column("BYTE_OFFSET", NUMBER),
    Column("CATEGORY", VARCHAR),
    Column("CODE", NUMBER),
    Column("SQL_STATE", VARCHAR),
    Column("COLUMN_NAME", VARCHAR),
    Column("ROW_NUMBER", NUMBER),
    Column("ROW_START_LINE", NUMBER),
    Column("REJECTED_RECORD", VARCHAR),
)

#: The same columns by their types in DuckDB.
ERROR_TYPES: Final = {c.name: "VARCHAR" if c.type is VARCHAR else "BIGINT" for c in ERROR_COLUMNS}

#: How a message begins -> Snowflake's category, number and SQLSTATE.
_KINDS: Final = (
    ("Numeric value", "conversion", 100038, "22018"),
    ("Boolean value", "conversion", 100037, "22018"),
    ("Date", "conversion", 100040, "22007"),
    ("Timestamp", "conversion", 100035, "22007"),
    ("Time ", "conversion", 100108, "22007"),
    ("Binary value", "conversion", 100115, "22018"),
    ("User character length", "conversion", 100078, "22000"),
    ("NULL result", "parsing", 100088, "22000"),
    ("Number of columns", "parsing", 100080, "22000"),
    ("Error parsing JSON", "parsing", 100069, "22P02"),
    ("Found character", "parsing", 100065, "22000"),
)
_OTHER: Final = ("parsing", 100132, "22000")


def row_columns(table: Target) -> tuple[Column, ...]:
    """The columns of RETURN_n_ROWS: the table's."""
    return tuple(Column(c.name, from_duckdb(c.type), c.nullable) for c in table.columns)


def rows(loader: Loader, location: Location, files: Sequence[StoredFile], most: int) -> Result:
    """RETURN_n_ROWS. Raises LoadError."""
    found: list[tuple[Any, ...]] = []
    for file in files:
        if len(found) >= most:
            break
        found += loader.sample(file, location.show(file), most - len(found))
    return Result(row_columns(loader.target), tag="COPY", row_count=len(found), rows=found)


def errors(loader: Loader, location: Location, files: Sequence[StoredFile]) -> Result:
    """RETURN_ERRORS, RETURN_ALL_ERRORS."""
    found = [_row(each, location.show(file)) for file in files for each in loader.errors(file)]
    return Result(ERROR_COLUMNS, tag="COPY", row_count=len(found), rows=found)


def _row(failure: Failure, file: str) -> tuple[Any, ...]:
    kind = next((kind[1:] for kind in _KINDS if failure.message.startswith(kind[0])), _OTHER)
    where = (file, failure.line, failure.character, failure.byte)
    row = (failure.column, failure.row, failure.start or failure.line, failure.record)
    return (failure.message, *where, *kind, *row)
