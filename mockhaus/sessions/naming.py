"""What a session may be called, and where below the data directory it may lie."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from mockhaus.errors import InvalidSession
from mockhaus.sessions import stored
from mockhaus.sessions.storage import DATABASE_FILE

_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}")


def is_id(session_id: str) -> bool:
    """Whether a session may be called so."""
    return _ID.fullmatch(session_id) is not None


def check_id(session_id: str) -> None:
    """Raises InvalidSession."""
    if not is_id(session_id):
        raise InvalidSession(
            f"'{session_id}' is not a session id.",
            hint="Letters, digits, '_', '-' and '.'; at most 128.",
        )


def place(root: Path, session_id: str, path: str | None) -> Path:
    """The folder of a new session, `path` or its id below the root. Raises InvalidSession."""
    if path is not None and not _is_path(path):
        raise InvalidSession(f"Path '{path[:40]}' cannot be that of a folder.")
    folder = (root / (path or session_id)).resolve()
    if not folder.is_relative_to(root) or folder == root:
        raise InvalidSession(f"Path '{path}' is not below the data directory.")
    if (reason := _unfit(root, folder)) is not None:
        raise InvalidSession(f"Path '{path}' {reason}.")
    return folder


def _is_path(path: str) -> bool:
    """Whether every file system takes it: no NUL, names of at most 200 bytes, 1000 in all."""
    name = os.fsencode(path)
    return b"\0" not in name and len(name) <= 1000 and all(len(n) <= 200 for n in name.split(b"/"))


def _unfit(root: Path, folder: Path) -> str | None:
    """Why a folder below the root cannot be a session's, None if it can."""
    if any(part.startswith(".") for part in folder.relative_to(root).parts):
        return "has a part that begins with a dot"
    if any((above / DATABASE_FILE).exists() for above in folder.parents):
        return "is inside another session's"
    if any(each != folder for each in stored.homes(folder)):
        return "has another session's inside"
    return None
