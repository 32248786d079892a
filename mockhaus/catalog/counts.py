"""True numbers of rows, without counting what need not be counted.

DuckDB knows how many rows each table has, but a deleted row counts until it is cleaned away, and a
row of the open transaction does not count yet. So a session remembers which tables were changed by
anything but a plain INSERT of its own; those, and no others, are counted when someone asks.

To tell its figures DuckDB writes out the definition of every table (0.13 s for 2,000 of 20
columns). So they are kept until something is committed, and a few tables are counted instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mockhaus.engine.cursor import Cursor
from mockhaus.quoting import sql_literal
from mockhaus.translation import names
from mockhaus.translation.context import Context, ObjectName, storage_schema

if TYPE_CHECKING:
    from mockhaus.catalog.objects import Objects
    from mockhaus.catalog.workspace import Workspace

#: Tables counted by one statement.
_AT_ONCE: Final = 100
#: So many tables are counted rather than asked for among all.
_FEW: Final = 20
_FIGURES: Final = """
SELECT upper(schema_name || '.' || table_name), estimated_size FROM duckdb_tables()
WHERE database_name = current_database()
"""


class RowCounts:
    """The tables of one session whose rows DuckDB's own figure may not tell. Safe in any thread."""

    def __init__(self) -> None:
        self._inexact: set[ObjectName] = set()
        self._kept: tuple[int, Mapping[str, int]] | None = None
        self._lock = threading.Lock()

    def changed(self, table: ObjectName) -> None:
        """Rows of a table, named in full, were changed by more than an INSERT."""
        with self._lock:
            self._inexact.add(table.folded())

    def tell(self, cursor: Cursor, objects: Objects, context: Context) -> None:
        """Count what must be counted; the macro `catalog_tables` reads it from a variable."""
        counted = self._counted(cursor, objects, context.temporary)
        if counted:
            pairs = ", ".join(f"{sql_literal(key)}: {rows}" for key, rows in counted.items())
            cursor.rows(f"SET VARIABLE row_counts = MAP {{{pairs}}}::MAP(VARCHAR, BIGINT)")

    def of(
        self, tables: Sequence[ObjectName], workspace: Workspace
    ) -> Callable[[ObjectName, bool], int | None]:
        """What tells the rows of each of these tables, and whether the temporary one is meant."""
        cursor, context = workspace.cursor, workspace.context
        if len(tables) <= _FEW:
            found = _count(cursor, tables, Context())
            found |= _count(cursor, context.temporary, Context(temporary=context.temporary))
        else:
            running = context.transaction is None or bool(context.transaction.id)
            commits = 0 if running or workspace.locks is None else workspace.locks.commits
            found = dict(self._figures(cursor, commits))
            found |= self._counted(cursor, workspace.objects, context.temporary)
        return lambda name, temporary: found.get(_key(name, is_temporary=temporary))

    def _figures(self, cursor: Cursor, commits: int) -> Mapping[str, int]:
        """DuckDB's own figures, as of so many commits; 0 for what only a transaction sees."""
        kept = self._kept
        if kept is None or not commits or kept[0] != commits:
            kept = self._kept = (commits, dict(cursor.rows(_FIGURES)))
        return kept[1]

    def _counted(
        self, cursor: Cursor, objects: Objects, temporary: frozenset[ObjectName]
    ) -> dict[str, int]:
        """The rows of those that DuckDB's figures may not tell.

        `temporary` tables of the connection are counted always: others may have their names.
        """
        with self._lock:
            inexact = set(self._inexact)
        kept = (n for n in objects.names("TABLE") if n.folded() in inexact) if inexact else ()
        counted = _count(cursor, kept, Context())
        return counted | _count(cursor, temporary, Context(temporary=temporary))


def _count(cursor: Cursor, tables: Iterable[ObjectName], context: Context) -> dict[str, int]:
    """Rows of each table by the key that `catalog_tables` looks it up with."""
    found, waiting = {}, list(tables)
    for start in range(0, len(waiting), _AT_ONCE):
        query = " UNION ALL ".join(
            f"SELECT {sql_literal(_key(name, is_temporary=context.is_temporary(name)))}, count(*)"
            f" FROM {names.storage_name(name, context)}"
            for name in waiting[start : start + _AT_ONCE]
        )
        found.update({str(key): int(rows) for key, rows in cursor.rows(query)})
    return found


def _key(name: ObjectName, *, is_temporary: bool) -> str:
    own = f"{storage_schema(name.database or '', name.schema or '')}.{name.name}".upper()
    return f"MAIN.{own}" if is_temporary else own
