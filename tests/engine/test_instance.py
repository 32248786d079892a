"""Parts of the library come when a statement calls one of their macros, in whatever is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.engine import library
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database
from mockhaus.errors import SqlError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(None, library.shared(), [tmp_path])
    yield database
    database.close()


def _parts(cursor: Cursor) -> set[str]:
    rows = cursor.rows("SELECT database_name FROM duckdb_databases()")
    return {name for (name,) in rows} & set(library.PARTS)


def test_a_part_comes_with_the_first_call(database: Database) -> None:
    cursor, other = database.cursor(), database.cursor()
    assert _parts(cursor) == {library.CATALOG}
    assert cursor.rows("SELECT dateadd_day(1, DATE '2024-02-28')::DATE::VARCHAR") == [
        ("2024-02-29",)
    ]
    assert _parts(cursor) == {library.CATALOG, "mockhaus_functions"}
    assert other.rows("SELECT dateadd_day(1, DATE '2024-02-28')::DATE::VARCHAR") == [
        ("2024-02-29",)
    ]


def test_in_an_open_transaction(database: Database) -> None:
    writer, reader = database.cursor(), database.cursor()
    writer.run("CREATE TABLE t (d DATE)")
    reader.begin()
    assert reader.rows("SELECT count(*) FROM t") == [(0,)]
    writer.begin(journal=True)
    writer.change("INSERT INTO t VALUES ('2024-02-28')")
    assert writer.change("INSERT INTO t SELECT dateadd_day(1, d)::DATE FROM t") == 1
    writer.replay()
    assert writer.rows("SELECT count(*) FROM t") == [(2,)]
    writer.commit()
    assert reader.rows("SELECT count(*), max(dateadd_day(1, d)) FROM t") == [(0, None)]
    reader.commit()
    assert reader.rows("SELECT max(dateadd_day(1, d))::DATE::VARCHAR FROM t") == [("2024-03-01",)]


def test_while_another_answer_is_read(database: Database) -> None:
    cursor = database.cursor()
    stream = cursor.stream("SELECT i FROM range(100000) AS t(i)")
    assert cursor.describe("SELECT dateadd_day(1, DATE '2024-02-28')")[0].type == "DATE"
    assert sum(batch.num_rows for batch in stream) == 100_000


def test_a_view_of_a_saved_file(tmp_path: Path) -> None:
    path = tmp_path / "data.duckdb"
    for make in (True, False):
        database = Database(path, library.shared(), [tmp_path])
        cursor = database.cursor()
        if make:
            cursor.run("CREATE VIEW v AS SELECT dateadd_day(1, DATE '2024-02-28')::DATE AS d")
        assert cursor.rows("SELECT d::VARCHAR FROM v") == [("2024-02-29",)]
        cursor.close()
        database.close()


@pytest.mark.parametrize("text", ["no_such(1)", "(SELECT 1 FROM no_such(1))"])
def test_what_no_part_has(database: Database, text: str) -> None:
    cursor = database.cursor()
    with pytest.raises(SqlError):
        cursor.rows(f"SELECT {text}")
    assert _parts(cursor) == {library.CATALOG}
