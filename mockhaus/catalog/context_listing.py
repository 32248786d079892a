"""SHOW VARIABLES, SHOW GRANTS.

Snowflake's manual: "SHOW VARIABLES", "SHOW GRANTS".
"""

from __future__ import annotations

from typing import Final

from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s


def _variables(workspace: Workspace, statement: s.Show) -> Rows:
    context = workspace.context
    for name, value in sorted(context.variables.items()):
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        kinds = {bool: "boolean", int: "fixed", float: "real", str: "text"}
        kind = kinds.get(type(value), "fixed" if hasattr(value, "as_tuple") else "text")
        yield (context.connection_id, None, None, name, shown, kind, "")


def _grants(workspace: Workspace, statement: s.Show) -> Rows:
    side, _, kind = (statement.in_kind or "TO USER").partition(" ")
    if side == "OF":
        raise UnsupportedFeature("Unsupported feature 'SHOW GRANTS OF'.")
    name = workspace.context.user if statement.in_name is None else statement.in_name.name
    if side == "ON" and statement.in_name is not None and kind not in _ACCOUNT:
        found = statement.in_name
        if kind == "SCHEMA":
            database = found.schema or workspace.context.database
            name = f"{database}.{found.name}"
        elif kind != "DATABASE":
            name = str(workspace.context.resolve(found))
    keys = ("to_kind", "to") if side == "TO" else ("on", "name")
    for each in workspace.objects.list("GRANT"):
        told = each.properties
        if (told[keys[0]], str(told[keys[1]]).upper()) == (kind, name.upper()):
            option = "true" if told["grant_option"] else "false"
            yield (each.created, told["privilege"], told["on"].replace(" ", "_"), told["name"],
                   told["to_kind"], told["to"], option, each.owner)  # fmt: skip


_ACCOUNT: Final = ("ACCOUNT", "WAREHOUSE", "ROLE", "USER")

LISTINGS: Final = {
    "VARIABLES": Listing(
        shaped("#session_id @created_on @updated_on name value type comment"), _variables
    ),
    "GRANTS": Listing(
        shaped(
            "@created_on privilege granted_on name granted_to grantee_name grant_option granted_by"
        ),
        _grants,
    ),
}
