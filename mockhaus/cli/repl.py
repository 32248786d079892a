"""`mockhaus repl`: its options."""

from __future__ import annotations

import sys
from typing import Any

import click

from mockhaus.cli.asking import FORMATS, PG_URL, SERVER_URL, UNREACHABLE, refusal, stop


@click.command()
@SERVER_URL
@PG_URL
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
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How answers are written.",
)
def repl(**options: Any) -> None:
    """Type statements and see their answers; statements may be piped in as well.

    Without a server that is named, or runs on the usual ports, one is started inside.

    Example: mockhaus repl --session-id nightly

    Example: echo 'select 1;' | mockhaus repl --format csv
    """
    # --help need not load psycopg
    from mockhaus.client.outcomes import Disconnected, Refused, Unreachable
    from mockhaus.repl.start import Options, run

    try:
        sys.exit(run(Options(**options)))
    except (Unreachable, Disconnected) as error:
        stop(str(error), UNREACHABLE)
    except Refused as error:
        stop(refusal(error))
