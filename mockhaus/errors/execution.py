"""Statements that fail while they run."""

from __future__ import annotations

import errno
import os
import re
from typing import Final

from mockhaus.errors.root import SqlError


class ExecutionError(SqlError):
    """The statement failed while it ran."""

    number = "100183"
    sqlstate = "22000"
    snowflake_state = "22000"


class RaisedException(ExecutionError):
    """RAISE of Snowflake Scripting; the number is that of the declared exception."""

    number = "020000"
    sqlstate = "P0001"
    snowflake_state = "P0001"

    def __init__(self, exception: str, number: int, message: str) -> None:
        super().__init__(message)
        self.exception = exception
        self.number = str(number)  # type: ignore[misc]


class DivisionByZero(ExecutionError):
    """A division or remainder by zero."""

    number = "100051"
    sqlstate = "22012"
    snowflake_state = "22012"


class InvalidNumber(ExecutionError):
    """Text that is not a number."""

    number = "100038"
    sqlstate = "22P02"
    snowflake_state = "22018"


class InvalidDatetime(ExecutionError):
    """Text that is not a date, time or timestamp."""

    number = "100035"
    sqlstate = "22007"
    snowflake_state = "22007"


class DatetimeOutOfRange(InvalidDatetime):
    """Text of the form of a date or time, with a month, day or hour that there is not."""

    sqlstate = "22008"


_DATETIME: Final = re.compile(
    r"\s*(?:[+-]?\d{1,6}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:.*)?|\d{1,2}:\d{1,2}(?::[\d.]+)?)\s*", re.S
)


def unreadable_datetime(text: str, message: str) -> InvalidDatetime:
    """The error of a text that is not a date or time: PostgreSQL has two SQLSTATEs for it."""
    kind = DatetimeOutOfRange if _DATETIME.fullmatch(text) else InvalidDatetime
    return kind(message)


class InvalidText(ExecutionError):
    """Text that is not a boolean, binary or other value asked for."""

    number = "100037"
    sqlstate = "22P02"
    snowflake_state = "22018"


class InvalidJson(InvalidText):
    """Text that is not JSON."""

    number = "100069"
    snowflake_state = "22P02"


class InvalidXml(InvalidText):
    """Text that is not XML."""

    number = "100100"
    snowflake_state = "22P02"


class InvalidRegularExpression(ExecutionError):
    """A pattern that is no regular expression, or has look-around or back-references."""

    number = "100048"
    sqlstate = "2201B"
    snowflake_state = "2201B"


class SingleRowExpected(ExecutionError):
    """A subquery used as a value that has several rows."""

    number = "090150"
    sqlstate = "21000"


class NumberOutOfRange(ExecutionError):
    """A number that its type cannot hold."""

    number = "100132"
    sqlstate = "22003"
    snowflake_state = "22003"


class StringTooLong(ExecutionError):
    """A value longer than its VARCHAR(n) or BINARY(n) column."""

    number = "100078"
    sqlstate = "22001"
    snowflake_state = "22000"


class NotNullViolation(ExecutionError):
    """A NULL for a column that is NOT NULL."""

    number = "100072"
    sqlstate = "23502"
    snowflake_state = "22000"


class FieldMissing(ExecutionError):
    """A key that the type of a structured OBJECT does not have."""

    number = "093201"
    sqlstate = "23001"
    snowflake_state = "23001"


class FieldExists(ExecutionError):
    """A key to insert that the type of a structured OBJECT has already."""

    number = "093202"
    sqlstate = "23001"
    snowflake_state = "23001"


class UnequalArrays(ExecutionError):
    """Arrays of keys and of values of which one is longer."""

    number = "215001"
    sqlstate = "22000"
    snowflake_state = "22000"


class KeyNotText(ExecutionError):
    """A key of an object to be made that is no text."""

    number = "215002"
    sqlstate = "22000"
    snowflake_state = "22000"


class CheckViolation(ExecutionError):
    """A row that a CHECK constraint does not let in."""

    number = "100072"
    sqlstate = "23514"
    snowflake_state = "22000"


class NondeterministicMerge(ExecutionError):
    """A MERGE or UPDATE whose target row joins several source rows."""

    number = "100090"
    sqlstate = "21000"
    snowflake_state = "42P18"


class RecursionLimit(ExecutionError):
    """A hierarchy or a recursion that does not end."""

    number = "100189"
    sqlstate = "54001"
    snowflake_state = "54001"


class Canceled(ExecutionError):
    """A cancel request, a shutdown or a vanished client stopped the statement."""

    number = "000604"
    sqlstate = "57014"
    snowflake_state = "57014"


class StatementTimeout(Canceled):
    """The statement ran longer than STATEMENT_TIMEOUT_IN_SECONDS allows."""

    number = "000630"


class LobTooLarge(ExecutionError):
    """A value is larger than any column holds."""

    number = "100082"
    sqlstate = "22000"
    snowflake_state = "22000"


class OutOfMemory(ExecutionError):
    """The statement needs more memory, or more of the disk for it, than a session may use."""

    number = "100298"
    sqlstate = "53200"
    snowflake_state = "53200"


class DiskFull(ExecutionError):
    """The disk is full."""

    number = "100298"
    sqlstate = "53100"
    snowflake_state = "53100"


class StorageFault(ExecutionError):
    """Where a session's data lie cannot be read or written."""

    number = "100298"
    sqlstate = "58030"
    snowflake_state = "58030"


class DataInvalid(StorageFault):
    """The statement was not carried out: the session's data must be opened anew, since their log
    could not be written into their file. That is done before the next statement."""


class CommittedInvalid(DataInvalid):
    """The statement's changes are committed, but its answer is lost: the session's data must be
    opened anew, since their log could not be written into their file."""


#: Reasons of the system that mean a full disk: no room, no quota, a file that may not grow.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def of_storage(fault: OSError) -> ExecutionError:
    """The system's error about a session's files, as ours."""
    reason = os.strerror(fault.errno) if fault.errno else type(fault).__name__
    if fault.errno in _FULL:
        return DiskFull("The disk is full.", detail=reason)
    return StorageFault(f"The session's data cannot be read or written: {reason}.")


class LockTimeout(ExecutionError):
    """Another transaction keeps a table locked."""

    number = "000625"
    sqlstate = "55P03"
    snowflake_state = "57014"


class Deadlock(ExecutionError):
    """Two transactions wait for each other's tables."""

    number = "000625"
    sqlstate = "40P01"
    snowflake_state = "57014"


class SerializationFailure(ExecutionError):
    """A row that the transaction wants to change was changed after it had begun to read."""

    number = "000625"
    sqlstate = "40001"
    snowflake_state = "57014"


class DependentGrants(ExecutionError):
    """GRANT OWNERSHIP of what others have privileges on."""

    sqlstate = "2B000"


class LoadError(ExecutionError):
    """A file could not be loaded or unloaded."""

    number = "100080"
    sqlstate = "22P04"
    snowflake_state = "22000"


class EngineFault(SqlError):
    """DuckDB failed in a way this tree has no name for."""
