"""COPY INTO a location: names, bytes and answers; what is read back is what was written."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room

PLAIN = "FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)"


@pytest.fixture
def filled(room: Room) -> Room:
    room.table("ID BIGINT, NAME VARCHAR")
    room.cursor.run("""INSERT INTO "MOCKHAUS.PUBLIC"."T" VALUES (1, 'a'), (2, NULL), (3, '')""")
    return room


def names(folder: Path) -> list[str]:
    """Every file of a folder, hidden ones too."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def one(room: Room, sql: str) -> str:
    """The text of the one file that a COPY writes."""
    room.run(sql)
    (name,) = names(room.folder)
    return (room.folder / name).read_text()


# --- answers and names ----------------------------------------------------------------------------


def test_the_answer_counts_rows_and_bytes(filled: Room) -> None:
    result = filled.run(f"COPY INTO @st FROM t {PLAIN}")
    assert [column.name for column in result.columns] == [
        "rows_unloaded",
        "input_bytes",
        "output_bytes",
    ]
    assert (result.tag, result.row_count, result.rows) == ("COPY", 3, [(3, 12, 12)])


def test_the_detailed_answer_has_a_row_a_file(filled: Room) -> None:
    answer = filled.answer(f"COPY INTO @st/o/ FROM t {PLAIN} DETAILED_OUTPUT = TRUE")
    assert answer == [{"FILE_NAME": "data_0_0_0.csv", "FILE_SIZE": 12, "ROW_COUNT": 3}]


@pytest.mark.parametrize(
    ("clauses", "name"),
    [
        ("@st FROM t", "data_0_0_0.csv.gz"),
        ("@st/out/ FROM t", "out/data_0_0_0.csv.gz"),
        ("@st/out/part FROM t", "out/part_0_0_0.csv.gz"),
        (f"@st FROM t {PLAIN}", "data_0_0_0.csv"),
        ("@st FROM t FILE_FORMAT = (COMPRESSION = BZ2)", "data_0_0_0.csv.bz2"),
        ("@st FROM t FILE_FORMAT = (COMPRESSION = ZSTD)", "data_0_0_0.csv.zst"),
        ("@st FROM t FILE_FORMAT = (COMPRESSION = BROTLI)", "data_0_0_0.csv.br"),
        ("@st FROM t FILE_FORMAT = (COMPRESSION = DEFLATE)", "data_0_0_0.csv.deflate"),
        ("@st FROM t FILE_FORMAT = (FILE_EXTENSION = 'txt')", "data_0_0_0.txt"),
        ("@st FROM t FILE_FORMAT = (TYPE = PARQUET)", "data_0_0_0.snappy.parquet"),
        (
            "@st FROM t FILE_FORMAT = (TYPE = PARQUET COMPRESSION = NONE)",
            "data_0_0_0.parquet",
        ),
        (
            "@st FROM (SELECT OBJECT_CONSTRUCT('a', id) FROM t) FILE_FORMAT = (TYPE = JSON)",
            "data_0_0_0.json.gz",
        ),
        ("@st/x.csv FROM t SINGLE = TRUE", "x.csv"),
        ("@st FROM t SINGLE = TRUE", "data"),
    ],
)
def test_names(filled: Room, clauses: str, name: str) -> None:
    filled.run(f"COPY INTO {clauses}")
    assert names(filled.folder) == [name]


def test_the_query_id_is_in_the_name(filled: Room) -> None:
    filled.run(f"COPY INTO @st FROM t INCLUDE_QUERY_ID = TRUE {PLAIN}")
    assert names(filled.folder) == [f"data_{filled.workspace.query_id}_0_0_0.csv"]


def test_no_rows_make_no_file(filled: Room) -> None:
    result = filled.run("COPY INTO @st FROM (SELECT * FROM t WHERE FALSE) HEADER = TRUE")
    assert (result.rows, names(filled.folder)) == ([(0, 0, 0)], [])


