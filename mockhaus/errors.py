"""The one error tree of Mockhaus.

    MockhausError
    ├── SqlError                     a statement failed; the session goes on
    │   ├── CompilationError         refused before anything ran
    │   │   ├── SqlSyntaxError         001003  42601
    │   │   ├── UnknownFunction        002140  42883
    │   │   ├── WrongArguments         000938  42883
    │   │   │   └── InvalidArgumentTypes 001044  42883
    │   │   ├── InvalidIdentifier      000904  42703
    │   │   ├── AmbiguousColumn        002028  42702
    │   │   ├── UndefinedObject        002003  42P01
    │   │   │   ├── UndefinedSchema    002003  3F000
    │   │   │   ├── UndefinedDatabase  002003  3D000
    │   │   │   └── UndefinedContext   002043  42704
    │   │   ├── WrongObjectType        002203  42809
    │   │   ├── ObjectNeedsContext     090105  3D000
    │   │   ├── DuplicateObject        002002  42P07
    │   │   │   └── DuplicateSchema    002002  42P06
    │   │   ├── TypeMismatch           001007  42804
    │   │   │   ├── ColumnTypeMismatch 002023  42804
    │   │   │   └── InvalidDefault     002262  42804
    │   │   ├── ValueCount             002020  42601
    │   │   ├── InvalidColumnList      002026  42601
    │   │   ├── MissingColumnName      002022  42601
    │   │   ├── GroupingError          000979  42803
    │   │   ├── UndefinedVariable      000711  42704
    │   │   ├── ResultNotFound         000709  42704
    │   │   ├── InvalidParameter       001006  22023
    │   │   ├── UndefinedBind          002049  42601
    │   │   ├── InvalidBind            002086  22023
    │   │   ├── StatementCount         000008  0A000
    │   │   └── UnsupportedFeature     000002  0A000
    │   │       └── StalePlan          000002  0A000
    │   ├── ExecutionError           failed while running
    │   │   ├── DivisionByZero         100051  22012
    │   │   ├── InvalidNumber          100038  22P02
    │   │   ├── InvalidDatetime        100035  22007
    │   │   │   └── DatetimeOutOfRange 100035  22008
    │   │   ├── InvalidText            100037  22P02
    │   │   │   ├── InvalidJson        100069  22P02
    │   │   │   └── InvalidXml         100100  22P02
    │   │   ├── InvalidRegularExpression 100048  2201B
    │   │   ├── SingleRowExpected      090150  21000
    │   │   ├── NumberOutOfRange       100132  22003
    │   │   ├── StringTooLong          100078  22001
    │   │   ├── NotNullViolation       100072  23502
    │   │   ├── FieldMissing           093201  23001
    │   │   ├── FieldExists            093202  23001
    │   │   ├── UnequalArrays          215001  22000
    │   │   ├── KeyNotText             215002  22000
    │   │   ├── CheckViolation         100072  23514
    │   │   ├── NondeterministicMerge  100090  21000
    │   │   ├── RecursionLimit         100189  54001
    │   │   ├── RaisedException        020000  P0001
    │   │   ├── Canceled               000604  57014
    │   │   │   └── StatementTimeout   000630  57014
    │   │   ├── LobTooLarge            100082  22000
    │   │   ├── OutOfMemory            100298  53200
    │   │   ├── DiskFull               100298  53100
    │   │   ├── StorageFault           100298  58030
    │   │   │   └── DataInvalid        100298  58030
    │   │   │       └── CommittedInvalid 100298  58030
    │   │   ├── LockTimeout            000625  55P03
    │   │   ├── Deadlock               000625  40P01
    │   │   ├── SerializationFailure   000625  40001
    │   │   ├── DependentGrants        100183  2B000
    │   │   └── LoadError              100080  22P04
    │   ├── TransactionAborted         000604  25P02
    │   ├── WireError                what only the PostgreSQL wire has a name for
    │   │   ├── InvalidEncoding                22021
    │   │   ├── InvalidBinary                  22P03
    │   │   ├── CopyFailed                     57014
    │   │   ├── UndefinedPrepared              26000
    │   │   ├── DuplicatePrepared              42P05
    │   │   ├── UndefinedPortal                34000
    │   │   ├── DuplicatePortal                42P03
    │   │   ├── CursorState                    55000
    │   │   ├── UndefinedSavepoint             3B001
    │   │   ├── NoTransaction                  25P01
    │   │   ├── ActiveTransaction              25001
    │   │   ├── UndefinedType                  42704
    │   │   ├── ReadOnlyTransaction            25006
    │   │   ├── UndefinedSetting               42704
    │   │   ├── UndefinedConstraint            42704
    │   │   ├── ConflictTarget                 42P10
    │   │   ├── InvalidLogin                   28000
    │   │   │   └── InvalidPassword            28P01
    │   │   ├── TooManyConnections             53300
    │   │   ├── IdleTimeout                    57P05
    │   │   ├── IdleTransactionTimeout         25P03
    │   │   └── AdminShutdown                  57P01
    │   └── EngineFault                000603  XX000
    ├── ProtocolError                a client broke a wire protocol         08P01
    ├── InvalidUser                  a user, key or token that cannot be     28000
    └── SessionError                 a session cannot be had
        ├── SessionNotFound            404
        ├── SessionExists              409     42710
        ├── InvalidSession             400     22023
        ├── SessionExpired             410
        ├── TooManySessions            503     53300
        ├── SessionBusy                409     55006
        ├── LaterVersion               409     58P01
        ├── UnreadableSession          409     58P01
        ├── NotOwner                   403     42501
        ├── SnapshotExists             409     42710
        └── SnapshotNotFound           404     42704

Errors are data. Each class carries the code of both worlds: `number` and `snowflake_state` are
Snowflake's (HTTP doors), `sqlstate` is PostgreSQL's (wire; appendix A of its manual). A door
translates an error once, from these fields; nothing in between reads message texts.
"""

