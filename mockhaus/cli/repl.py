"""`mockhaus repl`: its options."""

from __future__ import annotations

import sys
from typing import Any

import click


@click.command()
@click.option(
    "--server-url",
    envvar="MOCKHAUS_SERVER_URL",
    show_envvar=True,
    help="The HTTP door of a server, as http://localhost:8080.",
)
@click.option(
    "--pg-url",
    envvar="MOCKHAUS_PG_URL",
    show_envvar=True,
    help="Its PostgreSQL door, as postgresql://user:password@localhost:5433/database.",
)
@click.option(
    "--session-type",
    type=click.Choice(["memory", "persistent"]),
    help="Make a session of this kind; one in memory ends with the REPL.",
)
@click.option("--session-id", help="Use this session, or make it. [default: the session default]")
@click.option(
    "--session-ttl",
    type=click.FloatRange(0),
    help="Seconds a new session lives unused; 0 for ever.",
)
@click.option(
    "--persistent-path", help="Where a new session lives, below the server's data folder."
)
@click.option(
    "--format",
    type=click.Choice(["table", "markdown", "csv", "json", "ndjson"]),
    default="table",
    show_default=True,
    help="How answers are written.",
)
def repl(**options: Any) -> None:
    """Type statements and see their answers; statements may be piped in as well.

    Without a server that is named, or runs on the usual ports, one is started inside.

    Example: echo 'select 1;' | mockhaus repl --format csv
    """
    from mockhaus.repl.start import CannotStart, Options, run  # --help need not load psycopg

    try:
        status = run(Options(**options))
    except CannotStart as error:
        click.echo(f"Error: {error}", err=True)
        status = 1
    sys.exit(status)
