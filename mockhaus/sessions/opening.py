"""A session comes to be: in memory, in a new folder, or out of the folder that it has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mockhaus.errors import EngineFault, UnreadableSession
from mockhaus.sessions import recovery, stored
from mockhaus.sessions.session import Session
from mockhaus.sessions.storage import FolderStorage, Storage
from mockhaus.sessions.stored import Stored

log: Final = logging.getLogger("mockhaus.sessions")

Made = Callable[[Storage], Session]


def passing(made: Made, storage: Storage) -> Session:
    """One whose storage goes with it."""
    try:
        return made(storage)
    except BaseException:
        storage.close()
        raise


def kept(made: Made, folder: Path, record: Stored, *, tidies: bool) -> Session:
    """One that is stored in a folder; `record` is what a new one is to be known by.

    `tidies`: no other server works below the data directory. Raises UnreadableSession.
    """
    if stored.read(folder) is None:
        with recovery.making(folder):
            stored.write(folder, record)  # before the database: without an owner it is everyone's
            session = made(FolderStorage(folder))
    else:
        if tidies:
            recovery.tidy(folder)
        try:
            session = made(FolderStorage(folder))
        except EngineFault as error:
            log.warning("The data in %s cannot be opened: %s", folder, error.message)
            raise UnreadableSession(
                f"The data of session '{record.id}' cannot be opened.",
                hint="They are damaged, or another server has them open; its log says more.",
            ) from error
    _record(session, folder, record.ttl)
    return session


def _record(session: Session, folder: Path, ttl: float | None) -> None:
    """Write down what is to be known of a stored session after a restart."""
    standing = None
    if (known := stored.read(folder)) is not None:
        session.created = min(session.created, known.moment)
        standing = known.standing
        session.standing = standing or session.standing
        if known.owner is not None:
            session.owner, session.shared = known.owner, known.shared
    record = Stored(
        session.id,
        ttl,
        session.created.isoformat(),
        standing=standing,
        owner=session.owner,
        shared=session.shared,
    )
    stored.write(folder, record)
