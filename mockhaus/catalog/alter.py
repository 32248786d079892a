"""ALTER TABLE and ALTER VIEW: each step is done in DuckDB and in the record.

Snowflake's manual: "ALTER TABLE", "ALTER VIEW".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import columns, default_types, defaults, rebuild
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject, check_length
from mockhaus.catalog.tables import (
    INDEXES,
    check_clustering,
    check_constraints,
    entry,
    mismatch,
    missing,
    relation_kind,
    require_schema,
    with_column,
)
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    DuplicateObject,
    InvalidIdentifier,
    NotNullViolation,
    SqlError,
    TypeMismatch,
    UnsupportedFeature,
)
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl import alter as a
from mockhaus.translation.ddl.checks import CHECK
from mockhaus.translation.refusals import by_case_alone

_DONE: Final = "Statement executed successfully."


def alter_table(workspace: Workspace, statement: s.AlterTable) -> Result:
    """ALTER TABLE, ALTER VIEW."""
    change = a.alter_table(statement, workspace.context)
    tag = f"ALTER {change.kind}"
    kind, temporary = relation_kind(workspace, change.name), None
    if workspace.context.is_temporary(change.name):
        temporary = workspace.objects.temporary(change.name)
        for step in change.steps:
            if isinstance(step, _NOT_OF_TEMPORARY):
                words = _NAMED[type(step)]
                raise UnsupportedFeature(f"Unsupported feature '{words} of a temporary table'.")
    renames = all(isinstance(step, a.RenameTo) for step in change.steps)
    if kind == "VIEW" and renames and workspace.context.postgres:
        change = replace(change, kind="VIEW")  # there ALTER TABLE renames views too
    if kind is None and change.if_exists:
        return status(tag, _DONE)
    found = temporary
    if found is None and kind == change.kind:
        found = workspace.objects.find(change.kind, change.name)
    if found is None:
        raise mismatch(change.kind, kind, change.name)
    for step in change.steps:
        changed = _STEPS[type(step)](workspace, found, step)
        if isinstance(step, a.SetNotNull) or (
            changed != found and not isinstance(step, a.SwapWith)  # that records both itself
        ):
            update = workspace.objects.update
            if temporary is not None:
                update = workspace.objects.update_temporary
            update(found, changed)
        found = changed
    return status(tag, _DONE)


#: What is not done to a temporary table.
_NAMED: Final = {
    a.SetProperty: "ALTER TABLE SET",
}
_NOT_OF_TEMPORARY: Final = tuple(_NAMED)


def _run(workspace: Workspace, table: CatalogObject, words: str) -> None:
    stored = names.storage_name(table.name, workspace.context)
    workspace.cursor.run(f"ALTER {table.kind} {stored} {words}")


def _entries(table: CatalogObject) -> list[dict[str, Any]]:
    return [dict(each) for each in table.properties.get("columns", ())]


def _with(table: CatalogObject, **properties: Any) -> CatalogObject:
    return replace(table, properties={**table.properties, **properties})


def _entry(table: CatalogObject, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All entries, and that of one column. Raises InvalidIdentifier."""
    entries = _entries(table)
    for each in entries:
        if each["name"].upper() == name.upper():
            return entries, each
    raise InvalidIdentifier(f"SQL compilation error:\ncolumn '{name}' does not exist", subject=name)


# --- columns -------------------------------------------------------------------------------------


def _add(workspace: Workspace, table: CatalogObject, step: a.AddColumn) -> CatalogObject:
    column, entries = step.column, _entries(table)
    met = _met(entries, column.name)
    if met is not None:
        if step.if_not_exists and isinstance(met, DuplicateObject):
            return table
        raise met
    check_length(ObjectName(column.name))
    default_types.check_added(workspace, column)
    column = defaults.settled(workspace, column)
    default = "" if column.default_sql is None else f" DEFAULT ({column.default_value})"
    if column.identity is not None:
        default = f" DEFAULT {rebuild.identity_default(workspace, *column.identity)}"
    quoted = names.quoted(column.name)
    _run(workspace, table, f"ADD COLUMN {quoted} {column.stored}{default}")
    if column.not_null:
        _run(workspace, table, f"ALTER COLUMN {quoted} SET NOT NULL")
    held = [each for each in step.constraints if each["type"] == CHECK]
    told = [each for each in step.constraints if each["type"] != CHECK]
    constraints = [*table.properties.get("constraints", ()), *told]
    changed = _with(table, columns=[*entries, entry(workspace, column)], constraints=constraints)
    if held:
        changed = _with(changed, checks=[*_checks(table), *held])
    if held or rebuild.check(column.name, columns.declared(column.type) or ""):
        rebuild.renew(workspace, changed)
    return changed


