"""The door on a real socket: what goes in, what comes out, message by message."""

from __future__ import annotations

import socket
import struct
import threading

import psycopg
import pytest

from mockhaus.config import Config
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import Message
from tests.gateway.wire import Running, Wire, lines, running

ALICE = {"user": "alice"}

#: A query of ten million rows, and one that runs for minutes.
DIGITS = "(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))"
MANY_ROWS = "SELECT a.n, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' FROM " + ", ".join(
    f"{DIGITS} {name}(n)" for name in "abcdefg"
)
ENDLESS = (
    "SELECT count(*) FROM "
    + ", ".join(f"{DIGITS} {name}(n)" for name in "abcdefghijklmno")
    + " WHERE a.n + b.n * c.n + d.n <> e.n * f.n - g.n"
)


def pipeline(*statements: str) -> list[Message]:
    """Parse, Bind and Execute of each, unnamed."""
    found: list[Message] = []
    for text in statements:
        found += (m.Parse("", text), m.Bind("", ""), m.Execute(""))
    return found


# --- start-up -------------------------------------------------------------------------------------


def test_a_login_leaves_nothing_in_the_history(server: Running) -> None:
    named = ALICE | {"database": "alice", "options": "-c session=untouched"}
    with Wire(server.port, named):
        assert server.registry.attach("untouched").history.recent() == []


def test_greeting(server: Running) -> None:
    with Wire(server.port, ALICE | {"application_name": "probe"}) as wire:
        greeting = lines(wire.greeting)
    assert greeting[0] == "AuthenticationOk"
    assert greeting[1].startswith("ParameterStatus server_version 15.0 (Mockhaus ")
    assert {line for line in greeting if line.startswith("ParameterStatus")} > {
        "ParameterStatus client_encoding UTF8",
        "ParameterStatus DateStyle ISO, MDY",
        "ParameterStatus TimeZone UTC",
        "ParameterStatus integer_datetimes on",
        "ParameterStatus standard_conforming_strings on",
        "ParameterStatus application_name probe",
        "ParameterStatus session_authorization alice",
    }
    assert greeting[-2].startswith("BackendKeyData")
    assert greeting[-1] == "ReadyForQuery I"


@pytest.mark.parametrize("request_", [m.SSLRequest(), m.GSSENCRequest()])
def test_encryption_is_refused_and_the_client_goes_on(server: Running, request_: Message) -> None:
    with Wire(server.port) as wire:
        wire.send(request_)
        assert wire.socket.recv(1) == b"N"
        wire.send(m.StartupMessage(m.PROTOCOL_3_0, ALICE))
        assert lines(wire.until(m.ReadyForQuery))[-1] == "ReadyForQuery I"


def test_newer_protocols_are_negotiated_down(server: Running) -> None:
    with Wire(server.port) as wire:
        wire.send(m.StartupMessage(3 << 16 | 9, ALICE | {"_pq_.future": "1"}))
        answer = lines(wire.until(m.ReadyForQuery))
    assert answer[:2] == ["NegotiateProtocolVersion 196610 1 _pq_.future", "AuthenticationOk"]


#: First bytes of a connection -> the one answer, after which it is closed.
REFUSED = {
    encode(m.StartupMessage(2 << 16)): (
        "FATAL 0A000: unsupported frontend protocol 2.0: server supports 3.0 to 3.2"
    ),
    encode(m.StartupMessage(m.PROTOCOL_3_0, {"database": "x"})): (
        "FATAL 28000: no PostgreSQL user name specified in startup packet"
    ),
    encode(m.StartupMessage(m.PROTOCOL_3_0, ALICE | {"options": "-x"})): (
        'FATAL 22023: invalid command-line argument: "-x"'
    ),
    encode(m.StartupMessage(m.PROTOCOL_3_0, ALICE | {"client_encoding": "LATIN1"})): (
        "FATAL 0A000: client_encoding LATIN1 is not supported; it is UTF8"
    ),
    b"GET / HTTP/1.1\r\n\r\n": "FATAL 08P01: invalid length of startup packet",
    struct.pack("!i", 1 << 30): "FATAL 08P01: invalid length of startup packet",
}


