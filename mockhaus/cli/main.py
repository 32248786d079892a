"""The command `mockhaus`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from mockhaus import __version__
from mockhaus.cli.asking import INTERRUPTED, stop

#: Name -> where its command is. The modules are loaded when they are needed: all of them take as
#: long to load as everything else that `mockhaus --version` does.
COMMANDS: Final[Mapping[str, str]] = {
    "completion": "mockhaus.cli.completion:completion",
    "doctor": "mockhaus.cli.doctor:doctor",
    "file-format": "mockhaus.cli.file_formats:file_format_commands",
    "functions": "mockhaus.cli.functions:functions",
    "history": "mockhaus.cli.history:history_commands",
    "query": "mockhaus.cli.query:query",
    "repl": "mockhaus.cli.repl:repl",
    "sample": "mockhaus.cli.sample:sample",
    "serve": "mockhaus.cli.serve:serve",
    "session": "mockhaus.cli.session:session_commands",
    "stage": "mockhaus.cli.stage:stage_commands",
    "token": "mockhaus.cli.users:token_commands",
    "translate": "mockhaus.cli.translate:translate",
    "user": "mockhaus.cli.users:user_commands",
}


class _Commands(click.Group):
    """The commands of the table. Whatever goes wrong is a line on standard error, and a status."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.ClickException as error:
            _refuse(error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            _refuse(error)
        except KeyboardInterrupt:
            stop("Canceled.", INTERRUPTED)
        except BrokenPipeError:
            # What is left to write must not fail again at the end.
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            stop("Standard output was closed before all was written.")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


def _refuse(error: click.ClickException) -> NoReturn:
    if isinstance(error, NoArgsIsHelpError):
        raise error  # a group without a command shows its help
    text = error.format_message()
    if isinstance(error, click.UsageError) and error.ctx is not None:
        text = f"{text.rstrip('.')}. Try '{error.ctx.command_path} --help'."
    stop(text, error.exit_code)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="mockhaus")
def main() -> None:
    """Snowflake SQL on your own machine: a PostgreSQL-wire and HTTP gateway to DuckDB."""
