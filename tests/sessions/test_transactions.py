"""Transactions: Snowflake's rules and PostgreSQL's, isolation, and writers that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.locks import Locks, Owner
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from tests.support import run

Connect = Callable[[], Connection]


@pytest.fixture
def another(session: Session) -> Connect:
    """Makes a further connection with PostgreSQL's rules."""
    return lambda: session.connect(
        user="bob", door="postgresql", transactions=Transactions.POSTGRESQL
    )


def counted(connection: Connection) -> int:
    return int(run(connection, "SELECT count(*) FROM t")[0][0])


def test_a_failed_statement_undoes_itself_alone_in_snowflake(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1)")
    with pytest.raises(errors.DivisionByZero):
        run(snowflake, "INSERT INTO t SELECT 1 / 0")
    assert snowflake.status == "T"
    run(snowflake, "INSERT INTO t VALUES (2); COMMIT")
    assert counted(snowflake) == 2


def test_ddl_commits_in_snowflake(snowflake: Connection) -> None:
    run(
        snowflake, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1); CREATE TABLE u (a INT)"
    )
    assert snowflake.status == "I"
    run(snowflake, "ROLLBACK")
    assert counted(snowflake) == 1


def test_an_error_aborts_the_transaction_in_postgresql(postgresql: Connection) -> None:
    run(postgresql, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1)")
    with pytest.raises(errors.DivisionByZero):
        run(postgresql, "SELECT 1 / 0")
    assert postgresql.status == "E"
    with pytest.raises(errors.TransactionAborted):
        run(postgresql, "SELECT 1")
    (result,) = postgresql.execute("COMMIT")
    assert result.tag == "ROLLBACK"
    assert (postgresql.status, counted(postgresql)) == ("I", 0)


def test_ddl_rolls_back_in_postgresql(postgresql: Connection) -> None:
    run(postgresql, "BEGIN; CREATE TABLE t (a INT); INSERT INTO t VALUES (1); ROLLBACK")
    with pytest.raises(errors.UndefinedObject):
        counted(postgresql)
    assert run(postgresql, "SHOW TABLES") == [], "what was recorded about it has gone too"


def test_several_statements_sent_as_one(postgresql: Connection) -> None:
    run(postgresql, "CREATE TABLE t (a INT)")
    postgresql.begin_implicit()
    run(postgresql, "INSERT INTO t VALUES (1)")
    assert postgresql.status == "I", "an implicit transaction does not show"
    with pytest.raises(errors.DivisionByZero):
        run(postgresql, "SELECT 1 / 0")
    postgresql.end_implicit(commit=False)
    assert (postgresql.status, counted(postgresql)) == ("I", 0)


def test_connections_see_commits_and_nothing_else(postgresql: Connection, another: Connect) -> None:
    other = another()
    run(postgresql, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1)")
    assert (counted(postgresql), counted(other)) == (1, 0)
    run(postgresql, "COMMIT")
    assert counted(other) == 1


def test_closing_rolls_back(postgresql: Connection, another: Connect) -> None:
    other = another()
    run(postgresql, "CREATE TABLE t (a INT)")
    run(other, "BEGIN; INSERT INTO t VALUES (1)")
    other.close()
    assert counted(postgresql) == 0
    run(postgresql, "INSERT INTO t VALUES (2)")


