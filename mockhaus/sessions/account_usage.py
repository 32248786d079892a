"""What a session tells of its own past: QUERY_HISTORY and LOGIN_HISTORY.

Snowflake's manual: "QUERY_HISTORY, QUERY_HISTORY_BY_*" and, of Account Usage, "QUERY_HISTORY view"
and "LOGIN_HISTORY view". What Mockhaus has no equivalent of is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from mockhaus.catalog.listing import shaped
from mockhaus.catalog.literal import relation
from mockhaus.result import Column
from mockhaus.sessions.history import Entry
from mockhaus.types import FLOAT


class Login(Struct, frozen=True):
    """One connection that a client has opened, or with `refused` would have."""

    number: int
    at: datetime
    user: str
    door: str
    client: str
    refused: bool = False


def _columns(words: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in shaped(words))


_TABLE_FUNCTION: Final = _columns(
    "QUERY_ID QUERY_TEXT DATABASE_NAME SCHEMA_NAME QUERY_TYPE #SESSION_ID USER_NAME ROLE_NAME"
    " WAREHOUSE_NAME WAREHOUSE_SIZE WAREHOUSE_TYPE #CLUSTER_NUMBER QUERY_TAG EXECUTION_STATUS"
    " #ERROR_CODE ERROR_MESSAGE @START_TIME @END_TIME #TOTAL_ELAPSED_TIME #BYTES_SCANNED"
    " #ROWS_PRODUCED #COMPILATION_TIME #EXECUTION_TIME #QUEUED_PROVISIONING_TIME"
    " #QUEUED_REPAIR_TIME #QUEUED_OVERLOAD_TIME #TRANSACTION_BLOCKED_TIME"
    " OUTBOUND_DATA_TRANSFER_CLOUD OUTBOUND_DATA_TRANSFER_REGION #OUTBOUND_DATA_TRANSFER_BYTES"
    " INBOUND_DATA_TRANSFER_CLOUD INBOUND_DATA_TRANSFER_REGION #INBOUND_DATA_TRANSFER_BYTES"
    " #LIST_EXTERNAL_FILES_TIME #CREDITS_USED_CLOUD_SERVICES RELEASE_VERSION"
    " #EXTERNAL_FUNCTION_TOTAL_INVOCATIONS #EXTERNAL_FUNCTION_TOTAL_SENT_ROWS"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_ROWS #EXTERNAL_FUNCTION_TOTAL_SENT_BYTES"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_BYTES IS_CLIENT_GENERATED_STATEMENT QUERY_HASH"
    " #QUERY_HASH_VERSION QUERY_PARAMETERIZED_HASH #QUERY_PARAMETERIZED_HASH_VERSION"
)

_VIEW: Final = _columns(
    "QUERY_ID QUERY_TEXT #DATABASE_ID DATABASE_NAME #SCHEMA_ID SCHEMA_NAME QUERY_TYPE #SESSION_ID"
    " USER_NAME ROLE_NAME #WAREHOUSE_ID WAREHOUSE_NAME WAREHOUSE_SIZE WAREHOUSE_TYPE"
    " #CLUSTER_NUMBER QUERY_TAG EXECUTION_STATUS #ERROR_CODE ERROR_MESSAGE @START_TIME @END_TIME"
    " #TOTAL_ELAPSED_TIME #BYTES_SCANNED #PERCENTAGE_SCANNED_FROM_CACHE #BYTES_WRITTEN"
    " #BYTES_WRITTEN_TO_RESULT #BYTES_READ_FROM_RESULT #ROWS_PRODUCED #ROWS_INSERTED #ROWS_UPDATED"
    " #ROWS_DELETED #ROWS_UNLOADED #BYTES_DELETED #PARTITIONS_SCANNED #PARTITIONS_TOTAL"
    " #BYTES_SPILLED_TO_LOCAL_STORAGE #BYTES_SPILLED_TO_REMOTE_STORAGE"
    " #BYTES_SENT_OVER_THE_NETWORK #COMPILATION_TIME #EXECUTION_TIME #QUEUED_PROVISIONING_TIME"
    " #QUEUED_REPAIR_TIME #QUEUED_OVERLOAD_TIME #TRANSACTION_BLOCKED_TIME"
    " OUTBOUND_DATA_TRANSFER_CLOUD OUTBOUND_DATA_TRANSFER_REGION #OUTBOUND_DATA_TRANSFER_BYTES"
    " INBOUND_DATA_TRANSFER_CLOUD INBOUND_DATA_TRANSFER_REGION #INBOUND_DATA_TRANSFER_BYTES"
    " #LIST_EXTERNAL_FILES_TIME #CREDITS_USED_CLOUD_SERVICES RELEASE_VERSION"
    " #EXTERNAL_FUNCTION_TOTAL_INVOCATIONS #EXTERNAL_FUNCTION_TOTAL_SENT_ROWS"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_ROWS #EXTERNAL_FUNCTION_TOTAL_SENT_BYTES"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_BYTES #QUERY_LOAD_PERCENT IS_CLIENT_GENERATED_STATEMENT"
    " #QUERY_ACCELERATION_BYTES_SCANNED #QUERY_ACCELERATION_PARTITIONS_SCANNED"
    " #QUERY_ACCELERATION_UPPER_LIMIT_SCALE_FACTOR #TRANSACTION_ID"
    " #CHILD_QUERIES_WAIT_TIME ROLE_TYPE QUERY_HASH #QUERY_HASH_VERSION QUERY_PARAMETERIZED_HASH"
    " #QUERY_PARAMETERIZED_HASH_VERSION"
)

_LOGINS: Final = _columns(
    "#EVENT_ID @EVENT_TIMESTAMP EVENT_TYPE USER_NAME CLIENT_IP REPORTED_CLIENT_TYPE"
    " REPORTED_CLIENT_VERSION FIRST_AUTHENTICATION_FACTOR SECOND_AUTHENTICATION_FACTOR IS_SUCCESS"
    " #ERROR_CODE ERROR_MESSAGE #RELATED_EVENT_ID CONNECTION"
)


_ORIGINAL: Final = (
    *_columns(
        "#ID QUERY_ID @TIMESTAMP SESSION_ID #CONNECTION_ID ORIGINAL_SQL TRANSLATED_SQL QUERY_TYPE"
        " DATABASE_NAME SCHEMA_NAME USER WAREHOUSE STATUS ERROR_MESSAGE ERROR_CODE"
    ),
    Column("EXECUTION_TIME_MS", FLOAT),
    *_columns("#ROWS_AFFECTED CLIENT_INFO QUERY_TAGS"),
)

_LOGIN_FUNCTION: Final = (_LOGINS[1], _LOGINS[0], *_LOGINS[2:])


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


_VALUES: Final[dict[str, Callable[[Entry], Any]]] = {
    "QUERY_ID": lambda e: e.query_id,
    "QUERY_TEXT": lambda e: e.text,
    "DATABASE_NAME": lambda e: e.database,
    "SCHEMA_NAME": lambda e: e.schema,
    "QUERY_TYPE": lambda e: e.kind,
    "SESSION_ID": lambda e: e.connection_id,
    "USER_NAME": lambda e: e.user,
    "ROLE_NAME": lambda e: e.role,
    "ROLE_TYPE": lambda e: "ROLE",
    "WAREHOUSE_NAME": lambda e: e.warehouse,
    "QUERY_TAG": lambda e: e.query_tag,
    "ERROR_CODE": lambda e: None if e.error_code is None else int(e.error_code),
    "ERROR_MESSAGE": lambda e: e.error_message,
    "START_TIME": lambda e: e.started,
    "END_TIME": lambda e: e.started + timedelta(seconds=e.execution_s),
    "TOTAL_ELAPSED_TIME": lambda e: _milliseconds(e.total_s),
    "COMPILATION_TIME": lambda e: _milliseconds(e.parse_s + e.translate_s),
    "EXECUTION_TIME": lambda e: _milliseconds(e.execution_s),
    "ROWS_PRODUCED": lambda e: e.rows,
    "BYTES_WRITTEN_TO_RESULT": lambda e: e.bytes,
    "IS_CLIENT_GENERATED_STATEMENT": lambda e: "false",
}


def query_history(entries: Sequence[Entry]) -> str:
    """INFORMATION_SCHEMA.QUERY_HISTORY(), as a query in DuckDB's text."""
    return _history(_TABLE_FUNCTION, entries, "FAILED_WITH_ERROR")


