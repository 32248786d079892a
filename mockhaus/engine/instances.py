"""Bare DuckDB instances with the macros in reach, one of them kept ready.

Starting an instance and attaching the library takes most of the time that a new session takes. So
whoever takes the instance that is ready has the next one made in a thread, and what a session in
memory gives back is taken again by the next that may read and write the same directories: what
DuckDB has been confined to it cannot be let out of.
"""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import library, udfs
from mockhaus.engine.instance import Instance
from mockhaus.limits import UNLIMITED, Limits
from mockhaus.quoting import sql_list, sql_literal

#: Instances that were given back and are kept, for each set of directories.
KEPT: Final = 4

#: What is attached to an instance without a session.
_BARE: Final = {"system", "temp", "memory", *library.PARTS}

#: The directories that an instance reads and writes.
Allowed = tuple[Path, ...]


class Instances:
    """The instances over one library, under the same limits. Safe in any thread."""

    def __init__(self, macros: Path, limits: Limits = UNLIMITED) -> None:
        self._macros = macros
        self._config = library.CONFIG | _settings(limits)
        self._spill = limits.spill
        self._used: dict[Allowed, list[Instance]] = {}
        self._ready: Instance | None = None
        self._maker: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._alone = False

    def alone(self) -> None:
        """One session is all that this process will have: its instance is made from now on, in a
        thread, and none ahead of others."""
        self._alone = True
        self._maker = threading.Thread(target=self._make_ready, name="mockhaus-first")
        self._maker.start()

    def take(self, allowed: Allowed, spill: Path | None) -> Instance:
        """An instance of the caller's own, that reads and writes below `allowed` alone. What does
        not fit into memory goes to `spill`, of an instance that was given back to its own one.

        Raises duckdb.Error.
        """
        if self._alone and (maker := self._maker) is not None:
            maker.join()
        with self._lock:
            if used := self._used.get(allowed):
                return used.pop()
            ready, self._ready = self._ready, None
            if self._maker is None and not (self._closed or self._alone):
                self._maker = threading.Thread(target=self._make_ready, name="mockhaus-spare")
                self._maker.start()
        instance = ready or self._made()
        if spill is not None:
            instance.root.execute(f"SET temp_directory = {sql_literal(str(spill))}")
            if self._spill is not None:  # DuckDB forgets it with another directory
                instance.root.execute(f"SET max_temp_directory_size = '{self._spill}B'")
        paths, folders = (
            sql_list(map(str, each)) for each in (library.files(self._macros), allowed)
        )
        instance.root.execute(
            f"SET allowed_paths = {paths}; SET allowed_directories = {folders};"
            " SET enable_external_access = false"
        )
        return instance

    def give_back(self, instance: Instance, allowed: Allowed) -> None:
        """Have an instance taken again. One that somebody still holds a connection to is closed,
        and so is one that anything is attached to.
        """
        if _is_bare(instance.root):
            with self._lock:
                used = self._used.setdefault(allowed, [])
                if len(used) < KEPT and not self._closed:
                    used.append(instance)
                    return
        instance.root.close()

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
                instance.root.close()

    def _made(self) -> Instance:
        root = duckdb.connect(":memory:", config=self._config)
        root.execute("SET GLOBAL TimeZone = 'UTC'")
        udfs.register(root)
        return Instance(root, self._macros)

    def close(self) -> None:
        """Give up the one that is ready, and make no more ahead."""
        with self._lock:
            self._closed = True
            maker, ready, self._ready = self._maker, self._ready, None
            kept = [each for used in self._used.values() for each in used]
            self._used.clear()
        if maker is not None:
            maker.join()
        for each in (*kept, *([ready] if ready is not None else ())):
            each.root.close()


def _is_bare(instance: duckdb.DuckDBPyConnection) -> bool:
    (connections,) = instance.execute("SELECT count FROM duckdb_connection_count()").fetchone() or (
        0,
    )
    attached = instance.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    return connections == 1 and {name for (name,) in attached} <= _BARE


def _settings(limits: Limits) -> dict[str, str | int]:
    found = {
        "memory_limit": limits.memory and f"{limits.memory}B",
        "threads": limits.threads,
    }
    return {name: value for name, value in found.items() if value is not None}


_shared: Final[dict[tuple[Path, Limits], Instances]] = {}
_guard: Final = threading.Lock()


def over(macros: Path, limits: Limits = UNLIMITED) -> Instances:
    """The instances of this process over a library, under these limits."""
    key = macros, limits
    with _guard:
        if key not in _shared:
            _shared[key] = made = Instances(macros, limits)
            atexit.register(made.close)
        return _shared[key]
