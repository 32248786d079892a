"""What became of one file of a COPY, and how Snowflake tells it."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from mockhaus.errors import LoadError
from mockhaus.result import Column
from mockhaus.types import NUMBER, VARCHAR

#: The columns of COPY INTO's answer.
COLUMNS: Final = (
    Column("file", VARCHAR),
    Column("status", VARCHAR),
    Column("rows_parsed", NUMBER),
    Column("rows_loaded", NUMBER),
    Column("error_limit", NUMBER),
    Column("errors_seen", NUMBER),
    Column("first_error", VARCHAR),
    Column("first_error_line", NUMBER),
    Column("first_error_character", NUMBER),
    Column("first_error_column_name", VARCHAR),
)


class Failure(Struct, frozen=True):
    """An error in a file: line and character from 1, the row's number, the column as shown.

    `record` is the record's text, where it was asked for; `start` the line that it begins on and
    `byte` where in the file the error is, from 0, as far as they are known.
    """

    message: str
    line: int | None = None
    character: int | None = None
    row: int | None = None
    column: str | None = None
    record: str | None = None
    start: int | None = None
    byte: int | None = None

    def error(self, file: str) -> LoadError:
        """The error that ends a COPY with ON_ERROR = ABORT_STATEMENT."""
        where = [f"File '{file}'"]
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.character is not None:
            where.append(f"character {self.character}")
        message = f"{self.message}\n  {', '.join(where)}"
        if self.row is not None:
            message += f"\n  Row {self.row}"
            message += f", column {self.column}" if self.column else ""
        return LoadError(
            message,
            hint="ON_ERROR = CONTINUE loads the other rows, ON_ERROR = SKIP_FILE the other files.",
        )


class Outcome(Struct, frozen=True):
    """One row of COPY INTO's answer. `status`: LOADED, PARTIALLY_LOADED, LOAD_FAILED."""

    file: str
    parsed: int
    loaded: int
    limit: int
    errors: int = 0
    failure: Failure | None = None

    @property
    def status(self) -> str:
        """Snowflake's word for it."""
        if not self.errors:
            return "LOADED"
        return "PARTIALLY_LOADED" if self.loaded else "LOAD_FAILED"

    def row(self) -> tuple[Any, ...]:
        """The values of `COLUMNS`."""
        failure = self.failure or Failure("")
        return (
            self.file,
            self.status,
            self.parsed,
            self.loaded,
            self.limit,
            self.errors,
            failure.message or None,
            failure.line,
            failure.character,
            failure.column,
        )
