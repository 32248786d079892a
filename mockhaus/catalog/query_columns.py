"""The columns of CREATE TABLE AS: their names and types, as far as its query tells them.

Snowflake's manual: "CREATE TABLE", the variant AS SELECT.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from mockhaus.catalog.columns import Found
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, InvalidColumnList
from mockhaus.translation.ddl import tables
from mockhaus.translation.refusals import by_case_alone
from mockhaus.translation.types.origins import UNKNOWN, Source, meant
from mockhaus.types import BINARY_LENGTH, TIME, VARCHAR_LENGTH, SqlType, from_duckdb


def typed(
    workspace: Workspace, definition: tables.TableDefinition, *, postgres: bool
) -> tables.TableDefinition:
    """The definition with the types of AS SELECT for columns that have none of their own.

    Without one that DuckDB would forget, a length, it stays without columns: DuckDB makes them.
    Raises DuplicateObject; InvalidColumnList, but for a list that is shorter at PostgreSQL's door.
    """
    if definition.query is None:
        check_distinct([each.name for each in definition.columns])
        return definition
    described = workspace.cursor.describe(definition.query)
    renamed = definition.renamed
    if renamed and postgres:
        renamed = (*renamed, *(each.name for each in described[len(renamed) :]))
    given = definition.columns or tuple(
        tables.ColumnDefinition(name, "", "")
        for name in renamed or [each.name for each in described]
    )
    if len(described) != len(given):
        raise InvalidColumnList(len(described))
    check_distinct([each.name for each in given])
    if all(column.type for column in given):
        return definition
    if not definition.columns and not any(map(_declared, definition.sources)):
        return definition
    sources = _sources(definition, len(described))
    return replace(
        definition,
        columns=tuple(
            column if column.type else _of_query(column, found.type, source)
            for column, found, source in zip(given, described, sources, strict=True)
        ),
    )


def types(definition: tables.TableDefinition, found: Sequence[Found]) -> list[str]:
    """The types of the columns that DuckDB made of a query, as DESCRIBE spells them."""
    pairs = zip(found, _sources(definition, len(found)), strict=True)
    return [str(meant(from_duckdb(column.type), source)) for column, source in pairs]


def _sources(definition: tables.TableDefinition, count: int) -> Sequence[Source]:
    return definition.sources if len(definition.sources) == count else (UNKNOWN,) * count


def check_distinct(found: Sequence[str]) -> None:
    """Raises DuplicateObject for two columns of one name: DuckDB would give one another.

    UnsupportedFeature where they differ by case: to DuckDB they are one.
    """
    seen: dict[str, str] = {}
    for name in found:
        other = seen.get(name.upper())
        if other == name:
            raise DuplicateObject(f"SQL compilation error:\nduplicate column name '{name}'")
        if other is not None:
            raise by_case_alone(name, other)
        seen[name.upper()] = name


def _declared(source: Source) -> SqlType | None:
    """The type that a column was declared with, as far as DuckDB would forget it: the length of a
    text, the digits of a time."""
    found = source.type
    if found is None:
        return None
    if found.family in ("VARCHAR", "BINARY"):
        return None if found.length in (VARCHAR_LENGTH, BINARY_LENGTH) else found
    return found if found.family.startswith("TIME") and found.scale != TIME.scale else None


def _of_query(
    column: tables.ColumnDefinition, stored: str, source: Source
) -> tables.ColumnDefinition:
    """A column with the type that AS SELECT gives it."""
    kind, declared = from_duckdb(stored), _declared(source)
    if declared is None or declared.family != kind.family:
        return replace(column, type=str(meant(kind, source)), stored=stored)
    check = ""
    if declared.length is not None:
        binary = declared.family == "BINARY"
        check = tables.length_check(column.name, declared.length, binary=binary)
    return replace(column, type=str(declared), stored=stored, check=check)
