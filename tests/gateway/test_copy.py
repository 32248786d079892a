"""COPY FROM STDIN and TO STDOUT (manual: COPY; 55.2.6 "COPY Operations")."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings, strategies as st

from mockhaus import types
from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.copy.copy_fields import HEADER, taken_apart
from mockhaus.gateway.copy.copy_out import copy_rows
from mockhaus.gateway.portal import Plan, Portal
from mockhaus.gateway.wire import messages as m
from mockhaus.result import Column, Projection, Result
from mockhaus.translation.statements import ClientFormat
from tests.gateway.wire import Wire

TABLE = (
    "CREATE TABLE t (n INT, v VARCHAR, f DOUBLE, b BOOLEAN, d DATE, ts TIMESTAMP,"
    " m NUMBER(10,2), j VARIANT, x BINARY)"
)


def copy_in(client: psycopg.Connection, statement: str, *pieces: bytes) -> int:
    with client.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)
        return cursor.rowcount


def copy_out(client: psycopg.Connection, statement: str) -> bytes:
    with client.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(piece) for piece in copy)


#: COPY t (n, v) FROM STDIN with options -> what is sent -> the rows that are there then.
IN = [
    ("", b"1\ta\n2\tb\n", [(1, "a"), (2, "b")]),
    ("", b"1\ta\r\n2\tb\r\n", [(1, "a"), (2, "b")]),
    ("", b"1\ta", [(1, "a")]),
    ("", b"", []),
    ("", b"\\N\t\\N\n2\t\n", [(2, ""), (None, None)]),
    ("", rb"1" + b"\t" + rb"\t\n\\\b\f\r\v|\\N|\x41\101\q" + b"\n", [(1, "\t\n\\\b\f\r\v|\\N|AAq")]),
    ("", b"1\tline\\\nbreak\n2\ttab\\\there\n", [(1, "line\nbreak"), (2, "tab\there")]),
    ("", b"1\ta\n\\.\n2\tb\n", [(1, "a")]),
    ("(DELIMITER '|', NULL '')", b"1|a\\|b\n2|\n", [(1, "a|b"), (2, None)]),
    ("DELIMITER AS E'\\t' NULL AS E'\\\\N'", b"1\t\\N\n", [(1, None)]),
    ("(HEADER)", b"n\tv\n1\ta\n", [(1, "a")]),
    ("CSV", b'1,"a,""b"""\n2,""\n3,\n4,"x\ny"\n', [(1, 'a,"b"'), (2, ""), (3, None), (4, "x\ny")]),
    ("CSV", b'1,"a\n\nb"\n', [(1, "a\n\nb")]),
    ("WITH CSV HEADER", b"n,v\n1,a\n", [(1, "a")]),
    ("(FORMAT csv, DELIMITER ';', QUOTE '''', NULL 'nil')", b"1;'a;b'\n2;nil\n3;'nil'\n",
     [(1, "a;b"), (2, None), (3, "nil")]),
    ("(FORMAT csv, ESCAPE '\\')", b'1,"a\\"b"\n', [(1, 'a"b')]),
    ("(FORMAT csv, FORCE_NOT_NULL (v))", b"1,\n", [(1, "")]),
    ("(FORMAT csv, FORCE_NULL (v))", b'1,""\n', [(1, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "data", "rows"), IN)
@pytest.mark.parametrize("size", [1 << 20, 1], ids=["whole", "byte by byte"])
def test_copy_in(
    client: psycopg.Connection, options: str, data: bytes, rows: list[object], size: int
) -> None:
    client.execute(TABLE)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert copy_in(client, f"COPY t (n, v) FROM STDIN {options}", *pieces) == len(rows)
    assert client.execute("SELECT n, v FROM t ORDER BY n").fetchall() == rows


#: Columns, data -> (SQLSTATE, message, context).
REFUSED = [
    ('n, v', '', b'1\ta\nx\tb\n',
     ('22P02',
      'invalid input syntax for type bigint: "x"',
      'COPY t, line 2, column n: "x"')),
    ('n, v', '', b'1.5\ta\n',
     ('22P02',
      'invalid input syntax for type bigint: "1.5"',
      'COPY t, line 1, column n: "1.5"')),
    ('n, v', '', b'1\ta\n2\n',
     ('22P04',
      'missing data for column "v"',
      'COPY t, line 2')),
    ('n, v', '', b'1\ta\n\n3\tb\n',
     ('22P04',
      'missing data for column "v"',
      'COPY t, line 2')),
    ('n, v', '', b'1\ta\tb\n',
     ('22P04',
      'extra data after last expected column',
      'COPY t, line 1')),
    ('n, v', 'CSV HEADER', b'n,v\n1,a\nx,b\n',
     ('22P02',
      'invalid input syntax for type bigint: "x"',
      'COPY t, line 3, column n: "x"')),
    ('n, v', '', b'1\t\xff\n',
     ('22021',
      'invalid byte sequence for encoding "UTF8"',
      'COPY t, line 1')),
    ('d', '', b'2024-01-01\n2024-13-01\n',
     ('22008',
      'date/time field value out of range: "2024-13-01"',
      'COPY t, line 2, column d: "2024-13-01"')),
    ('n, v', 'CSV', b'1,"a\nb\nc"\n2,"d\ne"\nx,f\n',
     ('22P02',
      'invalid input syntax for type bigint: "x"',
      'COPY t, line 6, column n: "x"')),
    ('n, v', 'CSV HEADER', b'n,v\n1,"a\nb"\nx,"c\nd"\n',
     ('22P02',
      'invalid input syntax for type bigint: "x"',
      'COPY t, line 5, column n: "x"')),
    ('n, v', 'CSV', b'1,"a\nb\nc"\n2,d,e\n',
     ('22P04',
      'extra data after last expected column',
      'COPY t, line 4')),
    ('n, v', 'CSV', b'1,"a\nb\nc"\n2\n',
     ('22P04',
      'missing data for column "v"',
      'COPY t, line 4')),
    ('n, v', '', b'1\ta\\\nb\nx\tb\n',
     ('22P02',
      'invalid input syntax for type bigint: "x"',
      'COPY t, line 2, column n: "x"')),
    ('n, v', 'CSV', b'1,x"y"z\n',
     ('0A000',
      'a quote in the middle of a CSV field is not supported',
      'COPY, line 1')),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "options", "data", "expected"), REFUSED)
