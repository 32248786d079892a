"""Mockhaus: Snowflake SQL over the PostgreSQL wire and HTTP, running on DuckDB.

As a library it is a PEP 249 module, `mockhaus.connect(...)`, and a server for test suites,
`mockhaus.server()`. What these take is loaded when it is asked for first (PEP 562), so that the
command and the pytest plugin start without it.
"""

from importlib import import_module
from typing import Any, Final

__version__ = "0.1.0"

#: PEP 249. Threads may share the module and connections.
apilevel: Final = "2.0"
threadsafety: Final = 2
#: How connections that are told nothing else write parameters: `pyformat` (and `format`), which are
#: put into the text here, or `qmark` or `numeric`, which are bound. It may be set, as Snowflake's.
paramstyle: str = "pyformat"

#: Module -> the names it gives.
_MODULES: Final = {
    "mockhaus.dbapi.connecting": ("connect",),
    "mockhaus.testing": ("Sandbox", "Server", "server"),
    "mockhaus.dbapi.connection": ("Connection",),
    "mockhaus.dbapi.cursor": ("Cursor", "DictCursor"),
    "mockhaus.dbapi.errors": (
        "Warning", "Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError",
        "IntegrityError", "InternalError", "ProgrammingError", "NotSupportedError",
    ),
    "mockhaus.dbapi.codes": (
        "ResultMetadata", "STRING", "BINARY", "NUMBER", "DATETIME", "ROWID", "Binary", "Date",
        "DateFromTicks", "Time", "TimeFromTicks", "Timestamp", "TimestampFromTicks",
    ),
}  # fmt: skip
_NAMES: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'mockhaus' has no attribute '{name}'")
    found = globals()[name] = getattr(import_module(_NAMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted((*globals(), *_NAMES))
