"""Clients of Node.js: node-postgres with cursors, streams and COPY, postgres.js, query builders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Server

#: Where `npm install` put them: NODE_PATH, which node itself reads.
MODULES = Path(os.environ.get("NODE_PATH", ".venv-clients/node/node_modules")).absolute()
TALK = Path(__file__).with_name("node") / "talk.js"
PATIENCE = 120

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not MODULES.is_dir(), reason="needs node and npm"
)

#: Step of the conversation -> what it gives.
GIVEN: dict[str, Any] = {
    "types": ["-7", 0.1, "1.10", "zoë 'q' \\1", True, "00ff", "9999-12-31", "23:59:59.123456",
              "2024-02-29T12:00:00.005Z", {"a": [1, None]}, "00112233-4455-6677-8899-aabbccddeeff",
              None],
    "named": [f"{1 + n} {2 + n}" for n in range(8)],
    "lists": [["1", "2"], ["2"]],
    "errors": ["42703", "22007", "25P02", 2],
    "cursor": [10, 7, 50000 * 49999 // 2],
    "copy": "1,x\ty\n2,\n",
    "pool": 132,
    "postgres": [["a", "b"], "undone", ["c", "b"], 50000, {"a": 1}],
    "knex": [2, [{"name": "a", "amount": "3.00"}],
             [True, ["id", "name", "amount", "created_at", "updated_at"]]],
    "sequelize": [2, [["it's", "1.50"], ["a", "2.00"]], 2, ["id", "name", "amount", "at"]],
    "drizzle": [["a", "b"], ["a"]],
}  # fmt: skip


@pytest.fixture(scope="module")
def given(server: Server) -> dict[str, Any]:
    """What each step gave."""
    command = ["node", str(TALK), str(server.port), server.user, server.database]
    environment = {**os.environ, "NODE_PATH": str(MODULES), "TZ": "UTC"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("step", GIVEN)
def test_node(given: dict[str, Any], step: str) -> None:
    assert given[step] == GIVEN[step]
