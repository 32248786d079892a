"""A certificate and key pair that only tests use, and tokens signed with it."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any, Final

from mockhaus.access.der import _Reader, pem
from mockhaus.access.jwt import PublicKey

FOLDER: Final = Path(__file__).parent
CERTIFICATE: Final = FOLDER / "certificate.pem"
PRIVATE: Final = FOLDER / "key.pem"
PUBLIC: Final = FOLDER / "public.pem"

#: What OpenSSL says of them.
FINGERPRINT: Final = "SHA256:sFjfQHkpk+5gcxYj98ec1lU/ScLGUCj2x8RhbZ7a2/I="
CERTIFICATE_HASH: Final = "ad2bf63b102b06dd97c8314168eeffa50247b14353b5a9d44eff68f97437ab14"


def key() -> PublicKey:
    return PublicKey.read(PUBLIC.read_text())


def _private() -> tuple[int, int]:
    """Modulus and private exponent (RFC 8017, A.1.2, inside PKCS #8)."""
    outer = _Reader(pem(PRIVATE.read_text(), "PRIVATE KEY")).sequence()
    outer.integer()
    outer.sequence()
    inner = _Reader(outer.value(0x04)).sequence()
    _, modulus, _, exponent = (inner.integer() for _ in range(4))
    return modulus, exponent


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: Any, claims: Any) -> str:
    """A token as a client makes it."""
    message = ".".join(_encoded(json.dumps(each).encode()) for each in (header, claims))
    modulus, exponent = _private()
    info = bytes.fromhex("3031300d060960864801650304020105000420")
    tail = info + hashlib.sha256(message.encode()).digest()
    block = b"\0\1" + b"\xff" * (256 - len(tail) - 3) + b"\0" + tail
    signature = pow(int.from_bytes(block, "big"), exponent, modulus).to_bytes(256, "big")
    return f"{message}.{_encoded(signature)}"


def token(user: str = "ANN", **changes: Any) -> str:
    """A key-pair token for a user; `changes` are other claims."""
    subject = f"MYORG-MYACCOUNT.{user}"
    now = time.time()
    claims = {"iss": f"{subject}.{FINGERPRINT}", "sub": subject, "iat": now, "exp": now + 59 * 60}
    return signed({"alg": "RS256", "typ": "JWT"}, claims | changes)
