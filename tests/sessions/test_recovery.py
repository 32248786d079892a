"""A process that is killed leaves sessions as they were or as they are to be, and nothing else."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
from tests.sessions.crashes import OPERATIONS

ROOT = Path(__file__).parents[2]

OLD, NOW = ["ANN", ["old"], "old"], ["ANN", ["now"], "now"]
#: Operation -> what may be found: session -> owner, row of the table, text of the file, snapshots.
ALLOWED: dict[str, list[dict[str, Any]]] = {
    "restore": [{"s": [*NOW, ["old"]]}, {"s": [*OLD, ["old"]]}],
    "snapshot": [{"s": [*NOW, ["old"]]}, {"s": [*NOW, ["old", "new"]]}],
    "fork": [{"s": [*NOW, ["old"]]}, {"s": [*NOW, ["old"]], "copy": [*OLD, []]}],
    "fork now": [{"s": [*NOW, ["old"]]}, {"s": [*NOW, ["old"]], "copy": [*NOW, []]}],
    "create": [{"s": [*NOW, ["old"]]}, {"s": [*NOW, ["old"]], "copy": ["ANN", None, None, []]}],
    "delete": [{"s": [*NOW, ["old"]]}, {}],
    "reset": [{"s": [*NOW, ["old"]]}, {"s": ["ANN", None, None, []]}],
    "remove snapshot": [{"s": [*NOW, ["old"]]}, {"s": [*NOW, []]}],
}
#: What there may be on the disk.
NAMES = {"s", "copy", "session.duckdb", "session.json", "files", "said", "snapshots", "old", "new",
         "snapshot.duckdb"}  # fmt: skip


@pytest.mark.timeout(400)  # some forty processes, which start slowly beside others
def test_killed_at_any_moment(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.sessions.crashes", str(tmp_path), "7", "3"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=380, check=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    for operation, moment, code, found in lines:
        assert code in (0, -signal.SIGKILL), (operation, moment)
        assert set(found.pop("names")) <= NAMES, (operation, moment)
        assert found in ALLOWED[operation], (operation, moment)
    assert {line[0] for line in lines} == set(OPERATIONS)
    assert sum(line[2] != 0 for line in lines) >= 15


def test_folders_of_memory_sessions_go_with_who_comes_next(tmp_path: Path) -> None:
    """Unless their process still runs."""
    makes = """
import tempfile, sys
from pathlib import Path
from mockhaus.sessions.storage import MemoryStorage
tempfile.tempdir = sys.argv[1]
home = MemoryStorage().home
print(sorted(each.name for each in Path(sys.argv[1]).iterdir() if each != home.parent), flush=True)
sys.stdin.read()
"""

    def start() -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", makes, str(tmp_path)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    first, others = start()
    assert others == "[]"
    second, others = start()
    assert others.startswith("['mockhaus-memory-")
    for process in (first, second):
        process.kill()
        process.communicate()
    third, others = start()
    assert others == "[]"
    third.communicate("")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("path", "words"), [
    ("a/b/inner", "inside another session's"), ("a", "another session's inside"),
    (".hidden", "begins with a dot"), ("x/.gone-1/y", "begins with a dot"),
])  # fmt: skip
def test_folders_are_not_within_each_other(tmp_path: Path, path: str, words: str) -> None:
    """Deleting one would delete the other."""
    registry = Registry(Config(data_dir=tmp_path))
    registry.create("s", "persistent", path="a/b")
    with pytest.raises(errors.InvalidSession, match=words):
        registry.create("other", "persistent", path=path)
    registry.close()


def test_a_restore_that_is_refused_is_not_made_up_for(tmp_path: Path) -> None:
    registry = Registry(Config(data_dir=tmp_path))
    session = registry.create("s", "persistent")
    session.snapshot("empty")
    (session.files / "said").write_text("now")
    with session.gate, pytest.raises(errors.SessionBusy):
        session.restore("empty")
    registry.close()
    registry = Registry(Config(data_dir=tmp_path))
    assert (registry.get("s").files / "said").read_text() == "now"
    registry.close()
