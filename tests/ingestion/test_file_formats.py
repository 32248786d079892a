"""File formats: Snowflake's options and defaults, validated; nothing is accepted and dropped."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
from mockhaus.ingestion.files import datetime_models, file_formats
from tests.ingestion.conftest import Room


def test_defaults_are_snowflakes() -> None:
    csv = file_formats.make({})
    assert csv.type == "CSV"
    assert {
        name: csv[name]
        for name in ("FIELD_DELIMITER", "RECORD_DELIMITER", "SKIP_HEADER", "NULL_IF", "ESCAPE")
    } == {
        "FIELD_DELIMITER": ",",
        "RECORD_DELIMITER": "\n",
        "SKIP_HEADER": 0,
        "NULL_IF": ["\\N"],
        "ESCAPE": None,
    }
    assert csv["FIELD_OPTIONALLY_ENCLOSED_BY"] is None
    assert csv["ESCAPE_UNENCLOSED_FIELD"] == "\\"
    assert csv["EMPTY_FIELD_AS_NULL"] is True
    assert csv["ERROR_ON_COLUMN_COUNT_MISMATCH"] is True
    assert file_formats.make({"TYPE": "JSON"})["STRIP_OUTER_ARRAY"] is False
    assert file_formats.make({"TYPE": "PARQUET"})["BINARY_AS_TEXT"] is True


@pytest.mark.parametrize(
    ("option", "value", "read"),
    [
        ("FIELD_DELIMITER", "\\t", "\t"),
        ("FIELD_DELIMITER", "\\174", "|"),
        ("FIELD_DELIMITER", "\\x7C", "|"),
        ("FIELD_DELIMITER", "0x7C", "|"),
        ("FIELD_DELIMITER", "||", "||"),
        ("FIELD_DELIMITER", "NONE", None),
        ("RECORD_DELIMITER", "\\r\\n", "\r\n"),
        ("FIELD_OPTIONALLY_ENCLOSED_BY", "'", "'"),
        ("FIELD_OPTIONALLY_ENCLOSED_BY", "0x22", '"'),
        ("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE", None),
        ("ESCAPE", "\\", "\\"),
        ("NULL_IF", "NA", ["NA"]),
        ("NULL_IF", ["NA", ""], ["NA", ""]),
        ("NULL_IF", [], []),
        ("SKIP_HEADER", "2", 2),
        ("COMPRESSION", "gzip", "GZIP"),
        ("ENCODING", "utf-8", "UTF8"),
        ("ENCODING", "ISO-8859-1", "ISO88591"),
        ("BINARY_FORMAT", "base64", "BASE64"),
        ("TRIM_SPACE", "true", True),
    ],
)
def test_values_are_read(option: str, value: Any, read: Any) -> None:
    assert file_formats.make({option: value})[option] == read


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"TYPE": "CUSTOM"}, errors.UnsupportedFeature),
        ({"TYPE": "XLS"}, errors.InvalidParameter),
        ({"SKIP_HEADERS": 1}, errors.InvalidParameter),
        ({"STRIP_OUTER_ARRAY": True}, errors.InvalidParameter),
        ({"SKIP_HEADER": -1}, errors.InvalidParameter),
        ({"SKIP_HEADER": "x"}, errors.InvalidParameter),
        ({"TRIM_SPACE": "maybe"}, errors.InvalidParameter),
        ({"COMPRESSION": "RAR"}, errors.InvalidParameter),
        ({"ENCODING": "KLINGON"}, errors.InvalidParameter),
        ({"ESCAPE": "ab"}, errors.InvalidParameter),
        ({"FIELD_OPTIONALLY_ENCLOSED_BY": "x"}, errors.InvalidParameter),
        ({"FIELD_DELIMITER": "\n"}, errors.InvalidParameter),
        ({"DATE_FORMAT": "QQ"}, errors.InvalidParameter),
        ({"SKIP_HEADER": 1, "PARSE_HEADER": True}, errors.InvalidParameter),
        ({"VALIDATE_UTF8": False}, errors.UnsupportedFeature),
        ({"ENCODING": "IBM420"}, errors.UnsupportedFeature),
        ({"TYPE": "JSON", "ENABLE_OCTAL": True}, errors.UnsupportedFeature),
        ({"TYPE": "PARQUET", "COMPRESSION": "LZO"}, errors.UnsupportedFeature),
    ],
)
def test_the_rest_is_an_error_by_name(
    options: dict[str, Any], error: type[errors.SqlError]
) -> None:
    with pytest.raises(errors.SqlError) as caught:
        file_formats.make(options)
    assert type(caught.value) is error
    name, value = next((n, v) for n, v in reversed(options.items()))
    assert name in caught.value.message or str(value) in caught.value.message


@pytest.mark.parametrize(
    ("model", "format"),
    [
        ("YYYY-MM-DD", "%Y-%m-%d"),
        ("DD-MON-YYYY", "%d-%b-%Y"),
        ("MM/DD/YY", "%m/%d/%y"),
        ("YYYY-MM-DD HH24:MI:SS.FF3", "%Y-%m-%d %H:%M:%S.%f"),
        ("yyyy-mm-ddThh24:mi:ss", "%Y-%m-%dT%H:%M:%S"),
        ('YYYY"year"', "%Yyear"),
        ("HH12:MI AM", "%I:%M %p"),
        ("YYYY-MM-DD HH24:MI:SS TZH:TZM", "%Y-%m-%d %H:%M:%S %z"),
    ],
)
def test_models_of_dates_become_formats(model: str, format: str) -> None:
    assert datetime_models.strptime(model) == format


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("CREATE FILE FORMAT f TYPE = CSV", "File format F successfully created."),
        ("CREATE OR REPLACE FILE FORMAT old TYPE = JSON", "File format OLD successfully created."),
        ("CREATE FILE FORMAT IF NOT EXISTS old", "OLD already exists, statement succeeded."),
        ("DROP FILE FORMAT old", "OLD successfully dropped."),
        (
            "DROP FILE FORMAT IF EXISTS nix",
            "Drop statement executed successfully (NIX already dropped).",
        ),
    ],
)
def test_ddl_answers_snowflakes_sentences(room: Room, sql: str, sentence: str) -> None:
    room.run("CREATE FILE FORMAT old")
    assert room.said(sql) == sentence


def test_a_clone_is_a_format_or_an_external_stage_of_its_own(room: Room) -> None:
    room.run("CREATE FILE FORMAT a TYPE = JSON STRIP_OUTER_ARRAY = TRUE COMMENT = 'mine'")
    room.run("CREATE FILE FORMAT b CLONE a")
    room.run("DROP FILE FORMAT a")
    described = {
        row["property"]: row["property_value"] for row in room.answer("DESC FILE FORMAT b")
    }
    assert described["STRIP_OUTER_ARRAY"] == "true"
    room.write("x.csv", "1\n")
    room.run("CREATE STAGE other CLONE st")
    assert len(room.answer("LIST @other")) == 1
    room.run("CREATE STAGE inner")
    for refused in ("CREATE STAGE x CLONE inner", "CREATE STAGE x LIKE st"):
        assert type(room.fails(refused)) is errors.UnsupportedFeature
    assert type(room.fails("CREATE STAGE x CLONE nix")) is errors.UndefinedObject


def test_show_and_describe(room: Room) -> None:
    room.run("CREATE FILE FORMAT f TYPE = CSV SKIP_HEADER = 1 COMMENT = 'c'")
    (row,) = room.answer("SHOW FILE FORMATS")
    assert (row["name"], row["type"], row["comment"]) == ("F", "CSV", "c")
    described = {row["property"]: row for row in room.answer("DESC FILE FORMAT f")}
    assert described["SKIP_HEADER"]["property_value"] == "1"
    assert described["SKIP_HEADER"]["property_default"] == "0"


@pytest.mark.parametrize(
    ("stage", "copy", "rows"),
    [
        ("", "", [("a", "1"), ("b;2", None)]),
        ("FILE_FORMAT = (SKIP_HEADER = 1)", "", [("b;2", None)]),
        ("FILE_FORMAT = semi", "", [("a,1", None), ("b", "2")]),
        ("FILE_FORMAT = (FORMAT_NAME = 'semi')", "", [("a,1", None), ("b", "2")]),
        ("FILE_FORMAT = semi", "FILE_FORMAT = (TYPE = CSV)", [("a", "1"), ("b;2", None)]),
        ("", "FILE_FORMAT = mockhaus.public.semi", [("a,1", None), ("b", "2")]),
        ("", "FILE_FORMAT = (FORMAT_NAME = semi SKIP_HEADER = 1)", [("b", "2")]),
    ],
)
def test_the_nearest_format_counts(
    room: Room, stage: str, copy: str, rows: list[tuple[Any, ...]]
) -> None:
    lenient = "ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE"
    room.run(f"CREATE FILE FORMAT semi FIELD_DELIMITER = ';' {lenient}")
    stage = stage.replace("(SKIP", f"({lenient} SKIP") or f"FILE_FORMAT = ({lenient})"
    room.run(f"CREATE OR REPLACE STAGE st URL = 'file://{room.folder}' {stage}")
    room.table("A VARCHAR, B VARCHAR")
    room.write("x.csv", "a,1\nb;2\n")
    room.run(f"COPY INTO t FROM @st {copy.replace('CSV)', f'CSV {lenient})')}")
    assert room.rows() == rows
