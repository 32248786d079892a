"""Snowflake Scripting: blocks, procedures, CALL, EXECUTE IMMEDIATE."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run, sentence

DOORS = ["http", "postgresql"]


@pytest.fixture(params=DOORS)
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection of its own."""
    yield from _connected(str(request.param))


@pytest.fixture(params=DOORS, scope="module")
def shared(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """One for all tests that leave nothing behind."""
    yield from _connected(str(request.param))


def _connected(door: str) -> Iterator[Connection]:
    rules = Transactions.POSTGRESQL if door == "postgresql" else Transactions.SNOWFLAKE
    registry = Registry(Config())
    connected = registry.create("sandbox").connect(user="ann", door=door, transactions=rules)
    run(connected, "CREATE TABLE t (a INT, b VARCHAR); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    yield connected
    registry.close()


#: A block -> what it returns.
BLOCKS = [
    ("BEGIN RETURN 1 + 1; END", 2),
    ("BEGIN RETURN 'a;b -- c'; END;", "a;b -- c"),
    ("BEGIN NULL; END", None),
    ("DECLARE x INT DEFAULT 5; y INT; BEGIN y := x + 1; RETURN x || '/' || y; END", "5/6"),
    ("BEGIN LET x := 1; LET y NUMBER(9, 2) := 1.239; RETURN x + y; END", "2.24"),
    ("DECLARE s VARCHAR; BEGIN RETURN s IS NULL; END", True),
    # Branches and loops.
    ("BEGIN LET x := 2; IF (x = 1) THEN RETURN 'a'; ELSEIF (x = 2) THEN RETURN 'b'; END IF; END",
     "b"),
    ("BEGIN IF (FALSE) THEN RETURN 1; ELSE RETURN 2; END IF; END", 2),
    ("BEGIN LET x := 2; CASE (x) WHEN 1 THEN RETURN 'a'; WHEN 2 THEN RETURN 'b'; END; END", "b"),
    ("BEGIN LET x := 2; CASE WHEN x > 9 THEN RETURN 'a'; ELSE RETURN 'b'; END CASE; END", "b"),
    ("BEGIN RETURN CASE WHEN TRUE THEN 'a' END; END", "a"),
    ("BEGIN LET s := 0; FOR i IN 1 TO 4 DO s := s + i; END FOR; RETURN s; END", 10),
    ("BEGIN LET s := ''; FOR i IN REVERSE 1 TO 3 LOOP s := s || i; END LOOP; RETURN s; END", "321"),
    ("BEGIN LET i := 0; WHILE (i < 5) DO i := i + 1; END WHILE; RETURN i; END", 5),
    ("BEGIN LET i := 0; REPEAT i := i + 2; UNTIL (i > 5) END REPEAT; RETURN i; END", 6),
    ("BEGIN LET i := 0; LOOP i := i + 1; IF (i < 3) THEN CONTINUE; END IF; BREAK; END LOOP;"
     " RETURN i; END", 3),
    ("BEGIN LET n := 0; FOR i IN 1 TO 3 DO FOR j IN 1 TO 3 DO n := n + 1;"
     " IF (j = 2) THEN BREAK outer; END IF; END FOR; END FOR outer; RETURN n; END", 2),
    # Statements with variables.
    ("BEGIN LET v := 'new'; INSERT INTO t VALUES (3, :v); RETURN SQLROWCOUNT; END", 1),
    ("BEGIN UPDATE t SET b = 'z'; RETURN SQLFOUND || '/' || SQLNOTFOUND; END", "true/false"),
    ("BEGIN LET n INT; LET s VARCHAR; SELECT count(*), max(b) INTO :n, :s FROM t; RETURN n || s;"
     " END", "2y"),
    ("BEGIN LET n INT := (SELECT max(a) FROM t WHERE b = 'x'); RETURN n; END", 1),
    ("BEGIN LET tab := 't'; LET n INT; SELECT count(*) INTO :n FROM IDENTIFIER(:tab); RETURN n;"
     " END", 2),
    ("BEGIN LET a := 2; RETURN (SELECT b FROM t WHERE a = :a); END", "y"),
    ("BEGIN LET v VARIANT := PARSE_JSON('{\"k\": [1, 2]}'); RETURN v:k[1]::INT; END", 2),
    ("BEGIN LET d DATE := '2024-01-31'; RETURN DATEADD(month, 1, d)::VARCHAR; END", "2024-02-29"),
    ("BEGIN CREATE TABLE u AS SELECT a FROM t; LET n INT := (SELECT count(*) FROM u); RETURN n;"
     " END", 2),
    # Cursors and result sets.
    ("DECLARE c CURSOR FOR SELECT a, b FROM t ORDER BY a; s VARCHAR DEFAULT '';"
     " BEGIN FOR r IN c DO s := s || r.a || r.b; END FOR; RETURN s; END", "1x2y"),
    ("DECLARE c CURSOR FOR SELECT a FROM t WHERE a > ? ORDER BY a; least INT DEFAULT 1; x INT;"
     " BEGIN OPEN c USING (least); FETCH c INTO x; CLOSE c; RETURN x; END", 2),
    ("BEGIN LET rs RESULTSET := (SELECT a FROM t); LET n INT; SELECT sum(a) INTO :n FROM"
     " TABLE(:rs); RETURN n; END", 3),
    ("BEGIN LET rs RESULTSET := (SELECT a FROM t ORDER BY a); LET c CURSOR FOR rs; LET s := 0;"
     " FOR r IN c DO s := s + r.a; END FOR; RETURN s; END", 3),
    ("BEGIN LET q := 'SELECT count(*) FROM t WHERE a > ?'; LET least := 1;"
     " LET rs RESULTSET := (EXECUTE IMMEDIATE :q USING (least)); LET c CURSOR FOR rs; LET n INT;"
     " OPEN c; FETCH c INTO n; RETURN n; END", 1),
    ("BEGIN EXECUTE IMMEDIATE 'DELETE FROM t WHERE a = ' || 1; RETURN SQLROWCOUNT; END", 1),
    # Exceptions.
    ("DECLARE e EXCEPTION (-20007, 'oops'); BEGIN RAISE e; EXCEPTION WHEN e THEN"
     " RETURN SQLCODE || SQLERRM || SQLSTATE; END", "-20007oopsP0001"),
    ("BEGIN SELECT * FROM nope; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN SQLCODE; END", 2003),
    ("BEGIN LET x := 1 / 0; EXCEPTION WHEN EXPRESSION_ERROR THEN RETURN 'caught'; END", "caught"),
    ("BEGIN BEGIN SELECT 1 / 0; EXCEPTION WHEN EXPRESSION_ERROR THEN RETURN 1; END;"
     " EXCEPTION WHEN OTHER THEN RETURN 2; END", 2),
    ("BEGIN BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN RAISE; END;"
     " EXCEPTION WHEN STATEMENT_ERROR THEN RETURN SQLERRM; END", "Division by zero"),
    ("BEGIN INSERT INTO nope VALUES (1); EXCEPTION WHEN OTHER THEN INSERT INTO t VALUES (9, 'z');"
     " RETURN SQLROWCOUNT; END", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_blocks(shared: Connection, text: str, expected: object) -> None:
    """As they are, and in EXECUTE IMMEDIATE."""
    for sent in (text, f"EXECUTE IMMEDIATE $${text}$$"):
        run(shared, "CREATE OR REPLACE TABLE t (a INT, b VARCHAR); DROP TABLE IF EXISTS u")
        run(shared, "INSERT INTO t VALUES (1, 'x'), (2, 'y')")
        ((found,),) = run(shared, sent)
        assert (found if isinstance(expected, (int, bool)) or found is None else str(found)) == (
            expected
        )


def test_tables(connection: Connection) -> None:
    text = "BEGIN LET rs RESULTSET := (SELECT a, b FROM t ORDER BY a); RETURN TABLE(rs); END"
    (result,) = connection.execute(text)
    assert [column.name for column in result.columns] == ["A", "B"]
    assert list(result.python_rows()) == [(1, "x"), (2, "y")]


def test_immediate(connection: Connection) -> None:
    assert run(connection, "EXECUTE IMMEDIATE 'SELECT a FROM t ORDER BY a'") == [(1,), (2,)]
    run(connection, "SET q = 'SELECT count(*) FROM t'")
    assert run(connection, "EXECUTE IMMEDIATE $q") == [(2,)]
    assert sentence(connection, "EXECUTE IMMEDIATE 'CREATE TABLE w (a INT)'").startswith("Table W")


REFUSED = [
    ("BEGIN RETURN y; END", errors.InvalidIdentifier, "'EXPRESSION_ERROR' on line 1 at position 6"),
    ("BEGIN\n  SELECT * FROM nope;\nEND", errors.UndefinedObject,
     "Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2 : SQL compilation"),
    ("DECLARE e EXCEPTION (-20001, 'm'); BEGIN RAISE e; END", errors.RaisedException,
     "Uncaught exception of type 'E' on line 1 at position 41 : m"),
    ("BEGIN CASE (1) WHEN 2 THEN RETURN 1; END; END", errors.RaisedException, "CASE_NOT_FOUND"),
    ("BEGIN LET n INT; SELECT a INTO :n FROM t; END", errors.SingleRowExpected,
     "A SELECT INTO statement expects exactly 1 returned row, but got 3."),
    ("BEGIN BREAK; END", errors.SqlSyntaxError, "BREAK stands outside of a loop"),
    ("BEGIN LOOP CONTINUE far; END LOOP near; END", errors.SqlSyntaxError, "of the loop FAR"),
    ("DECLARE e EXCEPTION (-5, 'm'); BEGIN RAISE e; END", errors.InvalidParameter, "'-5'"),
    ("DECLARE e EXCEPTION (-'x', 'm'); BEGIN RAISE e; END", errors.SqlSyntaxError, "'x'"),
    ("BEGIN IF (TRUE) RETURN 1; END IF; END", errors.SqlSyntaxError, "position 24 unexpected ';'"),
    ("BEGIN LET n INT; SELECT a, b INTO :n FROM t WHERE a = 1; END", errors.TypeMismatch, "INTO names 1"),
    ("BEGIN FETCH c INTO x; END", errors.InvalidIdentifier, "'C'"),
    ("BEGIN LET x INT := 'text'; END", errors.InvalidNumber, "'text'"),
    ("BEGIN LET x := ; END", errors.SqlSyntaxError, "line 1 at position 15 unexpected ';'"),
    ("BEGIN IF (TRUE) THEN RETURN 1; END", errors.SqlSyntaxError, "unexpected"),
    ("BEGIN AWAIT ALL; END", errors.UnsupportedFeature, "AWAIT"),
    ("EXECUTE IMMEDIATE 'SELECT 1; SELECT 2'", errors.UnsupportedFeature, "several statements"),
    ("CREATE PROCEDURE p() RETURNS INT LANGUAGE PYTHON AS ''", errors.UnsupportedFeature, "PYTHON"),
    ("CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS 'BEGIN x'", errors.SqlSyntaxError, ""),
    ("CALL nope(1)", errors.UndefinedObject, "NOPE"),
    ("CREATE PROCEDURE p(x OUT INT) RETURNS INT LANGUAGE SQL AS 'BEGIN x := 1; END'",
     errors.UnsupportedFeature, "argument X OUT"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error", "words"), REFUSED)
def test_refused(shared: Connection, text: str, error: type[errors.SqlError], words: str) -> None:
    with pytest.raises(error) as raised:
        run(shared, text)
    assert words in raised.value.message


def test_procedures(connection: Connection) -> None:
    made = sentence(
        connection,
        "CREATE PROCEDURE p(a INT, b VARCHAR DEFAULT 'd') RETURNS VARCHAR LANGUAGE SQL"
        " COMMENT = 'c' AS $$BEGIN RETURN a || b; END$$",
    )
    assert made == "Function P successfully created."
    for text, found in (
        ("CALL p(1, 'z')", "1z"),
        ("CALL p(1 + 1)", "2d"),
        ("CALL p('3')", "3d"),
        ("CALL p(b => 'k', a => 4)", "4k"),
        ("BEGIN LET s VARCHAR; CALL p(5) INTO :s; RETURN s; END", "5d"),
        ("BEGIN LET n := 6; LET s := (CALL p(:n)); RETURN s; END", "6d"),
    ):
        assert run(connection, text) == [(found,)], text
    assert run(connection, "CALL p($1, $2)".replace("$1", "?").replace("$2", "?"), 7, "v") == [
        ("7v",)
    ]
    run(
        connection,
        "CREATE PROCEDURE p(a INT, b INT, c INT) RETURNS TABLE (n INT, s VARCHAR) LANGUAGE SQL AS"
        " DECLARE r RESULTSET; BEGIN r := (SELECT a, b FROM t WHERE a >= :c); RETURN TABLE(r); END",
    )
    (result,) = connection.execute("CALL p(1, 1, 2)")
    assert [column.name for column in result.columns] == ["N", "S"]
    assert list(result.python_rows()) == [(2, "y")]
    shown = run(connection, "SHOW PROCEDURES LIKE 'p'")
    assert [row[8:10] for row in shown] == [
        ("P(NUMBER, DEFAULT VARCHAR) RETURN VARCHAR", "c"),
        ("P(NUMBER, NUMBER, NUMBER) RETURN TABLE (N NUMBER, S VARCHAR)", "user-defined procedure"),
    ]
    described = dict(run(connection, "DESCRIBE PROCEDURE p(INT, VARCHAR)"))
    assert described["body"] == "BEGIN RETURN a || b; END"
    assert described["execute as"] == "OWNER"
    run(connection, "ALTER PROCEDURE p(INT, VARCHAR) RENAME TO q; DROP PROCEDURE p(INT, INT, INT)")
    assert [row[1] for row in run(connection, "SHOW PROCEDURES")] == ["Q"]


def test_rights(connection: Connection) -> None:
    """With its owner's rights a procedure stands in its schema; with the caller's, where it is."""
    run(connection, "CREATE SCHEMA s; USE SCHEMA public")
    body = "AS 'BEGIN RETURN CURRENT_SCHEMA(); END'"
    run(connection, f"CREATE PROCEDURE s.o() RETURNS VARCHAR LANGUAGE SQL {body}")
    run(
        connection,
        f"CREATE PROCEDURE s.c() RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER {body}",
    )
    assert run(connection, "CALL s.o()") == [("S",)]
    assert run(connection, "CALL s.c()") == [("PUBLIC",)]
    assert run(connection, "SELECT CURRENT_SCHEMA()") == [("PUBLIC",)]


def test_recursion_ends(connection: Connection) -> None:
    run(
        connection,
        "CREATE PROCEDURE r(n INT) RETURNS INT LANGUAGE SQL AS 'BEGIN IF (n = 0) THEN RETURN 0;"
        " END IF; LET m INT := (CALL r(:n - 1)); RETURN m + 1; END'",
    )
    assert run(connection, "CALL r(5)") == [(5,)]
    with pytest.raises(errors.RecursionLimit):
        run(connection, "CALL r(50)")


def test_a_handler_goes_on_in_a_transaction(connection: Connection) -> None:
    run(connection, "BEGIN; INSERT INTO t VALUES (3, 'z')")
    run(connection, "BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN INSERT INTO t VALUES (4, 'w');"
                    " END")  # fmt: skip
    assert run(connection, "SELECT count(*) FROM t") == [(4,)]
    run(connection, "ROLLBACK")
    assert run(connection, "SELECT count(*) FROM t") == [(2,)]


def test_a_transaction_within(connection: Connection) -> None:
    run(connection, "BEGIN BEGIN TRANSACTION; DELETE FROM t; ROLLBACK; END")
    assert run(connection, "SELECT count(*) FROM t") == [(2,)]


def test_an_endless_loop_is_cancelled(connection: Connection) -> None:
    timer = threading.Timer(0.1, connection.cancel)
    timer.start()
    with pytest.raises(errors.Canceled):
        run(connection, "BEGIN LOOP NULL; END LOOP; EXCEPTION WHEN OTHER THEN RETURN 1; END")
    timer.join()
    run(connection, "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    with pytest.raises(errors.StatementTimeout):
        run(connection, "BEGIN LET i := 0; LOOP i := i + 1; END LOOP; END")


def test_history_has_the_statements_within(connection: Connection) -> None:
    run(connection, "CREATE PROCEDURE h() RETURNS INT LANGUAGE SQL AS 'BEGIN DELETE FROM t; END'")
    run(connection, "CALL h()")
    found = run(
        connection,
        "SELECT query_text, query_type FROM TABLE(information_schema.query_history())"
        " WHERE query_type IN ('CALL', 'DELETE') ORDER BY query_type DESC",
    )
    assert found == [("DELETE FROM t", "DELETE"), ("CALL h()", "CALL")]


def test_a_result_fills_a_table(connection: Connection) -> None:
    run(connection, "SELECT a FROM t; CREATE TABLE v AS SELECT * FROM TABLE(RESULT_SCAN("
                    "LAST_QUERY_ID()))")  # fmt: skip
    assert run(connection, "SELECT count(*) FROM v") == [(2,)]


_MAYBE = "IF (n > 1) THEN r := (SELECT a FROM t ORDER BY a); ELSE r := (SELECT b FROM t); END IF;"
#: A text, or the body of a procedure of n -> its columns as they are described before it runs.
FORESEEN = {
    "DECLARE r RESULTSET DEFAULT (SELECT * FROM t ORDER BY a); BEGIN RETURN TABLE(r); END": "A B",
    "BEGIN LET x INT := 1; LET r RESULTSET := (SELECT :x AS x, a FROM t); RETURN TABLE(r); END": "X A",
    "EXECUTE IMMEDIATE $$BEGIN LET r RESULTSET := (SELECT b FROM t); RETURN TABLE(r); END$$": "B",
    "DECLARE r RESULTSET; BEGIN IF (1 > 2) THEN r := (SELECT a FROM t); END IF;"
    " r := (SELECT a FROM t WHERE a > 1); RETURN TABLE(r); END": "A",
    "BEGIN LET r RESULTSET := (SELECT a, :n + 1 AS m FROM t); RETURN TABLE(r); END": "A M",
    f"DECLARE r RESULTSET; BEGIN {_MAYBE} RETURN TABLE(r); END": "",
    "BEGIN LET r RESULTSET := (SHOW TABLES); RETURN TABLE(r); END": "",
}


@pytest.mark.parametrize("text", FORESEEN)
def test_columns_that_are_asked_for_first(text: str) -> None:
    """They are those of the answer, or there is an error: never rows of other columns."""
    for connection in _connected("postgresql"):
        call = text
        if ":n" in text or "(n >" in text or "SHOW" in text:
            create = "CREATE PROCEDURE p(n INT) RETURNS TABLE() LANGUAGE SQL AS"
            run(connection, f"{create} '{text}'")
            call = "CALL p(3)"
        (statement,) = connection.parse(call)
        if not FORESEEN[text]:
            with pytest.raises(errors.UnsupportedFeature, match="are asked for before it runs"):
                connection.prepare(statement)
            assert run(connection, call)
            continue
        prepared = connection.prepare(statement)
        assert [each.name for each in prepared.columns or ()] == FORESEEN[text].split()
        answer = connection.run(prepared)
        assert answer.columns == prepared.columns
        assert list(answer.python_rows()) == run(connection, call)
