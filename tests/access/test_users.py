"""Users in their file, and what they prove themselves with."""

from __future__ import annotations

import stat
import time
from pathlib import Path
from typing import Any

import pytest

from mockhaus.access.users import Caller, Users
from mockhaus.errors import InvalidUser
from tests.access import keys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.json"


@pytest.fixture
def users(path: Path) -> Users:
    users = Users(path)
    users.add("Ann", "secret")
    return users


def test_the_file_holds_no_secret_and_is_its_owners(users: Users, path: Path) -> None:
    token = users.create_token("ann")
    text = path.read_text()
    assert "secret" not in text
    assert token not in text
    assert token.partition("_")[2] not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_names_are_found_in_any_case(users: Users) -> None:
    assert users.by_password("ANN", "secret") == Caller("Ann")
    assert users.by_password("ann", "Secret") is None
    assert users.by_password("bob", "secret") is None
    with pytest.raises(InvalidUser, match="'Ann' exists already"):
        users.add("ANN", "x")


def test_another_process_sees_changes_at_once(users: Users, path: Path) -> None:
    server = Users(path)
    assert server.by_password("ann", "secret") == Caller("Ann")
    users.add("bob", "word")
    assert server.by_password("bob", "word") == Caller("bob")
    users.set_password("ann", "other")
    assert server.by_password("ann", "secret") is None
    assert server.by_password("ann", "other") == Caller("Ann")
    users.remove("ann")
    assert server.by_password("ann", "other") is None
    assert [user.name for user in server] == ["bob"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": {}}', '{"salt": "x", "users": {}}'])
def test_a_file_that_cannot_be_read_lets_nobody_in(
    users: Users, path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert users.by_password("ann", "secret") == Caller("Ann")
    path.write_text(text)
    assert users.by_password("ann", "secret") is None
    assert "nobody can log in" in caplog.text
    with pytest.raises(InvalidUser):
        users.add("bob", "x")
    with pytest.raises(InvalidUser):
        Users(path)


def test_a_file_that_is_gone_lets_nobody_in(users: Users, path: Path) -> None:
    path.unlink()
    assert users.by_password("ann", "secret") is None


def test_the_first_user_is_added_once(path: Path) -> None:
    Users(path).add_first("ann", "one")
    users = Users(path)
    users.add_first("ann", "two")
    users.add_first("bob", "two")
    assert users.by_password("ann", "one") == Caller("ann")
    assert len(users) == 1


NO_NAMES = ["", "a/b", "a b", "a\nb", "a\0b", "-a", "x" * 256, "é"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidUser, match="is not a user name"):
        Users().add(name, "x")


@pytest.mark.parametrize("password", ["", "a\0b", "x" * 1025])
def test_what_is_no_password(password: str) -> None:
    with pytest.raises(InvalidUser, match="A password has"):
        Users().add("ann", password)


# --- tokens ---------------------------------------------------------------------------------------


def test_tokens(users: Users) -> None:
    token = users.create_token("ann", session="nightly")
    assert users.by_token(token) == Caller("Ann", "nightly")
    assert users.by_token(token + "x") is None
    assert users.by_token(users.create_token("ann", days=0)) is None
    user = users.find("ann")
    assert user is not None
    for token_id in user.tokens:
        users.revoke_token(token_id)
    assert users.by_token(token) is None
    with pytest.raises(InvalidUser):
        users.revoke_token("nope")


# --- key pairs ------------------------------------------------------------------------------------


def test_a_key_has_the_fingerprint_that_snowflake_shows() -> None:
    assert keys.key().fingerprint == keys.FINGERPRINT


def test_key_pair_tokens(users: Users) -> None:
    assert users.by_key(keys.token()) is None
    users.set_key("ann", keys.key(), 2)
    assert users.by_key(keys.token()) == Caller("Ann")
    assert users.by_key(keys.token("BOB")) is None
    users.set_key("ann", None, 2)
    assert users.by_key(keys.token()) is None


NOW = time.time()
SUBJECT = "MYORG-MYACCOUNT.ANN"

#: Claims that make a token void.
VOID: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 120},
    "older than an hour": {"iat": NOW - 3700, "exp": NOW + 3600},
    "from the future": {"iat": NOW + 86_400, "exp": NOW + 90_000},
    "without a time": {"exp": None},
    "a time that is none": {"iat": "now"},
    "a time that is no number": {"iat": float("nan")},
    "another key": {"iss": f"{SUBJECT}.SHA256:AAAA"},
    "another subject": {"sub": "MYORG-MYACCOUNT.BOB"},
    "no fingerprint": {"iss": SUBJECT},
    "another account": {"sub": "OTHER.ANN"},
}


@pytest.mark.parametrize("what", VOID)
def test_void_tokens(users: Users, what: str) -> None:
    users.set_key("ann", keys.key())
    assert users.by_key(keys.token(**VOID[what])) is None


def test_only_rs256_and_only_as_signed(users: Users) -> None:
    users.set_key("ann", keys.key())
    header, claims, signature = keys.token().split(".")
    other = keys.token(exp=NOW + 10).split(".")[1]
    for text in (
        f"{header}.{other}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        f"{header}.{claims}",
        "a.b.c",
        "",
        "é.é.é",
        keys.signed({"alg": "none"}, {}),
        keys.signed({"alg": "HS256"}, {}),
        keys.signed([], []),
    ):
        assert users.by_key(text) is None, text


NO_KEYS = {
    "": "not an RSA public key",
    "hello": "not a PUBLIC KEY in PEM",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----": "there is no PUBLIC KEY",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE": "not an RSA public key",
}


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(InvalidUser, match=NO_KEYS[text]):
        type(keys.key()).read(text)
