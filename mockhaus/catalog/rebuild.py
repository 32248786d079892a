"""Tables made after tables: CREATE TABLE LIKE and CLONE, and what DuckDB's ALTER TABLE cannot do.

DuckDB cannot add, change or drop the CHECK that stands in for the length of VARCHAR(n), and cannot
move a table to another schema: such a table is made anew with its rows, in the open transaction.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from mockhaus.catalog import columns
from mockhaus.catalog.objects import SCHEMA, CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl import checks
from mockhaus.translation.ddl.tables import length_check
from mockhaus.types import BINARY_LENGTH, VARCHAR_LENGTH

_SIZED: Final = re.compile(r"(VARCHAR|BINARY)\((\d+)\)")
_WHOLE: Final = {"VARCHAR": VARCHAR_LENGTH, "BINARY": BINARY_LENGTH}


def identity_default(workspace: Workspace, start: int, increment: int) -> str:
    """The DEFAULT of an AUTOINCREMENT column: the next number of a sequence of its own."""
    sequence = f"{SCHEMA}.{names.quoted(f'identity_{uuid.uuid4().hex}')}"
    workspace.cursor.run(
        f"CREATE SEQUENCE {sequence} START WITH {start} INCREMENT BY {increment}"
        + (f" MINVALUE {-(2**62)} MAXVALUE {2**62}" if increment < 0 or start < 1 else "")
    )
    return f"(nextval('{sequence}'))"


def check(name: str, type_name: str) -> str:
    """The CHECK of a type with a length as DESCRIBE spells it; empty where there is no limit."""
    sized = _SIZED.fullmatch(type_name)
    if sized is None or int(sized[2]) >= _WHOLE[sized[1]]:
        return ""
    return " " + length_check(name, int(sized[2]), binary=sized[1] != "VARCHAR")


def copy(
    workspace: Workspace,
    source: CatalogObject,
    target: ObjectName,
    *,
    rows: bool,
    stored: Mapping[str, str] | None = None,
    fresh: bool = True,
    values: Mapping[str, str] | None = None,
    between: tuple[str, str] | None = None,
    temporary: bool = False,
) -> None:
    """Make a table of the columns of another, with its rows if they are wanted.

    `between` are the two in DuckDB's text, where their names do not tell them apart.

    `stored` gives columns (in upper case) another DuckDB type; their recorded types are the
    source's. `fresh`: AUTOINCREMENT columns count on their own from here. `values` gives columns
    (in upper case) another value, in DuckDB's text.
    """
    entries = {c["name"].upper(): c for c in source.properties.get("columns", ())}
    old, new = between or (
        names.storage_name(source.name, workspace.context),
        names.storage_name(target, workspace.context),
    )
    known = columns.stored(workspace.cursor, old)
    parts = []
    for found in known:
        entry = entries.get(found.name.upper(), {})
        kind = (stored or {}).get(found.name.upper(), found.type)
        sql = f"{names.quoted(found.name)} {kind}{check(found.name, entry.get('type', ''))}"
        default = found.default
        if entry.get("identity") and fresh:
            default = _counting_on(workspace, found, entry, rows=rows)
        if default is not None:
            sql += f" DEFAULT ({default})"
        parts.append(sql if found.nullable else f"{sql} NOT NULL")
    parts += map(checks.ddl, source.properties.get("checks") or ())
    workspace.cursor.run(f"CREATE {'TEMP ' if temporary else ''}TABLE {new} ({', '.join(parts)})")
    if rows:
        items = [
            (values or {}).get(found.name.upper(), names.quoted(found.name)) for found in known
        ]
        workspace.cursor.run(f"INSERT INTO {new} SELECT {', '.join(items)} FROM {old}")


def _counting_on(
    workspace: Workspace, found: columns.Found, entry: Mapping[str, Any], *, rows: bool
) -> str:
    """The default of an AUTOINCREMENT column of a copy: anew for LIKE, going on for CLONE."""
    start, increment = entry["identity"]
    sequence = re.search(r"identity_[0-9a-f]{32}", found.default or "")
    if rows and sequence is not None:
        following = workspace.cursor.rows(
            "SELECT next_number(sql) FROM duckdb_sequences() WHERE sequence_name = ?"
            " AND database_name = current_database()",
            (sequence[0],),
        )
        if following:
            start = following[0][0]
    return identity_default(workspace, start, increment)


def renew(
    workspace: Workspace,
    source: CatalogObject,
    stored: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> None:
    """Make a table anew in its place, after its record has changed."""
    name = source.name
    old = names.storage_name(name, workspace.context)
    if workspace.context.is_temporary(name):
        new = f"temp.main.{names.quoted(f'__mockhaus_{uuid.uuid4().hex}')}"
        own = names.storage_table(name, workspace.context).name
        copy(
            workspace, source, name, rows=True, stored=stored, fresh=False, values=values,
            between=(old, new), temporary=True,
        )  # fmt: skip
        workspace.cursor.run(f"DROP TABLE {old}")
        workspace.cursor.run(f"ALTER TABLE {new} RENAME TO {names.quoted(own)}")
        return
    aside = ObjectName(f"__mockhaus_{uuid.uuid4().hex}", name.schema, name.database)
    copy(workspace, source, aside, rows=True, stored=stored, fresh=False, values=values)
    workspace.cursor.run(f"DROP TABLE {old}")
    workspace.cursor.run(
        f"ALTER TABLE {names.storage_name(aside, workspace.context)}"
        f" RENAME TO {names.quoted(name.name)}"
    )
