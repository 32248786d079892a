"""The long tests, for a moment: that they work, and find nothing at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endurance import disks, http_fuzz, isolation, killed, model, soak
from tests.endurance.__main__ import Part
from tests.endurance.report import Report


def test_mixed_work() -> None:
    steps, _, _ = soak.run(seconds=4, seed=1, sessions=2)
    assert steps > 10


def test_killed_while_clients_write(tmp_path: Path) -> None:
    assert all(writer.tried for writer in killed.run(tmp_path, times=1, seed=1))


@pytest.mark.parametrize("part", [http_fuzz.run, isolation.run, model.run])
def test_part(part: Part) -> None:
    report = part(0.5, 1)
    assert sum(report.tried.values()) > 10
    assert report.lost == []


def test_a_file_that_cannot_grow(tmp_path: Path) -> None:
    report = Report()
    disks.file_limit(tmp_path, 1, report)
    assert report.lost == []
