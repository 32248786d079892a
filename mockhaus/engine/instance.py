"""A DuckDB instance, and the parts of the library that its connections reach.

An instance begins with the first part attached. A statement that calls a macro of another part is
refused by DuckDB when it is bound, before anything of it ran: the part is attached then, and the
statement runs again. That is once for each part and instance, in any transaction: attached macros
are not versions of a catalog. Names that DuckDB knows itself are of the first part (see
`library`), so none is ever taken for another function meanwhile.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import library
from mockhaus.inputs import AUTO, Inputs
from mockhaus.quoting import sql_literal

#: The name under which a session's data are attached.
DATA: Final = "session"

#: The name under which a database is attached that keeps what is made of a session's data.
BESIDE: Final = "beside"

#: What DuckDB says of a macro that it does not find.
_MISSING: Final = re.compile(r'Function with name "?(?P<name>\w+)"? does not exist')


class Instance:
    """See the module. `root` is its first connection, which no statement of a user's runs in."""

    def __init__(self, root: duckdb.DuckDBPyConnection, macros: Path) -> None:
        self.root = root
        self._macros = macros
        #: The parts that are attached.
        self.parts: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._attach(library.CATALOG)

    def reach(self, fault: str, parts: Sequence[str]) -> tuple[str, ...] | None:
        """The parts that have the macro which DuckDB did not find in those, as its message says;
        None where there is no such macro. Raises duckdb.Error."""
        found = _MISSING.search(fault)
        part = found and library.part_of(found["name"])
        if part is None or part in parts:
            return None
        with self._lock:
            if part not in self.parts:
                self._attach(part)
        return self.parts

    def _attach(self, part: str) -> None:
        file = sql_literal(str(library.file_of(self._macros, part)))
        with self.root.cursor() as connection:
            connection.execute(f"ATTACH {file} AS {part} (READ_ONLY)")
        self.parts += (part,)


def searching(parts: Sequence[str], inputs: Inputs = AUTO, schemas: Sequence[str] = ()) -> str:
    """The statement by which a connection finds a session's data first, then the macros, and what
    is in further schemas."""
    own = [f"{library.CATALOG}.{schema}" for schema in inputs.schemas]
    path = (f"{DATA}.main", *own, *(f"{part}.main" for part in parts), *schemas)
    return f"SET search_path = '{','.join(path)}'"
