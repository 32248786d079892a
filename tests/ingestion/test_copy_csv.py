"""COPY INTO from CSV: what a text in a file becomes in a table. Each row was a file."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import zlib
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mockhaus import errors
from mockhaus.ingestion.files import readers
from tests.ingestion.conftest import Room

_Q = "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'"


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("BIGINT", "12", 12),
        ("BIGINT", " -7 ", -7),
        ("BIGINT", "1.5", 2),
        ("BIGINT", "1e3", 1000),
        ("BIGINT", "", None),
        ("BIGINT", "\\N", None),
        ("DECIMAL(10,2)", "3.145", Decimal("3.15")),
        ("DECIMAL(38,0)", "9" * 38, Decimal("9" * 38)),
        ("DOUBLE", "1e-3", 0.001),
        ("BOOLEAN", "yes", True),
        ("BOOLEAN", "ON", True),
        ("BOOLEAN", "f", False),
        ("BOOLEAN", "off", False),
        ("BOOLEAN", "0", False),
        ("DATE", "2024-02-29", dt.date(2024, 2, 29)),
        ("DATE", "29-FEB-2024", dt.date(2024, 2, 29)),
        ("DATE", "02/29/2024", dt.date(2024, 2, 29)),
        ("DATE", "1709164800", dt.date(2024, 2, 29)),
        ("TIME", "13:05:07.25", dt.time(13, 5, 7, 250000)),
        ("TIME", "13:05", dt.time(13, 5)),
        ("TIMESTAMP", "2024-02-29 13:05:07", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "2024-02-29T13:05:07.123456789", dt.datetime(2024, 2, 29, 13, 5, 7, 123456)),
        ("TIMESTAMP", "2024-02-29T13:05:07Z", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "2024-02-29 13:05:07+05:30", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "Thu, 29 Feb 2024 13:05:07", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "1709211907", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "1709211907000", dt.datetime(2024, 2, 29, 13, 5, 7)),
        ("TIMESTAMP", "2024-02-29", dt.datetime(2024, 2, 29)),
        ("BLOB", "48690a", b"Hi\n"),
        ("JSON", '{"b": [1, null], "a": 1}', '{"a":1,"b":[1,null]}'),
        ("VARCHAR", "  x ", "  x "),
        ("VARCHAR", "NULL", "NULL"),
        ("VARCHAR", '"x"', '"x"'),
        ("VARCHAR", "a\\\\b", "a\\b"),
        ("VARCHAR", "é€😀", "é€😀"),
    ],
)
def test_values_without_options(room: Room, type: str, text: str, value: Any) -> None:
    room.table(f"A {type}")
    room.load(f"{text}\n", "FIELD_DELIMITER = '|'")
    assert room.rows() == [(value,)]


@pytest.mark.parametrize(
    ("type", "text", "message"),
    [
        ("BIGINT", "12a", "Numeric value '12a' is not recognized"),
        ("BIGINT", "99999999999999999999", "Numeric value '99999999999999999999'"),
        ("DECIMAL(4,2)", "123.4", "Numeric value '123.4' is not recognized"),
        ("BOOLEAN", "2x", "Boolean value '2x' is not recognized"),
        ("DATE", "2024-02-30", "Date '2024-02-30' is not recognized"),
        ("TIMESTAMP", "tomorrow", "Timestamp 'tomorrow' is not recognized"),
        ("TIME", "25:00:00", "Time '25:00:00' is not recognized"),
        ("BLOB", "4", "Binary value '4' is not recognized"),
        ("JSON", "{a", "Error parsing JSON: '{a'"),
        ("VARCHAR NOT NULL", "\\N", "NULL result in a non-nullable column: A"),
        ("BIGINT NOT NULL", "", "NULL result in a non-nullable column: A"),
        ("VARCHAR(2)", "abc", "User character length limit (2) exceeded"),
        ("BLOB(2)", "ABCDEF", "Binary value 'ABCDEF' is too long: more than 2 bytes"),
    ],
)
def test_a_value_that_does_not_fit_names_file_line_and_column(
    room: Room, type: str, text: str, message: str
) -> None:
    room.table(f"A {type}, B VARCHAR")
    good = {"B": "0", "D": "0", "T": "12:00:00", "J": "1", "V": "x"}[type[0]]
    good = {"BLOB": "00", "BLOB(2)": "00", "DATE": "2024-01-01", "TIMESTAMP": "2024-01-01"}.get(
        type, good
    )
    room.write("x.csv", f"{good},1\n{good},2\n{text},3\n{text},4\n")
    error = room.fails("COPY INTO t FROM @st/x.csv")
    assert isinstance(error, errors.LoadError)
    assert error.message.startswith(message)
    assert "x.csv', line 3, character 1" in error.message
    assert 'Row 3, column "T"["A":1]' in error.message
    assert room.rows() == []
    (row,) = room.answer("COPY INTO t FROM @st/x.csv ON_ERROR = CONTINUE")
    assert row["first_error"].startswith(message)
    assert (row["status"], row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (
        "PARTIALLY_LOADED",
        4,
        2,
        2,
    )
    assert row["first_error_column_name"] == '"T"["A":1]'
    assert (row["first_error_line"], row["first_error_character"]) == (3, 1)
    assert [b for _, b in room.rows(order="B")] == ["1", "2"]


@pytest.mark.parametrize(
    ("options", "text", "rows"),
    [
        ("SKIP_HEADER = 1", "a,b\n1,2\n", [("1", "2")]),
        ("SKIP_HEADER = 2", "a\nb\n1,2\n", [("1", "2")]),
        ("", "a,b\n1,2\n", [("1", "2"), ("a", "b")]),
        ("FIELD_DELIMITER = '|'", "1|2,3\n", [("1", "2,3")]),
        ("FIELD_DELIMITER = '\\t'", "1\t2\n", [("1", "2")]),
        ("FIELD_DELIMITER = '::'", "1::2\n", [("1", "2")]),
        ("FIELD_DELIMITER = '--sep--'", "1--sep--2\n", [("1", "2")]),
        ("RECORD_DELIMITER = ';'", "1,2;3,4", [("1", "2"), ("3", "4")]),
        ("RECORD_DELIMITER = '\\r'", "1,2\r3,4\r", [("1", "2"), ("3", "4")]),
        ("", "1,2\r\n3,4\r\n", [("1", "2"), ("3", "4")]),
        ("", "1,2\r\n3,4\n5,6", [("1", "2"), ("3", "4"), ("5", "6")]),
        ("", "1,2", [("1", "2")]),
        ("", "\ufeff1,2\n", [("1", "2")]),
        ("", "", []),
        ("", "1,\n,2\n", [("1", None), (None, "2")]),
        ("EMPTY_FIELD_AS_NULL = FALSE", "1,\n", [("1", "")]),
        ("NULL_IF = ('NA', '-')", "NA,-\n1,\\\\N\n", [("1", "\\N"), (None, None)]),
        ("NULL_IF = ()", "1,x\n", [("1", "x")]),
        (_Q, '"a,b","c""d"\n', [("a,b", 'c"d')]),
        (_Q, '"a\nb",c\n', [("a\nb", "c")]),
        (_Q, '"",\n', [("", None)]),
        (_Q + " NULL_IF = ('NA')", '"NA",NA\n', [(None, None)]),
        ("FIELD_OPTIONALLY_ENCLOSED_BY = ''''", "'a,b',c\n", [("a,b", "c")]),
        (_Q + " ESCAPE = '\\\\'", '"a\\"b",c\\,d\n', [('a"b', "c,d")]),
        ("", "a\\,b,c\n", [("a,b", "c")]),
        ("", "a\\\nb,c\n", [("a\nb", "c")]),
        ("ESCAPE_UNENCLOSED_FIELD = NONE", "a\\b,c\n", [("a\\b", "c")]),
        ("TRIM_SPACE = TRUE", " a , \n", [("a", None)]),
        (_Q + " TRIM_SPACE = TRUE", ' "a" , b \n', [("a", "b")]),
        (_Q, 'a "b" c,d\n', [('a "b" c', "d")]),
        ("SKIP_BLANK_LINES = TRUE", "\n1,2\n\n3,4\n", [("1", "2"), ("3", "4")]),
        (
            "ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE",
            "1\n2,3,4\n5,6\n",
            [("1", None), ("2", "3"), ("5", "6")],
        ),
    ],
)
def test_options(room: Room, options: str, text: str, rows: list[tuple[Any, ...]]) -> None:
    room.table("A VARCHAR, B VARCHAR")
    row = room.load(text, options)
    assert room.rows() == rows
    assert (row["status"], row["rows_parsed"], row["rows_loaded"]) == (
        "LOADED",
        len(rows),
        len(rows),
    )


@pytest.mark.parametrize(
    ("type", "options", "text", "value"),
    [
        ("DATE", "DATE_FORMAT = 'YYYY-MM-DD'", "2024-02-29", dt.date(2024, 2, 29)),
        ("DATE", "DATE_FORMAT = 'DD.MM.YYYY'", "29.02.2024", dt.date(2024, 2, 29)),
        ("DATE", "DATE_FORMAT = 'YYYYMMDD'", "20240229", dt.date(2024, 2, 29)),
        ("TIME", "TIME_FORMAT = 'HH12:MI AM'", "01:05 PM", dt.time(13, 5)),
        (
            "TIMESTAMP",
            "TIMESTAMP_FORMAT = 'MM/DD/YYYY HH24:MI:SS.FF'",
            "02/29/2024 13:05:07.5",
            dt.datetime(2024, 2, 29, 13, 5, 7, 500000),
        ),
        (
            "TIMESTAMP",
            "TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS TZH:TZM'",
            "2024-02-29 13:05:07 +02:00",
            dt.datetime(2024, 2, 29, 13, 5, 7),
        ),
        ("BLOB", "BINARY_FORMAT = BASE64", "SGk=", b"Hi"),
        ("BLOB", "BINARY_FORMAT = UTF8", "Hi", b"Hi"),
    ],
)
def test_formats_of_values(room: Room, type: str, options: str, text: str, value: Any) -> None:
    room.table(f"A {type}")
    room.load(f"{text}\n", options)
    assert room.rows() == [(value,)]
    room.write("bad.csv", "nonsense!\n")
    if "UTF8" not in options:
        room.fails(f"COPY INTO t FROM @st/bad.csv FILE_FORMAT = (TYPE = CSV {options})")


@pytest.mark.parametrize(
    ("options", "text", "message", "place"),
    [
        ("", "1,2\n3\n", "Number of columns in file (1) does not match", (2, 1)),
        ("", "1,2\n3,4,5\n", "Number of columns in file (3) does not match", (2, 3)),
        ("", "1,2\n3,4,\n", "Number of columns in file (3) does not match", (2, 3)),
        ("", "1,2\n3,,", "Number of columns in file (3) does not match", (2, 3)),
        ("", "1,2\n\n3,4\n", "Number of columns in file (1) does not match", (2, 1)),
        (_Q, '1,2\n3,"4\n', "Found enclosing character without a closing one", (2, 3)),
        (_Q, '1,2\n3,"4"x\n', "Found character 'x' instead of field delimiter", (2, 6)),
    ],
)
def test_records_that_cannot_be_split(
    room: Room, options: str, text: str, message: str, place: tuple[int, int]
) -> None:
    line, character = place
    room.table("A VARCHAR, B VARCHAR")
    room.write("x.csv", text)
    copy = f"COPY INTO t FROM @st/x.csv FILE_FORMAT = (TYPE = CSV {options})"
    error = room.fails(copy)
    assert error.message.startswith(message)
    assert f"line {line}, character {character}" in error.message
    assert room.rows() == []
    (row,) = room.answer(f"{copy} ON_ERROR = CONTINUE")
    assert row["first_error"].startswith(message)
    assert (row["first_error_line"], row["first_error_character"]) == (line, character)
    assert row["rows_loaded"] == len(room.rows())
    assert row["rows_parsed"] == row["rows_loaded"] + row["errors_seen"]


@pytest.mark.parametrize(
    ("format", "text", "said"),
    [
        ("TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", '"a\nb"\n', "without a closing one"),
        ("TYPE = JSON", '{"a":\n1}\n', "a new line within a value"),
    ],
)
def test_a_record_of_several_lines_is_an_error_without_multi_line(
    room: Room, format: str, text: str, said: str
) -> None:
    room.table("V JSON" if "JSON" in format else "A VARCHAR")
    room.write("x", text)
    room.run(f"COPY INTO t FROM @st FILE_FORMAT = ({format})")
    error = room.fails(
        f"COPY INTO t FROM @st FILE_FORMAT = ({format} MULTI_LINE = FALSE) FORCE = TRUE"
    )
    assert said in error.message
    assert "line 1" in error.message


def test_a_byte_order_mark_can_be_data(room: Room) -> None:
    room.table("A VARCHAR")
    room.load(b"\xef\xbb\xbfx\n")
    room.load(b"\xef\xbb\xbfy\n", "SKIP_BYTE_ORDER_MARK = FALSE")
    assert room.rows() == [("x",), ("\ufeffy",)]


def test_a_bad_value_stays_an_error_without_the_column_count(room: Room) -> None:
    """Only the count is forgiven, never a row that does not convert."""
    room.table("A BIGINT, B VARCHAR")
    room.write("x.csv", "1\nx,2\n")
    error = room.fails(
        "COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)"
    )
    assert "Numeric value 'x'" in error.message


def _deflated(data: bytes, bits: int) -> bytes:
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("name", "pack", "options"),
    [
        ("x.csv.gz", gzip.compress, ""),
        ("x.dat", gzip.compress, ""),
        ("x.csv", gzip.compress, "COMPRESSION = GZIP"),
        ("x.csv.bz2", bz2.compress, ""),
        ("x.csv.zst", lambda data: bytes(pa.Codec("zstd").compress(data)), ""),
        ("x.csv.br", lambda data: bytes(pa.Codec("brotli").compress(data)), ""),
        ("x.csv.deflate", lambda data: _deflated(data, 15), ""),
        ("x.csv", lambda data: _deflated(data, -15), "COMPRESSION = RAW_DEFLATE"),
        ("x.csv", lambda data: data, "COMPRESSION = NONE"),
    ],
)
def test_compressed_files(room: Room, name: str, pack: Any, options: str) -> None:
    room.table("A BIGINT, B VARCHAR")
    room.load(pack("1,é\n2,b\n".encode()), options, name)
    assert room.rows() == [(1, "é"), (2, "b")]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-16-le", "windows-1252"])
def test_encodings(room: Room, encoding: str) -> None:
    room.table("A VARCHAR")
    room.load("é\n".encode(encoding), f"ENCODING = '{encoding}'")
    assert room.rows() == [("é",)]


@pytest.mark.parametrize(
    ("content", "options", "name"),
    [
        (b"a\xff\n", "", "x.csv"),
        (gzip.compress(b"a\n" * 9000, mtime=0)[:-20], "", "x.csv.gz"),
        (b"\x1f\x8bnothing", "", "x.csv.gz"),
        (bz2.compress(b"a\n" * 9000)[:-20], "", "x.csv.bz2"),
        (b"plain", "COMPRESSION = DEFLATE", "x.csv"),
        (b"a\xff\n", "ENCODING = 'UTF16'", "x.csv"),
    ],
)
def test_a_damaged_file_is_an_error_naming_it(
    room: Room, content: bytes, options: str, name: str
) -> None:
    room.table("A VARCHAR")
    room.write(name, content)
    error = room.fails(f"COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV {options})")
    assert type(error) is errors.LoadError
    assert name in error.message
    assert room.rows() == []
    scratch = room.workspace.files / "scratch"
    assert not scratch.exists() or not list(scratch.iterdir())


def test_invalid_characters_can_be_replaced(room: Room) -> None:
    room.table("A VARCHAR")
    room.load(b"a\xffb\n", "REPLACE_INVALID_CHARACTERS = TRUE")
    assert room.rows() == [("a\ufffdb",)]


@pytest.mark.parametrize("option", ["TRUNCATECOLUMNS = TRUE", "ENFORCE_LENGTH = FALSE"])
def test_too_long_texts_can_be_cut(room: Room, option: str) -> None:
    room.table("A VARCHAR(2)")
    room.write("x.csv", "abc\n")
    room.run(f"COPY INTO t FROM @st {option}")
    assert room.rows() == [("ab",)]


_FIELD = st.text(st.sampled_from("ab1,;\"\\\n\r 'N"), max_size=5)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=st.lists(st.lists(_FIELD, min_size=2, max_size=2), max_size=4),
    options=st.sampled_from(["", _Q, f"{_Q} NULL_IF = ('N')", f"{_Q} EMPTY_FIELD_AS_NULL = FALSE"]),
)
def test_both_readers_see_the_same(room: Room, text: list[list[str]], options: str) -> None:
    """DuckDB's reader, where it is used, answers what our own reader answers."""
    content = "\n".join(",".join(fields) for fields in text) + "\n"
    room.write("x.csv", content)
    copy = f"COPY INTO t FROM @st/x.csv FILE_FORMAT = (TYPE = CSV {options}) FORCE = TRUE"
    answers = []
    for quick in (readers.quick_csv, lambda *_, **__: None):
        room.table("A VARCHAR, B VARCHAR")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(readers, "quick_csv", quick)
            answers.append((room.answer(f"{copy} ON_ERROR = CONTINUE"), room.rows()))
    assert answers[0] == answers[1]
