"""`mockhaus user` and `mockhaus token`: who may come in."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from mockhaus.config import TOKEN_DAYS

if TYPE_CHECKING:
    from mockhaus.access.users import User, Users

F = TypeVar("F", bound=Callable[..., Any])

_KEYS: Final = {"rsa-public-key": 1, "rsa-public-key-2": 2}
_KEY_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAYS: Final = {"d": 1.0, "h": 1 / 24, "m": 1 / 1440}


def users_option(command: F) -> F:
    """`--users FILE`."""
    option = click.option(
        "--users",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="MOCKHAUS_USERS",
        show_envvar=True,
        help="File of users; clients must log in as one of them. By default users.json of the "
        "data directory, where there is one.",
    )
    return option(command)


def _with_users(command: Callable[..., None], *, makes: bool = False) -> Callable[..., None]:
    """Give a command the users of the file that its options name; errors become one line. A
    command that `makes` the file need not find it."""

    @wraps(command)
    def wrapped(users: Path | None, data_dir: Path | None, **options: Any) -> None:
        path = users or (data_dir / "users.json" if data_dir is not None else None)
        if path is None:
            raise click.UsageError("Name the file of users: --users FILE, or --data-dir DIR.")
        if not makes and not path.exists():
            raise click.ClickException(f"{path}: No such file; mockhaus user add NAME makes one.")
        from mockhaus.access.users import Users  # --help need not load them
        from mockhaus.errors import InvalidUser

        try:
            command(Users(path), **options)
        except (InvalidUser, OSError) as error:
            hint = getattr(error, "hint", None)
            raise click.ClickException(f"{error}" + (f" {hint}" if hint else "")) from None

    directory = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="MOCKHAUS_DATA_DIR",
        show_envvar=True,
        help="The server's data directory, whose users.json is meant.",
    )
    return users_option(directory(wrapped))


def _password() -> str:
    """Asked for twice on a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return text
    return sys.stdin.readline().rstrip("\r\n")


def _days(context: click.Context, parameter: click.Parameter, value: str) -> float | None:
    if value == "never":
        return None
    if (match := re.fullmatch(r"(\d+)([dhm])", value)) is None or int(match[1]) > 100_000:
        raise click.BadParameter("a number of days, hours or minutes (30d, 12h, 5m), or never")
    return int(match[1]) * _DAYS[match[2]]


def _user(user: User) -> dict[str, Any]:
    """What may be told of a user: no verifier, no hash."""
    keys = {str(number): key.fingerprint for number, key in sorted(user.keys.items())}
    return {
        "name": user.name,
        "password": user.password is not None,
        "keys": keys,
        "tokens": len(user.tokens),
    }


def _tokens(user: User) -> list[dict[str, Any]]:
    return [
        {
            "id": token.id,
            "user": user.name,
            "created": token.created,
            "expires": token.expires,
            "is_expired": token.is_expired(datetime.now(UTC)),
            "session": token.session,
        }
        for token in user.tokens.values()
    ]


