"""Bare DuckDB instances with the macros in reach, one of them kept ready.

Starting an instance and attaching the library takes most of the time that a new session takes. So
whoever takes the instance that is ready has the next one made in a thread.
"""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import dictionaries, library, udfs
from mockhaus.engine.library import CATALOG


class Instances:
    """The instances over one library. Safe in any thread; at most one is kept."""

    def __init__(self, macros: Path) -> None:
        self._macros = macros
        self._ready: duckdb.DuckDBPyConnection | None = None
        self._maker: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def take(self) -> duckdb.DuckDBPyConnection:
        """An instance of the caller's own. Raises duckdb.Error."""
        with self._lock:
            ready, self._ready = self._ready, None
            if self._maker is None and not self._closed:
                self._maker = threading.Thread(target=self._make_ready, name="mockhaus-spare")
                self._maker.start()
        return ready or self._made()

    def _make_ready(self) -> None:
        instance = None
        try:
            instance = self._made()
        finally:
            with self._lock:
                self._maker = None
                if not self._closed:
                    self._ready, instance = instance, None
            if instance is not None:
                instance.close()

    def _made(self) -> duckdb.DuckDBPyConnection:
        instance = duckdb.connect(":memory:", config=library.CONFIG)
        macros = str(self._macros).replace("'", "''")
        instance.execute(f"ATTACH '{macros}' AS {CATALOG} (READ_ONLY)")
        udfs.register(instance)
        dictionaries.register(instance)
        return instance

    def close(self) -> None:
        """Give up the one that is ready, and make no more ahead."""
        with self._lock:
            self._closed = True
            maker, ready, self._ready = self._maker, self._ready, None
        if maker is not None:
            maker.join()
        if ready is not None:
            ready.close()


_shared: Final[dict[Path, Instances]] = {}
_guard: Final = threading.Lock()


def over(macros: Path) -> Instances:
    """The instances of this process over a library."""
    with _guard:
        if macros not in _shared:
            _shared[macros] = made = Instances(macros)
            atexit.register(made.close)
        return _shared[macros]
