"""Where the files of a stage are: a Store lists, finds and removes them.

Here is the one of folders on this machine; see `object_stores` for S3, GCS and Azure.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import IO, Final, Protocol
from urllib.parse import unquote

from msgspec import Struct

from mockhaus.errors import InvalidParameter, LoadError
from mockhaus.ingestion import stopping

#: Bytes that are copied at a time.
CHUNK: Final = 1 << 20
#: How the names of files begin that are still being written; no stage shows them.
_TEMPORARY: Final = ".mockhaus-"


#: What two files are compared by.
_value: Final = attrgetter("name", "size", "stamp", "path")


class StoredFile(Struct, frozen=True, eq=False):
    """A file in a stage.

    `name` is its path below the stage, with slashes; `size` is in bytes; `stamp` is the time of
    its last change in nanoseconds since 1970, UTC; `path` is where DuckDB can read it, None for
    a file that has to be fetched, which `opener` opens.
    """

    name: str
    size: int
    stamp: int
    path: Path | None
    opener: Callable[[], IO[bytes]] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredFile) and _value(self) == _value(other)

    def __hash__(self) -> int:
        return hash(_value(self))

    @property
    def modified(self) -> datetime:
        """When the file last changed."""
        return datetime.fromtimestamp(self.stamp / 1e9, UTC)

    def md5(self) -> str:
        """The MD5 of the file's bytes, in hexadecimal, as LIST shows it."""
        digest = hashlib.md5(usedforsecurity=False)
        with self.open() as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def changed(self) -> bool:
        """Whether the file on this machine is no longer the one that was listed."""
        if self.path is None:
            return False
        try:
            status = self.path.stat()
        except OSError:
            return True
        return (status.st_size, status.st_mtime_ns) != (self.size, self.stamp)

    def open(self) -> IO[bytes]:
        """The file's bytes, from the beginning. Raises FileNotFoundError, LoadError."""
        if self.path is not None:
            return self.path.open("rb")
        assert self.opener is not None
        return self.opener()

    @contextmanager
    def local(self, scratch: Path) -> Iterator[Path]:
        """The file on this machine; what had to be fetched goes when the block ends."""
        if self.path is not None:
            yield self.path
            return
        scratch.mkdir(parents=True, exist_ok=True)
        # The ending may tell the compression.
        path = scratch / f"{uuid.uuid4().hex}{Path(self.name).suffix}"
        try:
            with self.open() as file, path.open("wb") as target:
                stopping.copied(file, target)
            if path.stat().st_size != self.size:
                raise LoadError(f"File '{self.name}' changed or broke off while it was fetched.")
            yield path
        finally:
            path.unlink(missing_ok=True)


class Store(Protocol):
    """The files of one stage. Names are paths below it, with slashes, never leading out."""

    def list(self, prefix: str) -> list[StoredFile]:
        """The files whose name begins with the prefix, by name."""
        ...

    def find(self, name: str) -> StoredFile | None:
        """The file of that name, None if there is none."""
        ...

    def remove(self, file: StoredFile) -> None:
        """Delete a file; a file that is gone already is no error."""
        ...

    def temporary(self) -> Path:
        """Where a new file can be written; it is none of the stage's until it is published."""
        ...

    def publish(self, path: Path, name: str) -> None:
        """Make a temporary file the stage's file of that name, at once and whole."""
        ...


def checked(path: str) -> str:
    """A path below a stage, if it is one. Raises InvalidParameter if it could lead out of it.

    `..` is refused in every spelling that some reader further down might decode.
    """
    for spelling in (path, unquote(path)):
        parts = spelling.replace("\\", "/").split("/")
        if ".." in parts or "." in parts or spelling.startswith("/") or "\0" in spelling:
            raise InvalidParameter(
                f"Invalid stage path '{path.encode('unicode_escape').decode()}'.",
                hint="A path stays below its stage: no '..', no leading slash, no NUL.",
            )
    return path


class LocalStore:
    """A folder on this machine. `must_exist`: a missing folder is an error, not an empty stage."""

    def __init__(self, root: Path, *, must_exist: bool = False) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._must_exist = must_exist

    def list(self, prefix: str) -> list[StoredFile]:
        """The files whose name begins with the prefix, by name. Raises LoadError, OSError."""
        if self._must_exist and not self.root.is_dir():
            raise LoadError(f"The stage's folder '{self.root}' does not exist.")
        folder = checked(prefix).rpartition("/")[0]
        return sorted(self._walk(folder, prefix), key=lambda file: file.name)

    def _walk(self, folder: str, prefix: str) -> Iterator[StoredFile]:
        inside = self._inside(self.root / folder)
        pending = [folder]
        while pending:
            below = pending.pop()
            try:
                entries = os.scandir(self.root / below)
            except (FileNotFoundError, NotADirectoryError):
                continue
            with entries:
                for entry in entries:
                    if entry.name.startswith(_TEMPORARY):
                        continue
                    name = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if name.startswith(prefix) or prefix.startswith(f"{name}/"):
                            pending.append(name)
                    elif name.startswith(prefix):
                        # A file's own entry tells all of it; only a link needs to be followed.
                        plain = inside and entry.is_file(follow_symlinks=False)
                        file = self._listed(name, entry) if plain else self.find(name)
                        if file is not None:
                            yield file

    @staticmethod
    def _listed(name: str, entry: os.DirEntry[str]) -> StoredFile | None:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        return StoredFile(name, status.st_size, status.st_mtime_ns, Path(entry.path))

    def _inside(self, path: Path) -> bool:
        """Whether a path, its links followed, is the stage's folder or below."""
        return os.path.commonpath((self._real, os.path.realpath(path))) == self._real

    def find(self, name: str) -> StoredFile | None:
        """The file of that name, None if there is none.

        Raises LoadError if it is a link that leads out of the stage, or to a folder.
        """
        path = self.root / checked(name)
        if not self._inside(path):
            raise LoadError(f"File '{name}' is a link that leads out of its stage.")
        real = os.path.realpath(path)
        try:
            status = os.stat(real)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if path.is_symlink() and Path(real).is_dir():
            raise LoadError(f"'{name}' is a link to a folder, which a stage does not follow.")
        if not os.path.isfile(real):
            return None
        return StoredFile(name, status.st_size, status.st_mtime_ns, path)

    def remove(self, file: StoredFile) -> None:
        """Delete a file, and folders that it leaves empty."""
        path = self.root / file.name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root or not folder.is_relative_to(self.root):
                break
            try:
                folder.rmdir()
            except OSError:
                break

    def temporary(self) -> Path:
        """Where a new file can be written, in the stage's own file system. Raises LoadError."""
        if self._must_exist and not self.root.is_dir():
            raise LoadError(f"The stage's folder '{self.root}' does not exist.")
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root / f"{_TEMPORARY}{uuid.uuid4().hex}"

    def publish(self, path: Path, name: str) -> None:
        """Make a temporary file the stage's file of that name. Raises LoadError."""
        target = self.root / checked(name)
        folder = os.path.realpath(target.parent)
        if os.path.commonpath((os.path.realpath(self.root), folder)) != self._real:
            raise LoadError(f"File '{name}' would be outside of its stage.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        except OSError as error:
            raise LoadError(f"File '{name}' cannot be written: {error.strerror}.") from None
