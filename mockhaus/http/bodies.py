"""The bodies of `/api/v1`, as types: decoding validates by them, and documents can be made of them.

Field names are those of the original server; fields are added, never renamed. Requests refuse
fields they do not know, since an option that is accepted and dropped is a lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

#: Ten years; a session that should live longer says 0, never.
LONGEST_TTL = 315_360_000

# --- requests -------------------------------------------------------------------------------------


#: A value of a parameter.
Scalar = str | int | float | bool | None


class QueryRequest(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"asynchronous": "async"}
):
    """Statements to run. Without `session_id` they run in a new memory session.

    `database` and `schema` become the current ones of the session's connection, as USE does.
    `parameters` are values for `?` and `:1` (an array) or `:name` (an object), in each statement.
    `async`: answer at once with an id to ask by.
    """

    sql: Annotated[str, Meta(min_length=1)]
    database: str | None = None
    schema: str | None = None
    session_id: str | None = None
    parameters: list[Scalar] | dict[str, Scalar] | None = None
    asynchronous: bool = False


class TranslateRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Statements to translate, without running them, against the objects of a session.

    Without `session_id` that is `default`. `database` and `schema` are current, as after USE.
    """

    sql: Annotated[str, Meta(min_length=1)]
    database: str | None = None
    schema: str | None = None
    session_id: str | None = None


class StorageRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a persistent session lives: `local`, with a `path` under the data directory, by default
    its id; or `temp`, a file that goes with the session."""

    type: str
    path: str | None = None
    credentials: dict[str, Any] | None = None
    options: dict[str, Any] | None = None


class SessionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A session to create. `ttl_seconds`: null is the server's default, 0 is never; `shared`:
    users besides the one who creates it see and use it."""

    session_id: Annotated[str, Meta(min_length=1)] | None = None
    type: Literal["memory", "persistent"] = "memory"
    ttl_seconds: Annotated[float, Meta(ge=0, le=LONGEST_TTL)] | None = None
    storage: StorageRequest | None = None
    shared: bool = False


class SessionChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What of a session to change: its id, its time to live (null is the server's default), and
    whether users besides its owner see and use it."""

    session_id: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    ttl_seconds: Annotated[float, Meta(ge=0, le=LONGEST_TTL)] | UnsetType | None = UNSET
    shared: bool | UnsetType = UNSET


class ForkRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A session to create as a copy of another.

    `snapshot` is what it begins as, without it what is committed now. `type` and `ttl_seconds` are
    the other's unless they are given.
    """

    session_id: Annotated[str, Meta(min_length=1)] | None = None
    type: Literal["memory", "persistent"] | None = None
    ttl_seconds: Annotated[float, Meta(ge=0, le=LONGEST_TTL)] | None = None
    snapshot: str | None = None


class SnapshotRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot to make."""

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]


# --- answers: server ------------------------------------------------------------------------------


class ServerInfo(Struct, frozen=True):
    """Who answers here."""

    version: str
    name: str = "Mockhaus Server"
    description: str = "Snowflake proxy with DuckDB backend"
    docs_url: str = "/docs"
    health_url: str = "/api/v1/health"


class Health(Struct, frozen=True):
    """The server answers; `uptime` in seconds."""

    status: str
    version: str
    uptime: float


# --- answers: queries -----------------------------------------------------------------------------


class ColumnInfo(Struct, frozen=True):
    """One column: Snowflake's name and type. `length` is of VARCHAR and BINARY."""

    name: str
    type: str
    precision: int | None
    scale: int | None
    length: int | None
    nullable: bool


class StatementResult(Struct, frozen=True):
    """What one statement answered.

    `rows` are arrays, one value a column. `row_count` is their number; `rows_affected` how many
    rows INSERT, UPDATE, DELETE, MERGE and COPY changed, null for statements that change none.
    """

    columns: list[ColumnInfo]
    rows: Sequence[Sequence[Any]]
    row_count: int
    rows_affected: int | None
    query_id: str
    translated_sql: str
    execution_time: float
    warnings: list[str]


class QueryAnswer(Struct, frozen=True):
    """What the last statement answered, where it ran, and, of several, all of them in `results`.

    `data` holds the rows as objects; a name that repeats gets a number there (`A`, `A_1`).
    """

    success: bool
    data: list[dict[str, Any]]
    columns: list[ColumnInfo]
    rows: Sequence[Sequence[Any]]
    row_count: int
    rows_affected: int | None
    execution_time: float
    translated_sql: str
    query_id: str
    message: str | None
    session_id: str
    current_database: str | None
    current_schema: str | None
    warnings: list[str]
    results: list[StatementResult] | None = None


class TranslatedStatement(Struct, frozen=True):
    """One statement: `translated_sql` and `columns` are null where DuckDB gets no text of it.

    `parameters` are the names of its bind variables.
    """

    sql: str
    type: str
    translated_sql: str | None
    columns: list[ColumnInfo] | None
    parameters: list[str]


class TranslateAnswer(Struct, frozen=True):
    """The statements of a text in DuckDB's SQL."""

    success: bool
    statements: list[TranslatedStatement]


# --- answers: sessions ----------------------------------------------------------------------------


class StorageInfo(Struct, frozen=True, omit_defaults=True):
    """Where a persistent session lives, and what it takes there."""

    type: str
    path: str
    exists: bool
    #: The folder of one that goes with the session.
    temp_dir: str | None = None
    size_bytes: int | None = None
    size_mb: float | None = None
    modified: datetime | None = None


class SessionContext(Struct, frozen=True):
    """What is current for `/api/v1/query` requests of the session."""

    database: str | None
    schema: str | None
    warehouse: str | None
    role: str | None
    parameters: dict[str, str]


class SessionInfo(Struct, frozen=True):
    """A session. `storage` is of persistent ones; `ttl_seconds` 0 means never; `owner` and `shared`
    are there where it belongs to a user."""

    session_id: str
    type: str
    created_at: datetime
    last_accessed: datetime
    ttl_seconds: int | float
    is_expired: bool
    is_active: bool
    is_busy: bool
    context: SessionContext
    metadata: dict[str, Any] = {}
    storage: StorageInfo | UnsetType = UNSET
    owner: str | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class SessionDetails(SessionInfo, frozen=True, kw_only=True):
    """A session in the list; `locked` while a statement runs in it."""

    locked: bool


class SessionAnswer(Struct, frozen=True):
    """One session; `message` when it has just been created."""

    success: bool
    session: SessionInfo
    message: str | UnsetType = UNSET


class SnapshotInfo(Struct, frozen=True):
    """A copy of a session's databases and stages."""

    name: str
    created_at: datetime
    size_bytes: int


class SnapshotAnswer(Struct, frozen=True):
    """A snapshot that has been made."""

    success: bool
    snapshot: SnapshotInfo


class SnapshotList(Struct, frozen=True):
    """The snapshots of a session, oldest first."""

    success: bool
    snapshots: list[SnapshotInfo]


class Limits(Struct, frozen=True):
    """How many sessions there may be."""

    max_sessions: int
    active_sessions: int
    available_slots: int
    usage_percentage: float
    eviction_policy: str


class SessionList(Struct, frozen=True):
    """All sessions, by id and newest first."""

    success: bool
    sessions: dict[str, SessionInfo]
    session_details: list[SessionDetails]
    statistics: dict[str, Any]
    limits: Limits


class StoredSession(Struct, frozen=True):
    """A persistent session on disk. `ttl_seconds` null is the server's default, 0 never."""

    session_id: str
    created_at: datetime
    ttl_seconds: float | None
    is_open: bool


class StoredList(Struct, frozen=True):
    """The persistent sessions on disk."""

    success: bool
    sessions: list[StoredSession]


class Done(Struct, frozen=True):
    """A sentence about what was done."""

    success: bool
    message: str


class CleanupAnswer(Struct, frozen=True):
    """How many expired sessions were dropped."""

    success: bool
    message: str
    sessions_cleaned: int


# --- failures -------------------------------------------------------------------------------------


class Failure(Struct, frozen=True, rename={"sql_state": "sqlState"}, kw_only=True):
    """Why a request failed.

    `error` is a name for programs and `detail` a sentence for people. Of a failed statement:
    `code` and `sqlState` are Snowflake's, `position` counts characters of the text sent from 0,
    `line` and `column` count from 1, `cause` is what the engine said, `statement` counts the
    statements of the text from 1.
    """

    error: str
    detail: str
    success: bool = False
    session_id: str | None = None
    code: str | None = None
    sql_state: str | None = None
    position: int | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    cause: str | None = None
    query_id: str | None = None
    statement: int | None = None


class FailureAnswer(Struct, frozen=True):
    """The body of a failed request."""

    detail: Failure


class Problem(Struct, frozen=True):
    """What is wrong with a request body: `loc` is the path to it, `input` what stands there."""

    type: str
    loc: list[str | int]
    msg: str
    input: Any


class ProblemsAnswer(Struct, frozen=True):
    """The body of a request that was not understood."""

    detail: list[Problem]
