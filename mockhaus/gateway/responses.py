"""Errors and notices as messages: the one place where this door translates an error.

Manual, 55.8 "Error and Notice Message Fields".
"""

from __future__ import annotations

from typing import Final

from mockhaus.errors import Canceled, LockTimeout, MockhausError, StalePlan, StatementTimeout
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import ErrorResponse, NoticeResponse, ParameterStatus
from mockhaus.translation.context import Context

#: PostgreSQL's words, which clients and people look for.
_WORDS: Final[dict[type[MockhausError], str]] = {
    Canceled: "canceling statement due to user request",
    StatementTimeout: "canceling statement due to statement timeout",
    LockTimeout: "canceling statement due to lock timeout",
}

_HEADING: Final = "SQL compilation error:\n"


def error_response(error: MockhausError, severity: str = "ERROR") -> ErrorResponse:
    """An error; severity FATAL when the connection ends with it."""
    fields = {
        "S": severity,
        "V": severity,
        "C": error.sqlstate,
        # "typically one line": what follows Snowflake's heading stands beside it
        "M": _WORDS.get(type(error), error.message).replace(_HEADING, _HEADING.strip() + " ", 1),
    }
    if error.detail:
        fields["D"] = error.detail
    if error.hint:
        fields["H"] = error.hint
    if error.context:
        fields["W"] = error.context
    # Of StalePlan, asyncpg and pgjdbc know by it that they must prepare again; else it is the place
    # for Snowflake's number, which psql shows with VERBOSITY verbose.
    fields["R"] = "RevalidateCachedQuery" if isinstance(error, StalePlan) else error.number
    if error.position is not None:
        fields["P"] = str(error.position + 1)
    return ErrorResponse({key: value.replace("\0", "") for key, value in fields.items()})


def standing(context: Context) -> bytes:
    """Where a connection with Snowflake's rules stands, as parameters of ours: its database and
    schema, the names of its variables with commas between them, and its number in its session."""
    told = {
        "database": context.database or "",
        "schema": context.schema or "",
        "variables": ",".join(context.variables),
        "connection": str(context.connection_id),
    }
    return b"".join(encode(ParameterStatus(f"mockhaus.{k}", v)) for k, v in told.items())


#: What PostgreSQL calls a relation that exists already.
_RELATIONS: Final = ("table", "view", "sequence")


def skipped_notice(tag: str, name: str) -> NoticeResponse:
    """What IF EXISTS and IF NOT EXISTS say of a statement that did nothing."""
    verb, _, kind = tag.lower().partition(" ")
    if verb == "drop":
        text, code = f'{kind} "{name}" does not exist, skipping', "00000"
    elif kind in _RELATIONS:
        text, code = f'relation "{name}" already exists, skipping', "42P07"
    else:
        text, code = f'{kind} "{name}" already exists, skipping', "42P06"
    return NoticeResponse({"S": "NOTICE", "V": "NOTICE", "C": code, "M": text})


def notice_response(text: str) -> NoticeResponse:
    """A word beside an answer."""
    return NoticeResponse({"S": "NOTICE", "V": "NOTICE", "C": "00000", "M": text})


def warning_response(text: str, sqlstate: str = "01000", hint: str = "") -> NoticeResponse:
    """A warning beside an answer."""
    fields = {"S": "WARNING", "V": "WARNING", "C": sqlstate, "M": text.replace("\0", "")}
    return NoticeResponse(fields | ({"H": hint} if hint else {}))


def escape_warning() -> NoticeResponse:
    """What PostgreSQL says of escapes in plain strings (manual, escape_string_warning)."""
    return warning_response(
        "nonstandard use of escape in a string literal",
        "22P06",
        "It is read as Snowflake's escape. SET standard_conforming_strings = off tells clients to"
        " write backslashes so.",
    )
