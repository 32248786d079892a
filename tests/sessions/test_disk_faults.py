"""Where a session's files lie fails: every refusal has a code, and the others go on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.engine.database import Database
from mockhaus.sessions import opening
from mockhaus.sessions.registry import Registry


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