def _write(told: list[dict[str, Any]]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


_JSON: Final = click.option("--json", "raw", is_flag=True, help="The same as JSON.")


@click.group("user")
def user_commands() -> None:
    """Users of a server that is started with --users FILE; changes take effect at once.

    Example: mockhaus user add ann --users users.json
    """


@user_commands.command("add")
@click.argument("name")
@click.option("--no-password", is_flag=True, help="Keys and tokens alone open.")
@partial(_with_users, makes=True)
def add(users: Users, name: str, no_password: bool) -> None:
    """Add a user; asks for the password, or reads it from standard input.

    Example: mockhaus user add ann --users users.json
    """
    users.add(name, None if no_password else _password())
    click.echo(f"User {name} added.")


@user_commands.command("set")
@click.argument("name")
@click.option("--password", is_flag=True, help="Ask for a new password, or read it from stdin.")
@click.option("--rsa-public-key", type=_KEY_FILE, help="Public key in PEM for key-pair tokens.")
@click.option("--rsa-public-key-2", type=_KEY_FILE, help="A second one, to exchange the first.")
@click.option("--unset", multiple=True, type=click.Choice(list(_KEYS)), help="Take a key away.")
@_with_users
def change(
    users: Users, name: str, *, password: bool, unset: tuple[str, ...], **files: Path | None
) -> None:
    """Change a user's password or public keys.

    Example: mockhaus user set ann --rsa-public-key rsa_key.pub --users users.json
    """
    from mockhaus.access.jwt import PublicKey

    if password:
        users.set_password(name, _password())
        click.echo(f"Password of {name} changed.")
    for option in unset:
        users.set_key(name, None, _KEYS[option])
        click.echo(f"{option} of {name} removed.")
    for option, number in _KEYS.items():
        if (path := files[option.replace("-", "_")]) is not None:
            key = PublicKey.read(path.read_text(encoding="utf-8", errors="replace"))
            users.set_key(name, key, number)
            click.echo(f"{option} of {name} is {key.fingerprint}")


@user_commands.command("remove")
@click.argument("name")
@_with_users
def remove(users: Users, name: str) -> None:
    """Remove a user with all keys and tokens. Who is connected stays connected.

    Example: mockhaus user remove ann --users users.json
    """
    users.remove(name)
    click.echo(f"User {name} removed.")


@user_commands.command("list")
@_JSON
@_with_users
def list_users(users: Users, raw: bool) -> None:
    """List the users and how each may log in.

    Example: mockhaus user list --users users.json
    """
    if raw:
        _write([_user(user) for user in users])
        return
    for user in users:
        ways = ["password"] if user.password is not None else []
        ways += [f"key {number} {key.fingerprint}" for number, key in sorted(user.keys.items())]
        ways += [f"{len(user.tokens)} tokens"] if user.tokens else []
        click.echo(f"{user.name}\t{', '.join(ways) or 'no way in'}")


@click.group("token")
def token_commands() -> None:
    """Bearer tokens for the HTTP door.

    Example: mockhaus token create ann --expires 30d --users users.json
    """


@token_commands.command("create")
@click.argument("name")
@click.option(
    "--expires", default=f"{TOKEN_DAYS}d", show_default=True, callback=_days, help="30d, 12h, never"
)
@click.option("--session", help="Session of requests that name none.")
@_with_users
def create_token(users: Users, name: str, expires: float | None, session: str | None) -> None:
    """Make a token for a user and print it, this once.

    Example: mockhaus token create ann --expires 30d --users users.json
    """
    click.echo(users.create_token(name, days=expires, session=session))


@token_commands.command("list")
@click.argument("name", required=False)
@_JSON
@_with_users
def list_tokens(users: Users, name: str | None, raw: bool) -> None:
    """List tokens by id, of one user or of all; never their text.

    Example: mockhaus token list ann --users users.json
    """
    from mockhaus.errors import InvalidUser

    if name is not None and users.find(name) is None:
        raise InvalidUser(f"There is no user '{name}'.")
    now = datetime.now(UTC)
    if raw:
        told = [each for user in users if name in (None, user.name) for each in _tokens(user)]
        _write(told)
        return
    for user in users:
        for token in user.tokens.values() if name in (None, user.name) else ():
            until = "never expires" if token.expires is None else f"expires {token.expires}"
            state = "expired" if token.is_expired(now) else until
            session = f"\tsession {token.session}" if token.session else ""
            click.echo(f"{token.id}\t{user.name}\tcreated {token.created}\t{state}{session}")


@token_commands.command("revoke")
@click.argument("token_id", metavar="ID")
@_with_users
def revoke_token(users: Users, token_id: str) -> None:
    """Revoke a token by its id.

    Example: mockhaus token revoke 3f9a --users users.json
    """
    users.revoke_token(token_id)
    click.echo(f"Token {token_id} revoked.")
