"""The library of DuckDB macros that translated SQL calls.

Macros live in `macros/*.sql`, one file per Snowflake documentation family. They are compiled once
per process into a small DuckDB file, which every session attaches read-only: attaching costs a
fraction of defining them anew (300 macros: 11 ms against 115 ms), and nothing of ours ends up in a
user's database file.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from functools import lru_cache
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import dictionaries, udfs
from mockhaus.engine.hygiene import hygienic
from mockhaus.marks import MARK, MISSING

#: The name under which the library is attached.
CATALOG: Final = "mockhaus"

#: Seconds that the library of another version is kept.
_KEPT_S: Final = 30 * 86_400

#: Nothing is fetched at run time, and no extension comes in by itself.
CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


#: Literals, since DuckDB computes calls of constants anew for each item of a lambda. They come
#: first: a macro that waits for them may be taken for a function of DuckDB's own meanwhile.
_MARKS: Final = f"""
CREATE OR REPLACE MACRO mark() AS '{MARK}';
CREATE OR REPLACE MACRO marked_quote() AS '"{MARK}';
CREATE OR REPLACE MACRO marked_double() AS '"{MARK}E';
CREATE OR REPLACE MACRO missing_text() AS '{MISSING}';
CREATE OR REPLACE MACRO missing_item() AS '{MISSING}'::JSON;
CREATE OR REPLACE MACRO is_marked(t) AS starts_with(t, '"{MARK}');
"""


def sources() -> dict[str, str]:
    """Family -> the SQL text that defines its macros."""
    folder = resources.files("mockhaus.engine") / "macros"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    found = {f.name.removesuffix(".sql"): f.read_text(encoding="utf-8") for f in files}
    return {"marks": _MARKS, **found, "udfs": udfs.macros()}


@lru_cache(maxsize=1)
def shared() -> Path:
    """The library for this process.

    It is kept in the user's cache folder under a name that says what it was built from, since
    building takes longer than everything else at start-up. Where there is no such folder to write
    to, it is built for this process alone and removed at exit.
    """
    folder = _cache_folder()
    name = f"library-{_fingerprint()}.duckdb"
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="mockhaus-library-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / name
    if not path.exists():
        fresh = folder / f"{name}.{os.getpid()}"
        build(fresh)
        fresh.replace(path)
        _prune(folder, path)
    return path


def _prune(folder: Path, kept: Path) -> None:
    """Remove libraries that nothing has been built anew for in a month."""
    for other in folder.glob("library-*.duckdb*"):
        with contextlib.suppress(OSError):
            if other != kept and time.time() - other.stat().st_mtime > _KEPT_S:
                other.unlink()


def _cache_folder() -> Path | None:
    """A folder of this user alone, None where it cannot be had."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        folder = Path(base).expanduser() / "mockhaus"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK)
    except (OSError, RuntimeError, AttributeError):
        return None
    return folder if mine else None


def _fingerprint() -> str:
    """What the library is built from: the macros' texts, how they are read, DuckDB's version."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    digest.update((resources.files("mockhaus.engine") / "hygiene.py").read_bytes())
    for name, text in sources().items():
        digest.update(f"\0{name}\0{text}".encode())
    return digest.hexdigest()[:16]


def build(path: Path) -> None:
    """Write the library to a new DuckDB file. Raises duckdb.Error if a macro is malformed.

    Macros may use each other in any order across the files: one that meets an unknown name waits
    for the next round.
    """
    connection = duckdb.connect(config=CONFIG)
    try:
        udfs.register(connection)  # macros that call them are refused otherwise
        dictionaries.register(connection)
        file = str(path).replace("'", "''")
        # Typed macro parameters need this storage version at least.
        connection.execute(f"ATTACH '{file}' AS {CATALOG} (STORAGE_VERSION 'v1.5.0')")
        connection.execute(f"USE {CATALOG}")
        numbers = count(1)
        waiting = [
            statement
            for text in sources().values()
            for statement in connection.extract_statements(hygienic(text, numbers))
        ]
        # One transaction: each statement on its own is written out and synced to the disk.
        connection.execute("BEGIN TRANSACTION")
        while waiting:
            waiting = _round(connection, waiting)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _round(
    connection: duckdb.DuckDBPyConnection, statements: list[duckdb.Statement]
) -> list[duckdb.Statement]:
    """Run the statements and answer those that could not run yet; one at least must."""
    left, failure = [], None
    for statement in statements:
        try:
            connection.execute(statement)
        except duckdb.CatalogException as error:
            left.append(statement)
            failure = error
    if failure is not None and len(left) == len(statements):
        raise failure
    return left
