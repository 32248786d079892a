"""DECLARE, FETCH, MOVE and CLOSE on the portals of a connection.

Cursors and the portals of the protocol are one thing under one name (manual, DECLARE and 55.2.3).
A cursor streams forward; one declared SCROLL or WITH HOLD has its rows in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from mockhaus.errors import CursorState
from mockhaus.gateway.forms.rows import Batch, Held
from mockhaus.gateway.portal import Plan, Portal, Run
from mockhaus.gateway.state_commands import CloseCursor, Declare, Fetch
from mockhaus.gateway.wire.protocol import Namespace
from mockhaus.result import Result


class Scrolled:
    """The rows of a cursor that can go back, and where it stands.

    Position 0 is before the first row, one more than there are rows is behind the last.
    """

    def __init__(self, portal: Portal) -> None:
        assert portal.encoder is not None
        encoder = portal.encoder
        whole = [encoder.batch(b.rows) if isinstance(b, Held) else b for b in portal.pull(0)]
        self._rows = pa.Table.from_batches(whole) if whole else None
        self._count = 0 if self._rows is None else self._rows.num_rows
        self._at = 0

    def take(self, fetch: Fetch) -> list[int]:
        """Move, and answer the indices of the rows that were passed."""
        if fetch.direction in ("ABSOLUTE", "RELATIVE"):
            return self._single(fetch)
        count = fetch.count
        if count == 0:
            return self._current()
        backward = (fetch.direction == "BACKWARD") is (count is None or count > 0)
        size = self._count + 1 if count is None else abs(count)
        if backward:
            met = range(self._at - 2, max(self._at - 2 - size, -1), -1)
            self._at = max(self._at - size, 0)
        else:
            met = range(self._at, min(self._at + size, self._count))
            self._at = min(self._at + size, self._count + 1)
        return list(met)

    def _single(self, fetch: Fetch) -> list[int]:
        assert fetch.count is not None
        target = fetch.count
        if fetch.direction == "RELATIVE":
            target += self._at
        elif target < 0:
            target += self._count + 1
        self._at = min(max(target, 0), self._count + 1)
        return self._current()

    def _current(self) -> list[int]:
        return [self._at - 1] if 1 <= self._at <= self._count else []

    def batches(self, indices: list[int]) -> list[pa.RecordBatch]:
        """Some rows, as batches."""
        if self._rows is None or not indices:
            return []
        batches: list[pa.RecordBatch] = self._rows.take(indices).combine_chunks().to_batches()
        return batches


class _Fetched:
    """The rows of one FETCH; those that are given up count as fetched."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        yield from self._batches

    def close(self) -> None:
        for _ in self._batches:
            pass


class Cursors:
    """What the statements about cursors do to a connection's portals."""

    def __init__(self, portals: Namespace[Portal], run: Run) -> None:
        self._portals = portals
        self._run = run

    def declare(self, command: Declare, plan: Plan, values: Sequence[Any]) -> Result:
        """DECLARE: run the query; its rows wait."""
        assert command.name is not None
        self._portals.check_free(command.name)
        portal = Portal(Plan(plan.prepared, types=plan.types), values)
        portal.open(self._run)
        portal.holds = command.hold
        if command.scroll or command.hold:
            portal.scrolled = Scrolled(portal)
        self._portals.put(command.name, portal)
        return Result((), "DECLARE CURSOR")

    def shape(self, command: Fetch) -> Plan:
        """The plan of a FETCH: it answers its cursor's columns. Raises UndefinedPortal."""
        assert command.name is not None
        columns = None if command.moves else self._portals.get(command.name).plan.columns
        return Plan(state=command, fetched=columns)

    def fetch(self, command: Fetch, columns: Any) -> Result:
        """FETCH and MOVE. Raises UndefinedPortal, CursorState."""
        assert command.name is not None
        portal = self._portals.get(command.name)
        if portal.result is None:
            portal.open(self._run)
        if portal.scrolled is not None:
            indices = portal.scrolled.take(command)
            if command.moves:
                return Result((), "MOVE", len(indices))
            return Result(
                columns, "FETCH", batches=_Fetched(iter(portal.scrolled.batches(indices)))
            )
        limit = _forward(command)
        if command.moves:
            return Result((), "MOVE", portal.skip(limit))
        return Result(columns, "FETCH", batches=_Fetched(portal.pull(limit)))

    def close(self, command: CloseCursor) -> Result:
        """CLOSE. Raises UndefinedPortal."""
        if command.name is None:
            for name, portal in self._portals.items():
                if name:  # the unnamed portal may be the one that runs this
                    portal.close()
                    self._portals.pop(name)
            return Result((), "CLOSE CURSOR ALL")
        self._portals.get(command.name).close()
        self._portals.pop(command.name)
        return Result((), "CLOSE CURSOR")


def _forward(fetch: Fetch) -> int:
    """How many rows to read of a cursor that is not SCROLL, 0 for all. Raises CursorState."""
    count = fetch.count
    if fetch.direction != "FORWARD" or (count is not None and count <= 0):
        raise CursorState(
            "cursor can only scan forward",
            hint="Declare it with SCROLL option to enable backward scan.",
        )
    return count or 0
