"""Transaction modes: BEGIN, SET TRANSACTION, SET SESSION CHARACTERISTICS (manual, SET TRANSACTION).

SERIALIZABLE is REPEATABLE READ in PostgreSQL's sense: a transaction sees one snapshot. READ ONLY
refuses what writes.
"""

from __future__ import annotations

import re
from typing import Final

from mockhaus.errors import ReadOnlyTransaction
from mockhaus.translation import statements as s

_LEVEL: Final = re.compile(
    r"ISOLATION\s+LEVEL\s+(SERIALIZABLE|REPEATABLE\s+READ|READ\s+COMMITTED|READ\s+UNCOMMITTED)\b",
    re.I,
)
_ACCESS: Final = re.compile(r"\bREAD\s+(ONLY|WRITE)\b", re.I)

#: Levels at which all statements of a transaction see the same.
SNAPSHOT: Final = ("repeatable read", "serializable")

#: Statements that write nothing.
_READS: Final = (
    s.Select, s.CatalogSelect, s.Explain, s.Begin, s.Commit, s.Rollback, s.Show, s.Describe,
    s.Use, s.SetVariables, s.UnsetVariables, s.AlterSession, s.ListStage,
)  # fmt: skip


def modes(text: str) -> dict[str, str]:
    """The modes of a BEGIN or SET TRANSACTION as settings, without those it does not name."""
    found = {}
    if match := _LEVEL.search(text):
        found["transaction_isolation"] = " ".join(match[1].lower().split())
    if match := _ACCESS.search(text):
        found["transaction_read_only"] = "on" if match[1].upper() == "ONLY" else "off"
    return found


def check_writable(statement: s.Statement) -> None:
    """Raise ReadOnlyTransaction if a statement writes."""
    if not isinstance(statement, _READS):
        verb = statement.kind.replace("_", " ")
        raise ReadOnlyTransaction(f"cannot execute {verb} in a read-only transaction")
