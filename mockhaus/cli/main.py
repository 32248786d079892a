"""The command `mockhaus`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from mockhaus import __version__
from mockhaus.config import Config


@click.group()
@click.version_option(__version__, prog_name="mockhaus")
def main() -> None:
    """Snowflake SQL on your own machine: a PostgreSQL-wire and HTTP gateway to DuckDB."""


@main.command()
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="MOCKHAUS_HOST",
    show_default=True,
    show_envvar=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    default=8080,
    type=click.IntRange(0, 65535),
    envvar="MOCKHAUS_PORT",
    show_default=True,
    show_envvar=True,
    help="HTTP port; 0 for a free one.",
)
@click.option(
    "--pg-port",
    default=5433,
    type=click.IntRange(0, 65535),
    envvar="MOCKHAUS_PG_PORT",
    show_default=True,
    show_envvar=True,
    help="PostgreSQL port; 0 for a free one.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="MOCKHAUS_DATA_DIR",
    show_envvar=True,
    help="Where persistent sessions live. Without it everything is in memory.",
)
@click.option(
    "--max-sessions",
    default=100,
    type=click.IntRange(1),
    envvar="MOCKHAUS_MAX_SESSIONS",
    show_default=True,
    show_envvar=True,
    help="Sessions open at the same time.",
)
@click.option(
    "--session-ttl",
    default=3600.0,
    type=click.FloatRange(0),
    envvar="MOCKHAUS_SESSION_TTL",
    show_default=True,
    show_envvar=True,
    help="Seconds an unused session lives; 0 for ever.",
)
@click.option(
    "--cleanup-interval",
    default=300.0,
    type=click.FloatRange(0.1),
    hidden=True,
    envvar="MOCKHAUS_CLEANUP_INTERVAL",
)
@click.option(
    "--insecure",
    is_flag=True,
    envvar="MOCKHAUS_INSECURE",
    show_envvar=True,
    help="Allow listening beyond this machine although nobody is asked for a password.",
)
@click.option(
    "--debug",
    is_flag=True,
    envvar="MOCKHAUS_DEBUG",
    show_envvar=True,
    help="Log what happens to stderr.",
)
def serve(**options: Any) -> None:
    """Start both doors and serve until Ctrl-C.

    Example: mockhaus serve --data-dir ~/mockhaus --pg-port 5433
    """
    config = Config(**options)
    if not config.is_loopback and not config.insecure:
        raise click.UsageError(
            f"Refusing to listen on {config.host}: nobody would be asked for a password. "
            "Use 127.0.0.1, or say --insecure."
        )
    logging.basicConfig(
        level=logging.DEBUG if config.debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    from mockhaus.app import PortInUse, run  # --help need not load the engine

    try:
        run(config, _announce)
    except PortInUse as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def _announce(address: Any) -> None:
    host = f"[{address.host}]" if ":" in address.host else address.host
    click.echo(
        f"Mockhaus {__version__} is ready. Stop it with Ctrl-C.\n"
        f"  psql        psql -h {address.host} -p {address.pg_port} -U mockhaus mockhaus\n"
        f"  SQLAlchemy  postgresql+psycopg://mockhaus@{host}:{address.pg_port}/mockhaus\n"
        f"  REST        http://{host}:{address.http_port}/api/v1/"
    )
