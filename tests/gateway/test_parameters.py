"""Bind parameters: what comes over the wire and what DuckDB is given."""

from __future__ import annotations

import contextlib
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from mockhaus.errors import InvalidEncoding, MockhausError, ProtocolError
from mockhaus.gateway.forms.parameters import ParameterLoader, check_count

TEXT, BINARY = 0, 1

#: OID, format, bytes -> value.
VALUES: list[tuple[int, int, bytes, Any]] = [
    (0, TEXT, b"unspecified", "unspecified"),
    (705, TEXT, b"unknown", "unknown"),
    (25, TEXT, "räksmörgås".encode(), "räksmörgås"),
    (1043, BINARY, b"varchar", "varchar"),
    (114, TEXT, b'{"a": 1}', '{"a": 1}'),
    (3802, BINARY, b'\x01{"a": 1}', '{"a": 1}'),
    (16, TEXT, b"t", True),
    (16, BINARY, b"\x00", False),
    (21, BINARY, b"\xff\xfe", -2),
    (23, TEXT, b"-2147483648", -(2**31)),
    (23, BINARY, b"\x7f\xff\xff\xff", 2**31 - 1),
    (20, BINARY, b"\x80\0\0\0\0\0\0\0", -(2**63)),
    (700, BINARY, b"\x3f\x80\0\0", 1.0),
    (701, TEXT, b"1e-300", 1e-300),
    (1700, TEXT, b"123.4500", Decimal("123.4500")),
    (1700, BINARY, bytes.fromhex("0003 0001 4000 0002 0001 0929 1a2c"), Decimal("-12345.67")),
    (1700, TEXT, b"1E+3", Decimal("1000")),
    (1700, TEXT, b"9" * 38, Decimal("9" * 38)),
    (1700, TEXT, b"0." + b"6" * 60, Decimal("0." + "6" * 36 + "7")),
    (1700, TEXT, b"1234." + b"5" * 60, Decimal("1234." + "5" * 33 + "6")),
    (17, TEXT, b"\\x00ff", b"\x00\xff"),
    (17, BINARY, b"\x00\xff", b"\x00\xff"),
    (1082, TEXT, b"2024-02-29", date(2024, 2, 29)),
    (1082, BINARY, b"\0\0\0\0", date(2000, 1, 1)),
    (1082, TEXT, b"infinity", "infinity"),
    (1082, TEXT, b"20240229", date(2024, 2, 29)),
    (1114, TEXT, b"2024-02-29T01:02:03Z", datetime(2024, 2, 29, 1, 2, 3)),
    (16, TEXT, b"yes", True),
    (16, TEXT, b" OFF ", False),
    (1083, TEXT, b"12:34:56.7", time(12, 34, 56, 700000)),
    (1114, TEXT, b"2024-01-01 00:00:00.5", datetime(2024, 1, 1, 0, 0, 0, 500000)),
    (1184, BINARY, b"\0\0\0\0\0\0\0\0", datetime(2000, 1, 1, tzinfo=UTC)),
    (1082, TEXT, b"2024-02-29 +02", date(2024, 2, 29)),
    (1082, TEXT, b"2024-2-9", date(2024, 2, 9)),
    (1082, TEXT, b"2024-02-29 23:00:00-05:30", date(2024, 2, 29)),
    (1082, BINARY, b"\x7f\xff\xff\xff", "infinity"),
    (1083, TEXT, b"01:02:03+00", time(1, 2, 3)),
    (1083, TEXT, b"2024-02-29 1:02+05:30", time(1, 2)),
    (1114, TEXT, b"2024-02-29 01:02:03.5 +02", datetime(2024, 2, 29, 1, 2, 3, 500000)),
    (1114, BINARY, b"\x80\0\0\0\0\0\0\0", "-infinity"),
    (1184, TEXT, b"2024-02-29 01:02:03 +00", datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC)),
    (1186, TEXT, b"1 day 02:00:00", "1 day 02:00:00"),
    (1186, TEXT, b"-1 mons +02:00", "-1 mons 02:00"),
    (
        1186,
        BINARY,
        bytes.fromhex("0000 0000 0000 0007 ffff ffff 0000 000e"),
        "14 months -1 days 7 microseconds",
    ),
    (
        2950,
        TEXT,
        b"6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ),
    (1007, TEXT, b"{1,2,NULL}", [1, 2, None]),
    (1009, TEXT, b'{a,"b c"}', ["a", "b c"]),
    (1009, TEXT, b' { "a" , b c , " d, " , NULL } ', ["a", "b c", " d, ", None]),
    (
        1007,
        BINARY,
        bytes.fromhex("00000001 00000001 00000017 00000002 00000001 00000004 00000007 ffffffff"),
        [7, None],
    ),
    (1007, BINARY, bytes.fromhex("00000000 00000000 00000017"), []),
    (1007, BINARY, bytes.fromhex("00000001 00000000 00000017 00000000 00000001"), []),  # asyncpg
    (869, TEXT, b"127.0.0.1", "127.0.0.1"),
]


