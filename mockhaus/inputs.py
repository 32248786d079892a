"""How a connection reads texts as dates, times and BINARY, where it does not by AUTO and HEX.

The engine's library has schemas of macros for that (`engine/macros/input_formats.sql`), which read
their forms from variables of the connection.

Snowflake's manual: "DATE_INPUT_FORMAT" and its sisters, "BINARY_INPUT_FORMAT",
"TWO_DIGIT_CENTURY_START".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from mockhaus.errors import UnsupportedFeature
from mockhaus.formats import input_formats, offset_pattern
from mockhaus.quoting import sql_list, sql_literal

#: The first year that two digits stand for, where nothing is said.
CENTURY: Final = 1970

_OFFSET: Final = re.compile(r" ?%z$")
#: Parameter of moments -> schema of macros, and the variables of its forms.
_MOMENTS: Final = {
    "DATE_INPUT_FORMAT": ("date_input", "date_zoned"),
    "TIME_INPUT_FORMAT": ("time_input", "time_zoned"),
    "TIMESTAMP_INPUT_FORMAT": ("timestamp_input", "timestamp_zoned"),
}
_BINARY: Final = {"BASE64": "base64_input", "UTF8": "utf8_input", "UTF-8": "utf8_input"}


class Inputs(Struct, frozen=True):
    """Schemas of macros that come before the library's own, and variables: name -> SQL literal."""

    schemas: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


AUTO: Final = Inputs()


def model(parameters: Mapping[str, str], name: str) -> str | None:
    """The format that a parameter of moments asks for, None for AUTO."""
    told = parameters.get(name, "")
    return None if told.upper() in ("", "AUTO") else told


def reads_otherwise(parameters: Mapping[str, str]) -> bool:
    """Whether texts become dates and times by a format of the session."""
    return any(model(parameters, name) is not None for name in _MOMENTS)


def readable(value: str) -> bool:
    """Whether texts can be read by a model: its offset is at the end. Raises KeyError."""
    forms = input_formats(value)
    try:
        offset_pattern(forms[0])
    except UnsupportedFeature:
        return False
    return True


def inputs_of(parameters: Mapping[str, str]) -> Inputs:
    """What a connection with these session parameters reads texts by."""
    schemas: list[str] = []
    variables: list[tuple[str, str]] = []
    for name, (schema, zoned) in _MOMENTS.items():
        told = model(parameters, name)
        if told is None:
            continue
        forms = input_formats(told)
        clock = [_OFFSET.sub("", each) for each in forms]
        schemas.append(schema)
        variables += [(schema, sql_list(clock)), (zoned, str(clock != forms))]
        if schema == "timestamp_input":
            pattern = sql_literal(offset_pattern(forms[0]))
            variables += [("instant_input", sql_list(forms)), ("offset_input", pattern)]
    if (binary := parameters.get("BINARY_INPUT_FORMAT", "").upper()) in _BINARY:
        schemas.append(_BINARY[binary])
    if (start := int(parameters.get("TWO_DIGIT_CENTURY_START", CENTURY))) != CENTURY:
        schemas.append("century_input")
        variables.append(("century_start", str(start)))
    if parameters.get("TIMESTAMP_DAY_IS_ALWAYS_24H", "").upper() == "TRUE":
        schemas.append("day_of_24_hours")
    return Inputs(tuple(schemas), tuple(variables))
