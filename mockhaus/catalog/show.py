"""SHOW of databases, schemas, tables, views, columns, sequences.

Snowflake's manual: "SHOW DATABASES" and its sisters. Names, order and types of the columns are
the manual's; what Mockhaus has no equivalent of says so by its value (`N`, `OFF`, NULL).
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import (
    account,
    columns,
    context_listing,
    dropped,
    grants,
    keys,
    parameter_listing,
    procedures,
    routines,
    tags,
)
from mockhaus.catalog.listing import (
    FIVE,
    TERSE,
    WHOLE,
    Listing,
    Rows,
    Terse,
    answer,
    scope,
    shaped,
    wanted,
    yes,
)
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import relation_kind
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName


def shape(statement: s.Show) -> tuple[Column, ...]:
    """The columns that a SHOW answers. Raises UnsupportedFeature."""
    return _listing(statement).columns(statement)


def show(workspace: Workspace, statement: s.Show) -> Result:
    """SHOW of any kind of object that this room keeps."""
    return answer(workspace, statement, _listing(statement))


def _listing(statement: s.Show) -> Listing:
    what = statement.object + _side(statement)
    if statement.history and f"{what} HISTORY" in LISTINGS:
        what += " HISTORY"
    found = LISTINGS.get(what)
    if found is None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW {what}'.")
    return found


def _side(statement: s.Show) -> str:
    """Which of the listings of grants."""
    kind = statement.in_kind or "TO USER"
    if statement.object != "GRANTS" or kind.startswith(("ON ", "TO ROLE")):
        return ""
    return " OF" if kind.startswith("OF ") else f" {kind}"


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _on(value: Any) -> str:
    return "ON" if value else "OFF"


# --- databases and schemas -----------------------------------------------------------------------


def _databases(workspace: Workspace, statement: s.Show) -> Rows:
    current = (workspace.context.database or "").upper()
    retentions = dict(workspace.cursor.rows("SELECT * FROM database_retentions()"))
    for d in workspace.objects.list("DATABASE"):
        options = "TRANSIENT" if d.properties.get("TRANSIENT") else ""
        days = str(retentions[d.name.name])
        yield (d.created, d.name.name, "N", yes(d.name.name.upper() == current), "", d.owner,
               d.comment, options, days, "STANDARD", None, "ROLE")  # fmt: skip


def _schemas(workspace: Workspace, statement: s.Show) -> Rows:
    database, _ = scope(workspace, statement)
    context = workspace.context
    current = ((context.database or "").upper(), (context.schema or "").upper())
    retentions = {
        (of, name): str(days)
        for of, name, days in workspace.cursor.rows("SELECT * FROM schema_retentions()")
    }
    found = [
        (o.created, o.name.name, o.name.database or "", o.owner, o.comment, _options(o), "ROLE")
        for o in workspace.objects.list("SCHEMA", database)
    ] + [
        (o.created, "INFORMATION_SCHEMA", o.name.name, "",
         "Views describing the contents of schemas in this database", "", "")
        for o in workspace.objects.list("DATABASE")
        if database is None or o.name.name.upper() == database.upper()
    ]  # fmt: skip
    for created, name, of, owner, comment, options, role in sorted(found, key=lambda f: f[2:0:-1]):
        yield (created, name, "N", yes((of.upper(), name.upper()) == current), of, owner, comment,
               options, retentions.get((of, name), "1"), role, None)  # fmt: skip


def _options(schema: CatalogObject) -> str:
    told = (name for name in ("TRANSIENT", "MANAGED ACCESS") if schema.properties.get(name))
    return ", ".join(told)


# --- tables and views ----------------------------------------------------------------------------

_RELATIONS: Final = (
    "SELECT created, name, database, schema, kind, transient, comment, cluster_by, owner,"
    " is_temporary, CAST(retention AS VARCHAR), clusters_itself, tracks_changes, is_searched"
    " FROM catalog_relations($1) WHERE $2 IS NULL OR upper(schema) = upper($2)"
)


def _relations(workspace: Workspace, statement: s.Show) -> Rows:
    """Tables and views of the place that IN names, with the rows of tables last."""
    found = workspace.cursor.rows(_RELATIONS, scope(workspace, statement))
    rows = [row for row in found if wanted(statement, row[1])]
    tables = [
        ObjectName(row[1], row[3], row[2]) for row in rows if row[4] == "TABLE" and not row[9]
    ]
    count = workspace.counts.of(tables, workspace)
    for row in rows:
        is_table = row[4] == "TABLE"
        yield (*row, count(ObjectName(row[1], row[3], row[2]), row[9]) if is_table else None)


def _tables(workspace: Workspace, statement: s.Show) -> Rows:
    for row in _relations(workspace, statement):
        created, name, database, schema, kind, transient, comment, cluster, owner = row[:9]
        if kind == "TABLE":
            is_temporary, days, clusters, tracks, searches, rows = row[9:]
            shown = _shown_kind(kind, transient, is_temporary)
            progress, size = (100, 0) if searches else (None, None)
            yield (created, name, database, schema, shown, comment, cluster, rows, None, owner,
                   days, _on(clusters), _on(tracks), _on(searches), progress, size, "N", "N",
                   "ROLE", "N", None, "N", "N", "N", "N")  # fmt: skip


_RETENTION: Final = 10  # the place of retention_time, which dropped_on follows


def _tables_history(workspace: Workspace, statement: s.Show) -> Rows:
    """Those that are there, and those that UNDROP brings back."""
    rows = [
        (*row[: _RETENTION + 1], None, *row[_RETENTION + 1 :])
        for row in _tables(workspace, statement)
    ]
    for each in dropped.listed(workspace.objects, *scope(workspace, statement)):
        table, told = each.table, each.table.properties
        kind = _shown_kind("TABLE", str(bool(told.get("transient"))).lower(), False)
        searches, tracks = told.get("search_optimization"), told.get("CHANGE_TRACKING")
        rows.append(
            (table.created, table.name.name, table.name.database, table.name.schema, kind,
             table.comment, told.get("cluster_by") or "", each.rows, None, table.owner,
             str(each.days), each.at, "OFF", _on(tracks), _on(searches), None, None, "N", "N",
             "ROLE", "N", None, "N", "N", "N", "N")
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row[2], row[3], row[1]))


def _shown_kind(kind: str, transient: str | None, is_temporary: bool) -> str:
    return "TEMPORARY" if is_temporary else "TRANSIENT" if transient == "true" else kind


def _objects(workspace: Workspace, statement: s.Show) -> Rows:
    for row in _relations(workspace, statement):
        created, name, database, schema, kind, transient, comment, cluster, owner = row[:9]
        shown, days = _shown_kind(kind, transient, row[9]), row[10] if kind == "TABLE" else None
        yield (created, name, database, schema, shown, comment, cluster, row[-1], None, owner, days,
               "ROLE", None, "N", "N", "N")  # fmt: skip


def _views(workspace: Workspace, statement: s.Show) -> Rows:
    for v in workspace.objects.list("VIEW", *scope(workspace, statement)):
        yield (v.created, v.name.name, "", v.name.database, v.name.schema, v.owner, v.comment,
               v.properties["text"], _flag(v.properties.get("secure")), "false", "ROLE",
               _on(v.properties.get("CHANGE_TRACKING")))  # fmt: skip


# --- columns -------------------------------------------------------------------------------------

_COLUMNS: Final = (
    "SELECT table_name, schema, column_name, type, nullable, column_default, comment, database,"
    " identity, ordered FROM catalog_columns($1)"
    " WHERE ($2 IS NULL OR upper(schema) = upper($2))"
    " AND ($3 IS NULL OR upper(table_name) = upper($3) AND is_temporary = $4)"
)


def _columns(workspace: Workspace, statement: s.Show) -> Rows:
    for row in workspace.cursor.rows(_COLUMNS, _column_scope(workspace, statement)):
        table, schema, name, kind, nullable, default, comment, database, identity, ordered = row
        shown, counted = columns.as_json(kind, nullable), _identity(identity, ordered)
        yield (table, schema, name, shown, _flag(nullable), default or "", "COLUMN", "",
               comment or "", database, counted, None)  # fmt: skip


def _identity(identity: list[int] | None, ordered: bool) -> str:
    if identity is None:
        return ""
    return f"IDENTITY START {identity[0]} INCREMENT {identity[1]} {'' if ordered else 'NO'}ORDER"


def _column_scope(
    workspace: Workspace, statement: s.Show
) -> tuple[str | None, str | None, str | None, bool]:
    """Database, schema and table, and whether that is a temporary one; a bare IN name is a
    table's."""
    name = statement.in_name
    if name is None or statement.in_kind in ("ACCOUNT", "DATABASE", "SCHEMA"):
        return *scope(workspace, statement), None, False
    full = workspace.context.resolve(name)
    if relation_kind(workspace, full) not in ("TABLE", "VIEW"):
        raise UndefinedObject(
            f"SQL compilation error:\nTable '{full}' does not exist or not authorized.",
            subject=full.name,
        )
    temporary = workspace.context.is_temporary(full)
    return full.database, full.schema, full.name, temporary


