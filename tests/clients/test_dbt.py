"""dbt-postgres over examples/dbt_project: seed, run twice, snapshot twice, test, docs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.clients.conftest import Server

ROOT = Path(__file__).parents[2]

Dbt = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "dbt_project", tmp_path / "shop"))


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

    dbt("build")
    totals = "SELECT name, country, total, favourite FROM analytics.customer_totals ORDER BY name"
    assert rows(totals) == [
        ("Ann", "Germany", 40, {"sku": "pot", "amount": 25}),
        ("Bob", "France", 17.5, {"sku": "tea", "amount": 17.5}),
        ("Zoë", "Germany", 0, None),
    ]
    # What came before the last day is not looked at again.
    rows("UPDATE analytics.daily_sales SET amount = 0")
    rows(
        "INSERT INTO analytics.orders VALUES (13, 3, '2024-03-02', "
        """'[{"sku": "tea", "n": 1, "price": 4}]')"""
    )
    rows("UPDATE analytics.customers SET country = 'DE' WHERE id = 2")
    dbt("run")
    sales = "SELECT day::VARCHAR, weekday, amount, sold FROM analytics.daily_sales ORDER BY day"
    assert rows(sales) == [
        ("2024-02-28", "Wed", 0, "cup, tea"),
        ("2024-02-29", "Thu", 0, "tea"),
        ("2024-03-01", "Fri", 25, "pot"),
        ("2024-03-02", "Sat", 4, "tea"),
    ]
    dbt("snapshot")
    assert rows("SELECT COUNT(*), COUNT(dbt_valid_to) FROM analytics.customers_then") == [(4, 1)]
    dbt("test", "--exclude", "days_add_up")
    dbt("docs", "generate")
    catalog = json.loads((project / "target" / "catalog.json").read_text(encoding="utf-8"))
    totals_ = catalog["nodes"]["model.shop.customer_totals"]
    assert totals_["metadata"]["type"] == "BASE TABLE"
    assert totals_["metadata"]["comment"] == (
        "What each customer has spent, and on what they've spent most"
    )
    assert list(totals_["columns"]) == ["customer_id", "name", "country", "total", "favourite"]
    assert catalog["nodes"]["model.shop.order_lines"]["metadata"]["type"] == "VIEW"

    report = subprocess.run(
        [os.environ["MOCKHAUS_PYTHON"], "-m", "mockhaus", "translate", str(project / "target")],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    assert report.stdout == "12 statements: 12 runs, 0 partial, 0 refused, 0 missing, 0 wrong\n"
