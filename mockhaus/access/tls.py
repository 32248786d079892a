"""The server's certificate, for both doors."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

from msgspec import Struct

from mockhaus.access.der import checked, pem, signature_hash
from mockhaus.errors import InvalidUser


class Tls(Struct, frozen=True):
    """`binding` is the certificate's hash for SCRAM's channel binding (RFC 5929, 4), None for
    a certificate whose algorithm has none."""

    context: ssl.SSLContext
    binding: bytes | None

    @classmethod
    def load(cls, certificate: Path, key: Path | None) -> Tls:
        """Read certificate and key. Raises InvalidUser."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # An encrypted key would be asked for on the terminal.
            context.load_cert_chain(certificate, key, password=lambda: b"")
            der = pem(certificate.read_text(encoding="utf-8", errors="replace"), "CERTIFICATE")
        except ssl.SSLError:
            reason = "it and its key are no pair in PEM, or the key is encrypted"
            raise InvalidUser(f"{certificate} cannot be used for TLS: {reason}") from None
        except OSError as error:
            reason = f"{error.filename or key or certificate}: {error.strerror}"
            raise InvalidUser(f"{certificate} cannot be used for TLS: {reason}") from None
        name = checked(signature_hash, der, "a certificate")
        return cls(context, None if name is None else hashlib.new(name, der).digest())
