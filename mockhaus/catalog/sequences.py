"""Sequences: CREATE and DROP, with the defaults of columns that take their numbers from one.

DuckDB drops no sequence that a default uses. Snowflake does, and inserts fail from then on until a
sequence of that name is there again. Snowflake's manual: "CREATE SEQUENCE", "Using sequences".
"""

from __future__ import annotations

from mockhaus.catalog import defaults
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.tables import make_room, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.result import Result
from mockhaus.translation import names
from mockhaus.translation import statements as s
from mockhaus.translation.tables import default_sql


def create(workspace: Workspace, statement: s.CreateSequence) -> Result:
    """CREATE SEQUENCE."""
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    if (met := make_room(workspace, "SEQUENCE", name, statement)) is not None:
        return met
    start, increment = int(statement.options["START"]), int(statement.options["INCREMENT"])
    bounds = f" MINVALUE {-(2**62)} MAXVALUE {2**62}" if increment < 0 or start < 1 else ""
    workspace.cursor.run(
        f"CREATE SEQUENCE {names.storage_name(name, workspace.context)}"
        f" START WITH {start} INCREMENT BY {increment}{bounds}"
    )
    comment = str(statement.options.get("COMMENT", ""))
    workspace.objects.add(
        CatalogObject("SEQUENCE", name, dict(statement.options), comment, workspace.context.role)
    )
    for table, column, default in defaults.using(workspace, name):
        defaults.put(workspace, table, column, default_sql(default, workspace.context))
    return status("CREATE SEQUENCE", f"Sequence {name.name} successfully created.")
