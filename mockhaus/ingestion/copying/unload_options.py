"""The options of COPY INTO a location, beside the file format.

Snowflake's manual: "COPY INTO <location>", "Copy options".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.ingestion.files.format_options import invalid_value

_LARGEST: Final = 5 * 1024**3


class UnloadOptions(Struct, frozen=True):
    """`max_size` is in bytes; `partition` the text of PARTITION BY's expression."""

    partition: str | None = None
    overwrite: bool = False
    single: bool = False
    max_size: int = 16 * 1024 * 1024
    query_id: bool = False
    detailed: bool = False
    header: bool = False
    #: VALIDATION_MODE = RETURN_ROWS: answer the rows instead of writing them.
    only_rows: bool = False


_FLAGS: Final = {
    "OVERWRITE": "overwrite",
    "SINGLE": "single",
    "INCLUDE_QUERY_ID": "query_id",
    "DETAILED_OUTPUT": "detailed",
    "HEADER": "header",
}

#: Every option of the manual, FILE_FORMAT and PARTITION BY apart.
OPTIONS: Final = (*_FLAGS, "MAX_FILE_SIZE", "VALIDATION_MODE")


def read(options: Mapping[str, Any], partition: str | None) -> UnloadOptions:
    """The options as given. Raises InvalidParameter, UnsupportedFeature."""
    found: dict[str, Any] = {"partition": partition}
    for name, value in options.items():
        if name == "FILE_FORMAT":
            continue
        if name in _FLAGS:
            if not isinstance(value, bool):
                raise invalid_value(name, value)
            found[_FLAGS[name]] = value
        elif name == "MAX_FILE_SIZE":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
                raise invalid_value(name, value)
            found["max_size"] = value
        elif name == "VALIDATION_MODE":
            if str(value).upper() != "RETURN_ROWS":
                raise invalid_value(name, value)
            found["only_rows"] = True
        else:
            raise InvalidParameter(f"SQL compilation error:\ninvalid parameter '{name}'")
    _check(found)
    if partition is not None:
        found["query_id"] = True
    return UnloadOptions(**found)


def _check(found: Mapping[str, Any]) -> None:
    """What the manual says does not go together."""
    with_partition = {"single": True, "overwrite": True, "query_id": False}
    if found["partition"] is not None:
        for field, value in with_partition.items():
            if found.get(field) is value:
                name = next(name for name, each in _FLAGS.items() if each == field)
                raise UnsupportedFeature(
                    "SQL compilation error:\nPARTITION BY does not go together with"
                    f" {name} = {str(value).upper()}."
                )
    elif found.get("query_id") and (found.get("single") or found.get("overwrite")):
        raise UnsupportedFeature(
            "SQL compilation error:\nINCLUDE_QUERY_ID = TRUE does not go together with"
            " SINGLE = TRUE or OVERWRITE = TRUE."
        )