def test_errors_name_the_line(
    client: psycopg.Connection, columns: str, options: str, data: bytes, expected: tuple[str, ...]
) -> None:
    client.execute(TABLE)
    with pytest.raises(psycopg.Error) as caught:
        copy_in(client, f"COPY t ({columns}) FROM STDIN {options}", data)
    diagnosis = caught.value.diag
    assert (diagnosis.sqlstate, diagnosis.message_primary, diagnosis.context) == expected
    assert client.execute("SELECT count(*) FROM t").fetchall() == [(0,)]


#: Statements that are refused before any data is asked for.
UNSUPPORTED = [
    ("COPY t FROM '/etc/passwd'", "0A000"),
    ("COPY t TO PROGRAM 'ls'", "0A000"),
    ("COPY t FROM STDIN (FREEZE)", "0A000"),
    ("COPY t FROM STDIN (ENCODING 'latin1')", "0A000"),
    ("COPY t FROM STDIN WHERE n > 1", "0A000"),
    ("COPY t FROM STDIN (QUOTE 'x')", "0A000"),
    ("COPY t FROM STDIN (ON_ERROR ignore)", "42601"),
    ("COPY t FROM STDIN (FORMAT xml)", "42601"),
    ("COPY missing FROM STDIN", "42P01"),
    ("COPY t (missing) FROM STDIN", "42703"),
    ("COPY (DELETE FROM t) TO STDOUT", "0A000"),
]