@pytest.mark.parametrize("first", REFUSED, ids=lambda first: REFUSED[first])
def test_who_does_not_come_in(server: Running, first: bytes) -> None:
    with Wire(server.port) as wire:
        wire.send(first)
        # Settings are looked at when it is known who comes.
        assert [x for x in lines(wire.until()) if x != "AuthenticationOk"] == [REFUSED[first]]


def test_a_client_that_says_nothing_is_dropped() -> None:
    with running(Config(login_timeout=0.05)) as server, Wire(server.port) as wire:
        assert wire.until() == []


#: Startup parameters -> current session, database, schema.
PLACES: list[tuple[dict[str, str], str, str]] = [
    ({"user": "alice"}, "default", "MOCKHAUS PUBLIC"),
    ({"user": "alice", "database": "alice"}, "default", "MOCKHAUS PUBLIC"),
    ({"user": "alice/nightly"}, "nightly", "MOCKHAUS PUBLIC"),
    ({"user": "alice/nightly", "database": "alice/nightly"}, "nightly", "MOCKHAUS PUBLIC"),
    ({"user": "alice/nightly", "options": "-c session=other"}, "other", "MOCKHAUS PUBLIC"),
    ({"user": "alice", "database": "sales", "options": "--session=p"}, "p", "SALES PUBLIC"),
    (
        {"user": "alice", "database": "sales", "options": "-c session=p -c search_path=raw,public"},
        "p",
        "SALES RAW",
    ),
]


@pytest.mark.parametrize(("parameters", "session", "place"), PLACES)
def test_where_a_client_comes_in(
    server: Running, parameters: dict[str, str], session: str, place: str
) -> None:
    with Wire(server.port, parameters) as wire:
        answer = wire.query("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()")
        assert answer[1] == f"DataRow {place}"
    assert session in [each.id for each in server.registry.list()]


#: With --missing-database refuse, the database that is named -> what follows.
MISSING = {
    "nosuch": ["AuthenticationOk", 'FATAL 3D000: database "nosuch" does not exist'],
    "Mockhaus": ["AuthenticationOk", "ReadyForQuery I"],
    "alice": ["AuthenticationOk", "ReadyForQuery I"],
}


@pytest.mark.parametrize("database", MISSING)
def test_a_database_that_does_not_exist_may_be_refused(database: str) -> None:
    with (
        running(Config(missing_database="refuse")) as server,
        Wire(server.port, ALICE | {"database": database}) as wire,
    ):
        greeting = lines(wire.greeting)
        assert [greeting[0], greeting[-1]] == MISSING[database]
        if greeting[-1].startswith("Ready"):
            wire.query("CREATE DATABASE made")
            with Wire(server.port, ALICE | {"database": "made"}) as other:
                assert other.query("SELECT CURRENT_DATABASE()")[1] == "DataRow MADE"


# --- simple query ---------------------------------------------------------------------------------

