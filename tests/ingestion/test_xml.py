"""XML files: what an element becomes, what each option does, where an error is."""

from __future__ import annotations

import bz2
import gzip
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.xml import text_of
from tests.ingestion.conftest import Room

_BOOKS = '<?xml version="1.0"?>\n<cat n="2">\n  <book id="1"> Go </book>\n  <book id="2">2.50</book>\n</cat>\n'

#: (file, options, the VARIANTs as Snowflake shows them)
LOADS: list[tuple[str | bytes, str, list[str]]] = [
    (_BOOKS, "", ['<cat n="2"><book id="1">Go</book><book id="2">2.5</book></cat>']),
    (
        _BOOKS,
        "STRIP_OUTER_ELEMENT = TRUE",
        ['<book id="1">Go</book>', '<book id="2">2.5</book>'],
    ),
    ("<a>1</a><b/>\n<c>x</c>", "", ["<a>1</a>", "<b></b>", "<c>x</c>"]),
    ("", "", []),
    ("<a/>", "STRIP_OUTER_ELEMENT = TRUE", []),
    ("<a>007</a>", "", ["<a>007</a>"]),
    ("<a>1.50</a>", "DISABLE_AUTO_CONVERT = FALSE", ["<a>1.5</a>"]),
    ("<a>1.50</a>", "DISABLE_AUTO_CONVERT = TRUE", ["<a>1.50</a>"]),
    ("<a> <b> x </b> </a>", "PRESERVE_SPACE = FALSE", ["<a><b>x</b></a>"]),
    ("<a> <b> x </b> </a>", "PRESERVE_SPACE = TRUE", ["<a><b> x </b></a>"]),
    (b"<a>\xff</a>", "IGNORE_UTF8_ERRORS = TRUE", ["<a>\ufffd</a>"]),
    (b"<a>\xff</a>", "REPLACE_INVALID_CHARACTERS = TRUE", ["<a>\ufffd</a>"]),
    (b"\xef\xbb\xbf<a/>", "", ["<a></a>"]),
    (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', "", ["<a>\u00e9</a>"]),
    (gzip.compress(b"<a/>", mtime=0), "", ["<a></a>"]),
    (bz2.compress(b"<a/>"), "COMPRESSION = BZ2", ["<a></a>"]),
    ("<a><![CDATA[<&>]]></a>", "", ["<a>&lt;&amp;&gt;</a>"]),
]

_COPY = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = XML {})"


@pytest.mark.parametrize(("content", "options", "shown"), LOADS)
def test_elements_become_variants(
    room: Room, content: str | bytes, options: str, shown: list[str]
) -> None:
    room.table("V JSON")
    room.write("x.xml", content)
    assert room.run(_COPY.format(options)).row_count == len(shown)
    assert [text_of(v, pretty=False) for (v,) in room.rows(order="rowid")] == shown
    assert not list((room.workspace.files / "scratch").glob("*"))


#: (file, options, what the error says)
FAULTS: list[tuple[str | bytes, str, str]] = [
    ("<a>\n<b></a>", "", "line 2, character 6"),
    ("<a>\n", "", "Error parsing XML"),
    ("x<a>&nope;</a>", "", "line 1, character 5"),
    ("<!DOCTYPE a><a/>", "", "Error parsing XML"),
    ("<a>\ufdd0</a>", "", "U+FDD0"),
    (b"<a>\xff</a>", "", "Error parsing XML"),
    (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "SKIP_BYTE_ORDER_MARK = FALSE", "Error parsing XML"),
    (gzip.compress(b"<a>" + b"x" * 9999, mtime=0)[:30], "", "cannot be read as XML"),
    ("<a>" * 600 + "</a>" * 600, "", "nested more than"),
]


@pytest.mark.parametrize(("content", "options", "said"), FAULTS)
def test_what_is_no_xml_loads_nothing(
    room: Room, content: str | bytes, options: str, said: str
) -> None:
    room.table("V JSON")
    room.write("x.xml", content)
    error = room.fails(_COPY.format(options))
    assert type(error) is errors.LoadError
    assert said in error.message
    assert "x.xml" in error.message
    (row,) = room.answer(_COPY.format(options) + " ON_ERROR = CONTINUE")
    assert (row["status"], row["rows_loaded"], row["errors_seen"]) == ("LOAD_FAILED", 0, 1)
    assert room.rows() == []


def test_elements_of_a_query(room: Room) -> None:
    room.table("ID BIGINT, TITLE VARCHAR")
    room.write("x.xml", _BOOKS)
    query = 'SELECT $1:"@id", $1:"$" FROM @st'
    room.run(f"COPY INTO t FROM ({query}) FILE_FORMAT = (TYPE = XML STRIP_OUTER_ELEMENT = TRUE)")
    assert room.rows() == [(1, "Go"), (2, "2.5")]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (f"{_COPY.format('')} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE", errors.UnsupportedFeature),
        ("COPY INTO @st FROM t FILE_FORMAT = (TYPE = XML)", errors.UnsupportedFeature),
        (_COPY.format("STRIP_OUTER_ARRAY = TRUE"), errors.InvalidParameter),
        (_COPY.format("PRESERVE_SPACE = 3"), errors.InvalidParameter),
        ("COPY INTO u FROM @st FILE_FORMAT = (TYPE = XML)", errors.TypeMismatch),
    ],
)
def test_what_xml_files_cannot(room: Room, sql: str, error: Any) -> None:
    room.table("V JSON")
    room.table("A BIGINT, B BIGINT", "U")
    assert type(room.fails(sql)) is error
