"""Cursors and connections: rows, several statements, errors, transactions, limits, ends."""

from __future__ import annotations

import io
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import mockhaus

FOREVER = (
    "SELECT COUNT(*) FROM (SELECT SEQ4() x FROM TABLE(GENERATOR(ROWCOUNT => 1000000))) a, "
    "(SELECT SEQ4() y FROM TABLE(GENERATOR(ROWCOUNT => 1000000))) b WHERE x * y = 17"
)


def test_the_module_is_pep_249s() -> None:
    assert (mockhaus.apilevel, mockhaus.threadsafety, mockhaus.paramstyle) == ("2.0", 2, "pyformat")
    tree = {
        mockhaus.Warning: Exception,
        mockhaus.Error: Exception,
        mockhaus.InterfaceError: mockhaus.Error,
        mockhaus.DatabaseError: mockhaus.Error,
        **dict.fromkeys(
            (
                mockhaus.DataError, mockhaus.OperationalError, mockhaus.IntegrityError,
                mockhaus.InternalError, mockhaus.ProgrammingError, mockhaus.NotSupportedError,
            ),
            mockhaus.DatabaseError,
        ),
    }  # fmt: skip
    assert {each: each.__base__ for each in tree} == tree


def test_names_are_listed_and_others_are_none() -> None:
    assert {"connect", "DictCursor", "ProgrammingError", "STRING"} <= set(dir(mockhaus))
    with pytest.raises(AttributeError, match="has no attribute 'conect'"):
        mockhaus.conect  # noqa: B018


def test_fetching(cursor: Any) -> None:
    cursor.execute("SELECT column1 FROM VALUES (1), (2), (3), (4), (5) ORDER BY 1")
    assert (cursor.rowcount, cursor.rownumber) == (5, None)
    assert (cursor.fetchone(), cursor.rownumber) == ((1,), 0)
    assert cursor.fetchmany() == [(2,)]
    assert cursor.fetchmany(2) == [(3,), (4,)]
    assert (cursor.fetchall(), cursor.fetchone(), cursor.fetchmany(3), cursor.fetchall()) == (
        [(5,)], None, [], [],
    )  # fmt: skip
    assert list(cursor.execute("SELECT 1 UNION ALL SELECT 1")) == [(1,), (1,)]
    assert next(cursor.execute("SELECT 7")) == (7,)
    with pytest.raises(
        mockhaus.ProgrammingError, match="not zero or positive number: -1"
    ) as caught:
        cursor.fetchmany(-1)
    assert caught.value.errno == 252003


def test_rows_as_dicts(connection: Any) -> None:
    with connection.cursor(mockhaus.DictCursor) as cursor:
        assert cursor.execute('SELECT 1 AS a, 2 AS "b"').fetchall() == [{"A": 1, "b": 2}]


#: Statement, rows of its answer, rowcount.
COUNTED: list[tuple[str, list[Any], int]] = [
    ("CREATE TABLE u (a INT)", [("Table U successfully created.",)], 1),
    ("INSERT INTO t VALUES (3, 'c'), (4, 'd')", [(2,)], 2),
    ("UPDATE t SET b = 'z'", [(2, 0)], 2),
    ("DELETE FROM t WHERE a = 1", [(1,)], 1),
    ("MERGE INTO t USING (SELECT 1 AS a UNION ALL SELECT 9) s ON t.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (9, 'n')", [(1, 1)], 2),
    ("INSERT ALL INTO t INTO t SELECT 5, 'e'", [(2,)], 2),
    ("DELETE FROM t WHERE FALSE", [(0,)], 0),
    ("SELECT * FROM t WHERE FALSE", [], 0),
    ("ALTER SESSION SET TIMEZONE = 'UTC'", [("Statement executed successfully.",)], 1),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "rows", "count"), COUNTED)
def test_counts(cursor: Any, statement: str, rows: list[Any], count: int) -> None:
    cursor.execute("CREATE TABLE t (a INT, b VARCHAR)")
    cursor.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    cursor.execute(statement)
    assert (sorted(cursor.fetchall()), cursor.rowcount) == (rows, count)