#: A simple query -> the answer.
QUERIES: dict[str, list[str]] = {
    "SELECT 1 AS a, 'x' AS \"Bc\", NULL::VARCHAR AS d": [
        "RowDescription a:20 Bc:25 d:25",
        "DataRow 1 x NULL",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ],
    "": ["EmptyQueryResponse", "ReadyForQuery I"],
    " ; -- nothing\n ;": ["EmptyQueryResponse", "ReadyForQuery I"],
    "SELECT 1 AS a; SELECT 2 AS b": [
        "RowDescription a:20",
        "DataRow 1",
        "CommandComplete SELECT 1",
        "RowDescription b:20",
        "DataRow 2",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ],
    "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE a = 1": [
        "CommandComplete CREATE TABLE",
        "CommandComplete INSERT 0 2",
        "CommandComplete DELETE 1",
        "ReadyForQuery I",
    ],
    "BEGIN": ["CommandComplete BEGIN", "ReadyForQuery T"],
    "BEGIN; SELECT nope": [
        "CommandComplete BEGIN",
        "ERROR 42703 at 15: invalid identifier 'NOPE'",
        "ReadyForQuery E",
    ],
    "SELECT * FROM nowhere": [
        "ERROR 42P01 at 15: Object 'NOWHERE' does not exist or not authorized.",
        "ReadyForQuery I",
    ],
    "SELECT 9223372036854775808 AS big": [
        "RowDescription big:1700",
        "DataRow 9223372036854775808",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ],
    "COPY t FROM '/tmp/t.csv'": [
        "ERROR 0A000: COPY from or to a file or a program of the server is not supported",
        "ReadyForQuery I",
    ],
    "SHOW DateStyle": [
        "RowDescription DateStyle:25",
        "DataRow ISO, MDY",
        "CommandComplete SHOW",
        "ReadyForQuery I",
    ],
    "SET TimeZone = 'Asia/Tokyo'; SELECT '2024-01-01 00:00:00+00'::TIMESTAMP_LTZ AS t": [
        "CommandComplete SET",
        "RowDescription t:1184",
        "DataRow 2024-01-01 09:00:00+09",
        "CommandComplete SELECT 1",
        "ParameterStatus TimeZone Asia/Tokyo",
        "ReadyForQuery I",
    ],
    "SET v = 5; SELECT $v AS v": [
        "CommandComplete SET",
        "RowDescription v:20",
        "DataRow 5",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ],
    "SET TIME ZONE 'UTC'; SELECT nope": [
        "CommandComplete SET",
        "ERROR 42703 at 29: invalid identifier 'NOPE'",
        "ReadyForQuery I",
    ],
}


@pytest.mark.parametrize("text", QUERIES, ids=lambda text: text[:40])
def test_simple_query(wire: Wire, text: str) -> None:
    assert wire.query(text) == QUERIES[text]


def test_several_statements_are_one_transaction(wire: Wire) -> None:
    wire.query("CREATE TABLE t (a INT)")
    failed = wire.query(
        "INSERT INTO t VALUES (1); SELECT 1/0 FROM nowhere; INSERT INTO t VALUES (2)"
    )
    assert failed[0] == "CommandComplete INSERT 0 1"
    assert failed[1].startswith("ERROR 42P01")
    assert failed[2:] == ["ReadyForQuery I"]
    assert wire.query("SELECT count(*) AS n FROM t")[1] == "DataRow 0"


def test_a_failed_transaction_waits_for_its_end(wire: Wire) -> None:
    wire.query("BEGIN; SELECT * FROM nowhere")
    refused = "ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block"
    assert wire.query("SELECT 1") == [refused, "ReadyForQuery E"]
    assert wire.query("SHOW TimeZone") == [refused, "ReadyForQuery E"]
    assert wire.query("COMMIT") == ["CommandComplete ROLLBACK", "ReadyForQuery I"]


def test_settings_are_undone_with_their_transaction(wire: Wire) -> None:
    wire.query("BEGIN; SET TimeZone = 'Asia/Tokyo'")
    assert wire.query("ROLLBACK") == [
        "CommandComplete ROLLBACK",
        "ParameterStatus TimeZone UTC",
        "ReadyForQuery I",
    ]
    assert (
        wire.query("SELECT '2024-01-01 00:00:00+00'::TIMESTAMP_LTZ AS t")[1]
        == "DataRow 2024-01-01 00:00:00+00"
    )


# --- extended query -------------------------------------------------------------------------------


