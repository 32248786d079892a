"""Every option of every file format: what a load makes of the same file without it and with it.

The options are those of the code's own tables; one without a row here fails the last test.
"""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import re
import zlib
from typing import Any, Final

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from mockhaus import errors
from mockhaus.ingestion.files.format_options import TYPES
from tests.ingestion.conftest import Room

#: What a COPY comes to: the rows of the table, or a part of the error.
Outcome = list[tuple[Any, ...]] | str

_BY_NAME: Final = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
_AB: Final = "A VARCHAR, B VARCHAR"
_COLUMNS: Final = "Number of columns in file"


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _brotli(data: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "brotli") as stream:
        stream.write(data)
        stream.close()
        return bytes(packed.getvalue().to_pybytes())


def _zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


def _parquet(**columns: Any) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    return made.getvalue()


def _orc(**columns: Any) -> bytes:
    made = io.BytesIO()
    orc.write_table(pa.table(columns), made)
    return made.getvalue()


def _avro(*names: str) -> bytes:
    made = io.BytesIO()
    schema = {"type": "record", "name": "r", "fields": [{"name": "s", "type": "string"}]}
    fastavro.writer(made, schema, [{"s": name} for name in names])
    return made.getvalue()


#: (type, options, file, the table's columns, the rest of COPY, without the options, with them)
LOADS: list[tuple[str, str, str | bytes, str, str, Outcome, Outcome]] = [
    # --- CSV
    ("CSV", "COMPRESSION = GZIP", gzip.compress(b"1,2\n", mtime=0), _AB, "", [("1", "2")], [("1", "2")]),
    ("CSV", "COMPRESSION = BZ2", bz2.compress(b"1,2\n"), _AB, "", [("1", "2")], [("1", "2")]),
    ("CSV", "COMPRESSION = ZSTD", _zstd(b"1,2\n"), _AB, "", [("1", "2")], [("1", "2")]),
    ("CSV", "COMPRESSION = BROTLI", _brotli(b"1,2\n"), _AB, "", "x.csv", [("1", "2")]),
    ("CSV", "COMPRESSION = DEFLATE", zlib.compress(b"1,2\n"), _AB, "", "x.csv", [("1", "2")]),
    ("CSV", "COMPRESSION = RAW_DEFLATE", _raw_deflate(b"1,2\n"), _AB, "", "x.csv", [("1", "2")]),
    ("CSV", "COMPRESSION = NONE", gzip.compress(b"1,2\n", mtime=0), _AB, "", [("1", "2")], "x.csv"),
    ("CSV", "RECORD_DELIMITER = '|'", "1,2|3,4", _AB, "", _COLUMNS, [("1", "2"), ("3", "4")]),
    ("CSV", "RECORD_DELIMITER = '=='", "1,2==3,4", _AB, "", _COLUMNS, [("1", "2"), ("3", "4")]),
    ("CSV", "RECORD_DELIMITER = NONE", "1,2\n", _AB, "", [("1", "2")], [("1", "2\n")]),
    ("CSV", "FIELD_DELIMITER = ';'", "1;2\n", _AB, "", _COLUMNS, [("1", "2")]),
    ("CSV", "FIELD_DELIMITER = '\\\\x7C'", "1|2\n", _AB, "", _COLUMNS, [("1", "2")]),
    ("CSV", "FIELD_DELIMITER = '\\\\174'", "1|2\n", _AB, "", _COLUMNS, [("1", "2")]),
    ("CSV", "FIELD_DELIMITER = '<>'", "1<>2\n", _AB, "", _COLUMNS, [("1", "2")]),
    ("CSV", "FIELD_DELIMITER = NONE", "1,2\n", "A VARCHAR", "", _COLUMNS, [("1,2",)]),
    ("CSV", "PARSE_HEADER = TRUE", "b,a\n2,1\n", _AB, _BY_NAME, "need each other", [("1", "2")]),
    ("CSV", "SKIP_HEADER = 1", "h,i\n1,2\n", _AB, "", [("1", "2"), ("h", "i")], [("1", "2")]),
    ("CSV", "SKIP_HEADER = 2", "h,i\nj,k\n1,2\n", _AB, "", [("1", "2"), ("h", "i"), ("j", "k")], [("1", "2")]),
    ("CSV", "SKIP_BLANK_LINES = TRUE", "1,2\n\n3,4\n", _AB, "", _COLUMNS, [("1", "2"), ("3", "4")]),
    ("CSV", "DATE_FORMAT = 'DD.MM.YYYY'", "31.01.2024\n", "D DATE", "", "Date '31.01.2024'", [(dt.date(2024, 1, 31),)]),
    ("CSV", "TIME_FORMAT = 'HH24.MI'", "23.59\n", "T TIME", "", "Time '23.59'", [(dt.time(23, 59),)]),
    ("CSV", "TIMESTAMP_FORMAT = 'DD.MM.YYYY HH24:MI'", "31.01.2024 23:59\n", "T TIMESTAMP", "", "Timestamp '31.01.2024 23:59'", [(dt.datetime(2024, 1, 31, 23, 59),)]),
    ("CSV", "BINARY_FORMAT = BASE64", "QQ==\n", "B BLOB", "", "Binary value 'QQ=='", [(b"A",)]),
    ("CSV", "BINARY_FORMAT = UTF8", "é\n", "B BLOB", "", "Binary value", [("é".encode(),)]),
    ("CSV", "ESCAPE = '!' FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", '"a!"b",2\n', _AB, "", [('"a!"b"', "2")], [('a"b', "2")]),
    ("CSV", "ESCAPE_UNENCLOSED_FIELD = NONE", "a\\,b\n", _AB, "", _COLUMNS, [("a\\", "b")]),
    ("CSV", "ESCAPE_UNENCLOSED_FIELD = '!'", "a!,b,c\n", _AB, "", _COLUMNS, [("a,b", "c")]),
    ("CSV", "TRIM_SPACE = TRUE", " 1 , 2 \n", _AB, "", [(" 1 ", " 2 ")], [("1", "2")]),
    ("CSV", "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", '"1,""x""",2\n', _AB, "", _COLUMNS, [('1,"x"', "2")]),
    ("CSV", "FIELD_OPTIONALLY_ENCLOSED_BY = ''''", "'1,x',2\n", _AB, "", _COLUMNS, [("1,x", "2")]),
    ("CSV", "NULL_IF = ('nil', 'none')", "nil,none\n\\N,x\n", _AB, "", [("nil", "none"), (None, "x")], [("N", "x"), (None, None)]),
    ("CSV", "ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE", "1\n1,2,3\n", _AB, "", _COLUMNS, [("1", "2"), ("1", None)]),
    ("CSV", "REPLACE_INVALID_CHARACTERS = TRUE", b"\xff,2\n", _AB, "", "Invalid UTF8", [("\ufffd", "2")]),
    ("CSV", "EMPTY_FIELD_AS_NULL = FALSE", "1,\n", _AB, "", [("1", None)], [("1", "")]),
    ("CSV", "SKIP_BYTE_ORDER_MARK = FALSE", b"\xef\xbb\xbf1,2\n", _AB, "", [("1", "2")], [("\ufeff1", "2")]),
    ("CSV", "ENCODING = 'ISO-8859-1'", b"\xe9,2\n", _AB, "", "Invalid UTF8", [("é", "2")]),
    ("CSV", "ENCODING = 'UTF-16LE'", "é,2\n".encode("utf-16-le"), _AB, "", "x.csv", [("é", "2")]),
    ("CSV", "MULTI_LINE = FALSE FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", '"a\nb",2\n', _AB, "", _COLUMNS, "without a closing one"),
    ("CSV", "VALIDATE_UTF8 = FALSE", "1,2\n", _AB, "", [("1", "2")], "VALIDATE_UTF8"),
    # --- JSON
    ("JSON", "COMPRESSION = GZIP", gzip.compress(b"1", mtime=0), "V JSON", "", [("1",)], [("1",)]),
    ("JSON", "DATE_FORMAT = 'DD.MM.YYYY'", '{"d": "31.01.2024"}', "D DATE", _BY_NAME, "Date '31.01.2024'", [(dt.date(2024, 1, 31),)]),
    ("JSON", "TIME_FORMAT = 'HH24.MI'", '{"t": "23.59"}', "T TIME", _BY_NAME, "Time '23.59'", [(dt.time(23, 59),)]),
    ("JSON", "TIMESTAMP_FORMAT = 'DD.MM.YYYY HH24'", '{"t": "31.01.2024 23"}', "T TIMESTAMP", _BY_NAME, "Timestamp", [(dt.datetime(2024, 1, 31, 23),)]),
    ("JSON", "BINARY_FORMAT = BASE64", '{"b": "QQ=="}', "B BLOB", _BY_NAME, "Binary value", [(b"A",)]),
    ("JSON", "TRIM_SPACE = TRUE", '{"s": " x "}', "S VARCHAR", _BY_NAME, [(" x ",)], [("x",)]),
    ("JSON", "NULL_IF = ('nil')", '{"s": "nil"}', "S VARCHAR", _BY_NAME, [("nil",)], [(None,)]),
    ("JSON", "MULTI_LINE = FALSE", '{"a":\n1}', "V JSON", "", [('{"a":1}',)], "MULTI_LINE"),
    ("JSON", "ENABLE_OCTAL = TRUE", "1", "V JSON", "", [("1",)], "ENABLE_OCTAL"),
    ("JSON", "ALLOW_DUPLICATE = TRUE", '{"a":1,"a":2}', "V JSON", "", "duplicate object attribute", [('{"a":2}',)]),
    ("JSON", "STRIP_OUTER_ARRAY = TRUE", "[1,2]", "V JSON", "", [("[1,2]",)], [("1",), ("2",)]),
    ("JSON", "STRIP_NULL_VALUES = TRUE", '{"a":null,"b":1}', "V JSON", "", [('{"a":null,"b":1}',)], [('{"b":1}',)]),
    ("JSON", "REPLACE_INVALID_CHARACTERS = TRUE", b'"\xff"', "V JSON", "", "x.json", [('"\ufffd"',)]),
    ("JSON", "IGNORE_UTF8_ERRORS = TRUE", b'"\xff"', "V JSON", "", "x.json", [('"\ufffd"',)]),
    ("JSON", "SKIP_BYTE_ORDER_MARK = FALSE", b"\xef\xbb\xbf1", "V JSON", "", [("1",)], "Error parsing JSON"),
    # --- PARQUET
    ("PARQUET", "COMPRESSION = LZO", _parquet(s=["x"]), "S VARCHAR", _BY_NAME, [("x",)], "COMPRESSION = LZO"),
    ("PARQUET", "BINARY_AS_TEXT = FALSE", _parquet(s=pa.array([b"x"], pa.binary())), "S VARIANT", _BY_NAME, [('"x"',)], [('"78"',)]),
    ("PARQUET", "BINARY_AS_TEXT = FALSE", _parquet(s=pa.array([b"x"], pa.binary())), "V VARIANT", "", [('{"s":"x"}',)], [('{"s":"78"}',)]),
    ("PARQUET", "TRIM_SPACE = TRUE", _parquet(s=[" x "]), "S VARCHAR", _BY_NAME, [(" x ",)], [("x",)]),
    ("PARQUET", "NULL_IF = ('nil')", _parquet(s=["nil"]), "S VARCHAR", _BY_NAME, [("nil",)], [(None,)]),
    ("PARQUET", "USE_LOGICAL_TYPE = TRUE", _parquet(s=pa.array([0], pa.timestamp("us"))), "S TIMESTAMP", _BY_NAME, [(dt.datetime(1970, 1, 1),)], [(dt.datetime(1970, 1, 1),)]),
    ("PARQUET", "USE_LOGICAL_TYPE = FALSE", _parquet(s=["x"]), "S VARCHAR", _BY_NAME, [("x",)], "USE_LOGICAL_TYPE"),
    ("PARQUET", "USE_VECTORIZED_SCANNER = TRUE", _parquet(s=["x"]), "S VARCHAR", _BY_NAME, [("x",)], [("x",)]),
    ("PARQUET", "REPLACE_INVALID_CHARACTERS = TRUE", _parquet(s=["x"]), "S VARCHAR", _BY_NAME, [("x",)], "REPLACE_INVALID_CHARACTERS"),
    # --- AVRO
    ("AVRO", "COMPRESSION = GZIP", gzip.compress(_avro("x"), mtime=0), "S VARCHAR", _BY_NAME, [("x",)], [("x",)]),
    ("AVRO", "TRIM_SPACE = TRUE", _avro(" x "), "S VARCHAR", _BY_NAME, [(" x ",)], [("x",)]),
    ("AVRO", "NULL_IF = ('nil')", _avro("nil", "\\N"), "S VARCHAR", _BY_NAME, [("nil",), (None,)], [("\\N",), (None,)]),
    ("AVRO", "REPLACE_INVALID_CHARACTERS = TRUE", _avro("x"), "S VARCHAR", _BY_NAME, [("x",)], "REPLACE_INVALID_CHARACTERS"),
    # --- ORC
    ("ORC", "", _orc(s=[b"\xff"], t=["x"]), "V VARIANT", "", [('{"s":"FF","t":"x"}',)], [('{"s":"FF","t":"x"}',)]),
    ("ORC", "", _orc(s=[b"\xff"]), "S BLOB", _BY_NAME, [(b"\xff",)], [(b"\xff",)]),
    ("ORC", "TRIM_SPACE = TRUE", _orc(s=[" x "]), "S VARCHAR", _BY_NAME, [(" x ",)], [("x",)]),
    ("ORC", "NULL_IF = ('nil')", _orc(s=["nil", "\\N"]), "S VARCHAR", _BY_NAME, [("nil",), (None,)], [("\\N",), (None,)]),
    ("ORC", "REPLACE_INVALID_CHARACTERS = TRUE", _orc(s=["x"]), "S VARCHAR", _BY_NAME, [("x",)], "REPLACE_INVALID_CHARACTERS"),
]  # fmt: skip
#: XML's are in test_xml.py, row by row.


