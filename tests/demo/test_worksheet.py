"""The demo's worksheet over the wire, each answer against pandas over the same files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from demo import tour, worksheet
from demo.server import server
from demo.worksheet import Step
from mockhaus.client.flights import TABLES, unpack
from tests.demo.expected import ANSWERS, Files

STEPS = worksheet.read(worksheet.WORKSHEET)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five CSV files."""
    found = tmp_path_factory.mktemp("flights")
    unpack(found)
    return found


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    """The same, as pandas reads them."""
    return Files(folder)


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Iterator[tour.Connection]:
    """A connection to a server that has loaded them."""
    with server() as address, tour.connect(address.pg_port) as connection:
        for step in worksheet.read(worksheet.LOAD, files=str(folder)):
            for _ in tour.run(connection, step):
                pass
        yield connection


@pytest.mark.parametrize("step", STEPS, ids=[step.title for step in STEPS])
def test_answer_is_what_pandas_finds(step: Step, loaded: tour.Connection, files: Files) -> None:
    wanted = ANSWERS[re.sub("[^a-z ]", "", step.title.lower())](files)
    *_, answer = tour.run(loaded, step)
    assert [_plain(row) for row in answer.rows] == [_plain(row) for row in wanted]


@pytest.mark.parametrize("name", TABLES)
def test_every_value_is_loaded(name: str, loaded: tour.Connection, files: Files) -> None:
    table = files.tables[name].drop(columns=["date", "cancelled"], errors="ignore")
    columns = [f"count({column})" for column in table.columns]
    numbers = [column for column in table.columns if pd.api.types.is_numeric_dtype(table[column])]
    sums = [f"sum({column})" for column in numbers]
    texts = [column for column in table.columns if column not in numbers]
    lengths = [f"sum(length({column}::varchar))" for column in texts if column != "time_hour"]
    got = loaded.execute(f"select {', '.join(columns + sums + lengths)} from {name}".encode())
    found = [None if value is None else float(value) for value in got.fetchall()[0]]
    wanted = [float(count) for count in table.count()]
    wanted += [float(table[column].sum()) for column in numbers]
    wanted += [float(table[c].str.len().sum()) for c in texts if c != "time_hour"]
    assert found == pytest.approx(wanted, rel=1e-12)


def test_times_are_loaded(loaded: tour.Connection, files: Files) -> None:
    """The files have UTC with a Z; TIMESTAMP_NTZ keeps what the clock says."""
    got = loaded.execute("select min(time_hour), max(time_hour) from flights").fetchall()
    times = pd.to_datetime(files.flights["time_hour"]).dt.tz_localize(None)
    assert got == [(times.min(), times.max())]


def test_merge_says_how_many(loaded: tour.Connection, files: Files) -> None:
    (step,) = (step for step in STEPS if "MERGE" in " ".join(step.statements))
    tags = [answer.tag for answer in tour.run(loaded, step)]
    rows = ANSWERS["a watch list kept up to date"](files)
    assert tags == ["CREATE TABLE", "INSERT 0 2", f"MERGE {len(rows) - 1}", f"SELECT {len(rows)}"]


def test_a_refused_statement_names_its_step(loaded: tour.Connection) -> None:
    step = Step("Nowhere", "", ("select nothing from nowhere",))
    with pytest.raises(tour.StepFailed, match=r"step “Nowhere” failed: 42P01: .*NOWHERE"):
        list(tour.run(loaded, step))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(float(value) if isinstance(value, Decimal) else value for value in row)
