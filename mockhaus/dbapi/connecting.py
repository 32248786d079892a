"""`mockhaus.connect`: its options, and the session of this process that is meant."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import mockhaus
from mockhaus.config import Config
from mockhaus.dbapi.binding import PARAMSTYLES
from mockhaus.dbapi.connection import Connection
from mockhaus.dbapi.errors import (
    INVALID_VALUE,
    UNSUPPORTED,
    NotSupportedError,
    ProgrammingError,
    translated,
)
from mockhaus.errors import InvalidSession, SessionExists, SessionNotFound
from mockhaus.sessions import connection as sessions
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation import statements as s

#: Options of Snowflake's connector that say how to reach Snowflake and how to log in: there is
#: nothing to reach and nobody is asked who they are, so whatever they say is right.
OF_THE_NETWORK: Final = frozenset({
    "account", "region", "host", "port", "protocol", "dsn", "password", "passcode",
    "passcode_in_password", "authenticator", "token", "token_file_path", "private_key",
    "private_key_file", "private_key_file_pwd", "private_key_passphrase", "oauth_client_id",
    "oauth_client_secret", "oauth_authorization_url", "oauth_token_request_url",
    "oauth_redirect_uri", "oauth_scope", "client_request_mfa_token",
    "client_store_temporary_credential", "proxy_host", "proxy_port", "proxy_user", "proxy_password",
    "login_timeout", "network_timeout", "socket_timeout", "backoff_policy", "insecure_mode",
    "disable_ocsp_checks", "ocsp_fail_open", "ocsp_response_cache_filename",
    "client_session_keep_alive", "client_session_keep_alive_heartbeat_frequency",
    "client_prefetch_threads", "probe_connection", "log_imported_packages_in_telemetry",
    "disable_request_pooling", "disable_saml_url_check", "enable_connection_diag",
    "connection_diag_log_path", "connection_diag_allowlist_path", "iobound_tpe_limit",
    "internal_application_name", "internal_application_version", "session_id_token",
})  # fmt: skip

#: Options of Snowflake's connector that would change what statements answer -> what is taken.
_WITHOUT_EFFECT: Final[dict[str, Any]] = {
    "numpy": False,
    "converter_class": None,
    "support_negative_year": True,
}

_OWN: Final = frozenset({
    "user", "database", "schema", "warehouse", "role",
    "session_parameters", "timezone", "autocommit", "paramstyle", "application",
    "validate_default_parameters", "arrow_number_to_decimal",
})  # fmt: skip

#: Which session is meant.
_OF_THE_SESSION: Final = frozenset({"session_id", "session_type", "data_dir"})

_USER: Final = "mockhaus"
#: Sessions of this process end when it does, not when there are many.
_NO_LIMIT: Final = 2**31


def connect(**options: Any) -> Connection:
    """A connection into a session of this process.

    `session_id` names the session ("default"), which is made if it is new: in memory, or with
    `data_dir` in a folder, where later processes find it (`session_type` says the same,
    "memory" or "persistent"). `user`, `database`, `schema`, `warehouse` and `role` are where it
    begins; databases, schemas, warehouses and roles that do not exist are made, unless
    `validate_default_parameters` is true. `session_parameters` are set, and `timezone` among them.
    `autocommit` is True; `paramstyle` is `mockhaus.paramstyle`; the history tells `application`.
    `arrow_number_to_decimal` keeps NUMBERs with a scale exact in `fetch_arrow_all`.

    What else Snowflake's connector takes to reach an account and to log in (`account`, `password`,
    `authenticator`, ...) is taken and means nothing. Raises ProgrammingError for other options.
    """
    meant = {name: options.pop(name, None) for name in _OF_THE_SESSION}
    _check(options)
    home = _home(meant["data_dir"], meant["session_type"])
    with translated():
        session = home.session(str(meant["session_id"] or DEFAULT))
    try:
        return over(session, options, home.left)
    except BaseException:
        home.left()
        raise


def over(
    session: Session, options: Mapping[str, Any], closed: Callable[[], None] = lambda: None
) -> Connection:
    """A connection into a session, by the options of `connect`; `closed` is called at its end."""
    _check(options)
    paramstyle = options.get("paramstyle") or mockhaus.paramstyle
    if paramstyle not in PARAMSTYLES:
        raise ProgrammingError("Invalid paramstyle is specified", INVALID_VALUE)
    with translated():
        inner = session.connect(
            user=str(options.get("user") or _USER),
            door="python",
            transactions=Transactions.SNOWFLAKE,
            client=str(options.get("application") or "mockhaus.connect"),
        )
    try:
        with translated():
            if parameters := _parameters(options):
                inner.settle(s.AlterSession(text="", parameters=parameters))
            _begin(inner, options)
    except BaseException:
        inner.close()
        raise
    decimals = bool(options.get("arrow_number_to_decimal"))
    return Connection(inner, paramstyle, closed, arrow_number_to_decimal=decimals)


def _check(options: Mapping[str, Any]) -> None:
    """Raises ProgrammingError, NotSupportedError."""
    for name, value in options.items():
        if name in _WITHOUT_EFFECT:
            if value not in (None, _WITHOUT_EFFECT[name]):
                raise NotSupportedError(
                    f"connect: {name}={value!r} is not supported", UNSUPPORTED, "0A000"
                )
        elif name not in _OWN and name not in OF_THE_NETWORK:
            raise ProgrammingError(f"connect has no option '{name}'", INVALID_VALUE)


def _parameters(options: Mapping[str, Any]) -> dict[str, str]:
    """The session parameters that a connection begins with."""
    given = options.get("session_parameters") or {}
    if not isinstance(given, Mapping):
        raise ProgrammingError("session_parameters is no dict of names and values", INVALID_VALUE)
    given = dict(given)
    if (zone := options.get("timezone")) is not None:
        given["TIMEZONE"] = zone
    if (autocommit := options.get("autocommit")) is not None:
        if not isinstance(autocommit, bool):
            raise ProgrammingError(f"Invalid parameter: {autocommit}", INVALID_VALUE)
        given["AUTOCOMMIT"] = autocommit
    return {
        name.upper(): str(value).upper() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }


#: What is made current, in this order.
_PLACES: Final = ("role", "warehouse", "database", "schema")


def _begin(inner: sessions.Connection, options: Mapping[str, Any]) -> None:
    """Make what the options name current; what does not exist is made before."""
    make = not options.get("validate_default_parameters")
    inner.recorder.recorded = False
    try:
        for kind in _PLACES:
            if (name := options.get(kind)) is not None:
                word, quoted = kind.upper(), _identifier(str(name))
                if make:
                    _do(inner, f"CREATE {word} IF NOT EXISTS {quoted}")
                _do(inner, f"USE {word} {quoted}")
    finally:
        inner.recorder.recorded = True


def _identifier(name: str) -> str:
    """The name as SQL has it: one within quotes as it is, others in upper case."""
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return name if quoted else '"' + name.upper().replace('"', '""') + '"'


def _do(inner: sessions.Connection, text: str) -> None:
    for result in inner.execute(text):
        result.close()


# --- the sessions of this process ----------------------------------------------------------------


class _Home:
    """The sessions in memory, or those in one data directory, which is let go of with the last
    connection, so that other processes can have it."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._registry: Registry | None = None
        self._connections = 0
        self._lock = threading.Lock()

    def session(self, session_id: str) -> Session:
        """The session of that name, made if it is new. Raises MockhausError."""
        with self._lock:
            if self._registry is None:
                config = Config(data_dir=self._data_dir, max_sessions=_NO_LIMIT)
                try:
                    self._registry = Registry(config)
                except OSError as error:
                    raise InvalidSession(f"data_dir: {self._data_dir}: {error.strerror}") from None
            try:
                session = _found(self._registry, session_id, self._data_dir)
            except BaseException:
                self._let_go()
                raise
            self._connections += 1
        return session

    def left(self) -> None:
        """A connection has closed."""
        with self._lock:
            self._connections -= 1
            self._let_go()

    def _let_go(self) -> None:
        if self._data_dir is not None and not self._connections:
            self.close()

    def close(self) -> None:
        """Close all sessions."""
        registry, self._registry = self._registry, None
        if registry is not None:
            registry.close()


def _found(registry: Registry, session_id: str, data_dir: Path | None) -> Session:
    with suppress(SessionNotFound):
        return registry.get(session_id)
    try:
        return registry.create(session_id, "memory" if data_dir is None else "persistent", ttl=0)
    except SessionExists:  # another thread was first
        return registry.get(session_id)


_homes: Final[dict[Path | None, _Home]] = {}
_guard: Final = threading.Lock()


def _home(data_dir: str | Path | None, session_type: str | None) -> _Home:
    if session_type not in (None, "memory", "persistent"):
        raise ProgrammingError(
            f"'{session_type}' is not a session type: memory or persistent.", INVALID_VALUE
        )
    if session_type is not None and (session_type == "persistent") != (data_dir is not None):
        raise ProgrammingError(
            "A persistent session needs a data_dir, and one in memory has none.", INVALID_VALUE
        )
    where = None if data_dir is None else Path(data_dir).expanduser().resolve()
    with _guard:
        if not _homes:
            atexit.register(_close_all)
        return _homes.setdefault(where, _Home(where))


def _close_all() -> None:
    for home in _homes.values():
        home.close()
