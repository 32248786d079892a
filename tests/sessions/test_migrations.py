"""Persistent sessions of earlier versions open with all that is in them, of later ones not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions import migrations
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.storage import DATABASE_FILE
from mockhaus.sessions.transaction import Transactions
from tests.support import run

#: Mockhaus's tables as the first version made them.
OLDEST = """
CREATE SCHEMA __mockhaus;
CREATE TABLE __mockhaus.objects (kind VARCHAR NOT NULL, database VARCHAR NOT NULL,
    schema VARCHAR NOT NULL, name VARCHAR NOT NULL, properties JSON NOT NULL,
    comment VARCHAR NOT NULL, owner VARCHAR NOT NULL, created TIMESTAMPTZ NOT NULL);
CREATE TABLE __mockhaus.load_history (database VARCHAR NOT NULL, schema VARCHAR NOT NULL,
    name VARCHAR NOT NULL, file VARCHAR NOT NULL, shown VARCHAR NOT NULL, size BIGINT NOT NULL,
    stamp BIGINT NOT NULL, md5 VARCHAR, status VARCHAR NOT NULL, rows_parsed BIGINT NOT NULL,
    rows_loaded BIGINT NOT NULL, errors BIGINT NOT NULL, first_error VARCHAR,
    first_error_line BIGINT, first_error_character BIGINT, first_error_column VARCHAR,
    loaded TIMESTAMPTZ NOT NULL);
INSERT INTO __mockhaus.objects VALUES
    ('DATABASE', '', '', 'MOCKHAUS', '{}', '', 'ACCOUNTADMIN', now()),
    ('SCHEMA', 'MOCKHAUS', '', 'PUBLIC', '{}', '', 'ACCOUNTADMIN', now()),
    ('TABLE', 'MOCKHAUS', 'PUBLIC', 'OLD', '{"columns": [{"name": "A", "type": "NUMBER(38,0)"}]}',
     'kept', 'ACCOUNTADMIN', now());
INSERT INTO __mockhaus.load_history VALUES ('MOCKHAUS', 'PUBLIC', 'OLD', 'f', 'f.csv', 1, 1, NULL,
    'LOADED', 2, 2, 0, NULL, NULL, NULL, NULL, now());
CREATE SCHEMA "MOCKHAUS.PUBLIC";
CREATE TABLE "MOCKHAUS.PUBLIC"."OLD" (a BIGINT);
INSERT INTO "MOCKHAUS.PUBLIC"."OLD" VALUES (1), (2);
"""


def _folder(config: Config) -> Path:
    """A persistent session's folder, the session closed."""
    registry = Registry(config)
    folder = registry.create("s", "persistent").folder
    registry.close()
    assert folder is not None
    return folder


def test_a_file_of_the_first_version(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    path = _folder(config) / DATABASE_FILE
    path.unlink()
    with duckdb.connect(path) as old:
        old.execute(OLDEST)
    for _ in range(2):  # and once more, now that it is of this version
        registry = Registry(config)
        connection = registry.get("s").connect(
            user="ann", door="http", transactions=Transactions.SNOWFLAKE
        )
        assert run(connection, "SELECT sum(a) FROM old") == [(3,)]
        assert run(connection, "SHOW TABLES LIKE 'old'")[0][5] == "kept"
        assert run(connection, "SELECT file_name FROM information_schema.load_history") == [
            ("f.csv",)
        ]
        run(connection, "CREATE OR REPLACE TABLE new (a INT); ALTER TABLE old SET COMMENT = 'kept'")
        assert len(run(connection, "SHOW TABLES")) == 2
        registry.close()
    with duckdb.connect(path) as opened:
        numbers = opened.execute("SELECT number FROM __mockhaus.version").fetchall()
        oids = opened.execute("SELECT count(DISTINCT oid) = count(*) FROM __mockhaus.objects")
        assert numbers == [(len(migrations.STEPS),)]
        assert oids.fetchall() == [(True,)]


def test_a_file_of_a_later_version(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    path = _folder(config) / DATABASE_FILE
    with duckdb.connect(path) as made:
        made.execute("UPDATE __mockhaus.version SET number = 1000")
    registry = Registry(config)
    with pytest.raises(errors.LaterVersion, match="1000"):
        registry.get("s")
    registry.close()
