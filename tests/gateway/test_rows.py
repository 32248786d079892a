"""Values as PostgreSQL 15 writes them, in text and in binary, one by one and by the column."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st
from psycopg.adapt import Transformer
from psycopg.pq import Format

from mockhaus import types as t, zoned
from mockhaus.errors import InvalidEncoding, NumberOutOfRange, ProtocolError
from mockhaus.gateway.forms.rows import RowEncoder, expand_formats, row_description
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import decode_backend
from mockhaus.gateway.wire.messages import BINARY, TEXT
from mockhaus.result import Column
from mockhaus.types import SqlType


def number(precision: int, scale: int) -> SqlType:
    return SqlType("NUMBER", precision, scale)


def zoned_sql(moment: str) -> str:
    """A TIMESTAMP_TZ in DuckDB's SQL."""
    text = zoned.text(datetime.fromisoformat(moment)).replace("'", "''")
    return f"'{text}'::{zoned.STORED}"


def columns(*kinds: SqlType) -> tuple[Column, ...]:
    return tuple(Column(f"C{n}", kind) for n, kind in enumerate(kinds))


def cells(wire: bytes | memoryview) -> list[tuple[bytes | None, ...]]:
    found, rest = decode_backend(bytes(wire))
    assert rest == b""
    rows = []
    for message in found:
        assert isinstance(message, m.DataRow)
        rows.append(message.values)
    return rows


def both_ways(
    encoder: RowEncoder, batch: pa.RecordBatch
) -> tuple[list[tuple[bytes | None, ...]], list[tuple[bytes | None, ...]]]:
    """The rows by the loop and by the column."""
    encoder._small = 1 << 30
    looped = cells(encoder.encode(batch))
    encoder._small = 0
    return looped, cells(encoder.encode(batch))


@pytest.fixture(scope="module")
def engine() -> Any:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def answer(engine: Any, sql: str, encoder: RowEncoder, kinds: Sequence[SqlType]) -> pa.RecordBatch:
    if encoder.projection is not None:
        sql = f"SELECT {', '.join(encoder.projection)} FROM ({sql})"
    (batch,) = engine.execute(sql).to_arrow_reader(1000)
    return batch


# --- text -----------------------------------------------------------------------------------------

