"""SHOW VARIABLES, TRANSACTIONS, LOCKS.

Snowflake's manual: "SHOW VARIABLES" and its sisters.
"""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any, Final

from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.workspace import Workspace
from mockhaus.translation import statements as s
from mockhaus.translation.types.operands import variable_text


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
}