def _outcome(room: Room, sql: str) -> Outcome:
    try:
        room.run(sql)
    except errors.SqlError as error:
        return error.message
    return room.rows()


def _agrees(found: Outcome, wanted: Outcome) -> bool:
    if isinstance(wanted, str):
        return isinstance(found, str) and wanted in found
    return found == wanted


@pytest.mark.parametrize(
    ("type", "options", "content", "columns", "rest", "without", "given"),
    LOADS,
    ids=[f"{row[0]}-{row[1].replace(chr(92), '')}" for row in LOADS],
)
def test_an_option_of_a_load(  # noqa: PLR0917 (a row of the table)
    room: Room,
    type: str,
    options: str,
    content: str | bytes,
    columns: str,
    rest: str,
    without: Outcome,
    given: Outcome,
) -> None:
    room.write(f"x.{type.lower()}", content)
    for clause, wanted in (("", without), (options, given)):
        room.table(columns.replace("VARIANT", "JSON"))
        found = _outcome(
            room, f"COPY INTO t FROM @st FILE_FORMAT = (TYPE = {type} {clause}) {rest} FORCE = TRUE"
        )
        assert _agrees(found, wanted), (clause, found)


#: (type, options, the file's name, the file or how it begins)
UNLOADS: list[tuple[str, str, str, bytes]] = [
    ("CSV", "COMPRESSION = NONE", "data_0_0_0.csv", b"1,a b\n"),
    ("CSV", "COMPRESSION = AUTO", "data_0_0_0.csv.gz", b"\x1f\x8b"),
    ("CSV", "COMPRESSION = BZ2", "data_0_0_0.csv.bz2", b"BZh"),
    ("CSV", "COMPRESSION = ZSTD", "data_0_0_0.csv.zst", b"\x28\xb5\x2f\xfd"),
    ("CSV", "COMPRESSION = BROTLI", "data_0_0_0.csv.br", b""),
    ("CSV", "COMPRESSION = DEFLATE", "data_0_0_0.csv.deflate", b"\x78"),
    ("CSV", "COMPRESSION = RAW_DEFLATE", "data_0_0_0.csv.raw_deflate", b""),
    ("CSV", "COMPRESSION = NONE FILE_EXTENSION = 'txt'", "data_0_0_0.txt", b"1,a b\n"),
    ("CSV", "COMPRESSION = NONE FIELD_DELIMITER = ';'", "data_0_0_0.csv", b"1;a b\n"),
    ("CSV", "COMPRESSION = NONE RECORD_DELIMITER = '|'", "data_0_0_0.csv", b"1,a b|"),
    ("CSV", "COMPRESSION = NONE FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", "data_0_0_0.csv", b'1,"a b"\n'),
    ("JSON", "COMPRESSION = NONE", "data_0_0_0.json", b'{"A":1,"B":"a b"}\n'),
    ("JSON", "COMPRESSION = NONE FILE_EXTENSION = 'ndjson'", "data_0_0_0.ndjson", b'{"A":1'),
    ("PARQUET", "", "data_0_0_0.snappy.parquet", b"PAR1"),
    ("PARQUET", "COMPRESSION = SNAPPY", "data_0_0_0.snappy.parquet", b"PAR1"),
    ("PARQUET", "COMPRESSION = NONE", "data_0_0_0.parquet", b"PAR1"),
    ("PARQUET", "SNAPPY_COMPRESSION = FALSE", "data_0_0_0.parquet", b"PAR1"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "options", "name", "content"), UNLOADS)
