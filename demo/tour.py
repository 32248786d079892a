"""Runs worksheets over a connection, and remembers what each statement answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from demo.render import Column
from demo.worksheet import Step

#: int2, int4, int8, float4, float8, numeric
_NUMERIC: Final = frozenset((21, 23, 20, 700, 701, 1700))

Connection = psycopg.Connection[tuple[Any, ...]]


class StepFailed(Exception):
    """A statement was refused; the message names the step and says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement and what came back. `columns` is empty where it answered no rows."""

    statement: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]
    tag: str
    seconds: float


def connect(port: int) -> Connection:
    """A connection to the demo's server."""
    return psycopg.connect(host="127.0.0.1", port=port, user="demo", autocommit=True)


def run(connection: Connection, step: Step) -> Iterator[Answer]:
    """Its statements, one by one. Raises StepFailed."""
    for statement in step.statements:
        begun = time.perf_counter()
        try:
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            state = error.sqlstate or type(error).__name__
            reason = " ".join(str(error).split())
            raise StepFailed(f"step “{step.title}” failed: {state}: {reason}") from error
        columns = tuple(
            Column(column.name, column.type_code in _NUMERIC) for column in cursor.description or ()
        )
        taken = time.perf_counter() - begun
        yield Answer(statement, columns, rows, cursor.statusmessage or "", taken)
