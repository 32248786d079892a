"""COPY INTO a table: which files, how often, with which result; queries over a stage."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.ingestion.copying import history
from mockhaus.translation.context import ObjectName
from tests.ingestion.conftest import Room

NOTHING = [{"status": "Copy executed with 0 files processed."}]


def test_the_answer_has_snowflakes_columns(room: Room) -> None:
    room.table("A BIGINT")
    room.write("x.csv", "1\n2\n")
    result = room.run("COPY INTO t FROM @st")
    assert [column.name for column in result.columns] == [
        "file",
        "status",
        "rows_parsed",
        "rows_loaded",
        "error_limit",
        "errors_seen",
        "first_error",
        "first_error_line",
        "first_error_character",
        "first_error_column_name",
    ]
    assert (result.tag, result.row_count, result.status_only) == ("COPY", 2, False)
    assert result.rows is not None
    assert result.rows[0][1:] == ("LOADED", 2, 2, 1, 0, None, None, None, None)


@pytest.mark.parametrize(
    ("clauses", "loaded"),
    [
        ("@st", ["a.csv", "b.csv", "c.txt", "d/e.csv"]),
        ("'@st'", ["a.csv", "b.csv", "c.txt", "d/e.csv"]),
        ("@st/a", ["a.csv"]),
        ("@st/d/", ["d/e.csv"]),
        ("@st PATTERN = '.*[.]csv'", ["a.csv", "b.csv", "d/e.csv"]),
        ("@st PATTERN = '.*/[ab].*'", ["a.csv", "b.csv"]),
        ("@st FILES = ('b.csv', 'd/e.csv')", ["b.csv", "d/e.csv"]),
        ("@st/d FILES = ('e.csv')", ["d/e.csv"]),
        ("@st SIZE_LIMIT = 1", ["a.csv"]),
        ("@st SIZE_LIMIT = 9", ["a.csv", "b.csv"]),
        ("@st/nix", []),
    ],
)
def test_which_files_are_loaded(room: Room, clauses: str, loaded: list[str]) -> None:
    room.table("A VARCHAR")
    for name in ("b.csv", "a.csv", "c.txt", "d/e.csv"):
        room.write(name, f"{name}\n")
    answer = room.answer(f"COPY INTO t FROM {clauses}")
    if loaded:
        assert [row["file"].rpartition("/data/")[2] for row in answer] == loaded
    else:
        assert answer == NOTHING
    assert room.rows() == [(name,) for name in loaded]


def test_a_file_of_files_that_is_not_there_is_an_error(room: Room) -> None:
    room.table("A VARCHAR")
    room.write("a.csv", "1\n")
    error = room.fails("COPY INTO t FROM @st FILES = ('a.csv', 'nix.csv') ON_ERROR = CONTINUE")
    assert type(error) is errors.LoadError
    assert "nix.csv" in error.message
    assert room.rows() == []


# --- load history -----------------------------------------------------------------------------------


def test_a_file_loads_once_until_it_changes(room: Room) -> None:
    room.table("A BIGINT")
    path = room.write("x.csv", "1\n")
    assert room.run("COPY INTO t FROM @st").row_count == 1
    assert room.answer("COPY INTO t FROM @st") == NOTHING
    assert room.run("COPY INTO t FROM @st FORCE = TRUE").row_count == 1
    os.utime(path, ns=(1, 1))
    assert room.answer("COPY INTO t FROM @st") == NOTHING, "written anew, the same content"
    room.write("x.csv", "2\n")
    os.utime(path, ns=(2, 2))
    assert room.run("COPY INTO t FROM @st").row_count == 1
    assert room.rows() == [(1,), (1,), (2,)]


def test_the_history_is_the_tables_own(room: Room) -> None:
    room.table("A BIGINT")
    room.table("A BIGINT", "U")
    room.write("x.csv", "1\n")
    room.run("COPY INTO t FROM @st")
    assert room.run("COPY INTO u FROM @st").row_count == 1
    history.forget(room.cursor, ObjectName("T", "PUBLIC", "MOCKHAUS"))
    assert room.run("COPY INTO t FROM @st").row_count == 1
    assert room.answer("COPY INTO u FROM @st") == NOTHING
    history.rename(
        room.cursor, ObjectName("U", "PUBLIC", "MOCKHAUS"), ObjectName("V", "PUBLIC", "MOCKHAUS")
    )
    assert room.run("COPY INTO u FROM @st").row_count == 1


def test_the_history_rolls_back_with_the_rows(room: Room) -> None:
    room.table("A BIGINT")
    room.write("x.csv", "1\n")
    room.cursor.begin()
    assert room.inside("COPY INTO t FROM @st").row_count == 1
    assert room.inside("COPY INTO t FROM @st").rows == [(NOTHING[0]["status"],)]
    room.cursor.rollback()
    assert room.rows() == []
    assert room.run("COPY INTO t FROM @st").row_count == 1


def test_a_failed_file_may_load_again(room: Room) -> None:
    room.table("A BIGINT")
    room.write("x.csv", "x\n")
    for _ in range(2):
        (row,) = room.answer("COPY INTO t FROM @st ON_ERROR = SKIP_FILE")
        assert row["status"] == "LOAD_FAILED"


# --- ON_ERROR and the other options ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_error", "statuses", "rows"),
    [
        ("CONTINUE", ["LOADED", "PARTIALLY_LOADED", "LOAD_FAILED"], [1, 2, 3, 4]),
        ("SKIP_FILE", ["LOADED", "LOAD_FAILED", "LOAD_FAILED"], [1, 2]),
        ("SKIP_FILE_2", ["LOADED", "PARTIALLY_LOADED", "LOAD_FAILED"], [1, 2, 3, 4]),
        ("'SKIP_FILE_40%'", ["LOADED", "PARTIALLY_LOADED", "LOAD_FAILED"], [1, 2, 3, 4]),
        ("SKIP_FILE_30%", ["LOADED", "LOAD_FAILED", "LOAD_FAILED"], [1, 2]),
    ],
)
def test_on_error(room: Room, on_error: str, statuses: list[str], rows: list[int]) -> None:
    room.table("A BIGINT")
    room.write("a.csv", "1\n2\n")
    room.write("b.csv", "3\nx\n4\n")
    room.write("c.csv", "x\ny\n")
    answer = room.answer(f"COPY INTO t FROM @st ON_ERROR = {on_error}")
    assert [row["status"] for row in answer] == statuses
    assert [row["errors_seen"] for row in answer] == [0, 1, 2]
    assert [row["rows_parsed"] for row in answer] == [2, 3, 2]
    assert room.rows() == [(n,) for n in rows]


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_bad_records_among_many(room: Room, pack: Any) -> None:
    """What DuckDB rejects is looked at again: some is good to Snowflake, the rest is told."""
    room.table("ID BIGINT, DAY DATE, NOTE VARCHAR")
    lines = [f'{n},2024-01-01,"a\nb"' for n in range(3000)]
    lines[10] = "10,02-JAN-2024,good"
    lines[500] = "x,2024-01-01,bad"
    lines[600] = "600,2024-01-01"
    lines[700] = '700,2024-01-01,"q",more'
    lines[2999] = '2999,2024-13-01,"a\nb"'
    room.write("x.csv", pack(("h\n" + "\n".join(lines)).encode()))
    copy = (
        "COPY INTO t FROM @st FILE_FORMAT = (SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
    )
    (row,) = room.answer(f"{copy} ON_ERROR = SKIP_FILE_4")
    assert (row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (3000, 0, 4)
    assert room.rows() == []
    (row,) = room.answer(f"{copy} ON_ERROR = CONTINUE")
    assert (row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (3000, 2996, 4)
    place = (row["first_error_line"], row["first_error_character"], row["first_error_column_name"])
    assert place == (2 + 2 * 500 - 1, 1, '"T"["ID":1]')
    ids = [row[0] for row in room.rows(order="ID")]
    assert ids == [n for n in range(3000) if n not in (500, 600, 700, 2999)]
    assert (10, dt.date(2024, 1, 2), "good") in room.rows()


def test_abort_is_the_default_and_leaves_nothing(room: Room) -> None:
    room.table("A BIGINT")
    room.write("a.csv", "1\n")
    room.write("b.csv", "x\n")
    assert "b.csv" in room.fails("COPY INTO t FROM @st").message
    assert room.rows() == []
    room.write("b.csv", "2\n")
    assert room.run("COPY INTO t FROM @st").row_count == 2


def test_a_transaction_goes_on_when_duckdb_could_not_read_what_snowflake_can(room: Room) -> None:
    """Rows that were inserted before stay, those of the first attempt go."""
    room.table("A BIGINT, D DATE")
    room.cursor.begin()
    room.cursor.run('INSERT INTO "MOCKHAUS.PUBLIC"."T" VALUES (0, NULL)')
    room.write("a.csv", "1,2024-01-01\n2,02-JAN-2024\n3,2024-01-03\n")
    room.write("b.csv", "4,2024-01-04\r\n5,2024-01-05\n")
    assert room.inside("COPY INTO t FROM @st").row_count == 5
    room.cursor.commit()
    days = [None, *(dt.date(2024, 1, n) for n in range(1, 6))]
    assert room.rows() == list(enumerate(days))


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("INCLUDE_METADATA = (a = METADATA$FILENAME)", errors.InvalidParameter),
        ("INCLUDE_METADATA = (a = METADATA$NIX)", errors.InvalidParameter),
        ("LOAD_MODE = FULL_INGEST", errors.UnsupportedFeature),
        ("NONSENSE = TRUE", errors.InvalidParameter),
        ("ON_ERROR = MAYBE", errors.InvalidParameter),
        ("ON_ERROR = SKIP_FILE_0", errors.InvalidParameter),
        ("FORCE = 3", errors.InvalidParameter),
        ("SIZE_LIMIT = -1", errors.InvalidParameter),
        ("FILES = ()", errors.InvalidParameter),
        ("MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE", errors.InvalidParameter),
        ("FILE_FORMAT = (PARSE_HEADER = TRUE)", errors.InvalidParameter),
        ("FILES = ('x.csv') PATTERN = '.*'", errors.UnsupportedFeature),
        ("FILE_FORMAT = nix", errors.UndefinedObject),
    ],
)
def test_an_option_has_its_effect_or_is_refused(
    room: Room, option: str, error: type[errors.SqlError]
) -> None:
    room.table("A BIGINT")
    room.write("x.csv", "1\n")
    found = room.fails(f"COPY INTO t FROM @st {option}")
    assert type(found) is error
    assert room.rows() == []


def test_purge_waits_for_the_commit(room: Room) -> None:
    room.table("A BIGINT")
    path, bad = room.write("x.csv", "1\n"), room.write("y.csv", "x\n")
    room.cursor.begin()
    room.inside("COPY INTO t FROM @st PURGE = TRUE ON_ERROR = SKIP_FILE")
    assert path.exists()
    room.cursor.commit()
    room.done()
    assert not path.exists()
    assert bad.exists()


def test_copy_options_of_the_stage_hold_unless_the_statement_says_otherwise(room: Room) -> None:
    room.run(
        f"CREATE OR REPLACE STAGE st URL = 'file://{room.folder}'"
        " COPY_OPTIONS = (ON_ERROR = CONTINUE)"
    )
    room.table("A BIGINT")
    room.write("x.csv", "x\n1\n")
    assert "Numeric" in room.fails("COPY INTO t FROM @st ON_ERROR = ABORT_STATEMENT").message
    assert room.run("COPY INTO t FROM @st").row_count == 1


def test_only_failed_files_can_be_told(room: Room) -> None:
    room.table("A BIGINT")
    room.write("a.csv", "1\n")
    room.write("b.csv", "x\n")
    answer = room.answer("COPY INTO t FROM @st ON_ERROR = CONTINUE RETURN_FAILED_ONLY = TRUE")
    assert [row["file"].rpartition("/")[2] for row in answer] == ["b.csv"]


# --- columns --------------------------------------------------------------------------------------------


def test_a_column_list_leaves_the_others_to_their_defaults(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR, MADE VARCHAR DEFAULT 'now', \"q x\" VARCHAR")
    room.write("x.csv", "a,1\n")
    room.run("COPY INTO t (name, id) FROM @st")
    assert room.rows() == [(1, "a", "now", None)]
    assert type(room.fails("COPY INTO t (nix) FROM @st")) is errors.InvalidIdentifier
    room.run('COPY INTO t ("q x", id) FROM @st FORCE = TRUE')
    assert room.rows(order="ID")[0] == (1, "a", "now", None)
    room.run("COPY INTO mockhaus.public.t (id, name) FROM @st FORCE = TRUE ON_ERROR = SKIP_FILE")


def test_an_unknown_table_is_an_error(room: Room) -> None:
    assert type(room.fails("COPY INTO nix FROM @st")) is errors.UndefinedObject


# --- transformations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT $2, $1 FROM @st", [(1, "a"), (2, "b")]),
        ("SELECT t.$2::INT + 1, t.$1 FROM @st t", [(2, "a"), (3, "b")]),
        ("SELECT $2, $3 FROM '@st/x.csv'", [(1, None), (2, None)]),
        ("SELECT 7, 'x' FROM @st/x", [(7, "x"), (7, "x")]),
        ("SELECT METADATA$FILE_ROW_NUMBER, $1 FROM @st", [(1, "a"), (2, "b")]),
    ],
)
def test_a_query_over_the_stage(room: Room, query: str, rows: list[tuple[Any, ...]]) -> None:
    room.table("N BIGINT, S VARCHAR")
    room.write("x.csv", "a,1\nb,2\n")
    assert room.run(f"COPY INTO t FROM ({query})").row_count == 2
    assert room.rows() == rows


def test_what_a_query_cannot_do(room: Room) -> None:
    room.table("N BIGINT")
    room.write("x.csv", "x\n")
    error = room.fails("COPY INTO t FROM (SELECT $1 FROM @st)")
    assert type(error) is errors.LoadError
    assert "x.csv" in error.message
    assert (
        "expecting 1 but got 2" in room.fails("COPY INTO t FROM (SELECT $1, $2 FROM @st)").message
    )
    refused = room.fails("COPY INTO t FROM (SELECT METADATA$NIX FROM @st)")
    assert type(refused) is errors.UnsupportedFeature
    assert room.rows() == []


_BAD_ROWS = "1,a\nx,b\n3,c\n4\n5,toolong\n6,f\n"


@pytest.mark.parametrize(
    "option", ["TRIM_SPACE = TRUE", "NULL_IF = ('x')", "DATE_FORMAT = 'DD.MM.YYYY'"]
)
def test_options_that_a_query_would_not_heed_are_refused(room: Room, option: str) -> None:
    room.table("D DATE")
    room.write("x.json", '{"d": " 31.01.2024"}')
    copy = f"COPY INTO t FROM (SELECT $1:d FROM @st) FILE_FORMAT = (TYPE = JSON {option})"
    error = room.fails(copy)
    assert type(error) is errors.UnsupportedFeature
    assert option.split(maxsplit=1)[0] in error.message


@pytest.mark.parametrize(
    ("on_error", "loaded"),
    [("CONTINUE", 3), ("SKIP_FILE", 0), ("SKIP_FILE_4", 3), ("SKIP_FILE_50%", 0)],
)
def test_bad_rows_of_a_query_are_found(room: Room, on_error: str, loaded: int) -> None:
    """A failing expression, a NULL that the column does not take, a text that is too long."""
    room.table("N BIGINT, S VARCHAR(3) NOT NULL")
    room.write("x.csv", _BAD_ROWS)
    query = "(SELECT $1::INT * 10, $2 FROM @st)"
    (row,) = room.answer(f"COPY INTO t FROM {query} ON_ERROR = {on_error}")
    assert (row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (6, loaded, 3)
    assert row["first_error_line"] == 2
    assert "'x'" in row["first_error"]
    assert room.rows() == [(10, "a"), (30, "c"), (60, "f")][:loaded]


def test_a_query_that_fails_names_the_first_bad_row(room: Room) -> None:
    room.table("N BIGINT")
    room.write("x.csv", "a\n1\n2\n?\n3\nx\n")
    error = room.fails("COPY INTO t FROM (SELECT $1::INT FROM @st) FILE_FORMAT = (SKIP_HEADER = 1)")
    assert "'?'" in error.message
    assert "x.csv', line 4" in error.message
    assert "Row 3" in error.message


def test_the_row_number_is_the_files_where_rows_are_left_out(room: Room) -> None:
    room.table("N BIGINT, A BIGINT")
    room.write("x.csv", "1\nx\n3\n")
    query = "(SELECT METADATA$FILE_ROW_NUMBER, $1::INT FROM @st)"
    assert room.run(f"COPY INTO t FROM {query} ON_ERROR = CONTINUE").row_count == 2
    assert room.rows() == [(1, 1), (3, 3)]


# --- by column name ------------------------------------------------------------------------------


def test_csv_by_the_names_in_its_header(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR, DAY DATE, NONE VARCHAR")
    room.write("a.csv", "name,Day,more,id\nx,2024-01-01,?,1\n,,,2\n")
    room.write("b.csv", "id\n3\n")
    copy = "COPY INTO t FROM @st FILE_FORMAT = (PARSE_HEADER = TRUE) MATCH_BY_COLUMN_NAME ="
    assert room.run(f"{copy} CASE_INSENSITIVE").row_count == 3
    rows = [(1, "x", dt.date(2024, 1, 1), None), (2, None, None, None), (3, None, None, None)]
    assert room.rows() == rows
    room.write("c.csv", "NAME,ID,id\nx,7,8\n")
    room.run(f"{copy} CASE_SENSITIVE FILES = ('c.csv')")
    assert room.rows()[-1] == (7, "x", None, None)


@pytest.mark.parametrize("on_error", ["ABORT_STATEMENT", "CONTINUE"])
def test_a_bad_value_of_a_named_field_has_its_place(room: Room, on_error: str) -> None:
    room.table("ID BIGINT, NAME VARCHAR")
    room.write("x.csv", "name,more,id\nx,y,1\nlong,y,oops\n")
    copy = (
        "COPY INTO t FROM @st FILE_FORMAT = (PARSE_HEADER = TRUE)"
        f" MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE ON_ERROR = {on_error}"
    )
    if on_error == "CONTINUE":
        (row,) = room.answer(copy)
        place = (row["first_error_line"], row["first_error_character"])
        assert (row["rows_loaded"], *place) == (1, 3, 8)
        assert row["first_error_column_name"] == '"T"["ID":3]'
    else:
        assert "line 3, character 8" in room.fails(copy).message


def test_metadata_columns_can_be_loaded(room: Room) -> None:
    room.table("ID BIGINT, FILE VARCHAR, N BIGINT")
    room.write("x.csv", "id,file\n10,ignored\n20,ignored\n")
    room.run(
        "COPY INTO t FROM @st FILE_FORMAT = (PARSE_HEADER = TRUE) MATCH_BY_COLUMN_NAME ="
        " CASE_INSENSITIVE INCLUDE_METADATA = (file = METADATA$FILENAME,"
        " n = METADATA$FILE_ROW_NUMBER)"
    )
    assert [(i, f.rpartition("/")[2], n) for i, f, n in room.rows()] == [
        (10, "x.csv", 1),
        (20, "x.csv", 2),
    ]
    room.write("x.json", '{"id": 30}')
    room.run(
        "COPY INTO t FROM @st/x.json FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME ="
        " CASE_INSENSITIVE INCLUDE_METADATA = (n = METADATA$FILE_ROW_NUMBER)"
    )
    assert room.rows()[-1] == (30, None, 1)