def test_writers_of_one_table_wait(postgresql: Connection, another: Connect) -> None:
    run(postgresql, "CREATE TABLE t (a INT); INSERT INTO t VALUES (0)")
    others = [another() for _ in range(4)]
    workers = [
        threading.Thread(target=lambda c=c: [run(c, "UPDATE t SET a = a + 1") for _ in range(10)])
        for c in others
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert run(postgresql, "SELECT a FROM t") == [(40,)], "no update lost, no conflict raised"


def test_a_waiting_writer_can_be_cancelled(postgresql: Connection, another: Connect) -> None:
    other = another()
    run(postgresql, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1)")
    caught: list[errors.SqlError] = []

    def write() -> None:
        try:
            run(other, "INSERT INTO t VALUES (2)")
        except errors.SqlError as error:
            caught.append(error)

    worker = threading.Thread(target=write)
    worker.start()
    while not caught and worker.is_alive():
        other.cancel()
        worker.join(0.01)
    worker.join()
    assert [type(error) for error in caught] == [errors.Canceled]


@pytest.mark.parametrize("rules", Transactions)
def test_the_first_change_of_a_transaction_sees_what_it_waited_for(
    session: Session, rules: Transactions
) -> None:
    one, two = (session.connect(user="ann", door="http", transactions=rules) for _ in range(2))
    run(one, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    run(one, "BEGIN; UPDATE t SET a = a + 10")
    run(two, "BEGIN")
    waiting = threading.Thread(target=lambda: run(two, "UPDATE t SET a = a + 100"))
    waiting.start()
    while not any(since is None for _, _, since in session.locks.listed()):
        pass
    run(one, "COMMIT")
    waiting.join()
    run(two, "COMMIT")
    assert run(one, "SELECT a FROM t") == [(111,)]


#: Two connections, A and B: what each runs, in order, and the rows of a query or the error.
_Step = tuple[str, str, object]
INTERLEAVED: dict[str, list[_Step]] = {
    "a statement sees what was committed before it": [
        ("A", "BEGIN; SELECT a FROM t ORDER BY a", [(1,)]),
        ("B", "INSERT INTO t VALUES (2)", [(1,)]),
        ("A", "SELECT a FROM t ORDER BY a", [(1,), (2,)]),
        ("B", "BEGIN; INSERT INTO t VALUES (3)", [(1,)]),
        ("A", "SELECT a FROM t ORDER BY a", [(1,), (2,)]),
        ("B", "COMMIT", ...),
        ("A", "SELECT a FROM t ORDER BY a", [(1,), (2,), (3,)]),
    ],
    "after changes, too": [
        ("A", "BEGIN; INSERT INTO u VALUES (10); UPDATE u SET a = a + 1", [(1, 0)]),
        ("B", "INSERT INTO t VALUES (2)", [(1,)]),
        ("A", "SELECT SUM(a) FROM t", [(3,)]),
        ("A", "SELECT a FROM u", [(11,)]),
        ("A", "INSERT INTO u SELECT MAX(a) FROM t", [(1,)]),
        ("B", "SELECT COUNT(*) FROM u", [(0,)]),
        ("A", "COMMIT; SELECT a FROM u ORDER BY a", [(2,), (11,)]),
    ],
    "and changes what was committed": [
        ("A", "BEGIN; INSERT INTO u VALUES (1); SELECT a FROM t", [(1,)]),
        ("B", "UPDATE t SET a = a + 10", [(1, 0)]),
        ("A", "UPDATE t SET a = a + 100; COMMIT; SELECT a FROM t", [(111,)]),
    ],
    "what would not do the same again is not run again": [
        ("A", "BEGIN; INSERT INTO u SELECT a FROM t", [(1,)]),
        ("B", "UPDATE t SET a = 5", [(1, 0)]),
        ("A", "SELECT * FROM t UNION ALL SELECT * FROM u", [(1,), (1,)]),
        ("A", "UPDATE t SET a = 7", errors.SerializationFailure),
    ],
    "nor once its source is locked": [
        ("A", "BEGIN; INSERT INTO u SELECT a FROM t", [(1,)]),
        ("B", "INSERT INTO t VALUES (2)", [(1,)]),
        ("A", "INSERT INTO t VALUES (3)", [(1,)]),
        ("B", "INSERT INTO n (b) VALUES ('x')", [(1,)]),
        ("A", "SELECT COUNT(*) FROM u", [(1,)]),
        ("A", "COMMIT; SELECT COUNT(*) FROM t", [(3,)]),
    ],
    "neither what draws numbers": [
        ("A", "BEGIN; INSERT INTO n (b) VALUES ('x')", [(1,)]),
        ("B", "INSERT INTO t VALUES (2)", [(1,)]),
        ("A", "SELECT COUNT(*) FROM t", [(1,)]),
        ("A", "COMMIT; SELECT * FROM n", [(1, "x")]),
    ],
    "a row is there once for who deletes it": [
        ("A", "BEGIN; DELETE FROM t", [(1,)]),
        ("B", "INSERT INTO u VALUES (1)", [(1,)]),
        ("A", "SELECT COUNT(*) FROM t", [(0,)]),
        ("A", "ROLLBACK", ...),
        ("B", "SELECT COUNT(*) FROM t", [(1,)]),
    ],
    "a table made by another is there": [
        ("A", "BEGIN; SELECT a FROM t", [(1,)]),
        ("B", "CREATE TABLE late (a INT); INSERT INTO late VALUES (4)", [(1,)]),
        ("A", "SELECT a FROM late", [(4,)]),
    ],
    "a table dropped by another is not": [
        ("A", "BEGIN; SELECT a FROM t", [(1,)]),
        ("B", "DROP TABLE t", ...),
        ("A", "SELECT a FROM t", errors.UndefinedObject),
    ],
    "a column added by another is there": [
        ("A", "BEGIN; INSERT INTO u VALUES (1); SELECT * FROM t", [(1,)]),
        ("B", "ALTER TABLE t ADD COLUMN b INT DEFAULT 9", ...),
        ("A", "SELECT * FROM t", [(1, 9)]),
    ],
}  # fmt: skip


def interleave(connections: dict[str, Connection], steps: list[_Step]) -> None:
    for who, text, expected in steps:
        if isinstance(expected, type) and issubclass(expected, errors.SqlError):
            with pytest.raises(expected):
                run(connections[who], text)
        else:
            rows = run(connections[who], text)
            assert expected is ... or rows == expected, (who, text)


@pytest.mark.parametrize("rules", Transactions)
@pytest.mark.parametrize("name", INTERLEAVED)
def test_read_committed(session: Session, name: str, rules: Transactions) -> None:
    a, b = (session.connect(user="ann", door="http", transactions=rules) for _ in range(2))
    run(a, "CREATE TABLE t (a INT); CREATE TABLE u (a INT); INSERT INTO t VALUES (1)")
    run(a, "CREATE TABLE n (a INT AUTOINCREMENT, b TEXT)")
    interleave({"A": a, "B": b}, INTERLEAVED[name])


def test_one_snapshot(postgresql: Connection, another: Connect) -> None:
    """REPEATABLE READ, which PostgreSQL's clients may ask for."""
    run(postgresql, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    postgresql.transaction.keeps_snapshot = True
    interleave(
        {"A": postgresql, "B": another()},
        [
            ("A", "BEGIN; SELECT a FROM t", [(1,)]),
            ("B", "UPDATE t SET a = 2", [(1, 0)]),
            ("A", "SELECT a FROM t", [(1,)]),
            ("A", "UPDATE t SET a = 3", errors.SerializationFailure),
        ],
    )


#: Statements that fail, each for another reason and at another time.
FAILING = [
    "SELECT 1 / 0", "INSERT INTO t SELECT 1 / 0", "INSERT INTO t VALUES ('x')",
    "INSERT INTO t SELECT column1 FROM VALUES (5), (6), (NULL)", "INSERT INTO t VALUES (1, 2)",
    "UPDATE t SET a = 'x'", "UPDATE t SET a = a / 0", "DELETE FROM t WHERE a / 0 = 1",
    "MERGE INTO t USING (SELECT 1 AS a UNION ALL SELECT 1) AS s ON t.a = s.a"
    " WHEN MATCHED THEN UPDATE SET a = 9",
    "SELECT * FROM nowhere", "INSERT INTO nowhere VALUES (1)", "SELECT nothing FROM t",
    "INSERT ALL INTO t VALUES (7) INTO t VALUES (y) SELECT 'x' AS y",
    "INSERT OVERWRITE INTO t SELECT 1 / 0", "INSERT OVERWRITE INTO t SELECT NULL",
    "COPY INTO t FROM @nowhere", "USE SCHEMA nowhere",
    "SELECT TO_NUMBER('x')", "SET v = 1 / 0", "ALTER SESSION SET WEEK_START = 9", "CALL nobody()",
    "BEGIN LET x INT := 1 / 0; RETURN x; END", "SELECT a FROM t WHERE a IN (SELECT 1 / 0)",
]  # fmt: skip


@pytest.mark.parametrize("text", FAILING)
def test_a_failing_statement(snowflake: Connection, text: str) -> None:
    """It undoes itself alone, in a transaction and outside of one; or with all of it, if asked."""
    run(snowflake, "CREATE TABLE t (a INT NOT NULL); INSERT INTO t VALUES (1)")
    with pytest.raises(errors.SqlError):
        run(snowflake, text)
    assert (snowflake.status, run(snowflake, "SELECT a FROM t")) == ("I", [(1,)])
    run(snowflake, "BEGIN; INSERT INTO t VALUES (2)")
    with pytest.raises(errors.SqlError):
        run(snowflake, text)
    assert snowflake.status == "T"
    run(snowflake, "INSERT INTO t VALUES (3); COMMIT")
    assert run(snowflake, "SELECT a FROM t ORDER BY a") == [(1,), (2,), (3,)]
    run(snowflake, "ALTER SESSION SET TRANSACTION_ABORT_ON_ERROR = TRUE")
    run(snowflake, "BEGIN; INSERT INTO t VALUES (4)")
    with pytest.raises(errors.SqlError):
        run(snowflake, text)
    with pytest.raises(errors.TransactionAborted):
        run(snowflake, "INSERT INTO t VALUES (5)")
    run(snowflake, "COMMIT")
    assert run(snowflake, "SELECT COUNT(*) FROM t") == [(3,)]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (2)", "UPDATE t SET a = 2", "DELETE FROM t", "TRUNCATE TABLE t",
        "MERGE INTO t USING (SELECT 1 AS a) s ON t.a = s.a WHEN MATCHED THEN DELETE",
        "DROP TABLE t", "ALTER TABLE t ADD COLUMN b INT", "CREATE OR REPLACE TABLE t (b INT)",
    ],
)  # fmt: skip
def test_lock_timeout(session: Session, text: str) -> None:
    """Whoever writes a table waits for its other writer, as long as LOCK_TIMEOUT says."""
    holder, waiter = (
        session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
        for _ in range(2)
    )
    run(holder, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    run(holder, "BEGIN; UPDATE t SET a = 5")
    number = run(holder, "SELECT CURRENT_TRANSACTION()")[0][0]
    run(waiter, "ALTER SESSION SET LOCK_TIMEOUT = 0")
    with pytest.raises(
        errors.LockTimeout, match=f"table 'MOCKHAUS.PUBLIC.T' in transaction {number}"
    ):
        run(waiter, text)
    run(holder, "COMMIT")
    run(waiter, text)


def test_a_deadlock_ends(session: Session) -> None:
    """The statement that would close the circle fails; its transaction stays, and can go on."""
    a, b = (
        session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
        for _ in range(2)
    )
    run(a, "CREATE TABLE t (a INT); CREATE TABLE u (a INT)")
    run(a, "BEGIN; INSERT INTO t VALUES (1)")
    run(b, "BEGIN; INSERT INTO u VALUES (2)")
    waiting = threading.Thread(target=lambda: run(a, "INSERT INTO u VALUES (1)"))
    waiting.start()
    while not any(since is None for _, _, since in session.locks.listed()):
        pass
    with pytest.raises(errors.Deadlock):
        run(b, "INSERT INTO t VALUES (2)")
    assert b.status == "T"
    run(b, "COMMIT")
    waiting.join()
    run(a, "COMMIT")
    assert run(a, "SELECT * FROM t UNION ALL SELECT * FROM u ORDER BY 1") == [(1,), (1,), (2,)]


def test_a_circle_of_waits_is_a_deadlock() -> None:
    locks, one, two = Locks(), Owner(), Owner()
    locks.acquire(one, "A")
    locks.acquire(two, "B")
    waiting = threading.Thread(target=lambda: locks.acquire(one, "B"))
    waiting.start()
    while one.waits_for is None:
        pass
    with pytest.raises(errors.Deadlock):
        locks.acquire(two, "A")
    locks.release(two)
    waiting.join()
    assert set(one.held) == {"A", "B"}


def test_a_lock_has_a_limit() -> None:
    locks, one, two = Locks(), Owner(), Owner()
    locks.acquire(one, "A")
    with pytest.raises(errors.LockTimeout):
        locks.acquire(two, "A", timeout=0.01)


def test_a_statement_between_the_rows_of_another(postgresql: Connection) -> None:
    """Rows that are still to be read are kept when the connection runs something else."""
    (first,) = postgresql.execute("SELECT column1 FROM (VALUES (1), (2), (3)) ORDER BY 1")
    rows = first.python_rows()
    assert run(postgresql, "SELECT 42") == [(42,)]
    assert list(rows) == [(1,), (2,), (3,)]


def test_a_table_made_anew_loads_its_files_again(snowflake: Connection, tmp_path: Path) -> None:
    """What was loaded is remembered with the table, under its name, until it is emptied."""
    (tmp_path / "x.csv").write_text("1\n2\n")
    run(snowflake, f"CREATE STAGE st URL = 'file://{tmp_path}'; CREATE TABLE t (a INT)")
    load = "COPY INTO t FROM @st"
    assert run(snowflake, load)[0][1] == "LOADED"
    assert run(snowflake, load) == [("Copy executed with 0 files processed.",)]
    for emptying in ("TRUNCATE TABLE t", "CREATE OR REPLACE TABLE t (a INT)",
                     "DROP TABLE t; CREATE TABLE t (a INT)"):  # fmt: skip
        run(snowflake, emptying)
        assert run(snowflake, load)[0][1] == "LOADED", emptying
    run(snowflake, "ALTER TABLE t RENAME TO u")
    assert run(snowflake, "COPY INTO u FROM @st") == [("Copy executed with 0 files processed.",)]


def test_a_rolled_back_load_is_forgotten(postgresql: Connection, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n2\n")
    run(postgresql, f"CREATE STAGE st URL = 'file://{tmp_path}'; CREATE TABLE t (a INT)")
    run(postgresql, "BEGIN; COPY INTO t FROM @st; ROLLBACK")
    assert counted(postgresql) == 0
    assert run(postgresql, "COPY INTO t FROM @st")[0][1] == "LOADED"


def test_purged_files_go_only_with_the_commit(postgresql: Connection, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    run(postgresql, f"CREATE STAGE st URL = 'file://{tmp_path}'; CREATE TABLE t (a INT)")
    run(postgresql, "BEGIN; COPY INTO t FROM @st PURGE = TRUE; ROLLBACK")
    assert (tmp_path / "x.csv").exists()
    run(postgresql, "COPY INTO t FROM @st PURGE = TRUE")
    assert not (tmp_path / "x.csv").exists()


def test_what_runs_is_shown(snowflake: Connection) -> None:
    """SHOW TRANSACTIONS and LOCKS, CURRENT_TRANSACTION and LAST_TRANSACTION."""
    ids = "SELECT CURRENT_TRANSACTION(), LAST_TRANSACTION()"
    run(snowflake, "CREATE TABLE shown (a INT)")
    assert run(snowflake, "SHOW TRANSACTIONS") == []
    run(snowflake, "BEGIN NAME mine; INSERT INTO shown VALUES (1)")
    ((number, *told),) = run(snowflake, "SHOW TRANSACTIONS IN ACCOUNT")
    assert [told[0], told[2], told[4]] == [snowflake.context.user, "MINE", "running"]
    assert run(snowflake, ids) == [(str(number), str(number))]
    ((resource, _, transaction, _, standing, *_),) = run(snowflake, "SHOW LOCKS")
    assert (resource, transaction, standing) == ("MOCKHAUS.PUBLIC.SHOWN", number, "HOLDING")
    run(snowflake, "ROLLBACK")
    assert run(snowflake, ids) == [(None, str(number))]
    assert run(snowflake, "SHOW TRANSACTIONS; SHOW LOCKS IN ACCOUNT") == []


def test_a_connection_that_closes_leaves_what_others_have_read(session: Session) -> None:
    """Without a transaction it takes nothing back: plans and catalogs of others stay good."""
    first = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
    run(first, "CREATE TABLE kept (a INT); SELECT * FROM kept")
    version = session.version
    session.connect(user="bob", door="http", transactions=Transactions.SNOWFLAKE).close()
    assert session.version == version
    other = session.connect(user="bob", door="http", transactions=Transactions.SNOWFLAKE)
    run(other, "BEGIN; INSERT INTO kept VALUES (1)")
    other.close()
    assert session.version != version
