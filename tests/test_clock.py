"""The clocks: what a jump of the machine's clock may change, and what not."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from mockhaus import clock
from mockhaus.config import Config
from mockhaus.sessions.history import new_id
from mockhaus.sessions.registry import Registry

jumps = pytest.mark.parametrize("days", [400, -400])


def jump(patch: pytest.MonkeyPatch, days: int) -> None:
    """The machine's clock is set to another time."""
    moved = time.time() + days * 86_400
    patch.setattr(time, "time", lambda: moved)
    patch.setattr("mockhaus.sessions.session.now", lambda: datetime.fromtimestamp(moved, UTC))


def test_what_passes_evenly() -> None:
    first = clock.steady()
    assert abs(first - time.time()) < 60
    assert first <= clock.steady()


@jumps
def test_query_ids_grow(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    before = int(new_id()[:8], 16)
    jump(monkeypatch, days)
    assert int(new_id()[:8], 16) - before in {0, 1}


@jumps
def test_sessions_live_as_long_as_they_were_to(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    registry = Registry(Config())
    try:
        fresh, old = registry.create("fresh", ttl=60), registry.create("old", ttl=60)
        old.last_used -= 61
        jump(monkeypatch, days)
        assert (fresh.is_expired, old.is_expired) == (False, True)
        fresh.touch()
        assert not fresh.is_expired
    finally:
        registry.close()
