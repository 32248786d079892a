"""DuckDB behind Database and Cursor: describing, streaming, journals, confinement, errors."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from mockhaus import errors
from mockhaus.engine import files, library
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database
from mockhaus.engine.instances import Instances


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A memory instance that may read and write `tmp_path`/open."""
    (tmp_path / "open").mkdir()
    database = Database(None, library.shared(), [tmp_path / "open"])
    yield database
    database.close()


@pytest.fixture
def cursor(database: Database) -> Cursor:
    return database.cursor()


def test_describe_runs_nothing(cursor: Cursor) -> None:
    described = cursor.describe("SELECT 1 AS a, 'x' AS b, error('ran') AS c")
    assert [(d.name, d.type) for d in described] == [
        ("a", "INTEGER"),
        ("b", "VARCHAR"),
        ("c", "INTEGER"),
    ]


def test_a_stream_is_pulled(cursor: Cursor) -> None:
    stream = cursor.stream("SELECT range FROM range(100000)")
    first = stream.next()
    assert first is not None
    assert 0 < first.num_rows < 100_000
    assert first.num_rows + sum(batch.num_rows for batch in stream) == 100_000
    assert not cursor.is_streaming


def test_a_stream_given_up_frees_its_cursor(cursor: Cursor) -> None:
    stream = cursor.stream("SELECT range FROM range(10000000)")
    stream.next()
    stream.close()
    assert not cursor.is_streaming
    assert cursor.rows("SELECT 1") == [(1,)]


def test_an_error_in_the_middle_of_a_stream(cursor: Cursor) -> None:
    stream = cursor.stream(
        "SELECT CASE WHEN range < 9000000 THEN 1 ELSE error('MOCKHAUS:DivisionByZero:late') END"
        " FROM range(10000000)"
    )
    with pytest.raises(errors.DivisionByZero, match="late"):
        list(stream)
    assert cursor.rows("SELECT 1") == [(1,)]


def test_an_interruption_that_nobody_asked_for_is_looked_into(cursor: Cursor) -> None:
    with pytest.raises(errors.DivisionByZero, match="late"):
        cursor.rows("SELECT error('MOCKHAUS:DivisionByZero:late') FROM range(10)")
    fault = cursor.fault(OSError("INTERRUPT Error: Interrupted!"))
    assert isinstance(fault, errors.DivisionByZero)
    cursor.interrupt()
    assert isinstance(cursor.fault(OSError("INTERRUPT Error: Interrupted!")), errors.Canceled)


def test_interrupts_pass_by_the_boundaries_of_transactions(cursor: Cursor) -> None:
    stopped = threading.Event()

    def disturb() -> None:
        while not stopped.is_set():
            cursor.interrupt()

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(200):
            cursor.begin()
            with contextlib.suppress(errors.Canceled):
                assert cursor.rows("SELECT 1") == [(1,)]
            cursor.rollback()
    finally:
        stopped.set()
        thread.join()
    cursor.begin()
    assert cursor.rows("SELECT 1") == [(1,)]
    cursor.commit()


def test_replay_undoes_the_failed_statement_alone(cursor: Cursor) -> None:
    cursor.run("CREATE TABLE t (a INTEGER)")
    cursor.begin(journal=True)
    cursor.change("INSERT INTO t VALUES (1)")
    with pytest.raises(errors.SqlError):
        cursor.change("INSERT INTO t SELECT error('no')")
    cursor.replay()
    cursor.change("INSERT INTO t VALUES (2)")
    cursor.commit()
    assert cursor.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]


def test_interrupt_from_another_thread(cursor: Cursor) -> None:
    done = threading.Event()

    def interrupt() -> None:
        while not done.wait(0.01):
            cursor.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(errors.Canceled):
        cursor.rows("SELECT count(*) FROM range(100000000) a, range(100000000) b")
    done.set()
    thread.join()


#: What DuckDB is not to do, whatever reaches it.
CONFINED = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM glob('/etc/*')",
    "COPY (SELECT 1) TO '/tmp/mockhaus-out.csv'",
    "ATTACH '/tmp/mockhaus-other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
]


@pytest.mark.parametrize("sql", CONFINED)
def test_confined(cursor: Cursor, sql: str) -> None:
    with pytest.raises(errors.SqlError):
        cursor.rows(sql)


def test_named_directories_are_open(cursor: Cursor, tmp_path: Path) -> None:
    (tmp_path / "open" / "x.csv").write_text("a\n1\n")
    (tmp_path / "shut.csv").write_text("a\n1\n")
    assert cursor.rows(f"SELECT a FROM read_csv('{tmp_path}/open/x.csv')") == [(1,)]
    for path in (f"{tmp_path}/shut.csv", f"{tmp_path}/open/../shut.csv"):
        with pytest.raises(errors.SqlError):
            cursor.rows(f"SELECT a FROM read_csv('{path}')")


