"""Key-pair tokens as Snowflake defines them: JSON Web Tokens signed with RS256 (RFC 7519, 7515).

    iss  ACCOUNT.USER.SHA256:fingerprint of the public key
    sub  ACCOUNT.USER
    iat  when it was made       exp  until when it is good, at most an hour

Checking a signature handles nothing secret: the one right encoding is built and compared as a whole
(RFC 8017, 8.2.2), which leaves no room for a forged padding.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import Any, Final

from msgspec import Struct

from mockhaus.access.der import checked, pem, rsa_public_key
from mockhaus.errors import InvalidUser

#: Seconds that a token may live, and that two clocks may differ by.
LIFETIME: Final = 3600
LEEWAY: Final = 60

#: Fewer bits are refused, as by Snowflake.
MIN_BITS: Final = 2048
MAX_BITS: Final = 16_384

#: DigestInfo of SHA-256 (RFC 8017, 9.2).
_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")

_ISSUER: Final = re.compile(r"(?P<subject>[^.]+\.(?P<user>.+))\.(?P<fingerprint>SHA256:.+)")


class PublicKey(Struct, frozen=True):
    """An RSA public key: `der` as SubjectPublicKeyInfo."""

    der: bytes
    modulus: int
    exponent: int

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """A key in PEM, with or without its first and last line. Raises InvalidUser."""
        der = pem(text, "PUBLIC KEY")
        modulus, exponent = checked(rsa_public_key, der, "an RSA public key")
        bits = modulus.bit_length()
        if not MIN_BITS <= bits <= MAX_BITS or exponent < 3 or exponent % 2 == 0:
            raise InvalidUser(f"an RSA key of {bits} bits is not taken: at least {MIN_BITS}")
        return cls(der, modulus, exponent)

    def __str__(self) -> str:
        return base64.b64encode(self.der).decode()

    @property
    def fingerprint(self) -> str:
        """As Snowflake shows it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.der).digest()).decode()

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is one of this key (RSASSA-PKCS1-v1_5 with SHA-256)."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= self.modulus:
            return False
        tail = _SHA256 + hashlib.sha256(message).digest()
        right = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
        found = pow(number, self.exponent, self.modulus).to_bytes(size, "big")
        return hmac.compare_digest(found, right)


class Token(Struct, frozen=True):
    """A token taken apart, not checked yet."""

    user: str
    subject: str
    fingerprint: str
    issued: float
    expires: float
    message: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> Token | None:
        """None if it is no token of this kind."""
        parts = text.split(".")
        if len(parts) != 3:
            return None
        try:
            header, claims = (json.loads(_decoded(part)) for part in parts[:2])
            signature = _decoded(parts[2])
            return cls._of(header, claims, ".".join(parts[:2]).encode(), signature)
        except (binascii.Error, ValueError, RecursionError):
            return None

    @classmethod
    def _of(cls, header: Any, claims: Any, message: bytes, signature: bytes) -> Token | None:
        if not isinstance(header, dict) or not isinstance(claims, dict):
            return None
        issuer = _ISSUER.fullmatch(str(claims.get("iss", "")))
        times = [claims.get(name) for name in ("iat", "exp")]
        if header.get("alg") != "RS256" or "crit" in header or issuer is None:
            return None
        if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in times):
            return None
        if str(claims.get("sub", "")).upper() != issuer["subject"].upper():
            return None
        issued, expires = map(float, times)  # type: ignore[arg-type]  # checked just above
        user, fingerprint = issuer["user"], issuer["fingerprint"]
        return cls(user, issuer["subject"], fingerprint, issued, expires, message, signature)

    def is_good(self, key: PublicKey, now: float) -> bool:
        """Whether the key signed it and its time is now."""
        return (
            hmac.compare_digest(self.fingerprint.encode(), key.fingerprint.encode())
            and key.signed(self.message, self.signature)
            and self.issued - LEEWAY <= now < min(self.expires, self.issued + LIFETIME) + LEEWAY
        )


def _decoded(part: str) -> bytes:
    return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), b"-_", validate=True)
