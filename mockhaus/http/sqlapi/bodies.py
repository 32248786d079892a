"""The bodies of the SQL API, as types. Snowflake's manual: "Snowflake SQL API reference"."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mockhaus.http.sqlapi.bindings import Binding

#: The longest a statement may run, in seconds; `timeout` 0 means this.
LONGEST: int = 604_800


class ResultFormat(Struct, frozen=True, forbid_unknown_fields=True):
    """The one format there is."""

    format: Literal["jsonv2"] = "jsonv2"


class StatementRequest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A statement to run, and where: names as they are stored."""

    statement: str
    timeout: Annotated[int, Meta(ge=0, le=LONGEST)] | None = None
    database: str | None = None
    schema: str | None = None
    warehouse: str | None = None
    role: str | None = None
    bindings: dict[str, Binding] | None = None
    parameters: dict[str, str | int | float | bool | None] | None = None
    result_set_meta_data: ResultFormat | None = None


class RowType(Struct, frozen=True, rename="camel"):
    """One column of an answer."""

    name: str
    database: str
    schema: str
    table: str
    type: str
    byte_length: int | None
    length: int | None
    precision: int | None
    scale: int | None
    nullable: bool
    collation: None = None


class PartitionInfo(Struct, frozen=True, rename="camel"):
    """Size of a partition."""

    row_count: int
    uncompressed_size: int


class ResultSetMetaData(Struct, frozen=True, rename="camel"):
    """Rows, partitions, columns."""

    num_rows: int
    format: str
    partition_info: list[PartitionInfo]
    row_type: list[RowType]


class Stats(Struct, frozen=True, rename="camel"):
    """What a statement changed."""

    num_rows_inserted: int = 0
    num_rows_updated: int = 0
    num_rows_deleted: int = 0
    num_dml_duplicates: int = 0


class ResultSet(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A statement's answer. `data` holds the rows of the first partition."""

    result_set_meta_data: ResultSetMetaData
    data: Any
    code: str
    sql_state: str
    message: str
    statement_handle: str
    request_id: str
    created_on: int
    statement_status_url: str
    statement_handles: list[str] | UnsetType = UNSET
    stats: Stats | UnsetType = UNSET


class QueryStatus(Struct, frozen=True, rename="camel"):
    """A statement that still runs."""

    code: str
    message: str
    statement_handle: str
    request_id: str
    created_on: int
    statement_status_url: str


class CancelStatus(Struct, frozen=True, rename="camel"):
    """A statement that has been cancelled, or had ended already."""

    code: str
    sql_state: str
    message: str
    statement_handle: str
    statement_status_url: str


class QueryFailureStatus(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A statement that failed, or a request that was refused."""

    code: str
    message: str
    sql_state: str | UnsetType = UNSET
    statement_handle: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    created_on: int | UnsetType = UNSET
    statement_status_url: str | UnsetType = UNSET
