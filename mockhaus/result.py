"""What a statement answers: columns, rows, command tag, counts.

Rows come in one of two forms. A query's rows stream from the engine as Arrow record batches; the
answer of anything else (DDL, DML, SHOW, COPY INTO) is a few Python rows held here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from mockhaus import zoned
from mockhaus.types import SqlType

if TYPE_CHECKING:
    import pyarrow as pa


class Origin(Struct, frozen=True):
    """The column of a table or view that a column of an answer is: the OID of the table, the number
    of the column from 1, and the OID of its type, all as in pg_attribute."""

    table: int
    number: int
    type: int


class Column(Struct, frozen=True):
    """One column of an answer.

    `name` is Snowflake's: upper case unless it was quoted. `is_exact` is that of PostgreSQL's
    system catalogs, whose names are shown as they are.
    """

    name: str
    type: SqlType
    nullable: bool = True
    is_exact: bool = False
    origin: Origin | None = None

    def is_like(self, other: Column) -> bool:
        """Whether clients that know the one can read the other."""
        return (self.name, self.type) == (other.name, other.type)


#: Columns in, one DuckDB expression over `#1`, `#2`, ... for each column out; None where the rows
#: are wanted as they are. What a door cannot do itself, it has DuckDB compute.
Projection = Callable[[Sequence[Column]], Sequence[str] | None]


def values_of(column: pa.Array, kind: Column) -> list[Any]:
    """A column of a batch as Python values."""
    held: list[Any] = (
        zoned.moments(column) if kind.type.family == "TIMESTAMP_TZ" else column.to_pylist()
    )
    return held


class Batches(Protocol):
    """A stream of Arrow record batches that is pulled, and can be given up."""

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...

    def close(self) -> None: ...


class Result(Struct):
    """One answer.

    `tag` is PostgreSQL's command tag without its count ("SELECT", "INSERT 0", "CREATE TABLE");
    `row_count` is the number of rows the statement touched or returned, None while it streams or
    where the tag carries none. `rows` is for answers held in memory, `batches` for streams; one of
    the two is None. `status_only` marks rows that are Snowflake's sentence about a statement
    ("Table T successfully created.", "number of rows inserted"), which PostgreSQL clients do not
    expect as rows.
    """

    columns: tuple[Column, ...]
    tag: str
    row_count: int | None = None
    rows: list[tuple[Any, ...]] | None = None
    batches: Batches | None = None
    status_only: bool = False
    query_id: str = ""
    translated: str = ""
    warnings: list[str] = field(default_factory=list)
    #: What PostgreSQL clients are told beside the answer, and need not worry about.
    notices: list[str] = field(default_factory=list)
    #: What IF EXISTS did not find, or IF NOT EXISTS did: nothing was done.
    skipped: str = ""
    execution_s: float = 0.0
    #: To be called with the numbers of rows and bytes (if known) once a door has read the answer.
    fetched: Callable[[int, int | None], None] | None = None

    def python_rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples of Python values, batch after batch."""
        if self.rows is not None:
            yield from self.rows
        else:
            yield from self.streamed(values_of)

    def streamed(self, read: Callable[[pa.Array, Column], list[Any]]) -> Iterator[tuple[Any, ...]]:
        """The rows of a stream, of values that `read` makes of a batch's columns."""
        for batch in self.batches or ():
            columns = map(read, batch.columns, self.columns)
            yield from zip(*columns, strict=True)

    def close(self) -> None:
        """Give up what has not been read; safe to call twice."""
        if self.batches is not None:
            self.batches.close()