#: Type, value in DuckDB's SQL, text on the wire. Each text was compared with PostgreSQL 15's.
TEXTS: list[tuple[SqlType, str, str]] = [
    (t.BOOLEAN, "true", "t"),
    (t.BOOLEAN, "false", "f"),
    (t.NUMBER, "0", "0"),
    (t.NUMBER, "-9223372036854775808", "-9223372036854775808"),
    (t.NUMBER, "9223372036854775807", "9223372036854775807"),
    (t.NUMBER, "7::TINYINT", "7"),
    (t.NUMBER, "7::HUGEINT", "7"),
    (t.NUMBER, "7::DECIMAL(38,0)", "7"),
    (number(12, 2), "0::DECIMAL(12,2)", "0.00"),
    (number(12, 2), "-0.25::DECIMAL(12,2)", "-0.25"),
    (number(12, 2), "1234567890.12::DECIMAL(12,2)", "1234567890.12"),
    (number(9, 9), "0.000000001::DECIMAL(9,9)", "0.000000001"),
    (number(9, 9), "-0.000000001::DECIMAL(9,9)", "-0.000000001"),
    (number(18, 7), "12345678901.0000001::DECIMAL(18,7)", "12345678901.0000001"),
    (number(38, 37), "1::DECIMAL(38,37)", "1.0000000000000000000000000000000000000"),
    (number(38, 1), "-" + "9" * 37 + ".9::DECIMAL(38,1)", "-" + "9" * 37 + ".9"),
    (t.FLOAT, "1::DOUBLE", "1"),
    (t.FLOAT, "0.1::DOUBLE", "0.1"),
    (t.FLOAT, "-0.0::DOUBLE", "-0"),
    (t.FLOAT, "0.5::FLOAT", "0.5"),
    (t.FLOAT, "1e-4::DOUBLE", "0.0001"),
    (t.FLOAT, "1.5e-5::DOUBLE", "1.5e-05"),
    (t.FLOAT, "1e-7::DOUBLE", "1e-07"),
    (t.FLOAT, "5e-324::DOUBLE", "5e-324"),
    (t.FLOAT, "12345678901.5::DOUBLE", "12345678901.5"),
    (t.FLOAT, "1e10::DOUBLE", "10000000000"),
    (t.FLOAT, "123456789012345::DOUBLE", "123456789012345"),
    (t.FLOAT, "1e15::DOUBLE", "1e+15"),
    (t.FLOAT, "-1234567890123456.8::DOUBLE", "-1.2345678901234568e+15"),
    (t.FLOAT, "1e16::DOUBLE", "1e+16"),
    (t.FLOAT, "1e20::DOUBLE", "1e+20"),
    (t.FLOAT, "1.7976931348623157e308::DOUBLE", "1.7976931348623157e+308"),
    (t.FLOAT, "'nan'::DOUBLE", "NaN"),
    (t.FLOAT, "'inf'::DOUBLE", "Infinity"),
    (t.FLOAT, "'-inf'::DOUBLE", "-Infinity"),
    (t.VARCHAR, "''", ""),
    (t.VARCHAR, "'räksmörgås 🍤'", "räksmörgås 🍤"),
    (t.VARCHAR, "'a'::ENUM('a', 'b')", "a"),
    (t.BINARY, "''::BLOB", "\\x"),
    (t.BINARY, "'\\x00\\xFFa'::BLOB", "\\x00ff61"),
    (t.DATE, "'2024-02-29'::DATE", "2024-02-29"),
    (t.DATE, "'0001-01-01'::DATE", "0001-01-01"),
    (t.DATE, "'9999-12-31'::DATE", "9999-12-31"),
    (t.DATE, "'12345-01-01'::DATE", "12345-01-01"),
    (t.DATE, "'0044-03-15 (BC)'::DATE", "0044-03-15 BC"),
    (t.DATE, "'infinity'::DATE", "infinity"),
    (t.DATE, "'-infinity'::DATE", "-infinity"),
    (t.TIME, "'00:00:00'::TIME", "00:00:00"),
    (t.TIME, "'12:34:56.7'::TIME", "12:34:56.7"),
    (t.TIME, "'23:59:59.999999'::TIME", "23:59:59.999999"),
    (t.TIME, "'24:00:00'::TIME", "24:00:00"),
    (t.TIMESTAMP_NTZ, "'2024-01-01 00:00:00'::TIMESTAMP", "2024-01-01 00:00:00"),
    (t.TIMESTAMP_NTZ, "'1969-12-31 23:59:59.000001'::TIMESTAMP", "1969-12-31 23:59:59.000001"),
    (t.TIMESTAMP_NTZ, "'2024-01-01 01:02:03.120'::TIMESTAMP_MS", "2024-01-01 01:02:03.12"),
    (
        t.TIMESTAMP_NTZ,
        "'2024-01-01 01:02:03.123456789'::TIMESTAMP_NS",
        "2024-01-01 01:02:03.123456",
    ),
    (t.TIMESTAMP_NTZ, "'0001-01-01 00:00:00'::TIMESTAMP", "0001-01-01 00:00:00"),
    (t.TIMESTAMP_NTZ, "'9999-12-31 23:59:59.999999'::TIMESTAMP", "9999-12-31 23:59:59.999999"),
    (t.TIMESTAMP_NTZ, "'0044-03-15 (BC) 12:00:00'::TIMESTAMP", "0044-03-15 12:00:00 BC"),
    (t.TIMESTAMP_NTZ, "'infinity'::TIMESTAMP", "infinity"),
    (t.TIMESTAMP_NTZ, "'-infinity'::TIMESTAMP", "-infinity"),
    (t.TIMESTAMP_LTZ, "'2024-01-01 00:00:00+00'::TIMESTAMPTZ", "2024-01-01 00:00:00+00"),
    (t.TIMESTAMP_TZ, zoned_sql("2024-06-01 00:00:00.5+02:00"), "2024-06-01 00:00:00.5+02"),
    (t.TIMESTAMP_TZ, zoned_sql("2024-06-01 00:00:00-03:30"), "2024-06-01 00:00:00-03:30"),
    (t.TIMESTAMP_TZ, zoned_sql("0001-01-01 00:00:00+00:00"), "0001-01-01 00:00:00+00"),
    (t.TIMESTAMP_TZ, zoned_sql("9999-12-31 23:59:59+12:00"), "9999-12-31 23:59:59+12"),
    (t.TIMESTAMP_LTZ, "'infinity'::TIMESTAMPTZ", "infinity"),
    (t.VARIANT, """'{"a":[1,null]}'::JSON""", '{"a":[1,null]}'),
    (t.VARIANT, "'null'::JSON", "null"),
    (t.from_duckdb("INTEGER[]"), "[1, 2]", "[1,2]"),
    (t.from_duckdb("STRUCT(a INTEGER)"), "{'a': 1}", '{"a":1}'),
    (t.ARRAY, "'[1,2]'::JSON", "[1,2]"),
    (t.OBJECT, """'{"a":1}'::JSON""", '{"a":1}'),
    (t.INTERVAL, "INTERVAL 0 DAY", "00:00:00"),
    (t.INTERVAL, "INTERVAL 1 DAY", "1 day"),
    (
        t.INTERVAL,
        "INTERVAL '14 months 3 days 4 hours 5.5 seconds'",
        "1 year 2 mons 3 days 04:00:05.5",
    ),
    (t.INTERVAL, "INTERVAL '-1 days' + INTERVAL '2 hours'", "-1 days +02:00:00"),
    (t.INTERVAL, "INTERVAL '-13 months' + INTERVAL '1 days'", "-1 years -1 mons +1 day"),
    (t.INTERVAL, "INTERVAL '-90 minutes'", "-01:30:00"),
    (
        t.UUID,
        "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ),
]


@pytest.mark.parametrize(("kind", "sql", "expected"), TEXTS)
def test_text(engine: Any, kind: SqlType, sql: str, expected: str) -> None:
    encoder = RowEncoder(columns(kind))
    query = f"SELECT {sql} UNION ALL SELECT NULL"
    looped, by_column = both_ways(encoder, answer(engine, query, encoder, [kind]))
    assert looped == [(expected.encode(),), (None,)]
    assert by_column == looped


#: TimeZone, instant in UTC, text.
ZONED = [
    ("UTC", "2024-01-01 00:00:00", "2024-01-01 00:00:00+00"),
    ("Asia/Kolkata", "2024-01-01 00:00:00", "2024-01-01 05:30:00+05:30"),
    ("America/New_York", "2024-01-01 00:00:00", "2023-12-31 19:00:00-05"),
    ("America/New_York", "2024-07-01 00:00:00.25", "2024-06-30 20:00:00.25-04"),
    ("Europe/Berlin", "2024-03-31 00:59:59", "2024-03-31 01:59:59+01"),
    ("Europe/Berlin", "2024-03-31 01:00:00", "2024-03-31 03:00:00+02"),
    ("Asia/Kolkata", "0001-06-01 00:00:00", "0001-06-01 05:53:28+05:53:28"),
    ("Asia/Kolkata", "0044-03-15 (BC) 00:00:00", "0044-03-15 05:53:28+05:53:28 BC"),
]


@pytest.mark.parametrize(("zone", "instant", "expected"), ZONED)
def test_text_of_instants(engine: Any, zone: str, instant: str, expected: str) -> None:
    cursor = engine.cursor()
    cursor.execute(f"SET TimeZone = '{zone}'")
    encoder = RowEncoder(columns(t.TIMESTAMP_LTZ))
    values = (instant, "2024-01-01 00:00:00", "2024-07-01 00:00:00")
    query = " UNION ALL ".join(f"SELECT ('{v}'::TIMESTAMP AT TIME ZONE 'UTC')" for v in values)
    batch = answer(cursor, query, encoder, [t.TIMESTAMP_LTZ])
    looped, by_column = both_ways(encoder, batch)
    assert looped[0] == (expected.encode(),)
    assert by_column == looped


# --- binary, read back by psycopg -----------------------------------------------------------------

#: Type, value in DuckDB's SQL, value that psycopg reads.
BINARIES: list[tuple[SqlType, str, Any]] = [
    (t.BOOLEAN, "true", True),
    (t.BOOLEAN, "false", False),
    (t.NUMBER, "-9223372036854775808", -(2**63)),
    (t.NUMBER, "9223372036854775807", 2**63 - 1),
    (t.NUMBER, "7::HUGEINT", 7),
    (number(12, 2), "0::DECIMAL(12,2)", Decimal("0.00")),
    (number(12, 2), "-0.25::DECIMAL(12,2)", Decimal("-0.25")),
    (number(12, 2), "10000::DECIMAL(12,2)", Decimal("10000.00")),
    (number(18, 0 + 1), "12345678901234567.8::DECIMAL(18,1)", Decimal("12345678901234567.8")),
    (number(9, 9), "0.000000001::DECIMAL(9,9)", Decimal("0.000000001")),
    (number(38, 1), "-" + "9" * 37 + ".9::DECIMAL(38,1)", Decimal("-" + "9" * 37 + ".9")),
    (number(38, 37), "1::DECIMAL(38,37)", Decimal("1." + "0" * 37)),
    (t.FLOAT, "1e-7::DOUBLE", 1e-7),
    (t.FLOAT, "'-inf'::DOUBLE", -math.inf),
    (t.VARCHAR, "'räksmörgås'", "räksmörgås"),
    (t.BINARY, "'\\x00\\xFFa'::BLOB", b"\x00\xffa"),
    (t.DATE, "'2024-02-29'::DATE", date(2024, 2, 29)),
    (t.DATE, "'0001-01-01'::DATE", date.min),
    (t.DATE, "'9999-12-31'::DATE", date.max),
    (t.TIME, "'23:59:59.999999'::TIME", time.max),
    (t.TIMESTAMP_NTZ, "'0001-01-01'::TIMESTAMP", datetime.min),
    (t.TIMESTAMP_NTZ, "'9999-12-31 23:59:59.999999'::TIMESTAMP", datetime.max),
    (
        t.TIMESTAMP_LTZ,
        "'2024-01-01 00:00:00.5+02'::TIMESTAMPTZ",
        datetime(2023, 12, 31, 22, 0, 0, 500000, UTC),
    ),
    (t.VARIANT, """'{"a":[1,null]}'::JSON""", {"a": [1, None]}),
    (t.from_duckdb("INTEGER[]"), "[1, 2]", [1, 2]),
    (t.ARRAY, "'[1,2]'::JSON", [1, 2]),
    (t.INTERVAL, "INTERVAL '3 days -4.5 seconds'", timedelta(days=3, seconds=-4.5)),
    (
        t.UUID,
        "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID",
        uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ),
]


@pytest.mark.parametrize(("kind", "sql", "expected"), BINARIES)
def test_binary(engine: Any, kind: SqlType, sql: str, expected: Any) -> None:
    encoder = RowEncoder(columns(kind), [BINARY])
    query = f"SELECT {sql} UNION ALL SELECT NULL"
    looped, by_column = both_ways(encoder, answer(engine, query, encoder, [kind]))
    assert looped == by_column
    data, null = looped[0][0], looped[1][0]
    assert data is not None
    assert null is None
    assert Transformer().get_loader(kind.oid, Format.BINARY).load(data) == expected


#: Type, value, its bytes: what psycopg cannot tell apart, and the ends of ranges.
EXACT_BINARIES = [
    (t.DATE, "'infinity'::DATE", "7fffffff"),
    (t.DATE, "'-infinity'::DATE", "80000000"),
    (t.TIMESTAMP_NTZ, "'infinity'::TIMESTAMP", "7fffffffffffffff"),
    (t.TIMESTAMP_TZ, zoned_sql("2000-01-01 02:00:01+02:00"), "00000000000f4240"),
    (t.TIMESTAMP_NTZ, "'-infinity'::TIMESTAMP", "8000000000000000"),
    (number(12, 2), "0::DECIMAL(12,2)", "0000 0000 0000 0002"),
    (number(12, 2), "12345.67::DECIMAL(12,2)", "0003 0001 0000 0002 0001 0929 1a2c"),
    (number(12, 2), "-10000::DECIMAL(12,2)", "0001 0001 4000 0002 0001"),
    (number(12, 2), "0.01::DECIMAL(12,2)", "0001 ffff 0000 0002 0064"),
    (number(38, 8), "-0.00010002::DECIMAL(38,8)", "0002 ffff 4000 0008 0001 0002"),
    (t.INTERVAL, "INTERVAL '14 months 3 days 1 second'", "00000000000f4240 00000003 0000000e"),
]


@pytest.mark.parametrize(("kind", "sql", "expected"), EXACT_BINARIES)
def test_exact_binary(engine: Any, kind: SqlType, sql: str, expected: str) -> None:
    encoder = RowEncoder(columns(kind), [BINARY])
    looped, by_column = both_ways(encoder, answer(engine, f"SELECT {sql}", encoder, [kind]))
    assert looped == by_column == [(bytes.fromhex(expected),)]


# --- the loop is the specification of the columns -------------------------------------------------

MICROS = st.integers(-(2**63) + 1, 2**63 - 1)
ARROW: dict[str, tuple[SqlType, pa.DataType, st.SearchStrategy[Any]]] = {
    "boolean": (t.BOOLEAN, pa.bool_(), st.booleans()),
    "integer": (t.NUMBER, pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float": (t.FLOAT, pa.float64(), st.floats()),
    "text": (
        t.VARCHAR,
        pa.string(),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    ),
    "bytea": (t.BINARY, pa.binary(), st.binary(max_size=8)),
    "date": (t.DATE, pa.int32(), st.integers(-(2**31) + 1, 2**31 - 1)),
    "time": (t.TIME, pa.int64(), st.integers(0, 86_400_000_000)),
    "timestamp": (t.TIMESTAMP_NTZ, pa.int64(), MICROS),
    "recent timestamp": (t.TIMESTAMP_NTZ, pa.int64(), st.integers(10**15, 2 * 10**15)),
    "number(12,2)": (number(12, 2), pa.decimal128(12, 2), st.decimals(-(10**9), 10**9, places=2)),
    "number(18,7)": (number(18, 7), pa.decimal128(18, 7), st.decimals(-(10**10), 10**10, places=7)),
    "number(38,5)": (number(38, 5), pa.decimal128(38, 5), st.decimals(-(10**20), 10**20, places=5)),
    "uuid": (t.UUID, pa.string(), st.uuids().map(str)),
}
STORED = {"date": pa.date32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us")}


@pytest.mark.parametrize("code", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("name", ARROW)
def test_columns_as_the_loop_has_them(name: str, code: int) -> None:
    kind, storage, values = ARROW[name]
    encoder = RowEncoder(columns(kind, kind), [code])

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.none() | values, min_size=1, max_size=12), st.integers(0, 3))
    def check(items: list[Any], skipped: int) -> None:
        column = pa.array(items, storage)
        if (stored := STORED.get(name.removeprefix("recent "))) is not None:
            column = column.view(stored)
        batch = pa.RecordBatch.from_arrays([column, column], ["a", "b"]).slice(skipped)
        if batch.num_rows:
            looped, by_column = both_ways(encoder, batch)
            assert looped == by_column

    check()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
    st.lists(st.none() | st.integers(-(10**15), 2 * 10**15), min_size=1, max_size=12),
)
def test_instants_as_the_loop_has_them(zone: str, micros: list[int | None]) -> None:
    column = pa.array(micros, pa.int64()).view(pa.timestamp("us", zone))
    encoder = RowEncoder(columns(t.TIMESTAMP_LTZ))
    looped, by_column = both_ways(encoder, pa.RecordBatch.from_arrays([column], ["a"]))
    assert looped == by_column


def test_formats_may_differ_by_column(engine: Any) -> None:
    encoder = RowEncoder(columns(t.NUMBER, t.NUMBER, t.VARCHAR), [TEXT, BINARY, TEXT])
    batch = answer(engine, "SELECT 1, 2, 'x'", encoder, [t.NUMBER] * 3)
    expected = [(b"1", b"\0\0\0\0\0\0\0\2", b"x")]
    assert both_ways(encoder, batch) == (expected, expected)


def test_large_answers_are_cut_where_arrow_would_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockhaus.gateway.forms.rows._LARGEST", 4000)
    encoder = RowEncoder(columns(t.VARCHAR))
    batch = pa.RecordBatch.from_arrays([pa.array(["x" * 100] * 101)], ["a"])
    looped, by_column = both_ways(encoder, batch)
    assert looped == by_column
    assert len(by_column) == 101


# --- what cannot be sent --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql", ["9223372036854775808", "-9223372036854775809", "9e18::DECIMAL(38,0) * 2"]
)
@pytest.mark.parametrize("code", [TEXT, BINARY])
def test_whole_numbers_are_bigint(engine: Any, sql: str, code: int) -> None:
    encoder = RowEncoder(columns(t.NUMBER), [code])
    batch = answer(engine, f"SELECT {sql}", encoder, [t.NUMBER])
    for small in (0, 1000):
        encoder._small = small
        with pytest.raises(NumberOutOfRange) as caught:
            encoder.encode(batch)
        assert caught.value.sqlstate == "22003"
        assert "NUMBER(38,0)" in (caught.value.hint or "")


