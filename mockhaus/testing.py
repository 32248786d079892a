"""Servers and sandboxes for test suites: `mockhaus.server()`.

    with mockhaus.server() as server:
        server.dsn, server.sqlalchemy_url, server.http_url     of the session `default`
        with server.session() as sandbox:                      a session that ends with the block
            sandbox.run("CREATE TABLE ..")
            sandbox.connect(), sandbox.dsn, sandbox.sqlalchemy_url

A server is threads of this process on free ports of the loopback interface. Its doors open when an
address is asked for first: who connects in the process alone does not wait for them.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from mockhaus.config import Config
from mockhaus.dbapi.connecting import over
from mockhaus.dbapi.connection import Connection
from mockhaus.dbapi.errors import OperationalError, translated
from mockhaus.sessions.registry import DEFAULT, Registry
from mockhaus.sessions.session import Session

if TYPE_CHECKING:
    from mockhaus.app import Address

_HOST: Final = "127.0.0.1"
_USER: Final = "mockhaus"
_DATABASE: Final = "mockhaus"
#: Sessions of a test suite end when it says so.
_NO_LIMIT: Final = 2**31


class Sandbox:
    """A session of a server. In a `with` block it ends with the block.

    Methods raise `mockhaus.Error`.
    """

    def __init__(self, server: Server, session: Session) -> None:
        self._server = server
        self._session = session

    @property
    def id(self) -> str:
        """The name of the session: `session_id` of REST requests."""
        return self._session.id

    # --- connecting ------------------------------------------------------------------------------

    def connect(self, **options: Any) -> Connection:
        """A connection in this process: options as of `mockhaus.connect`, without the session's."""
        return over(self._session, options)

    @property
    def dsn(self) -> str:
        """The address for PostgreSQL's clients."""
        return self.url()

    @property
    def sqlalchemy_url(self) -> str:
        """The address for SQLAlchemy with psycopg 3."""
        return self.url(scheme="postgresql+psycopg")

    @property
    def http_url(self) -> str:
        """The address of the HTTP door, which all sessions of the server share."""
        return self._server.http_url

    def url(self, database: str = _DATABASE, *, scheme: str = "postgresql") -> str:
        """The address for clients that ask for a database, or are named by another scheme."""
        user = _USER if self.id == DEFAULT else f"{_USER}%2F{self.id}"
        return f"{scheme}://{user}@{_HOST}:{self._server.address.pg_port}/{database}"

    # --- preparing -------------------------------------------------------------------------------

    def run(self, text: str) -> list[tuple[Any, ...]]:
        """Run the statements of a text; the rows of the last."""
        rows: list[tuple[Any, ...]] = []
        with self.connect() as connection:
            for cursor in connection.execute_string(text):
                rows = cursor.fetchall()
        return rows

    def run_file(self, path: str | Path) -> list[tuple[Any, ...]]:
        """Run the statements of a file; the rows of the last."""
        return self.run(Path(path).read_text(encoding="utf-8"))

    # --- copies ----------------------------------------------------------------------------------

    def snapshot(self, name: str = "base") -> None:
        """Keep what it holds now under a name."""
        with translated():
            self._session.snapshot(name)

    def restore(self, name: str = "base", *, force: bool = False) -> None:
        """Have it hold what the snapshot holds; connections stay. `force` ends transactions."""
        with translated():
            self._session.restore(name, force=force)

    def fork(self, snapshot: str | None = None, session_id: str | None = None) -> Sandbox:
        """A new sandbox that begins as this one is, or was when the snapshot was made."""
        with translated():
            made = self._server.registry.fork(self.id, session_id, snapshot=snapshot)
        return Sandbox(self._server, made)

    def reset(self) -> None:
        """Empty it; its connections are closed."""
        with translated():
            self._session = self._server.registry.reset(self.id)

    def close(self) -> None:
        """End the session and everything in it; a persistent one stays on disk."""
        with translated():
            self._server.registry.delete(self.id)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Server:
    """A server in threads of this process; see the module. Methods raise `mockhaus.Error`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        with translated():
            self.registry = Registry(config)
        self._doors = ExitStack()
        self._address: Address | None = None
        self._opening = threading.Lock()
        self._closed = False
        atexit.register(self._left_open)

    # --- where it is -----------------------------------------------------------------------------

    @property
    def address(self) -> Address:
        """Its ports; the doors are opened. Raises OperationalError for ports that are in use."""
        with self._opening:
            self._check()
            if self._address is None:
                from mockhaus.app import CannotStart, running  # the doors take long to load

                try:
                    found = self._doors.enter_context(running(self._config, self.registry))
                except CannotStart as error:
                    raise OperationalError(str(error)) from None
                self._address = found
            return self._address

    @property
    def http_url(self) -> str:
        """The address of the HTTP door."""
        return f"http://{_HOST}:{self.address.http_port}"

    @property
    def dsn(self) -> str:
        """The address of the session `default` for PostgreSQL's clients."""
        return self._default.dsn

    @property
    def sqlalchemy_url(self) -> str:
        """The address of the session `default` for SQLAlchemy with psycopg 3."""
        return self._default.sqlalchemy_url

    # --- sessions --------------------------------------------------------------------------------

    def session(self, session_id: str | None = None) -> Sandbox:
        """The session of that name, made if it is new; without a name a new one."""
        self._check()
        with translated():
            if session_id is None:
                return Sandbox(self, self.registry.create())
            return Sandbox(self, self.registry.attach(session_id))

    @property
    def _default(self) -> Sandbox:
        return self.session(DEFAULT)

    def connect(self, **options: Any) -> Connection:
        """A connection of this process into the session `default`; see `Sandbox.connect`."""
        return self._default.connect(**options)

    # --- ending ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop what runs, close the doors and end every session; safe to call twice."""
        self._closed = True
        atexit.unregister(self._left_open)
        try:
            self._doors.close()
        finally:
            self.registry.close()

    def _left_open(self) -> None:
        """The process ends. Its pools of threads take no more work, which the doors' end would."""
        with suppress(RuntimeError):
            self.close()

    def _check(self) -> None:
        if self._closed:
            raise OperationalError("The server is closed.")

    def __enter__(self) -> Server:
        try:
            _ = self.address
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def server(
    *,
    port: int = 0,
    pg_port: int = 0,
    data_dir: str | Path | None = None,
    allow_path: Sequence[str | Path] = (),
) -> Server:
    """A server on the loopback interface, for a `with` block.

    Ports are free ones unless they are given. With `data_dir` the sessions that PostgreSQL's
    clients make are kept there. `allow_path` are the only folders that file:// stages, PUT and GET
    reach. Sessions do not expire.
    """
    config = Config(
        host=_HOST,
        port=port,
        pg_port=pg_port,
        data_dir=None if data_dir is None else Path(data_dir),
        allow_path=tuple(Path(each).resolve() for each in allow_path),
        session_ttl=0.0,
        max_sessions=_NO_LIMIT,
    )
    return Server(config)