@pytest.mark.parametrize(("statement", "code"), UNSUPPORTED)
def test_refused(client: psycopg.Connection, statement: str, code: str) -> None:
    client.execute(TABLE)
    with pytest.raises(psycopg.Error) as caught, client.cursor() as cursor:
        cursor.execute(statement)
    assert caught.value.sqlstate == code


VALUES = """INSERT INTO t SELECT 1, 'a,"b"' || chr(9) || 'c' || chr(10) || '\\\\', 1.5, TRUE,
 '2024-01-02', '2024-01-02 03:04:05.6', 1.25, PARSE_JSON('{"k": 1}'), TO_BINARY('0102', 'HEX')
 UNION ALL SELECT NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL"""

OUT = [
    ("", rb"""1	a,"b"\tc\n\\	1.5	t	2024-01-02	2024-01-02 03:04:05.6	1.25	{"k":1}	\\x0102
\N		\N	\N	\N	\N	\N	\N	\N
"""),
    ("CSV", b'1,"a,""b""\tc\n\\",1.5,t,2024-01-02,2024-01-02 03:04:05.6,1.25,'
            b'"{""k"":1}",\\x0102\n,"",,,,,,,\n'),
]  # fmt: skip


@pytest.mark.parametrize(("options", "data"), OUT)
def test_copy_out(client: psycopg.Connection, options: str, data: bytes) -> None:
    client.execute(TABLE)
    client.execute(VALUES)
    assert copy_out(client, f"COPY t TO STDOUT {options}") == data


QUERIES = [
    ("(SELECT 1 AS a, 'x' AS b) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (b))", b'a,b\n1,"x"\n'),
    ("(SELECT 1 AS a, 'x' AS \"B c\") TO STDOUT (HEADER, DELIMITER '|')", b"a|B c\n1|x\n"),
    ("(SELECT '\\\\.' AS a) TO STDOUT CSV", b'"\\."\n'),
    ("(SELECT NULL AS a) TO STDOUT (NULL '-')", b"-\n"),
    ("(SELECT 1 WHERE FALSE) TO STDOUT", b""),
]


@pytest.mark.parametrize(("copy", "data"), QUERIES)
def test_copy_query_out(client: psycopg.Connection, copy: str, data: bytes) -> None:
    assert copy_out(client, f"COPY {copy}") == data


