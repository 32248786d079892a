"""What only the PostgreSQL wire has a name for, and clients that break a protocol."""

from __future__ import annotations

from mockhaus.errors.root import MockhausError, SqlError


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


class ProtocolError(MockhausError):
    """A client broke the protocol it speaks."""

    sqlstate = "08P01"
    snowflake_state = "08P01"
    number = "390400"