def test_an_option_of_an_unload(
    room: Room, type: str, options: str, name: str, content: bytes
) -> None:
    room.table("A BIGINT, B VARCHAR")
    room.cursor.run("""INSERT INTO "MOCKHAUS.PUBLIC"."T" VALUES (1, 'a b')""")
    rows = "(SELECT OBJECT_CONSTRUCT(*) FROM t)" if type == "JSON" else "t"
    room.run(f"COPY INTO @st FROM {rows} FILE_FORMAT = (TYPE = {type} {options})")
    (path,) = room.folder.iterdir()
    assert path.name == name
    assert path.read_bytes().startswith(content)
    if type == "PARQUET":
        column = pq.ParquetFile(path).metadata.row_group(0).column(0)
        assert column.compression == ("SNAPPY" if "snappy" in name else "UNCOMPRESSED")


def test_no_option_is_without_a_row() -> None:
    from tests.ingestion import test_xml

    told = [(row[0], row[1]) for row in LOADS]
    told += [(row[0], row[1]) for row in UNLOADS]
    told += [("XML", row[1]) for row in (*test_xml.LOADS, *test_xml.FAULTS)]
    found = {(type, name) for type, text in told for name in re.findall(r"([A-Z_0-9]+) =", text)}
    assert {(type, name) for type, options in TYPES.items() for name in options} - found == set()
