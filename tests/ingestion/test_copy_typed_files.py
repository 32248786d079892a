"""COPY INTO a table from JSON, Parquet, AVRO and ORC files."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from mockhaus import errors
from tests.ingestion.conftest import Room

# --- JSON ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "rows"),
    [
        ('{"a":1}\n{"a":2}\n', "", ['{"a":1}', '{"a":2}']),
        ('{"a":\n1}{"a":2}', "", ['{"a":1}', '{"a":2}']),
        ('[{"a":1},{"a":2}]', "", ['[{"a":1},{"a":2}]']),
        ('[{"a":1},\n {"a":2}]', "STRIP_OUTER_ARRAY = TRUE", ['{"a":1}', '{"a":2}']),
        ('{"a":1}', "STRIP_OUTER_ARRAY = TRUE", ['{"a":1}']),
        ("[1, null]", "STRIP_OUTER_ARRAY = TRUE", ["1", "null"]),
        ("", "", []),
        ('{"b": 1.50, "a": "x"}', "", ['{"a":"x","b":1.5}']),
        ('{"a":null,"b":[1,null,{"c":null}]}', "", ['{"a":null,"b":[1,null,{"c":null}]}']),
        ('{"a":null,"b":[1,null,{"c":null}]}', "STRIP_NULL_VALUES = TRUE", ['{"b":[1,{}]}']),
        ('{"a":1,"a":2}', "ALLOW_DUPLICATE = TRUE", ['{"a":2}']),
    ],
)
def test_json_into_one_variant(room: Room, text: str, options: str, rows: list[str]) -> None:
    room.table("V JSON")
    room.write("x.json", text)
    room.run(f"COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON {options})")
    assert sorted(v for (v,) in room.rows()) == sorted(rows)


def test_repeated_keys_are_an_error_unless_allowed(room: Room) -> None:
    room.table("V JSON")
    room.write("x.json", '{"a":1}\n{"a":1,"a":2}\n')
    copy = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON)"
    error = room.fails(copy)
    assert "duplicate object attribute" in error.message
    assert "line 2" in error.message
    assert room.run(f"{copy} ON_ERROR = CONTINUE").row_count == 1
    assert room.rows() == [('{"a":1}',)]


def test_json_by_column_name(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR, TAGS JSON, OTHER DATE")
    lines = '{"id": "7", "Name": "x", "tags": [1]}\n{"ID": 8, "name": null, "a/b": 1}\n'
    room.write("x.json.gz", gzip.compress(lines.encode()))
    copy = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME"
    room.run(f"{copy} = CASE_INSENSITIVE")
    assert room.rows() == [(7, "x", "[1]", None), (8, None, None, None)]
    room.run(f"{copy} = CASE_SENSITIVE FORCE = TRUE")
    assert room.rows()[-1] == (None, None, None, None)


def test_json_into_several_columns_needs_names(room: Room) -> None:
    room.table("A BIGINT, B BIGINT")
    room.write("x.json", "{}")
    error = room.fails("COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON)")
    assert "one and only one column" in error.message


def test_malformed_json_is_found_and_skipped(room: Room) -> None:
    room.table("V JSON")
    room.write("x.json", '{"a":1}\n{"a":oops}\n{"a":3}\n')
    copy = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON)"
    error = room.fails(copy)
    assert "Error parsing JSON" in error.message
    assert "line 2, character 1" in error.message
    (row,) = room.answer(f"{copy} ON_ERROR = CONTINUE")
    assert (row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (3, 2, 1)
    assert room.rows() == [('{"a":1}',), ('{"a":3}',)]
    room.write("deep.json", "[" * 10_000)
    assert "deep.json" in room.fails(f"{copy} FILES = ('deep.json')").message


# --- Parquet -----------------------------------------------------------------------------------------------


def _parquet(room: Room, **columns: Any) -> None:
    pq.write_table(pa.table(columns), room.folder / "x.parquet")


def test_parquet_by_column_name(room: Room) -> None:
    room.table("ID BIGINT, NAME VARCHAR, PRICE DECIMAL(10,2), DAY DATE, V JSON, NONE VARCHAR")
    _parquet(
        room,
        id=pa.array([1, 2], pa.int32()),
        Name=[b"x", None],
        price=[1.5, 2.25],
        day=[dt.date(2024, 1, 1), None],
        v=[{"a": 1}, None],
    )
    copy = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME ="
    assert room.run(f"{copy} CASE_INSENSITIVE").row_count == 2
    first, second = room.rows()
    assert (first[0], first[1], str(first[2]), first[3]) == (1, "x", "1.50", dt.date(2024, 1, 1))
    assert first[4] == '{"a":1}'
    assert second[1] is None
    assert second[4] is None
    assert {row[5] for row in room.rows()} == {None}


def test_parquet_into_one_variant_or_with_a_bad_value(room: Room) -> None:
    room.table("V JSON")
    _parquet(room, id=["1", "x"])
    room.run("COPY INTO t FROM @st FILE_FORMAT = (TYPE = PARQUET)")
    assert room.rows() == [('{"id":"1"}',), ('{"id":"x"}',)]
    room.table("ID BIGINT", "U")
    copy = "COPY INTO u FROM @st FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    error = room.fails(copy)
    assert "Numeric value 'x'" in error.message
    assert "Row 2" in error.message
    assert room.run(f"{copy} ON_ERROR = CONTINUE").row_count == 1


def test_a_parquet_column_may_have_any_name(room: Room) -> None:
    room.table("D BIGINT, C1 VARCHAR")
    _parquet(room, c1=["x"], d=[7])
    room.run(
        "COPY INTO t FROM @st FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    )
    assert room.rows() == [(7, "x")]


def test_what_is_no_parquet_is_an_error_naming_the_file(room: Room) -> None:
    room.table("V JSON")
    room.write("x.parquet", b"PAR0 nonsense")
    error = room.fails("COPY INTO t FROM @st FILE_FORMAT = (TYPE = PARQUET)")
    assert "x.parquet" in error.message
    assert room.rows() == []


# --- AVRO, ORC -------------------------------------------------------------------------------


_AVRO = {
    "type": "record",
    "name": "r",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": ["null", "string"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "raw", "type": "bytes"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
    ],
}
_RECORDS = [
    {"id": 1, "name": "x", "day": dt.date(2024, 1, 31), "raw": b"\x01\xff", "tags": ["a"]},
    {"id": 2, "name": None, "day": dt.date(2024, 2, 1), "raw": b"", "tags": []},
]


def _avro(room: Room, codec: str = "deflate") -> bytes:
    packed = io.BytesIO()
    fastavro.writer(packed, _AVRO, _RECORDS, codec=codec)
    room.write("x.avro", packed.getvalue())
    return packed.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_avro_into_one_variant_or_by_column_name(room: Room, codec: str) -> None:
    _avro(room, codec)
    room.table("V JSON")
    copy = "FROM @st FILE_FORMAT = (TYPE = AVRO)"
    room.run(f"COPY INTO t {copy}")
    assert room.rows()[0] == ('{"day":"2024-01-31","id":1,"name":"x","raw":"01FF","tags":["a"]}',)
    room.table("ID BIGINT, NAME VARCHAR, DAY DATE, RAW BLOB, TAGS JSON", "U")
    room.run(f"COPY INTO u {copy} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert room.rows("U") == [
        (1, "x", dt.date(2024, 1, 31), b"\x01\xff", '["a"]'),
        (2, None, dt.date(2024, 2, 1), b"", "[]"),
    ]
    room.table("N BIGINT, D DATE", "W")
    room.run("COPY INTO w FROM (SELECT $1:id + 1, $1:day FROM @st) FILE_FORMAT = (TYPE = AVRO)")
    assert room.rows("W")[0] == (2, dt.date(2024, 1, 31))


def test_orc_into_one_variant_or_by_column_name(room: Room) -> None:
    table = pa.table(
        {"id": [1, 2], "Name": ["x", None], "day": [dt.date(2024, 1, 31), None], "l": [[1], None]}
    )
    orc.write_table(table, room.folder / "x.orc")
    room.table("V JSON")
    copy = "FROM @st FILE_FORMAT = (TYPE = ORC)"
    room.run(f"COPY INTO t {copy}")
    assert room.rows()[0] == ('{"Name":"x","day":"2024-01-31","id":1,"l":[1]}',)
    room.table("ID BIGINT, NAME VARCHAR, DAY DATE, L JSON", "U")
    room.run(f"COPY INTO u {copy} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert room.rows("U") == [(1, "x", dt.date(2024, 1, 31), "[1]"), (2, None, None, None)]


@pytest.mark.parametrize("type", ["AVRO", "ORC", "PARQUET"])
@pytest.mark.parametrize("damage", ["nonsense", "cut"])
def test_a_damaged_file_is_an_error_that_leaves_nothing(room: Room, type: str, damage: str) -> None:
    whole = {"AVRO": _avro, "ORC": _orc_bytes, "PARQUET": _parquet_bytes}[type](room)
    room.write("x.avro", b"PAR0 nonsense ORC" if damage == "nonsense" else whole[: len(whole) // 2])
    room.table("V JSON")
    copy = f"COPY INTO t FROM @st/x.avro FILE_FORMAT = (TYPE = {type})"
    error = room.fails(copy)
    assert type_of(error) is errors.LoadError
    assert "x.avro" in error.message
    (row,) = room.answer(f"{copy} ON_ERROR = CONTINUE")
    assert row["status"] == "LOAD_FAILED"
    assert room.rows() == []
    assert not list((room.workspace.files / "scratch").glob("*"))


type_of = type


def _orc_bytes(room: Room) -> bytes:
    made = io.BytesIO()
    orc.write_table(pa.table({"a": list(range(1000))}), made)
    return made.getvalue()


def _parquet_bytes(room: Room) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(1000))}), made)
    return made.getvalue()
