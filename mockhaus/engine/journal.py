"""The changes of an open transaction, kept so that they can be made once more.

A change that reads files does the same again only while the files are the same: what tells a file
from its next version is looked at before it is read, and again when the change is repeated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from mockhaus.errors import LoadError

#: A call of DuckDB's that reads a file, with its name.
_READ: Final = re.compile(r"\bread_\w+\(\s*'((?:[^']|'')*)'")
#: A sign that DuckDB would take for a pattern, made plain.
_PLAIN: Final = re.compile(r"\[([*?\[])\]")

#: Place, size and times of a file; None where there is none.
Stamp = tuple[int, ...] | None


class Change(Struct, frozen=True):
    """A statement of DuckDB's, and the files that it reads as they were before."""

    sql: str
    values: Sequence[Any] = ()
    files: Mapping[str, Stamp] = field(default_factory=dict)

    @classmethod
    def of(cls, sql: str, values: Sequence[Any]) -> Change:
        """The change that a statement is about to make."""
        if "read_" not in sql:
            return cls(sql, values)
        names = (_PLAIN.sub(r"\1", name.replace("''", "'")) for name in _READ.findall(sql))
        return cls(sql, values, {name: _stamp(name) for name in names})

    def check(self) -> None:
        """Raises LoadError if a file is another one, or gone."""
        for name, stamp in self.files.items():
            now = _stamp(name)
            if now is None:
                raise LoadError("A file that the transaction had loaded is gone.")
            if now != stamp:
                raise LoadError(
                    f"File '{Path(name).name}' has changed since the transaction loaded it."
                )


def _stamp(name: str) -> Stamp:
    try:
        status = os.stat(name)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
