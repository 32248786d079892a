"""Where a session's data lie: its database, its stages' files, what it spills, its snapshots.

One class a kind of place; a session knows nothing but `Storage`.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, Literal, Protocol

#: A temporary session has a database file, which goes with it as the rest of its data.
Kind = Literal["memory", "temporary", "persistent"]

#: A persistent session's database, in its folder.
DATABASE_FILE: Final = "session.duckdb"

#: Below a session's home: files of its internal stages, its snapshots, what memory does not hold.
FILES_FOLDER: Final = "files"
SNAPSHOTS_FOLDER: Final = "snapshots"
SPILL_FOLDER: Final = "spill"

#: How the folders of memory sessions begin, one a process; and the file in each that is locked.
_SCRATCH: Final = "mockhaus-memory-"
_LOCK: Final = "lock"


class Storage(Protocol):
    """A place for one session."""

    kind: Kind
    #: Everything that is not in memory lies below it.
    home: Path
    #: The folder that DuckDB reads and writes below; homes that share one share its instances.
    base: Path
    #: What memory does not hold.
    spill: Path

    @property
    def database(self) -> Path | None:
        """The database's file, None for memory."""

    def close(self) -> None:
        """The session has ended."""


class MemoryStorage:
    """The database in memory; the rest in a folder that goes with the session."""

    kind: Kind = "memory"

    def __init__(self) -> None:
        self.base = _scratch()
        self.home = Path(tempfile.mkdtemp(prefix="session-", dir=self.base))
        # Not in its home, since the next session may take over the instance.
        self.spill = self.base / f"{SPILL_FOLDER}-{next(_spills)}"

    @property
    def database(self) -> Path | None:
        """None: there is no file."""
        return None

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.home, ignore_errors=True)


class TemporaryStorage(MemoryStorage):
    """The database in a file of that folder: what does not fit into memory stays quick."""

    kind: Kind = "temporary"

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.home / DATABASE_FILE


class FolderStorage:
    """Everything in a local folder, which stays."""

    kind: Kind = "persistent"

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.base = folder.parent  # it may be renamed: its home is another folder next to it then
        self.spill = folder / SPILL_FOLDER

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.home / DATABASE_FILE

    def close(self) -> None:
        """Nothing goes."""


#: Kinds of sessions that nothing is left of -> their storage.
PASSING: Final[dict[Kind, type[MemoryStorage]]] = {
    "memory": MemoryStorage,
    "temporary": TemporaryStorage,
}


def owned(root: Path) -> IO[str] | None:
    """A data directory's lock, as long as it is open; None where another process has it."""
    root.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # another user's folder, or a file system without modes
        root.chmod(0o700)
    lock = (root / f".{_LOCK}").open("a")
    if locked(lock):
        return lock
    lock.close()
    return None


_spills: Final = itertools.count(1)


@lru_cache(maxsize=1)
def _scratch() -> Path:
    """The folder of this process's memory sessions, removed at exit.

    The folders of processes that were killed are removed by who comes after them: nobody holds
    the lock there.
    """
    base = Path(tempfile.gettempdir())
    for other in base.glob(f"{_SCRATCH}*"):
        with contextlib.suppress(OSError), (other / _LOCK).open("r+") as lock:
            if locked(lock):
                shutil.rmtree(other, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=base)).resolve()
    unlocked = folder / f"{_LOCK}.new"
    lock = unlocked.open("w")
    locked(lock)
    unlocked.replace(folder / _LOCK)
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)
        lock.close()

    atexit.register(remove)
    return folder


def locked(file: IO[str]) -> bool:
    """Lock a file for as long as it is open; whether nobody else has it."""
    try:
        import fcntl  # not on Windows

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
