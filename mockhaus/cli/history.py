"""`mockhaus history`: what ran on a running server, through whatever door."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

import click

from mockhaus.cli.asking import Reply, fields, on_server, records

if TYPE_CHECKING:
    from mockhaus.client.rest import Rest

F = TypeVar("F", bound=Callable[..., Any])

_BRIEF: Final = ("query_id", "started", "status", "type", "total_ms", "rows", "sql")
_LONG: Final = (
    *_BRIEF, "translated_sql", "error_code", "error_message", "session_id", "user", "door",
)  # fmt: skip

_SESSION: Final = click.option("--session", "session_id", help="Of this session alone.")
_VERBOSE: Final = click.option(
    "-v", "--verbose", is_flag=True, help="Translations, errors, sessions, users as well."
)


def _number(usual: int) -> Callable[[F], F]:
    return click.option(
        "-n", "--limit", type=click.IntRange(1, 10_000), default=usual, show_default=True,
        help="The most rows.",
    )  # fmt: skip


def _days(usual: int) -> Callable[[F], F]:
    return click.option(
        "-d", "--days", type=click.FloatRange(0, 36_500), default=usual, show_default=True,
        help="Of the last days.",
    )  # fmt: skip


@click.group("history")
def history_commands() -> None:
    """What ran on a running server: list, search, count, forget, export.

    Example: mockhaus history search --text orders --status ERROR
    """


@history_commands.command("recent")
@_number(10)
@_VERBOSE
@_SESSION
@on_server
def recent(rest: Rest, limit: int, verbose: bool, session_id: str | None) -> Reply:
    """List the latest statements, newest first.

    Example: mockhaus history recent -n 20
    """
    found = _asked(rest, "history", limit=limit, session_id=session_id)
    return records(found["history"], _LONG if verbose else _BRIEF)


@history_commands.command("search")
@click.option("-t", "--text", help="Whose SQL holds this text, in any case.")
@click.option(
    "-s", "--status", type=click.Choice(["SUCCESS", "ERROR"], case_sensitive=False),
    help="That ended so.",
)  # fmt: skip
@click.option("-y", "--type", "kind", help="Of this kind, as SELECT.")
@_days(7)
@_number(20)
@_VERBOSE
@_SESSION
@on_server
def search(  # noqa: PLR0917 (a command's options, each by its name)
    rest: Rest,
    text: str | None,
    status: str | None,
    kind: str | None,
    days: float,
    limit: int,
    verbose: bool,
    session_id: str | None,
) -> Reply:
    """List statements by their text, outcome and kind, newest first.

    Example: mockhaus history search --text orders --status ERROR
    """
    if status is not None:
        status = {"SUCCESS": "SUCCESS", "ERROR": "FAIL"}[status.upper()]
    found = _asked(
        rest, "history", text=text, status=status, type=kind, since=_since(days), limit=limit,
        session_id=session_id,
    )  # fmt: skip
    return records(found["history"], _LONG if verbose else _BRIEF)


@history_commands.command("show")
@click.argument("query_id")
@on_server
def show(rest: Rest, query_id: str) -> Reply:
    """Show all that is known of a statement.

    Example: mockhaus history show 01b2c3d4-0000-0000-0000-000000000001
    """
    from mockhaus.client.rest import quoted

    return fields(rest.call("GET", f"history/{quoted(query_id)}")["query"])


@history_commands.command("stats")
@_days(1)
@_SESSION
@on_server
def stats(rest: Rest, days: float, session_id: str | None) -> Reply:
    """Count statements, and tell how long they took.

    Example: mockhaus history stats --days 7
    """
    found = _asked(rest, "history/statistics", since=_since(days), session_id=session_id)
    return fields({name: value for name, value in found.items() if name != "success"})


@history_commands.command("clear")
@click.option(
    "-b", "--before", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only what began before this time, in UTC.",
)  # fmt: skip
@click.option("-f", "--force", is_flag=True, help="Do not ask.")
@_SESSION
@on_server
def clear(rest: Rest, before: datetime | None, force: bool, session_id: str | None) -> Reply:
    """Forget what ran; asks before.

    Example: mockhaus history clear --before 2024-02-29 --force
    """
    if not force:
        click.confirm("Forget what ran?", abort=True, err=True)
    moment = None if before is None else before.isoformat()
    found = _asked(rest, "history", "DELETE", before=moment, session_id=session_id)
    return Reply(found, found["message"])


@history_commands.command("export")
@click.option(
    "-f", "--file-format", "kind", type=click.Choice(["json", "csv", "parquet"]), default="json",
    show_default=True, help="What the file is.",
)  # fmt: skip
@click.option(
    "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="The file to write; - is standard output.",
)  # fmt: skip
@_days(7)
@_SESSION
@on_server
def export(rest: Rest, kind: str, path: Path, days: float, session_id: str | None) -> Reply | None:
    """Write what ran into a file.

    Example: mockhaus history export -f csv -o history.csv --days 30
    """
    asked = _query(format=kind, since=_since(days), session_id=session_id)
    content = rest.content("GET", f"history/export{asked}")
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        return None
    path.write_bytes(content)
    return Reply({"file": str(path), "size": len(content)}, f"{path}: {len(content)} bytes")


def _since(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def _query(**filters: object) -> str:
    given = {name: value for name, value in filters.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _asked(rest: Rest, path: str, method: str = "GET", **filters: object) -> dict[str, Any]:
    return rest.call(method, path + _query(**filters))
