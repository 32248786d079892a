"""Tags: set on objects and columns, inherited, shown, and gone with what carried them."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

SETUP = (
    "CREATE TAG cost ALLOWED_VALUES 'low', 'high' COMMENT = 'who pays'; CREATE TAG pii;"
    "CREATE TABLE t (a INT, b VARCHAR); CREATE VIEW v AS SELECT a FROM t;"
    "CREATE SCHEMA s; USE SCHEMA public; CREATE ROLE r; CREATE SEQUENCE q; CREATE STAGE st;"
    "CREATE FUNCTION f(x INT) RETURNS INT AS 'x'"
)

#: Statements, then domain, name, column, tag and value of what ACCOUNT_USAGE lists.
SET = [
    ("ALTER TABLE t SET TAG cost = 'low', pii = 'x'",
     [("TABLE", "T", None, "COST", "low"), ("TABLE", "T", None, "PII", "x")]),
    ("ALTER TABLE t SET TAG cost = 'low'; ALTER TABLE t SET TAG cost = 'high'",
     [("TABLE", "T", None, "COST", "high")]),
    ("ALTER TABLE t SET TAG cost = 'low', pii = 'x'; ALTER TABLE t UNSET TAG pii",
     [("TABLE", "T", None, "COST", "low")]),
    ("ALTER TABLE t MODIFY COLUMN a SET TAG pii = 'x'", [("COLUMN", "T", "A", "PII", "x")]),
    ("ALTER TABLE t ALTER a SET TAG pii = 'x'; ALTER TABLE t MODIFY a UNSET TAG pii", []),
    ("ALTER VIEW v SET TAG pii = 'x'", [("TABLE", "V", None, "PII", "x")]),
    ("ALTER VIEW v MODIFY COLUMN a SET TAG pii = 'x'", [("COLUMN", "V", "A", "PII", "x")]),
    ("ALTER SCHEMA s SET TAG pii = 'x'", [("SCHEMA", "S", None, "PII", "x")]),
    ("ALTER DATABASE mockhaus SET TAG public.pii = 'x'",
     [("DATABASE", "MOCKHAUS", None, "PII", "x")]),
    ("ALTER ACCOUNT SET TAG pii = 'x'", [("ACCOUNT", "ACCOUNT", None, "PII", "x")]),
    ("ALTER WAREHOUSE compute_wh SET TAG pii = 'x'",
     [("WAREHOUSE", "COMPUTE_WH", None, "PII", "x")]),
    ("ALTER ROLE r SET TAG pii = 'x'", [("ROLE", "R", None, "PII", "x")]),
    ("ALTER USER ann SET TAG pii = 'x'", [("USER", "ANN", None, "PII", "x")]),
    ("ALTER SEQUENCE q SET TAG pii = 'x'", [("SEQUENCE", "Q", None, "PII", "x")]),
    ("ALTER STAGE st SET TAG pii = 'x'; ALTER STAGE st SET COMMENT = 'c'",
     [("STAGE", "ST", None, "PII", "x")]),
    ("ALTER FUNCTION f(INT) SET TAG pii = 'x'", [("FUNCTION", "F", None, "PII", "x")]),
    ("CREATE TABLE c (a INT WITH TAG (pii = '1'), b INT TAG (cost = 'low')) WITH TAG (pii = '2')",
     [("COLUMN", "C", "A", "PII", "1"), ("COLUMN", "C", "B", "COST", "low"),
      ("TABLE", "C", None, "PII", "2")]),
    ("CREATE VIEW c (a WITH TAG (pii = '1') COMMENT 'x') WITH TAG (pii = '2') AS SELECT 1",
     [("COLUMN", "C", "A", "PII", "1"), ("TABLE", "C", None, "PII", "2")]),
    ("CREATE DATABASE d WITH TAG (mockhaus.public.pii = 'x') COMMENT = 'y'",
     [("DATABASE", "D", None, "PII", "x")]),
    ("CREATE SCHEMA c COMMENT = 'y' WITH TAG (public.pii = 'x')",
     [("SCHEMA", "C", None, "PII", "x")]),
    ("CREATE WAREHOUSE w WITH WAREHOUSE_SIZE = SMALL TAG (pii = 'x')",
     [("WAREHOUSE", "W", None, "PII", "x")]),
    ("CREATE FUNCTION g(x INT) RETURNS INT WITH TAG (pii = 'x') AS 'x'",
     [("FUNCTION", "G", None, "PII", "x")]),
    ("ALTER TABLE t ADD COLUMN c INT WITH TAG (pii = 'x')", [("COLUMN", "T", "C", "PII", "x")]),
    # What becomes of the object or of the tag becomes of what joins them.
    ("ALTER TABLE t SET TAG pii = 'x'; ALTER TABLE t RENAME TO u",
     [("TABLE", "U", None, "PII", "x")]),
    ("ALTER TABLE t SET TAG pii = 'x'; CREATE TABLE u CLONE t; DROP TABLE t",
     [("TABLE", "U", None, "PII", "x")]),
    ("ALTER TABLE t MODIFY a SET TAG pii = 'x'; ALTER TABLE t RENAME COLUMN a TO z",
     [("COLUMN", "T", "Z", "PII", "x")]),
    ("ALTER TABLE t MODIFY a SET TAG pii = 'x'; DROP VIEW v; ALTER TABLE t DROP COLUMN a", []),
    ("ALTER TABLE t SET TAG pii = 'x'; ALTER TAG pii RENAME TO s.secret",
     [("TABLE", "T", None, "SECRET", "x")]),
    ("ALTER TABLE t SET TAG pii = 'x'; DROP TAG pii; CREATE TAG pii", []),
    ("ALTER TABLE t SET TAG pii = 'x'; CREATE OR REPLACE TAG pii", []),
    ("ALTER TABLE t SET TAG pii = 'x'; ALTER SCHEMA public RENAME TO p",
     [("TABLE", "T", None, "PII", "x")]),
    ("CREATE TAG s.other; ALTER TABLE t SET TAG s.other = 'x'; DROP SCHEMA s", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SET)
def test_references(
    snowflake: Connection, text: str, expected: list[tuple[str | None, ...]]
) -> None:
    run(snowflake, SETUP)
    run(snowflake, text)
    assert expected == run(
        snowflake,
        "SELECT domain, object_name, column_name, tag_name, tag_value"
        " FROM snowflake.account_usage.tag_references"
        " ORDER BY domain, object_name, column_name, tag_name",
    )


REFUSED = [
    ("ALTER TABLE t SET TAG cost = 'much'", errors.InvalidParameter),
    ("ALTER TABLE t SET TAG pii = '" + "x" * 257 + "'", errors.InvalidParameter),
    ("ALTER TABLE t SET TAG nope = 'x'", errors.UndefinedObject),
    ("ALTER TABLE nope SET TAG pii = 'x'", errors.UndefinedObject),
    ("ALTER TABLE t MODIFY COLUMN nope SET TAG pii = 'x'", errors.InvalidIdentifier),
    ("CREATE TABLE c (a INT) WITH TAG (nope = 'x')", errors.UndefinedObject),
    ("CREATE TEMP TABLE c (a INT) WITH TAG (pii = 'x')", errors.UnsupportedFeature),
    ("CREATE FILE FORMAT c TYPE = CSV WITH TAG (pii = 'x')", errors.UnsupportedFeature),
    ("CREATE TAG pii", errors.DuplicateObject),
    ("CREATE TAG c PROPAGATE = ON_DEPENDENCY", errors.UnsupportedFeature),
    ("ALTER TAG pii SET MASKING POLICY m", errors.UnsupportedFeature),
    ("ALTER TAG nope SET COMMENT = 'x'", errors.UndefinedObject),
    ("DROP TAG nope", errors.UndefinedObject),
    ("SELECT SYSTEM$GET_TAG('nope', 't', 'TABLE')", errors.UndefinedObject),
    ("SELECT SYSTEM$GET_TAG('pii', 'nope', 'TABLE')", errors.UndefinedObject),
    ("SELECT SYSTEM$GET_TAG('pii', 't.nope', 'COLUMN')", errors.UndefinedObject),
    ("SELECT SYSTEM$GET_TAG('pii', 't', 'WORD')", errors.InvalidParameter),
]


@pytest.mark.parametrize(("text", "error"), REFUSED)
def test_refused(snowflake: Connection, text: str, error: type[errors.SqlError]) -> None:
    run(snowflake, SETUP)
    with pytest.raises(error):
        run(snowflake, text)
    assert run(snowflake, "SHOW TABLES LIKE 'c'") == []


def test_inheritance(snowflake: Connection) -> None:
    """A column has the tags of its table, its schema, its database and the account."""
    run(snowflake, SETUP)
    text = "SELECT SYSTEM$GET_TAG('pii', 't.a', 'COLUMN')"
    for statement, found in (
        ("ALTER ACCOUNT SET TAG pii = 'account'", "account"),
        ("ALTER DATABASE mockhaus SET TAG pii = 'database'", "database"),
        ("ALTER SCHEMA public SET TAG pii = 'schema'", "schema"),
        ("ALTER TABLE t SET TAG pii = 'table'", "table"),
        ("ALTER TABLE t MODIFY a SET TAG pii = 'column'", "column"),
        ("ALTER TABLE t MODIFY b SET TAG pii = 'other'", "column"),
    ):
        run(snowflake, statement)
        assert run(snowflake, text) == [(found,)]
    references = run(
        snowflake,
        "SELECT column_name, tag_value, apply_method, level"
        " FROM TABLE(information_schema.tag_references_all_columns('t', 'TABLE'))",
    )
    assert references == [("A", "column", "MANUAL", "COLUMN"), ("B", "other", "MANUAL", "COLUMN")]
    of_view = "SELECT tag_value, level FROM TABLE(information_schema.tag_references('v', 'TABLE'))"
    assert run(snowflake, of_view) == [("schema", "SCHEMA")]


def test_the_tag_itself(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    shown = "SHOW TAGS LIKE 'cost'"
    assert run(snowflake, shown)[0][1:8] == (
        "COST", "MOCKHAUS", "PUBLIC", "ACCOUNTADMIN", "who pays", '["low","high"]', "ROLE",
    )  # fmt: skip
    for text, values in (
        ("ALTER TAG cost ADD ALLOWED_VALUES 'none', 'low'", '["low","high","none"]'),
        ("ALTER TAG cost DROP ALLOWED_VALUES 'low', 'high'", '["none"]'),
        ("ALTER TAG cost UNSET ALLOWED_VALUES", None),
    ):
        assert sentence(snowflake, text) == "Statement executed successfully."
        assert run(snowflake, shown)[0][6] == values
    run(snowflake, "ALTER TAG cost SET COMMENT = 'c'")
    assert run(snowflake, shown)[0][5] == "c"
    assert sentence(snowflake, "CREATE TAG IF NOT EXISTS cost").startswith("COST already exists")
    assert sentence(snowflake, "DROP TAG cost") == "COST successfully dropped."


def test_ddl_makes_the_tags_again(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(
        snowflake,
        "ALTER TABLE t SET TAG pii = 'it''s'; ALTER TABLE t MODIFY a SET TAG cost = 'low';"
        "ALTER SCHEMA public SET TAG pii = 's'; ALTER VIEW v SET TAG pii = 'v';"
        "ALTER SEQUENCE q SET TAG pii = 'q'; ALTER FUNCTION f(INT) SET TAG pii = 'f'",
    )
    listing = (
        "SELECT object_name, domain, column_name, tag_name, tag_value"
        " FROM snowflake.account_usage.tag_references ORDER BY ALL"
    )
    before = run(snowflake, listing)
    text = run(snowflake, "SELECT GET_DDL('SCHEMA', 'public', TRUE)")[0][0]
    run(snowflake, "DROP SCHEMA public")
    run(snowflake, text)
    assert run(snowflake, listing) == before
    assert len(before) == 6