@pytest.mark.parametrize(("oid", "code", "data", "expected"), VALUES)
def test_values(oid: int, code: int, data: bytes, expected: Any) -> None:
    (value,) = ParameterLoader().load([oid], [code], [data])
    assert value == expected
    assert type(value) is type(expected)


#: OID, format, bytes -> SQLSTATE and message; the second parameter is the bad one.
BAD = [
    (23, TEXT, b"abc", "22P02", 'invalid input syntax for type int4: "abc" in parameter $2'),
    (
        1082,
        TEXT,
        b"2024-13-01",
        "22008",
        'date/time field value out of range: "2024-13-01" in parameter $2',
    ),
    (
        1114,
        TEXT,
        b"soon",
        "22007",
        'invalid input syntax for type timestamp: "soon" in parameter $2',
    ),
    (16, TEXT, b"o", "22P02", 'invalid input syntax for type bool: "o" in parameter $2'),
    (701, TEXT, b"1,5", "22P02", 'invalid input syntax for type float8: "1,5" in parameter $2'),
    (23, TEXT, b"12abc", "22P02", 'invalid input syntax for type int4: "12abc" in parameter $2'),
    (
        21,
        TEXT,
        b"40000",
        "22003",
        'value "40000" is out of range for type int2 in parameter $2',
    ),
    (23, BINARY, b"\0\0", "22P03", "incorrect binary data format in bind parameter 2"),
    (1700, BINARY, b"\0\x01", "22P03", "incorrect binary data format in bind parameter 2"),
    (
        1700,
        BINARY,
        b"\0\x03\0\0\0\0\0\0\0\x01",
        "22P03",
        "incorrect binary data format in bind parameter 2",
    ),
    (1007, BINARY, b"\0\0\0\x01", "22P03", "incorrect binary data format in bind parameter 2"),
    (
        1007,
        BINARY,
        bytes.fromhex("00000001 00000000 00000017 7fffffff 00000001 00000004 00000007"),
        "22P03",
        "incorrect binary data format in bind parameter 2",
    ),
    (999_999, BINARY, b"x", "22P03", "incorrect binary data format in bind parameter 2"),
    (25, TEXT, b"\xff", "22021", 'invalid byte sequence for encoding "UTF8" in parameter $2'),
    (0, TEXT, b"a\0b", "22021", 'invalid byte sequence for encoding "UTF8": 0x00 in parameter $2'),
    (
        1700,
        TEXT,
        b"1E+38",
        "22003",
        "numeric '1E+38' has more than 38 digits in parameter $2",
    ),
    (1700, TEXT, b"NaN", "0A000", "parameter $2: numeric 'NaN' has no Snowflake value"),
]


@pytest.mark.parametrize(("oid", "code", "data", "sqlstate", "message"), BAD)
def test_bad_values_are_named(
    oid: int, code: int, data: bytes, sqlstate: str, message: str
) -> None:
    with pytest.raises(MockhausError) as caught:
        ParameterLoader().load([25, oid], [TEXT, code], [b"fine", data])
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([16, 20, 23, 701, 1082, 1114, 1186, 1700, 2950, 1007, 1231, 3802]),
    st.binary(max_size=40),
)
def test_noise_is_a_value_or_an_error(oid: int, data: bytes) -> None:
    with contextlib.suppress(MockhausError):
        ParameterLoader().load([oid], [BINARY], [data])


def test_null_types_and_formats() -> None:
    load = ParameterLoader().load
    assert load([], [], []) == []
    assert load([23], [], [None, b"more"]) == [None, "more"]
    assert load([23, 23], [BINARY], [b"\0\0\0\1", b"\0\0\0\2"]) == [1, 2]
    with pytest.raises(ProtocolError, match="3 formats but there are 2 values"):
        load([], [0, 0, 0], [b"", b""])
    with pytest.raises(InvalidEncoding):
        load([], [], [b"\xc3("])


def test_count() -> None:
    check_count(2, 2, "s")
    with pytest.raises(ProtocolError, match=r'supplies 1 parameters, but .* "s" requires 2'):
        check_count(1, 2, "s")
