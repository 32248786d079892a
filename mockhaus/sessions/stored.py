"""What a persistent session is called and how long it lives, in a small file of its folder.

The file is replaced as a whole, so that a reader never finds half of one. A folder with a database
and no such file is a session of that name with the server's default TTL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

DATABASE_FILE: Final = "session.duckdb"
RECORD_FILE: Final = "session.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """A persistent session. `ttl` None is the server's default; `created` is in ISO 8601.

    `deleted`: it was deleted and its data kept, so it is there again only once it is created again.
    """

    id: str
    ttl: float | None
    created: str
    deleted: bool = False

    @property
    def moment(self) -> datetime:
        """When it was created."""
        return datetime.fromisoformat(self.created)


def write(folder: Path, record: Stored) -> None:
    """Replace the folder's record."""
    new = folder / f"{RECORD_FILE}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(asdict(record), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / RECORD_FILE)


def read(folder: Path) -> Stored | None:
    """The folder's session, None if it holds none."""
    if not (folder / DATABASE_FILE).exists():
        return None
    try:
        found = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        return Stored(str(found["id"]), found["ttl"], str(found["created"]), found["deleted"])
    except FileNotFoundError:
        changed = datetime.fromtimestamp((folder / DATABASE_FILE).stat().st_mtime, UTC)
        return Stored(folder.name, None, changed.isoformat())


def mark_deleted(folder: Path) -> None:
    """Keep the session's data, and the session away."""
    record = read(folder)
    if record is not None:
        write(folder, replace(record, deleted=True))


def every(root: Path) -> Iterator[tuple[Path, Stored]]:
    """All sessions below a directory, those that were deleted as well."""
    for database in sorted(root.rglob(DATABASE_FILE)):
        record = read(database.parent)
        if record is not None:
            yield database.parent, record


def find(root: Path, session_id: str) -> tuple[Path, Stored] | None:
    """The folder and record of a session: where its id says, or wherever its path was."""
    folder = (root / session_id).resolve()
    record = read(folder)
    if record is not None and record.id == session_id:
        return folder, record
    return next((pair for pair in every(root) if pair[1].id == session_id), None)
