"""Whether the changes of an open transaction would do the same once more.

A transaction that is to see what others have committed begins anew and runs its changes again
(`Transaction.refresh`). That is the same transaction only if what those changes read cannot have
changed: values, and tables whose locks the transaction holds. Nothing else is taken for granted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mockhaus.engine.cursor import Cursor
from mockhaus.engine.journal import Change

#: Functions in DuckDB's text that answer differently the next time.
UNLIKE: Final = re.compile(
    r"random|uuid|nextval\(|context_value\(|current_(?:time|date)|\b(?:now|today)\(", re.IGNORECASE
)
#: Texts that change rows, and the table that a change keeps the rows of its source in.
_ROWS: Final = re.compile(
    r"INSERT |UPDATE |DELETE |MERGE |CREATE OR REPLACE TEMPORARY TABLE _MOCKHAUS_ROWS |"
    r"DROP TABLE _MOCKHAUS_ROWS$"
)
#: What reads files, or is recorded beside a table.
_BESIDE: Final = re.compile(r"\bread_\w+\(|__mockhaus|\bCOPY\b", re.IGNORECASE)
#: `"DB.SCHEMA".NAME`, quoted or not.
_TABLE: Final = re.compile(r'"((?:[^"]|"")*\.(?:[^"]|"")*)"\.(?:"((?:[^"]|"")*)"|(\w+))')
_DEFAULTS: Final = """
SELECT column_default FROM duckdb_columns()
WHERE NOT internal AND column_default IS NOT NULL
    AND list_contains($1, upper(schema_name || '.' || table_name))
"""


def repeats(journal: Sequence[Change], locked: Mapping[str, int], cursor: Cursor) -> bool:
    """Whether journaled changes would do the same again, whatever others have committed.

    `locked`: the full names, in upper case, of the tables that nobody else writes, and how many
    changes had been made by then.
    """
    for number, sql in enumerate(change.sql for change in journal):
        if not _ROWS.match(sql) or UNLIKE.search(sql) or _BESIDE.search(sql):
            return False
        if any(locked.get(table, len(journal)) > number for table in _tables(sql)):
            return False
    if not journal:
        return True
    aside = cursor.sibling()
    try:
        defaults = aside.rows(_DEFAULTS, (sorted(locked),))
    finally:
        aside.close()
    return not any(UNLIKE.search(str(default)) for (default,) in defaults)


def _tables(sql: str) -> set[str]:
    found = _TABLE.findall(sql)
    return {f"{place}.{quoted or bare}".replace('""', '"').upper() for place, quoted, bare in found}
