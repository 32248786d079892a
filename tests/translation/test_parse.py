"""Text to statements: splitting, recognition, positions, refusals."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.parse import parse

#: Text -> the class of each statement.
RECOGNISED: list[tuple[str, list[type[s.Statement]]]] = [
    ("", []),
    (" ; ;; -- nothing\n /* at all */ ;", []),
    ("SELECT 1; SELECT 2", [s.Select, s.Select]),
    ("select ';' ; select $$;$$ ; select \";\" from t", [s.Select] * 3),
    ("SELECT 1 -- ; not here\n; SELECT 2 /* ; */", [s.Select, s.Select]),
    ("/* dbt */ CREATE TABLE t (a INT)", [s.CreateTable]),
    ("WITH x AS (SELECT 1) SELECT * FROM x", [s.Select]),
    ("(SELECT 1) UNION (SELECT 2)", [s.Select]),
    ("INSERT INTO t VALUES (1)", [s.Insert]),
    ("UPDATE t SET a = 1", [s.Update]),
    ("DELETE FROM t", [s.Delete]),
    ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", [s.Merge]),
    ("TRUNCATE TABLE t", [s.Truncate]),
    ("CREATE OR REPLACE TRANSIENT TABLE t (a INT)", [s.CreateTable]),
    ("CREATE OR REPLACE SECURE VIEW v AS SELECT 1", [s.CreateView]),
    ("CREATE DATABASE d; CREATE SCHEMA d.s; CREATE SEQUENCE q",
     [s.CreateDatabase, s.CreateSchema, s.CreateSequence]),
    ("ALTER TABLE t ADD COLUMN a INT", [s.AlterTable]),
    ("DROP TABLE t; DROP FILE FORMAT f", [s.Drop, s.Drop]),
    ("USE d; USE SCHEMA d.s; USE ROLE r", [s.Use, s.Use, s.Use]),
    ("SET a = 1; UNSET a", [s.SetVariables, s.UnsetVariables]),
    ("ALTER SESSION SET TIMEZONE = 'UTC'", [s.AlterSession]),
    ("BEGIN; COMMIT; ROLLBACK", [s.Begin, s.Commit, s.Rollback]),
    ("BEGIN TRANSACTION; START TRANSACTION; END", [s.Begin, s.Begin, s.Commit]),
    ("SHOW TABLES; DESCRIBE TABLE t; DESC t", [s.Show, s.Describe, s.Describe]),
    ("EXPLAIN SELECT 1", [s.Explain]),
    ("COMMENT ON TABLE t IS 'x'", [s.Comment]),
    ("CREATE STAGE st; CREATE FILE FORMAT f TYPE = CSV", [s.CreateStage, s.CreateFileFormat]),
    ("COPY INTO t FROM @st; LIST @st", [s.CopyIntoTable, s.ListStage]),
]  # fmt: skip


#: What PostgreSQL says of a transaction when it begins, and Snowflake does not.
MODES = (
    "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE",
    "START TRANSACTION READ ONLY",
    "BEGIN WORK NOT DEFERRABLE",
)


@pytest.mark.parametrize("text", MODES)
def test_modes_of_transactions_are_postgresql_s(text: str) -> None:
    assert [type(each) for each in parse(text, postgres=True)] == [s.Begin]
    with pytest.raises(UnsupportedFeature, match=f"'BEGIN TRANSACTION .*{text[-4:]}'"):
        parse(text)


@pytest.mark.parametrize(("text", "classes"), RECOGNISED)
def test_recognised(text: str, classes: list[type[s.Statement]]) -> None:
    assert [type(statement) for statement in parse(text)] == classes


def test_a_statement_knows_its_text_and_place() -> None:
    text = "  SELECT 1 ;\n\n-- note\nDROP TABLE t  ;"
    found = [(statement.text, statement.offset) for statement in parse(text)]
    assert found == [("SELECT 1", 2), ("DROP TABLE t", 22)]


#: Text -> what is refused, where, and a part of the words.
REFUSED = [
    ("SELEC 1", errors.SqlSyntaxError, 6, "line 1 at position 6 unexpected '1'"),
    ("FROM t", errors.SqlSyntaxError, 0, "line 1 at position 0 unexpected 'FROM'"),
    ("SELECT FROM t", errors.SqlSyntaxError, 7, "unexpected 'FROM'"),
    ("VALUES (1)", errors.SqlSyntaxError, 0, "unexpected 'VALUES'"),
    ("SELECT a ISNULL", errors.SqlSyntaxError, 9, "unexpected 'ISNULL'"),
    ("SELECT a FROM t USING SAMPLE 10%", errors.SqlSyntaxError, 22, "unexpected 'SAMPLE'"),
    ("SELECT 1 1", errors.SqlSyntaxError, 9, "unexpected '1'"),
    ("SELECT *\nFROM t WHERE )", errors.SqlSyntaxError, 22, "line 2 at position 13 unexpected ')'"),
    ("SELECT (1", errors.SqlSyntaxError, 9, "<EOF>"),
    ("SELECT * FROM", errors.SqlSyntaxError, 13, "<EOF>"),
    ("SELECT 'it", errors.SqlSyntaxError, 7, "position 7"),
    ("SELECT 1; SELECT \"x", errors.SqlSyntaxError, 17, "position 17"),
    ("SELECT 1 /* open", errors.SqlSyntaxError, 9, "position 9"),
    ("SELECT $$ open", errors.SqlSyntaxError, 7, "position 7"),
    ("USE", errors.SqlSyntaxError, 3, "<EOF>"),
    ("DROP TABLE a.b.c.d", errors.SqlSyntaxError, 16, "unexpected '.'"),
    ("CREATE OR REPLACE DATABASE IF NOT EXISTS d", errors.SqlSyntaxError, 0, "incompatible"),
    ("CREATE SCHEMA s COMMENT = 'a' COMMENT = 'b'", errors.SqlSyntaxError, 30, "duplicate property"),
    ("CREATE PROCEDURE p() RETURNS INT LANGUAGE JAVA AS 'x'", errors.UnsupportedFeature, None,
     "CREATE PROCEDURE LANGUAGE JAVA"),
    ("CREATE TASK t AS SELECT 1", errors.UnsupportedFeature, None, "CREATE TASK"),
    ("GRANT SELECT ON ALL STREAMS IN SCHEMA s TO ROLE r", errors.UnsupportedFeature, None, "GRANT"),
    ("ROLLBACK TO SAVEPOINT x", errors.UnsupportedFeature, None, "SAVEPOINT"),
    ("SELECT " + "(" * 300 + "1" + ")" * 300, errors.SqlSyntaxError, 207, "nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "position", "words"), REFUSED)
def test_refused(text: str, kind: type[errors.SqlError], position: int | None, words: str) -> None:
    with pytest.raises(kind) as caught:
        parse(text)
    assert words in caught.value.message
    assert position is None or caught.value.position == position


#: A name as written -> as stored.
NAMES = [
    ("t", ObjectName("T")),
    ("s.t", ObjectName("T", "S")),
    ("D.s.t", ObjectName("T", "S", "D")),
    ("d..t", ObjectName("T", "PUBLIC", "D")),
    ('"t"', ObjectName("t")),
    ('"a.b"."c ""d"""', ObjectName('c "d"', "a.b")),
]


