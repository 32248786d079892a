"""dbt-postgres over a small project: seed, run twice, snapshot twice, test, docs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.clients.conftest import Server

Dbt = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(__file__).with_name("dbt_shop"), tmp_path / "shop"))


@pytest.fixture
def dbt(server: Server, project: Path) -> Dbt:
    def run(*arguments: str) -> None:
        done = subprocess.run(
            [Path(sys.executable).with_name("dbt"), "--no-use-colors", *arguments],
            cwd=project,
            env={**server.environment, "DBT_PROFILES_DIR": str(project)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]

    return run


@pytest.mark.timeout(600)
def test_a_project_from_seed_to_docs(server: Server, project: Path, dbt: Dbt) -> None:
    def rows(text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user=server.user, dbname=server.database
        ) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    dbt("seed")
    dbt("run")
    assert rows("SELECT guest, paid FROM dbt_shop.guests ORDER BY guest") == [
        ("ann", 10.5),
        ("bob", 3.0),
    ]
    dbt("snapshot")
    rows("INSERT INTO dbt_shop.visits VALUES (4, 'cid', 1, '2024-03-02')")
    rows("UPDATE dbt_shop.visits SET paid = 5 WHERE id = 3")
    dbt("run")
    assert rows("SELECT id, guest, paid FROM dbt_shop.log WHERE id > 2 ORDER BY id") == [
        (3, "ann", 5.0),
        (4, "cid", 1.0),
    ]
    dbt("snapshot")
    assert rows("SELECT COUNT(*), COUNT(dbt_valid_to) FROM dbt_shop.visits_then") == [(5, 1)]
    dbt("test")
    dbt("docs", "generate")
    catalog = json.loads((project / "target" / "catalog.json").read_text(encoding="utf-8"))
    guests = catalog["nodes"]["model.shop.guests"]
    assert guests["metadata"]["type"] == "BASE TABLE"
    assert guests["metadata"]["comment"] == "Who came, and what's paid"
    assert list(guests["columns"]) == ["guest", "paid", "last_day"]
    assert catalog["nodes"]["model.shop.visits_clean"]["metadata"]["type"] == "VIEW"
