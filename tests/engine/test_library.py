"""The library of macros: built once, found again, rebuilt when what it is made of changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from mockhaus.engine import library


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, and a process that has not asked for the library yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    library.shared.cache_clear()
    yield tmp_path / "mockhaus"
    library.shared.cache_clear()


def test_a_second_process_finds_what_the_first_built(cache: Path) -> None:
    built = library.shared()
    assert built.parent == cache
    stamp = built.stat().st_mtime_ns
    library.shared.cache_clear()
    assert library.shared() == built
    assert built.stat().st_mtime_ns == stamp


def test_other_macros_make_another_library(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = library.shared()
    monkeypatch.setattr(
        library, "sources", lambda: {"one": "CREATE MACRO one() AS 1; CREATE MACRO two() AS one()"}
    )
    library.shared.cache_clear()
    assert library.shared() != first


def test_old_libraries_go(cache: Path) -> None:
    cache.mkdir()
    old, recent = cache / "library-old.duckdb", cache / "library-recent.duckdb"
    for file in (old, recent):
        file.touch()
    os.utime(old, (0, 0))
    library.shared()
    assert (old.exists(), recent.exists()) == (False, True)


def test_without_a_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    library.shared.cache_clear()
    assert library.shared().exists()
    library.shared.cache_clear()


def test_macros_may_use_each_other_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        library, "sources", lambda: {"a": "CREATE MACRO f() AS g()", "b": "CREATE MACRO g() AS 1"}
    )
    library.build(tmp_path / "library.duckdb")
    monkeypatch.setattr(library, "sources", lambda: {"a": "CREATE MACRO f() AS nothing()"})
    with pytest.raises(Exception, match="nothing"):
        library.build(tmp_path / "broken.duckdb")


def test_old_parts_go_with_their_library(cache: Path) -> None:
    built = library.shared()
    files = {library.file_of(built, part) for part in library.PARTS}
    assert {file.name for file in cache.iterdir()} == {file.name for file in files}


def test_every_family_of_a_part_is_there() -> None:
    families = [family for found in library.PARTS.values() for family in found]
    assert set(families) < set(library.sources())
    assert len(families) == len(set(families))


def test_what_duckdb_knows_by_the_same_name_is_in_the_first_part(tmp_path: Path) -> None:
    path = tmp_path / "library.duckdb"
    library.build(path)
    with duckdb.connect() as connection:
        known = set(connection.execute(NAMES, ["system"]).fetchall())
        for part in library.PARTS:
            connection.execute(f"ATTACH '{library.file_of(path, part)}' AS {part} (READ_ONLY)")
        own = {part: set(connection.execute(NAMES, [part]).fetchall()) for part in library.PARTS}
    first, *others = own.values()
    assert known & first
    assert [known & names for names in others] == [set()] * len(others)
    assert [len(names) > 50 for names in own.values()] == [True] * len(own)


NAMES = "SELECT lower(function_name) FROM duckdb_functions() WHERE database_name = ?"
