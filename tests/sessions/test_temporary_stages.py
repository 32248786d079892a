"""Temporary stages and file formats: their connection's alone, and gone with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run


def _files(connection: Connection) -> list[str]:
    return sorted(path.name for path in connection.session.files.rglob("*.gz"))


def test_another_connection_does_not_know_them(
    snowflake: Connection, postgresql: Connection
) -> None:
    other = postgresql
    run(snowflake, "CREATE TEMPORARY STAGE st")
    run(snowflake, "CREATE TEMP FILE FORMAT f FIELD_DELIMITER = '|'")
    assert [row[10] for row in run(snowflake, "SHOW STAGES")] == ["INTERNAL TEMPORARY"]
    assert len(run(snowflake, "SHOW FILE FORMATS")) == 1
    assert len(run(snowflake, "SELECT * FROM information_schema.stages")) == 1
    assert run(snowflake, "SHOW TABLES") == []
    assert run(other, "SHOW STAGES") == []
    for sql in ("LIST @st", "DESC FILE FORMAT f", "DROP STAGE st"):
        with pytest.raises(errors.UndefinedObject):
            run(other, sql)
        run(other, "ROLLBACK")
    run(other, "CREATE STAGE st")
    assert run(other, "LIST @st") == []


def test_the_files_go_with_the_connection(
    snowflake: Connection, postgresql: Connection, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    other = postgresql
    run(other, f"CREATE TEMP STAGE st; PUT file://{tmp_path}/x.csv @st")
    run(other, "CREATE TABLE t (a INT); COPY INTO t FROM @st")
    assert _files(snowflake) == ["x.csv.gz"]
    other.close()
    assert _files(snowflake) == []
    assert run(snowflake, "SELECT a FROM t") == [(1,)]


def test_one_stands_before_a_kept_one_of_its_name(snowflake: Connection, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    run(snowflake, f"CREATE STAGE st; PUT file://{tmp_path}/x.csv @st")
    run(snowflake, "CREATE TEMP STAGE st")
    assert run(snowflake, "LIST @st") == []
    with pytest.raises(errors.DuplicateObject):
        run(snowflake, "CREATE TEMP STAGE st")
    run(snowflake, "CREATE OR REPLACE TEMP STAGE st COMMENT = 'mine'")
    run(snowflake, "ALTER STAGE st SET COMMENT = 'still mine'")
    run(snowflake, "DROP STAGE st")
    assert [row[0] for row in run(snowflake, "LIST @st")] == ["st/x.csv.gz"]


def test_they_are_rolled_back_altered_and_renamed(postgresql: Connection) -> None:
    run(postgresql, "BEGIN; CREATE TEMP STAGE gone; ROLLBACK; CREATE TEMP STAGE st")
    run(postgresql, "CREATE TEMP FILE FORMAT f; ALTER FILE FORMAT f SET SKIP_HEADER = 2")
    run(postgresql, "ALTER FILE FORMAT f RENAME TO g; ALTER STAGE st RENAME TO st2")
    assert [row[1] for row in run(postgresql, "SHOW STAGES")] == ["ST2"]
    described = {row[0]: row[2] for row in run(postgresql, "DESC FILE FORMAT g")}
    assert described["SKIP_HEADER"] == "2"
    run(postgresql, "CREATE FILE FORMAT kept CLONE g; CREATE SCHEMA s; DROP SCHEMA public")
    assert run(postgresql, "SHOW STAGES IN ACCOUNT") == []
