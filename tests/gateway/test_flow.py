"""The protocol's flow, message by message: what is sent, what is answered, as PostgreSQL answers it.

Manual, 55.2 "Message Flow". Errors and warnings are told by their SQLSTATE; what is answered up to a
ReadyForQuery stands together.
"""

from __future__ import annotations

import re
import struct

import pytest

from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.messages import Message
from tests.gateway.wire import Wire, lines

Sent = list[Message | bytes]

query, describe, close = m.Query, m.Describe, m.Close
SYNC, FLUSH = m.Sync(), m.Flush()


def parse(text: str, name: str = "", t: tuple[int, ...] = ()) -> m.Parse:
    """Parse, with the OIDs of parameters."""
    return m.Parse(name, text, t)


def bind(
    portal: str = "",
    statement: str = "",
    f: tuple[int, ...] = (),
    v: tuple[bytes | None, ...] = (),
    r: tuple[int, ...] = (),
) -> m.Bind:
    """Bind, with formats and values of parameters, and formats of results."""
    return m.Bind(portal, statement, f, v, r)


def execute(portal: str = "", limit: int = 0) -> m.Execute:
    """Execute."""
    return m.Execute(portal, limit)


NUMBERS = "SELECT n FROM (VALUES (1), (2), (3)) v(n) ORDER BY n"

