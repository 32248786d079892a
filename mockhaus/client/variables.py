"""SnowSQL's variables in a text: `&name` and `&{name}` become their values, `&&` is one `&`.

Snowflake's manual: "Using SnowSQL", "Using variables". Names do not tell case apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_USE: Final = re.compile(r"&(?:(?P<both>&)|\{(?P<braced>\w+)\}|(?P<plain>\w+))")


class Undefined(Exception):
    """A variable without a value: one line for the user."""


def substituted(text: str, values: Mapping[str, str]) -> str:
    """The text with values for variables, in strings as well. Raises Undefined."""
    known = {name.lower(): value for name, value in values.items()}

    def value(found: re.Match[str]) -> str:
        if found["both"]:
            return "&"
        name = found["braced"] or found["plain"]
        if name.lower() not in known:
            raise Undefined(f"Variable {name} is not defined: -D {name}=value; && writes an &.")
        return known[name.lower()]

    return _USE.sub(value, text)
