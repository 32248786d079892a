"""The columns of an answer: what DuckDB says of them, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from mockhaus.catalog import columns
from mockhaus.engine.cursor import Cursor, Described
from mockhaus.errors import SqlError
from mockhaus.result import Column, Origin
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.types.origins import Relation, Source, meant
from mockhaus.types import VARCHAR_OID, from_duckdb

#: The scale of a numeric parameter as statements are prepared with it.
_OPEN_SCALE: Final = 10


class Relations:
    """The tables and views that statements name, kept until the session's objects change."""

    def __init__(self, cursor: Cursor, version: Callable[[], int]) -> None:
        self._cursor = cursor
        self._version = version
        self._known: tuple[int, dict[tuple[ObjectName, bool], Relation | None]] = (-1, {})

    def find(self, name: ObjectName, context: Context) -> Relation | None:
        """The table or view of a full name; none is no error."""
        if self._known[0] != self._version():
            self._known = (self._version(), {})
        known, key = self._known[1], (name, context.is_temporary(name))
        if key not in known:
            try:
                known[key] = columns.relation(self._cursor, context, name)
            except SqlError:  # the statement itself says what is wrong
                known[key] = None
        return known[key]


def described(found: Sequence[Described], sources: Sequence[Source] = ()) -> tuple[Column, ...]:
    """The columns of an answer; `sources`, where there are as many, say where each is from."""
    plain = tuple(Column(each.name, from_duckdb(each.type)) for each in found)
    if len(sources) != len(plain):
        return plain
    return tuple(map(_sourced, plain, sources))


def unbounded(column: Column) -> Column:
    """The column, if it is numeric and calculated, with the digits that its values bring.

    What a numeric parameter will have behind its point is not known before it is there; in
    PostgreSQL such a column has no precision.
    """
    kind = column.type
    if kind.family != "NUMBER" or (kind.scale or 0) < _OPEN_SCALE or column.origin is not None:
        return column
    return replace(column, type=replace(kind, precision=38, scale=None))


def _sourced(column: Column, source: Source) -> Column:
    kind, declared = meant(column.type, source), source.type
    if declared is not None and declared.family == kind.family in ("VARCHAR", "BINARY"):
        kind = declared
    if not source.table:
        return replace(column, type=kind)
    is_varchar = kind.family == "VARCHAR" and declared is not None
    oid = VARCHAR_OID if is_varchar else kind.oid
    return replace(column, type=kind, origin=Origin(source.table, source.number, oid))
