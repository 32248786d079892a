"""SHOW, DESCRIBE and INFORMATION_SCHEMA: names, order and types, before and after they run."""

from __future__ import annotations

from itertools import chain

import pytest

from mockhaus.catalog import show
from mockhaus.errors import CompilationError
from mockhaus.ingestion import showing
from mockhaus.result import Column
from mockhaus.sessions.connection import Connection
from mockhaus.translation import history, information_schema
from mockhaus.types import NUMBER, TIMESTAMP_LTZ, VARCHAR
from tests.catalog.shapes import ACCOUNT_USAGE, DESCRIBE, SHOW, VIEWS
from tests.support import run

_SIGNS = {NUMBER: "#", TIMESTAMP_LTZ: "@", VARCHAR: ""}

STATEMENTS = {
    **{f"SHOW {what}": shape for what, shape in SHOW.items()},
    **{f"DESCRIBE {what}": shape for what, shape in DESCRIBE.items()},
    **{f"SELECT * FROM information_schema.{what}": shape for what, shape in VIEWS.items()},
    **{
        f"SELECT * FROM snowflake.account_usage.{what}": shape
        for what, shape in ACCOUNT_USAGE.items()
    },
}


def _spelled(columns: tuple[Column, ...] | None) -> str:
    return " ".join(f"{_SIGNS[c.type]}{c.name.replace(' ', '~')}" for c in columns or ())


def test_shapes(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(7)); CREATE VIEW v AS SELECT a FROM t;"
        "CREATE SEQUENCE seq; CREATE STAGE st; CREATE FILE FORMAT f;"
        "CREATE FUNCTION plus(x INT) RETURNS INT AS 'x + 1';"
        "CREATE PROCEDURE p(x INT) RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN x; END';"
        "CREATE STORAGE INTEGRATION i TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3'"
        " STORAGE_AWS_ROLE_ARN = 'arn' ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('s3://b/')",
    )
    for text, shape in STATEMENTS.items():
        (statement,) = snowflake.parse(text)
        prepared = snowflake.prepare(statement)
        result = snowflake.run(prepared)
        rows = list(result.python_rows())
        assert (text, _spelled(prepared.columns)) == (text, shape)
        assert (text, _spelled(result.columns)) == (text, shape)
        assert {len(row) for row in rows} <= {len(result.columns)}, text
        times = [c.type == TIMESTAMP_LTZ for c in result.columns]
        for value, is_time in chain.from_iterable(zip(row, times, strict=True) for row in rows):
            assert value is None or hasattr(value, "tzinfo") == is_time, text


#: Listings that are named by what follows them: SHOW GRANTS is also SHOW GRANTS TO USER.
_BY_SIDE = {"GRANTS TO USER": "GRANTS TO USER ann", "GRANTS OF": "GRANTS OF ROLE accountadmin",
            "FUTURE GRANTS": "FUTURE GRANTS IN SCHEMA public"}  # fmt: skip


def test_every_listing_has_a_golden_row() -> None:
    listed = {**show.LISTINGS, **showing.LISTINGS}
    assert {_BY_SIDE.get(what, what) for what in listed} <= set(SHOW)
    assert set(information_schema.VIEWS) == set(VIEWS)
    assert set(history.VIEWS) == set(ACCOUNT_USAGE)


#: What narrows a SHOW -> the names that are left, in order.
NARROWED = [
    ("TABLES", ["A", "B", "T", "c"]),
    ("TABLES LIKE 'C'", ["c"]),
    ("TABLES STARTS WITH 'c'", ["c"]),
    ("TABLES LIKE 'c' STARTS WITH 'C'", []),
    ("TABLES STARTS WITH 'B'", ["B"]),
    ("TABLES LIMIT 2", ["A", "B"]),
    ("TABLES LIMIT 2 FROM 'B'", ["T", "c"]),
    ("TABLES IN SCHEMA other", ["O"]),
    ("TABLES IN other", ["O"]),
    ("TABLES IN DATABASE", ["O", "A", "B", "T", "c"]),
    ("TABLES IN DATABASE mockhaus LIMIT 1", ["O"]),
    ("TABLES IN ACCOUNT", ["O", "A", "B", "T", "c"]),
    ("VIEWS IN SCHEMA mockhaus.other", ["V"]),
    ("VIEWS", []),
    ("SEQUENCES IN other", ["Q"]),
    ("OBJECTS LIKE '_' IN other", ["O", "V"]),
    ("SCHEMAS LIKE 'O%'", ["OTHER"]),
    ("SCHEMAS IN DATABASE mockhaus STARTS WITH 'P'", ["PUBLIC"]),
    ("DATABASES IN ACCOUNT", ["MOCKHAUS"]),
    ("ROLES LIKE '%sys%'", ["SYSADMIN"]),
    ("ROLES STARTS WITH 'S' LIMIT 1", ["SECURITYADMIN"]),
    ("USERS LIMIT 1 FROM 'A'", ["ANN"]),
    ("WAREHOUSES LIKE 'compute%'", ["COMPUTE_WH"]),
    ("FUNCTIONS LIKE 'ABS'", ["ABS"]),
]  # fmt: skip


