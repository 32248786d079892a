"""SCRAM-SHA-256: the example of RFC 7677, and what a server must not take."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from mockhaus.access.scram import MECHANISM, MECHANISM_PLUS, Exchange, Verifier, prepared
from mockhaus.errors import InvalidPassword, MockhausError, ProtocolError

BINDING = bytes(range(32))


def test_the_example_of_rfc_7677() -> None:
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    exchange = Exchange(Verifier.of("pencil", salt))
    exchange._nonce = b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    first = exchange.first(MECHANISM, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    assert first == (
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    final = exchange.final(
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert final == b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_a_verifier_is_kept_as_postgresql_writes_it() -> None:
    verifier = Verifier.of("secret")
    text = str(verifier)
    assert text.startswith("SCRAM-SHA-256$4096:")
    assert "secret" not in text
    assert Verifier.parse(text) == verifier
    assert verifier.accepts("secret")
    assert not verifier.accepts("secrets")


def test_a_mock_verifier_stays_the_same_for_a_name() -> None:
    assert Verifier.mock(b"k", "A") == Verifier.mock(b"k", "A") != Verifier.mock(b"k", "B")
    assert len(Verifier.mock(b"k", "A").salt) == len(Verifier.of("x").salt)


def say(
    password: str = "secret", *, mechanism: str = MECHANISM, gs2: bytes = b"n,,", bound: bytes = b""
) -> bytes:
    """A login of a client that does as it is told here, against the password `secret`."""
    verifier = Verifier.of("secret")
    exchange = Exchange(verifier, BINDING)
    first = b"n=,r=abc"
    answer = exchange.first(mechanism, gs2 + first)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), verifier.salt, 4096)
    key = hmac.digest(salted, b"Client Key", "sha256")
    nonce = answer.split(b",")[0][2:]
    bare = b"c=" + base64.b64encode(gs2 + bound) + b",r=" + nonce
    spoken = b",".join([first, answer, bare])
    signature = hmac.digest(hashlib.sha256(key).digest(), spoken, "sha256")
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    return exchange.final(bare + b",p=" + base64.b64encode(proof))


def test_the_right_password() -> None:
    assert say().startswith(b"v=")
    plus = say(mechanism=MECHANISM_PLUS, gs2=b"p=tls-server-end-point,,", bound=BINDING)
    assert plus.startswith(b"v=")


#: What the client does -> the error.
WRONG: list[tuple[dict[str, object], type[MockhausError], str]] = [
    ({"password": "Secret"}, InvalidPassword, "password authentication failed"),
    ({"mechanism": "SCRAM-SHA-1"}, ProtocolError, "invalid SASL authentication mechanism"),
    ({"mechanism": MECHANISM_PLUS}, ProtocolError, "malformed"),
    ({"gs2": b"p=tls-server-end-point,,"}, ProtocolError, "malformed"),
    ({"gs2": b"y,,"}, InvalidPassword, "negotiation"),
    ({"gs2": b"x,,"}, ProtocolError, "malformed"),
    (
        {"mechanism": MECHANISM_PLUS, "gs2": b"p=tls-unique,,"},
        ProtocolError,
        "unsupported SCRAM channel-binding type",
    ),
    (
        {"mechanism": MECHANISM_PLUS, "gs2": b"p=tls-server-end-point,,", "bound": bytes(32)},
        InvalidPassword,
        "channel binding check failed",
    ),
]


@pytest.mark.parametrize(("does", "error", "words"), WRONG)
def test_what_is_not_taken(does: dict[str, object], error: type[MockhausError], words: str) -> None:
    with pytest.raises(error, match=words):
        say(**does)  # type: ignore[arg-type]


MALFORMED_FINAL = [b"", b"c=biws", b"c=biws,r=other,p=AAAA", b"c=biws,r=abc,p=?", b"\xff" * 100]


@pytest.mark.parametrize("data", MALFORMED_FINAL)
def test_a_last_message_that_is_none(data: bytes) -> None:
    exchange = Exchange(Verifier.of("secret"))
    exchange.first(MECHANISM, b"n,,n=,r=abc")
    with pytest.raises(ProtocolError):
        exchange.final(data)


#: Password -> what is hashed (RFC 4013).
PREPARED = {
    "plain": "plain",
    "I\u00adX": "IX",  # a soft hyphen is nothing
    "\u00aa": "a",
    "\u2168": "IX",
    "a\u00a0b": "a b",
    "\u0007": "\u0007",  # forbidden: taken as it is
    "\u0627\u0031": "\u0627\u0031",  # begins from the right and does not end so: likewise
}


@pytest.mark.parametrize("password", PREPARED)
def test_passwords_are_prepared(password: str) -> None:
    assert prepared(password) == PREPARED[password]
