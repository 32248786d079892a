"""conversion: see Snowflake's function reference."""

from __future__ import annotations

from typing import Final

from mockhaus.translation.registry import Function

FUNCTIONS: Final[tuple[Function, ...]] = ()
