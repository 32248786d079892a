"""What each statement answers: Snowflake's sentences, counts, tags; what PostgreSQL's door is told."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

#: Statements in order, in one session -> the sentence each answers.
SENTENCES = [
    ("CREATE DATABASE shop", "Database SHOP successfully created."),
    ("CREATE DATABASE IF NOT EXISTS shop", "SHOP already exists, statement succeeded."),
    ("CREATE SCHEMA sales", "Schema SALES successfully created."),
    ("CREATE TABLE t (a INT)", "Table T successfully created."),
    ("CREATE TABLE IF NOT EXISTS t (a INT)", "T already exists, statement succeeded."),
    ("CREATE OR REPLACE TABLE t (a INT, b VARCHAR)", "Table T successfully created."),
    ("CREATE TABLE copy AS SELECT * FROM t", "Table COPY successfully created."),
    ('CREATE TABLE "lower case" (a INT)', "Table lower case successfully created."),
    ("CREATE VIEW v AS SELECT a FROM t", "View V successfully created."),
    ("CREATE SEQUENCE seq START 5 INCREMENT 5", "Sequence SEQ successfully created."),
    ("ALTER TABLE t ADD COLUMN c DATE", "Statement executed successfully."),
    ("ALTER TABLE t RENAME COLUMN c TO d", "Statement executed successfully."),
    ("ALTER TABLE t DROP COLUMN d", "Statement executed successfully."),
    ("COMMENT ON TABLE t IS 'things'", "Statement executed successfully."),
    ("TRUNCATE TABLE t", "Statement executed successfully."),
    ("DROP VIEW v", "V successfully dropped."),
    ("DROP SEQUENCE seq", "SEQ successfully dropped."),
    ("DROP TABLE IF EXISTS nothing",
     "Drop statement executed successfully (NOTHING already dropped)."),
    ("DROP TABLE t", "T successfully dropped."),
    ("USE SCHEMA shop.public", "Statement executed successfully."),
    ("DROP SCHEMA shop.sales", "SALES successfully dropped."),
    ("USE DATABASE mockhaus", "Statement executed successfully."),
    ("DROP DATABASE shop", "SHOP successfully dropped."),
    ("SET x = 1", "Statement executed successfully."),
    ("UNSET x", "Statement executed successfully."),
    ("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'", "Statement executed successfully."),
]  # fmt: skip


def test_sentences(snowflake: Connection) -> None:
    for text, expected in SENTENCES:
        assert (text, sentence(snowflake, text)) == (text, expected)


#: Statements in order -> command tag, row count, the row of counts.
CHANGES = [
    ("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')", "INSERT 0", 3, (3,)),
    ("INSERT INTO t (a) SELECT a + 10 FROM t", "INSERT 0", 3, (3,)),
    ("UPDATE t SET b = 'x' WHERE a > 10", "UPDATE", 3, (3, 0)),
    ("UPDATE t SET t.b = s.b FROM (SELECT 1 AS a, 'joined' AS b) s WHERE t.a = s.a",
     "UPDATE", 1, (1, 0)),
    ("DELETE FROM t WHERE a > 12", "DELETE", 1, (1,)),
    ("DELETE FROM t USING (SELECT 12 AS k) d WHERE t.a = d.k", "DELETE", 1, (1,)),
    ("MERGE INTO t USING (SELECT 1 AS a, 'm' AS b UNION ALL SELECT 99, 'n') s ON t.a = s.a "
     "WHEN MATCHED THEN UPDATE SET t.b = s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b)",
     "MERGE", 2, (1, 1)),
    ("MERGE INTO t USING (SELECT 99 AS a) s ON t.a = s.a WHEN MATCHED THEN DELETE",
     "MERGE", 1, (1,)),
    ("INSERT OVERWRITE INTO t VALUES (7, 'only')", "INSERT 0", 1, (1,)),
]  # fmt: skip


def test_changes(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT, b VARCHAR)")
    for text, tag, count, row in CHANGES:
        (result,) = snowflake.execute(text)
        assert (text, result.tag, result.row_count, result.rows) == (text, tag, count, [row])
        assert result.status_only
    assert run(snowflake, "SELECT * FROM t") == [(7, "only")]


#: What is refused, and as what.
REFUSED = [
    ("SELECT * FROM missing", errors.UndefinedObject, 14),
    ("SELECT nope FROM t", errors.InvalidIdentifier, 7),
    ("SELECT a, no_such_function(a) FROM t", errors.UnknownFunction, 10),
    ("SELECT read_csv('x')", errors.UnknownFunction, 7),
    ("SELECT * FROM read_csv('/etc/passwd')", errors.UnknownFunction, 14),
    ("SELECT * FROM '/etc/passwd'", errors.UnsupportedFeature, None),
    ("SELECT * FROM __mockhaus.objects", errors.UndefinedObject, 25),
    ("SELECT a FROM t GROUP BY b", errors.GroupingError, 7),
    ("SELECT x.a FROM t", errors.InvalidIdentifier, 7),
    ("SELECT a FROM t AS l JOIN t AS r ON l.a = r.a", errors.AmbiguousColumn, 7),
    ("SELEC 1", errors.SqlSyntaxError, 6),
    ("SELECT (1", errors.SqlSyntaxError, 9),
    ("SELECT 'abc", errors.SqlSyntaxError, 7),
    ("SELECT $nothing", errors.UndefinedVariable, None),
    ("SELECT LAST_QUERY_ID('abc')", errors.WrongArguments, None),
    ("CREATE TABLE t (a INT)", errors.DuplicateObject, None),
    ("CREATE TABLE nowhere.t (a INT)", errors.UndefinedSchema, None),
    ("CREATE TABLE x (a GEOGRAPHY)", errors.UnsupportedFeature, None),
    ("CREATE PIPE p AS COPY INTO t FROM @s", errors.UnsupportedFeature, None),
    ("DROP TABLE v", errors.WrongObjectType, None),
    ("USE DATABASE nothing", errors.UndefinedContext, None),
    ("USE SCHEMA nothing", errors.UndefinedContext, None),
    ("ALTER SESSION SET NOT_A_PARAMETER = 1", errors.InvalidParameter, None),
    ("ALTER SESSION SET TIMEZONE = 'Mars/Olympus'", errors.InvalidParameter, None),
    ("INSERT INTO t VALUES ('not a number', 'x')", errors.InvalidNumber, None),
    ("INSERT INTO t VALUES (1, 'too long')", errors.StringTooLong, None),
    ("INSERT INTO needs VALUES (NULL)", errors.NotNullViolation, None),
    ("SELECT 1 / 0", errors.DivisionByZero, None),
    ("ATTACH 'file.db'", errors.SqlSyntaxError, 7),
    ("PRAGMA version", errors.UnsupportedFeature, None),
    ("COPY t TO 'file'", errors.UnsupportedFeature, None),
    ("INSTALL httpfs", errors.SqlSyntaxError, None),
    ("MERGE INTO t USING (SELECT 1 AS a UNION ALL SELECT 1) s ON t.a = s.a "
     "WHEN MATCHED THEN UPDATE SET b = 'z'", errors.NondeterministicMerge, None),
]  # fmt: skip


@pytest.fixture
def furnished(snowflake: Connection) -> Connection:
    """A table, a view, a column that must not be NULL."""
    run(
        snowflake,
        "CREATE TABLE t (a INT, b VARCHAR(3)); INSERT INTO t VALUES (1, 'x');"
        "CREATE VIEW v AS SELECT 1 AS one; CREATE TABLE needs (a INT NOT NULL)",
    )
    return snowflake


@pytest.mark.parametrize(("text", "kind", "position"), REFUSED)
def test_refused(
    furnished: Connection, text: str, kind: type[errors.SqlError], position: int | None
) -> None:
    with pytest.raises(kind) as caught:
        run(furnished, text)
    if position is not None:
        assert caught.value.position == position
    assert caught.value.query_id or isinstance(
        caught.value, errors.SqlSyntaxError | errors.UnsupportedFeature
    )
    assert run(furnished, "SELECT 1") == [(1,)], "the connection goes on"


def test_positions_are_those_of_the_text_that_was_sent(furnished: Connection) -> None:
    with pytest.raises(errors.InvalidIdentifier) as caught:
        run(furnished, "SELECT 1; SELECT\n  nope FROM t")
    assert caught.value.position == 19


def test_labels(snowflake: Connection) -> None:
    """An unnamed item is called by its text in upper case, a column by its stored name."""
    run(snowflake, 'CREATE TABLE t (a INT, "b c" INT)')
    (result,) = snowflake.execute(
        "SELECT a, t.\"b c\", a+1, count( * ), a AS x, 'it''s' FROM t GROUP BY ALL"
    )
    assert [c.name for c in result.columns] == ["A", "b c", "A+1", "COUNT( * )", "X", "'IT''S'"]


def test_names_from_variables(snowflake: Connection) -> None:
    run(snowflake, "SET (t, c) = ('mockhaus.public.\"My t\"', 'a')")
    run(snowflake, "CREATE TABLE IDENTIFIER($t) (a INT); INSERT INTO IDENTIFIER($t) VALUES (1)")
    assert run(snowflake, "SELECT IDENTIFIER($c) + 1 FROM TABLE($t)") == [(2,)]
    run(snowflake, "SET t = 'other'")
    with pytest.raises(errors.UndefinedObject):
        run(snowflake, "SELECT * FROM IDENTIFIER($t)")
    with pytest.raises(errors.UndefinedVariable):
        run(snowflake, "DROP TABLE IDENTIFIER($nope)")


def test_context_follows_statements(snowflake: Connection) -> None:
    current = "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()"
    assert run(snowflake, current) == [("MOCKHAUS", "PUBLIC")]
    run(snowflake, "CREATE DATABASE d; CREATE SCHEMA s")
    assert run(snowflake, current) == [("D", "S")]
    run(snowflake, "USE DATABASE mockhaus")
    assert run(snowflake, current) == [("MOCKHAUS", "PUBLIC")]
    run(snowflake, "USE SCHEMA d.s; DROP SCHEMA d.s")
    assert run(snowflake, current) == [("D", None)]


def test_names_meet_whatever_their_case(snowflake: Connection) -> None:
    run(snowflake, 'CREATE TABLE "MiXed" ("Col" INT); INSERT INTO mixed VALUES (1)')
    assert run(snowflake, 'SELECT col, "COL" FROM "mixed"') == [(1, 1)]


def test_one_name_in_two_schemas(snowflake: Connection) -> None:
    run(snowflake, "CREATE SCHEMA a; CREATE TABLE t AS SELECT 'in a' AS w")
    run(snowflake, "CREATE SCHEMA b; CREATE TABLE t AS SELECT 'in b' AS w")
    assert run(snowflake, "SELECT w FROM t UNION ALL SELECT w FROM a.t ORDER BY 1") == [
        ("in a",),
        ("in b",),
    ]
    assert run(snowflake, "SELECT mockhaus.a.t.w FROM mockhaus.a.t") == [("in a",)]


def test_two_dots_mean_the_schema_public(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE mockhaus..t AS SELECT 1 AS a; INSERT INTO mockhaus..t VALUES (2)")
    assert run(snowflake, "SELECT SUM(a) FROM (mockhaus..t)") == [(3,)]
    run(snowflake, "DROP TABLE mockhaus.public.t")


def test_a_temporary_table_outlives_a_statement_that_fails(snowflake: Connection) -> None:
    run(snowflake, "CREATE TEMPORARY TABLE kept AS SELECT 1 AS a")
    with pytest.raises(errors.SqlError):
        run(snowflake, "CREATE TABLE wrong (m GEOGRAPHY)")
    assert run(snowflake, "SELECT a FROM kept") == [(1,)]


def test_temporary_tables_hide_permanent_ones(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t AS SELECT 'kept' AS w")
    run(snowflake, "CREATE TEMPORARY TABLE t AS SELECT 'temporary' AS w")
    assert run(snowflake, "SELECT t.w FROM t") == [("temporary",)]
    run(snowflake, "DROP TABLE t")
    assert run(snowflake, "SELECT w FROM t") == [("kept",)]


def test_constraints_are_recorded_and_not_enforced(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE);"
        "CREATE TABLE c (id INT REFERENCES p (id), CONSTRAINT k UNIQUE (id));"
        "INSERT INTO p VALUES (1, 1), (1, 1); INSERT INTO c VALUES (99)",
    )
    described = run(snowflake, "DESCRIBE TABLE p")
    assert [(row[0], row[3], row[5], row[6]) for row in described] == [
        ("ID", "N", "Y", "N"),
        ("U", "Y", "N", "Y"),
    ]


def test_describe_table(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE t (i INT, n NUMBER(10,2) DEFAULT 1.5, s VARCHAR(7) COMMENT 'short', "
        "f FLOAT, d DATE, ts TIMESTAMP_NTZ, v VARIANT, b BINARY, o BOOLEAN)",
    )
    assert [row[1] for row in run(snowflake, "DESC TABLE t")] == [
        "NUMBER(38,0)",
        "NUMBER(10,2)",
        "VARCHAR(7)",
        "FLOAT",
        "DATE",
        "TIMESTAMP_NTZ(9)",
        "VARIANT",
        "BINARY(8388608)",
        "BOOLEAN",
    ]


def test_autoincrement_and_defaults(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE t (id INT AUTOINCREMENT START 10 INCREMENT 5, w VARCHAR DEFAULT 'none');"
        "INSERT INTO t (w) VALUES ('a'), (DEFAULT); INSERT INTO t (id) VALUES (1)",
    )
    assert run(snowflake, "SELECT * FROM t ORDER BY id") == [(1, "none"), (10, "a"), (15, "none")]


SHOWN = [
    ("SHOW DATABASES LIKE 'mock%'", ["MOCKHAUS"]),
    ("SHOW SCHEMAS IN DATABASE d", ["INFORMATION_SCHEMA", "OTHER", "PUBLIC"]),
    ("SHOW SCHEMAS IN DATABASE d STARTS WITH 'O'", ["OTHER"]),
    ("SHOW TABLES IN SCHEMA d.other", ["T1", "T2"]),
    ("SHOW TABLES LIKE 't%' IN ACCOUNT", ["T1", "T2", "T3"]),
    ("SHOW TERSE TABLES IN SCHEMA d.other LIMIT 1", ["T1"]),
    ("SHOW TABLES IN DATABASE d LIMIT 5 FROM 'T1'", ["T2"]),
    ("SHOW VIEWS IN ACCOUNT", ["V"]),
]


@pytest.mark.parametrize(("text", "names"), SHOWN)
def test_show(snowflake: Connection, text: str, names: list[str]) -> None:
    run(
        snowflake,
        "CREATE TABLE t3 (a INT); CREATE VIEW v AS SELECT 1 AS x;"
        "CREATE DATABASE d; CREATE SCHEMA other; CREATE TABLE t1 (a INT); CREATE TABLE t2 (a INT)",
    )
    (result,) = snowflake.execute(text)
    at = [c.name for c in result.columns].index("name")
    assert [row[at] for row in result.rows or ()] == names


def test_prepare_runs_nothing(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT)")
    for text in ("INSERT INTO t VALUES (1)", "SELECT * FROM t", "DROP TABLE t", "DELETE FROM t"):
        snowflake.prepare(snowflake.parse(text)[0])
    assert run(snowflake, "SELECT count(*) FROM t") == [(0,)]


def test_columns_are_known_before_a_query_runs(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT, n NUMBER(12,3), d DATE)")
    prepared = snowflake.prepare(snowflake.parse("SELECT *, 1 / a FROM t")[0])
    assert prepared.columns is not None
    assert [str(c.type) for c in prepared.columns[:3]] == ["NUMBER(38,0)", "NUMBER(12,3)", "DATE"]


def test_what_was_prepared_follows_ddl(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    assert run(snowflake, "SELECT * FROM t") == [(1,)]
    run(snowflake, "ALTER TABLE t ADD COLUMN b INT")
    assert run(snowflake, "SELECT * FROM t") == [(1, None)]


@pytest.mark.parametrize("text", ["SELECT $1 + 1, $2", "SELECT ? + 1, ?"])
def test_parameters(snowflake: Connection, text: str) -> None:
    (statement,) = snowflake.parse(text, placeholders=True)
    prepared = snowflake.prepare(statement)
    assert prepared.parameters == 2
    assert list(snowflake.run(prepared, [41, "x"]).python_rows()) == [(42, "x")]


def test_history(snowflake: Connection) -> None:
    run(snowflake, "SELECT 1")
    with pytest.raises(errors.UndefinedObject):
        run(snowflake, "SELECT * FROM missing")
    failed, worked = snowflake.session.history.recent(2)
    assert (worked.text, worked.kind, worked.succeeded) == ("SELECT 1", "SELECT", True)
    assert (failed.error_code, failed.database, failed.user) == ("002003", "MOCKHAUS", "ANN")


def test_types_of_parameters(snowflake: Connection) -> None:
    """A parameter that stands alone is text unless its type is given; a NULL of no type is text."""
    for text, types, expected in (
        ("SELECT $1", (), "VARCHAR(16777216)"),
        ("SELECT $1", ("BIGINT",), "NUMBER(38,0)"),
        ("SELECT $1 + 1", (), "NUMBER(38,0)"),
        ("SELECT $1", ("DATE",), "DATE"),
        ("SELECT $1 || '!'", (), "VARCHAR(16777216)"),
        ("SELECT UPPER($1)", ("VARCHAR",), "VARCHAR(16777216)"),
        ("SELECT COALESCE($1, 1)", ("BIGINT",), "NUMBER(38,0)"),
        ("SELECT 1 LIMIT $1", (), "NUMBER(38,0)"),
        ("SELECT NULL", (), "VARCHAR(16777216)"),
    ):
        (statement,) = snowflake.parse(text, placeholders=True)
        prepared = snowflake.prepare(statement, types)
        assert prepared.columns is not None
        assert (text, types, str(prepared.columns[0].type)) == (text, types, expected)


def test_what_was_prepared_is_run_in_the_context_of_its_run(snowflake: Connection) -> None:
    run(snowflake, "CREATE SCHEMA a; CREATE TABLE t AS SELECT 'a' AS w")
    run(snowflake, "CREATE SCHEMA b; CREATE TABLE t AS SELECT 'b' AS w")
    prepared = snowflake.prepare(snowflake.parse("SELECT w FROM t")[0])
    run(snowflake, "USE SCHEMA a")
    assert list(snowflake.run(prepared).python_rows()) == [("a",)]
    run(snowflake, "CREATE OR REPLACE TABLE t AS SELECT 1 AS w")
    with pytest.raises(errors.UnsupportedFeature, match="cached plan must not change result type"):
        snowflake.run(prepared)


def test_last_query_id(snowflake: Connection) -> None:
    (first,) = snowflake.execute("SELECT 1")
    first.close()
    assert run(snowflake, "SELECT LAST_QUERY_ID()") == [(first.query_id,)]
    assert run(snowflake, "SELECT LAST_QUERY_ID(-2)") == [(first.query_id,)]
    assert run(snowflake, "SELECT LAST_QUERY_ID(1)") == [(first.query_id,)]


def test_snowflakes_forms_mean_the_same_at_the_postgresql_door(postgresql: Connection) -> None:
    assert run(postgresql, "SELECT JSON_EXTRACT_PATH_TEXT('{\"a\": {\"b\": 2}}', 'a.b')") == [
        ("2",)
    ]
    assert run(postgresql, "SELECT COLLATE('a', 'en-ci') = 'A'") == [(True,)]
    with pytest.raises(errors.UnsupportedFeature):
        run(postgresql, "WITH c AS (SELECT 1 AS a UNION SELECT a FROM c) SELECT * FROM c")
