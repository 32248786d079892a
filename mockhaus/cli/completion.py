"""`mockhaus completion`: what has a shell complete the command's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what has a shell complete commands, options and their values.

    Example: mockhaus completion bash > ~/.local/share/bash-completion/completions/mockhaus
    """
    from click.shell_completion import get_completion_class

    from mockhaus.cli.main import main

    kind: type[ShellComplete] | None = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "mockhaus", "_MOCKHAUS_COMPLETE").source(), nl=False)
