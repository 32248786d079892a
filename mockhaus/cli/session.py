"""`mockhaus session`: the sandboxes of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from mockhaus.cli.asking import Reply, fields, on_server, records

if TYPE_CHECKING:
    from mockhaus.client.rest import Rest

_COLUMNS: Final = ("session_id", "type", "created_at", "last_accessed", "ttl_seconds", "is_busy")
_STORED: Final = ("session_id", "created_at", "ttl_seconds")
_SNAPSHOTS: Final = ("name", "created_at", "size_bytes")

_TYPE: Final = click.option(
    "--type", "kind", type=click.Choice(["memory", "persistent"]), help="Where it is kept."
)
_TTL: Final = click.option(
    "--ttl", type=click.FloatRange(0), help="Seconds it lives unused; 0 for ever."
)


@click.group("session")
def session_commands() -> None:
    """List, make, copy and end the sessions of a running server.

    Example: mockhaus session create nightly --type persistent
    """


@session_commands.command("list")
@click.option("--stored", is_flag=True, help="Those on disk, open or not.")
@on_server
def list_sessions(rest: Rest, stored: bool) -> Reply:
    """List the sessions.

    Example: mockhaus session list
    """
    if stored:
        return records(rest.call("GET", "stored-sessions")["sessions"], _STORED)
    return records(rest.call("GET", "sessions")["session_details"], _COLUMNS)


@session_commands.command("create")
@click.argument("session_id", required=False, metavar="[ID]")
@_TYPE
@_TTL
@click.option("--path", help="Where a persistent one lives, below the server's data folder.")
@on_server
def create(
    rest: Rest, session_id: str | None, kind: str | None, ttl: float | None, path: str | None
) -> Reply:
    """Make a session, by default in memory under an id of the server's.

    Example: mockhaus session create nightly --type persistent --ttl 0
    """
    kind = kind or ("memory" if path is None else "persistent")
    body = _given(session_id=session_id, type=kind, ttl_seconds=ttl)
    if kind == "persistent" or path is not None:
        body["storage"] = _given(type="local", path=path)
    return _session(rest.call("POST", "sessions", body))


@session_commands.command("show")
@click.argument("session_id", metavar="ID")
@on_server
def show(rest: Rest, session_id: str) -> Reply:
    """Show what a session is.

    Example: mockhaus session show default
    """
    return fields(rest.call("GET", _path(session_id))["session"])


@session_commands.command("delete")
@click.argument("session_id", metavar="ID")
@click.option("--with-data", is_flag=True, help="Remove what a persistent one stored as well.")
@on_server
def delete(rest: Rest, session_id: str, with_data: bool) -> Reply:
    """End a session.

    Example: mockhaus session delete nightly --with-data
    """
    asked = "?with_data=true" if with_data else ""
    return _done(rest.call("DELETE", _path(session_id) + asked))


@session_commands.command("fork")
@click.argument("session_id", metavar="ID")
@click.argument("copy", required=False, metavar="[NEW-ID]")
@_TYPE
@_TTL
@click.option("--snapshot", help="Begin as the session was at this snapshot.")
@on_server
def fork(  # noqa: PLR0917 (a command's options, each by its name)
    rest: Rest,
    session_id: str,
    copy: str | None,
    kind: str | None,
    ttl: float | None,
    snapshot: str | None,
) -> Reply:
    """Make a session that begins as another one is.

    Example: mockhaus session fork default try --snapshot fixtures
    """
    body = _given(session_id=copy, type=kind, ttl_seconds=ttl, snapshot=snapshot)
    return _session(rest.call("POST", _path(session_id, "fork"), body))


@session_commands.command("snapshot")
@click.argument("session_id", metavar="ID")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--delete", "gone", is_flag=True, help="Delete the snapshot of that name.")
@on_server
def snapshot(rest: Rest, session_id: str, name: str | None, gone: bool) -> Reply:
    """Keep what a session holds under a name; without a name, list what is kept.

    Example: mockhaus session snapshot default fixtures
    """
    if name is None:
        if gone:
            raise click.UsageError("Name the snapshot to delete.")
        return records(rest.call("GET", _path(session_id, "snapshots"))["snapshots"], _SNAPSHOTS)
    if gone:
        return _done(rest.call("DELETE", _path(session_id, "snapshots", name)))
    found = rest.call("POST", _path(session_id, "snapshots"), {"name": name})["snapshot"]
    return Reply(found, f"Snapshot {name} of session {session_id} made")


@session_commands.command("restore")
@click.argument("session_id", metavar="ID")
@click.argument("name")
@click.option("--force", is_flag=True, help="Stop what runs, close open transactions.")
@on_server
def restore(rest: Rest, session_id: str, name: str, force: bool) -> Reply:
    """Have a session hold again what it held at a snapshot.

    Example: mockhaus session restore default fixtures
    """
    asked = "?force=true" if force else ""
    return _done(rest.call("POST", _path(session_id, "snapshots", name, "restore") + asked))


def _path(session_id: str, *rest: str) -> str:
    from mockhaus.client.rest import quoted

    return "/".join(("sessions", *map(quoted, (session_id, *rest))))


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _session(found: dict[str, Any]) -> Reply:
    return Reply(found["session"], found["message"])


def _done(found: dict[str, Any]) -> Reply:
    return Reply(found, found["message"])
