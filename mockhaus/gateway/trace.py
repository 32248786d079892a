"""Messages as lines of text, in the form of libpq's PQtrace: side, length, name, fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from mockhaus.gateway.codec import encode
from mockhaus.gateway.messages import FieldDescription, Malformed, Message


def line(side: str, message: Message) -> str:
    """One message; `side` is F for the client, B for the server."""
    if isinstance(message, Malformed):
        return f"{side}\t?\t{message.kind.__name__}\t{message.error.message}"
    # The length counts itself and not the type byte, which startup packets lack.
    data = encode(message)
    size = len(data) - (data[0] != 0)
    words = " ".join(_words(message))
    return f"{side}\t{size}\t{type(message).__name__}" + (f"\t{words}" if words else "")


def _words(message: Message) -> Iterator[str]:
    for each in fields(message):
        yield from _word(getattr(message, each.name))


def _word(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield f'"{value}"'
        case bytes():
            yield f"{len(value)} {_printable(value)}"
        case None:
            yield "-1"
        case FieldDescription():
            yield (
                f'"{value.name}" {value.table_oid} {value.column_number} {value.type_oid}'
                f" {value.type_size} {value.type_modifier} {value.format}"
            )
        case Mapping():
            for key, item in value.items():
                yield f'{key} "{item}"'
        case tuple():
            yield str(len(value))
            for item in value:
                yield from _word(item)
        case _:
            yield str(value)


def _printable(data: bytes) -> str:
    shown = "".join(chr(b) if 32 <= b < 127 else f"\\x{b:02x}" for b in data)
    return f"'{shown}'"
