"""What the commands that ask a server share: where it is, who asks, how an answer is written."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click
from msgspec import Struct

if TYPE_CHECKING:
    from mockhaus.client.answers import Answer
    from mockhaus.client.outcomes import Refused
    from mockhaus.client.tables import Look

#: Exit statuses of all commands; 2 is click's for a command line that cannot be read.
FAILED: Final = 1
MISUSED: Final = 2
UNREACHABLE: Final = 3
#: As a shell tells that Ctrl-C ended a command.
INTERRUPTED: Final = 130

#: Where a server listens that nobody said otherwise to.
HTTP_PORT: Final = 8080

FORMATS: Final = ("table", "markdown", "csv", "json", "ndjson")

SERVER_URL: Final = click.option(
    "--server-url",
    envvar="MOCKHAUS_SERVER_URL",
    show_envvar=True,
    help="The HTTP door of a server, as http://localhost:8080.",
)
PG_URL: Final = click.option(
    "--pg-url",
    envvar="MOCKHAUS_PG_URL",
    show_envvar=True,
    help="Its PostgreSQL door, as postgresql://user:password@localhost:5433/database.",
)
SESSION: Final = click.option(
    "--session",
    "--session-id",
    "session",
    default="default",
    envvar="MOCKHAUS_SESSION",
    show_default=True,
    show_envvar=True,
    help="Which session is meant.",
)

_OPTIONS: Final = (
    click.option(
        "--server-url",
        "--url",
        "url",
        default="http://127.0.0.1:8080",
        envvar=["MOCKHAUS_SERVER_URL", "MOCKHAUS_URL"],
        show_default=True,
        show_envvar=True,
        help="The server's HTTP door.",
    ),
    click.option("--user", envvar="MOCKHAUS_USER", help="Name, where the server has users."),
    click.option("--password", envvar="MOCKHAUS_PASSWORD", show_envvar=True, help="Its password."),
    click.option("--token", envvar="MOCKHAUS_TOKEN", show_envvar=True, help="Or a token."),
    click.option(
        "--format",
        "output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How the answer is written.",
    ),
    click.option("--json", "raw", is_flag=True, help="All of the answer as JSON."),
)


class Reply(Struct, frozen=True):
    """What a command answers: `all` for programs; an answer or a sentence for people."""

    all: object
    shown: Answer | str


def on_server(command: Callable[..., Answer | Reply | None]) -> Callable[..., None]:
    """Give a command the HTTP door that its options name; write its answer, errors as one line.

    A command that has written its answer itself has none.
    """

    @wraps(command)
    def wrapped(  # noqa: PLR0917 (a command's options, each by its name)
        url: str,
        user: str | None,
        password: str | None,
        token: str | None,
        output: str,
        raw: bool,
        **options: Any,
    ) -> None:
        from mockhaus.client.outcomes import Refused, Unreachable  # --help need not load them
        from mockhaus.client.rest import Rest
        from mockhaus.client.stages import NotMoved

        try:
            found = command(Rest(url, user, password, token), **options)
        except Unreachable as error:
            stop(str(error), UNREACHABLE)
        except Refused as error:
            unknown = "The server asks who you are: --user and --password, or --token."
            stop(unknown if error.status == 401 else refusal(error))
        except NotMoved as error:
            stop(str(error))
        except OSError as error:
            stop(on_disk(error))
        if found is not None:
            _write(found, output, raw=raw)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def stop(text: str, status: int = FAILED) -> NoReturn:
    """Say in a line what is wrong, and end with that status."""
    from mockhaus.client.width import harmless

    click.echo(f"Error: {harmless(' '.join(text.split()))}", err=True)
    sys.exit(status)


def refusal(error: Refused) -> str:
    """What a server says no to, with Snowflake's number where it has one."""
    return ": ".join(filter(None, (error.code, str(error))))


def on_disk(error: OSError) -> str:
    """What is wrong with a file. Standard output that was closed is none: it is raised again."""
    if isinstance(error, BrokenPipeError):
        raise error
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _write(found: Answer | Reply, output: str, *, raw: bool) -> None:
    from mockhaus.client import formats

    answer = found.shown if isinstance(found, Reply) else found
    if isinstance(found, Reply) and (raw or (isinstance(answer, str) and "json" in output)):
        indent = None if output == "ndjson" else 2
        click.echo(json.dumps(found.all, ensure_ascii=False, indent=indent))
    elif isinstance(answer, str):
        click.echo(answer)
    else:
        for line in formats.lines(answer, "json" if raw else output, look()):
            click.echo(line)


def look() -> Look:
    """How tables are drawn on what standard output is."""
    from mockhaus.client.tables import Look

    if not sys.stdout.isatty():
        return Look()
    return Look(shutil.get_terminal_size().columns, colours=not os.environ.get("NO_COLOR"))


def records(found: Sequence[dict[str, Any]], columns: Sequence[str]) -> Reply:
    """A list of JSON objects, of which a table shows these fields."""
    return Reply(found, table(columns, [[each.get(name) for name in columns] for each in found]))


def fields(found: dict[str, Any]) -> Reply:
    """A JSON object, each of its fields a row; those of objects inside by their path."""
    from mockhaus.client.answers import Answer, Head

    rows = [(name, _text(value)) for name, value in _fields(found, "")]
    return Reply(found, Answer((Head("field"), Head("value")), rows))


def _fields(found: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Answer:
    """JSON's values as an answer."""
    from mockhaus.client.answers import Answer, Head

    numbers = [
        any(isinstance(row[n], (int, float)) and not isinstance(row[n], bool) for row in rows)
        for n in range(len(columns))
    ]
    heads = tuple(
        Head(name, "number" if number else "text")
        for name, number in zip(columns, numbers, strict=True)
    )
    return Answer(heads, [[_text(value) for value in row] for row in rows])


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
