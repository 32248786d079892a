"""The users of a server: one JSON file, which the command `mockhaus user` changes meanwhile.

    {"salt": "..", "users": {"ann": {"password": "SCRAM-SHA-256$..", "rsa_public_key": "MII..",
                                     "tokens": {"<id>": {"sha256": "..", "expires": ".."}}}}}

Of passwords and tokens only what checks them is kept. Names are found in any case, as Snowflake's.
Whoever changes the file holds the lock of the file beside it and replaces the whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mockhaus.access import jwt
from mockhaus.access.jwt import PublicKey
from mockhaus.access.scram import Verifier
from mockhaus.config import TOKEN_DAYS
from mockhaus.errors import InvalidUser

log = logging.getLogger(__name__)

#: Beginning of every token, by which programs that look for leaked secrets know it.
TOKEN_PREFIX: Final = "mockhaus_"

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}")
_PASSWORD_BYTES: Final = 1024
#: Passwords that were right lately, by a keyed hash: checking one anew takes milliseconds.
_REMEMBERED: Final = 1000


class AccessToken(Struct, frozen=True):
    """A bearer token: `sha256` of its text; `session` is where it leads without a word."""

    id: str
    sha256: str
    created: str
    expires: str | None = None
    session: str | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires is not None and now >= datetime.fromisoformat(self.expires)


class User(Struct, frozen=True):
    """One user. Two keys, as in Snowflake, so that one can be exchanged for the other."""

    name: str
    password: Verifier | None = None
    keys: Mapping[int, PublicKey] = field(default_factory=dict)
    tokens: Mapping[str, AccessToken] = field(default_factory=dict)


class Caller(Struct, frozen=True):
    """Someone who has proved to be this user."""

    user: str
    session: str | None = None


class _State(Struct, frozen=True):
    """What the file holds; users by their name in upper case. `salt` makes mock verifiers."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    users: Mapping[str, User] = field(default_factory=dict)


