"""ALTER STAGE, ALTER FILE FORMAT."""

from __future__ import annotations

import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room


def test_a_stage_gets_another_place_format_comment_and_name(room: Room) -> None:
    room.table("A VARCHAR, B VARCHAR")
    room.write("deep/x.csv", "1|2\n")
    assert room.said(f"ALTER STAGE st SET URL = 'file://{room.folder}/deep'") == (
        "Statement executed successfully."
    )
    room.run("ALTER STAGE st SET FILE_FORMAT = (FIELD_DELIMITER = '|') COMMENT = 'piped'")
    assert room.run("COPY INTO t FROM @st/x").row_count == 1
    assert room.rows() == [("1", "2")]
    assert room.answer("SHOW STAGES")[0]["comment"] == "piped"
    room.run("ALTER STAGE st UNSET COMMENT")
    assert room.answer("SHOW STAGES")[0]["comment"] == ""


def test_a_format_keeps_what_is_not_set(room: Room) -> None:
    room.table("A VARCHAR, B VARCHAR")
    room.write("x.csv", "head\nnil;2\n")
    room.run("CREATE FILE FORMAT f SKIP_HEADER = 1 NULL_IF = ('nil')")
    room.run("ALTER FILE FORMAT f SET FIELD_DELIMITER = ';'")
    room.run("COPY INTO t FROM @st FILE_FORMAT = f")
    assert room.rows() == [(None, "2")]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("ALTER STAGE nix SET COMMENT = ''", errors.UndefinedObject),
        ("ALTER STAGE st SET URL = 'gs://bucket/'", errors.InvalidParameter),
        ("ALTER STAGE st SET NIX = 1", errors.InvalidParameter),
        ("ALTER STAGE st UNSET FILE_FORMAT", errors.UnsupportedFeature),
        ("ALTER STAGE inner_stage SET URL = 'file:///tmp'", errors.InvalidParameter),
        ("ALTER STAGE st SET", errors.SqlSyntaxError),
        ("ALTER FILE FORMAT f SET TYPE = JSON", errors.InvalidParameter),
        ("ALTER FILE FORMAT f SET SKIP_HEADER = -1", errors.InvalidParameter),
    ],
)
def test_what_is_refused(room: Room, sql: str, error: type[errors.SqlError]) -> None:
    room.run("CREATE FILE FORMAT f")
    room.run("CREATE STAGE inner_stage")
    before = room.answer("SHOW STAGES"), room.answer("SHOW FILE FORMATS")
    assert type(room.fails(sql)) is error
    assert (room.answer("SHOW STAGES"), room.answer("SHOW FILE FORMATS")) == before


def test_if_exists(room: Room) -> None:
    assert "does not exist" in room.said("ALTER STAGE IF EXISTS nix SET COMMENT = ''")


_INTEGRATION = (
    "CREATE STORAGE INTEGRATION i TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE"
    " STORAGE_ALLOWED_LOCATIONS = ('s3://a/') STORAGE_BLOCKED_LOCATIONS = ('s3://a/no/')"
)


def test_an_integration_allows_other_places(room: Room) -> None:
    room.run(_INTEGRATION)
    stage = "CREATE OR REPLACE STAGE c STORAGE_INTEGRATION = i URL = '{}'"
    assert "not allowed" in room.fails(stage.format("s3://b/x")).message
    room.run("ALTER STORAGE INTEGRATION i SET STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')")
    room.run(stage.format("s3://b/x"))
    room.run("ALTER INTEGRATION i UNSET STORAGE_BLOCKED_LOCATIONS, COMMENT")
    room.run(stage.format("s3://a/no/x"))
    room.run("ALTER STORAGE INTEGRATION i SET ENABLED = FALSE COMMENT = 'off'")
    assert "not enabled" in room.fails(stage.format("s3://a/x")).message
    (row,) = room.answer("SHOW INTEGRATIONS")
    assert (row["enabled"], row["comment"]) == ("false", "off")


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("ALTER INTEGRATION nix SET ENABLED = TRUE", errors.UndefinedObject),
        ("ALTER STORAGE INTEGRATION i SET STORAGE_PROVIDER = 'GCS'", errors.InvalidParameter),
        ("ALTER STORAGE INTEGRATION i SET ENABLED = 'x'", errors.InvalidParameter),
        ("ALTER STORAGE INTEGRATION i SET NIX = 1", errors.InvalidParameter),
        ("ALTER STORAGE INTEGRATION i UNSET ENABLED", errors.UnsupportedFeature),
        ("ALTER STORAGE INTEGRATION i RENAME TO j", errors.SqlSyntaxError),
    ],
)
def test_what_an_integration_keeps(room: Room, sql: str, error: type[errors.SqlError]) -> None:
    room.run(_INTEGRATION)
    before = room.answer("DESC INTEGRATION i")
    assert type(room.fails(sql)) is error
    assert room.answer("DESC INTEGRATION i") == before
