"""Files and folders, copied without copying where the file system can."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

#: Linux's ioctl(2) FICLONE: two files share their blocks until one of them is written to.
_FICLONE: Final = 0x40049409


def clone(source: Path, target: Path, *, sync: bool = True) -> None:
    """Copy a file, whole or not at all; `sync`: it is on the disk then.

    On btrfs, XFS and their like the copy is made at once, whatever the size, and takes no room.
    """
    fresh = target.with_name(f"{target.name}.new")
    try:
        with source.open("rb") as old, fresh.open("wb") as new:
            if not _shared(old.fileno(), new.fileno()):
                shutil.copyfile(source, fresh)
            if sync:
                os.fsync(new.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _shared(source: int, target: int) -> bool:
    try:
        import fcntl  # not on Windows

        fcntl.ioctl(target, _FICLONE, source)
    except (ImportError, OSError):
        return False
    return True


def clone_tree(source: Path, target: Path) -> None:
    """Have a folder's files in another folder, and nothing else there."""
    fresh, old = (target.with_name(f"{target.name}.{end}") for end in ("new", "old"))
    for each in (fresh, old):
        shutil.rmtree(each, ignore_errors=True)
    shutil.copytree(source, fresh, symlinks=True, copy_function=_clone_with_times)
    if target.exists():
        target.replace(old)
    fresh.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def _clone_with_times(source: str, target: str) -> None:
    clone(Path(source), Path(target), sync=False)
    shutil.copystat(source, target)
