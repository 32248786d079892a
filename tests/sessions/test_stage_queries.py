"""SELECT from a stage: $1, METADATA$ columns, formats, several files, wherever a table may stand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.sessions.test_files import rows


@pytest.fixture
def folder(tmp_path: Path, snowflake: Connection) -> Path:
    """The folder of the stage ST, with two CSV files, a JSON file and a Parquet file."""
    folder = tmp_path / "staged"
    folder.mkdir()
    rows(snowflake, f"CREATE STAGE st URL = 'file://{folder}'")
    rows(snowflake, "CREATE FILE FORMAT js TYPE = JSON; CREATE FILE FORMAT pq TYPE = PARQUET")
    rows(snowflake, "CREATE FILE FORMAT quoted FIELD_OPTIONALLY_ENCLOSED_BY = '\"'")
    (folder / "a.csv").write_text("1,x,p\n2,y\n")
    (folder / "b.csv").write_text('3,"z,\n\n4,w\n')
    (folder / "q.csv.gz").write_bytes(gzip.compress(b'5,"u,v"\n'))
    (folder / "j.json").write_text('{"b": {"c": [1, 2]}, "a": 7}\n{"a": null}\n')
    pq.write_table(pa.table({"n": [1, 2], "s": ["k", None]}), folder / "p.parquet")
    return folder


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT $1, $2 FROM @st/a.csv", [("1", "x"), ("2", "y")]),
        ("SELECT t.$3, t.$1::INT + 1 FROM @st/a.csv t", [("p", 2), (None, 3)]),
        ("SELECT $2 FROM @st/a.csv WHERE $1 = '2' ORDER BY $1", [("y",)]),
        ("SELECT $1 FROM '@st/a.csv' AS t", [("1",), ("2",)]),
        ("SELECT $1, $2 FROM @st/q (FILE_FORMAT => quoted)", [("5", "u,v")]),
        ("SELECT $1, $2 FROM @st (FILE_FORMAT => 'quoted', PATTERN => '.*/q[.].*')", [("5", "u,v")]),
        ("SELECT COUNT(*), MAX($1) FROM @st (PATTERN => '.*[ab].csv')", [(5, "4")]),
        ("SELECT $1:a, $1:b.c[1] FROM @st/j (FILE_FORMAT => js)", [("7", "2"), ("null", None)]),
        ("SELECT t.$1:n::INT, t.$1:s::VARCHAR FROM @st/p (FILE_FORMAT => pq) t", [(1, "k"), (2, None)]),
        (
            "SELECT METADATA$FILENAME LIKE '%staged/a.csv', METADATA$FILE_ROW_NUMBER FROM @st/a.csv",
            [(True, 1), (True, 2)],
        ),
        (
            "SELECT DISTINCT t.METADATA$FILE_CONTENT_KEY = MD5('1,x,p\\n2,y\\n'),"
            " METADATA$START_SCAN_TIME > METADATA$FILE_LAST_MODIFIED FROM @st/a.csv t",
            [(True, True)],
        ),
        (
            "SELECT a.$2, b.$2 FROM @st/a.csv a JOIN @st/a.csv b ON a.$1 = b.$1 ORDER BY 1",
            [("x", "x"), ("y", "y")],
        ),
        ("WITH c AS (SELECT $1 n FROM @st/a.csv) SELECT SUM(n::INT) FROM c", [(3,)]),
        ("SELECT x FROM (SELECT $2 AS x FROM @st/a.csv) WHERE x > 'x'", [("y",)]),
        (
            "SELECT f.value::INT FROM @st/j (FILE_FORMAT => js) t,"
            " LATERAL FLATTEN(INPUT => t.$1:b.c) f ORDER BY 1",
            [(1,), (2,)],
        ),
        ("SELECT $1 FROM @st/nix", []),
    ],
)  # fmt: skip
def test_queries(
    snowflake: Connection, folder: Path, query: str, answer: list[tuple[object, ...]]
) -> None:
    assert rows(snowflake, query) == answer


def test_tables_are_made_and_filled_from_stages(snowflake: Connection, folder: Path) -> None:
    rows(snowflake, "CREATE TABLE t AS SELECT $1::INT a, $2 b FROM @st/a.csv")
    rows(snowflake, "INSERT INTO t SELECT $1, $2 FROM @st/q (FILE_FORMAT => quoted)")
    assert rows(snowflake, "SELECT * FROM t ORDER BY a") == [(1, "x"), (2, "y"), (5, "u,v")]


def test_a_query_sees_the_files_of_now(snowflake: Connection, folder: Path) -> None:
    query = "SELECT COUNT(*) FROM @st/a"
    assert rows(snowflake, query) == [(2,)]
    (folder / "a2.csv").write_text("1\n")
    assert rows(snowflake, query) == [(3,)]


def test_no_scratch_file_is_left(snowflake: Connection, folder: Path) -> None:
    rows(snowflake, "SELECT $1 FROM @st/b.csv")
    assert list((snowflake.session.files / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT * FROM @st/a.csv", errors.CompilationError),
        ("SELECT $2 FROM @st/j (FILE_FORMAT => js)", errors.CompilationError),
        ("SELECT METADATA$NIX FROM @st/a.csv", errors.CompilationError),
        ("SELECT $1 FROM @nix", errors.UndefinedObject),
        ("SELECT $1 FROM @st (FILE_FORMAT => nix)", errors.UndefinedObject),
        ("SELECT $1 FROM @st/../x", errors.InvalidParameter),
        ("SELECT $1 FROM @st/b.csv (FILE_FORMAT => quoted)", errors.LoadError),
    ],
)
def test_what_is_refused(
    snowflake: Connection, folder: Path, query: str, error: type[errors.SqlError]
) -> None:
    with pytest.raises(error):
        rows(snowflake, query)


def test_extended_protocol_leaves_dollars_to_the_stage(snowflake: Connection, folder: Path) -> None:
    (statement,) = snowflake.parse("SELECT $1 FROM @st/a.csv", placeholders=True)
    result = snowflake.run(snowflake.prepare(statement))
    assert list(result.python_rows()) == [("1",), ("2",)]
