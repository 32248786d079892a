"""Digests and compression of bytes, over whole Arrow columns.

Snowflake's manual: "SHA2", "COMPRESS", "DECOMPRESS_BINARY".
"""

from __future__ import annotations

import bz2
import hashlib
import zlib
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

#: Bytes that a value has at most in Snowflake.
LONGEST: Final = 128 * 2**20

_LEVEL: Final = {"ZLIB": 6, "BZ2": 9, "ZSTD": 3, "SNAPPY": 0}


def _codec(name: str, level: int) -> pa.Codec:
    return pa.Codec(name.lower(), compression_level=level) if name == "ZSTD" else pa.Codec("snappy")


def _compressed(data: bytes, name: str, level: int) -> bytes:
    level = level or _LEVEL[name]
    if name == "ZLIB":
        return zlib.compress(data, level)
    if name == "BZ2":
        return bz2.compress(data, level)
    return bytes(_codec(name, level).compress(data, asbytes=True))


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        found = _UNPACKED[name](data)
    except (zlib.error, OSError, ValueError, EOFError, IndexError):
        raise ValueError(
            f"MOCKHAUS:InvalidText:Invalid or corrupted data for method {name}"
        ) from None
    if len(found) > LONGEST:
        raise ValueError("MOCKHAUS:StringTooLong:Binary value is too long and would be truncated")
    return found


def _zlib(data: bytes) -> bytes:
    reader = zlib.decompressobj()
    found = reader.decompress(data, LONGEST + 1)
    if not reader.eof and len(found) <= LONGEST:
        raise EOFError
    return found


def _bz2(data: bytes) -> bytes:
    found = b""
    while data and len(found) <= LONGEST:
        reader = bz2.BZ2Decompressor()
        found += reader.decompress(data, LONGEST + 1)
        if not reader.eof and len(found) <= LONGEST:
            raise EOFError
        data = reader.unused_data
    return found


def _snappy(data: bytes) -> bytes:
    length = _snappy_length(data)
    if length > LONGEST:  # no more than it takes to say so
        return bytes(LONGEST + 1)
    return bytes(_codec("SNAPPY", 0).decompress(data, length, asbytes=True))


def _zstd(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        return bytes(stream.read(LONGEST + 1))


#: Each gives no more than a byte beyond LONGEST: a few bytes may hold gigabytes.
_UNPACKED: Final = {"ZLIB": _zlib, "BZ2": _bz2, "SNAPPY": _snappy, "ZSTD": _zstd}


def _snappy_length(data: bytes) -> int:
    """The length before compression: a varint at the beginning of the format."""
    length = shift = at = 0
    while True:
        length |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return length
        at, shift = at + 1, shift + 7


def _rows(make: Callable[..., Any], kind: pa.DataType, *columns: Any) -> Any:
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return pa.array([None if None in row else make(*row) for row in rows], kind)


def sha2(data: Any, bits: Any) -> Any:
    """The digest of so many bits as hexadecimal text."""
    return _rows(lambda d, b: hashlib.new(f"sha{b}", d).hexdigest(), pa.string(), data, bits)


def compressed(data: Any, methods: Any, levels: Any) -> Any:
    """COMPRESS; level 0 is the method's own."""
    return _rows(_compressed, pa.binary(), data, methods, levels)


def unpacked(data: Any, methods: Any) -> Any:
    """DECOMPRESS_BINARY; an error for what the method did not write."""
    return _rows(_unpacked, pa.binary(), data, methods)
