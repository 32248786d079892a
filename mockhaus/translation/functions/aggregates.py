"""Aggregate functions. Snowflake's manual: "Aggregate functions"."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import Function, stock

FUNCTIONS: Final[tuple[Function, ...]] = (
    stock("COUNT", exp.Count),
    stock("SUM", exp.Sum),
    stock("AVG", exp.Avg),
    stock("MIN", exp.Min),
    stock("MAX", exp.Max),
)
