"""A server to talk to: the one that was named, the one that runs here, or one of our own."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mockhaus.client.outcomes import Unreachable
from mockhaus.client.rest import Rest

if TYPE_CHECKING:
    from mockhaus.config import Config

DEFAULT_HTTP: Final = "http://localhost:8080"
_PG_PORT: Final = 5433
_HTTP_PORT: Final = 8080
#: Seconds that a server which nobody named may take to answer.
_PATIENCE: Final = 2.0


class Doors(Struct, frozen=True):
    """Where a server's two doors are, and who comes in; `own` says that it is ours."""

    http_url: str
    pg_url: str
    own: bool = False

    @property
    def user(self) -> str | None:
        """The name in the PostgreSQL address."""
        return urllib.parse.unquote(urllib.parse.urlsplit(self.pg_url).username or "") or None

    @property
    def password(self) -> str | None:
        """The password in the PostgreSQL address, or in PGPASSWORD, where libpq looks as well."""
        found = urllib.parse.urlsplit(self.pg_url).password
        return os.environ.get("PGPASSWORD") if found is None else urllib.parse.unquote(found)

    @property
    def rest(self) -> Rest:
        """The HTTP door."""
        return Rest(self.http_url, self.user, self.password)


def named(http_url: str | None, pg_url: str | None) -> Doors:
    """The doors of a server: where one address is not told, the same host and the usual port."""
    if pg_url is None:
        host = urllib.parse.urlsplit(http_url or DEFAULT_HTTP).hostname or "localhost"
        pg_url = f"postgresql://mockhaus@{_bracketed(host)}:{_PG_PORT}"
    if http_url is None:
        host = urllib.parse.urlsplit(pg_url).hostname or "localhost"
        http_url = f"http://{_bracketed(host)}:{_HTTP_PORT}"
    return Doors(http_url, pg_url)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def found(
    http_url: str | None,
    pg_url: str | None,
    starting: Callable[[], object] = lambda: None,
    config: Config | None = None,
) -> Iterator[Doors]:
    """The server that was named; with no name the one that runs on the usual ports; else one of our
    own, in memory on free ports of this machine, which ends with the block.

    `starting` is called before that one is started. Raises Unreachable for a named server that does
    not answer, and for one of our own that cannot start.
    """
    if http_url is not None or pg_url is not None:
        doors = named(http_url, pg_url)
        if http_url is not None:
            doors.rest.call("GET", "health")
        yield doors
        return
    doors = named(None, None)
    try:
        doors.rest.call("GET", "health", timeout=_PATIENCE)
    except Unreachable:
        pass
    else:
        yield doors
        return
    starting()
    with own(config) as doors:
        yield doors


@contextmanager
def own(config: Config | None = None, *, pg_port: int = 0) -> Iterator[Doors]:
    """A server in threads of this process, by default on free ports; `config` says the rest."""
    from dataclasses import replace

    from mockhaus.app import CannotStart, collect_less, running  # the engine takes long to load
    from mockhaus.config import Config

    config = replace(config or Config(), host="127.0.0.1", port=0, pg_port=pg_port)
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running(config))
        except CannotStart as error:
            raise Unreachable(str(error)) from None
        collect_less()
        yield Doors(
            f"http://127.0.0.1:{address.http_port}",
            f"postgresql://mockhaus@127.0.0.1:{address.pg_port}",
            own=True,
        )
