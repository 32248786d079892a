"""The messages of the PostgreSQL protocol, version 3, as frozen values.

Names and fields are those of the PostgreSQL manual, chapter 55.7 "Message Formats"; counts and
lengths that follow from a value are left out. `codec` makes bytes of them and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from mockhaus.errors import MockhausError

#: Protocol versions as StartupMessage carries them: major << 16 | minor.
PROTOCOL_3_0: Final = 3 << 16
#: Since PostgreSQL 18: keys for cancel requests may be long.
PROTOCOL_3_2: Final = PROTOCOL_3_0 | 2
TEXT: Final = 0
BINARY: Final = 1


class Message(Struct, frozen=True):
    """Any message of either side."""


# --- frontend: before the session starts; these have no type byte -------------------------------


class StartupMessage(Message, frozen=True):
    version: int
    parameters: Mapping[str, str] = field(default_factory=dict)


class SSLRequest(Message, frozen=True):
    pass


class GSSENCRequest(Message, frozen=True):
    pass


class CancelRequest(Message, frozen=True):
    process_id: int
    secret_key: bytes


# --- frontend -----------------------------------------------------------------------------------


class Malformed(Message, frozen=True):
    """A message whose frame was whole and whose body was not; `kind` is its type."""

    kind: type[Message]
    error: MockhausError


class PasswordMessage(Message, frozen=True):
    """Also GSSResponse, SASLInitialResponse and SASLResponse, which share its type byte."""

    data: bytes


class Query(Message, frozen=True):
    text: str


class Parse(Message, frozen=True):
    statement: str
    query: str
    parameter_types: tuple[int, ...] = ()


class Bind(Message, frozen=True):
    portal: str
    statement: str
    parameter_formats: tuple[int, ...] = ()
    parameters: tuple[bytes | None, ...] = ()
    result_formats: tuple[int, ...] = ()


class Describe(Message, frozen=True):
    """`kind` is "S" for a prepared statement, "P" for a portal."""

    kind: str
    name: str


class Execute(Message, frozen=True):
    """`max_rows` 0 means all."""

    portal: str
    max_rows: int = 0


class Close(Message, frozen=True):
    """`kind` is "S" for a prepared statement, "P" for a portal."""

    kind: str
    name: str


class Flush(Message, frozen=True):
    pass


class Sync(Message, frozen=True):
    pass


class Terminate(Message, frozen=True):
    pass


class FunctionCall(Message, frozen=True):
    function: int
    argument_formats: tuple[int, ...] = ()
    arguments: tuple[bytes | None, ...] = ()
    result_format: int = TEXT


class CopyFail(Message, frozen=True):
    reason: str


# --- both sides ---------------------------------------------------------------------------------


class CopyData(Message, frozen=True):
    data: bytes


class CopyDone(Message, frozen=True):
    pass


# --- backend ------------------------------------------------------------------------------------


class AuthenticationOk(Message, frozen=True):
    pass


class AuthenticationSASL(Message, frozen=True):
    mechanisms: tuple[str, ...]


class AuthenticationSASLContinue(Message, frozen=True):
    data: bytes


class AuthenticationSASLFinal(Message, frozen=True):
    data: bytes


class NegotiateProtocolVersion(Message, frozen=True):
    """`version` is the newest the server speaks, of the major version that was asked for."""

    version: int
    options: tuple[str, ...] = ()


class BackendKeyData(Message, frozen=True):
    process_id: int
    secret_key: bytes


class ParameterStatus(Message, frozen=True):
    name: str
    value: str


class ReadyForQuery(Message, frozen=True):
    """`status` is "I" idle, "T" in a transaction, "E" in a failed transaction."""

    status: str


class FieldDescription(Struct, frozen=True):
    """One column of a RowDescription."""

    name: str
    type_oid: int
    type_size: int
    type_modifier: int = -1
    format: int = TEXT
    table_oid: int = 0
    column_number: int = 0


class RowDescription(Message, frozen=True):
    fields: tuple[FieldDescription, ...]


class DataRow(Message, frozen=True):
    """Decoded only; the server makes the bytes of many rows at once, in `rows`."""

    values: tuple[bytes | None, ...]


class CommandComplete(Message, frozen=True):
    tag: str


class EmptyQueryResponse(Message, frozen=True):
    pass


class PortalSuspended(Message, frozen=True):
    pass


class ParseComplete(Message, frozen=True):
    pass


class BindComplete(Message, frozen=True):
    pass


class CloseComplete(Message, frozen=True):
    pass


class NoData(Message, frozen=True):
    pass


class ParameterDescription(Message, frozen=True):
    types: tuple[int, ...]


class ErrorResponse(Message, frozen=True):
    """`fields` by their letter: S severity, V the same untranslated, C SQLSTATE, M message,
    D detail, H hint, P position (manual, 55.8)."""

    fields: Mapping[str, str]


class NoticeResponse(Message, frozen=True):
    """As ErrorResponse, and the statement goes on."""

    fields: Mapping[str, str]


class NotificationResponse(Message, frozen=True):
    process_id: int
    channel: str
    payload: str


class CopyInResponse(Message, frozen=True):
    format: int
    column_formats: tuple[int, ...]


class CopyOutResponse(Message, frozen=True):
    format: int
    column_formats: tuple[int, ...]


class FunctionCallResponse(Message, frozen=True):
    value: bytes | None
