"""Sessions: made, found, expired, evicted, kept on disk, isolated from each other."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.storage import Kind
from mockhaus.sessions.transaction import Transactions
from tests.support import run


def connect(session: Session) -> Connection:
    return session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)


def age(session: Session, seconds: float) -> None:
    """Make the session's last use lie back."""
    session.last_used -= seconds


def test_sessions_see_nothing_of_each_other(registry: Registry) -> None:
    one, two = connect(registry.create("one")), connect(registry.create("two"))
    run(one, "CREATE DATABASE d; CREATE TABLE t (a INT); SET x = 1")
    with pytest.raises(errors.UndefinedObject):
        run(two, "SELECT * FROM d.public.t")
    with pytest.raises(errors.UndefinedVariable):
        run(two, "SELECT $x")


def test_a_session_sees_nothing_of_the_one_before(registry: Registry) -> None:
    """Both may be in the same DuckDB instance."""
    old = connect(registry.create("s"))
    run(old, "CREATE TABLE t (a INT); CREATE TEMPORARY TABLE x (a INT); CREATE STAGE st; BEGIN")
    run(old, "ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'; INSERT INTO t VALUES (1)")
    registry.delete("s")
    new = connect(registry.create("s"))
    for name in ("t", "x"):
        with pytest.raises(errors.UndefinedObject):
            run(new, f"SELECT * FROM {name}")
    assert run(new, "SHOW TABLES") == run(new, "SHOW STAGES") == []
    with pytest.raises(errors.AdminShutdown):
        run(old, "SELECT 1")


def test_an_unknown_session_is_not_made(registry: Registry) -> None:
    with pytest.raises(errors.SessionNotFound):
        registry.get("never")


def test_an_expired_session_is_told_from_an_unknown_one(registry: Registry) -> None:
    age(registry.create("old", ttl=10), 11)
    with pytest.raises(errors.SessionExpired):
        registry.get("old")
    with pytest.raises(errors.SessionExpired):
        registry.get("old")


@pytest.mark.parametrize(("ttl", "idle_s", "expired"), [
    (10, 9, False), (10, 11, True), (0, 10_000_000, False), (None, 59, False), (None, 61, True),
])  # fmt: skip
def test_time_to_live(registry: Registry, ttl: float | None, idle_s: float, expired: bool) -> None:
    session = registry.create("s", ttl=ttl)
    age(session, idle_s)
    assert session.is_expired is expired
    assert registry.cleanup() == int(expired)


def test_use_extends_a_life_and_looking_does_not(registry: Registry) -> None:
    session = registry.create("s", ttl=10)
    connection = connect(session)
    connection.idle = True
    age(session, 8)
    registry.get("s")
    age(session, 1)
    run(connection, "SELECT 1")
    age(session, 9)
    assert not session.is_expired


def test_rows_still_to_be_read_keep_a_session(registry: Registry) -> None:
    session = registry.create("s", ttl=1)
    connection = connect(session)
    connection.idle = True
    (result,) = connection.execute("SELECT seq4() FROM TABLE(GENERATOR(ROWCOUNT => 1000000))")
    age(session, 100)
    assert not session.is_expired
    result.close()
    assert session.is_expired