def test_one_statement(wire: Wire) -> None:
    assert wire.say(
        m.Parse("s", "SELECT $1::INT AS a, 2.5 AS b", (20,)),
        m.Describe("S", "s"),
        m.Bind("", "s", (1,), (struct.pack("!q", 7),), (0, 1)),
        m.Describe("P", ""),
        m.Execute(""),
        m.Close("S", "s"),
        m.Sync(),
    ) == [
        "ParseComplete",
        "ParameterDescription 1 20",
        "RowDescription a:20 b:1700",
        "BindComplete",
        "RowDescription a:20 b:1700b",
        "DataRow 7 \x00\x02\x00\x00\x00\x00\x00\x01\x00\x02\x13\x88",
        "CommandComplete SELECT 1",
        "CloseComplete",
        "ReadyForQuery I",
    ]


def test_describe_runs_nothing(wire: Wire) -> None:
    wire.query("CREATE TABLE t (a INT)")
    assert wire.say(m.Parse("", "INSERT INTO t VALUES (1)"), m.Describe("S", ""), m.Sync()) == [
        "ParseComplete",
        "ParameterDescription 0",
        "NoData",
        "ReadyForQuery I",
    ]
    assert wire.query("SELECT count(*) AS n FROM t")[1] == "DataRow 0"


def test_an_empty_statement(wire: Wire) -> None:
    assert wire.say(*pipeline(""), m.Sync()) == [
        "ParseComplete",
        "BindComplete",
        "EmptyQueryResponse",
        "ReadyForQuery I",
    ]


def test_row_limits(wire: Wire) -> None:
    query = "SELECT n FROM (VALUES (1), (2), (3)) v(n) ORDER BY n"
    assert wire.say(
        m.Parse("", query),
        m.Bind("p", ""),
        m.Execute("p", 2),
        m.Execute("p", 1),
        m.Execute("p", 2),
        m.Execute("p", 0),
        m.Sync(),
    ) == [
        "ParseComplete",
        "BindComplete",
        "DataRow 1",
        "DataRow 2",
        "PortalSuspended",
        "DataRow 3",
        "PortalSuspended",
        "CommandComplete SELECT 0",
        "CommandComplete SELECT 0",
        "ReadyForQuery I",
    ]


def test_portals_last_as_long_as_their_transaction(wire: Wire) -> None:
    wire.query("BEGIN")
    query = "SELECT n FROM (VALUES (1), (2), (3)) v(n) ORDER BY n"
    wire.say(m.Parse("", query), m.Bind("p", ""), m.Execute("p", 1), m.Sync())
    assert wire.query("SELECT 0 AS other")[1] == "DataRow 0"
    assert wire.say(m.Execute("p", 1), m.Sync()) == [
        "DataRow 2",
        "PortalSuspended",
        "ReadyForQuery T",
    ]
    wire.query("COMMIT")
    assert wire.say(m.Execute("p", 1), m.Sync()) == [
        "ERROR 34000: portal p does not exist".replace("portal p", 'portal "p"'),
        "ReadyForQuery I",
    ]


def test_flush_brings_answers_before_sync(wire: Wire) -> None:
    wire.send(m.Parse("", "SELECT 1 AS a"), m.Flush())
    assert lines(wire.until(m.ParseComplete)) == ["ParseComplete"]
    wire.send(m.Bind("", ""), m.Execute("", 1), m.Flush())
    assert lines(wire.until(m.PortalSuspended)) == ["BindComplete", "DataRow 1", "PortalSuspended"]
    assert wire.say(m.Execute("", 1), m.Sync()) == ["CommandComplete SELECT 0", "ReadyForQuery I"]


