"""Files that are broken, change, vanish, or do not fit: an error that names them, and nothing left.

The table is as before, no scratch file stays, and the session goes on.
"""

from __future__ import annotations

import bz2
import gzip
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mockhaus import errors
from mockhaus.ingestion.copying import loading
from tests.cli.test_serve import serving
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


def _cut_parquet(path: Path) -> None:
    pq.write_table(pa.table({"v": list(range(10_000))}), path)
    path.write_bytes(path.read_bytes()[:-100])


def _hollow_parquet(path: Path) -> None:
    """Its end is whole, and tells of pages that are not."""
    pq.write_table(pa.table({"v": [os.urandom(9).hex() for _ in range(10_000)]}), path)
    data = bytearray(path.read_bytes())
    data[4:10_000] = bytes(9_996)
    path.write_bytes(bytes(data))


def _zstd_cut(path: Path) -> None:
    path.write_bytes(pa.compress(os.urandom(9000).hex().encode(), "zstd", asbytes=True)[:-2000])


def _bz2_cut(path: Path) -> None:
    path.write_bytes(bz2.compress(os.urandom(9000).hex().encode())[:-2000])


def _large_gzip_cut(path: Path) -> None:
    path.write_bytes(gzip.compress(os.urandom(1_500_000).hex().encode(), 1)[:-2000])


def _empty_gzip(path: Path) -> None:
    path.write_bytes(b"\x1f\x8b")


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
    (_zstd_cut, "TYPE = CSV"),
    (_bz2_cut, "TYPE = CSV"),
    (_large_gzip_cut, "TYPE = CSV"),
    (_empty_gzip, "TYPE = CSV"),
    (_gzip_cut, "TYPE = JSON"),
    (_not_utf8, "TYPE = JSON"),
    (_wrong_magic, "TYPE = PARQUET"),
    (_cut_parquet, "TYPE = PARQUET"),
    (_hollow_parquet, "TYPE = PARQUET"),
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


@pytest.mark.parametrize("format", ["CSV", "JSON", "PARQUET"])
def test_an_unload_onto_a_full_disk(room: Room, small_disk: Path, format: str) -> None:
    """What is there already stays, and nothing comes to it."""
    room.table("V VARCHAR")
    room.run("CREATE STAGE inner")
    what = "SELECT OBJECT_CONSTRUCT('v', {0}) AS v" if format == "JSON" else "SELECT {0} AS v"
    into = "COPY INTO @inner/x FROM ({0})" + (
        f" FILE_FORMAT = (TYPE = {format}) SINGLE = TRUE OVERWRITE = TRUE"
    )
    random = "MD5(RANDOM()) || MD5(RANDOM()) || MD5(RANDOM())"
    room.run(into.format(what.format("MD5(1)")))
    (before,) = room.answer("LIST @inner")
    many = f"{what.format(random)} FROM TABLE(GENERATOR(ROWCOUNT => 200000))"
    error = room.fails(into.format(many))
    assert "Errno" not in error.message
    assert str(room.workspace.files) not in error.message
    assert room.answer("LIST @inner") == [before]
    assert len([path for path in small_disk.rglob("*") if path.is_file()]) == 1


def test_a_server_that_is_killed_while_it_unloads(tmp_path: Path) -> None:
    """No file has its name before it is whole."""
    stage = f"CREATE STAGE st URL = 'file://{tmp_path}'"
    with serving() as (process, address, _), psycopg.connect(address, autocommit=True) as client:
        client.execute(stage.encode())
        unload = (
            "COPY INTO @st/x FROM (SELECT SEQ8() AS a FROM TABLE(GENERATOR(ROWCOUNT => 2000000000)))"
            " FILE_FORMAT = (COMPRESSION = NONE)"
        )

        def run() -> None:
            with suppress(psycopg.Error):
                client.execute(unload.encode())

        running = threading.Thread(target=run)
        running.start()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(path.stat().st_size for path in tmp_path.iterdir()):
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        running.join(10)
    left = [path.name for path in tmp_path.iterdir()]
    assert left
    assert all(name.startswith(".mockhaus-") for name in left)
    with serving() as (_, address, _), psycopg.connect(address, autocommit=True) as client:
        client.execute(stage.encode())
        assert client.execute("LIST @st").fetchall() == []