class Users:
    """See the module. `path` None keeps them in memory. Safe in any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._state = _State()
        self._seen: tuple[int, ...] | None = None
        self._lock = threading.RLock()
        self._key = secrets.token_bytes(32)
        self._right: dict[bytes, tuple[str, Verifier]] = {}
        if path is not None and path.exists():
            self._load(path)

    # --- looking ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._current().users)

    def __iter__(self) -> Iterator[User]:
        return iter(sorted(self._current().users.values(), key=lambda user: user.name))

    def find(self, name: str) -> User | None:
        """The user of that name in any case."""
        return self._current().users.get(name.upper())

    def verifier(self, name: str) -> Verifier:
        """What a password is checked by; for nobody, and who has none, one that none fits."""
        state = self._current()
        user = state.users.get(name.upper())
        mock = Verifier.mock(state.salt, name.upper())
        return mock if user is None or user.password is None else user.password

    def by_password(self, name: str, password: str) -> Caller | None:
        """Who comes with a name and a password. Takes milliseconds, whoever asks."""
        verifier = self.verifier(name)
        seal = hmac.digest(self._key, f"{name.upper()}\0{password}".encode(), "sha256")
        if self._right.get(seal) != (name.upper(), verifier) and not verifier.accepts(password):
            return None
        with self._lock:
            if len(self._right) >= _REMEMBERED:
                self._right.clear()
            self._right[seal] = (name.upper(), verifier)
        user = self.find(name)
        return None if user is None else Caller(user.name)

    def by_token(self, text: str) -> Caller | None:
        """Who comes with a bearer token of `create_token`."""
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()
        now = datetime.now(UTC)
        for user in self._current().users.values():
            for token in user.tokens.values():
                if hmac.compare_digest(token.sha256, digest) and not token.is_expired(now):
                    return Caller(user.name, token.session)
        return None

    def by_key(self, text: str) -> Caller | None:
        """Who comes with a token signed by the private key of a user's."""
        token = jwt.Token.parse(text)
        user = None if token is None else self.find(token.user)
        if token is None or user is None:
            return None
        now = datetime.now(UTC).timestamp()
        is_good = any(token.is_good(key, now) for key in user.keys.values())
        return Caller(user.name) if is_good else None

    # --- changing --------------------------------------------------------------------------------

    def add(self, name: str, password: str | None = None) -> User:
        """A new user; without a password only keys and tokens open. Raises InvalidUser."""
        if not _NAME.fullmatch(name):
            raise InvalidUser(
                f"'{name}' is not a user name.",
                hint="Letters, digits, '_', '-', '.' and '@'; at most 255.",
            )
        user = User(name, None if password is None else _verifier(password))

        def added(users: dict[str, User]) -> None:
            if name.upper() in users:
                raise InvalidUser(f"User '{users[name.upper()].name}' exists already.")
            users[name.upper()] = user

        self._change(added)
        return user

    def add_first(self, name: str, password: str) -> None:
        """Add a user if there is none yet."""
        if not len(self):
            self.add(name, password)

    def remove(self, name: str) -> None:
        """Forget a user with all keys and tokens. Raises InvalidUser."""
        self._change(lambda users: users.pop(_known(users, name).name.upper()))

    def set_password(self, name: str, password: str) -> None:
        """Another password. Raises InvalidUser."""
        verifier = _verifier(password)
        self._replace(name, lambda user: replace(user, password=verifier))

    def set_key(self, name: str, key: PublicKey | None, number: int = 1) -> None:
        """Give a user a public key, or take it away; there are two. Raises InvalidUser."""

        def keyed(user: User) -> User:
            keys = {at: each for at, each in user.keys.items() if at != number}
            return replace(user, keys=keys if key is None else {**keys, number: key})

        self._replace(name, keyed)

    def create_token(
        self, name: str, *, days: float | None = TOKEN_DAYS, session: str | None = None
    ) -> str:
        """A new bearer token; this is the only time that its text is there."""
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).replace(microsecond=0)
        token = AccessToken(
            secrets.token_hex(4),
            hashlib.sha256(secret.encode()).hexdigest(),
            now.isoformat(),
            None if days is None else (now + timedelta(days=days)).isoformat(),
            session,
        )
        self._replace(name, lambda user: replace(user, tokens={**user.tokens, token.id: token}))
        return secret

    def revoke_token(self, token_id: str) -> None:
        """Forget a token by its id. Raises InvalidUser."""

        def revoked(users: dict[str, User]) -> None:
            for key, user in users.items():
                if token_id in user.tokens:
                    left = {each: token for each, token in user.tokens.items() if each != token_id}
                    users[key] = replace(user, tokens=left)
                    return
            raise InvalidUser(f"There is no token '{token_id}'.")

        self._change(revoked)

    def _replace(self, name: str, made: Callable[[User], User]) -> None:
        def replaced(users: dict[str, User]) -> None:
            user = _known(users, name)
            users[user.name.upper()] = made(user)

        self._change(replaced)

    def _change(self, change: Callable[[dict[str, User]], object]) -> None:
        with self._lock, _locked(self.path):
            state = self._current(strict=True)
            users = dict(state.users)
            change(users)
            self._state = replace(state, users=users)
            if self.path is not None:
                _write(self.path, self._state)
                self._seen = _stamp(self.path)

    # --- the file --------------------------------------------------------------------------------

    def _current(self, *, strict: bool = False) -> _State:
        """What the file holds now. A file that cannot be read lets nobody in."""
        path = self.path
        if path is None:
            return self._state
        with self._lock:
            try:
                stamp = _stamp(path)
                if stamp != self._seen:
                    self._load(path)
            except FileNotFoundError:
                self._state, self._seen = replace(self._state, users={}), None
            except (OSError, InvalidUser) as error:
                if strict:
                    raise
                log.error("nobody can log in: %s", error)
                self._state, self._seen = replace(self._state, users={}), None
            return self._state

    def _load(self, path: Path) -> None:
        self._seen = _stamp(path)
        try:
            self._state = _state(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidUser(f"{path} is not a file of users.") from None


def _stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _known(users: Mapping[str, User], name: str) -> User:
    if (user := users.get(name.upper())) is None:
        raise InvalidUser(f"There is no user '{name}'.")
    return user


def _verifier(password: str) -> Verifier:
    if not password or "\0" in password or len(password.encode()) > _PASSWORD_BYTES:
        raise InvalidUser(f"A password has 1 to {_PASSWORD_BYTES} bytes and no zero byte.")
    return Verifier.of(password)


@contextlib.contextmanager
def _locked(path: Path | None) -> Iterator[None]:
    """No other process changes the file meanwhile."""
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, state: _State) -> None:
    """Replace the file, which its owner alone can read, by a whole one."""
    users = {user.name: _written(user) for user in state.users.values()}
    text = json.dumps({"salt": state.salt.hex(), "users": users}, indent=2)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _written(user: User) -> dict[str, Any]:
    tokens = {
        each.id: {
            "sha256": each.sha256,
            "created": each.created,
            "expires": each.expires,
            "session": each.session,
        }
        for each in user.tokens.values()
    }
    keys = {_key_name(number): str(key) for number, key in user.keys.items()}
    password = {} if user.password is None else {"password": str(user.password)}
    return {**password, **keys, "tokens": tokens}


def _key_name(number: int) -> str:
    """The name of a user's property, as Snowflake's ALTER USER has it."""
    return "rsa_public_key" if number == 1 else f"rsa_public_key_{number}"


def _state(found: Any) -> _State:
    users = (_user(name, each) for name, each in found["users"].items())
    return _State(bytes.fromhex(found["salt"]), {user.name.upper(): user for user in users})


def _user(name: str, found: Any) -> User:
    password = found.get("password")
    return User(
        name,
        None if password is None else Verifier.parse(password),
        {
            number: PublicKey.read(found[_key_name(number)])
            for number in (1, 2)
            if _key_name(number) in found
        },
        {key: AccessToken(key, **each) for key, each in found.get("tokens", {}).items()},
    )
