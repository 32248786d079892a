"""Numeric functions. Snowflake's manual: "Numeric functions"."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import Function, stock

FUNCTIONS: Final[tuple[Function, ...]] = (stock("ABS", exp.Abs),)
