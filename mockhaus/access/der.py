"""The little of ASN.1's DER that certificates and public keys need (ITU-T X.690).

What is read is public, so nothing here has to take constant time.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, Final

from mockhaus.errors import InvalidUser

_INTEGER: Final = 0x02
_BIT_STRING: Final = 0x03
_OID: Final = 0x06
_SEQUENCE: Final = 0x30

_RSA: Final = "1.2.840.113549.1.1.1"

#: Signature algorithms of certificates -> the hash of `tls-server-end-point`, which is never
#: weaker than SHA-256 (RFC 5929, 4.1).
_SIGNATURE_HASHES: Final = {
    "1.2.840.113549.1.1.4": "sha256",  # MD5 with RSA
    "1.2.840.113549.1.1.5": "sha256",  # SHA-1 with RSA
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.1": "sha256",  # SHA-1 with ECDSA
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}

_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.S)


class Malformed(ValueError):
    """Bytes that are not the DER that is expected."""


class _Reader:
    """A cursor over the contents of one value."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def value(self, tag: int) -> bytes:
        """The contents of the next value, which has this tag."""
        head = self._data[self._at : self._at + 2]
        if len(head) < 2 or head[0] != tag:
            raise Malformed(f"tag {tag:#x} expected")
        start, size = self._at + 2, head[1]
        if size & 0x80:
            more = size & 0x7F
            if not 1 <= more <= 4:
                raise Malformed("length")
            size = int.from_bytes(self._data[start : start + more], "big")
            start += more
        if start + size > len(self._data):
            raise Malformed("length")
        self._at = start + size
        return self._data[start : start + size]

    def sequence(self) -> _Reader:
        return _Reader(self.value(_SEQUENCE))

    def integer(self) -> int:
        return int.from_bytes(self.value(_INTEGER), "big", signed=True)

    def oid(self) -> str:
        first, *rest = self.value(_OID) or b"\0"
        numbers, number = [*divmod(first, 40)], 0
        for byte in rest:
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        return ".".join(map(str, numbers))


def rsa_public_key(der: bytes) -> tuple[int, int]:
    """Modulus and exponent of a SubjectPublicKeyInfo. Raises Malformed."""
    info = _Reader(der).sequence()
    if info.sequence().oid() != _RSA:
        raise Malformed("not an RSA key")
    bits = info.value(_BIT_STRING)
    if bits[:1] != b"\0":
        raise Malformed("unused bits")
    key = _Reader(bits[1:]).sequence()
    return key.integer(), key.integer()


def signature_hash(certificate: bytes) -> str | None:
    """The name of the hash that a certificate's channel binding uses, None if none is defined."""
    outer = _Reader(certificate).sequence()
    outer.sequence()
    return _SIGNATURE_HASHES.get(outer.sequence().oid())


def pem(text: str, kind: str) -> bytes:
    """The first block of a kind in PEM; of a text without any, all of it. Raises InvalidUser."""
    body = next((found[2] for found in _PEM.finditer(text) if found[1] == kind), None)
    if body is None and "-----" in text:
        raise InvalidUser(f"there is no {kind} in this file")
    try:
        return base64.b64decode("".join((body or text).split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidUser(f"this is not a {kind} in PEM") from None


def checked(read: Callable[[bytes], Any], der: bytes, what: str) -> Any:
    """What a reader finds. Raises InvalidUser where it is something else."""
    try:
        return read(der)
    except Malformed as error:
        raise InvalidUser(f"this is not {what}: {error}") from None