@pytest.mark.parametrize(("written", "stored"), NAMES)
def test_names(written: str, stored: ObjectName) -> None:
    (statement,) = parse(f"DROP TABLE {written}")
    assert isinstance(statement, s.Drop)
    assert statement.name == stored


#: `$n` is a parameter only where the protocol says so; `?` always is, counted by its place.
PARAMETERS = [
    ("SELECT $1, $2", False, 0),
    ("SELECT $1, $2", True, 2),
    ("SELECT $2 WHERE $1 = 'x'", True, 2),
    ("SELECT ? + 1, ?", False, 2),
    ("INSERT INTO t VALUES (?, ?, ?)", True, 3),
    ("SELECT '$1', '?'", True, 0),
]


@pytest.mark.parametrize(("text", "placeholders", "count"), PARAMETERS)
def test_parameters(text: str, placeholders: bool, count: int) -> None:
    (statement,) = parse(text, placeholders=placeholders)
    assert isinstance(statement, s.Tree)
    assert statement.parameters == count


LABELS = [
    ("SELECT a, a + 1, count(*) FROM t", ("A", "A + 1", "COUNT(*)")),
    ("SELECT f(a, b), [1, 2] x", ("F(A, B)", "[1, 2] X")),
    ("WITH x AS (SELECT 1, 2) SELECT 3", ("3",)),
    ("SELECT 1 UNION SELECT 2, 3", ("1",)),
    ("SELECT a\n  + b WHERE 1 = 1", ("A\n  + B",)),
    ("SELECT DISTINCT a + 1, b FROM t", ("A + 1", "B")),
    ("SELECT ALL TOP 2 a + 1, FROM t", ("A + 1",)),
    ("SELECT a IS DISTINCT FROM b, c", ("A IS DISTINCT FROM B", "C")),
]


@pytest.mark.parametrize(("text", "labels"), LABELS)
def test_labels(text: str, labels: tuple[str, ...]) -> None:
    (statement,) = parse(text)
    assert isinstance(statement, s.Tree)
    assert statement.labels == labels
