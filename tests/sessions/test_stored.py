"""Persistent sessions after a restart: id, TTL, path, birth; what was deleted stays away."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions import stored
from mockhaus.sessions.registry import Registry


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path)


def restarted(registry: Registry, config: Config) -> Registry:
    registry.close()
    return Registry(config)


#: Id, TTL asked for, path -> TTL after a restart.
SESSIONS = [
    ("plain", None, None, 3600.0),
    ("short", 60.0, None, 60.0),
    ("never", 0.0, None, 0.0),
    ("elsewhere", 60.0, "team/deep", 60.0),
]


@pytest.mark.parametrize(("session_id", "ttl", "path", "after"), SESSIONS)
def test_a_session_after_a_restart(
    config: Config, session_id: str, ttl: float | None, path: str | None, after: float
) -> None:
    registry = Registry(config)
    made = registry.create(session_id, "persistent", ttl, path)
    registry = restarted(registry, config)
    assert [record.id for record in registry.stored()] == [session_id]
    found = registry.get(session_id)
    assert (found.kind, found.ttl, found.folder) == ("persistent", after, made.folder)
    assert found.created == made.created
    registry.close()


def test_a_deleted_session_is_away_until_it_is_created_again(config: Config) -> None:
    registry = Registry(config)
    registry.create("s", "persistent")
    registry.delete("s")
    registry = restarted(registry, config)
    assert registry.stored() == []
    with pytest.raises(errors.SessionNotFound):
        registry.get("s")
    registry.create("s", "persistent")
    assert [record.id for record in registry.stored()] == ["s"]
    registry.delete("s", with_data=True)
    assert not list(Path(config.data_dir or "").rglob("session.*"))
    registry.close()


def test_an_id_and_a_path_belong_together(config: Config) -> None:
    registry = Registry(config)
    registry.create("a", "persistent", path="x")
    registry = restarted(registry, config)
    with pytest.raises(errors.InvalidSession):
        registry.create("b", "persistent", path="x")
    with pytest.raises(errors.SessionExists):
        registry.create("a", "persistent", path="y")
    registry.close()


def test_a_folder_without_a_record_is_a_session(config: Config) -> None:
    registry = Registry(config)
    folder = registry.create("old", "persistent").folder
    registry.close()
    assert folder is not None
    (folder / stored.RECORD_FILE).unlink()
    registry = Registry(config)
    assert registry.get("old").ttl == config.session_ttl
    registry.close()
