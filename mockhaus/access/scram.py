"""SCRAM-SHA-256, the server's half (RFC 5802, RFC 7677; PostgreSQL's manual, 55.3).

At rest there is a verifier, from which the password cannot be had back, in PostgreSQL's own form:

    SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata
from typing import Final

from msgspec import Struct

from mockhaus.errors import InvalidPassword, ProtocolError

MECHANISM: Final = "SCRAM-SHA-256"
MECHANISM_PLUS: Final = "SCRAM-SHA-256-PLUS"
BINDING: Final = "tls-server-end-point"

#: As PostgreSQL; RFC 7677 asks for at least as many.
ITERATIONS: Final = 4096
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 18

_STORED: Final = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
_FIRST: Final = re.compile(rb"(?P<gs2>(?P<flag>n|y|p=[A-Za-z0-9.-]+),(?:a=[^,]*)?,)(?P<bare>.*)")
_BARE: Final = re.compile(rb"n=[^,]*,r=(?P<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?")
_FINAL: Final = re.compile(
    rb"(?P<bare>c=(?P<binding>[A-Za-z0-9+/=]*),r=(?P<nonce>[^,]+)(?:,.*)?),p=(?P<proof>[^,]+)"
)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Verifier(Struct, frozen=True):
    """What is kept of a password."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int = ITERATIONS

    @classmethod
    def of(cls, password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> Verifier:
        """The verifier of a password; takes some milliseconds."""
        salt = salt or secrets.token_bytes(_SALT_BYTES)
        salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)
        stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
        return cls(salt, stored, _hmac(salted, b"Server Key"), iterations)

    @classmethod
    def mock(cls, key: bytes, name: str) -> Verifier:
        """One that no password fits, always the same for a name: who asks learns nothing."""
        seed = _hmac(key, name.encode())
        return cls(seed[:_SALT_BYTES], _hmac(key, seed), _hmac(seed, key))

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read its text. Raises ValueError."""
        if (found := _STORED.fullmatch(text)) is None:
            raise ValueError("not a SCRAM-SHA-256 verifier")
        salt, stored, server = (
            base64.b64decode(each, validate=True) for each in found.groups()[1:]
        )
        return cls(salt, stored, server, int(found[1]))

    def __str__(self) -> str:
        keys = f"{_b64(self.stored_key)}:{_b64(self.server_key)}"
        return f"{MECHANISM}${self.iterations}:{_b64(self.salt)}${keys}"

    def accepts(self, password: str) -> bool:
        """Whether a password is the one; takes as long for one that is not."""
        other = Verifier.of(password, self.salt, self.iterations)
        return hmac.compare_digest(other.stored_key, self.stored_key)


def prepared(password: str) -> str:
    """A password after SASLprep (RFC 4013), or as it is where that forbids it, as PostgreSQL."""
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c)
    )
    text = unicodedata.normalize("NFKC", mapped)
    if not text or any(_is_forbidden(c) for c in text) or not _is_directed(text):
        return password
    return text


def _is_forbidden(c: str) -> bool:
    tables = (
        stringprep.in_table_a1, stringprep.in_table_c12, stringprep.in_table_c21_c22,
        stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c5,
        stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8,
        stringprep.in_table_c9,
    )  # fmt: skip
    return any(table(c) for table in tables)


def _is_directed(text: str) -> bool:
    """Text from right to left has nothing of the other direction in it (RFC 3454, 6)."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return ends and not any(map(stringprep.in_table_d2, text))


class Exchange:
    """One login: `first` answers the client's first message, `final` its second.

    `binding` is the hash of the server's certificate, None where the connection is not encrypted.
    """

    def __init__(self, verifier: Verifier, binding: bytes | None = None) -> None:
        self._verifier = verifier
        self._binding = binding
        self._nonce = _b64(secrets.token_bytes(_NONCE_BYTES)).encode()
        self._gs2 = b""
        self._spoken = b""
        self._expected = b""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """What is offered, the best first."""
        return (MECHANISM,) if self._binding is None else (MECHANISM_PLUS, MECHANISM)

    def first(self, mechanism: str, data: bytes) -> bytes:
        """The server's first message. Raises ProtocolError."""
        if mechanism not in self.mechanisms:
            raise ProtocolError("client selected an invalid SASL authentication mechanism")
        found = _FIRST.fullmatch(data)
        bare = _BARE.fullmatch(found["bare"]) if found is not None else None
        if found is None or bare is None:
            raise ProtocolError("malformed SCRAM message")
        self._check_flag(found["flag"], plus=mechanism == MECHANISM_PLUS)
        self._gs2 = found["gs2"]
        self._expected = bare["nonce"] + self._nonce
        salt, iterations = _b64(self._verifier.salt), self._verifier.iterations
        answer = b"r=%b,s=%b,i=%d" % (self._expected, salt.encode(), iterations)
        self._spoken = found["bare"] + b"," + answer
        return answer

    def _check_flag(self, flag: bytes, *, plus: bool) -> None:
        """The client's word on channel binding (RFC 5802, 6)."""
        if plus != flag.startswith(b"p="):
            raise ProtocolError("malformed SCRAM message")
        if plus and flag != b"p=" + BINDING.encode():
            raise ProtocolError("unsupported SCRAM channel-binding type")
        if flag == b"y" and self._binding is not None:
            # It believes that this server has none: somebody between took it out of the offer.
            raise InvalidPassword("SCRAM channel binding negotiation error")

    def final(self, data: bytes) -> bytes:
        """The server's last message. Raises ProtocolError, InvalidPassword."""
        found = _FINAL.fullmatch(data)
        if found is None:
            raise ProtocolError("malformed SCRAM message")
        bound = self._gs2 + (self._binding or b"" if self._gs2.startswith(b"p=") else b"")
        try:
            proof = base64.b64decode(found["proof"], validate=True)
        except binascii.Error:
            raise ProtocolError("malformed SCRAM message") from None
        if found["nonce"] != self._expected:
            raise ProtocolError("malformed SCRAM message")
        if not hmac.compare_digest(found["binding"], base64.b64encode(bound)):
            raise InvalidPassword("SCRAM channel binding check failed")
        spoken = self._spoken + b"," + found["bare"]
        signature = _hmac(self._verifier.stored_key, spoken)
        key = bytes(a ^ b for a, b in zip(signature, proof.ljust(32, b"\0"), strict=False))
        if not hmac.compare_digest(hashlib.sha256(key).digest(), self._verifier.stored_key):
            raise InvalidPassword("password authentication failed")
        return b"v=" + base64.b64encode(_hmac(self._verifier.server_key, spoken))
