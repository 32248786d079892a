"""Values by key, for functions of SQL that look something up.

A correlated subquery makes a plan that grows with each look-up in it, and with each argument that
is one itself; a function does not. Each connection has dictionaries of its own: it finds them by a
number in its DuckDB variable.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

if TYPE_CHECKING:
    from mockhaus.engine.cursor import Cursor

_VARIABLE: Final = "dictionaries"
_NOTHING: Final[Mapping[Any, Any]] = {}


class Dictionaries:
    """The dictionaries of one connection, by name; one that is not there is empty."""

    def __init__(self, cursor: Cursor) -> None:
        self._values: dict[str, Mapping[Any, Any]] = {}
        number = next(_numbers)
        _all[number] = self
        cursor.run(f"SET VARIABLE {_VARIABLE} = {number}")

    def put(self, name: str, values: Mapping[Any, Any]) -> None:
        """Have a dictionary, instead of what was there by that name."""
        self._values[name] = values

    def get(self, name: str) -> Mapping[Any, Any]:
        """The dictionary of a name."""
        return self._values.get(name, _NOTHING)


_numbers: Final = itertools.count(1)
_all: Final[WeakValueDictionary[int, Dictionaries]] = WeakValueDictionary()


def _lookup(type: pa.DataType) -> Any:
    def look_up(numbers: Any, names: Any, keys: Any) -> Any:
        found = _all.get(numbers[0].as_py()) if len(numbers) else None
        values = _NOTHING if found is None else found.get(names[0].as_py())
        return pa.array([values.get(key) for key in keys.to_pylist()], type)

    return look_up


_FUNCTIONS: Final = {
    "dictionary_text": ("VARCHAR", "BIGINT", pa.string()),
    "dictionary_number": ("UINTEGER", "VARCHAR", pa.uint32()),
    "dictionary_word": ("VARCHAR", "VARCHAR", pa.string()),
}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a DuckDB instance, for `macros/dictionaries.sql`."""
    for name, (answer, key, type) in _FUNCTIONS.items():
        connection.create_function(
            f"raw_{name}",
            _lookup(type),
            ["BIGINT", "VARCHAR", key],
            answer,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
