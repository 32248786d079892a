"""CREATE TABLE LIKE and CLONE, ALTER TABLE, ALTER VIEW: what they change, and what they refuse."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = (
    "CREATE SCHEMA other; USE SCHEMA public;"
    "CREATE TABLE t (id INT AUTOINCREMENT PRIMARY KEY, w VARCHAR(3) DEFAULT 'x' COMMENT 'word',"
    " n NUMBER(5, 1) NOT NULL DEFAULT 2) COMMENT = 'three';"
    "INSERT INTO t (w) VALUES ('a'), ('b'); CREATE VIEW v AS SELECT 1 AS one"
)

#: Statements -> name, type, null?, default, primary key, comment of each column of T afterwards.
ID = ("ID", "NUMBER(38,0)", "N", "IDENTITY START 1 INCREMENT 1 NOORDER", "Y", None)
W = ("W", "VARCHAR(3)", "Y", "'x'", "N", "word")
N = ("N", "NUMBER(5,1)", "N", "2", "N", None)
ALTERED = [
    ("ALTER TABLE t ADD COLUMN a INT, b VARCHAR(8) DEFAULT 'not null' NOT NULL",
     [ID, W, N, ("A", "NUMBER(38,0)", "Y", None, "N", None),
      ("B", "VARCHAR(8)", "N", "'not null'", "N", None)]),
    ("ALTER TABLE t ADD COLUMN IF NOT EXISTS w INT", [ID, W, N]),
    ("ALTER TABLE t DROP COLUMN w", [ID, N]),
    ("ALTER TABLE t DROP COLUMN IF EXISTS w, n", [ID]),
    ("ALTER TABLE t DROP w", [ID, N]),
    ("ALTER TABLE t RENAME COLUMN w TO word", [ID, ("WORD", *W[1:]), N]),
    ("ALTER TABLE t ALTER COLUMN w SET DATA TYPE VARCHAR(30)",
     [ID, ("W", "VARCHAR(30)", *W[2:]), N]),
    ("ALTER TABLE t MODIFY COLUMN w VARCHAR", [ID, ("W", "VARCHAR(16777216)", *W[2:]), N]),
    ("ALTER TABLE t ALTER n TYPE NUMBER(9, 1)", [ID, W, ("N", "NUMBER(9,1)", *N[2:])]),
    ("ALTER TABLE t ALTER COLUMN n DROP NOT NULL", [ID, W, ("N", "NUMBER(5,1)", "Y", *N[3:])]),
    ("ALTER TABLE t ALTER COLUMN w SET NOT NULL", [ID, (*W[:2], "N", *W[3:]), N]),
    ("ALTER TABLE t ALTER COLUMN w DROP DEFAULT", [ID, (*W[:3], None, *W[4:]), N]),
    ("ALTER TABLE t ALTER COLUMN w COMMENT 'new'", [ID, (*W[:5], "new"), N]),
    ("ALTER TABLE t ALTER (COLUMN w COMMENT 'new', n DROP NOT NULL)",
     [ID, (*W[:5], "new"), ("N", "NUMBER(5,1)", "Y", *N[3:])]),
    ("ALTER TABLE t MODIFY w SET DATA TYPE VARCHAR(9), COLUMN n COMMENT 'a, b'",
     [ID, ("W", "VARCHAR(9)", *W[2:]), (*N[:5], "a, b")]),
    ("ALTER TABLE t MODIFY COLUMN w UNSET COMMENT", [ID, (*W[:5], None), N]),
    ("ALTER TABLE t DROP PRIMARY KEY", [(*ID[:4], "N", None), W, N]),
    ("ALTER TABLE t RENAME TO other.u; ALTER TABLE other.u RENAME TO public.t", [ID, W, N]),
    ("CREATE TABLE c LIKE t; DROP TABLE t; ALTER TABLE c RENAME TO t", [ID, W, N]),
    ("CREATE TABLE c CLONE t; ALTER TABLE t SWAP WITH c", [ID, W, N]),
]  # fmt: skip


#: Statements -> some columns of SHOW TABLES for T afterwards.
PROPERTIES = [
    ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 3", {"retention_time": "3"}),
    ("CREATE OR REPLACE TABLE t (a INT) DATA_RETENTION_TIME_IN_DAYS = 7", {"retention_time": "7"}),
    ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 3, COMMENT = 'c';"
     "ALTER TABLE t UNSET DATA_RETENTION_TIME_IN_DAYS", {"retention_time": "1", "comment": "c"}),
    ("ALTER SCHEMA public SET DATA_RETENTION_TIME_IN_DAYS = 4", {"retention_time": "4"}),
    ("ALTER DATABASE mockhaus SET DATA_RETENTION_TIME_IN_DAYS = 5", {"retention_time": "5"}),
    ("ALTER ACCOUNT SET DATA_RETENTION_TIME_IN_DAYS = 6", {"retention_time": "6"}),
    ("ALTER TABLE t SET CHANGE_TRACKING = TRUE", {"change_tracking": "ON"}),
    ("ALTER TABLE t SET CHANGE_TRACKING = TRUE; ALTER TABLE t UNSET CHANGE_TRACKING",
     {"change_tracking": "OFF"}),
    ("ALTER TABLE t CLUSTER BY (id)", {"automatic_clustering": "ON", "cluster_by": "LINEAR(ID)"}),
    ("ALTER TABLE t CLUSTER BY (id); ALTER TABLE t SUSPEND RECLUSTER",
     {"automatic_clustering": "OFF"}),
    ("ALTER TABLE t CLUSTER BY (id); ALTER TABLE t SUSPEND RECLUSTER;"
     "ALTER TABLE t RESUME RECLUSTER", {"automatic_clustering": "ON"}),
    ("ALTER TABLE t ADD SEARCH OPTIMIZATION", {"search_optimization": "ON"}),
    ("ALTER TABLE t ADD SEARCH OPTIMIZATION; ALTER TABLE t DROP SEARCH OPTIMIZATION",
     {"search_optimization": "OFF"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PROPERTIES)
def test_properties(snowflake: Connection, text: str, expected: dict[str, str]) -> None:
    run(snowflake, SETUP)
    run(snowflake, text)
    (shown,) = snowflake.execute("SHOW TABLES LIKE 't'")
    told = dict(zip((c.name for c in shown.columns), next(shown.python_rows()), strict=True))
    assert {key: told[key] for key in expected} == expected
    ddl = run(snowflake, "SELECT GET_DDL('TABLE', 't')")[0][0]
    run(snowflake, ddl)
    assert run(snowflake, "SELECT GET_DDL('TABLE', 't')")[0][0] == ddl


#: Statements -> name, RELY and comment of each constraint of T but its primary key.
CONSTRAINED = [
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w) RELY", [("U", "YES", None)]),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w) COMMENT 'why'", [("U", "NO", "why")]),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w); ALTER TABLE t RENAME CONSTRAINT u TO v",
     [("V", "NO", None)]),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w); ALTER TABLE t ALTER CONSTRAINT u RELY",
     [("U", "YES", None)]),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w) RELY; ALTER TABLE t MODIFY UNIQUE (w) NORELY",
     None),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (w); ALTER TABLE t DROP UNIQUE (w)", []),
    ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (w) REFERENCES t (id);"
     "ALTER TABLE t DROP FOREIGN KEY (w)", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONSTRAINED)
def test_constraints(
    snowflake: Connection, text: str, expected: list[tuple[str, str, str | None]] | None
) -> None:
    run(snowflake, SETUP)
    if expected is None:
        with pytest.raises(errors.SqlError):
            run(snowflake, text)
        return
    run(snowflake, text)
    assert expected == run(
        snowflake,
        "SELECT constraint_name, rely, comment FROM information_schema.table_constraints"
        " WHERE constraint_type <> 'PRIMARY KEY'",
    )


def test_rules_of_a_foreign_key(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(
        snowflake,
        "CREATE TABLE c (t INT, CONSTRAINT f FOREIGN KEY (t) REFERENCES t (id)"
        " MATCH SIMPLE ON UPDATE SET NULL ON DELETE CASCADE DEFERRABLE RELY COMMENT 'why')",
    )
    row = run(snowflake, "SHOW IMPORTED KEYS IN TABLE c")[0]
    assert row[10:12] == ("SET NULL", "CASCADE")
    assert row[14:] == ("DEFERRABLE", "true", "why")
    text = "SELECT match_option, update_rule, delete_rule FROM information_schema.{}"
    rows = run(snowflake, text.format("referential_constraints"))
    assert rows == [("SIMPLE", "SET NULL", "CASCADE")]


def test_grants_are_copied(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(snowflake, "CREATE ROLE r; GRANT SELECT ON TABLE t TO ROLE r; GRANT SELECT ON VIEW v TO r")
    text = "SHOW GRANTS TO ROLE r"
    run(snowflake, "CREATE OR REPLACE TABLE t (a INT) COPY GRANTS")
    run(snowflake, "CREATE OR REPLACE VIEW v COPY GRANTS AS SELECT 2 AS one")
    assert len(run(snowflake, text)) == 2
    run(snowflake, "CREATE OR REPLACE TABLE t (a INT); CREATE OR REPLACE VIEW v AS SELECT 2 AS one")
    assert run(snowflake, text) == []


@pytest.mark.parametrize(("text", "expected"), ALTERED)
def test_columns(snowflake: Connection, text: str, expected: list[tuple[object, ...]]) -> None:
    run(snowflake, SETUP)
    run(snowflake, text)
    described = run(snowflake, "DESCRIBE TABLE t")
    assert [(*row[:2], row[3], row[4], row[5], row[9]) for row in described] == expected
    shown = run(snowflake, "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = 'T' ORDER BY ordinal_position")  # fmt: skip
    assert [row[0] for row in shown] == [row[0] for row in expected]


def test_lengths_are_kept(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    for text, limit in (
        ("ALTER TABLE t ADD COLUMN more VARCHAR(2)", 3),
        ("ALTER TABLE t ALTER w TYPE VARCHAR(5)", 5),
        ("ALTER TABLE t RENAME TO other.t; USE SCHEMA other", 5),
        ("CREATE TABLE c CLONE t; ALTER TABLE c SWAP WITH t", 5),
    ):
        run(snowflake, text)
        run(snowflake, f"INSERT INTO t (w) VALUES ('{'y' * limit}')")
        with pytest.raises(errors.StringTooLong):
            run(snowflake, f"INSERT INTO t (w) VALUES ('{'y' * (limit + 1)}')")


def test_rows_and_numbers_go_on(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(snowflake, "CREATE TABLE c CLONE t; CREATE TABLE l LIKE t;"
        "ALTER TABLE t ALTER w TYPE VARCHAR(9)")  # fmt: skip
    for table, expected in (("t", [1, 2, 3]), ("c", [1, 2, 3]), ("l", [1])):
        run(snowflake, f"INSERT INTO {table} (w) VALUES ('z')")
        rows = run(snowflake, f"SELECT id FROM {table} ORDER BY id")
        assert (table, [row[0] for row in rows]) == (table, expected)
    assert run(snowflake, "SHOW TABLES LIKE 'c'")[0][5] == "three"


def test_views_and_comments(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(snowflake, "ALTER VIEW v SET COMMENT = 'one row'; ALTER VIEW v RENAME TO w;"
        "ALTER TABLE t SET COMMENT = 'new'; ALTER TABLE t CLUSTER BY (id, w)")  # fmt: skip
    assert [(row[1], row[6]) for row in run(snowflake, "SHOW VIEWS")] == [("W", "one row")]
    assert [row[5:7] for row in run(snowflake, "SHOW TABLES")] == [("new", "LINEAR(ID, W)")]
    run(snowflake, "ALTER TABLE t UNSET COMMENT; ALTER TABLE t DROP CLUSTERING KEY")
    assert [row[5:7] for row in run(snowflake, "SHOW TABLES")] == [("", "")]


def test_keys(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    run(snowflake, "CREATE TABLE u (a INT, b INT);"
        "ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t (id);"
        "ALTER TABLE u ADD UNIQUE (a, b)")  # fmt: skip
    (primary,) = run(snowflake, "SHOW PRIMARY KEYS IN t")
    assert primary[1:6] == ("MOCKHAUS", "PUBLIC", "T", "ID", 1)
    unique = run(snowflake, "SHOW UNIQUE KEYS IN TABLE u")
    assert [row[3:6] for row in unique] == [("U", "A", 1), ("U", "B", 2)]
    (imported,) = run(snowflake, "SHOW IMPORTED KEYS IN u")
    assert (imported[3:5], imported[7:10], imported[12]) == (("T", "ID"), ("U", "A", 1), "K")
    assert run(snowflake, "SHOW EXPORTED KEYS IN t") == [imported]
    run(snowflake, "ALTER TABLE u DROP CONSTRAINT k")
    assert run(snowflake, "SHOW IMPORTED KEYS IN u") == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ALTER TABLE t ALTER w TYPE VARCHAR(2)", errors.TypeMismatch),
        ("ALTER TABLE t ALTER w TYPE INT", errors.TypeMismatch),
        ("ALTER TABLE t ALTER n TYPE NUMBER(9, 2)", errors.TypeMismatch),
        ("ALTER TABLE t ADD COLUMN w INT", errors.DuplicateObject),
        ("ALTER TABLE t RENAME COLUMN w TO n", errors.DuplicateObject),
        ("ALTER TABLE t DROP COLUMN none", errors.InvalidIdentifier),
        ("ALTER TABLE t RENAME TO v", errors.DuplicateObject),
        ("ALTER TABLE t RENAME TO nowhere.t", errors.UndefinedSchema),
        ("ALTER TABLE t SWAP WITH none", errors.UndefinedObject),
        ("ALTER TABLE v RENAME TO w", errors.WrongObjectType),
        ("ALTER TABLE t ADD PRIMARY KEY (w)", errors.DuplicateObject),
        ("ALTER TABLE t DROP CONSTRAINT none", errors.InvalidIdentifier),
        ("CREATE TABLE c CLONE t AT (OFFSET => -60)", errors.UnsupportedFeature),
        ("CREATE TABLE c CLONE none", errors.UndefinedObject),
    ],
)
def test_refused(snowflake: Connection, text: str, error: type[errors.SqlError]) -> None:
    run(snowflake, SETUP)
    before = run(snowflake, "DESCRIBE TABLE t")
    with pytest.raises(error):
        run(snowflake, text)
    assert run(snowflake, "DESCRIBE TABLE t") == before


@pytest.mark.parametrize("name", ["a.b", 'quo"te', "semi;colon", "😀", " ", "x" * 255, "lower"])
def test_odd_names(snowflake: Connection, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    run(snowflake, f"CREATE SCHEMA {quoted}; CREATE TABLE {quoted} ({quoted} VARCHAR(3))")
    run(snowflake, f"ALTER TABLE {quoted} ADD COLUMN b INT; INSERT INTO {quoted} VALUES ('z', 1)")
    run(snowflake, f"DELETE FROM {quoted} WHERE b = 2")
    assert run(snowflake, f"SELECT {quoted} FROM mockhaus.{quoted}.{quoted}") == [("z",)]
    assert [row[1:4] for row in run(snowflake, "SHOW TABLES")] == [(name, "MOCKHAUS", name)]
    assert run(snowflake, "SELECT table_schema, table_name, row_count "
               "FROM information_schema.tables") == [(name, name, 1)]  # fmt: skip
    assert [row[2] for row in run(snowflake, "SHOW COLUMNS")] == [name, "B"]


@pytest.mark.parametrize(
    "what", ["TABLE {} (a INT)", "SCHEMA {}", "DATABASE {}", "VIEW {} AS SELECT 1"]
)
def test_names_are_at_most_255_characters(snowflake: Connection, what: str) -> None:
    with pytest.raises(errors.InvalidIdentifier, match="256 characters"):
        run(snowflake, "CREATE " + what.format("x" * 256))
