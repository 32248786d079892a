"""Who comes in, and where to: what a StartupMessage asks for (manual, 55.2.1 "Start-up").

Authentication itself is a generator that yields messages for the client, is sent what the client
answers, and returns when the client may come in; InvalidLogin keeps it out. `trust` asks nothing,
for a door that only this machine reaches; `Scram` asks for a password (manual, 55.3 "SASL
Authentication").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct, field

from mockhaus.access.scram import Exchange
from mockhaus.access.users import Users
from mockhaus.errors import (
    InvalidLogin,
    InvalidParameter,
    InvalidPassword,
    ProtocolError,
    UnsupportedFeature,
)
from mockhaus.gateway.wire.messages import (
    PROTOCOL_3_2,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    Message,
    NegotiateProtocolVersion,
    StartupMessage,
)

DEFAULT_SESSION: Final = "default"

#: Startup parameters that are not settings.
_NOT_SETTINGS: Final = frozenset({"user", "database", "options", "replication"})

_OPTION: Final = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)\s*")


class Login(Struct, frozen=True):
    """`database` None is the default one; `fallback` tells that the name is only the user's, which
    libpq fills in where none was given, so that the default database is meant if it does not
    exist."""

    user: str
    session: str = DEFAULT_SESSION
    database: str | None = None
    fallback: bool = False
    schema: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Whether Snowflake's rules hold throughout: its SQL alone, its transactions, names as stored.
    snowflake: bool = False


Authentication: TypeAlias = Generator[Message, bytes, None]

#: From a login, and whether its connection is encrypted.
Authenticator: TypeAlias = Callable[[Login, bool], Authentication]


def trust(login: Login, encrypted: bool) -> Authentication:
    """Let everyone in."""
    return
    yield


class Scram(Struct, frozen=True):
    """Ask for the password of a user. `binding` is the certificate's hash, None without TLS.

    Whoever is not a user, and a user without a password, are asked all the same and fail in the
    same way, at the same moment.
    """

    users: Users
    binding: bytes | None = None

    def __call__(self, login: Login, encrypted: bool) -> Authentication:
        verifier = self.users.verifier(login.user)
        exchange = Exchange(verifier, self.binding if encrypted else None)
        try:
            answer = yield AuthenticationSASL(exchange.mechanisms)
            answer = yield AuthenticationSASLContinue(exchange.first(*_initial(answer)))
            last = exchange.final(answer)
        except InvalidPassword:
            words = f'password authentication failed for user "{login.user}"'
            raise InvalidPassword(words) from None
        # Its answer comes without being asked for: AuthenticationOk follows at once.
        yield AuthenticationSASLFinal(last)


def _initial(data: bytes) -> tuple[str, bytes]:
    """Mechanism and message of a SASLInitialResponse (manual, 55.7)."""
    name, separator, rest = data.partition(b"\0")
    size = int.from_bytes(rest[:4], "big", signed=True)
    if not separator or len(rest) < 4 or size != len(rest) - 4:
        raise ProtocolError("malformed SASLInitialResponse message")
    return name.decode("ascii", "replace"), rest[4:]


def options(text: str) -> dict[str, str]:
    r"""The settings in the startup parameter `options`: `-c name=value --name=value`, `\ ` a space.

    Raises InvalidParameter for anything else (manual, 55.7 "StartupMessage").
    """
    found: dict[str, str] = {}
    position = len(text) - len(text.lstrip())
    while position < len(text):
        if (match := _OPTION.match(text, position)) is None:
            raise InvalidParameter(f'invalid command-line argument: "{text[position:]}"')
        found[match[1].replace("-", "_").lower()] = re.sub(r"\\(.)", r"\1", match[2])
        position = match.end()
    return found


def login(message: StartupMessage) -> Login:
    """What a StartupMessage asks for. Raises InvalidLogin, UnsupportedFeature."""
    major, minor = divmod(message.version, 1 << 16)
    if major != 3:
        raise UnsupportedFeature(
            f"unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.2"
        )
    parameters = message.parameters
    if not (full_user := parameters.get("user", "")):
        raise InvalidLogin("no PostgreSQL user name specified in startup packet")
    if parameters.get("replication", "false").lower() not in ("false", "off", "no", "0"):
        raise UnsupportedFeature("replication is not supported")
    given = options(parameters.get("options", ""))
    user, _, suffix = full_user.partition("/")
    session = given.pop("session", "") or suffix or DEFAULT_SESSION
    dialect = _dialect(given.pop("dialect", "postgresql"))
    settings = {
        name: value
        for name, value in parameters.items()
        if name not in _NOT_SETTINGS and not name.startswith("_pq_.")
    } | given
    database = parameters.get("database") or full_user
    implied = database in (full_user, user)
    return Login(
        user,
        session,
        stored_name(user if implied else database),
        implied,
        first_schema(settings.get("search_path")),
        settings,
        dialect == "snowflake",
    )


def _dialect(name: str) -> str:
    """Whose rules a connection follows. Raises InvalidParameter."""
    if name.lower() not in ("postgresql", "snowflake"):
        raise InvalidParameter(f'invalid value for parameter "dialect": "{name}"')
    return name.lower()


def negotiation(message: StartupMessage) -> NegotiateProtocolVersion | None:
    """The answer to a client that asks for more than protocol 3.2, if it does."""
    unknown = tuple(name for name in message.parameters if name.startswith("_pq_."))
    if message.version > PROTOCOL_3_2 or unknown:
        return NegotiateProtocolVersion(min(message.version, PROTOCOL_3_2), unknown)
    return None


def key_length(message: StartupMessage) -> int:
    """Bytes of the key for cancel requests (manual, 55.7 "BackendKeyData")."""
    return 32 if message.version >= PROTOCOL_3_2 else 4


def first_schema(search_path: str | None) -> str | None:
    """The schema a search_path means: its first that is not the user's or the system's."""
    for part in (search_path or "").split(","):
        name = part.strip().strip("'\"")
        if name and name not in ("$user", "pg_catalog", "information_schema"):
            return stored_name(name)
    return None


def stored_name(name: str) -> str:
    """A name as Snowflake stores it: PostgreSQL clients write unquoted names in lower case."""
    return name.upper() if name == name.lower() else name