def test_a_nul_is_not_sent_as_text() -> None:
    encoder = RowEncoder(columns(t.VARCHAR))
    batch = pa.RecordBatch.from_arrays([pa.array(["fine", "a\0b"])], ["a"])
    for small in (0, 1000):
        encoder._small = small
        with pytest.raises(InvalidEncoding, match="0x00"):
            encoder.encode(batch)


# --- answers that never were in DuckDB ------------------------------------------------------------

HELD: list[tuple[SqlType, Any, str]] = [
    (t.VARCHAR, "x", "x"),
    (t.VARCHAR, 5, "5"),
    (t.NUMBER, 5, "5"),
    (t.BOOLEAN, True, "t"),
    (t.FLOAT, 1, "1"),
    (number(4, 1), "1.5", "1.5"),
    (t.DATE, date(2024, 1, 2), "2024-01-02"),
    (t.TIMESTAMP_NTZ, datetime(2024, 1, 2, 3), "2024-01-02 03:00:00"),
    (t.TIMESTAMP_LTZ, datetime(2024, 1, 2, 3, tzinfo=UTC), "2024-01-02 03:00:00+00"),
    (t.TIMESTAMP_LTZ, datetime(2024, 1, 2, 3), "2024-01-02 03:00:00+00"),
    (t.VARIANT, {"a": [1]}, '{"a":[1]}'),
    (t.BINARY, b"\x01", "\\x01"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), HELD)
