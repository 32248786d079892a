"""Snapshots of a session: copies of its database and its stages' files, by name.

A copy is made in a folder of its own that gets its name once it is whole. History, open
connections and their temporary tables are no part of it.
"""

from __future__ import annotations

import errno
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from mockhaus.engine import files
from mockhaus.engine.database import Database
from mockhaus.errors import InvalidSession, SnapshotExists, SnapshotNotFound

#: The most that a session keeps.
LIMIT: Final = 100

_DATABASE: Final = "snapshot.duckdb"
_FILES: Final = "files"
#: How the name of a copy begins that is not whole.
UNFINISHED: Final = ".new-"


class Copy(Struct, frozen=True):
    """A copy in a folder; `passing` is one that is removed when it has been used."""

    folder: Path
    passing: bool = False

    def put_files(self, target: Path) -> None:
        """Have its files in another folder, and nothing else there."""
        files.clone_tree(self.folder / _FILES, target)

    @property
    def database(self) -> Path:
        """Its database."""
        return self.folder / _DATABASE

    def put_database(self, target: Path) -> None:
        """Have its database in a new file."""
        if not self.passing:
            files.clone(self.database, target)
            return
        try:
            self.database.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:  # temporary files may be on another disk
                raise
            files.clone(self.database, target)


class Snapshot(Struct, frozen=True):
    """A named copy; `size` is in bytes."""

    name: str
    created: datetime
    size: int


class Snapshots:
    """The snapshots of one session, in a folder of its storage."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def every(self) -> list[Snapshot]:
        """All of them, oldest first."""
        if not self._folder.is_dir():
            return []
        found = [
            _snapshot(each)
            for each in self._folder.iterdir()
            if not each.name.startswith(UNFINISHED)
        ]
        return sorted(found, key=lambda each: each.created)

    def find(self, name: str) -> Copy:
        """The copy of that name. Raises SnapshotNotFound."""
        folder = self._folder / name
        if not (folder / _DATABASE).is_file() or folder.parent != self._folder:
            raise SnapshotNotFound(f"Snapshot '{name}' not found.")
        return Copy(folder)

    def make(self, name: str, database: Database, stages: Path) -> Snapshot:
        """Raises SnapshotExists, InvalidSession where there are too many."""
        target = self._folder / name
        if target.exists():
            raise SnapshotExists(f"Snapshot '{name}' exists already.")
        if len(self.every()) >= LIMIT:
            raise InvalidSession(
                f"The session has {LIMIT} snapshots already.", hint="Delete some of them."
            )
        with self.passing(database, stages) as made:
            made.folder.replace(target)
        return _snapshot(target)

    @contextmanager
    def passing(self, database: Database, stages: Path) -> Iterator[Copy]:
        """A copy that is removed in the end."""
        folder = self._folder / f"{UNFINISHED}{uuid.uuid4()}"
        folder.mkdir(parents=True)
        try:
            database.save(folder / _DATABASE)
            files.clone_tree(stages, folder / _FILES)
            yield Copy(folder, passing=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Raises SnapshotNotFound."""
        copy = self.find(name)
        gone = self._folder / f"{UNFINISHED}{uuid.uuid4()}"
        copy.folder.replace(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _snapshot(folder: Path) -> Snapshot:
    stat = (folder / _DATABASE).stat()
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    return Snapshot(folder.name, datetime.fromtimestamp(stat.st_mtime, UTC), size)