from __future__ import annotations

import errno
import os
import re
from typing import ClassVar, Final


class MockhausError(Exception):
    """Root of the tree.

    `message` is one sentence or two in Snowflake's words; `hint` says what to do about it;
    `position` is the 0-based character offset in the text the client sent, None when unknown;
    `subject` the name it is about, by which a position may be found later.
    """

    number: ClassVar[str] = "000603"
    sqlstate: ClassVar[str] = "XX000"
    snowflake_state: ClassVar[str] = "XX000"
    #: Whether Snowflake's sentence begins with the line and position of what is wrong.
    located: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        detail: str | None = None,
        position: int | None = None,
        subject: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.position = position
        self.subject = subject
        self.query_id: str | None = None
        #: Where in the data it happened: `COPY t, line 3, column a` (PostgreSQL's field W).
        self.context: str | None = None


class SqlError(MockhausError):
    """A statement failed; the connection goes on."""


class CompilationError(SqlError):
    """The statement was refused before anything ran (Snowflake: "SQL compilation error")."""

    number = "002003"
    sqlstate = "42000"
    snowflake_state = "42000"


class SqlSyntaxError(CompilationError):
    """The text is not Snowflake SQL."""

    number = "001003"
    sqlstate = "42601"


class UnknownFunction(CompilationError):
    """No function of that name; Mockhaus never passes an unknown name on to DuckDB."""

    number = "002140"
    sqlstate = "42883"
    snowflake_state = "42601"


class WrongArguments(CompilationError):
    """A known function called with too few, too many or unfit arguments."""

    located = True
    number = "000938"
    sqlstate = "42883"
    snowflake_state = "22023"


class InvalidArgumentTypes(WrongArguments):
    """A known function or operator called with values of unfit types."""

    number = "001044"
    snowflake_state = "42P13"


class InvalidIdentifier(CompilationError):
    """A column name that resolves to nothing."""

    located = True
    number = "000904"
    sqlstate = "42703"


class AmbiguousColumn(CompilationError):
    """A column name that resolves to several columns."""

    number = "002028"
    sqlstate = "42702"
    snowflake_state = "42601"


class UndefinedObject(CompilationError):
    """A table, view, stage, file format or other object does not exist."""

    number = "002003"
    sqlstate = "42P01"
    snowflake_state = "42S02"


class UndefinedSchema(UndefinedObject):
    """A schema does not exist."""

    sqlstate = "3F000"
    snowflake_state = "02000"


