"""What DuckDB takes and Snowflake does not is refused, in Snowflake's words."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

TABLES = "CREATE TABLE t (a INT, b VARCHAR, d DATE); INSERT INTO t VALUES (1, 'x', '2024-01-02')"

#: Only DuckDB's (or another dialect's): (statement, error).
FOREIGN: list[tuple[str, type[errors.SqlError]]] = [
    ("FROM t", errors.SqlSyntaxError),
    ("SELECT FROM t", errors.SqlSyntaxError),
    ("CREATE TABLE z AS FROM t", errors.SqlSyntaxError),
    ("VALUES (1)", errors.SqlSyntaxError),
    ("TABLE t", errors.SqlSyntaxError),
    ("SELECT a ISNULL FROM t", errors.SqlSyntaxError),
    ("SELECT a FROM t USING SAMPLE 10%", errors.SqlSyntaxError),
    ("SELECT * FROM t TABLESAMPLE RESERVOIR (10)", errors.UnsupportedFeature),
    ("SELECT * FROM t SEMI JOIN t u USING (a)", errors.SqlSyntaxError),
    ("SELECT * FROM t ANTI JOIN t u USING (a)", errors.SqlSyntaxError),
    ("SELECT DISTINCT ON (a) a FROM t", errors.UnsupportedFeature),
    ("SELECT a FROM t LIMIT 1 BY a", errors.UnsupportedFeature),
    ("SELECT a + INTERVAL '1 day 02:15:00' FROM t", errors.UnsupportedFeature),
    ("SELECT a BETWEEN SYMMETRIC 2 AND 0 FROM t", errors.UnsupportedFeature),
    ("WITH x AS MATERIALIZED (SELECT 1) SELECT * FROM x", errors.UnsupportedFeature),
    ("SELECT t FROM t", errors.InvalidIdentifier),
    ("SELECT rowid FROM t", errors.InvalidIdentifier),
    ("SELECT 1 FROM t WHERE t.rowid = 0", errors.InvalidIdentifier),
    ("SELECT #1 FROM t", errors.SqlSyntaxError),
    ("SELECT COLUMNS(*) FROM t", errors.UnknownFunction),
    ("SELECT COUNT(*) FILTER (WHERE a > 1) FROM t", errors.UnsupportedFeature),
    ("SELECT 'a' GLOB 'b'", errors.SqlSyntaxError),
    ("SELECT 'a' SIMILAR TO 'b'", errors.UnsupportedFeature),
    ("SELECT IF(TRUE, 2, 3)", errors.UnknownFunction),
    ("SELECT ARG_MAX(a, b) FROM t", errors.UnknownFunction),
    ("SELECT LIST_VALUE(1)", errors.UnknownFunction),
    ("SELECT STRFTIME(d, '%Y') FROM t", errors.UnknownFunction),
    ("SELECT * FROM RANGE(3)", errors.UnknownFunction),
    ("SELECT * FROM READ_CSV('x')", errors.UnknownFunction),
    ("SELECT * FROM 'file.csv'", errors.UnsupportedFeature),
    ("PIVOT t ON a USING SUM(a)", errors.SqlSyntaxError),
    ("INSERT OR REPLACE INTO t VALUES (1, 'a', NULL)", errors.UnsupportedFeature),
    ("INSERT INTO t VALUES (1, 'a', NULL) ON CONFLICT DO NOTHING", errors.UnsupportedFeature),
    ("INSERT INTO t BY NAME SELECT 1 a", errors.UnsupportedFeature),
    ("DELETE FROM t RETURNING a", errors.SqlSyntaxError),
    ("CREATE MACRO m() AS 1", errors.UnsupportedFeature),
    ("CREATE TYPE e AS ENUM ('a')", errors.UnsupportedFeature),
    ("ATTACH 'x.db'", errors.SqlSyntaxError),
    ("INSTALL httpfs", errors.SqlSyntaxError),
    ("PRAGMA version", errors.UnsupportedFeature),
]


#: The same at either door: (statement, error)
FOREIGN_ANYWHERE: list[tuple[str, type[errors.SqlError]]] = [
    ("FROM t", errors.SqlSyntaxError),
    ("SELECT a FROM t WHERE a IN (FROM t)", errors.SqlSyntaxError),
    ("SELECT a IN [1, 2] FROM t", errors.SqlSyntaxError),
    ("SELECT * LIKE 'a%' FROM t", errors.SqlSyntaxError),
    ("SELECT * FROM t USING SAMPLE 10", errors.SqlSyntaxError),
    ("SELECT * FROM t ASOF JOIN t u ON t.a >= u.a", errors.SqlSyntaxError),
    ("SELECT 1 <=> 1", errors.SqlSyntaxError),
    ("SELECT {'a': 1}.a", errors.UnsupportedFeature),
    ("SELECT IF(a = 1, 2, 3) FROM t", errors.UnknownFunction),
    ("SELECT ARG_MAX(a, b) FROM t", errors.UnknownFunction),
]


@pytest.mark.parametrize("door", ["snowflake", "postgresql"])
@pytest.mark.parametrize(("statement", "kind"), FOREIGN_ANYWHERE)
def test_foreign_anywhere(
    request: pytest.FixtureRequest, door: str, statement: str, kind: type[errors.SqlError]
) -> None:
    connection: Connection = request.getfixturevalue(door)
    run(connection, TABLES)
    with pytest.raises(kind):
        run(connection, statement)


#: Snowflake's, and not here: (statement, what the refusal names).
UNSUPPORTED: list[tuple[str, str]] = [
    ("SELECT a, PRIOR a FROM t CONNECT BY NOCYCLE PRIOR a = a", "CONNECT BY NOCYCLE"),
]


@pytest.mark.parametrize(("statement", "name"), UNSUPPORTED)
def test_unsupported(snowflake: Connection, statement: str, name: str) -> None:
    run(snowflake, TABLES)
    with pytest.raises(errors.UnsupportedFeature) as caught:
        run(snowflake, statement)
    assert f"Unsupported feature '{name}'" in caught.value.message


@pytest.mark.parametrize(("statement", "error"), FOREIGN)
def test_foreign(snowflake: Connection, statement: str, error: type[errors.SqlError]) -> None:
    run(snowflake, TABLES)
    with pytest.raises(error):
        run(snowflake, statement)


#: Common mistakes: (statement, number, SQLSTATE on the wire, Snowflake's sentence, position).
MISTAKES: list[tuple[str, str, str, str, int | None]] = [
    ("SELECT a,\n  t.zz FROM t", "000904", "42703",
     "SQL compilation error: error line 2 at position 2\ninvalid identifier 'T.ZZ'", 12),
    ("SELECT q.a FROM t", "000904", "42703",
     "SQL compilation error: error line 1 at position 7\ninvalid identifier 'Q.A'", 7),
    ("SELECT 1; SELECT zz FROM t", "000904", "42703",
     "SQL compilation error: error line 1 at position 7\ninvalid identifier 'ZZ'", 17),
    ("SELECT * FROM nope", "002003", "42P01",
     "SQL compilation error:\nObject 'NOPE' does not exist or not authorized.", 14),
    ("SELECT NOFUNC(1)", "002140", "42883", "SQL compilation error:\nUnknown function NOFUNC", 7),
    (
        "SELECT * FROM GLOB('/*')",
        "002140",
        "42883",
        "SQL compilation error:\nUnknown function GLOB",
        14,
    ),
    ("SELECT LEFT('abc')", "000938", "42883",
     "SQL compilation error: error line 1 at position 7\n"
     "not enough arguments for function [LEFT('abc')], expected 2, got 1", 7),
    ("SELECT a, CORR(a, 1, 2) FROM t", "000938", "42883",
     "SQL compilation error: error line 1 at position 10\n"
     "too many arguments for function [CORR(a, 1, 2)] expected 2, got 3", 10),
    ("SELECT COUNT() FROM t", "000938", "42883",
     "SQL compilation error: error line 1 at position 7\n"
     "not enough arguments for function [COUNT()], expected 1, got 0", 7),
    ("SELECT d + d FROM t", "001044", "42883",
     "SQL compilation error:\nInvalid argument types for function '+': (DATE, DATE)", None),
    ("SELECT a FROM t, t u", "002028", "42702", "SQL compilation error:\nambiguous column name 'A'", 7),
    ("SELECT * FROM t x, t x", "002028", "42702", "SQL compilation error:\nduplicate alias 'X'", None),
    ("SELECT a, COUNT(*) FROM t", "000979", "42803",
     "SQL compilation error:\n'A' is not a valid group by expression", 7),
    ("SELECT a FROM t WHERE SUM(a) > 1", "000979", "42803",
     "SQL compilation error:\nInvalid aggregate function in where clause", None),
    ("SELECT RANK() FROM t", "000938", "42883",
     "SQL compilation error:\nMissing window specification for window function [RANK]", None),
    ("SELECT (SELECT column1 FROM VALUES (1), (2))", "090150", "21000",
     "Single-row subquery returns more than one row.", None),
    ("SELECT SUM(SUM(a)) FROM t", "000979", "42803",
     "SQL compilation error:\nAggregate functions cannot be nested", None),
    ("SELECT SUM(RANK() OVER (ORDER BY a)) FROM t", "000979", "42803",
     "SQL compilation error:\nWindow function may not be nested inside an aggregate function", None),
    ("SELECT a FROM t WHERE RANK() OVER (ORDER BY a) = 1", "000979", "42803",
     "SQL compilation error:\nWindow function appears outside of SELECT, QUALIFY, and ORDER BY clauses",
     None),
    ("SELECT a FROM t GROUP BY SUM(a)", "000979", "42803",
     "SQL compilation error:\nan aggregate function is not a valid group by expression", None),
    ("SELECT a FROM t UNION ALL SELECT a FROM t ORDER BY b", "000904", "42703",
     "SQL compilation error:\ninvalid identifier 'B'", None),
    ("SELECT 1 FROM t x JOIN t y USING (nope)", "000904", "42703",
     "SQL compilation error:\ninvalid identifier 'NOPE'", None),
    ("UPDATE t SET a = 1, a = 2", "002002", "42P07",
     "SQL compilation error:\nduplicate column name 'A'", None),
    ("CREATE TABLE u (a INT, a INT)", "002002", "42P07",
     "SQL compilation error:\nduplicate column name 'A'", None),
    # words and brackets
    ("SELECT 1 FROM", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 13 unexpected '<EOF>'.", 13),
    ("SELECT a b c FROM t", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 11 unexpected 'c'.", 11),
    ("SELECT * FORM t", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 14 unexpected 't'.", 14),
    ("SELECT (1", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 9 unexpected '<EOF>'.", 9),
    ("SELECT\n  1)", "001003", "42601",
     "SQL compilation error:\nsyntax error line 2 at position 3 unexpected ')'.", 10),
    ("SELECT 'abc", "001003", "42601",
     "SQL compilation error:\nparse error line 1 at position 7 near '<EOF>'.", 7),
    ("SELECT 1 /* abc", "001003", "42601",
     "SQL compilation error:\nparse error line 1 at position 9 near '<EOF>'.", 9),
    ("SELECT 1 AS order", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 12 unexpected 'order'.", 12),
    ("SELECT 1::JSON", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 10 unexpected 'JSON'.", 10),
    # names
    ("SELECT aa FROM t", "000904", "42703",
     "SQL compilation error: error line 1 at position 7\ninvalid identifier 'AA'", 7),
    ("SELECT * FROM t x WHERE t.a = 1", "000904", "42703",
     "SQL compilation error: error line 1 at position 24\ninvalid identifier 'T.A'", 24),
    ("SELECT nope.a FROM nope", "002003", "42P01",
     "SQL compilation error:\nObject 'NOPE' does not exist or not authorized.", 19),
    ("SELECT a FROM t ORDER BY zz", "000904", "42703",
     "SQL compilation error: error line 1 at position 25\ninvalid identifier 'ZZ'", 25),
    ("WITH c AS (SELECT 1 x) SELECT y FROM c", "000904", "42703",
     "SQL compilation error: error line 1 at position 30\ninvalid identifier 'Y'", 30),
    ("SELECT * FROM sc.t", "002003", "42P01",
     "SQL compilation error:\nObject 'MOCKHAUS.SC.T' does not exist or not authorized.", 17),
    ("SELECT * FROM db.sc.t", "002003", "42P01",
     "SQL compilation error:\nObject 'DB.SC.T' does not exist or not authorized.", 20),
    ("USE DATABASE nope", "002043", "42704",
     "SQL compilation error:\nObject does not exist, or operation cannot be performed.", None),
    ("DROP DATABASE nope", "002003", "3D000",
     "SQL compilation error:\nDatabase 'NOPE' does not exist or not authorized.", None),
    ("DROP SCHEMA nope", "002003", "3F000",
     "SQL compilation error:\nSchema 'MOCKHAUS.NOPE' does not exist or not authorized.", None),
    ("DELETE FROM t WHERE zz = 1", "000904", "42703",
     "SQL compilation error: error line 1 at position 20\ninvalid identifier 'ZZ'", 20),
    ("CREATE VIEW v AS SELECT * FROM nope", "002003", "42P01",
     "SQL compilation error:\nObject 'NOPE' does not exist or not authorized.", 31),
    ("CREATE TABLE t (a INT)", "002002", "42P07",
     "SQL compilation error:\nObject 'MOCKHAUS.PUBLIC.T' already exists.", None),
    ("ALTER TABLE t DROP COLUMN zz", "000904", "42703",
     "SQL compilation error: error line 1 at position 26\ncolumn 'ZZ' does not exist", 26),
    ("SELECT $nope", "000711", "42704",
     "SQL compilation error:\nSession variable '$NOPE' does not exist", None),
    ("SELECT * FROM TABLE(nope())", "002140", "42883",
     "SQL compilation error:\nUnknown table function NOPE", None),
    # values and columns
    ("INSERT INTO t VALUES (1)", "002020", "42601",
     "SQL compilation error:\nInsert value list does not match column list expecting 3 but got 1", None),
    ("INSERT INTO t (a, zz) VALUES (1, 2)", "000904", "42703",
     "SQL compilation error: error line 1 at position 18\ninvalid identifier 'ZZ'", 18),
    ("INSERT INTO t (a, a) VALUES (1, 2)", "002002", "42P07",
     "SQL compilation error:\nduplicate column name 'A'", 18),
    ("INSERT INTO t (a) VALUES ('x')", "100038", "22P02", "Numeric value 'x' is not recognized", None),
    ("INSERT INTO t (d) VALUES ('2024-99-01')", "100035", "22008",
     "Date '2024-99-01' is not recognized", None),
    ("UPDATE t SET zz = 1", "000904", "42703",
     "SQL compilation error: error line 1 at position 13\ninvalid identifier 'ZZ'", 13),
    ("SELECT 1 UNION SELECT 1, 2", "002020", "42601",
     "SQL compilation error:\ninvalid number of result columns for set operator input branches", None),
    ("SELECT (SELECT a, b FROM t)", "002020", "42601",
     "SQL compilation error:\na subquery used as an expression has 2 columns instead of one", None),
    ("WITH c(x, y) AS (SELECT 1) SELECT x FROM c", "002020", "42601",
     "SQL compilation error:\nInvalid column definition list: 2 names for the 1 columns of 'C'", None),
    ("SELECT a FROM t ORDER BY 2", "000979", "42803",
     "SQL compilation error:\na position in ORDER is not that of an item of the SELECT", None),
    # groups
    ("SELECT a + 1, COUNT(*) FROM t GROUP BY b", "000979", "42803",
     "SQL compilation error:\n'A' is not a valid group by expression", 7),
    ("SELECT a FROM t QUALIFY a = 1", "000979", "42803",
     "SQL compilation error:\nQUALIFY needs a window function in the SELECT list or in its predicate",
     None),
    # types
    ("SELECT '1'::FOO", "000002", "0A000", "Unsupported data type 'FOO'.", 12),
    ("CREATE TABLE u (a NUMBER(40, 2))", "001006", "22023",
     "SQL compilation error:\nInvalid number precision: 40. Must be between 1 and 38.", None),
    ("SELECT a % 0 FROM t", "100051", "22012", "Division by zero", None),
    ("SELECT b + 1 FROM t", "100038", "22P02", "Numeric value 'x' is not recognized", None),
    ("SELECT a FROM t WHERE b", "100037", "22P02", "Boolean value 'x' is not recognized", None),
    ("SELECT 'abc'::VARCHAR(2)", "100078", "22001",
     "String 'abc' is too long and would be truncated", None),
    ("SELECT TO_TIMESTAMP('abc')", "100035", "22007", "Timestamp 'abc' is not recognized", None),
    ("SELECT DATEADD(foo, 1, d) FROM t", "001006", "22023",
     "SQL compilation error:\n'FOO' is not a valid date/time component", None),
    ("SELECT a FROM t LIMIT -1", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 22 unexpected '-'.", 22),
    ("SELECT a FROM t LIMIT 1 OFFSET -1", "001003", "42601",
     "SQL compilation error:\nsyntax error line 1 at position 31 unexpected '-'.", 31),
    ("SELECT * FROM t RESAMPLE (USING d INCREMENT BY INTERVAL '1 day')", "000002", "0A000",
     "Unsupported feature 'RESAMPLE'.", 16),
    ("SELECT * FROM t JOIN t", "002028", "42702", "SQL compilation error:\nduplicate alias 'T'", None),
    ("WITH r AS (SELECT 1 AS n UNION ALL SELECT SUM(n) FROM r) SELECT * FROM r", "000002", "0A000",
     "SQL compilation error:\nan aggregate or window function not supported within a Recursive CTE",
     None),
    ("SELECT * FROM t PIVOT(SUM(a) FOR b IN ())", "001003", "42601",
     "SQL compilation error:\nsyntax error unexpected ')'.", None),
    ("SELECT * FROM t ASOF JOIN t u MATCH_CONDITION (t.a >= u.b)", "002023", "42804",
     "SQL compilation error:\nCan not convert a value of type [VARCHAR(16777216)] into expected"
     " type [NUMBER(38,0)]", None),
    ("INSERT INTO t (a) VALUES (SUM(1))", "000979", "42803",
     "SQL compilation error:\nInvalid aggregate function in VALUES or SET clause", None),
    ("ALTER TABLE t DROP COLUMN a, b, d", "001006", "22023",
     "SQL compilation error:\ncannot drop the only column of a table", None),
    ("SELECT *", "001003", "42601", "SQL compilation error:\nSELECT * needs a FROM clause", None),
    ("SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 1))", "001003", "42601",
     "SQL compilation error:\nSELECT with no columns", None),
    ("MERGE INTO t USING (SELECT 1 AS k) s ON t.a = s.k WHEN MATCHED THEN DELETE"
     " WHEN MATCHED AND k = 1 THEN UPDATE SET a = 2", "001003", "42601",
     "SQL compilation error:\nUnreachable WHEN MATCHED clause.", None),
    ("SELECT FILTER([1], x -> x = (SELECT 1))", "000002", "0A000",
     "SQL compilation error:\nUnsupported feature 'a subquery in a lambda expression'.", None),
    ("SELECT 1/0", "100051", "22012", "Division by zero", None),
    ("SELECT 'x'::INT", "100038", "22P02", "Numeric value 'x' is not recognized", None),
    ("SELECT 'x'::DATE", "100035", "22007", "Date 'x' is not recognized", None),
    ("SELECT 'x'::BOOLEAN", "100037", "22P02", "Boolean value 'x' is not recognized", None),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[0])
def test_mistake(snowflake: Connection, mistake: tuple[str, str, str, str, int | None]) -> None:
    text, number, sqlstate, message, position = mistake
    run(snowflake, TABLES)
    with pytest.raises(errors.SqlError) as caught:
        run(snowflake, text)
    error = caught.value
    assert (error.number, error.sqlstate, error.message) == (number, sqlstate, message)
    assert error.position == position