@pytest.mark.parametrize("form", ["text", "csv", "binary"])
@pytest.mark.parametrize("rows", [1, 500])
def test_what_goes_out_comes_in(client: psycopg.Connection, form: str, rows: int) -> None:
    client.execute(TABLE)
    for _ in range(rows // 2 + 1):
        client.execute(VALUES) if rows < 9 else None
    if rows > 9:
        client.execute(VALUES)
        client.execute(f"INSERT INTO t SELECT t.* FROM t, TABLE(GENERATOR(ROWCOUNT => {rows}))")
    data = copy_out(client, f"COPY t TO STDOUT (FORMAT {form})")
    before = client.execute("SELECT * FROM t ORDER BY n, v").fetchall()
    client.execute("CREATE TABLE u AS SELECT * FROM t WHERE FALSE")
    assert copy_in(client, f"COPY u FROM STDIN (FORMAT {form})", data) == len(before)
    assert client.execute("SELECT * FROM u ORDER BY n, v").fetchall() == before


def test_binary_takes_narrow_integers(client: psycopg.Connection) -> None:
    client.execute(TABLE)
    with client.cursor() as cursor:
        with cursor.copy("COPY t (n, v) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            copy.write_row((7, "seven"))
            copy.write_row((None, None))
        assert cursor.rowcount == 2
    rows = client.execute("SELECT n, v FROM t ORDER BY n").fetchall()
    assert rows == [(7, "seven"), (None, None)]


@pytest.mark.parametrize("form", ["text", "binary"])
def test_identifiers_and_intervals(client: psycopg.Connection, form: str) -> None:
    client.execute("CREATE TABLE s (u UUID, i INTERVAL)")
    client.execute(
        "INSERT INTO s VALUES ('00112233-4455-6677-8899-aabbccddeeff', '14 months -1 days 2 hours'),"
        " (NULL, NULL)"
    )
    data = copy_out(client, f"COPY s TO STDOUT (FORMAT {form})")
    client.execute("CREATE TABLE r (u UUID, i INTERVAL)")
    copy_in(client, f"COPY r FROM STDIN (FORMAT {form})", data)
    assert copy_out(client, "COPY r TO STDOUT").decode() == (
        "00112233-4455-6677-8899-aabbccddeeff\t1 year 2 mons -1 days +02:00:00\n\\N\t\\N\n"
    )


BROKEN_BINARY = [
    (b"", "22P04"),
    (b"nonsense", "22P04"),
    (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\x05", "22P04"),
    (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\x01\0\0\0\x08\0", "22P04"),
    (b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\x01\0\0\0\x03\0\0\0\xff\xff", "22P03"),
]


@pytest.mark.parametrize(("data", "code"), BROKEN_BINARY)
def test_broken_binary(client: psycopg.Connection, data: bytes, code: str) -> None:
    client.execute(TABLE)
    with pytest.raises(psycopg.Error) as caught:
        copy_in(client, "COPY t (n) FROM STDIN (FORMAT binary)", data)
    assert caught.value.sqlstate == code


def test_a_broken_field_is_found(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (n INT, v VARCHAR)")
    rows = b"".join(
        struct.pack("!hi", 2, 8 if number != 3 else 3)
        + bytes(8 if number != 3 else 3)
        + struct.pack("!i", 1)
        + b"x"
        for number in range(1, 6)
    )
    with pytest.raises(psycopg.errors.InvalidBinaryRepresentation) as caught:
        copy_in(client, "COPY t FROM STDIN (FORMAT binary)", HEADER + rows)
    assert caught.value.diag.context == "COPY t, line 3, column n"


#: What a binary COPY is made of, at random: NULLs, values that look like tuples, any length.
_VALUES = st.one_of(
    st.none(),
    st.sampled_from([b"", b"\0\2\0\0\0\x08", struct.pack("!hiqi", 2, 8, 1, 0), b"\xff\xff"]),
    st.binary(max_size=20),
)
_TUPLES = st.lists(st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), _VALUES), max_size=40)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(_TUPLES, st.booleans())
def test_any_tuples_are_taken_apart(
    rows: list[tuple[int | None, bytes | None]], ends: bool
) -> None:
    def field(value: bytes | None) -> bytes:
        return struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value

    data = HEADER
    for number, value in rows:
        packed = None if number is None else struct.pack("!q", number)
        data += struct.pack("!h", 2) + field(packed) + field(value)
    found: list[tuple[int | None, bytes | None]] = []
    with tempfile.TemporaryFile() as file:
        file.write(data + (b"\xff\xff" if ends else b""))
        file.flush()
        for first, second in taken_apart(file.fileno(), [True, False]):
            assert first.first == len(found) + 1
            numbers = first.fixed({8: ">i8"}).tolist()
            nulls = first.nulls.tolist()
            kept = [None if null else n for n, null in zip(numbers, nulls, strict=True)]
            found += zip(kept, second.values(), strict=True)
    assert found == rows


#: Numbers as PostgreSQL writes them, and what a NUMBER(10, 2) column holds then.
NUMERICS = {
    "0": "0", "1": "1", "-1.5": "-1.5", "12345678.99": "12345678.99", "0.05": "0.05",
    "0.005": "0.01", "-0.005": "-0.01", "0.0001": "0.00", "99999999.99": "99999999.99",
    "10000": "10000", "1234.5": "1234.5", "1e7": "10000000", "3.14159265358979": "3.14",
}  # fmt: skip


@pytest.mark.parametrize("together", [True, False])
def test_binary_numbers(client: psycopg.Connection, together: bool) -> None:
    client.execute("CREATE TABLE t (n INT, m NUMBER(10,2))")
    exact = {key: value for key, value in NUMERICS.items() if not together or len(key) < 6}
    with client.cursor().copy("COPY t FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int8", "numeric"])
        for number, text in enumerate(exact):
            copy.write_row((number, Decimal(text)))
        copy.write_row((len(exact), None))
    rows = client.execute("SELECT m FROM t ORDER BY n").fetchall()
    assert [row[0] for row in rows] == [*map(Decimal, exact.values()), None]


def test_binary_numeric_is_no_int8(client: psycopg.Connection) -> None:
    """A NUMBER(38,0) is numeric, whose binary form could be taken for an int8 of another value."""

    def copied(kind: str, *values: Any) -> None:
        with client.cursor().copy("COPY wide FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([kind])
            for value in values:
                copy.write_row([value])

    client.execute("CREATE TABLE wide (n NUMBER(38, 0))")
    copied("numeric", Decimal(2**90), Decimal(0), Decimal(-5))
    assert client.execute("SELECT n FROM wide").fetchall() == [(2**90,), (0,), (-5,)]
    with pytest.raises(psycopg.errors.InvalidBinaryRepresentation):
        copied("int8", 5)


def test_binary_numbers_that_are_too_large(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (m NUMBER(4,2))")
    hundred = struct.pack("!hihhhhh", 1, 10, 1, 0, 0, 0, 100)
    with pytest.raises(psycopg.errors.InvalidBinaryRepresentation) as caught:
        copy_in(client, "COPY t FROM STDIN (FORMAT binary)", HEADER + hundred)
    assert caught.value.diag.message_detail == "numeric field overflow"


def test_binary_rows_can_be_read_one_by_one(client: psycopg.Connection) -> None:
    rows: list[tuple[object, ...]] = []
    with client.cursor() as cursor:
        query = "SELECT n FROM (VALUES (1), (2)) t(n) ORDER BY n"
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int8"])
            rows += copy.rows()
        with cursor.copy("COPY (SELECT 1 WHERE FALSE) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int8"])
            rows += copy.rows()
    assert rows == [(1,), (2,)]


def test_a_catalog_query_goes_out(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (n INT)")
    query = "SELECT c.relname, c.relkind FROM pg_catalog.pg_class c WHERE c.relname = 't'"
    assert copy_out(client, f"COPY ({query}) TO STDOUT") == b"t\tr\n"
    assert copy_out(client, f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") == (
        b"relname,relkind\nt,r\n"
    )


#: Options of the manual's page that are refused, each by its name.
NOT_TAKEN = {
    "COPY t FROM STDIN (FREEZE)": "COPY FREEZE is not supported",
    "COPY t FROM STDIN (FORMAT csv, HEADER match)": "COPY with HEADER MATCH is not supported",
    "COPY t FROM STDIN (ENCODING 'LATIN1')": 'COPY with encoding "LATIN1" is not supported',
    "COPY t FROM STDIN WHERE n > 1": "COPY FROM with WHERE is not supported",
    "COPY t FROM '/etc/passwd'": "COPY from or to a file or a program of the server is not supported",
    "COPY t TO PROGRAM 'cat'": "COPY from or to a file or a program of the server is not supported",
    "COPY t FROM STDIN (FORMAT csv, FORCE_QUOTE (n))": "COPY force quote only available using COPY TO",
    "COPY t TO STDOUT (FORMAT csv, FORCE_NULL (n))": "COPY force null only available using COPY FROM",
    "COPY t FROM STDIN (QUOTE 'x')": "COPY quote available only in CSV mode",
    "COPY t FROM STDIN (FORMAT binary, NULL 'x')": "cannot specify NULL in BINARY mode",
    "COPY t FROM STDIN (FORMAT xml)": 'COPY format "xml" not recognized',
    "COPY t FROM STDIN (DEFAULT 'x')": 'option "default" not recognized',
    "COPY t FROM STDIN (NULL 'a', NULL 'b')": "conflicting or redundant options",
}


@pytest.mark.parametrize("text", NOT_TAKEN)
def test_what_copy_refuses(wire: Wire, text: str) -> None:
    wire.query("CREATE TABLE t (n INT)")
    answer = wire.query(text)
    assert answer[0].partition(": ")[2] == NOT_TAKEN[text]
    assert answer[0].startswith(("ERROR 0A000", "ERROR 42601"))


# --- message by message ---------------------------------------------------------------------------


def test_a_simple_query_goes_on_after_its_copy(wire: Wire) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.send(m.Query("COPY t FROM STDIN; SELECT count(*) AS c FROM t; COPY t FROM STDIN"))
    wire.until(m.CopyInResponse)
    wire.send(m.CopyData(b"1\n2"), m.CopyData(b"2\n"), m.CopyDone())
    wire.until(m.CopyInResponse)
    assert wire.say(m.CopyData(b"3\n"), m.CopyDone()) == [
        "CommandComplete COPY 1",
        "ReadyForQuery I",
    ]
    assert "DataRow 3" in wire.query("SELECT count(*) FROM t")


def test_extended_copy_ignores_the_sync_that_came_with_it(wire: Wire) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.send(m.Parse("", "COPY t FROM STDIN"), m.Bind("", ""), m.Execute(""), m.Sync())
    wire.until(m.CopyInResponse)
    assert wire.say(m.CopyData(b"1\n"), m.CopyDone(), m.Sync()) == [
        "CommandComplete COPY 1",
        "ReadyForQuery I",
    ]


def test_copy_given_up(wire: Wire) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.send(m.Query("COPY t FROM STDIN"))
    wire.until(m.CopyInResponse)
    assert wire.say(m.CopyData(b"1\n"), m.CopyFail("tired")) == [
        "ERROR 57014: COPY from stdin failed: tired",
        "ReadyForQuery I",
    ]
    # What was on its way is thrown away.
    wire.send(m.CopyData(b"2\n"), m.CopyDone())
    assert "DataRow 0" in wire.query("SELECT count(*) FROM t")


def test_extended_copy_given_up_skips_to_sync(wire: Wire) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.send(m.Parse("", "COPY t FROM STDIN"), m.Bind("", ""), m.Execute(""), m.Sync())
    wire.until(m.CopyInResponse)
    answer = wire.say(m.CopyData(b"x\n"), m.CopyDone(), m.Sync())
    assert answer == [
        'ERROR 22P02: invalid input syntax for type bigint: "x"',
        "ReadyForQuery I",
    ]


def test_copy_is_undone_with_its_transaction(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (n INT)")
    client.execute("BEGIN")
    copy_in(client, "COPY t FROM STDIN", b"1\n")
    client.execute("ROLLBACK")
    assert client.execute("SELECT count(*) FROM t").fetchall() == [(0,)]


def test_copy_into_a_temporary_table(client: psycopg.Connection) -> None:
    client.execute("CREATE TEMPORARY TABLE w (n INT)")
    assert copy_in(client, "COPY w FROM STDIN", b"1\n") == 1
    assert copy_out(client, "COPY w TO STDOUT") == b"1\n"


def test_rows_of_a_table_that_another_connection_changed() -> None:
    """The answer's columns are not those that the COPY was planned with."""
    copy = CopyCommand(inwards=False, form="TEXT", format=ClientFormat(delimiter="\t", null="\\N"))
    portal = Portal(Plan(), encoding=lambda columns: copy_rows(copy, columns))
    now = (Column("A", types.NUMBER), Column("B", types.VARCHAR))

    def run(plan: Plan, values: Sequence[Any], projection: Projection | None) -> Result:
        assert projection is not None
        projection(now)
        return Result(now, "SELECT", rows=[(1, "x"), (2, None)])

    portal.open(run)
    with ThreadPoolExecutor(1) as encoders:
        rows = b"".join(portal.fetch(0, encoders))
    assert rows == b"d\0\0\0\x081\tx\n" + b"d\0\0\0\x092\t\\N\n"
