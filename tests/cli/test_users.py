"""`mockhaus user` and `mockhaus token`, and a server that is started with what they make."""

from __future__ import annotations

import json
import ssl
import urllib.request
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from tests.access import keys
from tests.cli.test_serve import serving


def call(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "users.json")


def test_users(file: str) -> None:
    assert (
        call("user", "add", "Ann", "--users", file, given="secret\n").output == "User Ann added.\n"
    )
    call("user", "add", "bob", "--no-password", "--users", file)
    done = call("user", "set", "ann", "--rsa-public-key", str(keys.PUBLIC), "--users", file)
    assert done.output == f"rsa-public-key of ann is {keys.FINGERPRINT}\n"
    assert call("user", "list", "--users", file).output == (
        f"Ann\tpassword, key 1 {keys.FINGERPRINT}\nbob\tno way in\n"
    )
    told = json.loads(call("user", "list", "--json", "--users", file).output)
    assert told == [
        {"name": "Ann", "password": True, "keys": {"1": keys.FINGERPRINT}, "tokens": 0},
        {"name": "bob", "password": False, "keys": {}, "tokens": 0},
    ]
    call("user", "set", "ann", "--unset", "rsa-public-key", "--users", file)
    call("user", "remove", "bob", "--users", file)
    assert call("user", "list", "--users", file).output == "Ann\tpassword\n"


def test_tokens(file: str) -> None:
    call("user", "add", "ann", "--users", file, given="secret\n")
    made = call("token", "create", "ann", "--expires", "30d", "--session", "s", "--users", file)
    assert made.output.startswith("mockhaus_")
    listed = call("token", "list", "--users", file).output
    token_id, user, _, expires, session = listed.strip().split("\t")
    assert (user, session) == ("ann", "session s")
    assert expires.startswith("expires 20")
    assert made.output.strip() not in listed
    (told,) = json.loads(call("token", "list", "--json", "--users", file).output)
    assert (told["id"], told["user"], told["session"]) == (token_id, "ann", "s")
    assert told["is_expired"] is False
    assert call("token", "revoke", token_id, "--users", file).exit_code == 0
    assert call("token", "list", "ann", "--users", file).output == ""


#: Command -> the last line that it says, with status 1 or 2.
MISTAKES = {
    ("user", "add", "ann"): "Error: User 'ann' exists already.",
    ("user", "add", "a/b"): "Error: 'a/b' is not a user name. Letters, digits, '_', '-', '.' and '@'; at most 255.",
    ("user", "remove", "bob"): "Error: There is no user 'bob'.",
    ("user", "set", "ann", "--rsa-public-key", str(keys.CERTIFICATE)): "Error: there is no PUBLIC KEY in this file",
    ("token", "create", "bob"): "Error: There is no user 'bob'.",
    ("token", "create", "ann", "--expires", "x"): "Error: Invalid value for '--expires': a number of days, hours or minutes (30d, 12h, 5m), or never",
    ("token", "list", "bob"): "Error: There is no user 'bob'.",
    ("token", "revoke", "x"): "Error: There is no token 'x'.",
}  # fmt: skip


@pytest.mark.parametrize("command", MISTAKES, ids=" ".join)
def test_mistakes(file: str, command: tuple[str, ...]) -> None:
    call("user", "add", "ann", "--users", file, given="secret\n")
    done = call(*command, "--users", file, given="secret\n")
    assert done.exit_code in (1, 2)
    assert done.output.startswith(MISTAKES[command])
    assert done.output.count("\n") == 1


def test_the_file_must_be_named() -> None:
    done = call("user", "list")
    assert done.exit_code == 2
    assert "--users FILE" in done.output


def test_a_server_with_users(file: str) -> None:
    call("user", "add", "ann", "--users", file, given="secret\n")
    with serving("--users", file, "--tls-cert", str(keys.CERTIFICATE), "--tls-key", str(keys.PRIVATE)) as (_, address, rest):  # fmt: skip
        trusted = ssl.create_default_context(cafile=keys.CERTIFICATE)
        with urllib.request.urlopen(f"{rest}health", context=trusted) as reply:
            assert reply.status == 200
        at = address.replace("mockhaus@", "ann:secret@")
        with psycopg.connect(f"{at}?sslmode=require&channel_binding=require") as connection:
            assert connection.execute("SELECT CURRENT_USER()").fetchone() == ("ANN",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address.replace("mockhaus@", "ann:other@"))


def test_the_first_user_of_a_container(tmp_path: Path) -> None:
    """As PostgreSQL's image: the password counts where there is no user yet."""
    arguments = ("--host", "0.0.0.0", "--data-dir", str(tmp_path))
    with serving(*arguments, MOCKHAUS_USER="ann", MOCKHAUS_PASSWORD="one") as (_, address, _rest):
        at = address.replace("0.0.0.0", "127.0.0.1")
        with psycopg.connect(at.replace("ann@", "ann:one@")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    stored = (tmp_path / "users.json").read_text()
    assert list(json.loads(stored)["users"]) == ["ann"]
    with (  # the file is there: nobody else comes in
        serving(*arguments) as (_, address, _rest),
        pytest.raises(psycopg.OperationalError, match="no password supplied"),
    ):
        psycopg.connect(address.replace("0.0.0.0", "127.0.0.1"))


#: Flags that do not go together -> what is said.
REFUSED: dict[tuple[str, ...], str] = {
    ("--host", "0.0.0.0"): "--insecure",
    ("--tls", "required"): "--tls-cert",
    ("--users", "/nowhere/users.json"): "has no users",
    ("--tls-cert", str(keys.PUBLIC)): "cannot be used for TLS",
}


@pytest.mark.parametrize("flags", REFUSED, ids=" ".join)
def test_what_does_not_start(flags: tuple[str, ...]) -> None:
    done = call("serve", "--port", "0", "--pg-port", "0", *flags)
    assert done.exit_code in (1, 2)
    assert REFUSED[flags] in done.output
