"""The values within a VARIANT at all depths, as FLATTEN with RECURSIVE lists them.

Snowflake's manual: "FLATTEN".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pyarrow as pa

from mockhaus.marks import MISSING

_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_text: Final = msgspec.json.Encoder().encode
_MISSING: Final = MISSING.encode()
#: A key that stands in a path without quotes, as in the macro `path_step`.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: Key, position, path, JSON pointer and text of a value.
_Row = tuple[str | None, int | None, str, str, bytes]


def rows_below(column: Any, prefixes: Any, modes: Any) -> Any:
    """The rows of each VARIANT as a JSON array of objects, NULL for NULL; MODE as in FLATTEN.

    `k`, `i` and `p` are KEY, INDEX and PATH, `v` is VALUE, and `t` a JSON pointer to THIS.
    """
    prefix, mode = prefixes[0].as_py(), modes[0].as_py()
    made = [None if text is None else _rows(text, prefix, mode) for text in column.to_pylist()]
    return pa.array(made, pa.string())


def _rows(text: str, prefix: str, mode: str) -> str:
    rows: list[bytes] = []
    waiting = [(_below(text.encode(), prefix, "", mode), "")]
    while waiting:
        below, this = waiting[-1]
        row = next(below, None)
        if row is None:
            waiting.pop()
            continue
        key, index, path, pointer, value = row
        parts = (_text(key), _text(index), _text(path), _text(this), value)
        rows.append(b'{"k":%b,"i":%b,"p":%b,"t":%b,"v":%b}' % parts)
        if value[:1] in (b"{", b"["):
            waiting.append((_below(value, path, pointer, mode), pointer))
    return f"[{b','.join(rows).decode()}]"


def _below(value: bytes, path: str, pointer: str, mode: str) -> Iterator[_Row]:
    """The rows of one object or array."""
    first = value[:1]
    if first == b"{" and mode != "ARRAY":
        for key, member in sorted(_MEMBERS.decode(value).items()):
            name = key.replace("~", "~0").replace("/", "~1")
            yield key, None, _step(path, key), f"{pointer}/{name}", bytes(member)
    elif first == b"[" and mode != "OBJECT":
        for index, item in enumerate(_ITEMS.decode(value)):
            if (found := bytes(item)) != _MISSING:
                yield None, index, f"{path}[{index}]", f"{pointer}/{index}", found


def _step(path: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        return f"{path}['{key}']"
    return f"{path}.{key}" if path else key
