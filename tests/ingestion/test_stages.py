"""Stages: objects with names and options, and places that nothing leads out of."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("CREATE STAGE s", "Stage area S successfully created."),
        ("CREATE OR REPLACE STAGE s", "Stage area S successfully created."),
        ("CREATE STAGE IF NOT EXISTS s", "Stage area S successfully created."),
        ("CREATE STAGE IF NOT EXISTS st", "ST already exists, statement succeeded."),
        ('CREATE STAGE "my stage"', "Stage area my stage successfully created."),
        ("/* tag */ CREATE STAGE s -- c", "Stage area S successfully created."),
        ("DROP STAGE st", "ST successfully dropped."),
        (
            "DROP STAGE IF EXISTS nix",
            "Drop statement executed successfully (NIX already dropped).",
        ),
    ],
)
def test_ddl_answers_snowflakes_sentences(room: Room, sql: str, sentence: str) -> None:
    assert room.said(sql) == sentence


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("CREATE STAGE st", errors.DuplicateObject),
        ("DROP STAGE nix", errors.UndefinedObject),
        ("LIST @nix", errors.UndefinedObject),
        ("LIST @%nix", errors.UndefinedObject),
        ("CREATE STAGE s URL = 's3gs://bucket/path'", errors.InvalidParameter),
        ("CREATE STAGE s URL = 'azure://account'", errors.InvalidParameter),
        ("CREATE STAGE s URL = 'ftp://bucket/path'", errors.InvalidParameter),
        ("CREATE STAGE s URL = 'file:///a/../../etc'", errors.InvalidParameter),
        ("CREATE STAGE s CREDENTIALS = (AWS_KEY_ID = 'x')", errors.InvalidParameter),
        ("CREATE STAGE s ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')", errors.UnsupportedFeature),
        ("CREATE STAGE s DIRECTORY = (AUTO_REFRESH = TRUE)", errors.UnsupportedFeature),
        ("CREATE STAGE s DIRECTORY = (ENABLED = TRUE)", errors.InvalidParameter),
        ("ALTER STAGE st REFRESH", errors.InvalidParameter),
        ("CREATE STAGE s FILE_FORMAT = (TYPE = CUSTOM)", errors.UnsupportedFeature),
        ("CREATE STAGE s FILE_FORMAT = nix", errors.UndefinedObject),
        ("CREATE STAGE s FILE_FORMAT = (SKIP_HEADR = 1)", errors.InvalidParameter),
        ("CREATE STAGE s NONSENSE = 1", errors.InvalidParameter),
    ],
)
def test_what_cannot_be_is_an_error_by_name(
    room: Room, sql: str, error: type[errors.SqlError]
) -> None:
    assert type(room.fails(sql)) is error


def test_names_are_case_insensitive_and_belong_to_a_schema(room: Room) -> None:
    room.write("a.csv", "1\n")
    assert len(room.answer("LIST @ST")) == 1
    assert len(room.answer("LIST @MockHaus.public.st")) == 1
    assert type(room.fails("LIST @other.st")) is errors.UndefinedObject


def test_list_tells_name_size_and_md5(room: Room) -> None:
    room.write("b/x.csv", "1,2\n")
    room.write("a.csv", "")
    rows = room.answer("LIST @st")
    assert [row["name"].rpartition("/data/")[2] for row in rows] == ["a.csv", "b/x.csv"]
    assert rows[1]["size"] == 4
    assert rows[1]["md5"] == hashlib.md5(b"1,2\n").hexdigest()
    assert rows[1]["last_modified"].endswith(" GMT")


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("@st", ["data.csv", "data/1.csv", "data/2.txt", "it's.csv"]),
        ("@st/data", ["data.csv", "data/1.csv", "data/2.txt"]),
        ("@st/data/", ["data/1.csv", "data/2.txt"]),
        ("'@st/it''s.csv'", ["it's.csv"]),
        ("@st PATTERN = '.*[.]csv'", ["data.csv", "data/1.csv", "it's.csv"]),
        ("@st PATTERN = '*.csv'", errors.InvalidParameter),
        ("@st PATTERN = '.*data.*|.*it.s.*'", ["data.csv", "data/1.csv", "data/2.txt", "it's.csv"]),
        ("@st PATTERN = 'a)|(b'", errors.InvalidParameter),
        ("@st PATTERN = '(?!.*csv).*'", errors.InvalidParameter),
        ("@st PATTERN = '((a*|.)*)*[^v]'", ["data/2.txt"]),  # at once, also where it does not match
        ("@st/nix", []),
    ],
)
def test_a_path_is_a_prefix_and_a_pattern_an_expression(
    room: Room, reference: str, names: list[str] | type[errors.SqlError]
) -> None:
    for name in ("data.csv", "data/1.csv", "data/2.txt", "it's.csv"):
        room.write(name, "1\n")
    if isinstance(names, list):
        rows = room.answer(f"LIST {reference}")
        assert [
            row["name"].rpartition("/data/")[2] for row in rows if "/data/data/" not in row["name"]
        ] + [
            "data/" + row["name"].rpartition("/data/data/")[2]
            for row in rows
            if "/data/data/" in row["name"]
        ] == sorted(names, key=lambda name: name.startswith("data/"))
    else:
        assert type(room.fails(f"LIST {reference}")) is names


@pytest.mark.parametrize(
    "path",
    [
        "@st/../secret.csv",
        "@st/a/../../secret.csv",
        "'@st//etc/passwd'",
        "'@st/%2e%2e/secret.csv'",
        "'@st/..%2fsecret.csv'",
        "'@st/..\\\\secret.csv'",
        "'@st/a\0b'",
        "@~/../secret.csv",
        "@%t/../secret.csv",
    ],
)
def test_a_path_never_leaves_its_stage(room: Room, path: str) -> None:
    room.table("A VARCHAR")
    (room.folder.parent / "secret.csv").write_text("secret\n")
    assert type(room.fails(f"LIST {path}")) is errors.InvalidParameter
    assert type(room.fails(f"COPY INTO t FROM {path}")) is errors.InvalidParameter
    assert room.rows() == []


def test_neither_do_files_of_a_copy_nor_links(room: Room) -> None:
    room.table("A VARCHAR")
    secret = room.folder.parent / "secret.csv"
    secret.write_text("secret\n")
    error = room.fails("COPY INTO t FROM @st FILES = ('../secret.csv')")
    assert type(error) is errors.InvalidParameter
    os.symlink(secret, room.folder / "link.csv")
    assert "leads out" in room.fails("COPY INTO t FROM @st").message
    assert "leads out" in room.fails("LIST @st").message
    (room.folder / "link.csv").unlink()
    os.symlink(secret.parent, room.folder / "link")
    assert "leads out" in room.fails("LIST @st").message
    assert room.rows() == []


def test_a_stage_outside_the_allowed_folders_is_refused(room: Room) -> None:
    room.run("CREATE STAGE far URL = 'file:///usr/share'")
    assert "--allow-path" in (room.fails("LIST @far").hint or "")


@pytest.mark.parametrize(
    "name", ["it's.csv", "a b.csv", "a*[b]?.csv", 'q"q.csv', "a\nb.csv", "$1;.csv"]
)
def test_names_of_files_are_never_sql_nor_patterns(room: Room, name: str) -> None:
    room.table("A VARCHAR")
    room.write(name, "x\n")
    room.write("ab.csv", "y\n")
    quoted = name.replace("'", "''")
    room.run(f"COPY INTO t FROM @st FILES = ('{quoted}')")
    assert room.rows() == [("x",)]


def _internal(room: Room, reference: str, name: str, text: str) -> None:
    """Put a file into an internal stage, past PUT."""
    from mockhaus.ingestion.storage import stages
    from mockhaus.ingestion.storage.stores import LocalStore
    from mockhaus.translation.parse import parse
    from mockhaus.translation.statements import ListStage

    (statement,) = parse(f"LIST {reference}")
    assert isinstance(statement, ListStage)
    store = stages.locate(room.workspace, statement.source).store
    assert isinstance(store, LocalStore)
    store.root.mkdir(parents=True, exist_ok=True)
    (store.root / name).write_text(text)


@pytest.mark.parametrize(
    ("reference", "shown"), [("@inner", "inner/a.csv"), ("@~", "a.csv"), ("@%t", "a.csv")]
)
def test_internal_stages_have_folders_of_their_own(room: Room, reference: str, shown: str) -> None:
    room.table("A VARCHAR")
    room.run("CREATE STAGE inner")
    assert room.answer(f"LIST {reference}") == []
    _internal(room, reference, "a.csv", "x\n")
    assert room.answer(f"LIST {reference}")[0]["name"] == shown
    assert room.answer(f"COPY INTO t FROM {reference}")[0]["file"] == shown
    assert room.rows() == [("x",)]
    assert room.answer(f"RM {reference}/a.csv") == [{"name": shown, "result": "removed"}]
    assert room.answer(f"LIST {reference}") == []


def test_a_stage_made_anew_is_empty_and_its_old_files_go_with_the_commit(room: Room) -> None:
    room.run("CREATE STAGE inner")
    _internal(room, "@inner", "a.csv", "x\n")
    room.cursor.begin()
    room.inside("CREATE OR REPLACE STAGE inner")
    room.cursor.rollback()
    room.after_commit.clear()
    assert len(room.answer("LIST @inner")) == 1
    room.run("CREATE OR REPLACE STAGE inner")
    assert room.answer("LIST @inner") == []
    assert not list(Path(room.workspace.files).rglob("a.csv"))


def test_drop_of_an_external_stage_keeps_its_files(room: Room) -> None:
    path = room.write("a.csv", "x\n")
    room.run("DROP STAGE st")
    assert path.exists()


def test_show_and_describe(room: Room) -> None:
    room.run("CREATE STAGE inner COMMENT = 'in here' FILE_FORMAT = (TYPE = JSON)")
    rows = room.answer("SHOW STAGES")
    assert [(row["name"], row["type"], row["comment"]) for row in rows] == [
        ("INNER", "INTERNAL", "in here"),
        ("ST", "EXTERNAL", ""),
    ]
    assert [row["name"] for row in room.answer("SHOW STAGES LIKE 's%'")] == ["ST"]
    with pytest.raises(errors.UndefinedSchema):
        room.answer("SHOW STAGES IN SCHEMA mockhaus.other")
    described = {(r["parent_property"], r["property"]): r for r in room.answer("DESC STAGE inner")}
    assert described["STAGE_FILE_FORMAT", "TYPE"]["property_value"] == "JSON"