def test_a_pipeline_with_an_error_in_the_middle(wire: Wire) -> None:
    wire.query("CREATE TABLE t (a INT)")
    answer = wire.say(
        *pipeline("INSERT INTO t VALUES (1)", "SELECT * FROM nowhere", "INSERT INTO t VALUES (2)"),
        m.Sync(),
        *pipeline("INSERT INTO t VALUES (3)"),
        m.Sync(),
    )
    assert answer == [
        "ParseComplete",
        "BindComplete",
        "CommandComplete INSERT 0 1",
        "ERROR 42P01 at 15: Object 'NOWHERE' does not exist or not authorized.",
        "ReadyForQuery I",
    ]
    assert lines(wire.until(m.ReadyForQuery)) == [
        "ParseComplete",
        "BindComplete",
        "CommandComplete INSERT 0 1",
        "ReadyForQuery I",
    ]
    assert wire.query("SELECT a FROM t")[1:-2] == ["DataRow 3"]


#: Messages -> the error; all up to Sync are discarded.
MISTAKES: list[tuple[list[Message | bytes], str]] = [
    ([m.Bind("", "nope")], 'ERROR 26000: prepared statement "nope" does not exist'),
    ([m.Describe("P", "nope")], 'ERROR 34000: portal "nope" does not exist'),
    ([m.Execute("nope")], 'ERROR 34000: portal "nope" does not exist'),
    (
        [m.Parse("", "SELECT 1; SELECT 2")],
        "ERROR 42601: cannot insert multiple commands into a prepared statement",
    ),
    ([b"P\0\0\0\x08\0\0\0\x01"], "ERROR 08P01: insufficient data left in message"),
    (
        [b"P\0\0\0\x0a\0\xc3(\0\0\0"],
        'ERROR 22021: invalid byte sequence for encoding "UTF8": 0xc3 0x28',
    ),
]


@pytest.mark.parametrize(
    ("messages", "error"), MISTAKES, ids=lambda x: x if isinstance(x, str) else ""
)
def test_mistakes(wire: Wire, messages: list[Message | bytes], error: str) -> None:
    assert wire.say(*messages, *pipeline("SELECT 1"), m.Sync()) == [error, "ReadyForQuery I"]


def test_parameters_must_be_as_many_as_the_statement_takes(wire: Wire) -> None:
    answer = wire.say(m.Parse("s", "SELECT $1::INT"), m.Bind("", "s"), m.Sync())
    assert answer[1] == (
        'ERROR 08P01: bind message supplies 0 parameters, but prepared statement "s" requires 1'
    )


def test_names_are_taken_until_closed(wire: Wire) -> None:
    parse = m.Parse("s", "SELECT 1")
    assert (
        wire.say(parse, parse, m.Sync())[1] == 'ERROR 42P05: prepared statement "s" already exists'
    )
    assert wire.say(m.Close("S", "s"), parse, m.Sync()) == [
        "CloseComplete",
        "ParseComplete",
        "ReadyForQuery I",
    ]


def test_a_function_call_is_refused_and_all_goes_on(wire: Wire) -> None:
    assert wire.say(m.FunctionCall(1)) == [
        "ERROR 0A000: function call messages are not supported",
        "ReadyForQuery I",
    ]


def test_an_unknown_message_type_ends_the_connection(server: Running) -> None:
    with Wire(server.port, ALICE) as wire:
        wire.send(m.Query("SELECT 1 AS a"), b"y\0\0\0\x04")
        answer = lines(wire.until())
    assert answer[-1] == "FATAL 08P01: invalid frontend message type 121"
    assert "DataRow 1" in answer


# --- control --------------------------------------------------------------------------------------


def cancel(server: Running, key: m.BackendKeyData) -> None:
    with Wire(server.port) as other:
        other.send(m.CancelRequest(key.process_id, key.secret_key))
        assert other.until() == []


@pytest.mark.parametrize("text", [ENDLESS, MANY_ROWS], ids=["computing", "sending"])
def test_cancel(server: Running, wire: Wire, text: str) -> None:
    # The first statement's answer tells that the request is being carried out.
    wire.send(m.Query(f"SELECT repeat('x', 100000); {text}"))
    wire.until(m.DataRow)
    cancel(server, wire.key)
    assert lines(wire.until(m.ReadyForQuery)[-2:]) == [
        "ERROR 57014: canceling statement due to user request",
        "ReadyForQuery I",
    ]
    assert wire.query("SELECT 1 AS a")[1] == "DataRow 1"


