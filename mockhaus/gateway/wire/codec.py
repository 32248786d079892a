"""Bytes to messages and back, without I/O.

`Decoder` takes what a client sends, in pieces of any size, and gives out messages. `encode` makes
bytes of any message. `decode_backend` and the frontend half of `encode` are the mirror image, for
traces and tests. Manual: 55.7 "Message Formats".

Two kinds of bad input are told apart. Where the frame itself is wrong (length, type byte) the
stream has lost its place: ProtocolError, and the connection must end. Where only the body is
wrong, the message comes out as Malformed and the stream goes on, as in PostgreSQL.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from mockhaus.errors import InvalidEncoding, InvalidParameter, MockhausError, ProtocolError
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.messages import Message

#: As PostgreSQL's MAX_STARTUP_PACKET_LENGTH, PG_MAX_AUTH_TOKEN_LENGTH, PQ_SMALL_MESSAGE_LIMIT.
STARTUP_LIMIT: Final = 10_000
LOGIN_LIMIT: Final = 65_535
SMALL_LIMIT: Final = 10_000
#: PostgreSQL allows 1 GB; no statement or parameter of a test bench needs more than this.
LARGE_LIMIT: Final = 64 * 1024 * 1024

_SSL_CODE: Final = (1234 << 16) | 5679
_GSSENC_CODE: Final = (1234 << 16) | 5680
_CANCEL_CODE: Final = (1234 << 16) | 5678

_INT32 = struct.Struct("!i")
_UINT32 = struct.Struct("!I")
_INT16 = struct.Struct("!h")
_UINT16 = struct.Struct("!H")

_M = TypeVar("_M", bound=Message)


# --- reading a body -------------------------------------------------------------------------------


class _Reader:
    """A cursor over the body of one message. Raises ProtocolError where it ends too early."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def _unpack(self, form: struct.Struct) -> int:
        try:
            (value,) = form.unpack_from(self._data, self._position)
        except struct.error:
            raise ProtocolError("insufficient data left in message") from None
        self._position += form.size
        return int(value)

    def byte(self) -> int:
        return self.take(1)[0]

    def int16(self) -> int:
        return self._unpack(_INT16)

    def uint16(self) -> int:
        return self._unpack(_UINT16)

    def int32(self) -> int:
        return self._unpack(_INT32)

    def uint32(self) -> int:
        return self._unpack(_UINT32)

    def take(self, size: int) -> bytes:
        end = self._position + size
        if size < 0 or end > len(self._data):
            raise ProtocolError("insufficient data left in message")
        data = self._data[self._position : end]
        self._position = end
        return data

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._position)

    def string(self) -> str:
        end = self._data.find(b"\0", self._position)
        if end < 0:
            raise ProtocolError("invalid string in message")
        data = self._data[self._position : end]
        self._position = end + 1
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            bad = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.start + 4])
            raise InvalidEncoding(f'invalid byte sequence for encoding "UTF8": {bad}') from None

    def value(self) -> bytes | None:
        """Length and bytes; -1 is NULL."""
        size = self.int32()
        return None if size == -1 else self.take(size)

    def times(self, count: int, read: Callable[[_Reader], Any]) -> tuple[Any, ...]:
        return tuple(read(self) for _ in range(count))

    def formats(self) -> tuple[int, ...]:
        codes = self.times(self.uint16(), _Reader.int16)
        for code in codes:
            if code not in (m.TEXT, m.BINARY):
                raise InvalidParameter(f"unsupported format code: {code}")
        return codes

    def target(self) -> tuple[str, str]:
        """Kind and name of Describe and Close."""
        kind = chr(self.byte())
        if kind not in "SP":
            raise ProtocolError(f"invalid DESCRIBE or CLOSE message subtype {ord(kind)}")
        return kind, self.string()

    def strings(self) -> Iterator[str]:
        """Strings up to an empty one."""
        while text := self.string():
            yield text

    def end(self) -> None:
        if self._position != len(self._data):
            raise ProtocolError("invalid message format")


# --- writing a body -------------------------------------------------------------------------------


def _string(text: str) -> bytes:
    return text.encode() + b"\0"


def _int16s(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"!H{len(values)}h", len(values), *values)


