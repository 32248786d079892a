"""What several suites need."""

from __future__ import annotations

from typing import Any

from mockhaus.sessions.connection import Connection


def run(connection: Connection, text: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of the last statement of a text."""
    rows: list[tuple[Any, ...]] = []
    for result in connection.execute(text, values):
        rows = list(result.python_rows())
    return rows


def sentence(connection: Connection, text: str) -> str:
    """The sentence that DDL answers."""
    return str(run(connection, text)[0][0])
