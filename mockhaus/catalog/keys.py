"""SHOW PRIMARY, UNIQUE, IMPORTED and EXPORTED KEYS. Constraints are recorded, never enforced.

Snowflake's manual: "SHOW PRIMARY KEYS" and its sisters; "Overview of constraints".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mockhaus.catalog.listing import WHOLE, Listing, Rows, scope, shaped
from mockhaus.catalog.tables import relation_kind
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject
from mockhaus.translation import statements as s

_OWN: Final = shaped(
    "@created_on database_name schema_name table_name column_name #key_sequence constraint_name"
    " rely comment"
)
_FOREIGN: Final = shaped(
    "@created_on pk_database_name pk_schema_name pk_table_name pk_column_name fk_database_name"
    " fk_schema_name fk_table_name fk_column_name #key_sequence update_rule delete_rule fk_name"
    " pk_name deferrability rely comment"
)

_OWN_ROWS: Final = (
    "SELECT created, database, schema, table_name, unnest(columns),"
    " generate_subscripts(columns, 1), name,"
    " CAST(rely AS VARCHAR), comment"
    " FROM catalog_constraints(NULL) WHERE type = $4"
    " AND ($1 IS NULL OR upper(database) = upper($1)) AND ($2 IS NULL OR upper(schema) = upper($2))"
    " AND ($3 IS NULL OR upper(table_name) = upper($3))"
)

#: `{side}` is empty for the foreign key's table, `pk_` for the one it points to.
_FOREIGN_ROWS: Final = (
    "SELECT created, pk_database, pk_schema, pk_table, unnest(pk_columns), database, schema,"
    " table_name, unnest(columns), generate_subscripts(columns, 1), update_rule, delete_rule, name,"
    " pk_name, CASE WHEN may_defer THEN '' ELSE 'NOT ' END || 'DEFERRABLE', CAST(rely AS VARCHAR),"
    " comment FROM catalog_references(NULL)"
    " WHERE ($1 IS NULL OR upper({side}database) = upper($1))"
    " AND ($2 IS NULL OR upper({side}schema) = upper($2))"
    " AND ($3 IS NULL OR upper({table}) = upper($3))"
)


def _place(workspace: Workspace, statement: s.Show) -> tuple[str | None, str | None, str | None]:
    """Database, schema, table; a bare IN name is a table's."""
    name = statement.in_name
    if name is None or statement.in_kind in ("ACCOUNT", "DATABASE", "SCHEMA"):
        return *scope(workspace, statement), None
    full = workspace.context.resolve(name)
    if relation_kind(workspace, full) != "TABLE":
        raise UndefinedObject(
            f"SQL compilation error:\nTable '{full}' does not exist or not authorized.",
            subject=full.name,
        )
    return full.database, full.schema, full.name


def _own(kind: str) -> Callable[[Workspace, s.Show], Rows]:
    def rows(workspace: Workspace, statement: s.Show) -> Rows:
        return workspace.cursor.rows(_OWN_ROWS, (*_place(workspace, statement), kind))

    return rows


def _foreign(side: str, table: str) -> Callable[[Workspace, s.Show], Rows]:
    sql = _FOREIGN_ROWS.format(side=side, table=table)

    def rows(workspace: Workspace, statement: s.Show) -> Rows:
        return workspace.cursor.rows(sql, _place(workspace, statement))

    return rows


LISTINGS: Final = {
    "PRIMARY KEYS": Listing(_OWN, _own("PRIMARY KEY"), name="table_name", terse=WHOLE),
    "UNIQUE KEYS": Listing(_OWN, _own("UNIQUE"), name="table_name", terse=WHOLE),
    "IMPORTED KEYS": Listing(
        _FOREIGN, _foreign("", "table_name"), name="fk_table_name", terse=WHOLE
    ),
    "EXPORTED KEYS": Listing(
        _FOREIGN, _foreign("pk_", "pk_table"), name="pk_table_name", terse=WHOLE
    ),
}