#: What it shows -> what is sent, what is answered.
FLOWS: dict[str, tuple[Sent, list[str]]] = {
    "a pipeline with an error in the middle": ([
        parse("SELECT 1 AS a"), bind(), execute(), parse("SELECT * FROM nope"), bind(), execute(),
        parse("SELECT 2 AS a"), bind(), execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, CommandComplete SELECT 1, ERROR 42P01, "
        "ReadyForQuery I",
    ]),
    "an error at Bind; after Sync it goes on": ([
        parse("SELECT $1 AS a", t=(25,)), bind(), execute(), SYNC, parse("SELECT 2 AS a"), bind(),
        execute(), SYNC,
    ], [
        "ParseComplete, ERROR 08P01, ReadyForQuery I",
        "ParseComplete, BindComplete, DataRow 2, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "Close of what does not exist": ([
        close("S", "nope"), close("P", "nope"), SYNC,
    ], [
        "CloseComplete, CloseComplete, ReadyForQuery I",
    ]),
    "a portal that is executed again has no more rows": ([
        parse("SELECT 1 AS a"), bind(), execute(), execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, CommandComplete SELECT 1, CommandComplete SELECT"
        " 0, ReadyForQuery I",
    ]),
    "one of an INSERT cannot be run again": ([
        query("CREATE TABLE t(a int)"), parse("INSERT INTO t VALUES (1)"), bind(), execute(),
        execute(), SYNC, query("SELECT count(*) AS n FROM t"), query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "ParseComplete, BindComplete, CommandComplete INSERT 0 1, ERROR 55000, ReadyForQuery I",
        "RowDescription n:20, DataRow 0, CommandComplete SELECT 1, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "row-limited Execute": ([
        parse(NUMBERS), bind("p"), execute("p", 2), execute("p", 2), execute("p", 2), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, DataRow 2, PortalSuspended, DataRow 3, "
        "CommandComplete SELECT 1, CommandComplete SELECT 0, ReadyForQuery I",
    ]),
    "as many rows as the limit": ([
        parse(NUMBERS), bind("p"), execute("p", 3), execute("p", 3), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, DataRow 2, DataRow 3, PortalSuspended, "
        "CommandComplete SELECT 0, ReadyForQuery I",
    ]),
    "in a transaction portals outlive Sync": ([
        query("BEGIN"), parse(NUMBERS), bind("p"), execute("p", 1), SYNC, execute("p", 1), SYNC,
        execute("p", 0), SYNC, query("COMMIT"), execute("p", 1), SYNC,
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "ParseComplete, BindComplete, DataRow 1, PortalSuspended, ReadyForQuery T",
        "DataRow 2, PortalSuspended, ReadyForQuery T",
        "DataRow 3, CommandComplete SELECT 1, ReadyForQuery T",
        "CommandComplete COMMIT, ReadyForQuery I",
        "ERROR 34000, ReadyForQuery I",
    ]),
    "without one they do not": ([
        parse(NUMBERS), bind("p"), execute("p", 1), SYNC, execute("p", 1), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, PortalSuspended, ReadyForQuery I",
        "ERROR 34000, ReadyForQuery I",
    ]),
    "Describe of what does not exist": ([
        describe("S", "nope"), SYNC, describe("P", "nope"), SYNC,
    ], [
        "ERROR 26000, ReadyForQuery I",
        "ERROR 34000, ReadyForQuery I",
    ]),
    "Execute of what does not exist": ([
        execute("nope"), SYNC,
    ], [
        "ERROR 34000, ReadyForQuery I",
    ]),
    "Bind of what does not exist": ([
        bind("", "nope"), SYNC,
    ], [
        "ERROR 26000, ReadyForQuery I",
    ]),
    "a name of a statement that is taken": ([
        parse("SELECT 1", "d1"), parse("SELECT 2", "d1"), SYNC,
    ], [
        "ParseComplete, ERROR 42P05, ReadyForQuery I",
    ]),
    "a name of a portal that is taken": ([
        parse("SELECT 1 AS a"), bind("x"), bind("x"), SYNC,
    ], [
        "ParseComplete, BindComplete, ERROR 42P03, ReadyForQuery I",
    ]),
    "one format code is for all parameters": ([
        parse("SELECT $1 AS a, $2 AS b", t=(23,23)),
        bind(f=(1,), v=(struct.pack("!i", 5), struct.pack("!i", 6)), r=(0,)), execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 5 6, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "one for each": ([
        parse("SELECT $1 AS a, $2 AS b", t=(23,25)),
        bind(f=(1, 0), v=(struct.pack("!i", 5), b"q"), r=(0, 0)), execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 5 q, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "a number of format codes that fits nothing": ([
        parse("SELECT $1 AS a, $2 AS b, $3 AS c", t=(23,23,23)),
        bind(f=(1, 0), v=(b"1", b"2", b"3")), execute(), SYNC,
    ], [
        "ParseComplete, ERROR 08P01, ReadyForQuery I",
    ]),
    "of result format codes": ([
        parse("SELECT 1 AS a, 2 AS b, 3 AS c"), bind(r=(1, 0)), execute(), SYNC,
    ], [
        "ParseComplete, ERROR 08P01, ReadyForQuery I",
    ]),
    "too many parameters": ([
        parse("SELECT $1 AS a", t=(25,)), bind(v=(b"1", b"2")), SYNC,
    ], [
        "ParseComplete, ERROR 08P01, ReadyForQuery I",
    ]),
    "a format code that there is not": ([
        parse("SELECT $1 AS a", t=(25,)),
        b"B"+struct.pack("!i", 4+1+1+2+2+2+5+2)+b"\0\0"+struct.pack("!hh", 1, 7)+struct.pack("!h", 1)+struct.pack("!i", 1)+b"x"+struct.pack("!h", 0),
        SYNC,
    ], [
        "ParseComplete, ERROR 22023, ReadyForQuery I",
    ]),
    "result formats column by column": ([
        parse("SELECT 'a'::text AS a, 'b'::text AS b"), bind(r=(0, 1)), describe("P", ""),
        execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, RowDescription a:25 b:25b, DataRow a b, CommandComplete "
        "SELECT 1, ReadyForQuery I",
    ]),
    "result formats of what answers no rows": ([
        parse("SET application_name='y'"), bind(r=(1,)), execute(), SYNC,
    ], [
        "ParseComplete, BindComplete, CommandComplete SET, ParameterStatus application_name y, "
        "ReadyForQuery I",
    ]),
    "COPY TO in the extended protocol": ([
        parse("COPY (SELECT 1 AS a) TO STDOUT"), describe("S", ""), bind(), describe("P", ""),
        execute(), SYNC,
    ], [
        "ParseComplete, ParameterDescription 0, NoData, BindComplete, NoData, CopyOutResponse 0 1"
        " 0, CopyData 2 '1\\x0a', CopyDone, CommandComplete COPY 1, ReadyForQuery I",
    ]),
    "COPY FROM in the extended protocol": ([
        query("CREATE TABLE t(a int)"), parse("COPY t FROM STDIN"), bind(), execute(), SYNC,
        m.CopyData(b"1\n2\n"), m.CopyDone(), SYNC, query("SELECT count(*) AS n FROM t"),
        query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "ParseComplete, BindComplete, CopyInResponse 0 1 0, CommandComplete COPY 2, ReadyForQuery"
        " I",
        "RowDescription n:20, DataRow 2, CommandComplete SELECT 1, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "CopyFail in the middle": ([
        query("CREATE TABLE t(a int)"), query("COPY t FROM STDIN"), m.CopyData(b"1\n"),
        m.CopyFail("enough"), query("SELECT count(*) AS n FROM t"), query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "CopyInResponse 0 1 0, ERROR 57014, ReadyForQuery I",
        "RowDescription n:20, DataRow 0, CommandComplete SELECT 1, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "CopyFail in the extended protocol": ([
        query("CREATE TABLE t(a int)"), parse("COPY t FROM STDIN"), bind(), execute(),
        m.CopyData(b"1\n"), m.CopyFail("enough"), SYNC, query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "ParseComplete, BindComplete, CopyInResponse 0 1 0, ERROR 57014, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "data that cannot be loaded": ([
        query("CREATE TABLE t(a int)"), query("COPY t FROM STDIN"), m.CopyData(b"1\nx\n"),
        m.CopyDone(), query("SELECT count(*) AS n FROM t"), query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "CopyInResponse 0 1 0, ERROR 22P02, ReadyForQuery I",
        "RowDescription n:20, DataRow 0, CommandComplete SELECT 1, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "data of a COPY that is over is ignored": ([
        m.CopyData(b"x"), m.CopyDone(), m.CopyFail("x"), query("SELECT 1 AS a"),
    ], [
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "several statements are one transaction": ([
        query("CREATE TABLE t(a int); INSERT INTO t VALUES (1); SELECT 1/0"),
        query("SELECT * FROM t"),
    ], [
        "CommandComplete CREATE TABLE, CommandComplete INSERT 0 1, ERROR 22012, ReadyForQuery I",
        "ERROR 42P01, ReadyForQuery I",
    ]),
    "COMMIT among them ends it": ([
        query("CREATE TABLE t(a int); COMMIT; SELECT 1/0"), query("SELECT count(*) AS n FROM t"),
        query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, WARNING 25P01, CommandComplete COMMIT, ERROR 22012, "
        "ReadyForQuery I",
        "RowDescription n:20, DataRow 0, CommandComplete SELECT 1, ReadyForQuery I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
    "BEGIN among them opens one that stays": ([
        query("SELECT 1 AS a; BEGIN; SELECT 2 AS b"), query("COMMIT"),
    ], [
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, CommandComplete BEGIN, "
        "RowDescription b:20, DataRow 2, CommandComplete SELECT 1, ReadyForQuery T",
        "CommandComplete COMMIT, ReadyForQuery I",
    ]),
    "and BEGIN to COMMIT is one": ([
        query("BEGIN; SELECT 2 AS b; COMMIT; SELECT 3 AS c"),
    ], [
        "CommandComplete BEGIN, RowDescription b:20, DataRow 2, CommandComplete SELECT 1, "
        "CommandComplete COMMIT, RowDescription c:20, DataRow 3, CommandComplete SELECT 1, "
        "ReadyForQuery I",
    ]),
    "ROLLBACK among them": ([
        query("CREATE TABLE t(a int); ROLLBACK; SELECT 1 AS a"), query("SELECT * FROM t"),
    ], [
        "CommandComplete CREATE TABLE, WARNING 25P01, CommandComplete ROLLBACK, RowDescription "
        "a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
        "ERROR 42P01, ReadyForQuery I",
    ]),
    "the empty query": ([
        query(""), parse(""), describe("S", ""), bind(), describe("P", ""), execute(), SYNC,
    ], [
        "EmptyQueryResponse, ReadyForQuery I",
        "ParseComplete, ParameterDescription 0, NoData, BindComplete, NoData, EmptyQueryResponse,"
        " ReadyForQuery I",
    ]),
    "two statements in one Parse": ([
        parse("SELECT 1; SELECT 2"), SYNC,
    ], [
        "ERROR 42601, ReadyForQuery I",
    ]),
    "Flush": ([
        parse("SELECT 1 AS a"), FLUSH, bind(), FLUSH, execute(), FLUSH, SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "a simple query destroys the unnamed statement": ([
        parse("SELECT 1 AS a"), query("SELECT 2 AS b"), bind(), execute(), SYNC,
    ], [
        "ParseComplete, RowDescription b:20, DataRow 2, CommandComplete SELECT 1, ReadyForQuery I",
        "ERROR 26000, ReadyForQuery I",
    ]),
    "and the unnamed portal": ([
        query("BEGIN"), parse("SELECT 1 AS a"), bind(), query("SELECT 2 AS b"), execute(), SYNC,
        query("ROLLBACK"),
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "ParseComplete, BindComplete, RowDescription b:20, DataRow 2, CommandComplete SELECT 1, "
        "ReadyForQuery T",
        "ERROR 34000, ReadyForQuery E",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "Parse replaces the unnamed statement": ([
        parse("SELECT 1 AS a"), parse("SELECT 2 AS b"), bind(), execute(), SYNC,
    ], [
        "ParseComplete, ParseComplete, BindComplete, DataRow 2, CommandComplete SELECT 1, "
        "ReadyForQuery I",
    ]),
    "one that fails leaves none": ([
        parse("SELECT 1 AS a"), SYNC, parse("SELEC"), SYNC, bind(), execute(), SYNC,
    ], [
        "ParseComplete, ReadyForQuery I",
        "ERROR 42601, ReadyForQuery I",
        "ERROR 26000, ReadyForQuery I",
    ]),
    "a failed transaction": ([
        query("BEGIN"), query("SELECT * FROM nope"), query("SELECT 1 AS a"),
        parse("SELECT 1 AS a"), SYNC, parse("ROLLBACK"), bind(), execute(), SYNC,
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "ERROR 42P01, ReadyForQuery E",
        "ERROR 25P02, ReadyForQuery E",
        "ERROR 25P02, ReadyForQuery E",
        "ParseComplete, BindComplete, CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "Describe and Bind in a failed transaction": ([
        parse("SELECT 1 AS a", "k"), SYNC, query("BEGIN"), query("SELECT * FROM nope"),
        describe("S", "k"), SYNC, bind("", "k"), SYNC, query("COMMIT"),
    ], [
        "ParseComplete, ReadyForQuery I",
        "CommandComplete BEGIN, ReadyForQuery T",
        "ERROR 42P01, ReadyForQuery E",
        "ERROR 25P02, ReadyForQuery E",
        "ERROR 25P02, ReadyForQuery E",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "BEGIN in a transaction": ([
        query("BEGIN"), query("BEGIN"), query("ROLLBACK"),
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "WARNING 25001, CommandComplete BEGIN, ReadyForQuery T",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "BEGIN in a pipeline": ([
        parse("BEGIN"), bind(), execute(), parse("SELECT 1 AS a"), bind(), execute(), SYNC,
        query("ROLLBACK"),
    ], [
        "ParseComplete, BindComplete, CommandComplete BEGIN, ParseComplete, BindComplete, DataRow"
        " 1, CommandComplete SELECT 1, ReadyForQuery T",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "a portal that was closed": ([
        parse("SELECT 1 AS a"), bind("p"), close("P", "p"), execute("p"), SYNC,
    ], [
        "ParseComplete, BindComplete, CloseComplete, ERROR 34000, ReadyForQuery I",
    ]),
    "Close of a statement leaves its portals": ([
        parse("SELECT 1 AS a", "s"), bind("p", "s"), close("S", "s"), execute("p"), SYNC,
    ], [
        "ParseComplete, BindComplete, CloseComplete, DataRow 1, CommandComplete SELECT 1, "
        "ReadyForQuery I",
    ]),
    "ParameterStatus, and again when it is undone": ([
        query("SET TimeZone='Asia/Tokyo'"), query("SET application_name='abc'"),
        query("SET DateStyle='ISO'"), query("SET client_encoding='UTF8'"),
        query("SET IntervalStyle='postgres'"), query("SET default_transaction_read_only=on"),
        query("SET default_transaction_read_only=off"), query("RESET TimeZone"), query("BEGIN"),
        query("SET application_name='in'"), query("ROLLBACK"),
        query("BEGIN; SET LOCAL application_name='lo'"), query("COMMIT"),
    ], [
        "CommandComplete SET, ParameterStatus TimeZone Asia/Tokyo, ReadyForQuery I",
        "CommandComplete SET, ParameterStatus application_name abc, ReadyForQuery I",
        "CommandComplete SET, ReadyForQuery I",
        "CommandComplete SET, ReadyForQuery I",
        "CommandComplete SET, ReadyForQuery I",
        "CommandComplete SET, ParameterStatus default_transaction_read_only on, ReadyForQuery I",
        "CommandComplete SET, ParameterStatus default_transaction_read_only off, ReadyForQuery I",
        "CommandComplete RESET, ParameterStatus TimeZone UTC, ReadyForQuery I",
        "CommandComplete BEGIN, ReadyForQuery T",
        "CommandComplete SET, ParameterStatus application_name in, ReadyForQuery T",
        "CommandComplete ROLLBACK, ParameterStatus application_name abc, ReadyForQuery I",
        "CommandComplete BEGIN, CommandComplete SET, ParameterStatus application_name lo, "
        "ReadyForQuery T",
        "CommandComplete COMMIT, ParameterStatus application_name abc, ReadyForQuery I",
    ]),
    "SET LOCAL outside of a transaction": ([
        query("SET LOCAL application_name='x'"), query("SHOW application_name"),
    ], [
        "WARNING 25P01, CommandComplete SET, ReadyForQuery I",
        "RowDescription application_name:25, DataRow , CommandComplete SHOW, ReadyForQuery I",
    ]),
    "cursors are portals": ([
        query("BEGIN"), query("DECLARE c CURSOR FOR SELECT 'x'::text AS n"), describe("P", "c"),
        SYNC, parse("FETCH c"), describe("S", ""), bind(r=(1,)), execute(), SYNC, execute("c", 1),
        SYNC, query("ROLLBACK"),
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "CommandComplete DECLARE CURSOR, ReadyForQuery T",
        "RowDescription n:25, ReadyForQuery T",
        "ParseComplete, ParameterDescription 0, RowDescription n:25, BindComplete, DataRow x, "
        "CommandComplete FETCH 1, ReadyForQuery T",
        "CommandComplete SELECT 0, ReadyForQuery T",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "a malformed Parse": ([
        b"P"+struct.pack("!i", 6)+b"ab", SYNC, query("SELECT 1 AS a"),
    ], [
        "ERROR 08P01, ReadyForQuery I",
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "a malformed Describe": ([
        b"D"+struct.pack("!i", 6)+b"X\0", SYNC, query("SELECT 1 AS a"),
    ], [
        "ERROR 08P01, ReadyForQuery I",
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "a malformed Query": ([
        b"Q"+struct.pack("!i", 6)+b"ab", query("SELECT 1 AS a"),
    ], [
        "ERROR 08P01, ReadyForQuery I",
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "bytes that are not UTF-8": ([
        b"Q"+struct.pack("!i",4+11)+b"SELECT '\xff'"+b"\0", query("SELECT 1 AS a"),
    ], [
        "ERROR 22021, ReadyForQuery I",
        "RowDescription a:20, DataRow 1, CommandComplete SELECT 1, ReadyForQuery I",
    ]),
    "an error closes the portals": ([
        query("BEGIN"), parse(NUMBERS), bind("p"), execute("p", 1), SYNC,
        query("SELECT * FROM nope"), execute("p", 1), SYNC, query("ROLLBACK"),
    ], [
        "CommandComplete BEGIN, ReadyForQuery T",
        "ParseComplete, BindComplete, DataRow 1, PortalSuspended, ReadyForQuery T",
        "ERROR 42P01, ReadyForQuery E",
        "ERROR 25P02, ReadyForQuery E",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "a negative limit is none": ([
        parse(NUMBERS), bind("p"), execute("p",-1), SYNC,
    ], [
        "ParseComplete, BindComplete, DataRow 1, DataRow 2, DataRow 3, CommandComplete SELECT 3, "
        "ReadyForQuery I",
    ]),
    "no portal outlives Sync without a transaction": ([
        parse("SELECT 1 AS a"), bind("q"), SYNC, execute("q"), SYNC,
    ], [
        "ParseComplete, BindComplete, ReadyForQuery I",
        "ERROR 34000, ReadyForQuery I",
    ]),
    "Close in a failed transaction": ([
        parse("SELECT 1 AS a", "cf"), SYNC, query("BEGIN"), query("SELECT * FROM nope"),
        close("S", "cf"), SYNC, query("ROLLBACK"),
    ], [
        "ParseComplete, ReadyForQuery I",
        "CommandComplete BEGIN, ReadyForQuery T",
        "ERROR 42P01, ReadyForQuery E",
        "CloseComplete, ReadyForQuery E",
        "CommandComplete ROLLBACK, ReadyForQuery I",
    ]),
    "Flush and Sync among the data of a COPY": ([
        query("CREATE TABLE t(a int)"), parse("COPY t FROM STDIN"), bind(), execute(),
        m.CopyData(b"1\n"), FLUSH, SYNC, m.CopyDone(), SYNC, query("DROP TABLE t"),
    ], [
        "CommandComplete CREATE TABLE, ReadyForQuery I",
        "ParseComplete, BindComplete, CopyInResponse 0 1 0, CommandComplete COPY 1, ReadyForQuery"
        " I",
        "CommandComplete DROP TABLE, ReadyForQuery I",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("what", FLOWS)
def test_flow(wire: Wire, what: str) -> None:
    sent, answers = FLOWS[what]
    wire.send(*sent, query("SELECT 'the end' AS e"))
    found: list[str] = []
    while "RowDescription e:25" not in found:
        found += map(_short, lines(wire.until(m.ReadyForQuery)))
    answered = ", ".join(found[: found.index("RowDescription e:25")])
    assert answered == ", ".join(answers)


def _short(line: str) -> str:
    """An error or warning by its severity and SQLSTATE."""
    return re.sub(r"^(FATAL|ERROR|WARNING|NOTICE) (\S{5}).*", r"\1 \2", line)


@pytest.mark.parametrize(
    ("sent", "copies"),
    [
        ([m.PasswordMessage(b"x")], False),
        ([query("SELECT 1")], True),
        ([m.Describe("P", "")], True),
    ],
)
def test_what_cannot_come_ends_the_connection(wire: Wire, sent: Sent, copies: bool) -> None:
    if copies:
        wire.query("CREATE TABLE t (a INT)")
        wire.send(query("COPY t FROM STDIN"))
        wire.until(m.CopyInResponse)
    wire.send(*sent)
    assert [_short(line)[:11] for line in lines(wire.until())] == ["FATAL 08P01"]
