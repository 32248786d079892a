"""The exceptions of PEP 249, with what Snowflake's connector tells in them.

Warning
Error
├── InterfaceError          a cursor that is closed, a value that Python has no room for
└── DatabaseError           a connection that is closed
    ├── DataError
    ├── OperationalError    a session cannot be had, or has ended
    ├── IntegrityError      NOT NULL
    ├── InternalError       a fault of Mockhaus
    ├── ProgrammingError    what a statement failed with
    └── NotSupportedError   a method or an option that Mockhaus does not have
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mockhaus import errors as tree

# Numbers of Snowflake's connector, for what goes wrong on the client's side.
CONNECTION_CLOSED: Final = 250002
INVALID_VALUE: Final = 251007
NOT_POSITIVE: Final = 252003
BAD_PYFORMAT: Final = 252004
UNREADABLE_VALUE: Final = 252005
CURSOR_CLOSED: Final = 252006
UNSUPPORTED: Final = 252008
UNBINDABLE: Final = 255001
NO_PANDAS: Final = 255002
NO_ROWS_AS_ARROW: Final = 255003

#: SQLSTATE of a connection that does not exist.
_NO_CONNECTION: Final = "08003"


class Warning(Exception):
    """Part of PEP 249; Mockhaus raises none."""


class Error(Exception):
    """What went wrong.

    `errno` is Snowflake's number, -1 for none; `sqlstate` its SQLSTATE; `sfqid` the id of the
    statement; `raw_msg` the sentence alone and `msg` the sentence behind those; `hint` says what to
    do about it and `position` counts characters of the statement from 0, where that is known.
    """

    def __init__(
        self,
        msg: str = "",
        errno: int = -1,
        sqlstate: str | None = None,
        sfqid: str | None = None,
        *,
        hint: str | None = None,
        position: int | None = None,
    ) -> None:
        self.raw_msg = msg
        self.errno = errno
        self.sqlstate = sqlstate
        self.sfqid = sfqid
        self.hint = hint
        self.position = position
        self.msg = msg
        if errno != -1:
            state = f" ({sqlstate})" if sqlstate else ""
            self.msg = f"{errno:06d}{state}: {f'{sfqid}: ' if sfqid else ''}{msg}"
        super().__init__(self.msg)
        if hint:
            self.add_note(hint)


class InterfaceError(Error):
    """The interface was used wrongly."""


class DatabaseError(Error):
    """The database could not do it."""


class DataError(DatabaseError):
    """Part of PEP 249; Snowflake's connector says ProgrammingError."""


class OperationalError(DatabaseError):
    """A session cannot be had, or has ended."""


class IntegrityError(DatabaseError):
    """A constraint does not hold."""


class InternalError(DatabaseError):
    """A fault of Mockhaus."""


class ProgrammingError(DatabaseError):
    """A statement, or a call, is wrong."""


class NotSupportedError(DatabaseError):
    """Mockhaus does not have it."""


#: The first that fits; as Snowflake's connector, which calls almost everything a ProgrammingError.
_CLASSES: Final[tuple[tuple[type[tree.MockhausError], type[Error]], ...]] = (
    (tree.NotNullViolation, IntegrityError),
    (tree.CheckViolation, IntegrityError),
    (tree.AdminShutdown, OperationalError),
    (tree.EngineFault, InternalError),
    (tree.SqlError, ProgrammingError),
    (tree.SessionError, OperationalError),
    (tree.MockhausError, DatabaseError),
)


def made_of(error: tree.MockhausError) -> Error:
    """The exception of PEP 249 for an error of Mockhaus."""
    made = next(made for kind, made in _CLASSES if isinstance(error, kind))
    return made(
        error.message,
        int(error.number),
        error.snowflake_state,
        error.query_id,
        hint=error.hint,
        position=error.position,
    )


@contextmanager
def translated() -> Iterator[None]:
    """What Mockhaus raises inside comes out as PEP 249 has it."""
    try:
        yield
    except tree.MockhausError as error:
        raise made_of(error) from None


def closed_connection() -> DatabaseError:
    """The connection is closed."""
    return DatabaseError("Connection is closed", CONNECTION_CLOSED, _NO_CONNECTION)


def unsupported(method: str, hint: str | None = None) -> NotSupportedError:
    """A method of Snowflake's connector that is not here."""
    return NotSupportedError(f"{method} is not supported", UNSUPPORTED, "0A000", hint=hint)
