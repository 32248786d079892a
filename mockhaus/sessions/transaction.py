"""The transaction of one connection: whose rules hold, what is open, what waits for the commit.

    state      opened by                     ReadyForQuery
    IDLE       -                             I
    IMPLICIT   several statements as one     I
    OPEN       BEGIN                         T
    FAILED     an error (PostgreSQL only)    E

DuckDB ends a transaction at a run-time error and has no savepoints. PostgreSQL's rules want that;
for Snowflake's, where a failed statement undoes itself alone, the changes so far are replayed.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mockhaus.engine.database import Cursor
from mockhaus.errors import SqlError, TransactionAborted
from mockhaus.sessions.locks import Locks, Owner


class Transactions(enum.Enum):
    """Whose transaction rules hold.

    POSTGRESQL: DDL is transactional, an error aborts the transaction until ROLLBACK. SNOWFLAKE:
    DDL commits, a failed statement undoes itself alone.
    """

    POSTGRESQL = "postgresql"
    SNOWFLAKE = "snowflake"


class State(enum.Enum):
    """See the module; the values are ReadyForQuery's letters."""

    IDLE = "idle"
    IMPLICIT = "implicit"
    OPEN = "open"
    FAILED = "failed"


class Transaction:
    """`undone` is called whenever changes to objects may have been rolled back."""

    def __init__(
        self, cursor: Cursor, locks: Locks, rules: Transactions, undone: Callable[[], None]
    ) -> None:
        self.state = State.IDLE
        self.rules = rules
        self._cursor = cursor
        self._locks = locks
        self._owner = Owner()
        self._undone = undone
        self._after_commit: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        """Whether DuckDB has a transaction open."""
        return self.state in (State.IMPLICIT, State.OPEN)

    @property
    def commits_ddl(self) -> bool:
        """Whether DDL ends an open transaction before it runs."""
        return self.rules is Transactions.SNOWFLAKE and self.is_open

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

    def begin(self, state: State = State.OPEN) -> None:
        """Open a transaction; an implicit one that is open becomes the explicit one."""
        self.check()
        if not self.is_open:
            self._cursor.begin(journal=self.rules is Transactions.SNOWFLAKE)
        self.state = state

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
        self._ended(committed=True)
        return True

    def rollback(self) -> None:
        """Roll back what is open."""
        if self.is_open:
            self._cursor.rollback()
        self._ended(committed=False)

    def _ended(self, *, committed: bool) -> None:
        self.state = State.IDLE
        self._locks.release(self._owner)
        self._settle(committed=committed)

    def _settle(self, *, committed: bool) -> None:
        works, self._after_commit = self._after_commit, []
        if committed:
            for work in works:
                work()
        else:
            self._undone()

    def failed(self, error: SqlError) -> None:
        """A statement failed inside the transaction, if one is open."""
        if not self.is_open:
            return
        if self.rules is Transactions.SNOWFLAKE:
            self._replay(error)
            return
        implicit = self.state is State.IMPLICIT
        self.rollback()
        self.state = State.IDLE if implicit else State.FAILED

    def _replay(self, error: SqlError) -> None:
        try:
            self._cursor.replay()
        except SqlError:
            self.rollback()
            error.detail = "The transaction was rolled back as a whole."
        self._undone()

    # --- one statement that writes ---------------------------------------------------------------

    @contextmanager
    def writing(self, key: str, *, atomic: bool) -> Iterator[None]:
        """Hold the lock of what is written; `atomic` wants a transaction around the body.

        The lock is kept to the end of the transaction that is open, or of the body.
        """
        self._locks.acquire(self._owner, key)
        own = not self.is_open
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
            raise
        finally:
            if own:
                self._locks.release(self._owner)
        if own:
            self._settle(committed=True)

    def cancel(self) -> None:
        """Wake the transaction if it waits for a lock."""
        self._locks.cancel(self._owner)
