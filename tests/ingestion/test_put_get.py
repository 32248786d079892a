"""PUT and GET between folders of this machine and internal stages."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room


@pytest.fixture
def local(room: Room, tmp_path: Path) -> Path:
    """A folder with files, and an internal stage INNER."""
    room.run("CREATE STAGE inner_stage")
    folder = tmp_path / "local"
    folder.mkdir()
    (folder / "a.csv").write_text("1\n")
    (folder / "b.csv").write_text("2\n")
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"3\n"))
    (folder / "d.bz2").write_bytes(bz2.compress(b"4\n"))
    (folder / "e.parquet").write_bytes(b"PAR1....PAR1")
    return folder


@pytest.mark.parametrize(
    ("path", "clauses", "rows"),
    [
        ("a.csv", "", [("a.csv", "a.csv.gz", "NONE", "GZIP", "UPLOADED")]),
        ("a.csv", "AUTO_COMPRESS = FALSE", [("a.csv", "a.csv", "NONE", "NONE", "UPLOADED")]),
        ("c.csv.gz", "", [("c.csv.gz", "c.csv.gz", "GZIP", "GZIP", "UPLOADED")]),
        ("d.bz2", "PARALLEL = 9", [("d.bz2", "d.bz2", "BZ2", "BZ2", "UPLOADED")]),
        ("e.parquet", "", [("e.parquet", "e.parquet", "PARQUET", "PARQUET", "UPLOADED")]),
        (
            "a.csv",
            "SOURCE_COMPRESSION = ZSTD",
            [("a.csv", "a.csv", "ZSTD", "ZSTD", "UPLOADED")],
        ),
        (
            "?.csv",
            "",
            [
                ("a.csv", "a.csv.gz", "NONE", "GZIP", "UPLOADED"),
                ("b.csv", "b.csv.gz", "NONE", "GZIP", "UPLOADED"),
            ],
        ),
    ],
)
def test_put(room: Room, local: Path, path: str, clauses: str, rows: list[tuple[str, ...]]) -> None:
    quoted = f"PUT 'file://{local}/{path}' '@inner_stage/p' {clauses} OVERWRITE = TRUE"
    answer = room.answer(f"PUT file://{local}/{path} @inner_stage/p {clauses}")
    assert room.answer(quoted) == answer
    names = ("source", "target", "source_compression", "target_compression", "status")
    assert [tuple(row[name] for name in names) for row in answer] == rows
    listed = [row["name"] for row in room.answer("LIST @inner_stage")]
    assert listed == [f"inner_stage/p/{row[1]}" for row in rows]


def test_every_file_of_a_folder(room: Room, local: Path) -> None:
    """The slash and the star of a bare path begin no comment."""
    assert len(room.answer(f"-- all\nPUT file://{local}/* @~/all/ PARALLEL = 1")) == 5
    assert len(room.answer("LIST @~/all/")) == 5


def test_what_is_there_is_skipped_or_overwritten(room: Room, local: Path) -> None:
    put = f"PUT file://{local}/a.csv @%t AUTO_COMPRESS = FALSE"
    room.table("A VARCHAR")
    room.run(put)
    (local / "a.csv").write_text("new\n")
    assert room.answer(put)[0]["status"] == "SKIPPED"
    assert room.answer(f"{put} OVERWRITE = TRUE")[0]["status"] == "UPLOADED"
    room.run("COPY INTO t FROM @%t")
    assert room.rows() == [("new",)]


def test_get(room: Room, local: Path, tmp_path: Path) -> None:
    room.run(f"PUT file://{local}/?.csv @inner_stage/p/q")
    target = tmp_path / "target"
    target.mkdir()
    answer = room.answer(f"GET @inner_stage/p file://{target}/ PATTERN = '.*/a[.].*'")
    assert answer == [
        {"file": "a.csv.gz", "size": answer[0]["size"], "status": "DOWNLOADED", "message": ""}
    ]
    assert [path.name for path in target.iterdir()] == ["a.csv.gz"]
    assert gzip.decompress((target / "a.csv.gz").read_bytes()) == b"1\n"
    assert len(room.answer(f"GET '@inner_stage' 'file://{target}'")) == 2


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("PUT file://{local}/nix.csv @inner_stage", errors.LoadError),
        ("PUT file://{local} @inner_stage", errors.LoadError),
        ("PUT file://{local}/a.csv @nix", errors.UndefinedObject),
        ("PUT file://{local}/a.csv @st", errors.UnsupportedFeature),
        ("PUT file://{local}/../x @inner_stage", errors.InvalidParameter),
        ("PUT file://x.csv @inner_stage", errors.InvalidParameter),
        ("PUT file:///etc/hostname @inner_stage", errors.LoadError),
        ("PUT file://{local}/a.csv @inner_stage PARALLEL = 0", errors.InvalidParameter),
        ("PUT file://{local}/a.csv @inner_stage NIX = 0", errors.InvalidParameter),
        ("PUT {local}/a.csv @inner_stage", errors.SqlSyntaxError),
        ("GET @inner_stage file://{local}/nix/", errors.LoadError),
        ("GET @st file://{local}/", errors.UnsupportedFeature),
        ("GET @inner_stage file:///etc", errors.LoadError),
    ],
)
def test_what_is_refused(room: Room, local: Path, sql: str, error: type[errors.SqlError]) -> None:
    assert type(room.fails(sql.format(local=local))) is error
    assert room.answer("LIST @inner_stage") == []


def test_names_that_would_meet_are_refused(room: Room, local: Path) -> None:
    (local / "a.csv.gz").write_bytes(gzip.compress(b"5\n"))
    assert "'a.csv.gz'" in room.fails(f"PUT file://{local}/a* @inner_stage").message
