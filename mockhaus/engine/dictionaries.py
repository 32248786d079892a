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

import pyarrow as pa

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
        cursor.rows(f"SET VARIABLE {_VARIABLE} = {number}")  # which no rollback undoes

    def put(self, name: str, values: Mapping[Any, Any]) -> None:
        """Have a dictionary, instead of what was there by that name."""
        self._values[name] = values

    def get(self, name: str) -> Mapping[Any, Any]:
        """The dictionary of a name."""
        return self._values.get(name, _NOTHING)


_numbers: Final = itertools.count(1)
_all: Final[WeakValueDictionary[int, Dictionaries]] = WeakValueDictionary()


def _found(numbers: Any, names: Any, keys: Any) -> list[Any]:
    """The values of keys in a dictionary of a connection, which are the same in all rows."""
    found = _all.get(numbers[0].as_py())
    values = _NOTHING if found is None else found.get(names[0].as_py())
    return [values.get(key) for key in keys.to_pylist()]


def texts(numbers: Any, names: Any, keys: Any) -> Any:
    """Values that are texts, for `macros/dictionaries.sql`."""
    return pa.array(_found(numbers, names, keys), pa.string())


def numbers(numbers: Any, names: Any, keys: Any) -> Any:
    """Values that are whole numbers."""
    return pa.array(_found(numbers, names, keys), pa.uint32())
