"""UNDROP TABLE and SHOW TABLES HISTORY: what is kept of dropped tables, and what is not.

Snowflake's manual: "UNDROP TABLE", "SHOW TABLES".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.catalog import dropped
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run, sentence

SETUP = "CREATE TABLE t (a INT, b VARCHAR); INSERT INTO t VALUES (1, 'x'), (2, 'y')"

#: Statements -> a query, its rows.
RESTORED = {
    "DROP TABLE t; UNDROP TABLE t": ("SELECT * FROM t ORDER BY a", [(1, "x"), (2, "y")]),
    "DROP TABLE t; UNDROP TABLE mockhaus.public.T": ("SELECT count(*) FROM t", [(2,)]),
    "DELETE FROM t WHERE a = 1; DROP TABLE t; UNDROP TABLE t": (
        "SHOW TABLES ->> SELECT $2, $8 FROM $1", [("T", 1)],
    ),
    # the last version first, as the manual's example goes on
    "CREATE OR REPLACE TABLE t (n INT); ALTER TABLE t RENAME TO later; UNDROP TABLE t": (
        "SELECT a FROM t ORDER BY a", [(1,), (2,)],
    ),
    "DROP TABLE t; CREATE TABLE t (n INT); DROP TABLE t; UNDROP TABLE t;"
    "ALTER TABLE t RENAME TO t2; UNDROP TABLE t": ("SELECT count(b) FROM t", [(2,)]),
    "DROP TABLE t; CREATE TEMPORARY TABLE t (n INT); UNDROP TABLE t; DROP TABLE t": (
        "SELECT count(b) FROM t", [(2,)],
    ),
    "CREATE SCHEMA s; DROP TABLE public.t; UNDROP TABLE public.t": (
        "SELECT count(*) FROM public.t", [(2,)],
    ),
    # defaults, numbers, keys, comments and grants
    "CREATE SEQUENCE q START 5; CREATE OR REPLACE TABLE t (a INT DEFAULT q.NEXTVAL, b VARCHAR(3),"
    " c INT AUTOINCREMENT); INSERT INTO t (b) VALUES ('x'); DROP TABLE t; UNDROP TABLE t;"
    "INSERT INTO t (b) VALUES ('y')": ("SELECT * FROM t ORDER BY a", [(5, "x", 1), (6, "y", 2)]),
    "ALTER TABLE t ADD PRIMARY KEY (a); COMMENT ON TABLE t IS 'c'; DROP TABLE t; UNDROP TABLE t": (
        "SHOW PRIMARY KEYS ->> SELECT $4, $5 FROM $1", [("T", "A")],
    ),
    "CREATE ROLE r; CREATE ROLE gone; GRANT SELECT ON TABLE t TO ROLE r; GRANT INSERT ON TABLE t TO"
    " ROLE gone; DROP TABLE t; DROP ROLE gone; UNDROP TABLE t": (
        "SHOW GRANTS ON TABLE t ->> SELECT $2, $6 FROM $1 ORDER BY 1",
        [("OWNERSHIP", "ACCOUNTADMIN"), ("SELECT", "R")],
    ),
    "CREATE TAG k; ALTER TABLE t SET TAG k = 'v'; DROP TABLE t; UNDROP TABLE t": (
        "SELECT SYSTEM$GET_TAG('k', 't', 'table')", [("v",)],
    ),
    # files that were loaded are not loaded again
    "CREATE STAGE st; COPY INTO @st/f FROM (SELECT 3, 'z') FILE_FORMAT = (TYPE = CSV);"
    "COPY INTO t FROM @st; DROP TABLE t; UNDROP TABLE t; COPY INTO t FROM @st": (
        "SELECT count(*) FROM t", [(3,)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", RESTORED)
def test_restored(snowflake: Connection, text: str) -> None:
    query, rows = RESTORED[text]
    run(snowflake, f"{SETUP}; {text}")
    assert run(snowflake, query) == rows


def test_loads_of_a_schema_go_with_it(snowflake: Connection) -> None:
    made = "CREATE TABLE t (a INT); COPY INTO t FROM @mockhaus.public.st"
    run(snowflake, "CREATE STAGE st; COPY INTO @st/f FROM (SELECT 3) FILE_FORMAT = (TYPE = CSV)")
    run(snowflake, f"CREATE SCHEMA s; {made}; ALTER SCHEMA s RENAME TO r")
    run(snowflake, "COPY INTO r.t FROM @mockhaus.public.st")
    assert run(snowflake, "SELECT count(*) FROM r.t") == [(1,)]
    run(snowflake, f"DROP SCHEMA r; CREATE SCHEMA r; {made}")
    assert run(snowflake, "SELECT count(*) FROM r.t") == [(1,)]
    assert len(run(snowflake, "SELECT * FROM information_schema.load_history")) == 1


def test_its_number_and_age_are_what_they_were(snowflake: Connection) -> None:
    told = "SELECT table_id, created, deleted FROM snowflake.account_usage.tables"
    run(snowflake, SETUP)
    before = run(snowflake, told)
    assert sentence(snowflake, "DROP TABLE t") == "T successfully dropped."
    assert run(snowflake, told) == []
    assert sentence(snowflake, "UNDROP TABLE t") == "Table T successfully restored."
    assert run(snowflake, told) == before


PURGED = "Table 'MOCKHAUS.PUBLIC.T' did not exist or was purged"

#: Statements -> the error of UNDROP TABLE t after them.
GONE = {
    "SELECT 1": "Object 'MOCKHAUS.PUBLIC.T' already exists",
    "DROP TABLE t; CREATE VIEW t AS SELECT 1 AS a": "already exists",
    "DROP TABLE t; UNDROP TABLE t; ALTER TABLE t RENAME TO u": PURGED,
    "ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 0; DROP TABLE t": PURGED,
    "ALTER SCHEMA public SET DATA_RETENTION_TIME_IN_DAYS = 0; DROP TABLE t": PURGED,
    "ALTER DATABASE mockhaus SET DATA_RETENTION_TIME_IN_DAYS = 0; DROP TABLE t": PURGED,
    "CREATE TEMPORARY TABLE u (a INT); DROP TABLE u; DROP TABLE t; UNDROP TABLE t; DROP TABLE t;"
    "DROP SCHEMA public; CREATE SCHEMA public": PURGED,
    "DROP TABLE t; CREATE SCHEMA s; ALTER SCHEMA public RENAME TO p; CREATE SCHEMA public": PURGED,
    # about 20 MiB of texts, and of numbers
    "CREATE OR REPLACE TABLE t AS SELECT repeat('x', 1000) a FROM TABLE(GENERATOR(ROWCOUNT =>"
    " 20000)); ALTER TABLE t RENAME TO u; DROP TABLE u; UNDROP TABLE t; ALTER TABLE t RENAME TO v;"
    "CREATE TABLE t AS SELECT repeat('x', 1000) a FROM TABLE(GENERATOR(ROWCOUNT => 20000));"
    "DROP TABLE t": PURGED,
}


@pytest.mark.parametrize("text", GONE)
def test_gone(snowflake: Connection, text: str) -> None:
    run(snowflake, f"{SETUP}; {text}")
    with pytest.raises(errors.CompilationError, match=GONE[text]):
        run(snowflake, "UNDROP TABLE t")


def test_no_listing_knows_them(snowflake: Connection) -> None:
    run(snowflake, f"{SETUP}; DROP TABLE t")
    for text in (
        "SHOW TABLES IN ACCOUNT", "SHOW OBJECTS", "SHOW COLUMNS IN ACCOUNT", "DESCRIBE SCHEMA public",
        "SELECT 1 FROM information_schema.tables WHERE table_schema = 'PUBLIC'",
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'PUBLIC'",
        "SELECT 1 FROM information_schema.object_privileges WHERE object_type = 'TABLE'",
        "SELECT 1 FROM information_schema.load_history",
        "SELECT 1 FROM snowflake.account_usage.columns",
    ):  # fmt: skip
        assert (text, run(snowflake, text)) == (text, [])


def test_history(snowflake: Connection) -> None:
    run(snowflake, f"{SETUP}; CREATE OR REPLACE TRANSIENT TABLE t (n INT); DROP TABLE t;"
        "CREATE TABLE s (a INT)")  # fmt: skip
    shown = "SHOW TABLES HISTORY ->> SELECT $2, $5, $8, $11, $12 IS NULL FROM $1"
    assert run(snowflake, shown) == [
        ("S", "TABLE", 0, "1", True),
        ("T", "TABLE", 2, "1", False),
        ("T", "TRANSIENT", 0, "1", False),
    ]
    names = "SHOW TERSE TABLES HISTORY LIKE 't' LIMIT 1 ->> SELECT $2, $3 FROM $1"
    assert run(snowflake, names) == [("T", "TABLE")]
    with pytest.raises(errors.UnsupportedFeature, match="SHOW VIEWS HISTORY"):
        run(snowflake, "SHOW VIEWS HISTORY")


def test_history_of_what_is_gone_at_once(snowflake: Connection) -> None:
    """A schema or a database that is dropped is none that could come back."""
    run(
        snowflake,
        "CREATE SCHEMA s; CREATE SCHEMA r; DROP SCHEMA r; CREATE DATABASE d; DROP DATABASE d",
    )
    run(snowflake, "USE SCHEMA mockhaus.public")
    for what in ("SCHEMAS", "DATABASES"):
        told = run(snowflake, f'SHOW {what} HISTORY ->> SELECT "name", "dropped_on" FROM $1')
        assert told == [(row[1], None) for row in run(snowflake, f"SHOW {what}")]
        assert [row[9] for row in run(snowflake, f"SHOW {what} HISTORY")] == [None] * len(told)


def test_few_are_kept(snowflake: Connection) -> None:
    for number in range(dropped.MOST_TABLES + dropped.SLACK):
        run(snowflake, f"CREATE TABLE n{number} (a INT); DROP TABLE n{number}")
    kept = run(snowflake, "SHOW TABLES HISTORY")
    assert len(kept) == dropped.MOST_TABLES
    assert {row[1] for row in kept}.isdisjoint({"N8", "N9"})
    run(snowflake, "UNDROP TABLE n10")


def test_little_is_kept(snowflake: Connection) -> None:
    rows = dropped.MOST_BYTES // 3 // 16
    for name in ("a", "b", "c", "d"):
        made = f"SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => {rows}))"
        run(snowflake, f"CREATE TABLE {name} AS {made}; DROP TABLE {name}")
    assert [row[1] for row in run(snowflake, "SHOW TABLES HISTORY")] == ["B", "C", "D"]


def test_a_rollback_takes_the_drop_back() -> None:
    registry = Registry(Config())
    session = registry.create("sandbox")
    one, other = (
        session.connect(user="ann", door="pg", transactions=Transactions.POSTGRESQL) for _ in "12"
    )
    run(one, SETUP)
    run(one, "BEGIN; DROP TABLE t; CREATE TABLE t (n INT); DROP TABLE t; UNDROP TABLE t; ROLLBACK")
    assert run(one, "SELECT count(b) FROM t") == [(2,)]
    assert run(one, "SHOW TABLES HISTORY ->> SELECT $12 FROM $1") == [(None,)]
    run(one, "BEGIN; INSERT INTO t VALUES (3, 'z'); DROP TABLE t")
    assert run(other, "SELECT count(*) FROM t") == [(2,)]
    run(one, "COMMIT; UNDROP TABLE t")
    assert run(other, "SELECT count(*) FROM t") == [(3,)]
    run(one, "DROP TABLE t; BEGIN; UNDROP TABLE t; ROLLBACK")
    assert run(other, "UNDROP TABLE t; SELECT count(*) FROM t") == [(3,)]
    registry.close()


def test_kept_over_a_restart(tmp_path: Path) -> None:
    for is_new, text in ((True, f"{SETUP}; DROP TABLE t"), (False, "UNDROP TABLE t")):
        registry = Registry(Config(data_dir=tmp_path))
        session = registry.create("s", "persistent") if is_new else registry.get("s")
        connection = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
        run(connection, text)
        if not is_new:
            assert run(connection, "SELECT count(*) FROM t") == [(2,)]
        registry.close()
