"""CREATE INDEX and DROP INDEX, TRUNCATE and maintenance as PostgreSQL's tools send them.

Mockhaus has no indexes, since DuckDB finds rows without them: their names and columns are recorded
with the table, and pg_catalog shows those of columns. A unique index is recorded as the constraint
that it stands for, which is not enforced, as no key of Snowflake's is. Both are said in a notice.
PostgreSQL's manual: CREATE INDEX, TRUNCATE.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import rebuild
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import INDEXES, missing, relation_kind
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    DuplicateObject,
    InvalidIdentifier,
    UndefinedConstraint,
    UnsupportedFeature,
)
from mockhaus.result import Result
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.postgres.grammar import (
    CreateIndex,
    DropIndex,
    Maintain,
    TruncateTables,
)

#: The type of an index in a table's record, beside those of keys.
_INDEX: Final = "INDEX"
_KEPT: Final = "the index is recorded and not built: no query needs it here"
_UNIQUE: Final = "the unique index is recorded as a UNIQUE constraint, which is not enforced"


def create(workspace: Workspace, statement: CreateIndex) -> Result:
    """CREATE INDEX."""
    table = workspace.context.resolve(statement.table)
    if workspace.context.is_temporary(table):
        return _on_temporary(statement)
    if relation_kind(workspace, table) != "TABLE":
        raise missing("TABLE", table)
    found = workspace.objects.get("TABLE", table)
    name = statement.name.name if statement.name is not None else _name(found, statement)
    if _indexed(workspace, found, name) is not None:
        if statement.if_not_exists:
            return Result((), "CREATE INDEX", skipped=name)
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    columns = [_stored(found, column) for column in statement.columns or ()]
    if statement.unique:
        if statement.partial or not columns:
            raise UnsupportedFeature(
                "Unsupported feature 'UNIQUE INDEX of expressions or of some rows'."
            )
        key = {"type": "UNIQUE", "name": name, "columns": columns, "index": True}
        changed = _with(found, "constraints", [*_of(found, "constraints"), key])
    else:
        told = {"type": _INDEX, "name": name, "columns": [] if statement.partial else columns}
        changed = _with(found, INDEXES, [*_of(found, INDEXES), told])
    workspace.objects.update(found, changed)
    return Result((), "CREATE INDEX", notices=[_UNIQUE if statement.unique else _KEPT])


def _on_temporary(statement: CreateIndex) -> Result:
    if statement.unique:
        raise UnsupportedFeature("Unsupported feature 'UNIQUE INDEX of a temporary table'.")
    return Result((), "CREATE INDEX", notices=[_KEPT])


def _name(table: CatalogObject, statement: CreateIndex) -> str:
    """The name that PostgreSQL gives: table_column_idx, numbered if it is taken."""
    columns = "_".join(statement.columns or ("EXPR",))
    taken = {str(each["name"]).upper() for each in _of(table, INDEXES, "constraints")
             if each.get("name")}  # fmt: skip
    name = first = f"{table.name.name}_{columns}_IDX"
    number = 0
    while name.upper() in taken:
        number += 1
        name = f"{first}{number}"
    return name


def _of(table: CatalogObject, *kinds: str) -> list[dict[str, Any]]:
    return [each for kind in kinds for each in table.properties.get(kind) or ()]


def _with(table: CatalogObject, kind: str, items: list[dict[str, Any]]) -> CatalogObject:
    return replace(table, properties={**table.properties, kind: items})


def _stored(table: CatalogObject, column: str) -> str:
    """The name of a column as it is stored. Raises InvalidIdentifier."""
    for each in table.properties.get("columns") or ():
        if str(each["name"]).upper() == column.upper():
            return str(each["name"])
    raise InvalidIdentifier(
        f"SQL compilation error:\ninvalid identifier '{column}'", subject=column
    )


def _indexed(
    workspace: Workspace, beside: CatalogObject, name: str
) -> tuple[CatalogObject, str] | None:
    """The table of the same schema that has an index of a name, and where that is recorded."""
    for table in workspace.objects.list("TABLE", beside.name.database, beside.name.schema):
        for kind in (INDEXES, "constraints"):
            if any(_is(each, kind, name) for each in _of(table, kind)):
                return table, kind
    return None


def _is(told: dict[str, Any], kind: str, name: str) -> bool:
    known = kind == INDEXES or told.get("index")
    return bool(known) and str(told["name"]).upper() == name.upper()


def drop(workspace: Workspace, statement: DropIndex) -> Result:
    """DROP INDEX."""
    answer = Result((), "DROP INDEX")
    for wanted in statement.names:
        full = workspace.context.resolve(wanted)
        found = _indexed(workspace, CatalogObject("TABLE", full), full.name)
        if found is None:
            if not statement.if_exists:
                raise UndefinedConstraint(f'index "{full.name.lower()}" does not exist')
            answer.skipped = full.name
            continue
        table, kind = found
        left = [each for each in _of(table, kind) if not _is(each, kind, full.name)]
        workspace.objects.update(table, _with(table, kind, left))
    return answer


# --- TRUNCATE ------------------------------------------------------------------------------------

_REFERRING: Final = (
    "SELECT DISTINCT database, schema, table_name FROM catalog_references(NULL)"
    " WHERE upper(pk_database) = upper(?) AND upper(pk_schema) = upper(?)"
    " AND upper(pk_table) = upper(?)"
)


def truncate(workspace: Workspace, statement: TruncateTables) -> Result:
    """TRUNCATE of several tables; CASCADE empties those that refer to them as well."""
    for name in truncated(workspace, statement):
        if relation_kind(workspace, name) != "TABLE":
            raise missing("TABLE", name)
        workspace.cursor.run(f"DELETE FROM {names.storage_name(name, workspace.context)}")
        if workspace.counts is not None:
            workspace.counts.changed(name)
        if statement.restart:
            _restart(workspace, name)
    return Result((), "TRUNCATE TABLE")


def truncated(workspace: Workspace, statement: TruncateTables) -> Iterator[ObjectName]:
    """The full names of the tables that a TRUNCATE empties."""
    waiting = [workspace.context.resolve(name) for name in statement.names]
    seen: set[ObjectName] = set()
    while waiting:
        name = waiting.pop(0)
        if name.folded() in seen:
            continue
        seen.add(name.folded())
        yield name
        if statement.cascade:
            rows = workspace.cursor.rows(_REFERRING, (name.database, name.schema, name.name))
            waiting += [ObjectName(row[2], row[1], row[0]) for row in rows]


def _restart(workspace: Workspace, name: ObjectName) -> None:
    """Identity columns count from their start again."""
    if workspace.context.is_temporary(name):
        raise UnsupportedFeature("Unsupported feature 'RESTART IDENTITY of a temporary table'.")
    table = workspace.objects.get("TABLE", name)
    for column in table.properties.get("columns") or ():
        if column.get("identity"):
            default = rebuild.identity_default(workspace, *column["identity"])
            stored = names.storage_name(name, workspace.context)
            workspace.cursor.run(
                f"ALTER TABLE {stored} ALTER COLUMN {names.quoted(column['name'])}"
                f" SET DEFAULT {default}"
            )


def maintain(workspace: Workspace, statement: Maintain) -> Result:
    """VACUUM and its kind."""
    return Result((), statement.verb, notices=[f"{statement.verb} has nothing to do here"])
