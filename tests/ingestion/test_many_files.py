"""Many small files: loaded together, told one by one."""

from __future__ import annotations

import codecs
import gzip

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


def test_files_are_joined_as_their_records_are(room: Room) -> None:
    """A byte order mark, packed texts, no line feed at the end, no text at all."""
    room.table("ID BIGINT, NAME VARCHAR")
    room.write("a.csv", codecs.BOM_UTF8 + b"1,a")
    room.write("b.csv", "")
    room.write("c.csv.gz", gzip.compress(b"2,b\n3,c\n"))
    room.write("d.csv", codecs.BOM_UTF8 + b"4,d")
    answer = room.answer("COPY INTO t FROM @st")
    assert [row["rows_loaded"] for row in answer] == [1, 0, 2, 1]
    assert room.rows() == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_an_open_quote_does_not_reach_into_the_next_file(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR")
    room.write("a.csv", '1,"x\n')
    room.write("b.csv", '"\n')
    copy = "COPY INTO t FROM @st FILE_FORMAT = (FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
    assert "a.csv" in room.fails(copy).message
    answer = room.answer(f"{copy} ON_ERROR = CONTINUE")
    assert [row["rows_loaded"] for row in answer] == [0, 0]


@pytest.mark.parametrize(
    ("rule", "loaded", "status"),
    [
        ("CONTINUE", [0, 1, 2, 3, 4, 1, 6, 7, 8], "PARTIALLY_LOADED"),
        ("SKIP_FILE", [0, 1, 2, 3, 4, 0, 6, 7, 8], "LOAD_FAILED"),
        ("'SKIP_FILE_2'", [0, 1, 2, 3, 4, 1, 6, 7, 8], "PARTIALLY_LOADED"),
    ],
)
@pytest.mark.parametrize("nullable", [True, False])
def test_rules_for_errors_hold_for_each_file(
    room: Room, rule: str, loaded: list[int], status: str, nullable: bool
) -> None:
    room.table(f"ID BIGINT {'' if nullable else 'NOT NULL'}, NAME VARCHAR")
    for n in range(9):
        room.write(f"{n}.csv", "5,a\nx,b\n" if n == 5 else f"{n},a\n" * n)
    answer = room.answer(f"COPY INTO t FROM @st ON_ERROR = {rule}")
    assert [row["rows_loaded"] for row in answer] == loaded
    assert (answer[5]["status"], answer[5]["first_error_line"]) == (status, 2)
    assert [row["error_limit"] for row in answer[1:3]] == [
        {"CONTINUE": n, "SKIP_FILE": 1}.get(rule, 2) for n in (1, 2)
    ]
    assert len(room.rows()) == sum(loaded)


def test_what_no_rule_covers_is_not_taken_for_a_bad_row(room: Room) -> None:
    room.table("ID BIGINT CHECK (ID < 7), NAME VARCHAR")
    room.write("a.csv", "1,a\nx,b\n")
    room.write("b.csv", "8,a\n")
    error = room.fails("COPY INTO t FROM @st ON_ERROR = CONTINUE")
    assert "'x'" not in error.message
    assert room.rows() == []
