"""A REPL from its options: the server, the session, the connection, the terminal."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from msgspec import Struct

from mockhaus import __version__
from mockhaus.client import server
from mockhaus.client.outcomes import Refused, Unreachable
from mockhaus.client.rest import Rest, quoted
from mockhaus.client.talking import Talk
from mockhaus.repl.commands import Quit
from mockhaus.repl.loop import Repl
from mockhaus.repl.screen import Screen, Settings

#: The session of whoever names none.
_DEFAULT = "default"


class Options(Struct, frozen=True):
    """What `mockhaus repl` was started with; None is what was not told."""

    server_url: str | None = None
    pg_url: str | None = None
    session_type: str | None = None
    session_id: str | None = None
    session_ttl: float | None = None
    persistent_path: str | None = None
    format: str = "table"

    @property
    def wants_new(self) -> bool:
        """Whether the session is to be made, where it is not there."""
        told = (self.session_type, self.session_ttl, self.persistent_path)
        return any(each is not None for each in told)


def run(options: Options) -> int:
    """Run a REPL on the terminal, or what is piped in; the exit status. Raises Unreachable,
    Refused, Disconnected."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    screen = Screen(
        interactive=interactive, colours=colours, settings=Settings(format=options.format)
    )
    with _connected(options, screen) as (doors, repl):
        with suppress(Quit):
            if interactive:
                _converse(doors, repl)
            else:
                repl.script(sys.stdin.read())
        return int(repl.failed and not interactive)


@contextmanager
def _connected(options: Options, screen: Screen) -> Iterator[tuple[server.Doors, Repl]]:
    def starting() -> None:
        screen.say("No server runs here: starting one in memory, which ends with this REPL.")

    with server.found(options.server_url, options.pg_url, starting) as doors:
        gc.enable()  # what is loaded by now is no garbage
        session, made = _session(options, doors.rest, screen)
        talk = Talk(doors.pg_url, session)
        try:
            yield doors, Repl(talk, doors.rest, session, screen)
        finally:
            screen.redirect(None)
            talk.close()
            if made:
                with suppress(Unreachable, Refused):
                    doors.rest.call("DELETE", f"sessions/{quoted(session)}")


def _session(options: Options, rest: Rest, screen: Screen) -> tuple[str, bool]:
    """The session's id, and whether it was made for this REPL and ends with it."""
    if options.session_id is None and not options.wants_new:
        return _DEFAULT, False
    if options.session_id is not None:
        try:
            rest.call("GET", f"sessions/{quoted(options.session_id)}")
        except Refused as error:
            if error.status not in (404, 410):
                raise
            screen.error(f"There is no session {options.session_id}: a new one is made.")
        else:
            return options.session_id, False
    kind = options.session_type or ("persistent" if options.persistent_path else "memory")
    body: dict[str, object] = {"type": kind}
    if options.session_id is not None:
        body["session_id"] = options.session_id
    if options.session_ttl is not None:
        body["ttl_seconds"] = options.session_ttl
    if kind == "persistent":
        place = {"path": options.persistent_path} if options.persistent_path else {}
        body["storage"] = {"type": "local", **place}
    found = rest.call("POST", "sessions", body)["session"]
    return found["session_id"], kind == "memory"


def _converse(doors: server.Doors, repl: Repl) -> None:
    from mockhaus.repl.names import Live  # what only a terminal needs takes its time to load
    from mockhaus.repl.reading import Reader

    where = "a server of its own" if doors.own else doors.http_url
    repl.screen.say(
        f"Mockhaus {__version__}, {where}, session {repl.session}. help lists commands."
    )
    live = Live(lambda: Talk(doors.pg_url, repl.session))
    live.refresh()
    try:
        for text in Reader(lambda: live.known(repl.talk)).texts(lambda: _prompt(repl)):
            repl.take(text)
            live.refresh()
    finally:
        live.close()


def _prompt(repl: Repl) -> str:
    place = ".".join(filter(None, (repl.talk.told("database"), repl.talk.told("schema"))))
    mark = "*" if repl.talk.in_transaction else ""
    return f"mockhaus({place}){mark}> " if place else f"mockhaus{mark}> "
