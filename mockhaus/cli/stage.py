"""`mockhaus stage`: files into and out of the stages of a running server."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mockhaus.client.answers import Answer
    from mockhaus.client.stages import Server

_FORMATS = ("table", "csv", "json", "ndjson", "markdown")


@click.group(name="stage")
def stage_commands() -> None:
    """Put files into stages of a running server, get, list and remove them."""


def _on_server(command: Callable[..., Answer]) -> Callable[..., None]:
    """Give a command the server that its options name; print its answer, errors as one line."""

    @wraps(command)
    def wrapped(  # noqa: PLR0917 (a command's options, each by its name)
        url: str,
        session: str,
        user: str | None,
        password: str | None,
        token: str | None,
        output: str,
        **options: Any,
    ) -> None:
        from mockhaus.client import formats, stages  # --help need not load them

        server = stages.Server(url.rstrip("/"), session, _authorization(user, password, token))
        try:
            answer = command(server, **options)
        except (stages.Refused, OSError) as error:
            raise click.ClickException(str(error)) from None
        for line in formats.lines(answer, output):
            click.echo(line)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


_OPTIONS = (
    click.option(
        "--url",
        default="http://127.0.0.1:8080",
        envvar="MOCKHAUS_URL",
        show_default=True,
        show_envvar=True,
        help="The server's HTTP door.",
    ),
    click.option(
        "--session",
        default="default",
        envvar="MOCKHAUS_SESSION",
        show_default=True,
        show_envvar=True,
        help="Whose stages are meant.",
    ),
    click.option("--user", envvar="MOCKHAUS_USER", help="Name, where the server has users."),
    click.option("--password", envvar="MOCKHAUS_PASSWORD", show_envvar=True, help="Its password."),
    click.option("--token", envvar="MOCKHAUS_TOKEN", show_envvar=True, help="Or a token."),
    click.option(
        "--format",
        "output",
        type=click.Choice(_FORMATS),
        default="table",
        show_default=True,
        help="How the answer is written.",
    ),
)
_PATTERN = click.option("--pattern", help="A regular expression for whole names, as LIST has it.")


def _authorization(user: str | None, password: str | None, token: str | None) -> str:
    if token is not None:
        return f"Bearer {token}"
    if user is None or password is None:
        return ""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@stage_commands.command("put")
@click.argument("files", nargs=-1, required=True, type=click.Path(True, dir_okay=False))
@click.argument("stage")
@click.option("--auto-compress/--no-auto-compress", default=True, help="Gzip what is not packed.")
@click.option("--overwrite", is_flag=True, help="Replace files of the same names.")
@_on_server
def put(
    server: Server, files: tuple[str, ...], stage: str, auto_compress: bool, overwrite: bool
) -> Answer:
    """Upload FILES to STAGE: a stage or a folder in one.

    Example: mockhaus stage put data/*.csv @landing/2024
    """
    from mockhaus.client import stages

    paths = [Path(file) for file in files]
    return stages.put(server, paths, stage, compress=auto_compress, overwrite=overwrite)


@stage_commands.command("get")
@click.argument("stage")
@click.argument("folder", type=click.Path(True, file_okay=False), default=".")
@_PATTERN
@_on_server
def get(server: Server, stage: str, folder: str, pattern: str | None) -> Answer:
    """Download the files of STAGE into FOLDER.

    Example: mockhaus stage get @landing/2024 . --pattern '.*[.]csv[.]gz'
    """
    from mockhaus.client import stages

    return stages.get(server, stage, Path(folder), pattern)


@stage_commands.command("list")
@click.argument("stage")
@_PATTERN
@_on_server
def list_files(server: Server, stage: str, pattern: str | None) -> Answer:
    """List the files of STAGE.

    Example: mockhaus stage list @landing/2024
    """
    from mockhaus.client import stages

    return stages.listed(server, stage, pattern)


@stage_commands.command("remove")
@click.argument("stage")
@_PATTERN
@_on_server
def remove(server: Server, stage: str, pattern: str | None) -> Answer:
    """Remove the files of STAGE.

    Example: mockhaus stage remove @landing/2024 --pattern '.*old.*'
    """
    from mockhaus.client import stages

    return stages.removed(server, stage, pattern)
