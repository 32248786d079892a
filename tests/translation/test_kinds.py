"""Kinds of objects that are not kept: refused by their whole names, however the rest reads."""

from __future__ import annotations

import pytest

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.parse import parse

REFUSED = {
    "CREATE OR REPLACE SECURE MATERIALIZED VIEW v AS SELECT 1": "CREATE MATERIALIZED VIEW",
    "CREATE TRANSIENT DYNAMIC TABLE d TARGET_LAG = '1 day' AS SELECT 1": "CREATE DYNAMIC TABLE",
    "CREATE EXTERNAL TABLE e LOCATION = @s FILE_FORMAT = (TYPE = CSV)": "CREATE EXTERNAL TABLE",
    "CREATE MASKING POLICY p AS (v STRING) RETURNS STRING -> v": "CREATE MASKING POLICY",
    "CREATE ROW ACCESS POLICY p AS (v INT) RETURNS BOOLEAN -> TRUE": "CREATE ROW ACCESS POLICY",
    "CREATE ALERT a IF (EXISTS (SELECT 1)) THEN SELECT 1": "CREATE ALERT",
    "CREATE OR REPLACE TASK t SCHEDULE = '1 minute' AS SELECT 1": "CREATE TASK",
    "CREATE STREAM s ON TABLE t": "CREATE STREAM",
    "CREATE DATABASE ROLE r": "CREATE DATABASE ROLE",
    "CREATE OR ALTER TABLE t (a INT)": "CREATE OR ALTER",
    "CREATE RECURSIVE VIEW v (n) AS SELECT 1 UNION ALL SELECT n FROM v": "CREATE RECURSIVE VIEW",
    "ALTER TASK t RESUME": "ALTER TASK",
    "ALTER EXTERNAL TABLE t REFRESH": "ALTER EXTERNAL TABLE",
    "DROP NETWORK POLICY IF EXISTS p": "DROP NETWORK POLICY",
    "UNDROP EXTERNAL VOLUME v": "UNDROP EXTERNAL VOLUME",
    "DESC RESOURCE MONITOR m": "DESCRIBE RESOURCE MONITOR",
    "EXECUTE TASK t": "EXECUTE TASK",
    "COMMENT ON PIPE p IS 'x'": "COMMENT ON PIPE",
    "GRANT USAGE ON DATABASE d TO SHARE s": "TO SHARE",
    "GRANT DATABASE ROLE d TO ROLE r": "DATABASE ROLE",
}


@pytest.mark.parametrize(("text", "named"), REFUSED.items())
def test_unkept_kinds_are_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        parse(text)
    assert str(refused.value) == f"Unsupported feature '{named}'."


@pytest.mark.parametrize("text", ["DESC stream", "DROP TABLE task", "SELECT * FROM share"])
def test_their_words_are_names_elsewhere(text: str) -> None:
    assert parse(text)
