"""Answers that are sentences or small tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockhaus.result import Column, Result
from mockhaus.types import VARCHAR, SqlType

STATUS = (Column("status", VARCHAR),)


def status(tag: str, sentence: str) -> Result:
    """Snowflake's sentence about a statement, in a column named `status`."""
    return Result(STATUS, tag, None, [(sentence,)], status_only=True)


def table(
    columns: Sequence[tuple[str, SqlType]], rows: list[tuple[Any, ...]], tag: str = "SELECT"
) -> Result:
    """A small table of Python values."""
    shape = tuple(Column(name, kind) for name, kind in columns)
    return Result(shape, tag, len(rows), rows)
