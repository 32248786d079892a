"""Table functions over files: INFER_SCHEMA, VALIDATE, DIRECTORY; CREATE TABLE USING TEMPLATE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

_INFER = "FROM TABLE(INFER_SCHEMA(LOCATION => '@st/{}', FILE_FORMAT => 'f'{}))"


@pytest.fixture
def over(snowflake: Connection, tmp_path: Path) -> Connection:
    """A connection with the stage ST over `tmp_path / staged`."""
    (tmp_path / "staged").mkdir()
    run(snowflake, f"CREATE STAGE st URL = 'file://{tmp_path}/staged'")
    return snowflake


def _write(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "staged" / name).write_text(text)


def _inferred(connection: Connection, format: str, more: str = "") -> list[tuple[Any, ...]]:
    run(connection, f"CREATE OR REPLACE FILE FORMAT f {format}")
    what = "column_name, type, nullable, expression"
    return run(connection, f"SELECT {what} {_INFER.format('', more)} ORDER BY order_id")


@pytest.mark.parametrize(
    ("values", "type"),
    [
        ("1 20 -300", "NUMBER(3, 0)"),
        ("1.5 20", "NUMBER(3, 1)"),
        ("1e3 2", "REAL"),
        ("true FALSE", "BOOLEAN"),
        ("2024-01-31", "DATE"),
        ("12:30:01 01:02", "TIME"),
        ("2024-01-31T12:00:00 2024-01-31", "TIMESTAMP_NTZ"),
        ("x 1", "TEXT"),
        ("1 2024-01-31", "TEXT"),
    ],
)
def test_text_has_the_narrowest_type_that_takes_it(
    over: Connection, tmp_path: Path, values: str, type: str
) -> None:
    _write(tmp_path, "x.csv", "\n".join([*(f"{v},z" for v in values.split()), ",z", ""]))
    first, second = _inferred(over, "TYPE = CSV")
    assert first == ("c1", type, True, f"$1::{type}")
    assert second == ("c2", "TEXT", True, "$2::TEXT")


def test_names_come_from_the_header(over: Connection, tmp_path: Path) -> None:
    _write(tmp_path, "a.csv", "id,Name\n1,x\n")
    _write(tmp_path, "b.csv", "id,more\n10,2024-01-01\n")
    rows = _inferred(over, "PARSE_HEADER = TRUE")
    assert [row[:2] for row in rows] == [
        ("id", "NUMBER(2, 0)"),
        ("Name", "TEXT"),
        ("more", "DATE"),
    ]
    files = run(over, f"SELECT filenames {_INFER.format('', '')} ORDER BY order_id")
    assert [row[0] for row in files] == ["a.csv, b.csv", "a.csv", "b.csv"]
    folded = _inferred(over, "PARSE_HEADER = TRUE", ", IGNORE_CASE => TRUE, FILES => ('a.csv')")
    assert [row[0] for row in folded] == ["ID", "NAME"]


def test_json_and_parquet(over: Connection, tmp_path: Path) -> None:
    _write(tmp_path, "x.json", '{"b": [1], "a": 1.5}\n{"a": 2, "d": "2024-01-01", "n": null}\n')
    assert [row[:2] for row in _inferred(over, "TYPE = JSON")] == [
        ("a", "NUMBER(2, 1)"),
        ("b", "VARIANT"),
        ("d", "DATE"),
        ("n", "TEXT"),
    ]
    (tmp_path / "staged" / "x.json").unlink()
    table = pa.table({"i": pa.array([1], pa.int32()), "s": ["x"], "f": [0.5], "l": [[1]]})
    pq.write_table(table, tmp_path / "staged" / "x.parquet")
    assert [row[1:4:2] for row in _inferred(over, "TYPE = PARQUET")] == [
        ("NUMBER(38, 0)", "$1:i::NUMBER(38, 0)"),
        ("TEXT", "$1:s::TEXT"),
        ("REAL", "$1:f::REAL"),
        ("VARIANT", "$1:l::VARIANT"),
    ]


def test_a_table_is_made_of_a_template_and_loaded(over: Connection, tmp_path: Path) -> None:
    _write(tmp_path, "x.csv", "ID,DAY,NOTE\n1,2024-01-01,x\n2,,\n")
    run(over, "CREATE FILE FORMAT f PARSE_HEADER = TRUE")
    query = "SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) WITHIN GROUP (ORDER BY order_id)"
    run(over, f"CREATE TABLE t USING TEMPLATE ({query} {_INFER.format('', '')})")
    copy = "COPY INTO t FROM @st FILE_FORMAT = f MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    run(over, copy)
    described = run(over, "DESCRIBE TABLE t")
    assert [row[:2] for row in described] == [
        ("ID", "NUMBER(1,0)"),
        ("DAY", "DATE"),
        ("NOTE", "VARCHAR(16777216)"),
    ]
    assert run(over, "SELECT count(*), max(id), count(note) FROM t") == [(2, 2, 1)]


def test_a_template_without_columns_is_an_error(over: Connection) -> None:
    run(over, "CREATE FILE FORMAT f PARSE_HEADER = TRUE")
    query = f"SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) {_INFER.format('', '')}"
    with pytest.raises(errors.InvalidParameter):
        run(over, f"CREATE TABLE t USING TEMPLATE ({query})")


def test_validate_tells_every_error_of_a_load(over: Connection, tmp_path: Path) -> None:
    run(over, "CREATE TABLE t (a INT)")
    _write(tmp_path, "x.csv", "1\nx\n2\ny\n")
    run(over, "COPY INTO t FROM @st ON_ERROR = CONTINUE")
    wanted = [
        ("Numeric value 'x' is not recognized", 2),
        ("Numeric value 'y' is not recognized", 4),
    ]
    told = "SELECT error, line FROM TABLE(VALIDATE(t, JOB_ID => '{}')) ORDER BY line"
    assert run(over, told.format("_last")) == wanted
    query_id = run(over, "SELECT LAST_QUERY_ID(-2)")[0][0]
    assert run(over, told.format(query_id)) == wanted
    with pytest.raises(errors.LoadError):
        run(over, "COPY INTO t FROM @st FORCE = TRUE")
    assert run(over, told.format("_last")) == wanted
    with pytest.raises(errors.InvalidParameter):
        run(over, told.format("00000000-0000"))
    assert run(over, "SELECT * FROM t ORDER BY a") == [(1,), (2,)]


def test_a_directory_table_is_what_the_stage_was_when_refreshed(
    over: Connection, tmp_path: Path
) -> None:
    _write(tmp_path, "a.txt", "x")
    with pytest.raises(errors.InvalidParameter):
        run(over, "SELECT * FROM DIRECTORY(@st)")
    run(over, f"CREATE STAGE d URL = 'file://{tmp_path}/staged' DIRECTORY = (ENABLE = TRUE)")
    listed = "SELECT relative_path, size, md5 FROM DIRECTORY(@d) ORDER BY 1"
    assert run(over, listed) == [("a.txt", 1, "9dd4e461268c8034f5c8564e155c67a6")]
    _write(tmp_path, "a.txt", "xy")
    _write(tmp_path, "b.txt", "")
    assert len(run(over, listed)) == 1
    assert [row[:2] for row in run(over, "ALTER STAGE d REFRESH")] == [
        ("a.txt", "REGISTERED_UPDATE"),
        ("b.txt", "REGISTERED_NEW"),
    ]
    (tmp_path / "staged" / "a.txt").unlink()
    assert [row[:2] for row in run(over, "ALTER STAGE d REFRESH")] == [("a.txt", "UNREGISTERED")]
    assert [row[0] for row in run(over, listed)] == ["b.txt"]
    joined = "SELECT count(*) FROM DIRECTORY('@d') x JOIN DIRECTORY(@d) y USING (relative_path)"
    assert run(over, joined) == [(1,)]
