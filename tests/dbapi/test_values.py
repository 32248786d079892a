"""Values of every type as Python and Arrow have them, and the columns that tell them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import mockhaus

BERLIN = ZoneInfo("Europe/Berlin")
INDIA = timezone(timedelta(hours=5, minutes=30))
WIDE = 12345678901234567890123456789012345678

#: Expression, Python's value, code of the type, type in Arrow.
VALUES: list[tuple[str, Any, int, pa.DataType]] = [
    ("42", 42, 0, pa.int64()),
    ("TRUE", True, 13, pa.bool_()),
    ("1.50::NUMBER(10,2)", Decimal("1.50"), 0, pa.float64()),
    (f"{WIDE}", WIDE, 0, pa.decimal128(38, 0)),
    ("7::NUMBER(38,0)", 7, 0, pa.int64()),
    ("1.5::FLOAT", 1.5, 1, pa.float64()),
    ("'tea'", "tea", 2, pa.string()),
    ("TO_BINARY('00FF', 'HEX')", bytearray(b"\x00\xff"), 11, pa.binary()),
    ("'2024-02-29'::DATE", date(2024, 2, 29), 3, pa.date32()),
    ("'13:45:00.5'::TIME", time(13, 45, 0, 500_000), 12, pa.time64("us")),
    ("'2024-02-29 01:02:03'::TIMESTAMP_NTZ", datetime(2024, 2, 29, 1, 2, 3), 8, pa.timestamp("us")),
    (
        "'2024-02-29 01:02:03 +0000'::TIMESTAMP_LTZ",
        datetime(2024, 2, 29, 2, 2, 3, tzinfo=BERLIN),
        6,
        pa.timestamp("us", "Europe/Berlin"),
    ),
    (
        "'2024-02-29 01:02:03 +0530'::TIMESTAMP_TZ",
        datetime(2024, 2, 29, 1, 2, 3, tzinfo=INDIA),
        7,
        pa.timestamp("us", "Europe/Berlin"),
    ),
    ("PARSE_JSON('{\"b\": [1, 2], \"a\": null}')", '{\n  "a": null,\n  "b": [\n    1,\n    2\n  ]\n}', 5, pa.string()),
    ("PARSE_JSON('null')", "null", 5, pa.string()),
    ("TO_VARIANT('tea')", '"tea"', 5, pa.string()),
    ("OBJECT_CONSTRUCT('n', 1.5)", '{\n  "n": 1.5\n}', 9, pa.string()),
    ("ARRAY_CONSTRUCT(1, NULL)", "[\n  1,\n  undefined\n]", 10, pa.string()),
    ("{'n': 1}::MAP(VARCHAR, INT)", '{\n  "n": 1\n}', 17, pa.string()),
    ("NULL", None, 2, pa.string()),
    ("NULL::VARIANT", None, 5, pa.string()),
    ("NULL::TIMESTAMP_TZ", None, 7, pa.timestamp("us", "Europe/Berlin")),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value", "code", "arrow"), VALUES)
def test_a_value(connect: Any, expression: str, value: Any, code: int, arrow: pa.DataType) -> None:
    cursor = connect(timezone="Europe/Berlin").cursor().execute(f"SELECT {expression} AS v")
    (found,) = cursor.fetchone()
    assert (found, type(found)) == (value, type(value))
    if isinstance(value, datetime):
        assert found.utcoffset() == value.utcoffset()
    assert cursor.description[0][:2] == ("V", code)
    table = cursor.fetch_arrow_all()
    assert (table.schema.names, table.schema.types) == (["V"], [arrow])
    (held,) = table.column(0).to_pylist()
    if value is None:
        assert held is None
    elif isinstance(value, datetime) and value.tzinfo is not None:
        assert held == value
    elif isinstance(value, Decimal):
        assert held == float(value)
    else:
        assert held == value


#: JSON_INDENT, and what it makes of `{"a":[1,{}]}`.
INDENTED = [
    (0, '{"a":[1,{}]}'),
    (1, '{\n "a": [\n  1,\n  {}\n ]\n}'),
    (2, '{\n  "a": [\n    1,\n    {}\n  ]\n}'),
]


@pytest.mark.parametrize(("indent", "shown"), INDENTED)
def test_json_indent(cursor: Any, indent: int, shown: str) -> None:
    cursor.execute(f"ALTER SESSION SET JSON_INDENT = {indent}")
    query = "SELECT PARSE_JSON('{\"a\": [1, {}]}')"
    assert cursor.execute(query).fetchone() == (shown,)
    assert cursor.execute(query).fetch_arrow_all()[0].to_pylist() == [shown]


def test_tables_tell_lengths_digits_and_whether_a_column_may_be_null(cursor: Any) -> None:
    cursor.execute("CREATE TABLE t (n NUMBER(10,2) NOT NULL, s VARCHAR(20), ts TIMESTAMP_NTZ)")
    cursor.execute("SELECT * FROM t")
    assert [tuple(column) for column in cursor.description] == [
        ("N", 0, None, None, 10, 2, cursor.description[0].is_nullable),
        ("S", 2, None, 20, None, None, True),
        ("TS", 8, None, None, 0, 9, True),
    ]


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        (mockhaus.STRING, {2}),
        (mockhaus.NUMBER, {0, 1}),
        (mockhaus.BINARY, {11}),
        (mockhaus.DATETIME, {3, 6, 7, 8, 12}),
        (mockhaus.ROWID, set()),
    ],
)
def test_type_objects_are_equal_to_their_codes(kind: Any, members: set[int]) -> None:
    assert {code for code in range(20) if code == kind} == members
    assert {code for code in range(20) if code != kind} == set(range(20)) - members


def test_constructors_of_values(connect: Any) -> None:
    values = (
        mockhaus.Date(2024, 2, 29),
        mockhaus.Time(1, 2, 3),
        mockhaus.Timestamp(2024, 2, 29, 1, 2, 3),
        mockhaus.DateFromTicks(86_400 * 365),
        mockhaus.TimeFromTicks(0),
        mockhaus.TimestampFromTicks(0),
        mockhaus.Binary(b"\x01"),
    )
    cursor = connect(paramstyle="qmark").cursor()
    assert cursor.execute("SELECT ?, ?, ?, ?, ?, ?, ?", values).fetchone() == values


def test_what_is_held_and_what_is_streamed_is_the_same(connect: Any) -> None:
    """A short answer that runs again takes a way of its own through the engine."""
    cursor = connect().cursor()
    cursor.execute("CREATE TABLE t (a INT, b NUMBER(20,3), c VARCHAR, d DATE, e TIMESTAMP_NTZ)")
    cursor.execute(
        "INSERT INTO t VALUES (1, 1.5, 'x', '2024-01-02', '2024-01-02 03:04:05'), (2, NULL, NULL, NULL, NULL)"
    )
    answers = [cursor.execute("SELECT * FROM t ORDER BY a").fetchall() for _ in range(4)]
    tables = [cursor.execute("SELECT * FROM t ORDER BY a").fetch_arrow_all() for _ in range(2)]
    assert (
        answers
        == [
            [
                (1, Decimal("1.500"), "x", date(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5)),
                (2, None, None, None, None),
            ]
        ]
        * 4
    )
    assert tables[0] == tables[1]


def test_numbers_keep_their_digits_in_arrow_where_that_is_asked_for(connect: Any) -> None:
    cursor = connect(arrow_number_to_decimal=True).cursor()
    table = cursor.execute("SELECT 0.1::NUMBER(10,2) AS n").fetch_arrow_all()
    assert table.column(0).to_pylist() == [Decimal("0.10")]


def test_no_rows_are_none_in_arrow_unless_a_table_is_wanted(cursor: Any) -> None:
    cursor.execute("SELECT 1 AS n WHERE FALSE")
    assert cursor.fetch_arrow_all() is None
    assert cursor.fetch_arrow_all(force_return_table=True).schema == pa.schema([("N", pa.int64())])
    assert list(cursor.fetch_arrow_batches()) == []


def test_batches_make_up_the_whole(cursor: Any) -> None:
    cursor.execute("SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 250000))")
    tables = list(cursor.fetch_arrow_batches())
    assert (len(tables), sum(table.num_rows for table in tables)) == (3, 250_000)
    assert pa.concat_tables(tables) == cursor.fetch_arrow_all()


def test_pandas(cursor: Any) -> None:
    cursor.execute(
        "SELECT column1 AS n, column2 AS s, column3::NUMBER(5,2) AS x FROM VALUES (1, 'a', 0.5), (2, NULL, 1)"
    )
    frame = cursor.fetch_pandas_all()
    assert frame["N"].tolist() == [1, 2]
    assert frame["X"].tolist() == [0.5, 1.0]
    assert [len(each) for each in cursor.fetch_pandas_batches()] == [2]


def test_without_pandas_the_error_says_what_is_missing(
    cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    cursor.execute("SELECT 1")
    with pytest.raises(mockhaus.ProgrammingError, match="'pandas' is not installed") as caught:
        cursor.fetch_pandas_all()
    assert (caught.value.errno, caught.value.hint) == (
        255002, "pip install pandas; fetch_arrow_all needs nothing more.",
    )  # fmt: skip


def test_show_has_moments_in_the_zone_of_the_session(connect: Any) -> None:
    cursor = connect(timezone="Europe/Berlin").cursor(mockhaus.DictCursor)
    cursor.execute("CREATE TABLE t (a INT)")
    (row,) = cursor.execute("SHOW TABLES").fetchall()
    assert row["created_on"].tzinfo == BERLIN
    assert abs(datetime.now(UTC) - row["created_on"]) < timedelta(minutes=1)