# --- sequences -----------------------------------------------------------------------------------

_SEQUENCES: Final = (
    'SELECT "SEQUENCE_NAME", "SEQUENCE_CATALOG", "SEQUENCE_SCHEMA", CAST("NEXT_VALUE" AS BIGINT),'
    ' CAST("INCREMENT" AS BIGINT), "CREATED", "SEQUENCE_OWNER", coalesce("COMMENT", \'\'),'
    ' "OWNER_ROLE_TYPE", left("ORDERED", 1)'
    " FROM information_schema_sequences($1)"
    ' WHERE $2 IS NULL OR upper("SEQUENCE_SCHEMA") = upper($2)'
)


def _sequences(workspace: Workspace, statement: s.Show) -> Rows:
    database, schema = scope(workspace, statement)
    databases = (
        [database]
        if database is not None
        else [o.name.name for o in workspace.objects.list("DATABASE")]
    )
    for each in databases:
        yield from workspace.cursor.rows(_SEQUENCES, (each, schema))


# --- the table -----------------------------------------------------------------------------------


def _history(of: Listing) -> Listing:
    """The same with `dropped_on`, which is NULL: what is dropped of this kind is gone at once."""
    at = [name for name, _ in of.shape].index("retention_time") + 1

    def rows(workspace: Workspace, statement: s.Show) -> Rows:
        return ((*row[:at], None, *row[at:]) for row in of.rows(workspace, statement))

    shape = (*of.shape[:at], *shaped("@dropped_on"), *of.shape[at:])
    return replace(of, shape=shape, rows=rows, history=True)