def test_many_at_once_open_a_stored_session_once(registry: Registry) -> None:
    run(connect(registry.create("p", kind="persistent")), "CREATE TABLE t (a INT)")
    registry.close()
    found: list[Session] = []
    threads = [threading.Thread(target=lambda: found.append(registry.get("p"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_the_default_session_never_expires(registry: Registry) -> None:
    session = registry.attach(DEFAULT)
    age(session, 10_000_000)
    assert registry.attach(DEFAULT) is session


def test_the_default_session_takes_no_time_to_live(registry: Registry) -> None:
    registry.attach(DEFAULT)
    with pytest.raises(errors.InvalidSession):
        registry.set_ttl(DEFAULT, 5)
    assert registry.set_ttl(DEFAULT, None).ttl == 0


def test_at_the_limit_the_session_unused_longest_goes(registry: Registry) -> None:
    for number, name in enumerate(("a", "b", "c")):
        age(registry.create(name), 10 - number)
    registry.create("d")
    assert sorted(s.id for s in registry.list()) == ["b", "c", "d"]


def test_busy_sessions_are_not_evicted(registry: Registry) -> None:
    for name in ("a", "b", "c"):
        connect(registry.create(name))
    with pytest.raises(errors.TooManySessions):
        registry.create("d")


INVALID = [
    ({"session_id": "../x"}, errors.InvalidSession),
    ({"session_id": "a/b"}, errors.InvalidSession),
    ({"session_id": "x" * 129}, errors.InvalidSession),
    ({"ttl": -1}, errors.InvalidSession),
    ({"kind": "bogus"}, errors.InvalidSession),
    ({"kind": "persistent", "path": "../../etc"}, errors.InvalidSession),
    ({"kind": "persistent", "path": "/etc"}, errors.InvalidSession),
    ({"session_id": "taken"}, errors.SessionExists),
]


@pytest.mark.parametrize(("arguments", "kind"), INVALID)
def test_what_cannot_be(
    registry: Registry, arguments: dict[str, object], kind: type[errors.SessionError]
) -> None:
    registry.create("taken")
    with pytest.raises(kind):
        registry.create(**arguments)  # type: ignore[arg-type]


def test_persistence_needs_a_data_directory() -> None:
    registry = Registry(Config())
    with pytest.raises(errors.InvalidSession, match="data directory"):
        registry.create(kind="persistent")
    registry.close()


def test_a_persistent_session_survives_a_restart(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    registry = Registry(config)
    connection = connect(registry.create("kept", kind="persistent"))
    run(
        connection,
        "CREATE DATABASE d; CREATE TABLE t (a INT COMMENT 'c'); INSERT INTO t VALUES (1);"
        "CREATE VIEW v AS SELECT a, IFF(a > 0, 'yes', 'no') AS w FROM t",
    )
    registry.close()

    again = Registry(config)
    connection = connect(again.get("kept"))
    assert run(connection, "SELECT * FROM d.public.v") == [(1, "yes")]
    assert run(connection, "DESC TABLE d.public.t")[0][9] == "c"
    again.delete("kept", with_data=True)
    with pytest.raises(errors.SessionNotFound):
        again.get("kept")
    again.close()


def test_deleting_keeps_the_data_unless_told(registry: Registry) -> None:
    run(connect(registry.create("p", kind="persistent")), "CREATE TABLE t (a INT)")
    registry.delete("p")
    with pytest.raises(errors.SessionNotFound):
        registry.get("p")
    again = registry.create("p", kind="persistent")
    assert run(connect(again), "SELECT count(*) FROM t") == [(0,)]


def test_memory_sessions_clean_up_after_themselves(registry: Registry) -> None:
    session = registry.create("m")
    folder = session.files
    assert folder.exists()
    registry.delete("m")
    assert not folder.exists()


#: A file of a stored session, and what is damaged about it.
DAMAGED = [
    ("session.duckdb", b"no database"), ("session.duckdb", b""), ("session.json", b"{"),
    ("session.json", b"[1]"), ("session.json", b"\xff"), ("session.json", b'{"id": "s"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), DAMAGED)
def test_damaged_data_are_in_nobody_elses_way(
    tmp_path: Path, name: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    registry = Registry(Config(data_dir=tmp_path))
    folder = registry.create("s", kind="persistent", owner="ann").folder
    assert folder is not None
    registry.close()
    (folder / name).write_bytes(content)
    registry = Registry(Config(data_dir=tmp_path))
    for again in (registry.get, registry.attach, partial(registry.create, kind="persistent")):
        with pytest.raises(errors.UnreadableSession, match="'s' cannot be") as raised:
            again("s")
        assert str(tmp_path) not in f"{raised.value.message}{raised.value.hint}"
    assert (str(folder) in caplog.text) is (name == "session.duckdb")
    with pytest.raises(errors.InvalidSession, match="inside"):
        registry.create("t", kind="persistent", path="s/t")
    with pytest.raises(errors.SessionNotFound):
        registry.get("other")
    registry.create("other", kind="persistent")
    assert "other" in [each.id for each in registry.stored()]
    assert (folder / name).read_bytes() == content
    registry.close()


def test_data_that_another_server_has_open(tmp_path: Path) -> None:
    registry = Registry(Config(data_dir=tmp_path))
    registry.create("s", kind="persistent")
    opens = f"""
from pathlib import Path
from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
try:
    Registry(Config(data_dir=Path({str(tmp_path)!r}))).get("s")
except Exception as error:
    print(type(error).__name__, error.hint)
"""
    ran = subprocess.run([sys.executable, "-c", opens], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("UnreadableSession They are damaged, or another server has them")
    registry.close()


def test_a_temporary_session_has_a_file_that_goes_with_it(registry: Registry) -> None:
    session = registry.create("t", "temporary", ttl=10)
    run(connect(session), "CREATE TABLE t AS SELECT 1 AS a")
    path = session.path
    assert path is not None
    assert path.exists()
    assert (session.folder, registry.stored()) == (None, [])
    session.snapshot("one")
    run(connect(session), "DROP TABLE t")
    session.restore("one")
    copy = registry.fork("t", "copy")
    for each in (session, copy):
        assert run(connect(each), "SELECT * FROM t") == [(1,)]
    assert (copy.kind, copy.path == path) == ("temporary", False)
    registry.rename("t", "u")
    registry.delete("copy")
    session = registry.reset("u")
    assert (session.kind, session.ttl) == ("temporary", 10)
    assert run(connect(session), "SHOW TABLES") == []
    for connection in list(session._connections):
        connection.close()
    age(session, 11)
    assert registry.cleanup() == 1
    with pytest.raises(errors.SessionExpired):
        registry.get("u")
    assert not path.exists()


def test_many_at_the_limit(registry: Registry) -> None:
    """Whoever finds a session and holds it has it; there are never more than the limit, 3."""
    gone = (errors.SessionNotFound, errors.SessionExpired, errors.TooManySessions)

    def use(worker: int) -> tuple[int, int]:
        used = most = 0
        for turn in range(8):
            with suppress(*gone):
                session = registry.create(f"s-{worker}-{turn % 2}")
                most = max(most, len(registry.list()))
                session.hold()
                try:
                    connection = connect(session)
                    assert run(connection, "SELECT 1") == [(1,)]
                    connection.close()
                    used += 1
                finally:
                    session.release()
                registry.delete(session.id)
        return used, most

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(use, range(6)))
    assert sum(used for used, _ in found) >= 6
    assert max(most for _, most in found) <= 3


def test_a_session_that_is_held_is_not_idle(registry: Registry) -> None:
    session = registry.create("s", ttl=1)
    age(session, 2)
    session.hold()
    assert (session.is_expired, session.retire(), registry.cleanup()) == (False, False, 0)
    session.release()
    assert registry.cleanup() == 1
    for use in (session.hold, lambda: connect(session), lambda: session.snapshot("a")):
        with pytest.raises(errors.SessionNotFound):
            use()


@pytest.mark.parametrize("kind", ["memory", "persistent"])
def test_a_session_is_there_all_the_while_it_is_reset(registry: Registry, kind: Kind) -> None:
    session = registry.create("r", kind, ttl=60, owner="ann", shared=True)
    folder = session.folder
    run(connect(session), "CREATE TABLE t (a INT); CREATE STAGE s")
    session.snapshot("before")
    over = threading.Event()

    def look() -> int:
        looked = 0
        while not over.is_set():
            registry.get("r")
            looked += 1
        return looked

    with ThreadPoolExecutor(2) as pool:
        looks = [pool.submit(look) for _ in range(2)]
        for _ in range(3):
            session = registry.reset("r")
        over.set()
        assert all(each.result() > 0 for each in looks)
    assert run(connect(session), "SHOW TABLES") == run(connect(session), "SHOW STAGES") == []
    assert session.snapshots.every() == []
    assert (session.kind, session.ttl, session.folder) == (kind, 60, folder)
    assert (session.owner, session.shared) == ("ANN", True)


def test_a_session_that_is_closed_is_opened_again_by_those_who_come(registry: Registry) -> None:
    """One that is stored: who asks for it while it is evicted waits, and has it."""
    registry.create("p", kind="persistent", ttl=0.000_001)
    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(registry.get, "p") for _ in range(40)]
        assert {each.result().id for each in looks} == {"p"}


def test_who_asks_for_a_session_that_is_being_opened_waits(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(*arguments: Any, **options: Any) -> Session:
        begun.set()
        assert may_end.wait(30)
        return Session(*arguments, **options)

    monkeypatch.setattr("mockhaus.sessions.registry.Session", slow)
    with ThreadPoolExecutor() as threads:
        opened = threads.submit(registry.attach, "late")
        assert begun.wait(30)
        asked = threads.submit(registry.get, "late")
        may_end.set()
        assert asked.result(30) is opened.result(30)
