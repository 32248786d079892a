"""Sizes on the command line: 512MB, 2GiB."""

from __future__ import annotations

from typing import Any, Final

import click

from mockhaus import limits

#: DuckDB works with less, but hardly any statement does.
LEAST: Final = 16 * 2**20


class Size(click.ParamType[int]):
    """Bytes, written with a unit or without."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Refuses what is no size, and what is too small to work with."""
        try:
            found = limits.size(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if found < LEAST:
            self.fail(f"{value} is less than {limits.shown(LEAST)}", param, ctx)
        return found