def test_what_narrows_a_listing(snowflake: Connection) -> None:
    run(snowflake, """CREATE TABLE a (i INT); CREATE TABLE b (i INT); CREATE TABLE "c" (i INT);
        CREATE TABLE t (i INT); CREATE SCHEMA other; CREATE TABLE o (i INT);
        CREATE VIEW v AS SELECT 1 AS i; CREATE SEQUENCE q; USE SCHEMA public""")  # fmt: skip
    for what, expected in NARROWED:
        rows = run(snowflake, f'SHOW {what} ->> SELECT "name" FROM $1')
        assert (what, [name for (name,) in rows]) == (what, expected)
        kind = what.split()[0]
        if kind not in ("DATABASES", "SCHEMAS"):
            terse = run(snowflake, f'SHOW TERSE {what} ->> SELECT "name" FROM $1')
            assert (what, terse) == (what, rows)


REFUSED = [
    ("SHOW TABLES LIMIT 0", 'page size "0" must be greater than 0'),
    ("SHOW TABLES LIMIT -1", 'page size "-1"'),
    ("SHOW TABLES LIMIT 'x'", "position 18 unexpected ''x''"),
    ("SHOW TABLES LIMIT 1.5", "position 18 unexpected '1.5'"),
    ("SHOW TABLES IN SCHEMA nosuch", r"Schema 'MOCKHAUS.NOSUCH' does not exist"),
    ("SHOW TABLES IN DATABASE nosuch", "Database 'NOSUCH' does not exist"),
    ("SHOW WAREHOUSES IN SCHEMA public", "Cannot show objects of type WAREHOUSE in SCHEMA"),
    ("SHOW DATABASES IN DATABASE", "Cannot show objects of type DATABASE in DATABASE"),
    ("SHOW USERS IN nosuch", "Object does not exist, or operation cannot be performed"),
    ("SHOW DATABASES WITH PRIVILEGES USAGE", "Unsupported feature 'SHOW DATABASES WITH PRIV"),
    ("SHOW INDEXES", "Unsupported feature 'SHOW INDEXES'"),
    ("SHOW TERSE PARAMETERS", "Unsupported feature 'SHOW TERSE PARAMETERS'"),
    ("DESCRIBE USER nosuch", "User 'NOSUCH' does not exist"),
    ("DESCRIBE ROLE public", "Unsupported feature 'DESCRIBE ROLE'"),
]  # fmt: skip


def test_what_cannot_be_shown(snowflake: Connection) -> None:
    for text, message in REFUSED:
        with pytest.raises(CompilationError, match=message):
            run(snowflake, text)


def test_contents_and_properties(snowflake: Connection) -> None:
    run(snowflake, "CREATE SCHEMA s1; CREATE USER bob EMAIL = 'b@x' COMMENT = 'c' DISABLED = TRUE")
    (names,) = zip(*run(snowflake, 'DESC DATABASE mockhaus ->> SELECT "name" FROM $1'), strict=True)
    assert names == ("INFORMATION_SCHEMA", "PUBLIC", "S1")
    told = {row[0]: row[1:3] for row in run(snowflake, "DESCRIBE USER bob")}
    assert told["NAME"] == ("BOB", "null")
    assert told["EMAIL"] == ("b@x", "null")
    assert told["DISABLED"] == ("true", "false")
    assert told["LAST_NAME"] == ("null", "null")
    assert run(snowflake, 'SHOW TERSE VIEWS ->> SELECT "kind" FROM $1') == []
    run(snowflake, "CREATE VIEW v AS SELECT 1 AS i")
    assert run(snowflake, 'SHOW TERSE VIEWS ->> SELECT "kind" FROM $1') == [("VIEW",)]