_DATABASES: Final = Listing(
    shaped(
        "@created_on name is_default is_current origin owner comment options retention_time"
        " kind budget owner_role_type"
    ),
    _databases,
    terse=TERSE,
    holder="DATABASE",
)
_SCHEMAS: Final = Listing(
    shaped(
        "@created_on name is_default is_current database_name owner comment options"
        " retention_time owner_role_type budget"
    ),
    _schemas,
    terse=TERSE,
)

LISTINGS: Final[dict[str, Listing]] = {
    "DATABASES": _DATABASES,
    "DATABASES HISTORY": _history(_DATABASES),
    "SCHEMAS": _SCHEMAS,
    "SCHEMAS HISTORY": _history(_SCHEMAS),
    "TABLES": Listing(
        shaped(
            "@created_on name database_name schema_name kind comment cluster_by #rows #bytes owner"
            " retention_time automatic_clustering change_tracking search_optimization"
            " #search_optimization_progress #search_optimization_bytes is_external"
            " enable_schema_evolution owner_role_type is_event budget is_hybrid is_iceberg"
            " is_dynamic is_immutable"
        ),
        _tables,
        terse=TERSE,
    ),
    "TABLES HISTORY": Listing(
        shaped(
            "@created_on name database_name schema_name kind comment cluster_by #rows #bytes owner"
            " retention_time @dropped_on automatic_clustering change_tracking search_optimization"
            " #search_optimization_progress #search_optimization_bytes is_external"
            " enable_schema_evolution owner_role_type is_event budget is_hybrid is_iceberg"
            " is_dynamic is_immutable"
        ),
        _tables_history,
        terse=TERSE,
        history=True,
    ),
    "OBJECTS": Listing(
        shaped(
            "@created_on name database_name schema_name kind comment cluster_by #rows #bytes owner"
            " retention_time owner_role_type budget is_hybrid is_iceberg is_dynamic"
        ),
        _objects,
        terse=TERSE,
    ),
    "VIEWS": Listing(
        shaped(
            "@created_on name reserved database_name schema_name owner comment text is_secure"
            " is_materialized owner_role_type change_tracking"
        ),
        _views,
        terse=Terse(FIVE, {"kind": "VIEW"}),
    ),
    "COLUMNS": Listing(
        shaped(
            "table_name schema_name column_name data_type null? default kind expression comment"
            " database_name autoincrement schema_evolution_record"
        ),
        _columns,
        name="column_name",
        terse=WHOLE,
    ),
    "SEQUENCES": Listing(
        shaped(
            "name database_name schema_name #next_value #interval @created_on owner comment"
            " owner_role_type ordered"
        ),
        _sequences,
        terse=WHOLE,
    ),
    **keys.LISTINGS,
    **routines.LISTINGS,
    **account.LISTINGS,
    **context_listing.LISTINGS,
    **grants.LISTINGS,
    **parameter_listing.LISTINGS,
    **procedures.LISTINGS,
    **tags.LISTINGS,
}
