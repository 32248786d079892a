"""Bytes to messages and back: chapter 55.7 of PostgreSQL's manual, and what breaks it."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given, settings, strategies as st

from mockhaus.errors import InvalidEncoding, ProtocolError
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import (
    LARGE_LIMIT,
    LOGIN_LIMIT,
    SMALL_LIMIT,
    STARTUP_LIMIT,
    Decoder,
    decode_backend,
    encode,
)
from mockhaus.gateway.wire.messages import Message

STARTUP = m.StartupMessage(m.PROTOCOL_3_0, {"user": "alice", "database": "db"})


def started(*, logged_in: bool = True) -> Decoder:
    decoder = Decoder()
    decoder.feed(encode(STARTUP))
    assert decoder.next() == STARTUP
    if logged_in:
        decoder.logged_in()
    return decoder


# --- the bytes of each message, as the manual draws them ------------------------------------------

PACKETS: list[tuple[Message, bytes]] = [
    (m.SSLRequest(), b"\0\0\0\x08\x04\xd2\x16\x2f"),
    (m.GSSENCRequest(), b"\0\0\0\x08\x04\xd2\x16\x30"),
    (m.CancelRequest(7, b"abcd"), b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x07abcd"),
    (
        m.CancelRequest(7, b"longer key of 3.2"),
        b"\0\0\0\x1d\x04\xd2\x16\x2e\0\0\0\x07longer key of 3.2",
    ),
    (m.StartupMessage(196608, {"user": "a"}), b"\0\0\0\x10\0\x03\0\0user\0a\0\0"),
]

FRONTEND: list[tuple[Message, bytes]] = [
    (m.Query("select 1"), b"Q\0\0\0\x0dselect 1\0"),
    (m.Query(""), b"Q\0\0\0\x05\0"),
    (m.Parse("", "select $1", (23,)), b"P\0\0\0\x15\0select $1\0\0\x01\0\0\0\x17"),
    (m.Parse("s", "x"), b"P\0\0\0\x0as\0x\0\0\0"),
    (
        m.Bind("", "s", (0, 1), (b"x", None), (1,)),
        b"B\0\0\0\x1c\0s\0\0\x02\0\0\0\x01\0\x02\0\0\0\x01x\xff\xff\xff\xff\0\x01\0\x01",
    ),
    (m.Describe("S", "s"), b"D\0\0\0\x07Ss\0"),
    (m.Describe("P", ""), b"D\0\0\0\x06P\0"),
    (m.Execute("", 0), b"E\0\0\0\x09\0\0\0\0\0"),
    (m.Execute("p", 100), b"E\0\0\0\x0ap\0\0\0\0\x64"),
    (m.Close("P", "p"), b"C\0\0\0\x07Pp\0"),
    (m.Flush(), b"H\0\0\0\x04"),
    (m.Sync(), b"S\0\0\0\x04"),
    (m.Terminate(), b"X\0\0\0\x04"),
    (m.CopyData(b"\0\x01"), b"d\0\0\0\x06\0\x01"),
    (m.CopyDone(), b"c\0\0\0\x04"),
    (m.CopyFail("no"), b"f\0\0\0\x07no\0"),
    (m.PasswordMessage(b"secret\0"), b"p\0\0\0\x0bsecret\0"),
    (
        m.FunctionCall(1, (), (b"x",), 1),
        b"F\0\0\0\x13\0\0\0\x01\0\0\0\x01\0\0\0\x01x\0\x01",
    ),
]

BACKEND: list[tuple[Message, bytes]] = [
    (m.AuthenticationOk(), b"R\0\0\0\x08\0\0\0\0"),
    (m.AuthenticationSASL(("SCRAM-SHA-256",)), b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"),
    (m.AuthenticationSASLContinue(b"r="), b"R\0\0\0\x0a\0\0\0\x0br="),
    (m.AuthenticationSASLFinal(b"v="), b"R\0\0\0\x0a\0\0\0\x0cv="),
    (m.NegotiateProtocolVersion(196608, ("_pq_.x",)), b"v\0\0\0\x13\0\x03\0\0\0\0\0\x01_pq_.x\0"),
    (m.BackendKeyData(1, b"keyy"), b"K\0\0\0\x0c\0\0\0\x01keyy"),
    (m.ParameterStatus("a", "b"), b"S\0\0\0\x08a\0b\0"),
    (m.ReadyForQuery("T"), b"Z\0\0\0\x05T"),
    (
        m.RowDescription((m.FieldDescription("id", 20, 8),)),
        b"T\0\0\0\x1b\0\x01id\0\0\0\0\0\0\0\0\0\0\x14\0\x08\xff\xff\xff\xff\0\0",
    ),
    (m.DataRow((b"1", None)), b"D\0\0\0\x0f\0\x02\0\0\0\x011\xff\xff\xff\xff"),
    (m.CommandComplete("SELECT 1"), b"C\0\0\0\x0dSELECT 1\0"),
    (m.EmptyQueryResponse(), b"I\0\0\0\x04"),
    (m.PortalSuspended(), b"s\0\0\0\x04"),
    (m.ParseComplete(), b"1\0\0\0\x04"),
    (m.BindComplete(), b"2\0\0\0\x04"),
    (m.CloseComplete(), b"3\0\0\0\x04"),
    (m.NoData(), b"n\0\0\0\x04"),
    (m.ParameterDescription((23, 25)), b"t\0\0\0\x0e\0\x02\0\0\0\x17\0\0\0\x19"),
    (m.ErrorResponse({"S": "ERROR", "C": "42601"}), b"E\0\0\0\x13SERROR\0C42601\0\0"),
    (m.NoticeResponse({"M": "hi"}), b"N\0\0\0\x09Mhi\0\0"),
    (m.NotificationResponse(9, "ch", "x"), b"A\0\0\0\x0d\0\0\0\x09ch\0x\0"),
    (m.CopyInResponse(0, (0, 0)), b"G\0\0\0\x0b\0\0\x02\0\0\0\0"),
    (m.CopyOutResponse(1, (1,)), b"H\0\0\0\x09\x01\0\x01\0\x01"),
    (m.FunctionCallResponse(None), b"V\0\0\0\x08\xff\xff\xff\xff"),
]


def name_of(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, Message) else ""


@pytest.mark.parametrize(("message", "wire"), PACKETS, ids=name_of)
def test_startup_packets(message: Message, wire: bytes) -> None:
    assert encode(message) == wire
    decoder = Decoder()
    decoder.feed(wire)
    assert list(decoder) == [message]


@pytest.mark.parametrize(("message", "wire"), FRONTEND, ids=name_of)
def test_frontend_messages(message: Message, wire: bytes) -> None:
    assert encode(message) == wire
    decoder = started()
    decoder.feed(wire)
    assert list(decoder) == [message]
    assert decoder.buffered == 0


@pytest.mark.parametrize(("message", "wire"), BACKEND, ids=name_of)
def test_backend_messages(message: Message, wire: bytes) -> None:
    assert encode(message) == wire
    assert decode_backend(wire) == ([message], b"")


def test_every_message_has_an_example() -> None:
    shown = {type(message) for message, _ in PACKETS + FRONTEND + BACKEND}
    classes = {c for c in vars(m).values() if isinstance(c, type) and issubclass(c, Message)}
    assert shown == classes - {Message, m.Malformed}


# --- pieces of any size ---------------------------------------------------------------------------


def test_messages_come_out_of_single_bytes() -> None:
    sent = [STARTUP, *(message for message, _ in FRONTEND)]
    decoder = Decoder()
    decoder.logged_in()
    got: list[Message] = []
    for byte in b"".join(map(encode, sent)):
        decoder.feed(bytes([byte]))
        got += decoder
    assert got == sent


def test_encryption_may_be_asked_for_twice_before_the_startup_message() -> None:
    sent = [m.GSSENCRequest(), m.SSLRequest(), STARTUP, m.Query("x")]
    decoder = Decoder()
    decoder.feed(b"".join(map(encode, sent)))
    assert list(decoder) == sent


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
VALUES = st.lists(st.none() | st.binary(max_size=30), max_size=5).map(tuple)
FORMATS = st.lists(st.sampled_from([0, 1]), max_size=5).map(tuple)
OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=5).map(tuple)
ANY_FRONTEND = st.one_of(
    st.builds(m.Query, TEXTS),
    st.builds(m.Parse, TEXTS, TEXTS, OIDS),
    st.builds(m.Bind, TEXTS, TEXTS, FORMATS, VALUES, FORMATS),
    st.builds(m.Describe, st.sampled_from("SP"), TEXTS),
    st.builds(m.Execute, TEXTS, st.integers(-(2**31), 2**31 - 1)),
    st.builds(m.Close, st.sampled_from("SP"), TEXTS),
    st.sampled_from([m.Sync(), m.Flush(), m.Terminate(), m.CopyDone()]),
    st.builds(m.CopyData, st.binary(max_size=50)),
    st.builds(m.CopyFail, TEXTS),
    st.builds(m.PasswordMessage, st.binary(max_size=50)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY_FRONTEND, max_size=6), st.integers(1, 40))
def test_any_messages_survive_any_cutting(sent: list[Message], size: int) -> None:
    wire = b"".join(map(encode, sent))
    decoder = started()
    got: list[Message] = []
    for start in range(0, len(wire), size):
        decoder.feed(wire[start : start + size])
        got += decoder
    assert got == sent


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_a_protocol_error_or_waits_for_more(noise: bytes) -> None:
    for decoder in (Decoder(), started()):
        decoder.feed(noise)
        with contextlib.suppress(ProtocolError, InvalidEncoding):
            list(decoder)


@settings(max_examples=200, deadline=None)
@given(ANY_FRONTEND, st.integers(5, 60), st.binary(min_size=1, max_size=4))
def test_a_damaged_body_keeps_the_stream_in_step(
    message: Message, place: int, damage: bytes
) -> None:
    wire = bytearray(encode(message))
    wire[place : place + len(damage)] = damage[: max(0, len(wire) - place)]
    decoder = started()
    decoder.feed(bytes(wire) + encode(m.Sync()))
    assert list(decoder)[-1] == m.Sync()


# --- broken input ---------------------------------------------------------------------------------

#: Input after the startup message -> what is said about it; the connection ends.
BROKEN = {
    b"\x00\0\0\0\x04": "invalid frontend message type 0",
    b"y\0\0\0\x04": "invalid frontend message type 121",
    b"Q\0\0\0\x03": "invalid message length 3 of Query",
    b"Q\xff\xff\xff\xff": "invalid message length 4294967295 of Query",
    b"S" + struct.pack("!i", SMALL_LIMIT + 1): f"invalid message length {SMALL_LIMIT + 1} of Sync",
    b"Q" + struct.pack("!i", LARGE_LIMIT + 1): f"invalid message length {LARGE_LIMIT + 1} of Query",
}


@pytest.mark.parametrize("wire", BROKEN, ids=BROKEN.get)
def test_a_broken_frame_ends_the_stream(wire: bytes) -> None:
    decoder = started()
    decoder.feed(encode(m.Sync()) + wire)
    assert decoder.next() == m.Sync()
    with pytest.raises(ProtocolError) as caught:
        decoder.next()
    assert caught.value.message == BROKEN[wire]
    assert caught.value.sqlstate == "08P01"


#: A startup packet -> what is said about it.
BROKEN_STARTUP = {
    b"\0\0\0\x07\0\0\0": "invalid length of startup packet",
    struct.pack("!i", STARTUP_LIMIT + 1): "invalid length of startup packet",
    b"GET / HTTP/1.1\r\n\r\n": "invalid length of startup packet",
    b"\x16\x03\x01\x02\x00\x01": "invalid length of startup packet",
    b"\0\0\0\x0d\0\x03\0\0user\0": "invalid string in message",
    b"\0\0\0\x12\0\x03\0\0user\0a\0\0\0\0": (
        "invalid startup packet layout: expected terminator as last byte"
    ),
}


@pytest.mark.parametrize("wire", BROKEN_STARTUP)
def test_a_broken_startup_packet(wire: bytes) -> None:
    decoder = Decoder()
    decoder.feed(wire)
    with pytest.raises(ProtocolError) as caught:
        decoder.next()
    assert caught.value.message == BROKEN_STARTUP[wire]


#: A whole message with a broken body -> its type and what is said; the stream goes on.
MALFORMED = {
    b"Q\0\0\0\x08abcd": (m.Query, "invalid string in message"),
    b"Q\0\0\0\x0aab\0cde": (m.Query, "invalid message format"),
    b"Q\0\0\0\x07\xc3(\0": (m.Query, 'invalid byte sequence for encoding "UTF8": 0xc3 0x28'),
    b"S\0\0\0\x05\0": (m.Sync, "invalid message format"),
    b"D\0\0\0\x06X\0": (m.Describe, "invalid DESCRIBE or CLOSE message subtype 88"),
    b"E\0\0\0\x06\0\0": (m.Execute, "insufficient data left in message"),
    b"P\0\0\0\x08\0\0\0\x01": (m.Parse, "insufficient data left in message"),
    b"B\0\0\0\x0c\0\0\0\x01\0\x02\0\0": (m.Bind, "unsupported format code: 2"),
    b"B\0\0\0\x0e\0\0\0\0\0\x01\0\0\0\x09": (m.Bind, "insufficient data left in message"),
    b"B\0\0\0\x0e\0\0\0\0\0\x01\xff\xff\xff\xfe": (m.Bind, "insufficient data left in message"),
}


@pytest.mark.parametrize("wire", MALFORMED)
def test_a_malformed_body(wire: bytes) -> None:
    decoder = started()
    decoder.feed(wire + encode(m.Query("still here")))
    malformed = decoder.next()
    assert isinstance(malformed, m.Malformed)
    assert (malformed.kind, malformed.error.message) == MALFORMED[wire]
    assert malformed.error.sqlstate in ("08P01", "22021", "22023")
    assert decoder.next() == m.Query("still here")


def test_before_login_no_message_is_large() -> None:
    decoder = started(logged_in=False)
    decoder.feed(b"Q" + struct.pack("!i", LOGIN_LIMIT + 1))
    with pytest.raises(ProtocolError):
        decoder.next()


def test_another_major_version_is_left_unread() -> None:
    decoder = Decoder()
    decoder.feed(b"\0\0\0\x0c\0\x02\0\0\xff\xff\xff\xff")
    assert decoder.next() == m.StartupMessage(2 << 16)