class UndefinedDatabase(UndefinedObject):
    """A database does not exist."""

    sqlstate = "3D000"
    snowflake_state = "02000"


class UndefinedContext(UndefinedObject):
    """USE of a database, schema, role or warehouse that does not exist."""

    number = "002043"
    sqlstate = "42704"
    snowflake_state = "02000"


class WrongObjectType(CompilationError):
    """A statement about one kind of object names an object of another."""

    number = "002203"
    sqlstate = "42809"
    snowflake_state = "02000"


class ObjectNeedsContext(CompilationError):
    """The statement needs a current database or schema and there is none."""

    number = "090105"
    sqlstate = "3D000"
    snowflake_state = "22000"


class DuplicateObject(CompilationError):
    """CREATE of something that exists already."""

    number = "002002"
    sqlstate = "42P07"
    snowflake_state = "42710"


class DuplicateSchema(DuplicateObject):
    """CREATE SCHEMA of one that exists already."""

    sqlstate = "42P06"


class TypeMismatch(CompilationError):
    """Types that do not go together."""

    number = "001007"
    sqlstate = "42804"
    snowflake_state = "22023"


class ColumnTypeMismatch(TypeMismatch):
    """A value of a type that a column does not take."""

    number = "002023"
    snowflake_state = "22000"


class InvalidDefault(TypeMismatch):
    """A default of a type that its column does not take."""

    number = "002262"
    snowflake_state = "22000"


class ValueCount(CompilationError):
    """More or fewer values than columns."""

    number = "002020"
    sqlstate = "42601"
    snowflake_state = "21S01"


class InvalidColumnList(CompilationError):
    """CREATE TABLE AS or CREATE VIEW with more or fewer names than its query has columns."""

    number = "002026"
    sqlstate = "42601"
    snowflake_state = "42601"

    def __init__(self, count: int) -> None:
        super().__init__(
            "SQL compilation error:\nInvalid column definition list",
            hint=f"The query has {count} columns.",
        )


class MissingColumnName(CompilationError):
    """A table or a view without columns, or with one that has no name."""

    number = "002022"
    sqlstate = "42601"
    snowflake_state = "42601"


class GroupingError(CompilationError):
    """A column neither grouped nor aggregated."""

    number = "000979"
    sqlstate = "42803"


class UndefinedVariable(CompilationError):
    """`$name` that was never SET."""

    number = "000711"
    sqlstate = "42704"
    snowflake_state = "02000"


class ResultNotFound(CompilationError):
    """A query id of which no answer is known."""

    number = "000709"
    sqlstate = "42704"
    snowflake_state = "02000"


class InvalidParameter(CompilationError):
    """An option, parameter or literal argument with an impossible value."""

    number = "001006"
    sqlstate = "22023"
    snowflake_state = "22023"


class UndefinedBind(CompilationError):
    """A placeholder without a value."""

    number = "002049"
    sqlstate = "42601"
    snowflake_state = "42601"


class InvalidBind(CompilationError):
    """A value that is not one of its bind type."""

    number = "002086"
    sqlstate = "22023"
    snowflake_state = "22023"


class StatementCount(CompilationError):
    """Other than as many statements as were announced."""

    number = "000008"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class UnsupportedFeature(CompilationError):
    """Snowflake has it, Mockhaus does not; named, never ignored."""

    number = "000002"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class StalePlan(UnsupportedFeature):
    """A prepared statement whose answer has other columns since objects were changed."""


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


class TransactionAborted(SqlError):
    """PostgreSQL's door only: statements after an error, up to ROLLBACK."""

    number = "000604"
    sqlstate = "25P02"
    snowflake_state = "25P02"


class WireError(SqlError):
    """Something only the PostgreSQL wire has a name for."""


class InvalidEncoding(WireError):
    """Bytes that are not UTF-8, or a text the wire cannot carry."""

    sqlstate = "22021"


class InvalidBinary(WireError):
    """A binary parameter value that is not of its type."""

    sqlstate = "22P03"


class CopyFailed(WireError):
    """The client gave up the COPY that it was sending data for."""

    sqlstate = "57014"


class UndefinedPrepared(WireError):
    """A prepared statement that does not exist."""

    sqlstate = "26000"