def test_held_rows(kind: SqlType, value: Any, expected: str) -> None:
    encoder = RowEncoder(columns(kind))
    batch = encoder.batch([(value,), (None,)])
    rows = [(expected.encode(),), (None,)]
    assert both_ways(encoder, batch) == (rows, rows)


# --- descriptions ---------------------------------------------------------------------------------


def test_row_description() -> None:
    described = row_description(
        [
            Column("ID", t.NUMBER),
            Column("Mixed", number(12, 2)),
            Column("SHORT", SqlType("VARCHAR", length=40)),
            Column("COUNT(*)", t.NUMBER),
        ],
        [TEXT, BINARY, TEXT, TEXT],
    )
    assert described.fields == (
        m.FieldDescription("id", 20, 8, -1, 0),
        m.FieldDescription("Mixed", 1700, -1, (12 << 16 | 2) + 4, 1),
        m.FieldDescription("short", 1043, -1, 44, 0),
        m.FieldDescription("count(*)", 20, 8, -1, 0),
    )


def test_formats() -> None:
    assert expand_formats([], 2) == (0, 0)
    assert expand_formats([1], 2) == (1, 1)
    assert expand_formats([1, 0], 2) == (1, 0)
    with pytest.raises(ProtocolError, match="2 formats but there are 3"):
        expand_formats([1, 0], 3)
