"""COPY INTO that is cancelled, rolled back, done again, or run by two at a time."""

from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.ingestion import stopping
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from tests.support import run


@pytest.fixture(params=Transactions)
def connection(session: Session, request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    """A connection of each door, a table T and a stage ST over the folder `data`."""
    made = session.connect(user="ann", door="http", transactions=request.param)
    (tmp_path / "files").mkdir()
    run(made, f"CREATE TABLE t (a VARCHAR); CREATE STAGE st URL = 'file://{tmp_path}/files'")
    return made


def another(connection: Connection) -> Connection:
    """A second one of the same kind."""
    rules = connection._transaction.rules
    return connection.session.connect(user="bob", door="http", transactions=rules)


def count(connection: Connection) -> int:
    ((found,),) = run(connection, "SELECT COUNT(*) FROM t")
    return int(found)


def scratch(connection: Connection) -> list[Path]:
    return list((connection.session.files / "scratch").glob("*"))


def _escaped(folder: Path) -> int:
    """Only our own reader reads it."""
    (folder / "x.csv").write_text("a\\,b\n" * 30_000)
    return 30_000


def _packed(folder: Path) -> int:
    """Large enough to be unpacked first."""
    chance = random.Random(1)
    lines = b"".join(b"%x\n" % chance.getrandbits(1000) for _ in range(12_000))
    (folder / "x.csv.gz").write_bytes(gzip.compress(lines, 1))
    return 12_000


def _encoded(folder: Path) -> int:
    (folder / "x.csv").write_bytes(b"\xe9\n" * 1000)
    return 1000


def _many(folder: Path) -> int:
    for n in range(20):
        (folder / f"{n}.csv").write_text("a\n")
    return 20


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (_escaped, ""),
        (_packed, ""),
        (_encoded, "FILE_FORMAT = (ENCODING = 'ISO-8859-1')"),
        (_many, ""),
    ],
)
def test_a_cancel_between_queries_is_heeded(
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], int],
    options: str,
) -> None:
    rows = make(tmp_path / "files")
    check = stopping.check

    def cancelled() -> None:
        connection.cancel()
        check()

    with monkeypatch.context() as patch:
        patch.setattr(stopping, "check", cancelled)
        with pytest.raises(errors.Canceled):
            run(connection, f"COPY INTO t FROM @st {options} ON_ERROR = CONTINUE")
    assert count(connection) == 0
    assert scratch(connection) == []
    run(connection, f"COPY INTO t FROM @st {options}")
    assert count(connection) == rows


@pytest.mark.parametrize("make", [_escaped, _packed, _many])
def test_a_rollback_takes_the_load_history_with_it(
    connection: Connection, tmp_path: Path, make: Callable[[Path], int]
) -> None:
    rows = make(tmp_path / "files")
    run(connection, "BEGIN; COPY INTO t FROM @st")
    assert count(connection) == rows
    run(connection, "ROLLBACK")
    assert count(connection) == 0
    run(connection, "COPY INTO t FROM @st")
    run(connection, "COPY INTO t FROM @st")
    assert count(connection) == rows
    assert scratch(connection) == []


@pytest.mark.parametrize("make", [_packed, _many])
def test_a_statement_that_fails_after_a_copy_undoes_itself_alone(
    snowflake: Connection, tmp_path: Path, make: Callable[[Path], int]
) -> None:
    (tmp_path / "files").mkdir()
    rows = make(tmp_path / "files")
    run(snowflake, f"CREATE TABLE t (a VARCHAR); CREATE STAGE st URL = 'file://{tmp_path}/files'")
    run(snowflake, "BEGIN; COPY INTO t FROM @st")
    with pytest.raises(errors.SqlError):
        run(snowflake, "INSERT INTO t SELECT 1 / 0")
    run(snowflake, "COMMIT")
    assert count(snowflake) == rows


def test_two_at_a_time_load_each_file_once(connection: Connection, tmp_path: Path) -> None:
    rows = _many(tmp_path / "files")
    both = [connection, another(connection)]
    ready = threading.Barrier(2)
    failed: list[BaseException] = []

    def load(each: Connection) -> None:
        ready.wait(10)
        try:
            run(each, "COPY INTO t FROM @st")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=load, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert count(connection) == rows


@pytest.mark.parametrize(("ends", "loaded"), [("COMMIT", 0), ("ROLLBACK", 20)])
def test_the_second_waits_for_what_becomes_of_the_first(
    connection: Connection, tmp_path: Path, ends: str, loaded: int
) -> None:
    rows = _many(tmp_path / "files")
    other = another(connection)
    run(connection, "BEGIN; COPY INTO t FROM @st")
    answers: list[list[tuple[Any, ...]]] = []
    waiting = threading.Thread(target=lambda: answers.append(run(other, "COPY INTO t FROM @st")))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    run(connection, ends)
    waiting.join(60)
    (answer,) = answers
    assert sum(row[3] for row in answer if len(row) > 1) == loaded
    assert count(connection) == rows