class DuplicatePrepared(WireError):
    """A prepared statement of that name exists already."""

    sqlstate = "42P05"


class UndefinedPortal(WireError):
    """A portal (cursor) that does not exist."""

    sqlstate = "34000"


class DuplicatePortal(WireError):
    """A portal (cursor) of that name exists already."""

    sqlstate = "42P03"


class CursorState(WireError):
    """A cursor cannot do what is asked of it."""

    sqlstate = "55000"


class UndefinedSavepoint(WireError):
    """A savepoint that does not exist."""

    sqlstate = "3B001"


class NoTransaction(WireError):
    """A statement that needs a transaction block around it."""

    sqlstate = "25P01"


class ActiveTransaction(WireError):
    """A statement that cannot run inside a transaction block."""

    sqlstate = "25001"


class UndefinedType(WireError):
    """A type of PostgreSQL's that does not exist, or that nothing here is like."""

    sqlstate = "42704"


class ReadOnlyTransaction(WireError):
    """A statement that writes, in a transaction that is READ ONLY."""

    sqlstate = "25006"


class UndefinedSetting(WireError):
    """A PostgreSQL run-time setting that does not exist."""

    sqlstate = "42704"


class UndefinedConstraint(WireError):
    """ON CONFLICT ON CONSTRAINT of a name that the table has no unique constraint of."""

    sqlstate = "42704"


class ConflictTarget(WireError):
    """ON CONFLICT of columns that no unique constraint is on."""

    sqlstate = "42P10"


class InvalidLogin(WireError):
    """A client that may not come in; no more is said."""

    sqlstate = "28000"


class InvalidPassword(InvalidLogin):
    """A name and a password that do not belong together."""

    sqlstate = "28P01"


class TooManyConnections(WireError):
    """As many clients are connected as may be."""

    sqlstate = "53300"


class IdleTimeout(WireError):
    """A client said nothing for longer than `idle_session_timeout`."""

    sqlstate = "57P05"


class IdleTransactionTimeout(WireError):
    """A client left a transaction open for longer than `idle_in_transaction_session_timeout`."""

    sqlstate = "25P03"


class AdminShutdown(WireError):
    """The server is going down."""

    sqlstate = "57P01"


class EngineFault(SqlError):
    """DuckDB failed in a way this tree has no name for."""


class ProtocolError(MockhausError):
    """A client broke the protocol it speaks."""

    sqlstate = "08P01"
    snowflake_state = "08P01"
    number = "390400"


class InvalidUser(MockhausError):
    """A user, key or token that does not exist or cannot be."""

    sqlstate = "28000"
    snowflake_state = "28000"


class SessionError(MockhausError):
    """A session cannot be had."""

    number = "390114"
    sqlstate = "08003"
    snowflake_state = "08003"
    http_status: ClassVar[int] = 400


class SessionNotFound(SessionError):
    """No session of that id, now or ever."""

    http_status = 404


class SessionExists(SessionError):
    """A session of that id is there already."""

    sqlstate = "42710"
    http_status = 409


class InvalidSession(SessionError):
    """A session id, type, TTL or path that cannot be."""

    sqlstate = "22023"
    http_status = 400


class SessionExpired(SessionError):
    """A session whose time to live has run out."""

    http_status = 410


class TooManySessions(SessionError):
    """The limit is reached and every session is in use."""

    sqlstate = "53300"
    http_status = 503


class SessionBusy(SessionError):
    """Something can be done only while no statement runs and no transaction is open."""

    sqlstate = "55006"
    http_status = 409


class LaterVersion(SessionError):
    """A session's data were written by a version of Mockhaus that this one does not know."""

    sqlstate = "58P01"
    http_status = 409


class UnreadableSession(SessionError):
    """A session's data are damaged, or another server has them open."""

    sqlstate = "58P01"
    http_status = 409


class NotOwner(SessionError):
    """Only the user who made a session may do this to it."""

    sqlstate = "42501"
    http_status = 403


class SnapshotExists(SessionError):
    """A session has a snapshot of that name already."""

    sqlstate = "42710"
    http_status = 409


class SnapshotNotFound(SessionError):
    """A session has no snapshot of that name."""

    sqlstate = "42704"
    http_status = 404
