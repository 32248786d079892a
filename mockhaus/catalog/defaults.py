"""Defaults of columns: those that are computed once, and those that number rows by a sequence.

Snowflake's manual: "Using sequences".
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mockhaus.catalog.objects import SCHEMA
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import SqlError
from mockhaus.quoting import sql_literal
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl.tables import ColumnDefinition, default_sql


def settled(workspace: Workspace, column: ColumnDefinition) -> ColumnDefinition:
    """A column whose default is the same each time, with the value of it."""
    if not column.settles:
        return column
    value = f"CAST({column.default_value} AS {column.stored})"
    ((text,),) = workspace.cursor.rows(f"SELECT CAST({value} AS VARCHAR)")
    literal = "NULL" if text is None else sql_literal(str(text))
    return replace(column, default_sql=f"CAST({literal} AS {column.stored})")


def release(workspace: Workspace, name: ObjectName) -> None:
    """Before a sequence is dropped: the defaults that use it become an error that names it."""
    for table, column, _ in using(workspace, name):
        put(workspace, table, column, _missing(str(name)))


def _missing(name: str) -> str:
    said = f"Sequence ''{name}'' does not exist or not authorized."
    return f"error('MOCKHAUS:UndefinedObject:{said}')"


def renew(workspace: Workspace, table: ObjectName, column: str, text: str) -> None:
    """Give a column the default of a recorded text again; the sequence may be gone meanwhile."""
    try:
        sql = default_sql(text, workspace.context)
        workspace.cursor.describe(f"SELECT {sql}")
    except SqlError:
        sql = _missing(text.rpartition(".")[0])
    put(workspace, table, column, sql)


def using(workspace: Workspace, name: ObjectName) -> Iterator[tuple[ObjectName, str, str]]:
    """Table, column and text of the defaults that use a sequence of a full name."""
    used = f"{default_name(name)}.NEXTVAL".upper()
    rows = workspace.cursor.rows(
        f'SELECT name, schema, database, c.name, c."default" FROM {SCHEMA}.objects o,'
        " unnest(from_json(o.properties -> 'columns',"
        ' \'[{"name": "VARCHAR", "default": "VARCHAR"}]\')) u(c)'
        " WHERE kind = 'TABLE' AND contains(upper(c.\"default\"), $1)",
        (used,),
    )
    for table, schema, database, column, default in rows:
        yield ObjectName(table, schema, database), column, default


def default_name(name: ObjectName) -> str:
    """A full name as the record of a default writes it."""
    return ".".join(
        names.identifier(part).sql(dialect="snowflake")
        for part in (name.database or "", name.schema or "", name.name)
    )


def put(workspace: Workspace, table: ObjectName, column: str, sql: str) -> None:
    """Give a column a default in DuckDB's text."""
    stored = names.storage_name(table, workspace.context)
    workspace.cursor.run(
        f"ALTER TABLE {stored} ALTER COLUMN {names.quoted(column)} SET DEFAULT {sql}"
    )
