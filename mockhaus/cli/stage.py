"""`mockhaus stage`: files into and out of the stages of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockhaus.cli.asking import SESSION, on_server

if TYPE_CHECKING:
    from mockhaus.client.answers import Answer
    from mockhaus.client.rest import Rest


@click.group(name="stage")
def stage_commands() -> None:
    """Put files into stages of a running server, get, list and remove them.

    Example: mockhaus stage put data/*.csv @landing
    """


_PATTERN = click.option("--pattern", help="A regular expression for whole names, as LIST has it.")


@stage_commands.command("put")
@click.argument("files", nargs=-1, required=True, type=click.Path(True, dir_okay=False))
@click.argument("stage")
@click.option("--auto-compress/--no-auto-compress", default=True, help="Gzip what is not packed.")
@click.option("--overwrite", is_flag=True, help="Replace files of the same names.")
@SESSION
@on_server
def put(  # noqa: PLR0917 (a command's options, each by its name)
    rest: Rest,
    session: str,
    files: tuple[str, ...],
    stage: str,
    auto_compress: bool,
    overwrite: bool,
) -> Answer:
    """Upload FILES to STAGE: a stage or a folder in one.

    Example: mockhaus stage put data/*.csv @landing/2024
    """
    from mockhaus.client import stages

    paths = [Path(file) for file in files]
    return stages.put(rest, session, paths, stage, compress=auto_compress, overwrite=overwrite)


@stage_commands.command("get")
@click.argument("stage")
@click.argument("folder", type=click.Path(True, file_okay=False), default=".")
@_PATTERN
@SESSION
@on_server
def get(rest: Rest, session: str, stage: str, folder: str, pattern: str | None) -> Answer:
    """Download the files of STAGE into FOLDER.

    Example: mockhaus stage get @landing/2024 . --pattern '.*[.]csv[.]gz'
    """
    from mockhaus.client import stages

    return stages.get(rest, session, stage, Path(folder), pattern)


@stage_commands.command("list")
@click.argument("stage")
@_PATTERN
@SESSION
@on_server
def list_files(rest: Rest, session: str, stage: str, pattern: str | None) -> Answer:
    """List the files of STAGE.

    Example: mockhaus stage list @landing/2024
    """
    from mockhaus.client import stages

    return stages.listed(rest, session, stage, pattern)


@stage_commands.command("remove")
@click.argument("stage")
@_PATTERN
@SESSION
@on_server
def remove(rest: Rest, session: str, stage: str, pattern: str | None) -> Answer:
    """Remove the files of STAGE.

    Example: mockhaus stage remove @landing/2024 --pattern '.*old.*'
    """
    from mockhaus.client import stages

    return stages.removed(rest, session, stage, pattern)
