"""Sending a file to an object store: a whole object, or none and an error."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from msgspec.structs import replace
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from mockhaus.errors import LoadError
from mockhaus.ingestion.storage import object_stores
from mockhaus.ingestion.storage.object_stores import Access, ObjectStore


class _Broken(io.BytesIO):
    """A file that can be read only in part."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A store whose objects are files of the folder `objects/bucket`."""
    files = SubTreeFileSystem(str(tmp_path / "objects"), LocalFileSystem())
    (tmp_path / "objects" / "bucket").mkdir(parents=True)
    opened = replace(object_stores.SCHEMES["s3"], open=lambda _, __: files)
    monkeypatch.setitem(object_stores.SCHEMES, "s3", opened)
    return ObjectStore("s3://bucket", Access({}), tmp_path / "scratch")


def test_a_file_is_sent_whole(store: ObjectStore) -> None:
    path = store.temporary()
    path.write_text("1,x\n")
    store.publish(path, "a.csv")
    (found,) = store.list("")
    assert (found.name, found.size, path.exists()) == ("a.csv", 4, False)


def test_a_file_that_cannot_be_read_leaves_no_object(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.temporary()
    monkeypatch.setattr(Path, "open", lambda *_: _Broken(b"1,x\n"))
    with pytest.raises(LoadError, match=r"'s3://bucket/a\.csv' cannot be written: .*Input/output"):
        store.publish(path, "a.csv")
    assert store.list("") == []