def _met(entries: list[dict[str, Any]], name: str) -> SqlError | None:
    """The error for a new column that a table has already, None if it has not."""
    for each in entries:
        if each["name"].upper() == name.upper():
            if each["name"] != name:
                return by_case_alone(name, each["name"])
            return DuplicateObject(f"SQL compilation error:\ncolumn '{name}' already exists")
    return None


#: What a table's record has that names its columns.
_OVER_COLUMNS: Final = ("constraints", INDEXES)


def _checks(table: CatalogObject, but: str = "") -> list[dict[str, Any]]:
    """The CHECK constraints of a table, without those that name a column."""
    return [
        each
        for each in table.properties.get("checks") or ()
        if but.upper() not in [column.upper() for column in each["columns"]]
    ]


def _drop(workspace: Workspace, table: CatalogObject, step: a.DropColumn) -> CatalogObject:
    try:
        entries, gone = _entry(table, step.name)
    except InvalidIdentifier:
        if step.if_exists:
            return table
        raise
    left = [each for each in entries if each is not gone]
    kept = {
        kind: [
            each
            for each in table.properties.get(kind, ())
            if step.name.upper() not in [k.upper() for k in each.get("columns", ())]
        ]
        for kind in _OVER_COLUMNS
    }
    changed = _with(table, columns=left, **kept)
    held = _checks(table, gone["name"])
    fewer = len(held) < len(_checks(table))
    if fewer:
        changed = _with(changed, checks=held)
    if fewer or rebuild.check(gone["name"], gone["type"]):
        # DuckDB drops no column that a CHECK names
        plain = [{**each, "type": ""} if each is gone else each for each in entries]
        rebuild.renew(workspace, _with(table, columns=plain, checks=held))
    _run(workspace, table, f"DROP COLUMN {names.quoted(gone['name'])}")
    return changed


def _rename_column(
    workspace: Workspace, table: CatalogObject, step: a.RenameColumn
) -> CatalogObject:
    entries, renamed = _entry(table, step.name)
    if met := _met([each for each in entries if each is not renamed], step.new):
        raise met
    if len(_checks(table, renamed["name"])) < len(_checks(table)):
        raise UnsupportedFeature("Unsupported feature 'RENAME of a column with a CHECK'.")
    words = f"{names.quoted(renamed['name'])} TO {names.quoted(step.new)}"
    _run(workspace, table, f"RENAME COLUMN {words}")
    old, renamed["name"] = renamed["name"], step.new
    named = {
        kind: [
            {**c, "columns": [_renamed(k, old, step.new) for k in c.get("columns", ())]}
            for c in table.properties.get(kind, ())
        ]
        for kind in _OVER_COLUMNS
    }
    return _with(table, columns=entries, **named)


def _renamed(column: str, old: str, new: str) -> str:
    return new if column.upper() == old.upper() else column


def _retype(workspace: Workspace, table: CatalogObject, step: a.Retype) -> CatalogObject:
    entries, retyped = _entry(table, step.name)
    new = columns.declared(step.type) or step.type
    assigned = {retyped["type"].split("(")[0], new.split("(")[0]} <= _FAMILIES
    values = {}
    if step.using or (step.value and (assigned or new.startswith("VARCHAR"))):
        values = {step.name.upper(): step.value}
    else:
        _check_retype(retyped["name"], retyped["type"], new)
    retyped["type"] = new
    changed = _with(table, columns=entries)
    rebuild.renew(workspace, changed, {step.name.upper(): step.stored}, values)
    return changed


#: Families whose values PostgreSQL assigns to each other (manual, 10.4).
_FAMILIES: Final = {"NUMBER", "FLOAT"}


