"""Snapshots, restore and fork: what a copy holds, who may go on, what is refused."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.storage import Kind
from mockhaus.sessions.transaction import Transactions
from tests.support import run

KINDS: list[Kind] = ["memory", "persistent"]
kinds = pytest.mark.parametrize("kind", KINDS)

#: One of everything that a session stores.
EVERYTHING = """
    CREATE DATABASE shop COMMENT = 'a shop';
    CREATE SCHEMA shop.sales;
    CREATE SEQUENCE shop.sales.numbers START 5;
    CREATE TABLE shop.sales.orders (
        id INT AUTOINCREMENT, name VARCHAR(10) NOT NULL DEFAULT 'x', price NUMBER(10, 2),
        doc VARIANT, at TIMESTAMP_NTZ, PRIMARY KEY (id)
    ) COMMENT = 'orders';
    INSERT INTO shop.sales.orders (name, price, doc, at)
        SELECT 'tea', 1.5, PARSE_JSON('{"a": [1, null]}'), '2024-02-29'::TIMESTAMP_NTZ;
    CREATE VIEW shop.sales.a_view AS SELECT id, doc:a[0]::INT AS a FROM shop.sales.orders;
    CREATE VIEW shop.sales.of_a_view AS SELECT * FROM shop.sales.a_view;
    CREATE STAGE shop.sales.files;
    CREATE FILE FORMAT shop.sales.lines TYPE = CSV FIELD_DELIMITER = '|';
    COPY INTO @shop.sales.files/out/ FROM shop.sales.orders FILE_FORMAT = (TYPE = PARQUET);
