"""Files that are broken, change, vanish, or do not fit: an error that names them, and nothing left.

The table is as before, no scratch file stays, and the session goes on.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.ingestion import loading
from tests.ingestion.conftest import Room

_QUOTED = "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'"


def _gzip_cut(path: Path) -> None:
    path.write_bytes(gzip.compress(os.urandom(5000).hex().encode())[:-2000])


def _gzip_damaged(path: Path) -> None:
    packed = bytearray(gzip.compress(b"1,x\n" * 5000))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(bytes(packed))


def _open_quote(path: Path) -> None:
    path.write_text('1,"x\n' + "2,y\n" * 1000)


def _long_line(path: Path) -> None:
    with path.open("w") as file:
        for _ in range(100):
            file.write("9" * 1_000_000)


def _nul(path: Path) -> None:
    path.write_bytes(b"1\0,x\n")


def _not_utf8(path: Path) -> None:
    path.write_bytes(b"1,\xff\xfe\n")


def _deep(path: Path) -> None:
    path.write_text("[" * 10_000 + "]" * 10_000)


def _wrong_magic(path: Path) -> None:
    path.write_bytes(b"PAR2" + b"\0" * 100 + b"PAR2")


def _cut_json(path: Path) -> None:
    path.write_text('{"a": 1}\n{"a": ')


_FILES: list[tuple[Callable[[Path], None], str]] = [
    (_gzip_cut, "TYPE = CSV"),
    (_gzip_damaged, "TYPE = CSV"),
    (_open_quote, f"TYPE = CSV {_QUOTED}"),
    (_long_line, "TYPE = CSV"),
    (_nul, "TYPE = CSV"),
    (_not_utf8, "TYPE = CSV"),
    (_deep, "TYPE = JSON"),
    (_cut_json, "TYPE = JSON"),
    (_wrong_magic, "TYPE = PARQUET"),
    (_wrong_magic, "TYPE = ORC"),
    (_wrong_magic, "TYPE = AVRO"),
]


@pytest.mark.parametrize(("make", "format"), _FILES, ids=[f"{m.__name__}-{f}" for m, f in _FILES])
def test_a_broken_file_is_named_and_loads_nothing(
    room: Room, make: Callable[[Path], None], format: str
) -> None:
    room.table("V JSON" if "CSV" not in format else "A BIGINT, B VARCHAR")
    room.write("good.csv", "1,x\n")
    make(room.write("z bad", ""))
    copy = f"COPY INTO t FROM @st FILE_FORMAT = ({format})"
    error = room.fails(f"{copy} FILES = ('z bad')")
    assert type(error) is errors.LoadError
    assert "z bad" in error.message
    assert str(room.workspace.files) not in error.message
    assert len(error.message) < 1000
    (row,) = room.answer(f"{copy} FILES = ('z bad') ON_ERROR = SKIP_FILE")
    assert (row["status"], row["rows_loaded"]) == ("LOAD_FAILED", 0)
    assert room.rows() == []
    assert not list((room.workspace.files / "scratch").glob("*"))
    if "CSV" in format:
        assert room.run("COPY INTO t FROM @st FILES = ('good.csv')").row_count == 1


def test_a_file_that_vanishes_while_it_loads(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.table("A BIGINT")
    room.write("a.csv", "1\n")
    path = room.write("b.csv", "2\n" * 200_000)
    first = loading.Loader.load

    def load(self: loading.Loader, file: object, shown: str) -> object:
        path.unlink(missing_ok=True)
        return first(self, file, shown)  # type: ignore[arg-type]

    monkeypatch.setattr(loading.Loader, "load", load)
    error = room.fails("COPY INTO t FROM @st")
    assert type(error) is errors.LoadError
    assert "b.csv" in error.message
    assert room.rows() == []
    assert not list((room.workspace.files / "scratch").glob("*"))


@pytest.mark.parametrize(
    ("format", "name", "text"),
    [
        ("TYPE = CSV", "a.csv", "1,x\n" * 70_000),
        ("TYPE = CSV ESCAPE = '!'", "a.csv", "1,x!,\n" * 9),
        ("TYPE = JSON", "a.json", '{"a": 1}\n' * 9),
    ],
)
def test_a_file_that_changes_while_it_loads(
    room: Room, monkeypatch: pytest.MonkeyPatch, format: str, name: str, text: str
) -> None:
    room.table("A BIGINT, B VARCHAR")
    path = room.write(name, text)
    insert = loading.Loader.insert

    def meanwhile(self: loading.Loader, *given: Any, **named: Any) -> int:
        with path.open("a") as file:
            file.write(text)
        return insert(self, *given, **named)

    monkeypatch.setattr(loading.Loader, "insert", meanwhile)
    match = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE" if "JSON" in format else ""
    copy = f"COPY INTO t FROM @st FILE_FORMAT = ({format}) {match}"
    error = room.fails(copy)
    assert type(error) is errors.LoadError
    assert f"{name}' changed while it was loaded" in error.message
    (row,) = room.answer(f"{copy} ON_ERROR = SKIP_FILE")
    assert (row["status"], row["rows_loaded"]) == ("LOAD_FAILED", 0)
    assert room.rows() == []
    assert not list((room.workspace.files / "scratch").glob("*"))
    monkeypatch.setattr(loading.Loader, "insert", insert)
    assert room.run(copy).row_count == path.read_text().count("\n")


@pytest.fixture
def small_disk(room: Room, tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte, where the session keeps its files."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system can only be mounted by root")
    disk = room.workspace.files
    disk.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(room: Room, small_disk: Path) -> None:
    """Scratch files and uploads that do not fit are errors, and go."""
    room.table("A VARCHAR")
    room.write("x.csv", "\\x" * 2_000_000)  # the escapes need the careful reader's scratch file
    room.run("CREATE STAGE inner")
    for statement in (
        "COPY INTO t FROM @st",
        "COPY INTO t FROM @st FILE_FORMAT = (ENCODING = 'ISO-8859-1')",
        f"PUT file://{room.folder}/x.csv @inner AUTO_COMPRESS = FALSE",
    ):
        error = room.fails(statement)
        assert "Errno" not in error.message
    assert room.rows() == []
    assert not [path for path in small_disk.rglob("*") if path.is_file()]
