"""What a StartupMessage asks for."""

from __future__ import annotations

import pytest

from mockhaus.errors import InvalidLogin, InvalidParameter, MockhausError, UnsupportedFeature
from mockhaus.gateway.auth import Login, first_schema, login, negotiation, options, trust
from mockhaus.gateway.wire.messages import (
    PROTOCOL_3_0,
    PROTOCOL_3_2,
    NegotiateProtocolVersion,
    StartupMessage,
)


def startup(**parameters: str) -> StartupMessage:
    return StartupMessage(PROTOCOL_3_0, parameters)


#: Parameters -> what they ask for.
LOGINS = [
    ({"user": "a"}, Login("a", "default", "A", True)),
    ({"user": "a", "database": "a"}, Login("a", "default", "A", True)),
    ({"user": "a", "database": "sales"}, Login("a", "default", "SALES")),
    ({"user": "a", "database": "MixedCase"}, Login("a", "default", "MixedCase")),
    ({"user": "a/s", "database": "a/s"}, Login("a", "s", "A", True)),
    ({"user": "a/s", "options": "-c session=t"}, Login("a", "t", "A", True)),
    (
        {"user": "a", "options": "-c search_path=raw", "application_name": "x"},
        Login("a", "default", "A", True, "RAW", {"search_path": "raw", "application_name": "x"}),
    ),
    ({"user": "a", "_pq_.x": "1"}, Login("a", "default", "A", True)),
]


@pytest.mark.parametrize(("parameters", "expected"), LOGINS)
def test_login(parameters: dict[str, str], expected: Login) -> None:
    assert login(startup(**parameters)) == expected


REFUSED: list[tuple[StartupMessage, type[MockhausError]]] = [
    (startup(), InvalidLogin),
    (startup(user="a", replication="true"), UnsupportedFeature),
    (startup(user="a", options="-p 1"), InvalidParameter),
    (StartupMessage(2 << 16), UnsupportedFeature),
    (StartupMessage(4 << 16), UnsupportedFeature),
]


@pytest.mark.parametrize(("message", "error"), REFUSED)
def test_refused(message: StartupMessage, error: type[MockhausError]) -> None:
    with pytest.raises(error):
        login(message)


#: `options` -> settings.
OPTIONS = {
    "": {},
    "-c a=1": {"a": "1"},
    "-ca=1 --b-c=2": {"a": "1", "b_c": "2"},
    r"-c a=x\ y\\z  -c B=": {"a": r"x y\z", "b": ""},
}


@pytest.mark.parametrize("text", OPTIONS)
def test_options(text: str) -> None:
    assert options(text) == OPTIONS[text]


@pytest.mark.parametrize(
    ("search_path", "schema"),
    [
        (None, None),
        ("", None),
        ('"$user", public', "PUBLIC"),
        ("pg_catalog, raw", "RAW"),
        ("'MixedCase'", "MixedCase"),
    ],
)
def test_first_schema(search_path: str | None, schema: str | None) -> None:
    assert first_schema(search_path) == schema


def test_negotiation() -> None:
    assert negotiation(startup(user="a")) is None
    assert negotiation(StartupMessage(PROTOCOL_3_2, {"user": "a"})) is None
    newer = StartupMessage(PROTOCOL_3_2 + 1, {"user": "a"})
    assert negotiation(newer) == NegotiateProtocolVersion(PROTOCOL_3_2)
    asked = startup(**{"user": "a", "_pq_.x": "1", "_pq_.y": ""})
    assert negotiation(asked) == NegotiateProtocolVersion(PROTOCOL_3_0, ("_pq_.x", "_pq_.y"))


def test_trust_asks_nothing() -> None:
    assert list(trust(Login("a"), False)) == []