def test_before_the_first_statement(cursor: Any) -> None:
    assert (cursor.description, cursor.rowcount, cursor.sfqid, cursor.fetchall()) == (
        None, None, None, [],
    )  # fmt: skip
    with pytest.raises(mockhaus.ProgrammingError, match="no statement has run"):
        cursor.fetch_arrow_all()


def test_describe_runs_nothing(cursor: Any) -> None:
    cursor.execute("CREATE TABLE t (a INT)")
    assert [column.name for column in cursor.describe("SELECT a, 1 / 0 AS b FROM t")] == ["A", "B"]
    assert cursor.describe("INSERT INTO t VALUES (1)") is None
    assert cursor.execute("SELECT * FROM t").fetchall() == []


def test_the_id_is_that_of_the_history(cursor: Any) -> None:
    cursor.execute("SELECT 42")
    query_id = cursor.sfqid
    assert cursor.execute("SELECT LAST_QUERY_ID()").fetchone() == (query_id,)
    assert cursor.execute(f"SELECT * FROM TABLE(RESULT_SCAN('{query_id}'))").fetchall() == [(42,)]
    cursor.execute(
        "SELECT query_text FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE query_id = %s",
        (query_id,),
    )
    assert cursor.fetchall() == [("SELECT 42",)]


#: Statement, class, number, SQLSTATE, sentence.
ERRORS: list[tuple[str, type[Exception], int, str, str]] = [
    ("SELECT 1 / 0", mockhaus.ProgrammingError, 100051, "22012", "Division by zero"),
    ("SELECT * FROM nope", mockhaus.ProgrammingError, 2003, "42S02", "SQL compilation error:\nObject 'NOPE' does not exist or not authorized."),
    ("SELECT nope(1)", mockhaus.ProgrammingError, 2140, "42601", "SQL compilation error:\nUnknown function NOPE"),
    ("SELEC 1", mockhaus.ProgrammingError, 1003, "42000", "SQL compilation error:\nsyntax error line 1 at position 6 unexpected '1'."),
    ("", mockhaus.ProgrammingError, 1003, "42000", "SQL compilation error:\nEmpty SQL statement."),
    ("INSERT INTO t VALUES (NULL)", mockhaus.IntegrityError, 100072, "22000", "NULL result in a non-nullable column: A"),
    ("SELECT 1; SELECT 2", mockhaus.ProgrammingError, 8, "0A000", "Actual statement count 2 did not match the desired statement count 1."),
    ("PUT file:///no/such/file @~", mockhaus.ProgrammingError, 100080, "22000", "File doesn't exist: ['/no/such/file']"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "kind", "number", "state", "sentence"), ERRORS)
def test_errors(
    cursor: Any, *, statement: str, kind: Any, number: int, state: str, sentence: str
) -> None:
    cursor.execute("CREATE TABLE t (a INT NOT NULL)")
    with pytest.raises(kind) as caught:
        cursor.execute(statement)
    error = caught.value
    assert type(error) is kind
    assert (error.errno, error.sqlstate, error.raw_msg) == (number, state, sentence)
    shown = f"{number:06d} ({state}): "
    assert str(error) == error.msg == shown + (f"{error.sfqid}: " if error.sfqid else "") + sentence
    assert cursor.sfqid == error.sfqid
    assert cursor.execute("SELECT 1").fetchall() == [(1,)]


def test_several_statements(cursor: Any) -> None:
    cursor.execute("SELECT 1; SELECT 2, 3", num_statements=2)
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset().fetchall() == [(2, 3)]
    assert cursor.nextset() is None
    assert cursor.execute("SELECT 1; SELECT 2; SELECT 3", num_statements=0).rowcount == 1
    cursor.execute("ALTER SESSION SET MULTI_STATEMENT_COUNT = 0")
    assert cursor.execute("SELECT 4; SELECT 5").fetchall() == [(4,)]


TEXT = "CREATE TABLE t (a INT); -- one; two\nINSERT INTO t VALUES (1);\nBEGIN LET n := 2; RETURN n; END;\nSELECT ';' FROM t"
ANSWERS = [[("Table T successfully created.",)], [(1,)], [(2,)], [(";",)]]