# --- the text of CSV ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "options", "text"),
    [
        ("SELECT * FROM t ORDER BY id", "", "1,a\n2,\\N\n3,\n"),
        ("SELECT * FROM t ORDER BY id", "NULL_IF = ('nil', 'x')", "1,a\n2,nil\n3,\n"),
        ("SELECT * FROM t ORDER BY id", "NULL_IF = ()", "1,a\n2,\n3,\n"),
        (
            "SELECT * FROM t ORDER BY id",
            "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'",
            '1,"a"\n2,\\N\n3,""\n',
        ),
        (
            "SELECT 1, 'a' ",
            "FIELD_DELIMITER = '|' RECORD_DELIMITER = '\\r\\n'",
            "1|a\r\n",
        ),
        ("SELECT 'a,b', 'c\\nd', 'e\\\\f'", "", "a\\,b,c\\\nd,e\\\\f\n"),
        ("SELECT 'a\"b'", "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", '"a""b"\n'),
        (
            "SELECT 'a\"b'",
            "FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE = '\\\\'",
            '"a\\"b"\n',
        ),
        ("SELECT TRUE, 1.50::NUMBER(5, 2), 0.5::FLOAT", "", "true,1.50,0.5\n"),
        ("SELECT '2024-02-03'::DATE", "", "2024-02-03\n"),
        ("SELECT '2024-02-03'::DATE", "DATE_FORMAT = 'DD/MM/YYYY'", "03/02/2024\n"),
        (
            "SELECT '2024-02-03 04:05:06'::TIMESTAMP_NTZ",
            "TIMESTAMP_FORMAT = 'YYYYMMDD HH24MI'",
            "20240203 0405\n",
        ),
        ("SELECT '2024-02-03'::DATE", "FIELD_DELIMITER = '-'", "2024\\-02\\-03\n"),
        (
            "SELECT '2024-02-03 04:05:06'::TIMESTAMP_NTZ, 'a b'",
            "FIELD_DELIMITER = ' '",
            "2024-02-03\\ 04:05:06.000 a\\ b\n",
        ),
        ("SELECT PARSE_JSON('{\"b\": 1}')", "FIELD_DELIMITER = '|'", '{"b":1}\n'),
        ("SELECT 'AB'::BINARY", "", "AB\n"),
        ("SELECT 'AB'::BINARY", "BINARY_FORMAT = BASE64", "qw==\n"),
    ],
)
def test_text(filled: Room, query: str, options: str, text: str) -> None:
    sql = f"COPY INTO @st FROM ({query}) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE {options})"
    filled.run(sql)
    (name,) = names(filled.folder)
    assert (filled.folder / name).read_bytes().decode() == text


def test_the_header_has_the_querys_names(filled: Room) -> None:
    sql = f'COPY INTO @st FROM (SELECT id, name AS "n" FROM t WHERE id = 1) {PLAIN} HEADER = TRUE'
    assert one(filled, sql) == "ID,n\n1,a\n"


def test_json_is_a_line_a_row(filled: Room) -> None:
    text = one(
        filled,
        "COPY INTO @st FROM (SELECT OBJECT_CONSTRUCT('b', id, 'a', name) FROM t ORDER BY id)"
        " FILE_FORMAT = (TYPE = JSON COMPRESSION = NONE)",
    )
    assert [json.loads(line) for line in text.splitlines()] == [
        {"a": "a", "b": 1},
        {"b": 2},
        {"a": "", "b": 3},
    ]


def test_json_holds_texts_for_what_json_has_no_words_for(room: Room) -> None:
    text = one(
        room,
        "COPY INTO @st FROM (SELECT [NULL, 0.5::FLOAT, '2024-02-29'::DATE, '10:20:30.5'::TIME,"
        " '2024-02-29 12:00:00.25'::TIMESTAMP_NTZ, '2024-02-29 12:00:00 +0530'::TIMESTAMP_TZ,"
        " 'AB'::BINARY] UNION ALL SELECT NULL UNION ALL SELECT PARSE_XML('<a>1</a>'))"
        " FILE_FORMAT = (TYPE = JSON COMPRESSION = NONE)",
    )
    assert text.splitlines() == [
        '[null,5.000000000000000e-01,"2024-02-29","10:20:30","2024-02-29 12:00:00.250",'
        '"2024-02-29 12:00:00.000 +0530","AB"]',
        "null",
        '"<a>1</a>"',
    ]


