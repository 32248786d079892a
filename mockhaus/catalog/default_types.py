"""Whether a DEFAULT is of a type that its column takes.

Snowflake asks that when a column is made, and is stricter than where a value is inserted: a text
is no default of a number or a date. Snowflake's manual: "CREATE TABLE", "ALTER TABLE: Incompatible
Default Values No Longer Allowed in New Columns".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mockhaus.catalog import columns
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import ColumnTypeMismatch, InvalidDefault
from mockhaus.translation.ddl.tables import ColumnDefinition
from mockhaus.types import from_duckdb

_NUMBERS: Final = frozenset(("NUMBER", "FLOAT"))
_TEXT: Final = frozenset(("VARCHAR",))
_STAMPS: Final = frozenset(("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"))
_TIMES: Final = _STAMPS | {"DATE", "TIME"}

#: Family of a column -> families of defaults that it does not take.
_UNFIT: Final = {
    "VARCHAR": _NUMBERS | _TIMES,
    "BOOLEAN": _NUMBERS,
    "VARIANT": _NUMBERS,
    "NUMBER": _TEXT,
    "FLOAT": _TEXT,
    "DATE": _TEXT | _STAMPS,
    "TIME": _TEXT | _STAMPS,
    **dict.fromkeys(_STAMPS, _TEXT),
}
#: The same of a column that is added to a table, in addition.
_UNFIT_OF_NEW: Final = {
    "VARCHAR": frozenset(("BOOLEAN",)),
    "BOOLEAN": _TEXT,
    "NUMBER": frozenset(("BOOLEAN",)),
    "FLOAT": frozenset(("BOOLEAN",)),
    **dict.fromkeys(_TIMES, _NUMBERS | {"BOOLEAN"}),
}


def check(workspace: Workspace, made: Sequence[ColumnDefinition]) -> None:
    """Raises InvalidDefault for a column of CREATE TABLE whose default is of another type."""
    for column, _, given in _defaults(workspace, made):
        if given.split("(")[0] in _UNFIT.get(_family(column), ()):
            raise InvalidDefault(
                "SQL compilation error:\nDefault value data type does not match data type for"
                f" column {column.name}",
                hint=f"The default is of the type {given}: cast it.",
            )


def check_added(workspace: Workspace, added: ColumnDefinition) -> None:
    """Raises ColumnTypeMismatch for a column of ALTER TABLE whose default is of another type."""
    for column, wanted, given in _defaults(workspace, [added]):
        family = _family(column)
        unfit = _UNFIT.get(family, frozenset()) | _UNFIT_OF_NEW.get(family, frozenset())
        if given.split("(")[0] in unfit:
            raise ColumnTypeMismatch(
                "SQL compilation error:\nExpression type does not match column data type,"
                f" expecting {wanted} but got {given} for column {column.name}"
            )


def _family(column: ColumnDefinition) -> str:
    return (columns.declared(column.type) or "").split("(")[0]


def _defaults(
    workspace: Workspace, made: Sequence[ColumnDefinition]
) -> list[tuple[ColumnDefinition, str, str]]:
    """Columns with a default but NULL: the type that each has, and that of its default.

    PostgreSQL reads a text in quotes as a value of the column's type: there are none at its door.
    """
    found = [
        column
        for column in made
        if column.type and column.default_sql is not None and column.default != "NULL"
    ]
    if not found or workspace.context.postgres:
        return []
    listed = ", ".join(f"({column.default_sql})" for column in found)
    described = workspace.cursor.describe(f"SELECT {listed}")
    return [
        (column, columns.declared(column.type) or column.type, str(from_duckdb(each.type)))
        for column, each in zip(found, described, strict=True)
    ]
