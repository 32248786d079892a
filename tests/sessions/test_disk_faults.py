"""Where a session's files lie fails: every refusal has a code, and the others go on."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.engine.database import Database
from mockhaus.sessions import opening
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, errors.DiskFull),
        (errno.EDQUOT, errors.DiskFull),
        (errno.EFBIG, errors.DiskFull),
        (errno.EROFS, errors.StorageFault),
        (errno.EACCES, errors.StorageFault),
        (errno.EIO, errors.StorageFault),
    ],
)
def test_a_session_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[errors.SqlError]
) -> None:
    def fails(*arguments: object, **options: object) -> None:
        raise OSError(number, "the system's words")

    registry = Registry(Config(data_dir=tmp_path))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(opening, "kept", fails)
            with pytest.raises(kind):
                registry.create("s", "persistent")
        assert registry.create("s", "persistent").id == "s"
    finally:
        registry.close()


def test_one_that_cannot_be_written_out_keeps_no_other_from_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(database: Database) -> None:
        raise errors.DiskFull("The disk is full.")

    registry = Registry(Config(data_dir=tmp_path))
    for name in ("a", "b"):
        registry.create(name, "persistent")
    monkeypatch.setattr(Database, "checkpoint", fails)
    registry.close()
    assert registry.list() == []
    assert caplog.text.count("The disk is full.") == 2


@pytest.fixture
def file_size() -> Iterator[Callable[[int], None]]:
    """Lets no file of this process grow beyond so many bytes, -1: as before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _answer(connection: Connection, text: str) -> list[tuple[Any, ...]]:
    return [row for result in connection.execute(text) for row in result.python_rows()]


def test_a_log_that_cannot_be_written_into_the_file(
    tmp_path: Path, file_size: Callable[[int], None]
) -> None:
    """DuckDB tries at 16 MiB. The commit stands and is told with its count, the session goes on;
    what was open in other connections is lost, and they hear it."""
    batch = "SELECT SEQ4(), REPEAT(MD5(RANDOM()), 60) FROM TABLE(GENERATOR(ROWCOUNT => 1000))"
    registry = Registry(Config(data_dir=tmp_path))
    try:
        session = registry.create("s", "persistent")
        writer, other = (
            session.connect(user="u", door="x", transactions=Transactions.POSTGRESQL)
            for _ in range(2)
        )
        _answer(writer, "CREATE TABLE t (n INT, x VARCHAR)")
        _answer(other, "BEGIN; SELECT COUNT(*) FROM t")
        file_size(19 * 2**20)
        count = 0
        refusals: list[type[errors.SqlError]] = []
        while not refusals and count < 60_000:
            try:
                for result in writer.execute(f"INSERT INTO t {batch}"):
                    count += result.row_count or 0
            except errors.SqlError as error:
                refusals.append(type(error))
            assert _answer(writer, "SELECT COUNT(*) FROM t") == [(count,)]
        assert refusals == [errors.DiskFull]
        assert count > 8_000
        with pytest.raises(errors.AdminShutdown):
            _answer(other, "COMMIT")
        file_size(-1)
        _answer(writer, "INSERT INTO t VALUES (1, '')")
    finally:
        file_size(-1)
        registry.close()
    registry = Registry(Config(data_dir=tmp_path))
    try:
        reader = registry.get("s").connect(user="u", door="x", transactions=Transactions.POSTGRESQL)
        assert _answer(reader, "SELECT COUNT(*) FROM t") == [(count + 1,)]
    finally:
        registry.close()
