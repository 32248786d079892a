"""Time limits, cancel requests, clients that say nothing or do not read, and shutdown."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from mockhaus.gateway import stubborn
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import Message
from mockhaus.sessions.metrics import Traffic
from tests.gateway.test_server import ENDLESS, MANY_ROWS, cancel
from tests.gateway.wire import Running, Wire, lines, running

CANCELED = "ERROR 57014: canceling statement due to user request"
TIMED_OUT = "ERROR 57014: canceling statement due to statement timeout"
READY = "ReadyForQuery I"


def beside(server: Running, options: str = "") -> Wire:
    """Another connection to the newest session."""
    name = server.registry.list()[-1].id
    return Wire(server.port, {"user": "bob", "options": f"-c session={name} {options}"})


def holding_a_lock(wire: Wire) -> None:
    wire.query("CREATE TABLE t (a INT)")
    wire.query("BEGIN; INSERT INTO t VALUES (1)")


# --- cancel ---------------------------------------------------------------------------------------


def waiting_for_data(wire: Wire) -> None:
    wire.query("CREATE TABLE c (a INT, b VARCHAR)")
    wire.send(m.Query("COPY c FROM STDIN"))
    wire.until(m.CopyInResponse)


def test_cancel_while_a_copy_waits_for_data(server: Running, wire: Wire) -> None:
    waiting_for_data(wire)
    wire.send(m.CopyData(b"1\tx\n"))
    cancel(server, wire.key)
    assert lines(wire.until(m.ReadyForQuery)) == [CANCELED, READY]
    # What the client had on its way is nobody's any more.
    assert wire.say(m.CopyData(b"2\ty\n"), m.CopyDone(), m.Query("SELECT COUNT(*) AS n FROM c")) == [
        "RowDescription n:20", "DataRow 0", "CommandComplete SELECT 1", READY,
    ]  # fmt: skip


def test_cancel_with_the_long_key_of_protocol_3_2(server: Running) -> None:
    with Wire(server.port) as wire:
        parameters = {"user": "alice", "options": "-c session=long_keys"}
        wire.send(m.StartupMessage(m.PROTOCOL_3_2, parameters))
        wire.greeting = wire.until(m.ReadyForQuery)
        assert lines(wire.greeting)[0] == "AuthenticationOk"
        assert len(wire.key.secret_key) == 32
        waiting_for_data(wire)
        # The first bytes of it are not enough.
        cancel(server, m.BackendKeyData(wire.key.process_id, wire.key.secret_key[:4]))
        cancel(server, wire.key)
        assert lines(wire.until(m.ReadyForQuery)) == [CANCELED, READY]


def test_cancel_of_a_copy_that_an_execute_began(server: Running, wire: Wire) -> None:
    wire.query("CREATE TABLE c (a INT)")
    wire.send(m.Parse("", "COPY c FROM STDIN"), m.Bind("", ""), m.Execute(""), m.Flush())
    wire.until(m.CopyInResponse)
    cancel(server, wire.key)
    assert lines(wire.until(m.ErrorResponse)) == [CANCELED]
    assert wire.say(m.Sync()) == [READY]


def test_cancel_while_a_statement_waits_for_a_lock(server: Running, wire: Wire) -> None:
    holding_a_lock(wire)
    with beside(server) as other:
        waits = threading.Thread(target=lambda: told.extend(other.query("DELETE FROM t")))
        told: list[str] = []
        waits.start()
        while waits.is_alive():  # a request that comes before the wait stops nothing
            cancel(server, other.key)
            waits.join(0.01)
        assert told == [CANCELED, READY]
    assert wire.query("COMMIT") == ["CommandComplete COMMIT", READY]


def test_cancel_takes_no_time(server: Running, wire: Wire) -> None:
    """A tenth of a second is the aim; a busy machine has more."""
    taken = []
    for _ in range(5):
        wire.send(m.Query(f"SELECT repeat('x', 100000); {ENDLESS}"))
        wire.until(m.DataRow)
        begun = time.perf_counter()
        cancel(server, wire.key)
        wire.until(m.ReadyForQuery)
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.5


# --- limits of a statement ------------------------------------------------------------------------


#: Messages -> the last lines of the answer.
LIMITED: list[tuple[list[Message | bytes], list[str]]] = [
    ([m.Query(f"SET statement_timeout = 50; {ENDLESS}")], [TIMED_OUT, READY]),
    ([m.Query("SET LOCAL statement_timeout = '50ms'; SELECT 1; " + ENDLESS)], [TIMED_OUT, READY]),
    ([m.Query("SET statement_timeout = '10min'; SELECT 1")], ["CommandComplete SELECT 1", READY]),
    (
        [m.Query("SET statement_timeout = 50; SET statement_timeout = 0; SELECT 1")],
        ["CommandComplete SELECT 1", READY],
    ),
    (
        [
            m.Query("SET statement_timeout = 50"),
            *(m.Parse("", ENDLESS), m.Bind("", ""), m.Execute(""), m.Sync()),
        ],
        ["CommandComplete SET", READY, "ParseComplete", "BindComplete", TIMED_OUT, READY],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("messages", "last"), LIMITED)
def test_statement_timeout(wire: Wire, messages: list[Message | bytes], last: list[str]) -> None:
    answer = wire.say(*messages)
    if len(messages) > 1:
        answer += lines(wire.until(m.ReadyForQuery))
    assert answer[-len(last) :] == last
    assert wire.query("RESET statement_timeout")[-1] == READY


#: A single call, of seconds.
STUBBORN = "SELECT EDITDISTANCE(REPEAT('x', 20000), REPEAT('y', 20000))"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("SET statement_timeout = 700", TIMED_OUT),
        ("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1", TIMED_OUT),
        (None, CANCELED),
    ],
)
def test_what_does_not_stop_is_left(
    server: Running,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    before: str | None,
    expected: str,
) -> None:
    """Its client hears why, and another finds the session as it was."""
    monkeypatch.setattr(stubborn, "GRACE_S", 0.1)
    if before is not None:
        wire.query(before)

    def stopped(pause: float) -> list[str]:
        wire.send(m.Query(STUBBORN))
        if before is None:
            time.sleep(pause)
            cancel(server, wire.key)
        return lines(wire.until(m.ErrorResponse))

    pause = 0.2
    while (told := stopped(pause)) == [expected]:  # the call had not begun, and stopped in time
        wire.until(m.ReadyForQuery)
        pause *= 2
    assert told == [expected.replace("ERROR", "FATAL")]
    with beside(server) as other:
        assert other.query("SELECT 1 AS n")[-2:] == ["CommandComplete SELECT 1", READY]


def test_statement_timeout_while_a_copy_waits_for_data(wire: Wire) -> None:
    wire.query("CREATE TABLE c (a INT, b VARCHAR)")
    wire.query("SET statement_timeout = 50")
    # A busy machine may need longer than that up to CopyInResponse.
    assert wire.query("COPY c FROM STDIN")[-2:] == [TIMED_OUT, READY]


def test_an_idle_client_is_not_timed(wire: Wire) -> None:
    wire.query("SET statement_timeout = 1; SELECT 1")
    wire.socket.settimeout(0.05)
    with pytest.raises(TimeoutError):
        wire.until(m.ErrorResponse)
    wire.socket.settimeout(20)
    assert wire.query("SET statement_timeout = 0")[-1] == READY


@pytest.mark.parametrize("at_login", [True, False])
def test_lock_timeout(server: Running, wire: Wire, at_login: bool) -> None:
    holding_a_lock(wire)
    with beside(server, "-c lock_timeout=30ms" if at_login else "") as other:
        if not at_login:
            other.query("SET lock_timeout = '30ms'")
        assert other.query("DELETE FROM t") == [
            "ERROR 55P03: canceling statement due to lock timeout",
            READY,
        ]
    wire.query("COMMIT")


# --- limits of silence ----------------------------------------------------------------------------

#: Query -> what ends the connection soon after it.
SILENCE = {
    "SET idle_session_timeout = 30": (
        "FATAL 57P05: terminating connection due to idle-session timeout"
    ),
    "SET idle_in_transaction_session_timeout = 30; BEGIN": (
        "FATAL 25P03: terminating connection due to idle-in-transaction timeout"
    ),
    "SET idle_in_transaction_session_timeout = 30; BEGIN; SELECT * FROM nowhere": (
        "FATAL 25P03: terminating connection due to idle-in-transaction timeout"
    ),
}


@pytest.mark.parametrize("text", SILENCE)
def test_silence(wire: Wire, text: str) -> None:
    # Set in a transaction that goes on: an error would undo it.
    setting, *rest = text.split("; ", 1)
    wire.query(setting)
    if rest:
        wire.query(rest[0])
    assert lines(wire.until()) == [SILENCE[text]]


@pytest.mark.parametrize(
    "text", ["SET idle_session_timeout = 1; BEGIN", "SET idle_in_transaction_session_timeout = 1"]
)
def test_each_limit_is_of_its_own_state(wire: Wire, text: str) -> None:
    wire.query(text)
    wire.socket.settimeout(0.05)
    with pytest.raises(TimeoutError):
        wire.until()


def test_a_lock_is_free_when_its_idle_owner_is_gone(server: Running, wire: Wire) -> None:
    wire.query("SET idle_in_transaction_session_timeout = 50")
    holding_a_lock(wire)
    with beside(server) as other:
        assert other.query("DELETE FROM t") == ["CommandComplete DELETE 0", READY]


def test_tcp_keepalive(server: Running, wire: Wire) -> None:
    client = server.server.clients[wire.key.process_id]
    connection = client._transport.get_extra_info("socket")
    wire.query("SET tcp_keepalives_idle = 77; SET tcp_keepalives_count = '5'")
    wire.query("SET tcp_keepalives_interval = '3s'")
    wire.query("SELECT 1")  # what an answer brings about is done before the next
    options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert [connection.getsockopt(socket.IPPROTO_TCP, each) for each in options] == [77, 3, 5]


# --- slow readers ---------------------------------------------------------------------------------


def test_a_slow_reader_holds_no_thread() -> None:
    """More clients that do not read than there are threads, and one that asks."""
    with running() as server:
        threads = 8
        slow = []
        for _ in range(threads + 2):
            wire = Wire(server.port, {"user": "alice"})
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.send(m.Query(MANY_ROWS))
            wire.until(m.RowDescription)
            slow.append(wire)
        with Wire(server.port, {"user": "bob"}) as other:
            for _ in range(5):
                assert other.query("SELECT 1 AS a")[1] == "DataRow 1"
        for wire in slow:
            wire.socket.close()


# --- shutdown -------------------------------------------------------------------------------------

_Before = Callable[[Wire], None]


def _in_transaction(wire: Wire) -> None:
    wire.query("BEGIN")


@pytest.mark.parametrize("before", [lambda wire: None, _in_transaction, waiting_for_data])
def test_shutdown_tells_who_waits(before: _Before) -> None:
    with running() as server, Wire(server.port, {"user": "alice"}) as wire:
        before(wire)
        server.stop()
        assert lines(wire.until())[-1] == (
            "FATAL 57P01: terminating connection due to administrator command"
        )


def test_psycopg_knows_the_errors(client: psycopg.Connection) -> None:
    client.execute("SET statement_timeout = 20")
    with pytest.raises(psycopg.errors.QueryCanceled):
        client.execute(ENDLESS)


# --- the session ends -----------------------------------------------------------------------------

ENDED = "FATAL 57P01: terminating connection: the session was ended or restored"


@pytest.mark.parametrize("how", ["delete", "restore"])
def test_clients_of_a_session_that_ends_hear_of_it(server: Running, wire: Wire, how: str) -> None:
    """At once, and their connections are closed. A restore ends those with a transaction alone."""
    session = server.registry.list()[-1]
    session.snapshot("old")
    with beside(server) as other:
        other.query("BEGIN; SELECT 1")
        if how == "delete":
            server.registry.delete(session.id)
        else:
            session.restore("old", force=True)
        assert lines(other.until()) == [ENDED]
        if how == "delete":
            assert lines(wire.until()) == [ENDED]
        else:
            assert wire.query("SELECT 1 AS a")[-1] == READY


def test_a_statement_that_runs_when_the_session_ends(server: Running, wire: Wire) -> None:
    wire.send(m.Query(ENDLESS))
    server.registry.delete(server.registry.list()[-1].id)
    assert lines(wire.until())[-1] == ENDED


# --- what is counted ------------------------------------------------------------------------------


def test_bytes_are_counted(server: Running, wire: Wire) -> None:
    """As long as a client is here and when it has gone, whichever way they go."""

    def traffic() -> Traffic:
        return server.registry.metrics.counts().traffic["postgresql"]

    before = traffic()
    text = "SELECT REPEAT('x', 100000) AS x"
    wire.query(text)
    during = traffic()
    assert during.received - before.received == len(encode(m.Query(text)))
    assert 100_000 < during.sent - before.sent < 101_000
    with beside(server) as other:
        other.query(text)
    assert traffic().sent - during.sent > 100_000