def _check_retype(name: str, old: str, new: str) -> None:
    """Snowflake lets a length and a precision grow, and no type become another."""
    families = [text.split("(")[0] for text in (old, new)]
    sizes = [[int(n) for n in re.findall(r"\d+", text.partition("(")[2])] for text in (old, new)]
    reason = ""
    if families[0] != families[1]:
        reason = "the types are not compatible"
    elif families[0] in ("VARCHAR", "BINARY") and sizes[1] < sizes[0]:
        reason = f"reducing the byte-length of a {families[0].lower()} is not supported"
    elif families[0] == "NUMBER" and sizes[0][1:] != sizes[1][1:]:
        reason = "changing the scale of a number is not supported"
    if reason:
        raise TypeMismatch(
            f"SQL compilation error:\ncannot change column {name} from type {old} to {new}"
            f" because {reason}."
        )


def _default(workspace: Workspace, table: CatalogObject, step: a.SetDefault) -> CatalogObject:
    entries, changed = _entry(table, step.name)
    words = "DROP DEFAULT" if step.sql is None else f"SET DEFAULT {step.sql}"
    _run(workspace, table, f"ALTER COLUMN {names.quoted(changed['name'])} {words}")
    changed["default"] = step.text
    return _with(table, columns=entries)


def _not_null(workspace: Workspace, table: CatalogObject, step: a.SetNotNull) -> CatalogObject:
    _, column = _entry(table, step.name)
    words = "SET" if step.not_null else "DROP"
    try:
        _run(workspace, table, f"ALTER COLUMN {names.quoted(column['name'])} {words} NOT NULL")
    except NotNullViolation as error:  # DuckDB has the name that the column was made with
        error.message = f"NULL result in a non-nullable column: {column['name']}"
        raise
    return table


def _comment(workspace: Workspace, table: CatalogObject, step: a.SetComment) -> CatalogObject:
    if step.name is None:
        return replace(table, comment=step.comment)
    told = {"comment": step.comment}
    return with_column(workspace, table, step.name, lambda entry: told)


# --- the table -----------------------------------------------------------------------------------


def _rename(workspace: Workspace, table: CatalogObject, step: a.RenameTo) -> CatalogObject:
    new = require_schema(workspace, step.name)
    check_length(new)
    if workspace.context.is_temporary(table.name):
        return _rename_temporary(workspace, table, new)
    if relation_kind(workspace, new) is not None and new.folded() != table.name.folded():
        raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
    if (new.schema, new.database) == (table.name.schema, table.name.database):
        _run(workspace, table, f"RENAME TO {names.quoted(new.name)}")
    elif table.kind == "VIEW":
        raise UnsupportedFeature("Unsupported feature 'ALTER VIEW RENAME to another schema'.")
    else:
        rebuild.copy(workspace, table, new, rows=True, fresh=False)
        old = names.storage_name(table.name, workspace.context)
        workspace.cursor.run(f"DROP TABLE {old}")
    return replace(table, name=new)


def _rename_temporary(workspace: Workspace, table: CatalogObject, new: ObjectName) -> CatalogObject:
    """RENAME TO of a temporary table: a kept one of the new name is hidden behind it."""
    context = workspace.context
    if context.is_temporary(new) and new.folded() != table.name.folded():
        raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
    kept = replace(context, temporary=frozenset((new.folded(),)))
    stored = names.storage_table(new, kept).name
    _run(workspace, table, f"RENAME TO {names.quoted(stored)}")
    return replace(table, name=new)


def _swap_temporary(workspace: Workspace, table: CatalogObject, name: ObjectName) -> CatalogObject:
    context = workspace.context
    other = workspace.objects.temporary(name)
    if other is None or not context.is_temporary(table.name):
        raise UnsupportedFeature(
            "SQL compilation error:\nA permanent or transient table cannot be swapped with a"
            " temporary table."
        )
    one, two = (names.storage_table(each, context).name for each in (table.name, other.name))
    aside = f"__mockhaus_{one}"
    for old, new in ((one, aside), (two, one), (aside, two)):
        workspace.cursor.run(
            f"ALTER TABLE temp.main.{names.quoted(old)} RENAME TO {names.quoted(new)}"
        )
    workspace.objects.update_temporary(other, replace(table, name=other.name))
    workspace.objects.update_temporary(table, replace(other, name=table.name))
    return replace(table, name=other.name)


