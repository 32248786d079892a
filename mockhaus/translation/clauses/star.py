"""star: see Snowflake's manual."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

ENTER: Final[dict[type[exp.Expression], Any]] = {}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
