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


def already_dropped(tag: str, name: str) -> Result:
    """DROP IF EXISTS of what is not there."""
    answer = status(tag, f"Drop statement executed successfully ({name} already dropped).")
    answer.skipped = name
    return answer


def already_there(tag: str, name: str) -> Result:
    """CREATE IF NOT EXISTS of what is there."""
    answer = status(tag, f"{name} already exists, statement succeeded.")
    answer.skipped = name
    return answer


def table(
    columns: Sequence[tuple[str, SqlType]], rows: list[tuple[Any, ...]], tag: str = "SELECT"
) -> Result:
    """A small table of Python values."""
    shape = tuple(Column(name, kind) for name, kind in columns)
    return Result(shape, tag, len(rows), rows)