#: DuckDB SQL that fails -> the error it is, and a part of its words.
ERRORS = [
    ("SELECT 'x'::INTEGER", errors.InvalidNumber, "Numeric value 'x' is not recognized"),
    ("SELECT 'x'::DECIMAL(10,2)", errors.InvalidNumber, "'x'"),
    ("SELECT 'x'::DATE", errors.InvalidDatetime, "Date 'x' is not recognized"),
    ("SELECT 'x'::TIMESTAMP", errors.InvalidDatetime, "Timestamp 'x' is not recognized"),
    ("SELECT 'x'::BOOLEAN", errors.InvalidText, "Boolean value 'x' is not recognized"),
    ("SELECT 300::UTINYINT", errors.NumberOutOfRange, "range"),
    ("SELECT 1000::DECIMAL(3,1)", errors.NumberOutOfRange, "representable range"),
    ("SELECT * FROM missing", errors.UndefinedObject, "Object 'missing' does not exist"),
    ("SELECT missing FROM range(1)", errors.InvalidIdentifier, "invalid identifier 'missing'"),
    ("CREATE TABLE t (a INT NOT NULL); INSERT INTO t VALUES (NULL)",
     errors.NotNullViolation, "non-nullable column: a"),
    ("SELECT error('MOCKHAUS:InvalidNumber:no good')", errors.InvalidNumber, "no good"),
    ("SELECT error('plain')", errors.SqlError, "plain"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "kind", "words"), ERRORS)
def test_errors(cursor: Cursor, sql: str, kind: type[errors.SqlError], words: str) -> None:
    with pytest.raises(kind) as caught:
        cursor.rows(sql)
    assert words in caught.value.message
    assert "LINE 1" not in caught.value.message


def test_two_instances_share_the_library(database: Database) -> None:
    other = Database(None, library.shared(), [])
    assert other.cursor().rows("SELECT divide(1, 2)") == database.cursor().rows(
        "SELECT divide(1, 2)"
    )
    other.close()


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_what_is_saved_can_be_loaded(kind: str, tmp_path: Path) -> None:
    path = None if kind == "memory" else tmp_path / "live.duckdb"
    database = Database(path, library.shared(), [tmp_path], tmp_path / "spill")
    cursor, writer = database.cursor(), database.cursor()
    cursor.run("CREATE SCHEMA s")
    cursor.run("CREATE SEQUENCE s.numbers START 7")
    cursor.run("CREATE TABLE s.t (a INTEGER NOT NULL, b VARCHAR DEFAULT nextval('s.numbers'))")
    cursor.run("CREATE VIEW s.a_view AS SELECT * FROM s.t")
    cursor.run("INSERT INTO s.t (a) VALUES (1), (2)")
    writer.begin()
    writer.run("INSERT INTO s.t (a) VALUES (99)")

    database.save(tmp_path / "saved.duckdb")

    writer.commit()
    cursor.run("DROP SCHEMA s CASCADE")
    for _ in range(2):
        if path is None:
            database.load(tmp_path / "saved.duckdb")
        else:
            with database.detached():
                files.clone(tmp_path / "saved.duckdb", path)
        assert cursor.rows("SELECT * FROM s.a_view") == [(1, "7"), (2, "8")]
        cursor.run("INSERT INTO s.t (a) VALUES (3)")
        assert cursor.rows("SELECT max(b::INTEGER) >= 9 FROM s.t") == [(True,)]
    database.close()


def test_an_instance_is_kept_ready() -> None:
    kept = Instances(library.shared())
    first = kept.take((), None)
    kept.close()
    second = kept.take((), None)
    assert first is not second
    assert [each.root.execute("SELECT 1").fetchall() for each in (first, second)] == [
        [(1,)],
        [(1,)],
    ]
    first.root.close()
    second.root.close()


def _settings(instance: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = instance.execute(
        "SELECT name, value FROM duckdb_settings() ORDER BY name"
    ).fetchall()
    return rows


def test_an_instance_is_used_again_as_if_it_were_new(tmp_path: Path) -> None:
    kept = Instances(library.shared())
    first = kept.take((tmp_path,), tmp_path / "spill")
    before = _settings(first.root)
    first.root.execute("ATTACH ':memory:' AS session")
    with first.root.cursor() as connection:
        connection.execute("SET search_path = 'session.main'; SET TimeZone = 'Asia/Tokyo'")
        connection.execute("SET VARIABLE v = 1; CREATE TEMP TABLE t AS SELECT 1 AS a")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a; CREATE MACRO m() AS 1")
    first.root.execute("DETACH session")
    kept.give_back(first, (tmp_path,))
    assert kept.take((), None) is not first
    second = kept.take((tmp_path,), tmp_path / "other")
    assert second is first
    assert _settings(second.root) == before
    assert second.root.execute("SELECT getvariable('v')").fetchall() == [(None,)]
    second.root.execute("ATTACH ':memory:' AS session")
    for name in ("t", "session.t", "session.kept"):
        with pytest.raises(duckdb.CatalogException):
            second.root.execute(f"SELECT * FROM {name}")
    kept.close()
    second.root.close()


@pytest.mark.parametrize("left", ["a connection", "a database"])
def test_an_instance_that_is_not_left_clean_is_closed(left: str) -> None:
    kept = Instances(library.shared())
    first = kept.take((), None)
    connection = first.root.cursor()
    if left == "a database":
        connection.execute("ATTACH ':memory:' AS session")
        connection.close()
    kept.give_back(first, ())
    with pytest.raises(duckdb.ConnectionException):
        first.root.execute("SELECT 1")
    connection.close()
    kept.close()
