"""Mockhaus's own tables in a session's database, whatever version of it made the file.

A new database gets the tables as they are now. In an old one the steps that it has not been through
are taken, in order, in the transaction that opens the session: it is left as it was or as it is
now. A step is never changed once it was released; what changes a table adds one.
"""

from __future__ import annotations

from typing import Final

from mockhaus.catalog import objects
from mockhaus.catalog.objects import FIRST_OID, SCHEMA
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.instance import DATA
from mockhaus.errors import LaterVersion, UndefinedObject
from mockhaus.ingestion.copying import history

#: Statements, between semicolons, from one version to the next; the first leads from 0 to 1. Files
#: of before there were versions may have been through some of the first three. DuckDB lets no
#: transaction write into a table that it has altered: values come as defaults.
STEPS: Final = (
    # Objects have a time of their last change, and a number.
    f"""
    CREATE SEQUENCE IF NOT EXISTS {SCHEMA}.oids START WITH {FIRST_OID} INCREMENT BY 2048;
    ALTER TABLE {SCHEMA}.objects ADD COLUMN IF NOT EXISTS altered TIMESTAMPTZ DEFAULT now();
    ALTER TABLE {SCHEMA}.objects ADD COLUMN IF NOT EXISTS oid BIGINT
        DEFAULT nextval('{SCHEMA}.oids')
    """,
    # The load history tells of the stage and the query, and forgets without losing.
    f"""
    ALTER TABLE {SCHEMA}.load_history ADD COLUMN IF NOT EXISTS stage VARCHAR DEFAULT '';
    ALTER TABLE {SCHEMA}.load_history ADD COLUMN IF NOT EXISTS error_limit BIGINT DEFAULT 1;
    ALTER TABLE {SCHEMA}.load_history ADD COLUMN IF NOT EXISTS query_id VARCHAR DEFAULT '';
    ALTER TABLE {SCHEMA}.load_history ADD COLUMN IF NOT EXISTS forgotten BOOLEAN DEFAULT FALSE
    """,
    # Objects tell by a stamp whether they have changed.
    f"""
    CREATE SEQUENCE IF NOT EXISTS {SCHEMA}.stamps;
    ALTER TABLE {SCHEMA}.objects ADD COLUMN IF NOT EXISTS stamp BIGINT
    """,
    # The copies that were made are recorded, in a table that is made with the others below.
    "",
)

_TABLES: Final = (
    "SELECT table_name FROM duckdb_tables()"
    f" WHERE schema_name = '{SCHEMA}' AND database_name = current_database()"
)


def set_up(cursor: Cursor) -> bool:
    """Have the tables there as they are now; whether there were none. Raises LaterVersion."""
    if _is_current(cursor):
        return False
    is_new = _is_new(cursor)
    there = set() if is_new else {row[0] for row in cursor.rows(_TABLES)}
    version = len(STEPS)
    if "objects" in there:
        version = _version(cursor) if "version" in there else 0
        if version > len(STEPS):
            raise LaterVersion(
                "The session's data were last used by a later version of Mockhaus"
                f" ({version}; this one knows {len(STEPS)})."
            )
        history.set_up(cursor)
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                cursor.run(statement)
    objects.set_up(cursor)
    history.set_up(cursor)
    if version < len(STEPS) or "version" not in there:
        cursor.run(f"CREATE OR REPLACE TABLE {SCHEMA}.version AS SELECT {len(STEPS)} AS number")
    return is_new


def _is_new(cursor: Cursor) -> bool:
    """Whether the database holds nothing of ours: the usual case, where looking closer is slow."""
    try:
        cursor.rows(f"SELECT 1 FROM {DATA}.{SCHEMA}.objects LIMIT 0")
    except UndefinedObject:
        return True
    return False


def _is_current(cursor: Cursor) -> bool:
    """Whether this version made the tables: nearly always, and looking for them takes longer."""
    try:
        return _version(cursor) == len(STEPS)
    except UndefinedObject:
        return False


def _version(cursor: Cursor) -> int:
    return int(cursor.rows(f"SELECT number FROM {SCHEMA}.version")[0][0])
