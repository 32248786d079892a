"""SHOW PARAMETERS of a session, the account, users, warehouses, databases, schemas and tables.

Snowflake's manual: "SHOW PARAMETERS".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mockhaus.catalog.account import require
from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.parameter_table import OBJECT, SESSION
from mockhaus.catalog.parameters import WAREHOUSE, of_account, of_user
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName


def _shown(workspace: Workspace, statement: s.Show) -> Rows:
    kind = statement.in_kind or "SESSION"
    account, user = of_account(workspace.objects), workspace.context.user
    own: Mapping[str, object] = {}
    levels: list[tuple[str, Mapping[str, object]]]
    if kind == "SESSION":
        own = of_user(workspace.objects, user)
        levels, known = [("SESSION", workspace.context.parameters)], SESSION
    elif kind == "ACCOUNT":
        levels, known = [("ACCOUNT", account)], {**SESSION, **OBJECT}
    elif kind == "USER":
        name = user if statement.in_name is None else statement.in_name.name
        own = of_user(workspace.objects, require(workspace, "USER", name))
        levels, known = [("USER", own), ("ACCOUNT", account)], SESSION
    elif kind == "WAREHOUSE":
        if statement.in_name is not None:
            require(workspace, kind, statement.in_name.name)
        levels, known = [("ACCOUNT", account)], {name: SESSION[name] for name in WAREHOUSE}
    elif kind in ("DATABASE", "SCHEMA", "TABLE"):
        levels = [(each.kind, each.properties) for each in _places(workspace, kind, statement)]
        levels.append(("ACCOUNT", account))
        known = OBJECT
    else:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW PARAMETERS IN {kind}'.")
    for name, parameter in sorted(known.items()):
        value, level = parameter.default, ""
        for place, told in levels:
            if name in told:
                value, level = str(told[name]), place
                break
        if level == "SESSION":  # which began with what was set above it
            above = (("USER", own), ("ACCOUNT", account))
            level = next((each for each, told in above if told.get(name) == value), level)
        yield (name, value, parameter.default, level, parameter.description, parameter.type)


def _places(workspace: Workspace, kind: str, statement: s.Show) -> list[CatalogObject]:
    """The object of IN and what it lies in, from the inside out. Raises UndefinedObject."""
    context, name = workspace.context, statement.in_name
    if kind == "DATABASE":
        wanted = [("DATABASE", ObjectName(name.name if name else context.database or ""))]
        require_database(workspace, wanted[0][1].name)
    elif kind == "SCHEMA":
        given = name or ObjectName(context.schema or "", context.database)
        full = schema_name(workspace, ObjectName(given.name, None, given.schema))
        wanted = [("SCHEMA", full), ("DATABASE", ObjectName(full.database or ""))]
    else:
        full = context.resolve(name or ObjectName(""))
        wanted = [("TABLE", full), ("SCHEMA", ObjectName(full.schema or "", None, full.database)),
                  ("DATABASE", ObjectName(full.database or ""))]  # fmt: skip
    found = [workspace.objects.find(each, place) for each, place in wanted]
    if found[0] is None:
        raise UndefinedObject(
            f"SQL compilation error:\n{kind.capitalize()} '{wanted[0][1]}' does not exist or not"
            " authorized."
        )
    return [each for each in found if each is not None]


LISTINGS: Final = {
    "PARAMETERS": Listing(shaped("key value default level description type"), _shown, name="key"),
}