"""

#: Looks at all of it.
LOOKS = (
    "SELECT id, name, price, doc, at FROM shop.sales.orders",
    "SELECT * FROM shop.sales.of_a_view",
    "SHOW SCHEMAS IN DATABASE shop",
    "SHOW TABLES IN SCHEMA shop.sales",
    "SHOW SEQUENCES IN SCHEMA shop.sales",
    "DESCRIBE TABLE shop.sales.orders",
    "SHOW PRIMARY KEYS IN TABLE shop.sales.orders",
    "LIST @shop.sales.files",
    "DESCRIBE FILE FORMAT shop.sales.lines",
    "SELECT shop.sales.numbers.NEXTVAL",
    "INSERT INTO shop.sales.orders (name) VALUES ('pen')",
    "SELECT MAX(id), COUNT(*) FROM shop.sales.orders",
)


def connect(session: Session) -> Connection:
    return session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)


def seen(connection: Connection) -> list[object]:
    run(connection, "USE SCHEMA shop.sales")
    return [run(connection, look) for look in LOOKS]


@kinds
@pytest.mark.parametrize("into", KINDS)
def test_a_fork_has_everything(registry: Registry, kind: Kind, into: Kind) -> None:
    origin = connect(registry.create("origin", kind))
    run(origin, EVERYTHING)
    fork = connect(registry.fork("origin", "fork", into))
    assert fork.session.kind == into
    assert seen(fork) == seen(origin)


@kinds
def test_a_fork_goes_its_own_way(registry: Registry, kind: Kind) -> None:
    origin = connect(registry.create("origin", kind, ttl=77))
    run(origin, "CREATE TABLE t AS SELECT 1 AS a; CREATE STAGE s")
    fork = registry.fork("origin")
    assert (fork.kind, fork.ttl) == (kind, 77)
    run(connect(fork), "INSERT INTO t VALUES (2); CREATE TABLE u (a INT)")
    run(connect(fork), "COPY INTO @s FROM t")
    run(origin, "DELETE FROM t")
    assert run(connect(fork), "SELECT * FROM t ORDER BY a") == [(1,), (2,)]
    assert run(origin, "LIST @s") == []
    with pytest.raises(errors.UndefinedObject):
        run(origin, "SELECT * FROM u")


@kinds
def test_what_is_restored_is_as_it_was(registry: Registry, kind: Kind) -> None:
    session = registry.create("s", kind)
    connection = connect(session)
    run(connection, EVERYTHING)
    session.snapshot("full")
    before = seen(connection)
    for spoil in (
        "DROP DATABASE shop",
        "TRUNCATE TABLE shop.sales.orders; REMOVE @shop.sales.files",
    ):
        run(connection, spoil)
        session.restore("full")
        assert seen(connection) == before


@kinds
def test_a_snapshot_leaves_out_what_is_not_committed(registry: Registry, kind: Kind) -> None:
    session = registry.create("s", kind)
    writer, reader = connect(session), connect(session)
    run(writer, "CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (1)")
    session.snapshot("before")
    run(writer, "COMMIT")
    session.snapshot("after")
    session.restore("before")
    assert run(reader, "SELECT COUNT(*) FROM t") == [(0,)]
    session.restore("after")
    assert run(reader, "SELECT COUNT(*) FROM t") == [(1,)]


@kinds
def test_connections_stay(registry: Registry, kind: Kind) -> None:
    session = registry.create("s", kind)
    connections = [connect(session) for _ in range(3)]
    run(connections[0], "CREATE DATABASE d; CREATE TABLE t AS SELECT 1 AS a; SET x = 5")
    run(connections[0], "CREATE TEMPORARY TABLE mine AS SELECT 7 AS a")
    session.snapshot("one")
    run(connections[1], "DROP DATABASE d")
    session.restore("one")
    assert run(connections[0], "SELECT t.a + $x + mine.a FROM t, mine") == [(13,)]
    for connection in connections:
        assert run(connection, "SELECT a FROM d.public.t") == [(1,)]


def test_an_open_transaction_is_not_cut_off_unasked(registry: Registry) -> None:
    session = registry.create("s")
    writer, other = connect(session), connect(session)
    run(writer, "CREATE TABLE t (a INT)")
    session.snapshot("empty")
    run(writer, "BEGIN; INSERT INTO t VALUES (1)")
    with pytest.raises(errors.SessionBusy):
        session.restore("empty")
    assert run(writer, "COMMIT; SELECT * FROM t") == [(1,)]

    run(writer, "BEGIN; INSERT INTO t VALUES (2)")
    session.restore("empty", force=True)
    with pytest.raises(errors.AdminShutdown):
        run(writer, "COMMIT")
    assert run(other, "SELECT * FROM t") == []


def test_a_running_statement_is_stopped_by_force(registry: Registry) -> None:
    session = registry.create("s")
    session.snapshot("empty")
    busy, failures = connect(session), []
    begun = threading.Event()

    def work() -> None:
        begun.set()
        try:
            run(
                busy,
                "SELECT SUM(a.seq * b.seq) FROM (SELECT SEQ8() AS seq FROM TABLE(GENERATOR(ROWCOUNT => 1000000))) a, (SELECT SEQ8() AS seq FROM TABLE(GENERATOR(ROWCOUNT => 1000000))) b",
            )
        except errors.SqlError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    while not busy.is_active:
        pass
    session.restore("empty", force=True)
    thread.join()
    assert [type(failure) for failure in failures] == [errors.Canceled]


@kinds
def test_snapshots_are_listed_and_removed(registry: Registry, kind: Kind) -> None:
    session = registry.create("s", kind)
    for name in ("one", "two"):
        session.snapshot(name)
    assert [snapshot.name for snapshot in session.snapshots.every()] == ["one", "two"]
    with pytest.raises(errors.SnapshotExists):
        session.snapshot("one")
    session.snapshots.remove("one")
    assert [snapshot.name for snapshot in session.snapshots.every()] == ["two"]
    for look in (session.snapshots.find, session.restore, session.snapshots.remove):
        with pytest.raises(errors.SnapshotNotFound):
            look("one")
    with pytest.raises(errors.SnapshotNotFound):
        registry.fork("s", "t", snapshot="one")


def test_snapshots_outlive_the_server(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    registry = Registry(config)
    run(connect(registry.create("s", "persistent")), "CREATE TABLE t AS SELECT 1 AS a")
    registry.get("s").snapshot("one")
    run(connect(registry.get("s")), "DROP TABLE t")
    registry.close()

    registry = Registry(config)
    assert [record.id for record in registry.stored()] == ["s"]
    registry.get("s").restore("one")
    assert run(connect(registry.get("s")), "SELECT * FROM t") == [(1,)]
    assert run(connect(registry.fork("s", "u", "memory", snapshot="one")), "SELECT * FROM t") == [
        (1,)
    ]
    registry.close()


def test_a_fork_overwrites_nothing(registry: Registry) -> None:
    registry.create("kept", "persistent")
    registry.delete("kept")
    registry.create("s", "persistent")
    for name in ("kept", "s"):
        with pytest.raises(errors.SessionExists):
            registry.fork("s", name)


# --- names ----------------------------------------------------------------------------------------


@kinds
def test_a_session_can_be_renamed(registry: Registry, kind: Kind) -> None:
    session = registry.create("old", kind)
    connection = connect(session)
    run(connection, "CREATE TABLE t AS SELECT 1 AS a; CREATE STAGE s; COPY INTO @s FROM t")
    registry.rename("old", "new")
    assert registry.get("new") is session
    with pytest.raises(errors.SessionNotFound):
        registry.get("old")
    run(connection, "INSERT INTO t SELECT $1::INT + 1 FROM @s")
    assert run(connection, "SELECT * FROM t ORDER BY a") == [(1,), (2,)]
    registry.create("old", kind)


def test_a_new_name_is_there_after_a_restart(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    registry = Registry(config)
    run(connect(registry.create("old", "persistent")), "CREATE TABLE t AS SELECT 1 AS a")
    run(
        connect(registry.create("apart", "persistent", path="place")),
        "CREATE TABLE t AS SELECT 2 AS a",
    )
    registry.rename("old", "new")
    registry.rename("apart", "found")
    registry.close()

    registry = Registry(config)
    assert sorted(record.id for record in registry.stored()) == ["found", "new"]
    assert run(connect(registry.get("new")), "SELECT * FROM t") == [(1,)]
    assert run(connect(registry.get("found")), "SELECT * FROM t") == [(2,)]
    assert (tmp_path / "sessions" / "new").is_dir()
    registry.close()


@pytest.mark.parametrize(("old", "new", "error"), [
    ("s", "taken", errors.SessionExists),
    ("s", "stored", errors.SessionExists),
    ("s", "../up", errors.InvalidSession),
    ("s", "", errors.InvalidSession),
    (DEFAULT, "other", errors.InvalidSession),
    ("never", "other", errors.SessionNotFound),
])  # fmt: skip
def test_names_that_cannot_be(
    registry: Registry, old: str, new: str, error: type[Exception]
) -> None:
    registry.create("stored", "persistent")
    registry.delete("stored")
    for name in ("s", "taken", DEFAULT):
        registry.create(name, "persistent")
    with pytest.raises(error):
        registry.rename(old, new)


def test_a_time_to_live_can_be_changed(registry: Registry) -> None:
    session = registry.create("s", "persistent", ttl=5)
    assert registry.set_ttl("s", 9).ttl == 9
    assert [record.ttl for record in registry.stored()] == [9]
    assert registry.set_ttl("s", None).ttl == 60
    assert session.ttl == 60
