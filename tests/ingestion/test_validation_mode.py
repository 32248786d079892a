"""COPY INTO with VALIDATION_MODE: what would be loaded, or fail; nothing is loaded."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room

GOOD = "1,a\n2,b\n3,c\n"
BAD = "1,a\nx,b\n3,c,d\n,e\n"


@pytest.fixture
def loadable(room: Room) -> Room:
    room.table("ID BIGINT NOT NULL, NAME VARCHAR")
    return room


@pytest.mark.parametrize("mode", ["RETURN_ERRORS", "RETURN_ALL_ERRORS", "'RETURN_2_ROWS'"])
def test_nothing_is_loaded_remembered_or_purged(loadable: Room, mode: str) -> None:
    file = loadable.write("x.csv", GOOD)
    loadable.run(f"COPY INTO t FROM @st PURGE = TRUE VALIDATION_MODE = {mode}")
    assert loadable.rows() == []
    assert file.exists()
    assert loadable.run("COPY INTO t FROM @st").row_count == 3


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        (1, [(1, "a")]),
        (4, [(1, "a"), (2, "b"), (3, "c"), (7, "z")]),
        (99, [(1, "a"), (2, "b"), (3, "c"), (7, "z")]),
    ],
)
def test_rows_are_those_of_the_table(
    loadable: Room, rows: int, answer: list[tuple[object, ...]]
) -> None:
    loadable.write("x.csv", GOOD)
    loadable.write("y.csv", "7,z\n")
    result = loadable.run(f"COPY INTO t FROM @st VALIDATION_MODE = RETURN_{rows}_ROWS")
    assert [column.name for column in result.columns] == ["ID", "NAME"]
    assert result.rows == answer


def test_an_error_among_the_rows_is_raised(loadable: Room) -> None:
    loadable.write("x.csv", BAD)
    assert loadable.run("COPY INTO t FROM @st VALIDATION_MODE = RETURN_1_ROWS").row_count == 1
    error = loadable.fails("COPY INTO t FROM @st VALIDATION_MODE = RETURN_2_ROWS")
    assert type(error) is errors.LoadError
    assert "'x' is not recognized" in error.message
    assert "line 2" in error.message


def test_every_error_of_every_file_is_answered(loadable: Room) -> None:
    loadable.write("a.csv", BAD)
    loadable.write("b.csv", "8,h\n")
    loadable.write("c.csv", "9,i\ny,j\n")
    answer = loadable.answer("COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS")
    keys = ("LINE", "CHARACTER", "CATEGORY", "CODE", "SQL_STATE", "COLUMN_NAME", "REJECTED_RECORD")
    assert [tuple(row[key] for key in keys) for row in answer] == [
        (2, 1, "conversion", 100038, "22018", '"T"["ID":1]', "x,b"),
        (3, 3, "parsing", 100080, "22000", '"T"["NAME":2]', "3,c,d"),
        (4, 1, "parsing", 100088, "22000", '"T"["ID":1]', ",e"),
        (2, 1, "conversion", 100038, "22018", '"T"["ID":1]', "y,j"),
    ]
    assert [row["ROW_NUMBER"] for row in answer] == [2, 3, 4, 2]
    assert [row["FILE"][-5:] for row in answer] == ["a.csv", "a.csv", "a.csv", "c.csv"]


def test_errors_of_a_record_over_several_lines(loadable: Room) -> None:
    loadable.write("x.csv", 'x,"a\nb"\n')
    (row,) = loadable.answer(
        "COPY INTO t FROM @st FILE_FORMAT = (FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
        " VALIDATION_MODE = RETURN_ERRORS"
    )
    assert (row["ROW_START_LINE"], row["REJECTED_RECORD"]) == (1, 'x,"a\nb"')


def test_files_loaded_in_part_are_told_by_all_errors_alone(loadable: Room) -> None:
    loadable.write("x.csv", BAD)
    loadable.write("y.csv", GOOD)
    loadable.run("COPY INTO t FROM @st ON_ERROR = CONTINUE")
    errors_ = "COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS"
    assert loadable.answer(errors_) == []
    assert len(loadable.answer(errors_.replace("RETURN_", "RETURN_ALL_"))) == 3


def test_json_and_parquet(room: Room) -> None:
    room.table("A BIGINT")
    room.write("j/x.json", '{"a": 1}\n{"a": "x"}\n{"a"\n')
    (room.folder / "p").mkdir()
    pq.write_table(pa.table({"A": ["1", "x"]}), room.folder / "p" / "x.parquet")
    tail = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE VALIDATION_MODE = RETURN_ERRORS"
    json = room.answer(f"COPY INTO t FROM @st/j/ FILE_FORMAT = (TYPE = JSON) {tail}")
    assert [(row["LINE"], row["REJECTED_RECORD"]) for row in json] == [(2, '{"a": "x"}'), (3, None)]
    parquet = room.answer(f"COPY INTO t FROM @st/p/ FILE_FORMAT = (TYPE = PARQUET) {tail}")
    assert [(row["ERROR"], row["ROW_NUMBER"]) for row in parquet] == [
        ("Numeric value 'x' is not recognized", 2)
    ]


def test_a_damaged_file_is_an_error_of_its_own(loadable: Room) -> None:
    loadable.write("x.csv.gz", b"\x1f\x8b damaged")
    (row,) = loadable.answer("COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS")
    assert row["LINE"] is None


@pytest.mark.parametrize(
    ("clauses", "error"),
    [
        ("FROM @st VALIDATION_MODE = RETURN_0_ROWS", errors.InvalidParameter),
        ("FROM @st VALIDATION_MODE = RETURN_NOTHING", errors.InvalidParameter),
        (
            "FROM (SELECT $1, $2 FROM @st) VALIDATION_MODE = RETURN_ERRORS",
            errors.UnsupportedFeature,
        ),
    ],
)
def test_what_is_refused(loadable: Room, clauses: str, error: type[errors.SqlError]) -> None:
    loadable.write("x.csv", GOOD)
    assert type(loadable.fails(f"COPY INTO t {clauses}")) is error
    assert loadable.rows() == []
