"""Changes of a persistent session's folder are whole or not there, whenever the server dies.

What is made is made beside, under a name that nothing looks for, and gets its own name in one step:

    a new session   its folder has the file `.making` until its database has its name
    a restore       is gathered in `.restoring`; once that is called `restored`, it is carried out,
    or a reset      by who opens the session if need be
    a deletion      begins by giving the folder another name

What was left under such names is removed when a server starts, or a session is opened.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mockhaus.engine.database import blank
from mockhaus.sessions.snapshots import UNFINISHED, Copy
from mockhaus.sessions.storage import DATABASE_FILE, FILES_FOLDER, SNAPSHOTS_FOLDER, SPILL_FOLDER
from mockhaus.sessions.stored import RECORD_FILE, Stored, write

_MAKING: Final = ".making"
_RESTORING: Final = ".restoring"
_RESTORED: Final = "restored"
_GONE: Final = ".gone-"


@contextmanager
def making(folder: Path) -> Iterator[None]:
    """Inside, a new session's folder is filled, its database last; on an error it is removed."""
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / _MAKING
    marker.touch()
    try:
        yield
        marker.unlink()
    except BaseException:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def gathered(home: Path, copy: Copy) -> Iterator[Callable[[], None]]:
    """Have everything ready that a session is to hold instead, and put it there by the call;
    the database is closed then.
    """
    beside = _beside(home)

    def put() -> None:
        beside.replace(home / _RESTORED)
        _carry_out(home)

    try:
        copy.put_database(beside / DATABASE_FILE)
        copy.put_files(beside / FILES_FOLDER)
        yield put
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def empty(home: Path, record: Stored) -> None:
    """Have a session's folder hold nothing but what is to be known of the session. It is closed."""
    beside = _beside(home)
    blank(beside / DATABASE_FILE)
    for name in (FILES_FOLDER, SNAPSHOTS_FOLDER):
        (beside / name).mkdir()
    write(beside, record)
    beside.replace(home / _RESTORED)
    _carry_out(home)


def _beside(home: Path) -> Path:
    """The folder in which a session's new content is gathered, empty."""
    beside = home / _RESTORING
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    return beside


def _carry_out(home: Path) -> None:
    gathered = home / _RESTORED
    if (gathered / DATABASE_FILE).exists():
        (home / f"{DATABASE_FILE}.wal").unlink(missing_ok=True)  # belongs to what goes
        (gathered / DATABASE_FILE).replace(home / DATABASE_FILE)
    if (gathered / RECORD_FILE).exists():
        (gathered / RECORD_FILE).replace(home / RECORD_FILE)
    for name in (FILES_FOLDER, SNAPSHOTS_FOLDER):
        if (gathered / name).exists():
            shutil.rmtree(home / name, ignore_errors=True)
            (gathered / name).replace(home / name)
    shutil.rmtree(gathered, ignore_errors=True)


def remove(root: Path, folder: Path) -> None:
    """Remove a session's folder."""
    gone = root / f"{_GONE}{uuid.uuid4()}"
    folder.replace(gone)
    shutil.rmtree(gone, ignore_errors=True)


def tidy(home: Path) -> None:
    """Put in order what a server left that died. The session is not open."""
    _carry_out(home)
    (home / _MAKING).unlink(missing_ok=True)
    for name in (_RESTORING, SPILL_FOLDER, f"{FILES_FOLDER}.new", f"{FILES_FOLDER}.old"):
        shutil.rmtree(home / name, ignore_errors=True)
    for name in (f"{DATABASE_FILE}.new", f"{RECORD_FILE}.new"):
        (home / name).unlink(missing_ok=True)
    for unfinished in (home / SNAPSHOTS_FOLDER).glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what was being made or deleted when a server died."""
    for each in root.glob(f"{_GONE}*"):
        shutil.rmtree(each, ignore_errors=True)
    for place, folders, names in os.walk(root):
        if DATABASE_FILE in names:
            folders.clear()
        elif _MAKING in names:
            folders.clear()
            shutil.rmtree(place, ignore_errors=True)
