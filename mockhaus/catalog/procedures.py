"""Stored procedures: CREATE, ALTER, DROP, SHOW, DESCRIBE. They are run by `sessions.scripting`.

Snowflake's manual: "CREATE PROCEDURE" and its sisters.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import routines
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.listing import WHOLE, Listing, Rows, scope, shaped, yes
from mockhaus.catalog.objects import CatalogObject, check_length
from mockhaus.catalog.tables import require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.routines.routine import type_of
from mockhaus.translation.scripting.statements import AlterProcedure, CreateProcedure

KIND: Final = "PROCEDURE"
_DONE: Final = "Statement executed successfully."


def create(workspace: Workspace, statement: CreateProcedure) -> Result:
    """CREATE PROCEDURE. Its block was read when the statement was."""
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    check_length(name)
    families = [each.family for each in statement.parameters]
    existing = routines.find(workspace.objects, name, families, KIND)
    if existing is not None and statement.if_not_exists:
        return already_there("CREATE PROCEDURE", name.name)
    if existing is not None and not statement.replace:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    options = statement.options
    properties = {
        "returns": statement.returns,
        "body": statement.body,
        "signature": routines.signature_of(statement.parameters),
        "data_type": statement.returns
        if statement.columns is not None
        else str(type_of(statement.returns)),
        **routines.declared(statement),
        "strict": bool(options.get("STRICT")),
        "not_null": bool(options.get("NOT NULL")),
        "volatility": options.get("VOLATILITY", "VOLATILE"),
        "rights": options["RIGHTS"],
    }
    new = CatalogObject(
        KIND, name, properties, str(options.get("COMMENT", "")), workspace.context.role
    )
    if existing is not None:
        workspace.objects.remove(existing)
    workspace.objects.add(new)
    return status("CREATE PROCEDURE", f"Function {name.name} successfully created.")


def alter(workspace: Workspace, statement: AlterProcedure) -> Result:
    """ALTER PROCEDURE."""
    name = workspace.context.resolve(statement.name)
    found = routines.find(workspace.objects, name, statement.signature, KIND)
    if found is None and statement.if_exists:
        return status("ALTER PROCEDURE", _DONE)
    found = changed = routines.require(workspace, name, statement.signature, KIND)
    if statement.renamed is not None:
        new = require_schema(workspace, workspace.context.resolve(statement.renamed))
        check_length(new)
        if routines.find(workspace.objects, new, statement.signature, KIND) is not None:
            raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
        changed = replace(changed, name=new)
    if statement.rights is not None:
        changed = replace(changed, properties={**found.properties, "rights": statement.rights})
    if statement.comment is not None:
        changed = replace(changed, comment=statement.comment)
    workspace.objects.update(found, changed)
    return status("ALTER PROCEDURE", _DONE)


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP PROCEDURE name (types)."""
    name = workspace.context.resolve(statement.name)
    found = routines.find(workspace.objects, name, statement.signature, KIND)
    if found is None and statement.if_exists:
        return already_dropped("DROP PROCEDURE", name.name)
    found = routines.require(workspace, name, statement.signature, KIND)
    workspace.objects.remove(found)
    return status("DROP PROCEDURE", f"{name.name} successfully dropped.")


def _procedures(workspace: Workspace, statement: s.Show) -> Rows:
    for each in workspace.objects.list(KIND, *scope(workspace, statement)):
        told = routines.routine(each)
        required = sum(p.default is None for p in told.parameters)
        yield (each.created, each.name.name, each.name.schema, "N", "N", "N", required,
               len(told.parameters), routines.shown_arguments(each),
               each.comment or "user-defined procedure", each.name.database,
               yes(told.columns is not None), "N", "N", None, None)  # fmt: skip


_SHAPE: Final = shaped(
    "@created_on name schema_name is_builtin is_aggregate is_ansi #min_num_arguments"
    " #max_num_arguments arguments description catalog_name is_table_function valid_for_clustering"
    " is_secure secrets external_access_integrations"
)

LISTINGS: Final = {
    "PROCEDURES": Listing(_SHAPE, _procedures, terse=WHOLE),
    "USER PROCEDURES": Listing(_SHAPE, _procedures, terse=WHOLE),
}


def describe(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    """DESCRIBE PROCEDURE: a row a property."""
    name = workspace.context.resolve(statement.name)
    found = routines.require(workspace, name, statement.signature, KIND)
    told, properties = routines.routine(found), found.properties
    nulls = "RETURNS NULL ON NULL INPUT" if told.strict else "CALLED ON NULL INPUT"
    return [
        ("signature", routines.signature_of(told.parameters)),
        ("returns", str(properties["data_type"])),
        ("language", "SQL"),
        ("null handling", nulls),
        ("volatility", str(properties["volatility"])),
        ("execute as", str(properties["rights"])),
        ("body", told.body),
    ]
