"""Every option of the statements about files, by the statement: its effect, or its refusal by name.

The files: a.csv has 1 and 2, b.csv x and 3, deep/c.csv 4. The table has one column of numbers. One
option without a row fails the last test.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any, Final

import pytest

from mockhaus import errors
from mockhaus.ingestion.copying import copy_options, unload_options
from mockhaus.ingestion.storage import integrations, stages, transfer
from tests.ingestion.conftest import Room

_ABORT: Final = "Numeric value 'x'"

#: (options, the numbers that are loaded or the error, the rows of the answer by file and status)
COPIES: list[tuple[str, list[int] | str, list[tuple[str, str]]]] = [
    ("", _ABORT, []),
    ("FILES = ('a.csv')", [1, 2], [("a", "LOADED")]),
    ("FILES = ('deep/c.csv', 'a.csv')", [1, 2, 4], [("c", "LOADED"), ("a", "LOADED")]),
    ("FILES = ('nix.csv')", "was not found", []),
    ("PATTERN = '.*/[ac][.]csv'", [1, 2, 4], [("a", "LOADED"), ("c", "LOADED")]),
    ("PATTERN = '*.csv'", "regular expression", []),
    ("ON_ERROR = ABORT_STATEMENT", _ABORT, []),
    ("ON_ERROR = CONTINUE", [1, 2, 3, 4], [("a", "LOADED"), ("b", "PARTIALLY_LOADED"), ("c", "LOADED")]),
    ("ON_ERROR = SKIP_FILE", [1, 2, 4], [("a", "LOADED"), ("b", "LOAD_FAILED"), ("c", "LOADED")]),
    ("ON_ERROR = SKIP_FILE_2", [1, 2, 3, 4], [("a", "LOADED"), ("b", "PARTIALLY_LOADED"), ("c", "LOADED")]),
    ("ON_ERROR = 'SKIP_FILE_50%'", [1, 2, 4], [("a", "LOADED"), ("b", "LOAD_FAILED"), ("c", "LOADED")]),
    ("ON_ERROR = 'SKIP_FILE_51%'", [1, 2, 3, 4], [("a", "LOADED"), ("b", "PARTIALLY_LOADED"), ("c", "LOADED")]),
    ("ON_ERROR = IGNORE", "ON_ERROR", []),
    ("SIZE_LIMIT = 1", [1, 2], [("a", "LOADED")]),
    ("SIZE_LIMIT = 5 ON_ERROR = CONTINUE", [1, 2, 3], [("a", "LOADED"), ("b", "PARTIALLY_LOADED")]),
    ("RETURN_FAILED_ONLY = TRUE ON_ERROR = CONTINUE", [1, 2, 3, 4], [("b", "PARTIALLY_LOADED")]),
    ("VALIDATION_MODE = RETURN_ERRORS", [], []),
    ("VALIDATION_MODE = RETURN_ALL_ERRORS", [], []),
    ("VALIDATION_MODE = RETURN_2_ROWS", [], []),
    ("VALIDATION_MODE = RETURN_9_ROWS", _ABORT, []),
    ("VALIDATION_MODE = RETURN_NOTHING", "VALIDATION_MODE", []),
    ("FILE_FORMAT = (NULL_IF = ('x')) FILES = ('b.csv')", [3], [("b", "LOADED")]),
    ("MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FILE_FORMAT = (PARSE_HEADER = TRUE) FILES = ('h.csv')", [7], [("h", "LOADED")]),
    ("MATCH_BY_COLUMN_NAME = CASE_SENSITIVE FILE_FORMAT = (PARSE_HEADER = TRUE) FILES = ('h.csv')", [], [("h", "LOADED")]),
    ("MATCH_BY_COLUMN_NAME = NONE FILES = ('a.csv')", [1, 2], [("a", "LOADED")]),
    ("INCLUDE_METADATA = (a = METADATA$FILE_ROW_NUMBER)", "needs MATCH_BY_COLUMN_NAME", []),
    ("INCLUDE_METADATA = (a = METADATA$FILE_ROW_NUMBER) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FILE_FORMAT = (PARSE_HEADER = TRUE) FILES = ('h.csv')", [1], [("h", "LOADED")]),
    ("LOAD_MODE = ADD_FILES_COPY", "LOAD_MODE", []),
    ("FILE_PROCESSOR = (SCANNER = 'x')", "FILE_PROCESSOR", []),
    ("CLUSTER_AT_INGEST_TIME = TRUE", "CLUSTER_AT_INGEST_TIME", []),
    ("NONSENSE = 1", "NONSENSE", []),
]  # fmt: skip


@pytest.fixture
def loaded(room: Room) -> Room:
    """The room with the files, but h.csv, which has a header, only where it is named."""
    room.table("A BIGINT")
    room.write("a.csv", "1\n2\n")
    room.write("b.csv", "x\n3\n")
    room.write("deep/c.csv", "4\n")
    return room


@pytest.mark.parametrize(("options", "numbers", "answer"), COPIES)
def test_an_option_of_copy_into_a_table(
    loaded: Room, options: str, numbers: list[int] | str, answer: list[tuple[str, str]]
) -> None:
    if "h.csv" in options:
        loaded.write("h.csv", "a\n7\n")
    sql = f"COPY INTO t FROM @st {options}"
    if isinstance(numbers, str):
        assert numbers in loaded.fails(sql).message
        assert loaded.rows() == []
        return
    rows = loaded.answer(sql)
    assert [n for (n,) in loaded.rows() if n is not None] == numbers
    if "VALIDATION_MODE" not in options:
        assert [(Path(row["file"]).stem, row["status"]) for row in rows] == answer


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ("", "limit (3) exceeded"),
        ("ENFORCE_LENGTH = TRUE", "limit (3) exceeded"),
        ("ENFORCE_LENGTH = FALSE", [("abc",)]),
        ("TRUNCATECOLUMNS = FALSE", "limit (3) exceeded"),
        ("TRUNCATECOLUMNS = TRUE", [("abc",)]),
    ],
)
def test_texts_that_are_too_long(room: Room, options: str, texts: list[tuple[str]] | str) -> None:
    room.table("S VARCHAR(3)")
    room.write("x.csv", "abcdef\n")
    sql = f"COPY INTO t FROM @st {options}"
    if isinstance(texts, str):
        assert "abcdef" in room.fails(sql).message
    else:
        room.run(sql)
        assert room.rows() == texts


@pytest.mark.parametrize(
    ("options", "left"), [("", True), ("PURGE = FALSE", True), ("PURGE = TRUE", False)]
)
def test_purge(loaded: Room, options: str, left: bool) -> None:
    loaded.run(f"COPY INTO t FROM @st ON_ERROR = CONTINUE {options}")
    assert (loaded.folder / "a.csv").exists() is left
    assert (loaded.folder / "b.csv").exists()  # a file with errors stays


# --- the load history ----------------------------------------------------------------------------


def _age(room: Room, days: int) -> None:
    """Let everything that was done have been done so many days earlier."""
    room.cursor.run(f"UPDATE __mockhaus.load_history SET loaded = loaded - INTERVAL {days} DAY")
    for path in room.folder.rglob("*.csv"):
        os.utime(path, (then := time.time() - days * 86_400, then))


#: (days since the load, options, rows that another COPY loads)
HISTORY: list[tuple[int, str, int]] = [
    (0, "", 0),
    (0, "FORCE = FALSE", 0),
    (0, "FORCE = TRUE", 3),
    (63, "", 0),
    (65, "", 0),
    (65, "LOAD_UNCERTAIN_FILES = FALSE", 0),
    (65, "LOAD_UNCERTAIN_FILES = TRUE", 3),
    (65, "FORCE = TRUE", 3),
]


@pytest.mark.parametrize(("days", "options", "rows"), HISTORY)
def test_a_file_is_loaded_once(loaded: Room, days: int, options: str, rows: int) -> None:
    copy = "COPY INTO t FROM @st PATTERN = '.*/[ac][.]csv'"
    assert loaded.run(copy).row_count == 3
    if days:
        stamps = {p: p.stat().st_mtime_ns for p in loaded.folder.rglob("*.csv")}
        _age(loaded, days)
        loaded.cursor.run(
            "UPDATE __mockhaus.load_history SET stamp = ?", (next(iter(stamps.values())),)
        )
    assert loaded.run(f"{copy} {options}").row_count == rows


def test_a_new_file_is_loaded_however_old_the_history(loaded: Room) -> None:
    loaded.run("COPY INTO t FROM @st/a")
    _age(loaded, 100)
    loaded.write("new.csv", "9\n")
    assert loaded.run("COPY INTO t FROM @st/new").row_count == 1


def test_an_old_file_is_loaded_into_a_table_that_is_not(loaded: Room) -> None:
    _age(loaded, 100)
    assert loaded.run("COPY INTO t FROM @st/a").row_count == 2


def test_a_changed_file_is_loaded_again_and_an_equal_one_is_not(loaded: Room) -> None:
    copy = "COPY INTO t FROM @st/a"
    loaded.run(copy)
    loaded.write("a.csv", "1\n2\n")
    assert loaded.run(copy).row_count == 0
    loaded.write("a.csv", "5\n6\n")
    assert loaded.run(copy).row_count == 2


# --- COPY INTO a location ------------------------------------------------------------------------

#: (options, the files, the columns of the answer or the error)
_SUMMARY: Final = "rows_unloaded input_bytes output_bytes"
UNLOADS: list[tuple[str, dict[str, str] | str, str]] = [
    ("", {"data_0_0_0.csv": "1,x\n2,y\n"}, _SUMMARY),
    ("HEADER = TRUE", {"data_0_0_0.csv": "N,S\n1,x\n2,y\n"}, _SUMMARY),
    ("SINGLE = TRUE", {"data": "1,x\n2,y\n"}, _SUMMARY),
    ("MAX_FILE_SIZE = 4", {"data_0_0_0.csv": "1,x\n", "data_0_0_1.csv": "2,y\n"}, _SUMMARY),
    ("MAX_FILE_SIZE = 4 SINGLE = TRUE", "max file size", ""),
    ("MAX_FILE_SIZE = 0", "MAX_FILE_SIZE", ""),
    ("DETAILED_OUTPUT = TRUE", {"data_0_0_0.csv": "1,x\n2,y\n"}, "FILE_NAME FILE_SIZE ROW_COUNT"),
    ("INCLUDE_QUERY_ID = TRUE", {"data_ID_0_0_0.csv": "1,x\n2,y\n"}, _SUMMARY),
    ("INCLUDE_QUERY_ID = TRUE SINGLE = TRUE", "INCLUDE_QUERY_ID", ""),
    ("OVERWRITE = TRUE INCLUDE_QUERY_ID = TRUE", "INCLUDE_QUERY_ID", ""),
    ("VALIDATION_MODE = RETURN_ROWS", {}, "N S"),
    ("VALIDATION_MODE = RETURN_ERRORS", "VALIDATION_MODE", ""),
    ("FILE_FORMAT = (COMPRESSION = NONE FIELD_DELIMITER = ';')", {"data_0_0_0.csv": "1;x\n2;y\n"}, _SUMMARY),
    ("NONSENSE = 1", "NONSENSE", ""),
]  # fmt: skip


@pytest.fixture
def full(room: Room) -> Room:
    """The room with a table of two rows."""
    room.table("N BIGINT, S VARCHAR")
    room.cursor.run("""INSERT INTO "MOCKHAUS.PUBLIC"."T" VALUES (1, 'x'), (2, 'y')""")
    return room


def _written(room: Room) -> dict[str, str]:
    names = {p: str(p.relative_to(room.folder)) for p in room.folder.rglob("*") if p.is_file()}
    query = re.compile(r"_[0-9a-f-]{36}_")
    return {query.sub("_ID_", name): path.read_text() for path, name in sorted(names.items())}


@pytest.mark.parametrize(("options", "files", "columns"), UNLOADS)
def test_an_option_of_copy_into_a_location(
    full: Room, options: str, files: dict[str, str] | str, columns: str
) -> None:
    plain = "" if "FILE_FORMAT" in options else "FILE_FORMAT = (COMPRESSION = NONE)"
    sql = f"COPY INTO @st FROM t {plain} {options}"
    if isinstance(files, str):
        assert files in full.fails(sql).message
        assert _written(full) == {}
        return
    result = full.run(sql)
    assert " ".join(column.name for column in result.columns) == columns
    assert len(list(result.python_rows())) >= 1
    assert _written(full) == files


def test_partition_by(full: Room) -> None:
    sql = "COPY INTO @st/p/ FROM t PARTITION BY ('s=' || s) FILE_FORMAT = (COMPRESSION = NONE)"
    full.run(sql)
    assert _written(full) == {
        "p/s=x/data_ID_0_0_0.csv": "1,x\n",
        "p/s=y/data_ID_0_0_0.csv": "2,y\n",
    }
    for option in ("SINGLE = TRUE", "OVERWRITE = TRUE", "INCLUDE_QUERY_ID = FALSE"):
        assert option.split()[0] in full.fails(f"{sql} {option}").message


@pytest.mark.parametrize("overwrite", ["", "OVERWRITE = FALSE", "OVERWRITE = TRUE"])
def test_overwrite(full: Room, overwrite: str) -> None:
    full.write("data_0_0_0.csv", "old")
    sql = f"COPY INTO @st FROM t FILE_FORMAT = (COMPRESSION = NONE) {overwrite}"
    if overwrite.endswith("TRUE"):
        full.run(sql)
        assert _written(full) == {"data_0_0_0.csv": "1,x\n2,y\n"}
    else:
        assert "already existing" in full.fails(sql).message
        assert _written(full) == {"data_0_0_0.csv": "old"}


# --- stages, integrations ------------------------------------------------------------------------

#: Options of CREATE STAGE that are refused by name, and where the others are tested.
STAGES: Final[dict[str, Any]] = {
    "URL": "test_stages.py, test_object_stores.py",
    "CREDENTIALS": "test_object_stores.py",
    "ENDPOINT": "test_object_stores.py",
    "STORAGE_INTEGRATION": "test_object_stores.py",
    "FILE_FORMAT": "test_a_stage_has_a_format_and_copy_options",
    "COPY_OPTIONS": "test_a_stage_has_a_format_and_copy_options",
    "DIRECTORY": "tests/sessions/test_stage_functions.py",
    "ENCRYPTION": errors.UnsupportedFeature,
    "TAG": errors.UnsupportedFeature,
    "USE_PRIVATELINK_ENDPOINT": errors.UnsupportedFeature,
    "AWS_ACCESS_POINT_ARN": errors.UnsupportedFeature,
    "NOTIFICATION_INTEGRATION": errors.UnsupportedFeature,
}


@pytest.mark.parametrize("name", [name for name, how in STAGES.items() if isinstance(how, type)])
def test_a_stage_that_is_refused(room: Room, name: str) -> None:
    error = room.fails(f"CREATE STAGE s {name} = 'x'")
    assert type(error) is STAGES[name]
    assert name in error.message


#: (an option in the place of the good one, the word of DESC INTEGRATION or the error)
INTEGRATIONS: list[tuple[str, str | type[errors.SqlError]]] = [
    ("TYPE = EXTERNAL_STAGE", ""),
    ("TYPE = QUEUE", errors.UnsupportedFeature),
    ("STORAGE_PROVIDER = 'GCS'", "GCS"),
    ("STORAGE_PROVIDER = 'FTP'", errors.InvalidParameter),
    ("ENABLED = FALSE", "false"),
    ("ENABLED = 1", errors.InvalidParameter),
    ("STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')", "s3://a/,s3://b/"),
    ("STORAGE_ALLOWED_LOCATIONS = 7", errors.InvalidParameter),
    ("STORAGE_BLOCKED_LOCATIONS = ('s3://a/no/')", "s3://a/no/"),
    ("USE_PRIVATELINK_ENDPOINT = FALSE", "false"),
    ("USE_PRIVATELINK_ENDPOINT = TRUE", errors.UnsupportedFeature),
    ("STORAGE_AWS_ROLE_ARN = 'arn:x'", "arn:x"),
    ("STORAGE_AWS_EXTERNAL_ID = 'id'", "id"),
    ("STORAGE_AWS_OBJECT_ACL = 'bucket-owner-full-control'", "bucket-owner-full-control"),
    ("AZURE_TENANT_ID = 'a'", "a"),
    ("NONSENSE = 1", errors.InvalidParameter),
]


@pytest.mark.parametrize(("option", "told"), INTEGRATIONS)
def test_an_option_of_an_integration(
    room: Room, option: str, told: str | type[errors.SqlError]
) -> None:
    name = option.split(maxsplit=1)[0]
    good = {
        "TYPE": "EXTERNAL_STAGE",
        "STORAGE_PROVIDER": "'S3'",
        "ENABLED": "TRUE",
        "STORAGE_ALLOWED_LOCATIONS": "('*')",
    }
    others = [f"{key} = {value}" for key, value in good.items() if key != name]
    sql = f"CREATE STORAGE INTEGRATION i {' '.join(others)} {option}"
    if not isinstance(told, str):
        error = room.fails(sql)
        assert type(error) is told
        assert name in error.message
        return
    room.run(sql)
    described = {r["property"]: r["property_value"] for r in room.answer("DESC INTEGRATION i")}
    assert described.get(name, "") == told


def test_a_stage_has_a_format_and_copy_options(loaded: Room) -> None:
    loaded.run(
        f"CREATE STAGE s URL = 'file://{loaded.folder}' FILE_FORMAT = (NULL_IF = ('x'))"
        " COPY_OPTIONS = (SIZE_LIMIT = 5)"
    )
    loaded.run("COPY INTO t FROM @s")
    assert loaded.rows(order="A NULLS FIRST") == [(None,), (1,), (2,), (3,)]
    loaded.run(
        "COPY INTO t FROM @s ON_ERROR = CONTINUE SIZE_LIMIT = NULL FORCE = TRUE FILE_FORMAT = (TYPE = CSV)"
    )
    assert len(loaded.rows()) == 8


def test_no_option_is_without_a_row() -> None:
    source = Path(__file__).read_text()

    def told(name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", source) is not None

    assert [name for name in copy_options.OPTIONS if not told(name)] == []
    assert [name for name in unload_options.OPTIONS if not told(name)] == []
    assert set(STAGES) == set(stages.OPTIONS)
    put = (Path(__file__).parent / "test_put_get.py").read_text()
    assert [name for name in (*transfer.PUT, *transfer.GET) if name not in put] == []
    assert {clause.split()[0] for clause, _ in INTEGRATIONS} >= set(integrations.OPTIONS)
