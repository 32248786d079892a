"""The messages of the PostgreSQL protocol, version 3, as frozen values.

Names and fields are those of the PostgreSQL manual, chapter 55.7 "Message Formats"; counts and
lengths that follow from a value are left out. `codec` makes bytes of them and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mockhaus.errors import MockhausError

#: Protocol versions as StartupMessage carries them: major << 16 | minor.
PROTOCOL_3_0: Final = 3 << 16
#: Since PostgreSQL 18: keys for cancel requests may be long.
PROTOCOL_3_2: Final = PROTOCOL_3_0 | 2
TEXT: Final = 0
BINARY: Final = 1


@dataclass(frozen=True, slots=True)
class Message:
    """Any message of either side."""


# --- frontend: before the session starts; these have no type byte -------------------------------


@dataclass(frozen=True, slots=True)
class StartupMessage(Message):
    version: int
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SSLRequest(Message):
    pass


@dataclass(frozen=True, slots=True)
class GSSENCRequest(Message):
    pass


@dataclass(frozen=True, slots=True)
class CancelRequest(Message):
    process_id: int
    secret_key: bytes


# --- frontend -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Malformed(Message):
    """A message whose frame was whole and whose body was not; `kind` is its type."""

    kind: type[Message]
    error: MockhausError


@dataclass(frozen=True, slots=True)
class PasswordMessage(Message):
    """Also GSSResponse, SASLInitialResponse and SASLResponse, which share its type byte."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Query(Message):
    text: str


@dataclass(frozen=True, slots=True)
class Parse(Message):
    statement: str
    query: str
    parameter_types: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bind(Message):
    portal: str
    statement: str
    parameter_formats: tuple[int, ...] = ()
    parameters: tuple[bytes | None, ...] = ()
    result_formats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Describe(Message):
    """`kind` is "S" for a prepared statement, "P" for a portal."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Execute(Message):
    """`max_rows` 0 means all."""

    portal: str
    max_rows: int = 0


@dataclass(frozen=True, slots=True)
class Close(Message):
    """`kind` is "S" for a prepared statement, "P" for a portal."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Flush(Message):
    pass


@dataclass(frozen=True, slots=True)
class Sync(Message):
    pass


@dataclass(frozen=True, slots=True)
class Terminate(Message):
    pass


@dataclass(frozen=True, slots=True)
class FunctionCall(Message):
    function: int
    argument_formats: tuple[int, ...] = ()
    arguments: tuple[bytes | None, ...] = ()
    result_format: int = TEXT


@dataclass(frozen=True, slots=True)
class CopyFail(Message):
    reason: str


# --- both sides ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CopyData(Message):
    data: bytes


@dataclass(frozen=True, slots=True)
class CopyDone(Message):
    pass


# --- backend ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthenticationOk(Message):
    pass


@dataclass(frozen=True, slots=True)
class AuthenticationSASL(Message):
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthenticationSASLContinue(Message):
    data: bytes


@dataclass(frozen=True, slots=True)
class AuthenticationSASLFinal(Message):
    data: bytes


@dataclass(frozen=True, slots=True)
class NegotiateProtocolVersion(Message):
    """`version` is the newest the server speaks, of the major version that was asked for."""

    version: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackendKeyData(Message):
    process_id: int
    secret_key: bytes


@dataclass(frozen=True, slots=True)
class ParameterStatus(Message):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadyForQuery(Message):
    """`status` is "I" idle, "T" in a transaction, "E" in a failed transaction."""

    status: str


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One column of a RowDescription."""

    name: str
    type_oid: int
    type_size: int
    type_modifier: int = -1
    format: int = TEXT
    table_oid: int = 0
    column_number: int = 0


@dataclass(frozen=True, slots=True)
class RowDescription(Message):
    fields: tuple[FieldDescription, ...]


@dataclass(frozen=True, slots=True)
class DataRow(Message):
    """Decoded only; the server makes the bytes of many rows at once, in `rows`."""

    values: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class CommandComplete(Message):
    tag: str


@dataclass(frozen=True, slots=True)
class EmptyQueryResponse(Message):
    pass


@dataclass(frozen=True, slots=True)
class PortalSuspended(Message):
    pass


@dataclass(frozen=True, slots=True)
class ParseComplete(Message):
    pass


@dataclass(frozen=True, slots=True)
class BindComplete(Message):
    pass


@dataclass(frozen=True, slots=True)
class CloseComplete(Message):
    pass


@dataclass(frozen=True, slots=True)
class NoData(Message):
    pass


@dataclass(frozen=True, slots=True)
class ParameterDescription(Message):
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ErrorResponse(Message):
    """`fields` by their letter: S severity, V the same untranslated, C SQLSTATE, M message,
    D detail, H hint, P position (manual, 55.8)."""

    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NoticeResponse(Message):
    """As ErrorResponse, and the statement goes on."""

    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NotificationResponse(Message):
    process_id: int
    channel: str
    payload: str


@dataclass(frozen=True, slots=True)
class CopyInResponse(Message):
    format: int
    column_formats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopyOutResponse(Message):
    format: int
    column_formats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FunctionCallResponse(Message):
    value: bytes | None
