"""Tags: CREATE, ALTER, DROP, SHOW, and setting them on objects and columns.

Snowflake's manual: "CREATE TAG" and its sisters, "Object tagging".
"""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, parameters, routines, tagging
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.listing import WHOLE, Listing, Rows, scope, shaped
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import missing, relation_kind, require_schema, with_column
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, InvalidParameter, UndefinedObject, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.tags import AlterTag, CreateTag, SetTags

_DONE: Final = "Statement executed successfully."
#: Values that a tag may list.
_MOST_VALUES: Final = 300


# --- tags themselves -----------------------------------------------------------------------------


def create(workspace: Workspace, statement: CreateTag) -> Result:
    """CREATE TAG."""
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    allowed = _distinct(statement.options.get("ALLOWED_VALUES", ()))
    new = CatalogObject(
        "TAG", name, {"allowed": allowed}, str(statement.options.get("COMMENT", "")),
        workspace.context.role,
    )  # fmt: skip
    if statement.replace and workspace.objects.find("TAG", name) is not None:
        tagging.forget(workspace.objects, name)
    made = workspace.objects.create(
        new, replace=statement.replace, if_not_exists=statement.if_not_exists
    )
    if not made:
        return already_there("CREATE TAG", name.name)
    return status("CREATE TAG", f"Tag {name.name} successfully created.")


def _distinct(values: Any) -> list[str]:
    found = list(dict.fromkeys(str(value) for value in values))
    if len(found) > _MOST_VALUES or any(len(value) > tagging.LONGEST for value in found):
        raise InvalidParameter(
            f"SQL compilation error:\nA tag may list {_MOST_VALUES} values of {tagging.LONGEST}"
            " characters at most."
        )
    return found


def alter(workspace: Workspace, statement: AlterTag) -> Result:
    """ALTER TAG."""
    full = workspace.context.resolve(statement.name)
    if statement.if_exists and workspace.objects.find("TAG", full) is None:
        return status("ALTER TAG", _DONE)
    found = tagging.require(workspace, statement.name)
    allowed = list(found.properties.get("allowed", ()))
    changed = found
    if statement.renamed is not None:
        new = require_schema(workspace, workspace.context.resolve(statement.renamed))
        if workspace.objects.find("TAG", new) is not None:
            raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
        tagging.rename(workspace.objects, found.name, new)
        changed = replace(found, name=new)
    elif statement.comment is not None:
        changed = replace(found, comment=statement.comment)
    else:
        if statement.unset:
            allowed = []
        allowed = [value for value in allowed if value not in statement.dropped]
        told = {**found.properties, "allowed": _distinct([*allowed, *statement.added])}
        changed = replace(found, properties=told)
    workspace.objects.update(found, changed)
    return status("ALTER TAG", _DONE)


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP TAG: it is taken from all that had it."""
    name = workspace.context.resolve(statement.name)
    if statement.if_exists and workspace.objects.find("TAG", name) is None:
        return already_dropped("DROP TAG", name.name)
    found = tagging.require(workspace, statement.name)
    tagging.forget(workspace.objects, found.name)
    workspace.objects.drop("TAG", found.name)
    return status("DROP TAG", f"{name.name} successfully dropped.")


def _tags(workspace: Workspace, statement: s.Show) -> Rows:
    for each in workspace.objects.list("TAG", *scope(workspace, statement)):
        allowed = each.properties.get("allowed") or None
        yield (each.created, each.name.name, each.name.database, each.name.schema, each.owner,
               each.comment, None if allowed is None else json.dumps(allowed, ensure_ascii=False,
               separators=(",", ":")), "ROLE", None, None)  # fmt: skip


LISTINGS: Final = {
    "TAGS": Listing(
        shaped(
            "@created_on name database_name schema_name owner comment allowed_values"
            " owner_role_type propagate on_conflict"
        ),
        _tags,
        terse=WHOLE,
    ),
}


# --- tags on objects -----------------------------------------------------------------------------


def assign(workspace: Workspace, statement: SetTags) -> Result:
    """ALTER .. SET TAG, UNSET TAG."""
    tag = f"ALTER {statement.object}"
    found = _holder(workspace, statement)
    if found is None:
        return status(tag, _DONE)
    if statement.column is None:
        kept = tagging.put(workspace, found.properties, statement.tags)
        changed = replace(found, properties={**found.properties, "tags": kept})
    else:
        changed = with_column(
            workspace,
            found,
            statement.column,
            lambda entry: {"tags": tagging.put(workspace, entry, statement.tags)},
        )
    workspace.objects.update(found, changed)
    return status(tag, _DONE)


def of_new(workspace: Workspace, kind: str, statement: s.Create) -> None:
    """WITH TAG of a CREATE that has just made its object."""
    signature = tuple(each.family for each in getattr(statement, "parameters", ()))
    assign(
        workspace,
        SetTags(
            text=statement.text, object=kind, name=_as_altered(kind, statement.name), column=None,
            signature=signature, if_exists=False, tags=statement.tags,
        ),
    )  # fmt: skip


def _as_altered(kind: str, name: ObjectName) -> ObjectName:
    """A schema's database stands where ALTER reads it."""
    return ObjectName(name.name, name.database) if kind == "SCHEMA" and name.database else name


def _holder(workspace: Workspace, statement: SetTags) -> CatalogObject | None:
    """The object that is tagged; None where IF EXISTS met none. Raises UndefinedObject."""
    kind, name = statement.object, statement.name
    finder = _FINDERS.get(kind, _in_schema)
    found = finder(workspace, kind, name, statement)
    if found is None and not statement.if_exists:
        raise UndefinedObject(
            f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not"
            " authorized.",
            subject=name.name,
        )
    return found


def _in_schema(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    full = workspace.context.resolve(name)
    if kind in ("TABLE", "VIEW"):
        if workspace.context.is_temporary(full):
            raise UnsupportedFeature("Unsupported feature 'TAG of a temporary table'.")
        if relation_kind(workspace, full) not in (kind, None):
            raise missing(kind, full)
    return workspace.objects.find(kind, full)


def _function(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    full = workspace.context.resolve(name)
    return routines.find(workspace.objects, full, statement.signature)


def _schema(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    return workspace.objects.find(
        "SCHEMA", schema_name(workspace, ObjectName(name.name, None, name.schema))
    )


def _database(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    if not statement.if_exists:
        require_database(workspace, name.name)
    return workspace.objects.find("DATABASE", ObjectName(name.name))


def _of_account(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    """A warehouse, role or user, those too that are there without being created."""
    return account.recorded(workspace, kind, name.name)


def _account(
    workspace: Workspace, kind: str, name: ObjectName, statement: SetTags
) -> CatalogObject | None:
    return parameters.account(workspace.objects)


_FINDERS: Final = {
    "ACCOUNT": _account,
    "DATABASE": _database,
    "FUNCTION": _function,
    "SCHEMA": _schema,
    **dict.fromkeys(("WAREHOUSE", "ROLE", "USER"), _of_account),
}
