"""Writers wait for each other, table by table, as in Snowflake.

DuckDB does not wait: the second of two writers gets a conflict error. So whoever writes a table
takes its lock first and keeps it to the end of the transaction. A wait that would close a circle is
a Deadlock at once; a wait can be cancelled and has a limit (Snowflake's LOCK_TIMEOUT).
"""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime

from msgspec import Struct, field

from mockhaus.catalog.parameter_table import LOCK_TIMEOUT
from mockhaus.clock import now, steady
from mockhaus.errors import Canceled, Deadlock, LockTimeout


class Owner(Struct, eq=False):
    """A connection, as the holder of locks, with the transaction that it has open.

    `held` tells for each lock since when; `id` is '' while no transaction is open, `last` that of
    the latest one.
    """

    user: str = ""
    connection: int = 0
    id: str = ""
    last: str = ""
    name: str = ""
    started: datetime | None = None
    held: dict[str, datetime] = field(default_factory=dict)
    waits_for: str | None = None
    cancelled: bool = False


class Locks:
    """All locks of one session. Keys are resolved object names in upper case."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owners: dict[str, Owner] = {}
        self._open: dict[str, Owner] = {}
        self._ids = itertools.count(int(steady() * 1000))
        #: How often anything was committed in the session.
        self.commits = 0

    # --- transactions ----------------------------------------------------------------------------

    def opened(self, owner: Owner, name: str) -> None:
        """The owner has begun a transaction."""
        with self._changed:
            owner.id = owner.last = str(next(self._ids))
            owner.name, owner.started = name or owner.id, now()
            self._open[owner.id] = owner

    def closed(self, owner: Owner) -> None:
        """The owner's transaction is over, if it had one."""
        if owner.id:
            with self._changed:
                self._open.pop(owner.id, None)
                owner.id = ""

    def committed(self) -> None:
        """Others may now see something new."""
        with self._changed:
            self.commits += 1

    def transactions(self) -> list[Owner]:
        """Those that have a transaction open, the oldest first."""
        with self._changed:
            return list(self._open.values())

    def listed(self) -> list[tuple[str, Owner, datetime | None]]:
        """Each lock that is held, by whom, since when; None of one that is waited for."""
        with self._changed:
            found: list[tuple[str, Owner, datetime | None]] = []
            for owner in {
                id(o): o for o in (*self._owners.values(), *self._open.values())
            }.values():
                found += [(key, owner, since) for key, since in owner.held.items()]
                if owner.waits_for is not None:
                    found.append((owner.waits_for, owner, None))
            return found

    # --- locks -----------------------------------------------------------------------------------

    def acquire(self, owner: Owner, key: str, timeout: float = LOCK_TIMEOUT) -> None:
        """Take a lock, waiting for its holder. Raises Deadlock, LockTimeout, Canceled."""
        deadline = time.monotonic() + timeout
        with self._changed:
            owner.cancelled = False
            while (holder := self._owners.get(key)) is not None and holder is not owner:
                if self._circular(holder, owner):
                    raise Deadlock(
                        f"Statement has locked table '{key}' in a circle with another transaction.",
                        hint="Roll back and try again; take tables in the same order everywhere.",
                    )
                owner.waits_for = key
                try:
                    if not self._changed.wait(max(deadline - time.monotonic(), 0)):
                        raise _timed_out(key, holder)
                    if owner.cancelled:
                        raise Canceled("SQL execution canceled")
                finally:
                    owner.waits_for = None
            self._owners[key] = owner
            owner.held.setdefault(key, now())

    def release(self, owner: Owner) -> None:
        """Give back everything the owner holds."""
        if not owner.held:
            return
        with self._changed:
            for key in owner.held:
                self._owners.pop(key, None)
            owner.held.clear()
            self._changed.notify_all()

    def cancel(self, owner: Owner) -> None:
        """Wake the owner if it waits."""
        with self._changed:
            owner.cancelled = True
            self._changed.notify_all()

    def _circular(self, holder: Owner, owner: Owner) -> bool:
        seen: set[int] = set()
        current: Owner | None = holder
        while current is not None and id(current) not in seen:
            if current is owner:
                return True
            seen.add(id(current))
            current = self._owners.get(current.waits_for) if current.waits_for else None
        return False


def _timed_out(key: str, holder: Owner) -> LockTimeout:
    within = f" in transaction {holder.id}" if holder.id else ""
    return LockTimeout(
        f"Another statement has locked table '{key}'{within} and this lock has not yet been"
        " released.",
        hint="LOCK_TIMEOUT says how many seconds a statement waits.",
    )
