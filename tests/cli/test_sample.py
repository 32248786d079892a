"""`mockhaus sample`: data with Snowflake's names and types, or a line that says what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from mockhaus.client.rest import Rest
from mockhaus.client.server import own
from mockhaus.engine import tpch

SCHEMA = "SNOWFLAKE_SAMPLE_DATA.TPCH_SF001"

#: Of the scale 0.01; TPC-H's specification, 4.2.5, and its generator for LINEITEM.
ROWS = {
    "REGION": 5, "NATION": 25, "SUPPLIER": 100, "CUSTOMER": 1500, "PART": 2000,
    "PARTSUPP": 8000, "ORDERS": 15000, "LINEITEM": 60175,
}  # fmt: skip

COLUMNS = {
    "REGION": "R_REGIONKEY NUMBER(38,0), R_NAME VARCHAR(25), R_COMMENT VARCHAR(152)",
    "ORDERS": "O_ORDERKEY NUMBER(38,0), O_CUSTKEY NUMBER(38,0), O_ORDERSTATUS VARCHAR(1), "
    "O_TOTALPRICE NUMBER(12,2), O_ORDERDATE DATE, O_ORDERPRIORITY VARCHAR(15), "
    "O_CLERK VARCHAR(15), O_SHIPPRIORITY NUMBER(38,0), O_COMMENT VARCHAR(79)",
}

#: Query 6 of the specification at this scale, by DuckDB's own table of answers.
REVENUE = """SELECT SUM(l_extendedprice * l_discount) AS revenue FROM lineitem
WHERE l_shipdate >= '1994-01-01' AND l_shipdate < DATEADD(year, 1, '1994-01-01'::DATE)
AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24"""


@pytest.fixture(scope="module")
def rest() -> Iterator[Rest]:
    with own() as doors:
        yield doors.rest


@pytest.fixture(scope="module")
def loaded(rest: Rest) -> Result:
    return _sample(rest, "--scale", "sf001", "--json")


def _sample(rest: Rest, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["sample", "--server-url", rest.base, *arguments])


def test_every_table_has_its_rows(rest: Rest, loaded: Result) -> None:
    assert (loaded.exit_code, loaded.stderr) == (0, "")
    told = {each["table"]: each["rows"] for each in json.loads(loaded.stdout)["tables"]}
    assert told == {f"{SCHEMA}.{name}": rows for name, rows in ROWS.items()}


@pytest.mark.parametrize(("table", "columns"), COLUMNS.items())
def test_columns_are_snowflakes(rest: Rest, loaded: Result, table: str, columns: str) -> None:
    rows = rest.query("default", f"DESCRIBE TABLE {SCHEMA}.{table}").rows
    assert ", ".join(f"{row[0]} {row[1]}" for row in rows) == columns


def test_the_answer_of_a_query_is_the_specifications(rest: Rest, loaded: Result) -> None:
    (row,) = rest.query("default", REVENUE.replace("lineitem", f"{SCHEMA}.lineitem")).rows
    assert row == ["1193053.2253"]


def test_nothing_else_has_changed(rest: Rest, loaded: Result) -> None:
    (row,) = rest.query("default", "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()").rows
    assert row == ["MOCKHAUS", "PUBLIC"]
    assert list(rest.query("default", f"SHOW STAGES IN SCHEMA {SCHEMA}").rows) == []


def test_it_is_not_loaded_over_what_is_there(rest: Rest, loaded: Result) -> None:
    again = _sample(rest, "--scale", "sf001")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.startswith("Error: 002002: ")
    assert _sample(rest, "--scale", "sf001", "--replace").exit_code == 0


def test_flights(rest: Rest) -> None:
    assert _sample(rest, "flights").exit_code == 0
    (row,) = rest.query("default", "SELECT COUNT(*), COUNT(dep_time) FROM travel.nyc.flights").rows
    assert row == ["336776", "328521"]


def test_a_folder_keeps_it(tmp_path: Path) -> None:
    arguments = ["sample", "--scale", "sf001", "--data-dir", str(tmp_path), "--session", "mine"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    where = ["--data-dir", str(tmp_path), "--session", "mine", "--format", "csv"]
    done = CliRunner().invoke(main, ["query", f"SELECT COUNT(*) AS n FROM {SCHEMA}.part", *where])
    assert done.stdout == "N\n2000\n"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            None,
            "DuckDB's extension tpch is not installed: pip install duckdb-extension-tpch==1.5.5",
        ),
        ("v0.0.1", "DuckDB's extension tpch is installed for v0.0.1, and DuckDB is v1.5.5: pip"),
    ],
)
def test_without_the_extension(
    rest: Rest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: str | None, said: str
) -> None:
    if found is not None:
        (tmp_path / "nothing_here" / "extensions" / found).mkdir(parents=True)
        (tmp_path / "nothing_here" / "__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(tpch, "_PACKAGE", "nothing_here")
    done = _sample(rest, "--scale", "sf01")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 1
    schemas = rest.query("default", "SHOW SCHEMAS LIKE 'TPCH_SF01' IN ACCOUNT").rows
    assert list(schemas) == []
