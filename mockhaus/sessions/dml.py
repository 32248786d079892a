"""INSERT, UPDATE, DELETE, MERGE, TRUNCATE: what runs on DuckDB, and Snowflake's counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from mockhaus.catalog.answers import status
from mockhaus.engine.cursor import Cursor
from mockhaus.errors import NondeterministicMerge
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s
from mockhaus.translation.dml.change import ROWS, Change
from mockhaus.types import NUMBER

INSERTED: Final = "number of rows inserted"
UPDATED: Final = "number of rows updated"
MULTI_JOINED: Final = "number of multi-joined rows updated"
DELETED: Final = "number of rows deleted"


class Shape(Struct, frozen=True):
    """The command tag and the count columns of one kind of statement."""

    tag: str
    columns: tuple[str, ...]


SHAPES: Final[dict[type[s.Statement], Shape]] = {
    s.Insert: Shape("INSERT 0", (INSERTED,)),
    s.Update: Shape("UPDATE", (UPDATED, MULTI_JOINED)),
    s.Delete: Shape("DELETE", (DELETED,)),
    s.Truncate: Shape("TRUNCATE TABLE", ()),
}

Runner = Callable[[Cursor, Any, Change, Sequence[Any]], Result]

#: DuckDB's merge_action -> Snowflake's column.
_ACTIONS: Final = {"INSERT": INSERTED, "UPDATE": UPDATED, "DELETE": DELETED}


def run(cursor: Cursor, statement: s.Tree, change: Change, values: Sequence[Any]) -> Result:
    """Carry out a translated change inside the transaction that is open on the cursor."""
    if change.source:
        cursor.run(f"CREATE OR REPLACE TEMPORARY TABLE {ROWS} AS {change.source}", values)
        values = ()
    for sql in change.before:
        cursor.run(sql)
    runner: Runner = _several if change.inserts else _RUNNERS.get(type(statement), _counted)
    result = runner(cursor, statement, change, values)
    if change.source:
        cursor.run(f"DROP TABLE {ROWS}")
    return result


def total(results: Sequence[Result]) -> Result:
    """One answer for a change that ran several times: the sums of the counts."""
    first = results[0]
    if len(results) == 1 or not first.rows or not isinstance(first.rows[0][0], int):
        return first
    sums = [sum(cells) for cells in zip(*(r.rows[0] for r in results if r.rows), strict=True)]
    names = [column.name for column in first.columns]
    return counts(
        first.tag, dict(zip(names, sums, strict=True)), sum(r.row_count or 0 for r in results)
    )


_TWICE: Final = "Duplicate row detected during DML action"
_CONFLICT: Final = "ON CONFLICT DO UPDATE command cannot affect row a second time"


def _counted(cursor: Cursor, statement: s.Tree, change: Change, values: Sequence[Any]) -> Result:
    shape = SHAPES[type(statement)]
    if change.check and cursor.rows(change.check, values):
        raise NondeterministicMerge(_TWICE if isinstance(statement, s.Update) else _CONFLICT)
    if change.returning:
        rows = cursor.returned(change.sql, values)
        return Result((), shape.tag, len(rows), rows)
    several, surplus = cursor.rows(change.several, values)[0] if change.several else (0, 0)
    count = cursor.change(change.sql, values) - int(surplus)
    found = dict.fromkeys(shape.columns[:1], count) | dict.fromkeys(shape.columns[1:], several)
    return counts(shape.tag, found, count)


def _several(cursor: Cursor, statement: s.Tree, change: Change, values: Sequence[Any]) -> Result:
    """A multi-table INSERT: a count for each table."""
    found: dict[str, int] = {}
    for table, sql in change.inserts:
        column = f"{INSERTED} into {table}"
        found[column] = found.get(column, 0) + cursor.change(sql)
    return counts("INSERT 0", found, sum(found.values()))


def _truncate(cursor: Cursor, statement: s.Tree, change: Change, values: Sequence[Any]) -> Result:
    if change.sql:
        cursor.change(change.sql, values)
    return status("TRUNCATE TABLE", "Statement executed successfully.")


def _merge(cursor: Cursor, statement: s.Tree, change: Change, values: Sequence[Any]) -> Result:
    """MERGE: refused where a target row would be updated from several source rows."""
    if change.check and cursor.rows(change.check, values):
        raise NondeterministicMerge(_TWICE)
    found = dict.fromkeys(change.actions, 0)
    _, surplus = cursor.rows(change.several, values)[0] if change.several else (0, 0)
    for action, count in cursor.tally(change.sql, values).items():
        found[_ACTIONS[action]] = count
    if surplus:
        found[_ACTIONS["UPDATE"]] -= int(surplus)
    return counts("MERGE", found, sum(found.values()))


def counts(tag: str, found: dict[str, int], total: int) -> Result:
    """Snowflake's row of counts."""
    columns = tuple(Column(name, NUMBER, nullable=False) for name in found)
    return Result(columns, tag, total, [tuple(found.values())], status_only=True)


_RUNNERS: Final[dict[type[s.Statement], Runner]] = {
    s.Truncate: _truncate,
    s.Merge: _merge,
}
