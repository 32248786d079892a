"""The transaction of one connection: whose rules hold, what is open, what waits for the commit.

    state      opened by                     ReadyForQuery
    IDLE       -                             I
    IMPLICIT   several statements as one     I
    OPEN       BEGIN                         T
    FAILED     an error (PostgreSQL only)    E

DuckDB ends a transaction at a run-time error and has no savepoints. PostgreSQL's rules want that;
for Snowflake's, where a failed statement undoes itself alone, the changes so far are replayed.

DuckDB's transactions see one snapshot. READ COMMITTED, where each statement sees what is committed
when it begins, is had by beginning anew: at once while nothing has been changed, with the changes
run again where they would do the same (`repeating`). Otherwise the snapshot stays.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

from msgspec import Struct

from mockhaus.catalog.parameter_table import LOCK_TIMEOUT
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import (
    NoTransaction,
    SerializationFailure,
    SqlError,
    TransactionAborted,
    UndefinedSavepoint,
)
from mockhaus.result import Result
from mockhaus.sessions.locks import Locks, Owner
from mockhaus.sessions.repeating import repeats
from mockhaus.translation.context import Context


class Transactions(enum.Enum):
    """Whose transaction rules hold.

    POSTGRESQL: DDL is transactional, an error aborts the transaction until ROLLBACK. SNOWFLAKE:
    DDL commits, a failed statement undoes itself alone.
    """

    POSTGRESQL = "postgresql"
    SNOWFLAKE = "snowflake"


class State(enum.StrEnum):
    """See the module. (Looked up for every statement: strings have their hash ready.)"""

    IDLE = "idle"
    IMPLICIT = "implicit"
    OPEN = "open"
    FAILED = "failed"


_LETTERS: Final[dict[State, Literal["I", "T", "E"]]] = {
    State.IDLE: "I",
    State.IMPLICIT: "I",
    State.OPEN: "T",
    State.FAILED: "E",
}


class Savepoint(Struct, frozen=True):
    """Where a SAVEPOINT stands: how much was journaled and is to be done after the commit, and
    what the connection wants to have back."""

    name: str
    changes: int
    works: int
    kept: Any


class Transaction:
    """`undone` is called whenever changes to objects may have been rolled back; `context` tells
    the parameters of the connection."""

    def __init__(
        self,
        cursor: Cursor,
        locks: Locks,
        rules: Transactions,
        undone: Callable[[], None],
        owner: Owner,
        *,
        context: Callable[[], Context],
    ) -> None:
        self.state = State.IDLE
        #: How many snapshots have been looked at.
        self.number = 0
        self.rules = rules
        #: Seconds to wait for a lock, None for what the parameter LOCK_TIMEOUT says.
        self.lock_timeout: float | None = None
        #: Whether all statements see one snapshot: REPEATABLE READ.
        self.keeps_snapshot = False
        self._cursor = cursor
        self._locks = locks
        self.owner = owner
        self._undone = undone
        self._context = context
        #: The commits of the session that the open transaction sees.
        self._seen = 0
        #: How many changes had been made when each lock was taken.
        self._locked: dict[str, int] = {}
        self._after_commit: list[Callable[[], None]] = []
        self._savepoints: list[Savepoint] = []
        #: How many blocks are at work whose handlers may go on after an error.
        self._forgives = 0

    @property
    def status(self) -> Literal["I", "T", "E"]:
        """The state as ReadyForQuery tells it."""
        return _LETTERS[self.state]

    @property
    def is_open(self) -> bool:
        """Whether DuckDB has a transaction open."""
        return self.state in (State.IMPLICIT, State.OPEN)

    @property
    def commits_ddl(self) -> bool:
        """Whether DDL ends an open transaction before it runs."""
        return self.rules is Transactions.SNOWFLAKE and self.is_open

    @contextmanager
    def forgiving(self) -> Iterator[None]:
        """Meanwhile a failed statement undoes itself alone, whatever the rules."""
        self._forgives += 1
        try:
            yield
        finally:
            self._forgives -= 1

    def check(self) -> None:
        """Raises TransactionAborted in a failed transaction."""
        if self.state is State.FAILED:
            raise TransactionAborted(
                "current transaction is aborted, commands ignored until end of transaction block"
            )

    def after_commit(self, work: Callable[[], None]) -> None:
        """Have something done once the transaction is committed."""
        self._after_commit.append(work)

    # --- boundaries ------------------------------------------------------------------------------

    def begin(self, state: State = State.OPEN, name: str = "") -> None:
        """Open a transaction; an implicit one that is open becomes the explicit one."""
        self.check()
        if not self.is_open:
            self.number += 1
            self._seen = self._locks.commits
            self._cursor.begin(journal=True)
            self._locks.opened(self.owner, name)
        self.state = state

    def refresh(self) -> None:
        """Let the next statement see what others have committed, where that can be had."""
        if self.is_open and not self.keeps_snapshot and self._seen != self._locks.commits:
            commits = self._locks.commits
            if self._repeats():
                self._anew()
            self._seen = commits

    def anew(self) -> bool:
        """Begin anew where that is the same transaction: nothing was changed in it, and it may see
        what is committed now. Whether that was so. Raises Canceled."""
        if not self.is_open or self.keeps_snapshot or self._cursor.journal or self._savepoints:
            return False
        self._anew()
        return True

    def _repeats(self) -> bool:
        return repeats(self._cursor.journal or (), self._locked, self._cursor)

    def _anew(self) -> None:
        """Begin anew, with the changes so far. Raises Canceled: all is rolled back then."""
        self.number += 1
        try:
            self._cursor.replay()
        except SqlError:
            self.rollback()
            raise

    def commit(self) -> bool:
        """Commit what is open; False if a failed transaction was rolled back instead."""
        if self.state is State.FAILED:
            self.rollback()
            return False
        if self.is_open:
            try:
                self._cursor.commit()
            except SqlError:
                self.rollback()
                raise
        self._over()
        self._settle(committed=True)
        return True

    def rollback(self) -> None:
        """Roll back what is open. Where nothing is, nothing that was read need be read again."""
        if self.is_open:
            self._cursor.rollback()
        was_idle = self.state is State.IDLE
        self._over()
        if not was_idle:
            self._settle(committed=False)

    def _over(self) -> None:
        self.state = State.IDLE
        self._savepoints.clear()
        self._locked.clear()
        self._locks.closed(self.owner)
        self._locks.release(self.owner)

    def _settle(self, *, committed: bool) -> None:
        works, self._after_commit = self._after_commit, []
        if committed:
            self._locks.committed()
            for work in works:
                work()
        else:
            self._undone()

    def failed(self, error: SqlError) -> None:
        """A statement failed inside the transaction, if one is open."""
        if not self.is_open:
            return
        aborts = self._context().is_on("TRANSACTION_ABORT_ON_ERROR")
        if (self.rules is Transactions.SNOWFLAKE and not aborts) or self._forgives:
            self._replay(error)
            return
        implicit = self.state is State.IMPLICIT
        if self._savepoints:
            # The locks stay and so does the journal: ROLLBACK TO brings back what was before.
            self._cursor.rollback(forget=False)
            self.state = State.FAILED
            return
        self.rollback()
        self.state = State.IDLE if implicit else State.FAILED

    def _replay(self, error: SqlError) -> None:
        try:
            self._cursor.replay()
        except SqlError as reason:
            self.rollback()
            error.message += f"\nThe transaction was rolled back as a whole: {reason.message}"
        self._undone()

    # --- savepoints ------------------------------------------------------------------------------

    def savepoint(self, name: str, kept: Any) -> None:
        """Remember where the transaction stands. Raises NoTransaction."""
        self.check()
        if self.state is not State.OPEN:
            raise NoTransaction("SAVEPOINT can only be used in transaction blocks")
        changes = len(self._cursor.journal or ())
        self._savepoints.append(Savepoint(name, changes, len(self._after_commit), kept))

    def release(self, name: str) -> None:
        """Forget a savepoint and those after it. Raises NoTransaction, UndefinedSavepoint."""
        self.check()
        if self.state is not State.OPEN:
            raise NoTransaction("RELEASE SAVEPOINT can only be used in transaction blocks")
        del self._savepoints[self._found(name) :]

    def rollback_to(self, name: str) -> Any:
        """Do again what was changed up to a savepoint, and nothing after it; what it kept.

        What is not the same twice may differ: RANDOM, sequences, rows of tables that others have
        changed since. Raises NoTransaction, UndefinedSavepoint.
        """
        if self.state not in (State.OPEN, State.FAILED):
            raise NoTransaction("ROLLBACK TO SAVEPOINT can only be used in transaction blocks")
        number = self._found(name)
        savepoint = self._savepoints[number]
        changed = len(self._cursor.journal or ()) > savepoint.changes
        if changed or self.state is State.FAILED:
            try:
                self._cursor.replay(savepoint.changes)
            except SqlError:
                self.rollback()
                self.state = State.FAILED
                raise
        self.state = State.OPEN
        del self._savepoints[number + 1 :]
        del self._after_commit[savepoint.works :]
        return savepoint.kept

    def _found(self, name: str) -> int:
        for number in reversed(range(len(self._savepoints))):
            if self._savepoints[number].name == name:
                return number
        raise UndefinedSavepoint(f'savepoint "{name}" does not exist')

    # --- one statement that writes ---------------------------------------------------------------

    @contextmanager
    def writing(self, key: str, *, atomic: bool) -> Iterator[None]:
        """Hold the lock of what is written; `atomic` wants a transaction around the body.

        The lock is kept to the end of the transaction that is open, or of the body.
        """
        self._locks.acquire(self.owner, key, self._patience())
        own, done = not self.is_open, len(self._cursor.journal or ())
        # Where DuckDB commits by itself and cannot tidy up, the answer is lost (`Cursor.commit`);
        # while the log is short, a COMMIT of its own would cost as much as a small change.
        atomic = atomic or self._cursor.log_is_long()
        if not own:
            self._locked.setdefault(key, done)
            self.refresh()
        try:
            if own and atomic:
                self._cursor.begin()
            yield
            if own and atomic:
                self._cursor.commit()
        except SqlError:
            if own and atomic:
                self._cursor.rollback()
                self._settle(committed=False)
            elif self._cursor.journal:
                del self._cursor.journal[done:]  # of a statement with several parts
            raise
        finally:
            if own:
                self._locks.release(self.owner)
        if own:
            self._settle(committed=True)

    def write(self, key: str, body: Callable[[], Result], *, atomic: bool) -> Result:
        """What a statement answers that writes, under its lock.

        What others committed to the table meanwhile does not fail a statement that may see it.
        """
        try:
            with self.writing(key, atomic=atomic):
                return body()
        except SerializationFailure:
            if not self.is_open or self.keeps_snapshot or not self._repeats():
                raise
        self._anew()
        with self.writing(key, atomic=atomic):
            return body()

    def _patience(self) -> float:
        """Seconds to wait for a lock."""
        if self.lock_timeout is not None:
            return self.lock_timeout
        return float(self._context().parameters.get("LOCK_TIMEOUT", LOCK_TIMEOUT))

    def cancel(self) -> None:
        """Wake the transaction if it waits for a lock."""
        self._locks.cancel(self.owner)