def test_parquet_keeps_types_and_names(filled: Room) -> None:
    query = "SELECT id, name, 1.5::NUMBER(4, 1) d, PARSE_JSON('[1]') v FROM t ORDER BY id"
    filled.run(f"COPY INTO @st FROM ({query}) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE")
    table = pq.read_table(filled.folder / "data_0_0_0.snappy.parquet")
    assert [(f.name, str(f.type)) for f in table.schema] == [
        ("ID", "int64"),
        ("NAME", "string"),
        ("D", "decimal128(4, 1)"),
        ("V", "string"),
    ]
    assert table.column("NAME").to_pylist() == ["a", None, ""]
    filled.run(f"COPY INTO @st FROM ({query}) FILE_FORMAT = (TYPE = PARQUET) OVERWRITE = TRUE")
    table = pq.read_table(filled.folder / "data_0_0_0.snappy.parquet")
    assert table.column_names == ["_COL_0", "_COL_1", "_COL_2", "_COL_3"]


def test_parquet_has_dictionaries_of_what_repeats(room: Room) -> None:
    query = "SELECT SEQ4() i, SEQ4() % 7 m, 'n' || m t FROM TABLE(GENERATOR(ROWCOUNT => 1000))"
    room.run(f"COPY INTO @st FROM ({query}) FILE_FORMAT = (TYPE = PARQUET)")
    file = pq.ParquetFile(room.folder / "data_0_0_0.snappy.parquet")
    group = file.metadata.row_group(0)
    assert [group.column(n).has_dictionary_page for n in range(3)] == [False, True, True]
    assert file.read().column(2).to_pylist() == [f"n{i % 7}" for i in range(1000)]


@pytest.mark.parametrize(
    ("compression", "read"),
    [
        ("GZIP", gzip.decompress),
        ("BZ2", bz2.decompress),
        ("DEFLATE", zlib.decompress),
        ("RAW_DEFLATE", lambda data: zlib.decompress(data, -15)),
        ("ZSTD", lambda data: pa.input_stream(io.BytesIO(data), compression="zstd").read()),
        ("BROTLI", lambda data: pa.input_stream(io.BytesIO(data), compression="brotli").read()),
    ],
)
def test_compressions(filled: Room, compression: str, read: Any) -> None:
    filled.run(f"COPY INTO @st FROM (SELECT 1) FILE_FORMAT = (COMPRESSION = {compression})")
    (name,) = names(filled.folder)
    assert read((filled.folder / name).read_bytes()) == b"1\n"


@pytest.mark.parametrize(
    "options",
    [
        "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"')",
        "FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '|' NULL_IF = ('nil') COMPRESSION = ZSTD)",
        "FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE",
    ],
)
def test_what_is_unloaded_loads_again(room: Room, options: str) -> None:
    room.table("A BIGINT, B VARCHAR, C DATE")
    room.cursor.run(
        """INSERT INTO "MOCKHAUS.PUBLIC"."T" SELECT i, CASE WHEN i % 7 THEN 'x,|"' || chr(10) || i"""
        " END, DATE '2024-01-01' + i::INT FROM range(1000) AS r(i)"
    )
    before = room.rows()
    room.run(f"COPY INTO @st FROM t {options} MAX_FILE_SIZE = 4000")
    assert len(names(room.folder)) > 1
    room.table("A BIGINT, B VARCHAR, C DATE")
    match = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE" if "PARQUET" in options else ""
    room.run(f"COPY INTO t FROM @st {options.replace('HEADER = TRUE', '')} {match}")
    assert room.rows() == before


# --- sizes, partitions ----------------------------------------------------------------------------


def test_no_file_is_larger_than_the_limit(room: Room) -> None:
    query = "SELECT LPAD(SEQ4()::VARCHAR, 9, '0') FROM TABLE(GENERATOR(ROWCOUNT => 50000))"
    room.run(f"COPY INTO @st FROM ({query}) {PLAIN} MAX_FILE_SIZE = 200000")
    sizes = [(room.folder / name).stat().st_size for name in names(room.folder)]
    assert sizes == [200000, 200000, 100000]


