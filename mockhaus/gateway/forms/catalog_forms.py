"""The forms of the types that only PostgreSQL's system catalogs have (manual, 8.19, 8.15.6).

Names, single characters and OIDs are text and numbers to DuckDB. Their columns are short, so arrays
are written one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from mockhaus.errors import UnsupportedFeature
from mockhaus.gateway.forms.cells import Cells, Form, matrix, text, text_cells
from mockhaus.types import CATALOG_TYPES

Scalar = Callable[[Any], bytes]

_STRINGS: Final = (
    "name", "char", "varchar", "bpchar", "pg_node_tree", "json", "aclitem", "regshown", "void",
)  # fmt: skip
_TEXT_ONLY: Final = (
    "regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole", "inet",
    "tid", "pg_lsn",
)  # fmt: skip
_INTEGERS: Final = {"int2": "!h", "int4": "!i", "oid": "!I", "xid": "!I", "int8": "!q"}


def _one_by_one(scalar: Scalar) -> Callable[[pa.Array], Cells]:
    def cells(column: pa.Array) -> Cells:
        values = [None if value is None else scalar(value) for value in column.to_pylist()]
        return pa.array(values, pa.binary())

    return cells


def _decimal(value: int) -> bytes:
    return b"%d" % value


def _decimal_cells(column: pa.Array) -> Cells:
    return column.cast(pa.string()).cast(pa.binary())


def _real(value: float) -> bytes:
    return np.format_float_positional(np.float32(value), trim="-").encode()


def _quoted(item: bytes) -> bytes:
    """An item of an array's text (manual, 8.15.6)."""
    plain = item and item.upper() != b"NULL" and not set(item) & set(b'{}",\\ \t\n\r')
    if plain:
        return item
    return b'"' + item.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _array_text(item: Scalar) -> Scalar:
    def scalar(values: list[Any]) -> bytes:
        return b"{%s}" % b",".join(b"NULL" if v is None else _quoted(item(v)) for v in values)

    return scalar


def _vector_text(values: list[int]) -> bytes:
    return b" ".join(b"%d" % value for value in values)


def _array_binary(item: Scalar, oid: int, lower: int = 1) -> Scalar:
    def scalar(values: list[Any]) -> bytes:
        nulls = any(value is None for value in values)
        head = struct.pack("!iiI", 1 if values else 0, nulls, oid)
        parts = [head, struct.pack("!ii", len(values), lower) if values else b""]
        for value in values:
            data = None if value is None else item(value)
            parts.append(struct.pack("!i", -1) if data is None else struct.pack("!i", len(data)))
            parts.append(data or b"")
        return b"".join(parts)

    return scalar


def _unsent(value: Any) -> bytes:
    raise UnsupportedFeature(
        "regclass, its kin, inet, tid and pg_lsn have no binary form here",
        hint="Cast the column to text or oid.",
    )


def _one_byte(value: str) -> bytes:
    """A `"char"`: none at all is the byte zero (manual, 8.3)."""
    return value.encode()[:1] or b"\0"


def _packed(layout: str) -> tuple[Scalar, Callable[[pa.Array], Cells]]:
    kind = np.dtype({"!h": ">i2", "!i": ">i4", "!I": ">u4", "!q": ">i8"}[layout])

    def cells(column: pa.Array) -> Cells:
        values = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return matrix(values.astype(kind))

    return struct.Struct(layout).pack, cells


def _forms(binary: bool) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name in _STRINGS:
        found[name] = Form(pa.string(), text, text_cells, held=str)
    if binary:
        found["char"] = Form(pa.string(), _one_byte, _one_by_one(_one_byte), held=str)
    for name in _TEXT_ONLY:
        scalar: Scalar = _unsent if binary else text
        found[name] = Form(
            pa.string(), scalar, _one_by_one(_unsent) if binary else text_cells, held=str
        )
    for name, layout in _INTEGERS.items():
        number, cells = _packed(layout) if binary else (_decimal, _decimal_cells)
        found[name] = Form(pa.int64(), number, cells, held=int, loose=True)
    real = struct.Struct("!f").pack if binary else _real
    found["float4"] = Form(pa.float32(), real, _one_by_one(real), held=float, loose=True)
    flag: Scalar = (lambda value: bytes([value])) if binary else (lambda value: b"ft"[value:][:1])
    double: Scalar = struct.Struct("!d").pack if binary else (lambda value: repr(value).encode())
    items: dict[str, Form] = {
        **found,
        "text": found["name"],
        "bool": Form(pa.bool_(), flag, _one_by_one(flag)),
        "float8": Form(pa.float64(), double, _one_by_one(double)),
    }
    for name in CATALOG_TYPES:
        if name.startswith("_") or name == "anyarray":
            item = items.get(name[1:]) or found["name"]
            oid = CATALOG_TYPES[name[1:]].oid if name[1:] in CATALOG_TYPES else 25
            scalar = _array_binary(item.scalar, oid) if binary else _array_text(item.scalar)
            found[name] = Form(pa.list_(item.storage), scalar, _one_by_one(scalar), loose=True)
    for name, layout, oid in (("int2vector", "!h", 21), ("oidvector", "!I", 26)):
        packed = struct.Struct(layout).pack
        scalar = _array_binary(packed, oid, 0) if binary else _vector_text
        found[name] = Form(pa.list_(pa.int64()), scalar, _one_by_one(scalar), loose=True)
    return found


TEXT: Final = _forms(binary=False)
BINARY: Final = _forms(binary=True)
