"""Conversions that come to nothing, or to a cast, where the type of their argument is known.

A macro such as `to_timestamp_ntz` has a definition for each type, of which DuckDB takes the right
one when it binds a query. Where translation knows the type, what that definition says is written:
there is less to plan, and a call around it may repeat a column as it is, while it would have to
bind a call to the parameter of a lambda.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlglot.expressions import DataType

from mockhaus.zoned import STORED

_LTZ: Final = "TIMESTAMP WITH TIME ZONE"
_DATE: Final = {"DATE": "", "TIMESTAMP": "DATE", _LTZ: "DATE"}
_TIME: Final = {"TIME": "", "TIMESTAMP": "TIME"}
_NTZ: Final = {"TIMESTAMP": "", "DATE": "TIMESTAMP", _LTZ: "TIMESTAMP"}
_LTZS: Final = {_LTZ: "", "DATE": "TIMESTAMPTZ", "TIMESTAMP": "TIMESTAMPTZ"}
_TZ: Final = {STORED: ""}
_MOMENTS: Final = dict.fromkeys(("DATE", "TIME", "TIMESTAMP", _LTZ), "")
_BOOLEAN: Final = {"BOOLEAN": ""}

#: Macro -> DuckDB's type of its argument -> the type to which that is cast, "" where it stays as
#: it is. Of all other types the macro has more to say.
CONVERTED: Final[Mapping[str, Mapping[str, str]]] = {
    "to_date": _DATE,
    "try_to_date": _DATE,
    "to_time": _TIME,
    "try_to_time": _TIME,
    "to_timestamp_ntz": _NTZ,
    "try_to_timestamp_ntz": _NTZ,
    "to_timestamp_ltz": _LTZS,
    "try_to_timestamp_ltz": _LTZS,
    "to_timestamp_tz": _TZ,
    "try_to_timestamp_tz": _TZ,
    "to_boolean": _BOOLEAN,
    "try_to_boolean": _BOOLEAN,
    "moment": _MOMENTS,
    "moment_zoned": {**_MOMENTS, **_TZ},
}

#: DuckDB's types by the classes of casts.
CAST: Final[Mapping[Any, str]] = {
    DataType.Type.TEXT: "VARCHAR",
    DataType.Type.VARCHAR: "VARCHAR",
    DataType.Type.BOOLEAN: "BOOLEAN",
    DataType.Type.DATE: "DATE",
    DataType.Type.TIME: "TIME",
    DataType.Type.TIMESTAMP: "TIMESTAMP",
    DataType.Type.TIMESTAMPTZ: _LTZ,
}