def test_the_statements_of_a_text_and_of_a_file(connect: Any) -> None:
    cursors = connect().execute_string(TEXT)
    assert [cursor.fetchall() for cursor in cursors] == ANSWERS
    other = connect(session_id="dbapi-stream")
    made = other.execute_stream(io.StringIO(TEXT), cursor_class=mockhaus.DictCursor)
    assert [list(row.values()) for cursor in made for row in cursor][-1] == [";"]
    assert connect().execute_string("SELECT 1", return_cursors=False) == []


def test_callproc(connect: Any) -> None:
    for paramstyle in ("pyformat", "qmark", "numeric"):
        cursor = connect(paramstyle=paramstyle).cursor()
        cursor.execute(
            "CREATE OR REPLACE PROCEDURE twice(n INT) RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN n * 2; END'"
        )
        assert cursor.callproc("twice", (21,)) == (21,)
        assert cursor.fetchall() == [(42,)]


def test_files_go_through_a_cursor(cursor: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,tea\n2,cup\n")
    cursor.execute(f"PUT file://{tmp_path}/a.csv @~")
    assert (cursor.description[6].name, cursor.fetchone()[6]) == ("status", "UPLOADED")
    cursor.execute("CREATE TABLE t (n INT, s VARCHAR)").execute("COPY INTO t FROM @~")
    assert cursor.execute("SELECT * FROM t ORDER BY n").fetchall() == [(1, "tea"), (2, "cup")]
    (tmp_path / "b").mkdir()
    cursor.execute(f"GET @~/a.csv.gz file://{tmp_path}/b")
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["a.csv.gz"]


# --- limits --------------------------------------------------------------------------------------


def test_a_time_limit_cancels_the_statement(cursor: Any) -> None:
    with pytest.raises(mockhaus.ProgrammingError) as caught:
        cursor.execute(FOREVER, timeout=0.2)
    assert (caught.value.errno, caught.value.sqlstate) == (604, "57014")
    assert cursor.execute("SELECT 1", timeout=30).fetchall() == [(1,)]


def test_ctrl_c_cancels_the_statement_and_the_transaction_goes_on(cursor: Any) -> None:
    cursor.execute("CREATE TABLE t (a INT)").execute("BEGIN").execute("INSERT INTO t VALUES (1)")
    inner = cursor.connection._inner

    def press() -> None:
        while not inner.is_active:  # until then the main thread is busy with other things
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    main = threading.main_thread().ident or 0
    pressing = threading.Thread(target=press)
    former = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever is left of others
    try:
        pressing.start()
        with pytest.raises(KeyboardInterrupt):
            cursor.execute(FOREVER)
    finally:
        pressing.join()
        signal.signal(signal.SIGINT, former)
    cursor.execute("COMMIT")
    assert cursor.execute("SELECT * FROM t").fetchall() == [(1,)]


def test_threads_share_a_connection(connection: Any) -> None:
    wrong: list[Any] = []

    def work(number: int) -> None:
        for _ in range(10):
            found = connection.cursor().execute("SELECT %s", (number,)).fetchone()
            if found != (number,):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- ends ----------------------------------------------------------------------------------------


def test_closed(connection: Any) -> None:
    cursor = connection.cursor()
    other = connection.cursor()
    assert (cursor.close(), cursor.close(), cursor.is_closed()) == (True, False, True)
    with pytest.raises(mockhaus.InterfaceError, match="Cursor is closed in execute") as caught:
        cursor.execute("SELECT 1")
    assert caught.value.errno == 252006
    connection.close()
    connection.close()
    assert connection.is_closed()
    assert other.is_closed()
    for call in (connection.cursor, connection.commit, other.fetchone, lambda: other.execute("x")):
        with pytest.raises(mockhaus.DatabaseError, match="Connection is closed") as closed:
            call()
        assert (closed.value.errno, closed.value.sqlstate) == (250002, "08003")


@pytest.mark.parametrize("method", ["execute_async", "get_results_from_sfqid"])
def test_what_is_not_there_says_so(cursor: Any, method: str) -> None:
    with pytest.raises(mockhaus.NotSupportedError, match=f"{method} is not supported"):
        getattr(cursor, method)("SELECT 1")
