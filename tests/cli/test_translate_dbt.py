"""The report of dbt's target folder: by models, in the order of their building."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from mockhaus.client.server import Doors, own

ORDERS = "id,customer,placed,amount\n1,Ann,2024-02-29,3.50\n2,Bob,2024-03-01,\n"

#: Kind, name, how it is materialized, what it is built of, the text that dbt compiled.
NODES: list[tuple[str, str, str, list[str], str | None]] = [
    ("test", "days_are_known", "test", ["model.shop.daily"], "select * from SHOP.marts.daily where day is null"),
    ("model", "daily", "table", ["model.shop.clean"], "-- a day\nselect placed as day, sum(paid) as paid from SHOP.staging.clean group by 1"),
    ("model", "clean", "view", ["seed.shop.orders"], "select id, placed, zeroifnull(amount) as paid, dateadd(day, 1, placed) as due from SHOP.staging.orders"),
    ("seed", "orders", "seed", [], None),
    ("model", "log", "incremental", ["source.shop.raw.events"], "select id, kind from RAW.web.events where id > (select max(id) from SHOP.marts.log)"),
    ("model", "areas", "table", ["model.shop.clean"], "select st_area(id) as a from SHOP.staging.clean"),
    ("model", "hashes", "table", ["model.shop.clean"], "select hash_agg(id) as h from SHOP.staging.clean"),
    ("model", "after_areas", "table", ["model.shop.areas"], "select a from SHOP.marts.areas"),
    ("model", "broken", "table", [], "selec 1"),
    ("model", "python_one", "table", [], None),
    ("model", "passing", "ephemeral", ["model.shop.clean"], "select id from SHOP.staging.clean"),
    ("snapshot", "orders_then", "snapshot", ["model.shop.clean"], "select id, paid from SHOP.staging.clean"),
    ("model", "changed", "view", ["snapshot.shop.orders_then"], "select id from SHOP.marts.orders_then where dbt_valid_to is null"),
]  # fmt: skip

VERDICTS = {
    "model clean (view)": ("runs", ""),
    "model daily (table)": ("runs", ""),
    "test days_are_known": ("runs", ""),
    "model log (incremental)": ("runs", ""),
    "model areas (table)": ("refused", "ST_AREA"),
    "model hashes (table)": ("partial", "HASH_AGG"),
    "model after_areas (table)": ("missing", "AREAS"),
    "model broken (table)": ("wrong", "syntax error"),
    "model passing (ephemeral)": ("runs", ""),
    "snapshot orders_then": ("runs", ""),
    "model changed (view)": ("runs", ""),
}


def _node(root: Path, node: tuple[str, str, str, list[str], str | None]) -> Any:
    kind, name, how, needs, sql = node
    schema = "staging" if name in ("orders", "clean") else "marts"
    relation = None if kind == "test" or how == "ephemeral" else f"SHOP.{schema}.{name}"
    return {
        "resource_type": kind, "name": name, "database": "SHOP", "schema": schema,
        "relation_name": relation, "depends_on": {"nodes": needs},
        "config": {"materialized": how}, "root_path": str(root),
        "language": "python" if name == "python_one" else "sql",
        "original_file_path": f"{kind}s/{name}.{'csv' if kind == 'seed' else 'sql'}",
        "compiled_code": None if name == "clean" else sql,
        "compiled_path": f"target/compiled/shop/{name}.sql",
        "columns": {"id": {"data_type": "number(38,0)"}, "kind": {}} if name == "log" else {},
    }  # fmt: skip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    compiled = root / "target" / "compiled" / "shop"
    compiled.mkdir(parents=True)
    (root / "seeds").mkdir()
    (root / "seeds" / "orders.csv").write_text(ORDERS)
    nodes = {f"{each[0]}.shop.{each[1]}": _node(root, each) for each in NODES}
    (compiled / "clean.sql").write_text(next(each[4] for each in NODES if each[1] == "clean") or "")
    events = {
        "resource_type": "source", "name": "events", "database": "RAW", "schema": "web",
        "relation_name": "RAW.web.events", "original_file_path": "models/sources.yml",
        "columns": {"id": {"data_type": "int"}, "kind": {}},
    }  # fmt: skip
    manifest = {"nodes": nodes, "sources": {"source.shop.raw.events": events}}
    (root / "target" / "manifest.json").write_text(json.dumps(manifest))
    return root / "target"


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with own() as doors:
        yield doors


def _translate(doors: Doors, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["translate", str(folder), "--server-url", doors.http_url, *arguments]
    )


@pytest.fixture(scope="module")
def details(doors: Doors, target: Path) -> dict[str, dict[str, Any]]:
    done = _translate(doors, target, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return {each["name"]: each for each in json.loads(done.stdout)["details"]}


def test_each_model_has_a_verdict(details: dict[str, dict[str, Any]]) -> None:
    assert {name: each["status"] for name, each in details.items()} == {
        name: status for name, (status, _) in VERDICTS.items()
    }
    for name, (_, reason) in VERDICTS.items():
        assert reason in details[name]["reason"]


def test_they_come_in_the_order_of_their_building(details: dict[str, dict[str, Any]]) -> None:
    order = [name.split()[1] for name in details]
    for kind, name, _, needs, _ in NODES:
        for need in needs:
            if kind != "seed" and need.rpartition(".")[2] in order:
                assert order.index(need.rpartition(".")[2]) < order.index(name)


def test_places_are_those_of_the_project(details: dict[str, dict[str, Any]]) -> None:
    daily = details["model daily (table)"]
    assert (daily["file"], daily["line"]) == ("models/daily.sql", 2)
    assert daily["translated"].startswith("SELECT ")


def test_the_table_names_models(doors: Doors, target: Path) -> None:
    shown = _translate(doors, target).stdout
    assert "model areas (table)" in shown
    assert "daily" not in shown
    assert shown.endswith("11 statements: 7 runs, 1 partial, 1 refused, 1 missing, 1 wrong\n")


@pytest.mark.parametrize("text", ["{", "[]", '{"nodes": {}}', '{"nodes": {"a": 1}, "sources": {}}'])
def test_a_manifest_that_is_none(doors: Doors, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    done = _translate(doors, tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {tmp_path / 'manifest.json'} is no manifest of dbt's: ")
    assert done.stderr.count("\n") == 1
