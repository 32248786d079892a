"""The library of DuckDB macros that translated SQL calls.

Macros live in `macros/*.sql`, one file per Snowflake documentation family. They are compiled once
into small DuckDB files, which sessions attach read-only: attaching costs a fraction of defining
them anew (300 macros: 11 ms against 115 ms), and nothing of ours ends up in a user's database file.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import udfs
from mockhaus.engine.hygiene import hygienic
from mockhaus.marks import JSON, MARK, MISSING, PLAIN, SHOWN, TAG, UNMARKED
from mockhaus.quoting import sql_literal

#: The name under which the library is attached.
CATALOG: Final = "mockhaus"

#: The parts of the library, by the names under which they are attached, and the families of each.
#: The first is in every instance: what plain statements take, families that are named nowhere, and
#: macros by whose names DuckDB has a function of its own. The others come when a statement calls
#: one of their macros (see `instance`).
PARTS: Final[dict[str, Sequence[str]]] = {
    CATALOG: (),
    "mockhaus_catalog": (
        "information_schema", "tags", "tables", "postgres", "postgres_functions", "dictionaries",
    ),
    "mockhaus_functions": (
        "aggregates", "arrays", "assignment", "bitwise", "dates", "generation", "hashes", "regex",
        "search", "semistructured", "sketches", "strings", "structured", "timestamp_tz", "vectors",
        "unmarking", "windows", "xml",
    ),
}  # fmt: skip
_PART_OF_FAMILY: Final = {family: part for part, found in PARTS.items() for family in found}

#: The name that a statement of the library defines.
_NAME: Final = re.compile(r'CREATE (?:OR REPLACE )?MACRO\s+"?(\w+)"?', re.I)
_KNOWN: Final = "SELECT DISTINCT function_name FROM duckdb_functions()"

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


def _unmarking() -> str:
    """JSON text without marks, as `marks.shown` answers it.

    To split a text and join it again takes a third of what its replace does, and less still of a
    regular expression, which is left to marks whose quotes go too.
    """
    plain = "t"
    for letter in PLAIN:
        plain = f"list_aggregate(string_split({plain}, '{MARK}{letter}'), 'string_agg', '')"
    macros = [f"CREATE OR REPLACE MACRO mark_of_xml() AS '{TAG}';"]
    for name, form in (("without_marks", SHOWN), ("json_without_marks", JSON)):
        macros.append(
            f"CREATE OR REPLACE MACRO {name}(t) AS list_transform([{plain}], lambda j:"
            f" CASE WHEN contains(j, '{MARK}') THEN regexp_replace("
            f" CASE WHEN contains(j, '{MISSING}') THEN replace(j, '{MISSING}', '{form.missing}')"
            f" ELSE j END, '{form.marked.pattern}', '{UNMARKED}', 'g') ELSE j END)[1];"
        )
    return "\n".join(macros)


def sources() -> dict[str, str]:
    """Family -> the SQL text that defines its macros."""
    folder = resources.files("mockhaus.engine") / "macros"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    found = {f.name.removesuffix(".sql"): f.read_text(encoding="utf-8") for f in files}
    return {"marks": _MARKS, "unmarking": _unmarking(), **found, "udfs": udfs.macros()}


def file_of(library: Path, part: str) -> Path:
    """The file of a part, of the library whose first part is in that file."""
    return library if part == CATALOG else library.with_suffix(f".{part}.duckdb")


def files(library: Path) -> Iterator[Path]:
    """The files that attaching any part reads: its own, and the log that DuckDB looks for."""
    for part in PARTS:
        yield (file := file_of(library, part))
        yield file.with_name(f"{file.name}.wal")


@lru_cache(maxsize=1)
def _parts() -> Mapping[str, str]:
    return {
        name.lower(): _PART_OF_FAMILY[family]
        for family, text in sources().items()
        if family in _PART_OF_FAMILY
        for name in _NAME.findall(text)
    }


def part_of(macro: str) -> str | None:
    """The part that holds a macro which an instance does not have from its beginning."""
    return _parts().get(macro.lower())


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
        fresh = path.with_stem(f"{path.stem}-{os.getpid()}")
        build(fresh)
        for part in reversed(PARTS):
            file_of(fresh, part).replace(file_of(path, part))
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
    digest.update(repr(PARTS).encode())
    for name, text in sources().items():
        digest.update(f"\0{name}\0{text}".encode())
    return digest.hexdigest()[:16]


def build(path: Path) -> None:
    """Write the library to new DuckDB files: its first part to `path`, the others beside it.

    Raises duckdb.Error if a macro is malformed. Macros may use each other in any order across the
    files: one that meets an unknown name waits for the next round.
    """
    connection = duckdb.connect(config=CONFIG)
    try:
        known = {name.lower() for (name,) in connection.execute(_KNOWN).fetchall()}
        udfs.register(connection)  # macros that call them are refused otherwise
        numbers = count(1)
        defined = [
            (_part(family, statement.query, known), statement)
            for family, text in sources().items()
            for statement in connection.extract_statements(hygienic(text, numbers))
        ]
        # Each part is written where all the others are at hand.
        connection.execute("ATTACH ':memory:' AS whole")
        _write(connection, "whole", [statement for _, statement in defined])
        for part in reversed(PARTS):  # the first is what `shared` looks for
            file = sql_literal(str(file_of(path, part)))
            # Typed macro parameters need this storage version at least.
            connection.execute(f"ATTACH {file} AS {part} (STORAGE_VERSION 'v1.5.0')")
            _write(connection, part, [statement for at, statement in defined if at == part])
            connection.execute(f"DETACH {part}")
    finally:
        connection.close()


def _part(family: str, statement: str, known: Set[str]) -> str:
    name = _NAME.search(statement)
    return CATALOG if name and name[1].lower() in known else _PART_OF_FAMILY.get(family, CATALOG)


def _write(
    connection: duckdb.DuckDBPyConnection, database: str, waiting: list[duckdb.Statement]
) -> None:
    """Run the statements in one transaction: each on its own is written out and synced."""
    connection.execute(f"SET search_path = '{database}.main,whole.main'; BEGIN TRANSACTION")
    while waiting:
        waiting = _round(connection, waiting)
    connection.execute("COMMIT; SET search_path = 'whole.main'")


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
