"""The command `mockhaus`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from mockhaus import __version__

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
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="mockhaus")
def main() -> None:
    """Snowflake SQL on your own machine: a PostgreSQL-wire and HTTP gateway to DuckDB."""
