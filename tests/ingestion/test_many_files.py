"""Many small files: loaded together, told one by one."""

from __future__ import annotations

import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room


@pytest.fixture
def filled(room: Room) -> Room:
    room.table("ID BIGINT NOT NULL, NAME VARCHAR")
    for n in range(9):
        room.write(f"{n}.csv", f"{n},a\n" * n)
    return room


def test_each_file_has_its_row(filled: Room) -> None:
    answer = filled.answer("COPY INTO t FROM @st")
    assert [(row["file"][-5:], row["rows_loaded"]) for row in answer] == [
        (f"{n}.csv", n) for n in range(9)
    ]
    assert filled.rows(order="rowid") == [(n, "a") for n in range(9) for _ in range(n)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,a\nx,b\n", "'x' is not recognized"),
        ("1,a\n,b\n", "NULL result in a non-nullable column"),
        ("1,a\n1,b,c\n", "Number of columns in file (3)"),
    ],
)
def test_a_bad_file_among_them_is_named(filled: Room, text: str, said: str) -> None:
    filled.write("5.csv", text)
    error = filled.fails("COPY INTO t FROM @st")
    assert type(error) is errors.LoadError
    assert said in error.message
    assert "5.csv', line 2" in error.message
    assert filled.rows() == []


def test_files_of_other_kinds_in_between(filled: Room) -> None:
    filled.write("4.csv", "4,a\\,b\n")
    filled.write("6.csv", "6,a\r\n7,b\r\n")
    filled.write("we[i]rd*.csv", "9,z\n")
    answer = filled.answer("COPY INTO t FROM @st")
    assert [row["rows_loaded"] for row in answer] == [0, 1, 2, 3, 1, 5, 2, 7, 8, 1]
    assert (4, "a,b") in filled.rows()
    assert (9, "z") in filled.rows()


def test_records_over_several_lines_and_headers(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR")
    room.write("a.csv", 'id,name\n1,"x\ny"\n2,z\n')
    room.write("b.csv", 'id,name\n3,"w"\n')
    room.write("c.csv", "id,name\n")
    answer = room.answer(
        "COPY INTO t FROM @st FILE_FORMAT = (SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
    )
    assert [row["rows_loaded"] for row in answer] == [2, 1, 0]
    assert room.rows() == [(1, "x\ny"), (2, "z"), (3, "w")]