def test_a_single_file_that_is_too_large_is_an_error(filled: Room) -> None:
    error = filled.fails(f"COPY INTO @st/x FROM t SINGLE = TRUE MAX_FILE_SIZE = 5 {PLAIN}")
    assert "max file size (5) exceeded" in error.message
    assert names(filled.folder) == []


def test_partitions_are_folders(filled: Room) -> None:
    filled.run(f"COPY INTO @st/out FROM t PARTITION BY ('n=' || name) {PLAIN}")
    tail = f"data_{filled.workspace.query_id}_0_0_0.csv"
    assert names(filled.folder) == [f"out/__NULL__/{tail}", f"out/n=/{tail}", f"out/n=a/{tail}"]
    assert (filled.folder / f"out/n=a/{tail}").read_text() == "1,a\n"


# --- what is there already, what fails ------------------------------------------------------------


def test_a_file_is_overwritten_only_if_asked(filled: Room) -> None:
    sql = f"COPY INTO @st FROM t {PLAIN}"
    filled.run(sql)
    other = filled.write("other.csv", "x")
    error = filled.fails(sql)
    assert "Files already existing at the unload destination" in error.message
    filled.run(f"{sql} OVERWRITE = TRUE")
    assert other.exists()
    assert names(filled.folder) == ["data_0_0_0.csv", "other.csv"]


def test_a_failure_leaves_nothing(filled: Room) -> None:
    query = (
        "SELECT TO_NUMBER(IFF(SEQ4() = 90000, 'x', '1')) FROM TABLE(GENERATOR(ROWCOUNT => 99999))"
    )
    filled.fails(f"COPY INTO @st FROM ({query}) {PLAIN} MAX_FILE_SIZE = 1000")
    assert names(filled.folder) == []


@pytest.mark.parametrize(
    ("clauses", "error"),
    [
        ("@st FROM t FILE_FORMAT = (TYPE = ORC)", errors.UnsupportedFeature),
        ("@st FROM t SINGLE = TRUE INCLUDE_QUERY_ID = TRUE", errors.UnsupportedFeature),
        ("@st FROM t OVERWRITE = TRUE INCLUDE_QUERY_ID = TRUE", errors.UnsupportedFeature),
        ("@st FROM t PARTITION BY (name) SINGLE = TRUE", errors.UnsupportedFeature),
        ("@st FROM t PARTITION BY (name) OVERWRITE = TRUE", errors.UnsupportedFeature),
        ("@st FROM t PARTITION BY ('../' || name)", errors.InvalidParameter),
        ("@st/../x FROM t", errors.InvalidParameter),
        ("@st FROM t MAX_FILE_SIZE = 0", errors.InvalidParameter),
        ("@st FROM t NONSENSE = 1", errors.InvalidParameter),
        ("@st FROM t FILE_FORMAT = (TYPE = JSON)", errors.TypeMismatch),
        ("@st FROM nix", errors.UndefinedObject),
        ("@st FROM (DELETE FROM t)", errors.SqlError),
        ("@nix FROM t", errors.UndefinedObject),
    ],
)
def test_what_is_refused(filled: Room, clauses: str, error: type[errors.SqlError]) -> None:
    assert isinstance(filled.fails(f"COPY INTO {clauses}"), error)
    assert names(filled.folder) == []


def test_validation_mode_answers_the_rows(filled: Room) -> None:
    assert filled.answer("COPY INTO @st FROM t VALIDATION_MODE = RETURN_ROWS")[0]["ID"] == 1
    assert names(filled.folder) == []


def test_internal_stages(filled: Room) -> None:
    filled.run("CREATE STAGE inner_stage")
    for stage in ("@inner_stage/o/", "@~/o/", "@%t/o/"):
        filled.run(f"COPY INTO {stage} FROM t")
        (listed,) = filled.answer(f"LIST {stage}")
        assert listed["name"].endswith("o/data_0_0_0.csv.gz")