def query_history_view(entries: Sequence[Entry]) -> str:
    """ACCOUNT_USAGE.QUERY_HISTORY."""
    return _history(_VIEW, entries, "FAIL")


def original_history(session_id: str, entries: Sequence[Entry]) -> str:
    """__MOCKHAUS__.QUERY_HISTORY, with the columns that the original server's table had."""
    found = [
        (
            number, e.query_id, e.started, session_id, e.connection_id, e.text, e.translated,
            e.kind,
            e.database, e.schema, e.user, e.warehouse, "SUCCESS" if e.succeeded else "ERROR",
            e.error_message, e.error_code, e.execution_s * 1000, e.rows, e.client, e.query_tag,
        )
        for number, e in enumerate(reversed(entries), start=1)
    ]  # fmt: skip
    return relation(_ORIGINAL, found)


def _history(columns: tuple[Column, ...], entries: Sequence[Entry], failed: str) -> str:
    def value(column: Column, entry: Entry) -> Any:
        if column.name == "EXECUTION_STATUS":
            return "SUCCESS" if entry.succeeded else failed
        read = _VALUES.get(column.name)
        return None if read is None else read(entry)

    return relation(columns, [[value(c, entry) for c in columns] for entry in entries])


def login_history(logins: Iterable[Login]) -> str:
    """INFORMATION_SCHEMA.LOGIN_HISTORY(): a row a login, the latest first."""
    shown = sorted(logins, key=lambda login: login.at, reverse=True)
    return relation(_LOGIN_FUNCTION, [_login(login, _LOGIN_FUNCTION) for login in shown])


def login_history_view(logins: Iterable[Login]) -> str:
    """ACCOUNT_USAGE.LOGIN_HISTORY."""
    return relation(_LOGINS, [_login(login, _LOGINS) for login in logins])


#: What Snowflake calls a login without the right password.
_REFUSED: Final = (390100, "INCORRECT_USERNAME_PASSWORD")


def _login(login: Login, columns: tuple[Column, ...]) -> tuple[Any, ...]:
    number, message = _REFUSED if login.refused else (None, None)
    told = {
        "EVENT_ID": login.number,
        "EVENT_TIMESTAMP": login.at,
        "EVENT_TYPE": "LOGIN",
        "USER_NAME": login.user,
        "REPORTED_CLIENT_TYPE": login.client or login.door,
        "IS_SUCCESS": "NO" if login.refused else "YES",
        "ERROR_CODE": number,
        "ERROR_MESSAGE": message,
    }
    return tuple(told.get(column.name) for column in columns)