def _swap(workspace: Workspace, table: CatalogObject, step: a.SwapWith) -> CatalogObject:
    """SWAP WITH: the two exchange their names, and with them all that is recorded."""
    if workspace.context.is_temporary(table.name) or workspace.context.is_temporary(step.name):
        return _swap_temporary(workspace, table, step.name)
    other = workspace.objects.find("TABLE", step.name)
    if other is None:
        raise missing("TABLE", step.name)
    aside = replace(table.name, name=f"__mockhaus_{table.name.name}"[:255])
    moved = _rename(workspace, table, a.RenameTo(aside))
    workspace.objects.update(table, moved)
    workspace.objects.update(other, _rename(workspace, other, a.RenameTo(table.name)))
    back = _rename(workspace, moved, a.RenameTo(other.name))
    workspace.objects.update(moved, back)
    return back


def _cluster(workspace: Workspace, table: CatalogObject, step: a.ClusterBy) -> CatalogObject:
    check_clustering(workspace, table.name, step.key)
    return _with(table, cluster_by=step.key)


def _constrain(workspace: Workspace, table: CatalogObject, step: a.AddConstraint) -> CatalogObject:
    for name in step.constraint["columns"]:
        _entry(table, name)
    if step.constraint["type"] == CHECK:
        changed = _with(table, checks=[*_checks(table), step.constraint])
        rebuild.renew(workspace, changed)  # which every row of it must pass
        return changed
    known = list(table.properties.get("constraints", ()))
    there = [each["name"] for each in _entries(table)]
    check_constraints(workspace, table.name, there, [*known, step.constraint])
    return _with(table, constraints=[*known, step.constraint])


def _is(which: a.NamedConstraint, told: Mapping[str, Any]) -> bool:
    """Whether a recorded constraint is the one that is named."""
    if which.name is not None:
        return str(told.get("name", "")).upper() == which.name.upper()
    columns = [column.upper() for column in told["columns"]]
    wanted = columns if which.columns is None else [column.upper() for column in which.columns]
    return told["type"] == which.kind and columns == wanted


def _constraints(
    table: CatalogObject,
    which: a.NamedConstraint,
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> CatalogObject:
    """The table with one constraint changed, or without it. Raises InvalidIdentifier."""
    known = list(table.properties.get("constraints", ()))
    if not any(_is(which, each) for each in known):
        raise InvalidIdentifier(
            f"SQL compilation error:\nconstraint '{which.name or which.kind}' does not exist"
        )
    changed = [change(each) if _is(which, each) else each for each in known]
    return _with(table, constraints=[each for each in changed if each is not None])


def _unconstrain(
    workspace: Workspace, table: CatalogObject, step: a.DropConstraint
) -> CatalogObject:
    held = [
        each
        for each in _checks(table)
        if step.which.name is None or each["name"].upper() != step.which.name.upper()
    ]
    if len(held) < len(_checks(table)):
        changed = _with(table, checks=held)
        rebuild.renew(workspace, changed)
        return changed
    return _constraints(table, step.which, lambda each: None)


def _reconstrain(
    workspace: Workspace, table: CatalogObject, step: a.ChangeConstraint
) -> CatalogObject:
    return _constraints(table, step.which, lambda each: {**each, **step.told})


def _property(workspace: Workspace, table: CatalogObject, step: a.SetProperty) -> CatalogObject:
    told = {name: value for name, value in table.properties.items() if name != step.name}
    if step.value is not None:
        told[step.name] = step.value
    return replace(table, properties=told)


_STEPS: Final[dict[type[Any], Callable[[Workspace, CatalogObject, Any], CatalogObject]]] = {
    a.AddColumn: _add,
    a.DropColumn: _drop,
    a.RenameColumn: _rename_column,
    a.Retype: _retype,
    a.SetDefault: _default,
    a.SetNotNull: _not_null,
    a.SetComment: _comment,
    a.RenameTo: _rename,
    a.SwapWith: _swap,
    a.ClusterBy: _cluster,
    a.AddConstraint: _constrain,
    a.DropConstraint: _unconstrain,
    a.ChangeConstraint: _reconstrain,
    a.SetProperty: _property,
}
