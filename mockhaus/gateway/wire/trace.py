"""Messages as lines of text, in the form of libpq's PQtrace: side, length, name, fields.

Passwords, what SASL sends, keys for cancel requests, and strings that SQL calls a password or a key
are never shown. Parameters, rows and data of COPY are left out too unless they are asked for: their
number and lengths stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockhaus.access.hiding import HIDDEN, hidden
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import FieldDescription, Malformed, Message

#: Messages and fields with what proves who someone is.
_SECRETS: Final[dict[type[Message], str]] = {
    m.PasswordMessage: "data",
    m.AuthenticationSASLContinue: "data",
    m.AuthenticationSASLFinal: "data",
    m.BackendKeyData: "secret_key",
    m.CancelRequest: "secret_key",
}

#: Messages and fields with users' data.
_VALUES: Final[dict[type[Message], str]] = {
    m.Bind: "parameters",
    m.FunctionCall: "arguments",
    m.FunctionCallResponse: "value",
    m.DataRow: "values",
    m.CopyData: "data",
}


def line(side: str, message: Message, *, values: bool = True) -> str:
    """One message; `side` is F for the client, B for the server; `values` shows users' data."""
    if isinstance(message, Malformed):
        return f"{side}\t?\t{message.kind.__name__}\t{message.error.message}"
    # The length counts itself and not the type byte, which startup packets lack.
    data = encode(message)
    size = len(data) - (data[0] != 0)
    words = " ".join(_words(message, values))
    return f"{side}\t{size}\t{type(message).__name__}" + (f"\t{words}" if words else "")


def _words(message: Message, values: bool) -> Iterator[str]:
    kind = type(message)
    for name in message.__struct_fields__:
        value = getattr(message, name)
        if _SECRETS.get(kind) == name:
            yield f"{len(value)} {HIDDEN}"
        elif _VALUES.get(kind) == name and not values:
            yield from _sizes(value)
        else:
            yield from _word(value)


def _sizes(value: Any) -> Iterator[str]:
    items = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple):
        yield str(len(value))
    yield from (str(-1 if item is None else len(item)) for item in items)


def _word(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield f'"{_one_line(hidden(value))}"'
        case bytes():
            yield f"{len(value)} {_printable(value)}"
        case None:
            yield "-1"
        case FieldDescription():
            yield (
                f'"{_one_line(value.name)}" {value.table_oid} {value.column_number}'
                f" {value.type_oid} {value.type_size} {value.type_modifier} {value.format}"
            )
        case Mapping():
            for key, item in value.items():
                yield f'{key} "{_one_line(hidden(item))}"'
        case tuple():
            yield str(len(value))
            for item in value:
                yield from _word(item)
        case _:
            yield str(value)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _printable(data: bytes) -> str:
    shown = "".join(chr(b) if 32 <= b < 127 else f"\\x{b:02x}" for b in data)
    return f"'{shown}'"
