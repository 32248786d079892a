"""What a persistent session is called and how long it lives, in a small file of its folder.

The file is replaced as a whole, so that a reader never finds half of one. A folder with a database
and no such file is a session of that name with the server's default TTL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from mockhaus.errors import UnreadableSession
from mockhaus.sessions.storage import DATABASE_FILE
from mockhaus.translation.context import Context

RECORD_FILE: Final = "session.json"


class Standing(Struct, frozen=True):
    """What is current in a session for those who do not say: names as stored, and parameters."""

    database: str | None
    schema: str | None
    warehouse: str | None
    role: str | None
    parameters: dict[str, str]

    @staticmethod
    def of(context: Context) -> Standing:
        """Where a connection stands."""
        return Standing(
            context.database,
            context.schema,
            context.warehouse,
            context.role,
            dict(context.parameters),
        )


class Stored(Struct, frozen=True):
    """A persistent session. `ttl` None is the server's default; `created` is in ISO 8601.

    `deleted`: it was deleted and its data kept, so it is there again only once it is created again.
    """

    id: str
    ttl: float | None
    created: str
    deleted: bool = False
    standing: Standing | None = None
    owner: str | None = None
    shared: bool = False

    def is_visible_to(self, user: str | None) -> bool:
        """Whether a user may know of it; None is whoever there is on a server without users."""
        return is_visible(self.owner, self.shared, user)

    @property
    def moment(self) -> datetime:
        """When it was created."""
        return datetime.fromisoformat(self.created)


def is_visible(owner: str | None, shared: bool, user: str | None) -> bool:
    """Whether a user may know of a session: its owner, and everyone where it has none."""
    return user is None or owner is None or shared or owner == user.upper()


def write(folder: Path, record: Stored) -> None:
    """Replace the folder's record."""
    new = folder / f"{RECORD_FILE}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(to_builtins(record), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / RECORD_FILE)


def read(folder: Path) -> Stored | None:
    """The folder's session, None if it holds none. Raises UnreadableSession."""
    if not (folder / DATABASE_FILE).exists():
        return None
    try:
        return _decoded(json.loads((folder / RECORD_FILE).read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError):
        raise UnreadableSession(
            f"What is to be known of session '{folder.name}' cannot be read.",
            hint=f"The file {RECORD_FILE} of its folder is damaged.",
        ) from None
    except FileNotFoundError:
        changed = datetime.fromtimestamp((folder / DATABASE_FILE).stat().st_mtime, UTC)
        return Stored(folder.name, None, changed.isoformat())


def _decoded(found: dict[str, Any]) -> Stored:
    known = {name: found[name] for name in Stored.__struct_fields__ if name in found}
    standing = known.pop("standing", None)
    return Stored(**known, standing=None if standing is None else Standing(**standing))


def update(folder: Path, **changes: Any) -> None:
    """Change fields of a folder's record, if it has one."""
    record = read(folder)
    if record is not None:
        write(folder, replace(record, **changes))


def every(root: Path) -> Iterator[tuple[Path, Stored]]:
    """All sessions below a directory that can be read, those that were deleted as well."""
    for folder in homes(root):
        with suppress(UnreadableSession):
            if (record := read(folder)) is not None:
                yield folder, record


def homes(root: Path) -> Iterator[Path]:
    """The folders of all sessions below a directory."""
    for place, folders, names in os.walk(root):
        folders.sort()
        if DATABASE_FILE in names:
            folders.clear()
            yield Path(place)
        else:
            folders[:] = [each for each in folders if not each.startswith(".")]


def find(root: Path, session_id: str) -> tuple[Path, Stored] | None:
    """The folder and record of a session: where its id says, or wherever its path was.

    Raises UnreadableSession.
    """
    folder = (root / session_id).resolve()
    record = read(folder)
    if record is not None and record.id == session_id:
        return folder, record
    return next((pair for pair in every(root) if pair[1].id == session_id), None)
