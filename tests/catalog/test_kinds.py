"""Statements that name an object of another kind, or that are refused by their whole name."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = "CREATE TABLE t (a INT, b INT, c INT); CREATE VIEW v AS SELECT 1 AS a; CREATE SEQUENCE s"

TABLE_NOT_VIEW = "Object found is of type 'TABLE', not specified type 'VIEW'"
VIEW_NOT_TABLE = "Object found is of type 'VIEW', not specified type 'TABLE'"

REFUSED = {
    "DROP VIEW t": (errors.WrongObjectType, TABLE_NOT_VIEW),
    "DROP VIEW IF EXISTS t": (errors.WrongObjectType, TABLE_NOT_VIEW),
    "DROP TABLE v": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "DROP TABLE IF EXISTS v CASCADE": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "ALTER VIEW t RENAME TO x": (errors.WrongObjectType, TABLE_NOT_VIEW),
    "ALTER TABLE v ADD COLUMN x INT": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "INSERT INTO v VALUES (1)": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "DELETE FROM v": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "UPDATE v SET a = 1": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "TRUNCATE TABLE v": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "MERGE INTO v USING t ON v.a = t.a WHEN MATCHED THEN DELETE": (
        errors.WrongObjectType, VIEW_NOT_TABLE,
    ),
    "CREATE TABLE x CLONE v": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "CREATE TABLE x LIKE v": (errors.WrongObjectType, VIEW_NOT_TABLE),
    "COMMENT ON VIEW t IS 'x'": (errors.WrongObjectType, TABLE_NOT_VIEW),
    "DROP TABLE s": (errors.UndefinedObject, "Table 'MOCKHAUS.PUBLIC.S' does not exist"),
    "DROP SEQUENCE t": (errors.UndefinedObject, "Sequence 'MOCKHAUS.PUBLIC.T' does not exist"),
    "CREATE OR REPLACE VIEW t AS SELECT 1 AS a": (errors.DuplicateObject, "exists as TABLE"),
    "CREATE OR REPLACE TABLE v (a INT)": (errors.DuplicateObject, "exists as VIEW"),
    "CREATE TABLE x (a INT) CLUSTER BY (z)": (errors.InvalidIdentifier, "invalid identifier 'Z'"),
    "CREATE TABLE x CLUSTER BY (z) AS SELECT 1 AS a": (
        errors.InvalidIdentifier, "invalid identifier 'Z'",
    ),
    "ALTER TABLE t CLUSTER BY (z)": (errors.InvalidIdentifier, "invalid identifier 'Z'"),
    "CREATE TEMPORARY VIEW x AS SELECT 1 AS a": (
        errors.UnsupportedFeature, "'CREATE TEMPORARY VIEW'",
    ),
    "CREATE OR REPLACE LOCAL TEMP VIEW x AS SELECT 1 AS a": (
        errors.UnsupportedFeature, "'CREATE TEMPORARY VIEW'",
    ),
    "CREATE TABLE x (a INT DEFAULT f(1))": (
        errors.UnsupportedFeature, "'DEFAULT with a user-defined function'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused(snowflake: Connection, text: str) -> None:
    error, message = REFUSED[text]
    run(snowflake, f"{SETUP}; CREATE FUNCTION f(x INT) RETURNS INT AS 'x'")
    with pytest.raises(error, match=message):
        run(snowflake, text)


#: Statements -> a query, its rows.
DONE = {
    "ALTER TABLE t DROP a, b": ("SELECT * FROM t", [(None,)]),
    "ALTER TABLE t DROP IF EXISTS z, b": ("SELECT * FROM t", [(None, None)]),
    "CREATE OR REPLACE TABLE t (d TIMESTAMP, \"b c\" VARCHAR, v VARIANT)"
    " CLUSTER BY (TO_DATE(d), \"b c\", v:x::INT)": (
        "SHOW TABLES LIKE 't' ->> SELECT $7 FROM $1",
        [("LINEAR(TO_DATE(D), \"b c\", CAST(GET_PATH(V, 'x') AS INT))",)],
    ),
    "ALTER WAREHOUSE SUSPEND": ("SHOW WAREHOUSES ->> SELECT $2 FROM $1", [("SUSPENDED",)]),
    "ALTER WAREHOUSE SUSPEND; ALTER WAREHOUSE RESUME IF SUSPENDED": (
        "SHOW WAREHOUSES ->> SELECT $2 FROM $1", [("STARTED",)],
    ),
    "ALTER WAREHOUSE SET WAREHOUSE_SIZE = LARGE": (
        "SHOW WAREHOUSES ->> SELECT $4 FROM $1", [("Large",)],
    ),
    "ALTER USER SET EMAIL = 'a@x'": ("SHOW USERS ->> SELECT $7 FROM $1", [("a@x",)]),
}  # fmt: skip


@pytest.mark.parametrize("text", DONE)
def test_done(snowflake: Connection, text: str) -> None:
    query, rows = DONE[text]
    run(snowflake, f"{SETUP}; INSERT INTO t VALUES (NULL, NULL, NULL); {text}")
    assert run(snowflake, query) == rows
