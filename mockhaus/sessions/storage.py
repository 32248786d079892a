"""Where a session's data lie: its database, its stages' files, what it spills, its snapshots.

One class a kind of place; a session knows nothing but `Storage`.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final, Literal, Protocol

Kind = Literal["memory", "persistent"]

#: A persistent session's database, in its folder.
DATABASE_FILE: Final = "session.duckdb"


class Storage(Protocol):
    """A place for one session."""

    kind: Kind
    #: Everything that is not in memory lies below it.
    home: Path

    @property
    def database(self) -> Path | None:
        """The database's file, None for memory."""

    def close(self) -> None:
        """The session has ended."""


class MemoryStorage:
    """The database in memory; the rest in a folder that goes with the session."""

    kind: Kind = "memory"
    database = None

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mockhaus-"))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.home, ignore_errors=True)


class FolderStorage:
    """Everything in a local folder, which stays."""

    kind: Kind = "persistent"

    def __init__(self, folder: Path) -> None:
        self.home = folder

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.home / DATABASE_FILE

    def close(self) -> None:
        """Nothing goes."""
