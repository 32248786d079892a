"""The long tests, for a moment: that they work, and find nothing at once."""

from __future__ import annotations

from pathlib import Path

from tests.endurance import killed, soak


def test_mixed_work() -> None:
    steps, _, _ = soak.run(seconds=4, seed=1, sessions=2)
    assert steps > 10


def test_killed_while_clients_write(tmp_path: Path) -> None:
    assert all(writer.tried for writer in killed.run(tmp_path, times=1, seed=1))
