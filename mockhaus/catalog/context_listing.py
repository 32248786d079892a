"""SHOW PARAMETERS, SHOW VARIABLES, SHOW GRANTS.

Snowflake's manual: "SHOW PARAMETERS", "SHOW VARIABLES", "SHOW GRANTS".
"""

from __future__ import annotations

from typing import Final

from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s

#: Session parameters that act (see sessions.settings): default, type, description.
PARAMETERS: Final = {
    "QUERY_TAG": ("", "STRING", "Text that is kept with each statement in the history"),
    "TIMESTAMP_TYPE_MAPPING": ("TIMESTAMP_NTZ", "STRING", "What a TIMESTAMP column is"),
    "TIMEZONE": ("UTC", "STRING", "Time zone of the session"),
    "WEEK_OF_YEAR_POLICY": ("0", "NUMBER", "Which week of a year is its first"),
    "WEEK_START": ("0", "NUMBER", "The first day of a week"),
}


def _parameters(workspace: Workspace, statement: s.Show) -> Rows:
    if statement.in_kind not in (None, "SESSION", "ACCOUNT") or statement.in_name is not None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW PARAMETERS IN {statement.in_kind}'.")
    changed = {} if statement.in_kind == "ACCOUNT" else workspace.context.parameters
    for name, (default, kind, description) in PARAMETERS.items():
        level = "SESSION" if name in changed else ""
        yield (name, changed.get(name, default), default, level, description, kind)


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
    "PARAMETERS": Listing(
        shaped("key value default level description type"), _parameters, name="key"
    ),
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