def test_a_wrong_key_cancels_nothing(server: Running, wire: Wire) -> None:
    cancel(server, m.BackendKeyData(wire.key.process_id, b"\0\0\0\0"))
    assert wire.query("SELECT 1 AS a")[1] == "DataRow 1"


def test_statement_timeout(wire: Wire) -> None:
    wire.query("SET statement_timeout = '50ms'")
    assert wire.query(ENDLESS)[-2:] == [
        "ERROR 57014: canceling statement due to statement timeout",
        "ReadyForQuery I",
    ]


@pytest.mark.parametrize("text", [ENDLESS, MANY_ROWS], ids=["computing", "sending"])
def test_a_client_that_vanishes_frees_everything(server: Running, text: str) -> None:
    with Wire(server.port, ALICE) as wire:
        number = wire.key.process_id
        wire.send(m.Query(text))
        if text is MANY_ROWS:
            wire.until(m.DataRow)
        task = server.server.clients[number].task
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    waiting = threading.Event()
    server.loop.call_soon_threadsafe(task.add_done_callback, lambda _: waiting.set())
    assert waiting.wait(20)
    assert number not in server.server.clients


def test_terminate_lets_what_was_sent_before_it_happen(wire: Wire) -> None:
    wire.query("CREATE TABLE t (a INT)")
    wire.send(m.Query("INSERT INTO t VALUES (1)"), m.Terminate())
    wire.socket.shutdown(socket.SHUT_WR)
    assert "CommandComplete INSERT 0 1" in lines(wire.until())


def test_shutdown_tells_everyone() -> None:
    with running() as server, Wire(server.port, ALICE) as idle, Wire(server.port, ALICE) as busy:
        busy.send(m.Query(ENDLESS))
        server.stop()
        goodbye = "FATAL 57P01: terminating connection due to administrator command"
        assert lines(idle.until()) == [goodbye]
        assert lines(busy.until())[-1] == goodbye


def test_neighbours_do_not_notice(server: Running, wire: Wire) -> None:
    with Wire(server.port, ALICE) as other:
        other.send(m.Query(MANY_ROWS))
        for number in range(20):
            assert wire.query(f"SELECT {number} AS n")[1] == f"DataRow {number}"


# --- psycopg --------------------------------------------------------------------------------------


def test_psycopg_parameters_and_formats(client: psycopg.Connection) -> None:
    for binary in (False, True):
        cursor = client.execute(
            "SELECT %s::INT, %s::VARCHAR, %s::FLOAT", (7, "x", 1.5), binary=binary
        )
        assert cursor.fetchall() == [(7, "x", 1.5)]


def test_psycopg_transactions(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (a INT)")

    def fails() -> None:
        with client.transaction():
            client.execute("INSERT INTO t VALUES (1)")
            client.execute("SELECT * FROM nowhere")

    with pytest.raises(psycopg.errors.UndefinedTable):
        fails()
    with client.transaction():
        client.execute("INSERT INTO t VALUES (2)")
    assert client.execute("SELECT a FROM t").fetchall() == [(2,)]


def test_psycopg_pipeline(client: psycopg.Connection) -> None:
    with client.pipeline():
        client.execute("CREATE TABLE t (a INT)")
        for number in range(10):
            client.execute("INSERT INTO t VALUES (%s)", (number,))
        total = client.execute("SELECT sum(a) FROM t")
    assert total.fetchone() == (45,)


def test_psycopg_reads_many_rows(client: psycopg.Connection) -> None:
    query = f"SELECT a.n FROM {', '.join(f'{DIGITS} {name}(n)' for name in 'abcde')}"
    rows = client.execute(query).fetchall()
    assert (len(rows), sum(row[0] for row in rows)) == (100_000, 450_000)
