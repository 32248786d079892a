"""Sequences: CREATE and DROP, with the defaults of columns that take their numbers from one.

DuckDB drops no sequence that a default uses. Snowflake does, and inserts fail from then on until a
sequence of that name is there again. Snowflake's manual: "CREATE SEQUENCE", "Using sequences".
"""

from __future__ import annotations

from mockhaus.catalog import copying, defaults
from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.parameters import invalid_value
from mockhaus.catalog.tables import make_room, missing, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl.tables import default_sql


def create(workspace: Workspace, statement: s.CreateSequence) -> Result:
    """CREATE SEQUENCE."""
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    options, cloned = dict(statement.options), statement.options.get("CLONE")
    source = None
    if cloned is not None:
        source = workspace.objects.find("SEQUENCE", workspace.context.resolve(cloned))
        if source is None:
            raise missing("SEQUENCE", workspace.context.resolve(cloned))
        if source.name.folded() == name.folded():
            raise UnsupportedFeature(f"Unsupported feature 'CLONE of {name} over itself'.")
    else:
        check_number("START", int(options["START"]))
        check_number("INCREMENT", int(options["INCREMENT"]))
    if (met := make_room(workspace, "SEQUENCE", name, statement)) is not None:
        return met
    if source is not None:
        copying.copy_sequence(workspace, source, name)
        options = {**source.properties, "COMMENT": source.comment}
    else:
        _make(workspace, name, int(options["START"]), int(options["INCREMENT"]))
    comment, role = str(options.get("COMMENT", "")), workspace.context.role
    workspace.objects.add(CatalogObject("SEQUENCE", name, options, comment, role))
    for table, column, default in defaults.using(workspace, name):
        defaults.put(workspace, table, column, default_sql(default, workspace.context))
    return status("CREATE SEQUENCE", f"Sequence {name.name} successfully created.")


def check_number(name: str, number: int) -> None:
    """Raises InvalidParameter for a START or INCREMENT that no sequence has: they are of 64 bits,
    the lowest of them left out."""
    if not -copying.LAST_NUMBER <= number <= copying.LAST_NUMBER or (
        name == "INCREMENT" and number == 0
    ):
        raise invalid_value(name, str(number))


def _make(workspace: Workspace, name: ObjectName, start: int, increment: int) -> None:
    bounds = (
        f" MINVALUE {-copying.LAST_NUMBER} MAXVALUE {copying.LAST_NUMBER}"
        if increment < 0 or start < 1
        else ""
    )
    workspace.cursor.run(
        f"CREATE SEQUENCE {names.storage_name(name, workspace.context)}"
        f" START WITH {start} INCREMENT BY {increment}{bounds}"
    )