def _value(data: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if data is None else _INT32.pack(len(data)) + data


def _values(values: tuple[bytes | None, ...]) -> bytes:
    return _UINT16.pack(len(values)) + b"".join(map(_value, values))


def _oids(oids: tuple[int, ...]) -> bytes:
    return struct.pack(f"!H{len(oids)}I", len(oids), *oids)


def _field(f: m.FieldDescription) -> bytes:
    return _string(f.name) + struct.pack(
        "!IhIhih",
        f.table_oid,
        f.column_number,
        f.type_oid,
        f.type_size,
        f.type_modifier,
        f.format,
    )


def _notice(fields: Any) -> bytes:
    return b"".join(key.encode() + _string(value) for key, value in fields.items()) + b"\0"


def _copy_response(r: Any) -> bytes:
    return bytes([r.format]) + _int16s(r.column_formats)


# --- the two tables -------------------------------------------------------------------------------


def _read_bind(r: _Reader) -> m.Bind:
    return m.Bind(
        r.string(), r.string(), r.formats(), r.times(r.uint16(), _Reader.value), r.formats()
    )


def _read_parse(r: _Reader) -> m.Parse:
    return m.Parse(r.string(), r.string(), r.times(r.uint16(), _Reader.uint32))


def _read_call(r: _Reader) -> m.FunctionCall:
    return m.FunctionCall(r.int32(), r.formats(), r.times(r.uint16(), _Reader.value), r.int16())


def _read_field(r: _Reader) -> m.FieldDescription:
    name, table, number = r.string(), r.uint32(), r.int16()
    oid, size, modifier, form = r.uint32(), r.int16(), r.int32(), r.int16()
    return m.FieldDescription(name, oid, size, modifier, form, table, number)


def _read_notice(r: _Reader) -> dict[str, str]:
    return {text[0]: text[1:] for text in r.strings()}


def _read_authentication(r: _Reader) -> Message:
    match r.int32():
        case 0:
            return m.AuthenticationOk()
        case 10:
            return m.AuthenticationSASL(tuple(r.strings()))
        case 11:
            return m.AuthenticationSASLContinue(r.rest())
        case 12:
            return m.AuthenticationSASLFinal(r.rest())
        case code:
            raise ProtocolError(f"unknown authentication request {code}")


#: Frontend: type byte -> (class, reader of the body, size limit).
FRONTEND: Final[dict[int, tuple[type[Message], Callable[[_Reader], Message], int]]] = {
    ord("B"): (m.Bind, _read_bind, LARGE_LIMIT),
    ord("C"): (m.Close, lambda r: m.Close(*r.target()), SMALL_LIMIT),
    ord("D"): (m.Describe, lambda r: m.Describe(*r.target()), SMALL_LIMIT),
    ord("E"): (m.Execute, lambda r: m.Execute(r.string(), r.int32()), SMALL_LIMIT),
    ord("F"): (m.FunctionCall, _read_call, LARGE_LIMIT),
    ord("H"): (m.Flush, lambda r: m.Flush(), SMALL_LIMIT),
    ord("P"): (m.Parse, _read_parse, LARGE_LIMIT),
    ord("Q"): (m.Query, lambda r: m.Query(r.string()), LARGE_LIMIT),
    ord("S"): (m.Sync, lambda r: m.Sync(), SMALL_LIMIT),
    ord("X"): (m.Terminate, lambda r: m.Terminate(), SMALL_LIMIT),
    ord("c"): (m.CopyDone, lambda r: m.CopyDone(), SMALL_LIMIT),
    ord("d"): (m.CopyData, lambda r: m.CopyData(r.rest()), LARGE_LIMIT),
    ord("f"): (m.CopyFail, lambda r: m.CopyFail(r.string()), SMALL_LIMIT),
    ord("p"): (m.PasswordMessage, lambda r: m.PasswordMessage(r.rest()), LOGIN_LIMIT),
}

#: Backend: type byte -> reader of the body.
BACKEND: Final[dict[int, Callable[[_Reader], Message]]] = {
    ord("1"): lambda r: m.ParseComplete(),
    ord("2"): lambda r: m.BindComplete(),
    ord("3"): lambda r: m.CloseComplete(),
    ord("A"): lambda r: m.NotificationResponse(r.int32(), r.string(), r.string()),
    ord("C"): lambda r: m.CommandComplete(r.string()),
    ord("D"): lambda r: m.DataRow(r.times(r.uint16(), _Reader.value)),
    ord("E"): lambda r: m.ErrorResponse(_read_notice(r)),
    ord("G"): lambda r: m.CopyInResponse(r.byte(), r.formats()),
    ord("H"): lambda r: m.CopyOutResponse(r.byte(), r.formats()),
    ord("I"): lambda r: m.EmptyQueryResponse(),
    ord("K"): lambda r: m.BackendKeyData(r.int32(), r.rest()),
    ord("N"): lambda r: m.NoticeResponse(_read_notice(r)),
    ord("R"): _read_authentication,
    ord("S"): lambda r: m.ParameterStatus(r.string(), r.string()),
    ord("T"): lambda r: m.RowDescription(r.times(r.uint16(), _read_field)),
    ord("V"): lambda r: m.FunctionCallResponse(r.value()),
    ord("Z"): lambda r: m.ReadyForQuery(chr(r.byte())),
    ord("c"): lambda r: m.CopyDone(),
    ord("d"): lambda r: m.CopyData(r.rest()),
    ord("n"): lambda r: m.NoData(),
    ord("s"): lambda r: m.PortalSuspended(),
    ord("t"): lambda r: m.ParameterDescription(r.times(r.uint16(), _Reader.uint32)),
    ord("v"): lambda r: m.NegotiateProtocolVersion(r.int32(), r.times(r.int32(), _Reader.string)),
}

_WRITERS: Final[dict[type[Message], tuple[bytes, Callable[[Any], bytes]]]] = {
    # frontend
    m.PasswordMessage: (b"p", lambda x: x.data),
    m.Query: (b"Q", lambda x: _string(x.text)),
    m.Parse: (
        b"P",
        lambda x: _string(x.statement) + _string(x.query) + _oids(x.parameter_types),
    ),
    m.Bind: (
        b"B",
        lambda x: (
            _string(x.portal)
            + _string(x.statement)
            + _int16s(x.parameter_formats)
            + _values(x.parameters)
            + _int16s(x.result_formats)
        ),
    ),
    m.Describe: (b"D", lambda x: x.kind.encode() + _string(x.name)),
    m.Execute: (b"E", lambda x: _string(x.portal) + _INT32.pack(x.max_rows)),
    m.Close: (b"C", lambda x: x.kind.encode() + _string(x.name)),
    m.Flush: (b"H", lambda x: b""),
    m.Sync: (b"S", lambda x: b""),
    m.Terminate: (b"X", lambda x: b""),
    m.FunctionCall: (
        b"F",
        lambda x: (
            _INT32.pack(x.function)
            + _int16s(x.argument_formats)
            + _values(x.arguments)
            + _INT16.pack(x.result_format)
        ),
    ),
    m.CopyFail: (b"f", lambda x: _string(x.reason)),
    # both
    m.CopyData: (b"d", lambda x: x.data),
    m.CopyDone: (b"c", lambda x: b""),
    # backend
    m.AuthenticationOk: (b"R", lambda x: _INT32.pack(0)),
    m.AuthenticationSASL: (
        b"R",
        lambda x: _INT32.pack(10) + b"".join(map(_string, x.mechanisms)) + b"\0",
    ),
    m.AuthenticationSASLContinue: (b"R", lambda x: _INT32.pack(11) + x.data),
    m.AuthenticationSASLFinal: (b"R", lambda x: _INT32.pack(12) + x.data),
    m.NegotiateProtocolVersion: (
        b"v",
        lambda x: (
            _INT32.pack(x.version) + _INT32.pack(len(x.options)) + b"".join(map(_string, x.options))
        ),
    ),
    m.BackendKeyData: (b"K", lambda x: _INT32.pack(x.process_id) + x.secret_key),
    m.ParameterStatus: (b"S", lambda x: _string(x.name) + _string(x.value)),
    m.ReadyForQuery: (b"Z", lambda x: x.status.encode()),
    m.RowDescription: (
        b"T",
        lambda x: _UINT16.pack(len(x.fields)) + b"".join(map(_field, x.fields)),
    ),
    m.DataRow: (b"D", lambda x: _values(x.values)),
    m.CommandComplete: (b"C", lambda x: _string(x.tag)),
    m.EmptyQueryResponse: (b"I", lambda x: b""),
    m.PortalSuspended: (b"s", lambda x: b""),
    m.ParseComplete: (b"1", lambda x: b""),
    m.BindComplete: (b"2", lambda x: b""),
    m.CloseComplete: (b"3", lambda x: b""),
    m.NoData: (b"n", lambda x: b""),
    m.ParameterDescription: (b"t", lambda x: _oids(x.types)),
    m.ErrorResponse: (b"E", lambda x: _notice(x.fields)),
    m.NoticeResponse: (b"N", lambda x: _notice(x.fields)),
    m.NotificationResponse: (
        b"A",
        lambda x: _INT32.pack(x.process_id) + _string(x.channel) + _string(x.payload),
    ),
    m.CopyInResponse: (b"G", _copy_response),
    m.CopyOutResponse: (b"H", _copy_response),
    m.FunctionCallResponse: (b"V", lambda x: _value(x.value)),
}


def encode(message: Message) -> bytes:
    """The bytes of a message, with type byte and length."""
    if (writer := _WRITERS.get(type(message))) is not None:
        kind, write = writer
        body = write(message)
        return kind + _INT32.pack(len(body) + 4) + body
    body = _startup_body(message)
    return _INT32.pack(len(body) + 4) + body


def _startup_body(message: Message) -> bytes:
    match message:
        case m.StartupMessage(version, parameters):
            pairs = (_string(key) + _string(value) for key, value in parameters.items())
            return _INT32.pack(version) + b"".join(pairs) + b"\0"
        case m.CancelRequest(process_id, secret_key):
            return struct.pack("!ii", _CANCEL_CODE, process_id) + secret_key
        case m.SSLRequest():
            return _INT32.pack(_SSL_CODE)
        case m.GSSENCRequest():
            return _INT32.pack(_GSSENC_CODE)
    raise TypeError(f"{type(message).__name__} has no wire form")


# --- streams --------------------------------------------------------------------------------------


class Decoder:
    """What one client sends, as messages.

    It begins with the packets that have no type byte and goes over to typed messages after a
    StartupMessage. Until `logged_in` is called no message may be larger than a login needs.
    """

    def __init__(self, large_limit: int = LARGE_LIMIT) -> None:
        self._buffer = bytearray()
        self._starting = True
        self._limit = LOGIN_LIMIT
        self._large_limit = large_limit

    def logged_in(self) -> None:
        """Allow messages of full size."""
        self._limit = self._large_limit

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the socket."""
        self._buffer += data

    @property
    def buffered(self) -> int:
        """Bytes of the message that is not whole yet."""
        return len(self._buffer)

    def next(self) -> Message | None:
        """The next message, None if it is not whole yet. Raises ProtocolError."""
        return self._next_startup() if self._starting else self._next_typed()

    def __iter__(self) -> Iterator[Message]:
        while (message := self.next()) is not None:
            yield message

    def _next_startup(self) -> Message | None:
        buffer = self._buffer
        if len(buffer) < 4:
            return None
        (length,) = _UINT32.unpack_from(buffer)
        if not 8 <= length <= STARTUP_LIMIT:
            raise ProtocolError("invalid length of startup packet")
        if len(buffer) < length:
            return None
        body = bytes(buffer[4:length])
        del buffer[:length]
        message = _read_startup(_Reader(body))
        self._starting = not isinstance(message, m.StartupMessage)
        return message

    def _next_typed(self) -> Message | None:
        buffer = self._buffer
        if not buffer:
            return None
        if (entry := FRONTEND.get(buffer[0])) is None:
            raise ProtocolError(f"invalid frontend message type {buffer[0]}")
        if len(buffer) < 5:
            return None
        kind, read, limit = entry
        (length,) = _UINT32.unpack_from(buffer, 1)
        if not 4 <= length <= min(limit, self._limit):
            raise ProtocolError(
                f"invalid message length {length} of {kind.__name__}",
                hint=f"At most {min(limit, self._limit)} bytes are taken.",
            )
        if len(buffer) <= length:
            return None
        body = bytes(buffer[5 : length + 1])
        del buffer[: length + 1]
        reader = _Reader(body)
        try:
            message = read(reader)
            reader.end()
        except MockhausError as error:
            return m.Malformed(kind, error)
        return message


def _read_startup(r: _Reader) -> Message:
    code = r.int32()
    if code == _SSL_CODE:
        return m.SSLRequest()
    if code == _GSSENC_CODE:
        return m.GSSENCRequest()
    if code == _CANCEL_CODE:
        return m.CancelRequest(r.int32(), r.rest())
    if code >> 16 != 3:
        # Another major version may lay the rest out in its own way: leave it unread.
        return m.StartupMessage(code)
    words = r.strings()
    parameters = {name: r.string() for name in words}
    try:
        r.end()
    except ProtocolError:
        raise ProtocolError(
            "invalid startup packet layout: expected terminator as last byte"
        ) from None
    return m.StartupMessage(code, parameters)


def decode_backend(data: bytes) -> tuple[list[Message], bytes]:
    """The whole messages of what a server sent, and the bytes left over."""
    found: list[Message] = []
    position = 0
    while len(data) - position >= 5:
        (length,) = _INT32.unpack_from(data, position + 1)
        end = position + 1 + length
        if end > len(data):
            break
        reader = _Reader(bytes(data[position + 5 : end]))
        found.append(BACKEND[data[position]](reader))
        reader.end()
        position = end
    return found, bytes(data[position:])
