"""True numbers of rows, without counting what need not be counted.

DuckDB knows how many rows each table has, but a deleted row counts until it is cleaned away, and a
row of the open transaction does not count yet. So a session remembers which tables were changed by
anything but a plain INSERT of its own; those, and no others, are counted when someone asks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from mockhaus.engine.database import Cursor
from mockhaus.translation import names
from mockhaus.translation.context import Context, ObjectName, storage_schema

if TYPE_CHECKING:
    from mockhaus.catalog.objects import Objects

#: Tables counted by one statement.
_AT_ONCE: Final = 100


class RowCounts:
    """The tables of one session whose rows DuckDB's own figure may not tell. Safe in any thread."""

    def __init__(self) -> None:
        self._inexact: set[ObjectName] = set()
        self._lock = threading.Lock()

    def changed(self, table: ObjectName) -> None:
        """Rows of a table, named in full, were changed by more than an INSERT."""
        with self._lock:
            self._inexact.add(table.folded())

    def tell(self, cursor: Cursor, objects: Objects, temporary: frozenset[ObjectName]) -> None:
        """Count what must be counted; the macro `catalog_tables` reads it from a variable.

        `temporary` tables of the connection are counted always: others may have their names.
        """
        with self._lock:
            inexact = set(self._inexact)
        if not inexact and not temporary:
            return
        kept = (n for n in objects.names("TABLE") if n.folded() in inexact) if inexact else ()
        counted = _count(cursor, kept, Context())
        counted |= _count(cursor, temporary, Context(temporary=temporary))
        pairs = ", ".join(f"{_literal(key)}: {rows}" for key, rows in counted.items())
        cursor.rows(f"SET VARIABLE row_counts = MAP {{{pairs}}}::MAP(VARCHAR, BIGINT)")


def _count(cursor: Cursor, tables: Iterable[ObjectName], context: Context) -> dict[str, int]:
    """Rows of each table by the key that `catalog_tables` looks it up with."""
    found, waiting = {}, list(tables)
    for start in range(0, len(waiting), _AT_ONCE):
        query = " UNION ALL ".join(
            f"SELECT {_literal(_key(name, context))}, count(*) FROM"
            f" {names.storage_name(name, context)}"
            for name in waiting[start : start + _AT_ONCE]
        )
        found.update({str(key): int(rows) for key, rows in cursor.rows(query)})
    return found


def _key(name: ObjectName, context: Context) -> str:
    own = f"{storage_schema(name.database or '', name.schema or '')}.{name.name}".upper()
    return f"MAIN.{own}" if context.is_temporary(name) else own


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
