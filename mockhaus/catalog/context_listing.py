"""SHOW VARIABLES, GRANTS, TRANSACTIONS, LOCKS.

Snowflake's manual: "SHOW VARIABLES" and its sisters.
"""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any, Final

from mockhaus.catalog import account
from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.operands import variable_text


def _variables(workspace: Workspace, statement: s.Show) -> Rows:
    context = workspace.context
    for name, value in sorted(context.variables.items()):
        shown = None if value is None else variable_text(value)
        yield (context.connection_id, None, None, name, shown, _kind(value), "")


#: Classes of values of variables -> what SHOW VARIABLES calls their types.
_KINDS: Final[dict[type, str]] = {
    bool: "boolean", int: "fixed", Decimal: "fixed", float: "real", bytes: "binary",
    date: "date", time: "time",
}  # fmt: skip


def _kind(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return "timestamp_ntz"
        return "timestamp_tz" if isinstance(value.tzinfo, timezone) else "timestamp_ltz"
    return _KINDS.get(type(value), "text")


def _grants(workspace: Workspace, statement: s.Show) -> Rows:
    side, _, kind = (statement.in_kind or "TO USER").partition(" ")
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


def _granted_of(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW GRANTS OF ROLE: to whom a role is granted."""
    kind = (statement.in_kind or "").removeprefix("OF ")
    if kind != "ROLE" or statement.in_name is None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW GRANTS OF {kind}'.")
    role = account.require(workspace, "ROLE", statement.in_name.name)
    for each in workspace.objects.list("GRANT"):
        told = each.properties
        if told["on"] == "ROLE" and str(told["name"]).upper() == role.upper():
            yield each.created, role, told["to_kind"], told["to"], each.owner


def _in_account(statement: s.Show) -> bool:
    return statement.in_kind == "ACCOUNT"


def _transactions(workspace: Workspace, statement: s.Show) -> Rows:
    for each in workspace.locks.transactions() if workspace.locks is not None else ():
        if _in_account(statement) or each.user == workspace.context.user:
            yield int(each.id), each.user, each.connection, each.name, each.started, "running", 0


def _locks(workspace: Workspace, statement: s.Show) -> Rows:
    for resource, each, since in workspace.locks.listed() if workspace.locks is not None else ():
        if _in_account(statement) or each.user == workspace.context.user:
            number = int(each.id) if each.id else None
            standing = "WAITING" if since is None else "HOLDING"
            yield resource, "PARTITIONS", number, each.started, standing, since, None


_ACCOUNT: Final = ("ACCOUNT", "WAREHOUSE", "ROLE", "USER")

LISTINGS: Final = {
    "VARIABLES": Listing(
        shaped("#session_id @created_on @updated_on name value type comment"), _variables
    ),
    "TRANSACTIONS": Listing(
        shaped("#id user #session name @started_on state #scope"), _transactions
    ),
    "LOCKS": Listing(
        shaped("resource type #transaction @transaction_started_on status @acquired_on query_id"),
        _locks,
        name="resource",
    ),
    "GRANTS OF": Listing(
        shaped("@created_on role granted_to grantee_name granted_by"), _granted_of, name="role"
    ),
    "GRANTS": Listing(
        shaped(
            "@created_on privilege granted_on name granted_to grantee_name grant_option granted_by"
        ),
        _grants,
    ),
}
