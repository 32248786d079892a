"""UNDROP TABLE: what `dropped` keeps is a table again.

Its number, age, tags, grants and load history are what they were. Snowflake's manual:
"UNDROP TABLE".
"""

from __future__ import annotations

from msgspec.structs import replace

from mockhaus.catalog import account, defaults, dropped
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import relation_kind, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, UndefinedObject
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import ObjectName


def undrop(workspace: Workspace, statement: s.Undrop) -> Result:
    """UNDROP TABLE. Raises UndefinedObject, DuplicateObject."""
    # a temporary table of the name is not in the way
    around = replace(workspace, context=replace(workspace.context, temporary=frozenset()))
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    if relation_kind(around, name) is not None:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    return _restore(around, name)


def _restore(workspace: Workspace, name: ObjectName) -> Result:
    """UNDROP TABLE of a full name that is free. Raises UndefinedObject."""
    found = dropped.latest(workspace.objects, name)
    if found is None:
        raise UndefinedObject(
            f"SQL compilation error:\nTable '{name}' did not exist or was purged.",
            subject=name.name,
            hint=f"The last {dropped.MOST_TABLES} dropped tables are kept, unless they are large.",
        )
    told = found.properties["dropped"]
    workspace.cursor.run(
        f"ALTER TABLE {dropped.stored_name(found)} RENAME TO {names.quoted(found.name.name)}"
    )
    properties = {key: value for key, value in found.properties.items() if key != "dropped"}
    workspace.objects.turn(found, "TABLE", properties)
    back = replace(found, kind="TABLE", properties=properties)
    for column, text in dropped.numbered(back):
        defaults.renew(workspace, back.name, column, text)
    for each in told["grants"]:
        to = (str(each["told"]["to_kind"]), str(each["told"]["to"]))
        if account.stored(workspace.objects, *to) is not None:
            key = ObjectName(each["key"])
            workspace.objects.add(CatalogObject("GRANT", key, each["told"], "", each["owner"]))
    workspace.objects.rename_loads(dropped.hidden(found), found.name)
    workspace.counts.changed(found.name)
    return status("UNDROP TABLE", f"Table {found.name.name} successfully restored.")
