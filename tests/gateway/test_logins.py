"""Passwords, TLS, limits: who comes in through a real socket, with real clients."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mockhaus.access.tls import Tls
from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from tests.access import keys
from tests.gateway.wire import Running, Wire, lines, running


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    users = Users()
    users.add("Ann", "sécret ✓")
    users.add("keyless")
    tls = Tls.load(keys.CERTIFICATE, keys.PRIVATE)
    with running(users=users, tls=tls) as it:
        yield it


def connect(server: Running, user: str, password: str, **options: Any) -> psycopg.Connection:
    return psycopg.connect(
        f"host=localhost hostaddr=127.0.0.1 port={server.port}", user=user, password=password,
        dbname="mockhaus", sslrootcert=str(keys.CERTIFICATE), **options,
    )  # fmt: skip


#: libpq's options -> whether the connection is encrypted.
WAYS = [
    ({"sslmode": "disable"}, False),
    ({"sslmode": "prefer"}, True),
    ({"sslmode": "verify-full"}, True),
    ({"sslmode": "require", "channel_binding": "require"}, True),
    ({"sslmode": "require", "channel_binding": "disable"}, True),
]


@pytest.mark.parametrize(("options", "encrypted"), WAYS)
@pytest.mark.parametrize("user", ["ann", "ANN/nightly"])
def test_a_user_comes_in(
    guarded: Running, user: str, options: dict[str, str], encrypted: bool
) -> None:
    with connect(guarded, user, "sécret ✓", **options) as connection:
        assert connection.execute("SELECT 42").fetchone() == (42,)
        assert connection.pgconn.ssl_in_use is encrypted
        assert connection.pgconn.used_password


@pytest.mark.parametrize("sslmode", ["disable", "require"])
@pytest.mark.parametrize(
    ("user", "password"), [("ann", "secret"), ("ann", "x"), ("bob", "x"), ("keyless", "x")]
)
def test_others_fail_alike(guarded: Running, user: str, password: str, sslmode: str) -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(guarded, user, password, sslmode=sslmode)
    message = str(caught.value).strip().splitlines()[-1]
    assert message.endswith(f'FATAL:  password authentication failed for user "{user}"')


def test_nobody_learns_who_is_a_user(guarded: Running) -> None:
    """The same messages of the same length, and for a name always the same salt."""
    shapes = set()
    for name in ("ann", "bob", "keyless"):
        salts = set()
        for _ in range(2):
            with Wire(guarded.port) as wire:
                wire.send(m.StartupMessage(m.PROTOCOL_3_0, {"user": name}))
                (offer,) = wire.until(m.AuthenticationSASL)
                data = b"n,,n=,r=abc"
                first = b"SCRAM-SHA-256\0" + len(data).to_bytes(4, "big") + data
                wire.send(m.PasswordMessage(first))
                (challenge,) = wire.until(m.AuthenticationSASLContinue)
                assert isinstance(challenge, m.AuthenticationSASLContinue)
                nonce, salt, rounds = challenge.data.split(b",")
                salts.add(salt)
                final = b"c=biws,%b,p=%b" % (nonce, b"A" * 43 + b"=")
                wire.send(m.PasswordMessage(final))
                (error,) = wire.until(m.ErrorResponse)
                shapes.add((offer, len(nonce), len(salt), rounds, len(encode(error)) - len(name)))
        assert len(salts) == 1
    assert len(shapes) == 1


#: What a client says instead of its password -> the one answer.
NO_PASSWORDS: list[tuple[m.Message, str]] = [
    (m.PasswordMessage(b"secret\0"), "FATAL 08P01: malformed SASLInitialResponse message"),
    (
        m.PasswordMessage(b"SCRAM-SHA-1\0\0\0\0\3n,,"),
        "FATAL 08P01: client selected an invalid SASL authentication mechanism",
    ),
    (m.PasswordMessage(b"SCRAM-SHA-256\0\0\0\0\3n,,"), "FATAL 08P01: malformed SCRAM message"),
    (m.Query("SELECT 1"), "FATAL 08P01: unexpected message Query in state AUTHENTICATION"),
]


@pytest.mark.parametrize(("message", "answer"), NO_PASSWORDS)
def test_what_is_no_password(guarded: Running, message: m.Message, answer: str) -> None:
    with Wire(guarded.port) as wire:
        wire.send(m.StartupMessage(m.PROTOCOL_3_0, {"user": "ann"}))
        wire.until(m.AuthenticationSASL)
        wire.send(message)
        assert lines(wire.until()) == [answer]


# --- TLS ------------------------------------------------------------------------------------------


def test_nothing_is_taken_over_into_the_encrypted_stream(guarded: Running) -> None:
    with Wire(guarded.port) as wire:
        wire.send(encode(m.SSLRequest()) + b"more")
        assert lines(wire.until()) == ["FATAL 08P01: received unencrypted data after SSL request"]


def test_a_handshake_that_fails_ends_quietly(
    guarded: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with Wire(guarded.port) as wire:
        wire.send(m.SSLRequest())
        assert wire.socket.recv(1) == b"S"
        wire.send(b"GET / HTTP/1.1\r\n\r\n")
        wire.socket.settimeout(20)
        while wire.socket.recv(1000):
            pass
    assert "a fault in Mockhaus" not in caplog.text


def test_encryption_twice(guarded: Running) -> None:
    context = ssl.create_default_context(cafile=keys.CERTIFICATE)
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as plain:
        plain.sendall(encode(m.SSLRequest()))
        assert plain.recv(1) == b"S"
        with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
            encrypted.sendall(encode(m.SSLRequest()))
            assert b"encrypted already" in encrypted.recv(1000)


def test_tls_required() -> None:
    tls = Tls.load(keys.CERTIFICATE, keys.PRIVATE)
    with running(Config(tls="required"), tls=tls) as server:
        with pytest.raises(psycopg.OperationalError, match="takes encrypted connections only"):
            connect(server, "ann", "", sslmode="disable")
        with connect(server, "ann", "", sslmode="require") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            with Wire(server.port) as wire:  # comes without TLS from many clients, and is no login
                wire.send(m.CancelRequest(1, bytes(4)))
                assert wire.until() == []


def test_large_answers_and_copies_under_tls(guarded: Running) -> None:
    with connect(guarded, "ann/large", "sécret ✓", sslmode="require") as connection:
        rows = connection.execute(
            "SELECT seq4(), REPEAT('x', 100) FROM TABLE(GENERATOR(ROWCOUNT => 100000))"
        ).fetchall()
        assert len(rows) == 100_000
        connection.execute("CREATE TABLE t (a INT, b VARCHAR)")
        with connection.cursor().copy("COPY t FROM STDIN") as copy:
            for number in range(50_000):
                copy.write_row((number, "y" * 100))
        assert connection.execute("SELECT COUNT(*), SUM(a) FROM t").fetchone() == (
            50_000, 1_249_975_000,
        )  # fmt: skip


# --- limits ---------------------------------------------------------------------------------------


def test_no_more_connections_than_allowed() -> None:
    with running(Config(max_connections=2)) as server:
        one = Wire(server.port, {"user": "a"})
        two = Wire(server.port, {"user": "a"})
        with Wire(server.port, {"user": "a"}) as three:
            assert lines(three.greeting) == ["FATAL 53300: sorry, too many clients already"]
        with one:
            one.send(m.Terminate())
            assert one.until() == []
        with two, Wire(server.port, {"user": "a"}) as four:
            assert lines(four.greeting)[-1] == "ReadyForQuery I"


def test_who_does_not_answer_is_dropped() -> None:
    users = Users()
    users.add("ann", "x")
    with running(Config(login_timeout=0.1), users=users) as server, Wire(server.port) as wire:
        wire.send(m.StartupMessage(m.PROTOCOL_3_0, {"user": "ann"}))
        wire.until(m.AuthenticationSASL)
        assert wire.until() == []


def test_a_login_may_not_be_large(guarded: Running) -> None:
    with Wire(guarded.port) as wire:
        wire.send(m.StartupMessage(m.PROTOCOL_3_0, {"user": "ann"}))
        wire.until(m.AuthenticationSASL)
        wire.send(b"p" + (70_000).to_bytes(4, "big"))
        assert lines(wire.until()) == [
            "FATAL 08P01: invalid message length 70000 of PasswordMessage"
        ]


def test_a_user_who_is_removed_stays_and_does_not_come_again(tmp_path: Path) -> None:
    told = Users(tmp_path / "users.json")
    told.add("bob", "secret")
    with running(users=Users(tmp_path / "users.json")) as server:
        place = f"host=127.0.0.1 port={server.port} user=bob password=secret"
        with psycopg.connect(place) as connected:
            told.remove("bob")  # as `mockhaus user remove` does, in another process
            assert connected.execute("SELECT 1").fetchone() == (1,)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(place)
